"""0001: the first tables, and the triggers that keep the facts of a session append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _organisation() -> sa.Column[str]:
    return sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False)


def upgrade() -> None:
    """Makes the tables of people, of customers and of sessions."""
    _people()
    _customers()
    _sessions()
    append_only(op, "session_fact")


def _people() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False, server_default="de"),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("phones", sa.Text, nullable=False, server_default="[]"),
        sa.Column("price_cents_per_hour", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("step_minutes", sa.Integer, nullable=False, server_default="15"),
        sa.Column("minimum_minutes", sa.Integer, nullable=False, server_default="15"),
        sa.Column("vat_bp", sa.Integer, nullable=False, server_default="1900"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.CheckConstraint("price_cents_per_hour >= 0", name=op.f("ck_organisation_price")),
        sa.CheckConstraint("step_minutes BETWEEN 1 AND 240", name=op.f("ck_organisation_step")),
        sa.CheckConstraint("minimum_minutes BETWEEN 0 AND 480", name=op.f("ck_organisation_minimum")),
        sa.CheckConstraint("vat_bp BETWEEN 0 AND 10000", name=op.f("ck_organisation_vat")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("totp_sealed", sa.Text, nullable=False),
        sa.Column("totp_last_step", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default="1"),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("email", name="uq_user_email"),
        sa.CheckConstraint("role IN ('owner', 'technician', 'billing', 'auditor')", name=op.f("ck_user_role")),
    )
    op.create_index("ix_user_organisation_id", "user", ["organisation_id"])
    op.create_table(
        "sign_in_session",
        sa.Column("token_sha256", sa.Text, nullable=False),
        _organisation(),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("seen_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_sign_in_session"),
    )
    op.create_index("ix_sign_in_session_user_id", "sign_in_session", ["user_id"])
    op.create_table(
        "setup_token",
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("expires_us", sa.BigInteger, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=True),
        sa.Column("pending", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_setup_token"),
    )


def _customers() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, server_default="company"),
        sa.Column("phone", sa.Text, nullable=False, server_default=""),
        sa.Column("email", sa.Text, nullable=False, server_default=""),
        sa.Column("language", sa.Text, nullable=False, server_default="de"),
        sa.Column("has_contract", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("covered_by", sa.Text, nullable=False, server_default=""),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sa.CheckConstraint("kind IN ('company', 'person', 'public')", name=op.f("ck_customer_kind")),
        sa.CheckConstraint("language IN ('de', 'en')", name=op.f("ck_customer_language")),
    )
    op.create_index("ix_customer_organisation_id", "customer", ["organisation_id"])


def _sessions() -> None:
    op.create_table(
        "support_session",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("customer_id", sa.Text, sa.ForeignKey("customer.id"), nullable=True),
        sa.Column("customer_name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("is_chargeable", sa.Boolean, nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("covered_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("service_type", sa.Text, nullable=False, server_default=""),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_support_session"),
        sa.CheckConstraint("level IN (1, 2)", name=op.f("ck_support_session_level")),
    )
    op.create_index(
        "ix_support_session_organisation_id_created_us", "support_session", ["organisation_id", "created_us"]
    )
    op.create_table(
        "session_fact",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        sa.Column("session_id", sa.Text, sa.ForeignKey("support_session.id"), nullable=False),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.Column("monotonic_us", sa.BigInteger, nullable=False),
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session_fact"),
        sa.CheckConstraint("role IN ('customer', 'technician', 'server')", name=op.f("ck_session_fact_role")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_session_fact_session_id", "session_fact", ["session_id"])
