"""Tells the customer's own hand from injected input: raw events of XI2 name the device they come from.

The X server marks the devices that XTEST feeds with the property "XTEST Device"; everything else is a real hand.
On-screen keyboards that inject by XTEST count as injected here, deliberately: consent and stop then need a real device.
"""

from __future__ import annotations

import os
import select
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from beistand.host.platform.x11.connection import Display, RawReply, XError, reported, xcffib, xinput
from beistand.host.platform.x11.stop_key import StopKey, read_parts

# Event numbers of XI2 (X11/extensions/XI2.h).
_HIERARCHY = 11
_KEY_PRESS, _KEY_RELEASE = 13, 14
_PRESSES = {_KEY_PRESS, 15, 22}  # raw key, button, touch
_HANDS = _PRESSES | {17, 23}  # and raw motion, touch motion
_WATCHED = _HANDS | {_KEY_RELEASE}

_ALL_DEVICES, _ALL_MASTER_DEVICES = 0, 1
_GENERIC_EVENT = 35
_EVENT_HEAD = 32


@dataclass(frozen=True)
class RawEvent:
    """The head of an XI2 event: its kind, the keycode or button, and the device that it really comes from."""

    kind: int
    detail: int
    source: int


def parse_event(head: bytes) -> RawEvent:
    """The first 32 bytes of an XI2 event (XI2 protocol, "RawEvent"); `source` means nothing for other kinds."""
    (kind,) = struct.unpack_from("=H", head, 8)
    detail, source = struct.unpack_from("=IH", head, 16)
    return RawEvent(kind, detail, source)


class X11Activity:
    """A `LocalActivity`. The watcher's thread calls back; `last_press_was_real` may be asked from any thread."""

    def __init__(self, display_name: str | None = None) -> None:
        self._display = Display(display_name)
        self._xinput = self._display.extension(xinput, "noticing the customer's own hand")
        self._lock = threading.Lock()  # guards the connection and what is below
        self._injectors: set[int] = set()
        self._was_real = True
        self._moment: float | None = None  # of the latest real movement that was not reported yet
        self._on_activity: Callable[[float], None] = lambda _now: None
        self._on_stop_key: Callable[[], None] | None = None
        self._stop_key = StopKey(read_parts(self._display))
        self._is_stop_key_due = False
        self._wake_reading, self._wake_writing = os.pipe()
        self._thread: threading.Thread | None = None
        self._select()
        self._find_injectors()

    def start(self, on_activity: Callable[[float], None], on_stop_key: Callable[[], None] | None = None) -> None:
        """Starts the watcher's thread, once."""
        assert self._thread is None, "the watcher is started once"
        self._on_activity, self._on_stop_key = on_activity, on_stop_key
        self._thread = threading.Thread(target=self._watch, name="customer's hand", daemon=True)
        self._thread.start()

    @reported
    def last_press_was_real(self) -> bool:
        """Whether the latest key, button or touch on this desktop came from a real device; True before the first.

        Asks the server first: whoever was told of a press by the server and asks here gets the answer for that press.
        """
        with self._lock:
            self._display.sync()
            self._take_events()
            was_real = self._was_real
            is_news = self._moment is not None
        if is_news:
            os.write(self._wake_writing, b"!")  # we took what the watcher waits for
        return was_real

    def stop(self) -> None:
        if self._wake_writing < 0:
            return
        writing, self._wake_writing = self._wake_writing, -1
        os.close(writing)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        os.close(self._wake_reading)
        self._display.close()

    # inside ----------------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Runs until `stop` or until the X server is gone (then nothing can be injected either)."""
        while True:
            try:
                with self._lock:
                    self._take_events()
                    moment, self._moment = self._moment, None
                    is_due, self._is_stop_key_due = self._is_stop_key_due, False
            except xcffib.ConnectionException:
                return
            if is_due and self._on_stop_key is not None:
                self._on_stop_key()
            if moment is not None:
                self._on_activity(moment)
                continue
            readable, _, _ = select.select([self._display.fileno(), self._wake_reading], [], [])
            if self._wake_reading in readable and not os.read(self._wake_reading, 64):
                return

    def _take_events(self) -> None:
        while (head := self._display.poll_event_head()) is not None:
            if head[0] & 0x7F == _GENERIC_EVENT:
                self._handle(parse_event(head))

    def _handle(self, event: RawEvent) -> None:
        if event.kind == _HIERARCHY:
            self._find_injectors()
            return
        is_real = event.source not in self._injectors
        if event.kind in _PRESSES:
            self._was_real = is_real
        if is_real and event.kind in (_KEY_PRESS, _KEY_RELEASE):
            self._is_stop_key_due |= self._stop_key.key(event.detail, event.kind == _KEY_PRESS)
        if is_real and event.kind in _HANDS:
            self._moment = time.monotonic()

    def _select(self) -> None:
        """Raw events reach the root window even while a program has grabbed the pointer (XI 2.1)."""
        root = self._display.root
        for device, kinds in ((_ALL_MASTER_DEVICES, _WATCHED), (_ALL_DEVICES, {_HIERARCHY})):
            mask = xinput.EventMask.synthetic(device, 1, [sum(1 << kind for kind in kinds)])
            self._xinput.XISelectEvents(root, 1, [mask], is_checked=True).check()

    def _find_injectors(self) -> None:
        """Which devices are fed by XTEST."""
        mark = self._display.atom("XTEST Device")
        self._injectors = {device for device in self._devices() if self._has_mark(device, mark)}

    def _devices(self) -> list[int]:
        cookie = self._xinput.XIQueryDevice(_ALL_DEVICES)
        cookie.reply_type = RawReply
        return device_numbers(cookie.reply().data)

    def _has_mark(self, device: int, mark: int) -> bool:
        try:
            reply: Any = self._display.ask(self._xinput.XIGetProperty(device, 0, mark, 0, 0, 1))
        except XError:
            return False  # it was unplugged meanwhile
        return bool(reply.num_items)


def device_numbers(reply: bytes) -> list[int]:
    """The devices in an XIQueryDevice reply (XI2 protocol): only the numbers, their classes are skipped."""
    (count,) = struct.unpack_from("=H", reply, 8)
    numbers, at = [], _EVENT_HEAD
    for _ in range(count):
        number, _use, _attachment, class_count, name_length = struct.unpack_from("=5H", reply, at)
        numbers.append(number)
        at += 12 + (name_length + 3) // 4 * 4
        for _ in range(class_count):
            (words,) = struct.unpack_from("=H", reply, at + 2)
            at += words * 4
    return numbers
