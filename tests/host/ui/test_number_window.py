"""The customer types the number into the real window, with real keys on a real X server."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beistand.host.ui.number import caret_in, grouped
from host.customer import Customer
from host.xserver import XServer

PROGRAM = Path(__file__).with_name("number_program.py")
RETURN, BACKSPACE, END = 36, 22, 115
KEYCODES = {str(digit): 9 + digit for digit in range(1, 10)} | {"0": 19}
# Two numbers with right check digits.
FIRST, SECOND = "469 817 4906", "469 817 4954"


def test_the_caret_stays_between_the_same_digits():
    for digits in range(11):
        text = grouped("4698174906"[:digits])
        for before in range(digits + 1):
            place = caret_in(text, before)
            assert sum(c.isdigit() for c in text[:place]) == before


class Typing:
    """The window's program, and the customer's hand on it."""

    def __init__(self, server: XServer) -> None:
        environment = {**os.environ, "DISPLAY": server.name, "NO_AT_BRIDGE": "1"}  # noqa: TID251
        self._process = subprocess.Popen(
            [sys.executable, str(PROGRAM)], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._process.stdout is not None
        self._lines = self._process.stdout
        self.customer = Customer(server.name)
        where = self.line("ready").split()
        self.at = int(where[0]), int(where[1])
        server.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "^Beistand$", "windowfocus", "--sync")

    def line(self, kind: str, text: str | None = None) -> str:
        """The next line of that kind (with that text)."""
        for line in self._lines:
            name, _, rest = line.rstrip("\n").partition(" ")
            if name == kind and text in (None, rest):
                return rest
        raise AssertionError(f"the program ended before it said {kind} {text}")

    def type(self, digits: str) -> None:
        for digit in digits.replace(" ", ""):
            self.customer.key(KEYCODES[digit])

    def close(self) -> None:
        self.customer.close()
        self._process.kill()
        self._process.wait(30)
        self._lines.close()


@pytest.fixture
def typing(new_x_server: Callable[..., XServer]) -> Iterator[Typing]:
    typing = Typing(new_x_server("1280x800"))
    yield typing
    typing.close()


@pytest.mark.screen
def test_digits_typed_fast_stand_in_their_order_and_groups(typing: Typing) -> None:
    typing.type(FIRST)
    assert typing.line("field", FIRST) == FIRST
    typing.customer.key(RETURN)
    assert typing.line("number") == FIRST


@pytest.mark.screen
def test_after_a_wrong_number_the_next_digits_replace_it_even_after_a_click_into_it(typing: Typing) -> None:
    typing.type(FIRST)
    typing.line("field", FIRST)
    typing.customer.key(RETURN)
    typing.line("again")
    typing.customer.move(typing.at[0] + 250, typing.at[1] + 30)
    typing.customer.click()
    typing.type(SECOND)
    assert typing.line("field", SECOND) == SECOND
    typing.customer.key(RETURN)
    assert typing.line("number") == SECOND


@pytest.mark.screen
def test_a_single_wrong_digit_can_be_mended_after_a_wrong_number(typing: Typing) -> None:
    typing.type(FIRST)
    typing.line("field", FIRST)
    typing.customer.key(RETURN)
    typing.line("again")
    for key in (END, BACKSPACE, BACKSPACE):
        typing.customer.key(key)
    typing.type(SECOND[-2:])
    assert typing.line("field", SECOND) == SECOND
