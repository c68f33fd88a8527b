"""Recordings of sessions: the firm's key and terms, and what lies where; the content is a file of its own."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

# The newest of a firm is in use; older ones still open what was sealed to them.
recording_key = Table(
    "recording_key",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    # X-Wing (ML-KEM-768 and X25519), 1,216 bytes in base64. The private half never comes here.
    Column("public_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Index("ix_recording_key_organisation_id", "organisation_id"),
    info=APPEND_ONLY,
)

recording_terms = Table(
    "recording_terms",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("days", Integer, nullable=False),
    CheckConstraint("days BETWEEN 1 AND 3650", name="days"),
)

recording = Table(
    "recording",
    metadata,
    Column("id", Text, primary_key=True),
    _organisation(),
    Column("session_id", Text, ForeignKey("support_session.id"), nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=False),
    Column("key_sha256", Text, nullable=False),
    Column("began_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger, nullable=True),
    Column("chunks", Integer, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    Column("delete_us", BigInteger, nullable=False),
    Column("deleted_us", BigInteger, nullable=True),
    CheckConstraint("bytes >= 0", name="bytes"),
    Index("ix_recording_organisation_id_began_us", "organisation_id", "began_us"),
    Index("ix_recording_session_id", "session_id"),
)
