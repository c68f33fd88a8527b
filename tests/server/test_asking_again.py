"""Service hours end, or the work becomes another: who pays is asked again; uncovered work needs a yes to be billed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from beistand.billing.contract import Beneficiary, ContractVersion, CoverageRule, Hours
from beistand.server.invoicing import running as runs
from beistand.server.portal import asking_again
from beistand.server.store import accounts, cases, charges, contracts, prices, seller, time_words, times
from beistand.server.store.seller import SellerData
from invoices.making import SELLER

TINA = "tina@muster.example"
EVERY_DAY = frozenset(range(7))


@pytest.fixture
async def home(house: Any) -> Any:
    house.id = house.firm()
    house.tina_id = await house.person(house.id, TINA)
    house.tina = await house.signed_in(TINA)
    house.db = house.parts.db
    house.db.write_now(lambda c: accounts.change_organisation(c, house.id, price_cents_per_hour=12_000))
    house.db.write_now(lambda c: seller.set_seller(c, house.id, SellerData(SELLER)))
    add = {"street": "Weg 2", "postcode": "20095", "city": "Hamburg"}
    house.customer = (await house.tina.post("/api/customers", {"name": "Praxis Dr. Muster", **add})).json["id"]
    house.partner = (await house.tina.post("/api/customers", {"name": "Partner AG", **add})).json["id"]
    return house


def cover(home: Any, *rules: CoverageRule) -> None:
    def keep(connection: Any) -> None:
        starts = {"partner_id": home.partner, "starts_on": date(2026, 1, 1)}
        id_ = contracts.add_contract(connection, home.id, starts, home.clock.utc_us)
        version = ContractVersion("", date(2026, 1, 1), rates_cents={1: 9600}, rules=rules)
        contracts.add_version(connection, home.id, id_, version, ("Olga", "", home.clock.utc_us))
        contracts.add_beneficiary(connection, home.id, id_, Beneficiary(home.customer), home.clock.utc_us)

    home.db.write_now(keep)


def open_for(home: Any, minutes: int) -> CoverageRule:
    """Service hours that end so many minutes from now, on the contract's wall clock."""
    local = datetime.fromtimestamp(home.clock.utc_us / 1e6, UTC).astimezone(ZoneInfo("Europe/Berlin"))
    home.ends = (local + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    assert home.ends.date() == local.date()
    return CoverageRule(True, hours=Hours(EVERY_DAY, 0, home.ends.hour * 60 + home.ends.minute))


async def happen(home: Any, *facts: tuple[float, str, str, dict[str, object]]) -> None:
    for seconds, role, name, data in facts:
        home.clock.pass_seconds(seconds)
        home.parts.log.record(home.session, role, name, data)
    await home.parts.log.settled()


async def running(home: Any, **more: object) -> Any:
    opened = (await home.tina.post("/api/sessions", {"customer_id": home.customer, **more})).json
    home.session = opened["id"]
    agreed = (1, "customer", "consent", {"level": 2, "charge": 0})
    await happen(home, (1, "server", "joined", {"detail": "customer"}), (1, "server", "confirmed", {}), agreed)
    return opened


async def ask(home: Any, **body: object) -> Any:
    answer = await home.tina.post(f"/api/sessions/{home.session}/coverage", body)
    assert answer.status == 200, answer.text
    await home.parts.log.settled()
    return answer.json


def entries(home: Any) -> list[times.TimeEntry]:
    return home.db.read_now(lambda c: times.entries(c, home.id, session_id=home.session))


def outcome(home: Any) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """What the invoice run makes of it: (payer, net cents), and (why not, seconds)."""
    said = time_words.Said(home.tina_id, home.clock.utc_us, "")
    made = [entry.id for entry in entries(home) if entry.net_seconds]
    home.db.write_now(lambda c: time_words.approve(c, home.id, made, True, said))
    period = runs.period_of(f"{home.ends:%Y-%m}")
    plan = home.db.read_now(lambda c: runs.plan(c, home.id, period, home.clock.utc_us))
    billed = sorted((each.payer_name, each.draft.net_cents) for each in plan.planned)
    return billed, [(question.code, question.work.net_seconds) for question in plan.questions]


async def test_when_service_hours_end_the_price_is_ready_at_that_second_and_a_yes_begins_a_part_of_its_own(
    home: Any,
) -> None:
    cover(home, open_for(home, 30))
    opened = await running(home)
    seconds = opened["coverage"]["until_seconds"]
    assert 0 < seconds <= 30 * 60
    home.clock.pass_seconds(seconds - 4)
    still = await ask(home)
    assert (still["covered_by"], still["until_seconds"] > 0, still["terms"]) == ("Partner AG", True, None)
    home.clock.pass_seconds(still["until_seconds"])
    told = await ask(home)
    reason = "außerhalb der Servicezeit von Servicevertrag 1001"
    assert (told["is_chargeable"], told["is_agreed"], told["until_seconds"]) == (True, False, None)
    assert told["notice"].startswith(f"Kostenpflichtige Hilfe. Grund: {reason}. Preis: 120,00 € je Stunde zzgl.")
    kept = home.db.read_now(lambda c: charges.get_notice(c, home.id, home.session, told["notice_sha256"]))
    assert kept.text == told["notice"]
    assert (await ask(home))["notice_sha256"] == told["notice_sha256"]
    facts = (await home.tina.get(f"/api/sessions/{home.session}")).json["facts"]
    assert [fact["name"] for fact in facts].count("coverage_changed") == 1
    digest = {"notice_sha256": told["notice_sha256"]}
    await happen(
        home,
        (2, "customer", "charge_asked", digest),
        (40, "customer", "charge_answered", {**digest, "notice": told["notice"], "is_yes": True, "way": 1}),
    )
    assert (await ask(home))["is_agreed"]
    await happen(home, (1200, "customer", "ended", {}))
    parts = [(e.net_seconds, e.is_chargeable, e.covered_by) for e in entries(home)]
    assert parts == [(seconds - 3 + still["until_seconds"] - 1, False, "Partner AG"), (0, False, ""), (1200, True, "")]
    assert outcome(home) == ([("Partner AG", 4800), ("Praxis Dr. Muster", 6000)], [])


async def test_a_no_leaves_the_rest_unbilled_and_named(home: Any) -> None:
    cover(home, open_for(home, 20))
    opened = await running(home)
    home.clock.pass_seconds(opened["coverage"]["until_seconds"])
    told = await ask(home)
    answer = {"notice_sha256": told["notice_sha256"], "notice": told["notice"], "is_yes": False, "way": 1}
    await happen(home, (30, "customer", "charge_answered", answer), (600, "customer", "ended", {}))
    assert [(e.is_chargeable, e.covered_by) for e in entries(home)] == [(False, "Partner AG"), (False, "")]
    billed, questions = outcome(home)
    assert [payer for payer, _cents in billed] == ["Partner AG"]
    assert questions == [("unannounced", 600)]


async def test_another_kind_of_work_is_asked_about_and_back_again_the_partner_pays(home: Any) -> None:
    home.ends = datetime.fromtimestamp(home.clock.utc_us / 1e6, UTC)
    fault, setup = [
        home.db.write_now(lambda c, n=name: prices.add_service_type(c, home.id, n, n, home.clock.utc_us, True))
        for name in ("Störung", "Einrichtung")
    ]
    ids = [kind if isinstance(kind, str) else kind.id for kind in (fault, setup)]
    cover(home, CoverageRule(True, service_types=frozenset({ids[0]})))
    await running(home, service_type_id=ids[0])
    home.clock.pass_seconds(600)
    told = await ask(home, service_type_id=ids[1])
    assert "Einrichtung ist in Servicevertrag 1001 nicht enthalten" in told["notice"]
    answer = {"notice_sha256": told["notice_sha256"], "notice": told["notice"], "is_yes": False, "way": 1}
    await happen(home, (30, "customer", "charge_answered", answer))
    home.clock.pass_seconds(60)
    assert (await ask(home, service_type_id=ids[0]))["covered_by"] == "Partner AG"
    await happen(home, (900, "customer", "ended", {}))
    assert [(e.net_seconds, e.covered_by) for e in entries(home)] == [
        (600, "Partner AG"),
        (60, ""),
        (900, "Partner AG"),
    ]
    kinds = home.db.read_now(lambda c: cases.decisions(c, home.id, [home.session]))[home.session]
    assert [one.service_type_id for one in kinds] == [ids[0], ids[1], ids[0]]
    assert (await home.tina.post(f"/api/sessions/{home.session}/coverage", {})).status == 409


@pytest.mark.parametrize(("body", "status"), [({"service_type_id": "no"}, 404), ({"service_type_id": 7}, 422)])
async def test_a_wrong_kind_of_work_changes_nothing(home: Any, body: dict[str, object], status: int) -> None:
    cover(home, open_for(home, 20))
    await running(home)
    assert (await home.tina.post(f"/api/sessions/{home.session}/coverage", body)).status == status
    assert len(home.db.read_now(lambda c: cases.decisions(c, home.id, [home.session]))[home.session]) == 1


async def test_a_page_that_sleeps_bills_nobody_for_what_is_uncovered(home: Any) -> None:
    cover(home, open_for(home, 20))
    opened = await running(home)
    for passed in (opened["coverage"]["until_seconds"] + 5, 30):
        home.clock.pass_seconds(passed)
        await asking_again.watch(home.parts, [home.session])
    await asking_again.watch(home.parts, [home.session])
    await home.parts.log.settled()
    await happen(home, (300, "customer", "ended", {}))
    covered, uncovered = entries(home)
    assert (covered.covered_by, uncovered.covered_by, uncovered.net_seconds) == ("Partner AG", "", 300)
    assert outcome(home)[1] == [("unannounced", 300)]


async def test_s39_nobody_asks_about_another_firms_session(home: Any) -> None:
    cover(home, open_for(home, 20))
    await running(home)
    other = home.firm("Fremd GmbH")
    await home.person(other, "eva@fremd.example")
    eva = await home.signed_in("eva@fremd.example")
    assert (await eva.post(f"/api/sessions/{home.session}/coverage", {})).status == 404
