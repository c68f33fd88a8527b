"""Prices of later hours: named in the words, shown while the work runs, billed to the same cent."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from beistand.billing.bands import Calendar
from beistand.billing.minutes import Terms
from beistand.billing.price_card import Later, PriceCard
from beistand.billing.price_list import PriceList
from beistand.billing.rating import Consent, Entry, Price, rate_group

EVENING = PriceList({1: 9600}, surcharges_bp={"evening": 5000, "night": 10_000, "sunday_holiday": 10_000})


def test_a_list_names_every_hour_at_which_its_price_changes():
    thursday = datetime(2026, 11, 12, 16, 0, tzinfo=UTC)  # 17:00 in Berlin
    told = [(moment.isoformat(), cents) for moment, cents in EVENING.later(1, thursday)]
    assert told == [
        ("2026-11-12T17:00:00+00:00", 14_400),
        ("2026-11-12T21:00:00+00:00", 19_200),
        ("2026-11-13T05:00:00+00:00", 9600),
    ]


def test_midnight_into_a_holiday_is_named():
    friday = datetime(2026, 12, 24, 20, 30, tzinfo=UTC)  # 21:30, the evening before Christmas Day
    assert [cents for _at, cents in EVENING.later(1, friday)] == [19_200]  # 22:00; the holiday costs the same
    assert EVENING.later(1, datetime(2026, 12, 24, 12, 0, tzinfo=UTC))[-1][1] == 19_200


@given(
    begun=st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 1)),  # noqa: DTZ001 - made aware below
    after=st.integers(0, 3600),
    seconds=st.integers(1, 40_000),
    evening=st.integers(0, 10_000),
    terms=st.sampled_from([Terms(), Terms(1, 0, 0, "exact"), Terms(5, 10, 60), Terms(15, 30, 0, "nearest")]),
)
def test_what_is_shown_at_the_end_is_what_is_billed(begun, after, seconds, evening, terms):
    told_at = begun.replace(microsecond=0, tzinfo=UTC)
    prices = PriceList({1: 9999}, terms, {"evening": evening, "night": 3333, "saturday": 2500, "sunday_holiday": 7777})
    changes = prices.later(1, told_at)
    card = PriceCard(
        *("", prices.hour(1, told_at), terms.step, terms.minimum, 1900, False, "", "de"),
        *(terms.grace_seconds, terms.rounding),
        later=tuple(Later(int(moment.timestamp()) * 1_000_000, f"{moment}", cents) for moment, cents in changes),
    )
    start, end = told_at + timedelta(seconds=after), told_at + timedelta(seconds=after + seconds)
    price = Price(card.rate_cents, later=tuple((moment, f"{moment}", cents) for moment, cents in changes))
    entry, consent = Entry("Tina", start, end, seconds), Consent("ab", told_at, is_yes=True)
    rated = rate_group([entry], terms, price, Calendar(), is_covered=False, consent=consent)
    edges = [start, *(min(max(moment, start), end) for moment, _cents in changes), end]
    parts = [int((b - a).total_seconds()) for a, b in pairwise(edges)]
    assert rated.net_cents == card.amount_cents(*parts)
    assert sum(part for _name, part in price.stretches(start, end, Calendar())) == seconds
