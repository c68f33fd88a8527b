"""Questions about parties: customers, partners who pay, and the people one speaks to there (S39: within one firm)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from beistand.server.store.database import StoreError, new_id
from beistand.server.store.tables import contact, party

LIST_LIMIT = 200
FIRST_NUMBER = 10_001


@dataclass(frozen=True)
class Party:
    """A customer, a partner who pays, or both. `country` is ISO 3166-1 alpha-2; unknown fields are ""."""

    id: str
    number: str
    name: str
    kind: str
    street: str
    postcode: str
    city: str
    country: str
    vat_id: str
    leitweg_id: str
    e_address: str
    e_address_scheme: str
    email: str
    phone: str
    language: str
    vat_mode: str
    is_archived: bool

    @property
    def is_consumer(self) -> bool:
        """Whether prices are shown with tax."""
        return self.kind == "person"

    @property
    def has_address(self) -> bool:
        """Whether an invoice can be addressed to it."""
        return bool(self.street and self.postcode and self.city)


@dataclass(frozen=True)
class Contact:
    """A person at a party; `gets_invoices` if invoices are mailed there."""

    id: str
    party_id: str
    name: str
    role: str
    email: str
    phone: str
    gets_invoices: bool


def add_party(db: Connection, organisation_id: str, values: Mapping[str, object], utc_us: int) -> Party:
    """Makes a party from fields of `Party` (without `id`; `name` at least). Without a number it gets the next free one.

    Raises StoreError if the number is taken.
    """
    id_ = new_id(utc_us)
    number = values.get("number") or next_number(db, organisation_id)
    row = {**values, "number": number, "id": id_, "organisation_id": organisation_id, "created_us": utc_us}
    _keep(db, insert(party).values(row), str(number))
    made = get_party(db, organisation_id, id_)
    if made is None:
        raise StoreError("The customer could not be kept.")
    return made


def change_party(db: Connection, organisation_id: str, id_: str, values: Mapping[str, object]) -> bool:
    """Changes fields of a party; False if the firm has none such. Raises StoreError if its new number is taken."""
    own = (party.c.organisation_id == organisation_id, party.c.id == id_)
    return _keep(db, update(party).where(*own).values(dict(values)), str(values.get("number", ""))) == 1


def _keep(db: Connection, statement: Any, number: str) -> int:
    try:
        return int(db.execute(statement).rowcount)
    except IntegrityError as error:
        raise StoreError(f"The customer number {number} is taken: choose another.") from error


def next_number(db: Connection, organisation_id: str) -> str:
    """The customer number after the highest that is a plain number, from 10001 on."""
    numbers = db.execute(select(party.c.number).where(party.c.organisation_id == organisation_id)).scalars()
    plain = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10]
    return str(max([FIRST_NUMBER - 1, *plain]) + 1)


def get_party(db: Connection, organisation_id: str, id_: str) -> Party | None:
    """One party of the firm, archived or not."""
    own = (party.c.organisation_id == organisation_id, party.c.id == id_)
    row = db.execute(select(party).where(*own)).mappings().first()
    return _as_party(row) if row else None


def find_parties(
    db: Connection, organisation_id: str, text: str = "", is_archived: bool = False, limit: int = LIST_LIMIT
) -> list[Party]:
    """Parties whose name, number, email, phone or city contains `text` (any case), by name."""
    question = select(party).where(party.c.organisation_id == organisation_id, party.c.is_archived == is_archived)
    if text:
        columns = (party.c.name, party.c.number, party.c.email, party.c.phone, party.c.city)
        found = columns[0].icontains(text, autoescape=True)
        for column in columns[1:]:
            found = found | column.icontains(text, autoescape=True)
        question = question.where(found)
    question = question.order_by(party.c.name, party.c.id).limit(limit)
    return [_as_party(row) for row in db.execute(question).mappings()]


def named(db: Connection, organisation_id: str, text: str) -> Party | None:
    """The party that was typed: "10001", "10001 Muster GmbH", or a name that only one party has. None else.

    Archived parties are not offered.
    """
    number = text.split(" ", 1)[0]
    for column, wanted in ((party.c.number, number), (party.c.number, text), (party.c.name, text)):
        own = (party.c.organisation_id == organisation_id, column == wanted, ~party.c.is_archived)
        rows = db.execute(select(party).where(*own).limit(2)).mappings().all()
        if len(rows) == 1 and (column is party.c.name or text in (wanted, f"{wanted} {rows[0]['name']}")):
            return _as_party(rows[0])
    return None


def parties_by_id(db: Connection, organisation_id: str) -> dict[str, Party]:
    """All parties of the firm, archived ones too."""
    rows = db.execute(select(party).where(party.c.organisation_id == organisation_id)).mappings()
    return {row["id"]: _as_party(row) for row in rows}


def remove_party(db: Connection, organisation_id: str, id_: str) -> Literal["removed", "archived", "unknown"]:
    """Removes a party nobody refers to; one with sessions, contracts or invoices is archived and stays readable."""
    own = (party.c.organisation_id == organisation_id, party.c.id == id_)
    try:
        with db.begin_nested():
            theirs = (contact.c.organisation_id == organisation_id, contact.c.party_id == id_)
            db.execute(delete(contact).where(*theirs))
            return "removed" if db.execute(delete(party).where(*own)).rowcount else "unknown"
    except IntegrityError:
        db.execute(update(party).where(*own).values(is_archived=True))
        return "archived"


def contacts(db: Connection, organisation_id: str, party_id: str) -> list[Contact]:
    """The people of a party, by name."""
    own = (contact.c.organisation_id == organisation_id, contact.c.party_id == party_id, ~contact.c.is_archived)
    rows = db.execute(select(contact).where(*own).order_by(contact.c.name, contact.c.id)).mappings()
    return [Contact(**{f.name: row[f.name] for f in fields(Contact)}) for row in rows]


def add_contact(db: Connection, organisation_id: str, party_id: str, values: Mapping[str, object], utc_us: int) -> bool:
    """Adds a person from the fields of `Contact`; False if the firm has no such party."""
    if get_party(db, organisation_id, party_id) is None:
        return False
    row = {**values, "id": new_id(utc_us), "organisation_id": organisation_id, "party_id": party_id}
    db.execute(insert(contact).values(row))
    return True


def archive_contact(db: Connection, organisation_id: str, party_id: str, id_: str) -> bool:
    """Takes a person off the list; False if there is none such."""
    own = (contact.c.organisation_id == organisation_id, contact.c.party_id == party_id, contact.c.id == id_)
    return db.execute(update(contact).where(*own).values(is_archived=True)).rowcount == 1


def _as_party(row: Any) -> Party:
    return Party(**{f.name: row[f.name] for f in fields(Party)})
