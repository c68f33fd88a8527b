"""The pure parts of the macOS adapter; the rest has not yet been seen running (docs/macos.md)."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from beistand.host.platform.macos.bundle import bundle_of
from beistand.host.platform.macos.keycodes import FLAGS, KEYCODES
from beistand.host.platform.macos.layout import Display, placed, to_pixels, to_points
from beistand.host.platform.windows.scancodes import SCANCODES

RETINA = Display(7, 0.0, 0.0, 1440.0, 900.0, 2880, 1800, True)
LEFT = Display(9, -1920.0, 200.0, 1920.0, 1080.0, 1920, 1080, False)


def test_monitors_of_mixed_scales_lie_side_by_side_in_their_own_pixels() -> None:
    main, left = (one.monitor for one in placed([RETINA, LEFT]))
    assert (main.id, main.is_primary, main.scale_percent) == (0, True, 200)
    assert (main.area.x, main.area.width, main.area.height) == (1920, 2880, 1800)
    assert (left.id, left.area.x, left.area.width, left.scale_percent) == (1, 0, 1920, 100)


@pytest.mark.parametrize(
    ("pixel", "point"),
    [((1920, 0), (0.0, 0.0)), ((4798, 1798), (1439.0, 899.0)), ((0, 0), (-1920.0, 200.0)),
     ((960, 540), (-960.0, 740.0))],
)  # fmt: skip
def test_a_pixel_of_the_desktop_is_led_to_its_point_and_back(
    pixel: tuple[int, int], point: tuple[float, float]
) -> None:
    both = placed([RETINA, LEFT])
    assert to_points(both, *pixel) == pytest.approx(point)
    assert to_pixels(both, *point) == pixel


@pytest.mark.parametrize("pixel", [(-50, -50), (99_999, 99_999), (2_000, -1), (100, 5_000)])
def test_a_pointer_outside_stays_on_a_monitor(pixel: tuple[int, int]) -> None:
    both = placed([RETINA, LEFT])
    x, y = to_points(both, *pixel)
    on_main = 0 <= x < 1440 and 0 <= y < 900
    on_left = -1920 <= x < 0 and 200 <= y < 1280
    assert on_main or on_left
    assert to_pixels(both, 50_000.0, 50_000.0) == (1920 + 2879, 1799)


def test_every_key_of_a_pc_keyboard_that_a_mac_has_is_known_and_none_twice() -> None:
    assert len(set(KEYCODES.values())) == len(KEYCODES)
    letters = {f"Key{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {f"Digit{digit}" for digit in range(10)}
    assert letters <= set(KEYCODES)
    lacking = set(SCANCODES) - set(KEYCODES)
    assert not {code for code in lacking if not code.startswith(("F2", "Browser", "Launch", "Media"))} - {
        "ScrollLock", "KanaMode", "Convert", "NonConvert"
    }  # fmt: skip
    assert set(FLAGS) <= set(KEYCODES.values())


@pytest.mark.parametrize(
    ("program", "own"),
    [
        ("/Applications/Fernhilfe.app/Contents/MacOS/Fernhilfe", "/Applications/Fernhilfe.app"),
        ("/Users/Jörg/Downloads/a b.app/Contents/MacOS/x", "/Users/Jörg/Downloads/a b.app"),
        ("/Users/x/Contents/MacOS/program", "/Users/x/Contents/MacOS/program"),
        ("/usr/local/bin/program", "/usr/local/bin/program"),
        ("/Contents/MacOS/x", "/Contents/MacOS/x"),
    ],
)
def test_delete_the_program_takes_the_app_and_never_a_folder_around_it(program: str, own: str) -> None:
    assert bundle_of(PurePosixPath(program)) == PurePosixPath(own)
