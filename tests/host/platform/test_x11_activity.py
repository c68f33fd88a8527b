"""The customer's own hand is told from injected input."""

import queue
import struct
import subprocess
import sys
from collections.abc import Iterator

import pytest

from beistand.host.platform.x11 import X11Platform
from beistand.host.platform.x11.activity import X11Activity, device_numbers
from beistand.host.platform.x11.connection import Display
from beistand.host.platform.x11.input import X11Input
from host.customer import Customer
from host.platform.painter import Painter
from host.xserver import XServer
from waiting import wait_until

pytestmark = pytest.mark.screen


class Watched:
    """An activity watcher whose reports can be waited for."""

    def __init__(self, display: str) -> None:
        self.activity = X11Activity(display)
        self.reports: queue.Queue[float] = queue.Queue()
        self.stops: queue.Queue[str] = queue.Queue()
        self.activity.start(self.reports.put, lambda: self.stops.put("stop"))

    def is_quiet(self) -> bool:
        """Whether nothing was reported of all that happened before this call."""
        self.activity.last_press_was_real()  # reads what the server has sent, and wakes the watcher for it
        try:
            self.reports.get(timeout=0.05)
        except queue.Empty:
            return True
        return False


@pytest.fixture
def watched(x_server: XServer) -> Iterator[Watched]:
    watched = Watched(x_server.name)
    yield watched
    watched.activity.stop()


@pytest.fixture
def customer(x_server: XServer) -> Iterator[Customer]:
    customer = Customer(x_server.name)
    yield customer
    customer.close()


@pytest.fixture
def technician(x_server: XServer) -> Iterator[X11Input]:
    sink = X11Input(x_server.name)
    yield sink
    sink.close()


def test_the_customers_mouse_and_keys_are_reported(watched: Watched, customer: Customer) -> None:
    customer.move(300, 300)
    assert watched.reports.get(timeout=30) > 0
    customer.click()
    assert watched.reports.get(timeout=30) > 0
    customer.key(38)
    assert watched.reports.get(timeout=30) > 0


def test_injected_input_is_not_reported(watched: Watched, technician: X11Input) -> None:
    technician.move(20, 20)
    technician.button(1, True)
    technician.button(1, False)
    technician.key("KeyA", True)
    technician.key("KeyA", False)
    technician.wheel(0, 240)
    technician.text("Grüße 😀")
    assert watched.is_quiet()


def test_the_latest_press_is_told_apart_at_once(watched: Watched, customer: Customer, technician: X11Input) -> None:
    for _ in range(20):
        customer.click()
        assert watched.activity.last_press_was_real()
        technician.button(1, True)
        assert not watched.activity.last_press_was_real()
        technician.button(1, False)
        customer.key(38)
        assert watched.activity.last_press_was_real()
        technician.key("Enter", True)
        assert not watched.activity.last_press_was_real()
        technician.key("Enter", False)


def test_a_movement_after_an_injected_press_does_not_make_it_real(
    watched: Watched, customer: Customer, technician: X11Input
) -> None:
    technician.button(1, True)
    customer.move(50, 50)
    assert not watched.activity.last_press_was_real()
    technician.button(1, False)


def test_the_hand_is_seen_while_a_program_has_grabbed_the_pointer(
    x_server: XServer, watched: Watched, customer: Customer
) -> None:
    painter = Painter(x_server.name)
    painter.core.GrabPointer(False, painter.window, 0, 1, 1, 0, 0, 0).reply()
    customer.click()
    assert watched.reports.get(timeout=30) > 0
    painter.close()


def test_a_watcher_that_was_never_started_can_be_asked_and_stopped(x_server: XServer, customer: Customer) -> None:
    activity = X11Activity(x_server.name)
    customer.click()
    assert activity.last_press_was_real()
    activity.stop()
    activity.stop()


def test_device_numbers_are_read_over_classes_of_any_length() -> None:
    head = struct.pack("=BxHIH22x", 1, 0, 0, 2)
    first = struct.pack("=HHHHHBx", 7, 1, 0, 2, 5, 1) + b"mouse\0\0\0"
    classes = struct.pack("=HHH2x", 1, 2, 7) + struct.pack("=HHH6x", 2, 3, 7)
    second = struct.pack("=HHHHHBx", 9, 1, 0, 0, 4, 1) + b"keys"
    assert device_numbers(head + first + classes + second) == [7, 9]


def test_the_platform_names_the_machine(x_server: XServer) -> None:
    platform = X11Platform(x_server.name)
    assert platform.name == "x11"
    assert platform.host_name()
    assert platform.system_name()
    platform.close()


def test_a_window_is_raised_above_others_without_the_focus(x_server: XServer) -> None:
    below, above = Painter(x_server.name), Painter(x_server.name)
    platform = X11Platform(x_server.name)
    above.take_focus()
    platform.raise_window(below.window)
    platform.close()
    children = list(above.core.QueryTree(above.screen.root).reply().children)
    assert children.index(below.window) > children.index(above.window)
    assert above.core.GetInputFocus().reply().focus == above.window
    below.close()
    above.close()


def test_the_current_platform_is_x11_or_says_in_one_sentence_why_not(x_server: XServer) -> None:
    program = "from beistand.host.platform import current; print(current().name)"
    assert x_server.run(sys.executable, "-c", program) == "x11\n"
    lost = subprocess.run(
        [sys.executable, "-c", program], env={"DISPLAY": ":65000"}, capture_output=True, text=True, timeout=20
    )
    assert "start the program from within the desktop" in lost.stderr


CONTROL, ALT, ESCAPE = 37, 64, 9


def test_the_stop_key_counts_from_real_keys_alone(
    watched: Watched, customer: Customer, technician: X11Input, x_server: XServer
) -> None:
    for code in ("ControlLeft", "AltLeft", "Escape"):
        technician.key(code, True)
    technician.release_all()
    technician.key("ControlLeft", True)
    technician.key("AltLeft", True)
    customer.key(ESCAPE)  # the customer's Escape does not complete the technician's chord
    technician.release_all()
    assert watched.is_quiet() or watched.stops.empty()
    for code in (CONTROL, ALT):
        customer.hold(code, True)
    customer.key(ESCAPE)
    for code in (CONTROL, ALT):
        customer.hold(code, False)
    assert watched.stops.get(timeout=30) == "stop"
    assert watched.stops.empty()


def test_a_program_that_died_leaves_no_key_held(technician: X11Input, x_server: XServer) -> None:
    technician.key("ControlLeft", True)
    technician.button(1, True)
    X11Platform(x_server.name).lift_everything()
    display = Display(x_server.name)
    assert not any(display.core.QueryKeymap().reply().keys)
    assert display.core.QueryPointer(display.root).reply().mask & 0x100 == 0
    display.close()


def test_a_second_copy_of_the_program_finds_the_desktop_taken_until_the_first_is_gone(x_server: XServer) -> None:
    first, second = X11Platform(x_server.name), X11Platform(x_server.name)
    assert first.claim_session()
    assert first.claim_session()
    assert not second.claim_session()
    first.close()
    wait_until(second.claim_session, "the place is not free again")
    second.close()
