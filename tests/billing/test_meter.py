"""Recorded time: what counts, what stands still, and from where on it is chargeable."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.billing.bands import Calendar, seconds_by_band
from beistand.billing.meter import Pulse, Stop, beside, lead_of, meter
from beistand.billing.minutes import Terms, billable_minutes

US = 1_000_000
NOON = int(datetime(2026, 11, 12, 8, 2, tzinfo=UTC).timestamp()) * US
YES = {"level": 2, "charge": 1, "notice_sha256": "ab"}


@dataclass(frozen=True)
class Fact:
    name: str
    role: str
    utc_us: int
    monotonic_us: int
    run: str = "a"
    data: dict = field(default_factory=dict)


def at(seconds, name, role="customer", run="a", wall=0, **data):
    """A fact so many seconds after noon; `wall` is what the wall clock is off by."""
    us = int(seconds * US)
    return Fact(name, role, NOON + us + wall * US, 5_000_000 + us, run, data)


def consent(seconds=0.0, **data):
    return at(seconds, "consent", **(data or {"level": 2, "charge": 0}))


def net(facts, **more):
    return [part.net_seconds for part in meter(facts, **more).parts]


def test_time_counts_from_the_yes_to_the_end():
    facts = [at(-60, "confirmed", "server"), consent(), at(4020.9, "ended"), at(4021, "closed", "server")]
    metered = meter(facts)
    assert [part.net_seconds for part in metered.parts] == [4020]
    assert metered.is_over
    assert metered.parts[0].started_us == NOON
    assert not metered.parts[0].is_chargeable


def test_a_session_without_a_yes_has_no_time():
    assert meter([at(0, "confirmed", "server"), at(5, "declined"), at(6, "ended")]).parts == ()


def test_only_the_customers_own_word_begins_or_holds_the_clock():
    assert meter([at(0, "consent", "technician", level=2), at(9, "ended")]).parts == ()
    assert net([consent(), at(10, "pause", "technician"), at(60, "ended")]) == [60]


def test_pauses_and_interruptions_are_cut_as_their_union():
    facts = [
        consent(),
        at(600, "pause"),
        at(900, "interrupted", "server", detail="technician"),
        at(1200, "go_on"),
        at(1800, "back", "server", detail="technician"),
        at(3600, "ended"),
    ]
    assert net(facts) == [2400]


@pytest.mark.parametrize(
    ("number", "pauses", "seconds", "billed"),
    [
        ("T31", [], 3600, 60),
        ("T32", [(10, 20)], 3000, 60),
        ("T33", [(10, 20), (15, 30)], 2400, 45),
        ("T34", [(-5, 5), (55, 70)], 3000, 60),
        ("T35", [(0, 60)], 0, 0),
    ],
)
def test_worked_cases_of_pauses(number, pauses, seconds, billed):
    """The second pause of a pair is the other end's interruption: only so can two overlap."""
    names = [("pause", "customer", "go_on", {}), ("interrupted", "server", "back", {"detail": "customer"})]
    events = [(0.0, 0, consent())]
    for (start, end), (off, role, on, data) in zip(pauses, names, strict=False):
        events.append((max(start, 0) * 60, 1, at(max(start, 0) * 60, off, role, **data)))
        if end <= 60:
            events.append((end * 60, 2, at(end * 60, on, role, **data)))
    facts = [fact for _, _, fact in sorted(events, key=lambda event: event[:2])]
    (part,) = meter([*facts, at(3600, "ended")]).parts
    assert part.net_seconds == seconds
    assert billable_minutes(part.net_seconds, Terms(15, 15)) == billed


def test_a_price_agreed_at_the_beginning_makes_the_whole_chargeable():
    (part,) = meter([consent(**YES), at(900, "ended")]).parts
    assert (part.is_chargeable, part.notice_sha256, part.answered_us, part.channel) == (True, "ab", NOON, "screen")


def test_work_that_turns_chargeable_is_parted_at_the_very_instant_of_the_yes():
    facts = [
        consent(),
        at(600.2, "charge_asked", notice_sha256="cd"),
        at(640.7, "charge_answered", is_yes=True, notice_sha256="cd"),
        at(1541.0, "ended"),
    ]
    covered, charged = meter(facts).parts
    assert (covered.net_seconds, covered.is_chargeable) == (600, False)
    assert covered.stops == (Stop(600, 640, "price"),)
    assert (charged.net_seconds, charged.is_chargeable, charged.notice_sha256) == (900, True, "cd")
    assert charged.answered_us == charged.started_us == NOON + 640_700_000


def test_a_no_leaves_the_work_as_it_was_and_reading_the_price_costs_nothing():
    facts = [consent(), at(100, "charge_asked"), at(160, "charge_answered", is_yes=False), at(300, "ended")]
    (part,) = meter(facts).parts
    assert (part.net_seconds, part.is_chargeable) == (240, False)


def test_a_pause_goes_on_across_the_answer():
    facts = [
        consent(),
        at(100, "interrupted", "server", detail="technician"),
        at(110, "charge_by_phone", "server", notice_sha256="cd"),
        at(130, "back", "server", detail="technician"),
        at(200, "ended"),
    ]
    metered = meter(facts)
    assert [(part.net_seconds, part.channel) for part in metered.parts] == [(100, ""), (70, "phone")]


def test_a_yes_by_phone_counts_only_from_the_server():
    assert [
        p.is_chargeable for p in meter([consent(), at(9, "charge_by_phone", "technician"), at(20, "ended")]).parts
    ] == [False]


@pytest.mark.parametrize("jump", [-7200, -60, 60, 86_400])
def test_a_wall_clock_that_jumps_moves_no_second_and_is_named(jump):
    facts = [consent(), at(100, "pause", wall=jump), at(160, "go_on", wall=jump), at(1000, "ended", wall=jump)]
    metered = meter(facts)
    assert [part.net_seconds for part in metered.parts] == [940]
    assert metered.parts[0].ended_us == NOON + 1000 * US
    assert metered.clock_jump_seconds == abs(jump)


def test_what_passes_while_the_server_is_away_does_not_count():
    def later(seconds, name, role="customer", **data):
        return Fact(name, role, NOON + seconds * US, 77 * US + seconds * US, "b", data)

    facts = [
        consent(),
        later(130, "back", "server", detail="customer"),
        later(140, "back", "server", detail="technician"),
        later(200, "ended"),
    ]
    assert net(facts) == [60]
    assert net(facts, pulses=[Pulse("a", NOON + 100 * US, 105 * US)]) == [160]


def test_a_clock_set_back_between_two_runs_gives_no_negative_time():
    again = Fact("back", "server", NOON - 3600 * US, 9 * US, "b", {"detail": "customer"})
    end = Fact("ended", "customer", NOON - 3500 * US, 109 * US, "b")
    facts = [consent(), at(50, "level"), again, end]
    metered = meter(facts)
    assert [part.net_seconds for part in metered.parts] == [50]
    assert metered.clock_jump_seconds > 0


def test_a_session_that_was_cut_off_ends_with_its_last_sign_of_life():
    assert net([consent(), at(300, "level")], pulses=[Pulse("a", NOON + 900 * US, 905 * US)]) == [900]
    assert net([consent(), at(300, "level")]) == [300]
    assert not meter([consent()]).is_over


def test_a_running_session_counts_up_to_now():
    assert net([consent(), at(300, "level")], until=("a", 1_005_000_000)) == [1000]
    assert net([consent(), at(300, "pause")], until=("a", 1_005_000_000)) == [300]


@pytest.mark.parametrize(
    ("start", "seconds"),
    [("2026-10-25T01:30:00+02:00", 10_800), ("2026-03-29T01:30:00+01:00", 3600), ("2026-11-30T23:30:00+01:00", 3600)],
)
def test_seconds_are_real_seconds_over_daylight_saving_midnight_and_a_months_end(start, seconds):
    began = datetime.fromisoformat(start)
    base = int(began.timestamp()) * US
    facts = [
        Fact("consent", "customer", base, 1, "a", {"charge": 0}),
        Fact("ended", "customer", base + seconds * US, 1 + seconds * US, "a"),
    ]
    (part,) = meter(facts).parts
    assert part.net_seconds == seconds
    ended = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=part.ended_us)
    assert sum(s for _, s in seconds_by_band(began, ended, Calendar())) == seconds


EVENTS = st.sampled_from(
    [
        ("pause", "customer", {}),
        ("go_on", "customer", {}),
        ("interrupted", "server", {"detail": "customer"}),
        ("back", "server", {"detail": "customer"}),
        ("interrupted", "server", {"detail": "technician"}),
        ("back", "server", {"detail": "technician"}),
        ("charge_asked", "customer", {}),
        ("charge_answered", "customer", {"is_yes": True, "notice_sha256": "cd"}),
        ("charge_answered", "customer", {"is_yes": False}),
        ("level", "customer", {"level": 1}),
    ]
)


@st.composite
def sessions(draw):
    moment, facts = 0.0, [consent(**(YES if draw(st.booleans()) else {"charge": 0}))]
    for name, role, data in draw(st.lists(EVENTS, max_size=25)):
        moment += draw(st.floats(0, 4000))
        facts.append(at(moment, name, role, wall=draw(st.sampled_from([0, 0, 0, -500, 500])), **data))
    return [*facts, at(moment + draw(st.floats(0, 4000)), "ended")]


@given(sessions())
def test_no_second_is_counted_twice_and_none_is_chargeable_before_a_yes(facts):
    metered = meter(facts)
    whole = (facts[-1].monotonic_us - facts[0].monotonic_us) // US
    assert 0 <= sum(part.net_seconds for part in metered.parts) <= whole
    for part in metered.parts:
        assert 0 <= part.net_seconds <= part.gross_seconds
        assert not part.is_chargeable or part.answered_us <= part.started_us
    for before, after in zip(metered.parts, metered.parts[1:], strict=False):
        assert before.ended_us == after.started_us


@given(sessions())
def test_the_same_facts_give_the_same_time_whatever_the_wall_clock_says(facts):
    straight = [Fact(f.name, f.role, NOON + f.monotonic_us - 5_000_000, f.monotonic_us, f.run, f.data) for f in facts]
    assert meter(straight).parts == meter(facts).parts


@given(sessions(), st.floats(0, 3000))
def test_another_pause_never_makes_time_longer(facts, seconds):
    end = facts[-1].monotonic_us - 5_000_000
    more = Fact("interrupted", "server", NOON, max(end - int(seconds * US), 0) + 5_000_000, "a", {"detail": "third"})
    shorter = sorted([*facts[1:-1], more], key=lambda f: f.monotonic_us)
    assert sum(net([facts[0], *shorter, facts[-1]])) <= sum(net(facts))


def colleague(seconds, is_here, user_id="theo"):
    return at(seconds, "colleague_joined" if is_here else "colleague_left", "server", user_id=user_id)


def test_t50_a_colleague_s_time_is_cut_out_of_the_session_with_its_pauses():
    facts = [
        consent(),
        colleague(600, True),
        at(900, "pause"),
        at(1200, "go_on"),
        colleague(1500, True),  # said twice
        colleague(2400, False),
        at(2700, "ended"),
    ]
    metered = meter(facts)
    (part,) = beside(metered, "theo")
    assert [part.net_seconds for part in metered.parts] == [2400]
    assert (part.started_us, part.gross_seconds, part.net_seconds) == (NOON + 600 * US, 1800, 1500)
    assert part.stops == (Stop(300, 600, "pause"),)


def test_a_colleague_who_stays_leaves_with_the_session_and_one_who_came_before_the_yes_begins_with_it():
    metered = meter([colleague(-30, True), consent(), at(100, "ended"), colleague(200, False)])
    assert [part.net_seconds for part in beside(metered, "theo")] == [100]
    assert beside(metered, "somebody else") == []


def test_who_takes_over_leads_from_that_instant_on_and_helps_no_more_beside():
    over = at(1000, "handed_over", "server", user_id="theo")
    facts = [consent(), colleague(600, True), at(900, "pause"), over, at(1100, "go_on"), at(1700, "ended")]
    metered = meter(facts)
    assert [(part.user_id, part.net_seconds) for part in metered.parts] == [("", 900), ("theo", 600)]
    assert [part.net_seconds for part in beside(metered, "theo")] == [300]
    assert lead_of(facts, "tina") == "theo"
    said_by_the_page = at(1000, "handed_over", "technician", user_id="theo")
    assert [part.user_id for part in meter([consent(), said_by_the_page, at(1700, "ended")]).parts] == [""]
    early = meter([at(-5, "handed_over", "server", user_id="theo"), consent(), at(100, "ended")])
    assert [(part.user_id, part.net_seconds) for part in early.parts] == [("theo", 100)]


def test_a_price_that_was_agreed_to_goes_on_under_the_next_technician():
    over = at(600, "handed_over", "server", user_id="theo")
    first, second = meter([consent(0, **YES), over, at(1500, "ended")]).parts
    assert (first.net_seconds, second.net_seconds, second.user_id) == (600, 900, "theo")
    assert (second.is_chargeable, second.notice_sha256, second.answered_us) == (
        True,
        first.notice_sha256,
        first.answered_us,
    )


def test_only_the_server_says_that_a_colleague_is_there():
    joined = at(10, "colleague_joined", "technician", user_id="theo")
    assert meter([consent(), joined, at(100, "ended")]).colleagues == ()


def test_a_colleague_s_chargeable_time_carries_no_yes_of_the_customer():
    facts = [consent(0, **YES), colleague(10, True), at(100, "ended")]
    (part,) = beside(meter(facts), "theo")
    assert (part.is_chargeable, part.notice_sha256, part.answered_us) == (True, "", None)


@given(st.lists(st.tuples(st.integers(0, 999), st.booleans()), max_size=12), st.integers(1, 1000))
def test_a_colleague_never_has_more_time_than_the_session(moves, end):
    facts = sorted(
        [consent(), *(colleague(s, is_here) for s, is_here in moves), at(end, "ended")], key=lambda f: f.utc_us
    )
    metered = meter(facts)
    assert sum(part.net_seconds for part in beside(metered, "theo")) <= sum(part.net_seconds for part in metered.parts)
