"""From a document and its time sheet to what the letter's template shows: texts and figures, nothing computed. Pure."""

from __future__ import annotations

from typing import Any

from beistand.billing.bands import EVENING, NIGHT, NORMAL, SATURDAY, SUNDAY_HOLIDAY
from beistand.billing.einvoice import exemption
from beistand.billing.invoice import Document, Line, Seller, Totals, totals
from beistand.billing.minutes import Terms
from beistand.billing.timesheet import Group, Priced, Quota, TimeSheet, Worked
from beistand.server.documents import formats
from beistand.server.documents.words import word


def invoice_data(document: Document, sheet: TimeSheet, code: str | None) -> dict[str, Any]:
    """Everything that `letters/invoice.typ` shows. `code` is the GiroCode's SVG."""
    language, sums = document.language, totals(document)
    title = f"{word(document.kind, language)} {document.number}"
    rates = sorted({line.vat_key for line in document.lines})
    return {
        "language": language,
        "title": title,
        "heading": title,
        "running": title,
        "sender": _sender(document.seller),
        "address": _address(document),
        "block": _block(document),
        "foot": _foot(document.seller, language),
        "intro": [word("greeting", language), _intro(document)],
        "has_rates": len(rates) > 1,
        "columns": [word(key, language) for key in _columns(len(rates) > 1)],
        "lines": [_line(number, line, language) for number, line in enumerate(document.lines, 1)],
        "sums": _sums(sums, language),
        "total": [
            word("total_invoice" if document.kind == "invoice" else "total_other", language),
            formats.money(sums.gross_cents, language),
        ],
        "outro": _outro(document, sums, not sheet.is_empty),
        "code": code,
        "sheet": None if sheet.is_empty else _sheet(document, sheet),
        "words": {key: word(key, language) for key in ("page", "of", "attached", "code", "code_alt")},
    }


def _columns(has_rates: bool) -> tuple[str, ...]:
    return ("position", "service", "quantity", "price", *(("rate",) if has_rates else ()), "amount")


def _sender(seller: Seller) -> dict[str, str]:
    place = f"{seller.street} · {seller.postcode} {seller.city}"
    return {"name": seller.name, "line": place, "back": f"{seller.name} · {place}"}


def _address(document: Document) -> list[str]:
    buyer = document.buyer
    lines = [buyer.name, buyer.contact_name, buyer.street, f"{buyer.postcode} {buyer.city}".strip()]
    if buyer.country != document.seller.country:
        lines.append(COUNTRIES.get(buyer.country, buyer.country))
    return [line for line in lines if line]


# German postal rule: the country in capitals, in the language of the country of dispatch or in English.
COUNTRIES = {"AT": "ÖSTERREICH", "CH": "SCHWEIZ", "DE": "DEUTSCHLAND", "DK": "DÄNEMARK", "FR": "FRANKREICH"} | {
    "NL": "NIEDERLANDE", "BE": "BELGIEN", "LU": "LUXEMBURG", "PL": "POLEN", "IT": "ITALIEN", "SE": "SCHWEDEN"
}  # fmt: skip


def _block(document: Document) -> list[list[str]]:
    language, buyer = document.language, document.buyer
    pairs = [
        [word(f"number_{document.kind}", language), document.number, "strong"],
        [word("date", language), formats.short_day(document.issued, language), "strong"],
        [word("to_invoice", language), document.preceding.number if document.preceding else ""],
        [word("period", language), formats.span(document.starts, document.ends, language)],
        [word("customer_number", language), buyer.number],
        [word("contract", language), document.contract_number],
        [word("order", language), document.order_number],
        [word("reference", language), buyer.reference],
        [word("vat_id_yours", language), buyer.vat_id],
        [word("contact", language), document.seller.contact_name],
    ]
    return [pair for pair in pairs if pair[1]]


def _foot(seller: Seller, language: str) -> list[list[str]]:
    def filled(key: str, text: str) -> str:
        return word(key, language, text=text) if text else ""

    columns = [
        [seller.name, seller.street, f"{seller.postcode} {seller.city}"],
        [filled("phone", seller.phone), seller.email, seller.website],
        [seller.bank, formats.iban(seller.iban), f"BIC {seller.bic}" if seller.bic else ""],
        [filled("vat_id", seller.vat_id), filled("tax_number", seller.tax_number), seller.register, seller.managers],
    ]
    return [[line for line in column if line] for column in columns]


def _intro(document: Document) -> str:
    language = document.language
    if document.kind != "invoice" and document.preceding:
        before = document.preceding
        day = formats.day(before.issued, language)
        return word(f"intro_{document.kind}", language, number=before.number, day=day)
    starts, ends = (formats.day(value, language) for value in (document.starts, document.ends))
    if starts == ends:
        return word("intro_day", language, day=starts)
    return word("intro_invoice", language, starts=starts, ends=ends)


def _line(number: int, line: Line, language: str) -> dict[str, Any]:
    price = formats.money(line.unit_cents, language)
    details = [*line.details.splitlines()]
    if line.discount_cents:
        off, share = formats.money(-line.discount_cents, language), formats.percent(line.discount_bp, language)
        details.append(word("discount", language, percent=share if line.discount_bp else "", amount=off))
    quantity = {"MIN": "minutes", "MON": "months", "C62": "pieces"}[line.unit]
    return {
        "number": str(number),
        "name": line.name,
        "details": details,
        "quantity": word(quantity, language, n=str(line.quantity).replace("-", "−")),
        "price": word("per_hour", language, price=price) if line.unit == "MIN" else price,
        "rate": formats.percent(line.vat_key[1], language),
        "net": formats.money(line.net_cents, language),
    }


def _sums(sums: Totals, language: str) -> list[list[str]]:
    pairs = [[word("net", language), formats.money(sums.net_cents, language)]]
    for (category, rate), (net, tax) in sums.by_rate.items():
        if category == "S":
            share, base = formats.percent(rate, language), formats.money(net, language)
            pairs.append([word("tax", language, percent=share, net=base), formats.money(tax, language)])
        else:
            pairs.append([exemption(category, language)[1], formats.money(tax, language)])
    return pairs


def _outro(document: Document, sums: Totals, has_sheet: bool) -> list[str]:
    language, seller = document.language, document.seller
    if document.kind != "invoice" and document.preceding:
        return [word("settled", language, number=document.preceding.number)]
    found = []
    if sums.gross_cents > 0:
        amount, day = formats.money(sums.gross_cents, language), formats.day(document.due, language)
        found.append(
            word("pay", language, amount=amount, day=day, iban=formats.iban(seller.iban), number=document.number)
        )
    if has_sheet:
        found.append(word("sheet_follows", language))
    return found


def _sheet(document: Document, sheet: TimeSheet) -> dict[str, Any]:
    language = document.language

    def columns(*keys: str) -> list[str]:
        return [word(key, language) for key in keys]

    net = formats.money(sum(group.net_cents for group in sheet.groups), language)
    return {
        "heading": word("sheet", language, number=document.number),
        "explanation": word("sheet_explained", language),
        "work_columns": columns(
            "work_day", "work_time", "work_technician", "work_service", "work_recorded", "work_goodwill"
        ),
        "band_columns": columns(
            *("band", "band_seconds", "band_minutes", "band_rate", "band_surcharge"),
            *("band_unit", "band_discount", "band_net"),
        ),
        "groups": [_group(group, language) for group in sheet.groups],
        "quota_heading": word("quota", language),
        "quota_columns": columns(
            "contract", "quota_included", "quota_carried", "quota_used", "quota_over", "quota_next"
        ),
        "quotas": [_quota(quota, language) for quota in sheet.quotas],
        "total": word("sheet_total", language, net=net),
    }


def _group(group: Group, language: str) -> dict[str, Any]:
    return {
        "title": _group_title(group, language),
        "basis": _basis(group, language),
        "works": [_work(work, group.zone, language) for work in group.works],
        "steps": _steps(group, language),
        "bands": [_band(each, language) for each in group.priced],
    }


def _group_title(group: Group, language: str) -> str:
    days = sorted({formats.local_day(work.started, group.zone) for work in group.works})
    return group.title or word("work_of", language, day=formats.span(days[0], days[-1], language))


def _basis(group: Group, language: str) -> str:
    if group.release_reason:
        return word("basis_release", language, reason=group.release_reason)
    if group.contract:
        return word("basis_contract", language, contract=group.contract)
    if group.consented is None:
        return word("basis_none", language)
    return word(
        "basis_consent",
        language,
        day=formats.short_day(group.consented.date(), language),
        time=formats.clock(group.consented, group.zone),
        channel=word(f"channel_{group.channel or 'screen'}", language),
    )


def _work(work: Worked, zone: str, language: str) -> dict[str, Any]:
    started, ended = formats.clock(work.started, zone), formats.clock(work.ended, zone)
    goodwill = formats.duration(work.goodwill_seconds) if work.goodwill_seconds else "–"
    what = ", ".join(part for part in (work.customer, work.service_in(language)) if part)
    day = formats.short_day(formats.local_day(work.started, zone), language)
    return {
        "cells": [day, f"{started} – {ended}", work.technician, what, formats.duration(work.net_seconds), goodwill],
        "note": word("goodwill_reason", language, reason=work.goodwill_reason) if work.goodwill_seconds else "",
    }


def rule(terms: Terms, language: str) -> str:
    """How minutes are rounded, in words."""
    minimum = max(terms.minimum, terms.step if terms.rounding == "up" else 0)
    text = word(f"rule_{terms.rounding}", language, step=terms.step, minimum=minimum)
    return f"{text}, {word('rule_grace', language, grace=terms.grace_seconds)}" if terms.grace_seconds else text


def _steps(group: Group, language: str) -> str:
    if group.is_not_lead:
        return word("not_lead", language)
    charged = formats.duration(group.charged_seconds)
    text = word("steps", language, charged=charged, rule=rule(group.terms, language), minutes=group.minutes)
    included = group.from_carry + group.from_month
    if not included:
        return text
    over = group.minutes - included
    if len(group.bands) > 1:
        split = (
            word("steps_band", language, band=_tariff(band, language), time=formats.duration(seconds), minutes=minutes)
            for band, seconds, minutes in group.bands
        )
        text = f"{text} · {', '.join(split)}"
    key = "steps_quota_carried" if group.from_carry else "steps_quota"
    more = word(key, language, included=included, carried=group.from_carry, over=over)
    return f"{text} · {more}"


BANDS = frozenset((NORMAL, EVENING, NIGHT, SATURDAY, SUNDAY_HOLIDAY))


def _tariff(band: str, language: str) -> str:
    """A band's name; an announced price is named by the hour from which it held."""
    if band in BANDS:
        return word(f"band_{band}", language)
    return word("band_from", language, hour=band) if band else word("band_normal", language)


def _band(each: Priced, language: str) -> list[str]:
    return [
        _tariff(each.band, language),
        formats.duration(each.seconds),
        str(each.minutes),
        formats.money(each.rate_cents, language),
        formats.percent(each.surcharge_bp, language) if each.surcharge_bp else "–",
        formats.money(each.unit_cents, language),
        formats.percent(each.discount_bp, language) if each.discount_bp else "–",
        formats.money(each.net_cents, language),
    ]


def _quota(quota: Quota, language: str) -> list[str]:
    figures = (quota.included, quota.carried, quota.used, quota.over, quota.next_carry)
    cells = [quota.contract, *(f"{minutes} min" for minutes in figures)]
    if quota.cap is not None:
        cells[-1] = word("quota_capped", language, minutes=quota.next_carry, cap=quota.cap)
    return cells
