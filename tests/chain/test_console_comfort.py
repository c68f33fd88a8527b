"""What a technician expects of a console: tools on one line, everything by keyboard, zoom, special keys, screenshot."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from chain.acting import NewProgram
from chain.browsers import Chromium, NewBrowser
from chain.desktop import Desktop
from chain.house import House
from chain.page import begun, shown, until_shown
from waiting import wait_until

pytestmark = [pytest.mark.screen, pytest.mark.browser]

THREE = "Control+Alt+Shift"
F11 = 95


def focused(browser: Chromium) -> str:
    return str(browser.run("const e = document.activeElement; return e.dataset.test ?? e.dataset.item ?? e.className"))


def test_the_toolbar_stands_on_one_line_from_1280_pixels_on_and_hides_no_button(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    begun(browser, house, desktop, new_program)
    wait_until(lambda: browser.page.inner_text("[data-test=clock]"), "there is no clock")
    long = "0:04 kostenpflichtig · höchstens 124,00 € zzgl. 19 % USt."
    browser.page.evaluate("text => { document.querySelector('[data-test=clock]').textContent = text; }", long)
    for width in (1280, 1440, 1600):
        browser.page.set_viewport_size({"width": width, "height": 800})
        tops = browser.run(
            "return [...document.querySelectorAll('.desk-bar > *')].filter((e) => e.offsetWidth)"
            ".map((e) => e.getBoundingClientRect()).map((b) => [b.top + b.height / 2, b.right])"
        )
        assert max(y for y, _ in tops) - min(y for y, _ in tops) < 5, (width, tops)
        assert max(right for _, right in tops) <= width, (width, tops)


def test_the_console_needs_no_mouse_and_its_keys_never_reach_the_customer(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser, tmp_path: Path
) -> None:
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    begun(browser, house, desktop, new_program)
    page, keys = browser.page, browser.page.keyboard
    painter = desktop.painter(x=700, y=300, width=200, height=100)
    painter.take_focus()

    def pressed() -> list[int]:
        return [e.detail for e in painter.events() if type(e).__name__ == "KeyPressEvent"]

    def reaches() -> bool:
        keys.press(f"{THREE}+m")
        assert focused(browser) == "chords"
        keys.press("ArrowDown")  # opens
        keys.press("ArrowUp")  # from the first to the last: F11
        keys.press("Enter")
        assert focused(browser) == "keys", "the picture did not take the keyboard again"
        got: list[int] = []
        try:
            wait_until(lambda: got.extend(pressed()) or got, seconds=2.5)
        except AssertionError:
            return False  # the customer's own hand still mutes
        return got == [F11]

    wait_until(reaches, "the special key did not arrive alone")
    keys.press(f"{THREE}+Digit1")
    until_shown(browser, "zoom", "1")
    for key, zoom in (("Equal", "1.5"), ("BracketRight", "2"), ("Slash", "1.5"), ("Digit0", "fit")):
        keys.press(f"{THREE}+{key}")
        until_shown(browser, "zoom", zoom)
    with page.expect_download() as saving:
        keys.press(f"{THREE}+s")
    saving.value.save_as(tmp_path / "shot.png")
    assert saving.value.suggested_filename.startswith("Beistand Frau Muster 20")
    png = (tmp_path / "shot.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (1280, 800)
    session = house.answer("GET", "/api/sessions")[0]["id"]
    wait_until(lambda: ("technician", "snapshot") in house.facts(session), "the screenshot is not recorded")
    keys.press(f"{THREE}+c")
    keys.type("Hallo")
    keys.press("Enter")
    desktop.wait_heard("Techniker: Hallo")
    keys.press("Escape")
    assert focused(browser) == "keys"
    keys.press("a")
    wait_until(pressed, "typing does not go to the customer after all that")
    assert shown(browser, "session") == "open_control"
    assert browser.problems == []
    painter.close()


def test_what_the_customer_hides_by_the_curtain_cannot_be_saved(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    begun(browser, house, desktop, new_program)
    desktop.click("Vorhang für Kennwort")
    until_shown(browser, "session", "curtain_control")
    downloads: list[object] = []
    browser.page.on("download", lambda one: downloads.append(one))
    browser.page.keyboard.press(f"{THREE}+s")
    wait_until(lambda: "Vorhang" in browser.page.inner_text("[data-test=notice]"), "the technician is not told why not")
    assert not downloads
