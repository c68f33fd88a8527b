"""Links carry whom they are for; firms can be disabled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "people"
down_revision = "report_mails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns."""
    for name in ("id", "name", "email", "made_by"):
        op.add_column("setup_token", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("setup_token", sa.Column("user_id", sa.Text, nullable=True))
    op.add_column("setup_token", sa.Column("kind", sa.Text, nullable=False, server_default="invite"))
    op.add_column("organisation", sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()))
