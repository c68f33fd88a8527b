"""Doors for signing in and out: by passkey, or by password and app, as form and as JSON; all take the same steps."""

from __future__ import annotations

import logging
import re
import secrets

from starlette.responses import JSONResponse, RedirectResponse, Response

from beistand.server.portal import limits, passwords
from beistand.server.portal.access import ANYBODY_SIGNED_IN, PUBLIC, Door, RefusalError, Visit
from beistand.server.portal.ceremonies import SIGN_IN, CeremonyError, Site, credential_id
from beistand.server.store import accounts, passkeys
from beistand.server.store.accounts import User
from beistand.server.store.passkeys import Passkey

# Where each role's work begins.
STARTS = {"owner": "/console/", "technician": "/console/", "billing": "/invoices", "auditor": "/log"}
_LOCAL_PATH = re.compile(r"^/[A-Za-z0-9][A-Za-z0-9/._-]*$")

log = logging.getLogger("beistand.portal")


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/sign-in", ("GET",), PUBLIC, form),
        Door("/sign-in", ("POST",), PUBLIC, by_form),
        Door("/sign-out", ("POST",), ANYBODY_SIGNED_IN, out_by_form),
        Door("/api/sign-in", ("POST",), PUBLIC, by_json),
        Door("/api/sign-out", ("POST",), ANYBODY_SIGNED_IN, out_by_json),
    ]


async def form(visit: Visit) -> Response:
    """The form; who is signed in already goes on. With `options` the question for the browser's passkeys."""
    asked = visit.request.query_params
    if "options" in asked:
        visit.allow(f"question {visit.address}", limits.QUESTION_FROM_ADDRESS)
        question = visit.parts.ceremonies.question(site(visit), SIGN_IN, [], visit.run_seconds)
        return Response(question, media_type="application/json")
    following = _following(asked.get("next", ""))
    if visit.user and "again" not in asked:
        return RedirectResponse(following or STARTS[visit.user.role], 303)
    message = "welcome" if "welcome" in asked else "sign_in_again" if "again" in asked else ""
    return sign_in_page(visit, 200, following, message)


async def by_form(visit: Visit) -> Response:
    """Checks a passkey, or password and app; one same answer for whatever was wrong (S41)."""
    fields = await visit.form()
    following = _following(fields.get("next", ""))
    if "credential" in fields:
        user, wrong = await prove_passkey(visit, fields["credential"]), "wrong_passkey"
    else:
        user = await prove(visit, fields.get("email", ""), fields.get("password", ""), fields.get("code", ""))
        wrong = "wrong_sign_in"
    if user is None:
        return sign_in_page(visit, 401, following, wrong)
    response = RedirectResponse(following or STARTS[user.role], 303)
    await let_in(visit, user, response)
    return response


async def by_json(visit: Visit) -> Response:
    """The way in for programs."""
    body = await visit.json()
    email, password, code = (body.get(name) for name in ("email", "password", "code"))
    if not isinstance(email, str) or not isinstance(password, str) or not isinstance(code, str):
        raise RefusalError(400, "fields", "email, password and code are texts.")
    user = await prove(visit, email, password, code)
    if user is None:
        raise RefusalError(401, "wrong_sign_in", visit.say("wrong_sign_in"))
    response = JSONResponse({"name": user.name, "email": user.email, "role": user.role})
    await let_in(visit, user, response)
    return response


async def out_by_form(visit: Visit) -> Response:
    """Ends this browser's sign-in."""
    await visit.form()
    return await _let_out(visit, RedirectResponse("/sign-in", 303))


async def out_by_json(visit: Visit) -> Response:
    """Ends this browser's sign-in."""
    return await _let_out(visit, JSONResponse({}))


async def prove(visit: Visit, email: str, password: str, code: str) -> User | None:
    """The user, if password and code are right and the code is fresh. Costs the same for unknown users."""
    who = slow_down(visit, email)
    parts = visit.parts
    user = await parts.db.read(lambda c: accounts.user_by_email(c, who))
    is_right = await parts.passwords.is_right(user.password_hash if user else None, password[: passwords.LONGEST])
    if user is None or not is_right or not user.is_active or not user.totp_sealed:
        return None
    step = passwords.check_code(parts.keys.open(user.totp_sealed, user.id), code, visit.at.utc_seconds)
    if step is None:
        return None
    is_fresh = await parts.db.write(lambda c: accounts.use_totp_step(c, user.organisation_id, user.id, step))
    return user if is_fresh and await is_firm_active(visit, user) else None


async def prove_passkey(visit: Visit, text: str, user: User | None = None, purpose: str = SIGN_IN) -> User | None:
    """The user whose passkey answered our question, or None. With `user` it must be one of theirs."""
    visit.allow(f"sign-in {visit.address}", limits.SIGN_IN_FROM_ADDRESS)
    try:
        id_ = credential_id(text)
        key = await visit.parts.db.read(lambda c: passkeys.passkey_by_id(c, id_))
        if key is None or (user is not None and key.user_id != user.id):
            return None
        count = visit.parts.ceremonies.prove(site(visit), key, purpose, text, visit.run_seconds)
    except CeremonyError as error:
        log.info("%s", error)
        return None
    return await _owner_of(visit, key, count)


async def _owner_of(visit: Visit, key: Passkey, count: int) -> User | None:
    at, firm, id_, owner = visit.at.utc_us, key.organisation_id, key.id, key.user_id
    is_new = await visit.parts.db.write(lambda c: passkeys.use_passkey(c, firm, id_, count, at))
    user = await visit.parts.db.read(lambda c: accounts.get_user(c, firm, owner))
    if not is_new or user is None or not user.is_active or not await is_firm_active(visit, user):
        return None
    return user


async def is_firm_active(visit: Visit, user: User) -> bool:
    """Whether the operator lets the user's firm work."""
    firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, user.organisation_id))
    return firm.is_active


def slow_down(visit: Visit, email: str) -> str:
    """Counts an attempt for an address (S40); gives it as it is kept. RefusalError 429."""
    who = email.strip().lower()[:254]
    visit.allow(f"sign-in {visit.address}", limits.SIGN_IN_FROM_ADDRESS)
    visit.allow(f"sign-in {visit.address} {who}", limits.SIGN_IN_AS_PERSON_FROM_ADDRESS)
    visit.allow(f"sign-in {who}", limits.SIGN_IN_AS_PERSON)
    return who


def site(visit: Visit) -> Site:
    """For which host and origin passkeys are made here."""
    return Site(visit.parts.settings.rp_id, visit.parts.settings.origin)


async def let_in(visit: Visit, user: User, response: Response) -> None:
    """Starts a sign-in for somebody who has just proven both factors."""
    token, at = secrets.token_urlsafe(32), visit.at.utc_us
    if visit.token:
        await visit.parts.db.write(lambda c: accounts.end_sign_in(c, visit.token))
    await visit.parts.db.write(lambda c: accounts.start_sign_in(c, user.organisation_id, user.id, token, at))
    is_https = visit.parts.settings.is_https
    response.set_cookie(visit.parts.cookie, token, path="/", secure=is_https, httponly=True, samesite="strict")


async def _let_out(visit: Visit, response: Response) -> Response:
    await visit.parts.db.write(lambda c: accounts.end_sign_in(c, visit.token))
    is_https = visit.parts.settings.is_https
    response.delete_cookie(visit.parts.cookie, path="/", secure=is_https, httponly=True, samesite="strict")
    return response


def sign_in_page(visit: Visit, status: int, following: str, message: str) -> Response:
    """The page with every way in; `message` is the key of what went wrong or well, or ""."""
    is_good = message in ("welcome", "sign_in_again")
    values = {"following": following, "message": message, "is_good": is_good, "csrf": visit.form_token}
    return visit.parts.pages.page("sign_in", visit.language, status, **values)


def _following(text: str) -> str:
    """Where to go afterwards: a path of ours, never another host; "" for where the role's work begins."""
    return text if _LOCAL_PATH.match(text) else ""
