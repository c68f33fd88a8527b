"""Doors of recordings in the JSON API: the firm's terms and key, sealed chunks on their way in, sealed files out.

The server takes a recording only after the customer's own program has reported the customer's yes, and nothing more
once it has reported the end.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from dataclasses import asdict

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response, StreamingResponse

from beistand.server.clock import as_text
from beistand.server.portal import json_fields, limits
from beistand.server.portal.access import AUDIT, OWNER, STAFF, Door, RefusalError, Visit
from beistand.server.recordings import CHUNK_BYTES, RECORDING_BYTES, RecordingFiles
from beistand.server.store import recordings, sessions
from beistand.server.store.recordings import Recording
from beistand.server.store.sessions import Fact, Session

PUBLIC_KEY_BYTES = 1_216
# What the technician's browser still holds when the customer ends the recording may arrive for so long.
LATE_US = 120 * 1_000_000


class RecordingDoors:
    """One chunk is written at a time: they are small, and a file has one writer."""

    def __init__(self, files: RecordingFiles) -> None:
        self._files = files
        self._one = asyncio.Lock()

    def doors(self) -> list[Door]:
        """The routes."""
        own = "/api/sessions/{id}/recordings"
        return [
            Door("/api/recording-terms", ("GET",), STAFF, terms),
            Door("/api/recording-terms", ("POST",), OWNER, set_terms),
            Door(own, ("POST",), STAFF, begin),
            Door(own + "/{recording}/chunks", ("POST",), STAFF, self.chunk),
            Door(own + "/{recording}/end", ("POST",), STAFF, self.end),
            Door("/api/recordings", ("GET",), AUDIT, list_),
            Door("/api/recordings/{id}", ("GET",), AUDIT, self.sealed),
        ]

    async def chunk(self, visit: Visit) -> Response:
        """One sealed chunk, in its order; the same one again is no error."""
        visit.allow(f"chunk {visit.me.id}", limits.CHUNK_OF_USER)
        number = visit.request.query_params.get("n", "")
        if not number.isascii() or not number.isdigit() or len(number) > 9:
            raise RefusalError(422, "n", "n is the chunk's number, from 0.")
        data = await visit.body(CHUNK_BYTES)
        if not data:
            raise RefusalError(422, "chunk", "A chunk is 1 byte to 17 MiB.")
        organisation = visit.me.organisation_id
        async with self._one:
            kept = await _own(visit)
            if int(number) == kept.chunks - 1:
                return JSONResponse({"chunks": kept.chunks})
            if int(number) != kept.chunks:
                raise RefusalError(409, "order", f"Chunk {kept.chunks} comes next.")
            if kept.bytes + len(data) > RECORDING_BYTES:
                raise RefusalError(413, "recording_full", visit.say("recording_full"))
            try:
                size = await asyncio.to_thread(self._files.append, organisation, kept.id, kept.bytes, data)
            except OSError:
                raise RefusalError(503, "store", visit.say("store")) from None
            count = kept.chunks + 1
            await visit.parts.db.write(lambda c: recordings.grow(c, organisation, kept.id, count, size))
        return JSONResponse({"chunks": count})

    async def end(self, visit: Visit) -> Response:
        """The recording is whole."""
        await visit.json()
        kept, organisation, me, at = await _own(visit), visit.me.organisation_id, visit.me.id, visit.at.utc_us
        await visit.parts.db.write(lambda c: recordings.end(c, organisation, kept.id, me, at))
        return JSONResponse({})

    async def sealed(self, visit: Visit) -> Response:
        """The sealed file; the log keeps who fetched it."""
        organisation, me, at = visit.me.organisation_id, visit.me.id, visit.at.utc_us
        id_ = visit.request.path_params["id"]
        kept = await visit.parts.db.read(lambda c: recordings.get(c, organisation, id_))
        if kept is None or kept.deleted_us is not None or not self._files.exists(organisation, kept.id):
            raise RefusalError(404, "not_found", visit.say("not_found"))
        size = kept.bytes
        await visit.parts.db.write(lambda c: recordings.note_opened(c, organisation, kept.id, me, at))
        told = {"content-length": str(size), "x-session": kept.session_id, "x-key": kept.key_sha256}
        pieces = self._files.read(organisation, kept.id, size)
        return StreamingResponse(pieces, media_type="application/octet-stream", headers=told)


async def terms(visit: Visit) -> Response:
    """Whether technicians may ask, for how long it is kept, and the key to seal to."""
    organisation = visit.me.organisation_id
    kept = await visit.parts.db.read(lambda c: recordings.terms(c, organisation))
    return JSONResponse(asdict(kept))


async def set_terms(visit: Visit) -> Response:
    """On or off, days, and perhaps a new key; its private half stays in the owner's browser."""
    body, me, at = await visit.json(), visit.me, visit.at.utc_us
    is_on, days = body.get("is_on"), body.get("days")
    if type(is_on) is not bool or type(days) is not int or not 1 <= days <= 3_650:
        raise RefusalError(422, "terms", "is_on is true or false, days a whole number from 1 to 3650.")
    public = json_fields.text(body, "public_key", 4_000)
    try:
        raw = base64.b64decode(public, validate=True)
    except ValueError:
        raw = b"?"
    if public and len(raw) != PUBLIC_KEY_BYTES:
        raise RefusalError(422, "public_key", f"public_key is {PUBLIC_KEY_BYTES} bytes in base64.")
    organisation = me.organisation_id
    known = await visit.parts.db.read(lambda c: recordings.terms(c, organisation))
    if is_on and not public and not known.public_key:
        raise RefusalError(422, "public_key", visit.say("recording_no_key"))

    def keep(connection: Connection) -> None:
        if public:
            digest = hashlib.sha256(raw).hexdigest()
            recordings.add_key(connection, organisation, public, digest, me.id, at)
        recordings.set_terms(connection, organisation, is_on, days, me.id, at)

    await visit.parts.db.write(keep)
    return await terms(visit)


async def begin(visit: Visit) -> Response:
    """A new recording of one's own session, once the customer's program has said yes to this key."""
    await visit.json()
    me, at = visit.me, visit.at.utc_us
    visit.allow(f"recording {me.id}", limits.RECORDING_OF_USER)
    await visit.parts.log.settled()
    session = await _session(visit)
    said = _newest(session.facts)
    organisation = me.organisation_id
    kept = await visit.parts.db.read(lambda c: recordings.terms(c, organisation))
    is_agreed = said is not None and said.name == "record_on" and said.data.get("key_sha256") == kept.sha256
    if not kept.is_on or not is_agreed:
        raise RefusalError(409, "consent", visit.say("recording_no_consent"))
    id_ = await visit.parts.db.write(lambda c: recordings.begin(c, organisation, session.id, me.id, at))
    return JSONResponse({"id": id_, "most_bytes": RECORDING_BYTES}, 201)


async def list_(visit: Visit) -> Response:
    """The firm's recordings, newest first."""
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: recordings.newest(c, organisation))
    return JSONResponse([recording_json(one) for one in found])


def recording_json(one: Recording) -> dict[str, object]:
    """A recording as the API tells it."""
    return {
        "id": one.id,
        "session_id": one.session_id,
        "technician": one.technician,
        "customer_name": one.customer,
        "key_sha256": one.key_sha256,
        "began": as_text(one.began_us),
        "ended": as_text(one.ended_us) if one.ended_us else None,
        "delete_at": as_text(one.delete_us),
        "bytes": one.bytes,
        "chunks": one.chunks,
    }


async def _session(visit: Visit) -> Session:
    """The visitor's own session of the path."""
    id_, organisation = visit.request.path_params["id"], visit.me.organisation_id
    session = await visit.parts.db.read(lambda c: sessions.get_session(c, organisation, id_))
    if session is None or session.user_id != visit.me.id:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return session


async def _own(visit: Visit) -> Recording:
    """The recording of the path that still runs; RefusalError 409 once it is over."""
    session, organisation = await _session(visit), visit.me.organisation_id
    id_ = visit.request.path_params["recording"]
    kept = await visit.parts.db.read(lambda c: recordings.get(c, organisation, id_))
    if kept is None or kept.session_id != session.id:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    said = _newest(session.facts)
    is_late = said is not None and said.name == "record_off" and visit.at.utc_us - said.utc_us > LATE_US
    if kept.ended_us is not None or kept.deleted_us is not None or is_late:
        raise RefusalError(409, "ended", visit.say("recording_ended"))
    return kept


def _newest(facts: list[Fact]) -> Fact | None:
    """The customer's program's newest word about recording."""
    told = (fact for fact in reversed(facts) if fact.role == "customer" and fact.name.startswith("record_o"))
    return next(told, None)
