"""The functions and structures of Windows that the adapter calls, declared for ctypes. Holds no behaviour.

Layouts and numbers: Windows SDK headers winuser.h, wingdi.h, wtsapi32.h, shellscalingapi.h. Each library is loaded for
this module alone, so that argument types never meet those of another package.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import POINTER, Structure, Union, wintypes
from typing import Any

user32 = ctypes.WinDLL("user32", use_last_error=True)
gdi32 = ctypes.WinDLL("gdi32", use_last_error=True)
kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
msvcrt = ctypes.CDLL("msvcrt")

LRESULT = ctypes.c_ssize_t
ULONG_PTR = ctypes.c_size_t


class MONITORINFOEX(Structure):
    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("rcMonitor", wintypes.RECT),
        ("rcWork", wintypes.RECT),
        ("dwFlags", wintypes.DWORD),
        ("szDevice", wintypes.WCHAR * 32),
    )


class BITMAPINFOHEADER(Structure):
    _fields_ = (
        ("biSize", wintypes.DWORD),
        ("biWidth", wintypes.LONG),
        ("biHeight", wintypes.LONG),
        ("biPlanes", wintypes.WORD),
        ("biBitCount", wintypes.WORD),
        ("biCompression", wintypes.DWORD),
        ("biSizeImage", wintypes.DWORD),
        ("biXPelsPerMeter", wintypes.LONG),
        ("biYPelsPerMeter", wintypes.LONG),
        ("biClrUsed", wintypes.DWORD),
        ("biClrImportant", wintypes.DWORD),
    )


class BITMAP(Structure):
    _fields_ = (
        ("bmType", wintypes.LONG),
        ("bmWidth", wintypes.LONG),
        ("bmHeight", wintypes.LONG),
        ("bmWidthBytes", wintypes.LONG),
        ("bmPlanes", wintypes.WORD),
        ("bmBitsPixel", wintypes.WORD),
        ("bmBits", ctypes.c_void_p),
    )


class CURSORINFO(Structure):
    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("hCursor", wintypes.HANDLE),
        ("ptScreenPos", wintypes.POINT),
    )


class ICONINFO(Structure):
    _fields_ = (
        ("fIcon", wintypes.BOOL),
        ("xHotspot", wintypes.DWORD),
        ("yHotspot", wintypes.DWORD),
        ("hbmMask", wintypes.HANDLE),
        ("hbmColor", wintypes.HANDLE),
    )


class MOUSEINPUT(Structure):
    _fields_ = (
        ("dx", wintypes.LONG),
        ("dy", wintypes.LONG),
        ("mouseData", wintypes.DWORD),
        ("dwFlags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("dwExtraInfo", ULONG_PTR),
    )


class KEYBDINPUT(Structure):
    _fields_ = (
        ("wVk", wintypes.WORD),
        ("wScan", wintypes.WORD),
        ("dwFlags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("dwExtraInfo", ULONG_PTR),
    )


class _INPUTUNION(Union):
    _fields_ = (("mi", MOUSEINPUT), ("ki", KEYBDINPUT))


class INPUT(Structure):
    _anonymous_ = ("u",)
    _fields_ = (("type", wintypes.DWORD), ("u", _INPUTUNION))


class MSLLHOOKSTRUCT(Structure):
    _fields_ = (
        ("pt", wintypes.POINT),
        ("mouseData", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("dwExtraInfo", ULONG_PTR),
    )


class KBDLLHOOKSTRUCT(Structure):
    _fields_ = (
        ("vkCode", wintypes.DWORD),
        ("scanCode", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("dwExtraInfo", ULONG_PTR),
    )


class LASTINPUTINFO(Structure):
    _fields_ = (("cbSize", wintypes.UINT), ("dwTime", wintypes.DWORD))


class GUITHREADINFO(Structure):
    _fields_ = (
        ("cbSize", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("hwndActive", wintypes.HWND),
        ("hwndFocus", wintypes.HWND),
        ("hwndCapture", wintypes.HWND),
        ("hwndMenuOwner", wintypes.HWND),
        ("hwndMoveSize", wintypes.HWND),
        ("hwndCaret", wintypes.HWND),
        ("rcCaret", wintypes.RECT),
    )


MONITORENUMPROC = ctypes.WINFUNCTYPE(
    wintypes.BOOL, wintypes.HANDLE, wintypes.HDC, POINTER(wintypes.RECT), wintypes.LPARAM
)
HOOKPROC = ctypes.WINFUNCTYPE(LRESULT, ctypes.c_int, wintypes.WPARAM, wintypes.LPARAM)

_H, _D, _I, _B = wintypes.HANDLE, wintypes.DWORD, ctypes.c_int, wintypes.BOOL
_DECLARED: tuple[tuple[Any, Any, list[Any]], ...] = (
    (user32.EnumDisplayMonitors, _B, [wintypes.HDC, ctypes.c_void_p, MONITORENUMPROC, wintypes.LPARAM]),
    (user32.GetMonitorInfoW, _B, [_H, POINTER(MONITORINFOEX)]),
    (user32.GetSystemMetrics, _I, [_I]),
    (user32.GetDC, wintypes.HDC, [wintypes.HWND]),
    (user32.ReleaseDC, _I, [wintypes.HWND, wintypes.HDC]),
    (user32.GetCursorInfo, _B, [POINTER(CURSORINFO)]),
    (user32.GetCursorPos, _B, [POINTER(wintypes.POINT)]),
    (user32.GetIconInfo, _B, [_H, POINTER(ICONINFO)]),
    (user32.SendInput, wintypes.UINT, [wintypes.UINT, POINTER(INPUT), _I]),
    (user32.GetAsyncKeyState, ctypes.c_short, [_I]),
    (user32.MapVirtualKeyW, wintypes.UINT, [wintypes.UINT, wintypes.UINT]),
    (user32.SetWindowsHookExW, _H, [_I, HOOKPROC, _H, _D]),
    (user32.UnhookWindowsHookEx, _B, [_H]),
    (user32.CallNextHookEx, LRESULT, [_H, _I, wintypes.WPARAM, wintypes.LPARAM]),
    (user32.GetMessageW, _I, [POINTER(wintypes.MSG), wintypes.HWND, wintypes.UINT, wintypes.UINT]),
    (user32.PeekMessageW, _B, [POINTER(wintypes.MSG), wintypes.HWND, wintypes.UINT, wintypes.UINT, wintypes.UINT]),
    (user32.PostThreadMessageW, _B, [_D, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]),
    (user32.SetTimer, ULONG_PTR, [wintypes.HWND, ULONG_PTR, wintypes.UINT, ctypes.c_void_p]),
    (user32.GetLastInputInfo, _B, [POINTER(LASTINPUTINFO)]),
    (user32.WindowFromPoint, wintypes.HWND, [wintypes.POINT]),
    (user32.GetAncestor, wintypes.HWND, [wintypes.HWND, wintypes.UINT]),
    (user32.GetForegroundWindow, wintypes.HWND, []),
    (user32.IsWindowVisible, wintypes.BOOL, [wintypes.HWND]),
    (user32.GetWindowThreadProcessId, _D, [wintypes.HWND, POINTER(_D)]),
    (user32.GetGUIThreadInfo, _B, [_D, POINTER(GUITHREADINFO)]),
    (user32.SetWindowPos, _B, [wintypes.HWND, wintypes.HWND, _I, _I, _I, _I, wintypes.UINT]),
    (user32.SetWindowDisplayAffinity, _B, [wintypes.HWND, _D]),
    (user32.OpenInputDesktop, _H, [_D, _B, _D]),
    (user32.CloseDesktop, _B, [_H]),
    (user32.GetUserObjectInformationW, _B, [_H, _I, ctypes.c_void_p, _D, POINTER(_D)]),
    (gdi32.CreateCompatibleDC, wintypes.HDC, [wintypes.HDC]),
    (gdi32.DeleteDC, _B, [wintypes.HDC]),
    (gdi32.CreateDIBSection, _H, [wintypes.HDC, ctypes.c_void_p, wintypes.UINT, POINTER(ctypes.c_void_p), _H, _D]),
    (gdi32.SelectObject, _H, [wintypes.HDC, _H]),
    (gdi32.DeleteObject, _B, [_H]),
    (gdi32.GdiFlush, _B, []),
    (gdi32.BitBlt, _B, [wintypes.HDC, _I, _I, _I, _I, wintypes.HDC, _I, _I, _D]),
    (gdi32.GetObjectW, _I, [_H, _I, ctypes.c_void_p]),
    (gdi32.GetDIBits, _I, [wintypes.HDC, _H, _D, _D, ctypes.c_void_p, ctypes.c_void_p, wintypes.UINT]),
    (kernel32.GetCurrentThreadId, _D, []),
    (kernel32.GetModuleHandleW, _H, [wintypes.LPCWSTR]),
    (kernel32.GetTickCount, _D, []),
    (msvcrt.memcmp, _I, [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]),
)
for _function, _result, _arguments in _DECLARED:
    _function.restype = _result
    _function.argtypes = _arguments


def last_error() -> str:
    """Why the latest call failed, in the system's own words, with its number."""
    number = ctypes.get_last_error()
    return f"{ctypes.FormatError(number).strip().rstrip('.')} ({number})"
