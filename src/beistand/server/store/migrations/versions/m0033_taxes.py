"""VAT rates and the small-business switch from a day on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "taxes"
down_revision = "people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table with its triggers."""
    op.create_table(
        "tax_change",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("standard_bp", sa.Integer, nullable=False),
        sa.Column("reduced_bp", sa.Integer, nullable=False),
        sa.Column("is_small_business", sa.Boolean, nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=True),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tax_change"),
        sa.CheckConstraint(
            "standard_bp BETWEEN 0 AND 10000 AND reduced_bp BETWEEN 0 AND 10000", name=op.f("ck_tax_change_rates")
        ),
        sqlite_autoincrement=True,
    )
    append_only(op, "tax_change")
