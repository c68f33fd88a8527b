"""The office's pages of customers, contracts and prices: what a bookkeeper does there, and what is refused with why."""

import base64
import hashlib
import json
import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from beistand.billing.vat_id import is_vat_id, normal
from beistand.server.portal import pages, party_csv
from beistand.server.portal.party_csv import SheetError
from beistand.server.portal.party_fields import is_leitweg_id
from beistand.server.store import accounts, cases, contracts, parties, prices, quota, sessions, taxes

BELA, TINA, OLGA = "bela@muster.example", "tina@muster.example", "olga@muster.example"


@pytest.fixture
async def office(house: Any) -> Any:
    """A firm with its bookkeeper signed in."""
    house.id = house.firm()
    await house.person(house.id, BELA, "billing", "Bela Büro")
    house.bela = await house.signed_in(BELA)
    return house


def read(office: Any, question: Any) -> Any:
    return office.parts.db.read_now(question)


async def send(office: Any, path: str, fields: dict[str, str], who: Any = None) -> Any:
    """Fills in a form of the office."""
    browser = who or office.bela
    token = office.parts.keys.form_token(browser.cookies["beistand"])
    return await browser.submit(path, {"csrf": token, **fields})


async def customer(office: Any, name: str, **fields: str) -> Any:
    answer = await send(office, "/customers", {"name": name, **fields})
    assert answer.status == 303, answer.text
    id_ = answer.headers["location"].split("/")[2].removesuffix("?saved")
    return read(office, lambda c: parties.get_party(c, office.id, id_))


async def agreement(office: Any, partner: str, **fields: str) -> str:
    """A contract by its forms; gives its id."""
    given = {"partner": partner, "starts_on": "2026-01-01", **fields}
    answer = await send(office, "/contracts", given)
    assert answer.status == 303, answer.text
    return str(answer.headers["location"].split("/")[2])


VERSION = {"model": "time", "valid_from": "2026-01-01", "rate1": "96,00", "step": "15", "minimum": "15"}


def only_contract(office: Any) -> Any:
    [known] = read(office, lambda c: contracts.load(c, office.id))
    return known


# --- customers ---


async def test_a_customer_is_kept_with_address_and_tax(office: Any) -> None:
    fields = {"street": "Am Kai 3", "postcode": "24103", "city": "Kiel", "country": "de", "vat_id": "de 136 695 976"}
    made = await customer(office, "Bäckerei Süß & Söhne", **fields, email="b@suess.example", kind="company")
    assert (made.number, made.country, made.vat_id, made.city) == ("10001", "DE", "DE136695976", "Kiel")
    page = (await office.bela.get(f"/customers/{made.id}")).text
    assert 'value="Bäckerei Süß &amp; Söhne"' in page
    answer = await send(office, f"/customers/{made.id}", {"name": "Bäckerei Süß", "number": "K-1", "city": "Plön"})
    assert answer.status == 303
    kept = read(office, lambda c: parties.get_party(c, office.id, made.id))
    assert (kept.name, kept.number, kept.city) == ("Bäckerei Süß", "K-1", "Plön")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "The name is missing."),
        ({"vat_id": "DE136695977"}, "“DE136695977” does not have the form of a VAT id"),
        ({"vat_id": "ZZ1"}, "“ZZ1” does not have the form of a VAT id"),
        ({"vat_mode": "reverse_charge"}, "Reverse charge needs the customer's VAT id"),
        ({"country": "Deutschland"}, "“Deutschland” is no country: two letters"),
        ({"email": "b@"}, "The email address “b@” is incomplete."),
        ({"leitweg_id": "04011000-12345-00"}, "is no valid Leitweg-ID"),
        ({"e_address": "x"}, "E-invoice address and scheme belong together"),
        ({"kind": "dog"}, "“dog” is no kind of customer"),
        ({"number": "10001"}, "This customer number is taken."),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_typed_is_lost(
    office: Any, fields: dict[str, str], sentence: str
) -> None:
    await customer(office, "Erster")
    answer = await send(office, "/customers", {"name": "Zweiter", "city": "Kiel"} | fields)
    assert answer.status == 422
    assert sentence in unescape(answer.text)
    assert 'value="Kiel"' in answer.text
    assert len(read(office, lambda c: parties.find_parties(c, office.id))) == 1


async def test_a_customer_with_sessions_goes_to_the_archive_and_comes_back(office: Any) -> None:
    await office.person(office.id, TINA)
    tina = await office.signed_in(TINA)
    made, other = await customer(office, "Kunde"), await customer(office, "Tippfehler")
    body = {"customer_id": made.id, "level": 2}
    assert (await tina.post("/api/sessions", body)).status == 201
    for party in (made, other):
        assert (await send(office, f"/customers/{party.id}/remove", {})).status == 303
    assert "Kunde</b>" not in (await office.bela.get("/customers")).text
    assert "Kunde</b>" in (await office.bela.get("/customers?archived=1")).text
    assert (await office.bela.get(f"/customers/{other.id}")).status == 404
    refused = await tina.post("/api/sessions", body)
    assert (refused.status, refused.json["code"]) == (422, "archived")
    assert refused.json["sentence"] == "Kunde is archived. Bring the customer back first."
    assert (await send(office, f"/customers/{made.id}/restore", {})).status == 303
    assert (await tina.post("/api/sessions", body)).status == 201


async def test_who_still_pays_for_a_contract_stays(office: Any) -> None:
    made = await customer(office, "Partner AG")
    await agreement(office, made.number)
    answer = await send(office, f"/customers/{made.id}/remove", {})
    assert answer.status == 422
    assert "Partner AG still pays for contract 1001: end the contract first." in answer.text


async def test_contacts_come_and_go(office: Any) -> None:
    made = await customer(office, "Kunde")
    path = f"/customers/{made.id}/contacts"
    assert (await send(office, path, {"name": "Frau K", "email": "k@"})).status == 422
    assert (await send(office, path, {"name": "Frau K", "email": "k@a.example", "gets_invoices": "1"})).status == 303
    [contact] = read(office, lambda c: parties.contacts(c, office.id, made.id))
    assert contact.gets_invoices
    assert "Frau K" in (await office.bela.get(f"/customers/{made.id}")).text
    assert (await send(office, f"{path}/{contact.id}/remove", {})).status == 303
    assert read(office, lambda c: parties.contacts(c, office.id, made.id)) == []


async def test_technicians_add_and_read_customers_but_change_nothing(office: Any) -> None:
    await office.person(office.id, TINA)
    tina = await office.signed_in(TINA)
    made = await send(office, "/customers", {"name": "Neu am Telefon"}, tina)
    assert made.status == 303
    path = made.headers["location"].removesuffix("?saved")
    page = await tina.get(path)
    assert page.status == 200
    assert "readonly" in page.text
    assert (await send(office, path, {"name": "x"}, tina)).status == 403
    contract = await agreement(office, "10001")
    assert (await tina.get(f"/contracts/{contract}")).status == 200
    assert (await send(office, f"/contracts/{contract}/versions", VERSION, tina)).status == 403
    assert (await tina.get("/prices")).status == 200


async def test_while_one_types_only_the_list_comes(office: Any) -> None:
    await customer(office, "Amsel", city="Kiel")
    await customer(office, "Bär")
    answer = await office.bela.get("/customers?q=kie", {"hx-request": "true"})
    assert "Amsel" in answer.text
    assert "Bär" not in answer.text
    assert "<html" not in answer.text
    options = (await office.bela.get("/customers/options?partner=b%C3%A4r")).text
    assert options.strip() == '<option value="10002 Bär"></option>'


# --- contracts ---


async def test_a_bookkeeper_makes_a_contract_that_covers(office: Any) -> None:
    office.clock.utc_us = 1_795_000_000_000_000
    await customer(office, "Partner AG")
    served = await customer(office, "Kunde GmbH")
    contract = await agreement(office, "Partner AG", title="Wartung", order_reference="B-7")
    page = (await office.bela.get(f"/contracts/{contract}")).text
    assert "No terms hold today" in page
    choose = (await office.bela.get(f"/contracts/{contract}/versions/new")).text
    assert "How is it billed?" in choose
    form = (await office.bela.get(f"/contracts/{contract}/versions/new?model=flat_with_quota")).text
    assert "Included minutes a month" in form
    fields = VERSION | {"model": "flat_with_quota", "flat": "249,00", "included": "300", "carry": "120"}
    fields |= {"rate2": "118", "night": "50", "discount": "7,5", "grace": "59", "pro_rata": "1", "note": "erste"}
    assert (await send(office, f"/contracts/{contract}/versions", fields)).status == 303
    added = await send(office, f"/contracts/{contract}/beneficiaries", {"customer": "10002 Kunde GmbH"})
    assert added.status == 303
    kept = only_contract(office)
    [version] = kept.versions
    assert (version.flat_cents, version.included_minutes, version.carry_cap_minutes) == (24_900, 300, 120)
    assert (version.rates_cents, version.surcharges_bp, version.discount_bp) == (
        {1: 9600, 2: 11_800},
        {"night": 5000},
        750,
    )
    assert version.is_pro_rata
    assert [b.party_id for b in kept.beneficiaries] == [served.id]
    page = unescape((await office.bela.get(f"/contracts/{contract}")).text)
    for words in ("€249.00 a month", "300 minutes a month", "Level 2: €118.00 per hour", "night +50 %", "B-7"):
        assert words in page, words
    assert "Entered by Bela Büro on 18 Nov 2026: erste" in page
    await office.person(office.id, TINA)
    tina = await office.signed_in(TINA)
    told = (await tina.post("/api/coverage", {"customer_id": served.id})).json
    assert told["sentence"] == "Covered by contract 1001, partner Partner AG pays."
    opened = (await tina.post("/api/sessions", {"customer_id": served.id})).json
    [decision] = read(office, lambda c: cases.decisions(c, office.id, [opened["id"]]))[opened["id"]]
    assert (decision.contract_id, decision.version_id, decision.payer_id) == (contract, version.id, kept.partner_id)
    refused = await send(office, f"/contracts/{contract}/versions/{version.id}/remove", {})
    assert "This version has been used and stays as it is." in refused.text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"valid_from": "2026-01-01"}, "On 2026-01-01 two versions of contract 1001 would hold"),
        ({"valid_from": "2025-12-31"}, "2025-12-31 lies outside the term of contract 1001"),
        ({"valid_until": "2026-06-30"}, "The last day lies before the first"),
        ({"valid_from": ""}, "The first day is missing."),
        ({"valid_from": "30.2.2026"}, "“30.2.2026” is no day"),
        ({"rate1": ""}, "The hourly rate for level 1 is missing."),
        ({"rate1": "viel"}, "“viel” is no amount"),
        ({"model": "flat", "flat": ""}, "A flat rate needs its monthly amount."),
        ({"model": "flat_with_quota", "flat": "1"}, "Enter how many minutes a month are included."),
        ({"model": "prepaid_block", "block_minutes": "60"}, "A prepaid block needs its minutes and its price."),
        ({"step": "0"}, "“0” is no whole number from 1 to 240."),
        ({"grace": "900"}, "The grace must be shorter than a step."),
        ({"discount": "101"}, "“101” is no percentage from 0 to 100."),
        ({"evening_from": "23"}, "the evening not after the night"),
        (
            {"r1_what": "yes", "r1_days": "01234", "r1_from": "17:00", "r1_until": "8:00"},
            "“From” must lie before “Until”.",
        ),
        ({"r1_what": "yes", "r1_days": "01234", "r1_from": "25:00"}, "“25:00” is no time"),
        ({"r1_what": "yes", "r1_work": "nowhere"}, "is no choice"),
        ({"rounding": "down"}, "“down” is no choice."),
    ],
)
async def test_a_version_that_cannot_be_is_refused_with_one_sentence(
    office: Any, change: dict[str, str], sentence: str
) -> None:
    await customer(office, "Partner AG")
    contract = await agreement(office, "10001")
    assert (await send(office, f"/contracts/{contract}/versions", VERSION)).status == 303
    answer = await send(office, f"/contracts/{contract}/versions", VERSION | {"valid_from": "2026-07-01"} | change)
    assert answer.status == 422
    assert sentence in unescape(answer.text)
    assert len(only_contract(office).versions) == 1


async def test_rules_of_coverage_go_through_the_form_and_back(office: Any) -> None:
    await customer(office, "Partner AG")
    work = office.parts.db.write_now(lambda c: prices.add_service_type(c, office.id, "Störung", "Fault", 1))
    contract = await agreement(office, "10001")
    rule = {"r1_what": "yes", "r1_work": work, "r1_days": "01234", "r1_from": "8:00", "r1_until": "17:30"}
    answer = await send(office, f"/contracts/{contract}/versions", VERSION | rule | {"r2_what": "no"})
    assert answer.status == 303, answer.text
    [version] = only_contract(office).versions
    first, second = version.rules
    assert (first.is_covered, first.service_types, second.is_covered) == (True, frozenset([work]), False)
    assert first.hours is not None
    assert (first.hours.weekdays, first.hours.from_minute, first.hours.until_minute) == (frozenset(range(5)), 480, 1050)
    page = unescape((await office.bela.get(f"/contracts/{contract}")).text)
    assert "1. covered: Fault, everybody, Mon–Fri 08:00–17:30" in page
    again = (await office.bela.get(f"/contracts/{contract}/versions/new")).text
    assert 'id="r1_until" name="r1_until" type="text" value="17:30"' in again


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"partner": "Niemand"}, "“Niemand” is no single customer"),
        ({"partner": "Doppelt"}, "“Doppelt” is no single customer"),
        ({"starts_on": ""}, "The first day is missing."),
        ({"ends_on": "2025-12-31"}, "The last day lies before the first"),
        ({"number": "W-1"}, "This contract number is taken."),
    ],
)
async def test_a_contract_that_cannot_be_is_refused(office: Any, fields: dict[str, str], sentence: str) -> None:
    await customer(office, "Partner AG")
    for _ in range(2):
        await customer(office, "Doppelt")
    await agreement(office, "10001", number="W-1")
    given = {"partner": "10001 Partner AG", "starts_on": "2026-01-01", "title": "bleibt stehen"} | fields
    answer = await send(office, "/contracts", given)
    assert answer.status == 422
    assert sentence in unescape(answer.text)
    assert 'value="bleibt stehen"' in answer.text
    assert only_contract(office).number == "W-1"


async def test_two_payers_are_a_choice_for_the_technician(office: Any) -> None:
    served = await customer(office, "Kunde")
    chosen = []
    for name in ("Partner AG", "Zweiter GmbH"):
        await customer(office, name)
        contract = await agreement(office, name)
        assert (await send(office, f"/contracts/{contract}/versions", VERSION)).status == 303
        assert (await send(office, f"/contracts/{contract}/beneficiaries", {"customer": "Kunde"})).status == 303
        chosen.append(contract)
    await office.person(office.id, TINA)
    tina = await office.signed_in(TINA)
    told = (await tina.post("/api/coverage", {"customer_id": served.id})).json
    sentence = "Two partners would pay: Partner AG (contract 1001) and Zweiter GmbH (contract 1002). Please choose one."
    assert (told["is_undecided"], told["sentence"]) == (True, sentence)
    assert [choice["number"] for choice in told["choices"]] == ["1001", "1002"]
    refused = await tina.post("/api/sessions", {"customer_id": served.id})
    assert (refused.status, refused.json) == (422, {"code": "two_payers", "sentence": sentence})
    opened = await tina.post("/api/sessions", {"customer_id": served.id, "contract_id": chosen[1]})
    assert opened.json["coverage"]["covered_by"] == "Zweiter GmbH"


async def test_a_beneficiary_ends_and_comes_again(office: Any) -> None:
    await customer(office, "Partner AG")
    served = await customer(office, "Kunde")
    contract = await agreement(office, "10001")
    path = f"/contracts/{contract}/beneficiaries"
    assert (await send(office, path, {"customer": "10002"})).status == 303
    twice = await send(office, path, {"customer": "10002"})
    assert "Kunde is served already." in twice.text
    backwards = await send(office, path, {"customer": "10001", "from": "2026-02-01", "until": "2026-01-01"})
    assert "The last day lies before the first" in backwards.text
    assert (await send(office, f"{path}/{served.id}/end", {"last": "2026-06-30"})).status == 303
    [ended] = only_contract(office).beneficiaries
    assert ended.valid_until == date(2026, 6, 30)


async def test_the_account_is_corrected_with_a_reason_only(office: Any) -> None:
    await customer(office, "Partner AG")
    contract = await agreement(office, "10001")
    path = f"/contracts/{contract}/minutes"
    assert "There is no account yet." in (await send(office, path, {"minutes": "5", "note": "x"})).text
    november = (date(2026, 11, 1), date(2026, 11, 30))
    period = office.parts.db.write_now(lambda c: quota.open_period(c, office.id, contract, november, 0, 1))
    for kind, minutes in (("granted", 300), ("used", 75)):
        line = quota.Booking(kind, minutes, "", "", "", 1)  # type: ignore[arg-type]
        office.parts.db.write_now(lambda c, line=line: quota.book(c, office.id, period, line))
    assert "needs minutes and a reason" in (await send(office, path, {"minutes": "5"})).text
    much = await send(office, path, {"minutes": "76", "note": "zu viel", "kind": "given_back"})
    assert "does not hold so many minutes" in much.text
    assert (await send(office, path, {"minutes": "15", "note": "Irrtum", "kind": "given_back"})).status == 303
    page = (await office.bela.get(f"/contracts/{contract}")).text
    assert "240 minutes left" in page
    assert "Irrtum" in page
    assert "Bela Büro" in page


# --- prices ---


async def test_a_price_list_is_announced_and_kept_with_the_session(office: Any) -> None:
    served = await customer(office, "Kunde")
    work = await send(office, "/prices/work", {"name_de": "Störung", "name_en": "Fault", "is_for_coverage": "1"})
    assert work.status == 303
    [kind] = read(office, lambda c: prices.service_types(c, office.id))
    fields = {"name": "Notdienst", "rate1": "120", "step": "5", "minimum": "10", "work": kind.id, "is_public": "1"}
    assert (await send(office, "/prices/lists", fields)).status == 303
    [kept] = read(office, lambda c: prices.price_lists(c, office.id))
    page = unescape((await office.bela.get("/prices")).text)
    assert "Notdienst" in page
    assert "€120.00 per hour" in page
    await office.person(office.id, TINA)
    tina = await office.signed_in(TINA)
    assert (await tina.get("/api/service-types")).json == [
        {"id": kind.id, "name": "Fault", "is_for_coverage": True, "is_default": False}
    ]
    told = (await tina.post("/api/coverage", {"customer_id": served.id, "service_type_id": kind.id})).json
    assert told["sentence"] == "Chargeable: kein Servicevertrag."
    assert (
        "Preis: 120,00 € je Stunde zzgl. 19 % USt., je angefangene 5 Minuten, mindestens 10 Minuten" in told["notice"]
    )
    body = {"customer_id": served.id, "service_type_id": kind.id, "case_title": "Drucker"}
    opened = (await tina.post("/api/sessions", body)).json
    [decision] = read(office, lambda c: cases.decisions(c, office.id, [opened["id"]]))[opened["id"]]
    assert (decision.price_list_id, decision.service_type_id) == (kept.prices.id, kind.id)
    assert decision.notice_sha256 == hashlib.sha256(opened["coverage"]["notice"].encode()).hexdigest()
    assert decision.case_id is not None
    session = read(office, lambda c: sessions.get_session(c, office.id, opened["id"]))
    assert session.service_type == kind.id
    told = (await tina.post("/api/coverage", {"customer_id": served.id})).json
    assert told["cases"] == [{"id": decision.case_id, "number": 1, "title": "Drucker"}]
    assert told["sentence"].startswith("Goodwill")
    public = unescape((await office.browser().get("/en")).text)
    assert "Notdienst: €142.80 per hour incl. 19 % VAT (€120.00 net), per started 5 minutes" in public
    german = unescape((await office.browser().get("/")).text)
    assert "Notdienst: 142,80 € je Stunde inkl. 19 % USt. (120,00 € netto), je angefangene 5 Minuten" in german
    for fields_, sentence in (
        ({"rate1": "1"}, "needs a title"),
        ({"name": "x", "rate1": "1", "customer": "?"}, "“?” is no"),
    ):
        answer = await send(office, "/prices/lists", fields_)
        assert answer.status == 422
        assert sentence in unescape(answer.text)
    assert (await send(office, f"/prices/lists/{kept.prices.id}/remove", {})).status == 303
    assert (await send(office, f"/prices/work/{kind.id}/remove", {})).status == 303


async def test_the_level_of_the_technician_makes_the_price(office: Any) -> None:
    tina_id = await office.person(office.id, TINA)
    tina = await office.signed_in(TINA)
    fields = {"name": "Alle", "rate1": "96", "rate3": "132"}
    assert (await send(office, "/prices/lists", fields)).status == 303
    assert (await send(office, "/prices/levels", {"person": tina_id, "level": "3"})).status == 303
    told = (await tina.post("/api/coverage", {"customer_name": "x", "is_business": True})).json
    assert "132,00 €" in told["notice"]


# --- import ---

TABLE = """Kunden-Nr.;Firma;Straße;PLZ;Ort;Land;E-Mail;USt-IdNr.;Farbe
;Müller GmbH;Am Kai 1;24103;Kiel;Deutschland;a@mueller.example;DE136695976;rot
K-9;Bäcker;Weg 2;23552;Lübeck;AT;;;
K-9;Doppelt;;;;;;;
;Krumm;;;;;kein-at;;
;;;;;;x@y.example;;
;Steuer;;;;;;DE123;
;Müller GmbH;;24103;;;;;
"""


async def upload(office: Any, data: bytes, token: str = "") -> Any:
    token = token or office.parts.keys.form_token(office.bela.cookies["beistand"])
    mark = "mark7"
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--{mark}\r\nContent-Disposition: '
        f'form-data; name="file"; filename="k.csv"\r\nContent-Type: text/csv\r\n\r\n'
    ).encode()
    headers = {"origin": office.origin, "content-type": f"multipart/form-data; boundary={mark}"}
    return await office.bela.send("POST", "/customers/import", body + data + f"\r\n--{mark}--\r\n".encode(), headers)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
async def test_a_table_is_shown_with_every_bad_row_and_kept_only_then(
    office: Any, encoding: str, separator: str
) -> None:
    answer = await upload(office, TABLE.replace(";", separator).encode(encoding))
    assert answer.status == 200, answer.text
    page = unescape(answer.text)
    assert "Customers ready: 2. Rows with errors: 5." in page
    assert "Columns left out: Farbe." in page
    assert ("Windows-1252" in page) == (encoding == "cp1252")
    rows = dict(re.findall(r"<tr><td>(\d+)</td><td>([^<]*)</td><td class=\"soft\">", page))
    assert rows == {
        "4": "The customer number K-9 stands further up already.",
        "5": "The email address “kein-at” is incomplete.",
        "6": "The name is missing.",
        "7": "“DE123” does not have the form of a VAT id. Check country and digits, for example DE136695976.",
        "8": "This name exists at this place already: müller gmbh.",
    }
    assert read(office, lambda c: parties.find_parties(c, office.id)) == []
    carried = re.search(r'name="table" value="([^"]+)"', answer.text)
    assert carried
    kept = await send(office, "/customers/import/keep", {"table": carried[1]})
    assert kept.headers["location"] == "/customers?imported=2"
    found = {p.name: p for p in read(office, lambda c: parties.find_parties(c, office.id))}
    assert {name: (p.number, p.city, p.country) for name, p in found.items()} == {
        "Müller GmbH": ("10001", "Kiel", "DE"),
        "Bäcker": ("K-9", "Lübeck", "AT"),
    }
    again = await send(office, "/customers/import/keep", {"table": carried[1]})
    assert again.headers["location"] == "/customers?imported=1"  # K-9 is brought up to date, nobody comes twice
    assert len(read(office, lambda c: parties.find_parties(c, office.id))) == 2
    left = await send(office, "/customers/import/bad", {"table": carried[1]})
    lines = left.body.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("Reason;Kunden-Nr.;Firma;")
    assert '"The name is missing.";"";"";' in left.text
    assert "kein-at" in left.text


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "sheet_empty"),
        (b"Name\n", "sheet_empty"),
        (b"Ort;Strasse\nKiel;x\n", "sheet_no_name"),
        (b"Name;Firma\na;b\n", "sheet_twice"),
        (b'Name\n"offen\n', "sheet_broken"),
        (b"PK\x03\x04\x81\x8d\x00\n", "sheet_letters"),
        (b"Name\n" + b"x" * 1_000_001, "sheet_too_large"),
        (b"Name\n" + b"x\n" * 5_001, "sheet_too_long"),
    ],
)
def test_what_is_no_table_is_told_in_one_sentence(data: bytes, key: str) -> None:
    with pytest.raises(SheetError) as refused:
        party_csv.read(data, [], [])
    assert refused.value.key == key


async def test_a_wrong_file_and_a_foreign_form_are_refused(office: Any) -> None:
    wrong = await upload(office, b"PK\x03\x04\x81")
    assert wrong.status == 422
    assert "The letters of the file cannot be read" in wrong.text
    assert (await upload(office, b"Name\nx\n", "foreign")).status == 403
    assert (await send(office, "/customers/import/keep", {"table": "%%"})).status == 400
    too_large = await upload(office, b"x" * 2_000_000)
    assert too_large.status == 413


async def test_a_row_with_a_known_number_changes_that_customer_and_empty_cells_leave_what_stands(office: Any) -> None:
    kept = {"name": "Bäcker", "number": "K-9", "city": "Lübeck", "email": "alt@b.example"}
    office.parts.db.write_now(lambda c: parties.add_party(c, office.id, kept, office.clock.utc_us))
    answer = await upload(office, "Nr;Name;Ort;E-Mail\nK-9;Bäckerei Schmidt;;neu@b.example\n".encode())
    assert "K-9 (will be changed)" in answer.text
    carried = re.search(r'name="table" value="([^"]+)"', answer.text)
    assert carried
    assert (await send(office, "/customers/import/keep", {"table": carried[1]})).status == 303
    (found,) = read(office, lambda c: parties.find_parties(c, office.id))
    assert (found.number, found.name, found.city, found.email) == ("K-9", "Bäckerei Schmidt", "Lübeck", "neu@b.example")


def test_a_row_with_more_cells_than_columns_is_named() -> None:
    sheet = party_csv.read("Name;Ort\nMeier; Söhne;Kiel;x\n".encode(), [], [])
    assert [(bad.line, bad.key) for bad in sheet.bad] == [(2, "sheet_cells")]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("DE136695976", True),
        ("DE136695967", False),
        ("ATU12345678", True),
        ("AT12345678", False),
        ("NL123456789B01", True),
        ("FRXX123456789", True),
        ("XX123", False),
        ("", False),
        ("DE１３６６９５９７６", False),
    ],
)
def test_a_vat_id_has_the_form_of_its_country(text: str, is_one: bool) -> None:
    assert is_vat_id(normal(text)) == is_one


@pytest.mark.parametrize(
    ("text", "is_one"), [("04011000-1234512345-06", True), ("04011000-1234512345-07", False), ("x", False)]
)
def test_a_leitweg_id_carries_its_check_digits(text: str, is_one: bool) -> None:
    assert is_leitweg_id(text) == is_one


# --- htmx ---


def test_htmx_is_the_file_of_its_manifest() -> None:
    folder = pages.STATIC / "vendor" / "htmx"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert hashlib.sha256((folder / manifest["file"]).read_bytes()).hexdigest() == manifest["sha256"]
    assert "BSD" in (folder / "LICENSE").read_text()


async def test_s36_the_office_loads_only_what_its_hashes_name(office: Any) -> None:
    page = await office.bela.get("/customers")
    loaded = re.findall(r'(?:src|href)="(/assets/[^"]+)" integrity="sha384-([^"]+)"', page.text)
    assert [path for path, _ in loaded] == ["/assets/style.css", "/assets/office.js", "/assets/htmx.js"]
    for path, digest in loaded:
        body = (await office.bela.get(path)).body
        assert base64.b64encode(hashlib.sha384(body).digest()).decode() == digest
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert (await office.bela.get("/assets/secrets.json")).status == 404


async def test_the_firms_own_kinds_of_work_are_renamed_and_one_is_offered_first(office: Any) -> None:
    await send(office, "/prices/work", {"name_de": "Störung", "name_en": "Fault", "is_for_coverage": "1"})
    await send(office, "/prices/work", {"name_de": "Beratung"})
    kinds = {kind.name_de: kind for kind in read(office, lambda c: prices.service_types(c, office.id))}
    assert (kinds["Beratung"].name_en, kinds["Beratung"].is_for_coverage) == ("Beratung", False)
    path = f"/prices/work/{kinds['Beratung'].id}"
    assert (await send(office, path, {"name_de": " "})).status == 422
    changed = {"name_de": "Fachberatung", "name_en": "Expert advice", "is_default": "1"}
    assert (await send(office, path, changed)).status == 303
    assert (
        await send(office, f"/prices/work/{kinds['Störung'].id}", {"name_de": "Störung", "is_default": "1"})
    ).status == 303
    left = read(office, lambda c: prices.service_types(c, office.id))
    assert [(kind.name_de, kind.name_en, kind.is_default) for kind in left] == [
        ("Fachberatung", "Expert advice", False),
        ("Störung", "Störung", True),
    ]
    other = office.parts.db.write_now(lambda c: accounts.add_organisation(c, "Andere", "andere.example", 1))
    foreign = office.parts.db.write_now(lambda c: prices.add_service_type(c, other, "Fremd", "Foreign", 1))
    assert (await send(office, f"/prices/work/{foreign}", changed)).status == 404
    page = unescape((await office.bela.get("/prices")).text)
    assert "for the report only" in page
    # A price list may name only what is asked before the session.
    assert page.count('<option value="' + kinds["Beratung"].id) == 0


async def test_vat_is_changed_from_a_day_on_and_then_has_a_page_of_its_own(office: Any) -> None:
    """The clock stands in November 2026: a change of December names no price today, and a wrong one changes nothing."""
    await office.person(office.id, "olga@muster.example", "owner")
    owner = await office.signed_in("olga@muster.example")

    async def save(path: str, fields: dict[str, str]) -> Any:
        return await send(office, path, fields, owner)

    before = unescape((await owner.get("/firm")).text)
    for wrong in ({"valid_from": ""}, {"valid_from": "2026-02-30"}, {"valid_from": "2199-01-01"}, {"standard": "101"}):
        answer = await save("/firm/taxes", {"valid_from": "2026-12-01", "standard": "16", "reduced": "5"} | wrong)
        assert answer.status == 422
    assert read(office, lambda c: taxes.history(c, office.id)).changes == []
    assert (await save("/firm/taxes", {"valid_from": "2026-12-01", "standard": "16", "reduced": "5"})).status == 303
    page = unescape((await owner.get("/firm/taxes")).text)
    assert "16 %, reduced 5 %" in page
    assert "From 1 Dec 2026" in page
    assert 'name="vat"' in before
    assert 'name="vat"' not in (await owner.get("/firm")).text
    fields = {"name": "Muster IT", "domain": "muster.example", "price": "96", "step": "15", "minimum": "15"}
    assert (await save("/firm", fields | {"phones": ""})).status == 303
    assert "plus 19 % VAT" in unescape((await owner.get("/firm")).text)
    small = {"valid_from": "2026-11-01", "standard": "19", "reduced": "7", "is_small_business": "1"}
    assert (await save("/firm/taxes", small)).status == 303
    assert "(no VAT, § 19 UStG)" in unescape((await owner.get("/firm")).text)
