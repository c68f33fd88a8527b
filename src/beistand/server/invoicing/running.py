"""The invoice run of a firm: a plan that changes nothing, and its execution, one transaction an invoice.

Two runs at once: the second is refused and told of the first. What cannot be issued is named, and the rest goes on.
"""

from __future__ import annotations

import re
import time
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from beistand.billing import einvoice
from beistand.billing.draft import Draft, Period, Question
from beistand.billing.drafting import Particulars, document_of
from beistand.billing.invoice import Buyer, InvoiceError, Totals, totals
from beistand.billing.run import make_drafts
from beistand.billing.taxation import Taxes
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import facts
from beistand.server.invoicing.issuing import Actor, Issuer
from beistand.server.invoicing.minutes_account import MinutesAccount
from beistand.server.store import contracts, invoice_runs, parties, seller, taxes
from beistand.server.store.database import Database
from beistand.server.store.invoice_runs import Running
from beistand.server.store.parties import Party
from beistand.server.store.seller import SellerData

Progress = Callable[[int, int], None]


class RunError(InvoiceError):
    """The run cannot take place; one sentence says why and what to do."""


@dataclass(frozen=True)
class Planned:
    """A draft with its payer. `error` says why it cannot be issued; `sums` is what it comes to."""

    draft: Draft
    payer_name: str
    particulars: Particulars | None
    sums: Totals | None
    error: InvoiceError | None = None

    @property
    def problem(self) -> str:
        """The sentence of `error`, or ""."""
        return str(self.error) if self.error else ""


@dataclass(frozen=True)
class Plan:
    """What a run would do: drafts, what is not worth an invoice yet, open questions, entries that wait for approval."""

    period: Period
    planned: tuple[Planned, ...]
    later: tuple[Draft, ...]
    questions: tuple[Question, ...]
    waiting: int
    facts: facts.Facts

    @property
    def net_cents(self) -> int:
        """The sum of what would be issued."""
        return sum(each.draft.net_cents for each in self.planned if not each.problem)


@dataclass(frozen=True)
class Report:
    """What a run did: ids of invoices, and (payer, why) for what could not be issued."""

    issued: tuple[str, ...]
    failed: tuple[tuple[str, InvoiceError], ...]


def period_of(text: str) -> Period:
    """ "2026-11" as its first and last day. Raises RunError for anything else."""
    match = re.fullmatch(r"(20[0-9]{2})-(0[1-9]|1[0-2])", text.strip())
    if match is None:
        raise RunError(f"{text!r} is no period: write year and month, for example 2026-11.")
    year, month = int(match[1]), int(match[2])
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def today(utc_us: int) -> date:
    """The day on the firm's wall clock."""
    return taxes.day_of(utc_us)


def seller_of(db: Connection, organisation_id: str) -> SellerData:
    """The invoice data. Raises RunError when they were not entered yet."""
    data = seller.get_seller(db, organisation_id)
    if data is None:
        sentence = "The invoice data are missing: enter name, address, tax number and IBAN under “Invoice data”."
        raise RunError(sentence, "no_seller")
    return data


def plan(db: Connection, organisation_id: str, period: Period, utc_us: int) -> Plan:
    """The dry run. Raises RunError when the invoice data are missing."""
    data, known = seller_of(db, organisation_id), facts.read(db, organisation_id, period)
    outcome = make_drafts(known.works, known.contracts, period, known.accounts, known.billed)
    planned = tuple(
        _planned(db, organisation_id, draft, data, known, period, today(utc_us))
        for draft in outcome.drafts
        if draft.is_due
    )
    later = tuple(draft for draft in outcome.drafts if not draft.is_due)
    return Plan(period, planned, later, outcome.questions, len(known.waiting), known)


def execute(
    database: Database,
    organisation_id: str,
    plan_: Plan,
    typesetter: Typesetter,
    by: Actor,
    who: str,
    progress: Progress | None = None,
) -> Report:
    """Issues what was planned. Raises RunError if another run is going on, StoreError if nothing can be written."""
    run_id = begin(database, organisation_id, plan_.period, who, by.utc_us)
    try:
        return _execute(database, organisation_id, plan_, typesetter, by, run_id, progress or (lambda done, of: None))
    finally:
        database.write_now(lambda c: invoice_runs.end_run(c, organisation_id, run_id))


def begin(database: Database, organisation_id: str, period: Period, who: str, utc_us: int) -> str:
    """Takes the one place of a run. Raises RunError that names who holds it."""
    found = database.write_now(lambda c: invoice_runs.begin_run(c, organisation_id, period.name, who, utc_us))
    if isinstance(found, Running):
        raise RunError(
            f"Another invoice run is going on ({found.period}, started by {found.who}): wait until it has ended.",
            "run_going_on",
            period=found.period,
            who=found.who,
        )
    return found


def _execute(
    database: Database,
    organisation_id: str,
    plan_: Plan,
    typesetter: Typesetter,
    by: Actor,
    run_id: str,
    progress: Progress,
) -> Report:
    booker = MinutesAccount(organisation_id, plan_.facts.contracts, plan_.period)
    issuer = Issuer(typesetter, organisation_id, booker)
    issued: list[str] = []
    failed: list[tuple[str, InvoiceError]] = []
    began = time.monotonic()

    def issue(db: Connection, each: Planned) -> str:
        now_us = by.utc_us + int((time.monotonic() - began) * 1e6)
        if not invoice_runs.is_running(db, organisation_id, run_id, now_us):
            raise RunError("Another invoice run has taken over: this one stops. What was issued stays issued.")
        if each.particulars is None:
            raise each.error or InvoiceError("This draft cannot be issued.")
        # Payer, seller and taxes as they stand now: what was cleared since the plan must not stand on the letter.
        data = seller_of(db, organisation_id)
        party = parties.get_party(db, organisation_id, each.draft.payer_id)
        if party is None:
            raise payer_gone()
        known = replace(plan_.facts, taxes=taxes.history(db, organisation_id))
        fresh = particulars(db, organisation_id, party, each.draft, data, known, each.particulars.issued)
        return issuer.issue(db, each.draft, plan_.period, fresh, data, by)

    for done, each in enumerate(plan_.planned, 1):
        try:
            issued.append(database.write_now(lambda c, one=each: issue(c, one)))  # type: ignore[misc]
        except RunError:
            raise
        except InvoiceError as error:
            failed.append((each.payer_name, error))
        progress(done, len(plan_.planned))
    return Report(tuple(issued), tuple(failed))


def _planned(
    db: Connection,
    organisation_id: str,
    draft: Draft,
    data: SellerData,
    known: facts.Facts,
    period: Period,
    day: date,
) -> Planned:
    party = known.parties.get(draft.payer_id)
    if party is None:
        return Planned(draft, "?", None, None, payer_gone())
    try:
        with_ = particulars(db, organisation_id, party, draft, data, known, day)
        document, _sheet = document_of(draft, period, with_)
        einvoice.require(document, "zugferd")
        return Planned(draft, party.name, with_, totals(document))
    except InvoiceError as error:
        return Planned(draft, party.name, None, None, error)


def payer_gone() -> InvoiceError:
    """A payer who is no customer any more."""
    return InvoiceError("The payer does not exist any more: choose another customer.", "payer_gone")


def particulars(
    db: Connection,
    organisation_id: str,
    party: Party,
    draft: Draft,
    data: SellerData,
    known: facts.Facts,
    day: date,
) -> Particulars:
    """Who sends to whom, in which VAT mode, with the partner's own order number."""
    order = ""
    by_number = {contract.number: contract.id for contract in known.contracts}
    for number in draft.contracts[:1]:
        order = str(contracts.details(db, organisation_id, by_number[number])["order_reference"])
    buyer = buyer_of(db, organisation_id, party)
    taxed = Taxes(known.taxes, party.vat_mode, party.is_consumer)
    return Particulars("-", day, data.due_days, data.firm, buyer, taxed, order)


def buyer_of(db: Connection, organisation_id: str, party: Party) -> Buyer:
    """A party as an invoice names it; the contact who gets invoices, if there is one."""
    people = [each for each in parties.contacts(db, organisation_id, party.id) if each.gets_invoices]
    person = people[0] if people else None
    return Buyer(
        name=party.name,
        street=party.street,
        postcode=party.postcode,
        city=party.city,
        country=party.country,
        number=party.number,
        contact_name=person.name if person else "",
        vat_id=party.vat_id,
        reference=party.leitweg_id,
        e_address=party.e_address,
        e_address_scheme=party.e_address_scheme or "EM",
        email=(person.email if person else "") or party.email,
        language="en" if party.language == "en" else "de",
        is_consumer=party.is_consumer,
    )
