"""Injects input by XTEST: pointer, wheel, physical keys, and text whatever the layouts."""

from __future__ import annotations

import threading
from contextlib import suppress

from beistand.host.platform.x11.connection import Display, reported
from beistand.host.platform.x11.hands import Hands, Interrupted
from beistand.host.platform.x11.keycodes import KEYCODES
from beistand.host.platform.x11.spare_keys import Pace
from beistand.host.platform.x11.typist import Typist
from beistand.host.platform.x11.wheel import Notches
from beistand.host.platform.x11.windows import WindowOwners
from beistand.host.ports import PlatformError

PACE = Pace()

#: Buttons by their X11 numbers, which the wire uses too; 4 to 7 are the wheel's.
_BUTTONS = {1, 2, 3, 8, 9}


class X11Input:
    """An `InputSink` for one X server. Thread-safe.

    Calls wait for each other, but `release_all` waits for none: a press in flight is lifted again, a text in flight
    ends at its next character. `pace` says how long other programs are given to follow.
    """

    def __init__(self, display_name: str | None = None, pace: Pace = PACE) -> None:
        self._display = Display(display_name)
        self._calls = threading.RLock()
        self._hands = Hands(self._display, display_name)
        self._typist = Typist(self._display, display_name, self._hands, self._calls, pace)
        self._owners = WindowOwners(self._display)
        self._notches = Notches()

    @reported
    def move(self, x: int, y: int) -> None:
        with self._calls:
            self._hands.move(x, y)

    @reported
    def button(self, button: int, is_pressed: bool) -> None:
        """Presses or lifts button 1 (left), 2 (middle), 3 (right), 8 (back) or 9 (forward)."""
        if button not in _BUTTONS:
            raise PlatformError(f"There is no pointer button {button}: use 1, 2, 3, 8 or 9.")
        with self._calls, suppress(Interrupted):
            self._hands.press("button", button, is_pressed, self._hands.ticket())

    @reported
    def wheel(self, dx: int, dy: int) -> None:
        with self._calls, suppress(Interrupted):
            ticket = self._hands.ticket()
            for button in self._notches.turn(dx, dy):
                self._hands.tap("button", button, ticket)

    @reported
    def text(self, text: str) -> None:
        with self._calls:
            self._typist.type(text)

    @reported
    def key(self, code: str, is_pressed: bool) -> None:
        keycode = KEYCODES.get(code)
        if keycode is None:
            raise PlatformError(f"The key {code[:40]!r} is not known here: use a key of a standard keyboard.")
        with self._calls, suppress(Interrupted):
            self._hands.press("key", keycode, is_pressed, self._hands.ticket())

    def release_all(self) -> None:
        self._hands.release_all()

    @reported
    def window_owner_at(self, x: int, y: int) -> int | None:
        with self._calls:
            return self._owners.at(x, y)

    @reported
    def focused_owner(self) -> int | None:
        with self._calls:
            return self._owners.focused()

    def close(self) -> None:
        """Lifts everything and leaves the keyboard as it was; takes up to `pace.settle` after a text."""
        self.release_all()
        self._typist.close()
        self._hands.close()
        self._display.close()
