"""What happened to the mails with service reports: queued, sent, not sent. The newest word of a session holds."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

report_mail_event = Table(
    "report_mail_event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("session_id", Text, ForeignKey("support_session.id"), nullable=False),
    Column("name", Text, nullable=False),
    # JSON: to, language, and the reason of a try that failed or the SHA-256 of the file that was sent.
    Column("data", Text, nullable=False, server_default="{}"),
    Column("user_id", Text, ForeignKey("user.id"), nullable=True),
    Column("utc_us", BigInteger, nullable=False),
    CheckConstraint("name IN ('queued', 'sent', 'not_sent')", name="name"),
    Index("ix_report_mail_event_session_id", "session_id"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
