"""What injected input holds down: sends events with our mark, and lets go of everything at once.

`SendInput` returns after Windows has queued the event, so a later release can never overtake a press. Windows drops
events without a word while another desktop (lock screen, UAC) has the input: there is nothing to hold there either.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
import threading

from beistand.host.platform.windows.api import INPUT, KEYBDINPUT, MOUSEINPUT, last_error, user32
from beistand.host.platform.windows.events import EXTENDED, EXTENDED_PREFIX, MARK, SCANCODE, KeyEvent, MouseEvent
from beistand.host.ports import PlatformError

#: Seconds that `release_all` waits for one event in flight.
_PATIENCE = 0.02
_MOUSE, _KEYBOARD = 0, 1
_SCAN_TO_VIRTUAL_KEY = 3  # MAPVK_VSC_TO_VK_EX


class Interrupted(Exception):
    """`release_all` came while a call was in flight: it ends here, and nothing stays held."""


class Hands:
    """Sends events. One thread at a time, but `release_all` may come from any at any time.

    A call asks for a `ticket` first; after a `release_all` its ticket is void and `press` raises Interrupted.
    """

    def __init__(self) -> None:
        self._event = threading.Lock()
        self._held: dict[KeyEvent | MouseEvent, None] = {}  # the lifting events, in the order of pressing
        self._ticket = object()

    def ticket(self) -> object:
        return self._ticket

    @property
    def held_keys(self) -> list[KeyEvent]:
        """The events that would lift the keys that are down now."""
        return [event for event in list(self._held) if isinstance(event, KeyEvent)]

    def send(self, events: list[KeyEvent | MouseEvent], ticket: object) -> None:
        """Sends events that hold nothing (motion, wheel, whole strokes). Raises PlatformError, Interrupted."""
        with self._event:
            self._check(ticket)
            send(events)

    def press(self, event: KeyEvent | MouseEvent, lifting: KeyEvent | MouseEvent, ticket: object) -> None:
        """Presses; `lifting` is the event that undoes it."""
        with self._event:
            self._check(ticket)
            self._held[lifting] = None
            try:
                send([event])
            except PlatformError:
                self._held.pop(lifting, None)
                raise
            if ticket is not self._ticket:
                # `release_all` did not wait for us: what we pressed after it goes up again.
                send([lifting])
                raise Interrupted

    def lift(self, lifting: KeyEvent | MouseEvent) -> None:
        """Lifts what `press` was told with it."""
        with self._event:
            send([lifting])
            self._held.pop(lifting, None)

    def release_all(self) -> None:
        """Lifts everything held, the latest first. Never raises; at most `_PATIENCE` and a moment."""
        self._ticket = object()
        has_lock = self._event.acquire(timeout=_PATIENCE)
        try:
            for lifting in reversed(list(self._held)):
                try_to_send(lifting)
            self._held.clear()
        finally:
            if has_lock:
                self._event.release()

    def _check(self, ticket: object) -> None:
        if ticket is not self._ticket:
            raise Interrupted


def send(events: list[KeyEvent | MouseEvent]) -> None:
    """Hands all events to Windows in one go, so that none of another program comes between. Raises PlatformError."""
    if not events:
        return
    row = (INPUT * len(events))(*(_as_input(event) for event in events))
    if user32.SendInput(len(events), row, ctypes.sizeof(INPUT)) != len(events):
        raise PlatformError(
            f"Windows did not take the input ({last_error()}): "
            "the lock screen or a question of Windows is open, or a program that runs as administrator is in front."
        )


def try_to_send(event: KeyEvent | MouseEvent) -> bool:
    """Sends one event; False if Windows did not take it."""
    one = _as_input(event)
    return bool(user32.SendInput(1, ctypes.byref(one), ctypes.sizeof(INPUT)) == 1)


def _as_input(event: KeyEvent | MouseEvent) -> INPUT:
    if isinstance(event, KeyEvent):
        virtual_key = event.virtual_key
        if event.flags & SCANCODE:
            # Windows itself works it out from the scan code; hooks of other programs, and Wine, want to read it.
            prefix = EXTENDED_PREFIX if event.flags & EXTENDED else 0
            virtual_key = user32.MapVirtualKeyW(event.scan | prefix, _SCAN_TO_VIRTUAL_KEY)
        return INPUT(type=_KEYBOARD, ki=KEYBDINPUT(virtual_key, event.scan, event.flags, 0, MARK))
    data = event.data & 0xFFFFFFFF
    return INPUT(type=_MOUSE, mi=MOUSEINPUT(event.dx, event.dy, data, event.flags, 0, MARK))
