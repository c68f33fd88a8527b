"""Cases (tickets) and, for every session, who pays as it was decided. Each question carries the firm (S39)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from beistand.server.store.database import StoreError, new_id
from beistand.server.store.tables import coverage_decision, party, support_case, support_session, user

OPEN_LIMIT = 100


@dataclass(frozen=True)
class Case:
    """Sessions that belong together; `closed_us` is None while it is open."""

    id: str
    number: int
    party_id: str | None
    title: str
    created_us: int
    closed_us: int | None


@dataclass(frozen=True)
class CaseSession:
    """A session of a case."""

    id: str
    created_us: int
    technician: str


@dataclass(frozen=True)
class Listed:
    """A case with its customer ("" without one) and its sessions."""

    case: Case
    customer: str
    sessions: tuple[CaseSession, ...]


@dataclass(frozen=True)
class Decision:
    """Who pays for a session from `utc_us` on. `reason` says why it is chargeable, in the session's language."""

    session_id: str
    utc_us: int
    user_id: str | None
    technician_level: int
    is_chargeable: bool
    payer_id: str | None
    contract_id: str | None
    version_id: str | None
    price_list_id: str | None
    service_type_id: str | None
    case_id: str | None
    reason: str
    notice_sha256: str


def add_decision(db: Connection, organisation_id: str, decision: Decision) -> None:
    """Appends a decision. Raises StoreError if the firm has no such session."""
    own = (support_session.c.organisation_id == organisation_id, support_session.c.id == decision.session_id)
    if db.execute(select(support_session.c.id).where(*own)).first() is None:
        raise StoreError("There is no such session.")
    values = {f.name: getattr(decision, f.name) for f in fields(Decision)}
    db.execute(insert(coverage_decision).values(organisation_id=organisation_id, **values))


def decisions(db: Connection, organisation_id: str, session_ids: Iterable[str]) -> dict[str, list[Decision]]:
    """The decisions of these sessions, oldest first; the last one of a session holds."""
    own = (
        coverage_decision.c.organisation_id == organisation_id,
        coverage_decision.c.session_id.in_(list(session_ids)),
    )
    found: dict[str, list[Decision]] = {}
    for row in db.execute(select(coverage_decision).where(*own).order_by(coverage_decision.c.id)).mappings():
        found.setdefault(row["session_id"], []).append(_as(Decision, row))
    return found


def add_case(db: Connection, organisation_id: str, party_id: str | None, title: str, utc_us: int) -> Case:
    """Opens a case with the firm's next number. Raises StoreError if the party is not of this firm."""
    own = (party.c.organisation_id == organisation_id, party.c.id == party_id)
    if party_id is not None and db.execute(select(party.c.id).where(*own)).first() is None:
        raise StoreError("There is no such customer.")
    highest = select(func.max(support_case.c.number)).where(support_case.c.organisation_id == organisation_id)
    # Writers queue (store/engines.py): nobody takes the number in between.
    number = (db.execute(highest).scalar() or 0) + 1
    made = Case(new_id(utc_us), number, party_id, title, utc_us, None)
    db.execute(insert(support_case).values(organisation_id=organisation_id, **made.__dict__))
    return made


def get_case(db: Connection, organisation_id: str, id_: str) -> Case | None:
    """One case of the firm."""
    own = (support_case.c.organisation_id == organisation_id, support_case.c.id == id_)
    row = db.execute(select(support_case).where(*own)).mappings().first()
    return _as(Case, row) if row else None


def open_cases(db: Connection, organisation_id: str, party_id: str | None = None) -> list[Case]:
    """Open cases, newest first: those of a party, or of the whole firm."""
    question = select(support_case).where(
        support_case.c.organisation_id == organisation_id, support_case.c.closed_us.is_(None)
    )
    if party_id is not None:
        question = question.where(support_case.c.party_id == party_id)
    rows = db.execute(question.order_by(support_case.c.number.desc()).limit(OPEN_LIMIT)).mappings()
    return [_as(Case, row) for row in rows]


def close_case(db: Connection, organisation_id: str, id_: str, utc_us: int) -> bool:
    """Closes a case; False if there is no such open case."""
    own = (
        support_case.c.organisation_id == organisation_id,
        support_case.c.id == id_,
        support_case.c.closed_us.is_(None),
    )
    return db.execute(update(support_case).where(*own).values(closed_us=utc_us)).rowcount == 1


def reopen_case(db: Connection, organisation_id: str, id_: str) -> bool:
    """Opens a closed case again; False if there is no such closed case."""
    own = (
        support_case.c.organisation_id == organisation_id,
        support_case.c.id == id_,
        support_case.c.closed_us.is_not(None),
    )
    return db.execute(update(support_case).where(*own).values(closed_us=None)).rowcount == 1


def listed(db: Connection, organisation_id: str, is_closed: bool) -> list[Listed]:
    """Open or closed cases with their customer and sessions; the newest hundred."""
    closed = support_case.c.closed_us.is_not(None) if is_closed else support_case.c.closed_us.is_(None)
    question = (
        select(support_case, func.coalesce(party.c.name, "").label("customer"))
        .outerjoin(party, (party.c.id == support_case.c.party_id) & (party.c.organisation_id == organisation_id))
        .where(support_case.c.organisation_id == organisation_id, closed)
        .order_by(support_case.c.number.desc())
        .limit(OPEN_LIMIT)
    )
    rows = db.execute(question).mappings().all()
    inside = _sessions(db, organisation_id, [row["id"] for row in rows])
    return [Listed(_as(Case, row), row["customer"], tuple(inside.get(row["id"], ()))) for row in rows]


def _sessions(db: Connection, organisation_id: str, case_ids: list[str]) -> dict[str, list[CaseSession]]:
    """The sessions of each case, oldest first: those whose last decision names it."""
    last = (
        select(func.max(coverage_decision.c.id))
        .where(coverage_decision.c.organisation_id == organisation_id)
        .group_by(coverage_decision.c.session_id)
    )
    question = (
        select(coverage_decision.c.case_id, support_session.c.id, support_session.c.created_us, user.c.name)
        .join(support_session, support_session.c.id == coverage_decision.c.session_id)
        .join(user, user.c.id == support_session.c.user_id)
        .where(
            coverage_decision.c.organisation_id == organisation_id,
            support_session.c.organisation_id == organisation_id,
            coverage_decision.c.case_id.in_(case_ids),
            coverage_decision.c.id.in_(last),
        )
        .order_by(support_session.c.created_us)
    )
    found: dict[str, list[CaseSession]] = {}
    for case_id, id_, created_us, technician in db.execute(question):
        found.setdefault(case_id, []).append(CaseSession(id_, created_us, technician))
    return found


def _as(kind: Any, row: Any) -> Any:
    return kind(**{f.name: row[f.name] for f in fields(kind)})
