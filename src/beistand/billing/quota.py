"""The account of included minutes: a ledger that only grows, folded into what is left. Pure.

A period is a month of a flat with included minutes, or the life of a prepaid block. Its minutes are granted, older ones
carried in; work uses them; a cancelled or corrected invoice gives them back, and a block whose invoice is cancelled is
taken back itself. Carried minutes go first (billing rules T36 to T41).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from beistand.billing.minutes import QuotaUse, use_quota

Kind = Literal["granted", "carried", "used", "given_back", "expired", "taken_back"]
KINDS: tuple[Kind, ...] = ("granted", "carried", "used", "given_back", "expired", "taken_back")


@dataclass(frozen=True)
class Entry:
    """One line of the ledger: `minutes` is never negative, `kind` says whether they come or go."""

    kind: Kind
    minutes: int

    def __post_init__(self) -> None:
        if self.minutes < 0:
            raise ValueError("a line of the ledger counts minutes from 0 up")


@dataclass(frozen=True)
class Account:
    """A period's minutes. `used` counts what work took, with what was over; `expired` closes the period."""

    granted: int = 0
    carried: int = 0
    used: int = 0
    expired: int = 0
    is_closed: bool = False

    @property
    def left(self) -> int:
        """Minutes that the next work may take."""
        return 0 if self.is_closed else max(0, self.granted + self.carried - self.used)

    def use(self, cap: int) -> QuotaUse:
        """Where the used minutes came from, what is over, and what the next period may carry."""
        return use_quota(self.used, self.granted, self.carried, cap)


def fold(entries: Iterable[Entry]) -> Account:
    """The account after these lines."""
    sums: dict[str, int] = dict.fromkeys(KINDS, 0)
    is_closed = False
    for entry in entries:
        sums[entry.kind] += entry.minutes
        is_closed = is_closed or entry.kind == "expired"
    used = sums["used"] - sums["given_back"]
    granted = sums["granted"] - sums["taken_back"]
    return Account(granted, sums["carried"], used, sums["expired"], is_closed)


def take(account: Account, minutes: int) -> tuple[int, int]:
    """(minutes from the account, minutes over it) for so many billed minutes."""
    inside = min(minutes, account.left)
    return inside, minutes - inside
