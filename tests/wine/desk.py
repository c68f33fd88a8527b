"""The customer's Windows desktop as a test uses it: windows by their title, buttons by their words, a hand on both."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host.customer import Customer
from waiting import wait_until
from wine.prefix import Prefix, Running, windows_path

_SHIFT = 50
_KEYCODES = {"\r": 36, "\t": 23, " ": 65} | {digit: 10 + i for i, digit in enumerate("1234567890")}
_TEXT_PATIENCE_SECONDS = 20.0
_WINDOW_PATIENCE_SECONDS = 90.0  # a cold start on a busy machine: 13 s seen at a load of 10


@dataclass(frozen=True)
class Window:
    """A window or control; place in pixels of the desktop."""

    window: int
    text: str
    kind: str
    pid: int
    x: int
    y: int
    width: int
    height: int
    enabled: bool

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


class Desk:
    """`prefix` with a probe running inside, and the customer's mouse and keyboard."""

    def __init__(self, prefix: Prefix, display: str, python: Path) -> None:
        self.prefix, self.display = prefix, display
        self.hand = Customer(display)
        with socket.create_server(("127.0.0.1", 0)) as door:
            door.settimeout(60)
            port = door.getsockname()[1]
            probe = windows_path(Path(__file__).with_name("probe.py"))
            self._probe: Running = prefix.start(str(python), probe, str(port), seconds=600)
            self._connection, _ = door.accept()
        self._lines = self._connection.makefile("rw", encoding="utf-8")

    def ask(self, *question: Any) -> Any:
        self._lines.write(json.dumps(question) + "\n")
        self._lines.flush()
        return json.loads(self._lines.readline())

    def windows(self) -> list[Window]:
        return [Window(**one) for one in self.ask("windows")]

    def window(self, title: str, is_it: Callable[[Window], bool] = lambda _one: True) -> Window:
        """Waits for a window whose title contains this."""

        def look() -> Window | None:
            return next((one for one in self.windows() if title in one.text and is_it(one)), None)

        what = f"no window '{title}'; there are {[one.text for one in self.windows()]}"
        found: Window = wait_until(look, what, seconds=_WINDOW_PATIENCE_SECONDS)
        return found

    def gone(self, title: str) -> None:
        """Waits until no window has this in its title."""
        wait_until(lambda: not [1 for one in self.windows() if title in one.text], f"'{title}' is still there")

    def children(self, window: Window) -> list[Window]:
        return [Window(**one) for one in self.ask("children", window.window)]

    def control(self, window: Window, words: str, kind: str = "Button") -> Window:
        """Waits for a control that can be used."""

        def look() -> Window | None:
            fitting = (one for one in self.children(window) if one.kind.lower() == kind.lower() and one.enabled)
            return next((one for one in fitting if words in one.text), None)

        found: Window = wait_until(look, f"no {kind} '{words}' in '{window.text}'")
        return found

    def click(self, place: tuple[int, int]) -> None:
        """The customer's own hand: the pointer goes there and the left button clicks."""
        self.hand.move(*place)
        self.hand.click()

    def type(self, text: str) -> None:
        """The customer's own hand on the keyboard: digits, Tab, space and Return."""
        for character in text:
            self.hand.key(_KEYCODES[character])

    def text_becomes(self, window: Window, expected: str) -> None:
        """Waits until the window's text field holds exactly this."""
        seen = ""

        def look() -> bool:
            nonlocal seen
            seen = next(one.text for one in self.children(window) if one.kind == "Edit")
            return seen == expected

        try:
            wait_until(look, seconds=_TEXT_PATIENCE_SECONDS)
        except AssertionError:
            raise AssertionError(f"the field holds {seen!r} instead of {expected!r}") from None

    def close(self) -> None:
        self.hand.close()
        self._lines.close()
        self._connection.close()
        self._probe.wait(20)
