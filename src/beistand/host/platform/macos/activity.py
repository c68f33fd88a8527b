"""Tells the customer's own hand from injected input: a listening event tap sees where each event comes from."""

from __future__ import annotations

import sys

assert sys.platform == "darwin"

import threading
import time
from collections.abc import Callable

from beistand.host.platform.macos.api import RUN_LOOP_COMMON_MODES, TAP_CALLBACK, foundation, graphics
from beistand.host.platform.macos.input import is_ours
from beistand.host.platform.macos.keycodes import FLAGS, KEYCODES
from beistand.host.ports import PlatformError

_SESSION, _AT_THE_END, _LISTEN = 1, 1, 1
_KEY_DOWN, _FLAGS_CHANGED, _WHEEL = 10, 12, 22
_PRESSES = {1, 3, 25, _KEY_DOWN}
_SEEN = [1, 2, 3, 4, 5, 6, 7, _KEY_DOWN, 11, _FLAGS_CHANGED, _WHEEL, 25, 26, 27]
_SWITCHED_OFF = {0xFFFFFFFE, 0xFFFFFFFF}  # by a time-out or by the system
_KEYCODE_FIELD = 9
_STOP_FLAGS = FLAGS[KEYCODES["ControlLeft"]] | FLAGS[KEYCODES["AltLeft"]]
_START_SECONDS = 5.0


class MacosActivity:
    """A `LocalActivity`. The watcher's thread calls back; `last_press_was_real` may be asked from any thread."""

    def __init__(self) -> None:
        self._was_real = True
        self._on_activity: Callable[[float], None] = lambda _now: None
        self._on_stop_key: Callable[[], None] | None = None
        self._tap = self._loop = 0
        self._is_listening = threading.Event()
        self._callback = TAP_CALLBACK(self._saw)  # ctypes keeps no reference of its own

    def start(self, on_activity: Callable[[float], None], on_stop_key: Callable[[], None] | None = None) -> None:
        self._on_activity, self._on_stop_key = on_activity, on_stop_key
        threading.Thread(target=self._watch, name="customer's hand", daemon=True).start()
        if not self._is_listening.wait(_START_SECONDS) or not self._tap:
            raise PlatformError(
                "This Mac does not let the program tell your own hand from the technician's: allow it in System "
                "Settings, Privacy and Security, Accessibility, then start the program again."
            )

    def last_press_was_real(self) -> bool:
        return self._was_real

    def stop(self) -> None:
        if self._loop:
            foundation.CFRunLoopStop(self._loop)

    def _watch(self) -> None:
        wanted = sum(1 << kind for kind in _SEEN)
        self._tap = graphics.CGEventTapCreate(_SESSION, _AT_THE_END, _LISTEN, wanted, self._callback, None) or 0
        if not self._tap:
            self._is_listening.set()
            return
        source = foundation.CFMachPortCreateRunLoopSource(None, self._tap, 0)
        self._loop = foundation.CFRunLoopGetCurrent()
        foundation.CFRunLoopAddSource(self._loop, source, RUN_LOOP_COMMON_MODES)
        self._is_listening.set()
        foundation.CFRunLoopRun()
        foundation.CFMachPortInvalidate(self._tap)
        foundation.CFRelease(source)
        foundation.CFRelease(self._tap)

    def _saw(self, _proxy: int, kind: int, event: int, _data: int) -> int:
        if kind in _SWITCHED_OFF:
            graphics.CGEventTapEnable(self._tap, True)
            return event
        is_real = not is_ours(event)
        if kind in _PRESSES:
            self._was_real = is_real
        if is_real:
            self._on_activity(time.monotonic())
            if kind == _KEY_DOWN and self._is_stop_key(event) and self._on_stop_key is not None:
                self._on_stop_key()
        return event

    @staticmethod
    def _is_stop_key(event: int) -> bool:
        """Control+Option+Escape."""
        code = graphics.CGEventGetIntegerValueField(event, _KEYCODE_FIELD)
        flags = graphics.CGEventGetFlags(event)
        return bool(code == KEYCODES["Escape"] and flags & _STOP_FLAGS == _STOP_FLAGS)
