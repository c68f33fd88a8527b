"""The run on a real store: from recorded sessions to issued invoices, minutes booked, nothing twice, nothing lost."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from beistand.billing.invoice import InvoiceError
from beistand.billing.price_list import PriceList
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing import running
from beistand.server.invoicing.issuing import Actor, Issuer
from beistand.server.invoicing.minutes_account import MinutesAccount
from beistand.server.invoicing.running import RunError, period_of
from beistand.server.store import (
    contracts,
    invoice_balances,
    invoices,
    parties,
    prices,
    quota,
    seller,
    sessions,
    time_words,
)
from beistand.server.store.database import Database, StoreError
from beistand.server.store.invoice_runs import RUN_IDLE_US
from invoices.making import at
from invoices.test_pdf import words_of
from invoices.test_run import FLAT, VERSION
from invoices.world import ADDRESS, NOW, World

NOVEMBER, DECEMBER = period_of("2026-11"), period_of("2026-12")
BY = Actor(None, NOW, date(2026, 12, 1))


@pytest.fixture(scope="module")
def typesetter():
    return Typesetter()


@pytest.fixture
def world(db):
    return World(db)


def plan(world, period=NOVEMBER):
    return world.read(lambda c: running.plan(c, world.firm, period, NOW))


def execute(world, typesetter, period=NOVEMBER, progress=None):
    made = plan(world, period)
    report = running.execute(world.db, world.firm, made, typesetter, BY, "Ida", progress)
    assert report.failed == ()
    return [world.read(lambda c, i=i: invoices.get(c, world.firm, i)) for i in report.issued]


def test_a_month_becomes_one_invoice_a_payer_and_a_dry_run_changes_nothing(world, typesetter):
    world.contract(replace(VERSION, surcharges_bp={"evening": 5000}), order_reference="Best. 17")
    world.session(at(12, 8, 2), 67)
    world.session(at(13, 16, 30), 60, stops=((900, 2700),))  # 17:30 to 18:30, half of it paused
    other = world.party("Frau Klein", kind="person", **ADDRESS)
    world.session(at(14, 8), 20, who=other, price=9600)
    steps = []
    before = plan(world)
    assert [
        (p.payer_name, p.draft.net_cents, p.problem) for p in sorted(before.planned, key=lambda p: p.payer_name)
    ] == [
        ("Frau Klein", 4800, ""),
        ("Partner & Söhne AG", 12_000 + 2400 + 3600, ""),
    ]
    assert world.read(lambda c: invoices.listed(c, world.firm)) == []
    issued = execute(world, typesetter, progress=lambda done, of: steps.append((done, of)))
    assert sorted(each.net_cents for each in issued) == [4800, 18_000]
    assert steps == [(1, 2), (2, 2)]
    document = world.read(lambda c: invoices.document_of(c, world.firm, max(issued, key=lambda e: e.net_cents).id))
    assert (document.order_number, document.buyer.number != "") == ("Best. 17", True)
    assert plan(world).planned == ()


def test_what_nobody_has_approved_or_agreed_to_is_counted_and_named(world):
    world.contract()
    world.session(at(12, 8), 30, approved=False)
    world.session(at(13, 8), 30, who=world.party("Niemand"))
    made = plan(world)
    assert (made.waiting, [question.code for question in made.questions], made.planned) == (1, ["unannounced"], ())


def test_a_release_bills_at_the_firm_s_own_terms(world, typesetter):
    stranger = world.party("Frau Klein", **ADDRESS)
    entry = world.session(at(13, 8), 30, who=stranger)
    said = time_words.Said(world.people["Tina Technik"], NOW, "am Telefon zugesagt")
    world.write(lambda c: time_words.release(c, world.firm, entry, said))
    (issued,) = execute(world, typesetter)
    assert issued.net_cents == 6000  # 30 minutes at the firm's 120.00 an hour


def test_minutes_are_granted_used_carried_and_given_back(world, typesetter):
    id_ = world.contract(replace(FLAT, carry_cap_minutes=120))
    world.session(at(12, 8), 225)
    (first,) = execute(world, typesetter)
    kept = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 11, 30)))
    assert (kept.account.granted, kept.account.used, kept.account.left) == (300, 225, 75)

    planned = plan(world, DECEMBER)
    assert planned.facts.accounts[id_].carried == 75
    (december,) = execute(world, typesetter, DECEMBER)
    opened = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 12, 31)))
    assert (opened.account.granted, opened.account.carried, december.net_cents) == (300, 75, 24_900)

    contracts_ = plan(world).facts.contracts
    issuer = Issuer(typesetter, world.firm, MinutesAccount(world.firm, contracts_, NOVEMBER))
    data = world.read(lambda c: seller.get_seller(c, world.firm))
    world.write(lambda c: issuer.cancel(c, first.id, "falsch", data, BY))
    back = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 11, 30)))
    assert (back.account.used, back.account.left) == (0, 300)
    (again,) = execute(world, typesetter)
    after = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 11, 30)))
    assert (again.net_cents, after.account.granted, after.account.used) == (24_900, 300, 225)


def test_a_prepaid_block_is_sold_once_and_used_over_months(world, typesetter):
    version = replace(VERSION, model="prepaid_block", block_minutes=120, block_cents=18_000)
    id_ = world.contract(version)
    world.session(at(12, 8), 75)
    (first,) = execute(world, typesetter)
    world.session(at(20, 8), 75)
    (second,) = execute(world, typesetter)
    assert (first.net_cents, second.net_cents) == (18_000, 4800)
    kept = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 11, 30)))
    assert (kept.account.granted, kept.account.used, kept.ends_on) == (120, 120, None)


def test_a_payer_without_an_address_stays_out_and_the_others_go_on(world, typesetter):
    world.contract()
    world.session(at(12, 8), 30)
    poor = world.party("Ohne Adresse")
    world.session(at(13, 8), 30, who=poor, price=9600)
    made = plan(world)
    assert [p.problem for p in made.planned if p.problem] == [
        "Ohne Adresse lacks street, postcode, city: complete the address first."
    ]
    report = running.execute(world.db, world.firm, made, typesetter, BY, "Ida")
    assert (len(report.issued), [name for name, _sentence in report.failed]) == (1, ["Ohne Adresse"])
    world.write(lambda c: parties.change_party(c, world.firm, poor, ADDRESS))
    assert len(execute(world, typesetter)) == 1


def test_an_archived_payer_still_gets_the_invoice(world, typesetter):
    world.contract()
    world.session(at(12, 8), 30)
    assert world.write(lambda c: parties.remove_party(c, world.firm, world.customer)) == "archived"
    assert execute(world, typesetter)[0].payer_name == "Partner & Söhne AG"


def test_without_invoice_data_the_run_says_where_to_enter_them(world):
    world.write(lambda c: c.execute(text("DELETE FROM seller")))
    with pytest.raises(RunError, match="Invoice data"):
        plan(world)


def test_a_second_run_at_once_says_who_is_running(world, typesetter):
    world.contract()
    world.session(at(12, 8), 30)
    made = plan(world)
    running.begin(world.db, world.firm, NOVEMBER, "Max", NOW)
    with pytest.raises(RunError, match="started by Max"):
        running.execute(world.db, world.firm, made, typesetter, BY, "Ida")
    assert world.read(lambda c: invoices.listed(c, world.firm)) == []


def three_payers(world):
    for name in ("Anna", "Berta", "Cora"):
        world.session(at(12, 8), 30, who=world.party(name, **ADDRESS), price=9600)


def test_two_runs_at_the_same_moment_bill_nothing_twice_and_leave_no_gap(world, typesetter):
    three_payers(world)
    made, url = plan(world), world.db.engine.url.render_as_string(hide_password=False)
    gate, refused = threading.Barrier(2), []

    def run(who):
        own = Database(url)
        gate.wait()
        try:
            return running.execute(own, world.firm, made, Typesetter(), BY, who).issued
        except RunError as error:
            refused.append(str(error))
            return ()
        finally:
            own.close()

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run, ("Ida", "Max")))
    issued = world.read(lambda c: invoices.listed(c, world.firm))
    assert sorted(each.number for each in issued) == [f"RE-2026-000{n}" for n in (1, 2, 3)]
    assert sorted(each.payer_name for each in issued) == ["Anna", "Berta", "Cora"]
    # The one who came second was told of the first, or came when all was done and found everything billed.
    assert len(refused) == 1 or () in done
    assert all("Another invoice run is going on (2026-11, started by" in sentence for sentence in refused)


@pytest.mark.parametrize(("room", "kept"), [(1, 0), (8, 0), (20, 1), (32, 2)])
def test_a_disk_that_fills_up_within_a_run_keeps_what_was_issued_and_the_next_run_issues_the_rest(
    world, typesetter, room, kept
):
    """After `room` statements that write, nothing can be written any more, not even that the run has ended."""
    three_payers(world)
    made, counted = plan(world), 0

    def full(connection, cursor, statement, parameters, context, many):
        nonlocal counted
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            counted += 1
            if counted > room:
                raise OperationalError(statement, None, Exception("database or disk is full"))

    event.listen(world.db.engine, "before_cursor_execute", full)
    try:
        with pytest.raises(
            StoreError, match=r"^The database could not be written: the disk is full, make room on it\.$"
        ):
            running.execute(world.db, world.firm, made, typesetter, BY, "Ida")
    finally:
        event.remove(world.db.engine, "before_cursor_execute", full)
    before = world.read(lambda c: invoices.listed(c, world.firm))
    assert len(before) == kept
    assert all(world.read(lambda c, i=each: invoices.files_of(c, world.firm, i.id)) for each in before)
    later = Actor(None, NOW + 2 * RUN_IDLE_US, date(2026, 12, 1))
    report = running.execute(world.db, world.firm, plan(world), typesetter, later, "Ida")
    assert (len(report.issued), report.failed) == (3 - len(before), ())
    numbers = sorted(each.number for each in world.read(lambda c: invoices.listed(c, world.firm)))
    assert numbers == [f"RE-2026-000{n}" for n in (1, 2, 3)]


@pytest.mark.parametrize("wrong", ["", "2026", "2026-13", "11/2026", "2026-11-01", "٢٠٢٦-11"])
def test_a_wrong_period_is_refused_with_an_example(wrong):
    with pytest.raises(RunError, match="for example 2026-11"):
        period_of(wrong)


def booker_of(world, typesetter, period=NOVEMBER):
    made = MinutesAccount(world.firm, plan(world, period).facts.contracts, period)
    return made, Issuer(typesetter, world.firm, made), world.read(lambda c: seller.get_seller(c, world.firm))


def test_a_block_whose_invoice_is_cancelled_is_taken_back_and_sold_once_more(world, typesetter):
    id_ = world.contract(replace(VERSION, model="prepaid_block", block_minutes=120, block_cents=18_000))
    world.session(at(12, 8), 75)
    (first,) = execute(world, typesetter)
    _booker, issuer, data = booker_of(world, typesetter)
    world.write(lambda c: issuer.cancel(c, first.id, "falsch", data, BY))
    gone = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 11, 30)))
    assert (gone.account.granted, gone.account.used, gone.account.left) == (0, 0, 0)
    (again,) = execute(world, typesetter)
    kept = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 11, 30)))
    assert (again.net_cents, kept.account.granted, kept.account.used, kept.account.left) == (18_000, 120, 75, 45)
    assert plan(world).planned == ()


def test_minutes_over_a_block_are_paid_by_themselves_and_not_by_the_next_block_too(world, typesetter):
    block = replace(VERSION, model="prepaid_block", block_minutes=120, block_cents=18_000)
    id_ = world.contract(block)
    world.session(at(12, 8), 150)
    assert execute(world, typesetter)[0].net_cents == 18_000 + 4800
    second = replace(block, valid_from=date(2026, 12, 1))
    world.write(lambda c: contracts.add_version(c, world.firm, id_, second, ("Ida", "", NOW)))
    execute(world, typesetter, DECEMBER)
    kept = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 12, 31)))
    assert (kept.account.granted, kept.account.used, kept.account.left) == (240, 120, 120)


def test_a_correction_gives_included_minutes_back_and_no_more_than_were_used(world, typesetter):
    id_ = world.contract(replace(FLAT, carry_cap_minutes=300))
    world.session(at(12, 8), 225)
    (first,) = execute(world, typesetter)
    booker, issuer, data = booker_of(world, typesetter)
    with pytest.raises(InvoiceError, match="used 225 included minutes that can be given back"):
        world.write(lambda c: issuer.correct(c, first.id, [], "zu viel", data, BY, 226))
    back = world.write(lambda c: issuer.correct(c, first.id, [], "zu viel", data, BY, 45))
    document = world.read(lambda c: invoices.document_of(c, world.firm, back))
    assert [line.name for line in document.lines] == ["45 enthaltene Minuten zurückgegeben"]
    assert world.read(lambda c: booker.left_to_give(c, first.id)) == 180
    kept = world.read(lambda c: quota.period_on(c, world.firm, id_, date(2026, 11, 30)))
    assert (kept.account.used, kept.account.left) == (180, 120)
    assert plan(world, DECEMBER).facts.accounts[id_].carried == 120


def note(world, id_, name):
    world.write(lambda c: invoices.add_event(c, world.firm, id_, name, {}, None, NOW))


def open_of(world):
    found = world.read(lambda c: invoices.listed(c, world.firm))
    return sum(world.read(lambda c: invoice_balances.balances(c, world.firm, found)).values())


def test_the_open_sum_counts_corrections_payments_and_cancellations(world, typesetter):
    world.contract()
    world.session(at(12, 8), 60)
    (first,) = execute(world, typesetter)
    assert open_of(world) == first.gross_cents == 11_424
    _booker, issuer, data = booker_of(world, typesetter)
    world.write(lambda c: issuer.correct(c, first.id, [(1, 15)], "zu viel", data, BY))
    assert open_of(world) == 8568
    note(world, first.id, "paid")
    assert open_of(world) == 0
    second = world.write(lambda c: issuer.correct(c, first.id, [(1, 15)], "noch zu viel", data, BY))
    assert open_of(world) == -2856  # paid before: it is to be given back
    note(world, second, "paid")
    assert open_of(world) == 0


def test_a_paid_invoice_that_is_cancelled_is_owed_back_until_that_is_paid(world, typesetter):
    world.contract()
    world.session(at(12, 8), 60)
    (first,) = execute(world, typesetter)
    _booker, issuer, data = booker_of(world, typesetter)
    note(world, first.id, "paid")
    back = world.write(lambda c: issuer.cancel(c, first.id, "falsch", data, BY))
    assert open_of(world) == -11_424
    note(world, back, "paid")
    assert open_of(world) == 0


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("Leistungen am 12.11.2026 berechnen", "Störung beheben: Drucker eingerichtet")),
        ("en", ("services on 12 November 2026 we invoice", "Fix a fault: Drucker eingerichtet")),
    ],
)
def test_the_letter_names_the_kind_of_work_in_the_payers_language_and_a_single_day_once(
    world, typesetter, language, words
):
    payer = world.party("Leser", **ADDRESS, language=language)
    world.session(at(12, 8), 30, who=payer, price=9600)
    world.write(lambda c: prices.add_first_service_types(c, world.firm, NOW))
    kind = next(each for each in world.read(lambda c: prices.service_types(c, world.firm)) if each.is_default)
    session = world.read(lambda c: sessions.latest_sessions(c, world.firm))[0]
    world.write(lambda c: sessions.set_note(c, world.firm, session.id, session.note, kind.id))
    # What is offered no more still names what was done with it.
    world.write(lambda c: prices.archive_service_type(c, world.firm, kind.id))
    (made,) = execute(world, typesetter)
    (pdf,) = world.read(lambda c: invoices.files_of(c, world.firm, made.id, "zugferd"))
    read = words_of(pdf.content)
    for part in words:
        assert part in read, read
    assert kind.id not in read


def test_an_announced_price_is_billed_as_its_words_named_it_and_with_no_surcharge_of_a_list(world, typesetter):
    """17:30 to 18:30 on a Thursday: the list has an evening surcharge, the words of the first yes named none."""
    evening = PriceList({1: 9600}, surcharges_bp={"evening": 5000}, name="Abend")
    kept = world.write(lambda c: prices.add_price_list(c, world.firm, prices.KeptList(evening, False), NOW))
    klein, lang = world.party("Frau Klein", **ADDRESS), world.party("Herr Lang", **ADDRESS)
    world.session(at(12, 16, 30), 60, who=klein, price=9600)
    six = int(at(12, 17).timestamp()) * 1_000_000
    world.session(at(12, 16, 30), 60, who=lang, price=9600, later=json.dumps([[six, "18:00 Uhr", 14_400]]))
    world.write(lambda c: prices.archive_price_list(c, world.firm, kept))  # what was announced does not change with it
    issued = {each.payer_name: each for each in execute(world, typesetter)}
    assert issued["Frau Klein"].net_cents == 9600
    assert issued["Herr Lang"].net_cents == 4800 + 7200
    document = world.read(lambda c: invoices.document_of(c, world.firm, issued["Herr Lang"].id))
    assert [(line.name, line.quantity, line.net_cents) for line in document.lines] == [
        ("Fernhilfe 12.11.2026", 30, 4800),
        ("Fernhilfe 12.11.2026, ab 18:00 Uhr", 30, 7200),
    ]
