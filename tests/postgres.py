"""A PostgreSQL of the tests' own: one cluster a run on a free port, one database a test, copied from a template.

Started as a child that dies with us, as the user `postgres` when we are root (PostgreSQL refuses root), without
fsync: what it keeps is thrown away.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import psycopg
from psycopg import sql

from beistand.server.store.database import Database

START_SECONDS = 60


def programs() -> Path | None:
    """Where the newest PostgreSQL's programs lie (Debian keeps them outside PATH)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    beside = shutil.which("postgres")
    return found[-1].parent if found else Path(beside).parent if beside else None


@dataclass
class Cluster:
    """A running server; `make` gives the address of a new database at the newest schema."""

    port: int
    made: int = 0
    _plain: psycopg.Connection[tuple[object, ...]] | None = field(default=None, repr=False)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def make_template(self) -> None:
        """Upgrades one database; tests get copies of it."""
        self._execute(sql.SQL("CREATE DATABASE template_beistand"))
        template = Database(self.url("template_beistand"))
        template.upgrade()
        template.close()

    def make(self, template: str = "template_beistand") -> str:
        self.made += 1
        name = f"test_{self.made}"
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        self._execute(copy)
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.rpartition("/")[2]
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composable) -> None:
        if self._plain is None:
            self._plain = psycopg.connect(self.url("postgres"), autocommit=True)
        self._plain.execute(statement)

    def close(self) -> None:
        if self._plain is not None:
            self._plain.close()


@contextmanager
def cluster(bin_: Path) -> Iterator[Cluster]:
    """A cluster in a folder of its own; both are gone afterwards."""
    folder = Path(mkdtemp(prefix="beistand-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        person = pwd.getpwnam("postgres")
        os.chown(folder, person.pw_uid, person.pw_gid)
        as_user = ["setpriv", f"--reuid={person.pw_uid}", f"--regid={person.pw_gid}", "--clear-groups"]
    data = folder / "data"
    quick = ["--no-sync", "--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username=postgres"]
    made = subprocess.run([*as_user, bin_ / "initdb", *quick, "-D", data], cwd=folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",
        "max_connections": "60",
        "shared_buffers": "32MB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    # INT ends it fast and orderly; it comes too if the tests are killed.
    dies_with_us = ["setpriv", "--pdeathsig=INT", *as_user[1:]]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*dies_with_us, bin_ / "postgres", "-D", data, *flags], cwd=folder, stdout=log, stderr=log
        )
    running = Cluster(port)
    try:
        _wait(running, server, folder / "log")
        running.make_template()
        yield running
    finally:
        running.close()
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder)


def _wait(running: Cluster, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(running.url("postgres"), connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
