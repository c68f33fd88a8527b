"""Doors of the staff's simple pages: customers, and the firm's settings for its owner. Forms without scripts."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from beistand.server.portal import phones, texts
from beistand.server.portal.access import OWNER, STAFF, Door, RefusalError, Visit
from beistand.server.portal.api import customer_values
from beistand.server.portal.coverage import notice
from beistand.server.store import accounts, sessions
from beistand.server.store.accounts import Organisation

_CUSTOMER_FIELDS = ("name", "phone", "email", "kind", "language", "covered_by")


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/customers", ("GET",), STAFF, customers),
        Door("/customers", ("POST",), STAFF, add_customer),
        Door("/firm", ("GET",), OWNER, firm),
        Door("/firm", ("POST",), OWNER, change_firm),
    ]


async def customers(visit: Visit) -> Response:
    """The list, with a field to search and a form to add."""
    return await _customers(visit, dict.fromkeys((*_CUSTOMER_FIELDS, "has_contract"), ""), "")


async def add_customer(visit: Visit) -> Response:
    """Adds a customer and shows them in the list."""
    fields = await visit.form()
    body: dict[str, object] = {name: fields.get(name, "") for name in _CUSTOMER_FIELDS}
    body["has_contract"] = "has_contract" in fields
    try:
        values = customer_values(body)
    except RefusalError as refusal:
        problem = {"name": "missing", "email": "bad_email"}.get(refusal.code, "bad_request")
        return await _customers(visit, body, problem)
    organisation, at = visit.me.organisation_id, visit.at.utc_us
    made = await visit.parts.db.write(lambda c: sessions.add_customer(c, organisation, values, at))
    return RedirectResponse(f"/customers?q={quote(made.name)}", 303)


async def _customers(visit: Visit, entered: dict[str, object], problem: str) -> Response:
    text = texts.one_line(visit.request.query_params.get("q", ""), 100)
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: sessions.find_customers(c, organisation, text))
    own = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
    shown = {"customers": found, "text": text, "entered": entered, "problem": problem, "firm": own, "here": "customers"}
    return _page(visit, "customers", 422 if problem else 200, **shown)


async def firm(visit: Visit) -> Response:
    """The firm's name, phone lines and terms."""
    organisation = visit.me.organisation_id
    own = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
    saved = "saved" if "saved" in visit.request.query_params else ""
    return _firm(visit, own, _entered(own, visit.language), saved, "")


async def change_firm(visit: Visit) -> Response:
    """Checks all fields, then changes all of them or none."""
    fields = await visit.form()
    organisation = visit.me.organisation_id
    own = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
    values, problem = _checked(visit, fields)
    if problem:
        return _firm(visit, own, _entered(own, visit.language) | fields, "", problem)
    await visit.parts.db.write(lambda c: accounts.change_organisation(c, organisation, **values))
    return RedirectResponse("/firm?saved", 303)


def _checked(visit: Visit, fields: dict[str, str]) -> tuple[dict[str, object], str]:
    """The values to keep, or the sentence that says what is wrong."""
    name, domain = texts.one_line(fields.get("name", "")), texts.domain(fields.get("domain", ""))
    price = texts.euro_cents(fields.get("price", "") or "0")
    step, minimum = texts.whole(fields.get("step", ""), 1, 240), texts.whole(fields.get("minimum", ""), 0, 480)
    vat = texts.percent_bp(fields.get("vat", ""))
    if not name or domain is None:
        return {}, visit.say("bad_domain" if name else "missing")
    if price is None or step is None or minimum is None or vat is None:
        return {}, visit.say("bad_terms")
    try:
        lines = phones.parse(texts.many_lines(fields.get("phones", ""), 1_000))
    except phones.PhoneError as error:
        kind, number = error.args
        return {}, visit.say("bad_number" if kind == "number" else "phone_price").format(number=number)
    kept = [{"number": line.number, "price": line.price} for line in lines]
    terms = {"price_cents_per_hour": price, "step_minutes": step, "minimum_minutes": minimum, "vat_bp": vat}
    return {"name": name, "domain": domain, "phones": kept, **terms}, ""


def _entered(own: Organisation, language: str) -> dict[str, str]:
    """The form's fields as they stand in the store."""
    lines = [" | ".join(part for part in (line["number"], line["price"]) if part) for line in own.phones]
    mark = "," if language == "de" else "."
    price = f"{own.price_cents_per_hour // 100}{mark}{own.price_cents_per_hour % 100:02d}"
    vat = f"{own.vat_bp // 100}{mark}{own.vat_bp % 100:02d}".removesuffix("00").removesuffix(mark)
    return {
        "name": own.name,
        "domain": own.domain,
        "phones": "\n".join(lines),
        "price": price if own.price_cents_per_hour else "",
        "step": str(own.step_minutes),
        "minimum": str(own.minimum_minutes),
        "vat": vat,
    }


def _firm(visit: Visit, own: Organisation, entered: dict[str, str], saved: str, problem: str) -> Response:
    preview = notice(own, False, "Muster GmbH", visit.language) if own.price_cents_per_hour else ""
    shown = {"firm": own, "entered": entered, "saved": saved, "problem": problem, "preview": preview, "here": "firm"}
    return _page(visit, "firm", 422 if problem else 200, **shown)


def _page(visit: Visit, name: str, status: int, **values: object) -> Response:
    return visit.parts.pages.page(name, visit.language, status, me=visit.me, csrf=visit.form_token, **values)
