"""The price in the whole chain: announced on the customer's real screen, agreed to, counted, recorded and rated."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from beistand.billing.bands import Calendar
from beistand.billing.minutes import Terms
from beistand.billing.price_card import money
from beistand.billing.rating import Price, Rated, UnannouncedCharge, rate_group
from beistand.protocol.e2e import messages as m
from beistand.server.store import accounts, times
from beistand.server.store.database import Database
from chain.acting import NewProgram, NewTechnician, agreed, typed
from chain.desktop import Desktop
from chain.house import House
from chain.technician import price_of
from waiting import wait_until

pytestmark = pytest.mark.screen


def entries(house: House, session_id: str) -> list[times.TimeEntry]:
    db = Database(house.data / "beistand.sqlite")
    try:
        return db.read_now(lambda c: times.entries(c, house.organisation, session_id=session_id))
    finally:
        db.close()


def set_price(house: House, **terms: int) -> None:
    db = Database(house.data / "beistand.sqlite")
    db.write_now(lambda c: accounts.change_organisation(c, house.organisation, **terms))
    db.close()


def rated(entry: times.TimeEntry) -> Rated:
    assert entry.consent is not None
    notice = entry.consent.notice
    terms = Terms(notice.step_minutes, notice.minimum_minutes, notice.grace_seconds)
    price, consent = Price(notice.rate_cents), entry.consent_for_rating()
    return rate_group([entry.for_rating()], terms, price, Calendar(), is_covered=False, consent=consent)


def counted(desktop: Desktop, program: Any) -> None:
    """The chargeable clock runs on the customer's screen, for two seconds at least: less than one is not charged."""
    pattern = re.compile(r"Kostenpflichtig (unter 1 Min\.|\d+ Min\.)")
    wait_until(lambda: pattern.search(desktop.heard(program.pid)), "the chargeable clock does not run")
    time.sleep(2.0)  # the clock is shown in minutes, and nothing else can be asked


def ended(house: House, desktop: Desktop, technician: Any, program: Any, session_id: str) -> list[times.TimeEntry]:
    technician.send(m.Bye(2, ""))
    desktop.wait_heard("Die Sitzung ist beendet", program.pid)
    found: list[times.TimeEntry] = wait_until(lambda: entries(house, session_id), "no time was recorded")
    return found


def test_s28_an_announced_price_is_agreed_to_counted_recorded_and_rated(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    set_price(house, price_cents_per_hour=9600, step_minutes=15, minimum_minutes=15)
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    typed(desktop, technician.digits)
    notice = made["coverage"]["notice"]
    assert "114,24 € je Stunde inkl. 19 % USt., je angefangene 15 Minuten" in notice
    desktop.wait_heard(notice, program.pid)
    desktop.click("Kostenpflichtig beauftragen")
    clock = technician.wait(lambda t: next((c for c in t.got if isinstance(c, m.Clock) and c.is_counting), None))
    assert (clock.is_chargeable, clock.has_amount, clock.cents) == (True, True, 2856)
    desktop.wait_heard("höchstens 28,56 € inkl. 19 % USt.", program.pid)
    counted(desktop, program)

    desktop.click("Pause")
    still = technician.wait(lambda t: next((c for c in t.got if isinstance(c, m.Clock) and not c.is_counting), None))
    desktop.wait_heard(f"Uhr steht: Kostenpflichtig 0:{still.seconds:02d}", program.pid)
    desktop.click("Weiter")
    technician.wait(lambda t: m.Paused(False) in t.got)

    (entry,) = ended(house, desktop, technician, program, made["id"])
    desktop.wait_heard("Kosten: Kostenpflichtig", program.pid)
    assert entry.is_chargeable
    assert entry.consent is not None
    assert entry.consent.notice.text == notice
    assert entry.consent.channel == "screen"
    assert entry.answered_us is not None
    assert entry.answered_us <= entry.started_us
    assert [stop.why for stop in entry.stops] in (["pause"], [])  # a pause shorter than a second leaves none
    assert entry.net_seconds <= (entry.ended_us - entry.started_us) // 1_000_000
    # T2 and T13's arithmetic: anything up to 15 minutes is 15 minutes, 15 min x 9600 ct/h = 2400 ct.
    assert (rated(entry).minutes, rated(entry).net_cents) == (15, 2400)
    assert money(rated(entry).net_cents, "de") == "24,00 €"


def test_work_that_turns_chargeable_waits_for_the_answer_and_a_no_costs_nothing(
    house: House, desktop: Desktop, new_program: NewProgram, new_technician: NewTechnician
) -> None:
    made = house.new_session()
    technician, program = new_technician(made), new_program(house.origin)
    agreed(desktop, technician, program)
    wait_until(lambda: house.session(made["id"])["seconds"] >= 1, "no free second was counted")
    set_price(house, price_cents_per_hour=9600)

    def ask(reason: str) -> Any:
        card = house.answer("POST", f"/api/sessions/{made['id']}/charge", {"reason": reason})
        technician.send(price_of(card["terms"]))
        technician.send(m.ChargeAsk(card["notice"]))
        desktop.wait_heard(card["notice"], program.pid)
        desktop.wait_heard("Die Sitzung ruht bis zu Ihrer Antwort", program.pid)
        return card

    ask("Drucker privat")
    desktop.click("Ablehnen")
    answer = technician.wait_message(m.ChargeAnswer)
    assert not answer.is_yes
    desktop.wait_heard("für Sie ohne Kosten", program.pid)
    seen = len(technician.got)
    technician.send(m.KeyframeWanted())
    technician.wait_message(m.Frame, seen)  # the session goes on as before

    card = ask("Neuer Rechner")
    desktop.click("Kostenpflichtig beauftragen")
    technician.wait(lambda t: any(isinstance(c, m.ChargeAnswer) and c.is_yes for c in t.got))
    desktop.wait_heard("höchstens 28,56 € inkl. 19 % USt.", program.pid)
    counted(desktop, program)
    free, charged = ended(house, desktop, technician, program, made["id"])
    assert (free.is_chargeable, free.consent) == (False, None)
    assert charged.consent is not None
    assert charged.consent.notice.text == card["notice"]
    assert "Neuer Rechner" in card["notice"]
    assert rated(charged).net_cents == 2400
    with pytest.raises(UnannouncedCharge):
        rate_group([free.for_rating()], Terms(), Price(9600), Calendar(), is_covered=False, consent=None)
