"""Work that turns chargeable in mid-session: the card, the yes on the phone, goodwill at the end."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

import pytest

from beistand.billing.contract import Beneficiary, ContractVersion
from beistand.billing.price_list import PriceList
from beistand.server.invoicing import running as runs
from beistand.server.store import accounts, charges, contracts, prices, seller, time_words, times
from beistand.server.store.seller import SellerData
from invoices.making import SELLER

TINA = "tina@muster.example"


@pytest.fixture
async def home(house: Any) -> Any:
    house.id = house.firm()
    house.tina_id = await house.person(house.id, TINA)
    house.tina = await house.signed_in(TINA)
    house.db = house.parts.db
    house.db.write_now(lambda c: accounts.change_organisation(c, house.id, price_cents_per_hour=9600))
    return house


async def happen(home: Any, *facts: tuple[float, str, str, dict[str, object]]) -> None:
    for seconds, role, name, data in facts:
        home.clock.pass_seconds(seconds)
        home.parts.log.record(home.session, role, name, data)
    await home.parts.log.settled()


def cover(home: Any, partner: str, served: str) -> None:
    """A contract by which `partner` pays for `served`."""

    def keep(connection: Any) -> None:
        starts = {"partner_id": partner, "starts_on": date(2026, 1, 1)}
        id_ = contracts.add_contract(connection, home.id, starts, home.clock.utc_us)
        version = getattr(home, "version", None) or ContractVersion("", date(2026, 1, 1), rates_cents={1: 9600})
        contracts.add_version(connection, home.id, id_, version, ("Olga", "", home.clock.utc_us))
        contracts.add_beneficiary(connection, home.id, id_, Beneficiary(served), home.clock.utc_us)

    home.db.write_now(keep)


async def running(home: Any) -> Any:
    """A free session under way: its customer is covered by a contract."""
    customer = (await home.tina.post("/api/customers", {"name": "Praxis Dr. Muster"})).json
    partner = (await home.tina.post("/api/customers", {"name": "Partner AG"})).json
    cover(home, partner["id"], customer["id"])
    opened = (await home.tina.post("/api/sessions", {"customer_id": customer["id"]})).json
    assert opened["terms"] is None
    home.session = opened["id"]
    confirmed, agreed = (9, "server", "confirmed", {}), (9, "customer", "consent", {"level": 2, "charge": 0})
    await happen(home, (1, "server", "joined", {"detail": "customer"}), confirmed, agreed)
    return opened


def path(home: Any, what: str) -> str:
    return f"/api/sessions/{home.session}/{what}"


def entries(home: Any) -> list[times.TimeEntry]:
    return home.db.read_now(lambda c: times.entries(c, home.id, session_id=home.session))


async def card(home: Any, **body: object) -> Any:
    answer = await home.tina.post(path(home, "charge"), body)
    assert answer.status == 201, answer.text
    return answer.json


async def test_the_words_are_kept_before_anybody_can_show_them(home: Any) -> None:
    await running(home)
    made = await card(home)
    assert made["notice"] == (
        "Kostenpflichtige Hilfe. Grund: Leistung außerhalb des Servicevertrags. Preis: 96,00 € je Stunde zzgl. 19 % "
        "USt., je angefangene 15 Minuten, mindestens 15 Minuten. Rechnung an: Praxis Dr. Muster."
    )
    assert made["notice_sha256"] == hashlib.sha256(made["notice"].encode()).hexdigest()
    assert (made["terms"]["rate_cents"], made["may_phone"]) == (9600, False)
    kept = home.db.read_now(lambda c: charges.get_notice(c, home.id, home.session, made["notice_sha256"]))
    assert kept.text == made["notice"]
    assert (await card(home, reason="Drucker\u202e, privat"))["notice"].count("Grund: Drucker, privat.") == 1


async def test_s28_work_is_parted_where_the_customer_said_yes(home: Any) -> None:
    await running(home)
    made = await card(home)
    digest = {"notice_sha256": made["notice_sha256"]}
    await happen(
        home,
        (600, "customer", "charge_asked", digest),
        (30, "customer", "charge_answered", {**digest, "notice": made["notice"], "is_yes": True, "way": 1}),
        (4020, "customer", "ended", {}),
    )
    covered, charged = entries(home)
    assert (covered.net_seconds, covered.is_chargeable, covered.covered_by) == (600, False, "Partner AG")
    assert (charged.net_seconds, charged.is_chargeable, charged.covered_by) == (4020, True, "")
    assert charged.consent.notice.text == made["notice"]
    assert (charged.consent.channel, charged.consent.way) == ("screen", "pointer")


async def test_a_yes_on_the_phone_needs_the_firms_permission(home: Any) -> None:
    await running(home)
    made = await card(home)
    said = {"notice_sha256": made["notice_sha256"], "said_by": "Frau Muster"}
    refused = await home.tina.post(path(home, "charge-by-phone"), said)
    assert (refused.status, refused.json["code"]) == (403, "phone_forbidden")
    home.db.write_now(lambda c: charges.permit_phone(c, home.id, True))
    assert (await card(home))["may_phone"]
    home.clock.pass_seconds(300)
    assert (await home.tina.post(path(home, "charge-by-phone"), said)).status == 201
    await happen(home, (900, "customer", "ended", {}))
    covered, charged = entries(home)
    assert (covered.net_seconds, charged.net_seconds, charged.is_chargeable) == (300, 900, True)
    given = charged.consent
    assert (given.channel, given.way, given.said_by, given.notice.text) == (
        "phone",
        "spoken",
        "Frau Muster",
        made["notice"],
    )
    assert charged.answered_us <= charged.started_us
    home.db.write_now(lambda c: charges.permit_phone(c, home.id, False))
    assert not home.db.read_now(lambda c: charges.may_agree_by_phone(c, home.id))


async def test_no_yes_on_the_phone_while_the_price_stands_on_the_screen(home: Any) -> None:
    await running(home)
    home.db.write_now(lambda c: charges.permit_phone(c, home.id, True))
    made = await card(home)
    await happen(home, (9, "customer", "charge_asked", {"notice_sha256": made["notice_sha256"]}))
    said = {"notice_sha256": made["notice_sha256"], "said_by": "Frau Muster"}
    assert (await home.tina.post(path(home, "charge-by-phone"), said)).json["code"] == "price_open"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"said_by": " ", "notice_sha256": "x"}, 422),
        ({"said_by": "A"}, 422),
        ({"said_by": "A", "notice_sha256": "0"}, 404),
    ],
)
async def test_a_yes_on_the_phone_names_who_and_to_what(home: Any, body: dict[str, object], status: int) -> None:
    await running(home)
    home.db.write_now(lambda c: charges.permit_phone(c, home.id, True))
    assert (await home.tina.post(path(home, "charge-by-phone"), body)).status == status
    assert home.db.read_now(lambda c: charges.consents(c, home.id, [home.session])) == []


async def test_a_price_needs_a_running_session_and_a_price(home: Any) -> None:
    opened = await home.tina.post("/api/sessions", {"customer_name": "Frau Muster"})
    home.session = opened.json["id"]
    early = await home.tina.post(path(home, "charge"), {})
    assert (early.status, early.json["code"]) == (409, "not_running")
    await running(home)
    home.db.write_now(lambda c: accounts.change_organisation(c, home.id, price_cents_per_hour=0))
    without = await home.tina.post(path(home, "charge"), {})
    assert (without.status, without.json["code"]) == (409, "no_price")
    assert (await home.tina.post(path(home, "charge"), {"reason": "x" * 201})).status == 422


async def test_goodwill_at_the_end_is_taken_from_the_part_that_costs(home: Any) -> None:
    await running(home)
    early = await home.tina.post(path(home, "goodwill"), {"minutes": 1, "reason": "x"})
    assert (early.status, early.json["code"]) == (409, "not_ended")
    made = await card(home)
    answer = {"notice_sha256": made["notice_sha256"], "is_yes": True, "way": 1}
    await happen(home, (600, "customer", "charge_answered", answer), (290, "customer", "ended", {}))
    gift = {"minutes": 7, "reason": "eigener Fehler"}
    assert (await home.tina.post(path(home, "goodwill"), gift)).status == 201
    assert [entry.newest_goodwill.seconds for entry in entries(home)] == [130, 290]
    assert all(entry.goodwill_seconds == 0 and entry.is_waiting for entry in entries(home))
    # 14:50 were recorded; "15 minutes" means all of it.
    assert (await home.tina.post(path(home, "goodwill"), {**gift, "minutes": 15})).status == 201
    assert [entry.newest_goodwill.seconds for entry in entries(home)] == [600, 290]
    for wrong in ({**gift, "minutes": 16}, {**gift, "reason": " "}, {**gift, "minutes": True}, {"minutes": 1}):
        assert (await home.tina.post(path(home, "goodwill"), wrong)).status == 422


async def test_s39_another_firms_session_is_not_found(home: Any) -> None:
    await running(home)
    other = home.firm("Fremd GmbH")
    await home.person(other, "eva@fremd.example")
    eva = await home.signed_in("eva@fremd.example")
    for what, body in (
        ("charge", {}),
        ("charge-by-phone", {"said_by": "x", "notice_sha256": "y"}),
        ("goodwill", {"minutes": 1, "reason": "x"}),
    ):
        assert (await eva.post(path(home, what), body)).status == 404


async def test_t50_two_technicians_of_one_session_become_an_entry_each_at_their_own_level(home: Any) -> None:
    theo = await home.person(home.id, "theo@muster.example", "technician", "Theo Zwei")
    billing = await home.person(home.id, "bill@muster.example", "billing", "Bill")
    await running(home)
    listed = (await home.tina.get(path(home, "colleagues"))).json
    assert [(one["name"], one["is_here"]) for one in listed] == [("Theo Zwei", False)]
    home.db.write_now(lambda c: prices.set_technician_level(c, home.id, theo, 2))
    assert (await home.tina.post(path(home, "colleagues"), {"user_id": billing, "is_here": True})).status == 404
    assert (await home.tina.post(path(home, "colleagues"), {"user_id": theo, "is_here": "yes"})).status == 422
    home.clock.pass_seconds(900)
    for _twice in range(2):
        assert (await home.tina.post(path(home, "colleagues"), {"user_id": theo, "is_here": True})).status == 201
    home.clock.pass_seconds(1500)
    assert (await home.tina.post(path(home, "colleagues"), {"user_id": theo, "is_here": False})).json[
        "is_here"
    ] is False
    await happen(home, (0, "customer", "ended", {}))
    assert [(e.user_id == theo, e.net_seconds, e.is_chargeable) for e in entries(home)] == [
        (False, 2400, False),
        (True, 1500, False),
    ]


async def test_a_session_that_is_handed_over_is_billed_to_each_technician_s_level(home: Any) -> None:
    """The contract charges the lead alone: both led, one after another; the price after that is the second one's."""
    theo = await home.person(home.id, "theo@muster.example", "technician", "Theo Zwei")
    home.db.write_now(lambda c: prices.set_technician_level(c, home.id, theo, 2))
    home.db.write_now(lambda c: seller.set_seller(c, home.id, SellerData(SELLER)))
    rates = PriceList({1: 9600, 2: 13_200}, name="Alle")
    home.db.write_now(lambda c: prices.add_price_list(c, home.id, prices.KeptList(rates, False), home.clock.utc_us))
    home.version = ContractVersion("", date(2026, 1, 1), rates_cents={1: 9600, 2: 13_200}, is_lead_only=True)
    await running(home)
    for _half in range(2):  # nobody is signed out for want of use
        home.clock.pass_seconds(1200)
        assert (await home.tina.get(path(home, "colleagues"))).status == 200
    over = {"user_id": theo, "is_here": True, "leads": True}
    assert (await home.tina.post(path(home, "colleagues"), over | {"leads": "yes"})).status == 422
    assert (await home.tina.post(path(home, "colleagues"), over)).json["is_here"] is False
    assert (await home.tina.post(path(home, "colleagues"), over)).status == 404  # who leads is no colleague
    listed = (await home.tina.get(path(home, "colleagues"))).json
    assert [one["name"] for one in listed] == ["Tina Technik"]
    assert (await card(home))["terms"]["rate_cents"] == 13_200
    home.clock.pass_seconds(600)
    back = {"user_id": home.tina_id, "is_here": True}
    assert (await home.tina.post(path(home, "colleagues"), back)).status == 201
    await happen(home, (900, "customer", "ended", {}))
    assert [(e.user_id == theo, e.net_seconds) for e in entries(home)] == [(False, 2400), (True, 1500), (False, 900)]
    # Prices of today must not touch what was decided then.
    home.db.write_now(lambda c: prices.set_technician_level(c, home.id, theo, 1))
    said = time_words.Said(home.tina_id, home.clock.utc_us, "")
    home.db.write_now(lambda c: time_words.approve(c, home.id, [e.id for e in entries(home)], True, said))
    period = runs.period_of(f"{datetime.fromtimestamp(home.clock.utc_us / 1e6, UTC):%Y-%m}")
    plan = home.db.read_now(lambda c: runs.plan(c, home.id, period, home.clock.utc_us))
    [draft] = [each.draft for each in plan.planned]
    # T50: 40 min at 96.00 and 25 min at 132.00; Tina, who only helps at the end, is not charged.
    assert [group.net_cents for group in draft.groups] == [7200, 6600, 0]
