"""Doors of the customer's receipt: whoever holds its unguessable address sees, saves or prints it. Without scripts."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.responses import Response

from beistand.audit import receipt as receipts
from beistand.audit.receipt import Proven, Receipt, ReceiptError
from beistand.server.documents.pdf import Typesetter
from beistand.server.documents.receipt import shown
from beistand.server.portal import limits
from beistand.server.portal.access import PUBLIC, Door, RefusalError, Visit
from beistand.server.portal.receipt_mail import mailed
from beistand.server.store.receipts import by_token

_TOKEN = re.compile(r"^[A-Za-z0-9_-]{43}$")


class ReceiptDoors:
    """Setting a page takes a fraction of a second of a core: one at a time."""

    def __init__(self) -> None:
        self._typesetter: Typesetter | None = None
        self._one = asyncio.Lock()

    def doors(self) -> list[Door]:
        """The routes."""
        get = ("GET",)
        return [
            Door("/receipt/{token}", get, PUBLIC, self.page),
            Door("/receipt/{token}/receipt.json", get, PUBLIC, self.file),
            Door("/receipt/{token}/receipt.pdf", get, PUBLIC, self.paper),
            Door("/receipt/{token}/mail", ("POST",), PUBLIC, self.mail),
        ]

    async def page(self, visit: Visit) -> Response:
        """The receipt as a page, in the language of the session."""
        own, proven = await _found(visit)
        return _page(visit, own, proven)

    async def mail(self, visit: Visit) -> Response:
        """The receipt, by mail, to the address that the customer typed."""
        own, proven = await _found(visit)
        fields = await visit.form()
        pdf = await self.pdf(visit, own, proven)
        problem = await mailed(visit, own, proven, fields.get("to", ""), pdf, "customer")
        return _page(visit, own, proven, problem, is_sent=not problem)

    async def file(self, visit: Visit) -> Response:
        """The receipt as a file that proves itself."""
        own, proven = await _found(visit)
        return download(visit, proven, receipts.write(own).encode(), "json", "application/json")

    async def paper(self, visit: Visit) -> Response:
        """The receipt as a PDF."""
        visit.allow(f"paper {visit.address}", limits.PAPER_FROM_ADDRESS)
        own, proven = await _found(visit)
        return download(visit, proven, await self.pdf(visit, own, proven), "pdf", "application/pdf")

    async def pdf(self, visit: Visit, own: Receipt, proven: Proven) -> bytes:
        """The receipt on paper."""
        data = _paper(visit, proven, own.key.text())
        made = date.fromisoformat((proven.content["ended"] or "2026-01-01T")[:10])
        async with self._one:
            return await asyncio.to_thread(self._set, data, made)

    def _set(self, data: dict[str, Any], made: date) -> bytes:
        if self._typesetter is None:
            self._typesetter = Typesetter()
        return self._typesetter.letter("receipt", data, made)


async def _found(visit: Visit) -> tuple[Receipt, Proven]:
    """The receipt that the address opens; checked as the customer would check it."""
    token = visit.request.path_params["token"]
    visit.allow(f"receipt {visit.address}", limits.RECEIPT_FROM_ADDRESS)
    key = visit.parts.log.audit_public
    own = await visit.parts.db.read(lambda c: by_token(c, token, key)) if _TOKEN.match(token) else None
    return await checked(visit, own)


async def checked(visit: Visit, own: Receipt | None) -> tuple[Receipt, Proven]:
    """A receipt with the root key's word for it, checked as the customer would; RefusalError 404 if there is none."""
    if own is None:
        raise RefusalError(404, "receipt", visit.say("receipt_none"))
    vouched = await asyncio.to_thread(visit.parts.identity.endorsement, own.entry.organisation)
    if vouched is not None:
        own = replace(own, endorsement={"text": vouched.text, "signature": vouched.signature})
    try:
        return own, receipts.check(own)
    except ReceiptError as error:
        raise RuntimeError(f"the log's entry of a receipt is damaged: {error}") from error


def _page(visit: Visit, own: Receipt, proven: Proven, problem: str = "", is_sent: bool = False) -> Response:
    language = receipt_language(proven.content)
    told = shown(proven.content, language, lambda key: visit.parts.pages.word(key, language))
    values = {"company": proven.content["company"], "shown": told, "index": proven.index, "key": own.key.text()}
    mail = {"may_mail": bool(visit.parts.settings.smtp_host), "problem": problem, "is_sent": is_sent}
    token, status = visit.request.path_params["token"], 422 if problem else 200
    return visit.parts.pages.page("receipt", language, status, token=token, csrf=visit.form_token, **mail, **values)


def receipt_language(content: dict[str, Any]) -> str:
    """The session's own."""
    return "en" if content["language"] == "en" else "de"


def _paper(visit: Visit, proven: Proven, key: str) -> dict[str, Any]:
    language = receipt_language(proven.content)

    def say(name: str) -> str:
        return visit.parts.pages.word(name, language)

    company, told = proven.content["company"], shown(proven.content, language, say)
    return {
        "language": language,
        "title": say("receipt"),
        "company": company,
        "intro": say("receipt_intro").format(company=company),
        "pairs": told.pairs,
        "lines": [(line.time, line.by, line.text) for line in told.lines],
        "columns": [say("receipt_time"), "", ""],
        "proof_text": say("receipt_proof_text").format(index=proven.index),
        "key": key,
        "words": {
            "events": say("receipt_events"),
            "zone": say("receipt_zone"),
            "proof": say("receipt_proof"),
            "key": say("receipt_key"),
            "page": say("receipt_page"),
        },
    }


def download(visit: Visit, proven: Proven, data: bytes, ending: str, kind: str) -> Response:
    """The receipt as a file with a name that says what it is."""
    name = visit.parts.pages.word("receipt_file", receipt_language(proven.content))
    day = (proven.content["ended"] or "")[:10]
    headers = {"content-disposition": f'attachment; filename="{name}-{day}.{ending}"'}
    return Response(data, media_type=kind, headers=headers)
