"""A session that runs while several tests use it: the technician's Chromium is a window on a desktop of their own.

So that true keys and a true mouse reach the page, through the browser's own dead keys, AltGr and wheel.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chain import acting
from chain.browsers import Chromium
from chain.desktop import Desktop, Notepad
from chain.house import House
from chain.page import begun, pixel, shown
from host.platform.painter import Painter
from waiting import wait_until

LEFT, RIGHT = (700, 900), (900, 900)  # the customer's monitors, side by side


@dataclass
class Talk:
    """One session under way. `own` is the technician's own desktop, whose `customer` is the technician's hand."""

    house: House
    desktop: Desktop
    own: Desktop
    browser: Chromium
    notepad: Notepad
    pid: int

    def choose(self, monitor: int) -> None:
        """Shows the first or the second monitor."""
        self.browser.page.select_option("[data-test=monitors]", index=monitor)
        width = (LEFT, RIGHT)[monitor][0]
        wait_until(lambda: self.canvas_width() == width, f"the picture is not of monitor {monitor + 1}")

    def canvas_width(self) -> int:
        return int(self.browser.run("return document.querySelector('[data-test=screen]').width"))

    def sees(self, colour: int, x: int, y: int) -> bool:
        """Whether a pixel of the picture has this colour."""
        wanted = ((colour >> 16) & 255, (colour >> 8) & 255, colour & 255)
        return all(abs(a - b) <= 12 for a, b in zip(pixel(self.browser, x, y), wanted, strict=True))

    def point(self, x: int, y: int) -> None:
        """Moves the technician's own mouse to a pixel of the picture."""
        at = self.browser.run(f"""
          const canvas = document.querySelector("[data-test=screen]");
          const box = canvas.getBoundingClientRect();
          const edge = (window.outerWidth - window.innerWidth) / 2; // of the browser's window, on each side and below
          const top = window.screenY + window.outerHeight - window.innerHeight - edge;
          return [window.screenX + edge + box.left + ({x} + 0.5) * box.width / canvas.width,
            top + box.top + ({y} + 0.5) * box.height / canvas.height];
        """)
        self.own.customer.move(round(at[0]), round(at[1]))

    def pointer(self) -> tuple[int, int]:
        """Where the customer's pointer stands."""
        painter = self.desktop.painter(width=1, height=1)
        place = painter.core.QueryPointer(painter.screen.root).reply()
        painter.close()
        return int(place.root_x), int(place.root_y)

    def points(self, x: int, y: int) -> None:
        """Moves the technician's mouse, again and again while the customer's hand mutes it, until it is there."""
        corner = 0 if self.canvas_width() == LEFT[0] else LEFT[0]

        def is_there() -> bool:
            self.point(x - 20, y)
            self.point(x, y)
            deadline = time.monotonic() + 0.3
            while time.monotonic() < deadline:
                px, py = self.pointer()
                if abs(px - corner - x) <= 2 and abs(py - y) <= 2:  # the picture is shown smaller than it is
                    return True
            return False

        wait_until(is_there, f"the technician's pointer does not reach {x}, {y}, but is at {self.pointer()}")

    def take_keyboard(self) -> None:
        """A click of the technician into the customer's editor."""
        self.choose(1)
        x, y = self.notepad.middle

        def has_it() -> bool:
            self.points(x - LEFT[0], y)
            self.own.customer.click()
            try:
                return bool(wait_until(lambda: self.is_listening and self.notepad.ask("focused"), seconds=1))
            except AssertionError:
                return False

        wait_until(has_it, "the editor has no focus")

    @property
    def is_listening(self) -> bool:
        """Whether the page takes keys for the customer's computer."""
        return bool(self.browser.run("return document.hasFocus() && document.activeElement.className === 'keys'"))

    def types(self, keys: Callable[[], None], text: str) -> None:
        """What these keys of the technician leave in the customer's editor."""
        self.notepad.ask("clear")
        keys()
        try:
            wait_until(lambda: self.notepad.text == text)
        except AssertionError:
            raise AssertionError(f"{self.notepad.text!r} was typed and not {text!r}") from None

    def painter(self, x: int, y: int, width: int, height: int) -> Painter:
        """A program on the right monitor that shows colours and gets what is injected."""
        return self.desktop.painter(x=LEFT[0] + x, y=y, width=width, height=height)

    @property
    def state(self) -> str:
        return shown(self.browser, "session")

    @property
    def session(self) -> str:
        return str(self.house.answer("GET", "/api/sessions")[0]["id"])


@contextmanager
def talk(folder: Path) -> Iterator[Talk]:
    """From the number to the first picture; a customer with two monitors, a technician with a German keyboard."""
    with ExitStack() as stack:
        house = House(folder)
        stack.callback(house.close)
        house.start()
        house.make_firm()
        desktop, own = Desktop(f"{LEFT[0] + RIGHT[0]}x900"), Desktop("1500x1000")
        stack.callback(desktop.close)
        stack.callback(own.close)
        for name, x, output in (("*left", 0, "screen"), ("right", LEFT[0], "none")):
            width, height = RIGHT if x else LEFT
            desktop.server.run("xrandr", "--setmonitor", name, f"{width}/200x{height}/200+{x}+0", output)
        own.server.run("setxkbmap", "de")
        notepad = desktop.notepad()
        browser = Chromium(display=own.server.name)
        stack.callback(browser.close)
        # Its own wish for a place is not heard by every window manager that starts beside it.
        desktop.server.run("xdotool", "search", "--sync", "--name", "^Editor$", "windowmove", "--sync", "1000", "300")
        notepad.middle = (1250, 430)
        pid = begun(browser, house, desktop, lambda server: acting.program(desktop, server))
        yield Talk(house, desktop, own, browser, notepad, pid)
