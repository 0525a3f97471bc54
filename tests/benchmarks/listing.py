# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listing of many orders over real sockets, against paging one request after another at its best.

The paging knows beforehand which windows hold exactly one full page (an offset cannot reach that far), and processes
its pages with the same code.
"""

from __future__ import annotations

import dataclasses
import json
import math
import time
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import newest_first
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.query import Query
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._session import connect
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._figures import Figure, number, table
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._service import ADMIN, TOKEN, options, service

COUNTS = (1_000, 10_000, 20_000, 50_000)
PROMISED = 20_000
LATENCY_MS = 50
PAGE = 500


@dataclasses.dataclass(frozen=True)
class Listing:
    """Listings of one number of orders: the best of some repetitions (what else a machine does only adds).

    Seconds of ours and of the paging, the most requests, and the client's processor seconds.
    """

    count: int
    seconds: float
    requests: int
    paging_seconds: float
    cpu: float

    @property
    def ratio(self) -> float:
        """The time as a part of the paging's."""
        return self.seconds / self.paging_seconds

    @property
    def pages(self) -> int:
        """The full pages that the orders fill."""
        return math.ceil(self.count / PAGE)

    @property
    def allowed(self) -> int:
        """Half as many requests again as pages, and four to find the way."""
        return math.floor(1.5 * self.pages + 4)

    def figures(self) -> list[Figure]:
        """Return what must hold for this many orders."""
        name = f"{self.count:,} orders at {LATENCY_MS} ms"
        return [
            Figure(f"{name}: requests", self.requests, self.allowed),
            Figure(f"{name}: time, of paging one after another", self.ratio, 0.6),
        ]


def measure(counts: Sequence[int], repetitions: int) -> list[Listing]:
    """Measure each number of orders, listing and paging in turn."""
    return [_measure_one(count, repetitions) for count in counts]


def _measure_one(count: int, repetitions: int) -> Listing:
    generated = {"count": count, "days": 29.5, "recent_share": 0.9, "recent_days": 2}
    ours, pagings, cpu, requests = [], [], [], 0
    with service([{"generate": generated}], latency_ms=LATENCY_MS) as place:
        given = options(place)
        for dummy in range(repetitions):
            before = _requests(place)
            begin, spent = time.perf_counter(), time.process_time()
            outcome = query_orders(given, {})
            ours.append(time.perf_counter() - begin)
            cpu.append(time.process_time() - spent)
            requests = max(requests, _requests(place) - before)
            orders = outcome.result["orders"]
            _check(count, outcome.result)
            pagings.append(_paging(given, [order["creation_timestamp"] for order in orders]))
    return Listing(count, min(ours), requests, min(pagings), min(cpu))


def _requests(place: Mapping[str, str]) -> int:
    """Return how many requests the service has seen."""
    request = urllib.request.Request(f"{place['endpoint']}/_sim/log", headers=ADMIN[place["endpoint"]])
    with urllib.request.urlopen(request) as response:
        return len(json.load(response)["requests"])


def _check(count: int, result: Mapping[str, Any]) -> None:
    names = {order["order_name"] for order in result["orders"]}
    if len(names) != count or len(result["orders"]) != count or result["truncated"]:
        raise SystemExit(f"{count} orders: {len(names)} found in {len(result['orders'])} rows; {result.get('msg')}")


def _paging(given: Mapping[str, Any], stamps: Sequence[int]) -> float:
    """Return the seconds that windows of one full page each take, one after another over one connection."""
    windows = [(stamps[min(first + PAGE, len(stamps)) - 1], stamps[first]) for first in range(0, len(stamps), PAGE)]
    begin = time.perf_counter()
    with connect(given, credentials={"auth_token": TOKEN}) as session:
        api, found = session.orders(), []
        for since, until in windows:
            asked = {**given, "since": str(since), "until": str(until), "limit": PAGE, "offset": 0}
            found += api.list(Query.from_options(asked, Clock().time_ms())).orders
        newest_first(found)
    return time.perf_counter() - begin


def show(listings: Sequence[Listing]) -> str:
    """Return the listings as a table."""
    rows = [
        [
            f"{each.count:,}",
            str(each.requests),
            str(each.allowed),
            number(each.requests / each.pages),
            number(each.ratio),
            f"{each.seconds:.2f}",
        ]
        for each in listings
    ]
    head = ["orders", "requests", "allowed", "of paging's requests", "of paging's time", "context: s here"]
    return table(head, rows)
