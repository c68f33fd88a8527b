"""The letter: what people read, what machines find in it, and that it is the same file each time."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pikepdf
import pytest

from beistand.billing.invoice import cancel, totals
from beistand.billing.recompute import check
from beistand.billing.timesheet import TimeSheet
from beistand.server.documents.pdf import FX_VALUES, Typesetter, giro_code
from beistand.server.documents.xml import make_xml
from invoices.making import PLAIN, SHEET, odd_documents


@pytest.fixture(scope="module")
def typesetter():
    return Typesetter()


@pytest.fixture(scope="module")
def plain(typesetter):
    return typesetter.invoice(PLAIN, SHEET, make_xml(PLAIN))


def words_of(pdf: bytes) -> str:
    """What a reader (or a screen reader) finds, in one line."""
    assert shutil.which("pdftotext"), "install poppler-utils (tools/setup.sh does)"
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_the_letter_carries_its_xml_unchanged_as_an_alternative(plain):
    xml = make_xml(PLAIN)
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        assert pdf.attachments["factur-x.xml"].get_file().read_bytes() == xml
        (spec,) = pdf.Root.AF
        assert str(spec.AFRelationship) == "/Alternative"
        assert str(spec.EF.F.Subtype) == "/text/xml"
    check(xml, PLAIN)


def test_it_says_what_it_is_once_pdf_a_3_and_factur_x_in_one_packet(plain):
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        packet = pdf.Root.Metadata.read_bytes().decode()
        assert pdf.Root.MarkInfo.Marked
        assert "/OutputIntents" in pdf.Root
        assert str(pdf.Root.Lang) == "de-DE"
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        assert all("Inter" in str(font.BaseFont) for font in fonts)
    assert re.search(r"pdfaid:part[>=\"]+3", packet)
    assert re.search(r"pdfuaid:part[>=\"]+1", packet)
    for name, (value, _said) in FX_VALUES.items():
        assert f"<fx:{name}>{value}</fx:{name}>" in packet
    assert packet.count("pdfaExtension:schemas>") == 2  # one bag, opened and closed


def test_the_same_invoice_gives_the_same_bytes_also_from_another_process(plain):
    assert Typesetter().invoice(PLAIN, SHEET, make_xml(PLAIN)) == plain


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_bookkeeper_recomputes_the_sum_from_what_is_printed(typesetter, language):
    document = replace(PLAIN, language=language)
    text = words_of(typesetter.invoice(document, SHEET, make_xml(document)))
    expected = {
        "de": ("Rechnung RE-2026-0001", "503,37 €", "Umsatzsteuer 19 % auf 423,00 €", "0:15:00", "1:07:00", "60 min"),
        "en": ("Invoice RE-2026-0001", "€503.37", "VAT 19 % on €423.00", "0:15:00", "1:07:00", "60 min"),
    }[language]
    assert [part for part in expected if part not in text.replace("\u202f", " ").replace("\u00a0", " ")] == []


def test_text_is_data_and_never_markup(typesetter):
    assert "E-Mail #strong[]" in words_of(typesetter.invoice(PLAIN, SHEET, make_xml(PLAIN)))


def test_a_long_invoice_repeats_its_head_and_breaks_no_row(typesetter):
    document = next(d for d in odd_documents(40) if len(d.lines) > 50 and d.language == "de" and d.kind == "invoice")
    pdf = typesetter.invoice(document, TimeSheet(), make_xml(document))
    text = words_of(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    assert pages > 2
    assert text.count("Einzelpreis") >= pages - 1
    assert f"Seite {pages} von {pages}" in text


def test_only_an_invoice_to_pay_has_a_code_and_it_says_the_exact_amount():
    assert giro_code(cancel(PLAIN, "ST-1", date(2026, 12, 3))) is None
    assert giro_code(replace(PLAIN, lines=PLAIN.lines[3:])) is None
    from segno import helpers

    code = helpers.make_epc_qr(
        name=PLAIN.seller.name,
        iban=PLAIN.seller.iban,
        bic=PLAIN.seller.bic,
        amount=Decimal("503.37"),
        text=PLAIN.number,
    )
    assert totals(PLAIN).gross_cents == 50_337
    assert giro_code(PLAIN) == code.svg_inline(border=1, dark="#000", light="#fff")
