"""From a draft to the document that is issued: the lines in the payer's language, the VAT mode, the days. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from beistand.billing.bands import NORMAL
from beistand.billing.draft import Draft, FlatCharge, Period
from beistand.billing.einvoice import MONTHS
from beistand.billing.invoice import Buyer, Document, Line, Seller, minutes_line
from beistand.billing.money import VatKey
from beistand.billing.price_card import money
from beistand.billing.taxation import Taxes
from beistand.billing.timesheet import Group, Priced, TimeSheet, Worked
from beistand.billing.work import local_day

# fmt: off
MONATE = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)
# fmt: on
_WORDS: dict[str, tuple[str, str]] = {
    "help": ("Fernhilfe {day}", "Remote help {day}"),
    "flat": ("Servicevertrag {contract}, {month}", "Service contract {contract}, {month}"),
    "flat_part": (
        "{first} bis {last}: {days} von {all} Tagen zu {month} im Monat",
        "{first} to {last}: {days} of {all} days at {month} a month",
    ),
    "flat_minutes": ("{minutes} Minuten enthalten", "{minutes} minutes included"),
    "block": ("Stundenkontingent {contract}: {minutes} Minuten", "Prepaid block {contract}: {minutes} minutes"),
    "goodwill": ("Kulanz {day}, {time}: {reason}", "Goodwill {day}, {time}: {reason}"),
    "included": ("Enthaltene Leistungen laut Zeitnachweis", "Included services as in the time sheet"),
    "from": ("ab {hour}", "from {hour}"),
    "evening": ("Abendtarif", "evening tariff"),
    "night": ("Nachttarif", "night tariff"),
    "saturday": ("Samstagstarif", "Saturday tariff"),
    "sunday_holiday": ("Sonn- und Feiertagstarif", "Sunday and holiday tariff"),
}
Language = Literal["de", "en"]


@dataclass(frozen=True)
class Particulars:
    """What a draft needs to become a document: number, days, both parties, and how the buyer is taxed."""

    number: str
    issued: date
    due_days: int
    seller: Seller
    buyer: Buyer
    taxes: Taxes
    order_number: str = ""


def document_of(draft: Draft, period: Period, with_: Particulars) -> tuple[Document, TimeSheet]:
    """The invoice and its time sheet. Raises InvoiceError for a draft without anything to say."""
    sheet = TimeSheet(draft.groups, draft.quotas)
    starts, ends = _days(draft, period)
    document = Document(
        kind="invoice",
        number=with_.number,
        issued=with_.issued,
        due=with_.issued + timedelta(days=with_.due_days),
        seller=with_.seller,
        buyer=with_.buyer,
        lines=lines_of(draft, period, with_),
        starts=starts,
        ends=ends,
        language=with_.buyer.language,
        contract_number=", ".join(draft.contracts),
        order_number=with_.order_number,
    )
    return document, sheet


def lines_of(draft: Draft, period: Period, with_: Particulars) -> tuple[Line, ...]:
    """Flats first, then the work in order of time, each band a line; goodwill stands with 0.00 and its reason.

    Each is taxed as on the day on which it is done (section 13.1 UStAE): a flat on the last of its days, work when its
    last second ends. Work at a price that was told to the customer keeps the tax of the day on which it was told.
    """
    language: Language = with_.buyer.language
    made = [_flat_line(charge, with_.taxes.on(charge.last).key, language) for charge in draft.charges]
    for group in draft.groups:
        made.extend(_group_lines(group, _group_key(group, with_.taxes), language))
    return tuple(made) or (Line(_word("included", language), 1, 0, vat_key=with_.taxes.on(period.last).key),)


def _group_key(group: Group, taxes: Taxes) -> VatKey:
    if group.vat_bp is not None:
        began = min(local_day(work.started, group.zone) for work in group.works)
        return taxes.on(began).announced(group.vat_bp)
    return taxes.on(max(local_day(work.ended, group.zone) for work in group.works)).key


def _flat_line(charge: FlatCharge, key: VatKey, language: Language) -> Line:
    days = (charge.last - charge.first).days + 1
    if charge.kind == "block":
        name = _word("block", language, contract=charge.contract, minutes=charge.minutes)
        return Line(
            name, 1, charge.cents, "C62", vat_key=key, details=charge.title, starts=charge.first, ends=charge.last
        )
    months = MONATE if language == "de" else MONTHS
    month = f"{months[charge.first.month - 1]} {charge.first.year}"
    details = [charge.title]
    if days != charge.days_of_month:
        first, last = _day(charge.first, language), _day(charge.last, language)
        told = {"first": first, "last": last, "days": days, "all": charge.days_of_month}
        details.append(_word("flat_part", language, **told, month=money(charge.month_cents, language)))
    if charge.minutes:
        details.append(_word("flat_minutes", language, minutes=charge.minutes))
    return Line(
        _word("flat", language, contract=charge.contract, month=month),
        1,
        charge.cents,
        "MON" if days == charge.days_of_month else "C62",
        vat_key=key,
        details="\n".join(part for part in details if part),
        starts=charge.first,
        ends=charge.last,
    )


def _group_lines(group: Group, key: VatKey, language: Language) -> list[Line]:
    made = [_priced_line(group, each, key, language) for each in group.priced]
    made.extend(_goodwill_line(work, group.zone, key, language) for work in group.works if work.goodwill_seconds)
    return made


def _priced_line(group: Group, each: Priced, key: VatKey, language: Language) -> Line:
    days = sorted(local_day(work.started, group.zone) for work in group.works)
    first, last = _day(days[0], language), _day(days[-1], language)
    name = _word("help", language, day=first if first == last else f"{first} – {last}")
    band = _tariff(each.band, language)
    return minutes_line(
        f"{name}, {band}" if band else name,
        each.minutes,
        each.unit_cents,
        discount_bp=each.discount_bp,
        discount_cents=each.discount_cents,
        vat_key=key,
        details=_details(group, language),
        starts=days[0],
        ends=days[-1],
    )


def _tariff(band: str, language: Language) -> str:
    """The band's name; of an announced price the hour from which it held."""
    if band in _WORDS:
        return _word(band, language)
    return "" if band in ("", NORMAL) else _word("from", language, hour=band)


def _details(group: Group, language: Language) -> str:
    """Who helped whom with what; long cases name at most three."""
    told = []
    for work in group.works:
        text = ", ".join(part for part in (work.technician, work.customer, work.service_in(language)) if part)
        if text not in told:
            told.append(text)
    head = [group.title] if group.title else []
    return "\n".join([*head, *told[:3], *(["…"] if len(told) > 3 else [])])


def _goodwill_line(work: Worked, zone: str, key: VatKey, language: Language) -> Line:
    seconds = work.goodwill_seconds
    name = _word(
        "goodwill",
        language,
        day=_day(local_day(work.started, zone), language),
        time=f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds // 60} min {seconds % 60} s",
        reason=work.goodwill_reason,
    )
    return Line(name, 1, 0, vat_key=key)


def _days(draft: Draft, period: Period) -> tuple[date, date]:
    """From the first to the last day of what is invoiced; a month's flat makes it the whole month."""
    days = [local_day(work.started, group.zone) for group in draft.groups for work in group.works]
    days += [day for charge in draft.charges for day in (charge.first, charge.last)]
    return (min(days), max(days)) if days else (period.first, period.last)


def _day(value: date, language: Language) -> str:
    return f"{value:%d.%m.%Y}" if language == "de" else f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}"


def _word(key: str, language: Language, **filled: object) -> str:
    return _WORDS[key][language == "en"].format(**filled)
