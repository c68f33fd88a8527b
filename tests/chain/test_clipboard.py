"""Copied text both ways through a true browser: each piece by a deed of its own, and the customer's own comes back."""

from __future__ import annotations

import pytest

from chain.acting import NewProgram
from chain.browsers import Chromium, NewBrowser
from chain.desktop import Desktop, Notepad
from chain.house import House
from chain.page import begun, until_shown
from waiting import wait_until

pytestmark = [pytest.mark.screen, pytest.mark.browser]

SENT = "Zeile 1\nZeile 2\tÄÖÜß € 日本 😀"


def chosen(browser: Chromium, menu: str, item: str) -> None:
    """A command of one of the toolbar's menus, by the mouse."""
    browser.page.click(f"[data-test={menu}]")
    browser.page.click(f"[data-item={item}]")


def set_own(browser: Chromium, words: str) -> None:
    """What the technician copied elsewhere."""
    browser.page.evaluate("words => navigator.clipboard.writeText(words)", words)


def own(browser: Chromium) -> str:
    return str(browser.page.evaluate("navigator.clipboard.readText()"))


def sent(browser: Chromium, notepad: Notepad, words: str) -> None:
    """Copies to the customer, again while the customer's own hand may still mute, until it is there."""
    set_own(browser, words)
    chosen(browser, "text", "send_copy")
    wait_until(lambda: notepad.copied == words, "the technician's text is not in the customer's clipboard")


def test_text_goes_both_ways_only_by_a_deed_and_the_customers_own_clipboard_comes_back(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    notepad = desktop.notepad()
    notepad.copy("Geheimes von vorher")
    pid = begun(browser, house, desktop, new_program)
    browser.allow_clipboard(house)
    set_own(browser, "Technikers Eigenes")
    sent(browser, notepad, SENT)
    desktop.wait_heard("Text in Ihre Zwischenablage gelegt", pid)
    assert own(browser) == SENT

    notepad.copy("C:\\Fehler\x1b[2J 4711\nzweite Zeile")
    desktop.click("Kopierten Text an den Techniker senden")
    browser.page.wait_for_selector("[data-test=copied]")
    assert own(browser) == SENT, "the customer's program wrote into the technician's clipboard by itself"
    shown = browser.page.inner_text("[data-test=copied] pre")
    assert shown == "C:\\Fehler[2J 4711\nzweite Zeile"
    browser.page.click("[data-test=take-copy]")
    wait_until(lambda: own(browser) == shown, "the button does not take the text")
    desktop.wait_heard("Kopierten Text gesendet", pid)

    sent(browser, notepad, "noch einmal")
    browser.page.click("[data-test=end]")
    desktop.wait_heard("Die Sitzung ist beendet", pid)
    wait_until(lambda: notepad.copied == "Geheimes von vorher", "the customer's own text did not come back")
    session = house.answer("GET", "/api/sessions")[0]["id"]
    names = wait_until(
        lambda: [n for n in house.facts(session) if "clipboard" in n[1]] if house.facts(session) else None
    )
    assert names == [("customer", "clipboard"), ("customer", "clipboard_sent"), ("customer", "clipboard")]
    assert browser.problems == []


def test_a_picture_that_the_customer_had_copied_comes_back_too_and_their_new_copy_is_left_alone(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    notepad = desktop.notepad()
    assert notepad.ask("copied picture")
    pid = begun(browser, house, desktop, new_program)
    browser.allow_clipboard(house)
    sent(browser, notepad, "vom Techniker")
    browser.page.click("[data-test=end]")
    desktop.wait_heard("Die Sitzung ist beendet", pid)
    wait_until(lambda: notepad.ask("picture") == [3, 2], "the customer's picture did not come back")

    desktop.click("Schließen")
    wait_until(lambda: not desktop.controls(pid), "the program did not end")
    browser.page.click(".row button.quiet")
    until_shown(browser, "step", "start")
    pid = begun(browser, house, desktop, new_program)
    sent(browser, notepad, "vom Techniker")
    notepad.copy("selbst kopiert")
    browser.page.click("[data-test=end]")
    desktop.wait_heard("Die Sitzung ist beendet", pid)
    assert notepad.copied == "selbst kopiert"


def test_with_nothing_copied_or_without_control_both_are_told_what_to_do(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    pid = begun(browser, house, desktop, new_program)
    desktop.click("Kopierten Text an den Techniker senden")
    desktop.wait_heard("Es ist kein Text kopiert.", pid)
    desktop.click("Nur noch zusehen lassen")
    until_shown(browser, "session", "open_view")
    chosen(browser, "text", "send_copy")
    assert "Dafür brauchen Sie die Bedienung" in browser.page.inner_text("[data-test=notice]")
