"""Prices without a contract, kinds of work, and technicians' levels. Each question carries the firm (S39).

The firm's own terms (its page "Firm") are the list for everybody; the lists here are more particular.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, insert, select, update

from beistand.billing.bands import Calendar
from beistand.billing.minutes import Terms
from beistand.billing.price_list import PriceList
from beistand.server.store.accounts import Organisation
from beistand.server.store.contracts import as_levels
from beistand.server.store.database import StoreError, new_id
from beistand.server.store.tables import party, price_list, service_type, user


@dataclass(frozen=True)
class ServiceType:
    """A kind of work, named in both languages."""

    id: str
    name_de: str
    name_en: str
    is_for_coverage: bool = True
    is_default: bool = False

    def name(self, language: str) -> str:
        """Its name in "de" or "en"."""
        return self.name_de if language == "de" else self.name_en


@dataclass(frozen=True)
class KeptList:
    """A price list as the office keeps it."""

    prices: PriceList
    is_public: bool


def service_types(db: Connection, organisation_id: str, with_archived: bool = False) -> list[ServiceType]:
    """The kinds of work of the firm, by their German name."""
    question = select(service_type).where(service_type.c.organisation_id == organisation_id)
    if not with_archived:
        question = question.where(~service_type.c.is_archived)
    rows = db.execute(question.order_by(service_type.c.name_de, service_type.c.id)).mappings()
    return [_as_type(row) for row in rows]


def _as_type(row: Any) -> ServiceType:
    return ServiceType(**{each.name: row[each.name] for each in fields(ServiceType)})


def get_service_type(db: Connection, organisation_id: str, id_: str) -> ServiceType | None:
    """One kind of work, archived or not."""
    own = (service_type.c.organisation_id == organisation_id, service_type.c.id == id_)
    row = db.execute(select(service_type).where(*own)).mappings().first()
    return _as_type(row) if row else None


def work_name(db: Connection, organisation_id: str, kept: str, language: str) -> str:
    """What a session's `service_type` means; the plain text of an older version reads as it is."""
    kind = get_service_type(db, organisation_id, kept)
    return kind.name(language) if kind else kept


def add_service_type(
    db: Connection, organisation_id: str, name_de: str, name_en: str, utc_us: int, is_for_coverage: bool = True
) -> str:
    """Adds a kind of work; gives its id."""
    id_ = new_id(utc_us)
    row = {"id": id_, "organisation_id": organisation_id, "name_de": name_de, "name_en": name_en}
    db.execute(insert(service_type).values(**row, is_for_coverage=is_for_coverage))
    return id_


def change_service_type(db: Connection, organisation_id: str, changed: ServiceType) -> bool:
    """Renames it everywhere, and says what it is for; False if there is none such. Only one is the default."""
    own = service_type.c.organisation_id == organisation_id
    if changed.is_default:
        db.execute(update(service_type).where(own).values(is_default=False))
    values = {each.name: getattr(changed, each.name) for each in fields(ServiceType) if each.name != "id"}
    return db.execute(update(service_type).where(own, service_type.c.id == changed.id).values(values)).rowcount == 1


# What a new firm finds in its list, to be changed at will. The first is the default.
FIRST_TYPES = (("Störung beheben", "Fix a fault"), ("Beratung", "Advice"), ("Wartung", "Maintenance"))


def add_first_service_types(db: Connection, organisation_id: str, utc_us: int) -> None:
    """Begins a new firm's list. They say what was done; no contract tells them apart yet."""
    for german, english in FIRST_TYPES:
        id_ = add_service_type(db, organisation_id, german, english, utc_us, is_for_coverage=False)
        if (german, english) == FIRST_TYPES[0]:
            change_service_type(db, organisation_id, ServiceType(id_, german, english, False, True))


def archive_service_type(db: Connection, organisation_id: str, id_: str) -> bool:
    """Offers it no more; what names it stays. False if there is none such."""
    own = (service_type.c.organisation_id == organisation_id, service_type.c.id == id_)
    return db.execute(update(service_type).where(*own).values(is_archived=True)).rowcount == 1


def price_lists(db: Connection, organisation_id: str) -> list[KeptList]:
    """The firm's price lists by name, without archived ones."""
    own = (price_list.c.organisation_id == organisation_id, ~price_list.c.is_archived)
    rows = db.execute(select(price_list).where(*own).order_by(price_list.c.name, price_list.c.id)).mappings()
    return [_as_list(row) for row in rows]


def add_price_list(db: Connection, organisation_id: str, kept: KeptList, utc_us: int) -> str:
    """Keeps a list; gives its id. Raises StoreError if its customer or kind of work is not of this firm."""
    prices = kept.prices
    for table, id_ in ((party, prices.customer_id), (service_type, prices.service_type)):
        own = (table.c.organisation_id == organisation_id, table.c.id == id_)
        if id_ and db.execute(select(table.c.id).where(*own)).first() is None:
            raise StoreError("The price list names a customer or a kind of work that does not exist.")
    id_ = new_id(utc_us)
    db.execute(
        insert(price_list).values(
            id=id_,
            organisation_id=organisation_id,
            created_us=utc_us,
            name=prices.name,
            party_id=prices.customer_id or None,
            service_type_id=prices.service_type or None,
            rates=json.dumps(dict(prices.rates_cents), sort_keys=True),
            surcharges=json.dumps(dict(prices.surcharges_bp), sort_keys=True),
            step_minutes=prices.terms.step,
            minimum_minutes=prices.terms.minimum,
            grace_seconds=prices.terms.grace_seconds,
            rounding=prices.terms.rounding,
            state=prices.calendar.state,
            is_catholic=prices.calendar.is_catholic,
            is_public=kept.is_public,
        )
    )
    return id_


def archive_price_list(db: Connection, organisation_id: str, id_: str) -> bool:
    """Uses the list no more; False if there is none such."""
    own = (price_list.c.organisation_id == organisation_id, price_list.c.id == id_)
    return db.execute(update(price_list).where(*own).values(is_archived=True)).rowcount == 1


def all_lists(db: Connection, firm: Organisation) -> list[PriceList]:
    """Every price that may hold: the firm's own terms if it has a price, and its lists."""
    own = [firm_terms(firm)] if firm.price_cents_per_hour else []
    return [*own, *(kept.prices for kept in price_lists(db, firm.id))]


def firm_terms(firm: Organisation) -> PriceList:
    """The terms of the firm's page as a price list without an id."""
    return PriceList({1: firm.price_cents_per_hour}, Terms(firm.step_minutes, firm.minimum_minutes))


def technician_levels(db: Connection, organisation_id: str) -> Mapping[str, int]:
    """The level of each person of the firm, 1 to 3."""
    question = select(user.c.id, user.c.technician_level).where(user.c.organisation_id == organisation_id)
    return {row.id: row.technician_level for row in db.execute(question)}


def set_technician_level(db: Connection, organisation_id: str, user_id: str, level: int) -> bool:
    """Sets a person's level; False if the firm has no such person."""
    own = (user.c.organisation_id == organisation_id, user.c.id == user_id)
    return db.execute(update(user).where(*own).values(technician_level=level)).rowcount == 1


def _as_list(row: Any) -> KeptList:
    prices = PriceList(
        rates_cents=as_levels(row["rates"]),
        terms=Terms(row["step_minutes"], row["minimum_minutes"], row["grace_seconds"], row["rounding"]),
        surcharges_bp=json.loads(row["surcharges"]),
        calendar=Calendar(state=row["state"], is_catholic=row["is_catholic"]),
        id=row["id"],
        name=row["name"],
        customer_id=row["party_id"] or "",
        service_type=row["service_type_id"] or "",
    )
    return KeptList(prices, row["is_public"])
