"""The functions of macOS that the adapter calls, declared for ctypes. Holds no behaviour.

Source: Apple, headers of CoreGraphics (CGDirectDisplay.h, CGEvent.h, CGWindow.h), CoreFoundation and the Objective-C
runtime.
"""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_bool,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_long,
    c_size_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)

_FRAMEWORKS = "/System/Library/Frameworks"
graphics = ctypes.CDLL(f"{_FRAMEWORKS}/ApplicationServices.framework/ApplicationServices")
foundation = ctypes.CDLL(f"{_FRAMEWORKS}/CoreFoundation.framework/CoreFoundation")
objc = ctypes.CDLL("/usr/lib/libobjc.A.dylib")


class Point(Structure):
    """CGPoint."""

    _fields_ = (("x", c_double), ("y", c_double))


class Area(Structure):
    """CGRect."""

    _fields_ = (("x", c_double), ("y", c_double), ("width", c_double), ("height", c_double))


TAP_CALLBACK = CFUNCTYPE(c_void_p, c_void_p, c_uint32, c_void_p, c_void_p)

#: name -> (result, arguments)
_GRAPHICS = {
    "CGGetActiveDisplayList": (c_int32, [c_uint32, POINTER(c_uint32), POINTER(c_uint32)]),
    "CGMainDisplayID": (c_uint32, []),
    "CGDisplayBounds": (Area, [c_uint32]),
    "CGDisplayCreateImage": (c_void_p, [c_uint32]),
    "CGImageGetWidth": (c_size_t, [c_void_p]),
    "CGImageGetHeight": (c_size_t, [c_void_p]),
    "CGImageGetBytesPerRow": (c_size_t, [c_void_p]),
    "CGImageGetBitsPerPixel": (c_size_t, [c_void_p]),
    "CGImageGetDataProvider": (c_void_p, [c_void_p]),
    "CGDataProviderCopyData": (c_void_p, [c_void_p]),
    "CGPreflightScreenCaptureAccess": (c_bool, []),
    "CGRequestScreenCaptureAccess": (c_bool, []),
    "AXIsProcessTrusted": (c_bool, []),
    "CGEventCreate": (c_void_p, [c_void_p]),
    "CGEventGetLocation": (Point, [c_void_p]),
    "CGEventCreateMouseEvent": (c_void_p, [c_void_p, c_uint32, Point, c_uint32]),
    "CGEventCreateKeyboardEvent": (c_void_p, [c_void_p, c_uint16, c_bool]),
    "CGEventKeyboardSetUnicodeString": (None, [c_void_p, c_size_t, POINTER(c_uint16)]),
    "CGEventCreateScrollWheelEvent": (c_void_p, [c_void_p, c_uint32, c_uint32, c_int32, c_int32]),
    "CGEventSetIntegerValueField": (None, [c_void_p, c_uint32, c_int64]),
    "CGEventGetIntegerValueField": (c_int64, [c_void_p, c_uint32]),
    "CGEventSetFlags": (None, [c_void_p, c_uint64]),
    "CGEventGetFlags": (c_uint64, [c_void_p]),
    "CGEventPost": (None, [c_uint32, c_void_p]),
    "CGEventSourceKeyState": (c_bool, [c_int32, c_uint16]),
    "CGEventSourceButtonState": (c_bool, [c_int32, c_uint32]),
    "CGEventTapCreate": (c_void_p, [c_uint32, c_uint32, c_uint32, c_uint64, TAP_CALLBACK, c_void_p]),
    "CGEventTapEnable": (None, [c_void_p, c_bool]),
    "CGWindowListCopyWindowInfo": (c_void_p, [c_uint32, c_uint32]),
    "CGRectMakeWithDictionaryRepresentation": (c_bool, [c_void_p, POINTER(Area)]),
}
_FOUNDATION = {
    "CFRelease": (None, [c_void_p]),
    "CFDataGetBytePtr": (c_void_p, [c_void_p]),
    "CFDataGetLength": (c_long, [c_void_p]),
    "CFArrayGetCount": (c_long, [c_void_p]),
    "CFArrayGetValueAtIndex": (c_void_p, [c_void_p, c_long]),
    "CFDictionaryGetValue": (c_void_p, [c_void_p, c_void_p]),
    "CFNumberGetValue": (c_bool, [c_void_p, c_int, c_void_p]),
    "CFStringCreateWithCString": (c_void_p, [c_void_p, c_char_p, c_uint32]),
    "CFMachPortCreateRunLoopSource": (c_void_p, [c_void_p, c_void_p, c_long]),
    "CFMachPortInvalidate": (None, [c_void_p]),
    "CFRunLoopGetCurrent": (c_void_p, []),
    "CFRunLoopAddSource": (None, [c_void_p, c_void_p, c_void_p]),
    "CFRunLoopRun": (None, []),
    "CFRunLoopStop": (None, [c_void_p]),
}
_OBJC = {"sel_registerName": (c_void_p, [c_char_p])}

for _library, _table in ((graphics, _GRAPHICS), (foundation, _FOUNDATION), (objc, _OBJC)):
    for _name, (_result, _arguments) in _table.items():
        _function = getattr(_library, _name)
        _function.restype, _function.argtypes = _result, _arguments

RUN_LOOP_COMMON_MODES = c_void_p.in_dll(foundation, "kCFRunLoopCommonModes")
_UTF8 = 0x08000100
_INT = 9  # kCFNumberIntType


def text(value: str) -> int:
    """A CFString that lives as long as the program: for keys of dictionaries."""
    return int(foundation.CFStringCreateWithCString(None, value.encode(), _UTF8))


def number(value: int | None) -> int:
    """The integer in a CFNumber; 0 without one."""
    found = c_int(0)
    if value:
        foundation.CFNumberGetValue(value, _INT, ctypes.byref(found))
    return found.value


def send(receiver: int, selector: str, *values: int) -> int:
    """Sends an Objective-C message whose arguments and answer are whole numbers or objects."""
    call = CFUNCTYPE(c_void_p, c_void_p, c_void_p, *([c_long] * len(values)))(("objc_msgSend", objc))
    return int(call(receiver, objc.sel_registerName(selector.encode()), *values) or 0)
