"""From recorded work to drafts: who pays, what is included, what is asked, and that no second is lost or sold twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beistand.billing.contract import Beneficiary, Contract, ContractVersion, CoverageRule
from beistand.billing.draft import Period
from beistand.billing.drafting import Particulars, document_of
from beistand.billing.invoice import Buyer, totals
from beistand.billing.minutes import Terms
from beistand.billing.quota import Account
from beistand.billing.rating import Consent, Price
from beistand.billing.run import make_drafts
from beistand.billing.taxation import Rates, Taxes, TaxHistory
from beistand.billing.work import Announced, Work, entries
from invoices.making import SELLER, at

STANDARD = Taxes(TaxHistory(Rates(1900)), "standard", False)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
VERSION = ContractVersion("v1", date(2026, 1, 1), rates_cents={1: 9600, 2: 13200})


def contract(version=VERSION, number="V-1", partner="P", serves=("C",), **more):
    return Contract(
        *(f"id-{number}", number, partner, f"Partner {partner}", date(2026, 1, 1)),
        beneficiaries=tuple(Beneficiary(each) for each in serves),
        versions=(version,) if isinstance(version, ContractVersion) else tuple(version),
        **more,
    )


def work(name="e1", start=None, minutes=67, **more):
    start = start or at(12, 8, 2)
    end = start + timedelta(minutes=minutes)
    values = {
        "session_id": f"s-{name}",
        "technician": "Tina",
        "customer_id": "C",
        "customer": "Bäckerei",
        "stretches": ((start, end),),
        "net_seconds": minutes * 60,
    }
    return Work(entry_id=name, started=start, ended=end, **{**values, **more})


def yes(answered=None, is_yes=True, rate=9600):
    answered = answered or at(12, 8, 1)
    return Announced(Consent("ab", answered, is_yes), Price(rate), Terms())


def run(works, contracts=(), **more):
    return make_drafts(works, contracts, NOVEMBER, **more)


def net(works, contracts=(), **more):
    return sum(draft.net_cents for draft in run(works, contracts, **more).drafts)


def test_the_partner_pays_and_the_customer_pays_nothing():
    outcome = run([work()], [contract()])
    (draft,) = outcome.drafts
    assert (draft.payer_id, draft.net_cents, draft.contracts) == ("P", 12_000, ("V-1",))
    assert outcome.questions == ()


def test_one_invoice_per_payer_and_period_whatever_the_reason():
    """The partner's contract work, the partner's own chargeable work, and a customer's chargeable work."""
    mine = work("e2", at(13, 8), is_chargeable=True, announced=yes(at(13, 7)), customer_id="P")
    theirs = work("e3", at(14, 8), is_chargeable=True, announced=yes(at(14, 7)), customer_id="X")
    drafts = run([work(), mine, theirs], [contract()]).drafts
    assert [(draft.payer_id, len(draft.groups)) for draft in drafts] == [("P", 2), ("X", 1)]


def test_or_one_invoice_per_case():
    version = replace(VERSION, invoice_per="case", scope="case")
    works = [
        work("e1", minutes=6, case_id="c1", case_title="Der Drucker"),
        work("e2", at(13, 8), minutes=6, case_id="c1", case_title="Der Drucker"),
        work("e3", at(14, 8), minutes=6, case_id="c2", case_title="Der Server"),
    ]
    drafts = run(works, [contract(version)]).drafts
    assert [(draft.case_id, draft.net_cents, len(draft.groups)) for draft in drafts] == [
        ("c1", 2400, 1),
        ("c2", 2400, 1),
    ]


def test_t49_three_sessions_of_a_case_are_rounded_once():
    works = [work(f"e{day}", at(day, 8), minutes=6, case_id="c") for day in (10, 11, 12)]
    assert net(works, [contract()]) == 7200
    assert net(works, [contract(replace(VERSION, scope="case"))]) == 4800
    same_day = [work(f"e{hour}", at(10, hour), minutes=6) for hour in (8, 9, 10)]
    assert net(same_day, [contract(replace(VERSION, scope="day"))]) == 4800


def test_t50_two_technicians_are_each_rounded_alone_or_only_the_lead_is_charged():
    two = [
        work("e1", minutes=40, session_id="s"),
        work("e2", minutes=25, session_id="s", technician="Theo", level=2, is_lead=False),
    ]
    assert net(two, [contract()]) == 13_800
    (draft,) = run(two, [contract(replace(VERSION, is_lead_only=True))]).drafts
    assert draft.net_cents == 7200
    assert [group.is_not_lead for group in draft.groups] == [False, True]


def test_t51_goodwill_is_taken_off_first_and_printed_with_its_reason():
    (draft,) = run([work(goodwill_seconds=900, goodwill_reason="unser Fehler")], [contract()]).drafts
    assert draft.net_cents == 9600
    document, _sheet = document_of(draft, NOVEMBER, particulars())
    assert [(line.name, line.net_cents) for line in document.lines][1] == (
        "Kulanz 12.11.2026, 15 min: unser Fehler",
        0,
    )


FLAT = replace(VERSION, model="flat_with_quota", flat_cents=24_900, included_minutes=300, carry_cap_minutes=120)


def test_t52_a_flat_with_included_minutes_charges_what_is_over():
    (draft,) = run([work("e1", minutes=300), work("e2", at(13, 8), minutes=45)], [contract(FLAT)]).drafts
    assert draft.net_cents == 32_100
    assert [(move.kind, move.minutes) for move in draft.moves] == [("granted", 300), ("used", 345)]
    assert [(q.included, q.used, q.over, q.next_carry) for q in draft.quotas] == [(300, 345, 45, 0)]


def test_carried_minutes_go_first_and_the_earliest_work_gets_them():
    accounts = {"id-V-1": Account(granted=0, carried=60)}
    works = [work("late", at(20, 8), minutes=330), work("early", at(10, 8), minutes=45)]
    (draft,) = run(works, [contract(FLAT)], accounts=accounts).drafts
    assert [(g.works[0].entry_id, g.from_carry, g.from_month, g.minutes) for g in draft.groups] == [
        ("early", 45, 0, 45),
        ("late", 15, 300, 330),
    ]
    assert draft.net_cents == 24_900 + 2400


def test_t53_a_flat_for_half_a_month():
    begins = Contract(
        *("c", "V-1", "P", "Partner", date(2026, 11, 16)),
        versions=(replace(VERSION, model="flat", flat_cents=24_900, valid_from=date(2026, 11, 16)),),
    )
    (draft,) = run([], [begins]).drafts
    assert draft.net_cents == 12_450
    (line,) = document_of(draft, NOVEMBER, particulars())[0].lines
    assert "15 von 30 Tagen" in line.details


def test_a_plain_flat_covers_all_work_and_shows_it():
    (draft,) = run([work()], [contract(replace(VERSION, model="flat", flat_cents=24_900))]).drafts
    assert draft.net_cents == 24_900
    assert [(group.minutes, group.from_month) for group in draft.groups] == [(75, 75)]


def test_a_prepaid_block_is_sold_once_and_then_used_up():
    version = replace(VERSION, model="prepaid_block", block_minutes=120, block_cents=18_000)
    (first,) = run([work()], [contract(version)]).drafts
    assert (first.net_cents, [(m.kind, m.minutes) for m in first.moves]) == (18_000, [("granted", 120), ("used", 75)])
    billed = frozenset(source.key for source in first.sources)
    left = {"id-V-1": Account(granted=120, used=75)}
    second = run([work(), work("e2", at(20, 8))], [contract(version)], accounts=left, billed=billed)
    (draft,) = second.drafts
    assert draft.net_cents == 4800  # 45 of 75 minutes were left
    assert draft.is_due


def test_nothing_is_billed_twice():
    outcome = run([work()], [contract(FLAT)])
    billed = frozenset(source.key for draft in outcome.drafts for source in draft.sources)
    assert run([work()], [contract(FLAT)], billed=billed).drafts == ()


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        (work(is_chargeable=True), "unannounced"),
        (work(customer_id="unknown"), "unannounced"),
        (work(is_chargeable=True, announced=yes(is_yes=False)), "declined"),
        (work(is_chargeable=True, announced=yes(at(12, 8, 3))), "too_late"),
        (work(is_chargeable=True, announced=yes(), customer_id=None), "no_payer"),
        (work(level=1, customer_id="N"), "no_rate"),
        (work(customer_id="T"), "two_payers"),
    ],
)
def test_what_may_not_be_billed_is_asked_and_never_dropped(odd, code):
    contracts = [
        contract(serves=("C", "T")),
        contract(number="V-2", partner="Q", serves=("T",)),
        contract(replace(VERSION, rates_cents={}), "V-3", "R", ("N",)),
    ]
    outcome = run([odd], contracts)
    assert outcome.drafts == ()
    (question,) = outcome.questions
    assert (question.code, question.work) == (code, odd)
    assert question.sentence.endswith(".")


def test_a_release_with_a_reason_bills_what_was_declined_and_prints_why():
    odd = work(is_chargeable=True, announced=yes(is_yes=False), release_reason="am Telefon bestätigt, Fr. Klein")
    (draft,) = run([odd], []).drafts
    assert draft.net_cents == 12_000
    assert draft.groups[0].release_reason == "am Telefon bestätigt, Fr. Klein"


def test_coverage_rules_decide_again_at_the_time_of_the_work():
    rules = (CoverageRule(is_covered=True, service_types=frozenset({"fault"})),)
    version = replace(VERSION, rules=rules)
    assert net([work(service_type="fault")], [contract(version)]) == 12_000
    assert [q.code for q in run([work(service_type="setup")], [contract(version)]).questions] == ["unannounced"]


def test_a_session_over_a_change_of_prices_has_the_price_of_its_first_day():
    dearer = replace(VERSION, id="v2", valid_from=date(2026, 11, 13), rates_cents={1: 12_000})
    night = datetime(2026, 11, 12, 22, 30, tzinfo=UTC)  # 23:30 in Berlin, to 0:30 on the 13th
    both = contract((VERSION, dearer))
    assert net([work(start=night, minutes=60)], [both]) == 9600
    assert net([work(start=night + timedelta(minutes=30), minutes=60)], [both]) == 12_000


def test_a_session_over_a_month_s_end_belongs_to_the_month_in_which_it_began():
    over = work(start=datetime(2026, 11, 30, 22, 30, tzinfo=UTC), minutes=60)
    after = work(start=datetime(2026, 11, 30, 23, 0, tzinfo=UTC), minutes=60)  # 1 December, 0:00 in Berlin
    assert net([over], [contract()]) == 9600
    assert net([after], [contract()]) == 0
    late = work(start=at(12, 8) - timedelta(days=30), minutes=60)
    assert net([late], [contract()]) == 9600  # forgotten in October: it comes now, and is not lost


def test_a_session_through_the_hour_that_comes_twice_counts_every_second():
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)  # 01:30 in Berlin, summer time; three hours until 03:30
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    (draft,) = make_drafts([work(start=start, minutes=180)], [contract()], october).drafts
    assert draft.net_cents == 3 * 9600


def test_pauses_are_left_out_of_the_bands_too():
    """17:30 to 18:30 with a pause from 17:45 to 18:15: half of what counts is evening."""
    start = at(12, 16, 30)
    halves = (
        (start, start + timedelta(minutes=15)),
        (start + timedelta(minutes=45), start + timedelta(minutes=60)),
    )
    paused = work(start=start, minutes=60, stretches=halves, net_seconds=1800)
    version = replace(VERSION, surcharges_bp={"evening": 5000})
    (draft,) = run([paused], [contract(version)]).drafts
    assert [(each.band, each.minutes, each.net_cents) for each in draft.groups[0].priced] == [
        ("normal", 15, 2400),
        ("evening", 15, 3600),
    ]


PARTS = st.lists(st.tuples(st.integers(1, 90), st.integers(0, 30)), min_size=1, max_size=5)


@given(PARTS, st.integers(-600, 600), st.integers(0, 100))
def test_entries_carry_exactly_the_net_seconds_and_the_goodwill(parts, correction, goodwill_percent):
    clock, stretches = at(12, 8), []
    for minutes, pause in parts:
        stretches.append((clock, clock + timedelta(minutes=minutes)))
        clock += timedelta(minutes=minutes + pause)
    total = max(0, sum(minutes * 60 for minutes, _pause in parts) + correction)
    given_away = total * goodwill_percent // 100
    made = entries(
        work(stretches=tuple(stretches), net_seconds=total, goodwill_seconds=given_away, goodwill_reason="x")
    )
    assert sum(entry.net_seconds for entry in made) == total
    assert sum(entry.goodwill_seconds for entry in made) == given_away


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(0, 23), st.integers(1, 200), st.sampled_from("CPXT"), st.booleans()),
        max_size=12,
    )
)
def test_every_entry_is_on_one_invoice_or_asked_about_and_twice_gives_the_same(parts):
    works = [
        work(
            f"e{n}",
            at(day, hour),
            minutes,
            customer_id=who,
            is_chargeable=is_charged,
            announced=yes(at(day, hour) - timedelta(minutes=1)) if n % 2 else None,
        )
        for n, (day, hour, minutes, who, is_charged) in enumerate(parts)
    ]
    contracts = [contract(FLAT, serves=("C", "T")), contract(number="V-2", partner="Q", serves=("T",))]
    outcome = run(works, contracts)
    assert outcome == run(list(reversed(works)), contracts)
    billed = [s.key for draft in outcome.drafts for s in draft.sources if s.key.startswith("entry:")]
    asked = [f"entry:{question.work.entry_id}" for question in outcome.questions]
    last = datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert sorted(billed + asked) == sorted(f"entry:{each.entry_id}" for each in works if each.started < last)
    for draft in outcome.drafts:
        assert draft.net_cents == sum(source.net_cents for source in draft.sources)


def particulars(**more):
    buyer = Buyer("Partner", "Weg 2", "20095", "Hamburg", vat_id="DE987654321")
    return Particulars("RE-1", date(2026, 12, 1), 14, SELLER, replace(buyer, **more), STANDARD)


def test_the_document_says_the_same_cents_as_the_draft_in_both_languages():
    works = [work("e1"), work("e2", at(13, 16, 40), 45, goodwill_seconds=100, goodwill_reason="x")]
    version = replace(FLAT, surcharges_bp={"evening": 3333}, discount_bp=250, included_minutes=30)
    (draft,) = run(works, [contract(version)]).drafts
    for language in ("de", "en"):
        document, sheet = document_of(draft, NOVEMBER, particulars(language=language))
        assert totals(document).net_cents == draft.net_cents
        assert sum(group.net_cents for group in sheet.groups) + 24_900 == draft.net_cents
        assert (document.starts, document.ends) == (NOVEMBER.first, NOVEMBER.last)


def test_the_tax_that_was_announced_is_the_tax_that_is_charged():
    reduced = replace(yes(), vat_bp=700)
    (draft,) = run([work(is_chargeable=True, announced=reduced, customer_id="X")]).drafts
    document, _sheet = document_of(draft, NOVEMBER, particulars())
    assert list(totals(document).by_rate) == [("S", 700)]
