"""Facts become answers and entries: in the same transaction that keeps the fact, and later for what a crash cut off."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, exists, insert, select, update

from beistand.billing.meter import Part, Pulse, beside, meter
from beistand.server.clock import Moment
from beistand.server.store import charges, sessions, times
from beistand.server.store.sessions import Fact, Session
from beistand.server.store.tables import session_fact, session_pulse, support_session, time_entry

OVER = ("ended", "closed")
# Both ends give up two minutes after they lost the server; what has been silent for longer will not come back.
SILENT_US = 10 * 60 * 1_000_000


def settle(db: Connection, organisation_id: str, fact: Fact) -> None:
    """Keeps what a fact means: the answer to a price before its first charged second, the entries at the end."""
    if fact.role == "customer" and fact.name in ("consent", "declined", "charge_answered"):
        _keep_answer(db, organisation_id, fact)
    if fact.name in OVER and not times.has_entries(db, organisation_id, fact.session_id):
        session = sessions.get_session(db, organisation_id, fact.session_id)
        if session is not None:
            _keep_entries(db, organisation_id, session, fact.utc_us)


def beat(db: Connection, session_ids: Collection[str], run: str, at: Moment) -> None:
    """Notes that this run of the server still carries these sessions; asked for all firms at once, by the server."""
    known = select(support_session.c.id, support_session.c.organisation_id).where(support_session.c.id.in_(session_ids))
    for id_, organisation_id in db.execute(known).all():
        values = {"utc_us": at.utc_us, "monotonic_us": at.monotonic_us}
        own = (session_pulse.c.session_id == id_, session_pulse.c.run == run)
        if db.execute(update(session_pulse).where(*own).values(**values)).rowcount == 0:
            row = {"session_id": id_, "run": run, "organisation_id": organisation_id}
            db.execute(insert(session_pulse).values(**values, **row))


def catch_up(db: Connection, open_sessions: Collection[str], now_us: int) -> int:
    """Records the time of sessions that were cut off with a server; gives how many. For all firms at once."""
    begun = select(session_fact.c.session_id).where(session_fact.c.role == "customer", session_fact.c.name == "consent")
    question = select(support_session.c.id, support_session.c.organisation_id).where(
        support_session.c.id.in_(begun), ~exists().where(time_entry.c.session_id == support_session.c.id)
    )
    made = 0
    for id_, organisation_id in db.execute(question).all():
        session = sessions.get_session(db, organisation_id, id_)
        if session is None or id_ in open_sessions or now_us - _last_sign(db, session) < SILENT_US:
            continue
        _keep_entries(db, organisation_id, session, now_us)
        made += 1
    return made


def pulses(db: Connection, session_id: str) -> list[Pulse]:
    """The last sign of life of each run that carried the session."""
    rows = db.execute(select(session_pulse).where(session_pulse.c.session_id == session_id)).mappings()
    return [Pulse(row["run"], row["utc_us"], row["monotonic_us"]) for row in rows]


def _last_sign(db: Connection, session: Session) -> int:
    signs = [fact.utc_us for fact in session.facts] + [pulse.utc_us for pulse in pulses(db, session.id)]
    return max(signs, default=session.created_us)


def _keep_answer(db: Connection, organisation_id: str, fact: Fact) -> None:
    """Nothing is kept for words that this server never prepared: then the work stays unannounced, and unbilled."""
    notice = charges.get_notice(db, organisation_id, fact.session_id, str(fact.data.get("notice_sha256", "")))
    answer = fact.data.get("is_yes") if fact.name == "charge_answered" else fact.data.get("charge") == 1
    if notice is None or not isinstance(answer, bool):
        return
    charges.add_consent(
        db,
        organisation_id,
        {
            "session_id": fact.session_id,
            "notice_id": notice.id,
            "channel": "screen",
            "is_yes": answer,
            "way": "keyboard" if fact.data.get("way") == 2 else "pointer",
            "said_by": "",
            "user_id": notice.user_id,
            "answered_us": fact.utc_us,
        },
    )


def _covered_by(session: Session, part: Part) -> str:
    """Who pays for a part instead of the customer, "" for nobody."""
    if part.is_chargeable:
        return ""
    return session.covered_by if part.covered_by is None else part.covered_by


def _keep_entries(db: Connection, organisation_id: str, session: Session, made_us: int) -> None:
    metered = meter(session.facts, pulses(db, session.id))
    given = charges.consents(db, organisation_id, [session.id])

    def keep(number: int, part: Part, user_id: str) -> None:
        fits = [one for one in given if one.is_yes and one.notice.text_sha256 == part.notice_sha256]
        values: dict[str, object] = {
            "session_id": session.id,
            "user_id": user_id,
            "part": number,
            "customer_id": session.customer_id,
            "customer_name": session.customer_name,
            "covered_by": _covered_by(session, part),
            "consent_id": fits[0].id if fits and part.is_chargeable else None,
            "clock_jump_seconds": metered.clock_jump_seconds,
            "made_us": made_us,
        }
        times.add_entry(db, organisation_id, part, values)

    for number, part in enumerate(metered.parts):
        keep(number, part, part.user_id or session.user_id)
    leads = {part.user_id or session.user_id for part in metered.parts}
    for user_id in sorted({one.user_id for one in metered.colleagues}):
        first = len(metered.parts) if user_id in leads else 0  # who led for a while has parts of those numbers
        for number, part in enumerate(beside(metered, user_id), first):
            keep(number, part, user_id)
