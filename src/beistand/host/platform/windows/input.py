"""Injects input with `SendInput`: text as characters, shortcuts as scan codes, the pointer over all monitors."""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import threading

from beistand.host.platform.windows import events
from beistand.host.platform.windows.api import user32
from beistand.host.platform.windows.hands import Hands, Interrupted
from beistand.host.platform.windows.monitors import extent, origin
from beistand.host.platform.windows.owners import focused_owner, owner_under_pointer, window_owner_at
from beistand.host.platform.windows.reach import Reach
from beistand.host.platform.windows.scancodes import MODIFIERS

_SWAPPED = 23  # SM_SWAPBUTTON


class WindowsInput:
    """An `InputSink`. Deeds from one thread at a time; `release_all` from any, also while a deed is in flight."""

    def __init__(self) -> None:
        self._hands = Hands()
        self._calls = threading.RLock()
        self._reach = Reach()

    def move(self, x: int, y: int) -> None:
        self._try([events.motion(x, y, *extent())])

    def button(self, button: int, is_pressed: bool) -> None:
        if is_pressed:
            self._reach.require(owner_under_pointer())
        press, lift = events.button(button, bool(user32.GetSystemMetrics(_SWAPPED)))
        self._press_or_lift(press, lift, is_pressed)

    def wheel(self, dx: int, dy: int) -> None:
        self._reach.require(owner_under_pointer())
        self._try(events.wheel(dx, dy))

    def text(self, text: str) -> None:
        """Types characters; held modifiers are lifted meanwhile. `release_all` ends it at the next character."""
        ticket = self._hands.ticket()
        self._reach.require(focused_owner())
        with self._calls:
            lifted = [event for event in self._hands.held_keys if event.scan in _MODIFIER_SCANS]
            try:
                for lifting in lifted:
                    self._hands.lift(lifting)
                for stroke in events.strokes(text):
                    self._hands.send(list(stroke), ticket)
                for lifting in lifted:
                    self._hands.press(events.pressing(lifting), lifting, ticket)
            except Interrupted:
                return  # everything is lifted already

    def key(self, code: str, is_pressed: bool) -> None:
        press, lift = events.key(code)
        if is_pressed:
            self._reach.require(focused_owner())
        self._press_or_lift(press, lift, is_pressed)

    def release_all(self) -> None:
        self._hands.release_all()

    def window_owner_at(self, x: int, y: int) -> int | None:
        left, top = origin()
        return window_owner_at(x + left, y + top)

    def focused_owner(self) -> int | None:
        return focused_owner()

    def close(self) -> None:
        self._hands.release_all()

    def _press_or_lift(
        self, press: events.KeyEvent | events.MouseEvent, lift: events.KeyEvent | events.MouseEvent, is_pressed: bool
    ) -> None:
        with self._calls:
            if not is_pressed:
                self._hands.lift(lift)
                return
            try:
                self._hands.press(press, lift, self._hands.ticket())
            except Interrupted:
                return

    def _try(self, motion: list[events.MouseEvent]) -> None:
        with self._calls:
            try:
                self._hands.send(list(motion), self._hands.ticket())
            except Interrupted:
                return


_MODIFIER_SCANS = frozenset(code & 0xFF for code in MODIFIERS)
