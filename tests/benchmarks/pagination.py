# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The deep listing against paging one request after another, with the same latency and processing.

``python tests/benchmarks/pagination.py [orders ...]`` prints a Markdown table. Real threads, real sleeps; the service
answers from memory, and its own computing is part of the latency.
"""

from __future__ import annotations

import bisect
import dataclasses
import math
import random
import sys
import threading
import time
from typing import Any

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import key_of, normalise
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.pagination import Page, paginate

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000
SINCE_MS = NOW_MS - 30 * DAY_MS
PAGE = 500
LATENCY = 0.05
COUNTS = (1_000, 10_000, 20_000, 50_000)
ORDERS = ("newest", "oldest", "shuffled")


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measurement: requests and seconds of the listing, and of full pages one after another."""

    orders: int
    order: str
    requests: int
    seconds: float
    pages: int
    paging_seconds: float

    @property
    def time_ratio(self) -> float:
        """The listing's time as a part of the paging's."""
        return self.seconds / self.paging_seconds


class Service:
    """Orders over 30 days, nine tenths of them in two days, listed in one of three orders, after a latency."""

    def __init__(self, count: int, order: str, seed: int = 1) -> None:
        rng = random.Random(seed)
        start = SINCE_MS + rng.randrange(28 * DAY_MS)
        busy = [start + rng.randrange(2 * DAY_MS) for dummy in range(count * 9 // 10)]
        stamps = sorted(busy + [SINCE_MS + 1 + rng.randrange(30 * DAY_MS - 2) for dummy in range(count - len(busy))])
        rows: list[dict[str, Any]] = [
            {"orderName": f"order.pool-{number:06}", "creationTimestamp": stamp, "phase": "running"}
            for number, stamp in enumerate(stamps)
        ]
        self.rows, self._stamps = rows, stamps
        self._rank = list(range(count))
        rng.shuffle(self._rank)
        self._order = order
        self._lock = threading.Lock()

    def fetch(self, since: int, until: int | None, limit: int, offset: int) -> Page:
        """Answer one request as the API does, ``LATENCY`` seconds after it was begun."""
        due = time.perf_counter() + LATENCY
        with self._lock:
            low = bisect.bisect_left(self._stamps, since)
            high = len(self.rows) if until is None else bisect.bisect_right(self._stamps, until)
            numbers: Any = range(low, high)
            if self._order == "newest":
                numbers = numbers[::-1]
            elif self._order == "shuffled":
                numbers = sorted(numbers, key=self._rank.__getitem__)
            page = [normalise(self.rows[number]) for number in numbers[offset : offset + limit]]
        time.sleep(max(0, due - time.perf_counter()))
        return Page(page, high - low)


def paging_seconds(rows: list[dict[str, Any]]) -> float:
    """Return the least that full pages one after another take, if offsets reached that far."""
    found = {}
    started = time.perf_counter()
    for first in range(0, len(rows), PAGE):
        time.sleep(LATENCY)
        for row in rows[first : first + PAGE]:
            order = normalise(row)
            found[key_of(order)] = order
    return time.perf_counter() - started


def measure(counts: tuple[int, ...] = COUNTS) -> list[Figure]:
    """Measure every number of orders in every order of rows; a listing that is not complete is an error."""
    figures = []
    for count in counts:
        for order in ORDERS:
            service = Service(count, order)
            started = time.perf_counter()
            result = paginate(service.fetch, SINCE_MS, None, NOW_MS)
            seconds = time.perf_counter() - started
            if len(result.orders) != count or result.truncated:
                raise SystemExit(f"{count} orders, {order}: only {len(result.orders)} found")
            pages = math.ceil(count / PAGE)
            figures.append(Figure(count, order, result.requests, seconds, pages, paging_seconds(service.rows)))
    return figures


def table(figures: list[Figure]) -> str:
    """Return the figures as a Markdown table of ratios."""
    lines = [
        "| orders | rows come | requests | allowed | of paging's requests | of paging's time |",
        "| --- " * 6 + "|",
    ]
    for each in figures:
        allowed = 4 * each.pages if each.order == "shuffled" else 1.25 * each.pages + 3
        lines.append(
            f"| {each.orders:,} | {each.order} | {each.requests} | {allowed:.0f} "
            f"| {each.requests / each.pages:.2f} | {each.time_ratio:.2f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure(tuple(map(int, sys.argv[1:])) or COUNTS)))
