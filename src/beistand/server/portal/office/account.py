"""The page of one's own account: passkeys, password and app, recovery codes, other browsers.

Changes ask for a sign-in of the last quarter of an hour, and never take the last factor away (S31).
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.protocol.passkey import fingerprint
from beistand.server.clock import as_text
from beistand.server.documents.receipt import moment
from beistand.server.portal import limits, recovering, signing_in, texts, vouching
from beistand.server.portal.access import ANYBODY_SIGNED_IN, Door, RefusalError, Visit
from beistand.server.portal.ceremonies import CeremonyError, Person, public_key
from beistand.server.portal.office.page import page
from beistand.server.portal.setup import new_passkey, passkey_name
from beistand.server.store import accounts, audit, passkeys, people
from beistand.server.store.database import StoreError
from beistand.server.store.passkeys import Passkey

FRESH_US = 15 * 60 * 1_000_000
SELF_SECONDS = 900


@dataclass(frozen=True)
class Row:
    """A passkey as the page shows it; `is_vouched`: the firm's roster names it."""

    id: str
    name: str
    made: str
    used: str
    fingerprint: str
    is_vouched: bool


def doors() -> list[Door]:
    """The routes."""
    post = ("POST",)
    return [
        Door("/account", ("GET",), ANYBODY_SIGNED_IN, account),
        Door("/account/passkeys", post, ANYBODY_SIGNED_IN, add),
        Door("/account/passkeys/{id}/rename", post, ANYBODY_SIGNED_IN, rename),
        Door("/account/passkeys/{id}/remove", post, ANYBODY_SIGNED_IN, remove),
        Door("/account/password", post, ANYBODY_SIGNED_IN, password),
        Door("/account/password/remove", post, ANYBODY_SIGNED_IN, remove_password),
        Door("/account/codes", post, ANYBODY_SIGNED_IN, codes),
        Door("/account/others", post, ANYBODY_SIGNED_IN, others),
    ]


async def account(visit: Visit) -> Response:
    """The page; with `options` what the browser needs to make a passkey."""
    asked = visit.request.query_params
    if "options" not in asked:
        done = next((key for key in ("saved", "new") if key in asked), "")
        return await _page(visit, done, "")
    me, firm = visit.me, visit.me.organisation_id
    visit.allow(f"question {visit.address}", limits.QUESTION_FROM_ADDRESS)
    known = await visit.parts.db.read(lambda c: passkeys.passkeys(c, firm, me.id))
    who, at = Person(me.id, me.email, me.name), visit.run_seconds
    options = visit.parts.ceremonies.registration(signing_in.site(visit), who, known, at)
    return Response(options, media_type="application/json")


async def add(visit: Visit) -> Response:
    """One more passkey."""
    fields, me = await visit.form(), visit.me
    visit.allow(f"factors {me.id}", limits.FACTORS_OF_USER)
    if (again := await _again(visit)) is not None:
        return again
    try:
        made = visit.parts.ceremonies.register(
            signing_in.site(visit), me.id, fields.get("credential", ""), visit.run_seconds
        )
    except CeremonyError as error:
        signing_in.log.info("%s", error)
        return await _page(visit, "", "passkey_failed")
    name = texts.one_line(fields.get("name", "")) or passkey_name(visit)

    def keep(db: Connection) -> None:
        passkeys.add_passkey(db, new_passkey(me.organisation_id, me.id, made, name, visit.at.utc_us))
        _note(db, visit, "factor added", {"factor": "passkey", "name": name})

    try:
        await visit.parts.db.write(keep)
    except StoreError as error:
        if "at most" not in str(error) and "already" not in str(error):
            raise
        return await _page(visit, "", "passkey_failed")
    return RedirectResponse("/account?saved", 303)


async def rename(visit: Visit) -> Response:
    """Another name for a passkey."""
    fields, me, id_ = await visit.form(), visit.me, visit.request.path_params["id"]
    name = texts.one_line(fields.get("name", ""))
    if not name:
        return await _page(visit, "", "missing")
    if not await visit.parts.db.write(lambda c: passkeys.rename_passkey(c, me.organisation_id, me.id, id_, name)):
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return RedirectResponse("/account?saved", 303)


async def remove(visit: Visit) -> Response:
    """A passkey goes, but not the last factor."""
    await visit.form()
    me, id_ = visit.me, visit.request.path_params["id"]
    if (again := await _again(visit)) is not None:
        return again

    def take(db: Connection) -> str:
        accounts.lock_user(db, me.organisation_id, me.id)
        now, own = accounts.get_user(db, me.organisation_id, me.id), passkeys.passkeys(db, me.organisation_id, me.id)
        if id_ not in {key.id for key in own}:
            return "not_found"
        if len(own) == 1 and not (now and now.password_hash):
            return "last_factor"
        passkeys.remove_passkey(db, me.organisation_id, me.id, id_)
        _note(db, visit, "factor removed", {"factor": "passkey"})
        return ""

    return await _told(visit, await visit.parts.db.write(take))


async def password(visit: Visit) -> Response:
    """Opens a link with which one sets a password and an app, instead of the old ones."""
    await visit.form()
    me, token = visit.me, secrets.token_urlsafe(24)
    visit.allow(f"factors {me.id}", limits.FACTORS_OF_USER)
    if (again := await _again(visit)) is not None:
        return again
    at = visit.at.utc_us
    await visit.parts.db.write(lambda c: people.factor_link(c, me, token, SELF_SECONDS, me.id, at))
    return RedirectResponse(f"/welcome/{token}?password", 303)


async def remove_password(visit: Visit) -> Response:
    """Password and app go, if there is a passkey."""
    await visit.form()
    me = visit.me
    if (again := await _again(visit)) is not None:
        return again

    def take(db: Connection) -> str:
        accounts.lock_user(db, me.organisation_id, me.id)
        if not passkeys.passkeys(db, me.organisation_id, me.id):
            return "last_factor"
        accounts.set_password(db, me.organisation_id, me.id, "", "")
        _note(db, visit, "factor removed", {"factor": "password and app"})
        return ""

    return await _told(visit, await visit.parts.db.write(take))


async def codes(visit: Visit) -> Response:
    """Ten new recovery codes, shown this once; earlier ones end."""
    await visit.form()
    me, made = visit.me, recovering.new_codes()
    visit.allow(f"factors {me.id}", limits.FACTORS_OF_USER)
    if (again := await _again(visit)) is not None:
        return again

    def keep(db: Connection) -> None:
        kept = [recovering.plain(code) for code in made]
        passkeys.replace_codes(db, me.organisation_id, me.id, kept, visit.at.utc_us)
        _note(db, visit, "recovery codes made", {})

    await visit.parts.db.write(keep)
    start = signing_in.STARTS[me.role]
    return await page(visit, "account_codes", codes=made, start=start, here="account")


async def others(visit: Visit) -> Response:
    """Every other browser is signed out."""
    await visit.form()
    me, token = visit.me, visit.token

    def end(db: Connection) -> None:
        people.end_sign_ins(db, me.organisation_id, me.id, token)
        _note(db, visit, "signed out elsewhere", {})

    await visit.parts.db.write(end)
    return RedirectResponse("/account?saved", 303)


async def _again(visit: Visit) -> Response | None:
    """The way to sign in once more, if the last time is too long ago for a change of factors."""
    since = await visit.parts.db.read(lambda c: accounts.signed_in_since(c, visit.token))
    return None if since > visit.at.utc_us - FRESH_US else RedirectResponse("/sign-in?again&next=/account", 303)


def _note(db: Connection, visit: Visit, kind: str, data: dict[str, object]) -> None:
    me = visit.me
    audit.append(db, me.organisation_id, kind, {"user": me.id, "email": me.email, **data}, me.id, visit.at.utc_us)


async def _told(visit: Visit, problem: str) -> Response:
    if problem == "not_found":
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return await _page(visit, "", problem) if problem else RedirectResponse("/account?saved", 303)


async def _page(visit: Visit, done: str, problem: str) -> Response:
    me = visit.me
    found = await visit.parts.db.read(lambda c: passkeys.passkeys(c, me.organisation_id, me.id))
    roster = await asyncio.to_thread(visit.parts.rosters.roster, me.organisation_id)
    vouched = {one.id for one in vouching.vouched(roster, me, found, visit.at.utc_seconds)}
    shown: dict[str, object] = {
        "passkeys": [_row(visit, key, key.id in vouched) for key in found],
        "has_password": bool(me.password_hash),
        "codes_left": await visit.parts.db.read(lambda c: passkeys.codes_left(c, me.organisation_id, me.id)),
        "done": done,
        "problem": problem,
        "start": signing_in.STARTS[me.role],
    }
    return await page(visit, "account", 422 if problem else 200, here="account", **shown)


def _row(visit: Visit, key: Passkey, is_vouched: bool) -> Row:
    made = public_key(key.public_key)
    shown = (_moment(visit, key.created_us), _moment(visit, key.used_us), fingerprint(made[1]) if made else "")
    return Row(key.id, key.name, *shown, is_vouched)


def _moment(visit: Visit, utc_us: int) -> str:
    return moment(as_text(utc_us), visit.language) if utc_us else ""
