"""Triggers that let a table only grow, on both databases. A migration calls `append_only` after it made the table."""

from __future__ import annotations

from typing import Any

_FUNCTION = """
CREATE OR REPLACE FUNCTION beistand_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def append_only(op: Any, table: str) -> None:
    """Refuses UPDATE and DELETE of the table's rows, and TRUNCATE where there is one. `op` is alembic's.

    SQLite's batch mode (`op.batch_alter_table`) drops triggers silently: a migration that uses it on such a table calls
    this again. tests/server/test_append_only.py looks at what stands after `upgrade head`.
    """
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(_FUNCTION)
    for verb, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION beistand_append_only()"
        )
