"""Links carry whom they are for; firms can be disabled and have a path; OIDC providers and whom they vouch for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "people"
down_revision = "report_mails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns and makes the tables."""
    for name in ("id", "name", "email", "made_by"):
        op.add_column("setup_token", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("setup_token", sa.Column("user_id", sa.Text, nullable=True))
    op.add_column("setup_token", sa.Column("kind", sa.Text, nullable=False, server_default="invite"))
    op.add_column("organisation", sa.Column("path", sa.Text, nullable=True))
    op.add_column("organisation", sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_index("ix_organisation_path", "organisation", ["path"], unique=True)
    op.create_table(
        "oidc_provider",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("secret_sealed", sa.Text, nullable=False),
        sa.Column("mail_domains", sa.Text, nullable=False, server_default="[]"),
        sa.Column("role", sa.Text, nullable=False, server_default="technician"),
        sa.Column("strong_acr", sa.Text, nullable=False, server_default="[]"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_oidc_provider"),
        sa.CheckConstraint("role IN ('technician', 'billing', 'auditor')", name=op.f("ck_oidc_provider_role")),
    )
    op.create_table(
        "oidc_identity",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "issuer", "subject", name="pk_oidc_identity"),
    )
    op.create_index("ix_oidc_identity_user_id", "oidc_identity", ["user_id"])
