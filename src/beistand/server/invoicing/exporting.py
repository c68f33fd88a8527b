"""Exports: DATEV for the tax adviser, CSV for spreadsheets, and all records with their description for an auditor.

Each export is kept as it was given away, and is an event of every invoice in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from beistand.billing.datev import Accounts, batch, check_first_debtor
from beistand.billing.draft import Period
from beistand.billing.invoice import Document, InvoiceError
from beistand.billing.tables import Cell, csv, euros
from beistand.server.invoicing.audit_zip import audit_zip
from beistand.server.invoicing.issuing import Actor
from beistand.server.store import audit, debtors, invoices
from beistand.server.store.database import new_id
from beistand.server.store.invoices import Issued
from beistand.server.store.seller import SellerData
from beistand.server.store.tables import export_batch

Kind = Literal["datev", "csv", "gobd"]
KINDS: tuple[Kind, ...] = ("datev", "csv", "gobd")
CSV_COLUMNS = (
    "Nummer",
    "Art",
    "Datum",
    "Fällig",
    "Zeitraum",
    "Kunde",
    "Netto",
    "Umsatzsteuer",
    "Brutto",
    "Stand",
    "zu",
)


@dataclass(frozen=True)
class Batch:
    """An export that was made; `content` only when asked for."""

    id: str
    kind: str
    period: str
    file_name: str
    media_type: str
    invoices: int
    sha256: str
    made_us: int
    content: bytes = b""


def export(db: Connection, organisation_id: str, kind: Kind, period: Period, data: SellerData, by: Actor) -> Batch:
    """Makes, keeps and gives the export of all invoices issued in a period. Raises InvoiceError with one sentence."""
    found = invoices.issued_between(db, organisation_id, period.first, period.last)
    if not found:
        sentence = f"Nothing was issued in {period.name}: there is nothing to export."
        raise InvoiceError(sentence, "nothing_issued", period=period.name)
    name, media, content = _made(db, organisation_id, kind, period, data, found, by)
    id_ = new_id(by.utc_us)
    row = {
        "id": id_,
        "kind": kind,
        "period": period.name,
        "file_name": name,
        "media_type": media,
        "invoices": len(found),
        "sha256": hashlib.sha256(content).hexdigest(),
        "made_us": by.utc_us,
    }
    db.execute(insert(export_batch).values(organisation_id=organisation_id, bytes=content, user_id=by.user_id, **row))
    for each in found:
        said = {"batch": id_, "kind": kind}
        invoices.add_event(db, organisation_id, each.id, "exported", said, by.user_id, by.utc_us)
    told = {"kind": kind, "period": period.name, "invoices": len(found), "sha256": row["sha256"]}
    audit.append(db, organisation_id, "invoices exported", told, by.name, by.utc_us)
    return Batch(**row, content=content)  # type: ignore[arg-type]


def batches(db: Connection, organisation_id: str) -> list[Batch]:
    """All exports of the firm, newest first, without their bytes."""
    columns = [column for column in export_batch.c if column.name not in ("bytes", "organisation_id", "user_id")]
    question = select(*columns).where(export_batch.c.organisation_id == organisation_id)
    rows = db.execute(question.order_by(export_batch.c.made_us.desc(), export_batch.c.id.desc())).mappings()
    return [Batch(**row) for row in rows]


def get_batch(db: Connection, organisation_id: str, id_: str) -> Batch | None:
    """One export with its bytes."""
    own = (export_batch.c.organisation_id == organisation_id, export_batch.c.id == id_)
    row = db.execute(select(export_batch).where(*own)).mappings().first()
    if row is None:
        return None
    values = {name: row[name] for name in row if name not in ("bytes", "organisation_id", "user_id")}
    return Batch(**values, content=bytes(row["bytes"]))


def _made(
    db: Connection,
    organisation_id: str,
    kind: Kind,
    period: Period,
    data: SellerData,
    found: Sequence[Issued],
    by: Actor,
) -> tuple[str, str, bytes]:
    if kind == "datev":
        content = _datev(db, organisation_id, period, data, found, by)
        return f"EXTF_Rechnungen_{period.name}.csv", "text/csv; charset=windows-1252", content
    if kind == "csv":
        return f"Rechnungen_{period.name}.csv", "text/csv; charset=utf-8", csv(CSV_COLUMNS, map(_row(found), found))
    return f"GoBD_{period.name}.zip", "application/zip", audit_zip(db, organisation_id, period, data, found)


def _datev(
    db: Connection,
    organisation_id: str,
    period: Period,
    data: SellerData,
    found: Sequence[Issued],
    by: Actor,
) -> bytes:
    accounts = Accounts(
        *(data.datev_consultant, data.datev_client, data.datev_debtor, data.account_standard),
        *(data.account_reduced, data.account_reverse, data.account_exempt),
    )
    documents = [_document(db, organisation_id, each) for each in found]
    made = datetime.fromtimestamp(by.utc_us / 1e6, UTC)
    own: list[str] = []
    if data.datev_debtor_first:
        check_first_debtor(accounts, data.datev_debtor_first)
        at = int(data.datev_debtor_first)
        own = [str(debtors.account_of(db, organisation_id, each.payer_id, at, by.utc_us)) for each in found]
    return batch(documents, accounts, period.first, period.last, made, own)


def _document(db: Connection, organisation_id: str, each: Issued) -> Document:
    document = invoices.document_of(db, organisation_id, each.id)
    if document is None:
        raise InvoiceError(f"{each.number} is not there any more: run `beistand verify`.")
    return document


_KINDS = {"invoice": "Rechnung", "cancellation": "Stornorechnung", "correction": "Rechnungskorrektur"}
_STATES = {
    "issued": "ausgestellt",
    "queued": "wird versendet",
    "sent": "versendet",
    "not_sent": "nicht versendet",
    "paid": "bezahlt",
    "cancelled": "storniert",
}


def _row(found: Sequence[Issued]) -> Any:
    numbers = {each.id: each.number for each in found}

    def row(each: Issued) -> Sequence[Cell]:
        before = numbers.get(each.preceding_id or "", "")
        amounts = (euros(each.net_cents), euros(each.tax_cents), euros(each.gross_cents))
        days = (each.issued_on, each.due_on)
        return (
            *(each.number, _KINDS[each.kind], *days, each.period, each.payer_name, *amounts),
            *(_STATES[each.state], before),
        )

    return row
