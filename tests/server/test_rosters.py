"""The roster of technicians' passkeys: asked for, signed by the root key on another machine, installed, handed out."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.cli import main
from beistand.protocol import identity, passkey
from beistand.protocol.errors import PeerError
from beistand.protocol.identity import BY_FIRM, BY_PERSON, Bound, Demand
from beistand.server.clock import Clock
from beistand.server.portal import vouching
from beistand.server.rosters import RosterError
from beistand.server.store import accounts, audit, passkeys
from beistand.server.store.accounts import Organisation
from server.conftest import Browser, House
from vouching import SoftPasskey, endorse, signed_roster, with_passkey

SHARE = bytes(range(32))


@dataclass
class Firm:
    """A firm whose root key vouches for its server; Tina, a technician, has a passkey."""

    house: House
    own: Organisation
    root: Ed25519PrivateKey
    pin: bytes
    tina: str
    key: SoftPasskey

    @property
    def now(self) -> int:
        return self.house.clock.utc_us // 1_000_000

    def give(self, user: str, key: SoftPasskey, name: str = "Schlüsselbund") -> None:
        row = key.row(self.own.id, user, name, self.house.clock.utc_us)
        self.house.parts.db.write_now(lambda c: passkeys.add_passkey(c, row))

    def request(self) -> str:
        parts = self.house.parts
        lines = parts.db.read_now(lambda c: vouching.lines(c, self.own.id))
        return parts.rosters.request(self.own, parts.settings.rp_id, lines)

    def install(self, text: str, now: int = 0) -> Any:
        parts = self.house.parts
        return parts.rosters.install(self.own, parts.settings.rp_id, self.pin, text, now or self.now)

    def vouch(self) -> Any:
        """A roster of everybody who is here now."""
        return self.install(signed_roster(self.request(), self.root, self.now))


@pytest.fixture
async def firm(house: House) -> Firm:
    id_ = house.firm()
    tina = await house.person(id_, "tina@muster.example")
    await house.person(id_, "owner@muster.example", "owner", "Olga Owner")
    own = house.parts.db.read_now(lambda c: accounts.get_organisation(c, id_))
    root, key = Ed25519PrivateKey.generate(), SoftPasskey()
    pin = endorse(house.parts.identity, own, root, house.clock.utc_us // 1_000_000)
    made = Firm(house, own, root, pin, tina, key)
    made.give(tina, key)
    return made


async def asked(firm: Firm) -> tuple[Browser, Any]:
    """Tina's browser with a new session."""
    browser = await firm.house.signed_in("tina@muster.example")
    made = (await browser.post("/api/sessions", {"customer_name": "Frau Muster", "level": 2})).json
    await firm.house.parts.log.settled()
    return browser, made


async def stated(browser: Browser, made: Any) -> Any:
    share = base64.b64encode(SHARE).decode()
    return (await browser.post(f"/api/sessions/{made['id']}/statement", {"share": share})).json


def bound(firm: Firm, made: Any, **other: Any) -> Bound:
    known = {"share": SHARE, "organisation": firm.own.id, "route": made["nameplate"], "origin": firm.house.origin}
    return Bound(**known | {"utc_seconds": firm.now} | other)


async def test_s21_the_servers_answer_and_the_passkey_together_prove_the_person(firm: Firm) -> None:
    roster = firm.vouch()
    browser, made = await asked(firm)
    told = await stated(browser, made)
    assert told["person"] | {"passkeys": []} == {"rp_id": "localhost", "is_demanded": False, "passkeys": []}
    (entry,) = told["person"]["passkeys"]
    assert entry["id"] == firm.key.id
    ident = with_passkey(told["ident"], entry, firm.key.answer(SHARE, firm.house.origin))
    assert len(ident) < identity.IDENT_BYTES
    who = identity.verify(ident, bound(firm, made), firm.pin, Demand(roster.number, True))
    assert (who.technician, who.trust) == ("Tina Technik", BY_PERSON)
    assert identity.verify(told["ident"].encode(), bound(firm, made), firm.pin).trust == BY_FIRM


async def test_s21_what_a_stolen_server_could_send_is_refused(firm: Firm) -> None:
    """It has the online key, the old rosters and a technician's answer to another session, but no passkey."""
    firm.vouch()
    browser, made = await asked(firm)
    told = await stated(browser, made)
    (old,) = told["person"]["passkeys"]
    await firm.house.person(firm.own.id, "eva@muster.example", name="Eva Anders")
    parts = firm.house.parts
    swapped = parts.identity.statement(firm.own, "Eva Anders", made["nameplate"], SHARE, firm.now)
    answer, origin = firm.key.answer(SHARE, firm.house.origin), firm.house.origin
    parts.db.write_now(lambda c: passkeys.remove_passkey(c, firm.own.id, firm.tina, firm.key.id))
    mine = SoftPasskey("BBBB")
    firm.give(firm.tina, mine)
    number = firm.vouch().number
    forged = {"text": old["text"], "signature": identity.sign(passkey.PASSKEY, b"", old["text"], firm.root)}
    for what, ident, code in [
        ("a colleague's name over Tina's passkey", with_passkey(swapped, old, answer), "ident_passkey"),
        (
            "her answer to another session",
            with_passkey(told["ident"], old, firm.key.answer(bytes(32), origin)),
            "ident_passkey",
        ),
        (
            "her answer to another page",
            with_passkey(told["ident"], old, firm.key.answer(SHARE, "http://localhost:1")),
            "ident_passkey",
        ),
        (
            "an entry of its own making",
            with_passkey(told["ident"], forged | {"text": old["text"] + " "}, answer),
            "ident_forged",
        ),
        ("a passkey that was removed since", with_passkey(told["ident"], old, answer), "ident_roster"),
        ("nothing of the kind", told["ident"].encode(), "ident_person"),
    ]:
        with pytest.raises(PeerError) as refused:
            identity.verify(ident, bound(firm, made), firm.pin, Demand(number, True))
        assert refused.value.code == code, what
        assert refused.value.sentence.count(".") == 1, what


async def test_a_passkey_is_offered_only_while_the_roster_names_it_as_ones_own(firm: Firm) -> None:
    browser, made = await asked(firm)
    assert (await stated(browser, made))["person"]["passkeys"] == []
    roster = firm.vouch()
    firm.give(firm.tina, SoftPasskey("CCCC"), "noch nicht verbürgt")
    assert [one["id"] for one in (await stated(browser, made))["person"]["passkeys"]] == ["AAAA"]
    parts = firm.house.parts
    own = parts.db.read_now(lambda c: passkeys.passkeys(c, firm.own.id, firm.tina))
    tina = parts.db.read_now(lambda c: accounts.get_user(c, firm.own.id, firm.tina))
    assert tina is not None
    assert vouching.vouched(roster, tina, own, roster.expires) == []
    parts.db.write_now(lambda c: accounts.set_active(c, firm.own.id, "tina@muster.example", False))
    assert json.loads(firm.request())["keys"] == []


def with_number(firm: Firm, number: int) -> str:
    return signed_roster(firm.request(), firm.root, firm.now, number)


async def test_only_a_newer_roster_of_the_root_key_for_this_firm_and_server_is_installed(firm: Firm) -> None:
    first = firm.vouch()
    assert first.number == 1
    request, now, stranger = firm.request(), firm.now, Ed25519PrivateKey.generate()
    assert json.loads(request)["number"] == 2
    mixed = json.loads(with_number(firm, 2))
    mixed["entries"] += json.loads(with_number(firm, 3))["entries"]
    for key, text in [
        ("old", with_number(firm, 1)),
        ("other_root", signed_roster(request, stranger, now)),
        ("forged", signed_roster(request, stranger, now).replace(
            base64.b64encode(stranger.public_key().public_bytes_raw()).decode(), base64.b64encode(firm.pin).decode())),
        ("forged", signed_roster(request, firm.root, now - 200 * 86_400)),
        ("other_firm", signed_roster(request, firm.root, now, rp_id="boese.example")),
        ("other_firm", signed_roster(request, firm.root, now, organisation="0" * 36)),
        ("unreadable", json.dumps(mixed)),
        ("unreadable", ""), ("unreadable", "[]"), ("unreadable", "{}"), ("unreadable", "[" * 100_000),
        ("unreadable", json.dumps({"beistand_roster": 1, "root": base64.b64encode(firm.pin).decode(), "entries": []})),
        ("unreadable", "x" * 1_000_001),
    ]:  # fmt: skip
        with pytest.raises(RosterError) as refused:
            firm.install(text)
        assert refused.value.key == key, text[:80]
    with pytest.raises(RosterError, match="No root key"):
        firm.house.parts.rosters.install(firm.own, "localhost", None, with_number(firm, 2), now)
    assert firm.house.parts.rosters.roster(firm.own.id) == first
    assert firm.install(with_number(firm, 9)).number == 9


# the operator's two machines ---------------------------------------------------------------------------------------


def run(*arguments: str, house: House | None = None, given: str = "") -> Result:
    own = {}
    if house is not None:
        settings = house.parts.settings
        own = {"BEISTAND_DATA": str(settings.data), "BEISTAND_DATABASE": settings.database}
        own |= {"BEISTAND_ORIGIN": settings.origin, "BEISTAND_LISTEN": "127.0.0.1:8800"}
    return CliRunner(env=own).invoke(main, ["keys", *arguments], input=given)


async def test_s21_the_owner_signs_the_roster_on_another_machine(house: House, tmp_path: Path) -> None:
    house.clock.utc_us = Clock().now().utc_us  # the command line has the real one
    id_ = house.firm()
    tina = await house.person(id_, "tina@muster.example")
    key, root_file, asked = SoftPasskey(), tmp_path / "root.pem", tmp_path / "request.json"
    house.parts.db.write_now(lambda c: passkeys.add_passkey(c, key.row(id_, tina)))
    run("root", str(root_file), "--no-password")
    asked.write_text(run("request", house=house).stdout)
    (tmp_path / "statement.json").write_text(run("sign", str(asked), "--root", str(root_file), "--yes").stdout)
    run("install", str(tmp_path / "statement.json"), house=house)

    def sign() -> Result:
        asked.write_text(run("roster-request", house=house).stdout)
        return run("sign-roster", str(asked), "--root", str(root_file), given="y\n")

    def install(signed: Result) -> Result:
        assert signed.exit_code == 0, signed.output
        (tmp_path / "roster.json").write_text(signed.stdout)
        return run("install-roster", str(tmp_path / "roster.json"), house=house)

    signed = sign()
    print_ = passkey.fingerprint(key.spki)
    assert re.search(rf"NEW +{print_}  Tina Technik, “Schlüsselbund”", signed.stderr)
    assert "Muster IT: roster 1 names 1 passkeys, valid until " in install(signed).output
    assert "roster 1 of 1 passkeys" in run("status", house=house).output
    other = SoftPasskey("BBBB")
    house.parts.db.write_now(lambda c: passkeys.remove_passkey(c, id_, tina, key.id))
    house.parts.db.write_now(lambda c: passkeys.add_passkey(c, other.row(id_, tina, "Telefon")))
    signed = sign()
    assert re.search(rf"NEW +{passkey.fingerprint(other.spki)}  Tina Technik, “Telefon”", signed.stderr)
    assert re.search(rf"GONE +{print_}  Tina Technik", signed.stderr)
    # The server forgot that it has one (or was set back): the operator's machine does not sign a number twice.
    again = sign()
    assert "as before" in again.stderr
    assert json.loads(json.loads(again.stdout)["entries"][0]["text"])["number"] == 3
    assert "roster 3 names" in install(again).output
    assert "number 2, and number 3 is in use" in install(signed).output
    kinds = [entry.kind for entry in house.parts.db.read_now(lambda c: audit.entries(c, id_, 100, None))]
    assert kinds.count("roster installed") == 2
    asked.write_text(json.dumps(json.loads(asked.read_text()) | {"number": passkey.MOST_NUMBER}))
    greedy = run("sign-roster", str(asked), "--root", str(root_file), "--yes")
    assert "do not sign this" in greedy.output
    assert greedy.exit_code == 1


HOSTILE = {
    "no_object": "[]",
    "nothing": "",
    "deep": "[" * 100_000,
    "a_path_as_firm": {"organisation": "../../../../home/x/.ssh/authorized_keys"},
    "an_escape_in_the_name": {"company": "Muster\x1b[2J IT"},
    "a_key_that_is_none": {"keys": [{"technician": "T", "name": "n", "algorithm": -7, "key": "A" * 44, "added": "x"}]},
    "an_escape_in_a_technician": {
        "keys": [{"technician": "T\x1b[2J", "name": "n", "algorithm": -7, "key": "", "added": "x"}]
    },
    "keys_that_are_no_list": {"keys": {"a": 1}},
    "a_number_as_text": {"number": "1"},
    "number_zero": {"number": 0},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_request_is_refused_in_one_sentence(tmp_path: Path, change: Any) -> None:
    line = {"technician": "Tina", "name": "n", "algorithm": -7, "added": "2026-11-27"}
    line["key"] = base64.b64encode(SoftPasskey().spki).decode()
    right = {"beistand_roster_request": 1, "company": "Muster IT", "organisation": "0" * 36, "rp_id": "localhost"}
    text = change if isinstance(change, str) else json.dumps(right | {"number": 1, "keys": [line]} | change)
    (tmp_path / "asked.json").write_text(text)
    result = run("sign-roster", str(tmp_path / "asked.json"), "--root", str(tmp_path / "root.pem"), "--yes")
    assert result.exit_code == 1
    assert "is no request for a roster" in result.output
    assert "\x1b" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["asked.json"]


# the pages ------------------------------------------------------------------------------------------------------------


async def upload(browser: Browser, text: str) -> Any:
    token, mark = await browser.csrf("/firm/keys"), "7d1c"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n']
    head = 'Content-Disposition: form-data; name="file"; filename="roster.json"\r\nContent-Type: application/json'
    body = "".join([*parts, f"--{mark}\r\n{head}\r\n\r\n{text}\r\n--{mark}--\r\n"]).encode()
    own = {"origin": browser.origin, "content-type": f"multipart/form-data; boundary={mark}"}
    return await browser.send("POST", "/firm/keys/roster", body, own | {"sec-fetch-site": "same-origin"})


async def test_the_owner_carries_the_request_out_and_the_roster_in(firm: Firm) -> None:
    owner = await firm.house.signed_in("owner@muster.example")
    shown = (await owner.get("/firm/keys")).text
    assert passkey.fingerprint(firm.key.spki) in shown
    assert "not vouched for yet" in shown
    asked = await owner.get("/firm/keys/request")
    assert asked.headers["content-disposition"] == 'attachment; filename="roster-request.json"'
    assert asked.text == firm.request()
    assert "is no signed roster" in (await upload(owner, asked.text)).text
    assert (await upload(owner, signed_roster(asked.text, firm.root, firm.now))).status == 303
    shown = (await owner.get("/firm/keys")).text
    assert "Roster number 1, valid until" in shown
    assert "not vouched for yet" not in shown
    assert (
        "A newer roster is in use already" in (await upload(owner, signed_roster(asked.text, firm.root, firm.now))).text
    )
    tina = await firm.house.signed_in("tina@muster.example")
    own = (await tina.get("/account")).text
    assert passkey.fingerprint(firm.key.spki) in own
    assert "vouched for" in own
    assert (await tina.get("/firm/keys")).status == 403
    firm.house.parts.db.write_now(lambda c: passkeys.remove_passkey(c, firm.own.id, firm.tina, firm.key.id))
    assert "still vouches for passkeys that are gone here: Tina Technik" in (await owner.get("/firm/keys")).text


async def test_the_demand_needs_a_valid_roster_and_reaches_console_and_programs(firm: Firm) -> None:
    owner = await firm.house.signed_in("owner@muster.example")
    form = {"csrf": await owner.csrf("/firm/keys"), "demand": "yes"}
    assert "That needs a valid roster first" in (await owner.submit("/firm/keys/demand", form)).text
    firm.vouch()
    assert (await owner.submit("/firm/keys/demand", form)).status == 303
    assert "demands that the technician confirms each session" in (await owner.get("/firm/programs")).text
    browser, made = await asked(firm)
    assert (await stated(browser, made))["person"]["is_demanded"] is True
    assert (await owner.submit("/firm/keys/demand", {"csrf": form["csrf"]})).status == 303
    assert (await stated(browser, made))["person"]["is_demanded"] is False
