"""Blocks that are taken back, later prices of a notice, debtor accounts of customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "money"
down_revision = "factors"
branch_labels = None
depends_on = None

KINDS = "kind IN ('granted', 'carried', 'used', 'given_back', 'expired', 'taken_back')"


def upgrade() -> None:
    """Widens the ledger's kinds (its triggers are made again), adds columns and a table."""
    _ledger()
    op.add_column("charge_notice", sa.Column("later", sa.Text, nullable=False, server_default="[]"))
    op.add_column("seller", sa.Column("datev_debtor_first", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "debtor_account",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("party_id", sa.Text, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "party_id", name="pk_debtor_account"),
        sa.UniqueConstraint("organisation_id", "account", name="uq_debtor_account_organisation_id_account"),
        sa.CheckConstraint("account > 0", name=op.f("ck_debtor_account_account")),
    )
    append_only(op, "debtor_account")


def _ledger() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_quota_ledger_kind"), "quota_ledger", type_="check")
        op.create_check_constraint(op.f("ck_quota_ledger_kind"), "quota_ledger", KINDS)
        return
    # SQLite knows no ALTER of a CHECK: the table is copied into one with the wider rule. Nothing points to it.
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER IF EXISTS quota_ledger_no_{verb}")
    op.execute("ALTER TABLE quota_ledger RENAME TO quota_ledger_before")
    op.execute("DROP INDEX ix_quota_ledger_period_id")
    op.create_table(
        "quota_ledger",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("period_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("reference", sa.Text, nullable=False, server_default=""),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("user_id", sa.Text, nullable=True),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quota_ledger"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_quota_ledger_organisation_id"),
        sa.ForeignKeyConstraint(["period_id"], ["quota_period.id"], name="fk_quota_ledger_period_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_quota_ledger_user_id"),
        sa.CheckConstraint(KINDS, name=op.f("ck_quota_ledger_kind")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_quota_ledger_minutes")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quota_ledger_period_id", "quota_ledger", ["period_id"])
    columns = "id, organisation_id, period_id, kind, minutes, reference, note, user_id, utc_us"
    op.execute(f"INSERT INTO quota_ledger ({columns}) SELECT {columns} FROM quota_ledger_before")  # noqa: S608
    op.execute("DROP TABLE quota_ledger_before")
    append_only(op, "quota_ledger")
