"""A session's receipt: made once at its end as an entry of the audit log, given to whoever holds its token."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, exists, insert, select

from beistand.audit.note import Verifier, origin
from beistand.audit.receipt import ACTOR, KIND, Entry, Receipt, token_sha256
from beistand.server.clock import as_text, elapsed_us
from beistand.server.store import accounts, audit, sessions
from beistand.server.store.sessions import Fact, Session
from beistand.server.store.tables import audit_detail, audit_entry, receipt, session_fact

# What of the server's own facts concerns the customer; the technician's notes do not belong into a receipt.
SERVER_EVENTS = frozenset({"joined", "confirmed", "interrupted", "back", "handed_over", "ended"})
# The fact with which the program says under which token it will ask; not an event.
WANTED = "receipt"
SILENT_US = 10 * 60 * 1_000_000


def settle(db: Connection, organisation_id: str, session_id: str, utc_us: int) -> bool:
    """Makes the receipt of a session that is over; False if the program wanted none or it is made already."""
    session = sessions.get_session(db, organisation_id, session_id)
    token = wanted(session.facts) if session else None
    if session is None or token is None or _is_made(db, organisation_id, session_id, token):
        return False
    firm = accounts.get_organisation(db, organisation_id)
    said = content(session, firm.name, firm.domain, token)
    position = audit.append(db, organisation_id, KIND, said, ACTOR, utc_us)
    row = {"session_id": session_id, "organisation_id": organisation_id, "token_sha256": token, "position": position}
    db.execute(insert(receipt).values(row))
    return True


def _is_made(db: Connection, organisation_id: str, session_id: str, token: str) -> bool:
    own = (receipt.c.session_id == session_id) | (receipt.c.token_sha256 == token)
    question = select(receipt.c.session_id).where(receipt.c.organisation_id == organisation_id, own)
    return db.execute(question).first() is not None


def unmade(db: Connection, open_sessions: Collection[str], now_us: int) -> list[tuple[str, str]]:
    """(organisation, session) of receipts that a stop of the server prevented; asked for all firms at once."""
    last = select(session_fact.c.organisation_id, session_fact.c.session_id).where(
        session_fact.c.role == "customer",
        session_fact.c.name == WANTED,
        session_fact.c.utc_us < now_us - SILENT_US,
        ~exists().where(receipt.c.session_id == session_fact.c.session_id),
    )
    found = []
    for organisation_id, session_id in db.execute(last).all():
        session = sessions.get_session(db, organisation_id, session_id)
        is_silent = session is not None and now_us - max(fact.utc_us for fact in session.facts) > SILENT_US
        if is_silent and session_id not in open_sessions:
            found.append((organisation_id, session_id))
    return found


def wanted(facts: list[Fact]) -> str | None:
    """The hash of the token that the customer's program has made."""
    for fact in facts:
        token = fact.data.get("token_sha256")
        if fact.role == "customer" and fact.name == WANTED and isinstance(token, str) and len(token) == 64:
            return token
    return None


def content(session: Session, company: str, domain: str, token: str) -> dict[str, Any]:
    """What the receipt says. Times are UTC; events in their order, with what the customer's program said of them."""
    consent = next((f for f in session.facts if f.role == "customer" and f.name == "consent"), None)
    # The customer's own end says more than the relay's word of it.
    told = [fact for fact in session.facts if _concerns_customer(fact)]
    if any(fact.role == "customer" and fact.name == "ended" for fact in told):
        told = [fact for fact in told if (fact.role, fact.name) != ("server", "ended")]
    over = next((f for f in session.facts if f.name in ("ended", "closed")), None)
    return {
        "session": session.id,
        "token_sha256": token,
        "company": company,
        "domain": domain,
        "technician": session.technician,
        "customer": session.customer_name,
        "language": session.language,
        "began": as_text(consent.utc_us) if consent else None,
        "ended": as_text(over.utc_us) if over else None,
        "seconds": _seconds(session.facts, consent, over),
        "is_chargeable": session.is_chargeable,
        "notice": session.notice,
        "covered_by": session.covered_by,
        "events": [_event(fact) for fact in told],
    }


def _seconds(facts: list[Fact], consent: Fact | None, over: Fact | None) -> int:
    if consent is None or over is None:
        return 0
    return elapsed_us(facts[facts.index(consent) : facts.index(over) + 1]) // 1_000_000


def _concerns_customer(fact: Fact) -> bool:
    if fact.role == "customer":
        return fact.name != WANTED
    return fact.role == "server" and fact.name in SERVER_EVENTS


def _event(fact: Fact) -> dict[str, Any]:
    return {"at": as_text(fact.utc_us), "by": fact.role, "what": fact.name, "data": fact.data}


def by_token(db: Connection, token: str, key: bytes) -> Receipt | None:
    """The receipt that a token opens, with its proof; None if there is none, or retention has forgotten it.

    Asked before an organisation is known: the token is 256 random bits. `key` is the audit log's public key.
    """
    return _receipt(db, receipt.c.token_sha256 == token_sha256(token), key)


def of_session(db: Connection, organisation_id: str, session_id: str, key: bytes) -> Receipt | None:
    """The same receipt for the firm's own people, who do not know its token."""
    own = (receipt.c.organisation_id == organisation_id) & (receipt.c.session_id == session_id)
    return _receipt(db, own, key)


def _receipt(db: Connection, which: Any, key: bytes) -> Receipt | None:
    question = (
        select(receipt.c.organisation_id, receipt.c.position, audit_entry.c.utc_us, audit_detail.c.salt)
        .add_columns(audit_detail.c.data)
        .join(
            audit_entry,
            (audit_entry.c.organisation_id == receipt.c.organisation_id)
            & (audit_entry.c.position == receipt.c.position),
        )
        .join(
            audit_detail,
            (audit_detail.c.organisation_id == receipt.c.organisation_id)
            & (audit_detail.c.position == receipt.c.position),
        )
        .where(which)
    )
    row = db.execute(question).first()
    if row is None:
        return None
    entry = Entry(row.organisation_id, row.utc_us, row.salt)
    proof = audit.prove(db, row.organisation_id, row.position)
    verifier = Verifier(origin(row.organisation_id), key)
    return Receipt(json.loads(row.data), entry, proof, verifier, None)
