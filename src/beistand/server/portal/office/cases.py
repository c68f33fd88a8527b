"""The page of the cases: sessions of one concern, billed together if the contract says so. Without scripts."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from beistand.server.portal.access import ANYBODY_SIGNED_IN, OFFICE, STAFF, Door, Visit
from beistand.server.portal.office.page import must_be_there, page
from beistand.server.store import cases

KEEPERS = OFFICE | STAFF


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/cases", ("GET",), ANYBODY_SIGNED_IN, overview),
        Door("/cases/{id}/close", ("POST",), KEEPERS, close),
        Door("/cases/{id}/reopen", ("POST",), KEEPERS, reopen),
    ]


async def overview(visit: Visit) -> Response:
    """The open ones, or with `closed` the closed ones, newest first."""
    organisation, is_closed = visit.me.organisation_id, "closed" in visit.request.query_params
    found = await visit.parts.db.read(lambda c: cases.listed(c, organisation, is_closed))
    may_keep = visit.me.role in KEEPERS
    return await page(visit, "cases", found=found, is_closed=is_closed, may_keep=may_keep, here="times")


async def close(visit: Visit) -> Response:
    """No session joins it any more; what was recorded stays, and is billed."""
    await visit.form()
    organisation, id_, at = visit.me.organisation_id, visit.request.path_params["id"], visit.at.utc_us
    must_be_there(visit, await visit.parts.db.write(lambda c: cases.close_case(c, organisation, id_, at)))
    return RedirectResponse("/cases", 303)


async def reopen(visit: Visit) -> Response:
    """Sessions may join it again."""
    await visit.form()
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    must_be_there(visit, await visit.parts.db.write(lambda c: cases.reopen_case(c, organisation, id_)))
    return RedirectResponse("/cases?closed", 303)
