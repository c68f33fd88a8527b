"""The door to the desktop: what it lets through, what it lifts, and how fast it shuts."""

import threading
import time
from collections.abc import Callable

import pytest

from beistand.host.control.arbiter import LEVEL_CONTROL, LEVEL_VIEW, Arbiter, Hindrance, Verdict
from beistand.host.control.gate import Gate
from beistand.host.ports import PlatformError

OURS, THEIRS = 100, 200


class Desk:
    """An InputSink that keeps the truth about its keys, as a desktop does."""

    def __init__(self) -> None:
        self.down: set[object] = set()
        self.log: list[object] = []
        self.owner: int | None = THEIRS
        self.focus: int | None = THEIRS
        self.before: Callable[[], None] = lambda: None  # runs just before a press reaches the desktop

    def move(self, x: int, y: int) -> None:
        self.log.append(("move", x, y))

    def button(self, button: int, is_pressed: bool) -> None:
        self._set(button, is_pressed)

    def wheel(self, dx: int, dy: int) -> None:
        self.log.append(("wheel", dx, dy))

    def text(self, text: str) -> None:
        self.before()
        self.log.append(text)

    def key(self, code: str, is_pressed: bool) -> None:
        if code == "NoSuchKey":
            raise PlatformError("The key NoSuchKey is not known here: use one of a standard keyboard.")
        self._set(code, is_pressed)

    def _set(self, what: object, is_pressed: bool) -> None:
        if is_pressed:
            self.before()
            self.down.add(what)
        else:
            self.down.discard(what)
        self.log.append((what, is_pressed))

    def release_all(self) -> None:
        self.down.clear()

    def window_owner_at(self, x: int, y: int) -> int | None:
        return self.owner

    def focused_owner(self) -> int | None:
        return self.focus

    def close(self) -> None: ...


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(desk: Desk, clock: Clock) -> Gate:
    gate = Gate(desk, Arbiter(), clock, lambda: {OURS})
    gate.set_level(LEVEL_CONTROL)
    return gate


def test_nothing_passes_before_control_is_agreed(desk: Desk, clock: Clock) -> None:
    gate = Gate(desk, Arbiter(), clock, lambda: {OURS})
    gate.set_level(LEVEL_VIEW)
    verdicts = [
        gate.move(1, 2),
        gate.button(1, True, 1, 2),
        gate.wheel(0, 120),
        gate.text("a"),
        gate.key("KeyA", True),
    ]
    assert set(verdicts) == {Verdict.NOT_AGREED}
    assert desk.log == []


def test_deeds_pass_in_control_and_are_remembered(gate: Gate, desk: Desk) -> None:
    assert gate.key("ControlLeft", True) is Verdict.ALLOWED
    assert gate.button(1, True, 5, 6) is Verdict.ALLOWED
    assert gate.held == ({"ControlLeft"}, {1})
    assert desk.log == [("ControlLeft", True), ("move", 5, 6), (1, True)]
    gate.key("ControlLeft", False)
    gate.button(1, False, 7, 8)
    assert gate.held == (frozenset(), frozenset())
    assert desk.log[3:] == [("ControlLeft", False), ("move", 7, 8), (1, False)]


def test_lifting_what_is_not_held_reaches_nobody(gate: Gate, desk: Desk) -> None:
    gate.key("KeyA", False)
    gate.button(1, False, 1, 1)
    assert desk.log == []


def test_an_unknown_key_is_not_remembered_as_held(gate: Gate) -> None:
    with pytest.raises(PlatformError, match="not known"):
        gate.key("NoSuchKey", True)
    assert gate.held == (frozenset(), frozenset())


def test_s24_the_customers_hand_lifts_what_the_technician_holds_and_silences(
    gate: Gate, desk: Desk, clock: Clock
) -> None:
    gate.key("ShiftLeft", True)
    clock.now = 10.0
    assert gate.customer_acted(10.0)
    assert not gate.customer_acted(10.1)
    assert desk.down == set()
    assert gate.key("KeyA", True) is Verdict.MUTED
    clock.now = 12.1
    assert gate.tick()
    assert gate.key("KeyA", True) is Verdict.ALLOWED


@pytest.mark.parametrize(
    "end",
    [
        lambda gate: gate.stop(),
        lambda gate: gate.hinder(Hindrance.PAUSE),
        lambda gate: gate.hinder(Hindrance.CURTAIN),
        lambda gate: gate.set_level(LEVEL_VIEW),
        lambda gate: gate.release_all(),
        lambda gate: gate.customer_acted(0.0),
    ],
)
def test_every_end_of_rights_lifts_all(gate: Gate, desk: Desk, end: Callable[[Gate], object]) -> None:
    gate.key("ControlLeft", True)
    gate.button(3, True, 0, 0)
    end(gate)
    assert desk.down == set()
    assert gate.held == (frozenset(), frozenset())


def test_input_neither_over_nor_into_our_own_windows(gate: Gate, desk: Desk) -> None:
    desk.owner = OURS
    assert gate.button(1, True, 5, 5) is Verdict.OWN_WINDOW
    assert gate.wheel(0, 120) is Verdict.OWN_WINDOW
    desk.focus = OURS
    assert gate.text("yes") is Verdict.OWN_WINDOW
    assert gate.key("Enter", True) is Verdict.OWN_WINDOW
    assert desk.log == []


def test_a_drag_that_ends_over_our_window_still_lifts_the_button(gate: Gate, desk: Desk) -> None:
    gate.button(1, True, 5, 5)
    desk.owner = OURS
    gate.button(1, False, 0, 0)
    assert desk.down == set()


def test_a_platform_that_cannot_name_the_owner_refuses(gate: Gate, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int | None:
        raise PlatformError("The X server is gone: start the program again.")

    monkeypatch.setattr(desk, "focused_owner", fails)
    with pytest.raises(PlatformError):
        gate.key("Enter", True)
    assert desk.log == []


def test_long_text_is_asked_about_piece_by_piece(gate: Gate, desk: Desk, clock: Clock) -> None:
    pieces = 0

    def customer_grabs_the_mouse_in_the_second_piece() -> None:
        nonlocal pieces
        pieces += 1
        if pieces == 2:
            threading.Thread(target=gate.customer_acted, args=(0.0,)).start()
            while gate.muted_seconds() == 0:
                time.sleep(0)

    desk.before = customer_grabs_the_mouse_in_the_second_piece
    assert gate.text("x" * 160) is Verdict.MUTED
    assert len(desk.log) == 2


def test_a_press_in_flight_when_stop_comes_is_lifted_again(gate: Gate, desk: Desk) -> None:
    in_flight, may_go_on = threading.Event(), threading.Event()

    def slow_desktop() -> None:
        in_flight.set()
        assert may_go_on.wait(10)

    desk.before = slow_desktop
    technician = threading.Thread(target=gate.key, args=("ControlLeft", True))
    technician.start()
    assert in_flight.wait(30)
    began = time.monotonic()
    gate.stop()
    took = time.monotonic() - began
    may_go_on.set()
    technician.join(30)
    assert took < 5, "stop waited for the hanging desktop, which may take 10 s"  # bench/desk.py measures it exactly
    assert ("ControlLeft", True) in desk.log
    assert desk.down == set()
    assert gate.key("KeyA", True) is Verdict.STOPPED


def test_after_stop_nothing_reaches_the_desktop(gate: Gate, desk: Desk) -> None:
    gate.stop()
    gate.set_level(LEVEL_CONTROL)
    gate.clear(Hindrance.PAUSE)
    verdicts = {gate.move(1, 1), gate.button(1, True, 1, 1), gate.wheel(1, 1), gate.text("a"), gate.key("KeyA", True)}
    assert verdicts == {Verdict.STOPPED}
    assert desk.log == []
    assert gate.next_deadline() is None
