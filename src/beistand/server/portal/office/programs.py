"""The page of the customers' programs, for the owner: what is on offer, build one, take one away. Without scripts."""

from __future__ import annotations

import asyncio
import base64

from starlette.responses import RedirectResponse, Response

from beistand.server.portal.access import OWNER, Door, RefusalError, Visit
from beistand.server.portal.office.page import page
from beistand.server.portal.programs import Programs
from beistand.server.portal.workshop import Order
from beistand.server.store import accounts

TARGETS = ("windows", "linux")
LANGUAGES = ("", "de", "en")


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/firm/programs", ("GET",), OWNER, programs),
        Door("/firm/programs", ("POST",), OWNER, build),
        Door("/firm/programs/remove", ("POST",), OWNER, remove),
    ]


async def programs(visit: Visit) -> Response:
    """What is on offer, and how far a build is; the page asks again by itself while one runs."""
    return await _page(visit, {"name": "Fernhilfe", "colour": "#145294", "target": "windows"}, "")


async def build(visit: Visit) -> Response:
    """Begins a build with the firm's name and phone numbers."""
    fields = await visit.form()
    firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, visit.me.organisation_id))
    pinned = await _root_key(visit)
    roster = await asyncio.to_thread(visit.parts.rosters.roster, firm.id) if pinned else None
    order = Order(
        target=fields.get("target", ""),
        name=fields.get("name", "").strip(),
        server=visit.parts.settings.origin,
        company=firm.name,
        phones=tuple(line["number"] for line in firm.phones),
        colour=fields.get("colour", "").strip(),
        language=fields.get("language", ""),
        must_be_administrator=fields.get("administrator") == "yes",
        root_key=pinned,
        least_roster=roster.number if roster else 0,
        must_be_person=bool(pinned) and firm.must_be_person,
    )
    if order.target not in TARGETS or order.language not in LANGUAGES:
        raise RefusalError(400, "form", visit.say("bad_request"))
    if not order.is_wise:
        return await _page(visit, fields, visit.say("program_bad_name"))
    settings = visit.parts.settings
    begun = await asyncio.to_thread(
        visit.parts.workshop.start, order, settings.programs, settings.data / "program-parts"
    )  # fmt: skip
    if not begun:
        return await _page(visit, fields, visit.say("program_busy"))
    return RedirectResponse("/firm/programs", 303)


async def remove(visit: Visit) -> Response:
    """Takes a program off the public page and deletes it."""
    fields = await visit.form()
    path = await asyncio.to_thread(Programs(visit.parts.settings.programs).path, fields.get("name", ""))
    if path is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    await asyncio.to_thread(path.unlink, missing_ok=True)
    return RedirectResponse("/firm/programs", 303)


async def _root_key(visit: Visit) -> str:
    """The root key that vouches for this server (`beistand keys`), which the program then demands; else empty."""
    endorsed = await asyncio.to_thread(visit.parts.identity.endorsement, visit.me.organisation_id)
    return base64.b64encode(endorsed.root).decode() if endorsed else ""


async def _page(visit: Visit, entered: dict[str, str], problem: str) -> Response:
    offered = await asyncio.to_thread(Programs(visit.parts.settings.programs).offered)
    shown: dict[str, object] = {
        "is_pinned": bool(await _root_key(visit)),
        "offered": offered,
        "progress": visit.parts.workshop.progress,
        "entered": entered,
        "problem": problem,
    }
    return await page(visit, "programs", 422 if problem else 200, here="programs", **shown)
