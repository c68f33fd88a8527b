"""Questions about recorded time, and what may be said about it. Each one carries the organisation (S39).

`entries` is what rating builds on: recorded seconds, corrections, approved goodwill, the agreed price, the approval.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from beistand.billing import rating
from beistand.billing.meter import Part, Stop
from beistand.server.store.charges import Given, consents
from beistand.server.store.database import in_portions, new_id
from beistand.server.store.tables import (
    charge_release,
    goodwill,
    goodwill_decision,
    support_session,
    time_approval,
    time_correction,
    time_entry,
    user,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TimeError(Exception):
    """What was asked cannot be done with this entry; `code` is a key of the pages' words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Correction:
    """Recorded seconds were wrong: old, new, why, who, when."""

    old_seconds: int
    new_seconds: int
    reason: str
    user: str
    made_us: int


@dataclass(frozen=True)
class Goodwill:
    """Time given away; `is_approved` is None until somebody of the office has decided."""

    id: int
    seconds: int
    reason: str
    user: str
    made_us: int
    is_approved: bool | None
    decided_by: str


@dataclass(frozen=True)
class Release:
    """Somebody bills this work although nobody agreed to its price before it began."""

    reason: str
    user: str
    made_us: int


@dataclass(frozen=True)
class TimeEntry:
    """Recorded time of one technician in one session, of one kind, with all that was said about it.

    `started_us` to `ended_us` holds the `stops`; `recorded_seconds` is without them and never changes.
    """

    id: str
    session_id: str
    part: int
    user_id: str
    technician: str
    customer_id: str | None
    customer_name: str
    started_us: int
    ended_us: int
    recorded_seconds: int
    stops: tuple[Stop, ...]
    is_chargeable: bool
    covered_by: str
    answered_us: int | None
    clock_jump_seconds: int
    note: str
    service_type: str
    consent: Given | None
    corrections: tuple[Correction, ...]
    goodwills: tuple[Goodwill, ...]
    release: Release | None
    is_approved: bool

    @property
    def net_seconds(self) -> int:
        """Recorded seconds after the newest correction."""
        return self.corrections[-1].new_seconds if self.corrections else self.recorded_seconds

    @property
    def newest_goodwill(self) -> Goodwill | None:
        """The goodwill that holds, decided or not; None when there is none or it is zero."""
        newest = self.goodwills[-1] if self.goodwills else None
        return newest if newest is not None and newest.seconds > 0 else None

    @property
    def goodwill_seconds(self) -> int:
        """Approved goodwill, never more than the time itself."""
        newest = self.newest_goodwill
        return min(newest.seconds, self.net_seconds) if newest is not None and newest.is_approved else 0

    @property
    def is_waiting(self) -> bool:
        """Whether somebody must decide before this can be billed: a goodwill or the entry's own approval."""
        newest = self.newest_goodwill
        return not self.is_approved or (newest is not None and newest.is_approved is None)

    @property
    def started(self) -> datetime:
        """The start, UTC."""
        return instant(self.started_us)

    @property
    def ended(self) -> datetime:
        """The end, UTC."""
        return instant(self.ended_us)

    def for_rating(self) -> rating.Entry:
        """As rating takes it."""
        newest, seconds = self.newest_goodwill, self.goodwill_seconds
        reason = newest.reason if newest is not None and seconds else ""
        return rating.Entry(self.technician, self.started, self.ended, self.net_seconds, seconds, reason)

    def consent_for_rating(self) -> rating.Consent | None:
        """The customer's yes on the entry's own time axis; None if there is none for this work."""
        if self.consent is None or self.answered_us is None:
            return None
        return rating.Consent(self.consent.notice.text_sha256, instant(self.answered_us), self.consent.is_yes)


def instant(utc_us: int) -> datetime:
    """Microseconds since 1970 as an aware instant in UTC."""
    return _EPOCH + timedelta(microseconds=utc_us)


# entries -------------------------------------------------------------------------------------------------------------


def add_entry(db: Connection, organisation_id: str, part: Part, values: dict[str, object]) -> str:
    """Keeps a metered part; `values` hold the columns that the part itself does not know. Gives its id."""
    id_ = new_id(int(str(values["made_us"])))
    own = {
        "id": id_,
        "organisation_id": organisation_id,
        "started_us": part.started_us,
        "ended_us": part.ended_us,
        "net_seconds": part.net_seconds,
        "stops": json.dumps([[stop.start, stop.end, stop.why] for stop in part.stops]),
        "is_chargeable": part.is_chargeable,
        "answered_us": part.answered_us,
    }
    db.execute(insert(time_entry).values({**values, **own}))
    return id_


def entries(
    db: Connection, organisation_id: str, from_us: int | None = None, to_us: int | None = None, **only: str
) -> list[TimeEntry]:
    """Entries that began in [from_us, to_us), oldest first; `only` narrows by id, session_id, user_id, customer_id.

    An entry belongs to the month in which it began.
    """
    question = (
        select(time_entry, user.c.name.label("technician"), support_session.c.note, support_session.c.service_type)
        .join(user, user.c.id == time_entry.c.user_id)
        .join(support_session, support_session.c.id == time_entry.c.session_id)
        .where(time_entry.c.organisation_id == organisation_id)
        .order_by(time_entry.c.started_us, time_entry.c.part, time_entry.c.id)
    )
    if from_us is not None:
        question = question.where(time_entry.c.started_us >= from_us)
    if to_us is not None:
        question = question.where(time_entry.c.started_us < to_us)
    for name, value in only.items():
        question = question.where(time_entry.c[name] == value)
    rows = db.execute(question).mappings().all()
    ids = [row["id"] for row in rows]
    about = _About(db, organisation_id, ids, [row["session_id"] for row in rows])
    return [about.entry(row) for row in rows]


def has_entries(db: Connection, organisation_id: str, session_id: str) -> bool:
    """Whether the session's time is recorded already."""
    own = (time_entry.c.organisation_id == organisation_id, time_entry.c.session_id == session_id)
    return db.execute(select(time_entry.c.id).where(*own).limit(1)).first() is not None


class _About:
    """What was said about many entries, asked for at once."""

    def __init__(self, db: Connection, organisation_id: str, ids: list[str], session_ids: list[str]) -> None:
        self._db, self._organisation, self._ids = db, organisation_id, ids
        self._consents = {given.id: given for given in consents(db, organisation_id, set(session_ids))}
        self._corrections = self._said(time_correction)
        self._goodwills = self._said(goodwill)
        self._releases = self._said(charge_release)
        self._approvals = self._said(time_approval)
        goodwill_ids = [row["id"] for rows in self._goodwills.values() for row in rows]
        decided = _with_user(goodwill_decision).where(goodwill_decision.c.organisation_id == organisation_id)
        found = in_portions(db, decided, goodwill_decision.c.goodwill_id, goodwill_ids)
        self._decisions = {row["goodwill_id"]: row for row in found}

    def _said(self, table: Table) -> dict[str, list[Any]]:
        question = _with_user(table).where(table.c.organisation_id == self._organisation).order_by(table.c.id)
        found: dict[str, list[Any]] = {}
        for row in in_portions(self._db, question, table.c.entry_id, self._ids):
            found.setdefault(row["entry_id"], []).append(row)
        return found

    def entry(self, row: Any) -> TimeEntry:
        """The whole of one entry."""
        id_ = row["id"]
        computed = {"recorded_seconds", "stops", "consent", "corrections", "goodwills", "release", "is_approved"}
        plain = {f.name: row[f.name] for f in fields(TimeEntry) if f.name not in computed}
        release = self._releases.get(id_)
        approvals = self._approvals.get(id_)
        return TimeEntry(
            **plain,
            recorded_seconds=row["net_seconds"],
            stops=tuple(Stop(*stop) for stop in json.loads(row["stops"])),
            consent=self._consents.get(row["consent_id"]),
            corrections=tuple(_as(Correction, one) for one in self._corrections.get(id_, ())),
            goodwills=tuple(self._goodwill(one) for one in self._goodwills.get(id_, ())),
            release=_as(Release, release[-1]) if release else None,
            is_approved=bool(approvals and approvals[-1]["is_approved"]),
        )

    def _goodwill(self, row: Any) -> Goodwill:
        decision = self._decisions.get(row["id"])
        is_approved = bool(decision["is_approved"]) if decision else None
        plain = {name: row[name] for name in ("id", "seconds", "reason", "user", "made_us")}
        return Goodwill(**plain, is_approved=is_approved, decided_by=decision["user"] if decision else "")


def _with_user(table: Table) -> Any:
    return select(table, user.c.name.label("user")).join(user, user.c.id == table.c.user_id)


def _as(kind: Any, row: Any) -> Any:
    return kind(**{f.name: row[f.name] for f in fields(kind)})
