"""The two databases behind one promise: a transaction sees one state, writers queue and never fail half-way.

SQLite keeps the promise with WAL and BEGIN IMMEDIATE. PostgreSQL keeps it with a snapshot for readers and one lock,
held until the transaction ends, for writers: what is proven with one writer at a time then holds on both.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

BUSY_TIMEOUT_MS = 5000
CONNECT_SECONDS = 5
# Any number will do, as long as nobody else uses it in this database ("Beistand" in ASCII, as a signed 64-bit number).
WRITER_LOCK = 0x4265697374616E64
WRITES = "beistand_writes"


class UrlError(Exception):
    """The text is no address of a database that we can use; it says what to write instead."""


def parse(text: str) -> URL:
    """`sqlite:///folder/file` or `postgresql://user:password@host/name`. Raises UrlError with one sentence."""
    if text.startswith("sqlite:///") and text.removeprefix("sqlite:///") not in ("", ":memory:"):
        # Not by make_url: a folder's name may hold a question mark.
        return URL.create("sqlite", database=text.removeprefix("sqlite:///"))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UrlError(_sentence()) from None
    if url.get_backend_name() not in ("postgresql", "postgres") or not url.database:
        raise UrlError(_sentence())
    return url.set(drivername="postgresql+psycopg")


def _sentence() -> str:
    # Without the text itself: it may carry a password.
    return "database must be sqlite:///folder/file or postgresql://user:password@host/name."


def open_engine(url: URL) -> Engine:
    """The engine for a parsed address; connects at first use."""
    return _postgresql(url) if url.get_backend_name() == "postgresql" else _sqlite(url)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # Transactions are begun below, not by the driver's guess from the statement.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # Without it, INSERT OR REPLACE slips past the triggers that forbid DELETE.
        cursor.execute("PRAGMA recursive_triggers = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        # What retention deletes is overwritten in the file (S47).
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _is_writer(connection) else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    # Asked before use, so that a PostgreSQL that was restarted is simply used again.
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS})

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if not _is_writer(connection):
            # One state for all questions of a transaction, as SQLite gives it.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
        # Read committed: what is asked after the lock sees what the writer before us left.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")

    return engine


def _is_writer(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(WRITES, False))
