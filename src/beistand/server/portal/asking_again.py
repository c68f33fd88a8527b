"""Who pays, asked again in mid-session: when service hours end, or when the technician turns to another kind of work.

The server decides and states it (`coverage_changed`): from that instant the time is a part of its own. Where the work
turned uncovered the console puts the price before the customer, whose rights rest until they answer; work without a yes
is never billed. The console asks at the very second; `watch` is there for pages that sleep.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from beistand.billing.contract import ContractError
from beistand.billing.meter import lead_of
from beistand.server.clock import Stamp
from beistand.server.portal import json_fields, states
from beistand.server.portal.access import STAFF, Door, RefusalError, Visit
from beistand.server.portal.api import notice_values, terms_json
from beistand.server.portal.api_customers import contract_sentence, coverage_json
from beistand.server.portal.charging import RUNNING, running_session
from beistand.server.portal.coverage import Coverage, Wish, coverage
from beistand.server.portal.parts import Parts
from beistand.server.store import accounts, cases, charges, parties, prices, sessions
from beistand.server.store.sessions import Session

# The console asks at the very second; what it has not asked by then the server states by itself.
LATE_US = 20_000_000

log = logging.getLogger("beistand.coverage")


@dataclass(frozen=True)
class Again:
    """What holds from now on; `is_changed` if it is something else than before, `is_agreed` if the customer pays."""

    found: Coverage
    is_changed: bool
    is_agreed: bool


def doors() -> list[Door]:
    """The routes."""
    return [Door("/api/sessions/{id}/coverage", ("POST",), STAFF, ask_again)]


async def ask_again(visit: Visit) -> Response:
    """Who pays from now on, for the kind of work in the body or the one of before; with the price if the customer."""
    body = await visit.json()
    kind = json_fields.id_(body, "service_type_id") if "service_type_id" in body else _SAME
    session = await running_session(visit)
    firm, at = visit.me.organisation_id, visit.at.utc_us

    def keep(connection: Connection) -> tuple[Again, bool]:
        if kind not in (None, _SAME) and prices.get_service_type(connection, firm, str(kind)) is None:
            raise RefusalError(404, "not_found", visit.say("not_found"))
        try:
            again = _decide(connection, firm, session, at, kind)
        except ContractError as error:
            raise RefusalError(422, error.code, contract_sentence(visit, error)) from None
        return again, charges.may_agree_by_phone(connection, firm)

    again, may_phone = await visit.parts.db.write(keep)
    card = again.found.card
    _state(visit.parts, firm, session, again, is_price_next=card is not None)
    told = coverage_json(visit, again.found) | {"is_agreed": again.is_agreed, "may_phone": may_phone}
    told["terms"] = terms_json(card, at) if card else None
    return JSONResponse(told | {"notice_sha256": card.text_sha256 if card else ""})


async def watch(parts: Parts, open_sessions: Sequence[str]) -> None:
    """Asks again for every session whose cover has ended; the operator's own look, so it goes over all firms."""
    for session_id in open_sessions:
        stamp = parts.log.stamp(parts.clock.now())

        def keep(
            connection: Connection, id_: str = session_id, stamped: Stamp = stamp
        ) -> tuple[str, Session, Again] | None:
            firm = sessions.organisation_of(connection, id_)
            session = sessions.get_session(connection, firm, id_) if firm else None
            if firm is None or session is None or session.customer_id is None:
                return None
            if states.state_at(session.facts, session.created_us, stamped) not in RUNNING:
                return None
            at = stamped.utc_us - LATE_US
            try:
                return firm, session, _decide(connection, firm, session, at, _SAME)
            except ContractError as error:
                log.warning("who pays for a running session cannot be asked again: %s", error)
                return None

        done = await parts.db.write(keep)
        if done is not None:
            _state(parts, *done, is_price_next=False)


class _Same:
    """The kind of work stays as it was."""


_SAME = _Same()


def _decide(db: Connection, firm_id: str, session: Session, at_us: int, kind: str | _Same | None) -> Again:
    """Keeps a decision (and the price's words) if who pays, or for what, is another than before."""
    past = cases.decisions(db, firm_id, [session.id]).get(session.id, [])
    last = past[-1] if past else None
    if isinstance(kind, _Same):
        kind = (last.service_type_id if last else None) or None
    chosen = next((one.contract_id for one in reversed(past) if one.contract_id), None)
    firm = accounts.get_organisation(db, firm_id)
    customer = parties.get_party(db, firm_id, session.customer_id) if session.customer_id else None
    work = prices.get_service_type(db, firm_id, kind) if kind else None
    is_business = customer is None and charges.is_business_caller(db, firm_id, session.id)
    wish = Wish(customer, session.customer_name, session.language, work, chosen, is_business=is_business)
    lead = lead_of(session.facts, session.user_id)
    found = coverage(db, firm, wish, lead, at_us)
    is_agreed = _is_agreed(session)
    before = (last.contract_id, last.payer_id, last.service_type_id, last.is_chargeable) if last else None
    is_changed = not is_agreed and before != (
        found.contract_id,
        found.payer_id,
        found.service_type_id,
        found.is_chargeable,
    )
    if found.card is not None and not is_agreed:
        charges.add_notice(db, firm_id, notice_values(found.card, session.id, lead, at_us))
    if is_changed:
        decision = found.decision(session.id, lead, at_us, last.case_id if last else None)
        cases.add_decision(db, firm_id, decision)
    return Again(found, is_changed, is_agreed)


def _state(parts: Parts, firm_id: str, session: Session, again: Again, is_price_next: bool) -> None:
    if not again.is_changed:
        return
    found = again.found
    pays = f"{found.contract_number}: {found.covered_by}" if found.contract_id else found.reason
    data: dict[str, object] = {"covered_by": found.covered_by, "sentence": pays, "is_price_next": is_price_next}
    parts.log.record(session.id, "server", "coverage_changed", data, firm_id)


def _is_agreed(session: Session) -> bool:
    """Whether the customer has said yes to a price: then the work stays chargeable to the session's end."""
    for fact in session.facts:
        is_answer = fact.role == "customer" and fact.name == "charge_answered" and fact.data.get("is_yes") is True
        is_first = fact.role == "customer" and fact.name == "consent" and fact.data.get("charge") == 1
        if is_answer or is_first or (fact.role == "server" and fact.name == "charge_by_phone"):
            return True
    return False
