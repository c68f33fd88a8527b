"""The page about how long the firm keeps its sessions, for its owner. Without scripts."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from beistand.server.portal import texts
from beistand.server.portal.access import OWNER, Door, Visit
from beistand.server.portal.office.page import page
from beistand.server.store import retention


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/firm/retention", ("GET",), OWNER, show),
        Door("/firm/retention", ("POST",), OWNER, change),
    ]


async def show(visit: Visit) -> Response:
    """How many days, and what the next run will forget."""
    return await _page(visit, None, "")


async def change(visit: Visit) -> Response:
    """Keeps another number of days."""
    entered = (await visit.form()).get("days", "")
    days = texts.whole(entered, retention.SHORTEST, retention.LONGEST)
    if days is None:
        return await _page(visit, texts.one_line(entered, 10), visit.say("retention_bad"))
    me, at = visit.me, visit.at.utc_us
    await visit.parts.db.write(lambda c: retention.set_days(c, me.organisation_id, days, me.id, at))
    return RedirectResponse("/firm/retention?saved", 303)


async def _page(visit: Visit, entered: str | None, problem: str) -> Response:
    organisation, now = visit.me.organisation_id, visit.at.utc_us
    due = await visit.parts.db.read(lambda c: retention.due(c, organisation, now))
    shown = {"due": due, "entered": str(due.days) if entered is None else entered, "problem": problem}
    saved = "saved" in visit.request.query_params
    return await page(visit, "retention", 422 if problem else 200, **shown, saved=saved, here="firm")
