"""An invoice whose XML does not add up, or says something else than the invoice, is never issued."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.billing import einvoice
from beistand.billing.invoice import (
    VAT_KEYS,
    Buyer,
    InvoiceError,
    cancel,
    correct,
    minutes_line,
    totals,
)
from beistand.billing.recompute import RecomputeError, check, read
from beistand.server.documents.xml import make_xml
from invoices.making import PLAIN, SELLER, odd_documents


@pytest.mark.parametrize("syntax", ["cii", "ubl"])
def test_the_xml_of_every_odd_invoice_says_what_the_invoice_says(syntax):
    for document in odd_documents(40):
        found = read(make_xml(document, "xrechnung", syntax))
        assert found.by_rate == totals(document).by_rate
        assert found.sums["BT-115"] == totals(document).gross_cents


AMOUNT = re.compile(rb"(?<=>)-?[0-9]+\.[0-9]{2}(?=</)")


@pytest.mark.parametrize("syntax", ["cii", "ubl"])
def test_a_cent_more_in_any_amount_is_noticed(syntax):
    document = replace(PLAIN, lines=PLAIN.lines[:3])
    xml = make_xml(document, "xrechnung", syntax)
    places = list(AMOUNT.finditer(xml))
    assert len(places) > 15
    unchecked = []
    for place in places:
        changed = f"{float(place[0]) + 0.01:.2f}".encode()
        try:
            check(xml[: place.start()] + changed + xml[place.end() :], document)
        except RecomputeError:
            continue
        before = xml[: place.start()].rpartition(b"<")[2]
        unchecked.append(before.decode())
    # Base and percentage of a discount only explain its amount; nothing is computed from them.
    assert {name.split()[0].rpartition(":")[2].rstrip(">") for name in unchecked} <= {
        "BasisAmount",
        "CalculationPercent",
        "BaseAmount",
        "MultiplierFactorNumeric",
    }


def test_seven_cents_of_vat_that_the_official_rules_let_pass_are_noticed(tmp_path, judge):
    xml = make_xml(PLAIN, "xrechnung")
    sums = totals(PLAIN)
    wrong = xml
    for cents in (sums.tax_cents, sums.gross_cents):
        wrong = wrong.replace(f">{cents / 100:.2f}<".encode(), f">{(cents + 7) / 100:.2f}<".encode())
    path = tmp_path / "seven.xml"
    path.write_bytes(wrong)
    assert judge([(path, "cii-xrechnung")]) == {"seven.xml": []}
    with pytest.raises(RecomputeError, match=r"BT-117.*must be"):
        check(wrong, PLAIN)


@pytest.mark.parametrize("damage", [b"", b"<a>", b"\x00", b"<Invoice/>"])
def test_damaged_xml_is_refused_with_a_sentence(damage):
    with pytest.raises(RecomputeError):
        check(damage, PLAIN)


def test_the_same_invoice_gives_the_same_bytes():
    assert make_xml(PLAIN) == make_xml(PLAIN)
    assert make_xml(PLAIN, "xrechnung", "ubl") == make_xml(PLAIN, "xrechnung", "ubl")


def test_a_cancellation_takes_back_every_cent_and_names_the_invoice():
    back = cancel(PLAIN, "RE-2026-0002", date(2026, 12, 3))
    assert totals(back).gross_cents == -totals(PLAIN).gross_cents
    assert totals(back).tax_cents == -totals(PLAIN).tax_cents
    assert b"RE-2026-0001" in make_xml(back)


def test_t54_corrections_one_after_another_take_back_exactly_the_tax():
    two = replace(PLAIN, lines=(minutes_line("a", 15, 2750), minutes_line("b", 15, 2750)))
    assert totals(two).by_rate == {("S", 1900): (1376, 261)}
    first = correct(two, "RK-1", date(2026, 12, 3), [two.lines[0]], {("S", 1900): 1376})
    second = correct(two, "RK-2", date(2026, 12, 4), [two.lines[1]], {("S", 1900): 688})
    assert [totals(each).tax_cents for each in (first, second)] == [-130, -131]
    for each in (first, second):
        make_xml(each, "xrechnung", "ubl")


def test_a_correction_takes_back_no_more_than_is_left():
    with pytest.raises(InvoiceError, match="more than is left"):
        correct(PLAIN, "RK-1", date(2026, 12, 3), [PLAIN.lines[0]], {("S", 1900): 11_999})


@given(st.lists(st.tuples(st.integers(1, 600), st.integers(0, 20_000)), min_size=1, max_size=12))
def test_a_cancellation_of_anything_gives_zero_together(parts):
    document = replace(PLAIN, lines=tuple(minutes_line("x", minutes, price) for minutes, price in parts))
    assert totals(document).gross_cents + totals(cancel(document, "S", PLAIN.issued)).gross_cents == 0


@pytest.mark.parametrize(
    ("change", "lack"),
    [
        ({"seller": replace(SELLER, vat_id="", tax_number="")}, "VAT id or tax number"),
        ({"seller": replace(SELLER, iban="")}, "IBAN"),
        ({"buyer": replace(PLAIN.buyer, street="")}, "street"),
        (
            {
                "lines": (replace(PLAIN.lines[0], vat_key=VAT_KEYS["reverse_charge"]),),
                "buyer": Buyer("A", "B", "1", "C"),
            },
            "both VAT ids",
        ),
    ],
)
def test_what_lacks_is_named_in_one_sentence(change, lack):
    with pytest.raises(InvoiceError, match=lack):
        make_xml(replace(PLAIN, **change))


def test_xrechnung_names_what_only_it_needs():
    document = replace(PLAIN, seller=replace(SELLER, contact_name=""), buyer=replace(PLAIN.buyer, email=""))
    with pytest.raises(InvoiceError, match="contact person, the buyer's electronic address"):
        make_xml(document, "xrechnung")
    make_xml(document)


def test_the_terms_of_a_small_business_say_why_there_is_no_vat():
    document = replace(
        PLAIN,
        seller=replace(SELLER, is_small_business=True),
        lines=tuple(replace(line, vat_key=VAT_KEYS["small_business"]) for line in PLAIN.lines),
    )
    (part,) = einvoice.terms(document, "zugferd")["BG-23"]
    assert (part["BT-118"], part["BT-117"]) == ("E", "0.00")
    assert "§ 19 UStG" in part["BT-120"]
