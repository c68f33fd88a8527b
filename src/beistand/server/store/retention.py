"""What a firm forgets and when: the words of old sessions and of the log. What the law wants kept is left alone (S47).

The log's entries, their times and hashes stay, so it still verifies. Recorded time, answers to prices, invoices, their
files and the log's entries about them are records that a firm must keep (§ 147 AO: eight years for vouchers, ten for
books, counted from the end of the year): their tables are append-only and this module has no way to them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, update

from beistand.server.store import audit, taxes
from beistand.server.store.tables import retention_policy, setup_token, support_session, time_entry

DAY_US = 86_400 * 1_000_000
SHORTEST, LONGEST = 30, 3_660
# Four years: claims out of a session lapse three years after the end of its year (§§ 195, 199 BGB).
DEFAULT_DAYS = 1_461
# Ten years and the rest of the year in which they began.
MONEY_DAYS = 11 * 366
# The log's entries about money; another area that records some adds its kind here.
MONEY_KINDS = frozenset(
    {"invoice issued", "cancellation issued", "correction issued", "invoices exported", "invoice data changed"}
    | {taxes.CHANGED}
)
CHANGED = "retention changed"


@dataclass(frozen=True)
class Due:
    """What is (or would be) forgotten: all that is older than `before_us`; entries of the log, names of sessions."""

    days: int
    before_us: int
    entries: int
    sessions: int

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not self.entries and not self.sessions


def days(db: Connection, organisation_id: str) -> int:
    """How many days the firm keeps the words of its sessions."""
    own = retention_policy.c.organisation_id == organisation_id
    kept: int | None = db.execute(select(retention_policy.c.session_days).where(own)).scalar()
    return DEFAULT_DAYS if kept is None else kept


def set_days(db: Connection, organisation_id: str, session_days: int, actor: str, utc_us: int) -> None:
    """Keeps another number of days, SHORTEST to LONGEST, and records who changed it. ValueError outside of that."""
    if not SHORTEST <= session_days <= LONGEST:
        raise ValueError(f"a firm keeps its sessions for {SHORTEST} to {LONGEST} days")
    before = days(db, organisation_id)
    own = retention_policy.c.organisation_id == organisation_id
    if db.execute(update(retention_policy).where(own).values(session_days=session_days)).rowcount == 0:
        db.execute(insert(retention_policy).values(organisation_id=organisation_id, session_days=session_days))
    audit.append(db, organisation_id, CHANGED, {"from_days": before, "to_days": session_days}, actor, utc_us)


def due(db: Connection, organisation_id: str, now_us: int) -> Due:
    """What would be forgotten now; changes nothing."""
    kept = days(db, organisation_id)
    before_us = now_us - kept * DAY_US
    entries = audit.forgettable(db, organisation_id, before_us, MONEY_KINDS, now_us - MONEY_DAYS * DAY_US)
    count = select(func.count()).select_from(_named(organisation_id, before_us).subquery())
    return Due(kept, before_us, entries, db.execute(count).scalar() or 0)


def settle(db: Connection, organisation_id: str, now_us: int, actor: str) -> Due:
    """Forgets what is due, in one transaction; the log records it. Does nothing (and records nothing) if nothing is."""
    found = due(db, organisation_id, now_us)
    if found.is_nothing:
        return found
    old = [row.id for row in db.execute(_named(organisation_id, found.before_us))]
    for at in range(0, len(old), 500):
        some = (support_session.c.organisation_id == organisation_id, support_session.c.id.in_(old[at : at + 500]))
        db.execute(update(support_session).where(*some).values(customer_name="", note="", notice="", customer_id=None))
    money_before_us = now_us - MONEY_DAYS * DAY_US
    audit.forget(db, organisation_id, found.before_us, actor, now_us, MONEY_KINDS, money_before_us)
    return found


def sweep_links(db: Connection, now_us: int) -> int:
    """Deletes invitations that are over, with what their first form said; of all firms at once, by the server."""
    return db.execute(delete(setup_token).where(setup_token.c.expires_us <= now_us)).rowcount


def _named(organisation_id: str, before_us: int) -> Select[tuple[str]]:
    """Old sessions that still name a customer and in which nothing was worked that an invoice could stand on."""
    worked = exists().where(
        time_entry.c.session_id == support_session.c.id, time_entry.c.organisation_id == organisation_id
    )
    own = (support_session.c.organisation_id == organisation_id, support_session.c.created_us < before_us)
    named = (support_session.c.customer_name != "") | (support_session.c.note != "")
    return select(support_session.c.id).where(*own, named, ~worked)
