"""Named pipes with an access list, read and written by different threads at the same time (overlapped).

The server makes all its ends at once, the first as the first of this name: nobody can stand between.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import _winapi
import ctypes
import time
from ctypes import byref, wintypes

from beistand.host.platform.windows.api import kernel32
from beistand.host.platform.windows.elevation.native import Access

_FIRST, _OVERLAPPED, _DUPLEX, _NO_REMOTE = 0x00080000, 0x40000000, 3, 8
_PIECE = 65_536
_GENERIC_READ, _GENERIC_WRITE = 0x80000000, 0x40000000
_SQOS_ANONYMOUS = 0x00100000  # SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS: a server cannot act as us
_TRY_SECONDS = 0.05
_GONE = {109, 232, 233, 995, 6}  # broken, no data, not connected, aborted, closed


class Pipe:
    """One end. `read` and `write` may run in two threads; `close` from any, and it ends them."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._is_closed = False

    def __del__(self) -> None:
        _winapi.CloseHandle(self._handle)  # not before the last thread let go of it: numbers of handles come again

    def read(self) -> bytes:
        """What has come, at least a byte; b"" once the other end is gone or this one is closed."""
        try:
            self._require_open()
            waiting, _error = _winapi.ReadFile(self._handle, _PIECE, overlapped=True)
            count, _error = waiting.GetOverlappedResult(True)
            data = waiting.getbuffer()
            return bytes(data[:count]) if data is not None else b""
        except OSError as problem:
            if problem.winerror in _GONE or self._is_closed:
                return b""
            raise

    def write(self, data: bytes) -> None:
        """Hands everything over. Raises OSError if the other end is gone."""
        self._require_open()
        at = memoryview(data)
        while at:
            waiting, _error = _winapi.WriteFile(self._handle, bytes(at[: 16 * _PIECE]), overlapped=True)
            count, _error = waiting.GetOverlappedResult(True)
            at = at[count:]

    def client_pid(self) -> int:
        """The process at the other end of a server's pipe; 0 if Windows does not say."""
        number = wintypes.DWORD()
        return number.value if kernel32.GetNamedPipeClientProcessId(self._handle, byref(number)) else 0

    def accept(self) -> None:
        """Waits for a client. Raises OSError."""
        try:
            _winapi.ConnectNamedPipe(self._handle, overlapped=True).GetOverlappedResult(True)
        except OSError as problem:
            if problem.winerror != _winapi.ERROR_PIPE_CONNECTED:
                raise

    def close(self) -> None:
        """What waits in it ends; the handle goes with the last thread that uses it."""
        self._is_closed = True
        kernel32.CancelIoEx(self._handle, None)

    def _require_open(self) -> None:
        if self._is_closed:
            raise OSError("closed")


def serve(name: str, sddl: str, count: int) -> list[Pipe]:
    """All ends of a new pipe. Raises OSError, also if somebody else has made one of this name."""
    access = Access(sddl)
    made = []
    for number in range(count):
        mode = _DUPLEX | _OVERLAPPED | (0 if number else _FIRST)
        handle = _winapi.CreateNamedPipe(name, mode, _NO_REMOTE, count, _PIECE, _PIECE, 0, access.address)
        if handle in (0, _winapi.INVALID_HANDLE_VALUE):
            raise OSError(f"no pipe ({ctypes.get_last_error()})")
        made.append(Pipe(handle))
    return made


def connect(name: str, seconds: float) -> Pipe:
    """A client's end; tries until the time is over. Raises OSError."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            handle = _winapi.CreateFile(
                name, _GENERIC_READ | _GENERIC_WRITE, 0, 0, _winapi.OPEN_EXISTING, _OVERLAPPED | _SQOS_ANONYMOUS, 0
            )
            return Pipe(handle)
        except OSError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_TRY_SECONDS)
