"""The public page, the programs on offer, the console's files, the firm's page."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from beistand.billing.price_card import money, vat_words
from beistand.server.portal import phones, public, texts
from beistand.server.portal.phones import Phone, PhoneError
from beistand.server.store import accounts

OLGA = "olga@muster.example"


def offer(house: Any, name: str, data: bytes) -> str:
    house.parts.settings.programs.mkdir(exist_ok=True)
    (house.parts.settings.programs / name).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def firm_with_phones(house: Any) -> str:
    firm = house.firm()
    lines = [{"number": "0431 123 456", "price": ""}, {"number": "0180 5 123", "price": "14 ct/min"}]
    house.parts.db.write_now(lambda c: accounts.change_organisation(c, firm, phones=lines))
    return str(firm)


async def test_before_the_setup_the_page_tells_the_operator_what_to_do(house: Any) -> None:
    answer = await house.browser().get("/")
    assert answer.status == 200
    assert "noch nicht eingerichtet" in answer.text


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        (
            "/",
            [
                "Fernhilfe in drei Schritten",
                "Rufen Sie uns an. Der Techniker nennt Ihnen eine Sitzungsnummer.",
                "Laden Sie das Programm. Es wird nichts installiert.",
                "(als Herausgeber muss Muster IT stehen)",
                "Das Stoppschild links oben beendet die Sitzung sofort.",
                "Auf Ihrem Rechner bleibt nichts zurück.",
                "Ist eine Leistung kostenpflichtig, sagen wir es vorher, und Sie entscheiden.",
                "Geben Sie die Nummer nur ein, wenn Sie uns selbst angerufen haben.",
                "Verschlüsselt von Ende zu Ende.",
                "14 ct/min",
                "Preis eines normalen Anrufs",
            ],
        ),
        (
            "/en",
            [
                "Remote help in three steps",
                "Phone us. The technician tells you a session number.",
                "the publisher must read Muster IT",
                "Only type the number if you called us yourself.",
                "Encrypted end to end.",
                "14 ct/min",
            ],
        ),
    ],
)
async def test_the_public_page_says_what_the_customer_must_know(house: Any, path: str, sentences: list[str]) -> None:
    firm_with_phones(house)
    answer = await house.browser().get(path)
    assert answer.status == 200
    for sentence in sentences:
        assert sentence in answer.text
    assert f'lang="{"en" if path == "/en" else "de"}"' in answer.text


@pytest.mark.parametrize("path", ["/", "/en"])
async def test_the_public_page_needs_neither_script_nor_cookie(house: Any, path: str) -> None:
    firm_with_phones(house)
    offer(house, "Beistand.exe", b"MZ")
    answer = await house.browser().get(path)
    assert answer.cookies == []
    assert not re.search(r"<script|\son\w+=|javascript:|<iframe|\sstyle=", answer.text, re.IGNORECASE)
    assert re.findall(r'(?:src|href)="(https?:[^"]*)"', answer.text) == ["https://muster.example"]


async def test_the_style_sheet_carries_its_integrity(house: Any) -> None:
    page = await house.browser().get("/")
    found = re.search(r'integrity="sha384-([^"]+)"', page.text)
    assert found
    import base64

    style = await house.browser().get("/assets/style.css")
    assert base64.b64decode(found[1]) == hashlib.sha384(style.body).digest()
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    again = await house.browser().get("/assets/style.css", {"if-none-match": style.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_without_programs_the_page_tells_the_operator_what_to_do(house: Any) -> None:
    house.firm()
    assert "Ordner „programs“ des Datenordners" in (await house.browser().get("/")).text


async def test_programs_are_offered_with_size_and_checksum_own_system_first(house: Any) -> None:
    house.firm()
    windows = offer(house, "Beistand.exe", b"x" * 12_345_678)
    linux = offer(house, "beistand.AppImage", b"y" * 1_000)
    for agent, first, second in (("Windows NT 10.0", windows, linux), ("X11; Linux x86_64", linux, windows)):
        page = (await house.browser().get("/", {"user-agent": f"Mozilla/5.0 ({agent})"})).text
        assert page.index(first) < page.index(second)
    assert "12,3\u00a0MB" in page
    assert "12.3\u00a0MB" in (await house.browser().get("/en")).text
    answer = await house.browser().get("/programs/Beistand.exe")
    assert hashlib.sha256(answer.body).hexdigest() == windows
    assert answer.headers["content-disposition"] == 'attachment; filename="Beistand.exe"'
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_a_linux_program_is_offered_with_how_to_make_it_run(house: Any) -> None:
    house.firm()
    offer(house, "Beistand.exe", b"x")
    offer(house, "beistand.deb", b"y")
    assert "chmod" not in (await house.browser().get("/")).text
    offer(house, "Fern hilfe.run", b"z")
    page = (await house.browser().get("/")).text
    assert "Als Programm ausführen" in page
    assert "chmod +x &#39;Fern hilfe.run&#39; &amp;&amp; ./&#39;Fern hilfe.run&#39;" in page.replace("'", "&#39;")
    assert "“Run as a program”" in (await house.browser().get("/en")).text


async def test_a_changed_program_gets_a_new_checksum(house: Any) -> None:
    house.firm()
    old = offer(house, "Beistand.exe", b"old")
    assert old in (await house.browser().get("/")).text
    new = offer(house, "Beistand.exe", b"newer")
    page = (await house.browser().get("/")).text
    assert new in page
    assert old not in page


@pytest.mark.parametrize(
    "path",
    [
        "/programs/notes.txt",
        "/programs/.hidden.exe",
        "/programs/link.exe",
        "/programs/../secrets.json",
        "/programs/..%2fsecrets.json",
        "/programs/%2e%2e%2fbeistand.sqlite",
        "/programs/folder.exe",
        "/programs/",
        "/programs",
        "/programs/a%00.exe",
    ],
)
async def test_nothing_else_in_the_data_folder_can_be_had(house: Any, path: str) -> None:
    house.firm()
    for name in ("notes.txt", ".hidden.exe"):
        offer(house, name, b"x")
    (house.parts.settings.programs / "link.exe").symlink_to(house.parts.settings.data / "secrets.json")
    (house.parts.settings.programs / "folder.exe").mkdir()
    assert (await house.browser().get(path)).status == 404
    assert "notes.txt" not in (await house.browser().get("/")).text


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "console"
    (folder / "ui").mkdir(parents=True)
    for name in ("index.html", "ui/app.js", "app.css", "__init__.py", "ui/data.json", ".hidden.js", "notes.md"):
        (folder / name).write_text(f"this is {name}")
    (tmp_path / "outside.js").write_text("outside")
    (folder / "out.js").symlink_to(tmp_path / "outside.js")
    monkeypatch.setattr(public, "CONSOLE", folder)
    return folder


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/console/", "text/html; charset=utf-8"),
        ("/console/index.html", "text/html; charset=utf-8"),
        ("/console/ui/app.js", "text/javascript; charset=utf-8"),
        ("/console/app.css", "text/css; charset=utf-8"),
        ("/console/ui/data.json", "application/json"),
    ],
)
async def test_the_consoles_files_are_served_with_their_types(house: Any, console: Path, path: str, kind: str) -> None:
    answer = await house.browser().get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.text.startswith("this is")


@pytest.mark.parametrize(
    "path",
    [
        "/console/__init__.py",
        "/console/ui",
        "/console/ui/",
        "/console/notes.md",
        "/console/.hidden.js",
        "/console/out.js",
        "/console/../outside.js",
        "/console/..%2foutside.js",
        "/console//etc/passwd",
        "/console/%2fetc%2fpasswd",
        "/console/ui/%00.js",
        "/console/missing.js",
        "/console/ui\\app.js",
    ],
)
async def test_nothing_else_of_the_package_is_served(house: Any, console: Path, path: str) -> None:
    answer = await house.browser().get(path)
    assert answer.status == 404
    assert "this is" not in answer.text


async def test_the_firms_page_keeps_phones_and_terms_and_shows_the_notice(house: Any) -> None:
    await house.person(house.firm(), OLGA, "owner")
    browser = await house.signed_in(OLGA)
    fields = {
        "csrf": await browser.csrf("/firm"),
        "name": "Muster IT GmbH",
        "domain": "Muster.example",
        "phones": "0431 123456\n0180 5 123456 | 14 ct/min\n0800 1234567",
        "price": "1.096,50",
        "step": "5",
        "minimum": "10",
        "vat": "19",
    }
    answer = await browser.submit("/firm", fields)
    assert (answer.status, answer.headers["location"]) == (303, "/firm?saved")
    page = (await browser.get("/firm?saved", {"accept-language": "de"})).text
    assert "Preis: 1.096,50 € je Stunde zzgl. 19 % USt., je angefangene 5 Minuten" in page
    assert 'value="1096,50"' in page
    public_page = (await house.browser().get("/")).text
    assert "Aus deutschen Netzen kostenlos" in public_page
    assert "14 ct/min" in public_page


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"phones": "0180 5 123456"}, "The price of the call must stand beside “0180 5 123456”"),
        ({"phones": "call us"}, "“call us” is no phone number"),
        ({"price": "cheap"}, "check the figures"),
        ({"step": "0"}, "check the figures"),
        ({"minimum": "-1"}, "check the figures"),
        ({"vat": "101"}, "check the figures"),
        ({"domain": "x y"}, "web address is a name"),
        ({"name": " "}, "fill in every field"),
    ],
)
async def test_a_wrong_firm_changes_nothing(house: Any, change: dict[str, str], sentence: str) -> None:
    firm = house.firm()
    await house.person(firm, OLGA, "owner")
    browser = await house.signed_in(OLGA)
    before = house.parts.db.read_now(accounts.organisations)
    fields = {"name": "X", "domain": "x.example", "phones": "", "price": "1", "step": "1", "minimum": "1", "vat": "7"}
    answer = await browser.submit("/firm", {"csrf": await browser.csrf("/firm")} | fields | change)
    assert answer.status == 422
    assert sentence in answer.text
    assert house.parts.db.read_now(accounts.organisations) == before


async def test_a_customer_is_added_by_the_form(house: Any) -> None:
    await house.person(house.firm(), OLGA, "owner")
    browser = await house.signed_in(OLGA)
    csrf = await browser.csrf("/customers")
    fields = {"csrf": csrf, "name": "Bäckerei Süß & Söhne", "kind": "company", "language": "de"}
    answer = await browser.submit("/customers", fields)
    assert answer.status == 303
    page = (await browser.get(answer.headers["location"])).text
    assert "Bäckerei Süß &amp; Söhne" in page
    wrong = await browser.submit("/customers", fields | {"email": "x"})
    assert wrong.status == 422
    assert 'value="Bäckerei Süß &amp; Söhne"' in wrong.text


@pytest.mark.parametrize(
    "number", ["0180 5 1", "+49 180 51234", "0049 900 1234", "+49 (0) 137 1234", "118 33", "0118 33", "032 1234"]
)
def test_a_dear_number_without_a_price_is_refused(number: str) -> None:
    with pytest.raises(PhoneError) as error:
        phones.checked(number, "")
    assert error.value.args[0] == "price"
    assert phones.checked(number, "14 ct/min").price == "14 ct/min"


@pytest.mark.parametrize("number", ["0431 18 0", "+49 431 1234", "040/900-123", "030 1234"])
def test_a_normal_number_needs_no_price(number: str) -> None:
    assert phones.checked(number, "").number == number


def test_0800_says_that_it_is_free_and_dials_right() -> None:
    phone = Phone("+49 (0) 800 123-45", "")
    assert phone.dial == "+4980012345"
    assert phones.price_text(phone, "de") == "Aus deutschen Netzen kostenlos"
    assert phones.price_text(Phone("0431 1", ""), "en").startswith("Price of a normal call")


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("96", 9600),
        ("96,5", 9650),
        ("96.50", 9650),
        ("1.200,00", 120_000),
        ("1,200.50 €", 120_050),
        ("1.234.567,89", 123_456_789),
        ("1.200", None),
        ("", None),
        ("-1", None),
        ("1,234", None),
        ("12,345,67", None),
        ("1e3", None),
        ("٣", None),
        ("0,001", None),
    ],
)
def test_prices_are_read_as_people_write_them(text: str, cents: int | None) -> None:
    assert texts.euro_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "bp"), [("19", 1900), ("7,5 %", 750), ("0", 0), ("100", 10_000), ("100,01", None), ("x", None)]
)
def test_percentages_are_basis_points(text: str, bp: int | None) -> None:
    assert texts.percent_bp(text) == bp


@pytest.mark.parametrize(
    ("cents", "german", "english"),
    [(9600, "96,00 €", "€96.00"), (123_456_789, "1.234.567,89 €", "€1,234,567.89"), (5, "0,05 €", "€0.05")],
)
def test_money_is_written_as_each_language_does(cents: int, german: str, english: str) -> None:
    assert (money(cents, "de"), money(cents, "en")) == (german, english)


def test_tax_words() -> None:
    assert vat_words(1900, False, "de") == "zzgl. 19 % USt."
    assert vat_words(750, True, "de") == "inkl. 7,5 % USt."
    assert vat_words(1900, True, "en") == "incl. 19 % VAT"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://Hilfe.Example.de/x", "hilfe.example.de"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("a b", None),
        ("-x.de", None),
        ("", None),
        ("x" * 64 + ".de", None),
    ],
)
def test_domains(text: str, host: str | None) -> None:
    assert texts.domain(text) == host
