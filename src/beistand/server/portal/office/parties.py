"""The pages of the customers and partners: list, form, contacts, archive. They work without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.server.portal import texts
from beistand.server.portal.access import OFFICE, OFFICE_READERS, Door, RefusalError, Visit
from beistand.server.portal.office.page import is_fragment, must_be_there, page, today
from beistand.server.portal.party_fields import FIELDS, FieldError, checked
from beistand.server.store import contracts, parties
from beistand.server.store.database import StoreError
from beistand.server.store.parties import Party

T = TypeVar("T")

_DEFAULTS = {"kind": "company", "language": "de", "country": "DE", "vat_mode": "standard"}


def doors() -> list[Door]:
    """The routes."""
    get, post = ("GET",), ("POST",)
    return [
        Door("/customers", get, OFFICE_READERS, overview),
        Door("/customers", post, OFFICE_READERS, add),
        Door("/customers/new", get, OFFICE_READERS, new),
        Door("/customers/options", get, OFFICE_READERS, options),
        Door("/customers/{id}", get, OFFICE_READERS, one),
        Door("/customers/{id}", post, OFFICE, change),
        Door("/customers/{id}/remove", post, OFFICE, remove),
        Door("/customers/{id}/restore", post, OFFICE, restore),
        Door("/customers/{id}/contacts", post, OFFICE, add_contact),
        Door("/customers/{id}/contacts/{contact}/remove", post, OFFICE, remove_contact),
    ]


async def overview(visit: Visit) -> Response:
    """The list, with a field to search; htmx asks for the list alone while one types."""
    query = visit.request.query_params
    text, is_archived = texts.one_line(query.get("q", ""), 100), "archived" in query
    organisation = visit.me.organisation_id

    def read(connection: Connection) -> dict[str, object]:
        found = parties.find_parties(connection, organisation, text, is_archived)
        running = [known for known in contracts.load(connection, organisation) if known.runs_on(today(visit))]
        payers = {party.id: [known for known in running if known.serves(party.id, today(visit))] for party in found}
        return {"customers": found, "payers": payers}

    shown = await visit.parts.db.read(read)
    name = "parties_list" if is_fragment(visit) else "parties"
    told = texts.one_line(query.get("told", ""), 40)
    count = texts.whole(query.get("imported", ""), 0, 100_000)
    imported = "" if count is None else str(count)
    asked = {"text": text, "is_archived": is_archived, "told": told, "imported": imported, "here": "customers"}
    return await page(visit, name, 200, **shown, **asked)


async def options(visit: Visit) -> Response:
    """Customers to choose from while one types (htmx puts them into a datalist)."""
    query = visit.request.query_params
    text = texts.one_line(query.get("customer", "") or query.get("partner", ""), 100)
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: parties.find_parties(c, organisation, text, limit=20))
    return await page(visit, "party_options", customers=found)


async def new(visit: Visit) -> Response:
    """An empty form."""
    return await _form(visit, dict.fromkeys(FIELDS, "") | _DEFAULTS, None, "")


async def add(visit: Visit) -> Response:
    """Adds a customer and shows them."""
    fields = await visit.form()
    entered = {name: fields.get(name, "") for name in FIELDS}
    organisation, at = visit.me.organisation_id, visit.at.utc_us
    try:
        values = checked(entered)
        made = await visit.parts.db.write(_numbered(lambda c: parties.add_party(c, organisation, values, at)))
    except FieldError as error:
        return await _form(visit, entered, None, visit.say(error.key).format(text=error.text), error.field)
    return RedirectResponse(f"/customers/{made.id}?saved", 303)


async def one(visit: Visit) -> Response:
    """A customer: data, contacts, contracts."""
    party = await _own(visit)
    entered = {name: str(getattr(party, name)) for name in FIELDS}
    return await _form(visit, entered, party, "")


async def change(visit: Visit) -> Response:
    """Changes all fields or none."""
    party = await _own(visit)
    fields = await visit.form()
    entered = {name: fields.get(name, "") for name in FIELDS}
    organisation = visit.me.organisation_id
    try:
        values = checked(entered)
        values["number"] = values["number"] or party.number
        await visit.parts.db.write(_numbered(lambda c: parties.change_party(c, organisation, party.id, values)))
    except FieldError as error:
        return await _form(visit, entered, party, visit.say(error.key).format(text=error.text), error.field)
    return RedirectResponse(f"/customers/{party.id}?saved", 303)


async def remove(visit: Visit) -> Response:
    """Removes a customer nobody refers to, archives the others; who still pays for a contract must stay."""
    party, organisation = await _own(visit), visit.me.organisation_id
    await visit.form()

    def take(connection: Connection) -> str:
        for known in contracts.serving(connection, organisation, party.id):
            if known.partner_id == party.id and (known.ends_on is None or known.ends_on >= today(visit)):
                return known.number
        parties.remove_party(connection, organisation, party.id)
        return ""

    number = await visit.parts.db.write(take)
    if number:
        sentence = visit.say("party_still_pays").format(name=party.name, number=number)
        entered = {name: str(getattr(party, name)) for name in FIELDS}
        return await _form(visit, entered, party, sentence)
    return RedirectResponse(f"/customers?told={quote(party.name[:40])}", 303)


async def restore(visit: Visit) -> Response:
    """Brings an archived customer back."""
    party, organisation = await _own(visit), visit.me.organisation_id
    await visit.form()
    await visit.parts.db.write(lambda c: parties.change_party(c, organisation, party.id, {"is_archived": False}))
    return RedirectResponse(f"/customers/{party.id}?saved", 303)


async def add_contact(visit: Visit) -> Response:
    """Adds a person to speak to."""
    party, fields = await _own(visit), await visit.form()
    name, email = texts.one_line(fields.get("name", "")), fields.get("email", "").strip()[:254]
    entered = {known: str(getattr(party, known)) for known in FIELDS}
    if not name:
        return await _form(visit, entered, party, visit.say("party_name_missing"))
    if email and not texts.is_email(email):
        return await _form(visit, entered, party, visit.say("party_email").format(text=email))
    values = {
        "name": name,
        "email": email,
        "role": texts.one_line(fields.get("role", "")),
        "phone": texts.one_line(fields.get("phone", ""), 40),
        "gets_invoices": "gets_invoices" in fields,
    }
    organisation, at = visit.me.organisation_id, visit.at.utc_us
    await visit.parts.db.write(lambda c: parties.add_contact(c, organisation, party.id, values, at))
    return RedirectResponse(f"/customers/{party.id}?saved#contacts", 303)


async def remove_contact(visit: Visit) -> Response:
    """Takes a person off the list."""
    party, organisation = await _own(visit), visit.me.organisation_id
    await visit.form()
    contact = visit.request.path_params["contact"]
    must_be_there(
        visit, await visit.parts.db.write(lambda c: parties.archive_contact(c, organisation, party.id, contact))
    )
    return RedirectResponse(f"/customers/{party.id}#contacts", 303)


def _numbered(change: Callable[[Connection], T]) -> Callable[[Connection], T]:
    """A number that is taken is a wrong field, not a store that fails."""

    def checked_change(connection: Connection) -> T:
        try:
            return change(connection)
        except StoreError:
            raise FieldError("number", "party_number_taken") from None

    return checked_change


async def _own(visit: Visit) -> Party:
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    party = await visit.parts.db.read(lambda c: parties.get_party(c, organisation, id_))
    if party is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return party


async def _form(visit: Visit, entered: dict[str, str], party: Party | None, problem: str, field: str = "") -> Response:
    organisation = visit.me.organisation_id

    def read(connection: Connection) -> dict[str, object]:
        if party is None:
            return {"contacts": [], "contracts": []}
        return {
            "contacts": parties.contacts(connection, organisation, party.id),
            "contracts": contracts.serving(connection, organisation, party.id),
        }

    shown = await visit.parts.db.read(read)
    saved = "saved" in visit.request.query_params
    values = {"entered": entered, "party": party, "problem": problem, "wrong": field, "saved": saved}
    return await page(visit, "party", 422 if problem else 200, **shown, **values, here="customers", today=today(visit))
