"""The form of a contract's version: its fields from a version, and a version from its fields. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from beistand.billing.bands import EVENING, NIGHT, SATURDAY, SUNDAY_HOLIDAY, Calendar
from beistand.billing.contract import (
    LEVELS,
    MODELS,
    SCOPES,
    ContractVersion,
    CoverageRule,
    Hours,
    InvoicePer,
    Model,
    Scope,
)
from beistand.billing.minutes import Rounding, Terms
from beistand.server.portal.office import forms
from beistand.server.portal.office.forms import FormError

RULES = 5
BANDS = (EVENING, NIGHT, SATURDAY, SUNDAY_HOLIDAY)
ROUNDINGS = ("up", "nearest", "exact")
STATES = ("SH", "HH", "NI", "HB", "MV", "BE", "BB", "ST", "SN", "TH", "NW", "HE", "RP", "SL", "BW", "BY")
# Weekdays of a rule as the form offers them: digits 0 (Monday) to 6; "" = at any time.
DAYS = ("", "01234", "012345", "0123456", "5", "56", "6")
MOST_SURCHARGE_BP = 100_000


def from_fields(fields: Mapping[str, str], works: Collection[str], served: Collection[str]) -> ContractVersion:
    """The version that the form describes; `works` and `served` are the ids it may name. FormError if one is wrong."""
    return ContractVersion(
        id="",
        valid_from=forms.needed_day(fields, "valid_from"),
        valid_until=forms.day(fields, "valid_until"),
        model=cast(Model, forms.one_of(fields, "model", MODELS)),
        terms=terms(fields),
        scope=cast(Scope, forms.one_of(fields, "scope", SCOPES)),
        rates_cents=rates(fields),
        surcharges_bp=surcharges(fields),
        discount_bp=forms.bp(fields, "discount"),
        calendar=_calendar(fields),
        flat_cents=forms.cents(fields, "flat") or 0,
        included_minutes=forms.whole(fields, "included", 0, 100_000),
        carry_cap_minutes=forms.whole(fields, "carry", 0, 100_000),
        block_minutes=forms.whole(fields, "block_minutes", 0, 100_000),
        block_cents=forms.cents(fields, "block") or 0,
        is_pro_rata="pro_rata" in fields,
        is_lead_only="lead_only" in fields,
        invoice_per=cast(InvoicePer, forms.one_of(fields, "invoice_per", ("period", "case"))),
        rules=tuple(rule for n in range(1, RULES + 1) if (rule := _rule(fields, f"r{n}", works, served)) is not None),
    )


def terms(fields: Mapping[str, str]) -> Terms:
    """How minutes are counted."""
    step = forms.whole(fields, "step", 1, 240, 15)
    grace = forms.whole(fields, "grace", 0, 14_399)
    if grace >= step * 60:
        raise FormError("grace", "bad_grace")
    rounding = cast(Rounding, forms.one_of(fields, "rounding", ROUNDINGS))
    return Terms(step, forms.whole(fields, "minimum", 0, 480, step), grace, rounding)


def rates(fields: Mapping[str, str]) -> dict[int, int]:
    """Cents an hour by level; empty fields are left out."""
    found = {level: forms.cents(fields, f"rate{level}") for level in LEVELS}
    return {level: cents for level, cents in found.items() if cents is not None}


def surcharges(fields: Mapping[str, str]) -> dict[str, int]:
    """Basis points by band; none where the field is empty."""
    found = {band: forms.bp(fields, band, MOST_SURCHARGE_BP) for band in BANDS}
    return {band: bp for band, bp in found.items() if bp}


def _calendar(fields: Mapping[str, str]) -> Calendar:
    day, evening, night = (
        forms.whole(fields, name, 0, 24, default)
        for name, default in (("day_from", 6), ("evening_from", 18), ("night_from", 22))
    )
    if not day < evening <= night:
        raise FormError("evening_from", "bad_bands")
    state = forms.one_of(fields, "state", STATES)
    return Calendar(state=state, is_catholic="catholic" in fields, day_from=day, evening_from=evening, night_from=night)


def _rule(fields: Mapping[str, str], name: str, works: Collection[str], served: Collection[str]) -> CoverageRule | None:
    what = forms.one_of(fields, f"{name}_what", ("", "yes", "no"))
    if not what:
        return None
    work, who = fields.get(f"{name}_work", ""), fields.get(f"{name}_who", "")
    if (work and work not in works) or (who and who not in served):
        raise FormError(f"{name}_work", "bad_choice", text="")
    days = forms.one_of(fields, f"{name}_days", DAYS)
    hours = None
    if days:
        begin = forms.minute_of_day(fields, f"{name}_from", 0)
        end = forms.minute_of_day(fields, f"{name}_until", 1440)
        if begin >= end:
            raise FormError(f"{name}_until", "bad_hours")
        hours = Hours(frozenset(map(int, days)), begin, end)
    return CoverageRule(what == "yes", _some(work), _some(who), hours)


def _some(id_: str) -> frozenset[str]:
    return frozenset([id_]) if id_ else frozenset()


def to_fields(version: ContractVersion, language: str) -> dict[str, str]:
    """The form's fields of a version; its days are left for the bookkeeper."""
    fields = {
        "model": version.model,
        "scope": version.scope,
        "discount": forms.as_percent(version.discount_bp, language),
        "flat": forms.as_euros(version.flat_cents or None, language),
        "included": str(version.included_minutes or ""),
        "carry": str(version.carry_cap_minutes or ""),
        "block_minutes": str(version.block_minutes or ""),
        "block": forms.as_euros(version.block_cents or None, language),
        "invoice_per": version.invoice_per,
        "state": version.calendar.state,
        "day_from": str(version.calendar.day_from),
        "evening_from": str(version.calendar.evening_from),
        "night_from": str(version.calendar.night_from),
        **terms_fields(version.terms),
        **price_fields(version.rates_cents, version.surcharges_bp, language),
    }
    ticks = {
        "pro_rata": version.is_pro_rata,
        "lead_only": version.is_lead_only,
        "catholic": version.calendar.is_catholic,
    }
    fields.update({name: "1" for name, is_on in ticks.items() if is_on})
    for n, rule in enumerate(version.rules[:RULES], start=1):
        fields.update(_rule_fields(rule, f"r{n}"))
    return fields


def terms_fields(held: Terms) -> dict[str, str]:
    """The fields of how minutes are counted."""
    numbers = {"step": held.step, "minimum": held.minimum}
    return {
        **{name: str(n) for name, n in numbers.items()},
        "grace": str(held.grace_seconds or ""),
        "rounding": held.rounding,
    }


def price_fields(rates_: Mapping[int, int], surcharges_: Mapping[str, int], language: str) -> dict[str, str]:
    """The fields of rates and surcharges."""
    return {
        **{f"rate{level}": forms.as_euros(rates_.get(level), language) for level in LEVELS},
        **{band: forms.as_percent(surcharges_.get(band, 0), language) for band in BANDS},
    }


def _rule_fields(rule: CoverageRule, name: str) -> dict[str, str]:
    fields = {
        f"{name}_what": "yes" if rule.is_covered else "no",
        f"{name}_work": next(iter(rule.service_types), ""),
        f"{name}_who": next(iter(rule.customers), ""),
    }
    if rule.hours is None:
        return fields
    return fields | {
        f"{name}_days": "".join(map(str, sorted(rule.hours.weekdays))),
        f"{name}_from": forms.as_time(rule.hours.from_minute),
        f"{name}_until": forms.as_time(rule.hours.until_minute),
    }
