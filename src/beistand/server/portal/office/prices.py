"""The page of prices without a contract, of the kinds of work, and of the technicians' levels. Without scripts."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.billing.bands import Calendar
from beistand.billing.contract import LEVELS
from beistand.billing.price_list import PriceList
from beistand.billing.taxation import Rates
from beistand.server.portal import texts
from beistand.server.portal.access import OFFICE, OFFICE_READERS, Door, RefusalError, Visit
from beistand.server.portal.coverage import example as example_card
from beistand.server.portal.office import forms
from beistand.server.portal.office.contracts import sentence
from beistand.server.portal.office.forms import FormError
from beistand.server.portal.office.page import must_be_there, page
from beistand.server.portal.office.version_form import BANDS, STATES, rates, surcharges, terms
from beistand.server.store import accounts, parties, prices, taxes


def doors() -> list[Door]:
    """The routes."""
    post = ("POST",)
    return [
        Door("/prices", ("GET",), OFFICE_READERS, overview),
        Door("/prices/lists", post, OFFICE, add_list),
        Door("/prices/lists/{id}/remove", post, OFFICE, remove_list),
        Door("/prices/work", post, OFFICE, add_work),
        Door("/prices/work/{id}", post, OFFICE, change_work),
        Door("/prices/work/{id}/remove", post, OFFICE, remove_work),
        Door("/prices/levels", post, OFFICE, set_level),
    ]


async def overview(visit: Visit) -> Response:
    """Everything about prices on one page."""
    return await _show(visit, {}, "", "")


async def add_list(visit: Visit) -> Response:
    """Keeps a price list."""
    fields = await visit.form(most=60)
    organisation, at = visit.me.organisation_id, visit.at.utc_us

    def keep(connection: Connection) -> None:
        name, who = texts.one_line(fields.get("name", "")), texts.one_line(fields.get("customer", ""), 100)
        hours = rates(fields)
        if not name or 1 not in hours:
            raise FormError("name" if not name else "rate1", "list_needs")
        party = parties.named(connection, organisation, who) if who else None
        if who and party is None:
            raise FormError("customer", "no_such_customer", text=who)
        works = {work.id for work in prices.service_types(connection, organisation)}
        work = forms.one_of(fields, "work", ("", *works))
        calendar = Calendar(state=forms.one_of(fields, "state", STATES), is_catholic="catholic" in fields)
        held = PriceList(hours, terms(fields), surcharges(fields), calendar, "", name, party.id if party else "", work)
        prices.add_price_list(connection, organisation, prices.KeptList(held, "is_public" in fields), at)

    try:
        await visit.parts.db.write(keep)
    except FormError as error:
        return await _show(visit, dict(fields), sentence(visit, error), error.field)
    return RedirectResponse("/prices?saved", 303)


async def remove_list(visit: Visit) -> Response:
    """Uses a list no more."""
    await visit.form()
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    must_be_there(visit, await visit.parts.db.write(lambda c: prices.archive_price_list(c, organisation, id_)))
    return RedirectResponse("/prices?saved", 303)


async def add_work(visit: Visit) -> Response:
    """Adds a kind of work; without an English name the German one serves."""
    fields = await visit.form()
    german = texts.one_line(fields.get("name_de", ""))
    english = texts.one_line(fields.get("name_en", "")) or german
    if not german:
        return await _show(visit, {}, visit.say("work_needs_name"), "name_de")
    organisation, at, matters = visit.me.organisation_id, visit.at.utc_us, "is_for_coverage" in fields
    await visit.parts.db.write(lambda c: prices.add_service_type(c, organisation, german, english, at, matters))
    return RedirectResponse("/prices?saved#work", 303)


async def change_work(visit: Visit) -> Response:
    """Renames a kind of work, and says what it is for. Issued invoices keep the name they were issued with."""
    fields = await visit.form()
    german = texts.one_line(fields.get("name_de", ""))
    english = texts.one_line(fields.get("name_en", "")) or german
    if not german:
        return await _show(visit, {}, visit.say("work_needs_name"), "")
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    changed = prices.ServiceType(id_, german, english, "is_for_coverage" in fields, "is_default" in fields)
    if not await visit.parts.db.write(lambda c: prices.change_service_type(c, organisation, changed)):
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return RedirectResponse("/prices?saved#work", 303)


async def remove_work(visit: Visit) -> Response:
    """Offers a kind of work no more."""
    await visit.form()
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    must_be_there(visit, await visit.parts.db.write(lambda c: prices.archive_service_type(c, organisation, id_)))
    return RedirectResponse("/prices?saved#work", 303)


async def set_level(visit: Visit) -> Response:
    """Sets a technician's level."""
    fields = await visit.form()
    level = texts.whole(fields.get("level", ""), min(LEVELS), max(LEVELS)) or 1
    organisation, person = visit.me.organisation_id, texts.one_line(fields.get("person", ""), 64)
    must_be_there(
        visit, await visit.parts.db.write(lambda c: prices.set_technician_level(c, organisation, person, level))
    )
    return RedirectResponse("/prices?saved#levels", 303)


async def _show(visit: Visit, entered: dict[str, str], problem: str, wrong: str) -> Response:
    organisation, day = visit.me.organisation_id, taxes.day_of(visit.at.utc_us)

    def read(connection: Connection) -> dict[str, object]:
        people = [
            person for person in accounts.users(connection, organisation) if person.role in ("owner", "technician")
        ]
        return {
            "lists": prices.price_lists(connection, organisation),
            "works": prices.service_types(connection, organisation),
            "names": parties.parties_by_id(connection, organisation),
            "people": [person for person in people if person.is_active],
            "levels": prices.technician_levels(connection, organisation),
            "terms": accounts.get_organisation(connection, organisation),
            "rates": taxes.history(connection, organisation).on(day),
        }

    shown = await visit.parts.db.read(read)
    terms_ = shown["terms"]
    rates_ = shown["rates"]
    assert isinstance(terms_, accounts.Organisation)
    assert isinstance(rates_, Rates)
    reason = visit.say("example_reason")
    example = example_card(terms_, rates_, "Muster GmbH", visit.language, reason)
    values = {
        "entered": defaultdict(str, entered),
        "problem": problem,
        "wrong": wrong,
        "example": example.text if example else "",
    }
    saved = "saved" in visit.request.query_params
    lists = {"bands": BANDS, "states": STATES, "saved": saved, "here": "prices"}
    return await page(visit, "prices", 422 if problem else 200, **shown, **values, **lists)
