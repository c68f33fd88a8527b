"""Triggers that let a table only grow, on both databases. A migration calls `append_only` after it made the table.

`retainable` is for rows that the audit log's retention may delete, and nobody else.
"""

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


_RETAINABLE = """
CREATE OR REPLACE FUNCTION beistand_append_only_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {kept} THEN
    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN OLD;
END $$
"""


def retainable(op: Any, table: str, own_entry: str) -> None:
    """As `append_only`, but a row may be deleted once the log records a retention that is younger than its entry.

    `own_entry` is the SQL condition that finds the audit entry of the row OLD. Replaces the triggers of `append_only`.
    """
    entry = f"SELECT utc_us FROM audit_entry WHERE organisation_id = OLD.organisation_id AND {own_entry}"  # noqa: S608
    before = "SELECT MAX(before_us) FROM audit_retention WHERE organisation_id = OLD.organisation_id"
    # A row without an entry is never old enough.
    kept = f"COALESCE(({entry}), {2**62}) >= COALESCE(({before}), 0)"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete")
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {kept} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(_RETAINABLE.format(table=table, kept=kept))
    op.execute(f"DROP TRIGGER IF EXISTS {table}_no_delete ON {table}")
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION beistand_append_only_{table}()"
    )
