"""0003: the audit log, and the triggers by which only what a recorded retention permits can be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only, retainable

revision = "audit"
down_revision = "times"
branch_labels = None
depends_on = None


def _organisation() -> sa.Column[str]:
    return sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False)


def upgrade() -> None:
    """Makes the tables and the triggers."""
    _tables()
    for table in ("audit_entry", "audit_node", "audit_checkpoint", "audit_retention", "audit_detail"):
        append_only(op, table)
    retainable(op, "audit_detail", "audit_entry.position = OLD.position")
    retainable(op, "session_fact", "audit_entry.fact_id = OLD.id")


def _tables() -> None:
    op.create_table(
        "audit_entry",
        _organisation(),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
        sa.Column("fact_id", sa.Integer, nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "position", name="pk_audit_entry"),
        sa.UniqueConstraint("fact_id", name="uq_audit_entry_fact_id"),
    )
    op.create_table(
        "audit_detail",
        _organisation(),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "position", name="pk_audit_detail"),
    )
    op.create_table(
        "audit_node",
        _organisation(),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "level", "position", name="pk_audit_node"),
    )
    op.create_table(
        "audit_checkpoint",
        _organisation(),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "size", name="pk_audit_checkpoint"),
    )
    op.create_table(
        "audit_retention",
        _organisation(),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("before_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "position", name="pk_audit_retention"),
    )
