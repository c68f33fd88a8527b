"""The rules of the Windows adapter that need no Windows."""

from __future__ import annotations

import ctypes
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beistand.host.platform.pace import FAST_SECONDS, SLOW_SECONDS, Pace
from beistand.host.platform.rows import BLOCK, STRIP, changed
from beistand.host.platform.windows import events
from beistand.host.platform.windows.cursor_pixels import from_colour, from_masks
from beistand.host.platform.windows.ladder import PATIENCE, Ladder, Rung
from beistand.host.platform.windows.scancodes import SCANCODES, VIRTUAL_KEYS
from beistand.host.platform.windows.situations import Situation, situation
from beistand.host.platform.windows.stop_key import StopKey
from beistand.host.platform.x11.keycodes import KEYCODES
from beistand.host.ports import PlatformError, Rect

_memcmp = ctypes.CDLL(None).memcmp
_memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]


def compare_pictures(old: bytearray, new: bytearray, width: int, height: int) -> list[Rect]:
    kept = [(ctypes.c_char * len(one)).from_buffer(one) for one in (old, new)]
    addresses = [ctypes.addressof(one) for one in kept]
    return changed(addresses[0], addresses[1], width, height, _memcmp)


@settings(deadline=None)
@given(st.data())
def test_every_changed_pixel_lies_in_the_damage_and_each_strip_has_at_most_one_rectangle(data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 200)), data.draw(st.integers(1, 150))
    points = data.draw(st.lists(st.tuples(st.integers(0, width - 1), st.integers(0, height - 1)), max_size=6))
    old, new = bytearray(width * height * 4), bytearray(width * height * 4)
    for x, y in points:
        new[(y * width + x) * 4 + 1] = 9
    found = compare_pictures(old, new, width, height)
    for x, y in points:
        assert any(r.x <= x < r.x + r.width and r.y <= y < r.y + r.height for r in found)
    assert len({rect.y // STRIP for rect in found}) == len(found)
    for rect in found:
        inside = [(x, y) for x, y in points if rect.y // STRIP == y // STRIP]
        assert rect.y == min(y for _, y in inside)
        assert rect.y + rect.height - 1 == max(y for _, y in inside)
        assert rect.x == min(x for x, _ in inside) // BLOCK * BLOCK
        assert rect.x + rect.width == min(width, (max(x for x, _ in inside) // BLOCK + 1) * BLOCK)


@given(st.integers(1, 65_535), st.data())
def test_the_pointer_reaches_exactly_the_pixel_it_was_sent_to(extent: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, extent - 1))
    units = events.motion(x, x, extent, extent)
    assert units.dx * extent // 65_536 == x
    assert units.dy * extent // 65_536 == x
    assert units.dx <= 65_535


def test_the_pointer_stays_on_the_desktop() -> None:
    assert events.motion(-5, 900, 800, 600) == events.motion(0, 599, 800, 600)


def test_text_is_typed_as_utf_16_units_whatever_the_layout() -> None:
    typed = [event.scan for stroke in events.strokes("ß€😀") for event in stroke if not event.flags & 2]
    assert typed == [0xDF, 0x20AC, 0xD83D, 0xDE00]
    assert all(event.flags & 4 and not event.virtual_key for stroke in events.strokes("ß😀") for event in stroke)


def test_line_ends_become_return_and_other_control_characters_are_left_out() -> None:
    enter = [list(stroke) for stroke in events.strokes("\n")]
    assert events.strokes("\r\n") == events.strokes("\r") == enter
    assert enter[0][0].scan == 0x1C
    assert not enter[0][0].flags & 4
    assert events.strokes("\x00\x1b\x7f\ud800") == []


def test_every_key_that_the_x11_adapter_knows_exists_on_windows_or_has_no_scan_code() -> None:
    # "Equal" on the numeric pad of a Mac and the volume of a laptop differ; these have no place in set 1.
    assert set(KEYCODES) - set(SCANCODES) - set(VIRTUAL_KEYS) <= {"Lang3", "Lang4", "BrowserSearch"}
    assert len(set(SCANCODES.values())) == len(SCANCODES)


@pytest.mark.parametrize(
    ("code", "scan", "is_extended"),
    [
        ("KeyA", 0x1E, False),
        ("ArrowUp", 0x48, True),
        ("Numpad8", 0x48, False),
        ("AltRight", 0x38, True),
        ("F11", 0x57, False),
        ("F12", 0x58, False),
        ("NumpadAdd", 0x4E, False),
        ("Delete", 0x53, True),
        ("NumpadDecimal", 0x53, False),
        ("MetaLeft", 0x5B, True),
        ("ContextMenu", 0x5D, True),
        ("IntlBackslash", 0x56, False),
    ],
)
def test_keys_have_the_scan_codes_of_set_1(code: str, scan: int, is_extended: bool) -> None:
    press, lift = events.key(code)
    assert (press.scan, bool(press.flags & 1)) == (scan, is_extended)
    assert lift == events.KeyEvent(press.virtual_key, press.scan, press.flags | 2)
    assert events.pressing(lift) == press


def test_unknown_keys_and_buttons_are_refused_with_a_sentence() -> None:
    with pytest.raises(PlatformError, match="no key Nonsense"):
        events.key("Nonsense")
    with pytest.raises(PlatformError, match="no button 7"):
        events.button(7, False)


def test_exchanged_buttons_still_do_what_the_technician_means() -> None:
    assert events.button(1, True) == events.button(3, False)
    assert events.button(2, True) == events.button(2, False)


def test_the_wheel_turns_the_way_that_windows_counts() -> None:
    down_right = events.wheel(30, 120)
    assert [(event.data, event.flags) for event in down_right] == [(-120, 0x800), (30, 0x1000)]
    assert events.wheel(0, 0) == []


def test_a_colour_pointer_without_alpha_takes_its_mask() -> None:
    bgra = bytes([1, 2, 3, 0, 4, 5, 6, 0])
    mask = bytes([255, 255, 255, 0, 0, 0, 0, 0])
    assert from_colour(bgra, mask, 2, 1) == bytes([3, 2, 1, 0, 6, 5, 4, 255])
    with_alpha = bytes([1, 2, 3, 128, 4, 5, 6, 0])
    assert from_colour(with_alpha, mask, 2, 1) == bytes([3, 2, 1, 128, 6, 5, 4, 0])


def test_an_inverting_pointer_is_black_with_a_white_rim() -> None:
    on, off = b"\xff\xff\xff\0", bytes(4)
    # Three pixels: transparent, inverting, white; the upper half says "stay", the lower "invert or white".
    masks = on + on + off + off + on + on
    white, black = b"\xff\xff\xff\xff", b"\0\0\0\xff"
    assert from_masks(masks, 3, 1) == white + black + white
    assert from_masks(on + on + on + off + off + off, 3, 1) == bytes(12)


def test_the_stop_key_needs_all_three_keys_and_either_side() -> None:
    keys = StopKey()
    assert not keys.key(0xA2, True)
    assert not keys.key(0xA4, True)
    assert keys.key(0x1B, True)
    assert not keys.key(0x1B, False)
    assert not keys.key(0xA4, False)
    assert not keys.key(0x1B, True)


@pytest.mark.parametrize(
    ("desktop", "state", "flags", "expected"),
    [
        ("", 0, 0, Situation.LOCKED),
        ("Winlogon", 0, 0, Situation.LOCKED),
        ("", 0, 1, Situation.ASKING),
        ("", 0, None, Situation.ASKING),
        ("Winlogon", None, 1, Situation.ASKING),
        ("Screen-saver", 0, 1, Situation.SCREEN_SAVER),
        ("", 4, 0, Situation.AWAY),
        ("Kiosk", 0, 1, Situation.OPEN),
    ],
)
def test_a_screen_that_is_not_the_customers_desktop_is_told_as_a_sentence(
    desktop: str, state: int | None, flags: int | None, expected: Situation
) -> None:
    assert situation(desktop, state, flags) is expected


class Capture:
    waits_for_changes = True
    pixels, stride = memoryview(b""), 0

    def __init__(self, name: str) -> None:
        self.name, self.is_closed = name, threading.Event()

    def take(self) -> list[Rect]:
        return []

    def wait(self, timeout_seconds: float) -> bool:
        return False

    def close(self) -> None:
        self.is_closed.set()


AREA = Rect(0, 0, 10, 10)


def refusing(_area: Rect) -> Capture:
    raise PlatformError("no such thing here.")


def test_the_next_rung_is_taken_and_the_reason_said_once() -> None:
    ladder = Ladder([Rung("DXGI", refusing), Rung("GDI", lambda _area: Capture("GDI"))])
    assert ladder.open(AREA).name == "GDI"
    (sentence,) = ladder.take_remarks()
    assert "GDI" in sentence
    assert "(no such thing here)" in sentence
    assert ladder.take_remarks() == []
    assert ladder.open(AREA).name == "GDI"
    assert ladder.take_remarks() == []


def test_a_rung_that_hangs_is_left_within_its_time_and_closed_when_it_comes_late() -> None:
    may_go, late = threading.Event(), Capture("DXGI")

    def hang(_area: Rect) -> Capture:
        may_go.wait(20)
        return late

    ladder = Ladder([Rung("DXGI", hang), Rung("GDI", lambda _area: Capture("GDI"))], open_seconds=0.05)
    assert ladder.open(AREA).name == "GDI"
    assert "did not answer within 0.05 seconds" in ladder.take_remarks()[0]
    may_go.set()
    assert late.is_closed.wait(10)


def test_a_rung_that_fails_again_and_again_is_given_up_but_one_success_counts() -> None:
    ladder = Ladder([Rung("DXGI", lambda _area: Capture("DXGI")), Rung("GDI", lambda _area: Capture("GDI"))])
    for _ in range(PATIENCE - 1):
        ladder.failed("lost")
    ladder.worked()
    for _ in range(PATIENCE - 1):
        ladder.failed("lost")
    assert ladder.open(AREA).name == "DXGI"
    ladder.failed("lost")
    assert ladder.open(AREA).name == "GDI"


def test_the_last_rung_says_why_there_is_no_picture() -> None:
    with pytest.raises(PlatformError, match="no such thing"):
        Ladder([Rung("GDI", refusing)]).open(AREA)


def test_a_still_screen_is_looked_at_rarely_and_at_once_after_a_touch() -> None:
    pace, now = Pace(), 100.0
    looks = 0
    while now < 130:
        now += pace.due(now)
        pace.looked(False, now)
        looks += 1
        now += 0.001
    assert looks < 80  # of 900 at the fast pace
    assert pace.due(now) > SLOW_SECONDS / 2
    pace.touched(now)
    assert pace.due(now) <= FAST_SECONDS


def looks_during(pace: Pace, begin: float, seconds: float, change_every: float) -> list[tuple[float, bool]]:
    """(moment, whether it found a change) of each look; changes come by the clock."""
    now, shown, looks = begin, int(begin / change_every), []
    while now < begin + seconds:
        now += pace.due(now)
        there = int(now / change_every)
        looks.append((now, there != shown))
        pace.looked(there != shown, now)
        shown = there
        now += 0.001
    return looks


def test_a_clock_that_ticks_does_not_keep_the_pace_up_and_each_tick_is_still_seen() -> None:
    pace = Pace()
    looks_during(pace, 100.0, 30, 1e9)
    looks = looks_during(pace, 200.0, 30, 1.0)
    assert len(looks) < 200  # of 900 at the fast pace
    assert sum(found for _moment, found in looks) >= 24


def test_changes_that_follow_one_another_bring_the_fast_pace_back() -> None:
    pace = Pace()
    looks_during(pace, 100.0, 30, 1e9)
    looks = looks_during(pace, 200.0, 4, 0.04)
    assert len([1 for moment, _found in looks if moment > 202]) > 45  # about 30 a second from the second change on
