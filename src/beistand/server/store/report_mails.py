"""Mails with service reports: who asked for which, and what came of it. Each question carries the firm (S39)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from beistand.server.store import parties, sessions, times
from beistand.server.store.invoices import Event
from beistand.server.store.tables import report_mail_event, time_policy, user


def add_event(
    db: Connection,
    organisation_id: str,
    session_id: str,
    name: str,
    data: dict[str, str],
    user_id: str | None,
    utc_us: int,
) -> None:
    """Appends a step: queued, sent or not_sent."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    values = {"session_id": session_id, "name": name, "data": text, "user_id": user_id, "utc_us": utc_us}
    db.execute(insert(report_mail_event).values(organisation_id=organisation_id, **values))


def events(db: Connection, organisation_id: str, session_id: str) -> list[Event]:
    """What happened to the mails of a session, oldest first."""
    own = (report_mail_event.c.organisation_id == organisation_id, report_mail_event.c.session_id == session_id)
    question = (
        select(report_mail_event, user.c.name.label("who"))
        .join(user, user.c.id == report_mail_event.c.user_id, isouter=True)
        .where(*own)
        .order_by(report_mail_event.c.id)
    )
    rows = db.execute(question).mappings()
    return [Event(row["name"], json.loads(row["data"]), row["who"] or "", row["utc_us"]) for row in rows]


def queued(db: Connection) -> list[tuple[str, str, dict[str, str]]]:
    """(organisation, session, data) of each mail that waits, for all firms: the server's own question. Oldest first."""
    newest = select(func.max(report_mail_event.c.id)).group_by(report_mail_event.c.session_id)
    question = (
        select(report_mail_event)
        .where(report_mail_event.c.id.in_(newest), report_mail_event.c.name == "queued")
        .order_by(report_mail_event.c.id)
    )
    rows = db.execute(question).mappings()
    return [(row["organisation_id"], row["session_id"], json.loads(row["data"])) for row in rows]


def is_automatic(db: Connection, organisation_id: str) -> bool:
    """Whether the firm mails a report as soon as all of a session's time was released."""
    question = select(time_policy.c.mails_reports).where(time_policy.c.organisation_id == organisation_id)
    return bool(db.execute(question).scalar())


def set_automatic(db: Connection, organisation_id: str, is_on: bool) -> None:
    """Switches it."""
    own = time_policy.c.organisation_id == organisation_id
    if db.execute(update(time_policy).where(own).values(mails_reports=is_on)).rowcount == 0:
        db.execute(insert(time_policy).values(organisation_id=organisation_id, mails_reports=is_on))


def address_of(db: Connection, organisation_id: str, customer_id: str | None) -> str:
    """Where the customer's mail goes; "" for somebody unknown or without an address."""
    known: Any = parties.get_party(db, organisation_id, customer_id) if customer_id else None
    return known.email if known else ""


def queue_released(db: Connection, organisation_id: str, entry_ids: Iterable[str], user_id: str, utc_us: int) -> int:
    """Queues the reports of sessions that are released as a whole by now and were never mailed; gives how many."""
    if not is_automatic(db, organisation_id):
        return 0
    found = [times.entries(db, organisation_id, id=id_) for id_ in entry_ids]
    made = 0
    for session_id in dict.fromkeys(each[0].session_id for each in found if each):
        session = sessions.get_session(db, organisation_id, session_id)
        to = address_of(db, organisation_id, session.customer_id) if session else ""
        entries = times.entries(db, organisation_id, session_id=session_id)
        if session is None or not to or not all(entry.is_approved for entry in entries):
            continue
        if events(db, organisation_id, session_id):
            continue
        said = {"to": to, "language": session.language}
        add_event(db, organisation_id, session_id, "queued", said, user_id, utc_us)
        made += 1
    return made
