"""How every page of the back office is put together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

from starlette.responses import Response

from beistand.billing.price_card import money
from beistand.server.portal.access import OFFICE, RefusalError, Visit
from beistand.server.portal.coverage import day_words
from beistand.server.portal.office.forms import as_percent, as_time
from beistand.server.store import accounts


async def page(visit: Visit, name: str, status: int = 200, **values: object) -> Response:
    """A page of the back office: who is signed in, the firm's name, and `values`."""
    organisation = visit.me.organisation_id
    firm = await visit.parts.db.read(lambda c: accounts.get_organisation(c, organisation))
    shown = {
        "me": visit.me,
        "csrf": visit.form_token,
        "firm": firm,
        "may": visit.may,
        "may_change": visit.me.role in OFFICE,
        "money": partial(money, language=visit.language),
        "day": partial(day_words, language=visit.language),
        "percent": partial(as_percent, language=visit.language),
        "clock": as_time,
        "instant": partial(instant_words, language=visit.language),
    }
    return visit.parts.pages.page(name, visit.language, status, **(shown | values))


def must_be_there(visit: Visit, is_there: bool) -> None:
    """Answers as a page that never was, when what should be changed is not the firm's (or is gone)."""
    if not is_there:
        raise RefusalError(404, "not_found", visit.say("not_found"))


def is_fragment(visit: Visit) -> bool:
    """Whether htmx asks for a part of the page only."""
    return visit.request.headers.get("hx-request") == "true"


def instant_words(utc_us: int, language: str) -> str:
    """The UTC day of an instant, as people read it."""
    return day_words(datetime.fromtimestamp(utc_us // 1_000_000, UTC).date(), language)


def today(visit: Visit) -> date:
    """The UTC day of the request."""
    return datetime.fromtimestamp(visit.at.utc_seconds, UTC).date()
