"""The parts of the X11 adapter that need no X server."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.host.platform.x11.bands import few, row_bands, within
from beistand.host.platform.x11.cursor import straight_rgba
from beistand.host.platform.x11.monitors import clip, scale_percent
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
