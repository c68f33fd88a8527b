"""Wheel turns in 120ths of a notch, made into whole notches: the X11 wheel has no others. Pure."""

from __future__ import annotations

NOTCH = 120

#: Buttons of the wheel: (negative, positive) for left/right and for up/down.
_HORIZONTAL, _VERTICAL = (6, 7), (4, 5)


class Notches:
    """Keeps parts of a notch until they add up; a turn the other way forgets what was left."""

    def __init__(self) -> None:
        self._rest = {_HORIZONTAL: 0, _VERTICAL: 0}

    def turn(self, dx: int, dy: int) -> list[int]:
        """The buttons to press, one for each whole notch; positive is right and down."""
        return self._axis(_HORIZONTAL, dx) + self._axis(_VERTICAL, dy)

    def _axis(self, buttons: tuple[int, int], delta: int) -> list[int]:
        rest = self._rest[buttons]
        if rest * delta < 0:
            rest = 0
        total = rest + delta
        whole = abs(total) // NOTCH
        self._rest[buttons] = total - whole * NOTCH if total >= 0 else total + whole * NOTCH
        return [buttons[total > 0]] * whole
