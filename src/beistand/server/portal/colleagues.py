"""Doors for a colleague who helps beside the session's technician, or takes the session over: who could, who is here,
coming, going, taking over.

Each technician's time becomes an entry of its own, at their own level; a contract may charge the lead alone, and who
takes over leads from that instant on. A price that the customer agreed to stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from beistand.billing.meter import HANDED_OVER, lead_of
from beistand.server.portal import json_fields
from beistand.server.portal.access import STAFF, Door, RefusalError, Visit
from beistand.server.portal.charging import running_session
from beistand.server.store import accounts, cases, prices
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
    """A colleague comes or goes, or takes over (`leads`); said twice it counts once."""
    body = await visit.json()
    user_id, is_here, leads = body.get("user_id"), body.get("is_here"), json_fields.is_true(body, "leads")
    if not isinstance(user_id, str) or not isinstance(is_here, bool):
        raise RefusalError(422, "user_id", "user_id is text, is_here true or false.")
    session = await running_session(visit)
    found = next((one for one in await _others(visit, session) if one.id == user_id), None)
    if found is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    if leads:
        await _hand_over(visit, session, found)
    elif is_here != (user_id in _here(session)):
        name = "colleague_joined" if is_here else "colleague_left"
        data: dict[str, object] = {"user_id": found.id, "name": found.name, "by": visit.me.name}
        visit.parts.log.record(session.id, "server", name, data, visit.me.organisation_id)
        await visit.parts.log.settled()
    return JSONResponse({"id": found.id, "name": found.name, "is_here": is_here and not leads}, 201)


async def _hand_over(visit: Visit, session: Session, to: User) -> None:
    """From now on the session's time is theirs: the decision keeps their level, the fact begins a part of its own."""
    firm, at = visit.me.organisation_id, visit.at.utc_us

    def keep(connection: Connection) -> None:
        level = prices.technician_levels(connection, firm).get(to.id, 1)
        past = cases.decisions(connection, firm, [session.id]).get(session.id, [])
        if past:
            cases.add_decision(connection, firm, replace(past[-1], utc_us=at, user_id=to.id, technician_level=level))

    await visit.parts.db.write(keep)
    data: dict[str, object] = {"user_id": to.id, "name": to.name, "by": visit.me.name}
    visit.parts.log.record(session.id, "server", HANDED_OVER, data, firm)
    await visit.parts.log.settled()


def _here(session: Session) -> set[str]:
    here: set[str] = set()
    for fact in session.facts:
        who = str(fact.data.get("user_id"))
        if fact.role == "server" and fact.name == "colleague_joined":
            here.add(who)
        elif fact.role == "server" and fact.name in ("colleague_left", HANDED_OVER):
            here.discard(who)
    return here


async def _others(visit: Visit, session: Session) -> list[User]:
    """Who could help or take over: everybody of the firm who may hold sessions, but the technician who leads."""
    firm, lead = visit.me.organisation_id, lead_of(session.facts, session.user_id)
    known = await visit.parts.db.read(lambda c: accounts.users(c, firm))
    return [one for one in known if one.id != lead and one.role in STAFF and one.is_active]
