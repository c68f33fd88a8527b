"""`beistand console`: the technician's page from the technician's own computer, through a whole session."""

from __future__ import annotations

import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx
import pyotp
import pytest

from beistand.server.clock import Clock
from beistand.server.keys import load_or_make
from beistand.server.portal.passwords import Passwords
from beistand.server.store import accounts
from beistand.server.store.database import Database
from chain.acting import NewProgram, typed
from chain.browsers import Chromium
from chain.desktop import Desktop
from chain.house import PASSWORD, House
from waiting import PATIENCE_SECONDS, wait_until

EMAIL = "lena@muster.example"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/start/[\w-]+")


@pytest.fixture
def started() -> Iterator[Callable[..., str]]:
    """Starts `beistand console` and gives the address that it prints."""
    made: list[subprocess.Popen[str]] = []

    def start(origin: str, *more: str) -> str:
        command = [sys.executable, "-u", "-m", "beistand.cli", "console", origin, "--no-browser", *more]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        made.append(process)
        told: queue.Queue[str] = queue.Queue()
        out = process.stdout
        assert out is not None
        threading.Thread(target=lambda: [told.put(line) for line in out], daemon=True).start()
        found = LINK.search(told.get(timeout=PATIENCE_SECONDS))
        assert found
        return found[0]

    yield start
    for process in made:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def colleague(house: House) -> str:
    """Another technician of the firm, who has not signed in yet; the secret of the second factor."""
    secret, at = pyotp.random_base32(), Clock().now()
    person: dict[str, Any] = {"id": "l", "email": EMAIL, "name": "Lena", "role": "technician"}
    person["password_hash"] = anyio.run(Passwords().hash, PASSWORD)
    person["totp_sealed"] = load_or_make(house.data).seal(secret, "l")
    db = Database(house.data / "beistand.sqlite")
    db.write_now(lambda c: accounts.add_user(c, house.organisation, person, at.utc_us))
    db.close()
    return secret


@pytest.mark.screen
@pytest.mark.browser
def test_a_whole_session_by_the_page_of_the_technicians_own_computer(
    house: House, desktop: Desktop, new_program: NewProgram, started: Callable[..., str]
) -> None:
    secret, link = colleague(house), started(house.origin)
    browser = Chromium()
    try:
        page = browser.page
        page.goto(link)
        page.fill("[data-test=email]", EMAIL, timeout=60_000)
        assert page.inner_text("[data-test=mode]") == f"Seite von diesem Rechner, verbunden mit {house.origin}"
        page.fill("[data-test=password]", PASSWORD)
        page.fill("[data-test=code]", pyotp.TOTP(secret).at(Clock().now().utc_seconds))
        page.click("[data-test=send]")
        page.fill("[data-test=customer]", "Frau Muster", timeout=60_000)
        assert "Seite von diesem Rechner" in page.inner_text("[data-test=mode]")
        page.click("[data-test=create]")
        number = page.text_content("[data-test=number]", timeout=60_000)
        assert number

        def shown(name: str) -> str:
            return str(page.evaluate(f"document.documentElement.dataset[{name!r}] ?? ''"))

        wait_until(lambda: shown("step") == "waiting", "the relay is not reached")
        program = new_program(house.origin)
        typed(desktop, number.replace(" ", ""))
        desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
        desktop.click("Erlauben")
        wait_until(lambda: shown("session") == "open_control", "the session does not open")
        wait_until(lambda: int(shown("frames") or 0) > 0, "no picture is shown")
        assert page.context.cookies(house.origin) == page.context.cookies(link)  # none but our own: same host
        assert [one["name"] for one in page.context.cookies(link)] == ["beistand_local"]
        page.click("[data-test=end]")
        desktop.wait_heard("Die Sitzung ist beendet", program.pid)
        assert browser.problems == []
    finally:
        browser.close()


def test_s35_nobody_enters_without_the_token_by_another_name_or_from_another_page(
    house: House, started: Callable[..., str]
) -> None:
    link = started(house.origin)
    own = link.partition("/start/")[0]
    with httpx.Client(base_url=own) as client:
        assert client.get("/console/").status_code == 403
        assert client.get("/api/me").status_code == 403
        assert client.get("/start/" + "x" * 43).status_code == 403
        assert client.get(link, headers={"host": "evil.example"}).status_code == 403
        assert client.get(link).status_code == 303
        page = client.get("/console/")
        assert page.status_code == 200
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert f"connect-src 'self' ws{own.removeprefix('http')};" in page.headers["content-security-policy"]
        assert client.get("/console/", headers={"host": "evil.example"}).status_code == 403
        assert client.get("/console/../cli/console.py").status_code in (303, 404)
        asked = {"x-beistand": "1", "content-type": "application/json"}
        foreign = client.post("/api/sign-in", content=b"{}", headers=asked | {"origin": "https://evil.example"})
        assert foreign.status_code == 403
        right = client.post("/api/sign-in", content=b"{}", headers=asked | {"origin": own})
        assert right.status_code == 400  # the server's own answer
        assert client.get("/customers").headers["location"] == house.origin + "/customers"


def test_a_server_that_delivers_another_page_is_told_in_one_sentence(tmp_path: Any) -> None:
    prelude = (
        "from beistand.server.portal import public\n"
        "public.TYPES['.js'] = 'text/javascript; charset=utf-8'\n"
        "read = public.Path.read_bytes\n"
        "public.Path.read_bytes = lambda self: read(self) + (b'//' if self.name == 'main.js' else b'')\n"
    )
    house = House(tmp_path, prelude=prelude)
    house.start()
    try:
        command = [sys.executable, "-m", "beistand.cli", "console", house.origin, "--no-browser"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    finally:
        house.close()
    assert done.returncode == 1
    assert "runs another version of Beistand than this computer" in done.stderr
    assert "its page was changed" in done.stderr
    assert "Traceback" not in done.stderr
