"""Rate: credit is never exceeded, a busy line gets coarser pictures, a still screen gets exact ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from beistand.host.media import rate as r
from beistand.host.media.rate import Changed, KeyframeAsked, LinkBack, Rate, Sent, Sharpen, Shown, Standing, Take, Tick


def _sent(frame: int, size: int = 2_000, **others: bool) -> Sent:
    flags = {"is_key": False, "is_sharpening": False} | others
    return Sent(frame, size, 10, 8 if flags["is_sharpening"] else 36, cost=0.01, **flags)


def _started(now: float = 0.0) -> Rate:
    """A rate whose first keyframe was shown after 20 ms."""
    rate = Rate()
    assert rate.handle(Tick(), now) == [Take(48, is_key=True)]
    rate.handle(_sent(1, is_key=True), now)
    assert rate.handle(Shown(1, 5), now + 0.025) == []
    return rate


def test_the_first_picture_is_a_keyframe_and_no_second_one_follows_by_itself() -> None:
    rate = _started()
    assert rate.handle(Tick(), 1.0) == []
    assert rate.next_deadline() is None
    assert rate.handle(Changed(), 1.0) == [Take(36, is_key=False)]


@given(st.lists(st.tuples(st.sampled_from(["change", "shown", "tick"]), st.floats(0.0, 0.1)), max_size=80))
def test_credit_is_never_exceeded(steps: list[tuple[str, float]]) -> None:
    rate, now, frame, flight = Rate(), 0.0, 0, {}
    for step, passed in steps:
        now += passed
        if step == "shown" and flight:
            shown = min(flight)
            del flight[shown]
            effects = rate.handle(Shown(shown, 5), now)
        else:
            effects = rate.handle(Changed() if step == "change" else Tick(), now)
        for effect in effects:
            frame += 1
            assert len(flight) < r.FRAMES_IN_FLIGHT
            assert not flight or now - min(flight.values()) <= r.SECONDS_IN_FLIGHT
            flight[frame] = now
            rate.handle(_sent(frame, is_key=isinstance(effect, Take) and effect.is_key), now)
        assert rate.in_flight == len(flight)


@given(st.lists(st.floats(0.001, 0.4), min_size=1, max_size=60))
def test_a_deadline_never_lies_in_the_past_after_a_tick(waits: list[float]) -> None:
    rate, now = _started(), 1.0
    for frame, wait in enumerate(waits, start=2):
        now += wait
        for _ in rate.handle(Changed(), now):
            rate.handle(_sent(frame), now)
        rate.handle(Tick(), now)
        deadline = rate.next_deadline()
        assert deadline is None or deadline > now


def test_changes_are_at_least_a_sixtieth_of_a_second_apart_and_leave_a_slow_coder_a_rest() -> None:
    rate = _started()
    rate.handle(Changed(), 1.0)
    rate.handle(_sent(2), 1.0)
    assert rate.handle(Changed(), 1.001) == []
    deadline = rate.next_deadline()
    assert deadline is not None
    assert 1.006 < deadline < 1.017
    rate.handle(Sent(3, 2_000, 10, 36, False, False, cost=0.05), 1.1)
    rate.handle(Changed(), 1.101)
    deadline = rate.next_deadline()
    assert deadline is not None
    assert 1.125 < deadline < 1.135
    assert rate.handle(Tick(), deadline) == [Take(36, is_key=False)]


def test_a_slow_line_gets_coarser_pictures_and_a_quick_one_finer_pictures() -> None:
    rate, now = _started(), 1.0
    for frame in range(2, 6):
        rate.handle(Changed(), now)
        rate.handle(_sent(frame), now)
        now += 0.4
        rate.handle(Shown(frame, 5), now)
    assert rate.quantizer == r.LADDER[-1]
    for frame in range(6, 60):
        rate.handle(Changed(), now)
        rate.handle(_sent(frame), now)
        now += 0.05
        rate.handle(Shown(frame, 30), now)
    assert rate.quantizer == r.LADDER[0]


def test_a_still_screen_is_sharpened_in_steps_down_to_lossless_behind_no_other_frame() -> None:
    rate = _started()
    _measure_line(rate, 5_000_000)
    assert rate.handle(Standing((90, 90, 90), 1.0), 1.0) == [Sharpen(8, rate._affordable(8))]
    rate.handle(_sent(102, is_sharpening=True), 1.0)
    assert rate.handle(Standing((0, 90, 90), 1.0), 1.1) == []
    assert rate.handle(Shown(102, 5), 1.2) == [Sharpen(4, rate._affordable(4))]
    assert rate.handle(Standing((0, 0, 90), 1.0), 1.2) == [Sharpen(0, rate._affordable(0))]
    assert rate.handle(Standing((0, 0, 0), None), 1.2) == []


def test_a_few_coarse_blocks_become_lossless_in_one_step() -> None:
    rate = _started()
    assert rate.handle(Standing((9, 9, 9), 1.0), 1.0) == [Sharpen(0, 277)]


def test_a_whole_screen_becomes_lossless_only_on_a_line_that_carries_it_in_a_second() -> None:
    rate = _started()
    assert rate.handle(Standing((0, 0, 500), None), 1.0) == []
    for frame, now in ((2, 1.0), (3, 2.0), (4, 3.0)):
        rate.handle(Changed(), now)
        rate.handle(_sent(frame, size=100_000), now)
        rate.handle(Shown(frame, 5), now + 0.05)
    assert rate.handle(Standing((0, 0, 500), None), 4.0) != []


def test_a_large_keyframe_makes_nothing_coarser_and_is_not_followed_by_sharpening_until_it_is_shown() -> None:
    rate = Rate()
    rate.handle(Tick(), 0.0)
    rate.handle(_sent(1, size=200_000, is_key=True), 0.1)
    assert rate.handle(Standing((500, 500, 500), None), 0.3) == []
    effect = rate.handle(Shown(1, 5), 1.1)[0]
    assert isinstance(effect, Sharpen)
    assert effect.most_blocks * r.BLOCK_BYTES[8] < 200_000 * r.SHARPEN_SECONDS * 2.1
    assert rate.quantizer == 36


def _play(rate: Rate, bandwidth: float, round_trip: float, seconds: float, size_at_36: int) -> list[float]:
    """A screen that changes 60 times a second over a line with a queue; the delays from grab to eye."""
    now, line_free, frame = 0.0, 0.0, 0
    shown: list[tuple[float, int]] = []
    delays: list[float] = []
    while now < seconds:
        now += 1 / 240
        while shown and shown[0][0] <= now:
            rate.handle(Shown(shown.pop(0)[1], 8), now)
        for effect in rate.handle(Changed(), now):
            assert isinstance(effect, Take)
            frame += 1
            size = 100_000 if effect.is_key else int(size_at_36 * 2 ** ((36 - effect.quantizer) / 12))
            line_free = max(line_free, now + 0.02) + size / bandwidth
            delays.append(line_free + round_trip / 2 + 0.008 - now)
            shown.append((line_free + round_trip + 0.008, frame))
            rate.handle(Sent(frame, size, 400, effect.quantizer, effect.is_key, False, cost=0.02), now)
    return delays


def test_on_a_line_of_two_megabit_a_changing_screen_stays_within_a_third_of_a_second() -> None:
    rate = Rate()
    delays = sorted(_play(rate, bandwidth=250_000, round_trip=0.04, seconds=10, size_at_36=20_000)[10:])
    assert len(delays) > 120
    assert delays[-len(delays) // 20] < 0.33
    assert rate.quantizer > 36


def test_on_a_good_line_a_changing_screen_runs_at_full_pace_and_full_quality() -> None:
    rate = Rate()
    delays = sorted(_play(rate, bandwidth=12_500_000, round_trip=0.04, seconds=5, size_at_36=20_000)[1:])
    assert len(delays) > 130
    assert delays[-1] < 0.1
    assert rate.quantizer == r.LADDER[0]


def test_small_changes_are_sharp_at_once_unless_the_line_is_slow() -> None:
    rate = _started()
    assert [rate.fine(36, blocks) for blocks in (1, 20, 100)] == [0, 16, 36]
    rate.handle(Changed(), 1.0)
    rate.handle(_sent(2), 1.0)
    rate.handle(Shown(2, 5), 2.0)
    assert rate.fine(rate.quantizer, 1) == 44


def _measure_line(rate: Rate, speed: float) -> None:
    """One big frame over a line of so many bytes a second."""
    rate.handle(_sent(100, 100_000, is_sharpening=True), 0.1)
    rate.handle(Shown(100, 5), 0.1 + 100_000 / speed + 0.015)


def test_frames_are_hurried_only_where_the_line_carries_their_bytes() -> None:
    for speed, is_hurried in ((500_000, False), (1_500_000, False), (5_000_000, True)):
        rate = _started()
        _measure_line(rate, speed)
        assert rate.is_hurried is is_hurried


def test_a_slow_machine_is_told_to_hurry_until_frames_are_cheap_again() -> None:
    rate, told = _started(), []
    _measure_line(rate, 500_000)
    for frame in range(2, 60):
        rate.handle(Sent(frame, 2_000, 10, 36, False, False, cost=0.1 if frame < 30 else 0.01), frame)
        told.append(rate.is_hurried)
    assert told[0] is False
    assert told[27] is True
    assert told[-1] is False


def test_a_change_goes_before_sharpening() -> None:
    rate = _started()
    rate.handle(Changed(), 1.0)
    assert rate.handle(Standing((5, 5, 5), 1.0), 1.1) == [Take(36, is_key=False)]


def test_a_lost_decoder_gets_a_keyframe_even_if_all_credit_is_used() -> None:
    rate, now = _started(), 1.0
    for frame in range(2, 8):
        rate.handle(Changed(), now)
        rate.handle(_sent(frame), now)
        now += 0.034
    assert rate.handle(Changed(), now + 1) == []
    assert rate.handle(KeyframeAsked(), now + 1) == [Take(48, is_key=True)]


def test_on_a_line_known_to_be_narrow_a_lost_picture_comes_back_coarse_and_soon() -> None:
    rate = _started()
    rate.handle(Changed(), 1.0)
    rate.handle(_sent(2, size=100_000), 1.0)
    rate.handle(Shown(2, 5), 1.2)  # 100 kB in 0.2 s
    assert rate.handle(KeyframeAsked(), 2.0) == [Take(60, is_key=True)]


def test_a_link_that_is_back_gives_credit_and_teaches_nothing_about_the_line() -> None:
    rate = Rate()
    for frame in range(r.FRAMES_IN_FLIGHT):
        rate.handle(Sent(frame, 30_000, 10, 36, frame == 0, False, 0.01), 1.0)
    assert rate.handle(Changed(), 30.0) == []
    quantizer = rate.quantizer
    assert rate.handle(LinkBack(), 60.0) == [Take(quantizer, is_key=False)]
    rate.handle(Shown(r.FRAMES_IN_FLIGHT - 1, 5), 60.1)  # the replay brought it a minute late
    assert rate.quantizer == quantizer
    assert rate.handle(KeyframeAsked(), 61.0) == [Take(48, is_key=True)], "the line is taken for a narrow one"
