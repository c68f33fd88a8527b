"""Runs inside Wine, by Windows' own Python without a package: tells a test what is on the desktop.

`probe.py PORT`: connects to the test and answers one JSON line with one JSON line.
"""

import ctypes
import json
import socket
import sys
from ctypes import wintypes

user32 = ctypes.WinDLL("user32")  # type: ignore[attr-defined,unused-ignore]
ENUM = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)  # type: ignore[attr-defined,unused-ignore]
GET_TEXT, GET_LENGTH = 0x0D, 0x0E
user32.SendMessageTimeoutW.argtypes = [
    wintypes.HWND, wintypes.UINT, wintypes.WPARAM, ctypes.c_void_p, wintypes.UINT, wintypes.UINT,
    ctypes.POINTER(ctypes.c_size_t),
]  # fmt: skip
user32.GetWindowRect.argtypes = [wintypes.HWND, ctypes.POINTER(wintypes.RECT)]
user32.EnumChildWindows.argtypes = [wintypes.HWND, ENUM, wintypes.LPARAM]
user32.GetWindowThreadProcessId.argtypes = [wintypes.HWND, ctypes.POINTER(wintypes.DWORD)]
user32.SetForegroundWindow.argtypes = [wintypes.HWND]


def send(window, message, first, second):
    """As SendMessage, but gives up on a program that hangs."""
    result = ctypes.c_size_t()
    user32.SendMessageTimeoutW(window, message, first, second, 2, 2000, ctypes.byref(result))
    return result.value


def describe(window):
    rect, pid, kind = wintypes.RECT(), wintypes.DWORD(), ctypes.create_unicode_buffer(80)
    user32.GetWindowRect(window, ctypes.byref(rect))
    user32.GetWindowThreadProcessId(window, ctypes.byref(pid))
    user32.GetClassNameW(window, kind, 80)
    length = send(window, GET_LENGTH, 0, None)
    text = ctypes.create_unicode_buffer(length + 1)
    send(window, GET_TEXT, length + 1, text)
    return {
        "window": window,
        "text": text.value,
        "kind": kind.value,
        "pid": pid.value,
        "x": rect.left,
        "y": rect.top,
        "width": rect.right - rect.left,
        "height": rect.bottom - rect.top,
        "enabled": bool(user32.IsWindowEnabled(window)),
    }


def listed(enumerate_):
    found = []

    def take(window, _data):
        if user32.IsWindowVisible(window):
            found.append(window)
        return True

    enumerate_(ENUM(take))
    return [describe(window) for window in found]


def answer(question):
    match question:
        case ["windows"]:
            return listed(lambda take: user32.EnumWindows(take, 0))
        case ["children", window]:
            return listed(lambda take: user32.EnumChildWindows(window, take, 0))
        case ["front", window]:
            return bool(user32.SetForegroundWindow(window))
        case ["down"]:
            return [key for key in range(1, 255) if user32.GetAsyncKeyState(key) & 0x8000]
        case _:
            return None


def main():
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection, connection.makefile("rw") as lines:
        for line in lines:
            lines.write(json.dumps(answer(json.loads(line))) + "\n")
            lines.flush()


main()
