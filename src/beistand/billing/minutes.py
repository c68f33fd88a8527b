"""From recorded seconds to billed minutes: pauses, increments, quota, and the split onto bands. Pure.

Recorded time is never rounded; what is rounded here is the rating of it (billing.md, rule 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Rounding = Literal["up", "nearest", "exact"]


@dataclass(frozen=True)
class Terms:
    """How minutes are counted: `step` and `minimum` in minutes, `grace_seconds` past a step that cost nothing."""

    step: int = 15
    minimum: int = 15
    grace_seconds: int = 0
    rounding: Rounding = "up"

    def __post_init__(self) -> None:
        if self.step < 1 or self.minimum < 0 or not 0 <= self.grace_seconds < self.step * 60:
            raise ValueError("a contract's step is at least 1 minute, its grace shorter than the step")


def net_seconds(start: int, end: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
    """Seconds from start to end without the union of the pauses, cut to the session."""
    total, covered_until = max(0, end - start), start
    for begin, finish in sorted(pauses):
        begin, finish = max(begin, covered_until), min(finish, end)
        if finish > begin:
            total -= finish - begin
            covered_until = finish
    return total


def billable_minutes(seconds: int, terms: Terms) -> int:
    """Minutes to bill for so many seconds. Nothing recorded: nothing billed."""
    if seconds <= 0:
        return 0
    if terms.rounding == "exact":
        return max(terms.minimum, -(-seconds // 60))
    step_seconds = terms.step * 60
    if terms.rounding == "nearest":
        steps = (2 * seconds + step_seconds) // (2 * step_seconds)
    else:
        steps = -(-max(1, seconds - terms.grace_seconds) // step_seconds)
    return max(terms.minimum, steps * terms.step)


def split(minutes: int, seconds: Sequence[int]) -> list[int]:
    """Billed minutes onto bands in proportion to their seconds, by the largest remainder; the sum stays the same."""
    total = sum(seconds)
    if total <= 0:
        if minutes:
            raise ValueError("minutes cannot be split onto no time")
        return [0] * len(seconds)
    shares = [minutes * part // total for part in seconds]
    rest = sorted(range(len(seconds)), key=lambda i: (-(minutes * seconds[i] % total), i))
    for i in rest[: minutes - sum(shares)]:
        shares[i] += 1
    return shares


@dataclass(frozen=True)
class QuotaUse:
    """Where used minutes came from, what is over, and what the next period may carry."""

    from_carry: int
    from_month: int
    over: int
    next_carry: int


def use_quota(used: int, included: int, carried: int, cap: int) -> QuotaUse:
    """Carried minutes go first; what is left of the month's own minutes is carried once, up to the cap."""
    from_carry = min(used, carried)
    from_month = min(used - from_carry, included)
    return QuotaUse(from_carry, from_month, used - from_carry - from_month, min(cap, included - from_month))
