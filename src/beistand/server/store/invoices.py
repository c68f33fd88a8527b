"""Questions about invoices, their numbers, files and events. Each one carries the organisation (S39).

`add` is called within the issuing transaction only: number, rows, files and event stay together, or none does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, exists, func, insert, select, update

from beistand.billing import stored
from beistand.billing.draft import Source
from beistand.billing.invoice import Document, totals
from beistand.billing.money import VatKey
from beistand.billing.timesheet import TimeSheet
from beistand.server.store.database import AT_ONCE, new_id
from beistand.server.store.tables import (
    invoice,
    invoice_document,
    invoice_event,
    invoice_line,
    number_series,
    rated_item,
    user,
)

LIST_LIMIT = 500


@dataclass(frozen=True)
class File:
    """One file of an invoice as it was made."""

    kind: str
    file_name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Event:
    """What happened to an invoice. `user` is who did it, "" for the server."""

    name: str
    data: dict[str, Any]
    user: str
    utc_us: int


@dataclass(frozen=True)
class Issued:
    """An invoice as it stands. `state` is its newest word: issued, sent, paid, cancelled."""

    id: str
    kind: str
    number: str
    period: str
    payer_id: str
    payer_name: str
    payer_email: str
    language: str
    issued_on: date
    due_on: date
    net_cents: int
    tax_cents: int
    gross_cents: int
    preceding_id: str | None
    reason: str
    made_us: int
    events: tuple[Event, ...]

    def has(self, name: str) -> bool:
        """Whether this ever happened to it."""
        return any(event.name == name for event in self.events)

    @property
    def is_paid(self) -> bool:
        """Whether the newest word about the money says so."""
        said = [event.name for event in self.events if event.name in ("paid", "unpaid")]
        return bool(said) and said[-1] == "paid"

    @property
    def mail(self) -> str:
        """The newest word about its mail: queued, sent, not_sent, or "" when none was asked for."""
        said = [event.name for event in self.events if event.name in ("queued", "sent", "not_sent")]
        return said[-1] if said else ""

    @property
    def state(self) -> str:
        """One word for lists."""
        if self.has("cancelled"):
            return "cancelled"
        if self.is_paid:
            return "paid"
        return {"queued": "queued", "sent": "sent", "not_sent": "not_sent"}.get(self.mail, "issued")


# numbers -------------------------------------------------------------------------------------------------------------


def next_number(db: Connection, organisation_id: str, series: str, year: int) -> int:
    """The next number of a series and year: gapless, because it is taken back with the transaction that took it."""
    own = (number_series.c.organisation_id == organisation_id, number_series.c.series == series)
    taken = (
        update(number_series)
        .where(*own, number_series.c.year == year)
        .values(last_no=number_series.c.last_no + 1)
        .returning(number_series.c.last_no)
    )
    found: int | None = db.execute(taken).scalar()
    if found is not None:
        return found
    db.execute(insert(number_series).values(organisation_id=organisation_id, series=series, year=year, last_no=1))
    return 1


# issuing -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class New:
    """Everything of an invoice that is about to be issued."""

    document: Document
    sheet: TimeSheet
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    series: str
    year: int
    no: int
    period: str
    payer_id: str
    preceding_id: str | None = None
    reason: str = ""


def add(db: Connection, organisation_id: str, new: New, user_id: str | None, utc_us: int) -> str:
    """Keeps an invoice with its lines, sources, files and the event "issued"; gives its id."""
    id_, document, sums = new_id(utc_us), new.document, totals(new.document)
    own = {"organisation_id": organisation_id, "invoice_id": id_}
    db.execute(
        insert(invoice).values(
            id=id_,
            organisation_id=organisation_id,
            kind=document.kind,
            number=document.number,
            series=new.series,
            year=new.year,
            no=new.no,
            period=new.period,
            payer_id=new.payer_id,
            payer_name=document.buyer.name,
            payer_email=document.buyer.email,
            language=document.language,
            issued_on=document.issued,
            due_on=document.due,
            net_cents=sums.net_cents,
            tax_cents=sums.tax_cents,
            gross_cents=sums.gross_cents,
            preceding_id=new.preceding_id,
            reason=new.reason,
            document=stored.as_json(document),
            sheet=stored.as_json(new.sheet),
            user_id=user_id,
            made_us=utc_us,
        )
    )
    db.execute(insert(invoice_line), [{**own, **line} for line in _lines(document)])
    if new.sources:
        db.execute(insert(rated_item), [{**own, **_source(source)} for source in new.sources])
    db.execute(insert(invoice_document), [{**own, "made_us": utc_us, **_file(file)} for file in new.files])
    add_event(db, organisation_id, id_, "issued", {file.kind: file.sha256 for file in new.files}, user_id, utc_us)
    return id_


def _lines(document: Document) -> list[dict[str, object]]:
    return [
        {
            "position": position,
            "name": line.name,
            "details": line.details,
            "quantity": line.quantity,
            "unit": line.unit,
            "base": line.base,
            "unit_cents": line.unit_cents,
            "discount_bp": line.discount_bp,
            "discount_cents": line.discount_cents,
            "net_cents": line.net_cents,
            "vat_category": line.vat_key[0],
            "vat_bp": line.vat_key[1],
        }
        for position, line in enumerate(document.lines, 1)
    ]


def _source(source: Source) -> dict[str, object]:
    snapshot = json.dumps(source.snapshot, ensure_ascii=False, sort_keys=True)
    return {"source": source.key, "minutes": source.minutes, "net_cents": source.net_cents, "snapshot": snapshot}


def _file(file: File) -> dict[str, object]:
    values = {name: getattr(file, name) for name in ("kind", "file_name", "media_type", "sha256")}
    return {**values, "bytes": file.content}


def add_event(
    db: Connection,
    organisation_id: str,
    invoice_id: str,
    name: str,
    data: dict[str, Any],
    user_id: str | None,
    utc_us: int,
) -> None:
    """Appends what happened to an invoice."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    values = {"invoice_id": invoice_id, "name": name, "data": text, "user_id": user_id, "utc_us": utc_us}
    db.execute(insert(invoice_event).values(organisation_id=organisation_id, **values))


def billed(db: Connection, organisation_id: str, sources: Iterable[str] | None = None) -> frozenset[str]:
    """Sources that stand on an invoice which was not cancelled: they are never billed again."""
    is_cancelled = exists().where(
        invoice_event.c.invoice_id == rated_item.c.invoice_id, invoice_event.c.name == "cancelled"
    )
    question = select(rated_item.c.source).where(rated_item.c.organisation_id == organisation_id, ~is_cancelled)
    if sources is None:
        return frozenset(db.execute(question).scalars())
    found: set[str] = set()
    wanted = list(sources)
    for at in range(0, len(wanted), 5_000):
        found.update(db.execute(question.where(rated_item.c.source.in_(wanted[at : at + 5_000]))).scalars())
    return frozenset(found)


# reading -------------------------------------------------------------------------------------------------------------


def get(db: Connection, organisation_id: str, invoice_id: str) -> Issued | None:
    """One invoice of the firm."""
    found = _issued(db, organisation_id, select(invoice).where(invoice.c.id == invoice_id))
    return found[0] if found else None


def many(db: Connection, organisation_id: str, ids: Sequence[str]) -> list[Issued]:
    """Invoices of the firm by their ids, oldest first; ids that it does not have are left out."""
    found = []
    for at in range(0, len(ids), AT_ONCE):
        question = select(invoice).where(invoice.c.id.in_(ids[at : at + AT_ONCE]))
        found += _issued(db, organisation_id, question.order_by(invoice.c.made_us, invoice.c.id))
    return found


def by_number(db: Connection, organisation_id: str, number: str) -> Issued | None:
    """The invoice with this number."""
    found = _issued(db, organisation_id, select(invoice).where(invoice.c.number == number))
    return found[0] if found else None


def listed(db: Connection, organisation_id: str, period: str = "", limit: int = LIST_LIMIT) -> list[Issued]:
    """The newest invoices, newest first; of one period ("2026-11") if it is given."""
    question = select(invoice).order_by(invoice.c.made_us.desc(), invoice.c.id.desc()).limit(limit)
    return _issued(db, organisation_id, question.where(invoice.c.period == period) if period else question)


def issued_between(db: Connection, organisation_id: str, first: date, last: date) -> list[Issued]:
    """All invoices issued on these days (inclusive), by number: what exports take."""
    days = (invoice.c.issued_on >= first, invoice.c.issued_on <= last)
    return _issued(
        db, organisation_id, select(invoice).where(*days).order_by(invoice.c.series, invoice.c.year, invoice.c.no)
    )


def following(db: Connection, organisation_id: str, invoice_id: str) -> list[Issued]:
    """Cancellations and corrections of an invoice, oldest first."""
    return _issued(
        db, organisation_id, select(invoice).where(invoice.c.preceding_id == invoice_id).order_by(invoice.c.made_us)
    )


def queued(db: Connection) -> list[tuple[str, str]]:
    """(organisation, invoice) whose mail waits, for all firms: the server's own question. Oldest first."""
    newest = (
        select(func.max(invoice_event.c.id))
        .where(invoice_event.c.name.in_(("queued", "sent", "not_sent")))
        .group_by(invoice_event.c.invoice_id)
    )
    question = (
        select(invoice_event.c.organisation_id, invoice_event.c.invoice_id)
        .where(invoice_event.c.id.in_(newest), invoice_event.c.name == "queued")
        .order_by(invoice_event.c.id)
    )
    return [(row.organisation_id, row.invoice_id) for row in db.execute(question)]


def document_of(db: Connection, organisation_id: str, invoice_id: str) -> Document | None:
    """The document as it was issued."""
    own = (invoice.c.organisation_id == organisation_id, invoice.c.id == invoice_id)
    text = db.execute(select(invoice.c.document).where(*own)).scalar()
    return stored.document_from(text) if text else None


def files_of(db: Connection, organisation_id: str, invoice_id: str, kind: str = "") -> list[File]:
    """The files of an invoice (one, if `kind` is given), with their bytes."""
    own = (invoice_document.c.organisation_id == organisation_id, invoice_document.c.invoice_id == invoice_id)
    question = select(invoice_document).where(*own).order_by(invoice_document.c.kind)
    rows = db.execute(question.where(invoice_document.c.kind == kind) if kind else question).mappings()
    return [File(row["kind"], row["file_name"], row["media_type"], bytes(row["bytes"])) for row in rows]


def rest_of(db: Connection, organisation_id: str, invoice_id: str) -> dict[VatKey, int]:
    """What of an invoice still stands, net by VAT category and rate, after its corrections."""
    ids = [invoice_id, *(each.id for each in following(db, organisation_id, invoice_id))]
    question = (
        select(invoice_line.c.vat_category, invoice_line.c.vat_bp, func.sum(invoice_line.c.net_cents))
        .where(invoice_line.c.organisation_id == organisation_id, invoice_line.c.invoice_id.in_(ids))
        .group_by(invoice_line.c.vat_category, invoice_line.c.vat_bp)
    )
    return {(row[0], row[1]): int(row[2]) for row in db.execute(question)}


def _issued(db: Connection, organisation_id: str, question: Select[Any]) -> list[Issued]:
    rows = db.execute(question.where(invoice.c.organisation_id == organisation_id)).mappings().all()
    events = _events(db, organisation_id, [row["id"] for row in rows])
    columns = [f.name for f in fields(Issued) if f.name != "events"]
    return [Issued(**{name: row[name] for name in columns}, events=tuple(events.get(row["id"], ()))) for row in rows]


def _events(db: Connection, organisation_id: str, ids: Sequence[str]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    question = (
        select(invoice_event, user.c.name.label("who"))
        .join(user, user.c.id == invoice_event.c.user_id, isouter=True)
        .where(invoice_event.c.organisation_id == organisation_id)
        .order_by(invoice_event.c.id)
    )
    for at in range(0, len(ids), 5_000):
        for row in db.execute(question.where(invoice_event.c.invoice_id.in_(ids[at : at + 5_000]))).mappings():
            event = Event(row["name"], json.loads(row["data"]), row["who"] or "", row["utc_us"])
            found.setdefault(row["invoice_id"], []).append(event)
    return found
