"""Puts the parts of the server together and runs them until told to stop: store, portal, relay, one port."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from beistand.server import recordings, retention
from beistand.server.clock import Clock, Steady
from beistand.server.front import serve
from beistand.server.identity import Identity
from beistand.server.invoicing import post as mails
from beistand.server.keys import AUDIT_FILE, load_or_make, load_or_make_signing
from beistand.server.portal import asking_again
from beistand.server.portal.access import TOUCH_US
from beistand.server.portal.pages import Pages
from beistand.server.portal.parts import Parts
from beistand.server.portal.passwords import Passwords
from beistand.server.portal.portal import make_portal
from beistand.server.portal.session_log import SessionLog
from beistand.server.relay.pump import Relay
from beistand.server.settings import Settings, SettingsError
from beistand.server.store import accounts, metering, sessions
from beistand.server.store.database import Database, StoreError

WATCH_SECONDS = 2.0
# What a crash may cost of a session's recorded time, in the customer's favour.
BEAT_SECONDS = 15.0

log = logging.getLogger("beistand.server")


class ServerError(Exception):
    """The server cannot start; the text says what to do."""


def open_store(settings: Settings) -> Database:
    """The database at its newest schema; makes the data folder. Raises StoreError."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"The data folder {settings.data} cannot be made: {os.strerror(error.errno or 0)}.") from None
    db = Database(settings.database)
    db.upgrade()
    return db


def setup_link(db: Database, settings: Settings, clock: Clock) -> str | None:
    """A new one-time link for the first owner, or None when there is one."""
    if db.read_now(accounts.has_owner):
        return None
    token, at = secrets.token_urlsafe(24), clock.now().utc_us
    db.write_now(lambda c: accounts.make_owner_link(c, token, at))
    return f"{settings.origin}/setup/{token}"


async def run(settings: Settings, announce: Callable[[str], None], stop: asyncio.Event | None = None) -> None:
    """Serves until `stop` is set or SIGINT or SIGTERM comes. `announce` gets a line for each address.

    Raises ServerError, StoreError, KeyFileError or SettingsError, each with one sentence, when it cannot start.
    """
    settings, clock = _with_port(settings), Clock()
    db = open_store(settings)
    try:
        keys = load_or_make(settings.data)
        settings.programs.mkdir(exist_ok=True)
        run_id = secrets.token_hex(8)
        audit_key = load_or_make_signing(settings.data / AUDIT_FILE)
        facts = SessionLog(db, clock, run_id, audit_key)
        relay = Relay(keys.relay, facts.record, _states_into(facts))
        parts = Parts(
            settings, keys, db, clock, relay, facts, Passwords(), Pages(), Identity(settings.data, facts.audit_public)
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(facts.run())
                watch = group.create_task(_watch(parts, relay))
                post = group.create_task(mails.run(db, settings, clock))
                keep = group.create_task(retention.run(db, clock))
                measure = group.create_task(_measure(parts, run_id))
                tapes = group.create_task(recordings.run(db, settings.data, clock))
                try:
                    await _serve(parts, relay, announce, stop or asyncio.Event())
                finally:
                    watch.cancel()
                    post.cancel()
                    keep.cancel()
                    measure.cancel()
                    tapes.cancel()
                    facts.end()
                    parts.workshop.end()
        except ExceptionGroup as failures:
            told = failures.subgroup((ServerError, SettingsError, StoreError))
            raise (told or failures).exceptions[0] from None
    finally:
        db.close()


async def _serve(parts: Parts, relay: Relay, announce: Callable[[str], None], stop: asyncio.Event) -> None:
    settings = parts.settings
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows' loop has no signal handlers: there Ctrl+C arrives as KeyboardInterrupt.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
    try:
        origins = (settings.origin,)
        portal, tls, proxy = make_portal(parts), _tls(settings), settings.trusted_proxy
        server = await serve(portal, relay, settings.host, settings.port, tls, origins, proxy)
    except OSError as error:
        raise ServerError(
            f"{settings.listen} cannot be listened on ({os.strerror(error.errno or 0)}): set listen to another."
        ) from None
    try:
        announce(f"Beistand serves {settings.origin}/ from {settings.data}")
        link = setup_link(parts.db, settings, parts.clock)
        if link:
            announce(f"Make the first owner within 24 hours, by this link alone: {link}")
        await stop.wait()
    finally:
        await server.close()


async def _watch(parts: Parts, relay: Relay) -> None:
    """Looks after open sessions, for ever; a store that fails is asked again."""
    steady = Steady()
    while True:
        steady_us = steady.utc_us(parts.clock.now())
        await asyncio.sleep(WATCH_SECONDS)
        watched = parts.log.open_sessions()
        if not watched:
            continue
        try:
            await look_after(parts, relay.close_room, watched, steady_us)
        except StoreError as error:
            log.error("%s Open sessions are looked after again in %s s.", error, WATCH_SECONDS)


async def _measure(parts: Parts, run_id: str) -> None:
    """Notes which sessions live, and records the time of those that were cut off with a server; for ever."""
    while True:
        open_sessions = parts.log.open_sessions()
        try:
            if open_sessions:
                await parts.db.write(
                    partial(metering.beat, session_ids=open_sessions, run=run_id, at=parts.clock.now())
                )
            now = parts.clock.now().utc_us
            await asking_again.watch(parts, open_sessions)
            made = await parts.db.write(partial(metering.catch_up, open_sessions=open_sessions, now_us=now))
            await parts.db.write(partial(parts.log.catch_up, now_us=now))
            if made:
                log.info("the time of %d sessions that a stop of the server cut off was recorded", made)
        except StoreError as error:
            log.error("%s The time of open sessions is noted again in %s s.", error, BEAT_SECONDS)
        await asyncio.sleep(BEAT_SECONDS)


async def look_after(
    parts: Parts, close_room: Callable[[str, str], None], open_sessions: list[str], steady_us: int | None = None
) -> None:
    """S33: closes the rooms of technicians who were disabled, also by another process; who helps is not idle.

    Sessions that took longer than the operator allows are closed as well; `steady_us` is people's time without jumps.
    """
    for session_id in await parts.db.read(partial(sessions.of_disabled, session_ids=open_sessions)):
        log.info("closing a session: its technician was disabled")
        close_room(session_id, "ended")
    now = parts.clock.now().utc_us
    oldest = (steady_us or now) - parts.settings.session_hours * 3_600_000_000
    for session_id in await parts.db.read(partial(sessions.begun_before, session_ids=open_sessions, utc_us=oldest)):
        close_room(session_id, "expired")
    for token in parts.touched.busy(open_sessions):
        if parts.touched.get(token, 0) < now - TOUCH_US:
            parts.touched.put(token, now)
            await parts.db.write(partial(accounts.touch_sign_in, token=token, utc_us=now))


def _states_into(facts: SessionLog) -> Callable[[str, str, str], None]:
    """What the relay tells of a room becomes the server's own fact; "created" is stated by the API with more to say."""

    def on_state(room_id: str, state: str, detail: str) -> None:
        if state != "created":
            data: dict[str, Any] = {"detail": detail}
            facts.record(room_id, "server", state, data)

    return on_state


def _with_port(settings: Settings) -> Settings:
    """Port 0: the system chooses one now, because the origin must name it."""
    if settings.port != 0:
        return settings
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((settings.host, 0))
        port = probe.getsockname()[1]
    origin = settings.origin.removesuffix(":0") + f":{port}" if settings.origin.endswith(":0") else settings.origin
    return replace(settings, listen=f"{settings.listen.rpartition(':')[0]}:{port}", origin=origin)


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.tls_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"tls_certificate and tls_key cannot be used: {error}.") from None
    return context
