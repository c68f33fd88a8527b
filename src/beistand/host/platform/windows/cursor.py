"""The pointer: where it is, whether it is shown, and its shape."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes

from beistand.host.platform.windows.api import BITMAP, BITMAPINFOHEADER, CURSORINFO, ICONINFO, gdi32, user32
from beistand.host.platform.windows.cursor_pixels import from_colour, from_masks
from beistand.host.ports import CursorShape

_SHOWING = 1
_LARGEST = 256  # pixels a side; Windows itself makes none larger
_HIDDEN = CursorShape(0, 1, 1, 0, 0, bytes(4))


class CursorWatch:
    """Asks for the shape only when Windows names another cursor. Used by one thread alone."""

    def __init__(self) -> None:
        self._handle: int | None = -1
        self._shape = _HIDDEN
        self._serial = 0

    def position(self) -> tuple[int, int]:
        """In Windows' own coordinates; the last known place while another desktop (lock screen) has the pointer."""
        return self._read().ptScreenPos.x, self._read().ptScreenPos.y

    def shape(self, known_serial: int) -> CursorShape | None:
        """The shape, if its serial differs from `known_serial`; a hidden pointer is one transparent pixel."""
        info = self._read()
        handle = info.hCursor if info.flags & _SHOWING else None
        if handle != self._handle:
            self._handle = handle
            self._serial += 1
            self._shape = self._make(handle)
        return None if self._shape.serial == known_serial else self._shape

    def _read(self) -> CURSORINFO:
        info = CURSORINFO(cbSize=ctypes.sizeof(CURSORINFO))
        user32.GetCursorInfo(ctypes.byref(info))
        return info

    def _make(self, handle: int | None) -> CursorShape:
        hidden = CursorShape(self._serial, 1, 1, 0, 0, bytes(4))
        icon = ICONINFO()
        if not handle or not user32.GetIconInfo(handle, ctypes.byref(icon)):
            return hidden
        try:
            mask = _pixels(icon.hbmMask)
            colour = _pixels(icon.hbmColor) if icon.hbmColor else None
        finally:
            for bitmap in (icon.hbmMask, icon.hbmColor):
                if bitmap:
                    gdi32.DeleteObject(bitmap)
        if mask is None:
            return hidden
        width, height, bits = mask
        if colour is not None:
            width, height, bgra = colour
            rgba = from_colour(bgra, bits, width, height)
        else:
            height //= 2
            rgba = from_masks(bits, width, height)
        hot_x, hot_y = min(icon.xHotspot, width - 1), min(icon.yHotspot, height - 1)
        return CursorShape(self._serial, width, height, hot_x, hot_y, rgba)


def _pixels(bitmap: int) -> tuple[int, int, bytes] | None:
    """Width, height and BGRX rows from the top; None for what is no bitmap or absurdly large."""
    about = BITMAP()
    if not gdi32.GetObjectW(bitmap, ctypes.sizeof(about), ctypes.byref(about)):
        return None
    width, height = about.bmWidth, about.bmHeight
    if not (0 < width <= _LARGEST and 0 < height <= 2 * _LARGEST):
        return None
    head = BITMAPINFOHEADER(ctypes.sizeof(BITMAPINFOHEADER), width, -height, 1, 32)
    pixels = ctypes.create_string_buffer(width * height * 4)
    device = user32.GetDC(None)
    try:
        rows = gdi32.GetDIBits(device, bitmap, 0, height, pixels, ctypes.byref(head), 0)
    finally:
        user32.ReleaseDC(None, device)
    return (width, height, pixels.raw) if rows else None
