"""A program with a text field: an Xlib client that writes down what it is typed, as a process of its own.

Run as `reader.py DISPLAY DELAY_MS`: prints "ready", then for each key press a JSON line [keycode, state, text].
DELAY_MS makes it slow: so long it takes before it looks at an event.
"""

import ctypes
import json
import locale
import sys
import time

KEY_PRESS, MAPPING_NOTIFY = 2, 34
KEY_PRESS_MASK, FOCUS_CHANGE_MASK = 1, 1 << 21
IM_NOTHING = 0x0008 | 0x0400  # XIMPreeditNothing | XIMStatusNothing


class KeyEvent(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("root", ctypes.c_ulong),
        ("subwindow", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("x_root", ctypes.c_int),
        ("y_root", ctypes.c_int),
        ("state", ctypes.c_uint),
        ("keycode", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
    )


class Event(ctypes.Union):
    _fields_ = (("type", ctypes.c_int), ("key", KeyEvent), ("padding", ctypes.c_long * 24))


def main(display_name: str, delay_ms: int) -> None:
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    x = ctypes.CDLL("libX11.so.6")
    x.XOpenDisplay.restype = x.XOpenIM.restype = x.XCreateIC.restype = ctypes.c_void_p
    x.XDefaultRootWindow.restype = x.XCreateSimpleWindow.restype = ctypes.c_ulong
    x.XSetLocaleModifiers(b"@im=none")
    display = ctypes.c_void_p(x.XOpenDisplay(display_name.encode()))
    root = ctypes.c_ulong(x.XDefaultRootWindow(display))
    window = ctypes.c_ulong(x.XCreateSimpleWindow(display, root, 0, 0, 200, 100, 0, 0, 0))
    x.XSelectInput(display, window, ctypes.c_long(KEY_PRESS_MASK | FOCUS_CHANGE_MASK))
    method = ctypes.c_void_p(x.XOpenIM(display, None, None, None))
    context = ctypes.c_void_p(
        x.XCreateIC(
            method, b"inputStyle", ctypes.c_ulong(IM_NOTHING), b"clientWindow", window, b"focusWindow", window, None
        )
    )
    x.XMapWindow(display, window)
    x.XSync(display, 0)
    x.XSetInputFocus(display, window, 1, 0)
    x.XSetICFocus(context)
    x.XSync(display, 0)
    print("ready", flush=True)
    event, text, status = Event(), ctypes.create_string_buffer(64), ctypes.c_int()
    while True:
        x.XNextEvent(display, ctypes.byref(event))
        if event.type == MAPPING_NOTIFY:
            x.XRefreshKeyboardMapping(ctypes.byref(event))
        if event.type != KEY_PRESS:
            continue
        time.sleep(delay_ms / 1000)
        if x.XFilterEvent(ctypes.byref(event), 0):
            continue
        length = x.Xutf8LookupString(context, ctypes.byref(event.key), text, 63, None, ctypes.byref(status))
        print(json.dumps([event.key.keycode, event.key.state, text.raw[:length].decode()]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
