"""Doors of the JSON API before a session: customers, kinds of work, and who would pay (docs/protocol.md, section 9)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from beistand.billing.contract import ContractError
from beistand.server.portal import json_fields, texts
from beistand.server.portal.access import STAFF, Door, RefusalError, Visit
from beistand.server.portal.coverage import Coverage, Wish, coverage
from beistand.server.portal.party_fields import FIELDS, LIMITS, FieldError, checked
from beistand.server.store import accounts, cases, contracts, parties, prices
from beistand.server.store.accounts import Organisation
from beistand.server.store.database import StoreError

NAME_LIMIT = 200


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/api/customers", ("GET",), STAFF, customers),
        Door("/api/customers", ("POST",), STAFF, add_customer),
        Door("/api/service-types", ("GET",), STAFF, service_types),
        Door("/api/coverage", ("POST",), STAFF, preview),
    ]


async def customers(visit: Visit) -> Response:
    """Customers that fit `q`, without archived ones."""
    text = texts.one_line(visit.request.query_params.get("q", ""), 100)
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: parties.find_parties(c, organisation, text))
    return JSONResponse([asdict(party) for party in found])


async def add_customer(visit: Visit) -> Response:
    """A new customer."""
    values = customer_values(visit, await visit.json())
    organisation, at = visit.me.organisation_id, visit.at.utc_us

    def keep(connection: Connection) -> parties.Party:
        try:
            return parties.add_party(connection, organisation, values, at)
        except StoreError:
            raise RefusalError(422, "number", visit.say("party_number_taken")) from None

    return JSONResponse(asdict(await visit.parts.db.write(keep)), 201)


async def service_types(visit: Visit) -> Response:
    """The kinds of work, named in the visitor's language."""
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: prices.service_types(c, organisation))
    return JSONResponse(
        [
            {
                "id": known.id,
                "name": known.name(visit.language),
                "is_for_coverage": known.is_for_coverage,
                "is_default": known.is_default,
            }
            for known in found
        ]
    )


async def preview(visit: Visit) -> Response:
    """Who would pay if a session began now; nothing is kept. Two payers are not an error here but a choice."""
    body, me = await visit.json(), visit.me

    def ask(connection: Connection) -> dict[str, object]:
        firm = accounts.get_organisation(connection, me.organisation_id)
        wish = read_wish(visit, connection, firm, body)
        case_list = cases.open_cases(connection, firm.id, wish.customer.id) if wish.customer else []
        told: dict[str, object] = {"cases": [{"id": c.id, "number": c.number, "title": c.title} for c in case_list]}
        try:
            found = coverage(connection, firm, wish, me.id, visit.at.utc_us)
        except ContractError as error:
            choices = contracts.serving(connection, firm.id, wish.customer.id) if wish.customer else []
            told["choices"] = [{"id": c.id, "number": c.number, "partner": c.partner_name} for c in choices]
            empty: dict[str, object] = {"is_chargeable": False, "notice": "", "covered_by": "", "contract_number": ""}
            return {**told, **empty, "sentence": contract_sentence(visit, error), "is_undecided": True}
        return {**told, **coverage_json(visit, found), "choices": [], "is_undecided": False}

    return JSONResponse(await visit.parts.db.read(ask))


def coverage_json(visit: Visit, found: Coverage) -> dict[str, object]:
    """What the console shows: the technician's sentence in the visitor's language, and the customer's exact words."""
    return {
        "is_chargeable": found.is_chargeable,
        "notice": found.notice,
        "covered_by": found.covered_by,
        "contract_number": found.contract_number,
        "sentence": coverage_sentence(visit, found),
        "until_seconds": max(0, -((visit.at.utc_us - found.until_us) // 1_000_000)) if found.until_us else None,
    }


def coverage_sentence(visit: Visit, found: Coverage) -> str:
    """ "Covered by contract N, partner P" or "chargeable, because ..." in the visitor's language."""
    if found.contract_id is not None:
        sentence = visit.say("covered_by_contract").format(number=found.contract_number, partner=found.covered_by)
        return f"{sentence} {contract_sentence(visit, found.warning)}" if found.warning else sentence
    key = "chargeable_because" if found.is_chargeable else "goodwill_because"
    return visit.say(key).format(reason=found.reason)


def contract_sentence(visit: Visit, error: ContractError) -> str:
    """The sentence of a contract's error in the visitor's language."""
    return visit.say(f"contract_{error.code}").format(**error.values)


def read_wish(visit: Visit, connection: Connection, firm: Organisation, body: dict[str, Any]) -> Wish:
    """The technician's choice, each id looked up within the firm. RefusalError 404 or 422 with one sentence."""
    customer = None
    customer_id = json_fields.id_(body, "customer_id")
    if customer_id is not None:
        customer = parties.get_party(connection, firm.id, customer_id)
        if customer is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        if customer.is_archived:
            raise RefusalError(422, "archived", visit.say("party_archived").format(name=customer.name))
    name = texts.one_line(json_fields.text(body, "customer_name", NAME_LIMIT)) or (customer.name if customer else "")
    language = json_fields.one_of(body, "language", ("de", "en"), customer.language if customer else firm.language)
    service = None
    service_id = json_fields.id_(body, "service_type_id")
    if service_id is not None:
        service = prices.get_service_type(connection, firm.id, service_id)
        if service is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
    contract_id, list_id = json_fields.id_(body, "contract_id"), json_fields.id_(body, "price_list_id")
    return Wish(customer, name, language, service, contract_id, list_id, json_fields.is_true(body, "is_business"))


def case_of(visit: Visit, connection: Connection, wish: Wish, body: dict[str, Any]) -> str | None:
    """The case that the session belongs to: one that is open, or a new one from `case_title`."""
    firm = visit.me.organisation_id
    title = texts.one_line(json_fields.text(body, "case_title", 200), 100)
    if title:
        return cases.add_case(connection, firm, wish.customer.id if wish.customer else None, title, visit.at.utc_us).id
    case_id = json_fields.id_(body, "case_id")
    if case_id is None:
        return None
    case = cases.get_case(connection, firm, case_id)
    if case is None or case.closed_us is not None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return case.id


def customer_values(visit: Visit, body: dict[str, Any]) -> dict[str, object]:
    """The checked fields of a new customer. Raises RefusalError 422 with the field's name as code."""
    given = {name: json_fields.text(body, name, max(200, LIMITS.get(name, 0))) for name in FIELDS if name in body}
    for name in ("has_contract", "covered_by"):
        if body.get(name):
            raise RefusalError(422, name, visit.say("contracts_have_a_page"))
    try:
        return checked(given)
    except FieldError as error:
        raise RefusalError(422, error.field, visit.say(error.key).format(text=error.text)) from None
