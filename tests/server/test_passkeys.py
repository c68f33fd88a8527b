"""Passkeys from the first-run link to the last one, in Chromium with its virtual authenticator (CDP, WebAuthn)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser as Chromium
from playwright.async_api import CDPSession, Page, expect

from beistand.server.store import accounts, audit, passkeys
from beistand.server.store.database import Database
from server.looking import AXE
from server.test_app import running, settings

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SLOW = 60_000


@asynccontextmanager
async def desk(chromium: Chromium, wrong: list[str]) -> AsyncIterator[tuple[Page, CDPSession, str]]:
    """A browser with an authenticator that knows its person; gives the page, its session and the authenticator."""
    context = await chromium.new_context(locale="de", viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(SLOW)
    page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: wrong.append(str(e)))
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    yield page, session, await authenticator(session)
    await context.close()


async def authenticator(session: CDPSession, **changes: object) -> str:
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    own = {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": options | own | changes})
    return str(made["authenticatorId"])


async def look(page: Page, folder: Path, name: str) -> None:
    """A picture wide and narrow; nothing for axe, no sideways scroll."""
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        found = await Axe().run(page, options=AXE)
        assert found.response["violations"] == [], (name, found.generate_report())


async def set_up(page: Page, link: str, folder: Path) -> None:
    """The first owner with a passkey, by nothing but the page."""
    await page.goto(link)
    for field, text in (("company", "Muster IT"), ("domain", "hilfe.muster.example"), ("name", "Olga Owner")):
        await page.fill(f"#{field}", text)
    await page.fill("#email", "olga@muster.example")
    await page.click("main form button")
    make = page.locator("form[data-passkey] button")
    await expect(make).to_be_visible(timeout=SLOW)
    await look(page, folder, "choose")
    await make.click()
    await page.wait_for_url("**/account?new")


async def test_s31_from_the_first_link_to_the_last_passkey(tmp_path: Path, chromium: Chromium) -> None:
    wrong: list[str] = []
    async with running(settings(tmp_path)) as lines, desk(chromium, wrong) as (page, session, first):
        origin = lines[1].split()[-1].partition("/setup/")[0]
        await set_up(page, lines[1].split()[-1], tmp_path)
        await look(page, tmp_path, "account")
        kept = await session.send("WebAuthn.getCredentials", {"authenticatorId": first})
        assert [key["isResidentCredential"] for key in kept["credentials"]] == [True]
        await page.click("form[action='/account/codes'] button")
        await expect(page.locator(".codes li")).to_have_count(10, timeout=SLOW)
        await look(page, tmp_path, "codes")
        codes = await page.locator(".codes code").all_inner_texts()
        # Signing in: nobody types who they are.
        await page.click(".who button")
        await page.wait_for_url("**/sign-in")
        await look(page, tmp_path, "sign-in")
        await page.click("form[data-passkey] button")
        await page.wait_for_url("**/console/")
        # The only passkey stays; a second one on another authenticator, then the first may go.
        await page.goto(f"{origin}/account")
        await page.click("form[action$='/remove'] button")
        await expect(page.locator("p.problem[role=alert]").first).to_contain_text("letzte Möglichkeit", timeout=SLOW)
        await session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": first})
        second = await authenticator(session, transport="usb")
        await page.click("form[data-passkey] button")
        await page.wait_for_url("**/account?saved")
        await expect(page.locator(".people li")).to_have_count(2, timeout=SLOW)
        await page.locator("details.inline summary").nth(1).click()
        await page.locator("details.inline[open] input.short").fill("Schlüsselbund")
        await page.locator("details.inline[open] button").click()
        await expect(page.locator(".people li b").nth(1)).to_have_text("Schlüsselbund", timeout=SLOW)
        await look(page, tmp_path, "account-two")
        await page.locator("form[action$='/remove'] button").first.click()
        await expect(page.locator(".people li")).to_have_count(1, timeout=SLOW)
        # Lost: a recovery code opens the way to a new one.
        await page.context.clear_cookies()
        await page.goto(f"{origin}/recover")
        await look(page, tmp_path, "recover")
        await page.fill("#email", "olga@muster.example")
        await page.fill("#code", codes[3].lower().replace("-", " "))
        await page.click("main form button")
        await session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": second})
        await authenticator(session)
        await page.click("form[data-passkey] button")
        await page.wait_for_url("**/account?new")
        await expect(page.locator(".people li")).to_have_count(2, timeout=SLOW)
    # The refused removal answers 422, which Chromium notes as an error of its own.
    assert [line for line in wrong if "422" not in line] == []
    kinds, left = after(tmp_path)
    for kind in (
        "firm made",
        "user joined",
        "factor added",
        "factor removed",
        "recovery codes made",
        "recovery code used",
    ):
        assert kind in kinds, kind
    assert left == 9


def after(tmp_path: Path) -> tuple[list[str], int]:
    """The kinds of the log's entries, and how many recovery codes are left."""
    db = Database(settings(tmp_path).database)
    firm = db.read_now(accounts.organisations)[0].id
    who = db.read_now(lambda c: accounts.users(c, firm))[0]
    kinds = [entry.kind for entry in db.read_now(lambda c: audit.entries(c, firm, 100, None))]
    left = db.read_now(lambda c: passkeys.codes_left(c, firm, who.id))
    db.close()
    return kinds, left


async def test_a_copied_passkey_and_one_without_its_person_are_refused(tmp_path: Path, chromium: Chromium) -> None:
    wrong: list[str] = []
    async with running(settings(tmp_path)) as lines, desk(chromium, wrong) as (page, session, first):
        origin = lines[1].split()[-1].partition("/setup/")[0]
        await set_up(page, lines[1].split()[-1], tmp_path)
        kept = await session.send("WebAuthn.getCredentials", {"authenticatorId": first})
        credential = kept["credentials"][0]
        await page.click(".who button")
        for _ in range(3):
            await page.goto(f"{origin}/sign-in")
            await page.click("form[data-passkey] button")
            await page.wait_for_url("**/console/")
            await page.context.clear_cookies()
        # A copy that counts from where it was stolen: behind the real one.
        await session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": first})
        thief = await authenticator(session)
        stolen = {"authenticatorId": thief, "credential": credential}
        await session.send("WebAuthn.addCredential", stolen)
        await page.goto(f"{origin}/sign-in")
        await page.click("form[data-passkey] button")
        await expect(page.locator("p.problem[role=alert]").first).to_contain_text("passt nicht", timeout=SLOW)
        # Somebody else's finger: the authenticator does not verify, and no answer reaches the server.
        await session.send("WebAuthn.setUserVerified", {"authenticatorId": thief, "isUserVerified": False})
        await page.click("form[data-passkey] button")
        await expect(page.locator("[data-problem]")).to_be_visible(timeout=SLOW)
        assert page.url.endswith("/sign-in")
    # The refused sign-in answers 401, which Chromium notes as an error of its own.
    assert [line for line in wrong if "401" not in line] == []


async def test_s31_s41_hostile_answers_of_an_authenticator_are_one_same_refusal(house: Any) -> None:
    browser = house.browser()
    seen = set()
    hostile = ["", "{}", "[]", "null", '{"id": 1, "response": {}}', json.dumps({"id": "x" * 2000, "response": {}})]
    hostile += [
        json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"clientDataJSON": "AAAA"}})
    ]
    hostile += ["[" * 20_000, '{"id": "AAAA", "response": {"clientDataJSON": {}}}', '{"response": null}']
    for text in hostile:
        house.clock.pass_seconds(30)
        answer = await browser.submit("/sign-in", {"credential": text})
        seen.add((answer.status, answer.body))
    assert len(seen) == 1
    assert seen.pop()[0] == 401
