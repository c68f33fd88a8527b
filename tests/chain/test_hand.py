"""The technician's hand from a true keyboard and mouse, through Chromium, to the customer's programs; one session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chain.talk import Talk, talk
from chain.test_session import injected
from waiting import wait_until

pytestmark = [pytest.mark.screen, pytest.mark.browser]

SHIFT, ALT_GR, CONTROL, ALT = 50, 108, 37, 64
# Keys of a German keyboard by their place.
KEY = {
    "´": 21,
    "^": 49,
    "ß": 20,
    " ": 65,
    "a": 38,
    "e": 26,
    "o": 32,
    "q": 24,
    "7": 16,
    "8": 17,
    "<": 94,
    "c": 54,
    "f": 41,
}
SHIFT_RIGHT, RETURN = 62, 36
RED, GREEN, BLUE = 0xD02020, 0x20C040, 0x2040D0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with talk(tmp_path_factory.mktemp("talk")) as one:
        yield one


def chord(one: Talk, *keycodes: int) -> None:
    """The last key with those before it held."""
    hand = one.own.customer
    for keycode in keycodes[:-1]:
        hand.hold(keycode, True)
    hand.key(keycodes[-1])
    for keycode in reversed(keycodes[:-1]):
        hand.hold(keycode, False)


def turn(one: Talk, button: int) -> None:
    """One notch of the technician's wheel; the mouse of Xvfb itself has but three buttons."""
    one.own.server.run("xdotool", "click", str(button))


def test_each_of_two_monitors_can_be_chosen_and_a_click_lands_on_the_one_that_is_seen(running: Talk) -> None:
    one = running
    names = one.browser.run("return [...document.querySelectorAll('[data-test=monitors] option')].map((o) => o.text)")
    assert names == ["1: left 700×900", "2: right 900×900"]
    left, right = one.desktop.painter(x=300, y=700, width=60, height=60), one.painter(600, 700, 60, 60)
    left.fill(RED, 0, 0, 60, 60)
    right.fill(GREEN, 0, 0, 60, 60)
    one.choose(0)
    wait_until(lambda: one.sees(RED, 330, 730), "the left monitor's colour is not seen")
    one.choose(1)
    wait_until(lambda: one.sees(GREEN, 630, 730), "the right monitor's colour is not seen")
    one.points(630, 730)
    one.own.customer.click()
    wait_until(lambda: "ButtonRelease 1" in injected(right), "the click did not land")
    left.close()
    right.close()


def test_dead_keys_and_altgr_of_the_technicians_keyboard_arrive_as_the_characters_they_make(running: Talk) -> None:
    one = running
    one.take_keyboard()

    def keys() -> None:
        for dead, letter in (((KEY["´"],), "e"), ((SHIFT, KEY["´"]), "a"), ((KEY["^"],), "o")):
            chord(one, *dead)
            chord(one, KEY[letter])
        for key in "qe78ß<":
            chord(one, ALT_GR, KEY[key])
        for keys in ((KEY["^"],), (KEY[" "],), (SHIFT, KEY["ß"])):
            chord(one, *keys)

    one.types(keys, "éàô@€{[\\|^?")


def test_a_technician_who_changes_to_a_second_layout_types_by_it(running: Talk) -> None:
    one = running
    one.take_keyboard()
    one.own.server.run("setxkbmap", "-layout", "de,ru", "-option", "grp:shifts_toggle")
    try:

        def keys() -> None:
            chord(one, SHIFT, SHIFT_RIGHT)  # both Shift keys: the second layout
            for place in (42, 43, 56, 40, 28, 57):  # g h b d t n
                chord(one, place)
            chord(one, SHIFT, SHIFT_RIGHT)
            chord(one, KEY["q"])

        one.types(keys, "приветq")
    finally:
        one.own.server.run("setxkbmap", "-option", "", "-layout", "de")


def test_what_an_input_method_composes_arrives_once_and_only_when_it_is_done(running: Talk) -> None:
    one = running
    one.take_keyboard()
    protocol = one.browser.page.context.new_cdp_session(one.browser.page)

    def compose() -> None:
        for words in ("に", "にほ", "にほん", "日本"):
            protocol.send(
                "Input.imeSetComposition", {"text": words, "selectionStart": len(words), "selectionEnd": len(words)}
            )
        assert one.notepad.text == ""
        protocol.send("Input.insertText", {"text": "日本"})
        protocol.send("Input.imeSetComposition", {"text": "語", "selectionStart": 1, "selectionEnd": 1})
        protocol.send("Input.imeSetComposition", {"text": "", "selectionStart": 0, "selectionEnd": 0})  # given up
        chord(one, KEY["a"])

    one.types(compose, "日本a")


def test_wheel_and_drag_of_a_true_mouse_arrive_notch_by_notch(running: Talk) -> None:
    one = running
    one.choose(1)
    painter, hand = one.painter(300, 650, 300, 200), one.own.customer
    one.points(400, 700)
    painter.events()
    for button in (5, 5, 4, 7, 6):
        turn(one, button)
    notches = [f"Button{what} {button}" for button in (5, 5, 4, 7, 6) for what in ("Press", "Release")]
    seen: list[str] = []

    def deeds() -> list[str]:
        seen.extend(injected(painter))
        return [one for one in seen if not one.startswith("Motion")]

    wait_until(lambda: deeds() == notches, f"{deeds()} and not {notches}")
    box = one.browser.page.locator("[data-test=screen]").bounding_box()
    assert box is not None
    one.browser.page.mouse.move(box["x"] + box["width"] * 4 / 9, box["y"] + box["height"] * 7 / 9)
    for _ in range(4):  # a touchpad: quarters of a notch
        one.browser.page.mouse.wheel(0, 25)
    wait_until(lambda: deeds() == [*notches, "ButtonPress 5", "ButtonRelease 5"], "four quarters make no notch")
    seen.clear()
    hand.button(1, True)
    for x in (430, 460, 490):
        one.points(x, 720)
    hand.button(1, False)
    wait_until(lambda: "ButtonRelease 1" in deeds(), "the button is not lifted")
    assert deeds() == ["ButtonPress 1", "ButtonRelease 1"]
    assert seen[seen.index("ButtonPress 1") :].count("MotionNotify ") >= 3
    painter.close()


def test_the_picture_fills_the_screen_takes_keys_there_and_leaves_it_again(running: Talk) -> None:
    one = running
    one.take_keyboard()
    painter = one.painter(300, 650, 300, 200)
    painter.take_focus()

    def is_full() -> bool:
        return bool(one.browser.run("return Boolean(document.fullscreenElement)"))

    chord(one, CONTROL, ALT, SHIFT, KEY["f"])
    wait_until(is_full, "the picture does not fill the screen")
    painter.events()
    chord(one, KEY["q"])
    wait_until(lambda: "KeyRelease 24" in injected(painter), "a key in full screen does not arrive")
    assert is_full()
    chord(one, CONTROL, ALT, SHIFT, KEY["f"])
    wait_until(lambda: not is_full(), "the same keys do not leave full screen")
    painter.close()


def test_words_go_both_ways_between_page_and_panel(running: Talk) -> None:
    one = running
    page = one.browser.page
    chord(one, CONTROL, ALT, SHIFT, KEY["c"])
    page.wait_for_selector(".chat input:focus")
    page.keyboard.insert_text("Wie heißt der Drucker?")
    chord(one, RETURN)
    one.desktop.wait_heard("Techniker: Wie heißt der Drucker?", one.pid)

    def is_typed() -> bool:
        field = next(c for c in one.desktop.controls(one.pid) if {"editable", "single-line"} <= set(c["states"]))
        if "focused" not in field["states"]:
            one.desktop.customer.move(field["x"] + 20, field["y"] + field["height"] // 2)
            one.desktop.customer.click()
            return False
        if not field["text"]:
            one.desktop.type_digits("4711")
        return bool(field["text"] == "4711")

    one.desktop.server.run("setxkbmap", "de")
    wait_until(is_typed, "the field for a message does not take the customer's words")
    one.desktop.click("Senden")
    wait_until(lambda: "4711" in page.inner_text(".talk"), "the customer's words are not on the page")
    page.keyboard.press("Escape")


def test_pause_and_curtain_hide_the_picture_and_keep_the_technicians_hand_away(running: Talk) -> None:
    one = running
    one.choose(1)
    painter = one.painter(300, 650, 300, 200)
    for begin, end, state in (("Pause", "Weiter", "paused"), ("Vorhang für Kennwort", "Vorhang auf", "curtain")):
        painter.fill(RED, 0, 0, 300, 200)
        wait_until(lambda: one.sees(RED, 400, 700), "the colour before is not seen")
        one.desktop.click(begin)
        wait_until(lambda state=state: one.state == f"{state}_control", f"{state} is not told")
        assert one.browser.page.is_visible(".veil"), "the page does not say why it shows nothing new"
        painter.fill(BLUE, 0, 0, 300, 200)
        painter.events()
        one.point(400, 700)
        one.own.customer.click()
        one.browser.type_text("x")
        one.desktop.click(end)
        wait_until(lambda: one.state == "open_control", "it does not go on")
        wait_until(lambda: one.sees(BLUE, 400, 700), "the picture is not current afterwards")
        assert not [event for event in injected(painter) if not event.startswith("Motion")], state
    painter.close()
    names = [name for role, name in one.house.facts(one.session) if role == "customer"]
    assert [name for name in names if name in ("pause", "go_on", "curtain", "curtain_off")] == [
        "pause", "go_on", "curtain", "curtain_off",
    ]  # fmt: skip


def test_either_side_steps_down_at_once_and_a_step_up_is_the_customers_to_allow(running: Talk) -> None:
    one = running
    page = one.browser.page
    one.desktop.click("Nur noch zusehen lassen")
    wait_until(lambda: one.state == "open_view", "the customer's step down is not seen")
    page.click("[data-test=level-button]")
    one.desktop.click("Erlauben")
    wait_until(lambda: one.state == "open_control", "the step up is not seen")
    one.take_keyboard()
    one.types(lambda: chord(one, KEY["q"]), "q")
    page.click("[data-test=level-button]")
    wait_until(lambda: one.state == "open_view", "the technician's step down is not seen")
    one.desktop.wait_heard("Tim sieht Ihren Bildschirm.", one.pid)


def test_the_stop_sign_ends_it_and_the_page_reported_no_mistake(running: Talk) -> None:
    one = running
    one.desktop.customer.move(66, 60)
    one.desktop.customer.click()
    wait_until(lambda: shown_step(one) == "ended", "the page does not say that it has ended")
    assert one.browser.run("return document.documentElement.dataset.why") == "bye_1"
    one.desktop.wait_heard("Die Sitzung ist beendet", one.pid)
    assert one.browser.problems == []


def shown_step(one: Talk) -> str:
    return str(one.browser.run("return document.documentElement.dataset.step"))
