"""The monthly flat rate and its included minutes, by days where the contract or a version begins or ends. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from beistand.billing.contract import Contract, ContractVersion, spans
from beistand.billing.money import flat_pro_rata, times


@dataclass(frozen=True)
class FlatLine:
    """One line of the flat: the days on which `version` holds, of so many; net cents; the minutes included for it."""

    version: ContractVersion
    first: date
    last: date
    days_of_month: int
    net_cents: int
    included_minutes: int

    @property
    def days(self) -> int:
        """How many days it is for."""
        return (self.last - self.first).days + 1


def flat_lines(contract: Contract, year: int, month: int) -> list[FlatLine]:
    """The flat lines of a month, in order of time; none for models without a flat.

    A version that is not pro rata costs the whole flat for the month in which it holds at all.
    """
    days_of_month = monthrange(year, month)[1]
    out = []
    for version, first, last in spans(contract, date(year, month, 1), date(year, month, days_of_month)):
        if version.model not in ("flat", "flat_with_quota"):
            continue
        days = (last - first).days + 1 if version.is_pro_rata else days_of_month
        cents = flat_pro_rata(version.flat_cents, days, days_of_month)
        included = version.included_minutes if version.model == "flat_with_quota" else 0
        out.append(FlatLine(version, first, last, days_of_month, cents, times(included, days, days_of_month)))
    return out
