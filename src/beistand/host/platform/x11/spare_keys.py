"""Keys lent to characters that no key of the layout has, and given back afterwards.

A program that gets a key press asks the X server what the key means, and may ask late. So a key keeps its character for
`SETTLE_SECONDS` after its last press before it gets another, and it is a pure table that decides which one is next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beistand.host.platform.x11.connection import Display

#: Seconds that programs get to look up a key after it was pressed, before it may mean something else.
SETTLE_SECONDS = 0.1


@dataclass
class _Loan:
    keysym: int
    used: float


class Loans:
    """Which spare key types which keysym. Pure: `now` is monotonic seconds."""

    def __init__(self, keycodes: Sequence[int]) -> None:
        self._free = list(keycodes)
        self._loans: dict[int, _Loan] = {}

    @property
    def lent(self) -> tuple[int, ...]:
        """The keycodes that mean something else than they did."""
        return tuple(self._loans)

    def find(self, keysym: int) -> int | None:
        return next((keycode for keycode, loan in self._loans.items() if loan.keysym == keysym), None)

    def lend(self, keysyms: Sequence[int], now: float) -> dict[int, int]:
        """Lends keys to as many of `keysyms`, in order, as there are keys that may change now: keycode -> keysym."""
        given: dict[int, int] = {}
        for keysym in keysyms:
            keycode = self._next_key(now)
            if keycode is None:
                break
            # Not used yet, but it must not be taken for the next of the same list.
            self._loans[keycode] = _Loan(keysym, now)
            given[keycode] = keysym
        return given

    def touch(self, keycode: int, now: float) -> None:
        """The key was pressed just now."""
        self._loans[keycode].used = now

    def next_change(self) -> float | None:
        """When the first lent key may get another character; None if there is no key at all."""
        return min((loan.used + SETTLE_SECONDS for loan in self._loans.values()), default=None)

    def all_settled(self) -> float:
        """When every lent key may be given back."""
        return max((loan.used + SETTLE_SECONDS for loan in self._loans.values()), default=0.0)

    def give_back(self) -> tuple[int, ...]:
        """Ends all loans; returns the keys to restore."""
        back = self.lent
        self._free[:0] = back
        self._loans.clear()
        return back

    def _next_key(self, now: float) -> int | None:
        if self._free:
            return self._free.pop(0)
        oldest = min(self._loans, key=lambda keycode: self._loans[keycode].used, default=None)
        if oldest is None or self._loans[oldest].used + SETTLE_SECONDS > now:
            return None
        del self._loans[oldest]
        return oldest


class Labels:
    """What the X server says is on a key; remembers what was there before we changed it."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._before: dict[int, list[int]] = {}

    def write(self, keysyms: dict[int, int]) -> None:
        """Gives keys one keysym each; one request, and so one notice to every program, for each run of neighbours."""
        for keycode in keysyms:
            if keycode not in self._before:
                reply = self._display.core.GetKeyboardMapping(keycode, 1).reply()
                self._before[keycode] = list(reply.keysyms)
        # Twice, because the server makes a pair of small and capital letter of a single one.
        self._change({keycode: [keysym, keysym] for keycode, keysym in keysyms.items()})

    def restore(self, keycodes: Sequence[int]) -> None:
        self._change({keycode: self._before.pop(keycode) for keycode in keycodes})

    def _change(self, labels: dict[int, list[int]]) -> None:
        for run in neighbours(sorted(labels)):
            width = max(len(labels[keycode]) for keycode in run)
            padded = [keysym for keycode in run for keysym in (labels[keycode] + [0] * width)[:width]]
            self._display.core.ChangeKeyboardMapping(len(run), run[0], width, padded)
        self._display.sync()


def neighbours(numbers: Sequence[int]) -> list[list[int]]:
    """Sorted numbers, cut into runs that follow each other."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
