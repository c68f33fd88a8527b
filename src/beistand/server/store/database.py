"""The database: transactions, migrations, a file or a server of PostgreSQL. Synchronous SQLAlchemy in a thread pool.

Measured: 18,408 selects/s with sqlite3 in threads against 2,239 with aiosqlite.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, inspect
from sqlalchemy.exc import InternalError, OperationalError

from beistand.server.store.engines import WRITES, open_engine, parse

T = TypeVar("T")

THREADS = 4
# SQLite takes 32,766 values in one statement; PostgreSQL 65,535.
AT_ONCE = 5_000


class StoreError(Exception):
    """The store cannot keep or give what was asked; the text says why and what to do."""


class Database:
    """A SQLite file or a PostgreSQL database. `read` and `write` run a function with a connection in a transaction.

    Writers queue instead of failing half-way; a reader sees one state of all tables (store/engines.py).
    """

    def __init__(self, where: Path | str) -> None:
        """`where` is the path of a SQLite file, or an address as the setting `database` has it."""
        self._url = parse(where) if isinstance(where, str) else URL.create("sqlite", database=str(where))
        self.engine = open_engine(self._url)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="store")

    @property
    def name(self) -> str:
        """The file's path or the server's address, without its password."""
        if self._url.get_backend_name() == "sqlite":
            return self._url.database or ""
        return self._url.set(drivername="postgresql").render_as_string(hide_password=True)

    @property
    def is_made(self) -> bool:
        """Whether `upgrade` has ever made the tables. Raises StoreError if it cannot be reached."""
        if self._url.get_backend_name() == "sqlite" and not Path(self._url.database or "").exists():
            return False
        return self.read_now(lambda c: inspect(c).has_table("organisation"))

    def upgrade(self) -> None:
        """Brings it to the newest schema. Raises StoreError if it was made by a newer Beistand or is unusable."""
        try:
            if self._url.get_backend_name() == "sqlite":
                _make_file(Path(self._url.database or ""))
            with self.engine.execution_options(**{WRITES: True}).begin() as connection:
                command.upgrade(_alembic(connection), "head")
        except (OperationalError, OSError, CommandError) as error:
            raise StoreError(f"The database {self.name} cannot be opened or upgraded: {_why(error)}.") from None

    def read_now(self, question: Callable[[Connection], T]) -> T:
        """Runs `question` in this thread; what it writes is rolled back. Raises StoreError if it is unreadable."""
        try:
            with self.engine.connect() as connection:
                return question(connection)
        except OperationalError as error:
            raise StoreError(f"The database could not be read: {_why(error)}.") from error

    def write_now(self, change: Callable[[Connection], T]) -> T:
        """Runs `change` in this thread and commits; on an exception nothing of it stays.

        Raises StoreError when the disk is full or the file is locked or read-only.
        """
        try:
            with self.engine.execution_options(**{WRITES: True}).begin() as connection:
                return change(connection)
        # A PostgreSQL that only reads (a standby) says so with an InternalError.
        except (OperationalError, InternalError) as error:
            raise StoreError(f"The database could not be written: {_why(error)}.") from error

    async def read(self, question: Callable[[Connection], T]) -> T:
        """`read_now` in the thread pool."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, question)

    async def write(self, change: Callable[[Connection], T]) -> T:
        """`write_now` in the thread pool."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.write_now, change)

    def scrub(self) -> None:
        """After a deletion: SQLite's journal, which may still hold the words, is written back and emptied.

        PostgreSQL marks the place as free and uses it again (docs/operating.md). Raises StoreError.
        """
        connection = self.engine.raw_connection()
        try:
            if self.engine.dialect.name == "sqlite":
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise StoreError(f"The database could not be written: {error}.") from error
        finally:
            connection.close()

    def close(self) -> None:
        """Ends the threads and closes the file."""
        self._threads.shutdown()
        self.engine.dispose()


def _make_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _why(error: OperationalError | InternalError | OSError | CommandError) -> str:
    if isinstance(error, CommandError):
        return "it was made by a newer Beistand, install that one"
    if isinstance(error, (OperationalError, InternalError)):
        reason = str(error.orig).strip().splitlines()[0].rstrip(".")
    else:
        reason = os.strerror(error.errno or 0)
    hints = {
        "database or disk is full": "the disk is full, make room on it",
        "attempt to write a readonly database": "the file is read-only, correct its owner or mode",
        "canceling statement due to lock timeout": "another writer has kept it for 5 seconds, try again",
    }
    return hints.get(reason, reason)


def new_id(utc_us: int) -> str:
    """A UUIDv7 (RFC 9562, section 5.7): sorts by time, 74 random bits."""
    value = (utc_us // 1000 & (1 << 48) - 1) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def in_portions(db: Connection, question: Any, column: Any, values: Iterable[Any]) -> Iterable[Any]:
    """The rows whose `column` is one of many values, asked for in portions."""
    all_ = list(values)
    for begin in range(0, len(all_), AT_ONCE):
        yield from db.execute(question.where(column.in_(all_[begin : begin + AT_ONCE]))).mappings()
