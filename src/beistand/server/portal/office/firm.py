"""The page of the firm, for its owner: name, phone lines, terms without a contract. Without scripts."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from beistand.server.portal import phones, texts
from beistand.server.portal.access import OWNER, Door, Visit
from beistand.server.portal.coverage import REASON, example
from beistand.server.portal.office.page import page
from beistand.server.store import accounts, taxes
from beistand.server.store.accounts import Organisation


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/firm", ("GET",), OWNER, firm),
        Door("/firm", ("POST",), OWNER, change_firm),
    ]


async def firm(visit: Visit) -> Response:
    """The firm's name, phone lines and terms."""
    organisation = visit.me.organisation_id
    own = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
    saved = "saved" if "saved" in visit.request.query_params else ""
    return await _firm(visit, own, _entered(own, visit.language), saved, "")


async def change_firm(visit: Visit) -> Response:
    """Checks all fields, then changes all of them or none."""
    fields = await visit.form()
    organisation = visit.me.organisation_id
    own = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
    history = await visit.parts.db.read(lambda c: taxes.history(c, organisation))
    if history.changes:  # then days and rates stand on their own page, and this field is not there
        fields["vat"] = _entered(own, visit.language)["vat"]
    values, problem = _checked(visit, fields)
    if problem:
        return await _firm(visit, own, _entered(own, visit.language) | fields, "", problem)
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


async def _firm(visit: Visit, own: Organisation, entered: dict[str, str], saved: str, problem: str) -> Response:
    history = await visit.parts.db.read(lambda c: taxes.history(c, own.id))
    rates = history.on(taxes.day_of(visit.at.utc_us))
    card = example(own, rates, "Muster GmbH", visit.language, REASON[visit.language])
    preview = card.text if card else ""
    shown = {"firm": own, "entered": entered, "saved": saved, "problem": problem, "preview": preview, "here": "firm"}
    return await page(visit, "firm", 422 if problem else 200, **shown, has_tax_days=bool(history.changes))
