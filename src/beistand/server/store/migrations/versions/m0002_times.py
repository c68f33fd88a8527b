"""Recorded time: notices of prices and their answers, time entries, corrections, goodwill, releases, approvals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "times"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "charge_notice",
    "charge_consent",
    "time_entry",
    "time_correction",
    "goodwill",
    "goodwill_decision",
    "charge_release",
    "time_approval",
)


def _organisation() -> sa.Column[str]:
    return sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False)


def _session() -> sa.Column[str]:
    return sa.Column("session_id", sa.Text, sa.ForeignKey("support_session.id"), nullable=False)


def _entry(is_unique: bool = False) -> sa.Column[str]:
    return sa.Column("entry_id", sa.Text, sa.ForeignKey("time_entry.id"), nullable=False, unique=is_unique)


def _who_and_when(when: str = "made_us") -> tuple[sa.Column[str], sa.Column[int]]:
    who = sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=False)
    return who, sa.Column(when, sa.BigInteger, nullable=False)


def upgrade() -> None:
    """Makes the tables and the triggers that keep them append-only."""
    _prices()
    _entries()
    _words_about_entries()
    op.create_table(
        "session_pulse",
        _session(),
        sa.Column("run", sa.Text, nullable=False),
        _organisation(),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.Column("monotonic_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "run", name="pk_session_pulse"),
    )
    op.create_table(
        "time_policy",
        _organisation(),
        sa.Column("has_phone_consent", sa.Boolean, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_time_policy"),
    )
    for table in APPEND_ONLY:
        append_only(op, table)


def _prices() -> None:
    op.create_table(
        "charge_notice",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _session(),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("text_sha256", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("rate_cents", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False, server_default="EUR"),
        sa.Column("step_minutes", sa.Integer, nullable=False),
        sa.Column("minimum_minutes", sa.Integer, nullable=False),
        sa.Column("grace_seconds", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rounding", sa.Text, nullable=False, server_default="up"),
        sa.Column("vat_bp", sa.Integer, nullable=False),
        sa.Column("is_gross", sa.Boolean, nullable=False),
        sa.Column("payer", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        *_who_and_when(),
        sa.PrimaryKeyConstraint("id", name="pk_charge_notice"),
        sa.CheckConstraint("rate_cents >= 0", name=op.f("ck_charge_notice_rate")),
        sa.CheckConstraint("rounding IN ('up', 'nearest', 'exact')", name=op.f("ck_charge_notice_rounding")),
        sa.UniqueConstraint("session_id", "text_sha256", name="uq_charge_notice_session_id"),
    )
    op.create_table(
        "charge_consent",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _session(),
        sa.Column("notice_id", sa.Text, sa.ForeignKey("charge_notice.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("is_yes", sa.Boolean, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("said_by", sa.Text, nullable=False, server_default=""),
        *_who_and_when("answered_us"),
        sa.PrimaryKeyConstraint("id", name="pk_charge_consent"),
        sa.CheckConstraint("channel IN ('screen', 'phone')", name=op.f("ck_charge_consent_channel")),
        sa.CheckConstraint("way IN ('pointer', 'keyboard', 'spoken')", name=op.f("ck_charge_consent_way")),
    )
    op.create_index("ix_charge_consent_session_id", "charge_consent", ["session_id"])


def _entries() -> None:
    op.create_table(
        "time_entry",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        _session(),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=True),
        sa.Column("customer_name", sa.Text, nullable=False),
        sa.Column("started_us", sa.BigInteger, nullable=False),
        sa.Column("ended_us", sa.BigInteger, nullable=False),
        sa.Column("net_seconds", sa.Integer, nullable=False),
        sa.Column("stops", sa.Text, nullable=False),
        sa.Column("is_chargeable", sa.Boolean, nullable=False),
        sa.Column("covered_by", sa.Text, nullable=False),
        sa.Column("consent_id", sa.Text, sa.ForeignKey("charge_consent.id"), nullable=True),
        sa.Column("answered_us", sa.BigInteger, nullable=True),
        sa.Column("clock_jump_seconds", sa.Integer, nullable=False, server_default="0"),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_time_entry"),
        sa.CheckConstraint("net_seconds >= 0", name=op.f("ck_time_entry_net")),
        sa.CheckConstraint("ended_us >= started_us", name=op.f("ck_time_entry_order")),
        sa.UniqueConstraint("session_id", "user_id", "part", name="uq_time_entry_session_id"),
    )
    op.create_index("ix_time_entry_organisation_id_started_us", "time_entry", ["organisation_id", "started_us"])


def _words_about_entries() -> None:
    op.create_table(
        "time_correction",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        _entry(),
        sa.Column("old_seconds", sa.Integer, nullable=False),
        sa.Column("new_seconds", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        *_who_and_when(),
        sa.PrimaryKeyConstraint("id", name="pk_time_correction"),
        sa.CheckConstraint("new_seconds >= 0", name=op.f("ck_time_correction_new")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_time_correction_reason")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_time_correction_entry_id", "time_correction", ["entry_id"])
    op.create_table(
        "goodwill",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        _entry(),
        sa.Column("seconds", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        *_who_and_when(),
        sa.PrimaryKeyConstraint("id", name="pk_goodwill"),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_goodwill_seconds")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_goodwill_reason")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_goodwill_entry_id", "goodwill", ["entry_id"])
    op.create_table(
        "goodwill_decision",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        sa.Column("goodwill_id", sa.Integer, sa.ForeignKey("goodwill.id"), nullable=False),
        sa.Column("is_approved", sa.Boolean, nullable=False),
        *_who_and_when(),
        sa.PrimaryKeyConstraint("id", name="pk_goodwill_decision"),
        sa.UniqueConstraint("goodwill_id", name="uq_goodwill_decision_goodwill_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "charge_release",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        _entry(),
        sa.Column("reason", sa.Text, nullable=False),
        *_who_and_when(),
        sa.PrimaryKeyConstraint("id", name="pk_charge_release"),
        sa.UniqueConstraint("entry_id", name="uq_charge_release_entry_id"),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_charge_release_reason")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "time_approval",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        _entry(),
        sa.Column("is_approved", sa.Boolean, nullable=False),
        *_who_and_when(),
        sa.PrimaryKeyConstraint("id", name="pk_time_approval"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_time_approval_entry_id", "time_approval", ["entry_id"])
