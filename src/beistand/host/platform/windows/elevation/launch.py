"""The task's own process (SYSTEM, session 0): starts the helper in the customer's session and ends with it.

A scheduled task of the system runs in session 0, which has no screen. The system may give its own token another
session and start a program with it; nobody else may.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
import os
from ctypes import POINTER, Structure, byref, c_void_p, wintypes
from pathlib import Path

from beistand.host.platform.windows.api import kernel32
from beistand.host.platform.windows.elevation import native, plan

_ALL_ACCESS, _PRIMARY, _ANONYMOUS_LEVEL = 0x02000000, 1, 0  # MAXIMUM_ALLOWED, TokenPrimary
_DUPLICATE, _QUERY = 2, 8
_SESSION_ID = 12  # TokenSessionId
_NO_WINDOW = 0x08000000


class StartupInfo(Structure):
    _fields_ = (
        ("cb", wintypes.DWORD),
        ("lpReserved", wintypes.LPWSTR),
        ("lpDesktop", wintypes.LPWSTR),
        ("lpTitle", wintypes.LPWSTR),
        ("numbers", wintypes.DWORD * 8),
        ("wShowWindow", wintypes.WORD),
        ("cbReserved2", wintypes.WORD),
        ("lpReserved2", c_void_p),
        ("handles", wintypes.HANDLE * 3),
    )


class ProcessInformation(Structure):
    _fields_ = (
        ("hProcess", wintypes.HANDLE),
        ("hThread", wintypes.HANDLE),
        ("dwProcessId", wintypes.DWORD),
        ("dwThreadId", wintypes.DWORD),
    )


_H, _B, _D = wintypes.HANDLE, wintypes.BOOL, wintypes.DWORD
native.advapi32.DuplicateTokenEx.argtypes = [_H, _D, c_void_p, ctypes.c_int, ctypes.c_int, POINTER(_H)]
native.advapi32.SetTokenInformation.argtypes = [_H, ctypes.c_int, c_void_p, _D]
native.advapi32.CreateProcessAsUserW.argtypes = [
    _H, wintypes.LPCWSTR, wintypes.LPWSTR, c_void_p, c_void_p, _B, _D, c_void_p, wintypes.LPCWSTR,
    POINTER(StartupInfo), POINTER(ProcessInformation),
]  # fmt: skip
kernel32.GetCurrentProcess.restype = wintypes.HANDLE


def start_in_session(words: list[str], session: int) -> tuple[int, int]:
    """Starts a program with our own rights on the customer's desktop: its process handle and number. Raises OSError."""
    own, token = wintypes.HANDLE(), wintypes.HANDLE()
    if not native.advapi32.OpenProcessToken(kernel32.GetCurrentProcess(), _DUPLICATE | _QUERY, byref(own)):
        raise native.failure("own token")
    if not native.advapi32.DuplicateTokenEx(own, _ALL_ACCESS, None, _ANONYMOUS_LEVEL, _PRIMARY, byref(token)):
        raise native.failure("second token")
    number = wintypes.DWORD(session)
    if not native.advapi32.SetTokenInformation(token, _SESSION_ID, byref(number), ctypes.sizeof(number)):
        raise native.failure("session of the token")
    about, started = StartupInfo(), ProcessInformation()
    about.cb, about.lpDesktop = ctypes.sizeof(about), "winsta0\\default"
    line = ctypes.create_unicode_buffer(plan.command_line(words))
    made = native.advapi32.CreateProcessAsUserW(
        token, words[0], line, None, None, False, _NO_WINDOW, None, None, byref(about), byref(started)
    )
    if not made:
        raise native.failure("helper")
    native.close(started.hThread)
    return int(started.hProcess), started.dwProcessId


def main(arguments: list[str]) -> int:
    """`launch <name> <hash of the token> <program's pid> <keeper's pid>`."""
    own, (keeper_pid,) = plan.from_arguments(arguments, 1)
    words = [sys.executable, *own.arguments(plan.HELPER, keeper_pid)]
    handle, pid = start_in_session(words, native.session_of(own.program_pid))
    # For the keeper, should it have to end us: this folder is the system's and the administrators' alone.
    Path(own.folder(native.windows_folder()), plan.HELPER_FILE).write_text(f"{pid} {os.getpid()}")
    native.wait([handle], None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
