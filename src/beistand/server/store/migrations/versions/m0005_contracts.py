"""Contracts: customers become parties with an address; contracts, price lists, included minutes, cases, decisions.

A customer who "has a contract" gets a real one: its partner is the party named as payer (made if it is new), its rate
the firm's own hour. Where the firm has none the contract has no rate either, and the pages say so.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from beistand.server.store.database import new_id
from beistand.server.store.migrations.append_only import append_only

revision = "contracts"
down_revision = "receipt"
branch_labels = None
depends_on = None

FIRST_PARTY, FIRST_CONTRACT = 10_001, 1_001
BEGIN = date(2000, 1, 1)


def _organisation() -> sa.Column[str]:
    return _points("organisation_id", "organisation")


def _points(name: str, table: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def upgrade() -> None:
    """Makes the tables, moves the customers, guards what only grows."""
    _parties()
    _people_and_work()
    _contracts()
    _rules_and_prices()
    _quota()
    _cases_and_decisions()
    for table in ("quota_ledger", "coverage_decision"):
        append_only(op, table)
    _keep_old_contracts()
    for column in ("has_contract", "covered_by"):
        op.execute(f"ALTER TABLE party DROP COLUMN {column}")


def _parties() -> None:
    """Renamed, not copied: both databases then lead the sessions' references along."""
    op.add_column("user", sa.Column("technician_level", sa.Integer, nullable=False, server_default="1"))
    op.drop_index("ix_customer_organisation_id", "customer")
    op.rename_table("customer", "party")
    texts = ("number", "street", "postcode", "city", "vat_id", "leitweg_id", "e_address", "e_address_scheme")
    for name in texts:
        op.add_column("party", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("party", sa.Column("country", sa.Text, nullable=False, server_default="DE"))
    op.add_column("party", sa.Column("vat_mode", sa.Text, nullable=False, server_default="standard"))
    op.add_column("party", sa.Column("is_archived", sa.Boolean, nullable=False, server_default="0"))
    given: dict[str, int] = {}
    for id_, organisation in _run("SELECT id, organisation_id FROM party ORDER BY created_us, id").all():
        number = given[organisation] = given.get(organisation, FIRST_PARTY - 1) + 1
        _run("UPDATE party SET number = :number WHERE id = :id", number=str(number), id=id_)
    op.create_index("ix_party_organisation_id_number", "party", ["organisation_id", "number"], unique=True)


def _run(statement: str, **values: Any) -> Any:
    return op.get_bind().execute(sa.text(statement), values)


def _insert(table: str, **values: Any) -> str:
    """A row with a new id; `created_us` is a big number, days are days."""
    kinds = {"created_us": sa.BigInteger, "starts_on": sa.Date, "valid_from": sa.Date, "has_contract": sa.Boolean}
    row = {"id": new_id(values["created_us"]), **values}
    made = sa.table(table, *[sa.column(name, kinds.get(name, sa.Text)) for name in row])
    op.get_bind().execute(sa.insert(made).values(**row))
    return str(row["id"])


def _keep_old_contracts() -> None:
    question = (
        "SELECT p.id, p.organisation_id, p.covered_by, p.created_us, o.price_cents_per_hour, o.step_minutes, "
        "o.minimum_minutes FROM party p JOIN organisation o ON o.id = p.organisation_id "
        "WHERE p.has_contract ORDER BY p.organisation_id, p.number"
    )
    for row in _run(question).mappings().all():
        partner = _partner(row) if row["covered_by"].strip() else row["id"]
        contract = _contract_of(partner, row)
        if partner != row["id"]:
            beneficiary = sa.table("beneficiary", *map(sa.column, ("id", "organisation_id", "contract_id", "party_id")))
            own = {"organisation_id": row["organisation_id"], "contract_id": contract, "party_id": row["id"]}
            op.get_bind().execute(sa.insert(beneficiary).values(id=new_id(row["created_us"]), **own))


def _partner(row: Any) -> str:
    """The party of that name, made if the firm has none."""
    organisation, name = row["organisation_id"], row["covered_by"].strip()
    question = "SELECT id FROM party WHERE organisation_id = :o AND name = :name ORDER BY created_us LIMIT 1"
    found = _run(question, o=organisation, name=name).scalar()
    if found:
        return str(found)
    numbers = _run("SELECT number FROM party WHERE organisation_id = :o", o=organisation).scalars()
    own = {"organisation_id": organisation, "number": _next(numbers, FIRST_PARTY), "name": name, "covered_by": ""}
    return _insert("party", created_us=row["created_us"], has_contract=False, **own)


def _contract_of(partner: str, row: Any) -> str:
    """The partner's contract, made if there is none yet."""
    organisation, made = row["organisation_id"], row["created_us"]
    question = "SELECT id FROM contract WHERE organisation_id = :o AND partner_id = :p"
    found = _run(question, o=organisation, p=partner).scalar()
    if found:
        return str(found)
    numbers = _run("SELECT number FROM contract WHERE organisation_id = :o", o=organisation).scalars()
    own = {"organisation_id": organisation, "created_us": made}
    contract = _insert("contract", number=_next(numbers, FIRST_CONTRACT), partner_id=partner, starts_on=BEGIN, **own)
    terms = sa.table("contract_version", *[sa.column(name) for name in ("id", "step_minutes", "minimum_minutes")])
    rates = {"1": row["price_cents_per_hour"]} if row["price_cents_per_hour"] else {}
    kept = {"contract_id": contract, "valid_from": BEGIN, "model": "time", "rates": json.dumps(rates)}
    version = _insert("contract_version", **kept, **own)
    minutes = {name: row[name] for name in ("step_minutes", "minimum_minutes")}
    op.get_bind().execute(sa.update(terms).where(terms.c.id == version).values(**minutes))
    return contract


def _next(numbers: Any, first: int) -> str:
    return str(max([first - 1, *(int(number) for number in numbers if number.isdigit())]) + 1)


def _people_and_work() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _points("party_id", "party"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, server_default="", nullable=False),
        sa.Column("email", sa.Text, server_default="", nullable=False),
        sa.Column("phone", sa.Text, server_default="", nullable=False),
        sa.Column("gets_invoices", sa.Boolean, server_default="0", nullable=False),
        sa.Column("is_archived", sa.Boolean, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_party_id", "contact", ["party_id"])
    op.create_table(
        "service_type",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("name_de", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("is_archived", sa.Boolean, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_type"),
    )
    op.create_index("ix_service_type_organisation_id", "service_type", ["organisation_id"])


def _contracts() -> None:
    op.create_table(
        "contract",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("title", sa.Text, server_default="", nullable=False),
        _points("partner_id", "party"),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=True),
        sa.Column("zone", sa.Text, server_default="Europe/Berlin", nullable=False),
        sa.Column("order_reference", sa.Text, server_default="", nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contract"),
        sa.UniqueConstraint("organisation_id", "number", name="uq_contract_organisation_id_number"),
    )
    op.create_index("ix_contract_partner_id", "contract", ["partner_id"])
    op.create_table(
        "contract_version",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _points("contract_id", "contract"),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_until", sa.Date, nullable=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("step_minutes", sa.Integer, server_default="15", nullable=False),
        sa.Column("minimum_minutes", sa.Integer, server_default="15", nullable=False),
        sa.Column("grace_seconds", sa.Integer, server_default="0", nullable=False),
        sa.Column("rounding", sa.Text, server_default="up", nullable=False),
        sa.Column("scope", sa.Text, server_default="session", nullable=False),
        sa.Column("rates", sa.Text, server_default="{}", nullable=False),
        sa.Column("surcharges", sa.Text, server_default="{}", nullable=False),
        sa.Column("discount_bp", sa.Integer, server_default="0", nullable=False),
        sa.Column("state", sa.Text, server_default="SH", nullable=False),
        sa.Column("is_catholic", sa.Boolean, server_default="0", nullable=False),
        sa.Column("day_from", sa.Integer, server_default="6", nullable=False),
        sa.Column("evening_from", sa.Integer, server_default="18", nullable=False),
        sa.Column("night_from", sa.Integer, server_default="22", nullable=False),
        sa.Column("flat_cents", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("included_minutes", sa.Integer, server_default="0", nullable=False),
        sa.Column("carry_cap_minutes", sa.Integer, server_default="0", nullable=False),
        sa.Column("block_minutes", sa.Integer, server_default="0", nullable=False),
        sa.Column("block_cents", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("is_pro_rata", sa.Boolean, server_default="1", nullable=False),
        sa.Column("is_lead_only", sa.Boolean, server_default="0", nullable=False),
        sa.Column("invoice_per", sa.Text, server_default="period", nullable=False),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("created_by", sa.Text, server_default="", nullable=False),
        sa.CheckConstraint("invoice_per IN ('period', 'case')", name=op.f("ck_contract_version_invoice_per")),
        sa.CheckConstraint(
            "model IN ('time', 'flat', 'flat_with_quota', 'prepaid_block')", name=op.f("ck_contract_version_model")
        ),
        sa.CheckConstraint("rounding IN ('up', 'nearest', 'exact')", name=op.f("ck_contract_version_rounding")),
        sa.CheckConstraint("scope IN ('session', 'case', 'day')", name=op.f("ck_contract_version_scope")),
        sa.CheckConstraint("discount_bp BETWEEN 0 AND 10000", name=op.f("ck_contract_version_discount")),
        sa.CheckConstraint("flat_cents >= 0 AND block_cents >= 0", name=op.f("ck_contract_version_cents")),
        sa.CheckConstraint(
            "grace_seconds >= 0 AND grace_seconds < step_minutes * 60", name=op.f("ck_contract_version_grace")
        ),
        sa.CheckConstraint(
            "included_minutes >= 0 AND carry_cap_minutes >= 0 AND block_minutes >= 0",
            name=op.f("ck_contract_version_quota"),
        ),
        sa.CheckConstraint(
            "step_minutes BETWEEN 1 AND 240 AND minimum_minutes BETWEEN 0 AND 480",
            name=op.f("ck_contract_version_minutes"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contract_version"),
        sa.UniqueConstraint("contract_id", "valid_from", name="uq_contract_version_contract_id_valid_from"),
    )
    op.create_table(
        "beneficiary",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _points("contract_id", "contract"),
        _points("party_id", "party"),
        sa.Column("valid_from", sa.Date, nullable=True),
        sa.Column("valid_until", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_beneficiary"),
    )
    op.create_index("ix_beneficiary_contract_id", "beneficiary", ["contract_id"])
    op.create_index("ix_beneficiary_party_id", "beneficiary", ["party_id"])


def _rules_and_prices() -> None:
    op.create_table(
        "coverage_rule",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _points("version_id", "contract_version"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("is_covered", sa.Boolean, nullable=False),
        _points("service_type_id", "service_type", nullable=True),
        _points("party_id", "party", nullable=True),
        sa.Column("weekdays", sa.Text, server_default="", nullable=False),
        sa.Column("from_minute", sa.Integer, server_default="0", nullable=False),
        sa.Column("until_minute", sa.Integer, server_default="1440", nullable=False),
        sa.CheckConstraint(
            "from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440",
            name=op.f("ck_coverage_rule_hours"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_coverage_rule"),
        sa.UniqueConstraint("version_id", "position", name="uq_coverage_rule_version_id_position"),
    )
    op.create_table(
        "price_list",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("name", sa.Text, nullable=False),
        _points("party_id", "party", nullable=True),
        _points("service_type_id", "service_type", nullable=True),
        sa.Column("rates", sa.Text, nullable=False),
        sa.Column("surcharges", sa.Text, server_default="{}", nullable=False),
        sa.Column("step_minutes", sa.Integer, server_default="15", nullable=False),
        sa.Column("minimum_minutes", sa.Integer, server_default="15", nullable=False),
        sa.Column("grace_seconds", sa.Integer, server_default="0", nullable=False),
        sa.Column("rounding", sa.Text, server_default="up", nullable=False),
        sa.Column("state", sa.Text, server_default="SH", nullable=False),
        sa.Column("is_catholic", sa.Boolean, server_default="0", nullable=False),
        sa.Column("is_public", sa.Boolean, server_default="0", nullable=False),
        sa.Column("is_archived", sa.Boolean, server_default="0", nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.CheckConstraint("rounding IN ('up', 'nearest', 'exact')", name=op.f("ck_price_list_rounding")),
        sa.CheckConstraint(
            "grace_seconds >= 0 AND grace_seconds < step_minutes * 60", name=op.f("ck_price_list_grace")
        ),
        sa.CheckConstraint(
            "step_minutes BETWEEN 1 AND 240 AND minimum_minutes BETWEEN 0 AND 480", name=op.f("ck_price_list_minutes")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_price_list"),
    )
    op.create_index("ix_price_list_organisation_id", "price_list", ["organisation_id"])


def _quota() -> None:
    op.create_table(
        "quota_period",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _points("contract_id", "contract"),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=True),
        sa.Column("cap_minutes", sa.Integer, server_default="0", nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quota_period"),
        sa.UniqueConstraint("contract_id", "starts_on", name="uq_quota_period_contract_id_starts_on"),
    )
    op.create_table(
        "quota_ledger",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        _organisation(),
        _points("period_id", "quota_period"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("reference", sa.Text, server_default="", nullable=False),
        sa.Column("note", sa.Text, server_default="", nullable=False),
        _points("user_id", "user", nullable=True),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.CheckConstraint(
            "kind IN ('granted', 'carried', 'used', 'given_back', 'expired')", name=op.f("ck_quota_ledger_kind")
        ),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_quota_ledger_minutes")),
        sa.PrimaryKeyConstraint("id", name="pk_quota_ledger"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quota_ledger_period_id", "quota_ledger", ["period_id"])


def _cases_and_decisions() -> None:
    op.create_table(
        "support_case",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("number", sa.Integer, nullable=False),
        _points("party_id", "party", nullable=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("closed_us", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_support_case"),
        sa.UniqueConstraint("organisation_id", "number", name="uq_support_case_organisation_id_number"),
    )
    op.create_index("ix_support_case_party_id", "support_case", ["party_id"])
    op.create_table(
        "coverage_decision",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        _organisation(),
        _points("session_id", "support_session"),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        _points("user_id", "user", nullable=True),
        sa.Column("technician_level", sa.Integer, server_default="1", nullable=False),
        sa.Column("is_chargeable", sa.Boolean, nullable=False),
        _points("payer_id", "party", nullable=True),
        _points("contract_id", "contract", nullable=True),
        _points("version_id", "contract_version", nullable=True),
        _points("price_list_id", "price_list", nullable=True),
        _points("service_type_id", "service_type", nullable=True),
        _points("case_id", "support_case", nullable=True),
        sa.Column("reason", sa.Text, server_default="", nullable=False),
        sa.Column("notice_sha256", sa.Text, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coverage_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_coverage_decision_session_id", "coverage_decision", ["session_id"])
