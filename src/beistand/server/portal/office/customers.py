"""The page of the customers: a list to search, a form to add. Without scripts."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from beistand.server.portal import texts
from beistand.server.portal.access import STAFF, Door, Visit
from beistand.server.portal.office.page import page
from beistand.server.portal.party_fields import FieldError, checked
from beistand.server.store import parties

_CUSTOMER_FIELDS = ("name", "phone", "email", "kind", "language")


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/customers", ("GET",), STAFF, customers),
        Door("/customers", ("POST",), STAFF, add_customer),
    ]


async def customers(visit: Visit) -> Response:
    """The list, with a field to search and a form to add."""
    return await _customers(visit, dict.fromkeys(_CUSTOMER_FIELDS, ""), "")


async def add_customer(visit: Visit) -> Response:
    """Adds a customer and shows them in the list."""
    fields = await visit.form()
    body = {name: fields.get(name, "") for name in _CUSTOMER_FIELDS}
    try:
        values = checked(body)
    except FieldError as error:
        return await _customers(visit, body, visit.say(error.key).format(text=error.text))
    organisation, at = visit.me.organisation_id, visit.at.utc_us
    made = await visit.parts.db.write(lambda c: parties.add_party(c, organisation, values, at))
    return RedirectResponse(f"/customers?q={quote(made.name)}", 303)


async def _customers(visit: Visit, entered: dict[str, str], problem: str) -> Response:
    text = texts.one_line(visit.request.query_params.get("q", ""), 100)
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: parties.find_parties(c, organisation, text))
    shown = {"customers": found, "text": text, "entered": entered, "problem": problem, "here": "customers"}
    return await page(visit, "customers", 422 if problem else 200, **shown)
