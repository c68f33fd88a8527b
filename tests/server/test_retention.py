"""What a firm forgets on time, what it must keep, and that the log verifies afterwards (S47)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from beistand.audit.note import Verifier, origin
from beistand.cli import main
from beistand.server import retention as keeper
from beistand.server.clock import Clock
from beistand.server.store import accounts, audit, invoices, retention, sessions, times
from beistand.server.store.database import Database
from beistand.server.store.retention import DAY_US
from beistand.server.store.tables import audit_detail, metadata, setup_token
from invoices.making import at
from invoices.world import World
from server.conftest import House
from server.sweeps.conftest import NoLimits
from server.sweeps.town import make_firm, signed_in


def words_of(db: Database) -> str:
    """Every row of every table."""

    def read(c: Any) -> str:
        return "\n".join(str(tuple(row)) for table in metadata.sorted_tables for row in c.execute(select(table)))

    return db.read_now(read)


async def old_firm(house: House) -> Any:
    """A firm of the sweeps (sessions, time, an invoice), whose clock then goes on by five years."""
    object.__setattr__(house.parts, "limiter", NoLimits())
    firm = await make_firm(house, "Muster", "Kieselgrau")
    made = await firm.people["technician"].post("/api/sessions", {"customer_name": "Frau Nie", "level": 1})
    firm.things["waiting"] = made.json["id"]
    await house.parts.log.settled()
    house.clock.pass_seconds(5 * 366 * 86_400)
    return firm


async def test_s47_old_sessions_lose_their_words_and_names_and_the_log_still_verifies(house: House) -> None:
    firm = await old_firm(house)
    db, now = house.parts.db, house.clock.utc_us
    assert db.read_now(lambda c: sessions.get_session(c, firm.id, firm.things["session"])).facts != []
    [(_, done)] = keeper.look(db, now, "server")
    assert (done.days, done.sessions) == (1_461, 1)
    assert done.entries > 3
    left = db.read_now(lambda c: sessions.get_session(c, firm.id, firm.things["waiting"]))
    assert (left.facts, left.customer_name, left.note) == ([], "", "")
    worked = db.read_now(lambda c: sessions.get_session(c, firm.id, firm.things["session"]))
    assert (worked.facts, worked.customer_name) == ([], "Frau Kieselgrau")  # recorded time stands on it
    finding = db.read_now(lambda c: audit.verify(c, firm.id, Verifier(origin(firm.id), house.parts.log.audit_public)))
    assert finding.problems == ()
    assert f"{done.entries} forgotten as retention permits" in finding.summary
    [(_, again)] = keeper.look(db, now + DAY_US, "server")
    assert again.is_nothing


async def test_s47_what_the_law_wants_kept_stays_and_the_pages_still_open(house: House) -> None:
    firm = await old_firm(house)
    db = house.parts.db
    before = db.read_now(lambda c: invoices.files_of(c, firm.id, firm.things["invoice"]))
    recorded = db.read_now(lambda c: times.entries(c, firm.id))
    keeper.look(db, house.clock.utc_us, "server")
    assert db.read_now(lambda c: invoices.files_of(c, firm.id, firm.things["invoice"])) == before
    assert db.read_now(lambda c: times.entries(c, firm.id)) == recorded
    kinds = {entry.kind for entry in db.read_now(lambda c: audit.entries(c, firm.id, 50)) if entry.data is not None}
    assert {"invoice issued", "invoices exported", "retention"} <= kinds
    assert "fact" not in kinds
    found = db.read_now(lambda c: sessions.get_session(c, firm.id, recorded[0].session_id))
    assert found.customer_name != ""
    owner = await signed_in(house, firm, "owner")
    for path in ("/log", f"/sessions/{firm.things['session']}", f"/invoices/{firm.things['invoice']}", "/times"):
        assert (await owner.get(path)).status == 200, path
    assert (await owner.get("/api/sessions")).status == 200
    assert (await owner.get(f"/receipt/{firm.things['receipt_token']}")).status == 404


async def test_s47_each_kind_of_record_about_money_is_kept_by_its_own_name(house: House) -> None:
    """A new kind of entry about money must be named in MONEY_KINDS; the log of a firm with all of them is read here."""
    firm = await old_firm(house)
    known = retention.MONEY_KINDS | {
        "fact",
        "receipt",
        "retention",
        retention.CHANGED,
        "root statement",
        "user invited",
    }
    kinds = {entry.kind for entry in house.parts.db.read_now(lambda c: audit.entries(c, firm.id, 100))}
    assert {kind for kind in kinds if "invoice" in kind} <= retention.MONEY_KINDS
    assert kinds <= known


async def test_s47_the_owner_sets_the_days_and_sees_what_will_go(house: House) -> None:
    firm = await old_firm(house)
    owner = await signed_in(house, firm, "owner")
    page = await owner.get("/firm/retention")
    assert 'value="1461"' in page.text
    assert "At the next run:" in page.text
    token = await owner.csrf("/firm/retention")
    for wrong in ("29", "3661", "", "x", "30.5"):
        answer = await owner.submit("/firm/retention", {"csrf": token, "days": wrong})
        assert (answer.status, "from 30 to 3660" in answer.text) == (422, True)
    assert (await owner.submit("/firm/retention", {"csrf": token, "days": "3660"})).status == 303
    assert "There is nothing to delete" in (await owner.get("/firm/retention")).text
    [newest] = house.parts.db.read_now(lambda c: audit.entries(c, firm.id, 1))
    assert (newest.kind, newest.data) == ("retention changed", {"from_days": 1_461, "to_days": 3_660})


def test_s47_an_invitation_that_is_over_is_deleted_with_what_was_typed_into_it(db: Database) -> None:
    db.write_now(lambda c: accounts.make_owner_link(c, "link", 1))
    db.write_now(lambda c: accounts.keep_pending(c, "link", {"email": "olga@muster.example"}))
    keeper.look(db, accounts.SETUP_US, "server")
    assert db.read_now(lambda c: c.execute(select(func.count()).select_from(setup_token)).scalar()) == 1
    keeper.look(db, accounts.SETUP_US + 1, "server")
    assert "olga@muster.example" not in words_of(db)


@pytest.fixture
def filed(tmp_path: Path) -> World:
    """A firm in a data folder of its own, whose one session is younger than anything is forgotten."""
    db = Database(tmp_path / "beistand.sqlite")
    db.upgrade()
    world = World(db)
    world.contract()
    world.session(at(12, 8, 2), 67)
    return world


def test_s47_the_command_says_what_would_go_and_changes_nothing(filed: World, tmp_path: Path) -> None:
    old = Clock().now().utc_us - 2_000 * DAY_US
    filed.write(lambda c: audit.append(c, filed.firm, "user disabled", {"who": "Frau Uralt"}, "operator", old))
    run = CliRunner().invoke(main, ["retention", "--dry-run"], env={"BEISTAND_DATA": str(tmp_path)})
    assert "Muster IT: the words of 1 entries and 0 sessions from before" in run.output, run.output
    assert "would be forgotten" in run.output
    details = select(func.count()).select_from(audit_detail)
    assert filed.read(lambda c: c.execute(details).scalar()) == 1
    run = CliRunner().invoke(main, ["retention", "--firm", "muster.example"], env={"BEISTAND_DATA": str(tmp_path)})
    assert "are forgotten" in run.output, run.output
    filed.db.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("beistand.sqlite*"))
    assert b"Frau Uralt" not in stored
    run = CliRunner().invoke(main, ["retention"], env={"BEISTAND_DATA": str(tmp_path)})
    assert "nothing is older than 1461 days" in run.output


async def test_s47_the_server_looks_by_itself_at_its_start(house: House) -> None:
    firm = await old_firm(house)
    job = asyncio.ensure_future(keeper.run(house.parts.db, house.clock))
    try:
        async with asyncio.timeout(60):
            while house.parts.db.read_now(lambda c: retention.due(c, firm.id, house.clock.utc_us)).entries:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    finally:
        job.cancel()
