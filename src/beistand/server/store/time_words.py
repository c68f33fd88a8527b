"""What people say about recorded time: corrections, goodwill, releases, approvals. It stands beside it, append-only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Table, insert, select

from beistand.server.store.tables import (
    charge_release,
    goodwill,
    goodwill_decision,
    support_session,
    time_approval,
    time_correction,
)
from beistand.server.store.times import TimeEntry, TimeError, entries


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


def _own(db: Connection, organisation_id: str, entry_id: str) -> TimeEntry:
    found = entries(db, organisation_id, id=entry_id)
    if not found:
        raise TimeError("not_found")
    return found[0]


def _say(db: Connection, table: Table, organisation_id: str, said: Said, values: dict[str, object]) -> None:
    own = {"organisation_id": organisation_id, "user_id": said.user_id, "made_us": said.at_us}
    db.execute(insert(table).values({**values, **own}))
