"""People, sessions and their facts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    false,
    true,
)

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

ROLES = ("owner", "technician", "billing", "auditor")

organisation = Table(
    "organisation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("language", Text, nullable=False, server_default="de"),
    Column("created_us", BigInteger, nullable=False),
    # The phone lines of the public page, JSON: [{"number": ..., "price": ...}].
    Column("phones", Text, nullable=False, server_default="[]"),
    # Terms of help without a contract. 0 cents an hour = none set: then such help is goodwill, never billed silently.
    Column("price_cents_per_hour", BigInteger, nullable=False, server_default="0"),
    Column("step_minutes", Integer, nullable=False, server_default="15"),
    Column("minimum_minutes", Integer, nullable=False, server_default="15"),
    Column("vat_bp", Integer, nullable=False, server_default="1900"),
    # Nobody of a disabled firm signs in.
    Column("is_active", Boolean, nullable=False, server_default=true()),
    # No session without the technician's own passkey (docs/protocol.md section 10, level two).
    Column("must_be_person", Boolean, nullable=False, server_default=false()),
    CheckConstraint("price_cents_per_hour >= 0", name="price"),
    CheckConstraint("step_minutes BETWEEN 1 AND 240", name="step"),
    CheckConstraint("minimum_minutes BETWEEN 0 AND 480", name="minimum"),
    CheckConstraint("vat_bp BETWEEN 0 AND 10000", name="vat"),
)

user = Table(
    "user",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    # "" where the person has passkeys alone.
    Column("password_hash", Text, nullable=False),
    Column("totp_sealed", Text, nullable=False),
    # The latest time step whose code was taken: a code works once (RFC 6238, section 5.2).
    Column("totp_last_step", BigInteger, nullable=False, server_default="0"),
    Column("is_active", Boolean, nullable=False, server_default="1"),
    # Contracts and price lists have a rate for each level, 1 to 3.
    Column("technician_level", Integer, nullable=False, server_default="1"),
    Column("created_us", BigInteger, nullable=False),
    CheckConstraint("role IN ('owner', 'technician', 'billing', 'auditor')", name="role"),
    Index("ix_user_organisation_id", "organisation_id"),
)

sign_in_session = Table(
    "sign_in_session",
    metadata,
    # SHA-256 of the cookie: a stolen database opens no browser session.
    Column("token_sha256", Text, primary_key=True),
    _organisation(),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Index("ix_sign_in_session_user_id", "user_id"),
)

setup_token = Table(
    "setup_token",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("created_us", BigInteger, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    # Who may be made with it: "owner" makes the organisation too; the others join `organisation_id`.
    Column("role", Text, nullable=False),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=True),
    # What the first form said, until the second factor is confirmed (JSON; the factor itself is sealed).
    Column("pending", Text, nullable=False, server_default=""),
    # "invite": a new person; "factor": one more factor of the person `user_id`.
    Column("kind", Text, nullable=False, server_default="invite"),
    Column("user_id", Text, nullable=True),
    # For the list of open invitations: the link itself is not kept.
    Column("id", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("made_by", Text, nullable=False, server_default=""),
)

support_session = Table(
    "support_session",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("customer_id", Text, ForeignKey("party.id"), nullable=True),
    Column("customer_name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("is_chargeable", Boolean, nullable=False),
    Column("notice", Text, nullable=False),
    Column("covered_by", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("service_type", Text, nullable=False, server_default=""),
    Column("created_us", BigInteger, nullable=False),
    CheckConstraint("level IN (1, 2)", name="level"),
    Index("ix_support_session_organisation_id_created_us", "organisation_id", "created_us"),
)

session_fact = Table(
    "session_fact",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("session_id", Text, ForeignKey("support_session.id"), nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    # Comparable only between facts of the same run of the server.
    Column("monotonic_us", BigInteger, nullable=False),
    Column("run", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("data", Text, nullable=False),
    CheckConstraint("role IN ('customer', 'technician', 'server')", name="role"),
    Index("ix_session_fact_session_id", "session_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
