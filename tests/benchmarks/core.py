# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the core itself costs: normalising against reading the JSON, memory against bytes, one poll of a wait, a result.

Processor time, not time: what waits for the service does not count.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import time
import tracemalloc
import urllib.request
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.response import (
    RequestContext,
    Response,
    read,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import WAIT, complete
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import api
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.query import Query
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._figures import Figure, exponent, number, table
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._service import ADMIN, options, service

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
MANY, FEW = 220, 20
_OPERATIONS = ["apply", "modify", "delete"]


@dataclasses.dataclass(frozen=True)
class Processing:
    """Processor seconds for so many orders: the JSON alone, normalising and filtering, and our reading of answers."""

    count: int
    loads: float
    normalise: float
    read: float

    @property
    def ratio(self) -> float:
        """Normalising and filtering as a multiple of ``json.loads``."""
        return self.normalise / self.loads

    @property
    def checks(self) -> float:
        """What the checks of an answer cost beyond ``json.loads``, as a multiple of it."""
        return self.read / self.loads - 1


def pages() -> list[dict[str, Any]]:
    """Return the rows of a thousand orders, as a service spells them."""
    rows = []
    with service([{"generate": {"count": 1000, "days": 29}}]) as place:
        for offset in (0, 500):
            rows += _get(place, f"/v1/{place['project_id']}/orders?limit=500&offset={offset}")["items"]
    return rows


def _get(place: Mapping[str, str], path: str) -> Any:
    headers = {"X-Auth-Token": place["auth_token"], **ADMIN[place["endpoint"]]}
    request = urllib.request.Request(place["endpoint"] + path, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def processing(sizes: tuple[int, ...], repetitions: int) -> list[Processing]:
    """Measure each size, the three kinds of work in turn."""
    rows = pages()
    return [_processing(rows, size, repetitions) for size in sizes]


def _processing(rows: list[dict[str, Any]], size: int, repetitions: int) -> Processing:
    numbered = [{**rows[number % len(rows)], "orderName": f"order.{number}"} for number in range(size)]
    body = json.dumps({"count": size, "items": numbered}).encode()
    now = Clock().time_ms()
    query = Query.from_options(options({"operation": _OPERATIONS}), now)
    items = json.loads(body)["items"]
    exchange = Response(200, {}, body)
    asked = RequestContext("localhost", "the token", now / 1000)
    work = (lambda: json.loads(body), lambda: query.select(api.normalised(items)), lambda: read(exchange, asked))
    # Small sizes need more repetitions for a steady figure.
    costs = [_cpu(*work) for dummy in range(max(repetitions, repetitions * 10_000 // size))]
    loads, normalised, reads = (median(column) for column in zip(*costs, strict=True))
    return Processing(size, loads, normalised, reads)


def _cpu(*work: Callable[[], Any]) -> list[float]:
    """Return the processor seconds of each piece of work; earlier garbage is none of theirs."""
    seconds = []
    for one in work:
        gc.collect()
        begin = time.process_time()
        result = one()
        seconds.append(time.process_time() - begin)
        del result
    return seconds


def show(measured: list[Processing]) -> str:
    """Return the processing as a table."""
    head = ["orders", "normalise and filter, of `json.loads`", "checks of the answer, of `json.loads`"]
    return table(head, [[f"{each.count:,}", number(each.ratio), number(each.checks)] for each in measured])


def processing_figures(measured: list[Processing]) -> list[Figure]:
    """Return what must hold of the processing."""
    worst = max(each.ratio for each in measured)
    whole = max(each.ratio + each.checks for each in measured)
    growth = exponent({each.count: each.normalise for each in measured})
    return [
        Figure("normalise and filter, of `json.loads` of the same bytes", worst, 6),
        Figure("the same and all checks of the answers", whole, 6),
        Figure(f"growth of it up to {measured[-1].count:,} orders, exponent", growth, 1.1),
    ]


def memory(count: int) -> Figure:
    """Measure the most memory that Python holds while it lists so many orders, for each byte of the answers."""
    with service([{"generate": {"count": count, "days": 29}}], gzip=False) as place:
        given = options(place)
        query_orders({**given, "limit": 1}, {})  # imports and the like are not of the listing
        before = _bytes_sent(place)
        gc.collect()
        tracemalloc.start()
        held = tracemalloc.get_traced_memory()[0]
        outcome = query_orders(given, {})
        peak = tracemalloc.get_traced_memory()[1] - held
        tracemalloc.stop()
        received = _bytes_sent(place) - before
    if len(outcome.result["orders"]) != count:
        raise SystemExit(f"only {len(outcome.result['orders'])} of {count} orders: {outcome.result.get('msg')}")
    return Figure(f"peak memory for {count:,} orders, of the bytes received", peak / received, 10)


def _bytes_sent(place: Mapping[str, str]) -> int:
    return sum(row["bytes"] for row in _get(place, "/_sim/log")["requests"])


def result_size() -> Figure:
    """Measure the result of 1,000 orders with two fields."""
    with service([{"generate": {"count": 1000, "days": 29}}]) as place:
        outcome = query_orders(options({**place, "fields": ["order_name", "state"]}), {})
    if len(outcome.result["orders"]) != 1000:
        raise SystemExit(f"only {len(outcome.result['orders'])} of 1000 orders: {outcome.result.get('msg')}")
    size = len(json.dumps(outcome.result))
    return Figure("result of 1,000 orders with `fields: [order_name, state]`", size, 199_999, "characters")


class QuickClock(Clock):
    """Sleeps without spending time."""

    def __init__(self) -> None:
        self._slept = 0.0

    def monotonic(self) -> float:
        """Return seconds since some moment, slept ones included."""
        return super().monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        """Be late at once."""
        self._slept += max(0.0, seconds)


def poll(repetitions: int) -> Figure:
    """Measure one more poll of a wait: the difference of a long and a short wait, in a project of fifty orders."""
    costs = [(_wait(MANY) - _wait(FEW)) / (MANY - FEW) for dummy in range(repetitions)]
    return Figure("one more poll of the wait, processor time", 1000 * median(costs), 5, "ms")


def _wait(polls: int) -> float:
    """Return the processor seconds of a wait with so many polls."""
    timeline = [{"state": "processing", "polls": polls - 1}, {"state": "succeeded"}]
    wanted = {"pool": "pool-5ed5", "order_name": "order.wanted", "timeline": timeline, "created": "1m"}
    with service([wanted, {"generate": {"count": 50, "days": 29}}]) as place:
        given = {**place, "order_names": ["order.wanted"], "wait_timeout": 2_000_000, "interval": 15}
        lines: list[str] = []
        begin = time.process_time()
        outcome = wait_for_orders(complete(WAIT, given, {}), {}, QuickClock(), lines.append)
        spent = time.process_time() - begin
    if outcome.failed or outcome.result["polls"] != polls:
        raise SystemExit(f"{outcome.result['polls']} polls of {polls}: {outcome.result.get('msg')}")
    return spent
