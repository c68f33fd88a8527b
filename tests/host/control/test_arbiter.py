"""The rule for remote deeds, by table and by property. No clock: `now` is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.host.control.arbiter import (
    LEVEL_CONTROL,
    LEVEL_NONE,
    LEVEL_VIEW,
    MUTE_SECONDS,
    RULES,
    Arbiter,
    Hindrance,
    Kind,
    Verdict,
)

DEEDS = [kind for kind in Kind if kind is not Kind.PICTURE]


def in_control() -> Arbiter:
    arbiter = Arbiter()
    arbiter.set_level(LEVEL_CONTROL)
    return arbiter


def test_every_kind_has_a_rule() -> None:
    assert set(RULES) == set(Kind)


@pytest.mark.parametrize(
    ("level", "kind", "verdict"),
    [
        (LEVEL_NONE, Kind.PICTURE, Verdict.NOT_AGREED),
        (LEVEL_VIEW, Kind.PICTURE, Verdict.ALLOWED),
        (LEVEL_CONTROL, Kind.PICTURE, Verdict.ALLOWED),
        *[(LEVEL_NONE, kind, Verdict.NOT_AGREED) for kind in DEEDS],
        *[(LEVEL_VIEW, kind, Verdict.NOT_AGREED) for kind in DEEDS],
        *[(LEVEL_CONTROL, kind, Verdict.ALLOWED) for kind in DEEDS],
    ],
)
def test_a_level_carries_exactly_its_deeds(level: int, kind: Kind, verdict: Verdict) -> None:
    arbiter = Arbiter()
    arbiter.set_level(level)
    assert arbiter.verdict(kind, 0.0) is verdict


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("hindrance", list(Hindrance))
def test_a_hindrance_holds_everything_until_it_is_cleared(kind: Kind, hindrance: Hindrance) -> None:
    arbiter = in_control()
    arbiter.hinder(hindrance)
    assert arbiter.verdict(kind, 0.0) is Verdict.HINDERED
    arbiter.clear(hindrance)
    assert arbiter.allows(kind, 0.0)


def test_clearing_one_hindrance_leaves_the_other() -> None:
    arbiter = in_control()
    arbiter.hinder(Hindrance.PAUSE)
    arbiter.hinder(Hindrance.CURTAIN)
    arbiter.clear(Hindrance.PAUSE)
    assert arbiter.hindrances == {Hindrance.CURTAIN}
    assert not arbiter.allows(Kind.PICTURE, 0.0)


def test_s24_the_customers_hand_silences_for_two_seconds_but_leaves_the_picture() -> None:
    arbiter = in_control()
    assert arbiter.customer_acted(10.0)
    assert arbiter.verdict(Kind.KEY, 11.999) is Verdict.MUTED
    assert arbiter.allows(Kind.PICTURE, 11.0)
    assert arbiter.next_deadline() == 12.0
    assert arbiter.allows(Kind.KEY, 12.0)


def test_each_movement_prolongs_the_silence_and_only_the_first_begins_one() -> None:
    arbiter = in_control()
    assert arbiter.customer_acted(10.0)
    assert not arbiter.customer_acted(11.0)
    assert not arbiter.customer_acted(10.5), "a late report begins nothing"
    assert arbiter.muted_seconds(11.0) == 2.0
    assert arbiter.customer_acted(13.0), "after the silence a new one begins"


def test_the_end_of_a_silence_is_told_once() -> None:
    arbiter = in_control()
    arbiter.customer_acted(10.0)
    assert not arbiter.tick(11.9)
    assert arbiter.tick(12.0)
    assert not arbiter.tick(12.1)
    assert arbiter.next_deadline() is None


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("level"), st.integers(0, 3)),
            st.tuples(st.just("hinder"), st.sampled_from(Hindrance)),
            st.tuples(st.just("clear"), st.sampled_from(Hindrance)),
            st.tuples(st.just("acted"), st.floats(0, 100)),
            st.tuples(st.just("tick"), st.floats(0, 100)),
        )
    ),
    st.sampled_from(Kind),
    st.floats(0, 200),
)
def test_nothing_reopens_after_stop(events: list[tuple[str, object]], kind: Kind, now: float) -> None:
    arbiter = in_control()
    arbiter.stop()
    calls = {
        "level": arbiter.set_level,
        "hinder": arbiter.hinder,
        "clear": arbiter.clear,
        "acted": arbiter.customer_acted,
        "tick": arbiter.tick,
    }
    for name, value in events:
        calls[name](value)  # type: ignore[operator]
    assert arbiter.verdict(kind, now) is Verdict.STOPPED
    assert arbiter.next_deadline() is None


@given(st.lists(st.floats(0, 1000), min_size=1), st.floats(0, 2000))
def test_no_deed_within_two_seconds_of_any_movement(moments: list[float], now: float) -> None:
    arbiter = in_control()
    for moment in sorted(moments):
        arbiter.customer_acted(moment)
    last = max(moments)
    if now < last + MUTE_SECONDS:
        assert not arbiter.allows(Kind.MOVE, now)
    else:
        assert arbiter.allows(Kind.MOVE, now)
