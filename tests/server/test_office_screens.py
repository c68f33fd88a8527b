"""The office's pages in a real browser: no script is refused, suggestions come while one types, axe finds nothing.

Pictures of every page lie in pytest's temporary folder (`--basetemp`), for people to look at.
"""

import re
import secrets
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect
from sqlalchemy import select

from beistand.billing.contract import Beneficiary, ContractVersion, CoverageRule, Hours
from beistand.billing.price_card import PriceCard
from beistand.billing.price_list import PriceList
from beistand.server.clock import Clock, Moment
from beistand.server.portal.api import notice_values
from beistand.server.store import (
    accounts,
    cases,
    charges,
    contracts,
    metering,
    parties,
    prices,
    quota,
    sessions,
    time_words,
    times,
)
from beistand.server.store.database import Database, new_id
from beistand.server.store.tables import user
from server.looking import AXE, look_at
from server.test_app import running, settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def furnish(connection: Any, who: str = "bela") -> tuple[str, str, str]:
    """A firm with customers, a contract and prices; gives the bookkeeper's cookie, a contract and a customer."""
    at = Clock().now().utc_us
    firm = accounts.add_organisation(connection, "Muster IT GmbH", "muster.example", at)
    terms = {"price_cents_per_hour": 9600, "phones": [{"number": "0431 123456", "price": ""}]}
    accounts.change_organisation(connection, firm, **terms)
    names = {"email": "bela@muster.example", "name": "Bela Büro", "role": "billing"}
    bela = accounts.add_user(
        connection, firm, {**names, "id": new_id(at), "password_hash": "x", "totp_sealed": "y"}, at
    )
    tina = {"email": "tina@muster.example", "name": "Tina Technik", "role": "technician"}
    helper = accounts.add_user(
        connection, firm, {**tina, "id": new_id(at), "password_hash": "x", "totp_sealed": "y"}, at
    )
    cookie = secrets.token_urlsafe(16)
    accounts.start_sign_in(connection, firm, bela if who == "bela" else helper, cookie, at)
    town = {"street": "Hafenstraße 12", "postcode": "24103", "city": "Kiel", "email": "info@nord.example"}
    partner = parties.add_party(connection, firm, {"name": "Nordlicht Systemhaus AG", **town}, at)
    others = [
        parties.add_party(connection, firm, {"name": name, "kind": kind, "city": city, "phone": "0431 77 12"}, at)
        for name, kind, city in (
            ("Bäckerei Süß & Söhne", "company", "Plön"),
            ("Gemeinde Kleinklecksdorf an der Schwentine", "public", "Kleinklecksdorf"),
            ("Erna Müller", "person", "Kiel"),
        )
    ]
    parties.add_contact(connection, firm, partner.id, {"name": "Ina Rechnung", "gets_invoices": True}, at)
    fault = prices.add_service_type(connection, firm, "Störung", "Fault", at)
    prices.add_service_type(connection, firm, "Einrichtung", "Setup", at)
    night = PriceList({1: 12_000, 3: 15_600}, surcharges_bp={"night": 5000}, name="Notdienst")
    prices.add_price_list(connection, firm, prices.KeptList(night, True), at)
    made = {"partner_id": partner.id, "starts_on": date(2026, 1, 1), "title": "Wartung Filialen"}
    contract = contracts.add_contract(connection, firm, made, at)
    hours = Hours(frozenset(range(5)), 480, 1020)
    version = ContractVersion(
        "",
        date(2026, 1, 1),
        model="flat_with_quota",
        rates_cents={1: 9600, 2: 11_800},
        surcharges_bp={"evening": 2500, "sunday_holiday": 10_000},
        flat_cents=24_900,
        included_minutes=300,
        carry_cap_minutes=120,
        rules=(CoverageRule(True, frozenset([fault]), hours=hours),),
    )
    contracts.add_version(connection, firm, contract, version, ("Bela Büro", "erste Fassung", at))
    for other in others[:2]:
        contracts.add_beneficiary(connection, firm, contract, Beneficiary(other.id), at)
    period = quota.open_period(connection, firm, contract, (date(2026, 11, 1), date(2026, 11, 30)), 120, at)
    for kind, minutes in (("granted", 300), ("carried", 45), ("used", 75)):
        quota.book(connection, firm, period, quota.Booking(kind, minutes, "", "", "", at))  # type: ignore[arg-type]
    return cookie, contract, partner.id


def worked(connection: Any) -> str:
    """A session of today: ten minutes under the contract, then twenty that the customer ordered; gives its id."""
    at = Clock().now().utc_us
    firm = accounts.organisations(connection)[0].id
    tina = connection.execute(select(user.c.id).where(user.c.role == "technician")).scalar_one()
    id_ = new_id(at)
    who = {"user_id": tina, "customer_id": None, "customer_name": "Bäckerei Süß & Söhne", "language": "de"}
    free = {"is_chargeable": False, "notice": "", "covered_by": "Nordlicht Systemhaus AG", "level": 2}
    sessions.add_session(connection, firm, {"id": id_, "created_us": at, **who, **free})
    card = PriceCard("Neuer Drucker", 9600, 15, 15, 1900, False, "Bäckerei Süß & Söhne", "de")
    charges.add_notice(connection, firm, notice_values(card, id_, tina, at))
    digest = {"notice_sha256": card.text_sha256}
    facts: list[tuple[int, str, dict[str, object]]] = [(0, "consent", {"level": 2, "charge": 0}), (200, "pause", {})]
    facts += [(260, "go_on", {}), (640, "charge_asked", digest), (660, "charge_answered", {**digest, "is_yes": True})]
    for seconds, name, data in [*facts, (1860, "ended", {"by": "customer"})]:
        moment = Moment(at + seconds * 1_000_000, seconds * 1_000_000)
        fact = sessions.make_fact(id_, moment, "run", "customer", name, data)
        sessions.add_fact(connection, firm, fact)
        metering.settle(connection, firm, fact)
    entry = times.entries(connection, firm, session_id=id_)[1]
    said = time_words.Said(tina, at, "eigener Fehler")
    time_words.correct(connection, firm, entry.id, 1100, said)
    time_words.give_away(connection, firm, entry.id, 300, said)
    return id_


@pytest.mark.parametrize(("language", "width"), [("de", 1280), ("de", 390), ("en", 1280), ("en", 390)])
async def test_the_offices_pages_are_read_by_everybody(
    tmp_path: Path, chromium: Browser, language: str, width: int
) -> None:
    async with running(settings(tmp_path)) as lines:
        origin = lines[1].split()[-1].partition("/setup/")[0]
        db = Database(settings(tmp_path).database)
        cookie, contract, customer = db.write_now(furnish)
        session = db.write_now(worked)
        db.close()
        pages = {
            "customers": "/customers",
            "customer": f"/customers/{customer}",
            "customer-new": "/customers/new",
            "import": "/customers/import",
            "contracts": "/contracts",
            "contract": f"/contracts/{contract}",
            "contract-new": "/contracts/new",
            "model": f"/contracts/{contract}/versions/new?choose=1",
            "version": f"/contracts/{contract}/versions/new",
            "prices": "/prices",
            "times": "/times",
            "session": f"/sessions/{session}",
        }
        await look_at(chromium, origin, cookie, pages, language, width, tmp_path)


async def test_suggestions_and_lists_come_while_one_types_and_a_table_is_imported(
    tmp_path: Path, chromium: Browser
) -> None:
    async with running(settings(tmp_path)) as lines:
        origin = lines[1].split()[-1].partition("/setup/")[0]
        db = Database(settings(tmp_path).database)
        cookie, _, _ = db.write_now(furnish)
        db.close()
        context = await chromium.new_context(locale="de", viewport={"width": 1280, "height": 900})
        await context.add_cookies([{"name": "beistand", "value": cookie, "url": origin}])
        page = await context.new_page()
        wrong: list[str] = []
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        await page.goto(f"{origin}/customers")
        await page.type("#q", "süß")
        await expect(page.locator("#found li")).to_have_count(1, timeout=30_000)
        assert "Bäckerei" in await page.inner_text("#found")
        await page.goto(f"{origin}/contracts/new")
        await page.type("#partner", "nordl")
        await page.wait_for_selector("#partners option[value='10001 Nordlicht Systemhaus AG']", state="attached")
        await page.goto(f"{origin}/customers/import")
        table = "Name;Ort;USt-IdNr.\nNeue GmbH;Kiel;\nFalsch GmbH;Kiel;DE1\n".encode("cp1252")
        await page.set_input_files("#file", files=[{"name": "k.csv", "mimeType": "text/csv", "buffer": table}])
        await page.click("form.panel button")
        await page.wait_for_selector("table")
        await page.screenshot(path=tmp_path / "import-preview.png", full_page=True)
        found = await Axe().run(page, options=AXE)
        assert found.response["violations"] == [], found.generate_report()
        await page.click(".acts button")
        await page.wait_for_selector("p.good")
        assert "Übernommene Kunden: 1." in await page.inner_text("p.good")
        assert wrong == []
        await context.close()


async def test_the_console_says_who_pays_before_the_number_is_made(tmp_path: Path, chromium: Browser) -> None:
    async with running(settings(tmp_path)) as lines:
        origin = lines[1].split()[-1].partition("/setup/")[0]
        db = Database(settings(tmp_path).database)
        cookie, _, _ = db.write_now(lambda c: furnish(c, "tina"))
        db.close()
        context = await chromium.new_context(locale="de", viewport={"width": 1280, "height": 900})
        await context.add_cookies([{"name": "beistand", "value": cookie, "url": origin}])
        page = await context.new_page()
        wrong: list[str] = []
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        await page.goto(f"{origin}/console/")
        told = page.locator("[data-test=coverage]")
        await page.fill("[data-test=customer]", "Neu am Telefon")
        notice = page.locator("[data-test=notice]")
        await expect(notice).to_contain_text("€ je Stunde inkl. 19 % USt.", timeout=30_000)
        await page.select_option("[data-test=caller]", "business")
        await expect(notice).to_contain_text("€ je Stunde zzgl. 19 % USt.")
        await page.screenshot(path=tmp_path / "console-caller.png", full_page=True)
        await page.fill("[data-test=customer]", "Bäckerei Süß & Söhne")
        nobody = "Kostenpflichtig: diese Leistung ist in Servicevertrag 1001 nicht enthalten."
        await expect(told).to_have_text(nobody, timeout=30_000)
        await page.screenshot(path=tmp_path / "console-chargeable.png", full_page=True)
        await expect(page.locator("[data-test=caller]")).to_be_hidden()
        await expect(notice).to_contain_text(
            re.compile(r"Preis: (120|180),00 € je Stunde zzgl. 19 % USt.")
        )  # by night it is half more
        await page.fill("[data-test=customer]", "Erna Müller")
        await expect(told).to_have_text("Kostenpflichtig: kein Servicevertrag.", timeout=30_000)
        await expect(notice).to_contain_text(re.compile(r"(142,80|214,20) € je Stunde inkl. 19 % USt."))
        await page.select_option("[data-test=work]", label="Einrichtung")
        await page.fill("#case-title", "Drucker")
        await page.click("[data-test=create]")
        await expect(page.locator(".number-card")).to_be_visible(timeout=30_000)
        kept = Database(settings(tmp_path).database)
        session = kept.read_now(lambda c: sessions.latest_sessions(c, accounts.organisations(c)[0].id))[0]
        decided = kept.read_now(lambda c: cases.decisions(c, accounts.organisations(c)[0].id, [session.id]))
        firm = kept.read_now(accounts.organisations)[0].id
        kinds = {kind.id: kind.name_de for kind in kept.read_now(lambda c: prices.service_types(c, firm))}
        kept.close()
        assert kinds[session.service_type] == "Einrichtung"
        assert decided[session.id][0].case_id is not None
        found = await Axe().run(page, options=AXE)
        assert found.response["violations"] == [], found.generate_report()
        assert wrong == []
        await context.close()
