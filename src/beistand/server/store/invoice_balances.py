"""What is open of invoices with their corrections and cancellations: cents to come, or below zero to give back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from beistand.server.store import invoices
from beistand.server.store.database import in_portions
from beistand.server.store.invoices import Issued
from beistand.server.store.tables import invoice


def open_cents(issued: Issued, following: Sequence[Issued] = ()) -> int:
    """Gross cents that are open of an invoice.

    A payment settles what stood at that moment, corrections included; what is taken back afterwards is owed back
    until its own document is noted as paid. Documents that take back are never open themselves.
    """
    if issued.kind != "invoice":
        return 0
    names = [event.name for event in issued.events]
    paid_at = len(names) - 1 - names[::-1].index("paid") if issued.is_paid else -1
    open_ = 0 if issued.is_paid else issued.gross_cents
    by_number = {each.number: each for each in following}
    for at, event in enumerate(issued.events):
        back = by_number.get(str(event.data.get("by", ""))) if event.name in ("corrected", "cancelled") else None
        if back is not None and at > paid_at and not back.is_paid:
            open_ += back.gross_cents
    return open_


def balances(db: Connection, organisation_id: str, found: Sequence[Issued]) -> dict[str, int]:
    """What is open of each of these documents, by id."""
    ids = [each.id for each in found if each.kind == "invoice"]
    own = select(invoice.c.id).where(invoice.c.organisation_id == organisation_id)
    wanted = [row["id"] for row in in_portions(db, own, invoice.c.preceding_id, ids)]
    after: dict[str, list[Issued]] = {}
    for each in invoices.many(db, organisation_id, wanted):
        after.setdefault(each.preceding_id or "", []).append(each)
    return {each.id: open_cents(each, after.get(each.id, ())) for each in found}
