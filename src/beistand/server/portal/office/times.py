"""The month's times: charts, entries, approval, and the table for the bookkeeper. Without scripts."""

from __future__ import annotations

import csv
import io
from datetime import date

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.billing.einvoice import MONTHS as ENGLISH
from beistand.server.portal import month as months
from beistand.server.portal.access import ANYBODY_SIGNED_IN, OWNER, Door, RefusalError, Visit
from beistand.server.portal.office.page import page
from beistand.server.store import charges, report_mails, time_words, times
from beistand.server.store.time_words import Said
from beistand.server.store.times import TimeEntry, TimeError

GERMAN = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)
# A month of a busy firm at once: 60 bytes an entry.
MOST_FIELDS, MOST_BYTES = 5_000, 400_000
# Who decides what is billed.
DECIDERS = frozenset({"owner", "billing"})


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/times", ("GET",), ANYBODY_SIGNED_IN, show),
        Door("/times.csv", ("GET",), ANYBODY_SIGNED_IN, table),
        Door("/times/approve", ("POST",), DECIDERS, approve),
        Door("/times/policy", ("POST",), OWNER, policy),
    ]


async def show(visit: Visit) -> Response:
    """The month of `?month=2026-11`, or the present one."""
    saved = "saved" in visit.request.query_params
    return await _page(visit, _month(visit, visit.request.query_params.get("month", "")), saved=saved)


async def table(visit: Visit) -> Response:
    """The month as CSV: UTF-8 with a mark, semicolons, no cell that a spreadsheet would take for a formula."""
    first = _month(visit, visit.request.query_params.get("month", ""))
    text = as_csv(await _entries(visit, first), visit.language, visit.say)
    name = f"{'zeiten' if visit.language == 'de' else 'times'}-{first:%Y-%m}.csv"
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


async def approve(visit: Visit) -> Response:
    """Lets the marked entries go to an invoice."""
    fields = await visit.form(MOST_BYTES, MOST_FIELDS)
    first, organisation = _month(visit, fields.get("month", "")), visit.me.organisation_id
    chosen = [value for name, value in fields.items() if name.startswith("entry_")]
    said = Said(visit.me.id, visit.at.utc_us)
    found, has_smtp = {entry.id: entry for entry in await _entries(visit, first)}, bool(visit.parts.settings.smtp_host)
    if any(months.kind(found[id_]) == months.OPEN for id_ in chosen if id_ in found):
        return await _page(visit, first, "open_first")
    try:
        await visit.parts.db.write(lambda c: _release(c, organisation, chosen, said, has_smtp))
    except TimeError:
        raise RefusalError(404, "not_found", visit.say("not_found")) from None
    return RedirectResponse(f"/times?month={first:%Y-%m}&saved", 303)


def _release(c: Connection, organisation: str, chosen: list[str], said: Said, has_smtp: bool) -> None:
    """The entries and, where the firm wants it, the mails with their reports: both or neither."""
    time_words.approve(c, organisation, chosen, True, said)
    if has_smtp:
        report_mails.queue_released(c, organisation, chosen, said.user_id, said.at_us)


async def policy(visit: Visit) -> Response:
    """What the firm permits."""
    fields = await visit.form()
    organisation, is_permitted = visit.me.organisation_id, "phone" in fields

    def keep(c: Connection) -> None:
        charges.permit_phone(c, organisation, is_permitted)
        report_mails.set_automatic(c, organisation, "reports" in fields)

    await visit.parts.db.write(keep)
    return RedirectResponse(f"/times?month={_month(visit, fields.get('month', '')):%Y-%m}&saved", 303)


def title(first: date, language: str) -> str:
    """ "November 2026"."""
    return f"{(GERMAN if language == 'de' else ENGLISH)[first.month - 1]} {first.year}"


def as_csv(entries: list[TimeEntry], language: str, say: object) -> str:
    """One line an entry, in local time; `say` gives a word."""
    word = say if callable(say) else str
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    heads = ("date", "from", "to", "customer", "technician", "net", "seconds", "goodwill", "kind", "payer", "note")
    writer.writerow([word(f"csv_{name}") for name in (*heads, "approved")])
    for entry in entries:
        start, end = months.local(entry.started_us), months.local(entry.ended_us)
        row = [f"{start:%d.%m.%Y}" if language == "de" else f"{start:%Y-%m-%d}", f"{start:%H:%M:%S}", f"{end:%H:%M:%S}"]
        row += [entry.customer_name, entry.technician, months.duration(entry.net_seconds), str(entry.net_seconds)]
        row += [str(entry.goodwill_seconds), word(f"kind_{months.kind(entry)}"), entry.covered_by]
        row += [" ".join(entry.note.split()), word("yes" if entry.is_approved else "no")]
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _month(visit: Visit, text: str) -> date:
    return months.month_of(text, visit.at.utc_us)


async def _entries(visit: Visit, first: date) -> list[TimeEntry]:
    organisation, (begin, end) = visit.me.organisation_id, months.bounds(first)
    return await visit.parts.db.read(lambda c: times.entries(c, organisation, begin, end))


async def _page(visit: Visit, first: date, problem: str = "", saved: bool = False) -> Response:
    found, organisation = await _entries(visit, first), visit.me.organisation_id
    month = months.summarise(first, found)
    shown = {
        "month": month,
        "key": f"{first:%Y-%m}",
        "title": title(first, visit.language),
        "before": title(months.month_of(month.before, 0), visit.language),
        "after": title(months.month_of(month.after, 0), visit.language),
        "entries": list(reversed(found)),
        "kinds": months.KINDS,
        "kind": months.kind,
        "duration": months.duration,
        "local": months.local,
        "may_approve": visit.me.role in DECIDERS,
        "has_phone": await visit.parts.db.read(lambda c: charges.may_agree_by_phone(c, organisation)),
        "mails_reports": await visit.parts.db.read(lambda c: report_mails.is_automatic(c, organisation)),
        "problem": problem,
        "saved": saved,
        "here": "times",
    }
    return await page(visit, "times", 422 if problem else 200, **shown)
