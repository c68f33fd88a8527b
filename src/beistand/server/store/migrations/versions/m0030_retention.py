"""How long a firm keeps the words of its sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "retention"
down_revision = "recordings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "retention_policy",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("session_days", sa.Integer, nullable=False),
        sa.CheckConstraint("session_days BETWEEN 30 AND 3660", name="session_days"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_retention_policy"),
    )
