"""The firm as its invoices name it, and how its numbers and accounts begin. Each question carries the organisation."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from beistand.billing.invoice import Seller
from beistand.server.store.database import StoreError
from beistand.server.store.tables import seller


@dataclass(frozen=True)
class SellerData:
    """The firm on its invoices, days to pay, how numbers begin, and its accounts for DATEV."""

    firm: Seller
    due_days: int = 14
    invoice_prefix: str = "RE"
    cancellation_prefix: str = "ST"
    datev_consultant: str = ""
    datev_client: str = ""
    datev_debtor: str = ""
    datev_debtor_first: str = ""
    account_standard: str = ""
    account_reduced: str = ""
    account_reverse: str = ""
    account_exempt: str = ""


def get_seller(db: Connection, organisation_id: str) -> SellerData | None:
    """The invoice data, or None before they were entered."""
    row = db.execute(select(seller).where(seller.c.organisation_id == organisation_id)).mappings().first()
    if row is None:
        return None
    firm = Seller(**{f.name: row[f.name] for f in fields(Seller)})
    return SellerData(firm, **{f.name: row[f.name] for f in fields(SellerData) if f.name != "firm"})


def is_small_business(db: Connection, organisation_id: str) -> bool:
    """Whether the firm shows no VAT (§ 19 UStG); not before its invoice data say so."""
    found = db.scalar(select(seller.c.is_small_business).where(seller.c.organisation_id == organisation_id))
    return bool(found)


def set_seller(db: Connection, organisation_id: str, data: SellerData) -> None:
    """Keeps the invoice data; invoices that were issued keep their own copy."""
    values = {f.name: getattr(data.firm, f.name) for f in fields(Seller)}
    values |= {f.name: getattr(data, f.name) for f in fields(SellerData) if f.name != "firm"}
    own = seller.c.organisation_id == organisation_id
    try:
        if db.execute(update(seller).where(own).values(values)).rowcount == 0:
            db.execute(insert(seller).values(organisation_id=organisation_id, **values))
    except IntegrityError as error:
        raise StoreError("The invoice data are out of range: nothing was changed.") from error
