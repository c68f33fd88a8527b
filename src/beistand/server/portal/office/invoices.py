"""The pages of invoices: list, one invoice with what may be done with it, the month's run, exports. Without scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.billing.draft import Period
from beistand.billing.invoice import InvoiceError
from beistand.server.documents.formats import money, short_day
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import exporting, running
from beistand.server.invoicing.issuing import Actor, Issuer
from beistand.server.invoicing.minutes_account import MinutesAccount
from beistand.server.invoicing.running import RunError
from beistand.server.portal import month as months
from beistand.server.portal import texts
from beistand.server.portal.access import OWNER, Door, RefusalError, Visit
from beistand.server.portal.office import invoice_data
from beistand.server.portal.office.page import page
from beistand.server.portal.office.times import DECIDERS
from beistand.server.store import contracts, invoice_balances, invoices, seller
from beistand.server.store.invoices import Issued
from beistand.server.store.seller import SellerData

READERS = DECIDERS | {"auditor"}
REASON_LIMIT = 200
# One field a line of the invoice.
MOST_FIELDS = 2_000
Change = Callable[[Connection, Issuer, str, SellerData, Actor], str]


class InvoicePages:
    """The handlers; they share one typesetter, whose fonts take most of a first letter's time."""

    def __init__(self) -> None:
        self._typesetter: Typesetter | None = None

    def doors(self) -> list[Door]:
        """The routes."""
        return [
            Door("/invoices", ("GET",), READERS, listed),
            Door("/invoices/data", ("GET",), OWNER, invoice_data.show),
            Door("/invoices/data", ("POST",), OWNER, invoice_data.change),
            Door("/invoices/run", ("GET",), DECIDERS, plan),
            Door("/invoices/run", ("POST",), DECIDERS, self.run),
            Door("/invoices/exports", ("GET",), READERS, exports),
            Door("/invoices/exports", ("POST",), DECIDERS, export),
            Door("/invoices/exports/{id}", ("GET",), READERS, exported),
            Door("/invoices/{id}", ("GET",), READERS, show),
            Door("/invoices/{id}/{kind}", ("GET",), READERS, file),
            Door("/invoices/{id}/cancel", ("POST",), DECIDERS, self.cancel),
            Door("/invoices/{id}/correct", ("POST",), DECIDERS, self.correct),
            Door("/invoices/{id}/paid", ("POST",), DECIDERS, paid),
            Door("/invoices/{id}/send", ("POST",), DECIDERS, send),
        ]

    def _set(self) -> Typesetter:
        if self._typesetter is None:
            self._typesetter = Typesetter()
        return self._typesetter

    async def run(self, visit: Visit) -> Response:
        """Issues what the dry run showed; the answer comes when all is issued."""
        fields = await visit.form()
        period, organisation, by = _period(visit, fields.get("period", "")), visit.me.organisation_id, _by(visit)
        db, who = visit.parts.db, visit.me.name

        def work() -> running.Report:
            made = db.read_now(lambda c: running.plan(c, organisation, period, by.utc_us))
            return running.execute(db, organisation, made, self._set(), by, who)

        try:
            report = await asyncio.to_thread(work)
        except RunError as error:
            return await _plan_page(visit, period, told(visit, error))
        if report.failed:
            return await _plan_page(visit, period, " ".join(told(visit, error) for _name, error in report.failed))
        return RedirectResponse(f"/invoices?period={period.name}&issued={len(report.issued)}", 303)

    async def cancel(self, visit: Visit) -> Response:
        """Issues the cancellation; what it billed may be billed again."""
        fields = await visit.form()
        reason = texts.one_line(fields.get("reason", ""), REASON_LIMIT)

        def change(c: Connection, issuer: Issuer, id_: str, data: SellerData, by: Actor) -> str:
            return issuer.cancel(c, id_, reason, data, by)

        return await self._take_back(visit, reason, change)

    async def correct(self, visit: Visit) -> Response:
        """Issues a correction that takes back some quantities."""
        fields = await visit.form(most=MOST_FIELDS)
        reason = texts.one_line(fields.get("reason", ""), REASON_LIMIT)
        lines = [(at, texts.whole(fields.get(f"back_{at}", ""), 0, 999_999) or 0) for at in range(1, MOST_FIELDS)]
        minutes = texts.whole(fields.get("back_minutes", ""), 0, 999_999) or 0

        def change(c: Connection, issuer: Issuer, id_: str, data: SellerData, by: Actor) -> str:
            return issuer.correct(c, id_, lines, reason, data, by, minutes)

        return await self._take_back(visit, reason, change)

    async def _take_back(self, visit: Visit, reason: str, change: Change) -> Response:
        issued, organisation, by = await _own(visit), visit.me.organisation_id, _by(visit)
        if not reason:
            return await _invoice_page(visit, issued, visit.say("reason_missing"))

        def work(c: Connection) -> str:
            data = running.seller_of(c, organisation)
            issuer = Issuer(self._set(), organisation, _booker(c, organisation, issued))
            return change(c, issuer, issued.id, data, by)

        try:
            made = await visit.parts.db.write(work)
        except InvoiceError as error:
            return await _invoice_page(visit, issued, told(visit, error))
        return RedirectResponse(f"/invoices/{made}", 303)


async def listed(visit: Visit) -> Response:
    """The newest invoices, or those of `?period=2026-11`, with the sums that are open."""
    organisation, text = visit.me.organisation_id, visit.request.query_params.get("period", "")
    period = _period(visit, text) if text else None
    found = await visit.parts.db.read(lambda c: invoices.listed(c, organisation, period.name if period else ""))
    has_data = await visit.parts.db.read(lambda c: seller.get_seller(c, organisation)) is not None
    open_ = await visit.parts.db.read(lambda c: invoice_balances.balances(c, organisation, found))
    today = running.today(visit.at.utc_us)
    due = sum(open_.values())
    late = sum(open_[each.id] for each in found if open_[each.id] > 0 and each.due_on < today)
    shown: dict[str, Any] = {"found": found, "period": period, "has_data": has_data, "due": due, "late": late}
    issued = texts.whole(visit.request.query_params.get("issued", ""), 0, 99_999)
    return await _page(visit, "invoices", issued=issued, **shown)


async def show(visit: Visit) -> Response:
    """One invoice: files, events, and what may be done with it."""
    return await _invoice_page(visit, await _own(visit), "")


async def file(visit: Visit) -> Response:
    """A file as it was issued."""
    issued, organisation = await _own(visit), visit.me.organisation_id
    kind = visit.request.path_params["kind"]
    found = await visit.parts.db.read(lambda c: invoices.files_of(c, organisation, issued.id, kind))
    if not found:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    name = {"content-disposition": f'attachment; filename="{found[0].file_name}"'}
    return Response(found[0].content, media_type=found[0].media_type, headers=name)


async def paid(visit: Visit) -> Response:
    """Notes that the money has come, or that it was noted in error."""
    fields = await visit.form()
    issued, organisation, by = await _own(visit), visit.me.organisation_id, _by(visit)
    name = "unpaid" if issued.is_paid else "paid"
    said = {"day": by.today.isoformat(), "note": texts.one_line(fields.get("note", ""), REASON_LIMIT)}
    await visit.parts.db.write(
        lambda c: invoices.add_event(c, organisation, issued.id, name, said, by.user_id, by.utc_us)
    )
    return RedirectResponse(f"/invoices/{issued.id}", 303)


async def send(visit: Visit) -> Response:
    """Puts the mail into the queue; the server sends it."""
    fields = await visit.form()
    issued, organisation, by = await _own(visit), visit.me.organisation_id, _by(visit)
    address = fields.get("to", "").strip()
    if not visit.parts.settings.smtp_host:
        return await _invoice_page(visit, issued, visit.say("no_smtp"))
    if not texts.is_email(address):
        return await _invoice_page(visit, issued, visit.say("bad_email"))
    await visit.parts.db.write(
        lambda c: invoices.add_event(c, organisation, issued.id, "queued", {"to": address}, by.user_id, by.utc_us)
    )
    return RedirectResponse(f"/invoices/{issued.id}", 303)


async def plan(visit: Visit) -> Response:
    """The dry run of a month; last month if none is named."""
    text = visit.request.query_params.get("period", "")
    first = running.today(visit.at.utc_us).replace(day=1)
    period = _period(visit, text) if text else running.period_of(f"{first - timedelta(days=1):%Y-%m}")
    return await _plan_page(visit, period, "")


async def exports(visit: Visit) -> Response:
    """All exports, and the form for a new one."""
    return await _exports_page(visit, "")


async def export(visit: Visit) -> Response:
    """Makes an export and offers it."""
    fields = await visit.form()
    kind, period, organisation = (
        fields.get("kind", ""),
        _period(visit, fields.get("period", "")),
        visit.me.organisation_id,
    )
    if kind not in exporting.KINDS:
        raise RefusalError(400, "kind", visit.say("bad_request"))

    def work(c: Connection) -> exporting.Batch:
        return exporting.export(c, organisation, kind, period, running.seller_of(c, organisation), _by(visit))

    try:
        await visit.parts.db.write(work)
    except InvoiceError as error:
        return await _exports_page(visit, told(visit, error))
    return RedirectResponse("/invoices/exports", 303)


async def exported(visit: Visit) -> Response:
    """An export as it was made."""
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    found = await visit.parts.db.read(lambda c: exporting.get_batch(c, organisation, id_))
    if found is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    name = {"content-disposition": f'attachment; filename="{found.file_name}"'}
    return Response(found.content, media_type=found.media_type, headers=name)


async def _plan_page(visit: Visit, period: Period, problem: str) -> Response:
    organisation, at = visit.me.organisation_id, visit.at.utc_us
    made: running.Plan | None = None
    try:
        made = await visit.parts.db.read(lambda c: running.plan(c, organisation, period, at))
    except RunError as error:
        problem = told(visit, error)
    before, after = _neighbours(period)
    shown = {"plan": made, "period": period, "problem": problem, "before": before, "after": after}
    is_refused = bool(problem) and visit.request.method == "POST"
    return await _page(visit, "invoice_run", 422 if is_refused else 200, local=months.local, **shown)


async def _exports_page(visit: Visit, problem: str) -> Response:
    organisation = visit.me.organisation_id
    found = await visit.parts.db.read(lambda c: exporting.batches(c, organisation))
    month = f"{running.today(visit.at.utc_us):%Y-%m}"
    shown = {"batches": found, "problem": problem, "month": month, "local": months.local}
    return await _page(visit, "invoice_exports", 422 if problem else 200, **shown)


async def _invoice_page(visit: Visit, issued: Issued, problem: str) -> Response:
    organisation = visit.me.organisation_id

    def read(c: Connection) -> dict[str, Any]:
        return {
            "issued": invoices.get(c, organisation, issued.id),
            "files": invoices.files_of(c, organisation, issued.id),
            "document": invoices.document_of(c, organisation, issued.id),
            "following": invoices.following(c, organisation, issued.id),
            "minutes_left": _booker(c, organisation, issued).left_to_give(c, issued.id),
            "before": invoices.get(c, organisation, issued.preceding_id) if issued.preceding_id else None,
        }

    shown = await visit.parts.db.read(read)
    has_smtp = bool(visit.parts.settings.smtp_host)
    return await _page(
        visit, "invoice", 422 if problem else 200, problem=problem, has_smtp=has_smtp, local=months.local, **shown
    )


async def _page(visit: Visit, name: str, status: int = 200, **shown: Any) -> Response:
    language = visit.language
    given = {
        "here": "invoices",
        "money": lambda cents: money(cents, language),
        "day": lambda value: short_day(value, language),
        "told": lambda error: told(visit, error),
        "may_decide": visit.me.role in DECIDERS,
        "is_late": lambda each: _is_open(each) and each.due_on < running.today(visit.at.utc_us),
    }
    return await page(visit, name, status, **{**given, **shown})


def told(visit: Visit, error: InvoiceError) -> str:
    """The sentence in the reader's language; one without a code (for the log rather) as it is."""
    if not error.code:
        return str(error)
    fields = error.values.get("fields", ())
    named = [visit.say(f"field_{name.lower().replace(' ', '_')}") for name in fields]  # type: ignore[attr-defined]
    return visit.say(f"problem_{error.code}").format(**{**error.values, "fields": ", ".join(named)})


def _booker(c: Connection, organisation: str, issued: Issued) -> MinutesAccount:
    return MinutesAccount(organisation, contracts.load(c, organisation), running.period_of(issued.period))


def _is_open(each: Issued) -> bool:
    return each.kind == "invoice" and each.state not in ("paid", "cancelled")


async def _own(visit: Visit) -> Issued:
    organisation, id_ = visit.me.organisation_id, visit.request.path_params["id"]
    found = await visit.parts.db.read(lambda c: invoices.get(c, organisation, id_))
    if found is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return found


def _period(visit: Visit, text: str) -> Period:
    try:
        return running.period_of(text)
    except RunError:
        raise RefusalError(400, "period", visit.say("bad_period")) from None


def _neighbours(period: Period) -> tuple[str, str]:
    before: date = period.first - timedelta(days=1)
    after: date = period.last + timedelta(days=1)
    return f"{before:%Y-%m}", f"{after:%Y-%m}"


def _by(visit: Visit) -> Actor:
    return Actor(visit.me.id, visit.at.utc_us, running.today(visit.at.utc_us))
