"""A small firm in a real store: people, parties, a contract, sessions and recorded time, for the tests of the run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from beistand.billing.contract import Beneficiary
from beistand.billing.meter import Part, Stop
from beistand.billing.minutes import Terms
from beistand.server.store import (
    accounts,
    cases,
    charges,
    contracts,
    parties,
    seller,
    sessions,
    time_words,
    times,
)
from beistand.server.store.database import Database, new_id
from beistand.server.store.seller import SellerData
from invoices.making import SELLER
from invoices.test_run import VERSION

NOW = 1_796_000_000_000_000  # 30 November 2026, 1:33 in Berlin
ADDRESS = {"street": "Weg 2", "postcode": "20095", "city": "Hamburg", "email": "rechnung@partner.example"}


@dataclass
class World:
    """What a firm has; each method adds something to the store."""

    db: Database
    firm: str = ""
    partner: str = ""
    customer: str = ""
    people: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.firm = self.write(lambda c: accounts.add_organisation(c, "Muster IT", "muster.example", NOW))
        self.write(lambda c: seller.set_seller(c, self.firm, SellerData(SELLER)))
        self.write(lambda c: accounts.change_organisation(c, self.firm, price_cents_per_hour=12_000))
        self.person("Tina Technik")
        self.partner = self.party("Partner & Söhne AG", **ADDRESS)
        self.customer = self.party("Bäckerei Schmidt")

    def write(self, change):
        return self.db.write_now(change)

    def read(self, question):
        return self.db.read_now(question)

    def person(self, name: str, role: str = "technician") -> str:
        id_ = new_id(NOW)
        values = {"id": id_, "email": f"{id_}@muster.example", "name": name, "role": role}
        values |= {"password_hash": "x", "totp_sealed": "y"}
        self.people[name] = self.write(lambda c: accounts.add_user(c, self.firm, values, NOW))
        return self.people[name]

    def party(self, name: str, **values) -> str:
        return self.write(lambda c: parties.add_party(c, self.firm, {"name": name, **values}, NOW)).id

    def contract(self, version=VERSION, partner: str = "", serves: tuple[str, ...] | None = None, **values) -> str:
        head = {"partner_id": partner or self.partner, "starts_on": date(2026, 1, 1), **values}

        def add(c):
            id_ = contracts.add_contract(c, self.firm, head, NOW)
            contracts.add_version(c, self.firm, id_, version, ("Ida", "", NOW))
            for party in (self.customer,) if serves is None else serves:
                contracts.add_beneficiary(c, self.firm, id_, Beneficiary(party), NOW)
            return id_

        return self.write(add)

    def session(
        self, started: datetime, minutes: int, who: str | None = None, technician: str = "Tina Technik", **more
    ) -> str:
        """A session with one entry; `price` makes it chargeable with a yes a minute before, `approved=False` waits."""
        user, start_us = self.people[technician], int(started.timestamp() * 1e6)
        customer = who or self.customer
        id_ = new_id(start_us)
        stops = tuple(Stop(a, b, "pause") for a, b in more.get("stops", ()))
        card = more.get("card")
        price = card.rate_cents if card else more.get("price")
        answered = start_us - 60_000_000 if price else None

        def add(c):
            sessions.add_session(c, self.firm, session_row(id_, user, customer, start_us, bool(price)))
            consent = (
                notice_and_yes(c, self.firm, id_, user, price, answered, more.get("later", "[]"), card)
                if price
                else None
            )
            decision = decided(id_, start_us, customer, more)
            cases.add_decision(c, self.firm, decision)
            part = Part(start_us, start_us + minutes * 60_000_000, stops, bool(price), answered_us=answered)
            values = {
                "session_id": id_,
                "user_id": user,
                "part": 0,
                "customer_id": customer,
                "customer_name": "Bäckerei Schmidt",
                "covered_by": "",
                "consent_id": consent,
                "made_us": NOW,
            }
            entry = times.add_entry(c, self.firm, part, values)
            if more.get("approved", True):
                time_words.approve(c, self.firm, [entry], True, time_words.Said(user, NOW, ""))
            return entry

        return self.write(add)


def session_row(id_, user, customer, start_us, is_chargeable):
    return {
        "id": id_,
        "user_id": user,
        "customer_id": customer,
        "customer_name": "Bäckerei Schmidt",
        "language": "de",
        "level": 2,
        "is_chargeable": is_chargeable,
        "notice": "",
        "covered_by": "",
        "note": "Drucker eingerichtet",
        "created_us": start_us - 120_000_000,
    }


def decided(session_id, start_us, customer, more):
    return cases.Decision(
        session_id,
        start_us - 120_000_000,
        None,
        1,
        bool(more.get("price") or more.get("card")),
        customer,
        None,
        None,
        None,
        None,
        more.get("case_id"),
        "",
        "",
    )


def notice_and_yes(c, firm, session_id, user, price, answered, later="[]", card=None):
    text = card.text if card else f"Kostenpflichtige Hilfe. {price} Cent"
    terms = card.terms if card else Terms(15, 15)
    notice = charges.add_notice(
        c,
        firm,
        {
            "session_id": session_id,
            "text": text,
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "reason": "kein Servicevertrag",
            "rate_cents": price,
            "currency": "EUR",
            "step_minutes": terms.step,
            "minimum_minutes": terms.minimum,
            "grace_seconds": terms.grace_seconds,
            "rounding": terms.rounding,
            "vat_bp": card.vat_bp if card else 1900,
            "is_gross": bool(card and card.is_gross),
            "payer": "Bäckerei Schmidt",
            "language": "de",
            "user_id": user,
            "made_us": answered,
            "later": later,
        },
    )
    said = {"session_id": session_id, "notice_id": notice.id, "channel": "screen", "is_yes": True, "way": "pointer"}
    return charges.add_consent(c, firm, {**said, "said_by": "", "user_id": user, "answered_us": answered})


def later(start: datetime, minutes: int) -> datetime:
    return start + timedelta(minutes=minutes)
