"""How long a month's invoices take: 10,000 recorded sessions, 200 payers, rated, set as ZUGFeRD and issued.

    .venv/bin/python bench/invoice_run.py [SESSIONS] [PAYERS]

Makes its own SQLite database in a temporary folder; prints the times of each step and the peak memory of the process.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import insert

from beistand.billing.contract import Beneficiary, ContractVersion
from beistand.billing.invoice import Seller
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import running
from beistand.server.invoicing.issuing import Actor
from beistand.server.store import accounts, contracts, invoice_checks, parties, seller
from beistand.server.store.database import Database, new_id
from beistand.server.store.seller import SellerData
from beistand.server.store.tables import coverage_decision, support_session, time_approval, time_entry

NOW = 1_796_100_000_000_000
SELLER = Seller(
    *("Muster IT-Service GmbH", "Hafenstraße 1", "24103", "Kiel"),
    vat_id="DE123456789",
    iban="DE02120300000000202051",
    email="rechnung@muster.example",
)
MODELS = ("time", "flat_with_quota", "time", "flat")


def main(sessions: int = 10_000, payers: int = 200) -> None:
    """Fills, plans, issues, and prints figures."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        db.upgrade()
        firm = db.write_now(lambda c: _fill(c, sessions, payers))
        started = time.perf_counter()
        period = running.period_of("2026-11")
        plan = db.read_now(lambda c: running.plan(c, firm, period, NOW))
        planned = time.perf_counter()
        with click.progressbar(length=len(plan.planned), label="Issuing", file=sys.stderr) as bar:
            by = Actor(None, NOW, date(2026, 12, 1))
            report = running.execute(db, firm, plan, Typesetter(), by, "bench", lambda *_: bar.update(1))
        done = time.perf_counter()
        assert not report.failed, report.failed[:3]
        assert not plan.questions, plan.questions[:3]
        looked, wrong = db.read_now(lambda c: invoice_checks.damaged(c, firm))
        assert not wrong
        groups = sum(len(each.draft.groups) for each in plan.planned)
        db.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{sessions} sessions, {groups} rated groups, {len(report.issued)} invoices, {looked} files")
    print(f"read and rate {planned - started:.1f} s, issue {done - planned:.1f} s, whole run {done - started:.1f} s")
    print(f"{(done - planned) / len(report.issued) * 1000:.0f} ms an invoice, peak memory {peak:.0f} MB")


def _fill(c, sessions: int, payers: int) -> str:
    chance = random.Random(7)
    firm = accounts.add_organisation(c, "Muster IT", "muster.example", NOW)
    seller.set_seller(c, firm, SellerData(SELLER))
    people = []
    for n in range(5):
        values = {"id": new_id(NOW), "email": f"t{n}@muster.example", "name": f"Techniker {n}", "role": "technician"}
        people.append(accounts.add_user(c, firm, {**values, "password_hash": "x", "totp_sealed": "y"}, NOW))
    served = [_contract(c, firm, n) for n in range(payers)]
    rows: dict[str, list[dict[str, object]]] = {"session": [], "decision": [], "entry": [], "approval": []}
    for n in range(sessions):
        customer, contract_id, version_id, partner = served[n % payers]
        _session(rows, firm, chance, people[n % 5], customer, (contract_id, version_id, partner))
    c.execute(insert(support_session), rows["session"])
    c.execute(insert(coverage_decision), rows["decision"])
    c.execute(insert(time_entry), rows["entry"])
    c.execute(insert(time_approval), rows["approval"])
    return firm


def _contract(c, firm: str, n: int) -> tuple[str, str, str, str]:
    town = {"street": f"Weg {n}", "postcode": "20095", "city": "Hamburg", "email": f"p{n}@partner.example"}
    partner = parties.add_party(c, firm, {"name": f"Partner {n} GmbH", "number": str(20_000 + n), **town}, NOW).id
    customer = parties.add_party(c, firm, {"name": f"Kunde {n}", "number": str(30_000 + n)}, NOW).id
    model = MODELS[n % len(MODELS)]
    version = ContractVersion(
        "",
        date(2026, 1, 1),
        model=model,  # type: ignore[arg-type]
        rates_cents={1: 9600 + n, 2: 11_800},
        surcharges_bp={"evening": 2500, "night": 5000, "saturday": 5000, "sunday_holiday": 10_000},
        discount_bp=250 if n % 5 == 0 else 0,
        flat_cents=24_900 if model.startswith("flat") else 0,
        included_minutes=300 if model == "flat_with_quota" else 0,
    )
    head = {"partner_id": partner, "starts_on": date(2026, 1, 1), "number": f"V-{n:04d}"}
    id_ = contracts.add_contract(c, firm, head, NOW)
    version_id = contracts.add_version(c, firm, id_, version, ("bench", "", NOW))
    contracts.add_beneficiary(c, firm, id_, Beneficiary(customer), NOW)
    return customer, id_, version_id, partner


def _session(rows, firm: str, chance: random.Random, user: str, customer: str, covered: tuple[str, str, str]) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(29 * 86_400))
    length, start_us = chance.randint(60, 5400), int(start.timestamp()) * 1_000_000
    id_, entry_id, own = new_id(start_us), new_id(start_us), {"organisation_id": firm}
    pause = [[30, 50, "pause"]] if chance.random() < 0.3 else []
    common = {"customer_id": customer, "customer_name": "Kunde", "is_chargeable": False, "covered_by": "Partner"}
    session = {"id": id_, "user_id": user, "language": "de", "level": 2, "notice": "", "created_us": start_us - 10}
    rows["session"].append({**own, **common, **session, "note": "Drucker eingerichtet", "service_type": ""})
    decision = {"session_id": id_, "utc_us": start_us - 10, "is_chargeable": False, "payer_id": covered[2]}
    rows["decision"].append({**own, **decision, "contract_id": covered[0], "version_id": covered[1]})
    entry = {"id": entry_id, "session_id": id_, "user_id": user, "part": 0, "started_us": start_us}
    entry |= {"ended_us": start_us + length * 1_000_000, "net_seconds": length - 20 * len(pause), "made_us": NOW}
    rows["entry"].append({**own, **common, **entry, "stops": str(pause).replace("'", '"')})
    rows["approval"].append({**own, "entry_id": entry_id, "is_approved": True, "user_id": user, "made_us": NOW})


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
