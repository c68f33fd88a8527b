"""The owner's page about technicians' own passkeys: what the root key vouches for, the way to a new roster, the demand.

The page shows and carries files; what is believed is checked against the root key's signature. Without scripts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.protocol.passkey import fingerprint
from beistand.server.clock import as_text
from beistand.server.documents.formats import day
from beistand.server.documents.receipt import moment
from beistand.server.portal import vouching
from beistand.server.portal.access import OWNER, Door, Visit
from beistand.server.portal.office.page import page
from beistand.server.rosters import MOST_BYTES, Line, Roster, RosterError
from beistand.server.store import accounts, audit

SOON_SECONDS = 14 * 86_400


@dataclass(frozen=True)
class Row:
    """A passkey as the page shows it."""

    technician: str
    name: str
    added: str
    fingerprint: str
    is_vouched: bool


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/firm/keys", ("GET",), OWNER, show),
        Door("/firm/keys/request", ("GET",), OWNER, request),
        Door("/firm/keys/roster", ("POST",), OWNER, install),
        Door("/firm/keys/demand", ("POST",), OWNER, demand),
    ]


async def show(visit: Visit) -> Response:
    """Who has a passkey, and which of them the roster names."""
    return await _page(
        visit, next((key for key in ("installed", "saved") if key in visit.request.query_params), ""), ""
    )


async def request(visit: Visit) -> Response:
    """What the root key shall vouch for, as a file to carry to the machine that has it."""
    firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, visit.me.organisation_id))
    lines = await visit.parts.db.read(lambda c: vouching.lines(c, firm.id))
    text = await asyncio.to_thread(visit.parts.rosters.request, firm, visit.parts.settings.rp_id, lines)
    as_file = {"content-disposition": 'attachment; filename="roster-request.json"'}
    return Response(text, media_type="application/json", headers=as_file)


async def install(visit: Visit) -> Response:
    """Takes the signed roster into use."""
    data, me = await visit.upload("file", MOST_BYTES + 10_000), visit.me
    firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, me.organisation_id))
    settings, at = visit.parts.settings, visit.at

    def take() -> Roster:
        vouches = visit.parts.identity.endorsement(firm.id)
        root, text = vouches.root if vouches else None, data.decode("utf-8", "replace")
        return visit.parts.rosters.install(firm, settings.rp_id, root, text, at.utc_seconds)

    try:
        made = await asyncio.to_thread(take)
    except RosterError as error:
        return await _page(visit, "", f"roster_{error.key}")
    kept = {"number": made.number, "passkeys": len(made.entries), "expires": made.expires}
    await visit.parts.db.write(lambda c: audit.append(c, firm.id, "roster installed", kept, me.id, at.utc_us))
    return RedirectResponse("/firm/keys?installed", 303)


async def demand(visit: Visit) -> Response:
    """Whether a session needs the technician's own passkey."""
    is_wanted, me, at = (await visit.form()).get("demand") == "yes", visit.me, visit.at
    roster = await asyncio.to_thread(visit.parts.rosters.roster, me.organisation_id)
    if is_wanted and (roster is None or roster.expires <= at.utc_seconds):
        return await _page(visit, "", "demand_no_roster")

    def keep(db: Connection) -> None:
        accounts.change_organisation(db, me.organisation_id, must_be_person=is_wanted)
        audit.append(db, me.organisation_id, "passkey demanded", {"is_on": is_wanted}, me.id, at.utc_us)

    await visit.parts.db.write(keep)
    return RedirectResponse("/firm/keys?saved", 303)


async def _page(visit: Visit, done: str, problem: str) -> Response:
    organisation, now = visit.me.organisation_id, visit.at.utc_seconds
    lines = await visit.parts.db.read(lambda c: vouching.lines(c, organisation))
    roster = await asyncio.to_thread(visit.parts.rosters.roster, organisation)
    vouches = await asyncio.to_thread(visit.parts.identity.endorsement, organisation)
    shown: dict[str, object] = {
        "rows": [_row(visit, line, roster, now) for line in lines],
        "gone": _gone(lines, roster),
        "roster": roster,
        "state": _state(roster, now),
        "until": _until(visit, roster.expires) if roster else "",
        "rooted_until": _until(visit, vouches.expires) if vouches else "",
        "done": done,
        "problem": problem,
    }
    return await page(visit, "vouching", 422 if problem else 200, here="firm", **shown)


def _row(visit: Visit, line: Line, roster: Roster | None, now_seconds: int) -> Row:
    added = day(date.fromisoformat(line.added), visit.language)
    is_vouched = roster is not None and roster.expires > now_seconds and bool(roster.entry(line.technician, line.key))
    return Row(line.technician, line.name, added, fingerprint(line.key), is_vouched)


def _gone(lines: list[Line], roster: Roster | None) -> list[str]:
    """Whom the roster names although they or their passkey left: a new roster ends that."""
    here = {(line.technician, line.key) for line in lines}
    return [one.technician for one in roster.entries if (one.technician, one.key) not in here] if roster else []


def _state(roster: Roster | None, now_seconds: int) -> str:
    if roster is None:
        return "none"
    if roster.expires <= now_seconds:
        return "over"
    return "soon" if roster.expires - now_seconds < SOON_SECONDS else "good"


def _until(visit: Visit, seconds: int) -> str:
    return moment(as_text(seconds * 1_000_000), visit.language)
