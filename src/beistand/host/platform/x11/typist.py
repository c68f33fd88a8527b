"""Types text, whatever the layouts: by the keys of the layout where they have the character, by lent keys elsewhere."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from beistand.host.platform.x11.connection import Display, xcffib
from beistand.host.platform.x11.hands import Hands, Interrupted
from beistand.host.platform.x11.keyboard import Keyboard
from beistand.host.platform.x11.keycodes import KEYCODES
from beistand.host.platform.x11.keymap import LOCK, Keymap, Stroke
from beistand.host.platform.x11.keysyms import keysyms_of, lent_keysym
from beistand.host.platform.x11.spare_keys import Labels, Loans, Pace, neighbours
from beistand.host.ports import PlatformError


class Typist:
    """Types for one X server. Thread-safe; a `release_all` of the hands ends a text at its next character."""

    def __init__(self, display: Display, name: str | None, hands: Hands, calls: threading.RLock, pace: Pace) -> None:
        self._pace = pace
        self._display = display
        self._hands = hands
        self._calls = calls
        self._keyboard = Keyboard(display, name)
        self._labels = Labels(display)
        self._loans: Loans | None = None
        self._timer: threading.Timer | None = None

    def type(self, text: str) -> None:
        """Types `text`. Line ends become Return; other control characters have no key and are left out, deliberately.

        Keys that are held stay held, but modifiers are lifted meanwhile, and Caps Lock is off meanwhile.
        Raises PlatformError if a character needs a spare key and the keyboard has none.
        """
        if self._timer is not None:
            self._timer.cancel()
        ticket = self._hands.ticket()
        keymap = self._read_keymap()
        group, locked = self._keyboard.state()
        lifted = [keycode for keycode in self._hands.held_keys if keycode in keymap.modifiers]
        try:
            if locked & LOCK:
                self._keyboard.set_caps_lock(False)
            for keycode in lifted:
                self._hands.press("key", keycode, False, ticket)
            self._type(text.replace("\r\n", "\n").replace("\r", "\n"), keymap, group, locked & ~LOCK, ticket)
            for keycode in lifted:
                self._hands.press("key", keycode, True, ticket)
        except Interrupted:
            pass  # everything is lifted already
        finally:
            if locked & LOCK:
                self._keyboard.set_caps_lock(True)
            self._give_back_later()

    def close(self) -> None:
        """Gives lent keys back as soon as programs had the time to read them."""
        if self._timer is not None:
            self._timer.cancel()
        with self._calls, suppress(xcffib.XcffibException):
            if self._loans is not None and self._loans.lent:
                time.sleep(max(0.0, self._loans.all_settled() - time.monotonic()))
                self._labels.restore(self._loans.give_back())
        self._keyboard.close()

    def _read_keymap(self) -> Keymap:
        """The layout without the keys that are lent; forgets loans that a change of the layout has wiped out."""
        loans = self._loans
        keymap, is_new = self._keyboard.keymap(loans.lent if loans else ())
        if loans is None:
            return keymap
        if is_new:
            for keycode in loans.lent:
                if keymap.first_keysym(keycode) != loans.keysym_on(keycode):
                    loans.forget(keycode)
                    self._labels.forget(keycode)
        return keymap.without(loans.lent)

    def _type(self, text: str, keymap: Keymap, group: int, locked: int, ticket: object) -> None:
        for index, character in enumerate(text):
            keysyms = keysyms_of(character)
            if not keysyms:
                continue
            strokes = (keymap.find(keysym, group, locked) for keysym in keysyms)
            stroke = next((found for found in strokes if found), None)
            if stroke is None:
                missing = [
                    lent_keysym(one)
                    for one in dict.fromkeys(text[index:])
                    if not any(keymap.find(keysym, group, locked) for keysym in keysyms_of(one)) and keysyms_of(one)
                ]
                stroke = Stroke(self._lent_key(keymap, missing, ticket))
            self._strike(stroke, ticket)

    def _strike(self, stroke: Stroke, ticket: object) -> None:
        for keycode in stroke.modifier_keycodes:
            self._hands.press("key", keycode, True, ticket)
        self._hands.tap("key", stroke.keycode, ticket)
        for keycode in reversed(stroke.modifier_keycodes):
            self._hands.press("key", keycode, False, ticket)

    def _lent_key(self, keymap: Keymap, missing: list[int], ticket: object) -> int:
        """The key that types `missing[0]` now; as many of the others as there are keys for are lent with it."""
        if self._loans is None:
            reserved = set(KEYCODES.values())
            display = self._display
            self._loans = Loans(
                keymap.spare_keycodes(display.min_keycode, display.max_keycode, reserved), self._pace.settle
            )
        loans = self._loans
        while (keycode := loans.find(missing[0])) is None:
            given = loans.lend([keysym for keysym in missing if loans.find(keysym) is None], time.monotonic())
            if given:
                self._write(given, loans, ticket)
                continue
            change = loans.next_change()
            if change is None:
                raise PlatformError("This keyboard has no free key to type that character with: send it by clipboard.")
            self._wait(change - time.monotonic(), ticket)
        loans.touch(keycode, time.monotonic())
        return keycode

    def _write(self, given: dict[int, int], loans: Loans, ticket: object) -> None:
        runs = neighbours(sorted(given))
        while runs:
            self._labels.write({keycode: given[keycode] for keycode in runs.pop(0)})
            try:
                self._wait(self._pace.heard, ticket)
            except Interrupted:
                loans.cancel([keycode for run in runs for keycode in run])
                raise

    def _wait(self, seconds: float, ticket: object) -> None:
        if seconds > 0:
            time.sleep(seconds)
        self._hands.check(ticket)

    def _give_back_later(self) -> None:
        if self._loans is not None and self._loans.lent:
            self._timer = threading.Timer(self._pace.give_back, self._give_back)
            self._timer.daemon = True
            self._timer.start()

    def _give_back(self) -> None:
        """Runs in the timer's thread."""
        with self._calls, suppress(xcffib.XcffibException):
            if self._timer is not threading.current_thread() or self._loans is None:
                return  # a text came in between, and has set a timer of its own
            self._labels.restore(self._loans.give_back())
            self._loans = None  # the layout may have changed: look for spare keys anew
