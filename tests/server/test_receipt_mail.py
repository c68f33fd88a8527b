"""The receipt by mail, against a real mail server: to the customer's address, by the firm, limited, kept in the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from beistand.audit import receipt as receipts
from beistand.server.portal.portal import make_portal
from beistand.server.store import audit
from post_office import Post, open_post
from server.conftest import House
from server.test_receipt import TOKEN, over, session


@pytest.fixture
def post(house: House) -> Iterator[Post]:
    """A mail server on this computer, which the portal uses."""
    with open_post() as handler:
        smtp = {"smtp_host": "127.0.0.1", "smtp_port": handler.port, "smtp_security": "none"}
        smtp |= {"smtp_from": "hilfe@muster.example"}
        house.parts = replace(house.parts, settings=replace(house.parts.settings, **smtp))
        house.app = make_portal(house.parts)
        yield handler


async def sent(house: House, to: str, address: str = "192.0.2.7") -> Any:
    return await house.browser(address).submit(f"/receipt/{TOKEN}/mail", {"to": to})


async def test_the_customer_gets_the_receipt_by_mail_with_both_files(house: House, post: Post) -> None:
    await over(house, id_ := await session(house))
    answer = await sent(house, "frau@kunde.example")
    assert answer.status == 200
    assert "Der Beleg ist unterwegs." in answer.text
    (mail,) = post.got
    assert (mail["to"], mail["from"]) == ("frau@kunde.example", "hilfe@muster.example")
    assert mail["subject"] == "Beleg über Ihre Fernhilfe – Muster IT"
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    pdf, proof = (next(data for name, data in files.items() if name.endswith(end)) for end in (".pdf", ".json"))
    assert pdf.startswith(b"%PDF-")
    text = proof.decode() if isinstance(proof, bytes) else proof
    assert receipts.check(receipts.read(text)).content["session"] == id_
    firm = json.loads(text)["entry"]["organisation"]
    newest = house.parts.db.read_now(lambda c: audit.entries(c, firm, 1, None))[0]
    assert newest.kind == "receipt mailed"
    assert newest.data is not None
    assert newest.data["to"] == "f…@kunde.example"


async def test_the_page_offers_no_mail_where_none_is_sent(house: House) -> None:
    await over(house, await session(house))
    assert 'name="to"' not in (await house.browser().get(f"/receipt/{TOKEN}")).text
    answer = await sent(house, "frau@kunde.example")
    assert (answer.status, "verschickt keine E-Mails" in answer.text or "sends no mails" in answer.text) == (422, True)


@pytest.mark.parametrize(
    "to",
    [
        "",
        "frau",
        "frau@kunde",
        "a@b.de, c@d.de",
        "a@b.de\r\nBcc: x@y.de",
        "<a@b.de>",
        '"a b"@c.de',
        "ü@b.de",
        "a" * 250 + "@b.de",
    ],
)
async def test_s45_what_is_no_single_plain_address_is_refused(house: House, post: Post, to: str) -> None:
    await over(house, await session(house))
    assert (await sent(house, to)).status == 422
    assert post.got == []


async def test_a_mail_server_that_refuses_or_is_busy_is_told_in_one_sentence(house: House, post: Post) -> None:
    await over(house, await session(house))
    refused, busy = await sent(house, "no@kunde.example"), await sent(house, "busy@kunde.example")
    assert "takes no messages" in refused.text
    assert "try again in a few minutes" in busy.text
    assert post.got == []


async def test_s40_mails_of_one_receipt_and_of_one_household_are_few(house: House, post: Post) -> None:
    await over(house, await session(house))
    statuses = [(await sent(house, f"a{i}@kunde.example", f"192.0.2.{i}")).status for i in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert len(post.got) == 3


async def test_a_form_of_another_page_sends_nothing(house: House, post: Post) -> None:
    await over(house, await session(house))
    foreign = {"origin": "https://evil.example"}
    answer = await house.browser().submit(f"/receipt/{TOKEN}/mail", {"to": "a@b.example"}, foreign)
    assert answer.status == 403
    assert post.got == []


async def test_the_firm_sees_the_receipt_saves_it_and_sends_it(house: House, post: Post) -> None:
    await over(house, id_ := await session(house))
    tina = await house.signed_in("tina@muster.example")
    page = await tina.get(f"/sessions/{id_}/receipt")
    assert "Tina Technik" in page.text
    saved = await tina.get(f"/sessions/{id_}/receipt.json")
    assert receipts.is_for(receipts.check(receipts.read(saved.text)), TOKEN)
    assert (await tina.get(f"/sessions/{id_}/receipt.pdf")).body.startswith(b"%PDF-")
    form = {"to": "frau@kunde.example", "csrf": await tina.csrf(f"/sessions/{id_}/receipt")}
    assert (await tina.submit(f"/sessions/{id_}/receipt/mail", form)).status == 200
    assert [mail["to"] for mail in post.got] == ["frau@kunde.example"]
    assert f"/sessions/{id_}/receipt" in (await tina.get(f"/sessions/{id_}")).text


async def test_s39_the_receipt_of_another_firm_is_not_found(house: House, post: Post) -> None:
    await over(house, id_ := await session(house))
    await house.person(house.firm("Andere IT"), "otto@andere.example", "owner")
    otto = await house.signed_in("otto@andere.example")
    for path in ("receipt", "receipt.json", "receipt.pdf"):
        assert (await otto.get(f"/sessions/{id_}/{path}")).status == 404


async def test_a_session_that_is_not_over_has_no_receipt_yet(house: House) -> None:
    id_ = await session(house)
    tina = await house.signed_in("tina@muster.example")
    assert (await tina.get(f"/sessions/{id_}/receipt")).status == 404
