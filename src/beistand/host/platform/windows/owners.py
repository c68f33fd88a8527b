"""Whose window is it: the process behind a point of the screen, or behind the keyboard focus."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from beistand.host.platform.windows.api import GUITHREADINFO, user32

_TOP, _NO_SIZE, _NO_MOVE, _NO_ACTIVATE = -1, 1, 2, 0x10
_EXCLUDE_FROM_CAPTURE = 0x11  # since Windows 10 2004; before, such a window would become a black box: not asked for
_FIRST_BUILD = 19041


def window_owner_at(x: int, y: int) -> int | None:
    """Process id of the window that a click would reach, in Windows' own coordinates; None if there is none."""
    return _owner(user32.WindowFromPoint(wintypes.POINT(x, y)))


def owner_under_pointer() -> int | None:
    """Process id of the window that a click now would reach."""
    place = wintypes.POINT()
    return window_owner_at(place.x, place.y) if user32.GetCursorPos(ctypes.byref(place)) else None


def focused_owner() -> int | None:
    """Process id of the window that gets the keys; it may belong to another process than the one in front."""
    front = user32.GetForegroundWindow()
    if not front:
        return None
    thread = user32.GetWindowThreadProcessId(front, None)
    about = GUITHREADINFO(cbSize=ctypes.sizeof(GUITHREADINFO))
    if user32.GetGUIThreadInfo(thread, ctypes.byref(about)) and about.hwndFocus:
        return _owner(about.hwndFocus)
    return _owner(front)


def _owner(window: int | None) -> int | None:
    number = wintypes.DWORD()
    if not window or not user32.GetWindowThreadProcessId(window, ctypes.byref(number)):
        return None
    return number.value


def raise_window(window: int) -> None:
    """Puts a window above all others without taking the focus."""
    user32.SetWindowPos(window, _TOP, 0, 0, 0, 0, _NO_SIZE | _NO_MOVE | _NO_ACTIVATE)


def is_on_screen(window: int) -> bool:
    """Whether a window of ours is shown."""
    return bool(user32.IsWindowVisible(window))


def hide_from_capture(window: int) -> bool:
    """Leaves a window of ours out of every picture of the screen; False where Windows cannot."""
    if sys.getwindowsversion().build < _FIRST_BUILD:
        return False
    return bool(user32.SetWindowDisplayAffinity(window, _EXCLUDE_FROM_CAPTURE))
