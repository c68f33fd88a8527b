"""Doors for everybody: the public page in both languages, the programs, the style sheet, the console's files."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from starlette.responses import FileResponse, RedirectResponse, Response

from beistand import console
from beistand.console.page import PAGE
from beistand.console.page import page as console_page
from beistand.server.portal.access import PUBLIC, Door, RefusalError, Visit
from beistand.server.portal.coverage import price_line
from beistand.server.portal.pages import ASSETS
from beistand.server.portal.phones import Phone, price_text
from beistand.server.portal.programs import Programs, own_system
from beistand.server.store import accounts, prices, taxes
from beistand.server.store.accounts import Organisation

SECURITY_TEXT_HOLDS = timedelta(days=90)
CONSOLE = Path(console.__file__).parent
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
}
_SEGMENT = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")


class PublicDoors:
    """No cookie is set and no script is sent by the public page."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    def doors(self) -> list[Door]:
        """The routes."""
        get = ("GET",)
        return [
            Door("/", get, PUBLIC, self.german),
            Door("/en", get, PUBLIC, self.english),
            Door("/programs/{name}", get, PUBLIC, self.program),
            Door("/assets/{name}", get, PUBLIC, self.asset),
            Door("/.well-known/security.txt", get, PUBLIC, self.security_txt),
            Door("/console", get, PUBLIC, self.to_console),
            Door("/console/{path:path}", get, PUBLIC, self.console_file),
        ]

    async def german(self, visit: Visit) -> Response:
        """The public page."""
        return await self._page(visit, "de")

    async def english(self, visit: Visit) -> Response:
        """The same page in English."""
        return await self._page(visit, "en")

    async def _page(self, visit: Visit, language: str) -> Response:
        firm = await _firm_of(visit)
        if firm is None:
            return visit.parts.pages.page("not_set_up", language)
        _signal(visit, firm, "page")
        offered = await asyncio.to_thread(self._programs.offered)
        own = own_system(visit.request.headers.get("user-agent", ""))
        offered.sort(key=lambda program: program.system != own)
        firm_id = firm.id
        read = visit.parts.db.read
        day = taxes.day_of(visit.at.utc_us)
        lists, rates = await read(lambda c: (prices.price_lists(c, firm_id), taxes.history(c, firm_id).on(day)))
        phones = [Phone(line["number"], line["price"]) for line in firm.phones]
        return visit.parts.pages.page(
            "public",
            language,
            firm=firm,
            phones=[(phone, price_text(phone, language)) for phone in phones],
            prices=[price_line(rates, kept.prices, language) for kept in lists if kept.is_public],
            first=offered[:1],
            others=offered[1:],
        )

    async def program(self, visit: Visit) -> Response:
        """One of the programs, always as a download."""
        path = await asyncio.to_thread(self._programs.path, visit.request.path_params["name"])
        if path is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        if (firm := await _firm_of(visit)) is not None:
            _signal(visit, firm, "program")
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)

    async def asset(self, visit: Visit) -> Response:
        """The style sheet and the office's scripts."""
        path = ASSETS.get(visit.request.path_params["name"])
        if path is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        return await _asset(visit, path, path.read_bytes)

    async def security_txt(self, visit: Visit) -> Response:
        """RFC 9116 (S54): where to report a hole in this server; 404 where the operator named no contact."""
        settings = visit.parts.settings
        if not settings.security_contact:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        text = security_text(settings.security_contact, settings.origin, visit.parts.clock.now().utc_us)
        return Response(text, media_type="text/plain; charset=utf-8")

    async def to_console(self, visit: Visit) -> Response:
        """The console's address without its slash."""
        return RedirectResponse("/console/", 308)

    async def console_file(self, visit: Visit) -> Response:
        """A file of the console: known types only, no folders, no way out of the folder."""
        segments = (visit.request.path_params["path"] or "index.html").split("/")
        path = CONSOLE.joinpath(*segments)
        is_plain = all(_SEGMENT.match(segment) and ".." not in segment for segment in segments)
        if not is_plain or path.suffix not in TYPES or not path.is_file() or path.is_symlink():
            raise RefusalError(404, "not_found", visit.say("not_found"))
        return await _asset(visit, path, console_page if path == PAGE else path.read_bytes)


def security_text(contact: str, origin: str, now_us: int) -> str:
    """The lines of security.txt; made anew for each question: it holds as long as a server stands behind it."""
    expires = (datetime.fromtimestamp(now_us // 1_000_000, UTC) + SECURITY_TEXT_HOLDS).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [f"Contact: {contact}", f"Expires: {expires}", "Preferred-Languages: de, en"]
    if origin.startswith("https://"):
        lines.append(f"Canonical: {origin}/.well-known/security.txt")
    return "".join(f"{line}\n" for line in lines)


async def _firm_of(visit: Visit) -> Organisation | None:
    """Whose public page this host shows."""
    host = urlsplit(f"//{visit.request.headers.get('host', '')}").hostname or ""
    return await visit.parts.db.read(lambda c: accounts.public_organisation(c, host))


def _signal(visit: Visit, firm: Organisation, what: str) -> None:
    """Technicians who wait for a customer see that somebody came; their own visits are none. No personal data."""
    if visit.user is None and visit.request.method == "GET":
        visit.parts.log.signal(firm.id, what)


async def _asset(visit: Visit, path: Path, read: Callable[[], bytes]) -> Response:
    """Kept by the browser, but asked for again each time: a new version is used at once."""
    data = await asyncio.to_thread(read)
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"etag": etag, "cache-control": "no-cache"}
    if visit.request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=TYPES[path.suffix], headers=headers)
