"""Asks CoreGraphics which displays there are."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

from ctypes import byref, c_uint32

from beistand.host.platform.macos.api import foundation, graphics
from beistand.host.platform.macos.layout import Display, Placed, placed
from beistand.host.ports import PlatformError

MOST = 16


def all_displays() -> list[Placed]:
    """The displays that show something, the main one first. Raises PlatformError if there is none or it is closed."""
    numbers, count = (c_uint32 * MOST)(), c_uint32(0)
    if graphics.CGGetActiveDisplayList(MOST, numbers, byref(count)) or not count.value:
        raise PlatformError("No screen is on: wake this Mac, then try again.")
    main = graphics.CGMainDisplayID()
    return placed([_display(int(number), int(number) == main) for number in numbers[: count.value]])


def _display(number: int, is_main: bool) -> Display:
    bounds = graphics.CGDisplayBounds(number)
    image = graphics.CGDisplayCreateImage(number)
    if not image:
        raise PlatformError(
            "This Mac does not let the program see the screen: allow it in System Settings, Privacy and Security, "
            "Screen Recording, then start the program again."
        )
    width, height = graphics.CGImageGetWidth(image), graphics.CGImageGetHeight(image)
    foundation.CFRelease(image)
    return Display(number, bounds.x, bounds.y, bounds.width, bounds.height, int(width), int(height), is_main)
