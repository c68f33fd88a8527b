"""The shell of the level administer: the system's helper, and the gate that injects by it while it lives.

`end` is the first step of every stop: synchronous, and it cannot hang.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from beistand.host.control.gate import Gate
from beistand.host.dialogue import Elevated, Event, HelperGone
from beistand.host.ports import Elevation, InputSink, PlatformError


class Administering:
    """`elevation` is None where the system needs no helper; `tell` takes events from any thread."""

    def __init__(self, elevation: Elevation | None, tell: Callable[[Event], None]) -> None:
        self._elevation, self._tell = elevation, tell
        self.made: tuple[str, ...] = ()  # stays on the list after the helper has gone

    @property
    def is_possible(self) -> bool:
        return self._elevation is not None

    def begin(self, program: Path | None, gate: Gate | None) -> None:
        """Asks the system; `Elevated` says what became of it."""
        elevation = self._elevation
        if elevation is None or gate is None:
            self._tell(Elevated(problem="no_helper"))
            return

        def done(made: tuple[str, ...], problem: str) -> None:
            if not problem:
                try:
                    gate.use(elevation.input())
                    self.made = made
                except PlatformError:
                    problem = "no_helper"
            self._tell(Elevated(made, problem))

        elevation.begin(program, done, lambda: self._tell(HelperGone()))

    def end(self) -> None:
        """From any thread, any number of times."""
        if self._elevation is not None:
            self._elevation.end()

    def step_down(self, gate: Gate | None, sink: Callable[[], InputSink]) -> None:
        """Back to what an ordinary program may do; `sink` makes its way to inject. Raises PlatformError."""
        if gate is not None:
            gate.use(sink())
        self.end()
