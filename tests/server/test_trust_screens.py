"""The pages of receipts, recordings and the recording key in a real browser, wide and narrow; axe finds nothing."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Browser

from beistand.server.clock import Clock, Moment
from beistand.server.identity import Identity
from beistand.server.keys import AUDIT_FILE, load_or_make_signing
from beistand.server.portal import vouching
from beistand.server.rosters import Rosters
from beistand.server.store import accounts, audit, cases, passkeys, receipts, recordings, sessions
from beistand.server.store.database import Database, new_id
from server.looking import look_at
from server.test_app import running, settings
from vouching import SoftPasskey, endorse, signed_roster

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TOKEN = "r" * 43


def furnish(db: Database, data: Path) -> tuple[str, str]:
    """A firm that records, a session with a recording and its receipt; the owner's cookie and the session."""
    now, cookie, id_ = Clock().now().utc_us, secrets.token_urlsafe(16), new_id(1)
    firm = db.write_now(lambda c: accounts.add_organisation(c, "Muster IT", "localhost", now))
    person = {"id": "o", "email": "olga@muster.example", "name": "Olga Owner", "role": "owner"}
    person |= {"password_hash": "x", "totp_sealed": "x"}
    db.write_now(lambda c: accounts.add_user(c, firm, person, now))
    db.write_now(lambda c: accounts.start_sign_in(c, firm, "o", cookie, now))
    values: dict[str, object] = {"id": id_, "user_id": "o", "customer_id": None, "customer_name": "Gemeinde Klecksdorf"}
    values |= {"language": "de", "level": 2, "is_chargeable": False, "notice": "", "covered_by": "Wartung"}
    db.write_now(lambda c: sessions.add_session(c, firm, values | {"created_us": now}))
    case = db.write_now(lambda c: cases.add_case(c, firm, None, "Drucker im Bauamt druckt nicht mehr", now))
    decision = cases.Decision(id_, now, "o", 1, False, None, None, None, None, None, case.id, "", "")
    db.write_now(lambda c: cases.add_decision(c, firm, decision))
    told = [("customer", "receipt", {"token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest()})]
    told += [("customer", "consent", {"level": 2, "charge": 0}), ("customer", "record_on", {"days": 30})]
    told += [("customer", "record_off", {"by": "customer"}), ("customer", "ended", {"by": "customer"})]
    for at, (role, name, detail) in enumerate(told):
        fact = sessions.make_fact(id_, Moment(now + at * 1_000_000, at), "run", role, name, detail)
        db.write_now(lambda c, fact=fact: sessions.add_fact(c, firm, fact))
    db.write_now(lambda c: receipts.settle(c, firm, id_, now))
    db.write_now(lambda c: audit.checkpoint(c, firm, load_or_make_signing(data / AUDIT_FILE), now))
    db.write_now(lambda c: recordings.add_key(c, firm, "QUJD", "98e386ce98396554" * 4, "o", now))
    db.write_now(lambda c: recordings.set_terms(c, firm, True, 30, "o", now))
    one = db.write_now(lambda c: recordings.begin(c, firm, id_, "o", now))
    db.write_now(lambda c: recordings.grow(c, firm, one, 3, 4_200_000))
    vouch(db, data, firm)
    return cookie, id_


def vouch(db: Database, data: Path, firm: str) -> None:
    """The owner's passkey stands in the roster; one that came later does not."""
    own, root = db.read_now(lambda c: accounts.get_organisation(c, firm)), Ed25519PrivateKey.generate()
    identity = Identity(data, load_or_make_signing(data / AUDIT_FILE).public_key().public_bytes_raw())
    at = Clock().now().utc_us
    pin = endorse(identity, own, root, at // 1_000_000)
    db.write_now(lambda c: passkeys.add_passkey(c, SoftPasskey().row(firm, "o", "Fingerabdruck am Notebook", at)))
    asked = Rosters(data).request(own, "localhost", db.read_now(lambda c: vouching.lines(c, firm)))
    signed = signed_roster(asked, root, at // 1_000_000)
    Rosters(data).install(own, "localhost", pin, signed, at // 1_000_000)
    db.write_now(lambda c: passkeys.add_passkey(c, SoftPasskey("BBBB").row(firm, "o", "YubiKey am Bund", at)))


@pytest.mark.parametrize(("language", "width"), [("de", 1280), ("de", 390), ("en", 390)])
async def test_receipts_and_recordings_are_read_by_everybody(
    tmp_path: Path, chromium: Browser, language: str, width: int
) -> None:
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none", "smtp_from": "hilfe@muster.example"}
    own = replace(settings(tmp_path), **smtp)
    async with running(own) as lines:
        origin = lines[1].split()[-1].partition("/setup/")[0]
        db = Database(own.database)
        cookie, session = furnish(db, own.data)
        db.close()
        pages = {
            "receipt": f"/receipt/{TOKEN}",
            "session_receipt": f"/sessions/{session}/receipt",
            "recordings": "/recordings",
            "recording_key": "/console/recording-key.html",
            "people": "/users",
            "account": "/account",
            "firm": "/firm",
            "keys": "/firm/keys",
            "retention": "/firm/retention",
            "taxes": "/firm/taxes",
            "cases": "/cases",
        }
        await look_at(chromium, origin, cookie, pages, language, width, tmp_path)
