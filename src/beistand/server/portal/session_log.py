"""Facts on their way into the store, and out to the technicians' open pages.

The relay and the API call `record`, which never blocks and never fails; one writer keeps the order. When the disk is
full the writer keeps the facts in memory and tries again: nothing that happened is lost while the server runs.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection
from sqlalchemy.exc import InternalError, OperationalError

from beistand.server.clock import Clock, Moment, Stamp
from beistand.server.store import audit, metering, receipts, sessions
from beistand.server.store.database import Database, StoreError
from beistand.server.store.sessions import Fact, Session

RETRY_SECONDS = 2.0
MOST_PER_SESSION = 5_000
STREAM_BACKLOG = 64

log = logging.getLogger("beistand.facts")


class Stream:
    """One open page: the sessions that changed, newest state wins."""

    def __init__(self, organisation_id: str) -> None:
        self.organisation_id = organisation_id
        self._changed: dict[str, Session] = {}
        self._signals: dict[str, None] = {}
        self._wake = asyncio.Event()

    def push(self, session: Session) -> None:
        """A newer state replaces the waiting one of the same session."""
        self._changed[session.id] = session
        while len(self._changed) > STREAM_BACKLOG:
            self._changed.pop(next(iter(self._changed)))
        self._wake.set()

    def push_signal(self, what: str) -> None:
        """Something happened on the public page; said once however often it happened since the last look."""
        self._signals[what] = None
        self._wake.set()

    def signals(self) -> list[str]:
        """What happened on the public page since the last call."""
        happened, self._signals = list(self._signals), {}
        return happened

    async def next(self, timeout_seconds: float) -> list[Session]:
        """What changed since the last call; empty when the time is over."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._wake.wait()
        except TimeoutError:
            return []
        self._wake.clear()
        changed, self._changed = list(self._changed.values()), {}
        return changed


class SessionLog:
    """Takes facts in order; `run` writes them until it is cancelled."""

    def __init__(self, db: Database, clock: Clock, run_id: str, audit_key: Ed25519PrivateKey) -> None:
        self._db, self._clock, self._run_id, self._audit_key = db, clock, run_id, audit_key
        self._waiting: deque[tuple[str | None, Fact]] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._counts: dict[str, int] = {}
        self._streams: set[Stream] = set()
        self._open: set[str] = set()
        self._is_ending = False

    def record(
        self, session_id: str, role: str, name: str, data: dict[str, object], organisation_id: str | None = None
    ) -> None:
        """Notes a fact with the time of this moment. Without the organisation it is looked up."""
        if role == "server" and name != "closed":
            self._open.add(session_id)
        count = self._counts.get(session_id, 0) + 1
        self._counts[session_id] = count
        if count > MOST_PER_SESSION and name not in ("ended", "closed"):
            return
        fact = sessions.make_fact(session_id, self._clock.now(), self._run_id, role, name, storable(data))
        self._waiting.append((organisation_id, fact))
        self._idle.clear()
        self._wake.set()

    def stamp(self, at: Moment) -> Stamp:
        """An instant as this run of the server would note it: to be measured against facts."""
        return Stamp(at.utc_us, at.monotonic_us, self._run_id)

    def open_sessions(self) -> list[str]:
        """Sessions of which the relay has spoken in this run and whose room is not closed."""
        return list(self._open)

    async def run(self) -> None:
        """Writes what waits, until `end`. Not to be cancelled: a fact under way would be written twice."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            is_written = await self._write_waiting()
            if self._is_ending:
                return
            if not is_written:
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()

    def end(self) -> None:
        """Lets `run` return after it has written what waits."""
        self._is_ending = True
        self._wake.set()

    async def settled(self) -> None:
        """Returns when all facts recorded so far are stored."""
        await self._idle.wait()

    def catch_up(self, connection: Connection, now_us: int) -> int:
        """Makes the receipts that a stop of the server prevented, in the caller's transaction; gives how many."""
        made = 0
        for organisation_id, session_id in receipts.unmade(connection, self._open, now_us):
            made += receipts.settle(connection, organisation_id, session_id, now_us)
            audit.checkpoint(connection, organisation_id, self._audit_key, now_us)
        return made

    @property
    def audit_public(self) -> bytes:
        """The audit log's public key, 32 bytes."""
        return self._audit_key.public_key().public_bytes_raw()

    def open(self, organisation_id: str) -> Stream:
        """A stream of changes for one page; give it back with `close`."""
        stream = Stream(organisation_id)
        self._streams.add(stream)
        return stream

    def close(self, stream: Stream) -> None:
        """Ends a stream."""
        self._streams.discard(stream)

    def signal(self, organisation_id: str, what: str) -> None:
        """Tells the firm's open pages that somebody opened the public page or took a program; nothing is kept."""
        for stream in self._streams:
            if stream.organisation_id == organisation_id:
                stream.push_signal(what)

    async def _write_waiting(self) -> bool:
        """False if the store refused: the facts stay, in order."""
        while self._waiting:
            organisation_id, fact = self._waiting[0]
            try:
                changed = await self._db.write(partial(_keep, organisation_id, fact, self._audit_key))
            except StoreError as error:
                log.error("%s %d facts wait in memory.", error, len(self._waiting))
                return False
            except Exception:
                # One fact that cannot be kept must neither end the server nor hold up the others.
                log.exception("a fact %r of session %r could not be kept", fact.name, fact.session_id)
                self._waiting.popleft()
                continue
            self._waiting.popleft()
            if fact.name == "closed":
                self._open.discard(fact.session_id)
                self._counts.pop(fact.session_id, None)
            if changed is None:
                log.warning("a fact %r of an unknown session was dropped", fact.name)
                continue
            for stream in self._streams:
                if stream.organisation_id == changed[0]:
                    stream.push(changed[1])
        self._idle.set()
        return True


def _keep(
    organisation_id: str | None, fact: Fact, audit_key: Ed25519PrivateKey, connection: Connection
) -> tuple[str, Session] | None:
    """Keeps a fact; at a session's end the audit log is signed in the same transaction."""
    owner = organisation_id or sessions.organisation_of(connection, fact.session_id)
    if owner is None or not sessions.add_fact(connection, owner, fact):
        return None
    try:
        with connection.begin_nested():
            metering.settle(connection, owner, fact)
    except (OperationalError, InternalError):
        raise  # a full disk: fact and meaning wait together
    except Exception:
        # What happened is kept even if its meaning cannot be: the look after cut-off sessions tries again.
        log.exception("the meaning of a fact %r of session %r could not be kept", fact.name, fact.session_id)
    if fact.name == "closed":
        receipts.settle(connection, owner, fact.session_id, fact.utc_us)
        audit.checkpoint(connection, owner, audit_key, fact.utc_us)
    session = sessions.get_session(connection, owner, fact.session_id)
    return (owner, session) if session else None


def storable(data: dict[str, object]) -> dict[str, object]:
    """Half a character (a lone surrogate, which JSON lets through) becomes a question mark: no store could keep it."""

    def text(value: str) -> str:
        return value.encode("utf-8", "replace").decode()

    return {text(key): text(value) if isinstance(value, str) else value for key, value in data.items()}
