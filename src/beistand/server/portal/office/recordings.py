"""The page of the recordings, for owner and auditor: what there is, until when; the owner deletes. Without scripts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from starlette.responses import RedirectResponse, Response

from beistand.server.clock import as_text
from beistand.server.documents.formats import day, local_day
from beistand.server.documents.receipt import ZONE, moment
from beistand.server.portal.access import AUDIT, OWNER, Door, RefusalError, Visit
from beistand.server.portal.office.page import page
from beistand.server.recordings import RecordingFiles
from beistand.server.store import recordings


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/recordings", ("GET",), AUDIT, show),
        Door("/recordings/{id}/delete", ("POST",), OWNER, delete),
    ]


async def show(visit: Visit) -> Response:
    """All that are not deleted, newest first."""
    organisation, language = visit.me.organisation_id, visit.language
    found = await visit.parts.db.read(lambda c: recordings.newest(c, organisation))
    kept = await visit.parts.db.read(lambda c: recordings.terms(c, organisation))

    def at(utc_us: int) -> str:
        return moment(as_text(utc_us), language)

    def until(utc_us: int) -> str:
        return day(local_day(datetime.fromtimestamp(utc_us // 1_000_000, UTC), ZONE), language)

    shown: dict[str, Any] = {"found": found, "terms": kept, "at": at, "until": until, "size": _size}
    shown["key"] = fingerprint(kept.sha256)
    is_deleted = "deleted" in visit.request.query_params
    return await page(visit, "recordings", is_deleted=is_deleted, here="log", **shown)


async def delete(visit: Visit) -> Response:
    """By hand, before its days are over."""
    await visit.form()
    organisation, id_, at = visit.me.organisation_id, visit.request.path_params["id"], visit.at.utc_us
    found = await visit.parts.db.read(lambda c: recordings.get(c, organisation, id_))
    if found is None or found.deleted_us is not None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    await asyncio.to_thread(RecordingFiles(visit.parts.settings.data).delete, organisation, found.id)
    me = visit.me.id
    await visit.parts.db.write(lambda c: recordings.note_deleted(c, organisation, found.id, me, at))
    return RedirectResponse("/recordings?deleted", 303)


def fingerprint(sha256: str) -> str:
    """The first 16 hex digits in groups, as the console shows them."""
    return " ".join(sha256[at : at + 4] for at in range(0, 16, 4)) if sha256 else ""


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{-(-count // 1000)} kB"
