"""What an auditor gets (GoBD): every record of the invoices of a period, from the recorded second to the event, and
each file as it was issued, with a description of all fields (index.xml and its DTD) and the hash of every file."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from beistand.billing.draft import Period
from beistand.billing.tables import Cell, csv, euros
from beistand.server.invoicing.gobd import DTD, DTD_NAME, describe
from beistand.server.store import invoices
from beistand.server.store.database import in_portions
from beistand.server.store.invoices import Issued
from beistand.server.store.seller import SellerData
from beistand.server.store.tables import (
    charge_consent,
    charge_notice,
    charge_release,
    goodwill,
    goodwill_decision,
    invoice,
    invoice_event,
    invoice_line,
    rated_item,
    tax_change,
    time_correction,
    time_entry,
)

# No JSON of the whole document, its files are there; no internal ids of the firm.
_LEFT_OUT = frozenset(("organisation_id", "document", "sheet", "payer_email"))
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_Made = tuple[str, tuple[str, ...], bytes]


def audit_zip(db: Connection, organisation_id: str, period: Period, data: SellerData, found: Sequence[Issued]) -> bytes:
    """The ZIP; the same invoices give the same bytes."""
    tables = list(_Tables(db, organisation_id).of([each.id for each in found]))
    files = {f"{name}.csv": content for name, _columns, content in tables}
    files["index.xml"] = describe(data.firm.name, data.firm.city, period, [(n, c) for n, c, _content in tables])
    files[DTD_NAME] = DTD.encode()
    for each in found:
        for file in invoices.files_of(db, organisation_id, each.id):
            files[f"documents/{file.file_name}"] = file.content
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    files["SHA256SUMS"] = "".join(sums).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Tables:
    """The firm's rows behind some invoices, table by table."""

    def __init__(self, db: Connection, organisation_id: str) -> None:
        self._db, self._organisation = db, organisation_id

    def of(self, ids: Sequence[str]) -> Iterable[_Made]:
        """Invoices with all of theirs, then the recorded time they were made from, and what was said about it."""
        yield self._made(invoice, self._rows(invoice, invoice.c.id, ids))
        for table in (invoice_line, invoice_event):
            yield self._made(table, self._rows(table, table.c.invoice_id, ids))
        items = self._rows(rated_item, rated_item.c.invoice_id, ids)
        yield self._made(rated_item, items)
        sources = [str(row["source"]) for row in items]
        entry_ids = sorted({source.removeprefix("entry:") for source in sources if source.startswith("entry:")})
        worked = self._rows(time_entry, time_entry.c.id, entry_ids)
        yield self._made(time_entry, worked)
        for table in (time_correction, charge_release):
            yield self._made(table, self._rows(table, table.c.entry_id, entry_ids))
        given = self._rows(goodwill, goodwill.c.entry_id, entry_ids)
        yield self._made(goodwill, given)
        gifts = [row["id"] for row in given]
        yield self._made(goodwill_decision, self._rows(goodwill_decision, goodwill_decision.c.goodwill_id, gifts))
        session_ids = sorted({str(row["session_id"]) for row in worked})
        for table in (charge_notice, charge_consent):
            yield self._made(table, self._rows(table, table.c.session_id, session_ids))
        yield self._made(tax_change, self._rows(tax_change, tax_change.c.organisation_id, [self._organisation]))

    def _rows(self, table: Table, column: Column[Any], values: Iterable[Any]) -> list[Any]:
        question = select(table).where(table.c.organisation_id == self._organisation)
        found = list(in_portions(self._db, question, column, values))
        keys = [key.name for key in table.primary_key.columns]
        return sorted(found, key=lambda row: tuple(row[key] for key in keys))

    def _made(self, table: Table, rows: Sequence[Any]) -> _Made:
        names = tuple(column.name for column in table.c if column.name not in _LEFT_OUT)
        return table.name, names, csv(names, [[_cell(name, row[name]) for name in names] for row in rows])


def _cell(name: str, value: Any) -> Cell:
    if value is None:
        return None
    if name.endswith("_us"):
        return datetime.fromtimestamp(value / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if name.endswith("_cents"):
        return euros(value)
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, str | int | date) else str(value)
