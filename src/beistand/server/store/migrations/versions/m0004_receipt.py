"""Receipts: where a session's receipt stands in the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "receipt"
down_revision = "audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table and its triggers."""
    op.create_table(
        "receipt",
        sa.Column("session_id", sa.Text, sa.ForeignKey("support_session.id"), nullable=False),
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_receipt"),
        sa.UniqueConstraint("token_sha256", name="uq_receipt_token_sha256"),
    )
    append_only(op, "receipt")
