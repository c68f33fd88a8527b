"""How often to look at a screen that does not say when it changes. Pure.

A look costs about 10 ms of one core for 1920x1080, so a still screen is looked at rarely, and often again as soon as
somebody touches mouse or keyboard, or changes follow one another. A lone change (our own clocks tick once a second, a
caret blinks) is shown and changes little: it would keep the pace up for ever (12 % of a core instead of 1.2, measured
under Wine at 1280x800).
"""

from __future__ import annotations

FAST_SECONDS = 0.033
SLOW_SECONDS = 0.5
#: The slowest pace once nobody has touched anything, and nothing but lone changes was found, for LONG_SECONDS.
SLOWEST_SECONDS, LONG_SECONDS = 1.0, 10.0
#: Seconds of stillness until the pace begins to slow down, and how much slower each further look is.
LIVELY_SECONDS = 1.0
SLOWER = 1.5
#: Quick looks after a lone change: a second one among them means that something moves.
DOUBTS = 3


class Pace:
    """`due(now)` says when the next look is; `looked` and `touched` tell what happened."""

    def __init__(self) -> None:
        self._interval = self._calm = FAST_SECONDS
        self._looked_at = self._lively_until = self._stirred_at = float("-inf")
        self._doubts = 0

    def due(self, now: float) -> float:
        """Seconds from now until the next look; 0.0 if it is due."""
        return max(0.0, self._looked_at + self._interval - now)

    def looked(self, found: bool, now: float) -> None:
        """A look is done."""
        self._looked_at = now
        if found:
            if self._doubts:
                self.touched(now)
            else:
                self._calm, self._interval = self._interval, FAST_SECONDS
            self._doubts = DOUBTS
        elif self._doubts:
            self._doubts -= 1
            if not self._doubts:
                self._interval = self._calm  # the pace before the lone change
        elif now > self._lively_until:
            slowest = SLOWEST_SECONDS if now - self._stirred_at > LONG_SECONDS else SLOW_SECONDS
            self._interval = min(slowest, self._interval * SLOWER)

    def touched(self, now: float) -> None:
        """Somebody used mouse or keyboard, or changes follow one another."""
        self._interval = self._calm = FAST_SECONDS
        self._lively_until = now + LIVELY_SECONDS
        self._stirred_at = now
