"""Fixtures of every room: databases of both kinds, empty and at the newest schema."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beistand.server.store.database import Database
from postgres import Cluster, cluster, programs

NewDatabase = Callable[[], str]
KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One PostgreSQL for the whole run, started when the first test asks for it."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed (tools/setup.sh test)")
    with cluster(found) as running:
        yield running


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at the newest schema; tests get copies of it."""
    path = tmp_path_factory.mktemp("template") / "b.sqlite"
    database = Database(path)
    database.upgrade()
    database.close()
    return path


@pytest.fixture(params=KINDS)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewDatabase]:
    """Makes databases for the setting `database`; a test that asks for it runs on SQLite and on PostgreSQL."""
    made: list[str] = []
    if request.param == "postgresql":
        running: Cluster = request.getfixturevalue("postgres")

        def make() -> str:
            made.append(running.make())
            return made[-1]

        yield make
        for url in made:
            running.drop(url)
        return
    template: Path = request.getfixturevalue("sqlite_template")

    def copy() -> str:
        path = tmp_path / f"b{len(made)}.sqlite"
        shutil.copyfile(template, path)
        made.append(str(path))
        return f"sqlite:///{path}"

    yield copy


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, as an operator's first start finds it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    running: Cluster = request.getfixturevalue("postgres")
    url = running.make("template0")
    yield url
    running.drop(url)


@pytest.fixture
def db(new_database: NewDatabase) -> Iterator[Database]:
    """An empty database at the newest schema."""
    database = Database(new_database())
    yield database
    database.close()
