"""How often to look at a screen that does not say when it changes. Pure.

A look costs about 10 ms of one core for 1920x1080, so a still screen is looked at rarely, and often again as soon as
somebody touches mouse or keyboard or a look found something.
"""

from __future__ import annotations

FAST_SECONDS = 0.033
SLOW_SECONDS = 0.5
#: Seconds of stillness until the pace begins to slow down, and how much slower each further look is.
LIVELY_SECONDS = 1.0
SLOWER = 1.5


class Pace:
    """`due(now)` says when the next look is; `looked` and `touched` tell what happened."""

    def __init__(self) -> None:
        self._interval = FAST_SECONDS
        self._looked_at = self._lively_until = float("-inf")

    def due(self, now: float) -> float:
        """Seconds from now until the next look; 0.0 if it is due."""
        return max(0.0, self._looked_at + self._interval - now)

    def looked(self, found: bool, now: float) -> None:
        """A look is done."""
        self._looked_at = now
        if found:
            self.touched(now)
        elif now > self._lively_until:
            self._interval = min(SLOW_SECONDS, self._interval * SLOWER)

    def touched(self, now: float) -> None:
        """Somebody used mouse or keyboard, or something changed."""
        self._interval = FAST_SECONDS
        self._lively_until = now + LIVELY_SECONDS
