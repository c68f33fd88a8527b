"""S33, S36 and S43 for every route: what each answer carries, what its page loads, and where a change may come from."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest

from beistand.console.page import modules
from beistand.server.portal.access import PUBLIC
from server.conftest import PASSWORD, Answer, Browser
from server.sweeps.conftest import NewTown, Town
from server.sweeps.town import WRITING, differing, doors_of, fields_of, knock, picture, visits

HTTPS = "https://help.example.com"
# Files that are the same for everybody; browsers keep them and ask each time whether they changed.
STATIC = ("/assets/", "/console/")
FRAMED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
}


class Page(HTMLParser):
    """What a page loads and runs. Anything inline is gathered as wrong."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.wrong += [f"{tag} {name}" for name in found if name.startswith("on") or name == "style"]
        self.wrong += [f"{tag} {value}" for value in found.values() if (value or "").strip().startswith("javascript:")]
        if tag == "script" and "src" not in found:
            self.wrong.append("a script within the page")
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.wrong.append(tag)
        is_sheet = tag == "link" and "stylesheet" in (found.get("rel") or "")
        is_module = tag == "link" and found.get("rel") == "modulepreload"
        if tag == "script" or is_sheet or is_module:
            self.loaded.append((found.get("src") or found.get("href") or "", found.get("integrity") or ""))


def policy_of(answer: Answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in parts}


def assert_guarded(answer: Answer, where: Any) -> None:
    """The headers that no answer may lack."""
    for name, value in FRAMED.items():
        assert answer.headers.get(name) == value, (where, name)
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'", where
    assert policy["require-trusted-types-for"] == "'script'", where
    assert "trusted-types" in policy, where
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'", where
    assert policy["form-action"] == "'self'", where
    assert not re.search(r"unsafe|\*|https?:|data:", policy.get("script-src", "")), where
    assert "unsafe" not in str(policy), where


async def assert_loads_only_its_hashes(town: Town, answer: Answer, where: str) -> None:
    page = Page(answer.text)
    assert page.wrong == [], where
    for source, integrity in page.loaded:
        path = source if source.startswith("/") else where.rsplit("/", 1)[0] + "/" + source
        file = await town.house.browser().get(path)
        assert file.status == 200, (where, source)
        digest = base64.b64encode(hashlib.sha384(file.body).digest()).decode()
        assert integrity == f"sha384-{digest}", (where, source)


async def test_s36_s43_every_answer_of_every_route_carries_the_headers(new_town: NewTown) -> None:
    town = await new_town(HTTPS)
    for door, method, path in visits(town.house, town.ours, lambda *_: True):
        for browser in (town.house.browser(), town.ours.people["auditor"], town.ours.people["owner"]):
            answer = await knock(browser, town.house, door, method, path)
            assert_guarded(answer, (method, path, answer.status))
            is_static = path.startswith(STATIC) and answer.status in (200, 304)
            expected = "no-cache" if is_static else "no-store"
            assert answer.headers["cache-control"] == expected, (method, path, answer.status)
    for path in ("/nowhere", "/api/nowhere", "/%00", "/console/../x"):
        answer = await town.house.browser().get(path)
        assert_guarded(answer, path)
        assert answer.headers["cache-control"] == "no-store"


async def test_s36_every_page_loads_only_what_its_hashes_name_and_holds_no_script(new_town: NewTown) -> None:
    town, seen = await new_town(HTTPS), 0
    for door, method, path in visits(town.house, town.ours, lambda _, method: method == "GET"):
        role = "owner" if "owner" in door.roles or door.roles == PUBLIC else min(door.roles)
        answer = await knock(town.ours.people[role], town.house, door, method, path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            seen += 1
            await assert_loads_only_its_hashes(town, answer, path)
    assert seen > 20


async def test_s33_s43_every_cookie_that_any_route_sets_is_bound_to_this_host(new_town: NewTown) -> None:
    town, seen = await new_town(HTTPS), 0
    await town.house.person(town.ours.id, "oda@muster.example", "owner")
    town.house.clock.pass_seconds(60)
    code = {"email": "oda@muster.example", "password": PASSWORD, "code": town.house.code("oda@muster.example")}
    answers = [await town.house.browser().post("/api/sign-in", code)]
    assert answers[0].status == 200
    for door, method, path in visits(town.house, town.ours, lambda *_: True):
        browser = town.ours.people["owner"]
        answers.append(await knock(browser, town.house, door, method, path))
    for answer in answers:
        for cookie in answer.cookies:
            seen += 1
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert cookie.startswith("__Host-beistand=")
            assert {"secure", "httponly", "path=/", "samesite=strict"} <= attributes
            assert not any(part.startswith("domain") for part in attributes)
    assert seen >= 2


FOREIGN: list[dict[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost:8801"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda foreign: " ".join(*foreign.items()))
async def test_s35_no_route_is_changed_by_a_page_of_another_origin(town: Town, foreign: dict[str, str]) -> None:
    before, tried = picture(town.house, town.ours), 0
    for door, method, path in visits(town.house, town.ours, lambda _, method: method in WRITING):
        browser = town.ours.people["owner" if "owner" in door.roles or door.roles == PUBLIC else min(door.roles)]
        answer = await forged(town, browser, door.is_api, method, path, fields_of(door, ""), foreign)
        tried += 1
        assert answer.status == 403, (method, path, answer.status)
        assert answer.cookies == [], path
    assert tried > 40
    assert differing(before, picture(town.house, town.ours)) == {}


async def test_s35_a_form_without_our_token_changes_nothing_at_any_route(town: Town) -> None:
    before = picture(town.house, town.ours)
    for door, method, path in visits(town.house, town.ours, lambda door, method: method in WRITING and not door.is_api):
        if door.roles == PUBLIC:
            continue
        browser = town.ours.people["owner" if "owner" in door.roles else min(door.roles)]
        for token in ("", "0" * 64):
            fields = {name: str(value) for name, value in fields_of(door, "").items()} | {"csrf": token}
            kind = {"origin": browser.origin, "content-type": "application/x-www-form-urlencoded"}
            answer = await browser.send(method, path, urlencode(fields).encode(), kind)
            assert answer.status in (400, 403), (method, path, answer.status)
    assert differing(before, picture(town.house, town.ours)) == {}


async def test_s35_the_api_wants_its_header_and_its_content_type_at_every_route(town: Town) -> None:
    before = picture(town.house, town.ours)
    for door, method, path in visits(town.house, town.ours, lambda door, method: method in WRITING and door.is_api):
        browser = town.ours.people["owner" if "owner" in door.roles or door.roles == PUBLIC else min(door.roles)]
        own = {"origin": browser.origin, "content-type": "application/json"}
        answer = await browser.send(method, path, b"{}", own)
        assert (answer.status, answer.json["code"]) == (403, "foreign"), path
        if not path.partition("?")[0].endswith(("sign-out", "/chunks")):  # no body, or sealed bytes
            simple = own | {"x-beistand": "1", "content-type": "text/plain"}
            assert (await browser.send(method, path, b"{}", simple)).status == 415, path
    assert differing(before, picture(town.house, town.ours)) == {}


async def forged(
    town: Town, browser: Browser, is_api: bool, method: str, path: str, fields: dict[str, Any], foreign: dict[str, str]
) -> Answer:
    """A right request with everything but its source: `foreign` replaces (or, if empty, removes) a header."""
    csrf = town.house.parts.keys.form_token(browser.cookies["beistand"])
    body = urlencode({"csrf": csrf, **{name: str(value) for name, value in fields.items()}}).encode()
    headers = {"origin": browser.origin, "content-type": "application/x-www-form-urlencoded"}
    if is_api:
        body, headers = b"{}", headers | {"content-type": "application/json", "x-beistand": "1"}
    sent = {name: value for name, value in (headers | foreign).items() if value}
    return await browser.send(method, path, body, sent)


async def test_s38_every_route_is_walked_by_these_sweeps(town: Town) -> None:
    """The sweeps take their routes from the same list as the portal."""
    walked = {door.path for door, _, _ in visits(town.house, town.ours, lambda *_: True)}
    known = {route.path for route in town.house.app.routes}
    assert known - walked == {"/api/events"}
    assert len(doors_of(town.house)) == len(town.house.app.routes)


async def test_s36_each_module_of_the_console_is_loaded_by_its_hash(town: Town) -> None:
    page = Page((await town.house.browser().get("/console/")).text)
    named = {source for source, _ in page.loaded}
    assert {"style.css", "main.js", "protocol/pake.js", "vendor/noble-curves/ed25519.js"} <= named
    assert {name for name in named if name.endswith(".js")} == set(modules())
    assert len(modules()) > 30
