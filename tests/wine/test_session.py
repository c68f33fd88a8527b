"""The whole chain with the built Windows program, from the number to the stop sign, after which nothing is left.

Real parts: the one-file program under Wine, a server, Chromium with the console. The customer acts by the X server's
real devices, as a person at the machine does.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from beistand.cli.demo import Demo
from beistand.cli.desktop import free_port
from waiting import wait_until
from wine.desk import Desk, Window
from wine.technician import Technician

pytestmark = [pytest.mark.wine, pytest.mark.timeout(400)]

_CONTROL, _C = 37, 54  # X keycodes of the customer's keyboard
_BACKGROUND = (0, 111, 149)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Origin and setup link of a server of its own."""
    demo = Demo(tmp_path, "de")
    addresses = demo.start_server(free_port())
    yield addresses.public_page.rstrip("/"), addresses.setup_link
    demo.end()


@pytest.fixture
def technician(tmp_path: Path) -> Iterator[Technician]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    assert chromium, "the test needs Chromium: run `make setup`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(locale="de-DE", viewport={"width": 1500, "height": 1000})
        context.set_default_timeout(30_000)
        made = Technician(context.new_page(), tmp_path)
        yield made
        made.picture("last")
        print("sentences shown to the technician:", made.notices)
        browser.close()


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_windows_customer_is_helped_from_the_number_to_the_stop_sign(
    desk: Desk, server: tuple[str, str], technician: Technician, make_program: Callable[[str], Path]
) -> None:
    origin, setup_link = server
    before = files(desk.prefix.user)
    notepad = opened_notepad(desk)
    program = desk.prefix.start(str(make_program(origin)))
    technician.sign_up(setup_link)
    number = technician.new_session("Grete Muster")

    typed_into(desk, desk.window("Beistand"), number)
    technician.waits_for("html[data-step=asked]")
    sheet = desk.window("Fernhilfe")
    technician.picture("asked")
    desk.click(desk.control(sheet, "Erlauben").centre)
    technician.waits_for("html[data-session=open_control]")
    technician.waits_for("html[data-frames]")
    technician.waits_for("html[data-sharp=true]")
    technician.picture("session")

    see_and_type(desk, technician, notepad)
    the_customers_hand_wins(desk, technician, notepad)
    our_windows_stay_out_of_reach(desk, technician)
    administering_is_asked_for(desk, technician)

    desk.click((66, 60))
    technician.waits_for("html[data-step=ended]")
    assert technician.page.evaluate("document.documentElement.dataset.why") == "bye_1"
    summary = desk.window("beendet")
    wait_until(lambda: desk.ask("down") == [], "a key is still held")
    desk.click(desk.control(summary, "Schließen").centre)
    assert program.wait(30) == 0, program.output
    assert technician.problems == []
    wait_until(lambda: files(desk.prefix.user) <= before, "the program left files behind")


def typed_into(desk: Desk, window: Window, number: str) -> None:
    field = desk.control(window, "", "Edit")
    desk.click(field.centre)
    desk.type(number.replace(" ", "") + "\r")


def opened_notepad(desk: Desk) -> Window:
    desk.prefix.start("notepad.exe")
    return desk.window("Notepad", lambda one: one.kind == "Notepad")


def free_place(notepad: Window) -> tuple[int, int]:
    """A pixel of its text field that neither the stop sign nor the panel covers."""
    return notepad.x + notepad.width - 80, notepad.y + 150


def see_and_type(desk: Desk, technician: Technician, notepad: Window) -> None:
    """The technician sees notepad's white page, clicks into it, and types what no keyboard has."""
    x, y = free_place(notepad)
    technician.colour_becomes(x, y, (255, 255, 255))
    technician.waits_for("[data-test=notice][hidden]")  # the customer has just clicked: their hand goes first
    technician.click(x, y)
    text = "Grüße von Beistand ÄÖÜß"
    technician.page.keyboard.insert_text(text)
    desk.text_becomes(notepad, text)
    technician.page.keyboard.down("AltGraph")
    technician.page.keyboard.insert_text(" @ € \\ {")
    technician.page.keyboard.up("AltGraph")
    text += " @ € \\ {"
    desk.text_becomes(notepad, text)
    technician.page.keyboard.press("Enter")
    technician.page.keyboard.insert_text("Smiley 😀")
    text += "\r\nSmiley 😀"
    desk.text_becomes(notepad, text)
    technician.picture("typed")
    technician.page.keyboard.press("Control+a")
    technician.page.keyboard.insert_text("neu")
    desk.text_becomes(notepad, "neu")


def the_customers_hand_wins(desk: Desk, technician: Technician, notepad: Window) -> None:
    """While the customer moves the mouse what the technician types is dropped; afterwards it counts again (S24)."""
    technician.page.evaluate("delete document.documentElement.dataset.customer")
    x, y = free_place(notepad)
    desk.hand.move(x + 30, y + 20)
    technician.waits_for("html[data-customer=active]")
    technician.page.keyboard.insert_text("STÖRUNG")
    technician.waits_for("[data-test=notice][hidden]")  # it stands as long as the silence lasts
    technician.page.keyboard.insert_text(" danach")
    desk.text_becomes(notepad, "neu danach")


def our_windows_stay_out_of_reach(desk: Desk, technician: Technician) -> None:
    """The technician can press neither the stop sign nor the panel (S25)."""
    technician.click(66, 60)
    technician.waits_for("[data-test=notice]:not([hidden])")
    assert technician.page.get_attribute("html", "data-session") == "open_control"
    assert desk.window("Beistand Stop")


def administering_is_asked_for(desk: Desk, technician: Technician) -> None:
    """From the console's button to UAC's place and back: the sheet takes only the customer's own hand (S25).

    Wine knows no UAC and its scheduler runs no task, so the keeper of the built program gets that far and then takes
    back all that it made; the session stays as it was. What follows on Windows: tests/wine/inside/test_elevation.py.
    """
    page = technician.page
    page.click("[data-test=administer]")
    page.fill("[data-test=administer-reason]", "Der Druckertreiber fehlt")
    technician.picture("administer-ask")
    page.click("[data-test=administer-ask]")

    def sheet() -> Window | None:
        return next((one for one in desk.windows() if "Verwalten erlauben" in words(desk, one)), None)

    found: Window = wait_until(sheet, "no sheet asks for administering")
    assert "Der Druckertreiber fehlt" in words(desk, found)
    button = desk.control(found, "Verwalten erlauben")
    technician.waits_for("[data-test=notice][hidden]")
    technician.click(*button.centre)
    technician.waits_for("[data-test=notice]:not([hidden])")
    assert sheet() is not None
    desk.click(button.centre)
    technician.waits_for("html[data-administer='1'], html[data-administer='5']")
    page.wait_for_selector("html[data-administer='5']", state="attached", timeout=120_000)
    assert page.get_attribute("html", "data-session") == "open_control"
    drive = desk.prefix.folder / "drive_c/windows"
    wait_until(lambda: not list(drive.glob("[Tt]emp/beistand-*")), "the keeper left its folder behind")
    assert not list((drive / "system32/tasks").rglob("Beistand*"))


def words(desk: Desk, window: Window) -> str:
    return "\n".join(one.text for one in desk.children(window))
