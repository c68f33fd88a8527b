"""One rung of the capture ladder: GDI. Works everywhere, tells nothing about what changed.

Two pictures are kept in turn, and the new one is compared with the last (rows.py).
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from collections.abc import Sequence

from beistand.host.platform.rows import changed
from beistand.host.platform.windows.api import BITMAPINFOHEADER, gdi32, last_error, msvcrt, user32
from beistand.host.ports import PlatformError, Rect

_COPY = 0x00CC0020  # SRCCOPY
_BYTES_A_PIXEL = 4


class _Picture:
    """Pixels in memory that GDI can draw into, from the top row down."""

    def __init__(self, width: int, height: int) -> None:
        head = BITMAPINFOHEADER(ctypes.sizeof(BITMAPINFOHEADER), width, -height, 1, 32)
        self.device = gdi32.CreateCompatibleDC(None)
        at = ctypes.c_void_p()
        self._bitmap = gdi32.CreateDIBSection(self.device, ctypes.byref(head), 0, ctypes.byref(at), None, 0)
        if not self._bitmap or not at.value:
            reason = last_error()
            gdi32.DeleteDC(self.device)
            raise PlatformError(f"There is no memory for a picture of {width}x{height} pixels: {reason}.")
        self._before = gdi32.SelectObject(self.device, self._bitmap)
        self.address = at.value
        size = width * height * _BYTES_A_PIXEL
        self.view = memoryview((ctypes.c_ubyte * size).from_address(self.address)).cast("B")

    def close(self) -> None:
        gdi32.SelectObject(self.device, self._before)
        gdi32.DeleteObject(self._bitmap)
        gdi32.DeleteDC(self.device)


class GdiCapture:
    """Captures one area of the virtual desktop, in Windows' own coordinates. Used by one thread alone."""

    name = "GDI"
    waits_for_changes = False

    def __init__(self, area: Rect) -> None:
        """Raises PlatformError if there is no memory."""
        self._area = area
        self._new, self._old = _Picture(area.width, area.height), _Picture(area.width, area.height)
        self._has_picture = False

    def take(self) -> Sequence[Rect]:
        """Takes a picture; tells what changed since the last. Raises PlatformError if Windows gives none."""
        area = self._area
        fresh = self._old
        screen = user32.GetDC(None)
        try:
            is_taken = gdi32.BitBlt(fresh.device, 0, 0, area.width, area.height, screen, area.x, area.y, _COPY)
            reason = "" if is_taken else last_error()
        finally:
            user32.ReleaseDC(None, screen)
        gdi32.GdiFlush()
        if not is_taken:
            raise PlatformError(f"Windows gives no picture of the screen: {reason}.")
        self._old, self._new = self._new, fresh
        if not self._has_picture:
            self._has_picture = True
            return [Rect(0, 0, area.width, area.height)]
        return changed(self._old.address, self._new.address, area.width, area.height, msvcrt.memcmp)

    @property
    def pixels(self) -> memoryview:
        """The latest picture: BGRX, valid until the next but one `take`."""
        return self._new.view

    @property
    def stride(self) -> int:
        return self._area.width * _BYTES_A_PIXEL

    def wait(self, timeout_seconds: float) -> bool:
        """GDI cannot wait for a change."""
        raise NotImplementedError

    def close(self) -> None:
        self._new.close()
        self._old.close()
