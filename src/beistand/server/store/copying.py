"""All records of one database into another that is empty, whatever the two are: SQLite's file or PostgreSQL.

One transaction reads, one writes: what arrives is one state, or nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from beistand.server.store.database import Database, StoreError
from beistand.server.store.tables import metadata

ROWS = 500


def to_file(db: Database, path: Path) -> None:
    """A SQLite file with all records as they are now, made beside a running server. StoreError."""
    if db.engine.dialect.name == "sqlite":
        _copy_file(Path(db.name), path)
        return
    _copy_rows(db, Database(path))


def from_file(path: Path, db: Database) -> None:
    """The records of such a file into an empty PostgreSQL, at the newest schema. StoreError if it has records."""
    if db.is_made and db.read_now(_is_used):
        raise StoreError(f"{db.name} holds records already: restore into an empty database.")
    source = Database(path)
    source.upgrade()
    _copy_rows(source, db)


def _is_used(db: Connection) -> bool:
    return any(db.execute(select(func.count()).select_from(table)).scalar() for table in metadata.sorted_tables)


def _copy_file(source: Path, target: Path) -> None:
    """SQLite's own online backup: a consistent state, also while others write."""
    try:
        address = f"{source.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # A file of its own, without a journal beside it.
            new.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StoreError(f"The records could not be copied: {error}.") from error


def _copy_rows(source: Database, target: Database) -> None:
    try:
        target.upgrade()

        def write(new: Connection) -> None:
            for table, rows in source_rows:
                new.execute(insert(table), rows)
            if new.dialect.name == "postgresql":
                _set_sequences(new)

        with source.engine.connect() as old:
            source_rows = _rows(old)
            target.write_now(write)
    finally:
        for each in (source, target):
            if each.engine.dialect.name == "sqlite":
                each.close()


def _rows(old: Connection) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Every table in an order that keys allow, some rows at a time."""
    for table in metadata.sorted_tables:
        order = list(table.primary_key.columns)
        question = select(table).order_by(*order).execution_options(yield_per=ROWS)
        found = old.execute(question).mappings()
        for some in found.partitions(ROWS):
            yield table, [dict(row) for row in some]


def _set_sequences(new: Connection) -> None:
    """PostgreSQL counts on from the highest number that was copied."""
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        highest = new.execute(select(func.max(key))).scalar()
        if highest is not None:
            names = {"table": f'"{table.name}"', "column": key.name, "highest": highest}
            new.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"), names)
