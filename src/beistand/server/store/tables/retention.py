"""How long a firm keeps the words of its sessions. Not append-only: each change is an entry of the audit log."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text

from beistand.server.store.tables.base import metadata

retention_policy = Table(
    "retention_policy",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisation.id"), primary_key=True),
    Column("session_days", Integer, nullable=False),
    CheckConstraint("session_days BETWEEN 30 AND 3660", name="session_days"),
)
