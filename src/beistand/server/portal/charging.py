"""Doors for what a session costs: the price card prepared in mid-session, the yes on the phone, goodwill at the end.

The words are kept before they are shown. The customer's own answer on the screen comes back as a fact of theirs
(store/metering.py); a yes on the phone is the technician's word and is taken only where the firm permits it.
"""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from beistand.billing.meter import lead_of
from beistand.billing.price_card import PriceCard
from beistand.server.portal import coverage, states, texts
from beistand.server.portal.access import STAFF, Door, RefusalError, Visit
from beistand.server.portal.api import notice_values, terms_json
from beistand.server.store import accounts, charges, parties, sessions, time_words, times
from beistand.server.store.sessions import Session

OUTSIDE = {"de": "Leistung außerhalb des Servicevertrags", "en": "work outside the service contract"}
RUNNING = (states.RUNNING, states.PAUSED, states.INTERRUPTED)


def doors() -> list[Door]:
    """The routes."""
    return [
        Door("/api/sessions/{id}/charge", ("POST",), STAFF, charge),
        Door("/api/sessions/{id}/charge-by-phone", ("POST",), STAFF, charge_by_phone),
        Door("/api/sessions/{id}/goodwill", ("POST",), STAFF, goodwill),
    ]


async def charge(visit: Visit) -> Response:
    """Prepares and keeps the price card; the console puts it before the customer."""
    body = await visit.json()
    reason = body.get("reason") or ""
    if not isinstance(reason, str) or len(reason) > 200:
        raise RefusalError(422, "reason", "reason is a text of at most 200 letters.")
    session = await running_session(visit)
    organisation, at = visit.me.organisation_id, visit.at.utc_us

    def keep(connection: Connection) -> tuple[PriceCard, bool]:
        card = _card(visit, connection, session, texts.one_line(reason, 200))
        if card is None:
            raise RefusalError(409, "no_price", visit.say("no_price_card"))
        charges.add_notice(connection, organisation, notice_values(card, session.id, visit.me.id, at))
        return card, charges.may_agree_by_phone(connection, organisation)

    card, may_phone = await visit.parts.db.write(keep)
    answer: dict[str, object] = {"notice": card.text, "notice_sha256": card.text_sha256, "terms": terms_json(card, at)}
    answer["may_phone"] = may_phone
    return JSONResponse(answer, 201)


async def charge_by_phone(visit: Visit) -> Response:
    """Keeps a yes that was said on the phone: who said it, to which words, when, heard by whom."""
    body = await visit.json()
    said_by, digest = body.get("said_by"), body.get("notice_sha256")
    if not isinstance(said_by, str) or not texts.one_line(said_by, 60):
        raise RefusalError(422, "said_by", visit.say("phone_who"))
    if not isinstance(digest, str):
        raise RefusalError(422, "notice_sha256", "notice_sha256 names the words that were read out.")
    session = await running_session(visit)
    if _is_asked(session):
        raise RefusalError(409, "price_open", visit.say("price_open"))
    organisation, name = visit.me.organisation_id, texts.one_line(said_by, 60)

    def keep(connection: Connection) -> None:
        if not charges.may_agree_by_phone(connection, organisation):
            raise RefusalError(403, "phone_forbidden", visit.say("phone_forbidden"))
        notice = charges.get_notice(connection, organisation, session.id, digest)
        if notice is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        own = {"session_id": session.id, "notice_id": notice.id, "user_id": visit.me.id}
        said = {"channel": "phone", "is_yes": True, "way": "spoken", "said_by": name}
        charges.add_consent(connection, organisation, {**own, **said, "answered_us": visit.at.utc_us})

    await visit.parts.db.write(keep)
    data: dict[str, object] = {"notice_sha256": digest, "said_by": name, "technician": visit.me.name}
    visit.parts.log.record(session.id, "server", "charge_by_phone", data, organisation)
    return JSONResponse({}, 201)


async def goodwill(visit: Visit) -> Response:
    """Gives time of an ended session away, with a reason; the office approves it."""
    body = await visit.json()
    minutes, reason = body.get("minutes"), body.get("reason")
    if type(minutes) is not int or not 0 <= minutes <= 24 * 60:
        raise RefusalError(422, "minutes", visit.say("bad_seconds"))
    if not isinstance(reason, str) or len(reason) > 500:
        raise RefusalError(422, "reason", visit.say("reason"))
    id_, organisation = visit.request.path_params["id"], visit.me.organisation_id
    said = time_words.Said(visit.me.id, visit.at.utc_us, texts.one_line(reason, 500))
    await visit.parts.log.settled()  # the end of the session is on its way into the store
    try:
        await visit.parts.db.write(lambda c: time_words.give_away_of(c, organisation, id_, minutes * 60, said))
    except times.TimeError as error:
        status = {"not_found": 404, "not_ended": 409}.get(error.code, 422)
        raise RefusalError(status, error.code, visit.say(error.code)) from None
    return JSONResponse({}, 201)


def _is_asked(session: Session) -> bool:
    """Whether the customer has a price before them and has not answered."""
    told = [fact.name for fact in session.facts if fact.role == "customer" and fact.name.startswith("charge_a")]
    return bool(told) and told[-1] == "charge_asked"


async def running_session(visit: Visit) -> Session:
    """The session of the path, if it is of the visitor's firm and under way."""
    id_, organisation = visit.request.path_params["id"], visit.me.organisation_id
    session = await visit.parts.db.read(lambda c: sessions.get_session(c, organisation, id_))
    if session is None:
        raise RefusalError(404, "not_found", visit.say("not_found"))
    if states.state_at(session.facts, session.created_us, visit.parts.log.stamp(visit.at)) not in RUNNING:
        raise RefusalError(409, "not_running", visit.say("not_running"))
    return session


def _card(visit: Visit, connection: Connection, session: Session, reason: str) -> PriceCard | None:
    firm = accounts.get_organisation(connection, visit.me.organisation_id)
    customer = parties.get_party(connection, firm.id, session.customer_id) if session.customer_id else None
    words = OUTSIDE if session.covered_by else coverage.REASON
    is_business = customer is None and charges.is_business_caller(connection, firm.id, session.id)
    wish = coverage.Wish(customer, session.customer_name, session.language, is_business=is_business)
    reason = reason or words[session.language]
    lead = lead_of(session.facts, visit.me.id)
    return coverage.uncovered(connection, firm, wish, lead, visit.at.utc_us, reason).card
