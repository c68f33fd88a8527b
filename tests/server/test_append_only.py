"""What must never change cannot be changed, on both databases, with the triggers that stand after `upgrade head`."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from beistand.server.clock import Moment
from beistand.server.store import accounts, contracts, parties, quota, sessions
from beistand.server.store.database import Database, new_id
from beistand.server.store.tables import metadata

NOW = 1_795_000_000_000_000
GROWING = sorted(table.name for table in metadata.tables.values() if table.info.get("is_append_only"))
VERBS = {"sqlite": {"UPDATE", "DELETE"}, "postgresql": {"UPDATE", "DELETE", "TRUNCATE"}}


def triggers(db: Database) -> dict[str, set[str]]:
    """{table: verbs that a trigger stands before}, from the database's own catalogue."""
    if db.engine.dialect.name == "sqlite":
        question = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'"
    else:
        question = (
            "SELECT relname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid "
            "WHERE NOT tgisinternal AND tgenabled = 'O' AND pg_get_triggerdef(t.oid) LIKE '%beistand_append_only%'"
        )
    found: dict[str, set[str]] = {}
    for table, made in db.read_now(lambda c: c.execute(text(question)).all()):
        found.setdefault(table, set()).update(
            verb for verb in ("UPDATE", "DELETE", "TRUNCATE") if f"BEFORE {verb}" in made
        )
    return found


def test_every_table_that_only_grows_is_guarded_after_upgrade_head(db: Database) -> None:
    assert "session_fact" in GROWING
    assert triggers(db) == dict.fromkeys(GROWING, VERBS[db.engine.dialect.name])


def a_fact(db: Database) -> None:
    firm = db.write_now(lambda c: accounts.add_organisation(c, "a", "a.example", NOW))
    user = {"id": "u", "email": "t@a", "name": "T", "role": "technician", "password_hash": "x", "totp_sealed": "y"}
    db.write_now(lambda c: accounts.add_user(c, firm, user, NOW))
    session: dict[str, object] = {
        "id": new_id(NOW),
        "user_id": "u",
        "customer_id": None,
        "customer_name": "Frau Muster",
        "language": "de",
        "level": 2,
        "is_chargeable": False,
        "notice": "",
        "covered_by": "",
        "created_us": NOW,
    }
    db.write_now(lambda c: sessions.add_session(c, firm, session))
    fact = sessions.make_fact(str(session["id"]), Moment(NOW, 5), "run", "server", "created", {"why": "Größe"})
    assert db.write_now(lambda c: sessions.add_fact(c, firm, fact))


def a_booking(db: Database) -> None:
    firm = db.write_now(lambda c: accounts.add_organisation(c, "a", "a.example", NOW))
    party = db.write_now(lambda c: parties.add_party(c, firm, {"name": "P"}, NOW))
    starts = {"partner_id": party.id, "starts_on": date(2026, 1, 1)}
    contract = db.write_now(lambda c: contracts.add_contract(c, firm, starts, NOW))
    period = db.write_now(lambda c: quota.open_period(c, firm, contract, (date(2026, 1, 1), None), 0, NOW))
    db.write_now(lambda c: quota.book(c, firm, period, quota.Booking("granted", 300, "", "", "", NOW)))


PLANTED: dict[str, Callable[[Database], None]] = {"session_fact": a_fact, "quota_ledger": a_booking}


@pytest.mark.parametrize("table", PLANTED)
def test_a_row_that_was_added_stays_as_it_is(db: Database, table: str) -> None:
    PLANTED[table](db)
    before = db.read_now(lambda c: c.execute(metadata.tables[table].select()).all())
    assert before
    statements = [f"UPDATE {table} SET organisation_id = organisation_id", f"DELETE FROM {table}"]
    if db.engine.dialect.name == "sqlite":
        statements += [f"{verb} INTO {table} SELECT * FROM {table}" for verb in ("REPLACE", "INSERT OR REPLACE")]
    else:
        statements += [f"TRUNCATE {table}", "TRUNCATE organisation CASCADE"]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"):
            db.write_now(lambda c, s=statement: c.execute(text(s)))
    assert db.read_now(lambda c: c.execute(metadata.tables[table].select()).all()) == before
