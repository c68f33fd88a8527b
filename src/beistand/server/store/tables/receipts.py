"""Where a session's receipt stands in the log, and the hash of the token that opens it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

# The words are the audit entry's; what retention forgets there is gone here as well.
receipt = Table(
    "receipt",
    metadata,
    Column("session_id", Text, ForeignKey("support_session.id"), primary_key=True),
    _organisation(),
    # The customer's program made the token; a stolen database opens no receipt's page.
    Column("token_sha256", Text, nullable=False, unique=True),
    Column("position", BigInteger, nullable=False),
    info=APPEND_ONLY,
)
