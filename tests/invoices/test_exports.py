"""What the tax adviser, a spreadsheet and an auditor get."""

import csv as csvlib
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lxml import etree

from beistand.billing.datev import COLUMNS, HEADER_FIELDS, Accounts, DatevError, batch
from beistand.billing.invoice import VAT_KEYS, InvoiceError, cancel
from beistand.billing.tables import csv, euros
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import exporting, gobd, running
from beistand.server.invoicing.issuing import Actor, Issuer
from beistand.server.invoicing.running import period_of
from beistand.server.store import debtors, invoices, time_words
from beistand.server.store.seller import SellerData
from invoices.making import PLAIN, SELLER, at
from invoices.world import ADDRESS, NOW, World

GOLDEN = Path(__file__).with_name("datev_golden.csv")
ACCOUNTS = Accounts("1234567", "42", "10000", "8400", "8300", "8336", "8200")
MADE = datetime(2026, 12, 31, 17, 5, 9, 123_000, tzinfo=UTC)
# What people say about recorded time, and about prices; nothing was said where the tables are empty.
SAID = ("time_correction", "goodwill", "goodwill_decision", "charge_release", "charge_notice", "charge_consent")
SAID += ("tax_change",)
FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def documents():
    mixed = (PLAIN.lines[0], replace(PLAIN.lines[1], vat_key=VAT_KEYS["reduced"]))
    abroad = replace(
        PLAIN.buyer, name='Müller "Süd" & Söhne; Ges. für sehr lange Namen und noch längere Zusätze mbH 日本'
    )
    return [
        PLAIN,
        replace(PLAIN, number="RE-2026-0002", lines=mixed),
        replace(
            PLAIN,
            number="RE-2026-0003",
            buyer=replace(abroad, country="AT", vat_id="ATU12345678"),
            lines=(replace(PLAIN.lines[0], vat_key=VAT_KEYS["reverse_charge"]),),
        ),
        cancel(PLAIN, "ST-2026-0001", date(2026, 12, 9)),
    ]


def test_the_datev_batch_is_the_golden_file_byte_for_byte():
    """Changed on purpose? Write the new file, read it against DATEV's description, and say why in the commit."""
    assert batch(documents(), ACCOUNTS, FIRST, LAST, MADE) == GOLDEN.read_bytes()


def test_the_datev_batch_has_the_shape_that_datev_reads():
    assert len(COLUMNS) == 125
    made = batch(documents(), ACCOUNTS, FIRST, LAST, MADE)
    assert made.endswith(b"\r\n")
    header, columns, *rows = list(csvlib.reader(io.StringIO(made.decode("cp1252"), newline=""), delimiter=";"))
    assert len(header) == HEADER_FIELDS
    assert header[:5] == ["EXTF", "700", "21", "Buchungsstapel", "13"]
    assert (header[12], header[13], header[14], header[15]) == ("20260101", "4", "20261201", "20261231")
    assert columns == list(COLUMNS)
    assert all(len(row) == 125 for row in rows)
    found = [(row[0], row[1], row[6], row[7], row[9], row[10], row[117]) for row in rows]
    assert found == [
        ("503,37", "S", "10000", "8400", "0112", "RE-2026-0001", ""),
        ("142,80", "S", "10000", "8400", "0112", "RE-2026-0002", ""),
        ("57,78", "S", "10000", "8300", "0112", "RE-2026-0002", ""),
        ("120,00", "S", "10000", "8336", "0112", "RE-2026-0003", ""),
        ("503,37", "S", "10000", "8400", "0912", "ST-2026-0001", "1"),
    ]
    assert rows[3][13] == 'Müller "Süd" & Söhne; Ges. für sehr lange Namen und noch län'
    assert rows[3][39] == "ATU12345678"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"standard": ""}, "revenue account for 19 % is missing"),
        ({"debtor": ""}, "debtor account is missing"),
        ({"consultant": "12a"}, "consultant number '12a' is not a number"),
        ({"client": "123456"}, "at most 5 digits"),
        ({"debtor": "1000"}, "one digit more"),
    ],
)
def test_a_missing_or_wrong_account_refuses_the_export(change, sentence):
    with pytest.raises(DatevError, match=sentence):
        batch(documents(), replace(ACCOUNTS, **change), FIRST, LAST, MADE)


def test_a_cell_that_looks_like_a_formula_is_disarmed():
    made = csv(("a", "b", "c", "d"), [("=1+1", euros(-123_456), "@x;\r\n", date(2026, 12, 1)), ("-", 5, None, 'a"b')])
    assert made.startswith(b"\xef\xbb\xbf")
    assert made[3:].decode() == ('a;b;c;d\r\n"\'=1+1";-1234,56;"\'@x;\r\n";01.12.2026\r\n"\'-";5;"";"a""b"\r\n')


@pytest.fixture
def world(db):
    made = World(db)
    made.contract()
    made.session(at(12, 8, 2), 67)
    plan = made.read(lambda c: running.plan(c, made.firm, period_of("2026-11"), NOW))
    typesetter = Typesetter()
    by = Actor(None, NOW, date(2026, 12, 1))
    report = running.execute(db, made.firm, plan, typesetter, by, "Ida")
    data = SellerData(SELLER)
    made.write(lambda c: Issuer(typesetter, made.firm).cancel(c, report.issued[0], "falsch", data, by))
    return made


def export(world, kind, data=None, month="2026-12"):
    given = data or SellerData(
        SELLER, datev_consultant="1234567", datev_client="42", datev_debtor="10000", account_standard="8400"
    )
    by = Actor(None, NOW, date(2026, 12, 2))
    return world.write(lambda c: exporting.export(c, world.firm, kind, period_of(month), given, by))


def test_each_export_is_kept_and_stands_with_its_invoices(world):
    for kind in exporting.KINDS:
        made = export(world, kind)
        assert made.invoices == 2
        again = world.read(lambda c, m=made: exporting.get_batch(c, world.firm, m.id))
        assert again.content == made.content
        assert hashlib.sha256(made.content).hexdigest() == made.sha256
    assert {b.kind for b in world.read(lambda c: exporting.batches(c, world.firm))} == set(exporting.KINDS)
    for issued in world.read(lambda c: invoices.listed(c, world.firm)):
        assert [e.data["kind"] for e in issued.events if e.name == "exported"] == list(exporting.KINDS)


def test_nothing_is_exported_when_anything_lacks(world):
    with pytest.raises(InvoiceError, match="consultant number is missing"):
        export(world, "datev", SellerData(SELLER))
    with pytest.raises(InvoiceError, match="Nothing was issued in 2026-10"):
        export(world, "csv", month="2026-10")
    assert world.read(lambda c: exporting.batches(c, world.firm)) == []


def test_the_auditor_gets_every_record_described_and_every_file_as_it_was_issued(world):
    made = export(world, "gobd")
    archive = zipfile.ZipFile(io.BytesIO(made.content))
    sums = dict(line.split("  ")[::-1] for line in archive.read("SHA256SUMS").decode().splitlines())
    assert set(sums) == set(archive.namelist()) - {"SHA256SUMS"}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())
    described = ElementTree.fromstring(archive.read("index.xml"))
    dtd = etree.DTD(io.BytesIO(archive.read(gobd.DTD_NAME)))
    assert dtd.validate(etree.fromstring(archive.read("index.xml"))), dtd.error_log
    for table in described.iter("Table"):
        rows = list(csvlib.reader(io.StringIO(archive.read(table.findtext("URL")).decode("utf-8-sig")), delimiter=";"))
        assert rows[0] == [
            column.findtext("Name")
            for column in table.iter()
            if column.tag.startswith("Variable") and column.tag != "VariableLength"
        ]
        assert len(rows) > 1 or table.findtext("URL").removesuffix(".csv") in SAID
        assert {len(row) for row in rows} == {len(rows[0])}
    told = list(csvlib.DictReader(io.StringIO(archive.read("rated_item.csv").decode("utf-8-sig")), delimiter=";"))
    worked = list(csvlib.DictReader(io.StringIO(archive.read("time_entry.csv").decode("utf-8-sig")), delimiter=";"))
    assert {f"entry:{row['id']}" for row in worked} == {
        row["source"] for row in told if row["source"].startswith("entry:")
    }
    for issued in world.read(lambda c: invoices.listed(c, world.firm)):
        for file in world.read(lambda c, i=issued: invoices.files_of(c, world.firm, i.id)):
            assert archive.read(f"documents/{file.file_name}") == file.content
    assert gobd.TABLES.keys() == {table.findtext("URL").removesuffix(".csv") for table in described.iter("Table")}


def test_the_auditor_gets_what_was_said_about_the_time_too(world):
    """Old value, new value, reason, who and when of a correction; goodwill and its decision; the words of a price."""
    stranger = world.party("Klein", **ADDRESS)
    entry = world.session(at(13, 8), 40, who=stranger, price=9600, approved=False)
    said = time_words.Said(world.people["Tina Technik"], NOW, "Uhr lief nach")
    world.write(lambda c: time_words.correct(c, world.firm, entry, 1800, said))
    world.write(lambda c: time_words.give_away(c, world.firm, entry, 300, said))
    world.write(lambda c: time_words.decide_goodwill(c, world.firm, entry, True, said))
    world.write(lambda c: time_words.approve(c, world.firm, [entry], True, said))
    plan = world.read(lambda c: running.plan(c, world.firm, period_of("2026-11"), NOW))
    running.execute(world.db, world.firm, plan, Typesetter(), Actor(None, NOW, date(2026, 12, 1)), "Ida")
    archive = zipfile.ZipFile(io.BytesIO(export(world, "gobd").content))
    tables = {
        name: list(csvlib.DictReader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig")), delimiter=";"))
        for name in SAID
    }
    (corrected,) = tables["time_correction"]
    assert (corrected["old_seconds"], corrected["new_seconds"], corrected["reason"]) == (
        "2400",
        "1800",
        "Uhr lief nach",
    )
    assert corrected["user_id"] == world.people["Tina Technik"]
    assert [row["seconds"] for row in tables["goodwill"]] == ["300"]
    assert [row["is_approved"] for row in tables["goodwill_decision"]] == ["1"]
    (words,), (answer,) = tables["charge_notice"], tables["charge_consent"]
    assert (words["text"], words["rate_cents"]) == ("Kostenpflichtige Hilfe. 9600 Cent", "96,00")
    assert (answer["notice_id"], answer["is_yes"]) == (words["id"], "1")


def test_each_customer_has_one_debtor_account_of_their_own_for_good(world):
    def ask(c):
        return [debtors.account_of(c, world.firm, party, 12_001, NOW) for party in ("a", "b", "a")]

    assert world.write(ask) == world.write(ask) == [12_001, 12_002, 12_001]
    numbers = {"datev_consultant": "1234567", "datev_client": "42", "account_standard": "8400"}
    data = SellerData(SELLER, datev_debtor="10000", datev_debtor_first="12001", **numbers)
    for _again in range(2):
        made = export(world, "datev", data)
        rows = list(csvlib.reader(io.StringIO(made.content.decode("cp1252"), newline=""), delimiter=";"))[2:]
        assert [row[6] for row in rows] == ["12003", "12003"]  # the invoice and its cancellation
    with pytest.raises(InvoiceError, match="begins with 1 to 6"):
        export(world, "datev", replace(data, datev_debtor_first="70000"))


@pytest.mark.parametrize("wrong", ["1200", "72001", "12a01", "120011"])
def test_a_first_debtor_account_that_datev_would_refuse_is_named(wrong):
    with pytest.raises(DatevError, match="begins with 1 to 6"):
        batch(documents(), ACCOUNTS, FIRST, LAST, MADE, [wrong] * 4)
