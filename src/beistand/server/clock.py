"""The two clocks of the server, passed to whoever needs the time: one for people, one for durations."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

JUMP_US = 60_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """One instant: `utc_us` microseconds since 1970 (may jump), `monotonic_us` of this server run (never does)."""

    utc_us: int
    monotonic_us: int

    @property
    def utc_seconds(self) -> int:
        """Whole seconds since 1970 in UTC."""
        return self.utc_us // 1_000_000


class Stamped(Protocol):
    """Whatever keeps an instant with the run of the server that noted it, for example a fact."""

    @property
    def utc_us(self) -> int: ...
    @property
    def monotonic_us(self) -> int: ...
    @property
    def run(self) -> str: ...


@dataclass(frozen=True)
class Stamp:
    """An instant in one run of the server."""

    utc_us: int
    monotonic_us: int
    run: str


def elapsed_us(stamps: Sequence[Stamped]) -> int:
    """Microseconds from the first to the last of these, which came in this order; never negative.

    Within one run of the server the monotonic clock counts, so that people's clock may jump; only from one run to the
    next must people's clock do.
    """
    total = 0
    for before, after in pairwise(stamps):
        is_one_run = before.run == after.run
        total += max(0, after.monotonic_us - before.monotonic_us if is_one_run else after.utc_us - before.utc_us)
    return total


class Clock:
    """The real clock; tests pass one with the same method."""

    def now(self) -> Moment:
        """Both clocks, read together."""
        return Moment(
            (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1),
            time.monotonic_ns() // 1000,
        )


class Steady:
    """People's time without its jumps since the first look: for limits on how long something may take.

    A clock that somebody sets, or that a time server corrects by more than `JUMP_US` at once, ends nobody's session.
    """

    def __init__(self) -> None:
        self._offset_us: int | None = None
        self._jumped_us = 0

    def utc_us(self, at: Moment) -> int:
        """`at` as people's clock would show it had it not jumped; to be asked every few seconds."""
        offset = at.utc_us - at.monotonic_us
        if self._offset_us is not None and abs(offset - self._offset_us) > JUMP_US:
            self._jumped_us += offset - self._offset_us
        self._offset_us = offset
        return at.utc_us - self._jumped_us


def as_text(utc_us: int) -> str:
    """ISO 8601 in UTC with whole seconds: "2026-11-24T12:00:00Z"."""
    return (_EPOCH + timedelta(microseconds=utc_us)).strftime("%Y-%m-%dT%H:%M:%SZ")
