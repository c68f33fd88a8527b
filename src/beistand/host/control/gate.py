"""The only door to the InputSink: asks the arbiter, remembers what is held, and shuts at once.

Thread-safe. Three kinds of threads meet here: the session's (deeds), the watcher's (`customer_acted`) and whoever
stops. The sink's `release_all` must be callable from any thread while another call of the sink is in flight, and must
end a `text` in flight at its next character (`platform/x11/input.py` does so).

Nothing that ends a right waits for a deed in flight longer than `FLIGHT_PATIENCE`: the latch is set first, held keys
are lifted, and a deed that finishes after that lifts its own key again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from functools import partial

from beistand.host.control.arbiter import Arbiter, Hindrance, Kind, Verdict
from beistand.host.ports import InputSink

#: Seconds that an end of rights waits for a deed in flight before it goes ahead regardless.
FLIGHT_PATIENCE = 0.03

#: Characters typed between two questions to the arbiter.
TEXT_PIECE = 16


class Gate:
    """Carries out what the arbiter allows.

    `clock` gives monotonic seconds. `own_pids` names the processes whose windows remote input must not reach
    (this program, its stop sign). Every deed returns the `Verdict`; PlatformError passes through.
    """

    def __init__(
        self,
        sink: InputSink,
        arbiter: Arbiter,
        clock: Callable[[], float],
        own_pids: Callable[[], Collection[int]],
    ) -> None:
        self._sink = sink
        self._arbiter = arbiter
        self._clock = clock
        self._own_pids = own_pids
        self._rules = threading.Lock()  # guards the arbiter; never held while the platform is called
        self._flight = threading.Lock()  # held during one small deed on the platform
        self._epoch = object()  # a new one with every end of rights; a deed that spans two lifts its keys
        self._held_keys: set[str] = set()
        self._held_buttons: set[int] = set()
        self._at = (0, 0)

    @property
    def held(self) -> tuple[frozenset[str], frozenset[int]]:
        """Keys (DOM codes) and buttons that the technician holds down now."""
        return frozenset(self._held_keys), frozenset(self._held_buttons)

    def verdict(self, kind: Kind) -> Verdict:
        with self._rules:
            return self._arbiter.verdict(kind, self._clock())

    # deeds -----------------------------------------------------------------------------------------------------

    def move(self, x: int, y: int) -> Verdict:
        """Moves the pointer to a point of the virtual desktop. Moving over our own windows does no harm."""

        def deed() -> None:
            self._sink.move(x, y)
            self._at = (x, y)

        return self._act(Kind.MOVE, lambda: False, deed)

    def button(self, button: int, is_pressed: bool, x: int, y: int) -> Verdict:
        """Presses or lifts a button at a point. Lifting what is not held (any more) does nothing."""
        if not is_pressed:
            return self._lift_button(button, x, y)

        def deed() -> None:
            self._sink.move(x, y)
            self._at = (x, y)
            self._held_buttons.add(button)
            self._sink.button(button, True)

        # The pointer is asked about before it moves there: a refused press leaves no trace.
        return self._act(Kind.BUTTON, lambda: self._is_ours(self._sink.window_owner_at(x, y)), deed)

    def wheel(self, dx: int, dy: int) -> Verdict:
        """Turns the wheel where the pointer is; 120 is one notch, positive is right and down."""
        return self._act(
            Kind.WHEEL,
            lambda: self._is_ours(self._sink.window_owner_at(*self._at)),
            lambda: self._sink.wheel(dx, dy),
        )

    def text(self, text: str) -> Verdict:
        """Types characters; asks anew every `TEXT_PIECE` characters and returns the first refusal."""
        for start in range(0, len(text), TEXT_PIECE):
            piece = text[start : start + TEXT_PIECE]
            verdict = self._act(Kind.TEXT, self._focus_is_ours, partial(self._sink.text, piece))
            if verdict is not Verdict.ALLOWED:
                return verdict
        return self.verdict(Kind.TEXT)

    def key(self, code: str, is_pressed: bool) -> Verdict:
        """Presses or lifts a physical key by its DOM code. Lifting what is not held (any more) does nothing."""
        if not is_pressed:
            return self._lift_key(code)

        def deed() -> None:
            self._held_keys.add(code)
            try:
                self._sink.key(code, True)
            except BaseException:
                self._held_keys.discard(code)
                raise

        return self._act(Kind.KEY, self._focus_is_ours, deed)

    def release_all(self) -> None:
        """The technician's side lost its focus: lifts what it holds."""
        self._lift()

    # what the customer does ------------------------------------------------------------------------------------

    def customer_acted(self, now: float) -> bool:
        """The customer's own hand moved. Cheap to call for every motion; True if a new silence begins."""
        with self._rules:
            begins = self._arbiter.customer_acted(now)
        if begins:
            self._lift()
        return begins

    def set_level(self, level: int) -> None:
        self._change(lambda arbiter: arbiter.set_level(level))

    def hinder(self, hindrance: Hindrance) -> None:
        self._change(lambda arbiter: arbiter.hinder(hindrance))

    def clear(self, hindrance: Hindrance) -> None:
        with self._rules:
            self._arbiter.clear(hindrance)

    def muted_seconds(self) -> float:
        with self._rules:
            return self._arbiter.muted_seconds(self._clock())

    def next_deadline(self) -> float | None:
        with self._rules:
            return self._arbiter.next_deadline()

    def tick(self) -> bool:
        """To be called at `next_deadline`: True if the silence ended just now."""
        with self._rules:
            return self._arbiter.tick(self._clock())

    def use(self, sink: InputSink) -> None:
        """Another way to inject from now on; what the one before holds is lifted first."""
        self._lift()
        with self._flight:
            self._sink.release_all()
            self._sink = sink

    def stop(self, harmless: Callable[[], None] = lambda: None) -> None:
        """Latches the arbiter and lifts everything held: synchronous, no network, at most `FLIGHT_PATIENCE` long.

        `harmless` is told as soon as nothing new can be pressed and what was held is up; a deed in flight lifts again
        what it presses after that. May be called from any thread, any number of times.
        """
        self._arbiter.stop()  # one assignment: needs no lock, so nothing can hold it up
        self._lift(harmless)

    # inside ----------------------------------------------------------------------------------------------------

    def _act(self, kind: Kind, is_forbidden_place: Callable[[], bool], deed: Callable[[], None]) -> Verdict:
        with self._flight:
            epoch = self._epoch
            verdict = self.verdict(kind)
            if verdict is not Verdict.ALLOWED:
                return verdict
            if is_forbidden_place():
                return Verdict.OWN_WINDOW
            verdict = self.verdict(kind)  # the question about the place took round trips
            if verdict is not Verdict.ALLOWED:
                return verdict
            try:
                deed()
            finally:
                if self._epoch is not epoch:
                    self._release_held()
            return verdict

    def _lift_key(self, code: str) -> Verdict:
        with self._flight:
            if code in self._held_keys:
                self._sink.key(code, False)
                self._held_keys.discard(code)
        return Verdict.ALLOWED

    def _lift_button(self, button: int, x: int, y: int) -> Verdict:
        with self._flight:
            if button in self._held_buttons:
                if self.verdict(Kind.MOVE) is Verdict.ALLOWED:
                    self._sink.move(x, y)
                    self._at = (x, y)
                self._sink.button(button, False)
                self._held_buttons.discard(button)
        return Verdict.ALLOWED

    def _change(self, change: Callable[[Arbiter], None]) -> None:
        with self._rules:
            change(self._arbiter)
        if self.verdict(Kind.KEY) is not Verdict.ALLOWED:
            self._lift()

    def _lift(self, harmless: Callable[[], None] = lambda: None) -> None:
        self._epoch = object()
        self._release_held()  # at once: also ends a text in flight
        harmless()
        if self._flight.acquire(timeout=FLIGHT_PATIENCE):
            try:
                self._release_held()  # what the deed in flight pressed meanwhile
            finally:
                self._flight.release()

    def _release_held(self) -> None:
        self._sink.release_all()
        self._held_keys.clear()
        self._held_buttons.clear()

    def _focus_is_ours(self) -> bool:
        return self._is_ours(self._sink.focused_owner())

    def _is_ours(self, pid: int | None) -> bool:
        return pid is not None and pid in self._own_pids()
