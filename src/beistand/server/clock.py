"""The two clocks of the server, passed to whoever needs the time: one for people, one for durations."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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


class Clock:
    """The real clock; tests pass one with the same method."""

    def now(self) -> Moment:
        """Both clocks, read together."""
        return Moment(
            (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1),
            time.monotonic_ns() // 1000,
        )


def as_text(utc_us: int) -> str:
    """ISO 8601 in UTC with whole seconds: "2026-11-24T12:00:00Z"."""
    return (_EPOCH + timedelta(microseconds=utc_us)).strftime("%Y-%m-%dT%H:%M:%SZ")
