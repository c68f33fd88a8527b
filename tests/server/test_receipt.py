"""The customer's receipt: made at the end, opened by whoever holds its token, proven without the server."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from beistand.audit import receipt as receipts
from beistand.audit.receipt import ReceiptError
from beistand.cli import main
from beistand.protocol import identity
from beistand.server.store import accounts, audit
from beistand.server.store import receipts as store
from server.conftest import Browser, House

TOKEN = "k" * 43
HOSTILE = "<script>alert(1)</script>\u202e{{7*7}} & Söhne"


async def session(house: House, customer: str = "Frau Muster", token: str = TOKEN) -> str:
    """A session up to its last fact; not yet over."""
    firm = house.firm()
    await house.person(firm, "tina@muster.example")
    browser = await house.signed_in("tina@muster.example")
    made = (await browser.post("/api/sessions", {"customer_name": customer, "level": 2})).json
    log, id_ = house.parts.log, str(made["id"])
    digest = hashlib.sha256(token.encode()).hexdigest()
    log.record(id_, "server", "joined", {"detail": "customer"})
    log.record(id_, "server", "confirmed", {"detail": "technician"})
    log.record(id_, "customer", "receipt", {"token_sha256": digest})
    log.record(id_, "customer", "consent", {"level": 2, "charge": 0, "notice": "", "way": 1})
    house.clock.pass_seconds(125)
    log.record(id_, "technician", "note", {"text": "internal"})
    log.record(id_, "customer", "clipboard", {"letters": 12})
    log.record(id_, "customer", "invented", {"x": HOSTILE})
    log.record(id_, "customer", "ended", {"by": "customer", "why": "sum_by_customer"})
    log.record(id_, "server", "ended", {"detail": "customer"})
    await log.settled()
    return id_


async def over(house: House, id_: str) -> None:
    house.parts.log.record(id_, "server", "closed", {"detail": "ended"})
    await house.parts.log.settled()


async def receipt(house: House) -> str:
    await over(house, await session(house))
    answer = await house.browser().get(f"/receipt/{TOKEN}/receipt.json")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="beleg-20')
    return answer.text


async def test_s46_a_receipt_verifies_without_the_server_and_says_what_happened(house: House) -> None:
    text = await receipt(house)
    proven = receipts.check(receipts.read(text))
    assert receipts.is_for(proven, TOKEN)
    assert not receipts.is_for(proven, "x" * 43)
    assert (proven.content["technician"], proven.content["customer"]) == ("Tina Technik", "Frau Muster")
    assert proven.content["seconds"] == 125
    said = [(event["by"], event["what"]) for event in proven.content["events"]]
    assert said == [
        ("server", "joined"),
        ("server", "confirmed"),
        ("customer", "consent"),
        ("customer", "clipboard"),
        ("customer", "invented"),
        ("customer", "ended"),
    ]
    assert "internal" not in text
    assert len(json.loads(text)["proof"].encode()) < 1_100


def changed(path: str, value: Any) -> Callable[[Any], None]:
    def change(whole: Any) -> None:
        *way, last = path.split(".")
        place = whole
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        changed("content.seconds", 60),
        changed("content.customer", "Herr Anders"),
        changed("content.events.2.data", {"level": 1}),
        changed("content.new", 1),
        changed("content.seconds", 1.5),
        changed("entry.utc_us", 1),
        changed("entry.utc_us", "1"),
        changed("entry.salt", "00" * 32),
        changed("entry.salt", "xx"),
        changed("entry.organisation", "another"),
        changed("proof", "c2sp.org/tlog-proof@v1\nindex 0\n\n"),
        changed("proof", 1),
        changed("key", "beistand/x+00000000+AAAA"),
        changed("beistand_receipt", 2),
        changed("endorsement", "x"),
        lambda whole: whole.pop("content"),
        lambda whole: whole.pop("proof"),
    ],
)
async def test_s46_a_receipt_of_which_anything_was_changed_is_refused(
    house: House, change: Callable[[Any], None]
) -> None:
    whole = json.loads(await receipt(house))
    change(whole)
    with pytest.raises(ReceiptError, match=r"^The (receipt|file|log's key) .*\.$"):
        receipts.check(receipts.read(json.dumps(whole)))


@pytest.mark.parametrize("text", ["", "[]", "1", "{}", "\x00", "[" * 100_000, '{"beistand_receipt": 1}'])
def test_what_is_no_receipt_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ReceiptError, match="no receipt of Beistand"):
        receipts.read(text)


async def test_the_page_shows_what_happened_and_escapes_what_the_customers_computer_says(house: House) -> None:
    await over(house, await session(house, HOSTILE))
    answer = await house.browser().get(f"/receipt/{TOKEN}")
    assert answer.status == 200
    assert "Beleg über Ihre Fernhilfe" in answer.text
    assert "Sehen und Bedienen erlaubt" in answer.text
    assert "Text in Ihre Zwischenablage gelegt (12 Zeichen)" in answer.text
    assert "2 Minuten 5 Sekunden" in answer.text
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


async def test_the_receipt_can_be_printed(house: House) -> None:
    await over(house, await session(house, HOSTILE))
    answer = await house.browser().get(f"/receipt/{TOKEN}/receipt.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.body)) as pdf:
        assert len(pdf.pages) == 1
        assert str(pdf.docinfo["/Title"]) == "Beleg über Ihre Fernhilfe"


@pytest.mark.parametrize("token", ["x" * 43, "x", "k" * 42, "k" * 44, "../../etc/passwd"])
async def test_a_receipt_opens_to_its_token_alone(house: House, token: str) -> None:
    await over(house, await session(house))
    for path in (f"/receipt/{token}", f"/receipt/{token}/receipt.json", f"/receipt/{token}/receipt.pdf"):
        assert (await house.browser().get(path)).status == 404


async def test_trying_tokens_is_slowed_down(house: House) -> None:
    browser: Browser = house.browser()
    answers = [(await browser.get(f"/receipt/{n:043d}")).status for n in range(70)]
    assert answers[0] == 404
    assert answers[-1] == 429


async def test_a_session_whose_program_wanted_no_receipt_has_none(house: House) -> None:
    firm = house.firm()
    await house.person(firm, "tina@muster.example")
    browser = await house.signed_in("tina@muster.example")
    made = (await browser.post("/api/sessions", {"customer_name": "Frau Muster", "level": 2})).json
    await over(house, made["id"])
    assert not house.parts.db.write_now(lambda c: store.settle(c, firm, made["id"], 1))


async def test_one_session_has_one_receipt(house: House) -> None:
    id_ = await session(house)
    await over(house, id_)
    await over(house, id_)
    entries = house.parts.db.read_now(lambda c: audit.entries(c, _firm(house), 50))
    assert [entry.kind for entry in entries].count("receipt") == 1


def _firm(house: House) -> str:
    return house.parts.db.read_now(accounts.organisations)[0].id


async def test_a_receipt_that_a_stop_of_the_server_prevented_is_made_later(house: House) -> None:
    id_ = await session(house)
    now = house.clock.utc_us
    assert house.parts.db.write_now(lambda c: house.parts.log.catch_up(c, now)) == 0
    later = now + store.SILENT_US + 2_000_000
    log = house.parts.log
    log._open.discard(id_)
    assert house.parts.db.write_now(lambda c: log.catch_up(c, later)) == 1
    assert house.parts.db.write_now(lambda c: log.catch_up(c, later)) == 0
    answer = await house.browser().get(f"/receipt/{TOKEN}/receipt.json")
    assert receipts.check(receipts.read(answer.text)).content["session"] == id_


async def test_s47_what_retention_forgets_is_gone_from_the_receipts_page(house: House) -> None:
    text = await receipt(house)
    firm, at = _firm(house), house.clock.utc_us
    house.parts.db.write_now(lambda c: audit.forget(c, firm, at + 1, "server", at + 2))
    assert (await house.browser().get(f"/receipt/{TOKEN}")).status == 404
    assert receipts.check(receipts.read(text)).content["customer"] == "Frau Muster"


async def test_s46_the_root_key_tells_whose_log_it_is(house: House, tmp_path: Path) -> None:
    file, root = tmp_path / "beleg.json", Ed25519PrivateKey.generate()
    id_ = await session(house)
    now = house.clock.utc_us // 1_000_000
    firm = house.parts.db.read_now(accounts.organisations)[0]
    asked = json.loads(house.parts.identity.request(firm))
    text = identity.write(asked | {"issued": now, "expires": now + 86_400})
    pin, other = (
        base64.b64encode(k.public_key().public_bytes_raw()).decode() for k in (root, Ed25519PrivateKey.generate())
    )
    whole = {"text": text, "signature": identity.sign(identity.ONLINE, b"", text, root), "root": pin}
    house.parts.identity.install(firm, json.dumps(whole), now)
    await over(house, id_)
    file.write_text((await house.browser().get(f"/receipt/{TOKEN}/receipt.json")).text)

    def says(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["verify", str(file), *arguments])
        return result.exit_code, result.output

    assert says("--pin", pin)[1].endswith("The root key vouches that this log is that of Muster IT.\n")
    assert says("--pin", other) == (1, "Error: The receipt is unchanged, but this root key does not vouch for it.\n")
    assert "44 letters" in says("--pin", "?")[1]
    forged = json.loads(file.read_text())
    bare = identity.write({**asked, "audit": other, "issued": now, "expires": now + 86_400})
    forged["endorsement"] = {"text": bare, "signature": identity.sign(identity.ONLINE, b"", bare, root)}
    file.write_text(json.dumps(forged))
    assert "vouches for another log" in says("--pin", pin)[1]
    file.write_text(json.dumps(forged | {"endorsement": None}))
    assert "no root key vouches" in says("--pin", pin)[1]


async def test_the_command_says_in_one_sentence_what_a_receipt_proves(house: House, tmp_path: Path) -> None:
    file = tmp_path / "beleg.json"
    file.write_text(await receipt(house))
    good = CliRunner().invoke(main, ["verify", str(file)])
    assert good.exit_code == 0, good.output
    assert good.output.startswith("This receipt is unchanged: Muster IT (muster.example) recorded it on ")
    file.write_text(file.read_text().replace("Frau Muster", "Herr Anders"))
    bad = CliRunner().invoke(main, ["verify", str(file)])
    assert bad.exit_code == 1
    assert "Error: The receipt was changed, or is not whole: The entry is not the one" in bad.output
