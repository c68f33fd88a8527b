"""The shape of the pointer, by XFIXES."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from beistand.host.platform.x11.connection import Display, xfixes
from beistand.host.ports import CursorShape


def straight_rgba(pixels: Sequence[int]) -> bytes:
    """RGBA bytes, not premultiplied, from the premultiplied 0xAARRGGBB numbers that XFIXES gives."""
    rgba = bytearray(len(pixels) * 4)
    known: dict[int, bytes] = {0: bytes(4)}  # cursors have few colours: each is worked out once
    for index, pixel in enumerate(pixels):
        colour = known.get(pixel)
        if colour is None:
            alpha = pixel >> 24 & 0xFF
            parts = (pixel >> 16 & 0xFF, pixel >> 8 & 0xFF, pixel & 0xFF)
            # Deliberately lax: a colour brighter than its alpha is not premultiplied correctly, and is cut off.
            straight = (min(255, (part * 255 + alpha // 2) // alpha) for part in parts) if alpha else (0, 0, 0)
            colour = known[pixel] = bytes((*straight, alpha))
        rgba[index * 4 : index * 4 + 4] = colour
    return bytes(rgba)


class CursorWatch:
    """Asks for the shape only after the server said that it changed. Shares its display's thread."""

    def __init__(self, display: Display) -> None:
        self._xfixes = display.extension(xfixes, "the shape of the pointer")
        self._xfixes.SelectCursorInput(display.root, xfixes.CursorNotifyMask.DisplayCursor)
        self._shape: CursorShape | None = None

    def handle(self, event: Any) -> None:
        """Takes an event of the display; others than CursorNotify are ignored."""
        if isinstance(event, xfixes.CursorNotifyEvent):
            self._shape = None

    def shape(self, known_serial: int) -> CursorShape | None:
        if self._shape is None:
            image = self._xfixes.GetCursorImage().reply()
            self._shape = CursorShape(
                serial=image.cursor_serial,
                width=image.width,
                height=image.height,
                hot_x=image.xhot,
                hot_y=image.yhot,
                rgba=straight_rgba(image.cursor_image.list),
            )
        return None if self._shape.serial == known_serial else self._shape
