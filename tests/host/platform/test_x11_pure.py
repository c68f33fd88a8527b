"""The parts of the X11 adapter that need no X server."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.host.platform.x11.bands import few, row_bands, within
from beistand.host.platform.x11.cursor import straight_rgba
from beistand.host.platform.x11.keycodes import KEYCODES
from beistand.host.platform.x11.keymap import Key, Keymap, KeyType, Stroke, parse_keymap
from beistand.host.platform.x11.keysyms import keysyms_of
from beistand.host.platform.x11.monitors import clip, scale_percent
from beistand.host.platform.x11.spare_keys import Loans, neighbours
from beistand.host.platform.x11.wheel import NOTCH, Notches
from beistand.host.ports import Rect

rects = st.builds(Rect, st.integers(0, 1900), st.integers(0, 1000), st.integers(1, 2000), st.integers(1, 1100))


@given(st.lists(rects, max_size=80))
def test_bands_hold_every_damaged_row_and_never_touch(damage: list[Rect]) -> None:
    bands = row_bands(damage)
    for rect in damage:
        assert any(top <= rect.y and rect.y + rect.height <= bottom for top, bottom in bands)
    assert all(one[1] < other[0] for one, other in pairwise(bands))
    edges = {edge for rect in damage for edge in (rect.y, rect.y + rect.height)}
    assert {edge for band in bands for edge in band} <= edges, "no band begins or ends where nothing changed"


def test_near_bands_are_fetched_as_one_and_far_ones_apart() -> None:
    assert row_bands([Rect(0, 0, 5, 10), Rect(0, 20, 5, 10), Rect(0, 500, 5, 1)]) == [(0, 30), (500, 501)]


@given(st.lists(rects, max_size=200))
def test_fewer_rectangles_still_cover_all_damage(damage: list[Rect]) -> None:
    told = few(damage, row_bands(damage))
    assert len(told) <= 64
    for rect in damage:
        assert any(clip(rect, one) == rect for one in told)


def test_damage_of_the_screen_becomes_damage_of_the_monitor() -> None:
    monitor = Rect(1000, 0, 500, 400)
    assert within([Rect(990, 10, 20, 5), Rect(0, 0, 10, 10)], monitor) == [Rect(0, 10, 10, 5)]


@pytest.mark.parametrize(
    ("area", "inside"),
    [
        (Rect(0, 0, 10, 10), Rect(0, 0, 10, 10)),
        (Rect(-5, -5, 10, 10), Rect(0, 0, 5, 5)),
        (Rect(90, 90, 20, 20), Rect(90, 90, 10, 10)),
        (Rect(100, 0, 5, 5), None),
        (Rect(-5, 0, 5, 5), None),
    ],
)
def test_clip(area: Rect, inside: Rect | None) -> None:
    assert clip(area, Rect(0, 0, 100, 100)) == inside


@pytest.mark.parametrize(
    ("resources", "percent"),
    [
        ("", 100),
        ("Xft.dpi:\t144\n", 150),
        ("*background: white\nXft.dpi: 96\n", 100),
        ("Xft.dpi: many\n", 100),
        ("Xft.dpi.other: 200\n", 100),
    ],
)
def test_the_scale_comes_from_the_desktops_resources(resources: str, percent: int) -> None:
    assert scale_percent(resources) == percent


def test_cursor_colours_are_told_straight() -> None:
    half_red = 0x80800000
    assert straight_rgba([0, 0xFF102030, half_red]) == bytes([0, 0, 0, 0, 0x10, 0x20, 0x30, 0xFF, 0xFF, 0, 0, 0x80])


@given(st.lists(st.integers(0, 0xFFFFFFFF), max_size=20))
def test_any_cursor_gives_four_bytes_a_pixel(pixels: list[int]) -> None:
    rgba = straight_rgba(pixels)
    assert list(rgba[3::4]) == [pixel >> 24 for pixel in pixels]


@given(st.lists(st.tuples(st.integers(-400, 400), st.integers(-400, 400)), max_size=30))
def test_the_wheel_loses_no_part_of_a_notch(turns: list[tuple[int, int]]) -> None:
    wheel = Notches()
    total = sum(abs(dx) + abs(dy) for dx, dy in turns)
    assert sum(len(wheel.turn(dx, dy)) for dx, dy in turns) <= total // NOTCH


@pytest.mark.parametrize(
    ("turns", "buttons"),
    [
        ([(0, 120)], [5]),
        ([(0, -120)], [4]),
        ([(120, 0)], [7]),
        ([(-120, 0)], [6]),
        ([(0, 119), (0, 1)], [5]),
        ([(0, -30)] * 9, [4, 4]),
        ([(0, 100), (0, -20)], []),
        ([(0, 100), (0, -20), (0, -100)], [4]),
        ([(0, 32767)], [5] * 273),
        ([(0, 0), (0, 60), (0, 0), (0, 60)], [5]),
    ],
)
def test_parts_of_a_notch_add_up_until_the_wheel_turns_back(turns: list[tuple[int, int]], buttons: list[int]) -> None:
    wheel = Notches()
    assert [button for dx, dy in turns for button in wheel.turn(dx, dy)] == buttons


def test_no_two_codes_share_a_key_and_every_key_fits_x11() -> None:
    assert len(set(KEYCODES.values())) == len(KEYCODES)
    assert all(9 <= keycode <= 255 for keycode in KEYCODES.values())
    known = {"Escape": 9, "KeyA": 38, "Enter": 36, "Space": 65, "AltRight": 108, "Delete": 119, "F12": 96, "F24": 202}
    assert {code: KEYCODES[code] for code in known} == known
    letters = {f"Key{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {f"Digit{digit}" for digit in range(10)}
    assert letters <= set(KEYCODES)


@pytest.mark.parametrize(
    ("character", "keysyms"),
    [
        ("a", (0x61,)),
        ("ß", (0xDF,)),
        ("€", (0x20AC, 0x010020AC)),
        ("Ж", (0x06F6, 0x01000416)),
        ("😀", (0x0101F600,)),
        ("\n", (0xFF0D,)),
        ("\t", (0xFF09,)),
        ("\x1b", ()),
        ("\x00", ()),
        ("\x7f", ()),
        ("\x85", ()),
        ("\ud800", ()),
    ],
)
def test_characters_and_their_keysyms(character: str, keysyms: tuple[int, ...]) -> None:
    assert keysyms_of(character) == keysyms


@given(st.lists(st.tuples(st.lists(st.integers(1, 40), min_size=1, max_size=12, unique=True), st.floats(0, 0.2))))
def test_no_key_changes_its_character_before_programs_had_the_time_to_read_it(
    steps: list[tuple[list[int], float]],
) -> None:
    loans, now = Loans([250, 251, 252, 253], settle_seconds=0.1), 0.0
    used: dict[int, float] = {}
    for keysyms, pause in steps:
        now += pause
        missing = [keysym for keysym in keysyms if loans.find(keysym) is None]
        given_now = loans.lend(missing, now)
        assert list(given_now.values()) == missing[: len(given_now)]
        for keycode in given_now:
            assert used.get(keycode, -1.0) + 0.1 <= now
        for keysym in keysyms:
            if (keycode := loans.find(keysym)) is not None:
                loans.touch(keycode, now)
                used[keycode] = now
        assert len(set(loans.lent)) == len(loans.lent)
    assert set(loans.give_back()) <= {250, 251, 252, 253}
    assert loans.lent == ()
    assert len(loans.lend([1, 2, 3, 4, 5], now)) == 4


def test_neighbouring_keys_change_in_one_request() -> None:
    assert neighbours([]) == []
    assert neighbours([3, 5, 6, 7, 9]) == [[3], [5, 6, 7], [9]]


def test_a_keymap_cut_short_is_refused() -> None:
    with pytest.raises(ValueError, match="cut short"):
        parse_keymap(bytes([1] * 40))


def test_a_group_outside_a_keys_own_is_wrapped_clamped_or_redirected() -> None:
    two = ((0x61,), (0x62,))
    assert Key((0, 0), two, 0x02).effective_group(3) == 1
    assert Key((0, 0), two, 0x42).effective_group(2) == 1
    assert Key((0, 0), two, 0x82 | 0x10).effective_group(2) == 1
    assert Key((0, 0), two, 0x82 | 0x30).effective_group(2) == 0


PLAIN = KeyType(0, {})
SHIFTED = KeyType(0x01, {0x01: 1})
SHIFT_KEY = Key((0,), ((0xFFE1,),), 1)


def test_keys_of_the_main_block_win_over_special_ones() -> None:
    nine = Key((1,), ((0x39, 0x28),), 1)
    special = Key((0,), ((0x28,),), 1)
    keymap = Keymap((PLAIN, SHIFTED), {18: nine, 50: SHIFT_KEY, 187: special}, {50: 0x01})
    assert keymap.find(0x28, 0, 0) == Stroke(18, (50,))
    assert keymap.find(0x39, 0, 0) == Stroke(18)
    assert keymap.find(0x41, 0, 0) is None


def test_modifiers_that_are_locked_are_reckoned_with() -> None:
    num_lock = 0x10
    keypad = KeyType(num_lock, {num_lock: 1})
    keymap = Keymap((PLAIN, keypad), {87: Key((1,), ((0xFF9C, 0xFFB1),), 1), 50: SHIFT_KEY}, {50: 0x01, 77: num_lock})
    assert keymap.find(0xFFB1, 0, num_lock) == Stroke(87)
    assert keymap.find(0xFFB1, 0, 0) is None, "Num Lock is not pressed for a character"


def test_makers_special_keys_are_not_spare() -> None:
    mute, left_over, empty = 0x1008FF12, 0x0101F600, 0
    keys = {
        code: Key((0,), ((keysym,),), 1) for code, keysym in [(100, mute), (101, left_over), (102, empty), (104, 0x61)]
    }
    keymap = Keymap((PLAIN,), keys, {})
    assert keymap.spare_keycodes(100, 106, {106}) == [105, 103, 102, 101]
    assert keymap.without([104]).find(0x61, 0, 0) is None
