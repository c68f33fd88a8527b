"""Before the work: who pays for it, and if the customer does, why. Pure.

`decide` knows the firm's contracts and prices, never a database. Where the contracts do not give one answer (two
partners would pay) it says so in one sentence instead of choosing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from beistand.billing.bands import SUNDAY_HOLIDAY, band_at
from beistand.billing.contract import Contract, ContractError, ContractVersion, CoverageRule
from beistand.billing.price_list import PriceList, choose

# Longer than any session lasts.
AHEAD_HOURS = 16

ReasonCode = Literal["no_contract", "not_begun", "ended", "no_version", "service_type", "hours", "customer"]


@dataclass(frozen=True)
class Asked:
    """For whom, and for what. `customer_id` is None for somebody unknown; `service_type` "" if it is not known yet."""

    customer_id: str | None
    service_type: str = ""
    level: int = 1


@dataclass(frozen=True)
class Reason:
    """Why the work is chargeable: the contract that comes nearest, its number and day where they explain it."""

    code: ReasonCode
    contract_number: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Covered:
    """The contract's partner pays. `warning` says what the office must mend before it can be billed."""

    contract: Contract
    version: ContractVersion
    warning: ContractError | None = None


@dataclass(frozen=True)
class Chargeable:
    """The customer pays by `prices`, after a yes; without prices the work is never billed."""

    reason: Reason
    prices: PriceList | None


Decision = Covered | Chargeable


def decide(
    contracts: Iterable[Contract],
    asked: Asked,
    at: datetime,
    lists: Sequence[PriceList] = (),
    contract_id: str | None = None,
) -> Decision:
    """Who pays for work that begins at `at` (an aware instant).

    `contract_id` is the technician's choice where several contracts would do. Raises ContractError `two_payers` when
    two partners would pay and none was chosen; of several contracts of one partner the lowest number is taken.
    """
    if at.tzinfo is None:
        raise ValueError("the instant carries its time zone")
    covering: list[tuple[Contract, ContractVersion]] = []
    reasons = [Reason("no_contract")]
    for contract in contracts:
        found = _of_contract(contract, asked, at)
        if isinstance(found, ContractVersion):
            covering.append((contract, found))
        elif found is not None:
            reasons.append(found)
    if contract_id is not None:
        covering = [pair for pair in covering if pair[0].id == contract_id] or covering
    if not covering:
        return Chargeable(max(reasons, key=_nearness), choose(list(lists), asked.customer_id, asked.service_type))
    covering.sort(key=lambda pair: (pair[0].number, pair[0].id))
    other = next((c for c, _ in covering if c.partner_id != covering[0][0].partner_id), None)
    if other is not None:
        raise _two_payers(covering[0][0], other)
    contract, version = covering[0]
    return Covered(contract, version, _warning(contract, version, asked.level))


def covered_until(
    contracts: Iterable[Contract], asked: Asked, at: datetime, contract_id: str | None = None
) -> datetime | None:
    """The next instant within `AHEAD_HOURS` at which the partner who pays at `at` pays no more; None if they go on.

    Service hours, a contract's last day, holidays: whatever `decide` looks at changes only at these instants.
    """
    known = list(contracts)
    found = decide(known, asked, at, (), contract_id)
    if not isinstance(found, Covered):
        return None
    payer = found.contract.partner_id
    for moment in _turning_points(known, at):
        after = decide(known, asked, moment, (), contract_id)
        if not isinstance(after, Covered) or after.contract.partner_id != payer:
            return moment
    return None


def _turning_points(contracts: Iterable[Contract], at: datetime) -> list[datetime]:
    """Instants after `at` on each contract's wall clock: midnights, and where service hours begin and end."""
    points: set[datetime] = set()
    for contract in contracts:
        for version in contract.versions:
            minutes = {0} | {m for r in version.rules if r.hours for m in (r.hours.from_minute, r.hours.until_minute)}
            for zone in {contract.zone, version.calendar.zone}:
                points |= _on_the_clock(at, ZoneInfo(zone), minutes)
    return sorted(points)


def _on_the_clock(at: datetime, zone: ZoneInfo, minutes: Iterable[int]) -> set[datetime]:
    first = at.astimezone(zone).date()
    found: set[datetime] = set()
    for ahead in range(AHEAD_HOURS // 24 + 2):
        midnight = datetime.combine(first + timedelta(days=ahead), time(), zone)
        # The wall clock may show an hour twice: both are asked about.
        found |= {
            (midnight + timedelta(minutes=m)).replace(fold=fold).astimezone(UTC) for m in minutes for fold in (0, 1)
        }
    return {moment for moment in found if at < moment <= at + timedelta(hours=AHEAD_HOURS)}


def _of_contract(contract: Contract, asked: Asked, at: datetime) -> ContractVersion | Reason | None:
    """The version that covers the work, why the contract does not, or None if it does not serve the customer."""
    day = at.astimezone(ZoneInfo(contract.zone)).date()
    if asked.customer_id is None or not contract.serves(asked.customer_id, day):
        return None
    if day < contract.starts_on:
        return Reason("not_begun", contract.number, contract.starts_on)
    if contract.ends_on is not None and day > contract.ends_on:
        return Reason("ended", contract.number, contract.ends_on)
    version = contract.version_on(day)
    if version is None:
        return Reason("no_version", contract.number, day)
    return _by_rules(version, asked, at, contract.number)


def _by_rules(version: ContractVersion, asked: Asked, at: datetime, number: str) -> ContractVersion | Reason:
    """Without rules all is covered; else the first rule that fits decides, and what no rule names is not covered."""
    if not version.rules:
        return version
    missed: Reason | None = None
    for rule in version.rules:
        miss = _miss(rule, asked, at, version)
        if miss is None:
            if rule.is_covered:
                return version
            return Reason("service_type" if rule.service_types else "hours" if rule.hours else "customer", number)
        if rule.is_covered and (missed is None or miss == "hours"):
            missed = Reason(miss, number)
    return missed or Reason("service_type", number)


def _miss(rule: CoverageRule, asked: Asked, at: datetime, version: ContractVersion) -> ReasonCode | None:
    if rule.customers and asked.customer_id not in rule.customers:
        return "customer"
    if rule.service_types and asked.service_type not in rule.service_types:
        return "service_type"
    if rule.hours is None:
        return None
    local = at.astimezone(ZoneInfo(version.calendar.zone))
    weekday = 6 if band_at(at, version.calendar) == SUNDAY_HOLIDAY else local.weekday()
    minute = local.hour * 60 + local.minute
    is_open = weekday in rule.hours.weekdays and rule.hours.from_minute <= minute < rule.hours.until_minute
    return None if is_open else "hours"


def _nearness(reason: Reason) -> int:
    """A contract that runs explains more than one that is over, and that more than none."""
    order = ("no_contract", "not_begun", "ended", "no_version", "customer", "service_type", "hours")
    return order.index(reason.code)


def _warning(contract: Contract, version: ContractVersion, level: int) -> ContractError | None:
    if version.model == "flat" or version.price(level) is not None:
        return None
    sentence = f"Contract {contract.number} has no hourly rate: it cannot be billed until the office enters one."
    return ContractError("contract_without_rate", sentence, number=contract.number)


def _two_payers(one: Contract, other: Contract) -> ContractError:
    return ContractError(
        "two_payers",
        f"Two partners would pay: {one.partner_name} by contract {one.number} and {other.partner_name} by contract "
        f"{other.number}. Choose one.",
        one=one.partner_name,
        one_number=one.number,
        other=other.partner_name,
        other_number=other.number,
    )
