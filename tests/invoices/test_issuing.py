"""An invoice is issued whole or not at all, its number is never left out, and what was issued stays as it was."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from beistand.billing.drafting import Particulars
from beistand.billing.invoice import InvoiceError
from beistand.server.documents.pdf import Typesetter
from beistand.server.invoicing.issuing import Actor, Issuer
from beistand.server.store import accounts, audit, invoice_checks, invoice_runs, invoices
from beistand.server.store.database import Database, StoreError
from beistand.server.store.seller import SellerData
from beistand.server.store.tables import metadata
from invoices.making import BUYER, SELLER
from invoices.test_run import FLAT, NOVEMBER, STANDARD, VERSION, contract, run, work

NOW = 1_796_000_000_000_000
BY = Actor(None, NOW, date(2026, 12, 1))
DATA = SellerData(SELLER)
GROWING = ("invoice", "invoice_line", "rated_item", "invoice_document", "invoice_event")


@pytest.fixture(scope="module")
def typesetter():
    return Typesetter()


@pytest.fixture
def firm(db):
    return db.write_now(lambda c: accounts.add_organisation(c, "Muster", "muster.example", NOW))


@pytest.fixture
def issuer(typesetter, firm):
    return Issuer(typesetter, firm)


def draft(*works):
    return run(works or [work()], [contract()]).drafts[0]


def particulars(seller=SELLER, buyer=BUYER):
    return Particulars("-", BY.today, 14, seller, buyer, STANDARD)


def issue(db, issuer, of=None, with_=None):
    return db.write_now(lambda c: issuer.issue(c, of or draft(), NOVEMBER, with_ or particulars(), DATA, BY))


def test_an_issued_invoice_has_number_lines_files_sources_event_and_audit_entry(db, issuer, firm):
    id_ = issue(db, issuer)
    found = db.read_now(lambda c: invoices.get(c, firm, id_))
    assert (found.number, found.net_cents, found.gross_cents) == ("RE-2026-0001", 12_000, 14_280)
    assert (found.state, found.due_on) == ("issued", date(2026, 12, 15))
    files = db.read_now(lambda c: invoices.files_of(c, firm, id_))
    assert [file.kind for file in files] == ["cii", "zugferd"]
    assert found.events[0].data == {file.kind: file.sha256 for file in files}
    assert db.read_now(lambda c: invoices.billed(c, firm)) == {"entry:e1"}
    assert db.read_now(lambda c: audit.size(c, firm)) == 1
    assert db.read_now(lambda c: invoice_checks.damaged(c, firm)) == (2, [])
    assert db.read_now(lambda c: invoice_checks.gaps(c, firm)) == []


def test_the_same_work_is_never_on_two_living_invoices(db, issuer, firm):
    issue(db, issuer)
    with pytest.raises(InvoiceError, match="another run has billed 1"):
        issue(db, issuer)
    assert [each.number for each in db.read_now(lambda c: invoices.listed(c, firm))] == ["RE-2026-0001"]
    assert db.read_now(lambda c: invoice_checks.gaps(c, firm)) == []


def test_a_cancelled_invoice_stays_and_its_work_may_be_billed_again(db, issuer, firm):
    id_ = issue(db, issuer)
    before = db.read_now(lambda c: invoices.files_of(c, firm, id_))
    back = db.write_now(lambda c: issuer.cancel(c, id_, "falscher Kunde", DATA, BY))
    one, two = (db.read_now(lambda c, i=i: invoices.get(c, firm, i)) for i in (id_, back))
    assert (one.state, two.kind, two.number) == ("cancelled", "cancellation", "ST-2026-0001")
    assert one.gross_cents + two.gross_cents == 0
    assert db.read_now(lambda c: invoices.files_of(c, firm, id_)) == before
    assert db.read_now(lambda c: invoices.billed(c, firm)) == frozenset()
    for wrong, sentence in ((id_, "cancelled already"), (back, "cannot be taken back itself"), ("x", "no such")):
        with pytest.raises(InvoiceError, match=sentence):
            db.write_now(lambda c, w=wrong: issuer.cancel(c, w, "", DATA, BY))
    assert db.read_now(lambda c: invoices.get(c, firm, issue(db, issuer))).number == "RE-2026-0002"


@pytest.mark.parametrize("discount_bp", [0, 333])
def test_corrections_one_after_another_take_back_all_and_not_a_cent_more(db, issuer, firm, discount_bp):
    """Seven minutes, then one at a time, of a price whose parts round differently from the whole."""
    version = replace(VERSION, rates_cents={1: 9999}, discount_bp=discount_bp)
    works = [work("a", minutes=15), work("b", minutes=7)]
    id_ = issue(db, issuer, run(works, [contract(version)]).drafts[0])
    for lines in ([(1, 7)], *([(1, 1)] for _ in range(8)), [(2, 15)]):
        db.write_now(lambda c, t=lines: issuer.correct(c, id_, t, "Kulanz", DATA, BY))
    with pytest.raises(InvoiceError, match="Of line 1 of RE-2026-0001 0 are left"):
        db.write_now(lambda c: issuer.correct(c, id_, [(1, 1)], "noch mehr", DATA, BY))
    with pytest.raises(InvoiceError, match="corrected already"):
        db.write_now(lambda c: issuer.cancel(c, id_, "", DATA, BY))
    family = [
        db.read_now(lambda c: invoices.get(c, firm, id_)),
        *db.read_now(lambda c: invoices.following(c, firm, id_)),
    ]
    assert len(family) == 11
    assert (sum(i.net_cents for i in family), sum(i.tax_cents for i in family)) == (0, 0)
    assert db.read_now(lambda c: invoice_checks.gaps(c, firm)) == []


@pytest.mark.parametrize(
    ("with_", "sentence"),
    [
        (particulars(seller=SELLER.__class__("A", "", "", "")), "lack street"),
        (particulars(buyer=BUYER.__class__("Frau Klein", "", "", "")), "Frau Klein lacks street"),
    ],
)
def test_what_lacks_is_said_before_a_number_is_taken(db, issuer, firm, with_, sentence):
    with pytest.raises(InvoiceError, match=sentence):
        issue(db, issuer, with_=with_)
    assert db.read_now(lambda c: (invoices.listed(c, firm), invoice_checks.gaps(c, firm))) == ([], [])


def test_a_failure_at_any_step_leaves_nothing_half_issued(db, issuer, firm, monkeypatch):
    """A disk that is full at the n-th statement: whatever it hits, all of it is taken back."""
    from sqlalchemy import event

    step, done, sentences = 0, False, set()
    while not done:
        counted = 0

        def full(connection, cursor, statement, parameters, context, many, limit=step):
            nonlocal counted
            if statement.startswith(("INSERT", "UPDATE")):
                counted += 1
                if counted > limit:
                    raise OperationalError(statement, None, Exception("database or disk is full"))

        event.listen(db.engine, "before_cursor_execute", full)
        try:
            issue(db, issuer)
            done = True
        except StoreError as error:
            sentences.add(str(error))
        finally:
            event.remove(db.engine, "before_cursor_execute", full)
        counts = [
            db.read_now(lambda c, t=t: c.execute(text(f"SELECT count(*) FROM {t}")).scalar())
            for t in (*GROWING, "audit_entry", "number_series")
        ]
        assert done or counts == [0] * len(counts)
        step += 1
    assert step > 6
    assert sentences == {"The database could not be written: the disk is full, make room on it."}
    assert db.read_now(lambda c: invoices.listed(c, firm))[0].number == "RE-2026-0001"


def test_numbers_are_gapless_with_eight_writers_of_whom_a_fifth_fails(new_database):
    url = new_database()
    home = Database(url)
    firm = home.write_now(lambda c: accounts.add_organisation(c, "Muster", "muster.example", NOW))
    taken, lock = [], threading.Lock()

    def writer(seed):
        chance, own = random.Random(seed), Database(url)
        for _ in range(25):
            fails = chance.random() < 0.2

            def take(c, fails=fails):
                no = invoices.next_number(c, firm, "RE", 2026)
                if fails:
                    raise InvoiceError("taken back")
                return no

            try:
                no = own.write_now(take)
            except InvoiceError:
                continue
            with lock:
                taken.append(no)
        own.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(writer, range(8)))
    home.close()
    assert sorted(taken) == list(range(1, len(taken) + 1))
    assert 120 < len(taken) < 200


@pytest.mark.parametrize("table", GROWING)
def test_what_was_issued_cannot_be_changed(db, issuer, table):
    issue(db, issuer)
    assert metadata.tables[table].info.get("is_append_only")
    for statement in (f"UPDATE {table} SET organisation_id = organisation_id", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"):
            db.write_now(lambda c, s=statement: c.execute(text(s)))


def test_a_missing_number_and_a_changed_file_are_found(db, issuer, firm):
    """As somebody with the database's password could do it: triggers away, a row changed, the triggers back."""
    issue(db, issuer)
    issue(db, issuer, draft(work("e2")))
    is_sqlite = db.engine.dialect.name == "sqlite"

    def forge(c):
        if is_sqlite:
            c.execute(text("DROP TRIGGER invoice_document_no_update"))
        else:
            c.execute(text("ALTER TABLE invoice_document DISABLE TRIGGER ALL"))
        c.execute(text("UPDATE invoice_document SET bytes = :b WHERE kind = 'cii'"), {"b": b"<x/>"})
        c.execute(text("UPDATE number_series SET last_no = 3"))

    db.write_now(forge)
    looked, wrong = db.read_now(lambda c: invoice_checks.damaged(c, firm))
    assert (looked, [(each.number, each.kind) for each in wrong]) == (
        4,
        [("RE-2026-0001", "cii"), ("RE-2026-0002", "cii")],
    )
    (gap,) = db.read_now(lambda c: invoice_checks.gaps(c, firm))
    assert (gap.series, gap.year, gap.missing) == ("RE", 2026, (3,))


def test_included_minutes_are_booked_with_the_invoice_or_not_at_all(db, typesetter, firm):
    booked = []

    class Booker:
        def book(self, c, id_, moves, at):
            booked.extend(moves)

        def give_back(self, c, id_, at):
            booked.append(id_)

    issuer = Issuer(typesetter, firm, Booker())
    flat = run([work()], [contract(FLAT)]).drafts[0]
    id_ = issue(db, issuer, flat)
    assert [(move.kind, move.minutes) for move in booked] == [("granted", 300), ("used", 75)]
    db.write_now(lambda c: issuer.cancel(c, id_, "falsch", DATA, BY))
    assert booked[-1] == id_


def test_a_second_run_is_told_of_the_first_and_a_dead_one_is_taken_over(db, firm):
    def begin(who, at):
        return db.write_now(lambda c: invoice_runs.begin_run(c, firm, "2026-11", who, at))

    first = begin("Ida", NOW)
    assert isinstance(first, str)
    second = begin("Max", NOW + 1_000_000)
    assert (second.who, second.period) == ("Ida", "2026-11")
    third = begin("Max", NOW + invoice_runs.RUN_IDLE_US + 1)
    assert isinstance(third, str)
    assert not db.write_now(lambda c: invoice_runs.is_running(c, firm, first, NOW))
    db.write_now(lambda c: invoice_runs.end_run(c, firm, third))
    assert isinstance(begin("Ida", NOW), str)


def test_an_invoice_of_another_firm_is_not_to_be_had(db, issuer):
    id_ = issue(db, issuer)
    other = db.write_now(lambda c: accounts.add_organisation(c, "Other", "other.example", NOW))
    assert db.read_now(lambda c: invoices.get(c, other, id_)) is None
    assert db.read_now(lambda c: invoices.files_of(c, other, id_)) == []
    assert db.read_now(lambda c: invoices.document_of(c, other, id_)) is None
    assert db.read_now(lambda c: invoices.listed(c, other)) == []
