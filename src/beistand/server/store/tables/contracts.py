"""Parties (customers and partners), contracts with their versions, price lists, included minutes, cases, decisions.

Money is net integer cents, percentages basis points. JSON stands only for maps: rates by technician level
{"1": 9600}, surcharges by band {"evening": 2500}.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.sql.naming import conv

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

# A customer, a partner who pays, or both. It was made as `customer` and renamed: SQLite cannot rename the CHECKs.
party = Table(
    "party",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    # The firm's own customer number, unique within it.
    Column("number", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="company"),
    Column("street", Text, nullable=False, server_default=""),
    Column("postcode", Text, nullable=False, server_default=""),
    Column("city", Text, nullable=False, server_default=""),
    # ISO 3166-1 alpha-2.
    Column("country", Text, nullable=False, server_default="DE"),
    Column("vat_id", Text, nullable=False, server_default=""),
    Column("leitweg_id", Text, nullable=False, server_default=""),
    # Where e-invoices go (BT-49) and by which scheme (EAS code: "EM" is email, "0204" a Leitweg-ID).
    Column("e_address", Text, nullable=False, server_default=""),
    Column("e_address_scheme", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default="de"),
    # How the party is taxed: standard | reduced | reverse_charge.
    Column("vat_mode", Text, nullable=False, server_default="standard"),
    Column("is_archived", Boolean, nullable=False, server_default="0"),
    Column("created_us", BigInteger, nullable=False),
    CheckConstraint("kind IN ('company', 'person', 'public')", name=conv("ck_customer_kind")),
    CheckConstraint("language IN ('de', 'en')", name=conv("ck_customer_language")),
    Index("ix_party_organisation_id_number", "organisation_id", "number", unique=True),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("party_id", Text, ForeignKey("party.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    # Whether invoices are sent to this person.
    Column("gets_invoices", Boolean, nullable=False, server_default="0"),
    Column("is_archived", Boolean, nullable=False, server_default="0"),
    Index("ix_contact_party_id", "party_id"),
)

# What kind of work it is ("Einrichtung", "Störung"): contracts cover some and not others.
service_type = Table(
    "service_type",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("name_de", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("is_archived", Boolean, nullable=False, server_default="0"),
    # Whether it is asked before the session, because contracts and price lists may name it.
    Column("is_for_coverage", Boolean, nullable=False, server_default="1"),
    # The one that the note offers first, when none was chosen before the session.
    Column("is_default", Boolean, nullable=False, server_default="0"),
    Index("ix_service_type_organisation_id", "organisation_id"),
)

contract = Table(
    "contract",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("number", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    # Who pays.
    Column("partner_id", Text, ForeignKey("party.id"), nullable=False),
    Column("starts_on", Date, nullable=False),
    # The last day, inclusive; NULL = until it is cancelled.
    Column("ends_on", Date, nullable=True),
    Column("zone", Text, nullable=False, server_default="Europe/Berlin"),
    # The partner's order number, printed on invoices (BT-13).
    Column("order_reference", Text, nullable=False, server_default=""),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("organisation_id", "number", name="uq_contract_organisation_id_number"),
    Index("ix_contract_partner_id", "partner_id"),
)

contract_version = Table(
    "contract_version",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("contract_id", Text, ForeignKey("contract.id"), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=True),
    Column("model", Text, nullable=False),
    Column("step_minutes", Integer, nullable=False, server_default="15"),
    Column("minimum_minutes", Integer, nullable=False, server_default="15"),
    Column("grace_seconds", Integer, nullable=False, server_default="0"),
    Column("rounding", Text, nullable=False, server_default="up"),
    Column("scope", Text, nullable=False, server_default="session"),
    Column("rates", Text, nullable=False, server_default="{}"),
    Column("surcharges", Text, nullable=False, server_default="{}"),
    Column("discount_bp", Integer, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="SH"),
    Column("is_catholic", Boolean, nullable=False, server_default="0"),
    Column("day_from", Integer, nullable=False, server_default="6"),
    Column("evening_from", Integer, nullable=False, server_default="18"),
    Column("night_from", Integer, nullable=False, server_default="22"),
    # A month's amount.
    Column("flat_cents", BigInteger, nullable=False, server_default="0"),
    # Minutes a month, and how many of them may be carried into the next.
    Column("included_minutes", Integer, nullable=False, server_default="0"),
    Column("carry_cap_minutes", Integer, nullable=False, server_default="0"),
    Column("block_minutes", Integer, nullable=False, server_default="0"),
    Column("block_cents", BigInteger, nullable=False, server_default="0"),
    Column("is_pro_rata", Boolean, nullable=False, server_default="1"),
    # Several technicians in one session: one entry each, or only the lead is charged.
    Column("is_lead_only", Boolean, nullable=False, server_default="0"),
    Column("invoice_per", Text, nullable=False, server_default="period"),
    Column("note", Text, nullable=False, server_default=""),
    Column("created_us", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False, server_default=""),
    UniqueConstraint("contract_id", "valid_from", name="uq_contract_version_contract_id_valid_from"),
    CheckConstraint("model IN ('time', 'flat', 'flat_with_quota', 'prepaid_block')", name="model"),
    CheckConstraint("rounding IN ('up', 'nearest', 'exact')", name="rounding"),
    CheckConstraint("scope IN ('session', 'case', 'day')", name="scope"),
    CheckConstraint("invoice_per IN ('period', 'case')", name="invoice_per"),
    CheckConstraint("step_minutes BETWEEN 1 AND 240 AND minimum_minutes BETWEEN 0 AND 480", name="minutes"),
    CheckConstraint("grace_seconds >= 0 AND grace_seconds < step_minutes * 60", name="grace"),
    CheckConstraint("discount_bp BETWEEN 0 AND 10000", name="discount"),
    CheckConstraint("flat_cents >= 0 AND block_cents >= 0", name="cents"),
    CheckConstraint("included_minutes >= 0 AND carry_cap_minutes >= 0 AND block_minutes >= 0", name="quota"),
)

# Who is served and pays nothing. Ended by a last day, never deleted.
beneficiary = Table(
    "beneficiary",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("contract_id", Text, ForeignKey("contract.id"), nullable=False),
    Column("party_id", Text, ForeignKey("party.id"), nullable=False),
    Column("valid_from", Date, nullable=True),
    Column("valid_until", Date, nullable=True),
    Index("ix_beneficiary_contract_id", "contract_id"),
    Index("ix_beneficiary_party_id", "party_id"),
)

# The first rule of a version that fits decides; no rule at all means everything is covered.
coverage_rule = Table(
    "coverage_rule",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("version_id", Text, ForeignKey("contract_version.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_covered", Boolean, nullable=False),
    # NULL = any.
    Column("service_type_id", Text, ForeignKey("service_type.id"), nullable=True),
    Column("party_id", Text, ForeignKey("party.id"), nullable=True),
    # Days as digits 0 (Monday) to 6, "" = any hour of any day; minutes of the day, until exclusive.
    Column("weekdays", Text, nullable=False, server_default=""),
    Column("from_minute", Integer, nullable=False, server_default="0"),
    Column("until_minute", Integer, nullable=False, server_default="1440"),
    UniqueConstraint("version_id", "position", name="uq_coverage_rule_version_id_position"),
    CheckConstraint("from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440", name="hours"),
)

# Prices without a contract beside the firm's own terms; the most particular that fits is taken.
price_list = Table(
    "price_list",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("name", Text, nullable=False),
    Column("party_id", Text, ForeignKey("party.id"), nullable=True),
    Column("service_type_id", Text, ForeignKey("service_type.id"), nullable=True),
    Column("rates", Text, nullable=False),
    Column("surcharges", Text, nullable=False, server_default="{}"),
    Column("step_minutes", Integer, nullable=False, server_default="15"),
    Column("minimum_minutes", Integer, nullable=False, server_default="15"),
    Column("grace_seconds", Integer, nullable=False, server_default="0"),
    Column("rounding", Text, nullable=False, server_default="up"),
    Column("state", Text, nullable=False, server_default="SH"),
    Column("is_catholic", Boolean, nullable=False, server_default="0"),
    # Whether the public page shows it beside the phone lines.
    Column("is_public", Boolean, nullable=False, server_default="0"),
    Column("is_archived", Boolean, nullable=False, server_default="0"),
    Column("created_us", BigInteger, nullable=False),
    CheckConstraint("rounding IN ('up', 'nearest', 'exact')", name="rounding"),
    CheckConstraint("step_minutes BETWEEN 1 AND 240 AND minimum_minutes BETWEEN 0 AND 480", name="minutes"),
    CheckConstraint("grace_seconds >= 0 AND grace_seconds < step_minutes * 60", name="grace"),
    Index("ix_price_list_organisation_id", "organisation_id"),
)

# A month of a flat with included minutes, or the life of a prepaid block (`ends_on` NULL until it is used up).
quota_period = Table(
    "quota_period",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("contract_id", Text, ForeignKey("contract.id"), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=True),
    Column("cap_minutes", Integer, nullable=False, server_default="0"),
    Column("created_us", BigInteger, nullable=False),
    UniqueConstraint("contract_id", "starts_on", name="uq_quota_period_contract_id_starts_on"),
)

quota_ledger = Table(
    "quota_ledger",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("period_id", Text, ForeignKey("quota_period.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    # What it was for: the id of a session, an invoice line, the period it was carried from.
    Column("reference", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("user_id", Text, ForeignKey("user.id"), nullable=True),
    Column("utc_us", BigInteger, nullable=False),
    CheckConstraint("kind IN ('granted', 'carried', 'used', 'given_back', 'expired', 'taken_back')", name="kind"),
    CheckConstraint("minutes >= 0", name="minutes"),
    Index("ix_quota_ledger_period_id", "period_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

# A ticket: sessions that belong together ("the printer").
support_case = Table(
    "support_case",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("number", Integer, nullable=False),
    Column("party_id", Text, ForeignKey("party.id"), nullable=True),
    Column("title", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger, nullable=True),
    UniqueConstraint("organisation_id", "number", name="uq_support_case_organisation_id_number"),
    Index("ix_support_case_party_id", "party_id"),
)

# Who pays for a session, as it was decided; the newest row of a session holds. The words are in `charge_notice`.
coverage_decision = Table(
    "coverage_decision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("session_id", Text, ForeignKey("support_session.id"), nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=True),
    Column("technician_level", Integer, nullable=False, server_default="1"),
    Column("is_chargeable", Boolean, nullable=False),
    # Who pays: the contract's partner, or the customer; NULL for a customer who was only named.
    Column("payer_id", Text, ForeignKey("party.id"), nullable=True),
    Column("contract_id", Text, ForeignKey("contract.id"), nullable=True),
    Column("version_id", Text, ForeignKey("contract_version.id"), nullable=True),
    Column("price_list_id", Text, ForeignKey("price_list.id"), nullable=True),
    Column("service_type_id", Text, ForeignKey("service_type.id"), nullable=True),
    Column("case_id", Text, ForeignKey("support_case.id"), nullable=True),
    # Why it is chargeable; "" if it is covered.
    Column("reason", Text, nullable=False, server_default=""),
    # Of the exact words; "" if it is covered, or if no price is set (then it is goodwill).
    Column("notice_sha256", Text, nullable=False, server_default=""),
    Index("ix_coverage_decision_session_id", "session_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
