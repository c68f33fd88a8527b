"""Capture on a real X server: what is painted is what is grabbed."""

import time
from collections.abc import Callable, Iterator

import pytest

from beistand.host.platform.x11.screen import X11Screen
from beistand.host.ports import CapturedFrame, PlatformError, Rect
from host.platform.painter import Painter
from host.xserver import XServer

pytestmark = pytest.mark.screen


@pytest.fixture
def screen(x_server: XServer) -> Iterator[X11Screen]:
    screen = X11Screen(x_server.name)
    yield screen
    screen.close()


@pytest.fixture
def painter(x_server: XServer) -> Iterator[Painter]:
    painter = Painter(x_server.name)
    yield painter
    painter.close()


def pixel(frame: CapturedFrame, x: int, y: int) -> int:
    start = y * frame.stride + x * 4
    return int.from_bytes(frame.pixels[start : start + 3], "little")


def test_the_first_grab_is_the_whole_screen(screen: X11Screen, painter: Painter) -> None:
    painter.fill(0xC08040, 10, 20, 30, 40)
    frame = screen.grab()
    assert (frame.width, frame.height, frame.stride) == (1280, 800, 1280 * 4)
    assert len(frame.pixels) == 1280 * 800 * 4
    assert list(frame.damage) == [Rect(0, 0, 1280, 800)]
    assert [pixel(frame, x, y) for x, y in [(10, 20), (39, 59)]] == [0xC08040] * 2
    assert [pixel(frame, x, y) for x, y in [(9, 20), (40, 59), (10, 60)]] == [0x202020] * 3


def test_damage_lists_the_changed_rectangle_and_brings_its_pixels(screen: X11Screen, painter: Painter) -> None:
    screen.grab()
    assert not screen.wait_damage(0)
    painter.fill(0x00FF00, 50, 60, 7, 8)
    assert screen.wait_damage(30)
    frame = screen.grab()
    assert list(frame.damage) == [Rect(50, 60, 7, 8)]
    assert pixel(frame, 56, 67) == 0x00FF00


def test_a_still_screen_gives_no_damage(screen: X11Screen, painter: Painter) -> None:
    screen.grab()
    assert list(screen.grab().damage) == []
    assert not screen.wait_damage(0.01)


def test_a_full_grab_takes_all_though_nothing_changed(screen: X11Screen) -> None:
    screen.grab()
    assert list(screen.grab(full=True).damage) == [Rect(0, 0, 1280, 800)]


def test_far_apart_changes_leave_the_rest_alone(screen: X11Screen, painter: Painter) -> None:
    screen.grab()
    painter.fill(0x0000FF, 0, 0, 5, 5)
    painter.fill(0xFF0000, 200, 250, 5, 5)
    frame = screen.grab()
    assert set(frame.damage) == {Rect(0, 0, 5, 5), Rect(200, 250, 5, 5)}
    assert (pixel(frame, 2, 2), pixel(frame, 202, 252)) == (0x0000FF, 0xFF0000)


def test_the_shape_of_the_cursor_is_told_when_it_changes(screen: X11Screen, painter: Painter) -> None:
    painter.warp_pointer(100, 100)
    painter.show_cursor(52)
    first = screen.cursor_shape(0)
    assert first is not None
    assert len(first.rgba) == first.width * first.height * 4
    assert any(first.rgba[3::4]), "a cursor that nobody sees"
    assert screen.cursor_shape(first.serial) is None
    painter.show_cursor(152)
    second = screen.cursor_shape(first.serial)
    assert second is not None
    assert second.rgba != first.rgba
    assert screen.cursor_position() == (100, 100)


def test_a_new_resolution_is_seen_and_captured(new_x_server: Callable[..., XServer]) -> None:
    server = new_x_server("1280x800")
    screen = X11Screen(server.name)
    old = screen.grab()
    server.resize(800, 600)
    assert screen.wait_damage(30)
    frame = screen.grab()
    assert (frame.width, frame.height) == (800, 600)
    assert list(frame.damage) == [Rect(0, 0, 800, 600)]
    assert [one.area for one in screen.monitors()] == [Rect(0, 0, 800, 600)]
    assert len(bytes(old.pixels)) == 1280 * 800 * 4, "an old frame stays readable"
    screen.close()


def test_each_of_several_monitors_can_be_chosen(new_x_server: Callable[..., XServer]) -> None:
    server = new_x_server("1280x800")
    server.run("xrandr", "--setmonitor", "left", "640/160x800/200+0+0", "screen")
    server.run("xrandr", "--setmonitor", "*right", "640/160x800/200+640+0", "none")
    painter = Painter(server.name, x=700, y=100, width=20, height=20)
    screen = X11Screen(server.name)
    assert [(one.id, one.name, one.is_primary, one.area) for one in screen.monitors()] == [
        (0, "right", True, Rect(640, 0, 640, 800)),
        (1, "left", False, Rect(0, 0, 640, 800)),
    ]
    assert pixel(screen.grab(), 60, 100) == 0x202020
    screen.select(1)
    assert list(screen.grab().damage) == [Rect(0, 0, 640, 800)]
    painter.fill(0xFFFFFF, 0, 0, 20, 20)
    assert list(screen.grab().damage) == [], "what happens on the other monitor is not told"
    with pytest.raises(PlatformError, match="no monitor 7"):
        screen.select(7)
    screen.close()
    painter.close()


def test_a_monitor_below_another_is_captured_from_its_own_corner(new_x_server: Callable[..., XServer]) -> None:
    server = new_x_server("640x480")
    server.run("xrandr", "--setmonitor", "upper", "640/160x240/60+0+0", "screen")
    server.run("xrandr", "--setmonitor", "lower", "640/160x240/60+0+240", "none")
    painter = Painter(server.name, x=10, y=250, width=20, height=20)
    screen = X11Screen(server.name)
    screen.select(1)
    assert pixel(screen.grab(), 10, 10) == 0x202020
    painter.fill(0x00FF00, 0, 0, 20, 20)
    frame = screen.grab()
    assert list(frame.damage) == [Rect(10, 10, 20, 20)]
    assert pixel(frame, 29, 29) == 0x00FF00
    screen.close()
    painter.close()


def test_screens_joined_by_xinerama_are_monitors(new_x_server: Callable[..., XServer]) -> None:
    server = new_x_server("320x240", "-screen", "1", "400x240x24", "+xinerama")
    screen = X11Screen(server.name)
    # Xvfb lays joined screens over each other; other servers place them side by side.
    assert [(one.id, one.name, one.area) for one in screen.monitors()] == [
        (0, "screen 1", Rect(0, 0, 320, 240)),
        (1, "screen 2", Rect(0, 0, 400, 240)),
    ]
    screen.select(1)
    assert screen.grab().width == 400
    screen.close()


def test_waiting_ends_in_time(screen: X11Screen) -> None:
    screen.grab()
    began = time.monotonic()
    assert not screen.wait_damage(0.05)
    assert 0.04 < time.monotonic() - began < 30


def test_without_an_x_server_one_sentence_says_what_to_do() -> None:
    with pytest.raises(PlatformError, match="start the program from within the desktop"):
        X11Screen(":65000")
