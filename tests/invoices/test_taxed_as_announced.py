"""From the price card that the customer says yes to, to the letter: the same tax in the same words."""

from dataclasses import replace
from datetime import date

import pytest

from beistand.billing.price_card import money
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import mailing, running
from beistand.server.invoicing.issuing import Actor
from beistand.server.invoicing.running import period_of
from beistand.server.portal.coverage import Wish, coverage
from beistand.server.store import accounts, invoices, parties, seller
from beistand.server.store.seller import SellerData
from invoices.making import SELLER, at
from invoices.test_pdf import words_of
from invoices.world import ADDRESS, NOW, World

BY = Actor(None, NOW, date(2026, 12, 1))


@pytest.fixture
def world(db):
    return World(db)


def announced(world, customer, language="de"):
    """The card that the technician's page makes for this customer."""

    def ask(c):
        firm, known = accounts.get_organisation(c, world.firm), parties.parties_by_id(c, world.firm)[customer]
        user = world.people["Tina Technik"]
        return coverage(c, firm, Wish(known, known.name, language), user, int(at(12, 8).timestamp() * 1e6)).card

    return world.read(ask)


def invoiced(world):
    made = world.read(lambda c: running.plan(c, world.firm, period_of("2026-11"), NOW))
    report = running.execute(world.db, world.firm, made, Typesetter(), BY, "Ida", None)
    assert report.failed == ()
    (id_,) = report.issued
    return world.read(lambda c: (invoices.get(c, world.firm, id_), invoices.files_of(c, world.firm, id_)))


@pytest.mark.parametrize("kind", ["company", "person"])
def test_a_small_business_announces_no_vat_and_bills_none(world, kind):
    small = SellerData(replace(SELLER, is_small_business=True))
    world.write(lambda c: seller.set_seller(c, world.firm, small))
    who = world.party("Klein", kind=kind, **ADDRESS)
    card = announced(world, who)
    assert "Preis: 120,00 € je Stunde (keine Umsatzsteuer, § 19 UStG), je angefangene" in card.text
    assert "€120.00 per hour (no VAT, § 19 UStG), per started" in announced(world, who, "en").text
    world.session(at(12, 8), 20, who=who, card=card)
    invoice, files = invoiced(world)
    assert invoice.net_cents == invoice.gross_cents == card.amount_cents(20 * 60)
    letter = words_of(next(file.content for file in files if file.media_type == "application/pdf"))
    assert "§ 19 UStG" in letter
    assert "19 %" not in letter


def test_what_an_unknown_caller_was_told_is_what_the_letter_and_its_mail_ask_for(world):
    """At the phone nobody knows the caller; the office names them before the invoice."""

    def ask(c):
        firm, user = accounts.get_organisation(c, world.firm), world.people["Tina Technik"]
        return coverage(c, firm, Wish(None, "Erna Klein", "de"), user, int(at(12, 8).timestamp() * 1e6)).card

    card = world.read(ask)
    assert "142,80 € je Stunde inkl. 19 % USt." in card.text
    who = world.party("Erna Klein", kind="person", **ADDRESS)
    world.session(at(12, 8), 20, who=who, card=card)
    invoice, files = invoiced(world)
    told = money(card.amount_cents(20 * 60), "de")
    assert (told, invoice.gross_cents) == ("71,40 €", 7140)
    letter = next(file for file in files if file.media_type == "application/pdf")
    assert f"Bitte überweisen Sie {told}" in words_of(letter.content)
    mail = mailing.letter(invoice, [letter], "Muster IT", "office@muster.example", "erna@klein.example")
    assert f"über {told}." in mail.get_body().get_content().replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("values", "words", "is_gross"),
    [
        ({"kind": "person"}, "142,80 € je Stunde inkl. 19 % USt.", True),
        ({"kind": "company"}, "120,00 € je Stunde zzgl. 19 % USt.", False),
        (
            {"kind": "company", "vat_mode": "reverse_charge", "country": "AT", "vat_id": "ATU12345675"},
            "120,00 € je Stunde ohne Umsatzsteuer (Steuerschuldnerschaft des Leistungsempfängers)",
            False,
        ),
    ],
)
def test_the_invoice_bears_the_tax_that_the_card_named(world, values, words, is_gross):
    who = world.party("Klein", **ADDRESS, **values)
    card = announced(world, who)
    assert words in card.text
    world.session(at(12, 8), 20, who=who, card=card)
    invoice, _ = invoiced(world)
    told = card.amount_cents(20 * 60)
    assert told == (invoice.gross_cents if is_gross else invoice.net_cents)
    assert invoice.gross_cents == invoice.net_cents * (10_000 + card.vat_bp) // 10_000
