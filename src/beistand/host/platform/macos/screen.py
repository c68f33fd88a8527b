"""Captures a display by CoreGraphics. What changed is found by comparing rows with the last picture."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import ctypes
import threading
import time
from collections.abc import Sequence

from beistand.host.platform.macos.api import foundation, graphics
from beistand.host.platform.macos.displays import all_displays
from beistand.host.platform.macos.layout import Placed, to_pixels
from beistand.host.platform.pace import Pace
from beistand.host.platform.rows import changed
from beistand.host.ports import CapturedFrame, CursorShape, Monitor, PlatformError, Rect

_BYTES_A_PIXEL = 4
_libc = ctypes.CDLL(None)
_libc.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


class MacosScreen:
    """A `ScreenSource`. Starts with the main display; the first grab is always full."""

    def __init__(self) -> None:
        """Raises PlatformError without the customer's permission (System Settings, Screen Recording)."""
        if not graphics.CGPreflightScreenCaptureAccess():
            graphics.CGRequestScreenCaptureAccess()
        self._placed = all_displays()
        self._selected: Placed = self._placed[0]
        self._pace = Pace()
        self._awake = threading.Event()
        self._kept = self._next = b""
        self._size = (0, 0)
        self._damage: list[Rect] = []

    def monitors(self) -> Sequence[Monitor]:
        self._placed = all_displays()
        number = self._selected.display.number
        self._selected = next((one for one in self._placed if one.display.number == number), self._placed[0])
        return tuple(one.monitor for one in self._placed)

    def select(self, monitor_id: int) -> None:
        self._selected = next((one for one in self._placed if one.monitor.id == monitor_id), self._placed[0])
        self._kept, self._damage = b"", []

    def wait_damage(self, timeout_seconds: float) -> bool:
        """Looks at the screen at the pace of what happens there, until something changed or the time is over."""
        end = time.monotonic() + timeout_seconds
        while True:
            now = time.monotonic()
            due = self._pace.due(now)
            if now + due > end:
                self._awake.wait(max(0.0, end - now))
                return False
            self._awake.wait(due)
            self._look()
            self._pace.looked(bool(self._damage), time.monotonic())
            if self._damage:
                return True

    def grab(self, full: bool = False) -> CapturedFrame:
        if full or not self._kept:
            self._look()
            self._damage = [Rect(0, 0, *self._size)]
        damage, self._damage = self._damage, []
        width, height = self._size
        return CapturedFrame(memoryview(self._kept), width, height, width * _BYTES_A_PIXEL, damage)

    def _look(self) -> None:
        """Takes a picture and notes what differs from the one before."""
        data, size = self._picture()
        if size != self._size or not self._kept:
            self._damage = [Rect(0, 0, *size)]
        else:
            self._damage += changed(_address(self._kept), _address(data), *size, _libc.memcmp)
        self._kept, self._size = data, size

    def _picture(self) -> tuple[bytes, tuple[int, int]]:
        """BGRX without padding. Raises PlatformError."""
        image = graphics.CGDisplayCreateImage(self._selected.display.number)
        if not image:
            raise PlatformError("The screen of this Mac cannot be read now: it may be locked or asleep.")
        try:
            if graphics.CGImageGetBitsPerPixel(image) != 8 * _BYTES_A_PIXEL:
                raise PlatformError("The screen of this Mac has colours that this program does not know.")
            width, height = graphics.CGImageGetWidth(image), graphics.CGImageGetHeight(image)
            stride = graphics.CGImageGetBytesPerRow(image)
            copy = graphics.CGDataProviderCopyData(graphics.CGImageGetDataProvider(image))
            try:
                start, line = foundation.CFDataGetBytePtr(copy), width * _BYTES_A_PIXEL
                if stride == line:
                    return ctypes.string_at(start, line * height), (width, height)
                rows = (ctypes.string_at(start + row * stride, line) for row in range(height))
                return b"".join(rows), (width, height)
            finally:
                foundation.CFRelease(copy)
        finally:
            foundation.CFRelease(image)

    def cursor_position(self) -> tuple[int, int]:
        event = graphics.CGEventCreate(None)
        place = graphics.CGEventGetLocation(event)
        foundation.CFRelease(event)
        return to_pixels(self._placed, place.x, place.y)

    def cursor_shape(self, known_serial: int) -> CursorShape | None:
        """None: the shape of other programs' pointers is not told; the console draws its own arrow."""
        return None

    def remarks(self) -> Sequence[str]:
        return ()

    def close(self) -> None:
        self._awake.set()
        self._kept = b""


def _address(data: bytes) -> int:
    return ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
