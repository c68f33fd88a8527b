"""The Windows adapter on a real Windows desktop (Wine's): picture, pointer, keys, whose hand it was."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from ctypes import wintypes

import pytest

from beistand.host.control.arbiter import LEVEL_CONTROL, Arbiter, Verdict
from beistand.host.control.gate import Gate
from beistand.host.platform import current
from beistand.host.platform.windows import desktop
from beistand.host.platform.windows.adapter import WindowsPlatform
from beistand.host.platform.windows.api import kernel32, user32
from beistand.host.platform.windows.screen import WindowsScreen
from beistand.host.platform.windows.situations import Situation
from beistand.host.ports import PlatformError

PATIENCE_SECONDS = 20.0
_VISIBLE_POPUP, _TOPMOST, _EDIT_MULTILINE = 0x90000000, 0x8, 0x4
_SHIFT, _CONTROL = 0x10, 0x11


def until(is_true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def is_down(key: int) -> bool:
    return bool(user32.GetAsyncKeyState(key) & 0x8000)


def becomes_free(*keys: int) -> None:
    """Wine answers from a copy that may be some milliseconds old."""
    until(lambda: not any(map(is_down, keys)), f"one of {keys} is still held")


class OwnWindow:
    """A window of this process with a thread that serves it: a white text field, topmost."""

    def __init__(self, x: int, y: int, width: int, height: int) -> None:
        self._place = (x, y, width, height)
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._is_ready.wait(PATIENCE_SECONDS)

    def _serve(self) -> None:
        make = user32.CreateWindowExW
        make.restype = wintypes.HWND
        make.argtypes = [wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD] + [ctypes.c_int] * 4 + [
            wintypes.HWND, wintypes.HANDLE, wintypes.HANDLE, ctypes.c_void_p
        ]  # fmt: skip
        style = _VISIBLE_POPUP | _EDIT_MULTILINE
        self.handle = make(_TOPMOST, "Edit", "", style, *self._place, None, None, None, None)
        self._id = kernel32.GetCurrentThreadId()
        user32.SetForegroundWindow(self.handle)
        user32.SetFocus(self.handle)
        self._is_ready.set()
        message = wintypes.MSG()
        while user32.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            user32.TranslateMessage(ctypes.byref(message))
            user32.DispatchMessageW(ctypes.byref(message))
        user32.DestroyWindow(self.handle)

    @property
    def text(self) -> str:
        content = ctypes.create_unicode_buffer(5_000)
        user32.GetWindowTextW.argtypes = [wintypes.HWND, wintypes.LPWSTR, ctypes.c_int]
        user32.GetWindowTextW(self.handle, content, 5_000)
        return content.value

    def close(self) -> None:
        user32.PostThreadMessageW(self._id, 0x12, 0, 0)
        self._thread.join(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def platform() -> WindowsPlatform:
    found = current()
    assert isinstance(found, WindowsPlatform)
    return found


@pytest.fixture
def screen(platform: WindowsPlatform) -> Iterator[WindowsScreen]:
    made = platform.screen()
    yield made
    made.close()


@pytest.fixture
def window() -> Iterator[OwnWindow]:
    made = OwnWindow(300, 200, 400, 150)
    yield made
    made.close()


def test_the_first_picture_is_whole_and_a_still_screen_has_no_damage(screen: WindowsScreen) -> None:
    monitor = screen.monitors()[0]
    assert (monitor.area.width, monitor.area.height, monitor.is_primary) == (1280, 800, True)
    frame = screen.grab()
    assert [(r.x, r.y, r.width, r.height) for r in frame.damage] == [(0, 0, 1280, 800)]
    assert len(frame.pixels) >= frame.stride * 799 + 1280 * 4
    until(lambda: not screen.grab().damage, "a still screen keeps changing")


def test_the_way_of_capture_that_does_not_work_here_is_named_with_its_reason(screen: WindowsScreen) -> None:
    screen.grab()
    (remark,) = screen.remarks()
    assert "GDI" in remark
    assert "DuplicateOutput" in remark or "did not answer within" in remark  # a busy machine finds that out too late


def test_a_window_that_opens_is_damage_where_it_is_and_nowhere_else(screen: WindowsScreen) -> None:
    screen.grab(full=True)
    until(lambda: not screen.grab().damage, "a still screen keeps changing")
    window = OwnWindow(300, 200, 400, 150)
    assert screen.wait_damage(PATIENCE_SECONDS)
    frame = screen.grab()
    assert frame.damage
    assert all(r.x >= 256 and r.x + r.width <= 704 and r.y >= 192 and r.y + r.height <= 384 for r in frame.damage)
    at = 270 * frame.stride + 500 * 4
    assert bytes(frame.pixels[at : at + 3]) == b"\xff\xff\xff"
    window.close()


def test_the_pointer_goes_exactly_where_it_is_sent(platform: WindowsPlatform, screen: WindowsScreen) -> None:
    sink = platform.input()
    for place in ((0, 0), (1279, 799), (1, 2), (640, 401)):
        sink.move(*place)
        assert screen.cursor_position() == place


def test_s25_what_we_inject_never_counts_as_the_customers_hand(platform: WindowsPlatform, window: OwnWindow) -> None:
    activity, hands, stops = platform.activity(), [], []
    activity.start(hands.append, lambda: stops.append(1))
    sink = platform.input()
    sink.move(500, 260)
    sink.button(1, True)
    sink.button(1, False)
    assert not activity.last_press_was_real()
    for code in ("ControlLeft", "AltLeft", "Escape"):
        sink.key(code, True)
    sink.release_all()
    sink.text("x")
    until(lambda: window.text == "x", "the letter did not arrive")
    activity.stop()
    assert hands == []
    assert stops == []


def test_text_arrives_whatever_the_layout(platform: WindowsPlatform, window: OwnWindow) -> None:
    platform.input().text("Ä ß € @ ő 漢 😀\tend\n2")
    until(lambda: window.text == "Ä ß € @ ő 漢 😀\tend\r\n2", f"another text arrived: {window.text!r}")


def test_modifiers_that_are_held_do_not_change_a_text_and_stay_held(
    platform: WindowsPlatform, window: OwnWindow
) -> None:
    sink = platform.input()
    sink.key("ControlLeft", True)
    sink.text("abc")
    until(lambda: window.text == "abc", f"another text arrived: {window.text!r}")
    until(lambda: is_down(_CONTROL), "the modifier is no longer held")
    sink.release_all()
    becomes_free(_CONTROL)


def test_unknown_keys_are_refused(platform: WindowsPlatform) -> None:
    with pytest.raises(PlatformError):
        platform.input().key("Hyper", True)


def test_our_own_window_is_known_under_the_pointer_and_in_front(platform: WindowsPlatform, window: OwnWindow) -> None:
    sink = platform.input()
    assert sink.window_owner_at(400, 260) == os.getpid()
    assert sink.focused_owner() == os.getpid()
    assert sink.window_owner_at(20, 780) != os.getpid()


def test_s23_stop_lifts_every_held_key_and_nothing_can_be_pressed_after(
    platform: WindowsPlatform, window: OwnWindow
) -> None:
    gate = Gate(platform.input(), Arbiter(), time.monotonic, lambda: ())
    gate.set_level(LEVEL_CONTROL)
    assert gate.key("ShiftLeft", True) is Verdict.ALLOWED
    assert gate.button(1, True, 400, 260) is Verdict.ALLOWED
    until(lambda: is_down(_SHIFT), "the key was not pressed")
    typist = threading.Thread(target=gate.text, args=("y" * 4_000,))
    typist.start()
    gate.stop()
    becomes_free(_SHIFT, 1)
    typist.join(PATIENCE_SECONDS)
    assert not typist.is_alive()
    assert gate.key("ShiftLeft", True) is Verdict.STOPPED
    assert len(window.text) < 4_000


def test_a_key_that_a_dead_program_held_is_lifted_from_outside(platform: WindowsPlatform, window: OwnWindow) -> None:
    sink = platform.input()
    sink.key("ControlRight", True)
    sink.key("KeyA", True)
    sink.button(2, True)
    platform.lift_everything()
    becomes_free(*range(1, 255))


def test_the_customers_desktop_is_recognised_as_open() -> None:
    assert desktop.now() is Situation.OPEN


def test_a_second_copy_of_the_program_finds_the_place_taken(platform: WindowsPlatform) -> None:
    assert platform.claim_session()
    assert platform.claim_session()
    again = "from beistand.host.platform.windows.only_one import OnlyOne; print(OnlyOne().claim())"
    done = subprocess.run([sys.executable, "-c", again], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.stdout.strip() == b"False", done.stderr


def test_the_system_has_a_name(platform: WindowsPlatform) -> None:
    assert platform.system_name().startswith("Windows 10 (build ")
    assert platform.host_name()
