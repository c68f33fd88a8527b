"""The one-time link of the first owner, and those of colleagues."""

import re
from typing import Any

import pyotp
import pytest

from beistand.server.store import accounts

WHO = {
    "step": "who",
    "company": "Muster IT",
    "domain": "https://Hilfe.Muster.example/kontakt",
    "name": "Olga Owner",
    "email": "Olga@muster.example",
}
PASSWORD = "vier Wörter reichen hier"


@pytest.fixture
def link(house: Any) -> str:
    house.parts.db.write_now(lambda c: accounts.make_owner_link(c, "T0ken", house.clock.utc_us))
    return "/setup/T0ken"


async def secret_of(browser: Any, link: str) -> str:
    assert (await browser.submit(link, {"step": "password", "password": PASSWORD})).status == 303
    page = await browser.get(link)
    assert page.status == 200
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert found
    return found[1].replace(" ", "")


async def finish(house: Any, browser: Any, link: str) -> Any:
    totp = pyotp.TOTP(await secret_of(browser, link))
    code = totp.at(house.clock.utc_us // 1_000_000)
    return await browser.submit(link, {"step": "confirm", "code": code}), totp


async def test_from_the_link_to_the_first_sign_in(house: Any, link: str) -> None:
    browser = house.browser()
    assert "Set up your server" in (await browser.get(link)).text
    answer = await browser.submit(link, WHO)
    assert (answer.status, answer.headers["location"]) == (303, link)
    page = await browser.get(link)
    assert page.text.index("Set up a passkey") < page.text.index("Without a passkey: password and app")
    await secret_of(browser, link)
    page = await browser.get(link)
    assert "<svg" in page.text
    assert "qr" in page.text
    answer, totp = await finish(house, browser, link)
    assert (answer.status, answer.headers["location"]) == (303, "/account?new")
    assert (await browser.get("/api/me")).status == 200  # both factors were proven a moment ago
    house.clock.pass_seconds(30)
    fields = {"email": WHO["email"], "password": PASSWORD, "code": totp.at(house.clock.utc_us // 1_000_000)}
    assert (await house.browser().post("/api/sign-in", fields)).status == 200
    me = (await browser.get("/api/me")).json
    assert (me["role"], me["email"], me["organisation"]["name"]) == ("owner", "olga@muster.example", "Muster IT")
    firm = house.parts.db.read_now(accounts.organisations)[0]
    assert firm.domain == "hilfe.muster.example"


async def test_the_code_that_finished_the_setup_is_used_up(house: Any, link: str) -> None:
    browser = house.browser()
    await browser.submit(link, WHO)
    _, totp = await finish(house, browser, link)
    fields = {"email": WHO["email"], "password": PASSWORD, "code": totp.at(house.clock.utc_us // 1_000_000)}
    assert (await house.browser().post("/api/sign-in", fields)).status == 401


VARIANTS = [
    "/setup/T0ken",
    "/setup/T0ken/",
    "/setup/T0ken?again",
    "/setup",
    "/setup/",
    "/setup/x",
    "//setup/T0ken",
    "/setup//T0ken",
    "/Setup/T0ken",
    "/SETUP/T0ken",
    "/setup/T0ken/x",
    "/setup/./T0ken",
    "/x/../setup/T0ken",
    "/%73etup/T0ken",
    "/setup%2FT0ken",
    "/setup/T0ken%00",
    "/setup/T0ken%20",
    "/setup/T0ken;a",
    "/setup.html",
    "/welcome/T0ken",
]


@pytest.mark.parametrize("path", VARIANTS)
async def test_s30_no_setup_route_once_an_owner_exists(house: Any, link: str, path: str) -> None:
    browser = house.browser()
    await browser.submit(link, WHO)
    await finish(house, browser, link)
    never_was = await browser.get("/there-is-no-such-page")
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        headers = {"origin": house.origin, "content-type": "application/x-www-form-urlencoded"}
        answer = await browser.send(method, path, b"step=who", headers)
        assert answer.status == 404, (method, path)
        if method != "HEAD":
            assert answer.body == never_was.body


async def test_s30_an_unused_link_dies_with_the_first_owner(house: Any, link: str) -> None:
    browser = house.browser()
    await browser.submit(link, WHO)
    await house.person(house.firm(), "other@muster.example", "owner")
    assert (await browser.get(link)).status == 404
    assert (await browser.submit(link, {"step": "confirm", "code": "123456"})).status == 404


async def test_the_link_dies_after_a_day(house: Any, link: str) -> None:
    house.clock.pass_seconds(24 * 3600)
    assert (await house.browser().get(link)).status == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"company": " "}, "fill in every field"),
        ({"name": "\u202e"}, "fill in every field"),
        ({"domain": "not a domain"}, "web address is a name"),
        ({"email": "olga"}, "email address is incomplete"),
        ({"email": "olga@muster.example\r\nBcc: x@y"}, "email address is incomplete"),
    ],
)
async def test_a_wrong_first_form_says_what_is_wrong(
    house: Any, link: str, change: dict[str, str], sentence: str
) -> None:
    answer = await house.browser().submit(link, WHO | change)
    assert answer.status == 422
    assert sentence in answer.text


@pytest.mark.parametrize("password", ["short", "olga@muster.example", "", "Muster IT"])
async def test_a_weak_password_is_refused(house: Any, link: str, password: str) -> None:
    browser = house.browser()
    await browser.submit(link, WHO)
    answer = await browser.submit(link, {"step": "password", "password": password})
    assert answer.status == 422
    assert "too simple" in answer.text


async def test_a_wrong_code_leaves_everything_open(house: Any, link: str) -> None:
    browser = house.browser()
    await browser.submit(link, WHO)
    await secret_of(browser, link)
    answer = await browser.submit(link, {"step": "confirm", "code": "000000"})
    assert answer.status == 422
    assert "These digits do not fit" in answer.text
    assert not house.parts.db.read_now(accounts.has_owner)
    answer, _ = await finish(house, browser, link)
    assert answer.status == 303


async def test_what_was_entered_can_be_changed(house: Any, link: str) -> None:
    browser = house.browser()
    await browser.submit(link, WHO)
    page = await browser.get(f"{link}?again")
    assert 'value="Muster IT"' in page.text
    await browser.submit(link, WHO | {"company": "Neue IT"})
    await finish(house, browser, link)
    assert house.parts.db.read_now(accounts.organisations)[0].name == "Neue IT"


async def test_s36_hostile_names_are_shown_as_text(house: Any, link: str) -> None:
    answer = await house.browser().submit(link, WHO | {"company": '"><script>alert(1)</script>', "email": "x"})
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_a_colleague_joins_the_firm_by_a_link_of_their_own(house: Any) -> None:
    firm = house.firm()
    await house.person(firm, "olga@muster.example", "owner")
    house.parts.db.write_now(lambda c: accounts.make_user_link(c, firm, "Coll", "technician", house.clock.utc_us))
    browser = house.browser()
    assert "Welcome to Muster IT" in (await browser.get("/welcome/Coll")).text
    assert (await browser.get("/setup/Coll")).status == 404
    own = {"step": "who", "name": "Tim", "email": "tim@muster.example"}
    assert (await browser.submit("/welcome/Coll", own)).status == 303
    answer, _ = await finish(house, browser, "/welcome/Coll")
    assert answer.status == 303
    assert (await browser.get("/welcome/Coll")).status == 404
    people = house.parts.db.read_now(lambda c: accounts.users(c, firm))
    assert {(p.name, p.role) for p in people} == {("Tina Technik", "owner"), ("Tim", "technician")}


async def test_the_second_factor_is_not_readable_in_the_database(house: Any, link: str) -> None:
    browser = house.browser()
    await browser.submit(link, WHO)
    secret = await secret_of(browser, link)
    await finish(house, browser, link)
    house.parts.db.close()
    stored = b"".join(path.read_bytes() for path in house.parts.settings.data.iterdir() if path.is_file())
    assert secret.encode() not in stored
    assert PASSWORD.encode() not in stored
