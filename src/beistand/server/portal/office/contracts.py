"""The pages of the contracts: list, one contract with partner, beneficiaries, versions and account. Without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.billing.contract import Beneficiary, Contract, ContractError
from beistand.billing.quota import Kind
from beistand.server.portal import texts
from beistand.server.portal.access import OFFICE, OFFICE_READERS, Door, RefusalError, Visit
from beistand.server.portal.office import forms
from beistand.server.portal.office.forms import FormError
from beistand.server.portal.office.page import must_be_there, page, today
from beistand.server.store import contracts, parties, prices, quota
from beistand.server.store.database import StoreError

T = TypeVar("T")
_EMPTY = {"number": "", "title": "", "partner": "", "starts_on": "", "ends_on": "", "order_reference": ""}


def doors() -> list[Door]:
    """The routes."""
    get, post = ("GET",), ("POST",)
    return [
        Door("/contracts", get, OFFICE_READERS, overview),
        Door("/contracts", post, OFFICE, add),
        Door("/contracts/new", get, OFFICE, new),
        Door("/contracts/{id}", get, OFFICE_READERS, one),
        Door("/contracts/{id}", post, OFFICE, change),
        Door("/contracts/{id}/beneficiaries", post, OFFICE, add_beneficiary),
        Door("/contracts/{id}/beneficiaries/{party}/end", post, OFFICE, end_beneficiary),
        Door("/contracts/{id}/minutes", post, OFFICE, book_minutes),
    ]


async def overview(visit: Visit) -> Response:
    """All contracts by number."""
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: contracts.load(c, organisation))
    return await page(visit, "contracts", contracts=found, today=today(visit), here="contracts")


async def new(visit: Visit) -> Response:
    """An empty form, with the partner if one comes from there."""
    organisation, id_ = visit.me.organisation_id, visit.request.query_params.get("partner", "")
    party = await visit.parts.db.read(lambda c: parties.get_party(c, organisation, id_))
    partner = f"{party.number} {party.name}" if party else ""
    entered = _EMPTY | {"partner": partner, "starts_on": today(visit).isoformat()}
    return await _new(visit, entered, "", "")


async def add(visit: Visit) -> Response:
    """Makes a contract; its first version is asked for next."""
    fields = await visit.form()
    entered = {name: texts.one_line(fields.get(name, ""), 100) for name in _EMPTY}
    organisation, at = visit.me.organisation_id, visit.at.utc_us

    def keep(connection: Connection) -> str:
        partner = parties.named(connection, organisation, entered["partner"])
        if partner is None:
            raise FormError("partner", "no_such_partner", text=entered["partner"])
        values = {
            "partner_id": partner.id,
            "number": entered["number"][:20],
            "title": entered["title"],
            "order_reference": entered["order_reference"],
            "starts_on": forms.needed_day(fields, "starts_on"),
            "ends_on": forms.day(fields, "ends_on"),
        }
        return contracts.add_contract(connection, organisation, values, at)

    try:
        id_ = await visit.parts.db.write(told(visit, keep))
    except FormError as error:
        return await _new(visit, entered, sentence(visit, error), error.field)
    return RedirectResponse(f"/contracts/{id_}/versions/new", 303)


async def one(visit: Visit) -> Response:
    """A contract."""
    return await show(visit, await own(visit), "")


async def change(visit: Visit) -> Response:
    """Title, last day and order number."""
    known, fields = await own(visit), await visit.form()
    organisation = visit.me.organisation_id

    def keep(connection: Connection) -> None:
        values = {
            "title": texts.one_line(fields.get("title", ""), 100),
            "order_reference": texts.one_line(fields.get("order_reference", ""), 60),
            "ends_on": forms.day(fields, "ends_on"),
        }
        contracts.change_contract(connection, organisation, known.id, values)

    return await changed(visit, known, keep, "")


async def add_beneficiary(visit: Visit) -> Response:
    """Lets the contract serve a customer."""
    known, fields = await own(visit), await visit.form()
    organisation, at = visit.me.organisation_id, visit.at.utc_us
    text = texts.one_line(fields.get("customer", ""), 100)

    def keep(connection: Connection) -> None:
        party = parties.named(connection, organisation, text)
        if party is None:
            raise FormError("customer", "no_such_customer", text=text)
        days = Beneficiary(party.id, forms.day(fields, "from"), forms.day(fields, "until"))
        if days.valid_from and days.valid_until and days.valid_until < days.valid_from:
            raise FormError("until", "contract_ends_before_begin")
        try:
            contracts.add_beneficiary(connection, organisation, known.id, days, at)
        except StoreError:
            raise FormError("customer", "served_already", name=party.name) from None

    return await changed(visit, known, keep, "#beneficiaries")


async def end_beneficiary(visit: Visit) -> Response:
    """Serves a customer until a last day."""
    known, fields = await own(visit), await visit.form()
    organisation, party = visit.me.organisation_id, visit.request.path_params["party"]
    must_be_there(visit, any(served.party_id == party for served in known.beneficiaries))

    def keep(connection: Connection) -> None:
        last = forms.day(fields, "last") or today(visit)
        contracts.end_beneficiary(connection, organisation, known.id, party, last)

    return await changed(visit, known, keep, "#beneficiaries")


async def book_minutes(visit: Visit) -> Response:
    """A correction of the account of included minutes, with its reason."""
    known, fields = await own(visit), await visit.form()
    me, at = visit.me, visit.at.utc_us

    def keep(connection: Connection) -> None:
        minutes = forms.whole(fields, "minutes", 1, 100_000)
        note = texts.one_line(fields.get("note", ""), 200)
        if not note or not minutes:
            raise FormError("note", "minutes_need_reason")
        kind = forms.one_of(fields, "kind", ("given_back", "used"))
        periods = quota.periods(connection, me.organisation_id, known.id)
        if not periods:
            raise FormError("minutes", "no_account")
        made: Kind = "used" if kind == "used" else "given_back"
        if minutes > (periods[0].account.left if made == "used" else periods[0].account.used):
            raise FormError("minutes", "too_many_minutes")
        booking = quota.Booking(made, minutes, "", note, "", at)
        quota.book(connection, me.organisation_id, periods[0].id, booking, me.id)

    return await changed(visit, known, keep, "#account")


async def changed(visit: Visit, known: Contract, keep: Callable[[Connection], None], where: str) -> Response:
    """Keeps a change and shows the contract, or the sentence why not."""
    try:
        await visit.parts.db.write(told(visit, keep))
    except FormError as error:
        return await show(visit, known, sentence(visit, error))
    return RedirectResponse(f"/contracts/{known.id}?saved{where}", 303)


def told(visit: Visit, change_: Callable[[Connection], T]) -> Callable[[Connection], T]:
    """What a contract refuses, as a wrong field of the form."""

    def checked(connection: Connection) -> T:
        try:
            return change_(connection)
        except ContractError as error:
            values = dict(error.values)
            raise FormError("valid_from", f"contract_{error.code}", **values) from None
        except StoreError as error:
            if "is taken" not in str(error):
                raise
            raise FormError("number", "contract_number_taken") from None

    return checked


def sentence(visit: Visit, error: FormError) -> str:
    """The sentence of a wrong field."""
    return visit.say(error.key).format(**error.values)


async def own(visit: Visit) -> Contract:
    """The contract of the path, if it is of the visitor's firm."""
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    known = await visit.parts.db.read(lambda c: contracts.get_contract(c, organisation, id_))
    if known is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return known


async def show(visit: Visit, known: Contract, problem: str) -> Response:
    """The page of a contract."""
    organisation = visit.me.organisation_id

    def read(connection: Connection) -> dict[str, object]:
        return {
            "names": parties.parties_by_id(connection, organisation),
            "works": {work.id: work for work in prices.service_types(connection, organisation, with_archived=True)},
            "history": contracts.history(connection, organisation, known.id),
            "details": contracts.details(connection, organisation, known.id),
            "periods": quota.periods(connection, organisation, known.id)[:12],
        }

    shown = await visit.parts.db.read(read)
    values = {"contract": known, "now": known.version_on(today(visit)), "today": today(visit), "problem": problem}
    saved = "saved" in visit.request.query_params
    status = 422 if problem else 200
    return await page(visit, "contract", status, **shown, **values, saved=saved, here="contracts")


async def _new(visit: Visit, entered: dict[str, str], problem: str, wrong: str) -> Response:
    shown = {"entered": entered, "problem": problem, "wrong": wrong, "here": "contracts"}
    return await page(visit, "contract_new", 422 if problem else 200, **shown)
