"""The pages of invoices in a real browser, wide and narrow, in both languages; axe finds nothing.

Pictures lie in pytest's temporary folder (`--basetemp`), for people to look at.
"""

import secrets
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Browser

from beistand.server.clock import Clock
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import exporting, running
from beistand.server.invoicing.issuing import Actor
from beistand.server.store import accounts
from beistand.server.store.database import Database
from invoices.making import at
from invoices.test_run import FLAT
from invoices.world import ADDRESS, World
from server.looking import look_at
from server.test_app import running as server
from server.test_app import settings

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


@pytest.mark.parametrize(("language", "width"), [("de", 1280), ("de", 390), ("en", 390)])
async def test_the_pages_of_invoices_are_read_by_everybody(
    tmp_path: Path, chromium: Browser, language: str, width: int
) -> None:
    async with server(settings(tmp_path)) as lines:
        origin = lines[1].split()[-1].partition("/setup/")[0]
        db = Database(settings(tmp_path).database)
        cookie, invoice = furnish(db)
        db.close()
        pages = {
            "invoices": "/invoices",
            "invoice": f"/invoices/{invoice}",
            "run": "/invoices/run?period=2026-11",
            "exports": "/invoices/exports",
            "data": "/invoices/data",
        }
        await look_at(chromium, origin, cookie, pages, language, width, tmp_path)
