"""From which day on a firm is taxed how. The newest word about a day holds."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, ForeignKey, Integer, Table, Text

from beistand.server.store.tables.base import APPEND_ONLY, metadata
from beistand.server.store.tables.base import organisation_column as _organisation

tax_change = Table(
    "tax_change",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _organisation(),
    Column("valid_from", Date, nullable=False),
    Column("standard_bp", Integer, nullable=False),
    Column("reduced_bp", Integer, nullable=False),
    Column("is_small_business", Boolean, nullable=False),
    Column("user_id", Text, ForeignKey("user.id"), nullable=True),
    Column("made_us", BigInteger, nullable=False),
    CheckConstraint("standard_bp BETWEEN 0 AND 10000 AND reduced_bp BETWEEN 0 AND 10000", name="rates"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
