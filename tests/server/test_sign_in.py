"""Signing in and out: both factors, one same answer, limits, cookies, lifetimes."""

from typing import Any

import pytest
from argon2 import extract_parameters

from beistand.server.app import look_after
from beistand.server.portal import limits, passwords
from beistand.server.store import accounts

PASSWORD = "ein langer Satz mit Wörtern"
TINA = "tina@muster.example"


@pytest.fixture
async def home(house: Any) -> Any:
    await house.person(house.firm(), TINA)
    return house


def good(home: Any) -> dict[str, str]:
    return {"email": TINA, "password": PASSWORD, "code": home.code(TINA)}


async def test_both_factors_let_in_and_me_says_who(home: Any) -> None:
    browser = await home.signed_in(TINA)
    me = await browser.get("/api/me")
    assert me.status == 200
    assert me.json["name"] == "Tina Technik"
    assert me.json["role"] == "technician"
    assert me.json["organisation"]["name"] == "Muster IT"


@pytest.mark.parametrize(
    "change",
    [
        {"password": "wrong but long enough"},
        {"code": "000000"},
        {"code": ""},
        {"code": "12345a"},
        {"email": "nobody@muster.example"},
        {"email": ""},
        {"password": ""},
    ],
)
async def test_s31_s41_whatever_is_wrong_the_answer_is_the_same(home: Any, change: dict[str, str]) -> None:
    answer = await home.browser().post("/api/sign-in", good(home) | change)
    assert answer.status == 401
    assert answer.json["code"] == "wrong_sign_in"
    assert answer.cookies == []
    unknown = await home.browser("198.51.100.1").post("/api/sign-in", good(home) | {"email": "x@y.example"})
    assert (unknown.status, unknown.body) == (answer.status, answer.body)


async def test_s41_an_unknown_user_costs_one_password_hash_like_any_other(home: Any) -> None:
    asked: list[str] = []
    real = home.parts.passwords._fits
    home.parts.passwords._fits = lambda kept, password: asked.append(kept) or real(kept, password)
    for email in (TINA, "nobody@muster.example"):
        await home.browser().post("/api/sign-in", good(home) | {"email": email, "password": "wrong"})
    assert len(asked) == 2
    assert extract_parameters(asked[0]) == extract_parameters(asked[1])


async def test_a_code_works_once(home: Any) -> None:
    code = good(home)
    assert (await home.browser().post("/api/sign-in", code)).status == 200
    assert (await home.browser().post("/api/sign-in", code)).status == 401
    home.clock.pass_seconds(30)
    assert (await home.browser().post("/api/sign-in", code)).status == 401
    assert (await home.browser().post("/api/sign-in", good(home))).status == 200


async def test_a_disabled_user_stays_outside(home: Any) -> None:
    firm = home.parts.db.read_now(accounts.organisations)[0].id
    browser = await home.signed_in(TINA)
    home.parts.db.write_now(lambda c: accounts.set_active(c, firm, TINA, False))
    assert (await browser.get("/api/me")).status == 401
    home.clock.pass_seconds(60)
    assert (await home.browser().post("/api/sign-in", good(home))).status == 401


async def test_s40_wrong_attempts_are_slowed_down(home: Any) -> None:
    browser = home.browser()
    statuses = [(await browser.post("/api/sign-in", good(home) | {"code": "000000"})).status for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert (await home.browser("198.51.100.9").post("/api/sign-in", good(home))).status == 200
    home.clock.pass_seconds(60)
    assert (await browser.post("/api/sign-in", good(home))).status == 200


async def test_s33_idle_and_absolute_end(home: Any) -> None:
    browser = await home.signed_in(TINA)
    for _ in range(20):
        home.clock.pass_seconds(29 * 60)
        assert (await browser.get("/api/me")).status == 200
    home.clock.pass_seconds(21 * 60)
    assert (await browser.get("/api/me")).status == 401
    browser = await home.signed_in(TINA)
    home.clock.pass_seconds(30 * 60 + 1)
    assert (await browser.get("/api/me")).status == 401


async def test_s33_who_helps_a_customer_is_not_idle_but_leaves_after_ten_hours(home: Any) -> None:
    browser, other = await home.signed_in(TINA), await home.signed_in(TINA)
    id_ = (await browser.post("/api/sessions", {"customer_name": "Frau Muster"})).json["id"]
    closed: list[str] = []
    for _ in range(9 * 4):
        home.clock.pass_seconds(15 * 60)
        await look_after(home.parts, lambda room, code: closed.append(room), [id_])
    assert (await browser.get("/api/me")).status == 200
    assert (await other.get("/api/me")).status == 401
    for _ in range(5):
        home.clock.pass_seconds(15 * 60)
        await look_after(home.parts, lambda room, code: closed.append(room), [id_])
    assert (await browser.get("/api/me")).status == 401
    assert closed == []


async def test_a_session_longer_than_the_operator_allows_is_closed(home: Any) -> None:
    browser = await home.signed_in(TINA)
    old = (await browser.post("/api/sessions", {"customer_name": "Frau Muster"})).json["id"]
    home.clock.pass_seconds(60)
    young = (await browser.post("/api/sessions", {"customer_name": "Herr Muster"})).json["id"]
    closed: list[tuple[str, str]] = []
    home.clock.pass_seconds(12 * 3600 - 30)
    await look_after(home.parts, lambda room, code: closed.append((room, code)), [old, young])
    assert closed == [(old, "expired")]


async def test_s33_an_idle_browser_is_not_woken_by_a_session(home: Any) -> None:
    browser = await home.signed_in(TINA)
    id_ = (await browser.post("/api/sessions", {"customer_name": "Frau Muster"})).json["id"]
    home.clock.pass_seconds(31 * 60)
    await look_after(home.parts, lambda room, code: None, [id_])
    assert (await browser.get("/api/me")).status == 401


async def test_s33_the_cookie_on_https_and_on_localhost(make_house: Any) -> None:
    for origin, start, is_secure in (
        ("https://help.example.com", "__Host-beistand=", True),
        ("http://localhost:8800", "beistand=", False),
    ):
        house = make_house(origin)
        await house.person(house.firm(), TINA)
        browser = house.browser()
        home_code = {"email": TINA, "password": PASSWORD, "code": house.code(TINA)}
        cookie = (await browser.post("/api/sign-in", home_code)).cookies[0]
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith(start)
        assert {"httponly", "path=/", "samesite=strict"} <= parts
        assert ("secure" in parts) == is_secure
        assert not any(part.startswith("domain") for part in parts)
        assert (await browser.get("/api/me")).status == 200


async def test_signing_in_anew_ends_the_old_sign_in_of_this_browser(home: Any) -> None:
    browser = await home.signed_in(TINA)
    old = dict(browser.cookies)
    home.clock.pass_seconds(60)
    assert (await browser.post("/api/sign-in", good(home))).status == 200
    browser.cookies = old
    assert (await browser.get("/api/me")).status == 401


async def test_signing_out_by_form_and_by_api(home: Any) -> None:
    browser = await home.signed_in(TINA)
    kept = dict(browser.cookies)
    assert (await browser.post("/api/sign-out", {})).status == 200
    assert browser.cookies == {}
    browser.cookies = kept
    assert (await browser.get("/api/me")).status == 401
    browser = await home.signed_in(TINA)
    answer = await browser.submit("/sign-out", {"csrf": await browser.csrf("/customers")})
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert (await browser.get("/api/me")).status == 401


@pytest.mark.parametrize(
    ("following", "goes_to"),
    [
        ("/customers", "/customers"),
        ("", "/console/"),
        ("//evil.example", "/console/"),
        ("https://evil.example", "/console/"),
        ("/\\evil.example", "/console/"),
        ("/a?b", "/console/"),
    ],
)
async def test_after_the_form_nobody_is_sent_to_another_host(home: Any, following: str, goes_to: str) -> None:
    browser = home.browser()
    answer = await browser.submit("/sign-in", good(home) | {"next": following})
    assert (answer.status, answer.headers["location"]) == (303, goes_to)


async def test_the_form_shows_what_to_do_and_no_password(home: Any) -> None:
    answer = await home.browser().submit("/sign-in", good(home) | {"code": "1"})
    assert answer.status == 401
    assert "take a new code from the app" in answer.text
    assert PASSWORD not in answer.text


async def test_a_wrong_secrets_file_is_a_fault_without_a_traceback(home: Any) -> None:
    with home.parts.db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE \"user\" SET totp_sealed = '00'")
    answer = await home.browser().post("/api/sign-in", good(home))
    assert answer.status == 500
    assert "Traceback" not in answer.text
    assert answer.json["code"] == "fault"


async def test_argon2id_uses_64_mib_and_three_passes() -> None:
    kept = await passwords.Passwords().hash("correct horse battery")
    parameters = extract_parameters(kept)
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (65_536, 3, 1)
    assert kept.startswith("$argon2id$")


async def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    keeper = passwords.Passwords()
    kept = await keeper.hash("Wo\u0308rter und Sa\u0308tze")
    assert await keeper.is_right(kept, "W\u00f6rter und S\u00e4tze")
    assert not await keeper.is_right(None, "nobody has this password")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "tina@muster.example", "x" * 300, ""])
def test_weak_passwords_are_refused(password: str) -> None:
    assert passwords.is_weak(password, "tina@muster.example")


@pytest.mark.parametrize(("offset", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_may_be_one_step_off(offset: int, is_right: bool) -> None:
    import pyotp

    now = 1_795_000_000
    code = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(now + offset * 30)
    assert (
        passwords.check_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", f"{code[:3]} {code[3:]}", now) is not None
    ) == is_right


def test_rfc_6238_vectors() -> None:
    # RFC 6238, appendix B, SHA-1, the last six of the eight digits; secret "12345678901234567890" in base32.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert passwords.check_code(secret, digits, seconds) == seconds // 30


def test_buckets_fill_again_and_forget_the_quiet() -> None:
    limiter, limit = limits.Limiter(), limits.Limit(2, 10)
    assert [limiter.may("a", limit, now) for now in (0, 0, 0, 9, 10, 10)] == [True, True, False, False, True, False]
    assert limiter.may("b", limit, 10)
    for i in range(limits.MOST_KEYS + 5):
        limiter.may(f"key {i}", limit, 11)
    assert len(limiter._spent) == limits.MOST_KEYS


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_one_household_is_one_key(address: str, key: str) -> None:
    assert limits.address_key(address) == key
