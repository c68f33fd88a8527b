"""The customer's own hand for tests: events of the server's real devices, which XTEST can feed one by one.

On Xvfb the "Xvfb mouse" and "Xvfb keyboard" stand for real hardware; XTEST's own devices stand for the technician.
"""

import ctypes
from typing import Any

_X = ctypes.CDLL("libX11.so.6")
_XI = ctypes.CDLL("libXi.so.6")
_XTST = ctypes.CDLL("libXtst.so.6")

for _function in (_X.XOpenDisplay, _XI.XListInputDevices, _XI.XOpenDevice):
    _function.restype = ctypes.c_void_p
_X.XOpenDisplay.argtypes = [ctypes.c_char_p]
_X.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
_X.XCloseDisplay.argtypes = [ctypes.c_void_p]
_XI.XOpenDevice.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
_XI.XListInputDevices.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_int)]
_XI.XFreeDeviceList.argtypes = [ctypes.c_void_p]
_XTST.XTestFakeDeviceButtonEvent.argtypes = [
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_uint,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_ulong,
]
_XTST.XTestFakeDeviceKeyEvent.argtypes = _XTST.XTestFakeDeviceButtonEvent.argtypes
_XTST.XTestFakeDeviceMotionEvent.argtypes = [
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_int),
    ctypes.c_int,
    ctypes.c_ulong,
]


class _DeviceInfo(ctypes.Structure):
    _fields_ = (
        ("id", ctypes.c_ulong),
        ("type", ctypes.c_ulong),
        ("name", ctypes.c_char_p),
        ("num_classes", ctypes.c_int),
        ("use", ctypes.c_int),
        ("classes", ctypes.c_void_p),
    )


class Customer:
    """Moves the mouse and presses keys as a person at the machine does."""

    def __init__(self, display: str) -> None:
        self._display: Any = _X.XOpenDisplay(display.encode())
        assert self._display, f"no X server at {display}"
        devices = self._devices()
        self._mouse: Any = _XI.XOpenDevice(self._display, devices["Xvfb mouse"])
        self._keyboard: Any = _XI.XOpenDevice(self._display, devices["Xvfb keyboard"])

    def move(self, x: int, y: int) -> None:
        axes = (ctypes.c_int * 2)(x, y)
        _XTST.XTestFakeDeviceMotionEvent(self._display, self._mouse, 0, 0, axes, 2, 0)
        self._sync()

    def button(self, button: int, is_pressed: bool) -> None:
        _XTST.XTestFakeDeviceButtonEvent(self._display, self._mouse, button, is_pressed, None, 0, 0)
        self._sync()

    def click(self, button: int = 1) -> None:
        self.button(button, True)
        self.button(button, False)

    def key(self, keycode: int) -> None:
        for is_pressed in (True, False):
            _XTST.XTestFakeDeviceKeyEvent(self._display, self._keyboard, keycode, is_pressed, None, 0, 0)
        self._sync()

    def hold(self, keycode: int, is_pressed: bool) -> None:
        """Presses a key and keeps it down, or lifts it."""
        _XTST.XTestFakeDeviceKeyEvent(self._display, self._keyboard, keycode, is_pressed, None, 0, 0)
        self._sync()

    def close(self) -> None:
        _X.XCloseDisplay(self._display)

    def _sync(self) -> None:
        _X.XSync(self._display, 0)

    def _devices(self) -> dict[str, int]:
        count = ctypes.c_int()
        found = _XI.XListInputDevices(self._display, ctypes.byref(count))
        listed = ctypes.cast(found, ctypes.POINTER(_DeviceInfo))
        names = {listed[index].name.decode(): listed[index].id for index in range(count.value)}
        _XI.XFreeDeviceList(found)
        return names
