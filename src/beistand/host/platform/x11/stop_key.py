"""The stop key of the customer: Control+Alt+Escape pressed on real devices. Pure but for reading the map once.

Injected keys never count: a technician can neither press nor complete the chord (security.md S25).
"""

from __future__ import annotations

from beistand.host.platform.x11.connection import Display

#: Keysyms of each part of the chord (X11/keysymdef.h): Control_L/R; Alt_L/R and Meta_L/R; Escape.
_PARTS = ({0xFFE3, 0xFFE4}, {0xFFE9, 0xFFEA, 0xFFE7, 0xFFE8}, {0xFF1B})


class StopKey:
    """Told of every real key; says when the chord is complete."""

    def __init__(self, parts: tuple[frozenset[int], ...]) -> None:
        """`parts`: keycodes of which one each must be down."""
        self._parts = parts
        self._down: set[int] = set()

    def key(self, keycode: int, is_pressed: bool) -> bool:
        """True when this press completes the chord."""
        if not is_pressed:
            self._down.discard(keycode)
            return False
        self._down.add(keycode)
        return all(self._down & part for part in self._parts) and any(keycode in part for part in self._parts)


def read_parts(display: Display) -> tuple[frozenset[int], ...]:
    """Which keycodes carry the chord's keysyms in any group and level now."""
    first, last = display.min_keycode, display.max_keycode
    reply = display.core.GetKeyboardMapping(first, last - first + 1).reply()
    width, keysyms = reply.keysyms_per_keycode, list(reply.keysyms)
    rows = {first + i: set(keysyms[i * width : (i + 1) * width]) for i in range(last - first + 1)}
    return tuple(frozenset(code for code, syms in rows.items() if syms & part) for part in _PARTS)
