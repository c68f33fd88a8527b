"""Parties, contracts, prices, included minutes and decisions in the store, on both databases; and the old customers."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from alembic import command
from sqlalchemy import event, text

from beistand.billing.bands import Calendar
from beistand.billing.contract import Beneficiary, ContractError, ContractVersion, CoverageRule, Hours
from beistand.billing.minutes import Terms
from beistand.billing.price_list import PriceList
from beistand.server.store import accounts, cases, contracts, database, parties, prices, quota, sessions
from beistand.server.store.database import Database, StoreError, new_id
from beistand.server.store.engines import WRITES

NOW = 1_795_000_000_000_000
JAN, JUL = date(2026, 1, 1), date(2026, 7, 1)
SAID = ("Olga Büro", "neuer Preis", NOW)


def firm(db: Database, name: str = "a") -> str:
    return db.write_now(lambda c: accounts.add_organisation(c, name, f"{name}.example", NOW))


def party(db: Database, organisation: str, name: str, **values: object) -> str:
    return db.write_now(lambda c: parties.add_party(c, organisation, {"name": name, **values}, NOW)).id


def agreement(db: Database, organisation: str, partner: str, **values: Any) -> str:
    given = {"partner_id": partner, "starts_on": JAN, **values}
    return db.write_now(lambda c: contracts.add_contract(c, organisation, given, NOW))


def a_session(db: Database, organisation: str, customer: str | None) -> str:
    user = {"id": new_id(NOW), "email": f"{new_id(NOW)}@a", "name": "T", "role": "technician"}
    hashed = {"password_hash": "x", "totp_sealed": "y"}
    db.write_now(lambda c: accounts.add_user(c, organisation, user | hashed, NOW))
    session: dict[str, object] = {
        "id": new_id(NOW),
        "user_id": user["id"],
        "customer_id": customer,
        "customer_name": "Frau Muster",
        "language": "de",
        "level": 2,
        "is_chargeable": False,
        "notice": "",
        "covered_by": "",
        "created_us": NOW,
    }
    db.write_now(lambda c: sessions.add_session(c, organisation, session))
    return str(session["id"])


def decided(session: str, **values: Any) -> cases.Decision:
    empty = dict.fromkeys(("user_id", "payer_id", "contract_id", "version_id", "price_list_id", "service_type_id"))
    given = {"case_id": None, "reason": "", "notice_sha256": "", "technician_level": 1, "is_chargeable": False, **empty}
    return cases.Decision(session_id=session, utc_us=NOW, **(given | values))


# --- parties ---


def test_parties_are_numbered_from_10001_and_a_number_is_given_once(db: Database) -> None:
    organisation, other = firm(db), firm(db, "b")
    first, second = party(db, organisation, "Bär"), party(db, organisation, "Amsel", number="K-7")
    third = party(db, organisation, "Zoo")
    known = db.read_now(lambda c: parties.parties_by_id(c, organisation))
    assert [known[id_].number for id_ in (first, second, third)] == ["10001", "K-7", "10002"]
    with pytest.raises(StoreError, match="customer number K-7 is taken: choose another"):
        party(db, organisation, "Doppelt", number="K-7")
    with pytest.raises(StoreError, match="number K-7 is taken"):
        db.write_now(lambda c: parties.change_party(c, organisation, first, {"number": "K-7"}))
    assert party(db, other, "Fremd", number="K-7")
    assert [p.name for p in db.read_now(lambda c: parties.find_parties(c, organisation))] == ["Amsel", "Bär", "Zoo"]


def test_a_customer_whom_nobody_names_is_removed_with_their_contacts(db: Database) -> None:
    organisation = firm(db)
    id_ = party(db, organisation, "Tippfehler")
    assert db.write_now(lambda c: parties.add_contact(c, organisation, id_, {"name": "Frau T"}, NOW))
    assert db.write_now(lambda c: parties.remove_party(c, organisation, id_)) == "removed"
    assert db.read_now(lambda c: parties.get_party(c, organisation, id_)) is None
    assert db.write_now(lambda c: parties.remove_party(c, organisation, id_)) == "unknown"


def test_a_customer_with_a_session_is_archived_and_stays_readable_with_their_contacts(db: Database) -> None:
    organisation = firm(db)
    id_ = party(db, organisation, "Kunde")
    db.write_now(lambda c: parties.add_contact(c, organisation, id_, {"name": "Frau K"}, NOW))
    a_session(db, organisation, id_)
    assert db.write_now(lambda c: parties.remove_party(c, organisation, id_)) == "archived"
    kept = db.read_now(lambda c: parties.get_party(c, organisation, id_))
    assert kept is not None
    assert kept.is_archived
    assert [p.name for p in db.read_now(lambda c: parties.contacts(c, organisation, id_))] == ["Frau K"]
    assert db.read_now(lambda c: parties.find_parties(c, organisation)) == []
    assert db.read_now(lambda c: parties.find_parties(c, organisation, is_archived=True)) == [kept]


def test_a_contact_leaves_the_list(db: Database) -> None:
    organisation, other = firm(db), firm(db, "b")
    id_ = party(db, organisation, "Kunde")
    values = {"name": "Frau K", "email": "k@a.example", "gets_invoices": True}
    assert not db.write_now(lambda c: parties.add_contact(c, other, id_, values, NOW))
    assert db.write_now(lambda c: parties.add_contact(c, organisation, id_, values, NOW))
    [known] = db.read_now(lambda c: parties.contacts(c, organisation, id_))
    assert (known.name, known.gets_invoices) == ("Frau K", True)
    assert not db.write_now(lambda c: parties.archive_contact(c, other, id_, known.id))
    assert db.write_now(lambda c: parties.archive_contact(c, organisation, id_, known.id))
    assert db.read_now(lambda c: parties.contacts(c, organisation, id_)) == []


# --- contracts ---


FULL = ContractVersion(
    "",
    JAN,
    None,
    "flat_with_quota",
    Terms(5, 10, 59, "nearest"),
    "case",
    {1: 9600, 3: 13_200},
    {"night": 5000, "sunday_holiday": 10_000},
    1000,
    Calendar(state="BY", is_catholic=True, day_from=7, evening_from=17, night_from=21),
    24_900,
    300,
    120,
    600,
    50_000,
    False,
    True,
    "case",
)


def test_a_contract_comes_back_as_it_was_kept(db: Database) -> None:
    organisation = firm(db)
    partner, served = party(db, organisation, "Partner AG"), party(db, organisation, "Kunde")
    work = db.write_now(lambda c: prices.add_service_type(c, organisation, "Störung", "Fault", NOW))
    contract = agreement(db, organisation, partner, title="Wartung", ends_on=date(2026, 12, 31))
    rules = (
        CoverageRule(False, customers=frozenset([served]), hours=Hours(frozenset([5, 6]), 0, 1440)),
        CoverageRule(True, service_types=frozenset([work]), hours=Hours(frozenset(range(5)), 480, 1020)),
        CoverageRule(False),
    )
    version = ContractVersion(**{**FULL.__dict__, "rules": rules})
    id_ = db.write_now(lambda c: contracts.add_version(c, organisation, contract, version, SAID))
    days = Beneficiary(served, JUL, date(2026, 9, 30))
    db.write_now(lambda c: contracts.add_beneficiary(c, organisation, contract, days, NOW))
    kept = db.read_now(lambda c: contracts.get_contract(c, organisation, contract))
    assert kept is not None
    assert (kept.number, kept.partner_name, kept.title) == ("1001", "Partner AG", "Wartung")
    assert (kept.starts_on, kept.ends_on) == (JAN, date(2026, 12, 31))
    assert kept.beneficiaries == (days,)
    assert kept.versions == (ContractVersion(**{**version.__dict__, "id": id_}),)
    assert db.read_now(lambda c: contracts.serving(c, organisation, served)) == [kept]
    assert db.read_now(lambda c: contracts.serving(c, organisation, partner)) == [kept]
    told = db.read_now(lambda c: contracts.history(c, organisation, contract))[id_]
    assert (told["created_by"], told["note"], told["created_us"]) == SAID


def test_overlapping_versions_are_refused_and_nothing_of_them_stays(db: Database) -> None:
    organisation = firm(db)
    contract = agreement(db, organisation, party(db, organisation, "Partner AG"))
    db.write_now(lambda c: contracts.add_version(c, organisation, contract, FULL, SAID))
    with pytest.raises(ContractError, match="would hold on 2026-01-01"):
        db.write_now(lambda c: contracts.add_version(c, organisation, contract, FULL, SAID))
    kept = db.read_now(lambda c: contracts.get_contract(c, organisation, contract))
    assert kept is not None
    assert len(kept.versions) == 1


def test_a_contract_number_is_given_once_and_its_days_make_sense(db: Database) -> None:
    organisation = firm(db)
    partner = party(db, organisation, "Partner AG")
    agreement(db, organisation, partner, number="W-1")
    with pytest.raises(StoreError, match="contract number W-1 is taken"):
        agreement(db, organisation, partner, number="W-1")
    with pytest.raises(ContractError, match="last day lies before its first"):
        agreement(db, organisation, partner, ends_on=date(2025, 12, 31))
    with pytest.raises(StoreError, match="no such partner"):
        agreement(db, firm(db, "b"), partner)


def test_a_contract_cannot_end_before_one_of_its_versions_begins(db: Database) -> None:
    organisation = firm(db)
    contract = agreement(db, organisation, party(db, organisation, "Partner AG"))
    later = ContractVersion("", JUL, rates_cents={1: 1})
    db.write_now(lambda c: contracts.add_version(c, organisation, contract, later, SAID))
    with pytest.raises(ContractError, match="lies outside contract 1001"):
        db.write_now(lambda c: contracts.change_contract(c, organisation, contract, {"ends_on": date(2026, 6, 30)}))
    db.write_now(lambda c: contracts.change_contract(c, organisation, contract, {"ends_on": JUL, "title": "neu"}))
    kept = db.read_now(lambda c: contracts.get_contract(c, organisation, contract))
    assert kept is not None
    assert (kept.ends_on, kept.title) == (JUL, "neu")


def test_a_version_that_a_session_used_stays_for_ever(db: Database) -> None:
    organisation = firm(db)
    partner = party(db, organisation, "Partner AG")
    contract = agreement(db, organisation, partner)
    first = db.write_now(lambda c: contracts.add_version(c, organisation, contract, FULL, SAID))
    typo = ContractVersion("", JUL, rates_cents={1: 1})
    second = db.write_now(lambda c: contracts.add_version(c, organisation, contract, typo, SAID))
    used = decided(a_session(db, organisation, partner), contract_id=contract, version_id=first)
    db.write_now(lambda c: cases.add_decision(c, organisation, used))
    with pytest.raises(ContractError, match="it stays as it is"):
        db.write_now(lambda c: contracts.remove_version(c, organisation, contract, first))
    db.write_now(lambda c: contracts.remove_version(c, organisation, contract, second))
    kept = db.read_now(lambda c: contracts.get_contract(c, organisation, contract))
    assert kept is not None
    assert [version.id for version in kept.versions] == [first]


def test_a_beneficiary_is_served_once_and_ends_by_a_last_day(db: Database) -> None:
    organisation = firm(db)
    partner, served = party(db, organisation, "Partner AG"), party(db, organisation, "Kunde")
    contract = agreement(db, organisation, partner)
    add = contracts.add_beneficiary
    db.write_now(lambda c: add(c, organisation, contract, Beneficiary(served), NOW))
    for twice in (served, partner):
        with pytest.raises(StoreError, match="served by the contract already"):
            db.write_now(lambda c, p=twice: add(c, organisation, contract, Beneficiary(p), NOW))
    assert db.write_now(lambda c: contracts.end_beneficiary(c, organisation, contract, served, JUL))
    assert not db.write_now(lambda c: contracts.end_beneficiary(c, organisation, contract, served, JUL))
    db.write_now(lambda c: add(c, organisation, contract, Beneficiary(served, date(2026, 10, 1)), NOW))
    kept = db.read_now(lambda c: contracts.get_contract(c, organisation, contract))
    assert kept is not None
    assert [kept.serves(served, day) for day in (JAN, JUL, date(2026, 8, 1), date(2026, 10, 1))] == [
        True,
        True,
        False,
        True,
    ]


# --- prices, minutes, cases ---


def test_price_lists_come_back_and_leave(db: Database) -> None:
    organisation = firm(db)
    served = party(db, organisation, "Kunde")
    work = db.write_now(lambda c: prices.add_service_type(c, organisation, "Störung", "Fault", NOW))
    held = PriceList({1: 9600}, Terms(5, 10), {"night": 5000}, Calendar(state="BY"), "", "Nacht", served, work)
    id_ = db.write_now(lambda c: prices.add_price_list(c, organisation, prices.KeptList(held, True), NOW))
    [kept] = db.read_now(lambda c: prices.price_lists(c, organisation))
    assert kept == prices.KeptList(PriceList(**{**held.__dict__, "id": id_}), True)
    own = db.read_now(lambda c: prices.all_lists(c, accounts.get_organisation(c, organisation)))
    assert own == [kept.prices]
    db.write_now(lambda c: accounts.change_organisation(c, organisation, price_cents_per_hour=8000))
    own = db.read_now(lambda c: prices.all_lists(c, accounts.get_organisation(c, organisation)))
    assert [known.rates_cents for known in own] == [{1: 8000}, {1: 9600}]
    other = firm(db, "b")
    with pytest.raises(StoreError, match="does not exist"):
        db.write_now(lambda c: prices.add_price_list(c, other, prices.KeptList(held, True), NOW))
    assert db.write_now(lambda c: prices.archive_price_list(c, organisation, id_))
    assert db.read_now(lambda c: prices.price_lists(c, organisation)) == []
    assert db.write_now(lambda c: prices.archive_service_type(c, organisation, work))
    assert db.read_now(lambda c: prices.service_types(c, organisation)) == []
    known = db.read_now(lambda c: prices.get_service_type(c, organisation, work))
    assert known is not None
    assert (known.name("de"), known.name("en")) == ("Störung", "Fault")


def test_the_account_of_a_contract_is_what_its_lines_add_up_to(db: Database) -> None:
    organisation = firm(db)
    contract = agreement(db, organisation, party(db, organisation, "Partner AG"))
    november = (date(2026, 11, 1), date(2026, 11, 30))
    period = db.write_now(lambda c: quota.open_period(c, organisation, contract, november, 120, NOW))
    with pytest.raises(StoreError, match="account from 2026-11-01 on already"):
        db.write_now(lambda c: quota.open_period(c, organisation, contract, november, 0, NOW))
    for kind, minutes in (("granted", 300), ("carried", 60), ("used", 75)):
        line = quota.Booking(kind, minutes, "s", "", "", NOW)  # type: ignore[arg-type]
        db.write_now(lambda c, line=line: quota.book(c, organisation, period, line))
    [kept] = db.read_now(lambda c: quota.periods(c, organisation, contract))
    assert (kept.account.left, kept.cap_minutes, len(kept.bookings)) == (285, 120, 3)
    assert db.read_now(lambda c: quota.period_on(c, organisation, contract, date(2026, 11, 30))) == kept
    assert db.read_now(lambda c: quota.period_on(c, organisation, contract, date(2026, 12, 1))) is None
    other = firm(db, "b")
    with pytest.raises(StoreError, match="no such account"):
        db.write_now(lambda c: quota.book(c, other, period, quota.Booking("used", 1, "", "", "", NOW)))


def test_cases_are_numbered_and_close(db: Database) -> None:
    organisation = firm(db)
    served = party(db, organisation, "Kunde")
    one, two = (
        db.write_now(lambda c, t=t: cases.add_case(c, organisation, served, t, NOW)) for t in ("Drucker", "Mail")
    )
    assert (one.number, two.number) == (1, 2)
    assert db.write_now(lambda c: cases.close_case(c, organisation, one.id, NOW))
    assert not db.write_now(lambda c: cases.close_case(c, organisation, one.id, NOW))
    assert db.read_now(lambda c: cases.open_cases(c, organisation, served)) == [two]
    closed = db.read_now(lambda c: cases.get_case(c, organisation, one.id))
    assert closed is not None
    assert closed.closed_us == NOW


def test_the_decisions_of_a_session_come_oldest_first(db: Database) -> None:
    organisation = firm(db)
    served = party(db, organisation, "Kunde")
    session = a_session(db, organisation, served)
    both = [decided(session), decided(session, is_chargeable=True, payer_id=served, reason="kein Servicevertrag")]
    for one in both:
        db.write_now(lambda c, d=one: cases.add_decision(c, organisation, d))
    assert db.read_now(lambda c: cases.decisions(c, organisation, [session])) == {session: both}
    with pytest.raises(StoreError, match="no such session"):
        db.write_now(lambda c: cases.add_decision(c, organisation, decided("nowhere")))


# --- S39 ---


def test_s39_two_firms_share_no_party_contract_price_or_case(db: Database) -> None:
    one, two = firm(db), firm(db, "b")
    mine = party(db, one, "Kunde")
    contract = agreement(db, one, mine)
    version = db.write_now(lambda c: contracts.add_version(c, one, contract, FULL, SAID))
    case = db.write_now(lambda c: cases.add_case(c, one, mine, "Drucker", NOW))
    theirs = party(db, two, "Fremd")
    assert db.read_now(lambda c: parties.get_party(c, two, mine)) is None
    assert not db.write_now(lambda c: parties.change_party(c, two, mine, {"name": "x"}))
    assert db.write_now(lambda c: parties.remove_party(c, two, mine)) == "unknown"
    assert db.read_now(lambda c: contracts.load(c, two)) == []
    assert db.read_now(lambda c: contracts.serving(c, two, mine)) == []
    assert db.read_now(lambda c: contracts.history(c, two, contract)) == {}
    assert db.read_now(lambda c: cases.get_case(c, two, case.id)) is None
    assert db.read_now(lambda c: cases.open_cases(c, two)) == []
    with pytest.raises(StoreError, match="no such contract"):
        db.write_now(lambda c: contracts.add_version(c, two, contract, FULL, SAID))
    with pytest.raises(StoreError, match="no such version"):
        db.write_now(lambda c: contracts.remove_version(c, two, contract, version))
    with pytest.raises(StoreError, match="no such customer"):
        db.write_now(lambda c: contracts.add_beneficiary(c, one, contract, Beneficiary(theirs), NOW))
    with pytest.raises(StoreError, match="no such customer"):
        db.write_now(lambda c: cases.add_case(c, two, mine, "x", NOW))


# --- the customers of before ---


@pytest.fixture
def old(empty_database: str) -> Iterator[Database]:
    """A database as it was before contracts."""
    db = Database(empty_database)
    with db.engine.execution_options(**{WRITES: True}).begin() as connection:
        command.upgrade(database._alembic(connection), "receipt")
    yield db
    db.close()


def test_an_old_customer_keeps_their_sessions_and_gets_a_real_contract(old: Database) -> None:
    organisation = firm(old)
    old.write_now(lambda c: accounts.change_organisation(c, organisation, price_cents_per_hour=9600, step_minutes=5))
    row = "INSERT INTO customer (id, organisation_id, name, has_contract, covered_by, created_us) VALUES "
    values = [
        ("c1", "Kunde eins", True, "Partner AG"),
        ("c2", "Kunde zwei", True, " Partner AG "),
        ("c3", "Selbstzahler", True, ""),
        ("c4", "Ohne", False, ""),
    ]

    def plant(connection: Any) -> None:
        for n, (id_, name, has, by) in enumerate(values):
            given = {"id": id_, "o": organisation, "name": name, "has": has, "by": by, "at": NOW + n}
            connection.execute(text(row + "(:id, :o, :name, :has, :by, :at)"), given)
        user = (
            'INSERT INTO "user" (id, organisation_id, email, name, role, password_hash, totp_sealed, created_us) '
            "VALUES ('u', :o, 'e', 'T', 'technician', 'x', 'y', 1)"
        )
        connection.execute(text(user), {"o": organisation})
        session = (
            "INSERT INTO support_session (id, organisation_id, user_id, customer_id, customer_name, language, level, "
            "is_chargeable, notice, covered_by, created_us) VALUES ('s', :o, 'u', 'c1', 'K', 'de', 1, :no, '', '', 1)"
        )
        connection.execute(text(session), {"o": organisation, "no": False})

    old.write_now(plant)
    old.upgrade()
    known = old.read_now(lambda c: parties.parties_by_id(c, organisation))
    assert {p.name: p.number for p in known.values()} == {
        "Kunde eins": "10001",
        "Kunde zwei": "10002",
        "Selbstzahler": "10003",
        "Ohne": "10004",
        "Partner AG": "10005",
    }
    made = old.read_now(lambda c: contracts.load(c, organisation))
    assert [(c.number, c.partner_name, sorted(b.party_id for b in c.beneficiaries)) for c in made] == [
        ("1001", "Partner AG", ["c1", "c2"]),
        ("1002", "Selbstzahler", []),
    ]
    assert {c.versions[0].rates_cents[1] for c in made} == {9600}
    assert made[0].versions[0].terms == Terms(5, 15)
    assert old.write_now(lambda c: parties.remove_party(c, organisation, "c1")) == "archived"
    with pytest.raises(StoreError, match="number 10001 is taken"):
        party(old, organisation, "x", number="10001")


def test_s39_every_query_about_contracts_carries_the_firm(db: Database) -> None:
    organisation = firm(db)
    mine, served = party(db, organisation, "Kunde"), party(db, organisation, "Dritter")
    contract = agreement(db, organisation, mine)
    version = db.write_now(lambda c: contracts.add_version(c, organisation, contract, FULL, SAID))
    session = a_session(db, organisation, mine)
    period = db.write_now(lambda c: quota.open_period(c, organisation, contract, (JAN, None), 0, NOW))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    held = prices.KeptList(PriceList({1: 1}), False)
    calls = [
        lambda c: parties.change_party(c, organisation, mine, {"city": "Kiel"}),
        lambda c: parties.find_parties(c, organisation, "x"),
        lambda c: parties.contacts(c, organisation, mine),
        lambda c: parties.add_contact(c, organisation, mine, {"name": "x"}, NOW),
        lambda c: parties.archive_contact(c, organisation, mine, "x"),
        lambda c: parties.remove_party(c, organisation, mine),
        lambda c: contracts.load(c, organisation),
        lambda c: contracts.serving(c, organisation, mine),
        lambda c: contracts.details(c, organisation, contract),
        lambda c: contracts.history(c, organisation, contract),
        lambda c: contracts.change_contract(c, organisation, contract, {"title": "x"}),
        lambda c: contracts.add_beneficiary(c, organisation, contract, Beneficiary(served), NOW),
        lambda c: contracts.end_beneficiary(c, organisation, contract, served, JUL),
        lambda c: contracts.remove_version(c, organisation, contract, version),
        lambda c: prices.service_types(c, organisation),
        lambda c: prices.archive_service_type(c, organisation, "x"),
        lambda c: prices.add_price_list(c, organisation, held, NOW),
        lambda c: prices.price_lists(c, organisation),
        lambda c: prices.archive_price_list(c, organisation, "x"),
        lambda c: prices.technician_levels(c, organisation),
        lambda c: prices.set_technician_level(c, organisation, "x", 2),
        lambda c: quota.book(c, organisation, period, quota.Booking("used", 1, "", "", "", NOW)),
        lambda c: quota.periods(c, organisation, contract),
        lambda c: cases.add_decision(c, organisation, decided(session)),
        lambda c: cases.decisions(c, organisation, [session]),
        lambda c: cases.add_case(c, organisation, mine, "x", NOW),
        lambda c: cases.open_cases(c, organisation, mine),
        lambda c: cases.close_case(c, organisation, "x", NOW),
    ]
    for call in calls:
        db.write_now(call)
    around = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET LOCAL")
    asked = [s for s in statements if not s.startswith(around) and "pg_advisory" not in s]
    assert len(asked) >= len(calls)
    assert [s for s in asked if "organisation_id = " not in s and "INTO" not in s] == []
    assert [s for s in asked if "INTO" in s and "organisation_id" not in s] == []


def test_the_three_fixed_kinds_of_work_become_the_firms_own_and_its_sessions_name_them(empty_database: str) -> None:
    db = Database(empty_database)
    with db.engine.execution_options(**{WRITES: True}).begin() as connection:
        command.upgrade(database._alembic(connection), "money")
    one = firm(db)
    person = (
        'INSERT INTO "user" (id, organisation_id, email, name, role, password_hash, totp_sealed, created_us) '
        "VALUES ('u', :o, 'e', 'T', 'technician', 'x', 'y', 1)"
    )
    session = (
        "INSERT INTO support_session (id, organisation_id, user_id, customer_name, language, level, is_chargeable, "
        "notice, covered_by, service_type, created_us) VALUES (:id, :o, 'u', 'K', 'de', 1, :no, '', '', :kind, 1)"
    )
    db.write_now(lambda c: c.execute(text(person), {"o": one}))
    for id_, kind in (("a", "advice"), ("f", "Fernwartung"), ("n", "")):
        db.write_now(lambda c, i=id_, k=kind: c.execute(text(session), {"id": i, "o": one, "kind": k, "no": False}))
    db.upgrade()
    kinds = {kind.id: kind for kind in db.read_now(lambda c: prices.service_types(c, one))}
    assert sorted((k.name_de, k.is_for_coverage, k.is_default) for k in kinds.values()) == [
        ("Beratung", False, False),
        ("Störung beheben", False, True),
        ("Wartung", False, False),
    ]
    noted = db.read_now(lambda c: dict(c.execute(text("SELECT id, service_type FROM support_session")).all()))
    assert (kinds[noted["a"]].name_en, noted["f"], noted["n"]) == ("Advice", "Fernwartung", "")
    db.close()
