"""Contracts as pure rules: which version of a day, what a version must have, who pays, the flat and the quota."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.billing.bands import Calendar
from beistand.billing.contract import (
    Beneficiary,
    Contract,
    ContractError,
    ContractVersion,
    CoverageRule,
    Hours,
    check_versions,
    spans,
)
from beistand.billing.coverage import AHEAD_HOURS, Asked, Chargeable, Covered, Reason, covered_until, decide
from beistand.billing.flat import flat_lines
from beistand.billing.minutes import Terms
from beistand.billing.price_list import PriceList, choose
from beistand.billing.quota import Entry, fold, take

JAN, JUL = date(2026, 1, 1), date(2026, 7, 1)
TIME = ContractVersion("v1", JAN, rates_cents={1: 9600, 3: 13200})
CONTRACT = Contract("c", "1001", "partner", "Partner AG", JAN, versions=(TIME,), beneficiaries=(Beneficiary("kunde"),))
# Thursday 12 November 2026, 10:00 in Germany.
THURSDAY = datetime(2026, 11, 12, 9, tzinfo=UTC)


def served(*rules: CoverageRule) -> Contract:
    return replace(CONTRACT, versions=(replace(TIME, rules=rules),))


# --- versions ---


def test_a_version_holds_until_the_next_begins() -> None:
    later = replace(TIME, id="v2", valid_from=JUL)
    contract = replace(CONTRACT, versions=(later, TIME), ends_on=date(2026, 12, 31))
    check_versions(contract)
    found = {
        day: contract.version_on(day) for day in (date(2025, 12, 31), JAN, date(2026, 6, 30), JUL, date(2027, 1, 1))
    }
    assert [version and version.id for version in found.values()] == [None, "v1", "v1", "v2", None]


def test_a_version_with_a_last_day_leaves_a_gap() -> None:
    contract = replace(CONTRACT, versions=(replace(TIME, valid_until=date(2026, 3, 31)),))
    assert contract.version_on(date(2026, 3, 31)) is not None
    assert contract.version_on(date(2026, 4, 1)) is None
    decision = decide([contract], Asked("kunde"), THURSDAY)
    assert decision == Chargeable(Reason("no_version", "1001", date(2026, 11, 12)), None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"valid_from": JAN}, "overlap"),
        ({"valid_from": date(2025, 12, 31)}, "outside_contract"),
        ({"valid_until": date(2026, 6, 30)}, "ends_before_begin"),
        ({"rates_cents": {}}, "no_rate"),
        ({"rates_cents": {2: 9600}}, "no_rate"),
        ({"rates_cents": {1: -1}}, "negative_price"),
        ({"model": "flat"}, "no_flat"),
        ({"model": "flat_with_quota", "flat_cents": 1}, "no_quota"),
        ({"model": "prepaid_block", "block_minutes": 600}, "no_block"),
        ({"discount_bp": 10_001}, "bad_percent"),
        ({"surcharges_bp": {"night": -1}}, "bad_percent"),
    ],
)
def test_a_version_that_could_not_be_billed_is_refused(changes: dict[str, object], code: str) -> None:
    second = replace(TIME, **({"id": "v2", "valid_from": JUL} | changes))  # type: ignore[arg-type]
    with pytest.raises(ContractError) as refused:
        check_versions(replace(CONTRACT, versions=(TIME, second)))
    assert refused.value.code == code


def test_a_closed_version_that_reaches_into_the_next_is_refused_with_the_day() -> None:
    first = replace(TIME, valid_until=JUL)
    with pytest.raises(ContractError, match=r"would hold on 2026-07-01: choose another first day"):
        check_versions(replace(CONTRACT, versions=(first, replace(TIME, id="v2", valid_from=JUL))))


def test_a_flat_needs_no_hourly_rate() -> None:
    flat = ContractVersion("v", JAN, model="flat", flat_cents=24_900)
    check_versions(replace(CONTRACT, versions=(flat,)))
    assert flat.price(1) is None


def test_a_level_without_its_own_rate_takes_the_next_lower_one() -> None:
    prices = [TIME.price(level) for level in (1, 2, 3)]
    assert [price and price.rate_cents for price in prices] == [9600, 9600, 13_200]


@given(st.lists(st.integers(0, 700), unique=True, max_size=5), st.integers(0, 800), st.integers(0, 60))
def test_every_day_of_a_stretch_belongs_to_exactly_its_own_version(starts: list[int], first: int, length: int) -> None:
    versions = tuple(ContractVersion(str(n), JAN + timedelta(days=n), rates_cents={1: 1}) for n in starts)
    contract = replace(CONTRACT, versions=versions, ends_on=JAN + timedelta(days=750))
    begin = JAN + timedelta(days=first)
    end = begin + timedelta(days=length)
    days = {}
    for version, low, high in spans(contract, begin, end):
        for n in range((high - low).days + 1):
            day = low + timedelta(days=n)
            assert day not in days
            days[day] = version
    for n in range(length + 1):
        day = begin + timedelta(days=n)
        assert days.get(day) == contract.version_on(day)


# --- who pays ---


def test_the_partner_pays_for_a_beneficiary_and_for_itself() -> None:
    for customer in ("kunde", "partner"):
        assert decide([CONTRACT], Asked(customer), THURSDAY) == Covered(CONTRACT, TIME)


@pytest.mark.parametrize("customer", [None, "fremd"])
def test_without_a_contract_work_is_chargeable_by_the_firms_prices(customer: str | None) -> None:
    prices = PriceList({1: 9600})
    assert decide([CONTRACT], Asked(customer), THURSDAY, [prices]) == Chargeable(Reason("no_contract"), prices)
    assert decide([], Asked(customer), THURSDAY) == Chargeable(Reason("no_contract"), None)


def test_a_beneficiary_is_served_from_and_until_a_day() -> None:
    until = Beneficiary("kunde", date(2026, 11, 1), date(2026, 11, 12))
    contract = replace(CONTRACT, beneficiaries=(until,))
    assert isinstance(decide([contract], Asked("kunde"), THURSDAY), Covered)
    for days in (1, -12):
        late = decide([contract], Asked("kunde"), THURSDAY + timedelta(days=days))
        assert late == Chargeable(Reason("no_contract"), None)


def test_the_day_is_the_contracts_own_not_utc() -> None:
    contract = replace(CONTRACT, ends_on=date(2026, 11, 12))
    # 23:30 UTC is half past midnight of the 13th in Germany.
    late = decide([contract], Asked("kunde"), datetime(2026, 11, 12, 23, 30, tzinfo=UTC))
    assert late == Chargeable(Reason("ended", "1001", date(2026, 11, 12)), None)
    early = decide([replace(CONTRACT, starts_on=date(2026, 11, 13))], Asked("kunde"), THURSDAY)
    assert early == Chargeable(Reason("not_begun", "1001", date(2026, 11, 13)), None)


def test_the_first_rule_that_fits_decides_and_what_no_rule_names_is_not_covered() -> None:
    faults = CoverageRule(True, service_types=frozenset(["fault"]))
    not_him = CoverageRule(False, customers=frozenset(["kunde"]))
    assert isinstance(decide([served(faults)], Asked("kunde", "fault"), THURSDAY), Covered)
    refused = decide([served(faults)], Asked("kunde", "setup"), THURSDAY)
    assert refused == Chargeable(Reason("service_type", "1001"), None)
    assert decide([served(not_him, faults)], Asked("kunde", "fault"), THURSDAY) == Chargeable(
        Reason("customer", "1001"), None
    )
    assert isinstance(decide([served(not_him, faults)], Asked("partner", "fault"), THURSDAY), Covered)


@pytest.mark.parametrize(
    ("at", "is_covered"),
    [
        (datetime(2026, 11, 12, 6, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 12, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 12, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 12, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 14, 10, 0, tzinfo=UTC), False),
        # Thursday 4 June 2026 is Corpus Christi in Bavaria: a Sunday for the service hours.
        (datetime(2026, 6, 4, 10, 0, tzinfo=UTC), False),
    ],
)
def test_service_hours_go_by_the_contracts_clock_and_holidays(at: datetime, is_covered: bool) -> None:
    office = CoverageRule(True, hours=Hours(frozenset(range(5)), 8 * 60, 17 * 60))
    contract = replace(CONTRACT, versions=(replace(TIME, rules=(office,), calendar=Calendar(state="BY")),))
    decision = decide([contract], Asked("kunde"), at)
    assert isinstance(decision, Covered) == is_covered
    if isinstance(decision, Chargeable):
        assert decision.reason == Reason("hours", "1001")


@given(
    st.integers(0, 366 * 24 * 12),
    st.sampled_from(["SH", "BY"]),
    st.tuples(st.integers(0, 1380), st.integers(1, 60)),
    st.booleans(),
)
def test_until_the_cover_ends_the_same_partner_pays_and_then_pays_no_more(
    fives: int, state: str, hours: tuple[int, int], is_ending: bool
) -> None:
    """Any five minutes of 2026, over both changes of the clock and holidays: no instant before says otherwise."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * fives)
    rule = CoverageRule(True, hours=Hours(frozenset(range(6)), hours[0], sum(hours)))
    last = at.date() if is_ending else None
    contract = replace(
        CONTRACT, versions=(replace(TIME, rules=(rule, rule), calendar=Calendar(state=state)),), ends_on=last
    )
    asked = Asked("kunde")
    until = covered_until([contract], asked, at)

    def pays(moment: datetime) -> bool:
        return isinstance(decide([contract], asked, moment), Covered)

    if not pays(at):
        assert until is None
        return
    end = until or at + timedelta(hours=AHEAD_HOURS)
    assert all(pays(at + timedelta(minutes=m)) for m in range(int((end - at).total_seconds() // 60)))
    assert until is None or not pays(until)


def test_two_payers_are_a_question_and_the_technicians_choice_answers_it() -> None:
    other = replace(CONTRACT, id="d", number="1002", partner_id="zweiter", partner_name="Zweiter GmbH")
    with pytest.raises(ContractError, match=r"Partner AG by contract 1001 and Zweiter GmbH by contract 1002"):
        decide([CONTRACT, other], Asked("kunde"), THURSDAY)
    chosen = decide([CONTRACT, other], Asked("kunde"), THURSDAY, contract_id="d")
    assert chosen == Covered(other, TIME)
    with pytest.raises(ContractError):
        decide([CONTRACT, other], Asked("kunde"), THURSDAY, contract_id="of nobody")


def test_two_contracts_of_one_partner_are_one_payer() -> None:
    second = replace(CONTRACT, id="d", number="1000")
    assert decide([CONTRACT, second], Asked("kunde"), THURSDAY) == Covered(second, TIME)


def test_a_contract_without_a_rate_covers_and_warns() -> None:
    bare = replace(CONTRACT, versions=(replace(TIME, rates_cents={}),))
    decision = decide([bare], Asked("kunde"), THURSDAY)
    assert isinstance(decision, Covered)
    assert decision.warning is not None
    assert "has no hourly rate" in str(decision.warning)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide([], Asked(None), datetime(2026, 1, 1))  # noqa: DTZ001


# --- prices ---


def test_the_most_particular_price_list_holds() -> None:
    firm, named = PriceList({1: 1}), PriceList({1: 2}, id="n")
    for_work = PriceList({1: 3}, id="w", service_type="fault")
    for_him = PriceList({1: 4}, id="k", customer_id="kunde")
    lists = [firm, for_him, named, for_work]
    assert choose(lists, "kunde", "fault") == for_him
    assert choose(lists, "other", "fault") == for_work
    assert choose(lists, None, "") == named
    assert choose([firm], None, "") == firm
    assert choose([for_him], None, "") is None


def test_an_hour_that_begins_in_the_evening_is_announced_with_its_surcharge() -> None:
    prices = PriceList({1: 9600, 2: 11_800}, surcharges_bp={"evening": 2500})
    assert prices.hour(1, THURSDAY) == 9600
    assert prices.hour(2, THURSDAY + timedelta(hours=9)) == 14_750


# --- the flat ---


def flat(**changes: object) -> Contract:
    version = ContractVersion("v", JAN, model="flat_with_quota", flat_cents=24_900, included_minutes=300)
    version = replace(version, rates_cents={1: 9600}, **changes)  # type: ignore[arg-type]
    return replace(CONTRACT, versions=(version,))


def test_t53_the_flat_of_a_contract_that_begins_within_the_month_goes_by_days() -> None:
    november = replace(flat(), starts_on=date(2026, 11, 16))
    [line] = flat_lines(november, 2026, 11)
    assert (line.days, line.days_of_month, line.net_cents, line.included_minutes) == (15, 30, 12_450, 150)
    [february] = flat_lines(replace(flat(), starts_on=date(2027, 2, 10)), 2027, 2)
    assert (february.days, february.net_cents) == (19, 16_896)


def test_a_new_flat_in_mid_month_makes_two_lines() -> None:
    contract = flat()
    dearer = replace(contract.versions[0], id="w", valid_from=date(2026, 11, 11), flat_cents=30_000)
    lines = flat_lines(replace(contract, versions=(*contract.versions, dearer)), 2026, 11)
    assert [(line.version.id, line.days, line.net_cents) for line in lines] == [("v", 10, 8300), ("w", 20, 20_000)]
    assert sum(line.included_minutes for line in lines) == 300


def test_a_flat_that_is_not_pro_rata_is_whole_and_a_month_outside_costs_nothing() -> None:
    contract = replace(flat(is_pro_rata=False), starts_on=date(2026, 11, 30))
    assert [line.net_cents for line in flat_lines(contract, 2026, 11)] == [24_900]
    assert flat_lines(contract, 2026, 10) == []


# --- included minutes ---


def test_the_account_counts_what_came_and_went() -> None:
    entries = [
        Entry("granted", 300),
        Entry("carried", 60),
        Entry("used", 75),
        Entry("used", 30),
        Entry("given_back", 30),
    ]
    account = fold(entries)
    assert (account.granted, account.carried, account.used, account.left) == (300, 60, 75, 285)
    use = account.use(cap=120)
    assert (use.from_carry, use.from_month, use.next_carry) == (60, 15, 120)
    assert take(account, 300) == (285, 15)
    closed = fold([*entries, Entry("expired", 165)])
    assert (closed.left, take(closed, 15)) == (0, (0, 15))


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.lists(st.integers(0, 500), max_size=20))
def test_no_minute_is_taken_twice_or_lost(granted: int, carried: int, works: list[int]) -> None:
    entries, over = [Entry("granted", granted), Entry("carried", carried)], 0
    for minutes in works:
        inside, outside = take(fold(entries), minutes)
        assert inside + outside == minutes
        over += outside
        entries.append(Entry("used", inside))
    account = fold(entries)
    assert account.left == granted + carried - account.used
    assert account.used + over == sum(works)
    assert over == max(0, sum(works) - granted - carried)


def test_terms_of_a_version_are_the_terms_of_rating() -> None:
    assert TIME.terms == Terms(15, 15, 0, "up")
