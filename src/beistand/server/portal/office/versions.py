"""The pages of a contract's versions: choose the model, fill in the terms, take back one that nobody used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.billing.contract import MODELS, Contract, ContractVersion
from beistand.server.portal import texts
from beistand.server.portal.access import OFFICE, Door, Visit
from beistand.server.portal.office.contracts import changed, own, sentence, told
from beistand.server.portal.office.forms import FormError
from beistand.server.portal.office.page import must_be_there, page, today
from beistand.server.portal.office.version_form import BANDS, DAYS, RULES, STATES, from_fields, to_fields
from beistand.server.store import contracts, parties, prices

MOST_FIELDS = 120


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/contracts/{id}/versions/new", ("GET",), OFFICE, new),
        Door("/contracts/{id}/versions", ("POST",), OFFICE, add),
        Door("/contracts/{id}/versions/{version}/remove", ("POST",), OFFICE, remove),
    ]


async def new(visit: Visit) -> Response:
    """The models to choose from; then the form, which begins with what the newest version says."""
    known = await own(visit)
    newest = max(known.versions, key=lambda version: version.valid_from, default=None)
    model = visit.request.query_params.get("model", newest.model if newest else "")
    if model not in MODELS or "choose" in visit.request.query_params:
        return await page(visit, "version_model", contract=known, models=MODELS, here="contracts")
    start = replace(newest or ContractVersion("", date(2000, 1, 1)), model=model)
    first = known.starts_on if newest is None else max(today(visit), known.starts_on)
    entered = to_fields(start, visit.language) | {"valid_from": first.isoformat()}
    return await _form(visit, known, entered, "", "")


async def add(visit: Visit) -> Response:
    """Keeps the version, or shows the form again with what is wrong."""
    known, fields = await own(visit), await visit.form(most=MOST_FIELDS)
    me, at = visit.me, visit.at.utc_us

    def keep(connection: Connection) -> str:
        works = {work.id for work in prices.service_types(connection, me.organisation_id)}
        served = {known.partner_id, *(b.party_id for b in known.beneficiaries)}
        version = from_fields(fields, works, served)
        said = (me.name, texts.one_line(fields.get("note", ""), 200), at)
        return contracts.add_version(connection, me.organisation_id, known.id, version, said)

    try:
        await visit.parts.db.write(told(visit, keep))
    except FormError as error:
        return await _form(visit, known, dict(fields), sentence(visit, error), error.field)
    return RedirectResponse(f"/contracts/{known.id}?saved", 303)


async def remove(visit: Visit) -> Response:
    """Takes back a version that no session has used."""
    known = await own(visit)
    await visit.form()
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["version"]
    must_be_there(visit, any(version.id == id_ for version in known.versions))
    return await changed(visit, known, lambda c: contracts.remove_version(c, organisation, known.id, id_), "#versions")


async def _form(visit: Visit, known: Contract, entered: dict[str, str], problem: str, wrong: str) -> Response:
    organisation = visit.me.organisation_id

    def read(connection: Connection) -> dict[str, object]:
        names = parties.parties_by_id(connection, organisation)
        served = [known.partner_id, *dict.fromkeys(b.party_id for b in known.beneficiaries)]
        return {
            "served": [(id_, names[id_].name) for id_ in served if id_ in names],
            "works": prices.service_types(connection, organisation),
        }

    shown = await visit.parts.db.read(read)
    model = entered["model"] if entered.get("model") in MODELS else "time"
    values = {
        "contract": known,
        "entered": defaultdict(str, entered),
        "model": model,
        "problem": problem,
        "wrong": wrong,
    }
    lists = {"bands": BANDS, "days": DAYS, "states": STATES, "rules": range(1, RULES + 1)}
    return await page(visit, "version", 422 if problem else 200, **shown, **values, **lists, here="contracts")
