"""Issues one invoice: its number, rows, files, sources and audit entry in one transaction, or nothing of it.

The letter is set within the transaction (about 30 ms), because it shows the number and a number that was taken back
would be a gap. A full disk or a crash takes everything back, the number too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from sqlalchemy import Connection

from beistand.billing import einvoice
from beistand.billing.draft import Draft, Period, QuotaMove
from beistand.billing.drafting import Particulars, document_of
from beistand.billing.invoice import Document, InvoiceError, Line, cancel, correct, totals
from beistand.billing.money import times
from beistand.billing.timesheet import TimeSheet
from beistand.server.documents.pdf import Typesetter
from beistand.server.documents.xml import make_xml
from beistand.server.store import audit, invoices
from beistand.server.store.invoices import File, New
from beistand.server.store.seller import SellerData


class Booker(Protocol):
    """Keeps the account of included minutes in step with invoices, in the same transaction."""

    def book(self, db: Connection, invoice_id: str, moves: Sequence[QuotaMove], utc_us: int) -> None:
        """Books what an invoice granted and used."""
        ...

    def give_back(self, db: Connection, invoice_id: str, utc_us: int) -> None:
        """Gives back what a cancelled invoice used, and takes back the block that it sold."""
        ...

    def left_to_give(self, db: Connection, invoice_id: str) -> int:
        """Included minutes that an invoice used and that nothing has given back yet."""
        ...

    def give_minutes(self, db: Connection, invoice_id: str, minutes: int, utc_us: int) -> None:
        """Gives back some of them."""
        ...


@dataclass(frozen=True)
class Actor:
    """Who issues, when: a user's id or None for the operator's command line, and the day on the firm's calendar."""

    user_id: str | None
    utc_us: int
    today: date

    @property
    def name(self) -> str:
        """As the audit log writes it."""
        return self.user_id or "operator"


class Issuer:
    """Turns drafts into invoices of one firm. `booker` books included minutes in that transaction."""

    def __init__(self, typesetter: Typesetter, organisation_id: str, booker: Booker | None = None) -> None:
        self._typesetter, self._organisation, self._booker = typesetter, organisation_id, booker

    def issue(
        self, db: Connection, draft: Draft, period: Period, with_: Particulars, data: SellerData, by: Actor
    ) -> str:
        """Issues a draft; gives the invoice's id. Raises InvoiceError with one sentence and changes nothing."""
        taken = invoices.billed(db, self._organisation, [source.key for source in draft.sources])
        if taken:
            raise InvoiceError(
                f"The invoice for {with_.buyer.name} was not issued: another run has billed {len(taken)} of its "
                "entries in the meantime. Start the run again.",
                "billed_meanwhile",
                name=with_.buyer.name,
            )
        # What lacks is said before a number is taken.
        document, sheet = document_of(draft, period, replace(with_, issued=by.today))
        einvoice.require(document, "zugferd")
        series, year, no = self._number(db, data.invoice_prefix, by)
        document = replace(document, number=number_text(series, year, no))
        files = make_files(self._typesetter, document, sheet)
        new = New(document, sheet, files, draft.sources, series, year, no, period.name, draft.payer_id)
        id_ = self._keep(db, new, by)
        if self._booker is not None and draft.moves:
            self._booker.book(db, id_, draft.moves, by.utc_us)
        return id_

    def cancel(self, db: Connection, invoice_id: str, reason: str, data: SellerData, by: Actor) -> str:
        """Issues the cancellation of an invoice; what it billed may be billed again. Raises InvoiceError."""
        issued, original = self._original(db, invoice_id)
        if invoices.following(db, self._organisation, invoice_id):
            sentence = f"{issued.number} was corrected already: take the rest back by another correction."
            raise InvoiceError(sentence, "corrected_already", number=issued.number)
        series, year, no = self._number(db, data.cancellation_prefix, by)
        document = cancel(original, number_text(series, year, no), by.today)
        files = make_files(self._typesetter, document, TimeSheet())
        new = New(
            document, TimeSheet(), files, (), series, year, no, issued.period, issued.payer_id, invoice_id, reason
        )
        id_ = self._keep(db, new, by)
        said = {"by": document.number, "reason": reason}
        invoices.add_event(db, self._organisation, invoice_id, "cancelled", said, by.user_id, by.utc_us)
        if self._booker is not None:
            self._booker.give_back(db, invoice_id, by.utc_us)
        return id_

    def correct(
        self,
        db: Connection,
        invoice_id: str,
        lines: Sequence[tuple[int, int]],
        reason: str,
        data: SellerData,
        by: Actor,
        minutes: int = 0,
    ) -> str:
        """Takes back part of an invoice: (position from 1, quantity), and included minutes that it used.

        Raises InvoiceError for more than is left.
        """
        issued, original = self._original(db, invoice_id)
        rest = invoices.rest_of(db, self._organisation, invoice_id)
        gone = _taken_back(issued)
        taken = [_part(original, position, quantity, gone.get(position, 0)) for position, quantity in lines if quantity]
        if minutes:
            self._check_minutes(db, issued, minutes)
            taken.append(minutes_back(minutes, original))
        if not taken:
            raise InvoiceError("Nothing was chosen to be taken back.", "nothing_chosen")
        document = correct(original, "-", by.today, taken, rest)
        series, year, no = self._number(db, data.cancellation_prefix, by)
        document = replace(document, number=number_text(series, year, no))
        files = make_files(self._typesetter, document, TimeSheet())
        new = New(
            document, TimeSheet(), files, (), series, year, no, issued.period, issued.payer_id, invoice_id, reason
        )
        id_ = self._keep(db, new, by)
        chosen = [[position, quantity] for position, quantity in lines if quantity]
        said = {"by": document.number, "reason": reason, "lines": chosen, "minutes": minutes}
        if minutes and self._booker is not None:
            self._booker.give_minutes(db, invoice_id, minutes, by.utc_us)
        invoices.add_event(db, self._organisation, invoice_id, "corrected", said, by.user_id, by.utc_us)
        return id_

    def _check_minutes(self, db: Connection, issued: invoices.Issued, minutes: int) -> None:
        left = self._booker.left_to_give(db, issued.id) if self._booker is not None else 0
        if not 0 < minutes <= left:
            sentence = f"{issued.number} used {left} included minutes that can be given back: take at most that."
            raise InvoiceError(sentence, "minutes_left", number=issued.number, left=left)

    def _original(self, db: Connection, invoice_id: str) -> tuple[invoices.Issued, Document]:
        issued = invoices.get(db, self._organisation, invoice_id)
        original = invoices.document_of(db, self._organisation, invoice_id)
        if issued is None or original is None:
            raise InvoiceError("There is no such invoice.")
        if issued.kind != "invoice":
            raise InvoiceError(
                f"{issued.number} takes an invoice back and cannot be taken back itself: issue a new one.",
                "takes_back_itself",
                number=issued.number,
            )
        if issued.has("cancelled"):
            raise InvoiceError(f"{issued.number} is cancelled already.", "cancelled_already", number=issued.number)
        return issued, original

    def _number(self, db: Connection, series: str, by: Actor) -> tuple[str, int, int]:
        year = by.today.year
        return series, year, invoices.next_number(db, self._organisation, series, year)

    def _keep(self, db: Connection, new: New, by: Actor) -> str:
        id_ = invoices.add(db, self._organisation, new, by.user_id, by.utc_us)
        said = {
            "number": new.document.number,
            "payer": new.payer_id,
            "gross_cents": totals(new.document).gross_cents,
            "files": {file.kind: file.sha256 for file in new.files},
        }
        if new.reason:
            said["reason"] = new.reason
        audit.append(db, self._organisation, f"{new.document.kind} issued", said, by.name, by.utc_us)
        return id_


def minutes_back(minutes: int, original: Document) -> Line:
    """The line of a correction that gives included minutes back: it costs nothing and says how many."""
    words = {"de": f"{minutes} enthaltene Minuten zurückgegeben", "en": f"{minutes} included minutes given back"}
    return Line(words[original.language], 1, 0, vat_key=original.lines[0].vat_key)


def make_files(typesetter: Typesetter, document: Document, sheet: TimeSheet) -> tuple[File, ...]:
    """The ZUGFeRD letter and its XML; for buyers with a reference (public bodies) the XRechnung too."""
    xml = make_xml(document)
    name = document.number.replace("/", "-")
    files = [
        File("zugferd", f"{name}.pdf", "application/pdf", typesetter.invoice(document, sheet, xml)),
        File("cii", f"{name}.xml", "application/xml", xml),
    ]
    if document.buyer.reference:
        ubl = make_xml(document, "xrechnung", "ubl")
        files.append(File("xrechnung", f"{name}-xrechnung.xml", "application/xml", ubl))
    return tuple(files)


def number_text(series: str, year: int, no: int) -> str:
    """ "RE-2026-0001"."""
    return f"{series}-{year}-{no:04d}"


def _taken_back(issued: invoices.Issued) -> dict[int, int]:
    """What earlier corrections took back: quantity by position."""
    gone: dict[int, int] = {}
    for event in issued.events:
        for position, quantity in event.data.get("lines", ()) if event.name == "corrected" else ():
            gone[position] = gone.get(position, 0) + quantity
    return gone


def _part(original: Document, position: int, quantity: int, gone: int) -> Line:
    """So much of a line as it stood. All parts together come to exactly the line's cents.

    Each part is worth what is left of the line before it minus what is left after it; where that differs by a cent
    from quantity x price, the cent stands as a discount of the part.
    """
    if not 1 <= position <= len(original.lines):
        raise InvoiceError(f"{original.number} has no line {position}.")
    line = original.lines[position - 1]
    left = line.quantity - gone
    if not 0 < quantity <= left:
        sentence = f"Of line {position} of {original.number} {left} are left: take back at most that."
        raise InvoiceError(sentence, "line_left", number=original.number, position=position, left=left)
    part = replace(line, quantity=quantity, discount_cents=0)
    worth = _worth(line, left) - _worth(line, left - quantity)
    return replace(
        part, discount_cents=part.before_cents - worth, discount_bp=line.discount_bp if quantity == line.quantity else 0
    )


def _worth(line: Line, quantity: int) -> int:
    """The net cents of so much of a line."""
    before = times(line.unit_cents, quantity, line.base)
    return before - times(line.discount_cents, quantity, line.quantity)
