"""Contracts as the pure model knows them (`billing.contract`), read and kept. Each question carries the firm (S39).

`load` gives contracts with all that `billing.coverage.decide` and an invoice run need. What a session has used is
never changed: a new price is a new version, valid from a day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from beistand.billing.bands import Calendar
from beistand.billing.contract import (
    Beneficiary,
    Contract,
    ContractError,
    ContractVersion,
    CoverageRule,
    Hours,
    check_versions,
)
from beistand.billing.minutes import Terms
from beistand.server.store.database import StoreError, new_id
from beistand.server.store.tables import (
    beneficiary,
    contract,
    contract_version,
    coverage_decision,
    coverage_rule,
    party,
)

FIRST_NUMBER = 1_001


def load(db: Connection, organisation_id: str, ids: Iterable[str] | None = None) -> list[Contract]:
    """All contracts of the firm by number, or those of `ids`."""
    question = (
        select(contract, party.c.name.label("partner_name"))
        .join(party, party.c.id == contract.c.partner_id)
        .where(contract.c.organisation_id == organisation_id)
    )
    if ids is not None:
        question = question.where(contract.c.id.in_(list(ids)))
    rows = db.execute(question.order_by(contract.c.number, contract.c.id)).mappings().all()
    chosen = [row["id"] for row in rows]
    versions, served = _versions(db, organisation_id, chosen), _beneficiaries(db, organisation_id, chosen)
    names = ("id", "number", "partner_id", "partner_name", "starts_on", "ends_on", "zone", "title")
    return [
        Contract(
            **{name: row[name] for name in names},
            beneficiaries=tuple(served.get(row["id"], ())),
            versions=tuple(
                replace(version, calendar=replace(version.calendar, zone=row["zone"]))
                for version in versions.get(row["id"], ())
            ),
        )
        for row in rows
    ]


def get_contract(db: Connection, organisation_id: str, id_: str) -> Contract | None:
    """One contract of the firm."""
    found = load(db, organisation_id, [id_])
    return found[0] if found else None


def serving(db: Connection, organisation_id: str, party_id: str) -> list[Contract]:
    """The contracts by which a party pays or is served, at any time."""
    pays = select(contract.c.id).where(contract.c.organisation_id == organisation_id, contract.c.partner_id == party_id)
    own = (beneficiary.c.organisation_id == organisation_id, beneficiary.c.party_id == party_id)
    ids = [*db.execute(pays).scalars(), *db.execute(select(beneficiary.c.contract_id).where(*own)).scalars()]
    return load(db, organisation_id, set(ids)) if ids else []


def details(db: Connection, organisation_id: str, id_: str) -> Mapping[str, Any]:
    """What stands on the contract beside the model: `order_reference`, `created_us`."""
    own = (contract.c.organisation_id == organisation_id, contract.c.id == id_)
    row = db.execute(select(contract.c.order_reference, contract.c.created_us).where(*own)).mappings().first()
    if row is None:
        raise StoreError("There is no such contract.")
    return dict(row)


def history(db: Connection, organisation_id: str, id_: str) -> dict[str, Mapping[str, Any]]:
    """By version: who entered it, when, and the note with it."""
    columns = (contract_version.c.id, contract_version.c.created_us, contract_version.c.created_by)
    own = (contract_version.c.organisation_id == organisation_id, contract_version.c.contract_id == id_)
    rows = db.execute(select(*columns, contract_version.c.note).where(*own)).mappings()
    return {row["id"]: dict(row) for row in rows}


def add_contract(db: Connection, organisation_id: str, values: Mapping[str, Any], utc_us: int) -> str:
    """Makes a contract from `partner_id`, `starts_on` and, if wanted, the other columns; gives its id.

    Raises StoreError if its number is taken or the partner is not of this firm, ContractError for impossible days.
    """
    own = (party.c.organisation_id == organisation_id, party.c.id == values["partner_id"])
    if db.execute(select(party.c.id).where(*own)).first() is None:
        raise StoreError("There is no such partner.")
    number = str(values.get("number") or next_number(db, organisation_id))
    check_versions(Contract("", number, "", "", values["starts_on"], values.get("ends_on")))
    id_ = new_id(utc_us)
    row = {**values, "id": id_, "organisation_id": organisation_id, "number": number, "created_us": utc_us}
    try:
        db.execute(insert(contract).values(row))
    except IntegrityError as error:
        raise StoreError(f"The contract number {number} is taken: choose another.") from error
    return id_


def next_number(db: Connection, organisation_id: str) -> str:
    """The contract number after the highest that is a plain number, from 1001 on."""
    numbers = db.execute(select(contract.c.number).where(contract.c.organisation_id == organisation_id)).scalars()
    plain = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10]
    return str(max([FIRST_NUMBER - 1, *plain]) + 1)


def change_contract(db: Connection, organisation_id: str, id_: str, values: Mapping[str, Any]) -> None:
    """Changes `title`, `ends_on`, `order_reference`. Raises StoreError or ContractError if that cannot be."""
    known = _known(db, organisation_id, id_)
    check_versions(replace(known, ends_on=values.get("ends_on", known.ends_on)))
    own = (contract.c.organisation_id == organisation_id, contract.c.id == id_)
    db.execute(update(contract).where(*own).values(dict(values)))


def add_version(
    db: Connection, organisation_id: str, contract_id: str, version: ContractVersion, said: tuple[str, str, int]
) -> str:
    """Keeps a version with its rules; `said` is who, a note, and when (UTC microseconds). Gives its id.

    Raises ContractError with one sentence if two versions would hold on one day or it could not be billed.
    """
    known = _known(db, organisation_id, contract_id)
    who, note, utc_us = said
    made = replace(version, id=new_id(utc_us))
    check_versions(replace(known, versions=(*known.versions, made)))
    db.execute(
        insert(contract_version).values(
            id=made.id,
            organisation_id=organisation_id,
            contract_id=contract_id,
            created_us=utc_us,
            created_by=who,
            note=note,
            **_as_row(made),
        )
    )
    for position, rule in enumerate(made.rules):
        _add_rule(db, organisation_id, made.id, position, rule, utc_us)
    return made.id


def remove_version(db: Connection, organisation_id: str, contract_id: str, version_id: str) -> None:
    """Takes back a version that no session has used. Raises ContractError `used` otherwise."""
    used = (coverage_decision.c.organisation_id == organisation_id, coverage_decision.c.version_id == version_id)
    if db.execute(select(coverage_decision.c.id).where(*used).limit(1)).first():
        raise ContractError("used", "Sessions have used this version: it stays as it is. Add a new one instead.")
    rules = (coverage_rule.c.organisation_id == organisation_id, coverage_rule.c.version_id == version_id)
    own = (
        contract_version.c.organisation_id == organisation_id,
        contract_version.c.contract_id == contract_id,
        contract_version.c.id == version_id,
    )
    try:
        with db.begin_nested():
            db.execute(delete(coverage_rule).where(*rules))
            if db.execute(delete(contract_version).where(*own)).rowcount != 1:
                raise StoreError("There is no such version.")
    except IntegrityError:
        raise ContractError("used", "Invoices have used this version: it stays as it is. Add a new one.") from None


def add_beneficiary(db: Connection, organisation_id: str, contract_id: str, served: Beneficiary, utc_us: int) -> None:
    """Lets a contract serve a party. Raises StoreError if either is not of this firm or it is served already."""
    known = _known(db, organisation_id, contract_id)
    own = (party.c.organisation_id == organisation_id, party.c.id == served.party_id)
    if db.execute(select(party.c.id).where(*own)).first() is None:
        raise StoreError("There is no such customer.")
    if served.party_id == known.partner_id or any(
        b.party_id == served.party_id and b.valid_until is None for b in known.beneficiaries
    ):
        raise StoreError("This customer is served by the contract already.")
    row = {"id": new_id(utc_us), "organisation_id": organisation_id, "contract_id": contract_id}
    days = {"valid_from": served.valid_from, "valid_until": served.valid_until}
    db.execute(insert(beneficiary).values(**row, party_id=served.party_id, **days))


def end_beneficiary(db: Connection, organisation_id: str, contract_id: str, party_id: str, last: date) -> bool:
    """Serves a party until a last day; False if it is not served."""
    own = (
        beneficiary.c.organisation_id == organisation_id,
        beneficiary.c.contract_id == contract_id,
        beneficiary.c.party_id == party_id,
        beneficiary.c.valid_until.is_(None),
    )
    return db.execute(update(beneficiary).where(*own).values(valid_until=last)).rowcount > 0


def _known(db: Connection, organisation_id: str, id_: str) -> Contract:
    known = get_contract(db, organisation_id, id_)
    if known is None:
        raise StoreError("There is no such contract.")
    return known


def _versions(db: Connection, organisation_id: str, ids: list[str]) -> dict[str, list[ContractVersion]]:
    own = (contract_version.c.organisation_id == organisation_id, contract_version.c.contract_id.in_(ids))
    rows = db.execute(select(contract_version).where(*own).order_by(contract_version.c.valid_from)).mappings().all()
    rules = _rules(db, organisation_id, [row["id"] for row in rows])
    found: dict[str, list[ContractVersion]] = {}
    for row in rows:
        found.setdefault(row["contract_id"], []).append(_as_version(row, rules.get(row["id"], ())))
    return found


def _rules(db: Connection, organisation_id: str, version_ids: list[str]) -> dict[str, tuple[CoverageRule, ...]]:
    own = (coverage_rule.c.organisation_id == organisation_id, coverage_rule.c.version_id.in_(version_ids))
    found: dict[str, tuple[CoverageRule, ...]] = {}
    for row in db.execute(select(coverage_rule).where(*own).order_by(coverage_rule.c.position)).mappings():
        hours = None
        if row["weekdays"]:
            hours = Hours(frozenset(map(int, row["weekdays"])), row["from_minute"], row["until_minute"])
        rule = CoverageRule(row["is_covered"], _one(row["service_type_id"]), _one(row["party_id"]), hours)
        found[row["version_id"]] = (*found.get(row["version_id"], ()), rule)
    return found


def _one(id_: str | None) -> frozenset[str]:
    return frozenset([id_]) if id_ else frozenset()


def _beneficiaries(db: Connection, organisation_id: str, ids: list[str]) -> dict[str, list[Beneficiary]]:
    own = (beneficiary.c.organisation_id == organisation_id, beneficiary.c.contract_id.in_(ids))
    found: dict[str, list[Beneficiary]] = {}
    for row in db.execute(select(beneficiary).where(*own).order_by(beneficiary.c.id)).mappings():
        served = Beneficiary(row["party_id"], row["valid_from"], row["valid_until"])
        found.setdefault(row["contract_id"], []).append(served)
    return found


def as_levels(text: str) -> dict[int, int]:
    """Rates by technician level from their JSON."""
    return {int(level): int(cents) for level, cents in json.loads(text).items()}


# Columns that have the same name in the model.
_SAME = (
    "valid_from",
    "valid_until",
    "model",
    "scope",
    "discount_bp",
    "flat_cents",
    "included_minutes",
    "carry_cap_minutes",
    "block_minutes",
    "block_cents",
    "is_pro_rata",
    "is_lead_only",
    "invoice_per",
)


def _as_version(row: Any, rules: tuple[CoverageRule, ...]) -> ContractVersion:
    return ContractVersion(
        id=row["id"],
        terms=Terms(row["step_minutes"], row["minimum_minutes"], row["grace_seconds"], row["rounding"]),
        rates_cents=as_levels(row["rates"]),
        surcharges_bp=json.loads(row["surcharges"]),
        calendar=Calendar(
            state=row["state"],
            is_catholic=row["is_catholic"],
            day_from=row["day_from"],
            evening_from=row["evening_from"],
            night_from=row["night_from"],
        ),
        rules=rules,
        **{name: row[name] for name in _SAME},
    )


def _as_row(version: ContractVersion) -> dict[str, Any]:
    terms, calendar = version.terms, version.calendar
    return {
        "step_minutes": terms.step,
        "minimum_minutes": terms.minimum,
        "grace_seconds": terms.grace_seconds,
        "rounding": terms.rounding,
        "rates": json.dumps(dict(version.rates_cents), sort_keys=True),
        "surcharges": json.dumps(dict(version.surcharges_bp), sort_keys=True),
        "state": calendar.state,
        "is_catholic": calendar.is_catholic,
        "day_from": calendar.day_from,
        "evening_from": calendar.evening_from,
        "night_from": calendar.night_from,
        **{name: getattr(version, name) for name in _SAME},
    }


def _add_rule(
    db: Connection, organisation_id: str, version_id: str, position: int, rule: CoverageRule, utc_us: int
) -> None:
    """A row holds one service type and one customer; the pages make a rule for each."""
    if len(rule.service_types) > 1 or len(rule.customers) > 1:
        raise ValueError("a stored rule names at most one service type and one customer")
    hours = rule.hours
    db.execute(
        insert(coverage_rule).values(
            id=new_id(utc_us),
            organisation_id=organisation_id,
            version_id=version_id,
            position=position,
            is_covered=rule.is_covered,
            service_type_id=next(iter(rule.service_types), None),
            party_id=next(iter(rule.customers), None),
            weekdays="".join(map(str, sorted(hours.weekdays))) if hours else "",
            from_minute=hours.from_minute if hours else 0,
            until_minute=hours.until_minute if hours else 1440,
        )
    )
