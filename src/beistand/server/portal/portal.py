"""The whole portal as one ASGI application: every door, and one answer for all that is no door."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from beistand.server.portal import (
    api_customers,
    asking_again,
    charging,
    colleagues,
    headers,
    office,
    recovering,
    setup,
    signing_in,
    words,
)
from beistand.server.portal.access import Door, routes, security_headers
from beistand.server.portal.api import Api
from beistand.server.portal.office.receipt import ReceiptPages
from beistand.server.portal.parts import Parts
from beistand.server.portal.programs import Programs
from beistand.server.portal.public import PublicDoors
from beistand.server.portal.receipt import ReceiptDoors
from beistand.server.portal.recordings import RecordingDoors
from beistand.server.recordings import RecordingFiles

log = logging.getLogger("beistand.portal")


def doors(parts: Parts) -> list[Door]:
    """Every route of the portal."""
    receipts = ReceiptDoors()
    return [
        *PublicDoors(Programs(parts.settings.programs)).doors(),
        *receipts.doors(),
        *ReceiptPages(receipts).doors(),
        *signing_in.doors(),
        *setup.doors(),
        *recovering.doors(),
        *office.doors(),
        *api_customers.doors(),
        *Api().doors(),
        *charging.doors(),
        *asking_again.doors(),
        *colleagues.doors(),
        *RecordingDoors(RecordingFiles(parts.settings.data)).doors(),
    ]


def make_portal(parts: Parts) -> Starlette:
    """The ASGI application. It has no lifespan of its own: `parts.log.run()` runs beside it."""

    def refuse(request: Request, status: int, key: str) -> Response:
        language = "de" if request.headers.get("accept-language", "de").lower().startswith("de") else "en"
        sentence = words.word(key, language)
        response: Response = parts.pages.refusal(language, status, sentence)
        if request.url.path.startswith("/api/"):
            response = JSONResponse({"code": key, "sentence": sentence}, status)
        for name, value in security_headers(parts, headers.PAGE):
            response.headers[name] = value
        response.headers["cache-control"] = "no-store"
        return response

    async def on_http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return refuse(request, status, {404: "not_found", 405: "method"}.get(status, "bad_request"))

    async def on_fault(request: Request, error: Exception) -> Response:
        log.error("a request failed", exc_info=error)
        return refuse(request, 500, "fault")

    app = Starlette(
        routes=routes(doors(parts), parts), exception_handlers={HTTPException: on_http, Exception: on_fault}
    )
    # A redirect to the same path with another slash would tell which routes exist (S30).
    app.router.redirect_slashes = False
    return app
