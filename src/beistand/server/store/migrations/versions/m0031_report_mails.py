"""Mails with service reports, and whether the firm sends them by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "report_mails"
down_revision = "retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table with its triggers, and the setting."""
    op.create_table(
        "report_mail_event",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("session_id", sa.Text, sa.ForeignKey("support_session.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False, server_default="{}"),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=True),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_mail_event"),
        sa.CheckConstraint("name IN ('queued', 'sent', 'not_sent')", name=op.f("ck_report_mail_event_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_report_mail_event_session_id", "report_mail_event", ["session_id"])
    append_only(op, "report_mail_event")
    op.add_column("time_policy", sa.Column("mails_reports", sa.Boolean, nullable=False, server_default="0"))
