"""The calls of Windows that the elevation needs, declared for ctypes, and thin Python around them."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import POINTER, Structure, byref, c_void_p, wintypes
from typing import Any

from beistand.host.platform.windows.api import kernel32, user32

SYNCHRONIZE, _TERMINATE, _QUERY_LIMITED = 0x00100000, 1, 0x1000
INFINITE = 0xFFFFFFFF
_TOKEN_QUERY, _TOKEN_USER = 8, 1
_SDDL_REVISION = 1
_GENERIC_ALL = 0x10000000
_EVENT_MODIFY = 2

advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_H, _B, _D, _W = wintypes.HANDLE, wintypes.BOOL, wintypes.DWORD, wintypes.LPCWSTR


class SecurityAttributes(Structure):
    _fields_ = (("nLength", _D), ("lpSecurityDescriptor", c_void_p), ("bInheritHandle", _B))


_DECLARED: tuple[tuple[Any, Any, list[Any]], ...] = (
    (advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW, _B, [_W, _D, POINTER(c_void_p), c_void_p]),
    (advapi32.ConvertSidToStringSidW, _B, [c_void_p, POINTER(c_void_p)]),
    (advapi32.OpenProcessToken, _B, [_H, _D, POINTER(_H)]),
    (advapi32.GetTokenInformation, _B, [_H, ctypes.c_int, c_void_p, _D, POINTER(_D)]),
    (kernel32.LocalFree, c_void_p, [c_void_p]),
    (kernel32.OpenProcess, _H, [_D, _B, _D]),
    (kernel32.CloseHandle, _B, [_H]),
    (kernel32.TerminateProcess, _B, [_H, wintypes.UINT]),
    (kernel32.CreateEventW, _H, [c_void_p, _B, _B, _W]),
    (kernel32.OpenEventW, _H, [_D, _B, _W]),
    (kernel32.SetEvent, _B, [_H]),
    (kernel32.WaitForSingleObject, _D, [_H, _D]),
    (kernel32.WaitForMultipleObjects, _D, [_D, POINTER(_H), _B, _D]),
    (kernel32.CreateDirectoryW, _B, [_W, c_void_p]),
    (kernel32.CancelIoEx, _B, [_H, c_void_p]),
    (kernel32.GetNamedPipeClientProcessId, _B, [_H, POINTER(_D)]),
    (kernel32.ProcessIdToSessionId, _B, [_D, POINTER(_D)]),
    (kernel32.GetSystemDirectoryW, wintypes.UINT, [wintypes.LPWSTR, wintypes.UINT]),
    (kernel32.GetSystemWindowsDirectoryW, wintypes.UINT, [wintypes.LPWSTR, wintypes.UINT]),
    (user32.SetThreadDesktop, _B, [_H]),
)
for _function, _result, _arguments in _DECLARED:
    _function.restype = _result
    _function.argtypes = _arguments


def failure(what: str) -> OSError:
    """The latest call's error, as an exception that names what was tried."""
    number = ctypes.get_last_error()
    return OSError(0, f"{what}: {ctypes.FormatError(number).strip()}", None, number)


class Access:
    """SECURITY_ATTRIBUTES made from SDDL; keep it as long as the call that takes its `address`. Raises OSError."""

    def __init__(self, sddl: str) -> None:
        self._descriptor = c_void_p()
        convert = advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
        if not convert(sddl, _SDDL_REVISION, byref(self._descriptor), None):
            raise failure("access list")
        self._attributes = SecurityAttributes(ctypes.sizeof(SecurityAttributes), self._descriptor, False)

    @property
    def address(self) -> int:
        return ctypes.addressof(self._attributes)

    def __del__(self) -> None:
        kernel32.LocalFree(self._descriptor)


def user_sid(process: int) -> str:
    """The user of a process, as text. Raises OSError."""
    token = wintypes.HANDLE()
    if not advapi32.OpenProcessToken(process, _TOKEN_QUERY, byref(token)):
        raise failure("token")
    try:
        space, size = ctypes.create_string_buffer(256), wintypes.DWORD()
        if not advapi32.GetTokenInformation(token, _TOKEN_USER, space, len(space), byref(size)):
            raise failure("user of the token")
        text = c_void_p()
        if not advapi32.ConvertSidToStringSidW(c_void_p.from_buffer(space), byref(text)):
            raise failure("SID")
        try:
            return ctypes.wstring_at(text.value or 0)
        finally:
            kernel32.LocalFree(text)
    finally:
        kernel32.CloseHandle(token)


def open_process(pid: int) -> int:
    """A handle to wait for and to ask for its user. Raises OSError."""
    handle = kernel32.OpenProcess(SYNCHRONIZE | _QUERY_LIMITED, False, pid)
    if not handle:
        raise failure("process")
    return int(handle)


def terminate(pid: int) -> None:
    """Ends a process, if we may and it is still there."""
    handle = kernel32.OpenProcess(_TERMINATE, False, pid)
    if handle:
        kernel32.TerminateProcess(handle, 1)
        kernel32.CloseHandle(handle)


def create_event(name: str, sddl: str) -> int:
    """A named event that stays set once it is. Raises OSError, also if somebody has made it before."""
    access = Access(sddl)
    handle = kernel32.CreateEventW(access.address, True, False, name)
    if not handle or ctypes.get_last_error() == _ALREADY_EXISTS:
        raise failure("event")
    return int(handle)


def open_event(name: str, to_set: bool = False) -> int:
    """The named event, to wait for or to set. Raises OSError."""
    handle = kernel32.OpenEventW(_EVENT_MODIFY if to_set else SYNCHRONIZE, False, name)
    if not handle:
        raise failure("event")
    return int(handle)


def set_event(handle: int) -> None:
    kernel32.SetEvent(handle)


def wait(handles: list[int], seconds: float | None) -> int | None:
    """The place of the first handle that is signalled; None when the time is over."""
    row = (wintypes.HANDLE * len(handles))(*handles)
    found = kernel32.WaitForMultipleObjects(
        len(handles), row, False, INFINITE if seconds is None else int(seconds * 1000)
    )
    return found if 0 <= found < len(handles) else None


def close(handle: int) -> None:
    kernel32.CloseHandle(handle)


def session_of(pid: int) -> int:
    """The Windows session a process runs in. Raises OSError."""
    number = wintypes.DWORD()
    if not kernel32.ProcessIdToSessionId(pid, byref(number)):
        raise failure("session")
    return number.value


def windows_folder() -> str:
    """E.g. "C:\\Windows"; asked of the system, because an environment can be written by anybody."""
    return _text(kernel32.GetSystemWindowsDirectoryW)


def system_folder() -> str:
    """E.g. "C:\\Windows\\system32"."""
    return _text(kernel32.GetSystemDirectoryW)


def _text(ask: object) -> str:
    space = ctypes.create_unicode_buffer(300)
    ask(space, len(space))  # type: ignore[operator]
    return space.value


def make_folder(path: str, sddl: str) -> None:
    """A new folder with its own access list. Raises OSError, also if it exists."""
    access = Access(sddl)
    if not kernel32.CreateDirectoryW(path, access.address):
        raise failure("folder")


def follow_input_desktop() -> bool:
    """Puts the calling thread on the desktop that has the input now; False if it may not go there.

    A thread with windows or hooks cannot move; those of the helper have none.
    """
    desktop = user32.OpenInputDesktop(0, False, _GENERIC_ALL)
    if not desktop:
        return False
    moved = bool(user32.SetThreadDesktop(desktop))
    if moved:
        _desktops.append(desktop)  # the handle in use must stay open; the one before it may go
        while len(_desktops) > _KEPT:
            user32.CloseDesktop(_desktops.pop(0))
    else:
        user32.CloseDesktop(desktop)
    return moved


_ALREADY_EXISTS = 183
_KEPT = 16  # more than the helper has threads
_desktops: list[int] = []
