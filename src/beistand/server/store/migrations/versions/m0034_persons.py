"""A firm may demand the technician's own passkey in every session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "persons"
down_revision = "taxes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column."""
    op.add_column("organisation", sa.Column("must_be_person", sa.Boolean, nullable=False, server_default=sa.false()))
