"""Which desktop has the screen now: the customer's own, or one that programs of the user may neither see nor touch.

Windows switches to a desktop of its own for the lock screen and for the question whether a program may change the
computer (UAC). A picture taken meanwhile would be frozen or black; the technician reads a sentence instead.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from beistand.host.platform.windows.api import user32
from beistand.host.platform.windows.situations import Situation, situation

_READ_OBJECTS, _NAME = 1, 2  # DESKTOP_READOBJECTS, UOI_NAME
_CURRENT_SESSION = 0xFFFFFFFF
_STATE, _INFO_EX = 8, 25  # WTSConnectState, WTSSessionInfoEx
# Bytes of WTSINFOEXW before SessionFlags: Level, padding (64 bit times follow), SessionId, SessionState.
_LEVEL_1_FLAGS_AT = 16


def now() -> Situation:
    """What holds the screen now. A few microseconds for the usual answer."""
    name = _input_desktop()
    if name == "Default":
        return Situation.OPEN
    return situation(name, _session_number(_STATE, 0), _session_number(_INFO_EX, _LEVEL_1_FLAGS_AT))


def _input_desktop() -> str:
    """The name of the desktop that gets the input, "" if this user may not even open it."""
    desktop = user32.OpenInputDesktop(0, False, _READ_OBJECTS)
    if not desktop:
        return ""
    try:
        text, needed = ctypes.create_unicode_buffer(64), wintypes.DWORD()
        size = ctypes.sizeof(text)
        is_read = user32.GetUserObjectInformationW(desktop, _NAME, text, size, ctypes.byref(needed))
        return text.value if is_read else ""
    finally:
        user32.CloseDesktop(desktop)


def _session_number(kind: int, at: int) -> int | None:
    """A number out of what Windows tells about this session; None if it does not say."""
    try:
        library = ctypes.WinDLL("wtsapi32")
        query, free = library.WTSQuerySessionInformationW, library.WTSFreeMemory
    except (AttributeError, OSError):
        return None
    query.argtypes = [
        wintypes.HANDLE, wintypes.DWORD, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(wintypes.DWORD),
    ]  # fmt: skip
    free.argtypes = [ctypes.c_void_p]
    data, size = ctypes.c_void_p(), wintypes.DWORD()
    if not query(None, _CURRENT_SESSION, kind, ctypes.byref(data), ctypes.byref(size)) or not data.value:
        return None
    try:
        return wintypes.DWORD.from_address(data.value + at).value if size.value >= at + 4 else None
    finally:
        free(data)
