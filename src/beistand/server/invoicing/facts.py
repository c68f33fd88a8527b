"""What the run needs to know, read from the store in one go: recorded work, contracts, accounts, payers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from beistand.billing.bands import Calendar
from beistand.billing.contract import Contract
from beistand.billing.draft import Period
from beistand.billing.minutes import Terms
from beistand.billing.price_list import PriceList, choose
from beistand.billing.quota import Account
from beistand.billing.rating import Consent, Price
from beistand.billing.taxation import TaxHistory, announced_bp
from beistand.billing.work import Announced, Work
from beistand.server.invoicing.minutes_account import accounts
from beistand.server.store import accounts as firms
from beistand.server.store import cases, contracts, invoices, parties, prices, taxes, times
from beistand.server.store.cases import Decision
from beistand.server.store.parties import Party
from beistand.server.store.tables import support_case, support_session
from beistand.server.store.times import TimeEntry, instant

# Entries that were forgotten come with a later run, but not for ever: older ones are booked by hand.
LOOK_BACK_DAYS = 400
SERVICE_LIMIT = 100
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Facts:
    """Everything for one run. `waiting` are entries that nobody has approved yet."""

    works: tuple[Work, ...]
    waiting: tuple[TimeEntry, ...]
    contracts: tuple[Contract, ...]
    accounts: Mapping[str, Account]
    billed: frozenset[str]
    parties: Mapping[str, Party]
    taxes: TaxHistory


def read(db: Connection, organisation_id: str, period: Period) -> Facts:
    """The facts for a period, for everything up to its last day on the firm's wall clock."""
    firm = firms.get_organisation(db, organisation_id)
    to_us, from_us = _us(period.last + timedelta(days=1)), _us(period.first - timedelta(days=LOOK_BACK_DAYS))
    found = times.entries(db, organisation_id, from_us, to_us)
    billed = invoices.billed(db, organisation_id)
    open_ones = [entry for entry in found if f"entry:{entry.id}" not in billed and entry.net_seconds > 0]
    sessions = sorted({entry.session_id for entry in open_ones})
    about = _About(db, organisation_id, sessions, prices.all_lists(db, firm))
    known = contracts.load(db, organisation_id)
    return Facts(
        works=tuple(about.work(entry) for entry in open_ones if not entry.is_waiting),
        waiting=tuple(entry for entry in open_ones if entry.is_waiting),
        contracts=tuple(known),
        accounts=accounts(db, organisation_id, known, period),
        billed=billed,
        parties=parties.parties_by_id(db, organisation_id),
        taxes=taxes.history(db, organisation_id),
    )


def _us(day: date) -> int:
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(Calendar().zone))
    return int(start.timestamp()) * 1_000_000


class _About:
    """What belongs to sessions: who decided what, whose session it is, which case, at which prices."""

    def __init__(self, db: Connection, organisation_id: str, sessions: Sequence[str], lists: list[PriceList]) -> None:
        self._lists = lists
        self._decisions: dict[str, list[Decision]] = {}
        self._leads: dict[str, str] = {}
        for at in range(0, len(sessions), _AT_ONCE):
            part = sessions[at : at + _AT_ONCE]
            self._decisions.update(cases.decisions(db, organisation_id, part))
            own = (support_session.c.organisation_id == organisation_id, support_session.c.id.in_(part))
            self._leads.update(
                {
                    row.id: row.user_id
                    for row in db.execute(select(support_session.c.id, support_session.c.user_id).where(*own))
                }
            )
        self._levels = prices.technician_levels(db, organisation_id)
        self._types = {each.id: each for each in prices.service_types(db, organisation_id, with_archived=True)}
        question = select(support_case.c.id, support_case.c.number, support_case.c.title)
        rows = db.execute(question.where(support_case.c.organisation_id == organisation_id))
        self._cases = {row.id: f"#{row.number} {row.title}" for row in rows}

    def work(self, entry: TimeEntry) -> Work:
        """The entry as the run sees it. The decision that held when it began tells case, contract and kind of work."""
        decided = self._decision(entry)
        level = decided.technician_level if decided else self._levels.get(entry.user_id, 1)
        # Who leads is whom the decision names: a session may have been handed over, at their own level.
        is_lead = ((decided and decided.user_id) or self._leads.get(entry.session_id)) == entry.user_id
        service_type = (decided.service_type_id if decided else None) or ""
        case_id = (decided.case_id if decided else None) or ""
        release = entry.release.reason if entry.release else ""
        goodwill = entry.newest_goodwill if entry.goodwill_seconds else None
        return Work(
            entry_id=entry.id,
            session_id=entry.session_id,
            technician=entry.technician,
            customer_id=entry.customer_id,
            customer=entry.customer_name,
            started=entry.started,
            ended=entry.ended,
            stretches=stretches(entry),
            net_seconds=entry.net_seconds,
            level=level if is_lead or decided is None else self._levels.get(entry.user_id, level),
            is_lead=is_lead,
            service_type=service_type,
            service=self._service(entry, service_type, "de"),
            service_en=self._service(entry, service_type, "en"),
            case_id=case_id,
            case_title=self._cases.get(case_id, ""),
            contract_id=decided.contract_id if decided else None,
            is_chargeable=entry.is_chargeable,
            announced=self._announced(entry, service_type, level),
            release_reason=release,
            goodwill_seconds=entry.goodwill_seconds,
            goodwill_reason=goodwill.reason if goodwill else "",
        )

    def _decision(self, entry: TimeEntry) -> Decision | None:
        found = self._decisions.get(entry.session_id, [])
        before = [each for each in found if each.utc_us <= entry.started_us]
        return before[-1] if before else (found[0] if found else None)

    def _service(self, entry: TimeEntry, service_type: str, language: str) -> str:
        """What the note says was done, before what was chosen beforehand; plain text of an older version as it is."""
        named = self._types.get(entry.service_type) or self._types.get(service_type)
        parts = [named.name(language) if named else entry.service_type, " ".join(entry.note.split())[:SERVICE_LIMIT]]
        return ": ".join(part for part in parts if part)

    def _announced(self, entry: TimeEntry, service_type: str, level: int) -> Announced | None:
        consent = entry.consent_for_rating()
        if entry.consent is not None and consent is not None:
            notice = entry.consent.notice
            terms = Terms(notice.step_minutes, notice.minimum_minutes, notice.grace_seconds, notice.rounding)  # type: ignore[arg-type]
            # What the words named and nothing else: no surcharge of a list, which may be archived or changed since.
            later = tuple((instant(at), hour, cents) for at, hour, cents in notice.later_prices)
            price = Price(notice.rate_cents, later=later)
            kept = announced_bp(notice.vat_bp, notice.is_gross)
            return Announced(consent, price, terms, entry.consent.channel, vat_bp=kept)
        chosen = choose(self._lists, entry.customer_id, service_type)
        if entry.release is None or chosen is None:
            return None
        price = Price(chosen.rate(level), chosen.surcharges_bp)
        return Announced(Consent("", entry.started, False), price, chosen.terms, "", chosen.calendar, None)


def stretches(entry: TimeEntry) -> tuple[tuple[datetime, datetime], ...]:
    """From start to end without the stops: what is left between their union."""
    length, at, found = (entry.ended_us - entry.started_us) // 1_000_000, 0, []
    for stop in sorted(entry.stops, key=lambda each: (each.start, each.end)):
        begin, end = max(stop.start, 0), min(stop.end, length)
        if begin > at:
            found.append((at, begin))
        at = max(at, end)
    if at < length:
        found.append((at, length))
    start = entry.started
    return tuple((start + timedelta(seconds=a), start + timedelta(seconds=b)) for a, b in found)
