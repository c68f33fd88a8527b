"""A token bucket: so much a second, so much at once. Pure."""

from __future__ import annotations


class Bucket:
    """`rate` units a second, at most `burst` saved up; begins full."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._level = burst
        self._at: float | None = None

    def take(self, amount: float, now: float) -> bool:
        """Takes `amount` if it is there; nothing is taken otherwise."""
        if self._at is not None:
            self._level = min(self._burst, self._level + max(0.0, now - self._at) * self._rate)
        self._at = now
        if amount > self._level:
            return False
        self._level -= amount
        return True
