"""The worked cases of the specification, each under its number."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.billing.bands import Calendar, seconds_by_band
from beistand.billing.minutes import QuotaUse, Terms, billable_minutes, net_seconds, split, use_quota
from beistand.billing.money import credit_tax, flat_pro_rata, price_line, times, vat
from beistand.billing.rating import Consent, Entry, Price, UnannouncedCharge, rate_group

S19, S7 = ("S", 1900), ("S", 700)


@pytest.mark.parametrize(
    ("number", "seconds", "terms", "minutes"),
    [
        ("T1", 1, Terms(15, 15, 0, "up"), 15),
        ("T2", 900, Terms(15, 15, 0, "up"), 15),
        ("T3", 901, Terms(15, 15, 0, "up"), 30),
        ("T4", 960, Terms(15, 15, 60, "up"), 15),
        ("T5", 961, Terms(15, 15, 60, "up"), 30),
        ("T6", 4020, Terms(15, 15, 0, "up"), 75),
        ("T7", 120, Terms(5, 10, 0, "up"), 10),
        ("T8", 2280, Terms(15, 30, 0, "up"), 45),
        ("T9", 1350, Terms(15, 15, 0, "nearest"), 30),
        ("T10", 1349, Terms(15, 15, 0, "nearest"), 15),
        ("T11", 59, Terms(1, 0, 0, "exact"), 1),
        ("T12", 0, Terms(15, 15, 0, "up"), 0),
    ],
)
def test_billable_minutes(number, seconds, terms, minutes):
    assert billable_minutes(seconds, terms) == minutes


@pytest.mark.parametrize(
    ("number", "minutes", "rate", "surcharge", "discount", "unit", "off", "net"),
    [
        ("T13", 75, 9600, 0, 0, 9600, 0, 12000),
        ("T14", 45, 11800, 0, 0, 11800, 0, 8850),
        ("T15", 15, 8999, 0, 0, 8999, 0, 2250),
        ("T16", 15, 2750, 0, 0, 2750, 0, 688),
        ("T17", 20, 10000, 0, 0, 10000, 0, 3333),
        ("T18", 50, 10000, 0, 0, 10000, 0, 8333),
        ("T19", 30, 9600, 5000, 0, 14400, 0, 7200),
        ("T20", 30, 9600, 2500, 1000, 12000, 600, 5400),
        ("T21", 7, 9999, 3333, 250, 13332, 39, 1516),
        ("T22", 15, 3250, 0, 0, 3250, 0, 813),
    ],
)
def test_lines(number, minutes, rate, surcharge, discount, unit, off, net):
    line = price_line(minutes, rate, surcharge, discount)
    assert (line.unit_cents, line.discount_cents, line.net_cents) == (unit, off, net)


@pytest.mark.parametrize(
    ("number", "start", "end", "state", "bands", "billed", "parts"),
    [
        ("T23", "2026-11-12T09:02:00+01:00", "2026-11-12T10:09:00+01:00", "SH", [("normal", 4020)], 75, [75]),
        (
            *("T24", "2026-11-12T17:40:00+01:00", "2026-11-12T18:25:00+01:00", "SH"),
            *([("normal", 1200), ("evening", 1500)], 45, [20, 25]),
        ),
        (
            *("T25", "2026-11-14T23:30:00+01:00", "2026-11-15T00:30:00+01:00", "SH"),
            *([("saturday", 1800), ("sunday_holiday", 1800)], 60, [30, 30]),
        ),
        ("T26", "2026-10-31T09:00:00+01:00", "2026-10-31T10:00:00+01:00", "SH", [("sunday_holiday", 3600)], 60, [60]),
        ("T27", "2026-10-31T09:00:00+01:00", "2026-10-31T10:00:00+01:00", "BY", [("saturday", 3600)], 60, [60]),
        ("T28", "2026-06-04T09:00:00+02:00", "2026-06-04T10:00:00+02:00", "BY", [("sunday_holiday", 3600)], 60, [60]),
        (
            "T29",
            "2026-10-25T01:30:00+02:00",
            "2026-10-25T03:30:00+01:00",
            "SH",
            [("sunday_holiday", 10800)],
            180,
            [180],
        ),
        ("T30", "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", "SH", [("sunday_holiday", 3600)], 60, [60]),
    ],
)
def test_bands_and_split(number, start, end, state, bands, billed, parts):
    found = seconds_by_band(datetime.fromisoformat(start), datetime.fromisoformat(end), Calendar(state=state))
    assert found == bands
    minutes = billable_minutes(sum(seconds for _band, seconds in found), Terms())
    assert minutes == billed
    assert split(minutes, [seconds for _band, seconds in found]) == parts


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
def test_pauses(number, pauses, seconds, billed):
    net = net_seconds(0, 3600, [(a * 60, b * 60) for a, b in pauses])
    assert net == seconds
    assert billable_minutes(net, Terms()) == billed


@pytest.mark.parametrize(
    ("number", "used", "included", "carried", "cap", "result"),
    [
        ("T36", 225, 300, 0, 120, QuotaUse(0, 225, 0, 75)),
        ("T37", 300, 300, 60, 120, QuotaUse(60, 240, 0, 60)),
        ("T38", 400, 300, 60, 120, QuotaUse(60, 300, 40, 0)),
        ("T39", 0, 300, 90, 120, QuotaUse(0, 0, 0, 120)),
        ("T40", 30, 300, 45, 120, QuotaUse(30, 0, 0, 120)),
        ("T41", 361, 300, 60, 0, QuotaUse(60, 300, 1, 0)),
    ],
)
def test_included_minutes(number, used, included, carried, cap, result):
    assert use_quota(used, included, carried, cap) == result


@pytest.mark.parametrize(
    ("number", "lines", "totals", "tax_by_line"),
    [
        ("T42", {S19: [12000, 8850, 24900]}, {S19: (45750, 8693)}, 8693),
        ("T43", {S19: [688, 688]}, {S19: (1376, 261)}, 262),
        ("T44", {S19: [333, 333, 333]}, {S19: (999, 190)}, 189),
        ("T45", {("AE", 0): [12000]}, {("AE", 0): (12000, 0)}, 0),
        ("T46", {("E", 0): [12000]}, {("E", 0): (12000, 0)}, 0),
        ("T47", {S19: [10000], S7: [5005]}, {S19: (10000, 1900), S7: (5005, 350)}, 2250),
        ("T48", {S19: [-45750]}, {S19: (-45750, -8693)}, -8693),
    ],
)
def test_vat_is_computed_once_on_the_sum(number, lines, totals, tax_by_line):
    assert vat(lines) == totals
    # What a sum of rounded lines would give: the wrong way, kept here to show the difference.
    assert sum(times(cents, key[1], 10_000) for key, all_cents in lines.items() for cents in all_cents) == tax_by_line


NOON = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)


def entry(minutes, technician="A", goodwill=0, start=NOON):
    reason = "our own mistake" if goodwill else ""
    return Entry(technician, start, start + timedelta(minutes=minutes), minutes * 60, goodwill * 60, reason)


def rated(entries, rate=9600, **rest):
    return rate_group(entries, rest.pop("terms", Terms()), Price(rate), Calendar(), is_covered=True, **rest)


def test_t49_a_case_is_rounded_once_its_sessions_each():
    three = [entry(6, start=NOON + timedelta(hours=hour)) for hour in range(3)]
    terms = Terms(15, 15)
    assert sum(rated([one], terms=terms).net_cents for one in three) == 7200
    case = rated(three, terms=terms)
    assert (case.net_cents, case.minutes) == (4800, 30)


def test_t50_two_technicians_each_with_their_own_rate():
    assert rated([entry(40)], 9600).net_cents + rated([entry(25)], 13200).net_cents == 7200 + 6600


def test_t51_goodwill_is_taken_off_before_rounding_and_printed():
    result = rated([entry(67, goodwill=15)])
    assert (result.minutes, result.net_cents, result.goodwill_seconds) == (60, 9600, 900)


def test_t52_a_flat_rate_with_fair_use():
    over = use_quota(345, 300, 0, 0).over
    assert 24900 + rated([entry(over)]).net_cents == 32100


def test_t53_a_flat_rate_by_days():
    assert flat_pro_rata(24900, 15, 30) == 12450
    assert flat_pro_rata(24900, 19, 28) == 16896


def test_t54_credits_one_after_another_give_back_exactly_the_tax():
    assert [credit_tax(1376, 688, 1900), credit_tax(688, 688, 1900)] == [130, 131]


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=8), st.integers(0, 5_000))
def test_the_sum_of_bands_equals_the_billed_minutes(seconds, minutes):
    parts = split(minutes, seconds)
    assert sum(parts) == minutes
    assert all(
        abs(part - minutes * part_seconds / sum(seconds)) < 1 for part, part_seconds in zip(parts, seconds, strict=True)
    )


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.sampled_from([700, 1900]))
def test_vat_of_the_parts_equals_vat_of_the_whole(parts, rate):
    rest, taxes = sum(parts), 0
    for part in parts:
        taxes += credit_tax(rest, part, rate)
        rest -= part
    assert taxes == times(sum(parts), rate, 10_000)


@given(st.integers(1, 600), st.integers(1, 60), st.integers(0, 60), st.sampled_from(["up", "nearest", "exact"]))
def test_rating_twice_gives_the_same_cents_and_never_less_for_more(minutes, step, minimum, rounding):
    terms = Terms(step, minimum, 0, rounding)
    assert rated([entry(minutes)], terms=terms) == rated([entry(minutes)], terms=terms)
    assert rated([entry(minutes)], terms=terms).net_cents <= rated([entry(minutes + 1)], terms=terms).net_cents


@given(st.integers(-3600, 3600), st.booleans(), st.booleans())
def test_rating_never_charges_a_second_without_consent(offset, is_yes, has_notice):
    consent = Consent("ab" if has_notice else "", NOON + timedelta(seconds=offset), is_yes)
    terms, price = Terms(), Price(9600)
    if is_yes and has_notice and offset <= 0:
        assert rate_group([entry(10)], terms, price, Calendar(), is_covered=False, consent=consent).net_cents == 2400
    else:
        with pytest.raises(UnannouncedCharge):
            rate_group([entry(10)], terms, price, Calendar(), is_covered=False, consent=consent)
    with pytest.raises(UnannouncedCharge):
        rate_group([entry(10)], terms, price, Calendar(), is_covered=False)


def test_goodwill_alone_needs_no_consent_and_costs_nothing():
    result = rate_group([entry(10, goodwill=10)], Terms(), Price(9600), Calendar(), is_covered=False)
    assert (result.net_cents, result.goodwill_seconds) == (0, 600)


@given(st.integers(0, 3 * 366 * 86_400), st.integers(1, 3 * 86_400))
def test_bands_cover_every_second_once_whatever_the_clock_does(offset, seconds):
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=offset)
    found = seconds_by_band(start, start + timedelta(seconds=seconds), Calendar(state="BY", is_catholic=True))
    assert sum(part for _band, part in found) == seconds
