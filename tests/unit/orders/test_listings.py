# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A listing of any service: what existed throughout is found, or the listing says that it may be incomplete.

``MODELARTS_LISTINGS=20000`` makes it so many examples.
"""

from __future__ import annotations

import math
import os
import random
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.pagination import paginate
from ansible_collections.huaweicloud.modelarts.tests.unit.orders.scenario import (
    DAY_MS,
    NOW_MS,
    SINCE_MS,
    Scenario,
    row,
    rows_at,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("MODELARTS_LISTINGS", "500"))
HOUR_MS = 3_600_000

bursts = st.lists(
    st.tuples(st.integers(0, 30 * DAY_MS - 1), st.integers(1, 700), st.sampled_from([0, 1, 7, 1000, 60_000, 600_000])),
    min_size=1,
    max_size=6,
)
orders = st.sampled_from(
    [
        *("newest", "oldest", "shuffled", "reshuffled"),
        *("beginTimestamp", "-beginTimestamp", "endTimestamp", "-endTimestamp"),
    ]
)
counts = st.sampled_from(
    [
        *(lambda n: n, lambda n: n, str, lambda n: None, lambda n: "many"),
        *(lambda n: 0, lambda n: n // 2, lambda n: max(0, n - 1), lambda n: n + 1, lambda n: 2 * n + 1),
        *(lambda n: min(n, 500), lambda n: 10**400, lambda n: -1, lambda n: True),
    ]
)


def processed(rows: list[dict[str, Any]], rng: random.Random, longest_queue: int) -> None:
    """Let most of these orders begin and many of them end; those that wait have no time yet, which is 0."""
    for each in rows:
        begun = rng.random() < 0.95
        each["beginTimestamp"] = each["creationTimestamp"] + rng.randrange(longest_queue) if begun else 0
        ended = begun and rng.random() < 0.9
        each["endTimestamp"] = each["beginTimestamp"] + rng.randrange(1, 2 * HOUR_MS) if ended else 0


def changing(rng: random.Random, arrivals: int, departures: int, gone: set[str]) -> Any:
    """Return what happens before each answer: orders are placed or listed late, and others leave."""

    def change(scenario: Scenario) -> None:
        number = 100_000 + len(scenario.rank)
        created = [NOW_MS + len(scenario.requests), SINCE_MS + 1 + rng.randrange(30 * DAY_MS)]
        fresh = [row(number + each, rng.choice(created)) for each in range(arrivals)]
        processed(fresh, rng, 10)
        scenario.add_all(fresh)
        leaving = {each["orderName"] for each in rng.sample(scenario.rows, min(departures, len(scenario.rows)))}
        gone.update(leaving)
        scenario.remove(leaving)

    return change


services = st.fixed_dictionaries(
    {
        "order": orders,
        "count": counts,
        "counts_the_page": st.booleans(),
        "largest_page": st.sampled_from([500, 500, 500, 100, 200, 250, 50, 499]),
        "since_inclusive": st.booleans(),
        "until_inclusive": st.booleans(),
    }
)


@pytest.mark.no_cover
@settings(max_examples=EXAMPLES, derandomize=EXAMPLES == 500)
@given(
    stretches=bursts,
    service=services,
    until=st.sampled_from([None, NOW_MS]),
    longest_queue=st.sampled_from([1, 60_000, 2 * HOUR_MS]),
    changes=st.sampled_from([(0, 0), (0, 0), (1, 0), (0, 1), (5, 5), (0, 60)]),
    seed=st.integers(0, 10**6),
)
@example(  # a page of a full millisecond and the next, alike in size by chance, are no pages smaller than asked
    [(0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 269, 0), (0, 700, 0)],
    {
        "order": "oldest",
        "count": lambda n: n + 1,
        "counts_the_page": False,
        "largest_page": 500,
        "since_inclusive": False,
        "until_inclusive": False,
    },
    None,
    60_000,
    (5, 5),
    2,
)
@example(  # orders that arrived make up for those that pages sorted by begin left out, as long as they had not begun
    [(0, 1, 0), (0, 1, 0), (0, 114, 1), (0, 325, 60_000), (426_272_260, 698, 60_000), (437, 155, 7)],
    {
        "order": "-beginTimestamp",
        "count": lambda n: n,
        "counts_the_page": False,
        "largest_page": 250,
        "since_inclusive": False,
        "until_inclusive": False,
    },
    None,
    60_000,
    (5, 5),
    10_476,
)
def test_what_existed_throughout_is_found_or_the_listing_says_it_may_be_incomplete(
    stretches: Any, service: dict[str, Any], until: int | None, longest_queue: int, changes: tuple[int, int], seed: int
) -> None:
    """Each stretch: so many orders from a moment on, so many ms apart."""
    rng = random.Random(seed)
    stamps = [SINCE_MS + 1 + start + number * gap for start, size, gap in stretches for number in range(size)]
    rows = rows_at(min(stamp, NOW_MS - 1) for stamp in stamps)
    processed(rows, rng, longest_queue)
    gone: set[str] = set()
    change = changing(rng, *changes, gone) if changes != (0, 0) else None
    scenario = Scenario(rows, **service, seed=seed, change=change)
    before = {each["orderName"] for each in rows}
    found = paginate(scenario.fetch, SINCE_MS, until, NOW_MS, workers=1)
    names = {each["order_name"] for each in found.orders}
    assert len(names) == len(found.orders)
    assert before - gone <= names or found.truncated or scenario.misled
    pages = math.ceil(len(names) / min(service["largest_page"], len(names) or 1))
    assert found.requests <= 16 + 4 * pages + 8
    if (
        service["count"](1000) == 1000
        and not service["counts_the_page"]
        and service["largest_page"] == 500
        and not change
    ):
        fullest = max(stamps.count(stamp) for stamp in set(stamps))
        assert fullest > 500 or not found.truncated
