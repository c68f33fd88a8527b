"""The customer's receipt for the firm's own people: seen, saved, sent to the customer's address. Without scripts."""

from __future__ import annotations

from starlette.responses import Response

from beistand.audit import receipt as receipts
from beistand.audit.receipt import Proven, Receipt
from beistand.server.documents.receipt import shown
from beistand.server.portal import limits
from beistand.server.portal.access import ANYBODY_SIGNED_IN, STAFF, Door, Visit
from beistand.server.portal.office.page import page
from beistand.server.portal.receipt import ReceiptDoors, checked, download
from beistand.server.portal.receipt_mail import mailed
from beistand.server.store.receipts import of_session

WRITERS = STAFF | frozenset({"billing"})


class ReceiptPages:
    """The handlers; `maker` sets the same paper as for the customer."""

    def __init__(self, maker: ReceiptDoors) -> None:
        self._maker = maker

    def doors(self) -> list[Door]:
        """The routes."""
        get = ("GET",)
        return [
            Door("/sessions/{id}/receipt", get, ANYBODY_SIGNED_IN, self.show),
            Door("/sessions/{id}/receipt.json", get, ANYBODY_SIGNED_IN, self.file),
            Door("/sessions/{id}/receipt.pdf", get, ANYBODY_SIGNED_IN, self.paper),
            Door("/sessions/{id}/receipt/mail", ("POST",), WRITERS, self.mail),
        ]

    async def show(self, visit: Visit) -> Response:
        """What the customer sees, in the reader's language."""
        return await _page(visit, *await _found(visit))

    async def file(self, visit: Visit) -> Response:
        """The file that proves itself."""
        own, proven = await _found(visit)
        return download(visit, proven, receipts.write(own).encode(), "json", "application/json")

    async def paper(self, visit: Visit) -> Response:
        """The PDF."""
        visit.allow(f"paper {visit.address}", limits.PAPER_FROM_ADDRESS)
        own, proven = await _found(visit)
        return download(visit, proven, await self._maker.pdf(visit, own, proven), "pdf", "application/pdf")

    async def mail(self, visit: Visit) -> Response:
        """To the address that the customer has told."""
        own, proven = await _found(visit)
        fields = await visit.form()
        pdf = await self._maker.pdf(visit, own, proven)
        problem = await mailed(visit, own, proven, fields.get("to", ""), pdf, visit.me.id)
        return await _page(visit, own, proven, problem, is_sent=not problem)


async def _found(visit: Visit) -> tuple[Receipt, Proven]:
    id_, organisation, key = visit.request.path_params["id"], visit.me.organisation_id, visit.parts.log.audit_public
    return await checked(visit, await visit.parts.db.read(lambda c: of_session(c, organisation, id_, key)))


async def _page(visit: Visit, own: Receipt, proven: Proven, problem: str = "", is_sent: bool = False) -> Response:
    told = shown(proven.content, visit.language, visit.say)
    may_mail = bool(visit.parts.settings.smtp_host) and visit.me.role in WRITERS
    values = {"shown": told, "index": proven.index, "key": own.key.text(), "session_id": proven.content["session"]}
    status = 422 if problem else 200
    return await page(
        visit, "session_receipt", status, problem=problem, is_sent=is_sent, may_mail=may_mail, here="times", **values
    )
