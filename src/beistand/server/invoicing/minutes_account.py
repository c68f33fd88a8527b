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
        """Opens the month or the block if need be, then books; a block is granted once, whatever is cancelled."""
        for move in moves:
            kept = quota.period_on(db, self._organisation, move.contract_id, self._period.last)
            period_id = kept.id if kept else self._open(db, self._contracts[move.contract_id], move, utc_us)
            is_block = move.reference.startswith("block:")
            if is_block and kept and any(booking.note == move.reference for booking in kept.bookings):
                continue
            booking = Booking(move.kind, move.minutes, invoice_id, move.reference, "", utc_us)
            quota.book(db, self._organisation, period_id, booking)

    def give_back(self, db: Connection, invoice_id: str, utc_us: int) -> None:
        """What the cancelled invoice used; granted minutes stay, because the new invoice grants no second time."""
        for contract_id in self._contracts:
            for kept in quota.periods(db, self._organisation, contract_id):
                used = sum(b.minutes for b in kept.bookings if b.reference == invoice_id and b.kind == "used")
                if used:
                    booking = Booking("given_back", used, invoice_id, self._period.name, "", utc_us)
                    quota.book(db, self._organisation, kept.id, booking)

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
