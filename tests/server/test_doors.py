"""Every door: who may enter, what each answer carries, where changing requests may come from, what is too large."""

import asyncio
import re
from typing import Any

import pytest

from beistand.server.portal import access, words
from beistand.server.portal.access import (
    ANYBODY_SIGNED_IN,
    AUDIT,
    OFFICE,
    OFFICE_READERS,
    OWNER,
    PUBLIC,
    STAFF,
    Door,
    Guard,
)
from beistand.server.portal.office.invoices import READERS
from beistand.server.portal.office.times import DECIDERS
from beistand.server.portal.portal import doors

PEOPLE = {role: f"{role}@muster.example" for role in ("owner", "technician", "billing", "auditor")}

# The whole map, by hand: a new route must be written here too, with its reason to be open.
EXPECTED = {
    "GET /": PUBLIC,
    "GET /en": PUBLIC,
    "GET /programs/{name}": PUBLIC,
    "GET /assets/{name}": PUBLIC,
    "GET /.well-known/security.txt": PUBLIC,
    "GET /console": PUBLIC,
    "GET /console/{path:path}": PUBLIC,
    "GET /receipt/{token}": PUBLIC,
    "GET /receipt/{token}/receipt.json": PUBLIC,
    "GET /receipt/{token}/receipt.pdf": PUBLIC,
    "POST /receipt/{token}/mail": PUBLIC,
    "GET /sessions/{id}/receipt": ANYBODY_SIGNED_IN,
    "GET /sessions/{id}/receipt.json": ANYBODY_SIGNED_IN,
    "GET /sessions/{id}/receipt.pdf": ANYBODY_SIGNED_IN,
    "POST /sessions/{id}/receipt/mail": STAFF | {"billing"},
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /sign-out": ANYBODY_SIGNED_IN,
    "GET /setup/{token}": PUBLIC,
    "POST /setup/{token}": PUBLIC,
    "GET /welcome/{token}": PUBLIC,
    "POST /welcome/{token}": PUBLIC,
    "GET /recover": PUBLIC,
    "POST /recover": PUBLIC,
    "GET /account": ANYBODY_SIGNED_IN,
    "POST /account/passkeys": ANYBODY_SIGNED_IN,
    "POST /account/passkeys/{id}/rename": ANYBODY_SIGNED_IN,
    "POST /account/passkeys/{id}/remove": ANYBODY_SIGNED_IN,
    "POST /account/password": ANYBODY_SIGNED_IN,
    "POST /account/password/remove": ANYBODY_SIGNED_IN,
    "POST /account/codes": ANYBODY_SIGNED_IN,
    "POST /account/others": ANYBODY_SIGNED_IN,
    "GET /users": OWNER,
    "POST /users/invitations": OWNER,
    "POST /users/invitations/{id}/revoke": OWNER,
    "POST /users/{id}/role": OWNER,
    "POST /users/{id}/disable": OWNER,
    "POST /users/{id}/enable": OWNER,
    "POST /users/{id}/reset": OWNER,
    "GET /customers": OFFICE_READERS,
    "POST /customers": OFFICE_READERS,
    "GET /firm/retention": OWNER,
    "POST /firm/retention": OWNER,
    "GET /firm/taxes": OWNER,
    "POST /firm/taxes": OWNER,
    "GET /firm/keys": OWNER,
    "GET /firm/keys/request": OWNER,
    "POST /firm/keys/roster": OWNER,
    "POST /firm/keys/demand": OWNER,
    "GET /firm/programs": OWNER,
    "POST /firm/programs": OWNER,
    "POST /firm/programs/remove": OWNER,
    "GET /customers/new": OFFICE_READERS,
    "GET /customers/options": OFFICE_READERS,
    "GET /customers/import": OFFICE,
    "POST /customers/import/bad": OFFICE,
    "POST /customers/import": OFFICE,
    "POST /customers/import/keep": OFFICE,
    "GET /customers/{id}": OFFICE_READERS,
    "POST /customers/{id}": OFFICE,
    "POST /customers/{id}/remove": OFFICE,
    "POST /customers/{id}/restore": OFFICE,
    "POST /customers/{id}/contacts": OFFICE,
    "POST /customers/{id}/contacts/{contact}/remove": OFFICE,
    "GET /cases": ANYBODY_SIGNED_IN,
    "POST /cases/{id}/close": OFFICE_READERS,
    "POST /cases/{id}/reopen": OFFICE_READERS,
    "GET /contracts": OFFICE_READERS,
    "POST /contracts": OFFICE,
    "GET /contracts/new": OFFICE,
    "GET /contracts/{id}": OFFICE_READERS,
    "POST /contracts/{id}": OFFICE,
    "POST /contracts/{id}/beneficiaries": OFFICE,
    "POST /contracts/{id}/beneficiaries/{party}/end": OFFICE,
    "POST /contracts/{id}/minutes": OFFICE,
    "GET /contracts/{id}/versions/new": OFFICE,
    "POST /contracts/{id}/versions": OFFICE,
    "POST /contracts/{id}/versions/{version}/remove": OFFICE,
    "GET /prices": OFFICE_READERS,
    "POST /prices/lists": OFFICE,
    "POST /prices/lists/{id}/remove": OFFICE,
    "POST /prices/work": OFFICE,
    "POST /prices/work/{id}": OFFICE,
    "POST /prices/work/{id}/remove": OFFICE,
    "POST /prices/levels": OFFICE,
    "GET /firm": OWNER,
    "POST /firm": OWNER,
    "GET /api/openapi.json": PUBLIC,
    "POST /api/sign-in": PUBLIC,
    "POST /api/sign-out": ANYBODY_SIGNED_IN,
    "GET /api/me": ANYBODY_SIGNED_IN,
    "GET /api/customers": STAFF,
    "POST /api/customers": STAFF,
    "GET /api/service-types": STAFF,
    "POST /api/coverage": STAFF,
    "GET /api/sessions": ANYBODY_SIGNED_IN,
    "POST /api/sessions": STAFF,
    "GET /api/sessions/{id}": ANYBODY_SIGNED_IN,
    "POST /api/sessions/{id}/statement": STAFF,
    "POST /api/sessions/{id}/note": STAFF,
    "POST /api/sessions/{id}/facts": STAFF,
    "POST /api/sessions/{id}/charge": STAFF,
    "POST /api/sessions/{id}/coverage": STAFF,
    "POST /api/sessions/{id}/charge-by-phone": STAFF,
    "POST /api/sessions/{id}/goodwill": STAFF,
    "GET /api/sessions/{id}/colleagues": STAFF,
    "POST /api/sessions/{id}/colleagues": STAFF,
    "GET /api/events": ANYBODY_SIGNED_IN,
    "GET /api/recording-terms": STAFF,
    "POST /api/recording-terms": OWNER,
    "POST /api/sessions/{id}/recordings": STAFF,
    "POST /api/sessions/{id}/recordings/{recording}/chunks": STAFF,
    "POST /api/sessions/{id}/recordings/{recording}/end": STAFF,
    "GET /api/recordings": AUDIT,
    "GET /api/recordings/{id}": AUDIT,
    "GET /recordings": AUDIT,
    "POST /recordings/{id}/delete": OWNER,
    "GET /log": AUDIT,
    "GET /invoices": READERS,
    "GET /invoices/data": OWNER,
    "POST /invoices/data": OWNER,
    "GET /invoices/run": DECIDERS,
    "POST /invoices/run": DECIDERS,
    "GET /invoices/exports": READERS,
    "POST /invoices/exports": DECIDERS,
    "GET /invoices/exports/{id}": READERS,
    "GET /invoices/{id}": READERS,
    "GET /invoices/{id}/{kind}": READERS,
    "POST /invoices/{id}/cancel": DECIDERS,
    "POST /invoices/{id}/correct": DECIDERS,
    "POST /invoices/{id}/paid": DECIDERS,
    "POST /invoices/{id}/send": DECIDERS,
    "GET /times": ANYBODY_SIGNED_IN,
    "GET /times.csv": ANYBODY_SIGNED_IN,
    "POST /times/approve": DECIDERS,
    "POST /times/policy": OWNER,
    "GET /sessions/{id}": ANYBODY_SIGNED_IN,
    "GET /sessions/{id}/report.pdf": ANYBODY_SIGNED_IN,
    "POST /sessions/{id}/mail": STAFF | DECIDERS,
    "POST /sessions/{id}/correct": STAFF | DECIDERS,
    "POST /sessions/{id}/goodwill": STAFF | DECIDERS,
    "POST /sessions/{id}/decide": DECIDERS,
    "POST /sessions/{id}/release": DECIDERS,
}


def concrete(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


def test_s38_every_route_declares_its_role(house: Any) -> None:
    found = {f"{m} {d.path}": d.roles for d in doors(house.parts) for m in d.methods if m in ("GET", "POST")}
    assert found == EXPECTED
    assert all(isinstance(route.app, Guard) for route in house.app.routes)
    assert len(house.app.routes) == len(doors(house.parts))


@pytest.mark.parametrize("roles", [frozenset(), frozenset({"everybody"}), frozenset({"owner", "x"})])
def test_s38_a_door_without_a_role_cannot_be_made(roles: frozenset[str]) -> None:
    async def handler(visit: access.Visit) -> Any:
        raise AssertionError

    with pytest.raises(ValueError, match="must declare who may enter"):
        Door("/x", ("GET",), roles, handler)


async def test_s38_every_door_is_shut_for_every_other_role(house: Any) -> None:
    firm = house.firm()
    browsers = {"nobody": house.browser()}
    for role, email in PEOPLE.items():
        await house.person(firm, email, role)
        browsers[role] = await house.signed_in(email)
    for at, browser in enumerate(browsers.values()):
        browser.address = f"198.51.100.{at}"  # one household alone may not knock at every door at once
    for door in doors(house.parts):
        house.clock.pass_seconds(1)  # so many doors at one instant would be refused as too often
        for who, browser in browsers.items():
            if door.roles == PUBLIC or who in door.roles:
                continue
            for method in {"GET", "POST"} & set(door.methods):
                house.clock.pass_seconds(0.1)
                headers = {"origin": house.origin, "content-type": "application/json", "x-beistand": "1"}
                answer = await browser.send(method, concrete(door.path), b"{}", headers if method == "POST" else {})
                is_redirect = answer.status == 303 and answer.headers["location"].startswith("/sign-in")
                expected = {401} if who == "nobody" else {403}
                assert answer.status in expected or (who == "nobody" and is_redirect), (method, door.path, who)


async def test_s38_every_role_enters_where_it_may(house: Any) -> None:
    firm = house.firm()
    for role, email in PEOPLE.items():
        await house.person(firm, email, role)
        browser = await house.signed_in(email)
        for door in doors(house.parts):
            if "GET" in door.methods and role in door.roles and "{" not in door.path and door.path != "/api/events":
                assert (await browser.get(door.path)).status == 200, (door.path, role)


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/console/", "/api/me", "/nowhere", "/assets/style.css", "/customers"]
)
async def test_s36_each_answer_carries_the_security_headers(make_house: Any, path: str) -> None:
    house = make_house("https://help.example.com")
    answer = await house.browser().get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert ("script-src 'self'" in policy) == path.startswith(("/console", "/customers", "/sign-in"))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "max-age=63072000" in answer.headers["strict-transport-security"]
    assert "cache-control" in answer.headers


async def test_s43_no_hsts_on_plain_localhost(house: Any) -> None:
    assert "strict-transport-security" not in (await house.browser().get("/")).headers


async def test_the_consoles_policy_names_the_relay(make_house: Any) -> None:
    answer = await make_house("https://help.example.com").browser().get("/console/")
    assert "connect-src 'self' wss://help.example.com;" in answer.headers["content-security-policy"]


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost:8801"},
    {"origin": "https://localhost:8800"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_changing_requests_come_from_our_own_pages(house: Any, headers: dict[str, str]) -> None:
    await house.person(house.firm(), PEOPLE["owner"], "owner")
    browser = await house.signed_in(PEOPLE["owner"])
    csrf = await browser.csrf("/customers")
    assert (await browser.post("/api/customers", {"name": "x"}, headers)).status == 403
    assert (await browser.submit("/customers", {"name": "x", "csrf": csrf}, headers)).status == 403
    assert (await browser.get("/api/customers")).json == []


async def test_a_changing_request_without_origin_or_mark_is_refused(house: Any) -> None:
    await house.person(house.firm(), PEOPLE["owner"], "owner")
    browser = await house.signed_in(PEOPLE["owner"])
    kind = {"content-type": "application/json"}
    assert (await browser.send("POST", "/api/customers", b'{"name":"x"}', kind | {"x-beistand": "1"})).status == 403
    assert (
        await browser.send("POST", "/api/customers", b'{"name":"x"}', kind | {"origin": house.origin})
    ).status == 403
    assert (await browser.submit("/customers", {"name": "x"})).status == 403
    assert (await browser.submit("/customers", {"name": "x", "csrf": "0" * 64})).status == 403
    assert (await browser.get("/api/customers")).json == []


async def test_s40_bodies_are_capped(house: Any) -> None:
    browser = house.browser()
    headers = {"origin": house.origin, "x-beistand": "1", "content-type": "application/json"}
    answer = await browser.send("POST", "/api/sign-in", b" " * (access.BODY_LIMIT + 1), headers)
    assert (answer.status, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 30_000, b'{"email":1}', b"{}"])
async def test_nonsense_in_json_is_refused_with_a_sentence(house: Any, body: bytes) -> None:
    headers = {"origin": house.origin, "x-beistand": "1", "content-type": "application/json"}
    answer = await house.browser().send("POST", "/api/sign-in", body, headers)
    assert answer.status == 400
    assert answer.json["sentence"]


async def test_s40_requests_are_limited_by_address(house: Any) -> None:
    browser = house.browser()
    statuses = [(await browser.get("/assets/style.css")).status for _ in range(260)]
    assert statuses[:240] == [200] * 240
    assert statuses[-1] == 429
    assert (await house.browser("198.51.100.4").get("/assets/style.css")).status == 200


async def test_only_the_trusted_proxy_is_believed(house: Any) -> None:
    from dataclasses import replace

    from beistand.server.portal.portal import make_portal

    house.app = make_portal(replace(house.parts, settings=replace(house.parts.settings, trusted_proxy="127.0.0.1")))
    for address, status in (("127.0.0.1", 200), ("192.0.2.1", 429)):
        browser = house.browser(address)
        answers = [
            await browser.get("/assets/style.css", {"x-forwarded-for": f"6.6.6.6, 10.0.0.{i}"}) for i in range(250)
        ]
        assert answers[-1].status == status


async def test_s42_no_traceback_to_anyone(house: Any, caplog: pytest.LogCaptureFixture) -> None:
    await house.person(house.firm(), PEOPLE["owner"], "owner")
    browser = await house.signed_in(PEOPLE["owner"])
    house.parts.rooms.create_room = None
    answer = await browser.post("/api/sessions", {"customer_name": "x"})
    assert (answer.status, answer.json["code"]) == (500, "fault")
    assert "Traceback" not in answer.text
    assert "NoneType" not in answer.text
    assert "NoneType" in caplog.text


async def test_a_store_that_cannot_write_is_told_in_one_sentence(house: Any) -> None:
    await house.person(house.firm(), PEOPLE["owner"], "owner")
    browser = await house.signed_in(PEOPLE["owner"])
    engine = house.parts.db.engine
    engine.dispose()
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        deny = "PRAGMA query_only = ON" if is_sqlite else "SET default_transaction_read_only = ON"
        connection.exec_driver_sql(deny)
        if not is_sqlite:
            connection.commit()
    answer = await browser.post("/api/customers", {"name": "x"})
    assert (answer.status, answer.json["code"]) == (503, "store")


async def test_wrong_methods_and_pages_that_never_were(house: Any) -> None:
    browser = house.browser()
    assert (await browser.send("DELETE", "/sign-in", b"", {})).status == 405
    answer = await browser.get("/api/nowhere")
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    german = await browser.get("/nowhere", {"accept-language": "de-DE,en;q=0.5"})
    assert "Diese Seite gibt es nicht." in german.text


async def test_a_browser_that_hangs_up_early_harms_nobody(house: Any) -> None:
    browser = house.browser()
    headers = {"origin": house.origin, "x-beistand": "1", "content-type": "application/json"}

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    await asyncio.wait_for(house.app(browser.scope("POST", "/api/sign-in", headers), receive, send), 30)


def test_every_sentence_has_both_languages_with_the_same_gaps() -> None:
    for key, (german, english) in words.WORDS.items():
        assert german, key
        assert english, key
        assert set(re.findall(r"\{(\w+)\}", german)) == set(re.findall(r"\{(\w+)\}", english)), key


def test_no_two_areas_of_the_words_use_one_key() -> None:
    assert len(words.WORDS) == sum(len(area) for area in words._AREAS)


async def test_a_path_with_a_nul_is_no_page(house: Any) -> None:
    firm = house.firm()
    await house.person(firm, "tim@muster.example")
    browser = await house.signed_in("tim@muster.example")
    for path in ("/api/sessions/%00", "/programs/a%00.exe", "/%00"):
        assert (await browser.get(path)).status == 404
    assert (await browser.get("/api/customers?q=%00")).json == []
