# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The deep listing against services in memory that change, lie and round."""

from __future__ import annotations

import heapq
import math
import os
import random
import threading
import time
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import pagination
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import normalise
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.pagination import Found, Page, paginate
from ansible_collections.huaweicloud.modelarts.tests.unit.orders.scenario import (
    DAY_MS,
    MADE_OF_TIMES,
    NOW_MS,
    SINCE_MS,
    Scenario,
    read,
    row,
    rows_at,
    uneven,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.no_cover

ORDERS = ("newest", "oldest", "shuffled")


def names(rows: Iterable[Any]) -> list[str]:
    """Return the sorted names of rows or orders."""
    return sorted(each.get("orderName") or each.get("order_name") for each in rows)


def run(scenario: Scenario, since: int = SINCE_MS, until: int | None = None, workers: int = 4) -> tuple[Found, float]:
    """Read a scenario; return what was found, and in how many rounds of requests side by side. No order comes twice."""
    rounds = [0]

    def one_after_another(function: Any, values: Any, most: int) -> list[Any]:
        assert len(values) <= most == workers
        rounds[0] += 1
        return [function(value) for value in values]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pagination, "side_by_side", one_after_another)
        result = paginate(scenario.fetch, since, until, NOW_MS, workers)
    assert len({order["order_name"] for order in result.orders}) == len(result.orders)
    assert result.requests == len(scenario.requests)
    return result, rounds[0]


def assert_complete(scenario: Scenario, **options: Any) -> Found:
    """Read a scenario that must be found whole, and return what was found."""
    result, dummy = run(scenario, **options)
    assert names(result.orders) == names(scenario.rows)
    assert result.truncated is False
    return result


@pytest.mark.parametrize("phase", ["pending", "running", "successed", "failed", "new-word"])
@pytest.mark.parametrize(("begun", "ended"), [(0, 0), (NOW_MS, 0), (NOW_MS, NOW_MS + 1)])
def test_the_service_shows_what_the_client_would_read(phase: str, begun: int, ended: int) -> None:
    """All but what it makes of an order's times."""
    shown = {**row(1, SINCE_MS), "phase": phase, "beginTimestamp": begun, "endTimestamp": ended}
    whole = normalise(shown)
    assert {**read(shown), **{name: whole[name] for name in MADE_OF_TIMES}} == whole  # type: ignore[literal-required]


# What it costs


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [0, 1, 99, 101, 499])
def test_a_small_listing_costs_one_request(order: str, count: int) -> None:
    scenario = Scenario(rows_at(uneven(count, 1)), order=order)
    assert_complete(scenario)
    assert scenario.requests == [(SINCE_MS, None, 500, 0)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("count", "said"), [(1, None), (100, None), (100, 100), (200, 200), (499, None)])
def test_a_page_that_may_be_capped_costs_another_request(order: str, count: int, said: int | None) -> None:
    """Without a total, or with one that may be the page's own: nothing else shows that there is no more."""
    scenario = Scenario(rows_at(uneven(count, 1)), order=order, count=lambda matches: said)
    assert assert_complete(scenario).requests == 2


def test_the_bounds_go_out_as_given() -> None:
    scenario = Scenario(rows_at([SINCE_MS + 5, NOW_MS - 5]))
    assert_complete(scenario, until=NOW_MS)
    assert scenario.requests == [(SINCE_MS, NOW_MS, 500, 0)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [500, 501, 940, 951, 1000, 1001])
def test_a_listing_of_two_pages_costs_four_requests_at_most(order: str, count: int) -> None:
    assert assert_complete(Scenario(rows_at(uneven(count, 2)), order=order)).requests <= 4


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("busy_day", [0, 13.3, 28])
@pytest.mark.parametrize("count", [5_000, 20_000])
def test_a_deep_listing_is_complete_and_cheap(order: str, busy_day: float, count: int) -> None:
    scenario = Scenario(rows_at(uneven(count, 3, busy_day)), order=order)
    result, rounds = run(scenario)
    assert names(result.orders) == names(scenario.rows)
    assert result.truncated is False
    assert result.count == count
    pages = math.ceil(count / 500)
    assert result.requests <= (4 * pages if order == "shuffled" else 1.25 * pages + 3)
    if count == 20_000:
        assert rounds <= 0.6 * pages


@pytest.mark.parametrize("order", [*ORDERS, "reshuffled"])
def test_fifty_thousand_are_complete(order: str) -> None:
    assert assert_complete(Scenario(rows_at(uneven(50_000, 4)), order=order)).requests <= 1.75 * 100 + 4


@pytest.mark.parametrize("order", ORDERS)
def test_one_worker_does_it_too(order: str) -> None:
    assert_complete(Scenario(rows_at(uneven(4_000, 4)), order=order), workers=1)


def test_own_work_grows_linearly() -> None:
    """Ten times the orders: ten times the CPU time, with room for the noise of a shared machine."""

    def cost(count: int) -> float:
        pages: dict[Any, Page] = {}
        scenario = Scenario(rows_at(uneven(count, 5)))

        def fetch(*request: Any) -> Page:
            started = time.process_time()
            pages[request] = pages.get(request) or scenario.fetch(*request)
            spent[0] += time.process_time() - started
            return pages[request]

        spent = [0.0]
        started = time.process_time()
        paginate(fetch, SINCE_MS, None, NOW_MS)
        return time.process_time() - started - spent[0]

    # Some thirteen times as much; a hundred times where it grew with the square.
    small = min(cost(5_000) for dummy in range(5))
    assert min(cost(50_000) for dummy in range(3)) <= 40 * small


# While orders arrive, finish and age out


def churn(rng: random.Random, gone: set[str]) -> Any:
    """Return a change per request: ten arrive, ten finish and five age out (oldest or any); ``gone`` collects."""
    ages_by_time = rng.random() < 0.5

    def change(scenario: Scenario) -> None:
        scenario.add_all(
            row(100_000 + len(scenario.rank) + each, NOW_MS + len(scenario.requests)) for each in range(10)
        )
        running = [each for each in scenario.rows if each["phase"] == "running"]
        for each in rng.sample(running, min(10, len(running))):
            each.update(phase="successed", endTimestamp=NOW_MS)
            if scenario.phase:
                gone.add(each["orderName"])
        oldest = heapq.nsmallest(5, scenario.rows, key=itemgetter("creationTimestamp"))
        aged = oldest if ages_by_time else rng.sample(scenario.rows, min(5, len(scenario.rows)))
        gone.update(each["orderName"] for each in aged)
        scenario.remove({each["orderName"] for each in aged})

    return change


@pytest.mark.parametrize("part", range(10))
def test_nothing_that_stays_is_lost_while_the_list_changes(part: int) -> None:
    for seed in range(part * 50, part * 50 + 50):
        rng = random.Random(seed)
        gone: set[str] = set()
        scenario = Scenario(
            rows_at(uneven(rng.choice([600, 930, 1000, 1000, 1000, 1300]), seed)),
            order=rng.choice(ORDERS),
            phase=rng.choice([None, "running"]),
            since_inclusive=rng.random() < 0.5,
            until_inclusive=rng.random() < 0.5,
            count=rng.choice([lambda matches: matches, lambda matches: None]),
            seed=seed,
            change=churn(rng, gone),
        )
        before = set(names(scenario.rows))
        result, dummy = run(scenario, workers=rng.choice([1, 2, 4]))
        assert before - gone <= set(names(result.orders)), f"lost in schedule {seed}"
        assert result.requests <= 24


def test_of_two_rows_of_an_order_the_one_further_along_is_kept() -> None:
    rows = rows_at(uneven(900, 6))

    def finish(scenario: Scenario) -> None:
        for each in scenario.rows:
            done = len(scenario.requests) == 1
            each.update(phase="successed" if done else "running", endTimestamp=NOW_MS if done else 0)

    result = assert_complete(Scenario(rows, change=finish))
    assert sum(each["phase"] == "successed" for each in result.orders) == 500


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"phase": "pending"}, {"phase": "running"}),
        ({"phase": "running", "endTimestamp": 0}, {"phase": "failed", "endTimestamp": None}),
        ({"phase": "new-word", "endTimestamp": "9"}, {"phase": "new-word", "endTimestamp": "10"}),
    ],
)
def test_the_row_kept_does_not_depend_on_which_came_first(first: int, earlier: Any, later: Any) -> None:
    rows = [dict(earlier, orderName="a"), dict(later, orderName="a")]
    pages = iter([rows[first], rows[1 - first]])
    found = paginate(lambda *dummy: Page([normalise(next(pages))]), SINCE_MS)
    assert found.orders == [normalise(rows[1])]


# Services with ways of their own


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("since_inclusive", [True, False])
@pytest.mark.parametrize("until_inclusive", [True, False])
def test_bounds_may_be_inclusive_or_exclusive(order: str, since_inclusive: bool, until_inclusive: bool) -> None:
    """Orders in bursts of 40 in one millisecond, every millisecond: each bound falls on orders."""
    stamps = [SINCE_MS + 1 + number // 40 for number in range(6_000)]
    scenario = Scenario(rows_at(stamps), order=order, since_inclusive=since_inclusive, until_inclusive=until_inclusive)
    assert_complete(scenario)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize(
    ("count", "truncated"), [(600, False), (999, False), (1000, False), (1001, True), (3000, True)]
)
def test_all_orders_in_one_millisecond(order: str, inclusive: bool, count: int, truncated: bool) -> None:
    rows = rows_at([NOW_MS - 7] * count)
    scenario = Scenario(rows, order=order, since_inclusive=inclusive, until_inclusive=inclusive)
    result, dummy = run(scenario)
    assert len(result.orders) == min(count, 1000)
    assert result.truncated is truncated
    assert result.requests <= 16


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("order", ORDERS)
def test_a_millisecond_that_is_too_full_is_admitted_without_a_count(order: str, inclusive: bool) -> None:
    stamps = [NOW_MS - 7] * 1001 + uneven(400, 20)
    scenario = Scenario(
        rows_at(stamps), order=order, since_inclusive=inclusive, until_inclusive=inclusive, count=lambda matches: None
    )
    assert run(scenario)[0].truncated is True


@pytest.mark.parametrize("order", ORDERS)
def test_full_milliseconds_side_by_side(order: str) -> None:
    """Neighbours of 700: together more than offsets reach, so the window must be narrowed to one of them."""
    assert_complete(Scenario(rows_at([NOW_MS - 7 + number // 700 for number in range(2_100)]), order=order))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("ignored", ["until", "since", "offset"])
@pytest.mark.parametrize("count", [700, 1000, 3000])
def test_a_service_that_ignores_a_parameter_never_loses_silently(order: str, ignored: str, count: int) -> None:
    scenario = Scenario(rows_at(uneven(count, 7)), order=order, ignores=(ignored,))
    result, dummy = run(scenario)
    complete = names(result.orders) == names(scenario.rows)
    assert complete is not result.truncated
    reachable = count <= 1000 or ignored == "offset" or (order, ignored) in (("oldest", "until"), ("newest", "since"))
    assert complete is reachable
    assert result.requests <= 16 + 3 * math.ceil(count / 500)


def test_a_service_that_ignores_all_bounds_shows_a_thousand() -> None:
    scenario = Scenario(rows_at(uneven(3000, 7)), ignores=("since", "until"))
    result, dummy = run(scenario)
    assert (len(result.orders), result.truncated) == (1000, True)


def test_a_page_repeated_instead_of_the_next_is_no_proof_of_the_end() -> None:
    """Offset ignored and a count that stops at 500: 501 orders in one millisecond can't all be shown."""
    scenario = Scenario(rows_at([NOW_MS - 7] * 501), ignores=("offset",), count=lambda matches: min(matches, 500))
    result, dummy = run(scenario)
    assert (len(result.orders), result.truncated) == (500, True)


@pytest.mark.parametrize(("order", "odd"), [("newest", 1_700_000_000), ("oldest", NOW_MS + 10**12)])
def test_an_odd_time_at_the_end_of_a_page_hides_nothing(order: str, odd: int) -> None:
    scenario = Scenario(rows_at(uneven(3_000, 18)), order=order, count=lambda matches: None)
    honest = scenario.fetch

    def fetch(*request: Any) -> Page:
        page = honest(*request)
        if len(page.orders) == 500:
            page.orders[-1]["creation_timestamp"] = odd
        return page

    scenario.fetch = fetch  # type: ignore[method-assign, assignment]
    assert_complete(scenario)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [90, 100, 101, 450, 5_000])
def test_pages_may_be_smaller_than_asked(order: str, count: int) -> None:
    result = assert_complete(Scenario(rows_at(uneven(count, 8)), order=order, largest_page=100))
    assert result.requests <= 2 * math.ceil(count / 100) + 6


@pytest.mark.parametrize("order", ORDERS)
def test_bounds_may_be_rounded_to_seconds(order: str) -> None:
    """Without a count that would tell of the orders which a bound's rounding hid; three orders in each second."""
    stamps = [SINCE_MS + 1000 + number * 333 for number in range(5_000)]
    assert_complete(Scenario(rows_at(stamps), order=order, rounds_to_ms=1000, count=lambda matches: None))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [3, 500, 1_000, 7_000])
@pytest.mark.parametrize(
    "said",
    [
        lambda matches: None,
        lambda matches: 0,
        lambda matches: max(0, matches - 3),
        lambda matches: matches // 2,
        lambda matches: min(matches, 500),
        lambda matches: matches + 3,
        lambda matches: 2 * matches + 1,
    ],
)
def test_a_wrong_count_loses_nothing(order: str, count: int, said: Any) -> None:
    """Too low or missing: found all the same. Too high: found as well, but nobody can tell, so it is said."""
    scenario = Scenario(rows_at(uneven(count, 10)), order=order, count=said)
    result, dummy = run(scenario)
    assert names(result.orders) == names(scenario.rows)
    assert result.truncated is ((said(count) or 0) > count)
    assert result.requests <= 4 * math.ceil(count / 500) + 16


@pytest.mark.parametrize("order", ORDERS)
def test_a_count_that_never_changes_loses_nothing(order: str) -> None:
    scenario = Scenario(rows_at(uneven(7_000, 10)), order=order, count=lambda matches: 500)
    result, dummy = run(scenario)
    assert names(result.orders) == names(scenario.rows)


@pytest.mark.parametrize("order", ORDERS)
def test_without_counts_all_are_found(order: str) -> None:
    assert_complete(Scenario(rows_at(uneven(3_000, 11)), order=order, count=lambda matches: None))


def test_a_row_that_one_answer_left_out_is_found_by_asking_again() -> None:
    """A page that is short of its own count, and an order that one answer skipped: both only for a moment."""
    scenario = Scenario(rows_at(uneven(3_000, 12)))
    honest = scenario.fetch

    def fetch(*request: Any) -> Page:
        page = honest(*request)
        return Page(page.orders[:-40] + page.orders[-39:], page.count) if len(scenario.requests) in (2, 4) else page

    scenario.fetch = fetch  # type: ignore[method-assign, assignment]
    assert_complete(scenario)


def test_an_order_that_full_pages_skip_at_first_is_looked_for() -> None:
    scenario = Scenario(rows_at(uneven(5_000, 12)))
    late = scenario.rows[2_222]["orderName"]
    scenario.hides = lambda each: each["orderName"] == late and len(scenario.requests) <= 18
    result = assert_complete(scenario)
    assert 18 < result.requests <= 40


def test_an_order_that_is_counted_but_never_shown_is_admitted() -> None:
    scenario = Scenario(rows_at(uneven(3_000, 12)), count=lambda matches: matches + (matches == 3_000))
    result, dummy = run(scenario)
    assert (len(result.orders), result.truncated) == (3_000, True)
    assert result.requests <= 24


@pytest.mark.parametrize("said", [lambda matches: matches, lambda matches: None])
def test_rows_that_shift_out_of_sight_between_two_pages_are_noticed(said: Any) -> None:
    """A hundred and twenty of the first page leave before the second is read by offset."""

    def change(scenario: Scenario) -> None:
        if scenario.requests[-1][3] and len(scenario.rows) == 800:
            del scenario.rows[:120]

    scenario = Scenario(rows_at([NOW_MS - 7] * 800), count=said, change=change)
    result, dummy = run(scenario)
    assert len(scenario.rows) == 680
    assert set(names(scenario.rows)) <= set(names(result.orders))
    assert result.truncated is False


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("leaving", [1, 3, 40])
def test_a_total_that_counts_what_has_left_is_no_proof(order: str, leaving: int) -> None:
    """So many leave between two pages of a full millisecond that its new total is the number of orders seen."""

    def change(scenario: Scenario) -> None:
        if scenario.requests[-1][3] and len(scenario.rows) == 1_000 + 2 * leaving:
            del scenario.rows[:leaving]

    scenario = Scenario(rows_at([NOW_MS - 7] * (1_000 + 2 * leaving)), order=order, change=change)
    assert run(scenario)[0].truncated is True


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("earlier", [True, False])
def test_a_total_proves_nothing_where_another_was_too_low(order: str, earlier: bool) -> None:
    """One too low each: of the 1,001 in a millisecond a thousand can be shown."""
    others = [SINCE_MS + 10_000 + number * DAY_MS // 20 for number in range(400)]
    full = [(NOW_MS - 7 if earlier else SINCE_MS + 7)] * 1_001
    result, dummy = run(Scenario(rows_at(others + full), order=order, count=lambda matches: max(0, matches - 1)))
    assert (len(result.orders), result.truncated) == (1_400, True)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("largest_page", [50, 100, 200, 250, 499])
def test_no_total_proves_a_millisecond_whole_that_small_pages_cannot_show(order: str, largest_page: int) -> None:
    """Half of what there is, and by chance just what offsets and pages of this size reach."""
    rows = rows_at([NOW_MS - 7] * 2 * (500 + largest_page))
    result, dummy = run(Scenario(rows, order=order, largest_page=largest_page, count=lambda matches: matches // 2))
    assert result.truncated is True


@pytest.mark.parametrize("count", [1, 100, 400, 500])
def test_one_page_in_another_order_each_time_is_whole_by_its_total(count: int) -> None:
    assert_complete(Scenario(rows_at([NOW_MS - 7] * count), order="reshuffled"))


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("said", [lambda matches: min(matches, 500), lambda matches: 500, lambda matches: None])
@pytest.mark.parametrize("count", [501, 560, 940])
def test_a_total_that_other_pages_do_not_bear_out_proves_no_page_whole(count: int, said: Any, own: bool) -> None:
    scenario = Scenario(rows_at([NOW_MS - 7] * count), order="reshuffled", count=said, counts_the_page=own)
    assert run(scenario)[0].truncated is True


def test_pages_in_another_order_each_time_prove_nothing() -> None:
    scenario = Scenario(rows_at([NOW_MS - 7] * 600), order="reshuffled", count=lambda matches: 0)
    result, dummy = run(scenario)
    assert result.truncated is True


@pytest.mark.parametrize("seed", range(20))
def test_pages_of_wider_bounds_prove_nothing_about_narrower_ones(seed: int) -> None:
    """Between two pages of a full millisecond its upper bound proves inclusive, and the neighbour drops out."""
    stamps = [SINCE_MS + 1] * 501 + [SINCE_MS + 2] * 240
    scenario = Scenario(
        rows_at(stamps),
        order="reshuffled",
        since_inclusive=False,
        count=lambda matches: None,
        seed=seed,
    )
    result, dummy = run(scenario)
    assert result.truncated or names(result.orders) == names(scenario.rows)


def test_nearly_sorted_rows_are_read_on_with_a_margin() -> None:
    """Sorted by when they began, which is up to ten minutes after they were placed."""
    stamps = uneven(8_000, 13)
    scenario = Scenario(rows_at(stamps))
    rng = random.Random(13)
    began = {id(each): each["creationTimestamp"] + rng.randrange(600_000) for each in scenario.rows}
    scenario.rows.sort(key=lambda each: -began[id(each)])
    result = assert_complete(scenario)
    assert result.requests <= 60


def test_rows_without_a_name_or_a_time_are_kept_once() -> None:
    rows = rows_at(uneven(700, 14))
    for number, each in enumerate(rows):
        if number % 3 == 0:
            each["creationTimestamp"] = str(each["creationTimestamp"])
        if number % 5 == 0:
            each["orderId"] = "CS" + each["orderName"]
            each["orderName"] = "" if number % 10 else None

    pages = sorted(rows, key=lambda each: -int(each["creationTimestamp"]))

    def fetch(since: int, until: int | None, limit: int, offset: int) -> Page:
        found = [each for each in pages if since <= int(each["creationTimestamp"]) <= (until or NOW_MS)]
        return Page([normalise(each) for each in found[offset : offset + limit]], len(found))

    result = paginate(fetch, SINCE_MS)
    assert len(result.orders) == 700
    assert result.truncated is False


@pytest.mark.parametrize("bad", [None, 0, "", "soon", -5, [], {}, float("nan"), float("inf"), "1e400", 10**30])
def test_no_row_time_is_too_odd(bad: Any) -> None:
    rows = [normalise(dict(each, creationTimestamp=bad)) for each in rows_at(range(800))]
    result = paginate(lambda since, until, limit, offset: Page(rows[offset : offset + limit], 800), SINCE_MS)
    assert (len(result.orders), result.truncated) == (800, False)


STAMPS = st.lists(
    st.tuples(st.integers(0, 30 * DAY_MS - 1), st.integers(1, 900), st.sampled_from([0, 1, 7, 1000, 60_000])),
    min_size=1,
    max_size=8,
)
COUNTS = st.sampled_from(
    [lambda n: n, lambda n: None, lambda n: 0, lambda n: n + 2, lambda n: max(0, n - 2), lambda n: min(n, 500)]
)


@settings(max_examples=1500 if os.environ.get("MODELARTS_LONG") else 25, deadline=None)
@given(
    bursts=STAMPS,
    order=st.sampled_from([*ORDERS, "reshuffled"]),
    inclusive=st.tuples(st.booleans(), st.booleans()),
    ignores=st.sampled_from([(), (), (), ("until",), ("since",), ("offset",), ("since", "until")]),
    said=COUNTS,
    until=st.sampled_from([None, NOW_MS]),
    largest_page=st.sampled_from([500, 500, 200]),
    own=st.booleans(),
)
@example([(0, 900, 0), (1, 900, 0)], "newest", (True, True), (), lambda n: n, None, 500, False)
def test_whatever_the_service_nothing_is_lost_silently(
    bursts: Any, order: str, inclusive: Any, ignores: Any, said: Any, until: int | None, largest_page: int, own: bool
) -> None:
    """Each burst: so many orders from a moment on, so many ms apart."""
    stamps = [SINCE_MS + 1 + start + number * gap for start, size, gap in bursts for number in range(size)]
    stamps = [min(stamp, NOW_MS - 1) for stamp in stamps]
    scenario = Scenario(
        rows_at(stamps),
        order=order,
        since_inclusive=inclusive[0],
        until_inclusive=inclusive[1],
        ignores=ignores,
        count=said,
        largest_page=largest_page,
        counts_the_page=own,
    )
    result, dummy = run(scenario, until=until)
    complete = names(result.orders) == names(scenario.rows)
    silent = said(1000) in (None, 0, 998, 500)
    capped_unseen = largest_page < 500 and silent
    assert complete or result.truncated or capped_unseen
    assert result.requests <= 16 + 4 * math.ceil(len(stamps) / largest_page) + 8 + len(stamps) // (4 * largest_page) + 4
    fullest = max(sum(abs(other - stamp) <= 1 for other in stamps) for stamp in set(stamps))
    if not ignores and not capped_unseen and fullest <= 500 and largest_page == 500:
        assert complete


# Threads and errors


class Refused(Exception):
    """Stands for any error of the transport."""


@pytest.mark.parametrize("failing", [1, 2, 5, 9])
def test_the_first_error_ends_the_listing(failing: int) -> None:
    scenario = Scenario(rows_at(uneven(20_000, 15)))
    lock, begun, ended = threading.Lock(), [0], [0]

    def fetch(*request: Any) -> Page:
        with lock:
            begun[0] += 1
            mine = begun[0]
        try:
            time.sleep(0.002)
            if mine >= failing:
                raise Refused(str(mine))
            with lock:
                return scenario.fetch(*request)
        finally:
            with lock:
                ended[0] += 1

    with pytest.raises(Refused):
        paginate(fetch, SINCE_MS)
    assert begun[0] <= failing + 4
    assert ended[0] == begun[0], "a request outlived the listing"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("modelarts")]


def test_real_threads_find_all_with_four_requests_at_most_side_by_side() -> None:
    scenario = Scenario(rows_at(uneven(10_000, 16)))
    lock, flying, most = threading.Lock(), [0], [0]

    def fetch(*request: Any) -> Page:
        with lock:
            flying[0] += 1
            most[0] = max(most[0], flying[0])
        time.sleep(0.01)
        with lock:
            flying[0] -= 1
            return scenario.fetch(*request)

    result = paginate(fetch, SINCE_MS)
    assert names(result.orders) == names(scenario.rows)
    assert most[0] == 4


def test_a_small_listing_starts_no_thread() -> None:
    seen: list[str] = []
    scenario = Scenario(rows_at(uneven(399, 17)))

    def fetch(*request: Any) -> Page:
        seen.append(threading.current_thread().name)
        return scenario.fetch(*request)

    paginate(fetch, SINCE_MS)
    assert seen == [threading.current_thread().name]
