"""The account of included minutes of a contract: periods and a ledger that only grows. Each question carries the firm.

`billing.quota` folds a period's lines into what is left. An invoice run opens periods, books what was used, and gives
minutes back when an invoice is cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from beistand.billing.quota import Account, Entry, Kind, fold
from beistand.server.store.database import StoreError, new_id
from beistand.server.store.tables import contract, quota_ledger, quota_period, user


@dataclass(frozen=True)
class Booking:
    """A line of the ledger: what came or went, for what, who booked it ("" = the invoice run), when."""

    kind: Kind
    minutes: int
    reference: str
    note: str
    by: str
    utc_us: int


@dataclass(frozen=True)
class Period:
    """A period with its lines, oldest first. `ends_on` is inclusive; None for a prepaid block."""

    id: str
    contract_id: str
    starts_on: date
    ends_on: date | None
    cap_minutes: int
    bookings: tuple[Booking, ...]

    @property
    def account(self) -> Account:
        """What the lines add up to."""
        return fold(Entry(booking.kind, booking.minutes) for booking in self.bookings)


def open_period(
    db: Connection,
    organisation_id: str,
    contract_id: str,
    days: tuple[date, date | None],
    cap_minutes: int,
    utc_us: int,
) -> str:
    """Makes an empty period of a contract, first to last day; gives its id. Raises StoreError if there is one already.

    Its minutes are booked as `granted` and `carried`.
    """
    own = (contract.c.organisation_id == organisation_id, contract.c.id == contract_id)
    if db.execute(select(contract.c.id).where(*own)).first() is None:
        raise StoreError("There is no such contract.")
    id_ = new_id(utc_us)
    row = {"id": id_, "organisation_id": organisation_id, "contract_id": contract_id, "created_us": utc_us}
    try:
        values = {"starts_on": days[0], "ends_on": days[1], "cap_minutes": cap_minutes}
        db.execute(insert(quota_period).values(**row, **values))
    except IntegrityError as error:
        raise StoreError(f"The contract has an account from {days[0]} on already.") from error
    return id_


def book(db: Connection, organisation_id: str, period_id: str, booking: Booking, user_id: str | None = None) -> None:
    """Adds a line; `booking.by` is not read, `user_id` says who. Raises StoreError if the firm has no such period."""
    own = (quota_period.c.organisation_id == organisation_id, quota_period.c.id == period_id)
    if db.execute(select(quota_period.c.id).where(*own)).first() is None:
        raise StoreError("There is no such account of included minutes.")
    db.execute(
        insert(quota_ledger).values(
            organisation_id=organisation_id,
            period_id=period_id,
            kind=booking.kind,
            minutes=booking.minutes,
            reference=booking.reference,
            note=booking.note,
            user_id=user_id,
            utc_us=booking.utc_us,
        )
    )


def periods(db: Connection, organisation_id: str, contract_id: str) -> list[Period]:
    """The periods of a contract, newest first, with all their lines."""
    own = (quota_period.c.organisation_id == organisation_id, quota_period.c.contract_id == contract_id)
    rows = db.execute(select(quota_period).where(*own).order_by(quota_period.c.starts_on.desc())).mappings().all()
    lines = _lines(db, organisation_id, [row["id"] for row in rows])
    names = ("id", "contract_id", "starts_on", "ends_on", "cap_minutes")
    return [Period(**{name: row[name] for name in names}, bookings=lines.get(row["id"], ())) for row in rows]


def period_on(db: Connection, organisation_id: str, contract_id: str, day: date) -> Period | None:
    """The period of a contract in which a day lies: the newest, if two do."""
    for period in periods(db, organisation_id, contract_id):
        if period.starts_on <= day and (period.ends_on is None or day <= period.ends_on):
            return period
    return None


def _lines(db: Connection, organisation_id: str, period_ids: list[str]) -> dict[str, tuple[Booking, ...]]:
    question: Any = (
        select(quota_ledger, user.c.name.label("by"))
        .outerjoin(user, user.c.id == quota_ledger.c.user_id)
        .where(quota_ledger.c.organisation_id == organisation_id, quota_ledger.c.period_id.in_(period_ids))
        .order_by(quota_ledger.c.id)
    )
    found: dict[str, tuple[Booking, ...]] = {}
    for row in db.execute(question).mappings():
        values = {name: row[name] for name in ("kind", "minutes", "reference", "note", "utc_us")}
        found[row["period_id"]] = (*found.get(row["period_id"], ()), Booking(**values, by=row["by"] or ""))
    return found
