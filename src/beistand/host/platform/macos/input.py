"""Injects input by posting CoreGraphics events, each with our mark, so that `activity` knows them."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import ctypes
import threading

from beistand.host.platform.macos.api import Point, foundation, graphics
from beistand.host.platform.macos.displays import all_displays
from beistand.host.platform.macos.keycodes import FLAGS, KEYCODES
from beistand.host.platform.macos.layout import to_points
from beistand.host.platform.macos.owners import focused_owner, window_owner_at
from beistand.host.ports import PlatformError

MARK = 0x62_65_69_73  # in the field for the source's own data
USER_DATA = 42  # kCGEventSourceUserData
_HID = 0  # kCGHIDEventTap: as early as a device
_MOVED, _DRAGGED = 5, {1: 6, 2: 27, 3: 7}
_DOWN_UP = {1: (1, 2), 2: (25, 26), 3: (3, 4)}
_NUMBER = {1: 0, 2: 2, 3: 1}  # ours: left, middle, right; theirs: left, right, middle
_LINES, _NOTCH, _CLICKS = 1, 120, 1
_COMBINED = 0  # kCGEventSourceStateCombinedSessionState


class MacosInput:
    """An `InputSink`. Deeds from one thread at a time; `release_all` from any."""

    def __init__(self) -> None:
        """Raises PlatformError without the customer's permission (System Settings, Accessibility)."""
        if not graphics.AXIsProcessTrusted():
            raise PlatformError(
                "This Mac does not let the program use mouse and keyboard: allow it in System Settings, Privacy and "
                "Security, Accessibility, then start the program again."
            )
        self._placed = all_displays()
        self._place = Point(0, 0)
        self._keys: set[int] = set()
        self._buttons: set[int] = set()
        self._rest = [0, 0]
        self._lock = threading.RLock()

    def move(self, x: int, y: int) -> None:
        with self._lock:
            self._place = Point(*to_points(self._placed, x, y))
            held = next(iter(self._buttons), 0)
            self._mouse(_DRAGGED.get(held, _MOVED), held or 1)

    def button(self, button: int, is_pressed: bool) -> None:
        if button not in _DOWN_UP:
            raise PlatformError(f"This Mac has no mouse button {button}.")
        with self._lock:
            if is_pressed:
                self._buttons.add(button)
            else:
                self._buttons.discard(button)
            self._mouse(_DOWN_UP[button][0 if is_pressed else 1], button)

    def wheel(self, dx: int, dy: int) -> None:
        """Whole notches; parts of one are kept until they add up."""
        with self._lock:
            self._rest = [self._rest[0] + dx, self._rest[1] + dy]
            across, down = (int(part / _NOTCH) for part in self._rest)
            self._rest = [self._rest[0] - across * _NOTCH, self._rest[1] - down * _NOTCH]
            if across or down:
                _post(graphics.CGEventCreateScrollWheelEvent(None, _LINES, 2, down, across))

    def text(self, text: str) -> None:
        """Types characters by their code, whatever the layout; held modifiers do not change them."""
        for character in text:
            units = character.encode("utf-16-le")
            codes = (ctypes.c_uint16 * (len(units) // 2)).from_buffer_copy(units)
            with self._lock:
                for is_pressed in (True, False):
                    event = graphics.CGEventCreateKeyboardEvent(None, 0, is_pressed)
                    graphics.CGEventSetFlags(event, 0)
                    graphics.CGEventKeyboardSetUnicodeString(event, len(codes), codes)
                    _post(event)

    def key(self, code: str, is_pressed: bool) -> None:
        if code not in KEYCODES:
            raise PlatformError(f"This Mac has no key {code}.")
        with self._lock:
            if is_pressed:
                self._keys.add(KEYCODES[code])
            else:
                self._keys.discard(KEYCODES[code])
            self._key(KEYCODES[code], is_pressed)

    def release_all(self) -> None:
        with self._lock:
            while self._keys:
                self._key(self._keys.pop(), False)
            while self._buttons:
                button = self._buttons.pop()
                self._mouse(_DOWN_UP[button][1], button)

    def window_owner_at(self, x: int, y: int) -> int | None:
        return window_owner_at(*to_points(self._placed, x, y))

    def focused_owner(self) -> int | None:
        return focused_owner()

    def close(self) -> None:
        self.release_all()

    def _key(self, code: int, is_pressed: bool) -> None:
        event = graphics.CGEventCreateKeyboardEvent(None, code, is_pressed)
        flags = 0
        for held in self._keys:
            flags |= FLAGS.get(held, 0)
        graphics.CGEventSetFlags(event, flags)
        _post(event)

    def _mouse(self, kind: int, button: int) -> None:
        event = graphics.CGEventCreateMouseEvent(None, kind, self._place, _NUMBER[button])
        graphics.CGEventSetIntegerValueField(event, _CLICKS, 1)
        _post(event)


def lift_everything() -> None:
    """Lifts every key and button that is down on this Mac, whoever injected it."""
    for code in sorted(set(KEYCODES.values())):
        if graphics.CGEventSourceKeyState(_COMBINED, code):
            _post(graphics.CGEventCreateKeyboardEvent(None, code, False))
    event = graphics.CGEventCreate(None)
    place = graphics.CGEventGetLocation(event)
    foundation.CFRelease(event)
    for button, (_, up) in _DOWN_UP.items():
        if graphics.CGEventSourceButtonState(_COMBINED, _NUMBER[button]):
            _post(graphics.CGEventCreateMouseEvent(None, up, place, _NUMBER[button]))


def is_ours(event: int) -> bool:
    """Whether an event was injected: by us, or by any program (devices have no process)."""
    source_process = graphics.CGEventGetIntegerValueField(event, 41)  # kCGEventSourceUnixProcessID
    mark = graphics.CGEventGetIntegerValueField(event, USER_DATA)
    return bool(mark == MARK or source_process != 0)


def _post(event: int) -> None:
    graphics.CGEventSetIntegerValueField(event, USER_DATA, MARK)
    graphics.CGEventPost(_HID, event)
    foundation.CFRelease(event)
