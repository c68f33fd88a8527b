"""Doors of the JSON API for the console (docs/protocol.md, section 9; described by openapi.json)."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response, StreamingResponse

from beistand.billing.contract import ContractError
from beistand.billing.price_card import PriceCard
from beistand.protocol.identity import SHARE_BYTES
from beistand.server.clock import Stamp, as_text
from beistand.server.portal import json_fields, limits, states, texts, vouching
from beistand.server.portal.access import ANYBODY_SIGNED_IN, PUBLIC, STAFF, Door, RefusalError, Visit
from beistand.server.portal.api_customers import case_of, contract_sentence, coverage_json, read_wish
from beistand.server.portal.coverage import Coverage, Wish, coverage
from beistand.server.portal.session_log import Stream
from beistand.server.store import accounts, cases, charges, passkeys, prices, sessions
from beistand.server.store.accounts import Organisation
from beistand.server.store.database import new_id
from beistand.server.store.sessions import Session

LEVELS = {1: 1, 2: 2, "view": 1, "control": 2}
IDENT_SECONDS = 15 * 60
RECHECK_SECONDS = 3.0
HEARTBEAT_EVERY = 5
MOST_STREAMS = 8
NOTE_LIMIT = 4_000
_FACT_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
# Facts that only the server itself may state.
_SERVER_FACTS = frozenset(
    {"created", "closed", "colleague_joined", "colleague_left", "coverage_changed", "handed_over"}
)
_OPENAPI = Path(__file__).parent / "openapi.json"

# Id of the new session, its level, and the request.
_Begun = tuple[str, int, dict[str, Any]]


class Api:
    """The handlers; the only state is how many event streams a user holds."""

    def __init__(self) -> None:
        self._streams: dict[str, int] = {}

    def doors(self) -> list[Door]:
        """The routes."""
        return [
            Door("/api/openapi.json", ("GET",), PUBLIC, self.openapi),
            Door("/api/me", ("GET",), ANYBODY_SIGNED_IN, self.me),
            Door("/api/sessions", ("GET",), ANYBODY_SIGNED_IN, self.sessions),
            Door("/api/sessions", ("POST",), STAFF, self.new_session),
            Door("/api/sessions/{id}", ("GET",), ANYBODY_SIGNED_IN, self.session),
            Door("/api/sessions/{id}/statement", ("POST",), STAFF, self.statement),
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

    async def sessions(self, visit: Visit) -> Response:
        """The newest sessions with their facts."""
        organisation, now = visit.me.organisation_id, visit.parts.log.stamp(visit.at)
        found = await visit.parts.db.read(lambda c: sessions.latest_sessions(c, organisation))
        return JSONResponse([session_json(session, now) for session in found])

    async def session(self, visit: Visit) -> Response:
        """One session."""
        session = await self._own(visit)
        return JSONResponse(session_json(session, visit.parts.log.stamp(visit.at)))

    async def new_session(self, visit: Visit) -> Response:
        """Pins a nameplate and keeps the session with what the customer will be told about its price."""
        body = await visit.json()
        me = visit.me
        visit.allow(f"session {me.id}", limits.NEW_SESSION_OF_USER)
        level = body.get("level", 2)
        if type(level) not in (int, str) or level not in LEVELS:
            raise RefusalError(422, "level", "level is 1 (view) or 2 (control).")
        id_ = new_id(visit.at.utc_us)

        roster = await asyncio.to_thread(visit.parts.rosters.roster, me.organisation_id)

        def keep(connection: Connection) -> tuple[Organisation, Coverage]:
            firm = accounts.get_organisation(connection, me.organisation_id)
            own = passkeys.passkeys(connection, firm.id, me.id) if firm.must_be_person else []
            if firm.must_be_person and not vouching.vouched(roster, me, own, visit.at.utc_seconds):
                raise RefusalError(409, "passkey", visit.say("passkey_needed"))
            wish = read_wish(visit, connection, firm, body)
            if not wish.name:
                raise RefusalError(422, "customer_name", "customer_name or customer_id is needed.")
            return firm, self._keep_session(visit, connection, firm, wish, (id_, LEVELS[level], body))

        firm, covered = await visit.parts.db.write(keep)
        return JSONResponse(self._open_room(visit, id_, firm, covered), 201)

    def _keep_session(
        self, visit: Visit, connection: Connection, firm: Organisation, wish: Wish, begun: _Begun
    ) -> Coverage:
        """The session, who pays for it and the exact words, in one transaction."""
        id_, level, body = begun
        me, at = visit.me, visit.at.utc_us
        try:
            covered = coverage(connection, firm, wish, me.id, at)
        except ContractError as error:
            raise RefusalError(422, error.code, contract_sentence(visit, error)) from None
        kept: dict[str, object] = {
            "id": id_,
            "user_id": me.id,
            "customer_id": wish.customer.id if wish.customer else None,
            "customer_name": wish.name,
            "language": wish.language,
            "level": level,
            "created_us": at,
            "is_chargeable": covered.is_chargeable,
            "notice": covered.notice,
            "covered_by": covered.covered_by,
            "service_type": wish.service_type.id if wish.service_type else "",
        }
        sessions.add_session(connection, firm.id, kept)
        if covered.card is not None:
            charges.add_notice(connection, firm.id, notice_values(covered.card, id_, me.id, at))
        case_id = case_of(visit, connection, wish, body)
        cases.add_decision(connection, firm.id, covered.decision(id_, me.id, at, case_id))
        return covered

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
        facts["route"] = room.nameplate
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
            "coverage": coverage_json(visit, covered),
            "terms": terms_json(covered.card, visit.at.utc_us) if covered.card else None,
        }

    async def statement(self, visit: Visit) -> Response:
        """Who asks, signed over this session's share; `person`: what level two needs (docs/protocol.md section 10)."""
        body, me = await visit.json(), visit.me
        visit.allow(f"statement {me.id}", limits.STATEMENT_OF_USER)
        session = await self._own(visit)
        route = next((fact.data.get("route") for fact in session.facts if fact.name == "created"), None)
        state = states.state_at(session.facts, session.created_us, visit.parts.log.stamp(visit.at))
        if session.user_id != me.id or state not in (states.WAITING, states.JOINED) or not isinstance(route, str):
            raise RefusalError(409, "state", "A statement is made for one's own session while its number is valid.")
        share, sign = _share(body), visit.parts.identity.statement
        firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, me.organisation_id))
        own = await visit.parts.db.read(lambda c: passkeys.passkeys(c, firm.id, me.id))
        made = await asyncio.to_thread(sign, firm, me.name, route, share, visit.at.utc_seconds)
        roster = await asyncio.to_thread(visit.parts.rosters.roster, firm.id)
        vouched = vouching.vouched(roster, me, own, visit.at.utc_seconds)
        person = {"rp_id": visit.parts.settings.rp_id, "is_demanded": firm.must_be_person}
        return JSONResponse({"ident": made, "person": person | {"passkeys": [asdict(one) for one in vouched]}})

    async def note(self, visit: Visit) -> Response:
        """What was done, asked at the end."""
        body = await visit.json()
        text = texts.many_lines(json_fields.text(body, "text", NOTE_LIMIT), NOTE_LIMIT)
        kind = texts.one_line(json_fields.text(body, "service_type", 100))
        session = await self._own(visit)
        organisation = visit.me.organisation_id

        def keep(connection: Connection) -> None:
            if kind and prices.get_service_type(connection, organisation, kind) is None:
                raise RefusalError(422, "service_type", visit.say("no_such_work"))
            sessions.set_note(connection, organisation, session.id, text, kind or session.service_type)

        await visit.parts.db.write(keep)
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
            now = visit.parts.log.stamp(visit.parts.clock.now())
            if not await self._is_signed_in(visit, now.utc_us):
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


def session_json(session: Session, now: Stamp) -> dict[str, object]:
    """A session as the API tells it."""
    first = states.started(session.facts)
    seconds = states.seconds(session.facts, now)
    facts = [
        {"at": as_text(fact.utc_us), "role": fact.role, "name": fact.name, "data": fact.data} for fact in session.facts
    ]
    return {
        "id": session.id,
        "state": states.state_at(session.facts, session.created_us, now),
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
    later = json.dumps([[each.at_us, each.hour, each.rate_cents] for each in card.later], ensure_ascii=False)
    return {**asdict(card), "text": card.text, "text_sha256": card.text_sha256, "later": later, **own}


def terms_json(card: PriceCard, at_us: int) -> dict[str, object]:
    """The numbers of a price card for the console; later prices by the seconds until they hold."""
    later = [
        {"after_seconds": max(0, (each.at_us - at_us) // 1_000_000), "hour": each.hour, "rate_cents": each.rate_cents}
        for each in card.later
    ]
    return {**asdict(card), "later": later}


def _share(body: dict[str, Any]) -> bytes:
    try:
        share = base64.b64decode(json_fields.text(body, "share", 44), validate=True)
    except ValueError:
        share = b""
    if len(share) != SHARE_BYTES:
        raise RefusalError(422, "share", "share is 32 bytes in base64.")
    return share


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
