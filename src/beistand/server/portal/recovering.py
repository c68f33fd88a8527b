"""The door for who lost their passkey or phone: a recovery code opens a link for a new factor, never a sign-in.

Whoever has a password says it too; whoever has passkeys alone has nothing else to say.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.server.portal import limits, passwords, signing_in
from beistand.server.portal.access import PUBLIC, Door, Visit
from beistand.server.store import accounts, audit, passkeys, people
from beistand.server.store.accounts import User

CODES = 10
LINK_SECONDS = 900
# Without 0, O, 1 and I: 32 letters, 5 bits each.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 16


def doors() -> list[Door]:
    """The routes."""
    return [Door("/recover", ("GET",), PUBLIC, form), Door("/recover", ("POST",), PUBLIC, recover)]


def new_codes() -> list[str]:
    """Ten codes of 80 random bits, in four groups."""
    made = ("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(CODES))
    return ["-".join(code[i : i + 4] for i in range(0, _LENGTH, 4)) for code in made]


def plain(code: str) -> str:
    """A code as it is kept, however it was typed."""
    return "".join(letter for letter in code.upper()[:40] if letter in _LETTERS)


async def form(visit: Visit) -> Response:
    """Address, code, and the password of who has one."""
    return _page(visit, 200, "")


async def recover(visit: Visit) -> Response:
    """The code fits: it is used up, and a link for a new factor opens. One answer for whatever was wrong (S41)."""
    fields = await visit.form()
    visit.allow(f"recovery {visit.address}", limits.RECOVERY_FROM_ADDRESS)
    who = signing_in.slow_down(visit, fields.get("email", ""))
    user = await visit.parts.db.read(lambda c: accounts.user_by_email(c, who))
    password = fields.get("password", "")[: passwords.LONGEST]
    # Asked of everybody, so that nobody sees by the time who has a password.
    is_right = await visit.parts.passwords.is_right(user.password_hash if user else None, password)
    if user is None or not user.is_active or (user.password_hash and not is_right):
        return _page(visit, 401, "wrong_recovery")
    if not await signing_in.is_firm_active(visit, user):
        return _page(visit, 401, "wrong_recovery")
    token, code = secrets.token_urlsafe(24), plain(fields.get("code", ""))
    if not await visit.parts.db.write(lambda c: _open(c, user, code, token, visit.at.utc_us)):
        return _page(visit, 401, "wrong_recovery")
    return RedirectResponse(f"/welcome/{token}", 303)


def _open(db: Connection, user: User, code: str, token: str, utc_us: int) -> bool:
    if not passkeys.use_code(db, user.organisation_id, user.id, code):
        return False
    people.end_sign_ins(db, user.organisation_id, user.id)
    people.factor_link(db, user, token, LINK_SECONDS, user.id, utc_us)
    told = {"user": user.id, "email": user.email, "left": passkeys.codes_left(db, user.organisation_id, user.id)}
    audit.append(db, user.organisation_id, "recovery code used", told, user.id, utc_us)
    return True


def _page(visit: Visit, status: int, problem: str) -> Response:
    return visit.parts.pages.page("recover", visit.language, status, problem=problem, csrf=visit.form_token)
