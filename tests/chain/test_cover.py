"""The technician turns to work that no contract covers: the customer is asked by itself, on their real screen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from beistand.billing.contract import Beneficiary, ContractVersion, CoverageRule
from beistand.server.clock import Clock
from beistand.server.store import accounts, contracts, parties, prices, times
from beistand.server.store.database import Database, new_id
from beistand.server.store.tables import contract
from chain.acting import NewProgram
from chain.browsers import Chromium, NewBrowser
from chain.desktop import Desktop
from chain.house import House
from chain.page import begun, choose, until_shown
from waiting import wait_until

pytestmark = [pytest.mark.screen, pytest.mark.browser]


def cover_faults_only(house: House) -> None:
    """A partner pays for faults of the Bäckerei; installing is not part of the contract."""
    db, now = Database(house.data / "beistand.sqlite"), Clock().now().utc_us

    def keep(c: object) -> None:
        firm = house.organisation
        accounts.change_organisation(c, firm, price_cents_per_hour=9600)  # type: ignore[arg-type]
        fault = prices.add_service_type(c, firm, "Störung", "Fault", now, True)  # type: ignore[arg-type]
        prices.add_service_type(c, firm, "Einrichtung", "Installation", now, True)  # type: ignore[arg-type]
        partner = parties.add_party(c, firm, {"name": "Partner AG"}, now)  # type: ignore[arg-type]
        served = parties.add_party(c, firm, {"name": "Bäckerei Süß"}, now)  # type: ignore[arg-type]
        head = {"partner_id": partner.id, "starts_on": date(2026, 1, 1)}
        id_ = contracts.add_contract(c, firm, head, now)  # type: ignore[arg-type]
        rule = CoverageRule(True, service_types=frozenset({getattr(fault, "id", fault)}))
        version = ContractVersion("", date(2026, 1, 1), rates_cents={1: 9600}, rules=(rule,))
        contracts.add_version(c, firm, id_, version, ("Olga", "", now))  # type: ignore[arg-type]
        contracts.add_beneficiary(c, firm, id_, Beneficiary(served.id), now)  # type: ignore[arg-type]

    db.write_now(keep)
    db.close()


def entries(house: House, session_id: str) -> list[times.TimeEntry]:
    db = Database(house.data / "beistand.sqlite")
    try:
        return db.read_now(lambda c: times.entries(c, house.organisation, session_id=session_id))
    finally:
        db.close()


def test_work_that_turns_uncovered_asks_the_customer_by_itself_and_rests_until_the_answer(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    cover_faults_only(house)
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    program = begun(browser, house, desktop, new_program, customer="Bäckerei Süß", work="Störung")
    session = house.answer("GET", "/api/sessions")[0]["id"]
    wait_until(lambda: house.session(session)["seconds"] >= 2, "no covered second was counted")
    choose(browser, "work-now", "Einrichtung")
    until_shown(browser, "session", "resting_control")
    desktop.wait_heard("Einrichtung ist in Servicevertrag 1001 nicht enthalten", program)
    desktop.wait_heard("Die Sitzung ruht bis zu Ihrer Antwort", program)
    desktop.click("Ablehnen")
    until_shown(browser, "price", "no")
    words = browser.page.inner_text("[data-test=charge-sheet]")
    assert "Der Vertrag zahlt diese Arbeit nicht mehr" in words
    browser.page.click("[data-test=charge-go-on]")
    choose(browser, "work-now", "Störung")
    wait_until(lambda: "Partner AG" in browser.page.inner_text("[data-test=notice]"), "nobody says who pays again")
    wait_until(lambda: entries_of(house, session, "coverage_changed") == 2)
    choose(browser, "work-now", "Einrichtung")
    desktop.wait_heard("Die Sitzung ruht bis zu Ihrer Antwort", program)
    desktop.click("Kostenpflichtig beauftragen")
    until_shown(browser, "price", "yes")
    until_shown(browser, "clock", "charged runs")
    wait_until(lambda: house.session(session)["seconds"] >= 6, "no chargeable second was counted")
    for width in (1280, 1440):
        browser.page.set_viewport_size({"width": width, "height": 800})
        right = browser.run("return document.querySelector('[data-test=end]').getBoundingClientRect().right")
        assert right <= width
    browser.page.click("[data-test=end]")
    until_shown(browser, "step", "ended")
    found = wait_until(lambda: entries(house, session), "no time was recorded")
    kinds = [(entry.is_chargeable, entry.covered_by) for entry in found if entry.net_seconds or entry.is_chargeable]
    assert kinds[0] == (False, "Partner AG")
    assert kinds[-1] == (True, "")
    assert found[-1].consent is not None
    assert "Einrichtung ist in Servicevertrag 1001 nicht enthalten" in found[-1].consent.notice.text
    assert browser.problems == []


def test_when_the_cover_ends_the_page_asks_again_by_itself_and_the_customer_reads_the_price(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser
) -> None:
    """Service hours end on a full minute; so that the test need not wait for one, the page is told of a few
    seconds, and the contract really ends meanwhile."""
    cover_faults_only(house)
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)

    def sooner(route: Any) -> None:
        answer = route.fetch()
        made = answer.json()
        if route.request.method == "POST":
            made["coverage"]["until_seconds"] = 12
        route.fulfill(response=answer, json=made)

    browser.page.route("**/api/sessions", sooner)
    program = begun(browser, house, desktop, new_program, customer="Bäckerei Süß", work="Störung")
    session = house.answer("GET", "/api/sessions")[0]["id"]
    db = Database(house.data / "beistand.sqlite")
    db.write_now(lambda c: c.execute(update(contract).values(ends_on=date(2026, 1, 31))))
    db.close()
    desktop.wait_heard("Grund: Servicevertrag 1001 endete am 31.1.2026", program)
    until_shown(browser, "session", "resting_control")
    desktop.click("Kostenpflichtig beauftragen")
    until_shown(browser, "clock", "charged runs")
    browser.page.click("[data-test=end]")
    until_shown(browser, "step", "ended")
    found = wait_until(lambda: entries(house, session), "no time was recorded")
    assert [found[0].covered_by, found[-1].is_chargeable] == ["Partner AG", True]
    assert browser.problems == []


def theo(house: House) -> str:
    """A second technician of the firm; gives their id."""
    db, now = Database(house.data / "beistand.sqlite"), Clock().now().utc_us
    person = {"id": new_id(now), "email": "theo@muster.example", "name": "Theo Zwei", "role": "technician"}
    person |= {"password_hash": "x", "totp_sealed": "y"}
    db.write_now(lambda c: accounts.add_user(c, house.organisation, person, now))
    db.close()
    return person["id"]


def test_the_customer_reads_who_helps_and_who_takes_over_and_each_gets_their_own_time(
    house: House, desktop: Desktop, new_program: NewProgram, new_browser: NewBrowser, tmp_path: Path
) -> None:
    other = theo(house)
    browser = new_browser(Chromium)
    assert isinstance(browser, Chromium)
    program = begun(browser, house, desktop, new_program)
    session = house.answer("GET", "/api/sessions")[0]["id"]
    browser.page.wait_for_selector("[data-test=colleague]")
    wait_until(lambda: house.session(session)["seconds"] >= 1, "no second was counted")
    browser.page.set_viewport_size({"width": 1280, "height": 800})
    browser.page.screenshot(path=tmp_path / "colleagues.png")
    browser.page.select_option("[data-test=colleague]", f"help:{other}")
    desktop.wait_heard("Theo Zwei hilft jetzt mit.", program)
    wait_until(lambda: entries_of(house, session, "colleague_joined") == 1)
    browser.page.select_option("[data-test=colleague]", f"lead:{other}")
    desktop.wait_heard("Theo Zwei übernimmt jetzt.", program)
    wait_until(lambda: entries_of(house, session, "handed_over") == 1)
    begun_at = house.session(session)["seconds"]
    wait_until(lambda: house.session(session)["seconds"] > begun_at + 1, "no second of the next technician was counted")
    browser.page.click("[data-test=end]")
    until_shown(browser, "step", "ended")
    found = wait_until(lambda: entries(house, session), "no time was recorded")
    assert found[0].user_id != other
    last = max(found, key=lambda entry: entry.started_us)
    assert (last.user_id, last.net_seconds >= 1) == (other, True)
    receipt = [fact for fact in house.session(session)["facts"] if fact["name"] == "handed_over"]
    assert receipt[0]["data"]["name"] == "Theo Zwei"
    assert browser.problems == []


def entries_of(house: House, session: str, name: str) -> int:
    return sum(fact == name for _role, fact in house.facts(session))
