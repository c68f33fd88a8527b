"""Whole sessions in true browsers, with every codec, and the technician's accidents: no WebCodecs, a closed browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from beistand.protocol.e2e import messages as m
from chain.acting import NewProgram, typed
from chain.browsers import Chromium, Firefox, NewBrowser
from chain.desktop import Desktop
from chain.hostile import HostileProgram
from chain.house import House
from chain.page import begun, new_number, pixel, shown, until_shown
from waiting import wait_until

pytestmark = [pytest.mark.screen, pytest.mark.browser]

# A browser that cannot decode some codecs says so by this function.
LACKS = """
const ask = VideoDecoder.isConfigSupported.bind(VideoDecoder);
VideoDecoder.isConfigSupported = async (config) =>
  LACKING.some((begin) => config.codec.startsWith(begin)) ? { supported: false, config } : ask(config);
"""
GREEN = 0x20C040


@pytest.mark.parametrize(
    ("kind", "lacking", "codec"),
    [
        (Chromium, [], "vp09.01"),
        (Chromium, ["vp09.01"], "vp09.00"),
        (Chromium, ["vp09"], "avc1"),
        (Firefox, [], "vp09.01"),
    ],
    ids=["chromium-vp9-444", "chromium-vp9-420", "chromium-h264", "firefox"],
)
def test_a_whole_session_in_a_browser(
    kind: type[Chromium] | type[Firefox],
    lacking: list[str],
    codec: str,
    house: House,
    desktop: Desktop,
    new_program: NewProgram,
    new_browser: NewBrowser,
) -> None:
    browser = new_browser(kind, *([LACKS.replace("LACKING", str(lacking))] if lacking else []))
    number = new_number(browser, house)
    program = new_program(house.origin)
    typed(desktop, number)
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    until_shown(browser, "step", "asked")
    painter = desktop.painter(x=600, y=20, width=200, height=100)
    painter.fill(GREEN, 0, 0, 200, 100)
    desktop.click("Erlauben")
    until_shown(browser, "session", "open_control")
    until_shown(browser, "sharp", "true")
    wait_until(lambda: codec in browser.run("return document.querySelector('[data-test=status]').innerText"), codec)
    wait_until(
        lambda: all(abs(a - b) <= 12 for a, b in zip(pixel(browser, 700, 70), (0x20, 0xC0, 0x40), strict=True)),
        "the painted colour is not on the canvas",
    )
    painter.fill(0xFFFFFF, 0, 0, 200, 100)
    wait_until(lambda: min(pixel(browser, 700, 70)) > 240, "a change does not reach the canvas")
    painter.take_focus()
    painter.events()

    def has_typed() -> bool:
        browser.run(
            "document.querySelector('[data-test=screen]').parentElement.querySelector('textarea, input')?.focus()"
        )
        browser.type_text("ab")
        return any(type(event).__name__ == "KeyPressEvent" for event in painter.events())

    wait_until(has_typed, "what is typed in the page does not arrive")
    painter.close()
    desktop.click("Pause")
    until_shown(browser, "session", "paused_control")
    desktop.click("Weiter")
    until_shown(browser, "session", "open_control")
    desktop.customer.move(66, 60)
    desktop.customer.click()
    until_shown(browser, "step", "ended")
    assert shown(browser, "why") == "bye_1", desktop.heard(program.pid)
    desktop.wait_heard("Die Sitzung ist beendet", program.pid)


def test_a_browser_without_webcodecs_is_told_in_one_sentence(house: House, new_browser: NewBrowser) -> None:
    browser = new_browser(Chromium, "delete globalThis.VideoDecoder;")
    browser.sign_in(house)
    words = wait_until(lambda: browser.run("return document.querySelector('[role=alert]')?.innerText ?? ''"))
    assert words == (
        "Dieser Browser kann das Bild nicht zeigen (WebCodecs fehlt). "
        "Nehmen Sie ein aktuelles Chrome, Edge oder Firefox."
    )


# Who left has three seconds instead of two minutes to come back.
IMPATIENT = "from beistand.server.relay import rooms; rooms.RESUME_SECONDS = 3.0"


def test_a_technician_who_closes_the_browser_ends_the_session_after_a_while_and_the_customer_is_told(
    new_house: Callable[..., House], desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    house = new_house(prelude=IMPATIENT)
    browser = Chromium()
    try:
        pid = begun(browser, house, desktop, new_program)
    finally:
        browser.close()
    desktop.wait_heard("Die Verbindung ist unterbrochen.", pid)
    desktop.wait_heard("Die Sitzung ist beendet", pid)
    session = house.answer("GET", "/api/sessions")[0]
    assert wait_until(lambda: house.session(session["id"])["state"] == "ended")
    assert ("customer", "consent") in house.facts(session["id"])


STATUS = "return document.querySelector('[data-test=status]').innerText"
HOSTILE = (
    "<img src=x onerror='globalThis.pwned=1'><script>globalThis.pwned=1</script>\x00\x07\x1b[31m\u202eexe.\u2066\r\n"
)


def test_s36_names_and_words_full_of_markup_and_control_characters_are_shown_as_harmless_text(
    house: House, new_browser: NewBrowser
) -> None:
    browser = new_browser(Chromium)
    program = HostileProgram(house.origin, house.organisation, new_number(browser, house))
    try:
        until_shown(browser, "session", "open_control")
        program.report(HOSTILE.replace("\n", "").replace("\r", "")[:20].replace("<", "x"), {"window": HOSTILE})
        one = m.MonitorInfo(0, 0, 0, 640, 480, 100, True, HOSTILE)
        program.say(m.Monitors(0, (one, replace(one, id=1))))
        program.say(m.Notice("input", HOSTILE))
        program.say(m.Clipboard(HOSTILE))
        program.say(m.PictureConfig(HOSTILE, 640, 480, HOSTILE))
        numbers = {"frame": 1, "monitor": 0, "width": 640, "height": 480, "t_ms": 1}
        damage = {f"damage_{part}": 65_535 for part in ("x", "y", "width", "height")}
        program.say(m.Frame(is_key=True, is_sharp=False, data=HOSTILE.encode(), **numbers, **damage))
        program.say(m.CursorShape(1, 400, 400, 9_000, 9_000, b"short"))
        program.say(m.CursorAt(-(2**31), 2**31 - 1, True, 77))
        program.say(m.Chat(HOSTILE + "Ende"))

        def all_words() -> str:
            return str(browser.run("return document.body.innerText"))

        wait_until(lambda: "<img" in browser.run(STATUS), "the codec's name is not shown")
        words = wait_until(lambda: all_words() if "Ende" in all_words() else "", "the message is not shown")
        assert isinstance(browser, Chromium)
        assert browser.run("return globalThis.pwned ?? 0") == 0
        assert browser.run("return document.querySelectorAll('#place img, #place script').length") == 0
        text = words + browser.run("return [...document.querySelectorAll('option')].map((o) => o.textContent).join()")
        left = [text[max(0, i - 60) : i + 20] for i, c in enumerate(text) if c in "\x00\x07\x1b\u202e\u2066"]
        assert left == []
        assert browser.problems == []
        assert shown(browser, "session") == "open_control"  # still the same session, which the technician may end
        assert house.answer("GET", "/api/sessions")[0]["state"] in ("confirmed", "running")
    finally:
        program.close()
