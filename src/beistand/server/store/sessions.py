"""Questions about support sessions and their facts. Each one carries the organisation (S39)."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from beistand.server.clock import Moment
from beistand.server.store import audit
from beistand.server.store.database import StoreError
from beistand.server.store.tables import organisation, session_fact, support_session, user

LIST_LIMIT = 200


@dataclass(frozen=True)
class Fact:
    """What happened, when, and who says so. `monotonic_us` compares only within one `run` of the server."""

    session_id: str
    utc_us: int
    monotonic_us: int
    run: str
    role: str
    name: str
    data: dict[str, object]


@dataclass(frozen=True)
class Session:
    """A support session with its facts, oldest first."""

    id: str
    user_id: str
    technician: str
    customer_id: str | None
    customer_name: str
    language: str
    level: int
    is_chargeable: bool
    notice: str
    covered_by: str
    note: str
    service_type: str
    created_us: int
    facts: list[Fact]


def add_session(db: Connection, organisation_id: str, values: dict[str, object]) -> None:
    """Keeps a new session; `values` are the columns of `support_session` without the organisation."""
    db.execute(insert(support_session).values({**values, "organisation_id": organisation_id}))


def add_fact(db: Connection, organisation_id: str, fact: Fact) -> bool:
    """Appends a fact and its entry of the audit log; False if the firm has no such session."""
    own = (support_session.c.organisation_id == organisation_id, support_session.c.id == fact.session_id)
    if db.execute(select(support_session.c.id).where(*own)).first() is None:
        return False
    data = json.dumps(fact.data, ensure_ascii=False, sort_keys=True)
    told = {f.name: getattr(fact, f.name) for f in fields(Fact)}
    kept = db.execute(insert(session_fact).values(organisation_id=organisation_id, **told | {"data": data}))
    key = kept.inserted_primary_key
    if key is None:
        raise StoreError("The fact could not be kept.")
    audit.append_fact(db, organisation_id, key[0], told)
    return True


def make_fact(session_id: str, at: Moment, run: str, role: str, name: str, data: dict[str, object]) -> Fact:
    """A fact at a moment."""
    return Fact(session_id, at.utc_us, at.monotonic_us, run, role, name, data)


def organisation_of(db: Connection, session_id: str) -> str | None:
    """Whose session this is: the one question without an organisation, for the relay, which knows only rooms."""
    question = select(support_session.c.organisation_id).where(support_session.c.id == session_id)
    return db.execute(question).scalar()


def of_disabled(db: Connection, session_ids: list[str]) -> list[str]:
    """Those of these sessions whose technician may not sign in any more; asked for all firms at once, by the server."""
    question = (
        select(support_session.c.id)
        .join(user, user.c.id == support_session.c.user_id)
        .join(organisation, organisation.c.id == user.c.organisation_id)
        .where(support_session.c.id.in_(session_ids), or_(~user.c.is_active, ~organisation.c.is_active))
    )
    return list(db.execute(question).scalars())


def begun_before(db: Connection, session_ids: list[str], utc_us: int) -> list[str]:
    """Those of these sessions that began before a time; asked for all firms at once, by the server."""
    old = (support_session.c.id.in_(session_ids), support_session.c.created_us < utc_us)
    return list(db.execute(select(support_session.c.id).where(*old)).scalars())


def set_note(db: Connection, organisation_id: str, id_: str, note: str, service_type: str) -> bool:
    """Keeps what the technician wrote at the end; False if the firm has no such session."""
    own = (support_session.c.organisation_id == organisation_id, support_session.c.id == id_)
    change = update(support_session).where(*own).values(note=note, service_type=service_type)
    return db.execute(change).rowcount == 1


def get_session(db: Connection, organisation_id: str, id_: str) -> Session | None:
    """One session of the firm with its facts."""
    found = _sessions(db, organisation_id, 1, support_session.c.id == id_)
    return found[0] if found else None


def latest_sessions(db: Connection, organisation_id: str, limit: int = LIST_LIMIT) -> list[Session]:
    """The newest sessions of the firm, newest first."""
    return _sessions(db, organisation_id, limit)


def _sessions(db: Connection, organisation_id: str, limit: int, *which: Any) -> list[Session]:
    question = (
        select(support_session, user.c.name.label("technician"))
        .join(user, user.c.id == support_session.c.user_id)
        .where(support_session.c.organisation_id == organisation_id, *which)
        .order_by(support_session.c.created_us.desc(), support_session.c.id.desc())
        .limit(limit)
    )
    rows = db.execute(question).mappings().all()
    facts = _facts(db, organisation_id, [row["id"] for row in rows])
    columns = [f.name for f in fields(Session) if f.name != "facts"]
    return [Session(**{name: row[name] for name in columns}, facts=facts.get(row["id"], [])) for row in rows]


def _facts(db: Connection, organisation_id: str, session_ids: list[str]) -> dict[str, list[Fact]]:
    own = (session_fact.c.organisation_id == organisation_id, session_fact.c.session_id.in_(session_ids))
    found: dict[str, list[Fact]] = {}
    for row in db.execute(select(session_fact).where(*own).order_by(session_fact.c.id)).mappings():
        values = {f.name: row[f.name] for f in fields(Fact)} | {"data": json.loads(row["data"])}
        found.setdefault(row["session_id"], []).append(Fact(**values))
    return found
