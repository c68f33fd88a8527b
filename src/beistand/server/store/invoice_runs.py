"""One invoice run of a firm at a time: who holds its place, and that it still lives."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from beistand.server.store.database import new_id
from beistand.server.store.tables import invoice_run

# A run gives a sign of life with each invoice, that is every fraction of a second.
RUN_IDLE_US = 300 * 1_000_000


@dataclass(frozen=True)
class Running:
    """The run that is going on."""

    id: str
    period: str
    who: str
    seen_us: int


def begin_run(db: Connection, organisation_id: str, period: str, who: str, utc_us: int) -> str | Running:
    """The id of the new run, or the one that is going on. One without a sign of life for five minutes is taken over."""
    own = invoice_run.c.organisation_id == organisation_id
    row = db.execute(select(invoice_run).where(own)).mappings().first()
    if row is not None and row["seen_us"] > utc_us - RUN_IDLE_US:
        return Running(row["id"], row["period"], row["who"], row["seen_us"])
    db.execute(delete(invoice_run).where(own))
    id_ = new_id(utc_us)
    db.execute(
        insert(invoice_run).values(organisation_id=organisation_id, id=id_, period=period, who=who, seen_us=utc_us)
    )
    return id_


def is_running(db: Connection, organisation_id: str, run_id: str, utc_us: int) -> bool:
    """Gives a sign of life; False if another run has taken over."""
    own = (invoice_run.c.organisation_id == organisation_id, invoice_run.c.id == run_id)
    return db.execute(update(invoice_run).where(*own).values(seen_us=utc_us)).rowcount == 1


def end_run(db: Connection, organisation_id: str, run_id: str) -> None:
    """Lets the next run begin."""
    own = (invoice_run.c.organisation_id == organisation_id, invoice_run.c.id == run_id)
    db.execute(delete(invoice_run).where(*own))
