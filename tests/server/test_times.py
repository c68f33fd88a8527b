"""Recorded time in the store: answers before the first charged second, entries at the end, what is said afterwards."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError

from beistand.billing.bands import Calendar
from beistand.billing.minutes import Terms
from beistand.billing.rating import Price, UnannouncedCharge, rate_group
from beistand.server.clock import Moment
from beistand.server.store import accounts, charges, metering, sessions, time_words, times
from beistand.server.store.tables import times as tables
from beistand.server.store.time_words import Said
from beistand.server.store.times import TimeError

TINA = "tina@muster.example"
US = 1_000_000


@pytest.fixture
async def home(house: Any) -> Any:
    house.id = house.firm()
    house.tina_id = await house.person(house.id, TINA)
    house.tina = await house.signed_in(TINA)
    house.db = house.parts.db
    return house


def price(home: Any, cents: int = 9600) -> None:
    home.db.write_now(lambda c: accounts.change_organisation(c, home.id, price_cents_per_hour=cents))


async def opened(home: Any, **body: object) -> Any:
    answer = await home.tina.post("/api/sessions", {"customer_name": "Frau Muster", "level": 2, **body})
    assert answer.status == 201, answer.text
    return answer.json


async def happen(home: Any, id_: str, *facts: tuple[float, str, str, dict[str, object]]) -> None:
    """Facts, each so many seconds after the one before."""
    for seconds, role, name, data in facts:
        home.clock.pass_seconds(seconds)
        home.parts.log.record(id_, role, name, data)
    await home.parts.log.settled()


def yes(opened: Any, charge: int = 1) -> dict[str, object]:
    notice = opened["coverage"]["notice"]
    digest = hashlib.sha256(notice.encode()).hexdigest()
    return {"level": 2, "charge": charge, "notice": notice, "notice_sha256": digest, "way": 2}


def entries(home: Any, **only: str) -> list[times.TimeEntry]:
    return home.db.read_now(lambda c: times.entries(c, home.id, **only))


async def finished(home: Any, seconds: float = 4020, **body: object) -> times.TimeEntry:
    """A session of so many seconds that the customer agreed to, with its price where there is one."""
    session = await opened(home, **body)
    data = yes(session, 1 if session["coverage"]["is_chargeable"] else 0)
    end = (seconds, "customer", "ended", {"by": "customer", "why": "stop"})
    await happen(home, session["id"], (30, "customer", "consent", data), end, (0, "server", "closed", {}))
    (entry,) = entries(home, session_id=session["id"])
    return entry


async def test_s28_the_answer_with_its_exact_words_is_kept_when_it_arrives(home: Any) -> None:
    price(home)
    session = await opened(home)
    await happen(home, session["id"], (30, "customer", "consent", yes(session)))
    (given,) = home.db.read_now(lambda c: charges.consents(c, home.id, [session["id"]]))
    assert given.notice.text == session["coverage"]["notice"]
    assert given.notice.text_sha256 == hashlib.sha256(given.notice.text.encode()).hexdigest()
    assert (given.is_yes, given.channel, given.way) == (True, "screen", "keyboard")
    assert given.answered_us == home.clock.utc_us
    assert (given.notice.rate_cents, given.notice.step_minutes, given.notice.minimum_minutes) == (9600, 15, 15)
    assert (given.notice.is_gross, given.notice.language, given.notice.payer) == (True, "de", "Frau Muster")


async def test_a_no_is_kept_too_and_nothing_is_recorded(home: Any) -> None:
    price(home)
    session = await opened(home)
    await happen(home, session["id"], (9, "customer", "declined", yes(session, 2)), (1, "customer", "ended", {}))
    (given,) = home.db.read_now(lambda c: charges.consents(c, home.id, [session["id"]]))
    assert not given.is_yes
    assert entries(home) == []


async def test_the_end_makes_one_entry_that_is_rated_as_the_worked_case(home: Any) -> None:
    price(home)
    entry = await finished(home)
    assert (entry.net_seconds, entry.is_chargeable, entry.technician) == (4020, True, "Tina Technik")
    rated = rate_group([entry.for_rating()], Terms(15, 15), Price(9600), Calendar(), False, entry.consent_for_rating())
    assert (rated.minutes, rated.net_cents) == (75, 12_000)  # T6 and T13


async def test_words_that_the_server_never_prepared_make_no_consent(home: Any) -> None:
    price(home)
    session = await opened(home)
    forged = {"level": 2, "charge": 1, "notice": "1 € je Stunde", "notice_sha256": "00" * 32, "way": "x"}
    await happen(home, session["id"], (9, "customer", "consent", forged), (60, "customer", "ended", {}))
    (entry,) = entries(home)
    assert entry.is_chargeable
    assert entry.consent is None
    with pytest.raises(UnannouncedCharge):
        rate_group([entry.for_rating()], Terms(), Price(9600), Calendar(), False, entry.consent_for_rating())


GROWING = [t.name for t in vars(tables).values() if isinstance(t, Table) and t.info.get("is_append_only")]


@pytest.mark.parametrize("table", GROWING)
async def test_what_was_recorded_or_said_cannot_be_changed(home: Any, table: str) -> None:
    price(home)
    entry = await finished(home)
    said = Said(home.tina_id, home.clock.utc_us, "Gefälligkeit")

    def say(connection: Any) -> None:
        time_words.correct(connection, home.id, entry.id, 3000, said)
        time_words.give_away(connection, home.id, entry.id, 60, said)
        time_words.decide_goodwill(connection, home.id, entry.id, True, said)
        time_words.release(connection, home.id, entry.id, said)
        time_words.approve(connection, home.id, [entry.id], True, said)

    home.db.write_now(say)
    for statement in (f"UPDATE {table} SET organisation_id = organisation_id", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"):
            home.db.write_now(lambda c, s=statement: c.execute(text(s)))


async def test_corrections_keep_old_new_why_who_and_when(home: Any) -> None:
    entry = await finished(home, 600)
    for seconds, why in ((300, "Kaffee geholt"), (450, "doch kürzer")):
        said = Said(home.tina_id, home.clock.utc_us, why)
        home.db.write_now(lambda c, s=seconds, d=said: time_words.correct(c, home.id, entry.id, s, d))
    (now,) = entries(home)
    assert [(c.old_seconds, c.new_seconds, c.reason) for c in now.corrections] == [
        (600, 300, "Kaffee geholt"),
        (300, 450, "doch kürzer"),
    ]
    assert now.corrections[0].user == "Tina Technik"
    assert (now.recorded_seconds, now.net_seconds) == (600, 450)


@pytest.mark.parametrize(
    ("seconds", "why", "code"), [(601, "x", "bad_seconds"), (-1, "x", "bad_seconds"), (5, " ", "reason")]
)
async def test_a_correction_stays_within_the_session_and_has_a_reason(
    home: Any, seconds: int, why: str, code: str
) -> None:
    entry = await finished(home, 600)
    with pytest.raises(TimeError, match=code):
        home.db.write_now(lambda c: time_words.correct(c, home.id, entry.id, seconds, Said(home.tina_id, 1, why)))
    assert entries(home)[0].corrections == ()


async def test_goodwill_counts_once_it_is_approved(home: Any) -> None:
    price(home)
    entry = await finished(home)
    said = Said(home.tina_id, home.clock.utc_us, "eigener Fehler")
    home.db.write_now(lambda c: time_words.give_away(c, home.id, entry.id, 900, said))
    (before,) = entries(home)
    assert (before.goodwill_seconds, before.is_waiting) == (0, True)
    home.db.write_now(lambda c: time_words.decide_goodwill(c, home.id, entry.id, True, said))
    home.db.write_now(lambda c: time_words.approve(c, home.id, [entry.id], True, said))
    (after,) = entries(home)
    assert (after.goodwill_seconds, after.is_waiting) == (900, False)
    rated = rate_group([after.for_rating()], Terms(15, 15), Price(9600), Calendar(), False, after.consent_for_rating())
    assert (rated.minutes, rated.net_cents, rated.goodwill_seconds) == (60, 9600, 900)  # T51
    with pytest.raises(TimeError, match="decided"):
        home.db.write_now(lambda c: time_words.decide_goodwill(c, home.id, entry.id, False, said))


async def test_a_session_that_a_crash_cut_off_is_recorded_later_and_once(home: Any) -> None:
    session = await opened(home)
    id_ = session["id"]
    await happen(home, id_, (30, "customer", "consent", yes(session, 0)))
    home.clock.pass_seconds(600)
    home.db.write_now(lambda c: metering.beat(c, [id_], "run-1", home.clock.now()))
    home.clock.pass_seconds(300)

    def look(open_sessions: list[str]) -> int:
        return home.db.write_now(lambda c: metering.catch_up(c, open_sessions, home.clock.utc_us))

    assert look([]) == 0, "both ends may still come back"
    home.clock.pass_seconds(600)
    assert look([id_]) == 0, "the relay carries it"
    assert look([]) == 1
    assert look([]) == 0
    (entry,) = entries(home)
    assert entry.net_seconds == 600


async def test_s39_time_of_another_firm_is_not_found(home: Any) -> None:
    entry = await finished(home, 600)
    other = home.firm("Fremd GmbH")
    said = Said(home.tina_id, 1, "x")
    assert home.db.read_now(lambda c: times.entries(c, other)) == []
    for change in (
        lambda c: time_words.correct(c, other, entry.id, 1, said),
        lambda c: time_words.give_away(c, other, entry.id, 1, said),
        lambda c: time_words.decide_goodwill(c, other, entry.id, True, said),
        lambda c: time_words.release(c, other, entry.id, said),
        lambda c: time_words.approve(c, other, [entry.id], True, said),
    ):
        with pytest.raises(TimeError):
            home.db.write_now(change)


async def test_an_entry_belongs_to_the_month_in_which_it_began(home: Any) -> None:
    entry = await finished(home, 600)
    start = entry.started_us
    between = home.db.read_now(lambda c: times.entries(c, home.id, start, start + 1))
    assert [e.id for e in between] == [entry.id]
    assert home.db.read_now(lambda c: times.entries(c, home.id, start + 1, start + 601 * US)) == []


async def test_a_meaning_that_cannot_be_kept_loses_no_fact(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session = await opened(home)

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(metering, "settle", broken)
    await happen(home, session["id"], (9, "customer", "consent", yes(session, 0)), (60, "customer", "ended", {}))
    monkeypatch.undo()
    kept = home.db.read_now(lambda c: sessions.get_session(c, home.id, session["id"]))
    assert [fact.name for fact in kept.facts] == ["created", "consent", "ended"]
    home.clock.pass_seconds(601)
    assert home.db.write_now(lambda c: metering.catch_up(c, [], home.clock.utc_us)) == 1
    assert entries(home)[0].net_seconds == 60


def test_a_pulse_is_one_row_a_run(house: Any) -> None:
    db, firm = house.parts.db, house.firm()
    assert db.read_now(lambda c: metering.pulses(c, "nowhere")) == []
    db.write_now(lambda c: metering.beat(c, ["nowhere"], "r", Moment(1, 1)))
    assert db.read_now(lambda c: metering.pulses(c, "nowhere")) == []
    assert firm
