"""What every table shares: the naming of constraints, and the organisation it belongs to.

Money is integer cents, time is integer microseconds or seconds, never a float (billing rules 1 and 2).
Every table but `setup_token` carries `organisation_id`, and so does every query on it (S39).
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, MetaData, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# `info` of a table whose rows only grow: its migration calls `append_only`, a test looks for the triggers.
APPEND_ONLY = {"is_append_only": True}


def organisation_column() -> Column[str]:
    """Whose row it is."""
    return Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False)
