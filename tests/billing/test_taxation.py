"""The tax that the price card names is the tax on the invoice, whatever firm and customer."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.billing.invoice import VAT_KEYS, Line, totals
from beistand.billing.price_card import PriceCard, vat_words
from beistand.billing.taxation import Rates, Taxes, TaxHistory, announced_bp, taxation
from invoices.making import PLAIN

WAYS = list(product((False, True), (0, 700, 1900), ("standard", "reduced", "reverse_charge"), (False, True)))


@pytest.mark.parametrize("way", WAYS)
@given(rate=st.integers(1, 50_000), seconds=st.integers(1, 40_000))
def test_the_card_s_tax_is_the_invoice_s_and_the_announced_sum_is_its_total(way, rate, seconds):
    taxed = taxation(*way)
    card = PriceCard("r", rate, 15, 15, taxed.vat_bp, taxed.is_gross, "p", "de")
    key = taxed.announced(announced_bp(card.vat_bp, card.is_gross))
    assert key == taxed.key
    net = replace(card, is_gross=False).amount_cents(seconds)
    sums = totals(replace(PLAIN, lines=(Line("Fernhilfe", 1, net, vat_key=key),)))
    assert card.amount_cents(seconds) == (sums.gross_cents if taxed.is_gross else sums.net_cents)
    words = {
        "E": "(keine Umsatzsteuer, § 19 UStG)",
        "AE": "ohne Umsatzsteuer (Steuerschuldnerschaft des Leistungsempfängers)",
    }
    expected = words.get(key[0]) or f"{'inkl.' if card.is_gross else 'zzgl.'} {key[1] // 100} % USt."
    assert f"je Stunde {expected}, je angefangene" in card.text


def test_a_small_business_shows_no_tax_to_anybody_and_a_consumer_never_owes_it():
    for mode, is_consumer in product(("standard", "reduced", "reverse_charge"), (False, True)):
        assert taxation(True, 1900, mode, is_consumer).key == ("E", 0)
    assert taxation(False, 1900, "reverse_charge", False).key == ("AE", 0)
    assert taxation(False, 1900, "reverse_charge", True).key == ("S", 1900)
    assert vat_words(0, True, "en") == "(no VAT, § 19 UStG)"
    assert vat_words(0, False, "en") == "without VAT (reverse charge: the recipient owes it)"


@given(changes=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2500)), max_size=6), day=st.integers(-3, 45))
def test_each_day_has_the_rates_of_the_last_change_before_it_and_the_newest_word_about_a_day_holds(changes, day):
    start = date(2026, 12, 1)
    known = sorted(enumerate(changes), key=lambda each: (each[1][0], each[0]))
    history = TaxHistory(Rates(1900), [(start + timedelta(d), Rates(bp)) for _, (d, bp) in known])
    holding = 1900
    for _said, (d, bp) in known:
        holding = bp if d <= day else holding
    assert history.on(start + timedelta(day)).standard_bp == holding


def test_a_customer_of_the_reduced_rate_pays_the_reduced_rate_of_the_day():
    taxes = Taxes(TaxHistory(Rates(1900), [(date(2020, 7, 1), Rates(1600, 500))]), "reduced", False)
    assert (taxes.on(date(2020, 6, 30)).key, taxes.on(date(2020, 7, 1)).key) == (("S", 700), ("S", 500))


def test_what_was_announced_outlives_a_change_of_the_firm_s_rate():
    now = taxation(False, 1900, "standard", False)
    assert now.announced(1600) == ("S", 1600)
    assert now.announced(announced_bp(0, True)) == VAT_KEYS["small_business"]
    assert now.announced(announced_bp(0, False)) == ("S", 1900)
    assert taxation(True, 1900, "standard", False).announced(1900) == ("E", 0)
