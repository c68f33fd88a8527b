"""The pages of invoices: data, dry run, run, one invoice with what may be done to it, exports, mail."""

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from beistand.server.portal.portal import make_portal
from beistand.server.settings import load
from beistand.server.store import invoices, seller
from invoices.making import at
from invoices.world import World

OLGA, BILL, AUDI = "olga@muster.example", "bill@muster.example", "audi@muster.example"


@pytest.fixture
async def home(house: Any) -> Any:
    """A firm with a contract and one approved session of November 2026."""
    world = World(house.parts.db)
    house.world, house.id = world, world.firm
    for email, role in ((OLGA, "owner"), (BILL, "billing"), (AUDI, "auditor")):
        await house.person(world.firm, email, role, email.split("@")[0].title())
    world.contract()
    world.session(at(12, 8, 2), 67)
    return house


async def act(browser: Any, page: str, door: str, **fields: str) -> Any:
    return await browser.submit(door, {"csrf": await browser.csrf(page), **fields})


async def issue(browser: Any) -> str:
    done = await act(browser, "/invoices/run?period=2026-11", "/invoices/run", period="2026-11")
    assert (done.status, done.headers["location"]) == (303, "/invoices?period=2026-11&issued=1"), done.text
    found = re.search(r'href="/invoices/([0-9a-f-]{36})"', (await browser.get("/invoices")).text)
    assert found
    return found[1]


async def test_the_dry_run_shows_and_the_run_issues(home: Any) -> None:
    bill = await home.signed_in(BILL)
    home.world.session(at(13, 8), 30, who=home.world.party("Niemand"))
    home.world.session(at(14, 8), 30, approved=False)
    dry = (await bill.get("/invoices/run?period=2026-11")).text
    for part in (
        "Partner &amp; Söhne AG",
        "€142.80",
        "Issue invoices (1)",
        "No contract covers this",
        "left for later: 1",
    ):
        assert part in dry, part
    assert home.world.read(lambda c: invoices.listed(c, home.id)) == []
    id_ = await issue(bill)
    page = (await bill.get(f"/invoices/{id_}")).text
    assert "RE-" in page
    assert "€142.80" in page
    pdf = await bill.get(f"/invoices/{id_}/zugferd")
    assert (pdf.status, pdf.headers["content-type"]) == (200, "application/pdf")
    assert "factur-x.xml" in pikepdf.open(io.BytesIO(pdf.body)).attachments
    assert (await bill.get(f"/invoices/{id_}/xrechnung")).status == 404
    assert "There is nothing to invoice" in (await bill.get("/invoices/run?period=2026-10")).text


async def test_an_auditor_reads_everything_and_changes_nothing(home: Any) -> None:
    id_ = await issue(await home.signed_in(BILL))
    audi = await home.signed_in(AUDI)
    assert (await audi.get(f"/invoices/{id_}/cii")).status == 200
    page = (await audi.get(f"/invoices/{id_}")).text
    assert "/cancel" not in page
    token = await audi.csrf("/invoices")
    for what in ("cancel", "paid", "send", "correct"):
        assert (await audi.submit(f"/invoices/{id_}/{what}", {"csrf": token, "reason": "x"})).status == 403


async def test_a_cancellation_and_a_correction_want_a_reason(home: Any) -> None:
    bill = await home.signed_in(BILL)
    id_ = await issue(bill)
    page = f"/invoices/{id_}"
    refused = await act(bill, page, f"{page}/cancel", reason=" ")
    assert (refused.status, "Please give the reason." in refused.text) == (422, True)
    much = await act(bill, page, f"{page}/correct", reason="zu viel", back_1="76")
    assert (much.status, "75 are left" in much.text) == (422, True)
    part = await act(bill, page, f"{page}/correct", reason="Rabatt vergessen", back_1="15")
    assert part.status == 303
    assert "−€28.56" in (await bill.get(part.headers["location"])).text
    full = await act(bill, page, f"{page}/cancel", reason="falsch")
    assert (full.status, "corrected already" in full.text) == (422, True)


async def test_money_that_came_is_noted_and_taken_back(home: Any) -> None:
    bill = await home.signed_in(BILL)
    page = f"/invoices/{await issue(bill)}"
    assert (await act(bill, page, f"{page}/paid")).status == 303
    assert "Payment not received after all" in (await bill.get(page)).text
    assert "€0.00" in (await bill.get("/invoices")).text
    await act(bill, page, f"{page}/paid")
    assert "Payment withdrawn" in (await bill.get(page)).text


async def test_a_mail_is_queued_only_where_a_server_is_set_up(home: Any) -> None:
    bill = await home.signed_in(BILL)
    page = f"/invoices/{await issue(bill)}"
    refused = await act(bill, page, f"{page}/send", to="a@b.example")
    assert (refused.status, "No mail server is set up" in refused.text) == (422, True)
    settings = load({"BEISTAND_SMTP_HOST": "localhost", "BEISTAND_SMTP_FROM": "a@b.example"})
    bill.app = make_portal(replace(home.parts, settings=replace(settings, origin=home.parts.settings.origin)))
    wrong = await act(bill, page, f"{page}/send", to="nobody")
    assert wrong.status == 422
    assert (await act(bill, page, f"{page}/send", to="a@b.example")).status == 303
    assert "Mail queued · a@b.example" in (await bill.get(page)).text


DATA = {
    "name": "Muster IT GmbH",
    "street": "Hafenstraße 1",
    "postcode": "24103",
    "city": "Kiel",
    "country": "de",
    "tax_number": "20/123/45678",
    "iban": "de02 1203 0000 0000 2020 51",
    "due_days": "30",
    "invoice_prefix": "RE",
    "cancellation_prefix": "ST",
    "datev_consultant": "1234567",
}


async def test_the_owner_enters_the_invoice_data_all_or_nothing(home: Any) -> None:
    olga = await home.signed_in(OLGA)
    wrong = {"iban": "DE02120300000000202052", "vat_id": "123", "email": "x", "due_days": "x", "invoice_prefix": "ST"}
    for name, value in wrong.items():
        refused = await act(olga, "/invoices/data", "/invoices/data", **{**DATA, name: value})
        assert (refused.status, 'role="alert"' in refused.text) == (422, True), name
    before = home.world.read(lambda c: seller.get_seller(c, home.id))
    assert before.firm.name == "Muster IT-Service GmbH"
    done = await act(olga, "/invoices/data", "/invoices/data", **DATA)
    assert done.status == 303, done.text
    kept = home.world.read(lambda c: seller.get_seller(c, home.id))
    assert (kept.firm.iban, kept.firm.country, kept.due_days) == ("DE02120300000000202051", "DE", 30)
    assert (await (await home.signed_in(BILL)).get("/invoices/data")).status == 403


async def test_exports_are_made_kept_and_refused_with_a_sentence(home: Any) -> None:
    bill = await home.signed_in(BILL)
    await issue(bill)
    month = home.world.read(lambda c: invoices.listed(c, home.id))[0].issued_on.strftime("%Y-%m")
    page = "/invoices/exports"
    refused = await act(bill, page, page, kind="datev", period=month)
    assert (refused.status, "consultant number is missing" in refused.text) == (422, True)
    assert (await act(bill, page, page, kind="gobd", period=month)).status == 303
    found = re.search(r'href="(/invoices/exports/[0-9a-f-]{36})"', (await bill.get(page)).text)
    assert found
    given = await bill.get(found[1])
    assert "index.xml" in zipfile.ZipFile(io.BytesIO(given.body)).namelist()
    assert (await act(bill, page, page, kind="x", period=month)).status == 400
    assert (await act(bill, page, page, kind="csv", period="x")).status == 400


async def test_without_invoice_data_every_page_says_so(home: Any) -> None:
    from sqlalchemy import text

    home.world.write(lambda c: c.execute(text("DELETE FROM seller")))
    bill = await home.signed_in(BILL)
    assert "are needed" in (await bill.get("/invoices")).text
    assert "Invoice data" in (await bill.get("/invoices/run?period=2026-11")).text
    done = await act(bill, "/invoices", "/invoices/run", period="2026-11")
    assert (done.status, "Invoice data" in done.text) == (422, True)


async def test_an_invoice_of_another_firm_does_not_exist(home: Any) -> None:
    id_ = await issue(await home.signed_in(BILL))
    other = home.firm("Other IT")
    await home.person(other, "o@other.example", "owner", "O")
    foreign = await home.signed_in("o@other.example")
    assert (await foreign.get(f"/invoices/{id_}")).status == 404
    assert (await foreign.get(f"/invoices/{id_}/cii")).status == 404


async def test_a_refusal_speaks_the_readers_language(home: Any) -> None:
    from beistand.billing.datev import DatevError
    from beistand.billing.einvoice import check_buyer, check_seller
    from beistand.billing.invoice import Buyer, InvoiceError, Seller
    from beistand.server.portal import words
    from beistand.server.portal.office.invoices import told

    home.world.session(at(13, 8), 30, who=home.world.party("Ohne Adresse"), price=9600)
    bill = await home.signed_in(BILL)
    german = await bill.get("/invoices/run?period=2026-11", {"accept-language": "de"})
    assert "Bei Ohne Adresse fehlt: Straße, Postleitzahl, Ort." in german.text

    class Reader:
        @staticmethod
        def say(key: str) -> str:
            return words.word(key, "en")

    for check, party in ((check_seller, Seller("", "", "", "")), (check_buyer, Buyer("A", "", "", "", ""))):
        with pytest.raises(InvoiceError) as refused:
            check(party)  # type: ignore[operator]
        assert told(Reader, refused.value) == str(refused.value)  # type: ignore[arg-type]
    assert told(Reader, DatevError("plain")) == "plain"  # type: ignore[arg-type]


def test_every_code_of_a_refusal_has_its_sentence_in_both_languages() -> None:
    """Read from the source: what is raised with a code can be said on a page."""
    import ast
    from pathlib import Path

    from beistand.server.portal import words

    codes = set()
    for path in (Path(__file__).parents[2] / "src/beistand").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if named in ("InvoiceError", "RunError", "DatevError") and len(node.args) > 1:  # type: ignore[attr-defined]
                codes.add(ast.literal_eval(node.args[1]))  # type: ignore[attr-defined]
    assert len(codes) > 15
    assert {f"problem_{code}" for code in codes} <= words.WORDS.keys()
