"""The firm's people: invitations, roles, who is kept out, factors reset; each change stands in the log."""

import re
from typing import Any

import pytest

from beistand.server.app import look_after
from beistand.server.portal import signing_in
from beistand.server.portal.access import RoleTable
from beistand.server.portal.portal import doors
from beistand.server.store import accounts, audit, passkeys
from beistand.server.store.passkeys import Passkey

OLGA, TINA = "olga@muster.example", "tina@muster.example"


@pytest.fixture
async def home(house: Any) -> Any:
    firm = house.firm()
    house.ids = {OLGA: await house.person(firm, OLGA, "owner", "Olga Owner"), TINA: await house.person(firm, TINA)}
    house.firm_id = firm
    return house


async def act(browser: Any, path: str, **fields: str) -> Any:
    return await browser.submit(path, {"csrf": await browser.csrf("/users"), **fields})


def kinds(home: Any) -> list[str]:
    return [entry.kind for entry in home.parts.db.read_now(lambda c: audit.entries(c, home.firm_id, 100, None))]


async def invited(home: Any, owner: Any, **fields: str) -> str:
    own = {"name": "Bela Büro", "email": "", "role": "billing", "days": "3", **fields}
    page = await act(owner, "/users/invitations", **own)
    found = re.search(r'value="http://localhost:8800(/welcome/[^"]+)"', page.text)
    assert found, page.text
    return found[1]


async def test_an_owner_invites_and_the_link_is_shown_once(home: Any) -> None:
    owner = await home.signed_in(OLGA)
    link = await invited(home, owner)
    page = (await owner.get("/users")).text
    assert "Bela Büro" in page
    assert link not in page
    welcome = await home.browser().get(link)
    assert 'value="Bela Büro"' in welcome.text
    assert kinds(home)[0] == "user invited"


@pytest.mark.parametrize(("days", "hours", "status"), [("1", 24, 404), ("3", 71, 200), ("3", 72, 404), ("7", 168, 404)])
async def test_an_invitation_ends_when_the_owner_said(home: Any, days: str, hours: int, status: int) -> None:
    link = await invited(home, await home.signed_in(OLGA), days=days)
    home.clock.pass_seconds(hours * 3600)
    assert (await home.browser().get(link)).status == status


async def test_a_withdrawn_invitation_is_a_page_that_never_was(home: Any) -> None:
    owner = await home.signed_in(OLGA)
    link = await invited(home, owner)
    found = re.search(r'action="(/users/invitations/[^"]+/revoke)"', (await owner.get("/users")).text)
    assert found
    assert (await act(owner, found[1])).status == 303
    assert (await home.browser().get(link)).status == 404
    assert (await act(owner, found[1])).status == 404
    assert kinds(home)[0] == "invitation revoked"


@pytest.mark.parametrize("fields", [{"email": "no address"}, {"email": TINA}])
async def test_an_address_that_is_wrong_or_taken_is_told(home: Any, fields: dict[str, str]) -> None:
    own = {"name": "X", "role": "billing", "days": "1", **fields}
    answer = await act(await home.signed_in(OLGA), "/users/invitations", **own)
    assert answer.status == 422
    assert "incomplete or taken" in answer.text


async def test_a_role_is_changed_and_works_at_once(home: Any) -> None:
    owner, tina = await home.signed_in(OLGA), await home.signed_in(TINA)
    assert (await tina.get("/log")).status == 403
    assert (await act(owner, f"/users/{home.ids[TINA]}/role", role="auditor")).status == 303
    assert (await tina.get("/log")).status == 200
    assert kinds(home)[0] == "role changed"


async def test_s33_keeping_somebody_out_ends_browsers_links_and_running_sessions(home: Any) -> None:
    owner, tina = await home.signed_in(OLGA), await home.signed_in(TINA)
    id_ = (await tina.post("/api/sessions", {"customer_name": "Frau Muster"})).json["id"]
    assert (await act(owner, f"/users/{home.ids[TINA]}/disable")).status == 303
    assert (await tina.get("/api/me")).status == 401
    closed: list[str] = []
    await look_after(home.parts, lambda room, code: closed.append(room), [id_])
    assert closed == [id_]
    assert (await act(owner, f"/users/{home.ids[TINA]}/enable")).status == 303
    assert (await (await home.signed_in(TINA)).get("/api/me")).status == 200
    assert {"user disabled", "user enabled"} <= set(kinds(home))


@pytest.mark.parametrize(("path", "fields"), [("disable", {}), ("role", {"role": "technician"})])
async def test_the_last_owner_is_neither_kept_out_nor_demoted(home: Any, path: str, fields: dict[str, str]) -> None:
    owner = await home.signed_in(OLGA)
    answer = await act(owner, f"/users/{home.ids[OLGA]}/{path}", **fields)
    assert answer.status == 422
    assert "last owner" in answer.text
    await act(owner, f"/users/{home.ids[TINA]}/role", role="owner")
    assert (await act(owner, f"/users/{home.ids[OLGA]}/{path}", **fields)).status == 303


async def test_a_reset_ends_every_factor_and_gives_one_link(home: Any) -> None:
    owner, tina = await home.signed_in(OLGA), await home.signed_in(TINA)
    key = Passkey("AAAA", home.firm_id, home.ids[TINA], "Laptop", b"x", 0, (), 1, 0)
    home.parts.db.write_now(lambda c: passkeys.add_passkey(c, key))
    page = await act(owner, f"/users/{home.ids[TINA]}/reset")
    assert (await tina.get("/api/me")).status == 401
    home.clock.pass_seconds(60)
    fields = {"email": TINA, "password": "ein langer Satz mit Wörtern", "code": home.code(TINA)}
    assert (await home.browser().post("/api/sign-in", fields)).status == 401
    assert home.parts.db.read_now(lambda c: passkeys.passkeys(c, home.firm_id, home.ids[TINA])) == []
    found = re.search(r'value="http://localhost:8800(/welcome/[^"]+)"', page.text)
    assert found
    assert TINA in (await home.browser().get(found[1])).text
    assert kinds(home)[0] == "factors reset"


async def test_s39_people_and_invitations_of_another_firm_do_not_exist(home: Any) -> None:
    other = home.firm("Andere IT")
    await home.person(other, "omar@andere.example", "owner")
    await invited(home, await home.signed_in(OLGA))
    found = home.parts.db.read_now(lambda c: accounts.users(c, home.firm_id))
    omar = await home.signed_in("omar@andere.example")
    page = (await omar.get("/users")).text
    assert "Bela" not in page
    assert OLGA not in page
    for person in found:
        for path, fields in (("role", {"role": "auditor"}), ("disable", {}), ("enable", {}), ("reset", {})):
            assert (await act(omar, f"/users/{person.id}/{path}", **fields)).status == 404
    assert [u.role for u in home.parts.db.read_now(lambda c: accounts.users(c, home.firm_id))] == [
        "owner",
        "technician",
    ]


async def test_s38_pages_show_only_what_the_role_may(home: Any) -> None:
    table = RoleTable(doors(home.parts))
    for role in ("owner", "technician", "billing", "auditor"):
        email = f"{role}@muster.example"
        await home.person(home.firm_id, email, role)
        browser = await home.signed_in(email)
        page = (await browser.get("/account")).text
        for path in ("/customers", "/contracts", "/prices", "/times", "/invoices", "/log", "/users", "/firm"):
            assert (f'href="{path}"' in page) == table.may(role, "GET", path), (role, path)
        assert table.may(role, "GET", signing_in.STARTS[role]) or signing_in.STARTS[role] == "/console/"
    assert not table.may("owner", "GET", "/there-is-no-such-door")
    assert not table.may("owner", "DELETE", "/users")
