"""Doors for a colleague who helps beside the session's technician: who could, who is here, coming and going.

Each technician's time becomes an entry of its own, at their own level; a contract may charge the lead alone.
"""

from __future__ import annotations

from starlette.responses import JSONResponse, Response

from beistand.server.portal.access import STAFF, Door, RefusalError, Visit
from beistand.server.portal.charging import running_session
from beistand.server.store import accounts
from beistand.server.store.accounts import User
from beistand.server.store.sessions import Session


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/api/sessions/{id}/colleagues", ("GET",), STAFF, listed),
        Door("/api/sessions/{id}/colleagues", ("POST",), STAFF, change),
    ]


async def listed(visit: Visit) -> Response:
    """The firm's other technicians, and which of them are here."""
    session = await running_session(visit)
    here = _here(session)
    return JSONResponse([{"id": u.id, "name": u.name, "is_here": u.id in here} for u in await _others(visit, session)])


async def change(visit: Visit) -> Response:
    """A colleague comes or goes; said twice it counts once."""
    body = await visit.json()
    user_id, is_here = body.get("user_id"), body.get("is_here")
    if not isinstance(user_id, str) or not isinstance(is_here, bool):
        raise RefusalError(422, "user_id", "user_id is text, is_here true or false.")
    session = await running_session(visit)
    found = next((one for one in await _others(visit, session) if one.id == user_id), None)
    if found is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    if is_here != (user_id in _here(session)):
        name = "colleague_joined" if is_here else "colleague_left"
        data: dict[str, object] = {"user_id": found.id, "name": found.name, "by": visit.me.name}
        visit.parts.log.record(session.id, "server", name, data, visit.me.organisation_id)
        await visit.parts.log.settled()
    return JSONResponse({"id": found.id, "name": found.name, "is_here": is_here}, 201)


def _here(session: Session) -> set[str]:
    here: set[str] = set()
    for fact in session.facts:
        if fact.role == "server" and fact.name == "colleague_joined":
            here.add(str(fact.data.get("user_id")))
        elif fact.role == "server" and fact.name == "colleague_left":
            here.discard(str(fact.data.get("user_id")))
    return here


async def _others(visit: Visit, session: Session) -> list[User]:
    """Who could help: everybody of the firm who may hold sessions, but the session's own technician."""
    firm = visit.me.organisation_id
    known = await visit.parts.db.read(lambda c: accounts.users(c, firm))
    return [one for one in known if one.id != session.user_id and one.role in STAFF and one.is_active]
