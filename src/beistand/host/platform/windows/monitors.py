"""The monitors with their scales, in the coordinates of the ports: origin at the virtual desktop's upper-left corner.

Windows itself counts from the primary monitor's corner, so that others may lie at negative coordinates; `origin` is
the difference, and every part of this adapter adds or takes it away.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import contextlib
import ctypes
from ctypes import wintypes

from beistand.host.platform.windows.api import MONITORENUMPROC, MONITORINFOEX, user32
from beistand.host.ports import Monitor, PlatformError, Rect

_XVIRTUAL, _YVIRTUAL, _CXVIRTUAL, _CYVIRTUAL = 76, 77, 78, 79
_PRIMARY = 1  # MONITORINFOF_PRIMARY
_EFFECTIVE_DPI = 0
_PER_MONITOR_V2 = -4


def be_aware_of_scales() -> None:
    """Makes this process see true pixels on every monitor (per-monitor v2). Harmless if its manifest said so already.

    To be called before the first window. Windows before 1703 know less: the best they have is taken.
    """
    with contextlib.suppress(AttributeError):
        user32.SetProcessDpiAwarenessContext.argtypes = [ctypes.c_void_p]
        if user32.SetProcessDpiAwarenessContext(ctypes.c_void_p(_PER_MONITOR_V2)):
            return
    with contextlib.suppress(AttributeError, OSError):
        ctypes.WinDLL("shcore").SetProcessDpiAwareness(2)


def origin() -> tuple[int, int]:
    """Windows' coordinates of the virtual desktop's upper-left corner, in pixels."""
    return user32.GetSystemMetrics(_XVIRTUAL), user32.GetSystemMetrics(_YVIRTUAL)


def extent() -> tuple[int, int]:
    """Width and height of the virtual desktop in pixels."""
    return user32.GetSystemMetrics(_CXVIRTUAL), user32.GetSystemMetrics(_CYVIRTUAL)


def list_monitors() -> list[Monitor]:
    """All monitors, the primary one first; ids count from 0. Raises PlatformError if there is none."""
    found: list[tuple[Rect, bool, int, str]] = []
    left, top = origin()

    def take(handle: int, _device: int, _area: object, _data: int) -> bool:
        info = MONITORINFOEX(cbSize=ctypes.sizeof(MONITORINFOEX))
        if user32.GetMonitorInfoW(handle, ctypes.byref(info)):
            area = info.rcMonitor
            rect = Rect(area.left - left, area.top - top, area.right - area.left, area.bottom - area.top)
            found.append((rect, bool(info.dwFlags & _PRIMARY), _scale(handle), info.szDevice.removeprefix("\\\\.\\")))
        return True

    user32.EnumDisplayMonitors(None, None, MONITORENUMPROC(take), 0)
    found.sort(key=lambda one: not one[1])
    if not found:
        raise PlatformError("Windows reports no monitor: switch the screen on, or connect one.")
    return [Monitor(i, rect, scale, is_primary, name) for i, (rect, is_primary, scale, name) in enumerate(found)]


def _scale(monitor: int) -> int:
    """In percent; 96 dots an inch are 100."""
    across, down = wintypes.UINT(), wintypes.UINT()
    try:
        shcore = ctypes.WinDLL("shcore")
        if shcore.GetDpiForMonitor(wintypes.HANDLE(monitor), _EFFECTIVE_DPI, ctypes.byref(across), ctypes.byref(down)):
            return 100
    except (AttributeError, OSError):
        return 100
    return round(across.value * 100 / 96) or 100
