"""Recordings: the firm's public key and terms, and where each sealed file stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "recordings"
down_revision = "service_types"
branch_labels = None
depends_on = None


def _organisation() -> sa.Column[str]:
    return sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False)


def upgrade() -> None:
    """Makes the tables and the key's triggers."""
    op.create_table(
        "recording_key",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recording_key"),
    )
    op.create_index("ix_recording_key_organisation_id", "recording_key", ["organisation_id"])
    append_only(op, "recording_key")
    op.create_table(
        "recording_terms",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_recording_terms"),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name="days"),
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("session_id", sa.Text, sa.ForeignKey("support_session.id"), nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("key_sha256", sa.Text, nullable=False),
        sa.Column("began_us", sa.BigInteger, nullable=False),
        sa.Column("ended_us", sa.BigInteger, nullable=True),
        sa.Column("chunks", sa.Integer, nullable=False, server_default="0"),
        sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("delete_us", sa.BigInteger, nullable=False),
        sa.Column("deleted_us", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.CheckConstraint("bytes >= 0", name="bytes"),
    )
    op.create_index("ix_recording_organisation_id_began_us", "recording", ["organisation_id", "began_us"])
    op.create_index("ix_recording_session_id", "recording", ["session_id"])
