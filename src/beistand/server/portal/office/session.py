"""One session: what happened, its time with corrections and goodwill, the service report. Without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing.report_mailing import report_pdf
from beistand.server.portal import month as months
from beistand.server.portal import texts
from beistand.server.portal.access import ANYBODY_SIGNED_IN, STAFF, Door, RefusalError, Visit
from beistand.server.portal.office.page import page
from beistand.server.portal.office.times import DECIDERS
from beistand.server.store import prices, report_mails, sessions, time_words, times
from beistand.server.store.sessions import Fact, Session
from beistand.server.store.time_words import Said
from beistand.server.store.times import TimeError

WRITERS = STAFF | DECIDERS
_TIME = re.compile(r"^(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)$")
Change = Callable[[Connection, str, str, Said], object]


class SessionPages:
    """The handlers; they share one typesetter, whose fonts take most of a first letter's time."""

    def __init__(self) -> None:
        self._typesetter: Typesetter | None = None

    def doors(self) -> list[Door]:
        """The routes."""
        return [
            Door("/sessions/{id}", ("GET",), ANYBODY_SIGNED_IN, show),
            Door("/sessions/{id}/report.pdf", ("GET",), ANYBODY_SIGNED_IN, self.report),
            Door("/sessions/{id}/mail", ("POST",), WRITERS, mail),
            Door("/sessions/{id}/correct", ("POST",), WRITERS, correct),
            Door("/sessions/{id}/goodwill", ("POST",), WRITERS, goodwill),
            Door("/sessions/{id}/decide", ("POST",), DECIDERS, decide),
            Door("/sessions/{id}/release", ("POST",), DECIDERS, release),
        ]

    async def report(self, visit: Visit) -> Response:
        """The service report as PDF, in the language asked for or the session's."""
        session = await _own(visit)
        organisation = visit.me.organisation_id
        language = visit.request.query_params.get("language", session.language)
        if language not in ("de", "en"):
            raise RefusalError(404, "not_found", visit.say("not_found"))
        made = months.local_day(visit.at.utc_us)
        found = await visit.parts.db.read(
            lambda c: report_pdf(c, organisation, session.id, language, self._set(), made)
        )
        if found is None:
            raise RefusalError(404, "not_found", visit.say("no_entry"))
        shown = {"content-disposition": f'inline; filename="{found[0]}"'}
        return Response(found[1], media_type="application/pdf", headers=shown)

    def _set(self) -> Typesetter:
        if self._typesetter is None:
            self._typesetter = Typesetter()
        return self._typesetter


async def show(visit: Visit) -> Response:
    """The session with everything that is known about it."""
    return await _page(visit, await _own(visit), saved="saved" in visit.request.query_params)


async def mail(visit: Visit) -> Response:
    """Queues the report for the customer; the server sends it. One that waits already is not queued twice."""
    fields, session, organisation = await visit.form(), await _own(visit), visit.me.organisation_id
    to, language = fields.get("to", "").strip(), fields.get("language", session.language)
    if not visit.parts.settings.smtp_host:
        return await _page(visit, session, "no_smtp")
    if not texts.is_email(to) or language not in ("de", "en"):
        return await _page(visit, session, "bad_email")

    def queue(c: Connection) -> str:
        if not times.entries(c, organisation, session_id=session.id):
            return "no_entry"
        known = report_mails.events(c, organisation, session.id)
        if known and known[-1].name == "queued":
            return "report_waits"
        said = {"to": to, "language": language}
        report_mails.add_event(c, organisation, session.id, "queued", said, visit.me.id, visit.at.utc_us)
        return ""

    problem = await visit.parts.db.write(queue)
    if problem:
        return await _page(visit, session, problem)
    return RedirectResponse(f"/sessions/{session.id}?saved", 303)


async def correct(visit: Visit) -> Response:
    """Other seconds than the recorded ones, with a reason; the recorded ones stay."""
    fields = await visit.form()
    seconds = parse_time(fields.get("time", ""))
    if seconds is None:
        return await _page(visit, await _own(visit), "bad_time")
    return await _change(visit, fields, lambda c, firm, entry, said: time_words.correct(c, firm, entry, seconds, said))


async def goodwill(visit: Visit) -> Response:
    """Proposes to give time away."""
    fields = await visit.form()
    seconds = parse_time(fields.get("time", ""))
    if seconds is None:
        return await _page(visit, await _own(visit), "bad_time")
    return await _change(
        visit, fields, lambda c, firm, entry, said: time_words.give_away(c, firm, entry, seconds, said)
    )


async def decide(visit: Visit) -> Response:
    """Approves or refuses the newest goodwill."""
    fields = await visit.form()
    is_yes = fields.get("answer") == "yes"
    return await _change(
        visit, fields, lambda c, firm, entry, said: time_words.decide_goodwill(c, firm, entry, is_yes, said)
    )


async def release(visit: Visit) -> Response:
    """Lets work be billed that nobody agreed to beforehand, with a reason."""
    fields = await visit.form()
    return await _change(visit, fields, lambda c, firm, entry, said: time_words.release(c, firm, entry, said))


async def _change(visit: Visit, fields: dict[str, str], change: Change) -> Response:
    """Carries out a change of an entry of this very session."""
    session, organisation = await _own(visit), visit.me.organisation_id
    said = Said(visit.me.id, visit.at.utc_us, texts.one_line(fields.get("reason", ""), 500))
    entry_id = fields.get("entry", "")

    def do(connection: Connection) -> None:
        if not times.entries(connection, organisation, session_id=session.id, id=entry_id):
            raise TimeError("not_found")
        change(connection, organisation, entry_id, said)

    try:
        await visit.parts.db.write(do)
    except TimeError as error:
        if error.code == "not_found":
            raise RefusalError(404, "not_found", visit.say("not_found")) from None
        return await _page(visit, session, error.code)
    return RedirectResponse(f"/sessions/{session.id}?saved", 303)


def parse_time(text: str) -> int | None:
    """ "1:07:00" or "7:30" (minutes and seconds) as seconds; None if it is neither."""
    found = _TIME.match(text.strip())
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]) if found else None


def fact_words(visit: Visit, fact: Fact) -> str:
    """What a fact means, as far as we have words for it."""
    key = f"ev_{fact.name}"
    if fact.name in ("consent", "level"):
        key += "_2" if fact.data.get("level") == 2 else "_1"
    elif fact.name == "charge_answered":
        key = "ev_charge_yes" if fact.data.get("is_yes") is True else "ev_charge_no"
    for known in (f"fact_{fact.name}", key):
        try:
            return visit.say(known).format_map(_Plain(fact.data))
        except KeyError:
            continue
    return fact.name


class _Plain(dict[str, object]):
    """A fact's data for the words' braces; what is missing reads as "?"."""

    def __missing__(self, key: str) -> str:
        return "?"


async def _own(visit: Visit) -> Session:
    id_, organisation = visit.request.path_params["id"], visit.me.organisation_id
    session = await visit.parts.db.read(lambda c: sessions.get_session(c, organisation, id_))
    if session is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    return session


async def _page(visit: Visit, session: Session, problem: str = "", saved: bool = False) -> Response:
    organisation = visit.me.organisation_id
    shown = {
        "session": session,
        "service": await visit.parts.db.read(
            lambda c: prices.work_name(c, organisation, session.service_type, visit.language)
        ),
        "entries": await visit.parts.db.read(lambda c: times.entries(c, organisation, session_id=session.id)),
        "mails": await visit.parts.db.read(lambda c: report_mails.events(c, organisation, session.id)),
        "address": await visit.parts.db.read(lambda c: report_mails.address_of(c, organisation, session.customer_id)),
        "has_smtp": bool(visit.parts.settings.smtp_host),
        "month_key": f"{months.local(session.created_us):%Y-%m}",
        "kind": months.kind,
        "duration": months.duration,
        "local": months.local,
        "fact_words": lambda fact: fact_words(visit, fact),
        "may_approve": visit.me.role in DECIDERS,
        "may_change": visit.me.role in WRITERS,
        "problem": problem,
        "saved": saved,
        "here": "times",
    }
    return await page(visit, "session", 422 if problem else 200, **shown)
