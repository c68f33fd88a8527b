"""For `beistand verify`: whether every number is there and every file is the one that was issued."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from beistand.audit.note import Verifier
from beistand.server.store.audit import Finding
from beistand.server.store.tables import invoice, invoice_document, invoice_event, number_series


@dataclass(frozen=True)
class Gap:
    """Numbers that are missing or beyond the series' last one: there must be none."""

    series: str
    year: int
    missing: tuple[int, ...]


def gaps(db: Connection, organisation_id: str) -> list[Gap]:
    """Where the numbers of invoices and their series differ."""
    question = select(invoice.c.series, invoice.c.year, invoice.c.no)
    found: dict[tuple[str, int], set[int]] = {}
    for row in db.execute(question.where(invoice.c.organisation_id == organisation_id)):
        found.setdefault((row.series, row.year), set()).add(row.no)
    rows = db.execute(select(number_series).where(number_series.c.organisation_id == organisation_id)).mappings()
    last = {(row["series"], row["year"]): row["last_no"] for row in rows}
    out = []
    for key in sorted({*found, *last}):
        wrong = found.get(key, set()) ^ set(range(1, last.get(key, 0) + 1))
        if wrong:
            out.append(Gap(*key, tuple(sorted(wrong))))
    return out


@dataclass(frozen=True)
class Damaged:
    """A stored file that is not what was issued."""

    number: str
    kind: str
    sha256: str


def damaged(db: Connection, organisation_id: str) -> tuple[int, list[Damaged]]:
    """(files looked at, those whose bytes differ from their SHA-256, or whose SHA-256 from the event's)."""
    question = (
        select(invoice_document, invoice.c.number, invoice_event.c.data)
        .join(invoice, invoice.c.id == invoice_document.c.invoice_id)
        .join(invoice_event, (invoice_event.c.invoice_id == invoice.c.id) & (invoice_event.c.name == "issued"))
        .where(invoice_document.c.organisation_id == organisation_id)
        .order_by(invoice.c.number, invoice_document.c.kind)
    )
    looked, wrong = 0, []
    for row in db.execute(question.execution_options(yield_per=50)).mappings():
        looked += 1
        found = hashlib.sha256(row["bytes"]).hexdigest()
        if {row["sha256"], json.loads(row["data"]).get(row["kind"])} != {found}:
            wrong.append(Damaged(row["number"], row["kind"], found))
    return looked, wrong


def check_files(db: Connection, organisation_id: str, _key: Verifier) -> Finding:
    """For `beistand verify`: every stored file is the one that was issued."""
    looked, wrong = damaged(db, organisation_id)
    return Finding(
        f"{looked} files of invoices",
        tuple(f"The file {each.kind} of {each.number} is not the one that was issued." for each in wrong),
    )


def check_numbers(db: Connection, organisation_id: str, _key: Verifier) -> Finding:
    """For `beistand verify`: no number is missing."""
    question = select(func.count()).select_from(invoice).where(invoice.c.organisation_id == organisation_id)
    wrong = tuple(
        f"The numbers of {gap.series}-{gap.year} are not complete: {', '.join(map(str, gap.missing[:20]))}."
        for gap in gaps(db, organisation_id)
    )
    return Finding(f"{db.execute(question).scalar()} numbers of invoices", wrong)
