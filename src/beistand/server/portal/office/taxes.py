"""The page about VAT from a day on, for the firm's owner: rates, and the small-business switch. Without scripts."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from beistand.billing.taxation import Rates
from beistand.server.portal import texts
from beistand.server.portal.access import OWNER, Door, Visit
from beistand.server.portal.office import forms
from beistand.server.portal.office.forms import FormError, as_percent
from beistand.server.portal.office.page import page
from beistand.server.store import taxes

LAST_YEAR = 2100


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/firm/taxes", ("GET",), OWNER, show),
        Door("/firm/taxes", ("POST",), OWNER, change),
    ]


async def show(visit: Visit) -> Response:
    """What holds from which day on, and a form for the next change."""
    return await _page(visit, {}, "")


async def change(visit: Visit) -> Response:
    """Keeps what holds from a day on."""
    entered = await visit.form()
    try:
        day = forms.day(entered, "valid_from")
    except FormError:
        day = None
    standard, reduced = texts.percent_bp(entered.get("standard", "")), texts.percent_bp(entered.get("reduced", ""))
    if day is None or day.year > LAST_YEAR:
        return await _page(visit, entered, visit.say("taxes_bad_day"))
    if standard is None or reduced is None:
        return await _page(visit, entered, visit.say("taxes_bad_rate"))
    rates = Rates(standard, reduced, "is_small_business" in entered)
    me, at = visit.me, visit.at.utc_us
    await visit.parts.db.write(lambda c: taxes.add_change(c, me.organisation_id, day, rates, me.id, at))
    return RedirectResponse("/firm/taxes?saved", 303)


async def _page(visit: Visit, entered: dict[str, str], problem: str) -> Response:
    organisation = visit.me.organisation_id
    known = await visit.parts.db.read(lambda c: taxes.history(c, organisation))
    today = taxes.day_of(visit.at.utc_us)
    now = known.on(today)
    # Of two words about one day only the newest is shown: it is the one that holds.
    newest = sorted(dict(known.changes).items())
    form = {
        "valid_from": entered.get("valid_from", ""),
        "standard": entered.get("standard", as_percent(now.standard_bp, visit.language)),
        "reduced": entered.get("reduced", as_percent(now.reduced_bp, visit.language)),
        "is_small_business": "is_small_business" in entered if entered else now.is_small_business,
    }
    current = max((day for day, _ in newest if day <= today), default=None)
    shown = {"first": known.first, "changes": newest, "current": current, "entered": form, "problem": problem}
    saved = "saved" in visit.request.query_params
    return await page(visit, "taxes", 422 if problem else 200, **shown, saved=saved, here="firm")
