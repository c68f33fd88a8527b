"""Whose window is it: the process behind a point of the screen, or in front of all others."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

from collections.abc import Iterator
from ctypes import byref

from beistand.host.platform.macos.api import Area, foundation, graphics, number, send, text

_ON_SCREEN, _NO_DESKTOP = 1, 16
_ABOVE_EVERYTHING = 1000  # NSScreenSaverWindowLevel
_NOT_SHARED = 0  # NSWindowSharingNone
_BOUNDS, _OWNER, _LAYER = text("kCGWindowBounds"), text("kCGWindowOwnerPID"), text("kCGWindowLayer")


def _windows() -> Iterator[tuple[int, int, Area]]:
    """(process, layer, place in points) of every visible window, from the front to the back."""
    found = graphics.CGWindowListCopyWindowInfo(_ON_SCREEN | _NO_DESKTOP, 0)
    if not found:
        return
    try:
        for index in range(foundation.CFArrayGetCount(found)):
            about = foundation.CFArrayGetValueAtIndex(found, index)
            area = Area()
            graphics.CGRectMakeWithDictionaryRepresentation(
                foundation.CFDictionaryGetValue(about, _BOUNDS), byref(area)
            )
            owner = number(foundation.CFDictionaryGetValue(about, _OWNER))
            yield owner, number(foundation.CFDictionaryGetValue(about, _LAYER)), area
    finally:
        foundation.CFRelease(found)


def window_owner_at(x: float, y: float) -> int | None:
    """Process id of the foremost window at a place in points."""
    for owner, _layer, area in _windows():
        if area.x <= x < area.x + area.width and area.y <= y < area.y + area.height:
            return owner
    return None


def focused_owner() -> int | None:
    """Process id of the foremost ordinary window, which gets the keys."""
    return next((owner for owner, layer, _area in _windows() if layer == 0), None)


def raise_window(view: int) -> None:
    """Puts the window of an NSView above all others; in the main thread."""
    window = send(view, "window")
    if window:
        send(window, "setLevel:", _ABOVE_EVERYTHING)
        send(window, "orderFrontRegardless")


def is_on_screen(view: int) -> bool:
    """Whether the window of an NSView is shown; in the main thread."""
    window = send(view, "window")
    return bool(window and send(window, "isVisible"))


def hide_from_capture(view: int) -> None:
    """Leaves the window of an NSView out of pictures of the screen; in the main thread."""
    window = send(view, "window")
    if window:
        send(window, "setSharingType:", _NOT_SHARED)
