"""Doors of the JSON API for the console (docs/protocol.md, section 9; described by openapi.json)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response, StreamingResponse

from beistand.billing.price_card import PriceCard
from beistand.server.clock import as_text
from beistand.server.portal import limits, states, texts
from beistand.server.portal.access import ANYBODY_SIGNED_IN, PUBLIC, STAFF, Door, RefusalError, Visit
from beistand.server.portal.coverage import Coverage, coverage
from beistand.server.portal.session_log import Stream
from beistand.server.store import accounts, sessions, times
from beistand.server.store.accounts import Organisation
from beistand.server.store.database import new_id
from beistand.server.store.sessions import Customer, Session

LEVELS = {1: 1, 2: 2, "view": 1, "control": 2}
KINDS = ("company", "person", "public")
IDENT_SECONDS = 15 * 60
RECHECK_SECONDS = 3.0
HEARTBEAT_EVERY = 5
MOST_STREAMS = 8
NOTE_LIMIT = 4_000
_FACT_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
# Facts that only the server itself may state.
_SERVER_FACTS = frozenset({"created", "closed"})
_OPENAPI = Path(__file__).parent / "openapi.json"


class Api:
    """The handlers; the only state is how many event streams a user holds."""

    def __init__(self) -> None:
        self._streams: dict[str, int] = {}

    def doors(self) -> list[Door]:
        """The routes."""
        return [
            Door("/api/openapi.json", ("GET",), PUBLIC, self.openapi),
            Door("/api/me", ("GET",), ANYBODY_SIGNED_IN, self.me),
            Door("/api/customers", ("GET",), STAFF, self.customers),
            Door("/api/customers", ("POST",), STAFF, self.add_customer),
            Door("/api/sessions", ("GET",), ANYBODY_SIGNED_IN, self.sessions),
            Door("/api/sessions", ("POST",), STAFF, self.new_session),
            Door("/api/sessions/{id}", ("GET",), ANYBODY_SIGNED_IN, self.session),
            Door("/api/sessions/{id}/note", ("POST",), STAFF, self.note),
            Door("/api/sessions/{id}/facts", ("POST",), STAFF, self.fact),
            Door("/api/events", ("GET",), ANYBODY_SIGNED_IN, self.events),
        ]

    async def openapi(self, visit: Visit) -> Response:
        """The description of this API."""
        data = await asyncio.to_thread(_OPENAPI.read_bytes)
        return Response(data, media_type="application/json")

    async def me(self, visit: Visit) -> Response:
        """Who is signed in."""
        me = visit.me
        firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, me.organisation_id))
        organisation = {"id": firm.id, "name": firm.name}
        answer = {"name": me.name, "email": me.email, "role": me.role, "organisation": organisation}
        return JSONResponse(answer | {"csrf": visit.form_token})

    async def customers(self, visit: Visit) -> Response:
        """Customers that fit `q`."""
        text = texts.one_line(visit.request.query_params.get("q", ""), 100)
        organisation = visit.me.organisation_id
        found = await visit.parts.db.read(lambda c: sessions.find_customers(c, organisation, text))
        return JSONResponse([asdict(customer) for customer in found])

    async def add_customer(self, visit: Visit) -> Response:
        """A new customer."""
        values = customer_values(await visit.json())
        organisation, at = visit.me.organisation_id, visit.at.utc_us
        made = await visit.parts.db.write(lambda c: sessions.add_customer(c, organisation, values, at))
        return JSONResponse(asdict(made), 201)

    async def sessions(self, visit: Visit) -> Response:
        """The newest sessions with their facts."""
        organisation = visit.me.organisation_id
        found = await visit.parts.db.read(lambda c: sessions.latest_sessions(c, organisation))
        return JSONResponse([session_json(session, visit.at.utc_us) for session in found])

    async def session(self, visit: Visit) -> Response:
        """One session."""
        session = await self._own(visit)
        return JSONResponse(session_json(session, visit.at.utc_us))

    async def new_session(self, visit: Visit) -> Response:
        """Pins a nameplate and keeps the session with what the customer will be told about its price."""
        body = await visit.json()
        me = visit.me
        visit.allow(f"session {me.id}", limits.NEW_SESSION_OF_USER)
        firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, me.organisation_id))
        customer = await self._customer(visit, body.get("customer_id"))
        name = texts.one_line(_text(body, "customer_name", 200)) or (customer.name if customer else "")
        level = body.get("level", 2)
        if not name:
            raise RefusalError(422, "customer_name", "customer_name or customer_id is needed.")
        if type(level) not in (int, str) or level not in LEVELS:
            raise RefusalError(422, "level", "level is 1 (view) or 2 (control).")
        language = _one_of(body, "language", ("de", "en"), customer.language if customer else firm.language)
        covered = coverage(firm, customer, name, language)
        id_ = new_id(visit.at.utc_us)
        kept: dict[str, object] = {
            "id": id_,
            "user_id": me.id,
            "customer_id": customer.id if customer else None,
            "customer_name": name,
            "language": language,
            "level": LEVELS[level],
            "created_us": visit.at.utc_us,
            "is_chargeable": covered.is_chargeable,
            "notice": covered.notice,
            "covered_by": covered.covered_by,
        }

        def keep(connection: Connection) -> None:
            sessions.add_session(connection, me.organisation_id, kept)
            if covered.card is not None:
                values = notice_values(covered.card, id_, me.id, visit.at.utc_us)
                times.add_notice(connection, me.organisation_id, values)

        await visit.parts.db.write(keep)
        return JSONResponse(self._open_room(visit, id_, firm, covered), 201)

    def _open_room(self, visit: Visit, id_: str, firm: Organisation, covered: Coverage) -> dict[str, object]:
        """The session is in the store before the relay can report a fact about it."""
        settings = visit.parts.settings
        try:
            room = visit.parts.rooms.create_room(id_, settings.origin, firm.id, settings.number_seconds)
        except OverflowError as error:
            visit.parts.log.record(id_, "server", "closed", {"detail": "full"}, firm.id)
            raise RefusalError(503, "full", str(error)) from None
        visit.parts.touched.begin(id_, visit.token)
        facts: dict[str, object] = {"technician": visit.me.name, "is_chargeable": covered.is_chargeable}
        visit.parts.log.record(id_, "server", "created", facts, firm.id)
        return {
            "id": id_,
            "nameplate": room.nameplate,
            "ticket": room.ticket,
            "relay_url": settings.relay_url,
            "origin": settings.origin,
            "organisation": firm.id,
            "expires_seconds": settings.number_seconds,
            "ident": ident(firm, visit.me.name, visit.at.utc_seconds),
            "coverage": {name: getattr(covered, name) for name in ("is_chargeable", "notice", "covered_by")},
            "terms": asdict(covered.card) if covered.card else None,
        }

    async def note(self, visit: Visit) -> Response:
        """What was done, asked at the end."""
        body = await visit.json()
        text = texts.many_lines(_text(body, "text", NOTE_LIMIT), NOTE_LIMIT)
        service_type = texts.one_line(_text(body, "service_type", 100))
        session = await self._own(visit)
        organisation = visit.me.organisation_id
        await visit.parts.db.write(lambda c: sessions.set_note(c, organisation, session.id, text, service_type))
        visit.parts.log.record(session.id, "technician", "note", {"text": text[:2_000]}, organisation)
        return JSONResponse({})

    async def fact(self, visit: Visit) -> Response:
        """A fact that the console states; it is kept as the technician's word."""
        body = await visit.json()
        visit.allow(f"fact {visit.me.id}", limits.FACT_OF_USER)
        name, data = checked_fact(body)
        session = await self._own(visit)
        visit.parts.log.record(session.id, "technician", name, data, visit.me.organisation_id)
        return JSONResponse({}, 202)

    async def events(self, visit: Visit) -> Response:
        """Sessions as they change, as server-sent events."""
        me = visit.me
        if self._streams.get(me.id, 0) >= MOST_STREAMS:
            raise RefusalError(429, "too_often", visit.say("too_often"))
        self._streams[me.id] = self._streams.get(me.id, 0) + 1
        stream = visit.parts.log.open(me.organisation_id)
        return _EventStream(
            self._told(visit, stream), media_type="text/event-stream", ended=lambda: self._end(visit, stream)
        )

    def _end(self, visit: Visit, stream: Stream) -> None:
        visit.parts.log.close(stream)
        self._streams[visit.me.id] -= 1

    async def _told(self, visit: Visit, stream: Stream) -> AsyncIterator[str]:
        """Ends within 3 s after the sign-in does (S33)."""
        yield "retry: 2000\n\n"
        quiet = 0
        while True:
            changed = await stream.next(RECHECK_SECONDS)
            now = visit.parts.clock.now().utc_us
            if not await self._is_signed_in(visit, now):
                yield "event: signed_out\ndata: {}\n\n"
                return
            signals = stream.signals()
            for what in signals:
                yield f"event: public\ndata: {json.dumps({'what': what})}\n\n"
            for session in changed:
                yield f"event: session\ndata: {json.dumps(session_json(session, now))}\n\n"
            quiet = 0 if changed or signals else quiet + 1
            if quiet >= HEARTBEAT_EVERY:
                quiet = 0
                yield ": still here\n\n"

    async def _is_signed_in(self, visit: Visit, now_us: int) -> bool:
        user = await visit.parts.db.read(lambda c: accounts.signed_in_user(c, visit.token, now_us))
        return user is not None

    async def _own(self, visit: Visit) -> Session:
        """The session of the path, if it is of the visitor's firm."""
        id_, organisation = visit.request.path_params["id"], visit.me.organisation_id
        session = await visit.parts.db.read(lambda c: sessions.get_session(c, organisation, id_))
        if session is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        return session

    async def _customer(self, visit: Visit, id_: object) -> Customer | None:
        if id_ is None or id_ == "":
            return None
        if not isinstance(id_, str):
            raise RefusalError(422, "customer_id", "customer_id is a text or null.")
        organisation = visit.me.organisation_id
        customer = await visit.parts.db.read(lambda c: sessions.get_customer(c, organisation, id_))
        if customer is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        return customer


class _EventStream(StreamingResponse):
    """A stream that always tells when it is over, even if the browser left before the first byte."""

    def __init__(self, content: AsyncIterator[str], media_type: str, ended: Any) -> None:
        super().__init__(content, media_type=media_type, headers={"x-accel-buffering": "no"})
        self._ended = ended

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


def ident(firm: Organisation, technician: str, utc_seconds: int) -> str:
    """The statement that the console sends as m1's ident; JSON text, times in seconds since 1970 (UTC)."""
    statement = {
        "company": firm.name,
        "technician": technician,
        "domain": firm.domain,
        "issued": utc_seconds,
        "expires": utc_seconds + IDENT_SECONDS,
        "organisation": firm.id,
    }
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":"))


def session_json(session: Session, now_us: int) -> dict[str, object]:
    """A session as the API tells it."""
    first = states.started(session.facts)
    seconds = states.seconds(session.facts, now_us)
    facts = [
        {"at": as_text(fact.utc_us), "role": fact.role, "name": fact.name, "data": fact.data} for fact in session.facts
    ]
    return {
        "id": session.id,
        "state": states.state_at(session.facts, session.created_us, now_us),
        "technician": session.technician,
        "customer_id": session.customer_id,
        "customer_name": session.customer_name,
        "language": session.language,
        "level": session.level,
        "coverage": {
            "is_chargeable": session.is_chargeable,
            "notice": session.notice,
            "covered_by": session.covered_by,
        },
        "note": session.note,
        "service_type": session.service_type,
        "created": as_text(session.created_us),
        "started": as_text(first.utc_us) if first else None,
        "seconds": seconds,
        "minutes": seconds // 60,
        "facts": facts,
    }


def notice_values(card: PriceCard, session_id: str, user_id: str, at_us: int) -> dict[str, object]:
    """A price card as the store keeps it, with its exact words and their hash."""
    own = {"session_id": session_id, "user_id": user_id, "made_us": at_us}
    return {**asdict(card), "text": card.text, "text_sha256": card.text_sha256, **own}


def customer_values(body: dict[str, Any]) -> dict[str, object]:
    """The checked fields of a new customer. Raises RefusalError 422 with the field's name as code."""
    name = texts.one_line(_text(body, "name", 200))
    if not name:
        raise RefusalError(422, "name", "The customer needs a name.")
    email = _text(body, "email", 254).strip()
    if email and not texts.is_email(email):
        raise RefusalError(422, "email", "The email address is incomplete.")
    has_contract = body.get("has_contract", False)
    if not isinstance(has_contract, bool):
        raise RefusalError(422, "has_contract", "has_contract is true or false.")
    return {
        "name": name,
        "email": email,
        "phone": texts.one_line(_text(body, "phone", 40), 40),
        "kind": _one_of(body, "kind", KINDS, "company"),
        "language": _one_of(body, "language", ("de", "en"), "de"),
        "has_contract": has_contract,
        "covered_by": texts.one_line(_text(body, "covered_by", 200)),
    }


def checked_fact(body: dict[str, Any]) -> tuple[str, dict[str, object]]:
    """Name and flat data, within the limits of docs/protocol.md section 2."""
    name, data = body.get("name"), body.get("data", {})
    if not isinstance(name, str) or not _FACT_NAME.match(name) or name in _SERVER_FACTS:
        raise RefusalError(422, "name", "A fact's name is up to 40 small letters, digits and underscores.")
    if not isinstance(data, dict) or len(data) > 12:
        raise RefusalError(422, "data", "A fact's data is an object of at most 12 entries.")
    for key, value in data.items():
        is_text = isinstance(value, str) and len(value) <= 2_000
        is_whole = isinstance(value, int) and abs(value) < 2**53
        if len(key) > 40 or not (is_text or is_whole):
            raise RefusalError(
                422, "data", "A fact's values are texts of at most 2,000 letters, whole numbers or booleans."
            )
    return name, data


def _text(body: dict[str, Any], name: str, limit: int) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str) or len(value) > limit:
        raise RefusalError(422, name, f"{name} is a text of at most {limit} letters.")
    return value


def _one_of(body: dict[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = body.get(name) or default
    if value not in allowed:
        raise RefusalError(422, name, f"{name} is one of {', '.join(allowed)}.")
    return str(value)
