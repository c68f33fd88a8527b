"""What the demo's firm has in its books, so that a newcomer sees prices: two customers, a contract, a price an hour."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection

from beistand.billing.contract import Beneficiary, ContractVersion
from beistand.billing.invoice import Seller
from beistand.server.clock import Clock
from beistand.server.store import accounts, contracts, parties, seller
from beistand.server.store.database import Database
from beistand.server.store.seller import SellerData

HOUR_CENTS = 9600
# Pays for herself, sees prices with VAT.
CONSUMER = "Grete Muster"
# Helped under a contract; what it does not cover is asked for in mid-session.
SERVED = "Praxis Dr. Muster"
PARTNER = "Nordlicht Systemhaus AG"


def furnish(database: Path) -> bool:
    """Fills the books of the first firm, once; False while there is none yet."""
    db = Database(database)
    try:
        firms = db.read_now(accounts.organisations)
        if not firms:
            return False
        firm = db.read_now(lambda c: accounts.get_organisation(c, firms[0].id))
        if firm.price_cents_per_hour == 0:
            db.write_now(lambda c: _fill(c, firm.id))
        return True
    finally:
        db.close()


def _seller(name: str) -> SellerData:
    """What an invoice must say of the firm; the numbers are the usual examples and belong to nobody."""
    return SellerData(
        Seller(
            name,
            street="Musterweg 1",
            postcode="24937",
            city="Flensburg",
            vat_id="DE123456788",
            contact_name="Sabine Krüger",
            phone="0461 1234567",
            email="rechnung@fernhilfe.example",
            iban="DE89370400440532013000",
            bic="COBADEFFXXX",
            bank="Musterbank",
        )
    )


def _fill(connection: Connection, firm: str) -> None:
    now = Clock().now()
    accounts.change_organisation(connection, firm, price_cents_per_hour=HOUR_CENTS)
    seller.set_seller(connection, firm, _seller(accounts.get_organisation(connection, firm).name))
    consumer = {"name": CONSUMER, "kind": "person", "street": "Am Deich 3", "postcode": "24937", "city": "Flensburg"}
    parties.add_party(connection, firm, {**consumer, "language": "de"}, now.utc_us)
    place = {"kind": "company", "postcode": "24937", "city": "Flensburg", "language": "de"}
    served = parties.add_party(connection, firm, {**place, "name": SERVED, "street": "Hafenweg 1"}, now.utc_us)
    partner = parties.add_party(connection, firm, {**place, "name": PARTNER, "street": "Kaistraße 12"}, now.utc_us)
    begins = date(datetime.fromtimestamp(now.utc_seconds, UTC).year, 1, 1)
    contract = contracts.add_contract(connection, firm, {"partner_id": partner.id, "starts_on": begins}, now.utc_us)
    version = ContractVersion("", begins, rates_cents={1: HOUR_CENTS})
    contracts.add_version(connection, firm, contract, version, ("Demo", "", now.utc_us))
    contracts.add_beneficiary(connection, firm, contract, Beneficiary(served.id), now.utc_us)
