"""At most one session a desktop: two stop signs would stand on one another, and a click would end only one of them."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from beistand.host.platform.windows.api import kernel32

_NAME = "Local\\Beistand session"  # of this Windows session; it is gone with the last program that holds it
_ALREADY_EXISTS = 183

kernel32.CreateMutexW.restype = wintypes.HANDLE
kernel32.CreateMutexW.argtypes = [ctypes.c_void_p, wintypes.BOOL, wintypes.LPCWSTR]
kernel32.CloseHandle.argtypes = [wintypes.HANDLE]


class OnlyOne:
    """Holds the desktop's one place from `claim` on until the program ends."""

    def __init__(self) -> None:
        self._held: int | None = None

    def claim(self) -> bool:
        """False if another copy of this program holds the place."""
        if self._held is not None:
            return True
        handle = kernel32.CreateMutexW(None, False, _NAME)
        if not handle or ctypes.get_last_error() == _ALREADY_EXISTS:
            if handle:
                kernel32.CloseHandle(handle)
            return not handle  # where Windows makes no such object nobody else holds one either
        self._held = handle
        return True
