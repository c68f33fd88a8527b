"""The page of the firm's people, for the owner: invite, change role, keep out, let in, reset factors."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.server.clock import as_text
from beistand.server.documents.receipt import moment
from beistand.server.portal import limits, texts
from beistand.server.portal.access import OWNER, Door, RefusalError, Visit
from beistand.server.portal.office.page import page
from beistand.server.store import accounts, passkeys, people
from beistand.server.store.accounts import User
from beistand.server.store.people import Guest, PeopleError
from beistand.server.store.tables import ROLES

# How long an invitation may work, in days.
DAYS = (1, 3, 7)


@dataclass(frozen=True)
class Row:
    """A person as the page shows them; `factors` are the keys of what they sign in with."""

    id: str
    name: str
    email: str
    role: str
    is_active: bool
    is_me: bool
    factors: list[str]


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/users", ("GET",), OWNER, users),
        Door("/users/invitations", ("POST",), OWNER, invite),
        Door("/users/invitations/{id}/revoke", ("POST",), OWNER, revoke),
        Door("/users/{id}/role", ("POST",), OWNER, role),
        Door("/users/{id}/disable", ("POST",), OWNER, disable),
        Door("/users/{id}/enable", ("POST",), OWNER, enable),
        Door("/users/{id}/reset", ("POST",), OWNER, reset),
    ]


async def users(visit: Visit) -> Response:
    """People and open invitations."""
    return await _page(visit, "saved" if "saved" in visit.request.query_params else "", "")


async def invite(visit: Visit) -> Response:
    """Makes a one-time link and shows it this once."""
    fields, me = await visit.form(), visit.me
    visit.allow(f"invite {me.id}", limits.INVITATION_OF_USER)
    email = texts.one_line(fields.get("email", ""), 254)
    days = texts.whole(fields.get("days", ""), min(DAYS), max(DAYS))
    guest = Guest(fields.get("role", ""), texts.one_line(fields.get("name", "")), email, (days or 1) * 86_400)
    if guest.role not in ROLES or days is None:
        raise RefusalError(400, "form", visit.say("bad_request"))
    taken = await visit.parts.db.read(lambda c: accounts.user_by_email(c, email) is not None)
    if email and (taken or not texts.is_email(email)):
        return await _page(visit, "", "bad_email", entered={"name": "", "email": "", "role": ""} | fields)
    token, at = secrets.token_urlsafe(24), visit.at.utc_us
    try:
        await visit.parts.db.write(lambda c: people.invite(c, me.organisation_id, token, guest, me.id, at))
    except PeopleError as error:
        return await _page(visit, "", f"people_{error.key}", entered={"name": "", "email": "", "role": ""} | fields)
    return await _page(visit, "", "", link=_link(visit, token), link_for=guest.name or email, link_kind="invite")


async def revoke(visit: Visit) -> Response:
    """Withdraws an invitation."""
    await visit.form()
    me, id_, at = visit.me, visit.request.path_params["id"], visit.at.utc_us
    if not await visit.parts.db.write(lambda c: people.revoke(c, me.organisation_id, id_, me.id, at)):
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return RedirectResponse("/users?saved", 303)


async def role(visit: Visit) -> Response:
    """Another role."""
    fields = await visit.form()
    new = fields.get("role", "")
    if new not in ROLES:
        raise RefusalError(400, "form", visit.say("bad_request"))
    me, id_, at = visit.me, visit.request.path_params["id"], visit.at.utc_us
    return await _change(visit, lambda c: people.change_role(c, me.organisation_id, id_, new, me.id, at))


async def disable(visit: Visit) -> Response:
    """Keeps somebody out: browsers at once, running support sessions within 5 s (S33)."""
    return await _set_active(visit, is_active=False)


async def enable(visit: Visit) -> Response:
    """Lets somebody in again."""
    return await _set_active(visit, is_active=True)


async def _set_active(visit: Visit, is_active: bool) -> Response:
    await visit.form()
    me, id_, at = visit.me, visit.request.path_params["id"], visit.at.utc_us
    return await _change(visit, lambda c: people.set_active(c, me.organisation_id, id_, is_active, me.id, at))


async def reset(visit: Visit) -> Response:
    """All factors of somebody end; the link for new ones is shown this once."""
    await visit.form()
    me, id_, at, token = visit.me, visit.request.path_params["id"], visit.at.utc_us, secrets.token_urlsafe(24)
    if id_ == me.id:
        return await _page(visit, "", "people_self")
    try:
        who = await visit.parts.db.write(
            lambda c: people.reset_factors(c, me.organisation_id, id_, token, me.id, at)
        )  # fmt: skip
    except PeopleError as error:
        return await _refused(visit, error)
    return await _page(visit, "", "", link=_link(visit, token), link_for=who.name, link_kind="reset")


async def _change(visit: Visit, change: people.Change) -> Response:
    try:
        await visit.parts.db.write(change)
    except PeopleError as error:
        return await _refused(visit, error)
    return RedirectResponse("/users?saved", 303)


async def _refused(visit: Visit, error: PeopleError) -> Response:
    if error.key == "unknown":
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return await _page(visit, "", f"people_{error.key}")


def _link(visit: Visit, token: str) -> str:
    return f"{visit.parts.settings.origin}/welcome/{token}"


async def _page(visit: Visit, done: str, problem: str, **more: object) -> Response:
    me, at = visit.me, visit.at.utc_us

    def read(db: Connection) -> tuple[list[Row], list[people.Invitation]]:
        rows = [_row(db, person, me) for person in accounts.users(db, me.organisation_id)]
        return rows, people.invitations(db, me.organisation_id, at)

    rows, open_ = await visit.parts.db.read(read)
    shown: dict[str, object] = {
        "people": rows,
        "invitations": open_,
        "until": {one.id: moment(as_text(one.expires_us), visit.language) for one in open_},
        "roles": ROLES,
        "days": DAYS,
        "done": done,
        "problem": problem,
        "entered": {"name": "", "email": "", "role": ""},
        "link": "",
    }
    return await page(visit, "users", 422 if problem else 200, here="users", **(shown | more))


def _row(db: Connection, person: User, me: User) -> Row:
    keys = len(passkeys.passkeys(db, person.organisation_id, person.id))
    factors = ["factor_passkey"] * bool(keys) + ["factor_password"] * bool(person.password_hash)
    own = (person.id, person.name, person.email, person.role, person.is_active)
    return Row(*own, person.id == me.id, factors or ["factor_none"])
