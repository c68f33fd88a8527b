"""The page of the audit log, for owner and auditor: the newest entries, and what of them is forgotten. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from beistand.audit.entry import canonical
from beistand.server.clock import as_text
from beistand.server.documents.receipt import moment
from beistand.server.portal import texts
from beistand.server.portal.access import AUDIT, Door, Visit
from beistand.server.portal.office.page import page
from beistand.server.store import accounts, audit
from beistand.server.store.audit import Entry

ENTRIES = 100
DETAIL_LETTERS = 400


@dataclass(frozen=True)
class Row:
    """An entry as the page shows it; `session_id` links to the session of a fact."""

    position: int
    at: str
    what: str
    who: str
    detail: str
    session_id: str


def doors() -> list[Door]:
    """The routes."""
    return [Door("/log", ("GET",), AUDIT, log)]


async def log(visit: Visit) -> Response:
    """A hundred entries, newest first; `before` is the place of the page after."""
    organisation = visit.me.organisation_id
    before = texts.whole(visit.request.query_params.get("before", ""), 0, 2**53)
    found = await visit.parts.db.read(lambda c: audit.entries(c, organisation, ENTRIES, before))
    people = await visit.parts.db.read(lambda c: accounts.users(c, organisation))
    names = {person.id: person.name for person in people}
    rows = [_row(visit, entry, names) for entry in found]
    older = found[-1].position if found and found[-1].position > 0 else None
    return await page(visit, "log", rows=rows, older=older, here="log")


def _row(visit: Visit, entry: Entry, names: dict[str, str]) -> Row:
    at = moment(as_text(entry.utc_us), visit.language)
    if entry.data is None:
        return Row(entry.position, at, entry.kind, "", visit.say("log_forgotten"), "")
    who = names.get(entry.actor or "", entry.actor or "")
    known = visit.say(f"log_{who}") if who in ("customer", "technician", "server", "operator") else who
    is_fact = entry.kind == audit.FACT
    told = entry.data["data"] if is_fact else entry.data
    what = f"{visit.say('log_session')}: {entry.data['name']}" if is_fact else entry.kind
    session_id = str(entry.data["session_id"]) if is_fact else ""
    return Row(entry.position, at, what, known, canonical(told)[:DETAIL_LETTERS], session_id)
