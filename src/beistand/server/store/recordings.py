"""Questions about recordings: the firm's key and terms, and each sealed file's row, always within one firm."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from beistand.server.store import audit
from beistand.server.store.database import new_id
from beistand.server.store.tables import recording, recording_key, recording_terms, support_session, user

DAY_US = 86_400_000_000
DAYS = 30
LIST_LIMIT = 500


@dataclass(frozen=True)
class Terms:
    """Whether technicians may ask to record, how long it is kept, and to which key it is sealed ("" while none)."""

    is_on: bool
    days: int
    public_key: str
    sha256: str


@dataclass(frozen=True)
class Recording:
    """One sealed file. `bytes` and `chunks` are what has arrived; `ended_us` None: it was cut off, or still runs."""

    id: str
    session_id: str
    user_id: str
    key_sha256: str
    began_us: int
    ended_us: int | None
    chunks: int
    bytes: int
    delete_us: int
    deleted_us: int | None
    technician: str
    customer: str


def terms(db: Connection, organisation_id: str) -> Terms:
    """What the firm has set; off while it has set nothing."""
    own = select(recording_terms).where(recording_terms.c.organisation_id == organisation_id)
    kept = db.execute(own).first()
    newest = (
        select(recording_key)
        .where(recording_key.c.organisation_id == organisation_id)
        .order_by(recording_key.c.made_us.desc(), recording_key.c.id.desc())
        .limit(1)
    )
    key = db.execute(newest).first()
    public, sha256 = (key.public_key, key.sha256) if key else ("", "")
    return Terms(bool(kept and kept.is_on and key), kept.days if kept else DAYS, public, sha256)


def set_terms(db: Connection, organisation_id: str, is_on: bool, days: int, user_id: str, utc_us: int) -> None:
    """Turns recording on or off; the log keeps who did."""
    db.execute(delete(recording_terms).where(recording_terms.c.organisation_id == organisation_id))
    db.execute(insert(recording_terms).values(organisation_id=organisation_id, is_on=is_on, days=days))
    audit.append(db, organisation_id, "recording terms", {"is_on": is_on, "days": days}, user_id, utc_us)


def add_key(
    db: Connection, organisation_id: str, public_key: str, sha256: str, user_id: str, utc_us: int
) -> None:  # fmt: skip
    """From now on recordings are sealed to this key; the log keeps its fingerprint."""
    own = {"organisation_id": organisation_id, "user_id": user_id, "made_us": utc_us}
    db.execute(insert(recording_key).values(id=new_id(utc_us), public_key=public_key, sha256=sha256, **own))
    audit.append(db, organisation_id, "recording key", {"sha256": sha256}, user_id, utc_us)


def begin(db: Connection, organisation_id: str, session_id: str, user_id: str, utc_us: int) -> str:
    """The row of a new recording under the firm's terms; its id."""
    now, id_ = terms(db, organisation_id), new_id(utc_us)
    values = {"id": id_, "session_id": session_id, "user_id": user_id, "key_sha256": now.sha256}
    until = utc_us + now.days * DAY_US
    db.execute(insert(recording).values(organisation_id=organisation_id, began_us=utc_us, delete_us=until, **values))
    return id_


def grow(db: Connection, organisation_id: str, id_: str, chunks: int, size: int) -> None:
    """So many chunks and bytes have arrived."""
    _set(db, organisation_id, id_, chunks=chunks, bytes=size)


def end(db: Connection, organisation_id: str, id_: str, user_id: str, utc_us: int) -> None:
    """It is whole."""
    _set(db, organisation_id, id_, ended_us=utc_us)
    audit.append(db, organisation_id, "recording kept", {"recording": id_}, user_id, utc_us)


def note_opened(db: Connection, organisation_id: str, id_: str, user_id: str, utc_us: int) -> None:
    """Somebody fetched the sealed file: the log keeps who and when."""
    audit.append(db, organisation_id, "recording opened", {"recording": id_}, user_id, utc_us)


def note_deleted(db: Connection, organisation_id: str, id_: str, actor: str, utc_us: int) -> None:
    """The file is gone; the row says so."""
    _set(db, organisation_id, id_, deleted_us=utc_us)
    audit.append(db, organisation_id, "recording deleted", {"recording": id_}, actor, utc_us)


def _set(db: Connection, organisation_id: str, id_: str, **values: Any) -> None:
    own = (recording.c.organisation_id == organisation_id, recording.c.id == id_)
    db.execute(update(recording).where(*own).values(**values))


def get(db: Connection, organisation_id: str, id_: str) -> Recording | None:
    """One recording of the firm, also a deleted one."""
    found = _recordings(db, organisation_id, recording.c.id == id_)
    return found[0] if found else None


def newest(db: Connection, organisation_id: str) -> list[Recording]:
    """The firm's recordings that are not deleted, newest first."""
    return _recordings(db, organisation_id, recording.c.deleted_us.is_(None))


def _recordings(db: Connection, organisation_id: str, *which: Any) -> list[Recording]:
    question = (
        select(recording, user.c.name.label("technician"), support_session.c.customer_name.label("customer"))
        .join(user, user.c.id == recording.c.user_id)
        .join(support_session, support_session.c.id == recording.c.session_id)
        .where(recording.c.organisation_id == organisation_id, *which)
        .order_by(recording.c.began_us.desc(), recording.c.id.desc())
        .limit(LIST_LIMIT)
    )
    names = [f.name for f in fields(Recording)]
    return [Recording(**{name: row[name] for name in names}) for row in db.execute(question).mappings()]


def due(db: Connection, utc_us: int) -> list[tuple[str, str]]:
    """(organisation, recording) whose days are over; asked for all firms at once, by the server."""
    own = (recording.c.deleted_us.is_(None), recording.c.delete_us <= utc_us)
    question = select(recording.c.organisation_id, recording.c.id).where(*own).limit(LIST_LIMIT)
    return [(row.organisation_id, row.id) for row in db.execute(question)]
