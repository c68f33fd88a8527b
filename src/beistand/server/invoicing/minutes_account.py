"""Books included minutes with the invoices that grant and use them; carries over, gives back after a cancellation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from beistand.billing.contract import Contract
from beistand.billing.draft import Period, QuotaMove
from beistand.billing.quota import Account
from beistand.server.store import quota
from beistand.server.store.quota import Booking


def accounts(
    db: Connection, organisation_id: str, contracts: Sequence[Contract], period: Period
) -> Mapping[str, Account]:
    """Each contract's account as it stands before the run; a month that is not open yet begins with what is carried."""
    found = {}
    for contract in contracts:
        if all(version.included_minutes == 0 and version.block_minutes == 0 for version in contract.versions):
            continue
        kept = quota.period_on(db, organisation_id, contract.id, period.last)
        if kept is not None:
            found[contract.id] = kept.account
            continue
        carried = _carried(db, organisation_id, contract, period)
        found[contract.id] = Account(carried=carried)
    return found


def _carried(db: Connection, organisation_id: str, contract: Contract, period: Period) -> int:
    before = quota.period_on(db, organisation_id, contract.id, period.first - timedelta(days=1))
    if before is None or before.ends_on is None:
        return 0
    return before.account.use(before.cap_minutes).next_carry


class MinutesAccount:
    """The booker of one run (`issuing.Booker`)."""

    def __init__(self, organisation_id: str, contracts: Sequence[Contract], period: Period) -> None:
        self._organisation, self._period = organisation_id, period
        self._contracts = {contract.id: contract for contract in contracts}

    def book(self, db: Connection, invoice_id: str, moves: Sequence[QuotaMove], utc_us: int) -> None:
        """Opens the month or the block if need be, then books."""
        for move in moves:
            kept = quota.period_on(db, self._organisation, move.contract_id, self._period.last)
            period_id = kept.id if kept else self._open(db, self._contracts[move.contract_id], move, utc_us)
            booking = Booking(move.kind, move.minutes, invoice_id, move.reference, "", utc_us)
            quota.book(db, self._organisation, period_id, booking)

    def give_back(self, db: Connection, invoice_id: str, utc_us: int) -> None:
        """What the cancelled invoice used, and the block that it sold: the next run sells and grants it again.

        A month's minutes stay granted, because the month's flat that is billed again grants no second time.
        """
        for kept in self._touched(db, invoice_id):
            used, sold = _sum(kept, invoice_id, "used", "given_back"), _sold(kept, invoice_id)
            if used:
                booking = Booking("given_back", used, invoice_id, self._period.name, "", utc_us)
                quota.book(db, self._organisation, kept.id, booking)
            if sold:
                booking = Booking("taken_back", sold, invoice_id, self._period.name, "", utc_us)
                quota.book(db, self._organisation, kept.id, booking)

    def left_to_give(self, db: Connection, invoice_id: str) -> int:
        """Included minutes that an invoice used and that nothing has given back yet."""
        return sum(_sum(kept, invoice_id, "used", "given_back") for kept in self._touched(db, invoice_id))

    def give_minutes(self, db: Connection, invoice_id: str, minutes: int, utc_us: int) -> None:
        """Some of the included minutes that an invoice used: what a correction gives back. ValueError for too many."""
        if minutes > self.left_to_give(db, invoice_id):
            raise ValueError("an invoice gives back no more minutes than it used")
        for kept in self._touched(db, invoice_id):
            part = min(minutes, _sum(kept, invoice_id, "used", "given_back"))
            if part:
                booking = Booking("given_back", part, invoice_id, self._period.name, "", utc_us)
                quota.book(db, self._organisation, kept.id, booking)
            minutes -= part

    def _touched(self, db: Connection, invoice_id: str) -> list[quota.Period]:
        found = [kept for id_ in self._contracts for kept in quota.periods(db, self._organisation, id_)]
        return [kept for kept in found if any(booking.reference == invoice_id for booking in kept.bookings)]

    def _open(self, db: Connection, contract: Contract, move: QuotaMove, utc_us: int) -> str:
        if move.reference.startswith("block:"):
            version = next(each for each in contract.versions if f"block:{each.id}" == move.reference)
            return quota.open_period(db, self._organisation, contract.id, (version.valid_from, None), 0, utc_us)
        first, last = self._period.first, self._period.last
        version_now = contract.version_on(last) or contract.version_on(first)
        cap = version_now.carry_cap_minutes if version_now else 0
        carried = _carried(db, self._organisation, contract, self._period)
        before = quota.period_on(db, self._organisation, contract.id, first - timedelta(days=1))
        period_id = quota.open_period(db, self._organisation, contract.id, (first, last), cap, utc_us)
        if carried:
            booking = Booking("carried", carried, before.id if before else "", self._period.name, "", utc_us)
            quota.book(db, self._organisation, period_id, booking)
        return period_id


def _sum(kept: quota.Period, invoice_id: str, plus: str, minus: str) -> int:
    """Minutes of one kind less those of the other, of one invoice."""
    of = [booking for booking in kept.bookings if booking.reference == invoice_id]
    return sum(b.minutes for b in of if b.kind == plus) - sum(b.minutes for b in of if b.kind == minus)


def _sold(kept: quota.Period, invoice_id: str) -> int:
    """Minutes of the blocks that the invoice sold and nothing has taken back."""
    of = [booking for booking in kept.bookings if booking.reference == invoice_id]
    sold = sum(b.minutes for b in of if b.kind == "granted" and b.note.startswith("block:"))
    return sold - sum(b.minutes for b in of if b.kind == "taken_back")
