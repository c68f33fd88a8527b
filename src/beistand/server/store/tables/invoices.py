"""Invoices: who sends them, their numbers, the documents as issued, what happened to them, exports.

What is issued never changes (billing rule 4): all but `seller`, `number_series` and `invoice_run` only grows. No key
points to the payer: a party may be archived or renamed, an invoice stays as it was sent.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


# The firm as it stands on its invoices, and its accounts for the DATEV export. Each invoice keeps its own copy.
seller = Table(
    "seller",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    *(_text(name) for name in ("name", "street", "postcode", "city")),
    _text("country", "DE"),
    *(_text(name) for name in ("vat_id", "tax_number", "contact_name", "phone", "email", "website")),
    *(_text(name) for name in ("iban", "bic", "bank", "register", "managers")),
    Column("is_small_business", Boolean, nullable=False, server_default="0"),
    Column("due_days", Integer, nullable=False, server_default="14"),
    _text("invoice_prefix", "RE"),
    _text("cancellation_prefix", "ST"),
    *(_text(name) for name in ("datev_consultant", "datev_client", "datev_debtor", "datev_debtor_first")),
    *(_text(name) for name in ("account_standard", "account_reduced", "account_reverse", "account_exempt")),
    CheckConstraint("due_days BETWEEN 0 AND 365", name="due"),
)

# The last number of each series and year. UPDATE ... RETURNING within the issuing transaction: no gap, no number twice.
# A customer's own account in the tax adviser's books; once given it is never another's.
debtor_account = Table(
    "debtor_account",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("party_id", Text, primary_key=True),
    Column("account", BigInteger, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    UniqueConstraint("organisation_id", "account", name="uq_debtor_account_organisation_id_account"),
    CheckConstraint("account > 0", name="account"),
    info=APPEND_ONLY,
)

number_series = Table(
    "number_series",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("series", Text, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last_no", Integer, nullable=False, server_default="0"),
    CheckConstraint("last_no >= 0", name="last"),
)

invoice = Table(
    "invoice",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("no", Integer, nullable=False),
    # "2026-11"
    Column("period", Text, nullable=False),
    Column("payer_id", Text, nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("payer_email", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("currency", Text, nullable=False, server_default="EUR"),
    Column("net_cents", BigInteger, nullable=False),
    Column("tax_cents", BigInteger, nullable=False),
    Column("gross_cents", BigInteger, nullable=False),
    # What it takes back.
    Column("preceding_id", Text, ForeignKey("invoice.id"), nullable=True),
    Column("reason", Text, nullable=False, server_default=""),
    # The document and its time sheet as they were (JSON): what the files were made from.
    Column("document", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=True),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("kind IN ('invoice', 'cancellation', 'correction')", name="kind"),
    CheckConstraint("gross_cents = net_cents + tax_cents", name="gross"),
    CheckConstraint("kind = 'invoice' OR preceding_id IS NOT NULL", name="preceding"),
    UniqueConstraint("organisation_id", "number", name="uq_invoice_number"),
    UniqueConstraint("organisation_id", "series", "year", "no", name="uq_invoice_no"),
    Index("ix_invoice_organisation_id_issued_on", "organisation_id", "issued_on"),
    Index("ix_invoice_preceding_id", "preceding_id"),
    info=APPEND_ONLY,
)

invoice_line = Table(
    "invoice_line",
    metadata,
    Column("invoice_id", Text, ForeignKey("invoice.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _organisation(),
    Column("name", Text, nullable=False),
    Column("details", Text, nullable=False, server_default=""),
    Column("quantity", Integer, nullable=False),
    Column("unit", Text, nullable=False),
    Column("base", Integer, nullable=False),
    Column("unit_cents", BigInteger, nullable=False),
    Column("discount_bp", Integer, nullable=False),
    Column("discount_cents", BigInteger, nullable=False),
    Column("net_cents", BigInteger, nullable=False),
    Column("vat_category", Text, nullable=False),
    Column("vat_bp", Integer, nullable=False),
    info=APPEND_ONLY,
)

# What an invoice was made from, with the rules that made it: entry:..., flat:..., block:... (billing rule 2).
rated_item = Table(
    "rated_item",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("invoice_id", Text, ForeignKey("invoice.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("net_cents", BigInteger, nullable=False),
    Column("snapshot", Text, nullable=False),
    UniqueConstraint("invoice_id", "source", name="uq_rated_item_source"),
    Index("ix_rated_item_organisation_id_source", "organisation_id", "source"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

# The files as they were sent. The XML is the record; its SHA-256 stands in the audit log too.
invoice_document = Table(
    "invoice_document",
    metadata,
    Column("invoice_id", Text, ForeignKey("invoice.id"), primary_key=True),
    # "zugferd" (PDF with XML), "cii" (that XML), "xrechnung" (UBL)
    Column("kind", Text, primary_key=True),
    _organisation(),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("kind IN ('zugferd', 'cii', 'xrechnung')", name="kind"),
    info=APPEND_ONLY,
)

invoice_event = Table(
    "invoice_event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("invoice_id", Text, ForeignKey("invoice.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("data", Text, nullable=False, server_default="{}"),
    Column("user_id", Text, ForeignKey("user.id"), nullable=True),
    Column("utc_us", BigInteger, nullable=False),
    CheckConstraint(
        "name IN ('issued', 'queued', 'sent', 'not_sent', 'paid', 'unpaid', 'cancelled', 'corrected', 'exported')",
        name="name",
    ),
    Index("ix_invoice_event_invoice_id", "invoice_id"),
    Index("ix_invoice_event_organisation_id_name", "organisation_id", "name"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)

# The run that is going on: a second one finds the row and says so. Freed at the end, or when it is an hour old.
invoice_run = Table(
    "invoice_run",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("id", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
)

export_batch = Table(
    "export_batch",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("kind", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("invoices", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=True),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("kind IN ('datev', 'csv', 'gobd')", name="kind"),
    Index("ix_export_batch_organisation_id", "organisation_id"),
    info=APPEND_ONLY,
)
