"""Recorded time, announced prices and their answers, and everything that is said about them afterwards.

Append-only, all but `session_pulse` and `time_policy`: triggers refuse UPDATE and DELETE. No key points to the
customer: a customer may be archived, what was recorded stays. Seconds are whole and never rounded.
"""

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
    UniqueConstraint,
)

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

# The exact words that were put before the customer, and the price in them. Stored before they are shown.
charge_notice = Table(
    "charge_notice",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("session_id", Text, ForeignKey("support_session.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rate_cents", BigInteger, nullable=False),
    Column("currency", Text, nullable=False, server_default="EUR"),
    Column("step_minutes", Integer, nullable=False),
    Column("minimum_minutes", Integer, nullable=False),
    Column("grace_seconds", Integer, nullable=False, server_default="0"),
    Column("rounding", Text, nullable=False, server_default="up"),
    Column("vat_bp", Integer, nullable=False),
    Column("is_gross", Boolean, nullable=False),
    Column("payer", Text, nullable=False),
    Column("language", Text, nullable=False),
    # JSON: [[from microsecond, hour as the words write it, cents an hour], ...]: prices that the words name for later.
    Column("later", Text, nullable=False, server_default="[]"),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("rate_cents >= 0", name="rate"),
    CheckConstraint("rounding IN ('up', 'nearest', 'exact')", name="rounding"),
    UniqueConstraint("session_id", "text_sha256", name="uq_charge_notice_session_id"),
    info=APPEND_ONLY,
)

charge_consent = Table(
    "charge_consent",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("session_id", Text, ForeignKey("support_session.id"), nullable=False),
    Column("notice_id", Text, ForeignKey("charge_notice.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("is_yes", Boolean, nullable=False),
    # "pointer" or "keyboard" on the screen, "spoken" on the phone.
    Column("way", Text, nullable=False),
    # Who said it, where that is known: the name the technician was told on the phone.
    Column("said_by", Text, nullable=False, server_default=""),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("answered_us", BigInteger, nullable=False),
    CheckConstraint("channel IN ('screen', 'phone')", name="channel"),
    CheckConstraint("way IN ('pointer', 'keyboard', 'spoken')", name="way"),
    Index("ix_charge_consent_session_id", "session_id"),
    info=APPEND_ONLY,
)

time_entry = Table(
    "time_entry",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("session_id", Text, ForeignKey("support_session.id"), nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("customer_id", Text, nullable=True),
    Column("customer_name", Text, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger, nullable=False),
    Column("net_seconds", Integer, nullable=False),
    # JSON: [[start second, end second, "pause" | "price" | "server" | "customer" | "technician"], ...]
    Column("stops", Text, nullable=False),
    Column("is_chargeable", Boolean, nullable=False),
    Column("covered_by", Text, nullable=False),
    Column("consent_id", Text, ForeignKey("charge_consent.id"), nullable=True),
    # When the customer said yes on the same time axis as `started_us`, which a jumping wall clock cannot move.
    Column("answered_us", BigInteger, nullable=True),
    Column("clock_jump_seconds", Integer, nullable=False, server_default="0"),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("net_seconds >= 0", name="net"),
    CheckConstraint("ended_us >= started_us", name="order"),
    UniqueConstraint("session_id", "user_id", "part", name="uq_time_entry_session_id"),
    Index("ix_time_entry_organisation_id_started_us", "organisation_id", "started_us"),
    info=APPEND_ONLY,
)

time_correction = Table(
    "time_correction",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("entry_id", Text, ForeignKey("time_entry.id"), nullable=False),
    Column("old_seconds", Integer, nullable=False),
    Column("new_seconds", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("new_seconds >= 0", name="new"),
    CheckConstraint("reason <> ''", name="reason"),
    Index("ix_time_correction_entry_id", "entry_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

# Time that is given away. The newest one of an entry holds; it counts once it is approved.
goodwill = Table(
    "goodwill",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("entry_id", Text, ForeignKey("time_entry.id"), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("seconds >= 0", name="seconds"),
    CheckConstraint("reason <> ''", name="reason"),
    Index("ix_goodwill_entry_id", "entry_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

goodwill_decision = Table(
    "goodwill_decision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("goodwill_id", Integer, ForeignKey("goodwill.id"), nullable=False, unique=True),
    Column("is_approved", Boolean, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

# Work without a yes before its first second that somebody bills all the same, and why.
charge_release = Table(
    "charge_release",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("entry_id", Text, ForeignKey("time_entry.id"), nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("reason <> ''", name="reason"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

# Whether an entry may go to an invoice; the newest word holds.
time_approval = Table(
    "time_approval",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("entry_id", Text, ForeignKey("time_entry.id"), nullable=False),
    Column("is_approved", Boolean, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Index("ix_time_approval_entry_id", "entry_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

# When a run of the server last carried a session: what is left to measure by after a crash. Not append-only.
session_pulse = Table(
    "session_pulse",
    metadata,
    Column("session_id", Text, ForeignKey("support_session.id"), primary_key=True),
    Column("run", Text, primary_key=True),
    _organisation(),
    Column("utc_us", BigInteger, nullable=False),
    Column("monotonic_us", BigInteger, nullable=False),
)

# What the firm permits. Not append-only.
time_policy = Table(
    "time_policy",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("has_phone_consent", Boolean, nullable=False, server_default="0"),
    # Whether a released session's report is mailed to the customer by itself.
    Column("mails_reports", Boolean, nullable=False, server_default="0"),
)
