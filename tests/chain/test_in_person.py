"""Level two over the whole chain: passkey, console, server, program. And what a stolen server sends instead (S21)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.host.ui.texts import say
from beistand.protocol import rendezvous as r
from beistand.protocol.e2e import messages as m
from beistand.server.clock import Clock
from beistand.server.identity import Identity
from beistand.server.keys import AUDIT_FILE, load_or_make_signing
from beistand.server.portal import vouching
from beistand.server.rosters import Rosters
from beistand.server.store import accounts, passkeys
from beistand.server.store.accounts import Organisation
from beistand.server.store.database import Database
from chain.acting import NewProgram, NewTechnician, typed
from chain.browsers import Chromium, NewBrowser
from chain.desktop import Desktop
from chain.house import House
from chain.page import new_number, shown, until_shown
from vouching import SoftPasskey, endorse, signed_roster, with_passkey

pytestmark = pytest.mark.screen

BY_PERSON = say("verified_by_person", "de", technician="Tim").removeprefix("✓ ")
BY_FIRM = say("verified_by_firm", "de").removeprefix("✓ ")


@dataclass
class Firm:
    """A running server whose firm vouches for Tim's passkey."""

    house: House
    own: Organisation
    identity: Identity
    root: Ed25519PrivateKey
    pin: str
    db: Database

    def vouch(self, key: SoftPasskey) -> Any:
        """Tim has this passkey and no other; the next roster says so. Gives the entry about it."""
        now, firm = Clock().now().utc_seconds, self.own.id
        self.db.write_now(lambda c: passkeys.remove_passkeys(c, firm, "p"))
        self.db.write_now(lambda c: passkeys.add_passkey(c, key.row(firm, "p")))
        lines = self.db.read_now(lambda c: vouching.lines(c, firm))
        asked, pin = Rosters(self.house.data).request(self.own, "localhost", lines), base64.b64decode(self.pin)
        made = Rosters(self.house.data).install(self.own, "localhost", pin, signed_roster(asked, self.root, now), now)
        return {"text": made.entries[0].text, "signature": made.entries[0].signature}

    def demand(self, is_on: bool) -> None:
        self.db.write_now(lambda c: accounts.change_organisation(c, self.own.id, must_be_person=is_on))

    def statement(self, made: Any, share: bytes, technician: str = "Tim") -> str:
        """What whoever owns the server can sign with the online key."""
        return self.identity.statement(self.own, technician, made["nameplate"], share, Clock().now().utc_seconds)


@pytest.fixture
def firm(new_house: Any) -> Any:
    house = new_house(host="localhost")
    db, root = Database(house.data / "beistand.sqlite"), Ed25519PrivateKey.generate()
    own = db.read_now(lambda c: accounts.get_organisation(c, house.organisation))
    audit = load_or_make_signing(house.data / AUDIT_FILE).public_key().public_bytes_raw()
    pin = endorse(Identity(house.data, audit), own, root, Clock().now().utc_seconds)
    yield Firm(house, own, Identity(house.data, audit), root, base64.b64encode(pin).decode(), db)
    db.close()


class Finger:
    """Chromium's virtual authenticator with Tim's passkey; it answers as soon as it is asked."""

    def __init__(self, browser: Chromium, key: SoftPasskey) -> None:
        self._session = browser.page.context.new_cdp_session(browser.page)
        self._session.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        made = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = made["authenticatorId"]
        kept = {"credentialId": "AAAA", "isResidentCredential": True, "rpId": "localhost", "signCount": 1}
        kept |= {"privateKey": base64.b64encode(key.pkcs8).decode(), "userHandle": base64.b64encode(b"p").decode()}
        self._session.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": kept})

    def know(self, is_known: bool) -> None:
        """Whether the finger is its owner's."""
        self._session.send("WebAuthn.setUserVerified", {"authenticatorId": self._id, "isUserVerified": is_known})


def press(browser: Chromium, name: str) -> None:
    browser.page.locator(f"[data-test={name}]").click()


@pytest.mark.browser
def test_s21_the_customer_reads_that_the_technician_confirmed_in_person_or_not(
    firm: Firm, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser, tmp_path: Path
) -> None:
    key, browser = SoftPasskey(), new_browser()
    assert isinstance(browser, Chromium)
    firm.vouch(key)
    finger = Finger(browser, key)
    # The program demands it, and the passkey answers by itself.
    program = new_program(firm.house.origin, "de", None, "--pin", firm.pin, "--roster", "1", "--person")
    typed(desktop, new_number(browser, firm.house))
    heard = desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    assert BY_PERSON in heard
    assert shown(browser, "passkey") == "proven"
    browser.page.screenshot(path=tmp_path / "console-proven.png")
    desktop.click("Erlauben")
    until_shown(browser, "session", "open_control")
    program.kill()
    program.wait(30)
    # Another finger: the technician is asked. Who leaves meanwhile takes the question along and may come again.
    finger.know(False)
    program, number = new_program(firm.house.origin, "de", None, "--pin", firm.pin), new_number(browser, firm.house)
    typed(desktop, number)
    until_shown(browser, "passkey", "refused")
    program.kill()
    program.wait(30)
    until_shown(browser, "passkey", "none")
    # The technician goes on without it; this program does not demand it.
    program = new_program(firm.house.origin, "de", None, "--pin", firm.pin)
    typed(desktop, number)
    until_shown(browser, "passkey", "refused")
    browser.page.screenshot(path=tmp_path / "console-refused.png")
    press(browser, "passkey-without")
    heard = desktop.wait_heard("Haben SIE bei Muster IT angerufen?", program.pid)
    assert BY_FIRM in heard
    assert BY_PERSON not in heard
    program.kill()
    program.wait(30)
    # The same before a program that demands it: one sentence, no question. The finger tries twice and gives up.
    program = new_program(firm.house.origin, "de", None, "--pin", firm.pin, "--person")
    typed(desktop, new_number(browser, firm.house))
    until_shown(browser, "passkey", "refused")
    press(browser, "passkey-again")
    until_shown(browser, "passkey", "refused")
    press(browser, "passkey-without")
    assert "Haben SIE" not in desktop.wait_heard(say("sum_ident_person", "de"), program.pid)
    until_shown(browser, "step", "ended")
    program.kill()
    program.wait(30)
    # The firm demands it: whatever the program is, the page goes no further without.
    firm.demand(True)
    program = new_program(firm.house.origin, "de", None, "--pin", firm.pin)
    typed(desktop, new_number(browser, firm.house))
    until_shown(browser, "passkey", "refused")
    browser.page.screenshot(path=tmp_path / "console-demanded.png")
    press(browser, "passkey-without")
    until_shown(browser, "why", "no_passkey")
    assert "Haben SIE" not in desktop.wait_heard(say("technician_left", "de"), program.pid)
    # Nobody's passkey is vouched for: not even a number is made.
    firm.db.write_now(lambda c: passkeys.remove_passkeys(c, firm.own.id, "p"))
    refused = firm.house.client.post("/api/sessions", json={"customer_name": "Frau Muster", "level": 2})
    assert refused.status_code == 409
    assert "keiner von Ihren ist verbürgt" in refused.json()["sentence"]
    assert browser.problems == []


def test_s21_a_stolen_server_cannot_pretend_to_be_the_technician(
    firm: Firm, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    """It has the online key, every roster there ever was, and what Tim's passkey answered to other questions."""
    old_key, key, origin = SoftPasskey(), SoftPasskey(), firm.house.origin
    old = firm.vouch(old_key)
    entry = firm.vouch(key)

    # What is forged: whose name the server signs, the roster's entry, which passkey answers, for what share and page.
    tries: dict[str, tuple[str, Any, SoftPasskey, bytes | None, str, str]] = {
        "a colleague's name over Tim's passkey": ("Eva", entry, key, None, origin, "passkey"),
        "an old roster with a passkey that was removed": ("Tim", old, old_key, None, origin, "roster"),
        "Tim's answer to another share": ("Tim", entry, key, bytes(32), origin, "passkey"),
        "Tim's answer to another page": ("Tim", entry, key, None, "http://localhost:9", "passkey"),
        "a stranger's passkey under Tim's entry": ("Tim", entry, SoftPasskey(), None, origin, "passkey"),
        "no passkey at all": ("Tim", None, key, None, origin, "person"),
    }

    def stolen(what: str, made: Any, share: bytes) -> bytes:
        name, line, by, over, page, _code = tries[what]
        said = firm.statement(made, share, name)
        return with_passkey(said, line, by.answer(share if over is None else over, page)) if line else said.encode()

    for what, (*_, code) in tries.items():
        made = firm.house.new_session()
        technician = new_technician(made, ident=partial(stolen, what, made))
        program = new_program(origin, "de", None, "--pin", firm.pin, "--roster", "2", "--person")
        typed(desktop, technician.digits)
        heard = desktop.wait_heard(say(f"sum_ident_{code}", "de"), program.pid)
        assert "Haben SIE" not in heard, what
        technician.wait(lambda t: [one for one in t.frames if isinstance(one, (r.Closed, r.Refused))], what)
        assert not [one for one in technician.got if isinstance(one, m.ConsentAnswer)], what
        program.kill()
        program.wait(30)
