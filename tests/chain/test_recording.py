"""A recording in the whole chain: asked for, agreed to on a sheet of its own, marked, ended by either side."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beistand.protocol.e2e import messages as m
from beistand.server.clock import Clock
from beistand.server.store import accounts
from beistand.server.store.database import Database
from chain.acting import NewProgram, NewTechnician, agreed, typed
from chain.browsers import Chromium
from chain.desktop import Desktop
from chain.house import House
from waiting import wait_until

pytestmark = pytest.mark.screen

GREEN, PASSWORD = 0x20C040, "ein langes Kennwort"

ASK = m.RecordAsk(30, bytes(range(32)))


def customer_facts(house: House, session_id: str) -> list[str]:
    return [name for role, name in house.facts(session_id) if role == "customer"]


def test_s22_a_recording_is_agreed_to_marked_and_ended_by_the_customer(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)

    technician.send(ASK)
    heard = desktop.wait_heard("möchte das Bild dieser Sitzung aufzeichnen", program.pid)
    assert "löscht sie nach 30 Tagen" in heard
    desktop.click("Nicht aufzeichnen")
    technician.wait(lambda t: m.RecordAnswer(False, 1) in t.got)

    technician.send(ASK)
    desktop.click("Aufzeichnung erlauben")
    technician.wait(lambda t: m.RecordAnswer(True, 1) in t.got)
    desktop.wait_heard("Aufnahme läuft", program.pid)
    desktop.click("Pause")
    desktop.wait_heard("Aufnahme ruht", program.pid)
    desktop.click("Weiter")
    desktop.wait_heard("Aufnahme läuft", program.pid)
    desktop.click("Aufzeichnung beenden")
    technician.wait(lambda t: m.RecordStopped() in t.got)
    wait_until(lambda: "Aufnahme läuft" not in desktop.heard(program.pid), "the mark stays")

    technician.send(m.Bye(2, ""))
    desktop.wait_heard("Die Sitzung ist beendet", program.pid)
    wait_until(lambda: "record_off" in customer_facts(house, made["id"]), "the end of the recording is not kept")
    told = [name for name in customer_facts(house, made["id"]) if name.startswith("record")]
    assert told == ["record_refused", "record_on", "record_off"]


@pytest.fixture
def new_chromium() -> Iterator[Any]:
    made: list[Chromium] = []

    def start() -> Chromium:
        made.append(Chromium())
        return made[-1]

    yield start
    for browser in made:
        browser.close()


def add_owner(house: House) -> None:
    db, at = Database(house.data / "beistand.sqlite"), Clock().now().utc_us
    person = {"id": "o", "email": "olga@muster.example", "name": "Olga", "role": "owner"}
    person |= {"password_hash": "x", "totp_sealed": "x"}
    db.write_now(lambda c: accounts.add_user(c, house.organisation, person, at))
    db.close()


def owner_page(house: House, browser: Chromium, path: str) -> Any:
    """The owner's browser, signed in, at a page."""
    db, token = Database(house.data / "beistand.sqlite"), secrets.token_urlsafe(32)
    at = Clock().now().utc_us
    db.write_now(lambda c: accounts.start_sign_in(c, house.organisation, "o", token, at))
    db.close()
    page = browser.page
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "beistand", "value": token, "url": house.origin}])
    page.goto(house.origin + path)
    return page


def key_made(page: Any, folder: Path) -> Path:
    """The owner makes the firm's key in the browser, keeps the file, and turns recording on."""
    page.fill("[data-test=password]", PASSWORD)
    page.fill("[data-test=again]", PASSWORD)
    with page.expect_download(timeout=60_000) as download:
        page.click("[data-test=make]")
    kept = folder / "key.json"
    download.value.save_as(kept)
    page.set_input_files("[data-test=file]", kept)
    page.click("[data-test=use]")
    page.wait_for_selector("[data-test=saved]", timeout=60_000)
    page.check("[data-test=on]")
    page.fill("[data-test=days]", "14")
    page.click("[data-test=save]")
    page.wait_for_selector("[data-test=on]:checked", timeout=60_000)
    return kept


def data_of(page: Any, name: str) -> str:
    return str(page.evaluate(f"document.documentElement.dataset[{name!r}] ?? ''"))


def until(page: Any, name: str, value: str) -> None:
    wait_until(lambda: data_of(page, name) == value, f"the page's {name} does not become {value}")


def pixel(page: Any, x: int, y: int) -> list[int]:
    return list(
        page.evaluate(f"""() => {{
          const canvas = document.querySelector("[data-test=screen]");
          if (canvas.width <= {x}) return [0, 0, 0];
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          return [...copy.getImageData({x}, {y}, 1, 1).data.slice(0, 3)];
        }}""")
    )


def is_green(seen: list[int]) -> bool:
    return all(abs(one - wanted) <= 6 for one, wanted in zip(seen, (0x20, 0xC0, 0x40), strict=True))


def session_opened(house: House, browser: Chromium, desktop: Desktop, new_program: NewProgram) -> Any:
    """The technician's page and the customer's program, agreed."""
    browser.page.context.clear_cookies()
    browser.sign_in(house)
    page = browser.page
    page.fill("[data-test=customer]", "Frau Muster", timeout=60_000)
    page.click("[data-test=create]")
    number = page.text_content("[data-test=number]", timeout=60_000)
    until(page, "step", "waiting")
    program = new_program(house.origin)
    typed(desktop, number.replace(" ", ""))
    desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    desktop.click("Erlauben")
    until(page, "session", "open_control")
    return program


@pytest.mark.browser
def test_s22_a_session_is_recorded_sealed_and_replayed_by_who_has_the_key_alone(
    house: House, desktop: Desktop, new_program: NewProgram, new_chromium: Any, tmp_path: Path
) -> None:
    browser = new_chromium()
    add_owner(house)
    key = key_made(owner_page(house, browser, "/console/recording-key.html"), tmp_path)
    page = browser.page
    program = session_opened(house, browser, desktop, new_program)
    page.click("[data-test=view]", timeout=60_000)
    page.click("[data-item=record]", timeout=60_000)
    page.click("[data-test=record-ask]")
    desktop.wait_heard("löscht sie nach 14 Tagen", program.pid)
    desktop.click("Aufzeichnung erlauben")
    until(page, "recording", "on")
    assert page.is_visible("[data-test=record-mark]")
    painter = desktop.painter(x=700, y=20, width=200, height=100)
    painter.fill(GREEN, 0, 0, 200, 100)
    wait_until(lambda: is_green(pixel(page, 800, 70)), "the painted colour does not reach the technician")
    page.click("[data-test=record-stop]")
    until(page, "recording", "off")
    wait_until(lambda: "Aufnahme läuft" not in desktop.heard(program.pid), "the customer's mark stays")
    page.click("[data-test=end]")
    until(page, "step", "ended")
    painter.close()

    owner = owner_page(house, browser, "/recordings")
    wait_until(lambda: ended(house, owner), "the recording does not arrive whole")
    (sealed,) = (house.data / "recordings").rglob("*.sealed")
    stored = sealed.read_bytes()
    assert len(stored) > 2_000
    # VP9's frame marker with a keyframe's sync code would stand in a plain picture.
    assert b"\x49\x83\x42" not in stored
    assert b"vp09" not in stored
    owner.click("a[href^='/console/replay.html']")
    owner.set_input_files("[data-test=file]", key, timeout=60_000)
    owner.fill("[data-test=password]", "ein anderes Kennwort")
    owner.click("[data-test=open]")
    wait_until(lambda: "passt nicht" in owner.inner_text("[data-test=problem]"), "a wrong password is not told")
    owner.fill("[data-test=password]", PASSWORD)
    owner.click("[data-test=open]")
    until(owner, "step", "playing")
    longest = owner.get_attribute("[data-test=slider]", "max")
    owner.evaluate(
        """(value) => {
      const slider = document.querySelector("[data-test=slider]");
      slider.value = value;
      slider.dispatchEvent(new Event("input"));
    }""",
        longest,
    )
    wait_until(lambda: is_green(pixel(owner, 800, 70)), "the replay does not show the colour that was painted")
    owner.select_option("[data-test=speed]", "8")
    owner.click("[data-test=play]")  # from its end: plays the whole again
    wait_until(lambda: data_of(owner, "at") == longest, "the replay does not come to its end")
    wait_until(lambda: is_green(pixel(owner, 800, 70)), "what was decoded last is not drawn")
    assert browser.problems == []


def ended(house: House, page: Any) -> bool:
    """Whether the list knows one whole recording."""
    page.goto(house.origin + "/recordings")
    return bool(page.query_selector("a[href^='/console/replay.html']")) and "Ende fehlt" not in page.inner_text("main")
