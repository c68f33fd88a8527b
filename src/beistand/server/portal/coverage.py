"""Who pays for this session, and the price card if the customer does: the firm's contracts and prices, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from beistand.billing.contract import ContractError
from beistand.billing.coverage import Asked, Chargeable, Covered, Reason, covered_until, decide
from beistand.billing.price_card import Later, PriceCard, gross, money, vat_words
from beistand.billing.price_list import PriceList
from beistand.billing.taxation import Rates, Taxation, taxation
from beistand.server.store import contracts, prices
from beistand.server.store.accounts import Organisation
from beistand.server.store.cases import Decision
from beistand.server.store.parties import Party
from beistand.server.store.prices import ServiceType, firm_terms
from beistand.server.store.taxes import day_of, history

REASON = {"de": "kein Servicevertrag", "en": "no service contract"}
REASONS = {
    "no_contract": REASON,
    "not_begun": {
        "de": "Servicevertrag {number} beginnt erst am {day}",
        "en": "service contract {number} begins only on {day}",
    },
    "ended": {"de": "Servicevertrag {number} endete am {day}", "en": "service contract {number} ended on {day}"},
    "no_version": {
        "de": "Servicevertrag {number} hat für heute keine Konditionen",
        "en": "service contract {number} has no terms for today",
    },
    "service_type": {
        "de": "{service} ist in Servicevertrag {number} nicht enthalten",
        "en": "{service} is not part of service contract {number}",
    },
    "hours": {
        "de": "außerhalb der Servicezeit von Servicevertrag {number}",
        "en": "outside the service hours of contract {number}",
    },
    "customer": {
        "de": "Servicevertrag {number} gilt dafür nicht",
        "en": "service contract {number} does not cover it",
    },
}
THIS_WORK = {"de": "diese Leistung", "en": "this work"}


@dataclass(frozen=True)
class Wish:
    """For whom the work is, as the technician picked it. Ids are of the firm, "" or None = not picked.

    `is_business` is what a caller says whom the firm does not know; of a known customer the firm's own data count.
    """

    customer: Party | None
    name: str
    language: str
    service_type: ServiceType | None = None
    contract_id: str | None = None
    price_list_id: str | None = None
    is_business: bool = False


@dataclass(frozen=True)
class Coverage:
    """`card` is None unless chargeable at a price; `covered_by` names who pays instead, as the customer reads it.

    `until_us` is the instant at which they pay no more, if it is near: then it has to be asked again.
    """

    card: PriceCard | None
    covered_by: str
    reason: str = ""
    contract_id: str | None = None
    contract_number: str = ""
    version_id: str | None = None
    payer_id: str | None = None
    price_list_id: str | None = None
    service_type_id: str | None = None
    technician_level: int = 1
    warning: ContractError | None = None
    until_us: int | None = None

    @property
    def is_chargeable(self) -> bool:
        """Whether the customer pays."""
        return self.card is not None

    @property
    def notice(self) -> str:
        """The exact words for the customer; empty unless chargeable."""
        return self.card.text if self.card else ""

    def decision(self, session_id: str, user_id: str, utc_us: int, case_id: str | None = None) -> Decision:
        """As the store keeps it."""
        return Decision(
            session_id,
            utc_us,
            user_id,
            self.technician_level,
            self.is_chargeable,
            self.payer_id,
            self.contract_id,
            self.version_id,
            self.price_list_id,
            self.service_type_id,
            case_id,
            self.reason,
            self.card.text_sha256 if self.card else "",
        )


def coverage(db: Connection, firm: Organisation, wish: Wish, user_id: str, utc_us: int) -> Coverage:
    """A contract covers, else a price holds; without any price the help is goodwill and never billed.

    Raises ContractError `two_payers` if the technician must choose the contract.
    """
    at = datetime.fromtimestamp(utc_us // 1_000_000, UTC)
    level = prices.technician_levels(db, firm.id).get(user_id, 1)
    service = wish.service_type.id if wish.service_type else ""
    serving = contracts.serving(db, firm.id, wish.customer.id) if wish.customer else []
    asked = Asked(wish.customer.id if wish.customer else None, service, level)
    lists = prices.all_lists(db, firm)
    if wish.price_list_id:
        lists = [known for known in lists if known.id == wish.price_list_id] or lists
    decision = decide(serving, asked, at, lists, wish.contract_id)
    if isinstance(decision, Covered):
        return Coverage(
            None,
            decision.contract.partner_name,
            contract_id=decision.contract.id,
            contract_number=decision.contract.number,
            version_id=decision.version.id,
            payer_id=decision.contract.partner_id,
            service_type_id=service or None,
            technician_level=level,
            warning=decision.warning,
            until_us=_us(until) if (until := covered_until(serving, asked, at, wish.contract_id)) else None,
        )
    return _chargeable(db, firm, wish, decision, at, level)


def uncovered(db: Connection, firm: Organisation, wish: Wish, user_id: str, utc_us: int, reason: str) -> Coverage:
    """The price of work that no contract covers, whatever contracts there are; `reason` as the customer reads it."""
    at = datetime.fromtimestamp(utc_us // 1_000_000, UTC)
    level = prices.technician_levels(db, firm.id).get(user_id, 1)
    decision = decide([], Asked(wish.customer.id if wish.customer else None, "", level), at, prices.all_lists(db, firm))
    if isinstance(decision, Covered):
        raise AssertionError("no contract was asked")
    found = _chargeable(db, firm, wish, decision, at, level)
    return replace(found, reason=reason, card=replace(found.card, reason=reason) if found.card else None)


def _chargeable(
    db: Connection, firm: Organisation, wish: Wish, decision: Chargeable, at: datetime, level: int
) -> Coverage:
    reason = reason_words(decision.reason, wish.service_type, wish.language)
    made = None
    if decision.prices is not None:
        cents = decision.prices.hour(level, at)
        taxed = taxed_for(db, firm, wish, day_of(int(at.timestamp()) * 1_000_000))
        made = _card(taxed, decision.prices, cents, wish.name, wish.language, reason)
        zone = ZoneInfo(decision.prices.calendar.zone)
        changes = decision.prices.later(level, at)
        later = [Later(_us(moment), hour_words(moment, at, zone, wish.language), rate) for moment, rate in changes]
        made = replace(made, later=tuple(later))
    return Coverage(
        made,
        "",
        reason=reason,
        contract_number=decision.reason.contract_number,
        payer_id=wish.customer.id if wish.customer else None,
        price_list_id=decision.prices.id or None if decision.prices else None,
        service_type_id=wish.service_type.id if wish.service_type else None,
        technician_level=level,
    )


WEEKDAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def hour_words(moment: datetime, at: datetime, zone: ZoneInfo, language: str) -> str:
    """ "18:00 Uhr" on the day of `at`, else with its weekday: "Samstag 0:00 Uhr", "Saturday 0:00"."""
    local = moment.astimezone(zone)
    hour = f"{local.hour}:{local.minute:02d}" + (" Uhr" if language == "de" else "")
    return hour if local.date() == at.astimezone(zone).date() else f"{WEEKDAYS[language][local.weekday()]} {hour}"


def _us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def taxed_for(db: Connection, firm: Organisation, wish: Wish, day: date) -> Taxation:
    """How the invoice for work of that day will be taxed. Whoever is not known to be a business is a consumer and is
    shown the whole price, with tax (§ 3 PAngV)."""
    known = wish.customer
    mode, is_consumer = (known.vat_mode, known.is_consumer) if known else ("standard", not wish.is_business)
    return history(db, firm.id).taxation(day, mode, is_consumer)


def example(firm: Organisation, rates: Rates, name: str, language: str, reason: str) -> PriceCard | None:
    """The firm's own terms as a card for a business customer; None where it has no price."""
    if firm.price_cents_per_hour == 0:
        return None
    taxed = taxation(rates.is_small_business, rates.standard_bp, "standard", False)
    return _card(taxed, firm_terms(firm), firm.price_cents_per_hour, name, language, reason)


def _card(taxed: Taxation, held: PriceList, cents: int, name: str, language: str, reason: str) -> PriceCard:
    return PriceCard(
        reason,
        cents,
        held.terms.step,
        held.terms.minimum,
        taxed.vat_bp,
        taxed.is_gross,
        name,
        language,
        held.terms.grace_seconds,
        held.terms.rounding,
    )


def reason_words(reason: Reason, service: ServiceType | None, language: str) -> str:
    """Why the work is chargeable, as the customer reads it."""
    return REASONS[reason.code][language].format(
        number=reason.contract_number,
        day=day_words(reason.day, language) if reason.day else "",
        service=service.name(language) if service else THIS_WORK[language],
    )


def price_line(rates: Rates, held: PriceList, language: str) -> str:
    """A public price in one line: with tax, because consumers read the page, and the net price beside it for firms."""
    words = {
        "de": ("{name}: {gross} je Stunde{vat}, je angefangene {step} Minuten", " {vat} ({net} netto)"),
        "en": ("{name}: {gross} per hour{vat}, per started {step} minutes", " {vat} ({net} net)"),
    }
    line, tax = words[language]
    net = held.rate(1)
    taxed = taxation(rates.is_small_business, rates.standard_bp, "standard", True)
    vat = vat_words(taxed.vat_bp, taxed.is_gross, language)
    told = tax.format(vat=vat, net=money(net, language)) if taxed.vat_bp else f" {vat}"
    shown = money(gross(net, taxed.vat_bp), language)
    return line.format(name=held.name, gross=shown, vat=told, step=held.terms.step)


def day_words(day: date, language: str) -> str:
    """ "1.12.2026" in German, "1 Dec 2026" in English."""
    if language == "de":
        return f"{day.day}.{day.month}.{day.year}"
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]} {day.year}"
