"""What injected input holds down: presses by XTEST, and lets go of everything at once.

Every event is confirmed by the X server before it counts as done, so that a release from another connection cannot
overtake a press.
"""

from __future__ import annotations

import select
import threading
import time
from contextlib import suppress
from typing import Any

from beistand.host.platform.x11.connection import Display, xcffib, xtest

#: Seconds that `release_all` waits for one event in flight, and for the server to confirm.
_PATIENCE = 0.02

_MOTION = 6
_EVENT_OF = {("key", True): 2, ("key", False): 3, ("button", True): 4, ("button", False): 5}


class Interrupted(Exception):
    """`release_all` came while a call was in flight: it ends here, and nothing stays held."""


class Hands:
    """Presses and lifts keys and buttons. One thread at a time, but `release_all` may come from any at any time.

    A call asks for a `ticket` first; after a `release_all` its ticket is void and `press` raises Interrupted.
    """

    def __init__(self, display: Display, name: str | None) -> None:
        self._display = display
        self._xtest = display.extension(xtest, "remote control")
        self._rescue = Display(name)  # never busy with anything else
        self._rescue_xtest = self._rescue.extension(xtest, "remote control")
        self._event = threading.Lock()
        self._held: dict[tuple[str, int], None] = {}  # in the order of pressing
        self._ticket = object()

    def ticket(self) -> object:
        return self._ticket

    def check(self, ticket: object) -> None:
        """Raises Interrupted if `release_all` came since the ticket was given."""
        if ticket is not self._ticket:
            raise Interrupted

    @property
    def held_keys(self) -> list[int]:
        return [number for kind, number in list(self._held) if kind == "key"]

    def move(self, x: int, y: int) -> None:
        with self._event:
            self._fake(self._xtest, _MOTION, 0, x, y)
            self._display.sync()

    def press(self, kind: str, number: int, is_pressed: bool, ticket: object) -> None:
        """Presses or lifts a "key" (keycode) or a "button"; returns once the server has done it."""
        with self._event:
            self.check(ticket)
            if is_pressed:
                self._held[kind, number] = None
            self._fake(self._xtest, _EVENT_OF[kind, is_pressed], number)
            self._display.sync()
            if not is_pressed:
                self._held.pop((kind, number), None)
            elif ticket is not self._ticket:
                # `release_all` did not wait for us: what we pressed after it goes up again.
                self._fake(self._xtest, _EVENT_OF[kind, False], number)
                self._display.sync()
                raise Interrupted

    def tap(self, kind: str, number: int, ticket: object) -> None:
        self.press(kind, number, True, ticket)
        self.press(kind, number, False, ticket)

    def release_all(self) -> None:
        """Lifts everything held, the latest first. Never raises; a few milliseconds, at most 3 times `_PATIENCE`."""
        self._ticket = object()
        has_lock = self._event.acquire(timeout=_PATIENCE)
        try:
            with suppress(xcffib.XcffibException):
                for kind, number in reversed(list(self._held)):
                    self._fake(self._rescue_xtest, _EVENT_OF[kind, False], number)
                self._confirm()
            self._held.clear()
        finally:
            if has_lock:
                self._event.release()

    def close(self) -> None:
        self._rescue.close()

    def _fake(self, extension: Any, event: int, detail: int, x: int = 0, y: int = 0) -> None:
        extension.FakeInput(event, detail, 0, self._display.root, x, y, 0)

    def _confirm(self) -> None:
        """Waits until the server has lifted the keys, but not longer than `_PATIENCE`: it may be held up by others."""
        cookie = self._rescue.core.GetInputFocus()
        self._rescue.flush()
        deadline = time.monotonic() + _PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self._rescue.fileno()], [], [], left)[0]:
                break
            # An event (a new keyboard map) may have come before the reply; the reply wakes us again.
            if self._rescue.poll_reply(cookie):
                return
        self._rescue.connection.discard_reply(cookie.sequence)


def lift_everything(display: Display) -> None:
    """Lifts every key and button that is down, as far as XTEST holds it; closes the display.

    A release by XTEST does not touch what a real device holds: the server counts each device by itself.
    """
    fake = display.extension(xtest, "remote control").FakeInput
    with suppress(xcffib.XcffibException):
        for keycode, byte in enumerate(display.core.QueryKeymap().reply().keys):
            for bit in range(8):
                if byte >> bit & 1:
                    fake(_EVENT_OF["key", False], keycode * 8 + bit, 0, display.root, 0, 0, 0)
        for button in range(1, 10):
            fake(_EVENT_OF["button", False], button, 0, display.root, 0, 0, 0)
        display.sync()
        display.close()
