"""Invoices, their numbers, documents and events; the triggers that keep what is issued as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from beistand.server.store.migrations.append_only import append_only

revision = "invoices"
down_revision = "contracts"
branch_labels = None
depends_on = None

APPEND_ONLY = ("invoice", "invoice_line", "rated_item", "invoice_document", "invoice_event", "export_batch")


def _organisation() -> sa.Column[str]:
    return sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def upgrade() -> None:
    """Makes the tables and the triggers."""
    _settings()
    _invoices()
    _about()
    _exports()
    for table in APPEND_ONLY:
        append_only(op, table)


def _settings() -> None:
    op.create_table(
        "seller",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        _text("name"),
        _text("street"),
        _text("postcode"),
        _text("city"),
        _text("country", "DE"),
        _text("vat_id"),
        _text("tax_number"),
        _text("contact_name"),
        _text("phone"),
        _text("email"),
        _text("website"),
        _text("iban"),
        _text("bic"),
        _text("bank"),
        _text("register"),
        _text("managers"),
        sa.Column("is_small_business", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("due_days", sa.Integer, nullable=False, server_default="14"),
        _text("invoice_prefix", "RE"),
        _text("cancellation_prefix", "ST"),
        _text("datev_consultant"),
        _text("datev_client"),
        _text("datev_debtor"),
        _text("account_standard"),
        _text("account_reduced"),
        _text("account_reverse"),
        _text("account_exempt"),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_seller"),
        sa.CheckConstraint("due_days BETWEEN 0 AND 365", name=op.f("ck_seller_due")),
    )
    op.create_table(
        "number_series",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("last_no", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("organisation_id", "series", "year", name="pk_number_series"),
        sa.CheckConstraint("last_no >= 0", name=op.f("ck_number_series_last")),
    )


def _invoices() -> None:
    op.create_table(
        "invoice",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("payer_id", sa.Text, nullable=False),
        sa.Column("payer_name", sa.Text, nullable=False),
        _text("payer_email"),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        _text("currency", "EUR"),
        sa.Column("net_cents", sa.BigInteger, nullable=False),
        sa.Column("tax_cents", sa.BigInteger, nullable=False),
        sa.Column("gross_cents", sa.BigInteger, nullable=False),
        sa.Column("preceding_id", sa.Text, sa.ForeignKey("invoice.id"), nullable=True),
        _text("reason"),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("sheet", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=True),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invoice"),
        sa.CheckConstraint("gross_cents = net_cents + tax_cents", name=op.f("ck_invoice_gross")),
        sa.CheckConstraint("kind IN ('invoice', 'cancellation', 'correction')", name=op.f("ck_invoice_kind")),
        sa.CheckConstraint("kind = 'invoice' OR preceding_id IS NOT NULL", name=op.f("ck_invoice_preceding")),
        sa.UniqueConstraint("organisation_id", "series", "year", "no", name="uq_invoice_no"),
        sa.UniqueConstraint("organisation_id", "number", name="uq_invoice_number"),
    )
    op.create_index("ix_invoice_organisation_id_issued_on", "invoice", ["organisation_id", "issued_on"])
    op.create_index("ix_invoice_preceding_id", "invoice", ["preceding_id"])
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.Text, sa.ForeignKey("invoice.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        _organisation(),
        sa.Column("name", sa.Text, nullable=False),
        _text("details"),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("unit_cents", sa.BigInteger, nullable=False),
        sa.Column("discount_bp", sa.Integer, nullable=False),
        sa.Column("discount_cents", sa.BigInteger, nullable=False),
        sa.Column("net_cents", sa.BigInteger, nullable=False),
        sa.Column("vat_category", sa.Text, nullable=False),
        sa.Column("vat_bp", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", "position", name="pk_invoice_line"),
    )
    op.create_table(
        "rated_item",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        sa.Column("invoice_id", sa.Text, sa.ForeignKey("invoice.id"), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("net_cents", sa.BigInteger, nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rated_item"),
        sa.UniqueConstraint("invoice_id", "source", name="uq_rated_item_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rated_item_organisation_id_source", "rated_item", ["organisation_id", "source"])


def _about() -> None:
    op.create_table(
        "invoice_document",
        sa.Column("invoice_id", sa.Text, sa.ForeignKey("invoice.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        _organisation(),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", "kind", name="pk_invoice_document"),
        sa.CheckConstraint("kind IN ('zugferd', 'cii', 'xrechnung')", name=op.f("ck_invoice_document_kind")),
    )
    op.create_table(
        "invoice_event",
        sa.Column("id", sa.Integer, nullable=False),
        _organisation(),
        sa.Column("invoice_id", sa.Text, sa.ForeignKey("invoice.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        _text("data", "{}"),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=True),
        sa.Column("utc_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invoice_event"),
        sa.CheckConstraint(
            "name IN ('issued', 'queued', 'sent', 'not_sent', 'paid', 'unpaid', 'cancelled', 'corrected', 'exported')",
            name=op.f("ck_invoice_event_name"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invoice_event_invoice_id", "invoice_event", ["invoice_id"])
    op.create_index("ix_invoice_event_organisation_id_name", "invoice_event", ["organisation_id", "name"])


def _exports() -> None:
    op.create_table(
        "invoice_run",
        sa.Column("organisation_id", sa.Text, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("seen_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_invoice_run"),
    )
    op.create_table(
        "export_batch",
        sa.Column("id", sa.Text, nullable=False),
        _organisation(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("invoices", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
        sa.Column("user_id", sa.Text, sa.ForeignKey("user.id"), nullable=True),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_export_batch"),
        sa.CheckConstraint("kind IN ('datev', 'csv', 'gobd')", name=op.f("ck_export_batch_kind")),
    )
    op.create_index("ix_export_batch_organisation_id", "export_batch", ["organisation_id"])
