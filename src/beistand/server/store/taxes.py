"""From which day on a firm is taxed how. Each question carries the organisation (S39).

What stood in the firm's settings at first holds until the first change; a change is a row that stays for good. A wrong
one is answered by another about the same day: the newest word holds. Issued invoices keep the tax they have.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from beistand.billing.bands import Calendar
from beistand.billing.taxation import Rates, TaxHistory
from beistand.server.store import audit, seller
from beistand.server.store.database import StoreError
from beistand.server.store.tables import organisation, tax_change

# The log's kind of entry about a change; `retention` keeps its words as long as those about invoices.
CHANGED = "tax changed"


def day_of(utc_us: int) -> date:
    """The day on the firm's wall clock."""
    return datetime.fromtimestamp(utc_us // 1_000_000, UTC).astimezone(ZoneInfo(Calendar().zone)).date()


def history(db: Connection, organisation_id: str) -> TaxHistory:
    """What holds from which day on, by day and then by when it was said."""
    standard = db.execute(select(organisation.c.vat_bp).where(organisation.c.id == organisation_id)).scalar_one()
    first = Rates(standard, is_small_business=seller.is_small_business(db, organisation_id))
    question = select(tax_change).where(tax_change.c.organisation_id == organisation_id)
    rows = db.execute(question.order_by(tax_change.c.valid_from, tax_change.c.id)).mappings()
    changes = [(r["valid_from"], Rates(r["standard_bp"], r["reduced_bp"], bool(r["is_small_business"]))) for r in rows]
    return TaxHistory(first, changes)


def add_change(db: Connection, organisation_id: str, day: date, rates: Rates, user_id: str, utc_us: int) -> None:
    """Keeps what holds from a day on. Raises StoreError for a rate out of its range."""
    said = {"standard_bp": rates.standard_bp, "reduced_bp": rates.reduced_bp}
    said |= {"is_small_business": rates.is_small_business}
    row = {"organisation_id": organisation_id, "valid_from": day, "user_id": user_id, "made_us": utc_us}
    try:
        db.execute(insert(tax_change).values(**said, **row))
    except IntegrityError as error:
        raise StoreError("A VAT rate lies between 0 and 100 %: nothing was changed.") from error
    audit.append(db, organisation_id, CHANGED, {"from": day.isoformat(), **said}, user_id, utc_us)
