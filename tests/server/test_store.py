"""The store: schema, append-only facts, the organisation in every query, sign-in lifetimes."""

import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect, text

from beistand.server.clock import Moment
from beistand.server.store import accounts, engines, parties, sessions
from beistand.server.store.database import Database, StoreError, new_id
from beistand.server.store.tables import metadata
from postgres import Cluster

MINUTE = 60 * 1_000_000
NOW = 1_795_000_000_000_000


def firm(db: Database, name: str) -> tuple[str, str]:
    """Makes a firm with one technician; gives both ids."""
    organisation = db.write_now(lambda c: accounts.add_organisation(c, name, f"{name}.example", NOW))
    values = {
        "id": new_id(NOW),
        "email": f"tech@{name}.example",
        "name": "Tech",
        "role": "technician",
        "password_hash": "x",
        "totp_sealed": "y",
    }
    return organisation, db.write_now(lambda c: accounts.add_user(c, organisation, values, NOW))


def session(db: Database, organisation: str, user: str) -> str:
    values: dict[str, object] = {
        "id": new_id(NOW),
        "user_id": user,
        "customer_id": None,
        "customer_name": "Frau Muster",
        "language": "de",
        "level": 2,
        "is_chargeable": False,
        "notice": "",
        "covered_by": "",
        "created_us": NOW,
    }
    db.write_now(lambda c: sessions.add_session(c, organisation, values))
    return str(values["id"])


def fact(session_id: str, name: str = "created") -> sessions.Fact:
    return sessions.make_fact(session_id, Moment(NOW, 5), "run", "server", name, {"why": "Größe", "n": 1})


def test_the_migrations_make_exactly_the_tables_of_the_code(db: Database) -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        seen = inspect(connection)
        found = {check["name"] for table in metadata.tables for check in seen.get_check_constraints(table)}
    in_code = {str(c.name) for table in metadata.tables.values() for c in table.constraints if str(c.name)[:3] == "ck_"}
    assert in_code == found


def test_upgrading_twice_changes_nothing(db: Database) -> None:
    organisation, _ = firm(db, "a")
    db.upgrade()
    assert [o.id for o in db.read_now(accounts.organisations)] == [organisation]


def test_a_fact_of_an_unknown_session_is_refused(db: Database) -> None:
    organisation, _ = firm(db, "a")
    assert not db.write_now(lambda c: sessions.add_fact(c, organisation, fact("nowhere")))


def test_what_fails_leaves_nothing_behind(db: Database) -> None:
    def half(connection: Any) -> None:
        accounts.add_organisation(connection, "half", "half.example", NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        db.write_now(half)
    assert db.read_now(accounts.organisations) == []


def test_writers_queue_and_lose_nothing(db: Database) -> None:
    organisation, user = firm(db, "a")
    id_ = session(db, organisation, user)

    def many() -> None:
        for _ in range(20):
            db.write_now(lambda c: sessions.add_fact(c, organisation, fact(id_)))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = db.read_now(lambda c: sessions.get_session(c, organisation, id_))
    assert found is not None
    assert len(found.facts) == 80


def test_a_full_disk_is_told_in_one_sentence_and_keeps_what_was_there(sqlite_template: Path) -> None:
    db = Database(sqlite_template.with_name("full.sqlite"))
    db.upgrade()
    organisation, user = firm(db, "a")
    id_ = session(db, organisation, user)
    long = sessions.make_fact(id_, Moment(NOW, 5), "run", "server", "note", {"text": "x" * 900_000})

    def on_a_full_disk(connection: Any) -> bool:
        connection.exec_driver_sql("PRAGMA max_page_count = 60")
        return sessions.add_fact(connection, organisation, long)

    with pytest.raises(StoreError, match="the disk is full, make room on it"):
        db.write_now(on_a_full_disk)
    found = db.read_now(lambda c: sessions.get_session(c, organisation, id_))
    assert found is not None
    assert found.facts == []
    db.close()


def test_a_read_only_place_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "b.sqlite").mkdir()
    database = Database(tmp_path / "b.sqlite")
    with pytest.raises(StoreError, match="cannot be opened or upgraded"):
        database.upgrade()
    database.close()


def test_a_postgresql_that_does_not_answer_is_told_in_one_sentence_without_the_password() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        database = Database(f"postgresql://b:secret@127.0.0.1:{taken.getsockname()[1]}/b")
        with pytest.raises(StoreError, match=r"database postgresql://b:\*\*\*@127\S+ cannot be opened") as told:
            database.upgrade()
        database.close()
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


@pytest.mark.postgres
def test_a_writer_that_waits_too_long_is_told_so(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 50)
    url = postgres.make()
    one, two = Database(url), Database(url)

    def hold(connection: Any) -> None:
        with pytest.raises(StoreError, match="another writer has kept it for 5 seconds"):
            two.write_now(lambda c: accounts.add_organisation(c, "b", "b.example", NOW))
        accounts.add_organisation(connection, "a", "a.example", NOW)

    one.write_now(hold)
    assert [o.name for o in two.read_now(accounts.organisations)] == ["a"]
    one.close()
    two.close()
    postgres.drop(url)


def test_a_reader_sees_one_state_while_another_writes(db: Database) -> None:
    def read(connection: Any) -> tuple[int, int]:
        before = len(accounts.organisations(connection))
        db.write_now(lambda c: accounts.add_organisation(c, "a", "a.example", NOW))
        return before, len(accounts.organisations(connection))

    assert db.read_now(read) == (0, 0)
    assert len(db.read_now(accounts.organisations)) == 1


def test_a_database_of_a_newer_beistand_is_left_alone(db: Database) -> None:
    db.write_now(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StoreError, match="made by a newer Beistand"):
        db.upgrade()


def test_s39_two_organisations_do_not_see_each_other(db: Database) -> None:
    (one, user_one), (two, _) = firm(db, "one"), firm(db, "two")
    id_ = session(db, one, user_one)
    mine = db.write_now(lambda c: parties.add_party(c, one, {"name": "Muster GmbH"}, NOW))
    assert db.read_now(lambda c: sessions.get_session(c, two, id_)) is None
    assert db.read_now(lambda c: sessions.latest_sessions(c, two)) == []
    assert db.read_now(lambda c: parties.get_party(c, two, mine.id)) is None
    assert db.read_now(lambda c: parties.find_parties(c, two)) == []
    assert not db.write_now(lambda c: sessions.add_fact(c, two, fact(id_)))
    assert not db.write_now(lambda c: sessions.set_note(c, two, id_, "x", ""))
    assert not db.write_now(lambda c: accounts.set_active(c, two, "tech@one.example", False))
    assert not db.write_now(lambda c: accounts.use_totp_step(c, two, user_one, 7))
    assert [u.organisation_id for u in db.read_now(lambda c: accounts.users(c, two))] == [two]
    assert db.read_now(lambda c: parties.find_parties(c, one, "mUSTER")) == [mine]
    assert db.read_now(lambda c: parties.find_parties(c, one, "%")) == []


def test_s39_every_query_within_an_organisation_carries_it(db: Database) -> None:
    organisation, user = firm(db, "a")
    id_ = session(db, organisation, user)
    mine = db.write_now(lambda c: parties.add_party(c, organisation, {"name": "M"}, NOW))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    calls = [
        lambda c: accounts.get_organisation(c, organisation),
        lambda c: accounts.change_organisation(c, organisation, name="b"),
        lambda c: accounts.make_user_link(c, organisation, "t", "technician", NOW),
        lambda c: accounts.users(c, organisation),
        lambda c: accounts.set_active(c, organisation, "tech@a.example", False),
        lambda c: accounts.use_totp_step(c, organisation, user, 1),
        lambda c: parties.get_party(c, organisation, mine.id),
        lambda c: parties.find_parties(c, organisation, "m"),
        lambda c: sessions.add_fact(c, organisation, fact(id_)),
        lambda c: sessions.set_note(c, organisation, id_, "n", "s"),
        lambda c: sessions.get_session(c, organisation, id_),
        lambda c: sessions.latest_sessions(c, organisation),
    ]
    for call in calls:
        db.write_now(call)
    asked = [s for s in statements if not s.startswith(("BEGIN", "PRAGMA"))]
    assert len(asked) >= len(calls)
    asked = [s for s in asked if "pg_advisory" not in s and not s.startswith("SET LOCAL")]
    mark = r"(\?|%\(\w+\)s(::\w+)?)"
    own = re.compile(rf"organisation_id = {mark}|organisation\.id = {mark}|INTO \w+ \([^)]*organisation_id")
    assert [s for s in asked if not own.search(s)] == []


@pytest.mark.parametrize(
    ("idle", "age", "is_in"),
    [(29, 29, True), (31, 31, False), (1, 599, True), (1, 601, False)],
)
def test_s33_a_sign_in_ends_after_30_minutes_idle_or_10_hours(db: Database, idle: int, age: int, is_in: bool) -> None:
    organisation, user = firm(db, "a")
    db.write_now(lambda c: accounts.start_sign_in(c, organisation, user, "cookie", NOW - age * MINUTE))
    for minutes in range(age, idle, -20):
        db.write_now(lambda c, at=NOW - minutes * MINUTE: accounts.touch_sign_in(c, "cookie", at))
    db.write_now(lambda c: accounts.touch_sign_in(c, "cookie", NOW - idle * MINUTE))
    found = db.read_now(lambda c: accounts.signed_in_user(c, "cookie", NOW))
    assert (found is not None) == is_in


def test_s33_disabling_a_user_ends_their_sign_ins(db: Database) -> None:
    organisation, user = firm(db, "a")
    db.write_now(lambda c: accounts.start_sign_in(c, organisation, user, "cookie", NOW))
    assert db.write_now(lambda c: accounts.set_active(c, organisation, "TECH@a.example", False))
    assert db.read_now(lambda c: accounts.signed_in_user(c, "cookie", NOW)) is None
    db.write_now(lambda c: accounts.set_active(c, organisation, "tech@a.example", True))
    assert db.read_now(lambda c: accounts.signed_in_user(c, "cookie", NOW)) is None


def test_s33_the_cookie_of_a_disabled_user_is_worth_nothing_even_if_it_stayed(db: Database) -> None:
    organisation, user = firm(db, "a")
    db.write_now(lambda c: accounts.start_sign_in(c, organisation, user, "cookie", NOW))
    db.write_now(lambda c: c.execute(text('UPDATE "user" SET is_active = false')))
    assert db.read_now(lambda c: accounts.signed_in_user(c, "cookie", NOW)) is None


def test_s34_the_database_does_not_know_the_cookie(db: Database) -> None:
    organisation, user = firm(db, "a")
    db.write_now(lambda c: accounts.start_sign_in(c, organisation, user, "a-cookie-of-random-letters", NOW))
    db.write_now(lambda c: accounts.make_owner_link(c, "a-setup-of-random-letters", NOW))
    with db.engine.connect() as connection:
        rows = [connection.execute(table.select()).all() for table in metadata.tables.values()]
    assert "tech@a.example" in str(rows)
    assert "of-random-letters" not in str(rows)


def test_a_code_works_once_and_older_ones_never(db: Database) -> None:
    organisation, user = firm(db, "a")
    taken = [db.write_now(lambda c, s=step: accounts.use_totp_step(c, organisation, user, s)) for step in (7, 7, 6, 8)]
    assert taken == [True, False, False, True]


def test_s30_no_owner_link_once_an_owner_exists(db: Database) -> None:
    db.write_now(lambda c: accounts.make_owner_link(c, "first", NOW))
    db.write_now(lambda c: accounts.make_owner_link(c, "second", NOW))
    assert db.read_now(lambda c: accounts.find_setup(c, "first", NOW)) is None
    assert db.read_now(lambda c: accounts.find_setup(c, "second", NOW)) is not None
    assert db.read_now(lambda c: accounts.find_setup(c, "second", NOW + accounts.SETUP_US)) is None
    organisation = db.write_now(lambda c: accounts.add_organisation(c, "a", "a.example", NOW))
    owner = {"id": "o", "email": "o@a", "name": "O", "role": "owner", "password_hash": "x", "totp_sealed": "y"}
    db.write_now(lambda c: accounts.add_user(c, organisation, owner, NOW))
    assert db.read_now(lambda c: accounts.find_setup(c, "second", NOW)) is None
    with pytest.raises(StoreError, match="has an owner already"):
        db.write_now(lambda c: accounts.make_owner_link(c, "third", NOW))


def test_a_setup_link_is_used_once(db: Database) -> None:
    db.write_now(lambda c: accounts.make_owner_link(c, "link", NOW))
    db.write_now(lambda c: accounts.use_setup(c, "link"))
    with pytest.raises(StoreError, match="used already"):
        db.write_now(lambda c: accounts.use_setup(c, "link"))


def test_terms_out_of_range_are_refused(db: Database) -> None:
    organisation, _ = firm(db, "a")
    with pytest.raises(StoreError, match="out of range"):
        db.write_now(lambda c: accounts.change_organisation(c, organisation, vat_bp=-1))
    assert db.read_now(lambda c: accounts.get_organisation(c, organisation)).vat_bp == 1900


def test_the_public_page_belongs_to_the_firm_of_the_domain_else_to_the_eldest(db: Database) -> None:
    firm(db, "one")
    firm(db, "two")
    names = [db.read_now(lambda c, h=h: accounts.public_organisation(c, h)) for h in ("two.example", "localhost")]
    assert [o.name for o in names if o] == ["two", "one"]


def test_ids_are_uuids_of_version_7_that_sort_by_time() -> None:
    early, late = new_id(NOW), new_id(NOW + MINUTE)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", early)
    assert early < late
    assert len({new_id(NOW) for _ in range(100)}) == 100
