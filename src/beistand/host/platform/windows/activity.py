"""Tells the customer's own hand from injected input: low-level hooks see each event with the mark of injection.

Windows calls the hooks before anybody gets the event, so `last_press_was_real` is true to whoever was just told of a
press. Windows removes a hook silently that once took too long (LowLevelHooksTimeout): the watcher compares once a
second with the system's own time of the last input, and hooks anew if it was left out.
The hooks only note what happened; a second thread calls back, so that no hook waits for a gate or a key being lifted.
On-screen keyboards inject, and count as injected here, deliberately: a technician could click on them.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"

import ctypes
import threading
import time
from collections.abc import Callable
from ctypes import wintypes

from beistand.host.platform.windows.api import (
    HOOKPROC,
    KBDLLHOOKSTRUCT,
    LASTINPUTINFO,
    MSLLHOOKSTRUCT,
    kernel32,
    last_error,
    user32,
)
from beistand.host.platform.windows.stop_key import StopKey
from beistand.host.ports import PlatformError

_KEYBOARD_LL, _MOUSE_LL = 13, 14
_INJECTED_KEY, _KEY_UP, _INJECTED_MOUSE = 0x10, 0x80, 0x1
_PRESSES = {0x201, 0x204, 0x207, 0x20B}  # WM_LBUTTONDOWN, right, middle, X
_TIMER, _QUIT = 0x113, 0x12  # WM_TIMER, WM_QUIT
_LOOK_MS = 1000
#: How much younger the system's last input may be than the last one that our hooks saw.
_MISSED_MS = 1500
_START_SECONDS = 5.0


class WindowsActivity:
    """A `LocalActivity`. The watcher's thread calls back; `last_press_was_real` may be asked from any thread."""

    def __init__(self) -> None:
        self._was_real = True
        self._on_activity: Callable[[float], None] = lambda _now: None
        self._on_stop_key: Callable[[], None] | None = None
        self._stop_key = StopKey()
        self._thread: threading.Thread | None = None
        self._thread_id = 0
        self._hooks: list[int] = []
        self._seen_tick = 0
        self._moment: float | None = None  # of the latest real movement that was not reported yet
        self._is_stop_key_due = self._is_over = False
        self._news = threading.Event()
        self._is_hooked = threading.Event()
        self._failure = ""
        # ctypes keeps no reference to callbacks: these two live as long as the hooks.
        self._procedures = HOOKPROC(self._on_key), HOOKPROC(self._on_mouse)

    def start(self, on_activity: Callable[[float], None], on_stop_key: Callable[[], None] | None = None) -> None:
        """Starts the watcher's thread, once. Raises PlatformError if Windows lets us hook nothing."""
        assert self._thread is None, "the watcher is started once"
        self._on_activity, self._on_stop_key = on_activity, on_stop_key
        self._thread = threading.Thread(target=self._watch, name="customer's hand", daemon=True)
        self._thread.start()
        threading.Thread(target=self._tell, name="customer's hand, told", daemon=True).start()
        if not self._is_hooked.wait(_START_SECONDS) or self._failure:
            raise PlatformError(
                f"This program cannot tell your own hand from the technician's ({self._failure or 'no answer'}): "
                "a security program may forbid it."
            )

    def last_press_was_real(self) -> bool:
        """Whether the latest key or button press on this desktop came from a real device; True before the first."""
        return self._was_real

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._is_over = True
        self._news.set()
        user32.PostThreadMessageW(self._thread_id, _QUIT, 0, 0)
        if thread is not threading.current_thread():
            thread.join()

    # the watcher's thread ----------------------------------------------------------------------------------------

    def _watch(self) -> None:
        self._thread_id = kernel32.GetCurrentThreadId()
        message = wintypes.MSG()
        user32.PeekMessageW(ctypes.byref(message), None, 0, 0, 0)  # makes the queue that `stop` posts to
        self._hook()
        self._is_hooked.set()
        user32.SetTimer(None, 0, _LOOK_MS, None)
        while user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            if message.message == _TIMER and self._was_left_out():
                self._unhook()
                self._hook()
        self._unhook()

    def _hook(self) -> None:
        module = kernel32.GetModuleHandleW(None)
        for kind, procedure in zip((_KEYBOARD_LL, _MOUSE_LL), self._procedures, strict=True):
            hook = user32.SetWindowsHookExW(kind, procedure, module, 0)
            if not hook:
                self._failure = last_error()
                return
            self._hooks.append(hook)
        self._failure = ""
        self._seen_tick = kernel32.GetTickCount()

    def _unhook(self) -> None:
        while self._hooks:
            user32.UnhookWindowsHookEx(self._hooks.pop())

    def _was_left_out(self) -> bool:
        about = LASTINPUTINFO(cbSize=ctypes.sizeof(LASTINPUTINFO))
        if not user32.GetLastInputInfo(ctypes.byref(about)):
            return False
        behind = (about.dwTime - self._seen_tick) & 0xFFFFFFFF
        return bool(_MISSED_MS < behind < 0x80000000)  # the counter wraps after 49 days

    def _on_key(self, code: int, message: int, data: int) -> int:
        if code == 0:
            event = KBDLLHOOKSTRUCT.from_address(data)
            is_pressed, is_real = not event.flags & _KEY_UP, not event.flags & _INJECTED_KEY
            self._saw(is_pressed, is_real)
            if is_real and self._stop_key.key(event.vkCode, is_pressed):
                self._is_stop_key_due = True
                self._news.set()
        return int(user32.CallNextHookEx(None, code, message, data))

    def _on_mouse(self, code: int, message: int, data: int) -> int:
        if code == 0:
            is_real = not MSLLHOOKSTRUCT.from_address(data).flags & _INJECTED_MOUSE
            self._saw(message in _PRESSES, is_real)
        return int(user32.CallNextHookEx(None, code, message, data))

    def _saw(self, is_press: bool, is_real: bool) -> None:
        self._seen_tick = kernel32.GetTickCount()
        if is_press:
            self._was_real = is_real
        if is_real:
            self._moment = time.monotonic()
            self._news.set()

    # the telling thread ------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            if self._is_over:
                return
            is_due, self._is_stop_key_due = self._is_stop_key_due, False
            moment, self._moment = self._moment, None
            if is_due and self._on_stop_key is not None:
                self._on_stop_key()
            if moment is not None:
                self._on_activity(moment)
