"""The program's own side: asks UAC, reaches the helper, and ends it. Knows the token; nobody else does."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import contextlib
import ctypes
import os
import threading
import time
from collections.abc import Callable
from ctypes import POINTER, Structure, byref, c_void_p, wintypes
from pathlib import Path

from beistand.host.platform.windows.api import kernel32
from beistand.host.platform.windows.elevation import native, pipes, plan, wire
from beistand.host.platform.windows.elevation.far import FarCapture, FarInput, Line
from beistand.host.ports import InputSink, PlatformError, Rect

_NO_CLOSE, _HIDDEN, _NO_UI = 0x40, 0, 0x400  # SEE_MASK_NOCLOSEPROCESS, SW_HIDE, SEE_MASK_FLAG_NO_UI
_CANCELLED = 1223
UP_SECONDS = 40.0  # longer than the keeper waits, so that its exit code tells why
_TRY_SECONDS = 0.2
_STILL_ACTIVE = 259


class _ExecuteInfo(Structure):
    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("fMask", wintypes.ULONG),
        ("hwnd", wintypes.HWND),
        ("lpVerb", wintypes.LPCWSTR),
        ("lpFile", wintypes.LPCWSTR),
        ("lpParameters", wintypes.LPCWSTR),
        ("lpDirectory", wintypes.LPCWSTR),
        ("nShow", ctypes.c_int),
        ("hInstApp", wintypes.HINSTANCE),
        ("lpIDList", c_void_p),
        ("lpClass", wintypes.LPCWSTR),
        ("hkeyClass", wintypes.HKEY),
        ("dwHotKey", wintypes.DWORD),
        ("hIcon", wintypes.HANDLE),
        ("hProcess", wintypes.HANDLE),
    )


_shell32 = ctypes.WinDLL("shell32", use_last_error=True)
_shell32.ShellExecuteExW.argtypes = [POINTER(_ExecuteInfo)]
kernel32.GetExitCodeProcess.argtypes = [wintypes.HANDLE, POINTER(wintypes.DWORD)]

#: Starts the keeper with an administrator's rights: program, its words -> process handle. Raises OSError.
Starter = Callable[[Path, list[str]], int]


def run_as_administrator(program: Path, words: list[str]) -> int:
    """Asks UAC and returns the new process's handle. Blocks while the customer reads. Raises OSError (1223: no)."""
    about = _ExecuteInfo()
    about.cbSize, about.fMask, about.nShow = ctypes.sizeof(about), _NO_CLOSE | _NO_UI, _HIDDEN
    about.lpVerb, about.lpFile, about.lpParameters = "runas", str(program), plan.command_line(words)
    about.lpDirectory = native.system_folder()
    if not _shell32.ShellExecuteExW(byref(about)) or not about.hProcess:
        raise native.failure("UAC")
    return int(about.hProcess)


class WindowsElevation:
    """An `Elevation`. `begin` works in a thread of its own; `end` may come at any time, from any thread."""

    def __init__(self, start: Starter = run_as_administrator) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._event = 0
        self._hands: Line | None = None
        self._eyes: Line | None = None
        self._watch: Line | None = None
        self._round = object()  # a new one for every beginning and every end

    def begin(
        self, program: Path | None, done: Callable[[tuple[str, ...], str], None], gone: Callable[[], None]
    ) -> None:
        """Asks Windows. Then `done(names of what was made, "")`, or `done((), code)`; `gone()` if the helper dies."""
        with self._lock:
            self._round = mine = object()
        work = (program, done, gone, mine)
        threading.Thread(target=self._begin, args=work, name="elevation", daemon=True).start()

    def end(self) -> None:
        """Synchronous, no waiting: the helper lets go of all keys and ends, its keeper removes what was made."""
        with self._lock:
            self._round = object()
            event, self._event = self._event, 0
            lines = (self._hands, self._eyes, self._watch)
            self._hands = self._eyes = self._watch = None
        if event:
            native.set_event(event)
            native.close(event)
        for line in lines:
            if line is not None:
                line.close()

    def input(self) -> InputSink:
        """Injects by the helper. Raises PlatformError if there is none."""
        if self._hands is None:
            raise PlatformError("The helper with an administrator's rights is gone.")
        return FarInput(self._hands)

    def capture(self, area: Rect) -> FarCapture | None:
        """Pictures by the helper, for the screens that only it can see; None without one."""
        eyes = self._eyes
        return None if eyes is None else FarCapture(eyes, area)

    # the beginning's own thread ----------------------------------------------------------------------------------

    def _begin(
        self,
        program: Path | None,
        done: Callable[[tuple[str, ...], str], None],
        gone: Callable[[], None],
        mine: object,
    ) -> None:
        if program is None:
            done((), "no_program")
            return
        own = plan.make(os.urandom(plan.TOKEN_BYTES + plan.NAME_BYTES), os.getpid())
        try:
            self._event = native.create_event(own.end_event, plan.event_access(native.user_sid(_own_process())))
            keeper = self._start(program, own.arguments(plan.KEEPER))
        except OSError as error:
            self.end()
            done((), "windows_no" if error.winerror == _CANCELLED else "no_helper")
            return
        code = self._reach(own, keeper)
        if self._round is not mine:
            self.end()  # ended while it began: what came up goes again
            done((), "cancelled")
            return
        if code:
            self.end()
            done((), code)
            return
        assert self._watch is not None
        done(plan.made(own, native.windows_folder()), "")
        self._watch.wait_for_end()
        if self._round is mine:
            gone()

    def _reach(self, own: plan.Plan, keeper: int) -> str:
        """Connects to the helper; a code if it does not come."""
        deadline = time.monotonic() + UP_SECONDS
        try:
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    self._hands = Line(pipes.connect(own.pipe, _TRY_SECONDS), own.token, wire.HANDS)
                    self._eyes = Line(pipes.connect(own.pipe, 1.0), own.token, wire.EYES)
                    self._watch = Line(pipes.connect(own.pipe, 1.0), own.token, wire.WATCH)
                    return ""
                if (code := _exit_code(keeper)) is not None:
                    return plan.CODES.get(code, "no_helper")
            return "no_helper"
        finally:
            native.close(keeper)


def _own_process() -> int:
    kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    return int(kernel32.GetCurrentProcess())


def _exit_code(process: int) -> int | None:
    """None while it runs."""
    number = wintypes.DWORD(_STILL_ACTIVE)
    kernel32.GetExitCodeProcess(process, byref(number))
    return None if number.value == _STILL_ACTIVE else number.value
