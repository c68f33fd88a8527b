"""The firm's online key, the root key's statement about it, and what a program with a pinned root believes."""

from __future__ import annotations

import base64
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.cli import main
from beistand.protocol import identity
from beistand.protocol.errors import PeerError
from beistand.protocol.identity import BY_FIRM, NOT_VERIFIED, Bound, Who
from beistand.server.clock import Clock
from beistand.server.identity import IdentityError
from beistand.server.store import accounts
from server.conftest import Browser, House
from vouching import endorse

SHARE = bytes(range(32))
SHARE_TEXT = base64.b64encode(SHARE).decode()


async def technician(house: House) -> tuple[Browser, Any]:
    firm = house.firm()
    await house.person(firm, "tina@muster.example")
    browser = await house.signed_in("tina@muster.example")
    made = (await browser.post("/api/sessions", {"customer_name": "Frau Muster", "level": 2})).json
    await house.parts.log.settled()
    return browser, made


async def stated(browser: Browser, made: Any, share: str = SHARE_TEXT) -> Any:
    return await browser.post(f"/api/sessions/{made['id']}/statement", {"share": share})


def bound(house: House, made: Any, **other: Any) -> Bound:
    known = {"share": SHARE, "organisation": made["organisation"], "route": made["nameplate"]}
    return Bound(**known | {"utc_seconds": house.clock.utc_us // 1_000_000} | other)


def run(*arguments: str, data: Path | None = None, database: str = "", given: str = "") -> Result:
    own = {"BEISTAND_DATA": str(data), "BEISTAND_DATABASE": database} if data else {}
    return CliRunner(env=own).invoke(main, ["keys", *arguments], input=given)


async def test_s21_without_a_root_key_the_statement_is_signed_but_not_verified(house: House) -> None:
    browser, made = await technician(house)
    ident = (await stated(browser, made)).json["ident"].encode()
    assert len(ident) < identity.IDENT_BYTES
    who = identity.verify(ident, bound(house, made), None)
    assert who == Who("Muster IT", "Tina Technik", "muster.example", NOT_VERIFIED)
    with pytest.raises(PeerError) as refused:
        identity.verify(ident, bound(house, made), bytes(32))
    assert refused.value.code in ("ident_forged", "ident")


async def test_s21_the_root_key_made_by_the_command_line_makes_it_verified(house: House, tmp_path: Path) -> None:
    house.clock.utc_us = Clock().now().utc_us  # the command line has the real one
    browser, made = await technician(house)
    data, database = house.parts.settings.data, house.parts.settings.database
    root_file, asked, statement = tmp_path / "root.pem", tmp_path / "request.json", tmp_path / "statement.json"
    printed = run("root", str(root_file), "--no-password")
    root = base64.b64decode(printed.stdout.strip())
    assert stat.S_IMODE(root_file.stat().st_mode) == 0o600
    assert run("public", str(root_file)).stdout == printed.stdout
    asked.write_text(run("request", data=data, database=database).stdout)
    signing = run("sign", str(asked), "--root", str(root_file), given="y\n")
    assert signing.exit_code == 0, signing.output
    assert "Muster IT" in signing.stderr
    statement.write_text(signing.stdout)
    installed = run("install", str(statement), data=data, database=database)
    assert installed.exit_code == 0, installed.output
    assert "Muster IT: technicians are vouched for until " in installed.output
    assert base64.b64encode(root).decode() in run("status", data=data, database=database).output
    ident = (await stated(browser, made)).json["ident"].encode()
    who = identity.verify(ident, bound(house, made), root)
    assert who == Who("Muster IT", "Tina Technik", "muster.example", BY_FIRM)
    for mode in (path.stat().st_mode for path in (data / "identity").glob("*.key.json")):
        assert stat.S_IMODE(mode) == 0o600


async def installed(house: House, tmp_path: Path) -> bytes:
    """A root key and its statement at the test's own time; gives the public root."""
    firm = house.parts.db.read_now(accounts.organisations)[0]
    return endorse(house.parts.identity, firm, Ed25519PrivateKey.generate(), house.clock.utc_us // 1_000_000, 1)


async def test_s21_a_program_with_the_pinned_root_believes_this_session_alone(house: House, tmp_path: Path) -> None:
    browser, made = await technician(house)
    root = await installed(house, tmp_path)
    ident = (await stated(browser, made)).json["ident"].encode()
    who = identity.verify(ident, bound(house, made), root)
    assert who == Who("Muster IT", "Tina Technik", "muster.example", BY_FIRM)
    for other in ({"share": bytes(32)}, {"route": "999"}, {"organisation": "other"}, {"utc_seconds": 1}):
        with pytest.raises(PeerError, match="statement"):
            identity.verify(ident, bound(house, made, **other), root)


async def test_a_statement_is_made_for_ones_own_session_while_its_number_waits(house: House) -> None:
    browser, made = await technician(house)
    firm = made["organisation"]
    await house.person(firm, "tom@muster.example", name="Tom Anders")
    other = await house.signed_in("tom@muster.example")
    assert (await stated(other, made)).status == 409
    for share in ("", "AAAA", "?" * 44, base64.b64encode(bytes(31)).decode()):
        assert (await stated(browser, made, share)).status == 422
    house.parts.log.record(made["id"], "server", "confirmed", {"detail": "technician"})
    await house.parts.log.settled()
    assert (await stated(browser, made)).status == 409


async def test_s39_another_firms_session_is_unknown(house: House) -> None:
    _, made = await technician(house)
    other = house.firm("Zweite IT")
    await house.person(other, "eva@zweite.example")
    assert (await stated(await house.signed_in("eva@zweite.example"), made)).status == 404


async def test_a_statement_for_another_server_is_not_installed(house: House, tmp_path: Path) -> None:
    await technician(house)
    await installed(house, tmp_path)
    firm = house.parts.db.read_now(accounts.organisations)[0]
    path = house.parts.settings.data / "identity" / f"{firm.id}.statement.json"
    whole, now = json.loads(path.read_text()), house.clock.utc_us // 1_000_000
    foreign = whole | {"text": whole["text"].replace(firm.id, "01234567-0123-0123-0123-0123456789ab")}
    for text in (json.dumps(foreign), "", "[]", "{}", json.dumps(whole | {"root": "AAAA"}), "x" * 30_000):
        with pytest.raises(IdentityError):
            house.parts.identity.install(firm, text, now)
    with pytest.raises(IdentityError, match="not valid now"):
        house.parts.identity.install(firm, json.dumps(whole), now + 10 * 86_400)
    assert json.loads(path.read_text()) == whole


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("sign", "nowhere.json", "--root", "nowhere.pem"), "is no request of a server"),
        (("public", "nowhere.pem"), "cannot be read: name the root key's file"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    os.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 1
    assert sentence in result.output


def test_a_root_key_is_never_overwritten_and_its_password_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "root.pem"
    made = run("root", str(file), given="geheim\ngeheim\n")
    assert made.exit_code == 0, made.output
    before = file.read_bytes()
    assert b"ENCRYPTED" in before
    assert "never overwritten" in run("root", str(file), "--no-password").output
    assert "the password is wrong" in run("public", str(file), given="falsch\n").output
    assert run("public", str(file), given="geheim\n").exit_code == 0
    assert file.read_bytes() == before
