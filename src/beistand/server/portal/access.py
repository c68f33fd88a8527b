"""The guard before every handler: who may enter, from where, how often, and what an answer carries.

Deny by default (S38): a route exists only as a `Door`, and a door without roles cannot be made.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from beistand.server.clock import Moment
from beistand.server.portal import headers, limits
from beistand.server.portal.parts import Parts
from beistand.server.store import accounts
from beistand.server.store.accounts import User
from beistand.server.store.database import StoreError

PUBLIC = frozenset({"public"})
OWNER = frozenset({"owner"})
STAFF = frozenset({"owner", "technician"})
# Who keeps customers, contracts and prices; technicians read them.
OFFICE = frozenset({"owner", "billing"})
OFFICE_READERS = OFFICE | STAFF
AUDIT = frozenset({"owner", "auditor"})
ANYBODY_SIGNED_IN = frozenset({"owner", "technician", "billing", "auditor"})

# Public pages with the one script that speaks to passkeys.
ACCESS_PATHS = frozenset({"/sign-in", "/setup/{token}", "/welcome/{token}"})

BODY_LIMIT = 65_536
BODY_SECONDS = 15
TOUCH_US = 60 * 1_000_000

log = logging.getLogger("beistand.portal")


class RefusalError(Exception):
    """The request is refused: status, a code for programs, one sentence for people."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence


@dataclass
class Visit:
    """One request and who makes it. `user` is None before signing in."""

    request: Request
    parts: Parts
    at: Moment
    user: User | None = None
    token: str = field(default="", repr=False)
    address: str = ""
    table: RoleTable | None = None

    def may(self, path: str, method: str = "GET") -> bool:
        """Whether the visitor's role opens a door (path as declared): pages show what guards let in."""
        return self.table is not None and self.table.may(self.user.role if self.user else "", method, path)

    @property
    def me(self) -> User:
        """The signed-in user; only behind doors that are not public."""
        if self.user is None:
            raise RefusalError(401, "signed_out", self.say("signed_out"))
        return self.user

    @property
    def run_seconds(self) -> int:
        """Whole seconds of this server's run: what passkeys' questions are dated with."""
        return self.at.monotonic_us // 1_000_000

    @property
    def language(self) -> str:
        """German if the browser prefers it, else English."""
        first = self.request.headers.get("accept-language", "").split(",")[0].strip().lower()
        return "de" if first.split("-")[0] in ("de", "") else "en"

    def say(self, key: str) -> str:
        """A sentence in the visitor's language."""
        return self.parts.pages.word(key, self.language)

    @property
    def form_token(self) -> str:
        """What our own forms of this sign-in carry."""
        return self.parts.keys.form_token(self.token) if self.token else ""

    def allow(self, key: str, limit: limits.Limit) -> None:
        """Raises RefusalError 429 when `key` knocked too often."""
        if not self.parts.limiter.may(key, limit, self.at.monotonic_us / 1e6):
            raise RefusalError(429, "too_often", self.say("too_often"))

    async def body(self, limit: int = BODY_LIMIT) -> bytes:
        """At most `limit` bytes (64 KiB) within 15 seconds."""
        data = b""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for piece in self.request.stream():
                    data += piece
                    if len(data) > limit:
                        raise RefusalError(413, "too_large", self.say("too_large"))
        except TimeoutError:
            raise RefusalError(408, "too_slow", self.say("bad_request")) from None
        return data

    async def form(self, limit: int = BODY_LIMIT, most: int = 40) -> dict[str, str]:
        """Up to `most` fields of a form, with our token checked once somebody is signed in."""
        kind = self.request.headers.get("content-type", "").split(";")[0]
        if kind != "application/x-www-form-urlencoded":
            raise RefusalError(415, "form", self.say("bad_request"))
        try:
            fields = dict(parse_qsl((await self.body(limit)).decode(), keep_blank_values=True, max_num_fields=most))
        except ValueError:
            raise RefusalError(400, "form", self.say("bad_request")) from None
        self._check_token(fields.get("csrf", ""))
        return fields

    async def upload(self, name: str, limit: int) -> bytes:
        """The one file of a multipart form with our token, the whole at most `limit` bytes."""
        data = await self.body(limit)

        async def whole() -> AsyncGenerator[bytes, None]:
            yield data

        try:
            form = await MultiPartParser(self.request.headers, whole(), max_files=1, max_fields=4).parse()
        except (MultiPartException, KeyError, ValueError):
            raise RefusalError(400, "form", self.say("bad_request")) from None
        try:
            token, file = form.get("csrf"), form.get(name)
            self._check_token(token if isinstance(token, str) else "")
            if not isinstance(file, UploadFile):
                raise RefusalError(400, "form", self.say("bad_request"))
            return await file.read()
        finally:
            await form.close()

    def _check_token(self, token: str) -> None:
        if self.user and not hmac.compare_digest(token.encode(), self.form_token.encode()):
            raise RefusalError(403, "foreign", self.say("foreign"))

    async def json(self) -> dict[str, Any]:
        """The JSON object of an API request."""
        if self.request.headers.get("content-type", "").split(";")[0] != "application/json":
            raise RefusalError(415, "json", "Send application/json.")
        try:
            value = json.loads(await self.body())
            # JSON may carry half a character ("\ud800"), which neither store nor answer can.
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise RefusalError(400, "json", "The body is not valid JSON.") from None
        if not isinstance(value, dict):
            raise RefusalError(400, "json", "The body must be a JSON object.")
        return value


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Door:
    """A route: where, how, for whom. `roles` is PUBLIC or a set of user roles."""

    path: str
    methods: tuple[str, ...]
    roles: frozenset[str]
    handler: Handler

    def __post_init__(self) -> None:
        if not self.roles or not self.roles <= PUBLIC | ANYBODY_SIGNED_IN:
            raise ValueError(f"{self.path} must declare who may enter")

    @property
    def is_api(self) -> bool:
        """Whether it speaks JSON."""
        return self.path.startswith("/api/")

    @property
    def header_kind(self) -> str:
        """Which content security policy fits."""
        if self.path.startswith("/console"):
            return headers.CONSOLE
        if self.path in ACCESS_PATHS:
            return headers.ACCESS
        return headers.PAGE if self.roles == PUBLIC or self.is_api else headers.OFFICE


class RoleTable:
    """The one table {role x door}: guards ask it before every handler, pages before every link. Not in it: refused."""

    def __init__(self, doors: list[Door]) -> None:
        """ValueError if two doors claim the same method and path: one of them would never be asked."""
        self._roles: dict[tuple[str, str], frozenset[str]] = {}
        for door in doors:
            for method in door.methods:
                if (method, door.path) in self._roles:
                    raise ValueError(f"{method} {door.path} is declared twice")
                self._roles[method, door.path] = door.roles

    def may(self, role: str, method: str, path: str) -> bool:
        """Whether a role ("" before signing in) may use a door."""
        roles = self._roles.get((method if method != "HEAD" else "GET", path), frozenset())
        return roles == PUBLIC or role in roles

    def rows(self) -> list[tuple[str, str, frozenset[str]]]:
        """Method, path and roles of every door."""
        return [(method, path, roles) for (method, path), roles in self._roles.items()]


class Guard:
    """The ASGI application of one door."""

    def __init__(self, door: Door, parts: Parts, table: RoleTable) -> None:
        self.door, self._parts, self._table = door, parts, table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        at, address = self._parts.clock.now(), _address(request, self._parts)
        visit = Visit(request, self._parts, at, address=address, table=self._table)
        try:
            response = await self._answer(visit)
        except ClientDisconnect:
            return
        for name, value in security_headers(self._parts, self.door.header_kind):
            response.headers[name] = value
        response.headers.setdefault("cache-control", "no-store")
        await response(scope, receive, send)

    async def _answer(self, visit: Visit) -> Response:
        try:
            if "\0" in visit.request.url.path or "%00" in visit.request.url.path:
                # No name holds it, and PostgreSQL refuses a question that does.
                raise RefusalError(404, "not_found", visit.say("not_found"))
            visit.allow(f"all {visit.address}", limits.EVERY_REQUEST)
            await self._recognise(visit)
            self._check_role(visit)
            self._check_source(visit)
            return await self.door.handler(visit)
        except RefusalError as refusal:
            return self._refuse(visit, refusal)
        except StoreError as error:
            log.error("store: %s", error)
            return self._refuse(visit, RefusalError(503, "store", visit.say("store")))
        except ClientDisconnect:
            raise
        except Exception:
            # S42: the traceback goes to the log, never to the visitor.
            log.exception("a handler failed at %s", self.door.path)
            return self._refuse(visit, RefusalError(500, "fault", visit.say("fault")))

    async def _recognise(self, visit: Visit) -> None:
        token = visit.request.cookies.get(self._parts.cookie, "")
        if not token:
            return
        now = visit.at.utc_us
        user = await self._parts.db.read(lambda c: accounts.signed_in_user(c, token, now))
        if user is None:
            return
        visit.user, visit.token = user, token
        # An open event stream asks again and again by itself: it is not "use".
        if self.door.path != "/api/events" and self._parts.touched.get(token, 0) < now - TOUCH_US:
            self._parts.touched.put(token, now)
            await self._parts.db.write(lambda c: accounts.touch_sign_in(c, token, now))

    def _check_role(self, visit: Visit) -> None:
        if self.door.roles == PUBLIC:
            return
        if visit.user is None:
            raise RefusalError(401, "signed_out", visit.say("signed_out"))
        if not visit.may(self.door.path, visit.request.method):
            raise RefusalError(403, "role", visit.say("role"))

    def _check_source(self, visit: Visit) -> None:
        request = visit.request
        if request.method in ("GET", "HEAD"):
            return
        if not headers.is_own(request.headers, self._parts.settings.origin):
            raise RefusalError(403, "foreign", visit.say("foreign"))
        if self.door.is_api and request.headers.get("x-beistand") != "1":
            raise RefusalError(403, "foreign", "Send the header X-Beistand: 1.")

    def _refuse(self, visit: Visit, refusal: RefusalError) -> Response:
        if self.door.is_api:
            return JSONResponse({"code": refusal.code, "sentence": refusal.sentence}, refusal.status)
        if refusal.code == "signed_out" and visit.request.method == "GET":
            return RedirectResponse(f"/sign-in?next={quote(visit.request.url.path)}", 303)
        return self._parts.pages.refusal(visit.language, refusal.status, refusal.sentence)


def security_headers(parts: Parts, kind: str) -> list[tuple[str, str]]:
    """The headers of this server's answers."""
    relay_origin = parts.settings.relay_url.removesuffix("/relay")
    return headers.security_headers(kind, relay_origin, parts.settings.is_https)


def routes(doors: list[Door], parts: Parts) -> list[Route]:
    """The doors as Starlette's routes, behind one table."""
    table = RoleTable(doors)
    return [Route(door.path, Guard(door, parts, table), methods=list(door.methods)) for door in doors]


def _address(request: Request, parts: Parts) -> str:
    direct = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if forwarded and direct == parts.settings.trusted_proxy:
        direct = forwarded.rpartition(",")[2].strip()
    return limits.address_key(direct)
