# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The intervals and the expected end of the wait. No clock: ages and time left are plain numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import ThrottledError, TransientError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.schedule import (
    ExpectedEnd,
    History,
    Schedule,
    Unfinished,
    expected_end,
    next_delay,
)
from ansible_collections.huaweicloud.modelarts.tests.benchmarks import pace as benchmark

DOZEN = [960, 1010, 1040, 1060, 1080, 1090, 1110, 1130, 1170, 1200, 1260, 1400]
NO_DEADLINE = math.inf
NEW = Unfinished()


def middle() -> float:
    """A random source without jitter."""
    return 0.5


def lowest() -> float:
    return 0.0


def highest() -> float:
    return math.nextafter(1.0, 0.0)


def learnt(durations: Sequence[float | None]) -> History:
    history = History.learn(durations)
    assert history is not None
    return history


def delay_at(age: float, history: History, interval: float = 15.0) -> float:
    return next_delay([Unfinished(age, history=history)], NO_DEADLINE, middle, interval=interval)


# Without a history


@pytest.mark.parametrize("interval", [0.1, 0.5, 5, 15, 45, 300])
def test_without_history_the_delay_is_the_interval_within_ten_percent(interval: float) -> None:
    orders = [Unfinished(700.0), NEW]
    assert next_delay(orders, NO_DEADLINE, middle, interval=interval) == pytest.approx(interval)
    delays = [next_delay(orders, NO_DEADLINE, Random(seed).random, interval=interval) for seed in range(200)]
    assert 0.9 * interval <= min(delays) < 0.92 * interval
    assert 1.07 * interval < max(delays) <= max(60, 1.1 * interval) or (interval > 60 and max(delays) == interval)


def test_no_order_at_all_is_looked_for_at_the_interval() -> None:
    assert next_delay([], NO_DEADLINE, middle) == 15


def test_too_little_history_is_none() -> None:
    assert History.learn([]) is None
    assert History.learn([600, 610]) is None
    assert History.learn([600, 610, None, math.nan, math.inf, -5, 1e12]) is None
    assert learnt([600, 610, None, 620]).count == 3


# Pending orders


def test_only_pending_orders_are_looked_at_rarely() -> None:
    pending = Unfinished(pending=True, history=learnt(DOZEN))
    assert next_delay([pending, pending], NO_DEADLINE, middle) == 60
    assert next_delay([pending], NO_DEADLINE, highest) == 60
    assert next_delay([pending], NO_DEADLINE, middle, pending_interval=200) == 200


def test_one_running_or_invisible_order_ends_the_pending_interval() -> None:
    pending = Unfinished(pending=True)
    assert next_delay([pending, Unfinished(30.0)], NO_DEADLINE, middle) == 15
    assert next_delay([pending, NEW], NO_DEADLINE, middle) == 15


# With a history


def test_looks_are_rare_before_the_likely_window_and_often_in_it() -> None:
    history = learnt(DOZEN)
    early, window, after = delay_at(60, history), delay_at(1100, history), delay_at(3000, history)
    assert 30 < early <= 60
    assert window < 9
    assert 12 < after <= 15


def test_the_poll_before_the_window_does_not_jump_over_it() -> None:
    history = learnt([90, 90, 90, 91, 91, 91, 92, 92, 92, 92, 92, 92])
    for age in (0, 20, 40, 60, 75):
        assert age + delay_at(age, history) < 95


def test_after_the_longest_sample_the_delay_never_exceeds_the_interval() -> None:
    histories: list[Sequence[float]] = [DOZEN, [60, 600, 5400], [600] * 40]
    for durations in histories:
        history = learnt(durations)
        for factor in (1, 1.01, 2, 5, 50, 1000, 1e6):
            assert 15 / 4 <= delay_at(history.longest * factor, history) <= 15


def test_an_order_a_hundred_times_older_than_any_is_looked_at_every_interval() -> None:
    assert delay_at(100 * 1400, learnt(DOZEN)) == pytest.approx(15, rel=0.03)


def test_the_interval_scales_everything() -> None:
    history = learnt(DOZEN)
    for age in (60, 1100, 3000):
        assert delay_at(age, history, 8) == pytest.approx(delay_at(age, history) * 8 / 15, rel=0.2)
    assert delay_at(60, history, 5) < 20
    assert delay_at(60, history, 120) == 120
    assert delay_at(1100, history, 120) < 120
    assert delay_at(1100, history, 0.1) == pytest.approx(0.1, rel=0.02)


def test_one_outlier_hardly_changes_the_pace() -> None:
    plain, spoiled = learnt(DOZEN), learnt([*DOZEN, 20_000])
    for age in (60, 500, 1100):
        assert delay_at(age, spoiled) == pytest.approx(delay_at(age, plain), rel=0.4)
    assert delay_at(60, spoiled) > 25


def test_two_peaks_are_two_windows() -> None:
    history = learnt([590, 600, 600, 605, 610, 620, 2350, 2390, 2400, 2400, 2420, 2440])
    first, between, second = (delay_at(age, history) for age in (590, 1500, 2390))
    assert first < 15 < between
    assert second < 15


def test_the_order_that_may_end_next_decides() -> None:
    history = learnt(DOZEN)
    young, due = Unfinished(60.0, history=history), Unfinished(1100.0, history=history)
    pending = Unfinished(pending=True, history=history)
    together = next_delay([young, pending, due, young], NO_DEADLINE, middle)
    assert together == next_delay([due], NO_DEADLINE, middle) < next_delay([young], NO_DEADLINE, middle)
    assert next_delay([young, Unfinished(60.0)], NO_DEADLINE, middle) == 15
    assert next_delay([young, Unfinished(pending=True)], NO_DEADLINE, middle) > 30


# Errors


def test_errors_back_off_with_full_jitter_up_to_a_minute() -> None:
    ceilings = [next_delay([NEW], NO_DEADLINE, highest, errors=errors, interval=5) for errors in (1, 2, 3, 4, 2000)]
    assert ceilings == pytest.approx([10, 20, 40, 60, 60])
    assert next_delay([NEW], NO_DEADLINE, middle, errors=1) == 15
    assert next_delay([NEW], NO_DEADLINE, lowest, errors=5) == 1
    assert next_delay([NEW], NO_DEADLINE, lowest, errors=5, interval=0.1) == 0.1
    assert next_delay([NEW], NO_DEADLINE, highest, errors=9, interval=90) == pytest.approx(90)


@pytest.mark.parametrize("errors", [0, 1, 4])
def test_retry_after_is_a_minimum(errors: int) -> None:
    for seed in range(50):
        assert next_delay([NEW], NO_DEADLINE, Random(seed).random, errors=errors, retry_after=7) >= 7
        assert 300 <= next_delay([NEW], NO_DEADLINE, Random(seed).random, errors=errors, retry_after=300) <= 330


def test_a_senseless_retry_after_is_ignored() -> None:
    for value in (math.nan, math.inf, -3.0, 0.0):
        assert next_delay([NEW], NO_DEADLINE, middle, retry_after=value) == 15


# The deadline


def test_the_last_poll_is_at_the_deadline() -> None:
    assert next_delay([NEW], 10, middle) == 10
    assert next_delay([NEW], 15, middle) == 15
    assert next_delay([NEW], 0, middle) == 0
    assert next_delay([NEW], -4, middle) == 0
    assert next_delay([NEW], 3, middle, errors=1, retry_after=100) == 3


def test_a_poll_just_before_the_deadline_is_made_at_it() -> None:
    assert next_delay([NEW], 18, middle) == 18
    assert next_delay([NEW], 19, middle) == 15
    # Merging never makes a delay longer than a minute.
    assert next_delay([Unfinished(pending=True)], 62, middle) == 60


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_bad_interval_is_refused_in_one_line(bad: float) -> None:
    with pytest.raises(ValueError, match="interval"):
        next_delay([NEW], 100, middle, interval=bad)
    with pytest.raises(ValueError, match="pending_interval"):
        next_delay([NEW], 100, middle, pending_interval=bad)


def wild_history(random: Random) -> History | None:
    """Histories no one would make up: equal, zero, tiny, huge, scattered over nine decades, or none."""
    kind, count = random.randrange(6), random.randrange(60)
    values = {
        0: [random.choice([0.0, 600.0])] * count,
        1: [0.0] * count + [1e7],
        2: [10 ** random.uniform(-2, 7) for dummy in range(count)],
        3: [random.gauss(1000, 100) for dummy in range(count)],
        4: [5e-324, math.nan, -1.0, math.inf, 3e7, 3e7, 0.0],
        5: [],
    }
    return History.learn(values[kind])


@pytest.mark.no_cover
def test_any_input_gives_a_delay_within_bounds() -> None:
    random = Random(7)
    for dummy in range(6000):
        ages = [None, 0.0, -5.0, 1e-9, 1e300, math.nan, math.inf, random.uniform(0, 6000)]
        orders = [
            Unfinished(random.choice(ages), random.random() < 0.3, wild_history(random))
            for dummy in range(random.randrange(4))
        ]
        interval, pending = 10 ** random.uniform(-2, 4), 10 ** random.uniform(-2, 4)
        left = random.choice([math.inf, 0.0, random.uniform(0, 200)])
        errors, wish = random.choice([0, 0, 1, 5000]), random.choice([None, None, random.uniform(0, 400)])
        delay = next_delay(
            orders,
            left,
            random.random,
            interval=interval,
            pending_interval=pending,
            errors=errors,
            retry_after=wish,
        )
        assert math.isfinite(delay)
        assert 0 <= delay <= left
        assert delay >= min(left, wish or 0.0)
        only_pending = bool(orders) and all(order.pending for order in orders) and not errors
        longest = max(60, interval, pending if only_pending else 0)
        assert delay <= longest or wish is not None
        assert delay >= min(left, 0.9 * min(1, interval))
        expected = expected_end(orders)
        assert expected is None or 0 <= expected.low <= expected.middle <= expected.high < math.inf


# The expected end


def seen(age: float, durations: Sequence[float], count: int = 1) -> ExpectedEnd:
    expected = expected_end([Unfinished(age, history=learnt(durations))] * count)
    assert expected is not None
    return expected


def test_the_range_holds_what_most_orders_took() -> None:
    history = learnt(DOZEN)
    assert (history.count, history.longest) == (12, 1400)
    assert 960 < history.low < 1040
    assert 1200 < history.high < 1400


def test_the_expected_end_of_a_new_order_is_the_range_of_the_past() -> None:
    expected = seen(0, DOZEN)
    assert expected.low == pytest.approx(1000, abs=50)
    assert expected.middle == pytest.approx(1100, abs=30)
    assert expected.high == pytest.approx(1270, abs=80)


def test_the_expected_end_moves_with_the_age() -> None:
    young, older, due = (seen(age, DOZEN) for age in (100, 600, 1150))
    assert older.middle == pytest.approx(young.middle - 500, abs=10)
    assert 0 < due.low < due.middle < due.high < 400


def test_the_expected_end_is_right_in_four_of_five_cases() -> None:
    random = Random(5)
    durations = [1080 * math.exp(random.gauss(0, 0.25)) for dummy in range(3000)]
    inside = 0
    for start in range(0, 2800, 14):
        expected = seen(300, durations[start : start + 12])
        inside += expected.low <= durations[start + 13] - 300 <= expected.high
    assert 0.72 < inside / 200 < 0.92


def test_many_orders_end_later_than_one() -> None:
    one, twenty = seen(200, DOZEN), seen(200, DOZEN, count=20)
    assert one.low < twenty.low
    assert one.middle + 50 < twenty.middle
    # Twelve samples know nothing about the one order in a hundred.
    assert twenty.high < 1350 - 200


def test_equal_samples_do_not_promise_a_second() -> None:
    expected = seen(0, [600] * 12)
    assert 550 < expected.low < 590
    assert 610 < expected.high < 650


def test_a_long_history_is_thinned_without_being_bent() -> None:
    history = learnt([1000 + number for number in range(1001)])
    assert history.count == 1001
    assert history.running(1500) == pytest.approx(0.5, abs=0.01)
    assert history.running(1250) == pytest.approx(0.75, abs=0.01)


def test_the_slowest_order_gives_the_end_and_its_history() -> None:
    fast, slow = learnt([300, 310, 320]), learnt(DOZEN)
    expected = expected_end([Unfinished(10.0, history=fast), Unfinished(pending=True, history=slow)])
    assert expected is not None
    assert expected.history is slow
    assert expected.middle > 1050


@pytest.mark.parametrize(
    "order",
    [NEW, Unfinished(50.0), Unfinished(history=learnt(DOZEN)), Unfinished(1401.0, history=learnt(DOZEN))],
    ids=["nothing known", "no history", "no age", "older than all"],
)
def test_nothing_is_promised_where_nothing_is_known(order: Unfinished) -> None:
    known = Unfinished(50.0, history=learnt(DOZEN))
    assert expected_end([known]) is not None
    assert expected_end([known, order]) is None
    assert expected_end([]) is None


# The proof, in short; the long form is tests/benchmarks/pace.py


@pytest.mark.no_cover
def test_the_pace_keeps_its_promises() -> None:
    table = benchmark.measure(benchmark.Size(runs=12, orders=150))
    assert benchmark.broken_promises(table, slack=0.05) == []


def test_the_promises_can_break() -> None:
    fixed = benchmark.Cost(100, 7.5)
    costs = {benchmark.FIXED: fixed, **{f"ours, {depth} past": benchmark.Cost(120, 7.5) for depth in (0, 3, 12, 50)}}
    broken = benchmark.broken_promises({"log-normal 0.25": costs})
    assert len(broken) == 8
    assert "product 1.200 of fixed 15 s, promised 0.65" in broken[4]


# A service that asks to be asked less often


def mean_delay(schedule: Schedule, polls: int = 1) -> float:
    """Return the mean of what a schedule answers again and again."""
    return sum(schedule.delay([Unfinished()], math.inf, None) for dummy in range(polls)) / polls


def test_a_throttled_wait_stays_slower_for_a_while() -> None:
    schedule = Schedule(15, 60, Random(1).random)
    assert mean_delay(schedule, 50) == pytest.approx(15, rel=0.05)
    schedule.failed(ThrottledError("slow down"))
    assert mean_delay(schedule, 200) == pytest.approx(60, rel=0.1)
    schedule.succeeded()
    assert 50 < mean_delay(schedule, 200) < 62
    for dummy in range(100):
        schedule.succeeded()
    assert mean_delay(schedule, 50) == pytest.approx(15, rel=0.05)


def test_many_refusals_slow_a_wait_without_stopping_it() -> None:
    schedule = Schedule(15, 60, Random(1).random)
    for dummy in range(100):
        schedule.failed(ThrottledError("slow down"))
    assert 200 < mean_delay(schedule, 200) < 260


def test_another_fault_does_not_slow_the_polls_after_it() -> None:
    schedule = Schedule(15, 60, Random(1).random)
    schedule.failed(TransientError("reset"))
    schedule.succeeded()
    assert mean_delay(schedule, 50) == pytest.approx(15, rel=0.05)


def test_retry_after_is_honoured_up_to_two_minutes() -> None:
    for asked, least in ((7, 7), (90, 90), (3600, 120)):
        schedule = Schedule(15, 60, Random(1).random)
        schedule.failed(ThrottledError("slow down", retry_after=asked))
        assert least <= schedule.delay([], math.inf, None) <= max(least * 1.2, 95)
