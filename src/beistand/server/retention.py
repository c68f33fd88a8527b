"""Forgets once a day what each firm need not keep any more (S47). The rules are `store.retention`."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from sqlalchemy import Connection

from beistand.server.clock import Clock
from beistand.server.store import accounts, retention
from beistand.server.store.database import Database, StoreError
from beistand.server.store.retention import Due

DAY_SECONDS = 86_400.0
AGAIN_SECONDS = 600.0
ACTOR = "server"

log = logging.getLogger("beistand.retention")


async def run(db: Database, clock: Clock) -> None:
    """Looks once a day, first at the start; for ever. A store that fails is asked again after ten minutes."""
    while True:
        try:
            await asyncio.to_thread(look, db, clock.now().utc_us, ACTOR)
            pause = DAY_SECONDS
        except StoreError as error:
            log.error("%s What is due is forgotten in %s s.", error, AGAIN_SECONDS)
            pause = AGAIN_SECONDS
        await asyncio.sleep(pause)


def look(db: Database, now_us: int, actor: str, only: str = "") -> list[tuple[str, Due]]:
    """Forgets what is due at every firm (or the one with the id `only`); gives (firm's name, what was forgotten).

    What was deleted is gone from SQLite's file as well; PostgreSQL reuses its place in its own time.
    """
    done = []
    db.write_now(partial(_links, now_us=now_us))
    for firm in db.read_now(accounts.organisations):
        if only and firm.id != only:
            continue
        settled = db.write_now(partial(_settle, organisation_id=firm.id, now_us=now_us, actor=actor))
        done.append((firm.name, settled))
        if not settled.is_nothing:
            log.info(
                "forgot the words of %d entries and %d sessions as retention asks", settled.entries, settled.sessions
            )
    if any(not settled.is_nothing for _, settled in done):
        db.scrub()
    return done


def _links(db: Connection, now_us: int) -> int:
    return retention.sweep_links(db, now_us)


def _settle(db: Connection, organisation_id: str, now_us: int, actor: str) -> Due:
    return retention.settle(db, organisation_id, now_us, actor)
