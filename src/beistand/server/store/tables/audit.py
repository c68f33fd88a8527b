"""The audit log: entries, what may be forgotten of them, the tree's nodes, signed checkpoints, permitted forgetting."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

audit_entry = Table(
    "audit_entry",
    metadata,
    _organisation(),
    # 0, 1, 2 ... without a gap within the organisation: its place in the tree.
    Column("position", BigInteger, nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("commitment", LargeBinary, nullable=False),
    # Of kind "fact": the row of session_fact that says what. No foreign key: the fact may be forgotten.
    Column("fact_id", Integer, nullable=True, unique=True),
    PrimaryKeyConstraint("organisation_id", "position"),
    info=APPEND_ONLY,
)

# May be deleted, but only what is older than `audit_retention` permits.
audit_detail = Table(
    "audit_detail",
    metadata,
    _organisation(),
    Column("position", BigInteger, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    # Empty for a fact: session_fact holds the words.
    Column("actor", Text, nullable=False),
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "position"),
    info=APPEND_ONLY,
)

audit_node = Table(
    "audit_node",
    metadata,
    _organisation(),
    Column("level", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation_id", "level", "position"),
    info=APPEND_ONLY,
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    _organisation(),
    Column("size", BigInteger, nullable=False),
    Column("utc_us", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "size"),
    info=APPEND_ONLY,
)

# Each row is an entry of kind "retention" as well.
audit_retention = Table(
    "audit_retention",
    metadata,
    _organisation(),
    Column("position", BigInteger, nullable=False),
    Column("before_us", BigInteger, nullable=False),
    PrimaryKeyConstraint("organisation_id", "position"),
    info=APPEND_ONLY,
)
