"""The pages of invoices in a real browser, wide and narrow, in both languages; axe finds nothing.

Pictures lie in pytest's temporary folder (`--basetemp`), for people to look at.
"""

import secrets
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, async_playwright

from beistand.server.clock import Clock
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import exporting, running
from beistand.server.invoicing.issuing import Actor
from beistand.server.store import accounts
from beistand.server.store.database import Database
from invoices.making import at
from invoices.test_run import FLAT
from invoices.world import ADDRESS, World
from server.test_app import running as server
from server.test_app import settings
from server.test_office_screens import AXE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def furnish(db: Database) -> tuple[str, str]:
    """Two issued invoices, one to come, one question; gives the owner's cookie and an invoice."""
    world, now = World(db), Clock().now().utc_us
    world.contract(replace(FLAT, rates_cents={1: 9600}), title="Wartung Filialen")
    world.session(at(12, 8, 2), 345)
    world.session(at(13, 8), 30, who=world.party("Frau Klein", kind="person", **ADDRESS), price=9600)
    owner, cookie = world.person("Olga Owner", "owner"), secrets.token_urlsafe(16)
    world.write(lambda c: accounts.start_sign_in(c, world.firm, owner, cookie, now))
    period = running.period_of("2026-11")
    plan = world.read(lambda c: running.plan(c, world.firm, period, now))
    by = Actor(owner, now, date(2026, 12, 1))
    report = running.execute(db, world.firm, plan, Typesetter(), by, "Olga")
    data = world.read(lambda c: running.seller_of(c, world.firm))
    december = running.period_of("2026-12")
    world.write(lambda c: exporting.export(c, world.firm, "gobd", december, data, by))
    world.session(at(20, 8), 40, who=world.party("Gemeinde Kleinklecksdorf an der Schwentine", **ADDRESS), price=12_000)
    world.session(at(21, 8), 40, who=world.party("Niemand"))
    world.session(at(22, 8), 40, who=world.party("Ohne Adresse"), price=9600)
    return cookie, report.issued[0]


@pytest.fixture
async def chromium() -> Any:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.mark.parametrize(("language", "width"), [("de", 1280), ("de", 390), ("en", 390)])
async def test_the_pages_of_invoices_are_read_by_everybody(
    tmp_path: Path, chromium: Browser, language: str, width: int
) -> None:
    async with server(tmp_path) as lines:
        origin = lines[1].split()[-1].partition("/setup/")[0]
        db = Database(settings(tmp_path).database)
        cookie, invoice = furnish(db)
        db.close()
        context = await chromium.new_context(locale=language, viewport={"width": width, "height": 900})
        await context.add_cookies([{"name": "beistand", "value": cookie, "url": origin}])
        page = await context.new_page()
        wrong: list[str] = []
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        pages = {
            "invoices": "/invoices",
            "invoice": f"/invoices/{invoice}",
            "run": "/invoices/run?period=2026-11",
            "exports": "/invoices/exports",
            "data": "/invoices/data",
        }
        for name, path in pages.items():
            await page.goto(origin + path)
            for summary in await page.query_selector_all("details:not([open]) > summary"):
                await summary.click()
            await page.screenshot(path=tmp_path / f"{name}-{language}-{width}.png", full_page=True)
            assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
            found = await Axe().run(page, options=AXE)
            assert found.response["violations"] == [], (name, found.generate_report())
        assert wrong == []
        await context.close()
