"""Keys lent to characters that no key of the layout has, and given back afterwards.

A program that gets a key press asks the X server what the key means, and may ask late. So a key keeps its character for
a while after its last press before it gets another (`Pace`), and it is a pure table that decides which one is next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beistand.host.platform.x11.connection import Display


@dataclass(frozen=True)
class Pace:
    """How long other programs are given, in seconds.

    `heard`: to fetch a changed key before the next one changes or is pressed. libX11 loses a change that reaches it
    while it fetches another one (seen with xterm-like clients in one of ten bursts), so changes are spaced out.
    `settle`: to look up a key after it was pressed, before it may mean something else.
    `give_back`: without text, after which lent keys are given back.
    """

    heard: float = 0.015
    settle: float = 0.1
    give_back: float = 1.0


@dataclass
class _Loan:
    keysym: int
    used: float


class Loans:
    """Which spare key types which keysym. Pure: `now` is monotonic seconds."""

    def __init__(self, keycodes: Sequence[int], settle_seconds: float) -> None:
        self._settle_seconds = settle_seconds
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

    def cancel(self, keycodes: Sequence[int]) -> None:
        """These loans never came about: the keys are as they were."""
        for keycode in keycodes:
            del self._loans[keycode]
        self._free[:0] = keycodes

    def forget(self, keycode: int) -> None:
        """Somebody else has written on the key: it is neither ours nor spare any more."""
        del self._loans[keycode]

    def keysym_on(self, keycode: int) -> int:
        return self._loans[keycode].keysym

    def touch(self, keycode: int, now: float) -> None:
        """The key was pressed just now."""
        self._loans[keycode].used = now

    def next_change(self) -> float | None:
        """When the first lent key may get another character; None if there is no key at all."""
        return min((loan.used + self._settle_seconds for loan in self._loans.values()), default=None)

    def all_settled(self) -> float:
        """When every lent key may be given back."""
        return max((loan.used + self._settle_seconds for loan in self._loans.values()), default=0.0)

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
        if oldest is None or self._loans[oldest].used + self._settle_seconds > now:
            return None
        del self._loans[oldest]
        return oldest


class Labels:
    """What the X server says is on a key; remembers what was there before we changed it."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._before: dict[int, list[int]] = {}

    def write(self, keysyms: dict[int, int]) -> None:
        """Gives keys one keysym each. Every program is told once for each run of neighbouring keys."""
        for keycode in keysyms:
            if keycode not in self._before:
                reply = self._display.core.GetKeyboardMapping(keycode, 1).reply()
                self._before[keycode] = list(reply.keysyms)
        # Twice, because the server makes a pair of small and capital letter of a single one.
        self._change({keycode: [keysym, keysym] for keycode, keysym in keysyms.items()})

    def forget(self, keycode: int) -> None:
        """Somebody else has written on the key: what was there before is not ours to restore."""
        self._before.pop(keycode, None)

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
