"""Doors for signing in and out, by form and by JSON; both take the same steps."""

from __future__ import annotations

import re
import secrets

from starlette.responses import JSONResponse, RedirectResponse, Response

from beistand.server.portal import limits, passwords
from beistand.server.portal.access import ANYBODY_SIGNED_IN, PUBLIC, Door, RefusalError, Visit
from beistand.server.store import accounts
from beistand.server.store.accounts import User

START = "/console/"
_LOCAL_PATH = re.compile(r"^/[A-Za-z0-9][A-Za-z0-9/._-]*$")


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
    """The form; who is signed in already goes on."""
    following = _following(visit.request.query_params.get("next", ""))
    if visit.user:
        return RedirectResponse(following, 303)
    is_welcome = "welcome" in visit.request.query_params
    return _form(visit, 200, following, "welcome" if is_welcome else "")


async def by_form(visit: Visit) -> Response:
    """Checks both factors; one same answer for whatever was wrong (S41)."""
    fields = await visit.form()
    following = _following(fields.get("next", ""))
    user = await prove(visit, fields.get("email", ""), fields.get("password", ""), fields.get("code", ""))
    if user is None:
        return _form(visit, 401, following, "wrong_sign_in")
    response = RedirectResponse(following, 303)
    await let_in(visit, user, response)
    return response


async def by_json(visit: Visit) -> Response:
    """The console's way in."""
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
    who = email.strip().lower()[:254]
    visit.allow(f"sign-in {visit.address}", limits.SIGN_IN_FROM_ADDRESS)
    visit.allow(f"sign-in {visit.address} {who}", limits.SIGN_IN_AS_PERSON_FROM_ADDRESS)
    visit.allow(f"sign-in {who}", limits.SIGN_IN_AS_PERSON)
    parts = visit.parts
    user = await parts.db.read(lambda c: accounts.user_by_email(c, who))
    is_right = await parts.passwords.is_right(user.password_hash if user else None, password[: passwords.LONGEST])
    if user is None or not is_right or not user.is_active:
        return None
    step = passwords.check_code(parts.keys.open(user.totp_sealed, user.id), code, visit.at.utc_seconds)
    if step is None:
        return None
    is_fresh = await parts.db.write(lambda c: accounts.use_totp_step(c, user.organisation_id, user.id, step))
    return user if is_fresh else None


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


def _form(visit: Visit, status: int, following: str, message: str) -> Response:
    values = {"following": following, "message": message, "csrf": visit.form_token}
    return visit.parts.pages.page("sign_in", visit.language, status, **values)


def _following(text: str) -> str:
    """Where to go afterwards: a path of ours, never another host."""
    return text if _LOCAL_PATH.match(text) else START
