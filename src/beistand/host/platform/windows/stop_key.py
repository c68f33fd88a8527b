"""The stop key of the customer: Control+Alt+Escape pressed on real devices. Pure.

Injected keys never count: a technician can neither press nor complete the chord (security.md S25).
"""

from __future__ import annotations

#: Virtual keys of each part (winuser.h): VK_CONTROL and left, right; VK_MENU and left, right; VK_ESCAPE.
_PARTS = (frozenset({0x11, 0xA2, 0xA3}), frozenset({0x12, 0xA4, 0xA5}), frozenset({0x1B}))


class StopKey:
    """Told of every real key; says when the chord is complete."""

    def __init__(self) -> None:
        self._down: set[int] = set()

    def key(self, virtual_key: int, is_pressed: bool) -> bool:
        """True when this press completes the chord."""
        if not is_pressed:
            self._down.discard(virtual_key)
            return False
        self._down.add(virtual_key)
        return all(self._down & part for part in _PARTS) and any(virtual_key in part for part in _PARTS)
