# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ListOrders service in memory."""

from __future__ import annotations

import dataclasses
import functools
import random
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import filterfalse
from operator import itemgetter
from typing import Any, cast

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import _count
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import Order, normalise
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.pagination import Page

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000
SINCE_MS = NOW_MS - 30 * DAY_MS
END_OF_TIME_MS = 2**63

Row = dict[str, Any]


def row(number: int, created: int) -> Row:
    """Return one order as the service lists it."""
    return {
        "orderName": f"order.pool-{number:06}",
        "creationTimestamp": created,
        "beginTimestamp": created + 1,
        "endTimestamp": 0,
        "phase": "running",
    }


def rows_at(stamps: Iterable[int]) -> list[Row]:
    """Return an order for each creation time."""
    return [row(number, stamp) for number, stamp in enumerate(stamps)]


def uneven(count: int, seed: int, busy_day: float | None = None) -> list[int]:
    """Return creation times over 30 days, nine tenths of them in two days that begin on ``busy_day`` (None: random)."""
    rng = random.Random(seed)
    start = SINCE_MS + int((rng.uniform(0, 28) if busy_day is None else busy_day) * DAY_MS)
    busy = [start + rng.randrange(2 * DAY_MS) for dummy in range(count * 9 // 10)]
    return busy + [SINCE_MS + rng.randrange(30 * DAY_MS) for dummy in range(count - len(busy))]


#: What the client makes of an order's times; no listing asks for it, and it takes longer than all else here.
MADE_OF_TIMES = ("created_at", "began_at", "ended_at", "queue_seconds", "run_seconds")


@functools.lru_cache
def _unnamed(phase: str, begun: bool, ended: bool) -> dict[str, Any]:
    order = normalise({"phase": phase, "beginTimestamp": begun * NOW_MS, "endTimestamp": ended * NOW_MS})
    return {name: value for name, value in order.items() if name not in MADE_OF_TIMES}


def read(each: Row) -> Order:
    """Return a row as the client reads it, but for what is made of its times."""
    begun, ended = each["beginTimestamp"], each["endTimestamp"]
    times = {"creation_timestamp": each["creationTimestamp"], "begin_timestamp": begun, "end_timestamp": ended}
    unnamed = _unnamed(each["phase"], bool(begun), bool(ended))
    return cast("Order", {**unnamed, "order_name": each["orderName"], **times})


@dataclasses.dataclass
class Scenario:
    """The service: its orders, how it behaves, and what it was asked. ``fetch`` is what ``paginate`` calls."""

    rows: list[Row]
    # newest, oldest, shuffled (once and for all), reshuffled (anew for each request), or a field's name, with a minus
    # where the largest come first
    order: str = "newest"
    since_inclusive: bool = True
    until_inclusive: bool = True
    ignores: tuple[str, ...] = ()
    # What it says for the true number of matches.
    count: Callable[[int], Any] = lambda matches: matches
    largest_page: int = 500
    rounds_to_ms: int = 1
    phase: str | None = None
    counts_the_page: bool = False
    # Whether a page passed for the whole: capped at other than the API's hundreds, its total that of its own rows.
    misled: bool = False
    seed: int = 0
    # Rows that are counted but left out of the page; the rows behind them move up.
    hides: Callable[[Row], bool] | None = None
    # Called before each answer.
    change: Callable[[Scenario], None] | None = None
    requests: list[tuple[int, int | None, int, int]] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self.rng = random.Random(self.seed)
        self.rank = {each["orderName"]: self.rng.random() for each in self.rows}
        self.by_time: list[tuple[int, int]] = []  # creation time and place in `rows`, made at the first request
        self._arrange()

    def add_all(self, arrived: Iterable[Row]) -> None:
        """Let orders arrive, wherever the service's order of rows puts them."""
        for each in arrived:
            self.rank[each["orderName"]] = self.rng.random()
            self.rows.append(each)
        self._arrange()

    def remove(self, leaving: set[str]) -> None:
        """Let the orders of these names leave."""
        self.rows[:] = [each for each in self.rows if each["orderName"] not in leaving]

    def _arrange(self) -> None:
        if self.order in ("newest", "oldest"):
            self.rows.sort(key=itemgetter("creationTimestamp"), reverse=self.order == "newest")
        elif self.order.endswith("Timestamp"):
            self.rows.sort(key=itemgetter(self.order.lstrip("-")), reverse=self.order.startswith("-"))
        else:
            self.rows.sort(key=lambda each: self.rank[each["orderName"]])

    def _matches(self, since: int, until: int | None) -> list[Row]:
        since = since // self.rounds_to_ms * self.rounds_to_ms
        until = None if until is None else until // self.rounds_to_ms * self.rounds_to_ms
        low = since - self.since_inclusive
        high = END_OF_TIME_MS if until is None or "until" in self.ignores else until + self.until_inclusive
        if "since" in self.ignores:
            low = -1
        found = self._created_between(low, high)
        return [each for each in found if self.phase is None or each["phase"] == self.phase]

    def _created_between(self, low: int, high: int) -> list[Row]:
        """Return the rows between two times, both exclusive; a list that never changes is searched by an index."""
        if self.change is not None:
            return [each for each in self.rows if low < each["creationTimestamp"] < high]
        if len(self.by_time) != len(self.rows):
            self.by_time = sorted((each["creationTimestamp"], place) for place, each in enumerate(self.rows))
        found = self.by_time[bisect_left(self.by_time, (low + 1, 0)) : bisect_left(self.by_time, (high, 0))]
        return [self.rows[place] for place in sorted(place for dummy, place in found)]

    def fetch(self, since: int, until: int | None, limit: int, offset: int) -> Page:
        """Answer one request as the API's page says."""
        assert 0 < limit <= 500
        assert 0 <= offset <= 500
        self.requests.append((since, until, limit, offset))
        with self._lock:  # pages are asked for side by side
            if self.change is not None:
                self.change(self)
            found = self._matches(since, until)
        if self.order == "reshuffled":
            self.rng.shuffle(found)
        count = self.count(len(found))
        if self.hides is not None:
            found = list(filterfalse(self.hides, found))
        start = 0 if "offset" in self.ignores else offset
        page = [read(each) for each in found[start : start + min(limit, self.largest_page)]]
        said = _count(len(page) if self.counts_the_page else count)
        self.misled |= said is not None and len(page) == said < len(found) and said % 100 != 0
        return Page(page, said)
