"""Whether a window takes input of ours: Windows silently drops it for programs with higher rights (UIPI).

Asked before injecting, because `SendInput` reports success all the same. Source: Microsoft, "Windows Integrity
Mechanism".
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
import os
import time
from ctypes import wintypes

from beistand.host.platform.windows.api import kernel32
from beistand.host.ports import PlatformError

_QUERY_LIMITED, _TOKEN_QUERY, _INTEGRITY_LEVEL, _ACCESS_DENIED = 0x1000, 8, 25, 5
_KEPT_SECONDS = 2.0  # process numbers are used again, so an answer is not kept for long
_HEAD_BYTES = 16  # TOKEN_MANDATORY_LABEL: pointer and attributes, then the SID

_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
kernel32.OpenProcess.restype = wintypes.HANDLE
kernel32.OpenProcess.argtypes = [wintypes.DWORD, wintypes.BOOL, wintypes.DWORD]
kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
_advapi32.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
_advapi32.GetTokenInformation.argtypes = [
    wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD),
]  # fmt: skip


class Reach:
    """Answers by process id. Used by one thread at a time."""

    def __init__(self) -> None:
        self._own = _level(os.getpid())
        self._known: dict[int, tuple[float, bool]] = {}

    def require(self, pid: int | None) -> None:
        """Raises PlatformError with a sentence if input for this process would be dropped."""
        if pid is not None and not self._has(pid):
            raise PlatformError(
                "That window runs as administrator, and Windows takes no input for it from here: "
                "ask the customer to use it."
            )

    def _has(self, pid: int) -> bool:
        now = time.monotonic()
        at, answer = self._known.get(pid, (float("-inf"), True))
        if now - at > _KEPT_SECONDS:
            theirs = _level(pid)
            answer = theirs is None or self._own is None or theirs <= self._own
            self._known = {pid: (now, answer)}
        return answer


def _level(pid: int) -> int | None:
    """The integrity level (0x2000 user, 0x3000 administrator, 0x4000 system); None if nobody says."""
    process = kernel32.OpenProcess(_QUERY_LIMITED, False, pid)
    if not process:
        return _refused()
    token = wintypes.HANDLE()
    try:
        if not _advapi32.OpenProcessToken(process, _TOKEN_QUERY, ctypes.byref(token)):
            return _refused()
    finally:
        kernel32.CloseHandle(process)
    try:
        label, size = ctypes.create_string_buffer(128), wintypes.DWORD()
        if not _advapi32.GetTokenInformation(token, _INTEGRITY_LEVEL, label, len(label), ctypes.byref(size)):
            return None
        sid = label.raw[_HEAD_BYTES : size.value]
        return int.from_bytes(sid[8:12], "little") if len(sid) >= 12 else None  # its only part is the level
    finally:
        kernel32.CloseHandle(token)


def _refused() -> int | None:
    """A process that we may not even look at has higher rights; one that is gone has none."""
    return 0x4000 if ctypes.get_last_error() == _ACCESS_DENIED else None
