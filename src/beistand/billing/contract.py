"""A contract: who pays, who is served, and its versions valid from a day, each with model, counting and prices. Pure.

Not here: whether a piece of work is covered (`coverage`), included minutes (`quota`), the monthly flat (`flat`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from beistand.billing.bands import Calendar
from beistand.billing.minutes import Terms
from beistand.billing.rating import Price

Model = Literal["time", "flat", "flat_with_quota", "prepaid_block"]
Scope = Literal["session", "case", "day"]
InvoicePer = Literal["period", "case"]
MODELS: tuple[Model, ...] = ("time", "flat", "flat_with_quota", "prepaid_block")
SCOPES: tuple[Scope, ...] = ("session", "case", "day")
LEVELS = (1, 2, 3)


class ContractError(Exception):
    """What is wrong with a contract: `code` for the pages' words, `values` to fill them, one English sentence."""

    def __init__(self, code: str, sentence: str, **values: str) -> None:
        super().__init__(sentence)
        self.code, self.values = code, values


@dataclass(frozen=True)
class Hours:
    """Service hours by the wall clock: weekdays 0 (Monday) to 6, minutes of the day, `until` exclusive (1440 = 24:00).

    Holidays of the contract's state count as Sunday.
    """

    weekdays: frozenset[int]
    from_minute: int
    until_minute: int

    def __post_init__(self) -> None:
        if not self.weekdays <= frozenset(range(7)) or not 0 <= self.from_minute < self.until_minute <= 1440:
            raise ValueError("service hours lie within a day, of weekdays 0 to 6")


@dataclass(frozen=True)
class CoverageRule:
    """Empty sets and no hours mean "any". `id` of service types and customers."""

    is_covered: bool
    service_types: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    hours: Hours | None = None


@dataclass(frozen=True)
class ContractVersion:
    """What holds from a day on (until the next version begins, or `valid_until` inclusive).

    Rates are net cents an hour by technician level; surcharges basis points by band; the flat is cents a month.
    """

    id: str
    valid_from: date
    valid_until: date | None = None
    model: Model = "time"
    terms: Terms = field(default_factory=Terms)
    scope: Scope = "session"
    rates_cents: Mapping[int, int] = field(default_factory=dict)
    surcharges_bp: Mapping[str, int] = field(default_factory=dict)
    discount_bp: int = 0
    calendar: Calendar = field(default_factory=Calendar)
    flat_cents: int = 0
    included_minutes: int = 0
    carry_cap_minutes: int = 0
    block_minutes: int = 0
    block_cents: int = 0
    is_pro_rata: bool = True
    is_lead_only: bool = False
    invoice_per: InvoicePer = "period"
    rules: tuple[CoverageRule, ...] = ()

    def price(self, level: int) -> Price | None:
        """What an hour of a technician of this level costs: their own rate, else the next lower one; None if none."""
        fitting = [known for known in self.rates_cents if known <= level]
        if not fitting:
            return None
        return Price(self.rates_cents[max(fitting)], self.surcharges_bp, self.discount_bp)


@dataclass(frozen=True)
class Beneficiary:
    """Who is served, from and until a day (both inclusive, None = as long as the contract)."""

    party_id: str
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Contract:
    """The partner pays and is served too; `starts_on` and `ends_on` are inclusive."""

    id: str
    number: str
    partner_id: str
    partner_name: str
    starts_on: date
    ends_on: date | None = None
    zone: str = "Europe/Berlin"
    title: str = ""
    beneficiaries: tuple[Beneficiary, ...] = ()
    versions: tuple[ContractVersion, ...] = ()

    def serves(self, party_id: str, day: date) -> bool:
        """Whether the party is served on that day, if the contract runs at all."""
        if party_id == self.partner_id:
            return True
        return any(b.party_id == party_id and _within(day, b.valid_from, b.valid_until) for b in self.beneficiaries)

    def runs_on(self, day: date) -> bool:
        """Whether the contract has begun and not ended."""
        return _within(day, self.starts_on, self.ends_on)

    def version_on(self, day: date) -> ContractVersion | None:
        """The version of a day: the latest that has begun, if it has not ended and the contract runs."""
        begun = [version for version in self.versions if version.valid_from <= day]
        if not begun or not self.runs_on(day):
            return None
        latest = max(begun, key=lambda version: version.valid_from)
        return latest if _within(day, None, latest.valid_until) else None


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def check_version(version: ContractVersion) -> None:
    """Refuses a version that could not be billed, with one sentence (ContractError)."""
    if version.valid_until is not None and version.valid_until < version.valid_from:
        raise ContractError(
            "ends_before_begin", "The last day of a version lies before its first: correct one of them."
        )
    if version.model != "flat" and version.price(LEVELS[0]) is None:
        raise ContractError("no_rate", "A contract needs an hourly rate for level 1: enter it (0 is allowed).")
    if any(cents < 0 for cents in version.rates_cents.values()) or min(version.flat_cents, version.block_cents) < 0:
        raise ContractError("negative_price", "A price is never negative: use the discount.")
    if version.model in ("flat", "flat_with_quota") and version.flat_cents == 0:
        raise ContractError("no_flat", "A flat-rate contract needs its monthly amount: enter it.")
    if version.model == "flat_with_quota" and version.included_minutes == 0:
        raise ContractError("no_quota", "A flat rate with included minutes needs their number: enter it.")
    if version.model == "prepaid_block" and (version.block_minutes == 0 or version.block_cents == 0):
        raise ContractError("no_block", "A prepaid block needs its minutes and its price: enter both.")
    if not 0 <= version.discount_bp <= 10_000 or any(not 0 <= bp <= 100_000 for bp in version.surcharges_bp.values()):
        raise ContractError("bad_percent", "A discount lies between 0 and 100 %, a surcharge between 0 and 1000 %.")


def check_versions(contract: Contract) -> None:
    """Refuses versions of which two would hold on one day, or that lie outside the contract (ContractError).

    A version without a last day ends when the next one begins; one with a last day must leave the next one alone.
    """
    if contract.ends_on is not None and contract.ends_on < contract.starts_on:
        raise ContractError("ends_before_begin", "The contract's last day lies before its first: correct one of them.")
    ordered = sorted(contract.versions, key=lambda version: version.valid_from)
    for version in ordered:
        check_version(version)
        if version.valid_from < contract.starts_on or not _within(version.valid_from, None, contract.ends_on):
            raise ContractError(
                "outside_contract",
                f"A version from {version.valid_from} lies outside contract {contract.number}: choose a day within it.",
                day=version.valid_from.isoformat(),
                number=contract.number,
            )
    for earlier, later in pairwise(ordered):
        is_same_day = earlier.valid_from == later.valid_from
        if is_same_day or (earlier.valid_until is not None and earlier.valid_until >= later.valid_from):
            raise ContractError(
                "overlap",
                f"Two versions of contract {contract.number} would hold on {later.valid_from}: "
                "choose another first day, or an earlier last day for the one before.",
                day=later.valid_from.isoformat(),
                number=contract.number,
            )


def spans(contract: Contract, first: date, last: date) -> list[tuple[ContractVersion, date, date]]:
    """(version, first day, last day) for every stretch of these days on which a version holds, in order of time."""
    out: list[tuple[ContractVersion, date, date]] = []
    ordered: Sequence[ContractVersion] = sorted(contract.versions, key=lambda version: version.valid_from)
    for index, version in enumerate(ordered):
        ends = [last]
        ends += [day for day in (version.valid_until, contract.ends_on) if day is not None]
        if index + 1 < len(ordered):
            ends.append(ordered[index + 1].valid_from - timedelta(days=1))
        begin, end = max(first, version.valid_from, contract.starts_on), min(ends)
        if begin <= end:
            out.append((version, begin, end))
    return out
