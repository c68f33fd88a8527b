"""Questions about recorded time, and what may be said about it. Each one carries the organisation (S39).

`entries` is what rating builds on: recorded seconds, corrections, approved goodwill, the agreed price, the approval.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from beistand.billing import rating
from beistand.billing.meter import Part, Stop
from beistand.server.store.database import new_id
from beistand.server.store.tables import (
    charge_consent,
    charge_notice,
    charge_release,
    goodwill,
    goodwill_decision,
    support_session,
    time_approval,
    time_correction,
    time_entry,
    time_policy,
    user,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# SQLite takes 32,766 values in one statement; PostgreSQL 65,535.
_AT_ONCE = 5_000


class TimeError(Exception):
    """What was asked cannot be done with this entry; `code` is a key of the pages' words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Notice:
    """The exact words of a price and the price in them; `rate_cents` is net an hour, whatever the words show."""

    id: str
    session_id: str
    text: str
    text_sha256: str
    reason: str
    rate_cents: int
    currency: str
    step_minutes: int
    minimum_minutes: int
    grace_seconds: int
    rounding: str
    vat_bp: int
    is_gross: bool
    payer: str
    language: str
    user_id: str
    made_us: int


@dataclass(frozen=True)
class Given:
    """The answer to a notice; `channel` screen or phone, `way` pointer, keyboard or spoken."""

    id: str
    session_id: str
    notice: Notice
    channel: str
    is_yes: bool
    way: str
    said_by: str
    answered_us: int


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


# prices and answers --------------------------------------------------------------------------------------------------


def add_notice(db: Connection, organisation_id: str, values: dict[str, object]) -> Notice:
    """Keeps a notice (the fields of `Notice` without `id`) before it is shown; the same words again give the same."""
    session_id, digest = str(values["session_id"]), str(values["text_sha256"])
    found = get_notice(db, organisation_id, session_id, digest)
    if found is not None:
        return found
    id_ = new_id(int(str(values["made_us"])))
    db.execute(insert(charge_notice).values({**values, "id": id_, "organisation_id": organisation_id}))
    return Notice(**{**values, "id": id_})  # type: ignore[arg-type]


def get_notice(db: Connection, organisation_id: str, session_id: str, text_sha256: str) -> Notice | None:
    """The notice of a session whose words have this hash."""
    own = (charge_notice.c.organisation_id == organisation_id, charge_notice.c.session_id == session_id)
    row = db.execute(select(charge_notice).where(*own, charge_notice.c.text_sha256 == text_sha256)).mappings().first()
    return Notice(**{f.name: row[f.name] for f in fields(Notice)}) if row else None


def add_consent(db: Connection, organisation_id: str, values: dict[str, object]) -> str:
    """Keeps an answer: session_id, notice_id, channel, is_yes, way, said_by, user_id, answered_us. Gives its id."""
    id_ = new_id(int(str(values["answered_us"])))
    db.execute(insert(charge_consent).values({**values, "id": id_, "organisation_id": organisation_id}))
    return id_


def consents(db: Connection, organisation_id: str, session_ids: Iterable[str]) -> list[Given]:
    """All answers of these sessions, oldest first."""
    question = (
        select(charge_consent, *[charge_notice.c[f.name].label(f"of_notice_{f.name}") for f in fields(Notice)])
        .join(charge_notice, charge_notice.c.id == charge_consent.c.notice_id)
        .where(charge_consent.c.organisation_id == organisation_id)
        .order_by(charge_consent.c.answered_us, charge_consent.c.id)
    )
    own = [f.name for f in fields(Given) if f.name != "notice"]
    found = []
    for row in _chunked(db, question, charge_consent.c.session_id, session_ids):
        notice = Notice(**{f.name: row[f"of_notice_{f.name}"] for f in fields(Notice)})
        found.append(Given(**{name: row[name] for name in own}, notice=notice))
    return found


def may_agree_by_phone(db: Connection, organisation_id: str) -> bool:
    """Whether the firm permits a yes that was said on the phone."""
    question = select(time_policy.c.has_phone_consent).where(time_policy.c.organisation_id == organisation_id)
    return bool(db.execute(question).scalar())


def permit_phone(db: Connection, organisation_id: str, is_permitted: bool) -> None:
    """Permits or forbids a yes that was said on the phone."""
    own = time_policy.c.organisation_id == organisation_id
    if db.execute(select(time_policy.c.organisation_id).where(own)).first() is None:
        db.execute(insert(time_policy).values(organisation_id=organisation_id, has_phone_consent=is_permitted))
    else:
        db.execute(time_policy.update().where(own).values(has_phone_consent=is_permitted))


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
        found = _chunked(db, decided, goodwill_decision.c.goodwill_id, goodwill_ids)
        self._decisions = {row["goodwill_id"]: row for row in found}

    def _said(self, table: Table) -> dict[str, list[Any]]:
        question = _with_user(table).where(table.c.organisation_id == self._organisation).order_by(table.c.id)
        found: dict[str, list[Any]] = {}
        for row in _chunked(self._db, question, table.c.entry_id, self._ids):
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


# what people say about entries ---------------------------------------------------------------------------------------


def correct(db: Connection, organisation_id: str, entry_id: str, seconds: int, said: Said) -> None:
    """Other seconds than the recorded ones; pauses may be given back, nothing beyond the session's own time.

    Raises TimeError not_found, bad_seconds.
    """
    entry = _own(db, organisation_id, entry_id)
    if not 0 <= seconds <= (entry.ended_us - entry.started_us) // 1_000_000:
        raise TimeError("bad_seconds")
    values = {"entry_id": entry_id, "old_seconds": entry.net_seconds, "new_seconds": seconds}
    _say(db, time_correction, organisation_id, said, {**values, "reason": said.reason})


def give_away(db: Connection, organisation_id: str, entry_id: str, seconds: int, said: Said) -> None:
    """Goodwill for so many seconds of an entry; it replaces an earlier one. Raises TimeError not_found, bad_seconds."""
    entry = _own(db, organisation_id, entry_id)
    if not 0 <= seconds <= entry.net_seconds:
        raise TimeError("bad_seconds")
    _say(db, goodwill, organisation_id, said, {"entry_id": entry_id, "seconds": seconds, "reason": said.reason})


def give_away_of(db: Connection, organisation_id: str, session_id: str, seconds: int, said: Said) -> None:
    """Goodwill for a whole session, taken from its last part backwards, because that is the one that costs.

    Raises TimeError not_found, not_ended, bad_seconds, reason.
    """
    own = (support_session.c.organisation_id == organisation_id, support_session.c.id == session_id)
    if db.execute(select(support_session.c.id).where(*own)).first() is None:
        raise TimeError("not_found")
    parts = entries(db, organisation_id, session_id=session_id)
    if not parts:
        raise TimeError("not_ended")
    if seconds > sum(entry.net_seconds for entry in parts):
        # A technician thinks in minutes: what is left of the last one is given away with it.
        if seconds - 59 > sum(entry.net_seconds for entry in parts):
            raise TimeError("bad_seconds")
        seconds = sum(entry.net_seconds for entry in parts)
    for entry in reversed(parts):
        share = min(seconds, entry.net_seconds)
        if share or entry.newest_goodwill is not None:
            give_away(db, organisation_id, entry.id, share, said)
        seconds -= share


def decide_goodwill(db: Connection, organisation_id: str, entry_id: str, is_approved: bool, said: Said) -> None:
    """Approves or refuses the entry's newest goodwill. Raises TimeError not_found, decided."""
    newest = _own(db, organisation_id, entry_id).newest_goodwill
    if newest is None or newest.is_approved is not None:
        raise TimeError("decided")
    _say(db, goodwill_decision, organisation_id, said, {"goodwill_id": newest.id, "is_approved": is_approved})


def release(db: Connection, organisation_id: str, entry_id: str, said: Said) -> None:
    """Lets unannounced work be billed, with a reason. Raises TimeError not_found, decided."""
    if _own(db, organisation_id, entry_id).release is not None:
        raise TimeError("decided")
    _say(db, charge_release, organisation_id, said, {"entry_id": entry_id, "reason": said.reason})


def approve(db: Connection, organisation_id: str, entry_ids: Iterable[str], is_approved: bool, said: Said) -> int:
    """Lets entries go to an invoice, or takes that back; gives how many changed. Raises TimeError not_found."""
    changed = 0
    for entry_id in entry_ids:
        if _own(db, organisation_id, entry_id).is_approved != is_approved:
            _say(db, time_approval, organisation_id, said, {"entry_id": entry_id, "is_approved": is_approved})
            changed += 1
    return changed


@dataclass(frozen=True)
class Said:
    """Who says something about an entry, when, and why. Raises TimeError reason where one is needed and missing."""

    user_id: str
    at_us: int
    why: str = ""

    @property
    def reason(self) -> str:
        """The reason, which must be one."""
        if not self.why.strip():
            raise TimeError("reason")
        return self.why.strip()


def _own(db: Connection, organisation_id: str, entry_id: str) -> TimeEntry:
    found = entries(db, organisation_id, id=entry_id)
    if not found:
        raise TimeError("not_found")
    return found[0]


def _say(db: Connection, table: Table, organisation_id: str, said: Said, values: dict[str, object]) -> None:
    own = {"organisation_id": organisation_id, "user_id": said.user_id, "made_us": said.at_us}
    db.execute(insert(table).values({**values, **own}))


def _with_user(table: Table) -> Any:
    return select(table, user.c.name.label("user")).join(user, user.c.id == table.c.user_id)


def _as(kind: Any, row: Any) -> Any:
    return kind(**{f.name: row[f.name] for f in fields(kind)})


def _chunked(db: Connection, question: Any, column: Any, values: Iterable[Any]) -> Iterable[Any]:
    """The rows whose `column` is one of many values, asked for in portions."""
    all_ = list(values)
    for begin in range(0, len(all_), _AT_ONCE):
        yield from db.execute(question.where(column.in_(all_[begin : begin + _AT_ONCE]))).mappings()
