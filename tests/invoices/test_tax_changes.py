"""A new VAT rate, or the step to a small business, on a day: the day of the service decides, whenever it is billed."""

from dataclasses import replace
from datetime import date

import pytest

from beistand.billing.taxation import Rates
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import running
from beistand.server.invoicing.issuing import Actor
from beistand.server.invoicing.running import period_of
from beistand.server.portal.coverage import Wish, coverage
from beistand.server.store import accounts, invoices, parties, taxes
from invoices.making import at
from invoices.test_pdf import words_of
from invoices.test_run import FLAT, VERSION
from invoices.world import ADDRESS, NOW, World

NOVEMBER, DECEMBER = period_of("2026-11"), period_of("2026-12")
DAY = date(2026, 12, 1)
LATE = Actor(None, NOW, date(2027, 1, 4))


@pytest.fixture(scope="module")
def typesetter():
    return Typesetter()


@pytest.fixture
def world(db):
    return World(db)


def change(world, rates, day=DAY):
    user = world.people["Tina Technik"]
    world.write(lambda c: taxes.add_change(c, world.firm, day, rates, user, NOW))


def plan(world, period):
    return world.read(lambda c: running.plan(c, world.firm, period, NOW))


def issued(world, typesetter, period):
    """{net cents: {VAT category and rate of its lines}} of the one invoice, and what its letter says."""
    report = running.execute(world.db, world.firm, plan(world, period), typesetter, LATE, "Ida")
    assert report.failed == ()
    (id_,) = report.issued
    document = world.read(lambda c: invoices.document_of(c, world.firm, id_))
    files = world.read(lambda c: invoices.files_of(c, world.firm, id_))
    letter = words_of(next(file.content for file in files if file.media_type == "application/pdf"))
    return [(line.net_cents, line.vat_key) for line in document.lines], letter


def december(day, hour, minute=0):
    return at(day, hour, minute).replace(month=12)


def card_for(world, customer, moment):
    def ask(c):
        firm, known = accounts.get_organisation(c, world.firm), parties.parties_by_id(c, world.firm)[customer]
        wish = Wish(known, known.name, "de")
        return coverage(c, firm, wish, world.people["Tina Technik"], int(moment.timestamp() * 1e6)).card

    return world.read(ask)


def test_one_invoice_over_a_change_of_the_rate_taxes_each_service_as_on_its_day(world, typesetter):
    change(world, Rates(1600, 500))
    world.contract(replace(VERSION, scope="session"))
    world.session(at(30, 8), 60)
    world.session(december(1, 8), 60)
    lines, letter = issued(world, typesetter, DECEMBER)
    assert lines == [(9600, ("S", 1900)), (9600, ("S", 1600))]
    assert "Umsatzsteuer 19 % auf 96,00 €" in letter
    assert "Umsatzsteuer 16 % auf 96,00 €" in letter


def test_a_session_over_midnight_of_the_change_is_done_when_it_ends_and_what_was_told_stays(world, typesetter):
    """23:30 to 0:30 in Berlin: under a contract the new rate holds; the price that was agreed to keeps its own."""
    change(world, Rates(1600))
    world.contract(VERSION)
    night = at(30, 22, 30)
    world.session(night, 60)
    stranger = world.party("Klein", kind="person", **ADDRESS)
    card = card_for(world, stranger, night)
    assert "inkl. 19 % USt." in card.text
    assert "inkl. 16 % USt." in card_for(world, stranger, at(30, 23, 5)).text
    world.session(night, 60, who=stranger, card=card)
    report = running.execute(world.db, world.firm, plan(world, NOVEMBER), typesetter, LATE, "Ida")
    documents = [world.read(lambda c, i=i: invoices.document_of(c, world.firm, i)) for i in report.issued]
    keys = {document.buyer.name: {line.vat_key for line in document.lines} for document in documents}
    assert keys == {"Klein": {("S", 1900)}, "Partner & Söhne AG": {("S", 1600)}}


def test_a_month_s_flat_has_the_rate_of_its_last_day_also_when_it_is_invoiced_later(world, typesetter):
    change(world, Rates(1600))
    world.contract(FLAT)
    lines, _letter = issued(world, typesetter, NOVEMBER)
    assert [key for _net, key in lines] == [("S", 1900)]
    lines, _letter = issued(world, typesetter, DECEMBER)
    assert [key for _net, key in lines] == [("S", 1600)]


def test_who_becomes_a_small_business_still_owes_the_tax_of_before_and_says_so_in_the_words_of_the_card(
    world, typesetter
):
    change(world, Rates(1900, is_small_business=True))
    stranger = world.party("Klein", kind="person", **ADDRESS)
    before, after = card_for(world, stranger, at(30, 8)), card_for(world, stranger, december(1, 8))
    world.session(at(30, 8), 60, who=stranger, card=before)
    lines, letter = issued(world, typesetter, NOVEMBER)
    assert (lines, "§ 19 UStG" in letter) == ([(12_000, ("S", 1900))], False)
    world.session(december(1, 8), 60, who=stranger, card=after)
    lines, letter = issued(world, typesetter, DECEMBER)
    assert lines == [(12_000, ("E", 0))]
    assert "120,00 € je Stunde (keine Umsatzsteuer, § 19 UStG)" in after.text
    assert "§ 19 UStG" in letter
    assert "19 %" not in letter


def test_of_two_words_about_one_day_the_newest_holds_and_what_is_issued_stays(world, typesetter):
    world.contract(FLAT)
    change(world, Rates(1500))
    change(world, Rates(1600))
    lines, _letter = issued(world, typesetter, DECEMBER)
    change(world, Rates(1900))
    assert [key for _net, key in lines] == [("S", 1600)]
    (kept,) = world.read(lambda c: invoices.listed(c, world.firm))
    assert kept.gross_cents == kept.net_cents * 116 // 100


def test_what_was_cleared_between_plan_and_issue_is_said_and_no_number_is_taken(world, typesetter):
    foreign = world.party("Wien AG", vat_mode="reverse_charge", vat_id="ATU12345675", **ADDRESS | {"country": "AT"})
    world.session(at(12, 8), 60, who=foreign, price=9600)
    world.contract()
    world.session(at(12, 9), 60)
    made = plan(world, NOVEMBER)
    assert [each.problem for each in made.planned] == ["", ""]
    world.write(lambda c: parties.change_party(c, world.firm, foreign, {"vat_id": ""}))
    report = running.execute(world.db, world.firm, made, typesetter, LATE, "Ida")
    assert [str(error) for _name, error in report.failed] == [
        "Reverse charge needs both VAT ids: Wien AG or your own firm has none yet."
    ]
    (only,) = report.issued
    assert world.read(lambda c: invoices.get(c, world.firm, only)).number == "RE-2027-0001"


def test_a_payer_who_is_wholly_gone_is_one_sentence_and_the_others_get_their_invoices(world, typesetter):
    world.contract()
    world.session(at(12, 8), 60)
    made = plan(world, NOVEMBER)
    (there,) = made.planned
    gone = replace(there, draft=replace(there.draft, payer_id="gone", sources=()), payer_name="Fort GmbH")
    sentence = "The payer does not exist any more: choose another customer."
    report = running.execute(world.db, world.firm, replace(made, planned=(gone, there)), typesetter, LATE, "Ida")
    assert [(name, str(error)) for name, error in report.failed] == [("Fort GmbH", sentence)]
    (only,) = report.issued
    assert world.read(lambda c: invoices.get(c, world.firm, only)).number == "RE-2027-0001"
