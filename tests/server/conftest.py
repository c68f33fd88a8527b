"""A portal without a network: the ASGI application, a browser in memory, a clock that is set by hand."""

from __future__ import annotations

import asyncio
import json as jsonlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pyotp
import pytest
from argon2 import PasswordHasher
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from beistand.server.clock import Clock, Moment
from beistand.server.identity import Identity
from beistand.server.keys import AUDIT_FILE, load_or_make, load_or_make_signing
from beistand.server.portal.pages import Pages
from beistand.server.portal.parts import Parts
from beistand.server.portal.passwords import Passwords
from beistand.server.portal.portal import make_portal
from beistand.server.portal.session_log import SessionLog
from beistand.server.settings import load
from beistand.server.store import accounts
from beistand.server.store.database import Database, new_id

START_US = 1_795_000_000_000_000
PASSWORD = "ein langer Satz mit Wörtern"
HTTPS = "https://help.example.com"


class HandClock(Clock):
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.utc_us, self.monotonic_us = START_US, 1_000_000

    def now(self) -> Moment:
        return Moment(self.utc_us, self.monotonic_us)

    def pass_seconds(self, seconds: float) -> None:
        self.utc_us += int(seconds * 1e6)
        self.monotonic_us += int(seconds * 1e6)


@dataclass(frozen=True)
class FakeRoom:
    nameplate: str
    ticket: str


@dataclass
class FakeRooms:
    """Makes rooms without a relay and remembers what it was asked for."""

    made: list[tuple[str, str, str, int]] = field(default_factory=list)

    def create_room(self, room_id: str, origin: str, organisation: str, seconds: int) -> FakeRoom:
        self.made.append((room_id, origin, organisation, seconds))
        return FakeRoom(f"{len(self.made):03d}", f"ticket-{len(self.made)}")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return jsonlib.loads(self.body)


Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class Browser:
    """Keeps cookies, sends Origin with changing requests as browsers do, follows no redirects."""

    def __init__(self, app: Asgi, origin: str, address: str = "192.0.2.7") -> None:
        self.app, self.origin, self.address = app, origin, address
        self.cookies: dict[str, str] = {}

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return await self.send("GET", path, b"", headers or {})

    async def post(self, path: str, json: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """As the console does."""
        own = {"origin": self.origin, "content-type": "application/json", "x-beistand": "1", **(headers or {})}
        return await self.send("POST", path, jsonlib.dumps(json).encode(), own)

    async def submit(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        """As a form does."""
        kind = "application/x-www-form-urlencoded"
        own = {"origin": self.origin, "content-type": kind, "sec-fetch-site": "same-origin", **(headers or {})}
        return await self.send("POST", path, urlencode(fields).encode(), own)

    async def csrf(self, path: str) -> str:
        found = re.search(r'name="csrf" value="(\w+)"', (await self.get(path)).text)
        assert found
        return found[1]

    def scope(self, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(path) if not path.startswith("//") else urlsplit("http://x" + path)
        host = urlsplit(self.origin).netloc
        sent = {"host": host, "accept-language": "en", **headers}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        from urllib.parse import unquote

        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in sent.items()],
            "client": (self.address, 50_000),
            "server": ("127.0.0.1", 8800),
        }

    async def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        incoming: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
        outgoing: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if incoming:
                return incoming.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def take(message: dict[str, Any]) -> None:
            outgoing.append(message)

        await self.app(self.scope(method, path, headers), receive, take)
        return self._answer(outgoing)

    def _answer(self, outgoing: list[dict[str, Any]]) -> Answer:
        pairs = [(name.decode(), value.decode("latin-1")) for name, value in outgoing[0]["headers"]]
        cookies = [value for name, value in pairs if name == "set-cookie"]
        for cookie in cookies:
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0].strip('"')
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        body = b"".join(message.get("body", b"") for message in outgoing[1:])
        return Answer(outgoing[0]["status"], dict(pairs), cookies, body)


@dataclass
class House:
    """A running portal and those who live in it."""

    parts: Parts
    app: Asgi
    clock: HandClock
    rooms: FakeRooms
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return self.parts.settings.origin

    def browser(self, address: str = "192.0.2.7") -> Browser:
        return Browser(self.app, self.origin, address)

    def firm(self, name: str = "Muster IT") -> str:
        domain = f"{name.split()[0].lower()}.example"
        at = self.clock.utc_us
        return self.parts.db.write_now(lambda c: accounts.add_organisation(c, name, domain, at))

    async def person(self, firm: str, email: str, role: str = "technician", name: str = "Tina Technik") -> str:
        id_ = new_id(self.clock.utc_us)
        self.secrets[email] = pyotp.random_base32()
        values = {
            "id": id_,
            "email": email,
            "name": name,
            "role": role,
            "password_hash": await self.parts.passwords.hash(PASSWORD),
            "totp_sealed": self.parts.keys.seal(self.secrets[email], id_),
        }
        return self.parts.db.write_now(lambda c: accounts.add_user(c, firm, values, self.clock.utc_us))

    def code(self, email: str) -> str:
        return pyotp.TOTP(self.secrets[email]).at(self.clock.utc_us // 1_000_000)

    async def signed_in(self, email: str) -> Browser:
        self.clock.pass_seconds(60)
        browser = self.browser()
        answer = await browser.post("/api/sign-in", {"email": email, "password": PASSWORD, "code": self.code(email)})
        assert answer.status == 200, answer.text
        return browser


MakeHouse = Callable[[str], House]


@pytest.fixture
async def make_house(tmp_path: Path, new_database: Callable[[], str]) -> AsyncIterator[MakeHouse]:
    """Builds a portal for an origin."""
    opened: list[tuple[SessionLog, Database, asyncio.Task[None]]] = []

    def make(origin: str) -> House:
        data = tmp_path / f"data{len(opened)}"
        listen = "127.0.0.1:8800"
        own = {"BEISTAND_DATA": str(data), "BEISTAND_ORIGIN": origin, "BEISTAND_LISTEN": listen}
        own["BEISTAND_SECURITY_CONTACT"] = "mailto:security@muster.example"
        settings = load({**own, "BEISTAND_DATABASE": new_database()})
        db = Database(settings.database)
        data.mkdir()
        clock, rooms = HandClock(), FakeRooms()
        log = SessionLog(db, clock, "run-1", load_or_make_signing(data / AUDIT_FILE))
        # Cheap on purpose: what argon2id costs is tested once, in test_passwords.py.
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        who = Identity(data, log.audit_public)
        parts = Parts(settings, load_or_make(data), db, clock, rooms, log, passwords, Pages(), who)
        opened.append((log, db, asyncio.ensure_future(log.run())))
        return House(parts, make_portal(parts), clock, rooms)

    yield make
    for log, db, task in opened:
        log.end()
        await task
        db.close()


@pytest.fixture
def house(make_house: MakeHouse) -> House:
    """A portal on localhost without people."""
    return make_house("http://localhost:8800")


@pytest.fixture
async def chromium() -> AsyncIterator[Chromium]:
    """One headless browser for a test that looks at pages."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        await browser.close()
