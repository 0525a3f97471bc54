# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many waits that begin together, on one account that may ask sixty times a minute: who is refused, who is late.

In virtual time, which all waits share: one of them runs at a time, and time goes on where all of them sleep. The
service says nothing about when to come again.
"""

from __future__ import annotations

import dataclasses
import heapq
import random
import threading
from statistics import fmean

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import WAIT, complete
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._distributions import log_normal
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._figures import Figure, number, table
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server

SIZES, PROMISED = (10, 50, 200), 50
THROTTLE = {"limit": 60, "seconds": 60, "retry_after": False}
BEGIN = 1_790_000_000.0


class Turns(Clock):
    """One virtual time for threads of which one runs at a time: it hands on to the one that wakes next."""

    def __init__(self) -> None:
        self.now = BEGIN
        self._numbers = iter(range(1 << 62))
        self._sleepers: list[tuple[float, int, threading.Event]] = []

    def time(self) -> float:
        """Return the virtual wall clock."""
        return self.now

    def monotonic(self) -> float:
        """Return virtual seconds."""
        return self.now - BEGIN

    def sleep(self, seconds: float) -> None:
        """Let others run until it is this thread's turn again."""
        mine = self.join(seconds)
        self.hand_on()
        mine.wait()

    def join(self, seconds: float = 0.0) -> threading.Event:
        """Return what is set when so many seconds have passed and it is its owner's turn."""
        mine = threading.Event()
        heapq.heappush(self._sleepers, (self.now + max(0.0, seconds), next(self._numbers), mine))
        return mine

    def hand_on(self) -> None:
        """Wake who sleeps the shortest; nobody where all have ended."""
        if self._sleepers:
            self.now, dummy, owner = heapq.heappop(self._sleepers)
            owner.set()


class Watch:
    """The service's view of that time: it answers at once."""

    def __init__(self, clock: Clock) -> None:
        self.time = clock.time

    def sleep(self, seconds: float) -> None:
        """Nothing here takes time."""


@dataclasses.dataclass(frozen=True)
class Herd:
    """So many waits: requests for each, the part of them that was refused, mean and worst lateness in seconds."""

    count: int
    requests: float
    refused: float
    late: float
    worst: float


def measure(count: int) -> Herd:
    """Run so many waits, each for an order of its own."""
    random.seed(count)
    draw = log_normal(0.5)
    ends = [draw(random.Random(number)) for number in range(count)]
    timelines = [[{"state": "processing", "seconds": end}, {"state": "succeeded"}] for end in ends]
    orders = [
        {"pool": f"pool-{number}", "order_name": f"order.{number}", "timeline": timeline}
        for number, timeline in enumerate(timelines)
    ]
    clock = Turns()
    finished: dict[int, float] = {}
    with Server(Cloud(clock=Watch(clock), orders=orders, settings={"throttle": THROTTLE})) as server:
        threads = [
            threading.Thread(target=_wait, args=(number, server, clock, clock.join(), finished))
            for number in range(count)
        ]
        for thread in threads:
            thread.start()
        clock.hand_on()
        for thread in threads:
            thread.join()
        statuses = [row["status"] for row in server.cloud.log if row["api"] == "list"]
    late = [finished[number] - end for number, end in enumerate(ends)]
    return Herd(count, len(statuses) / count, statuses.count(429) / len(statuses), fmean(late), max(late))


def _wait(number: int, server: Server, clock: Turns, turn: threading.Event, finished: dict[int, float]) -> None:
    turn.wait()
    try:
        environ = server.environment()
        options = complete(WAIT, {"order_names": [f"order.{number}"]}, environ)
        outcome = wait_for_orders(options, environ, clock)
        if outcome.failed:
            raise SystemExit(f"wait {number}: {outcome.result.get('msg')}")
        finished[number] = clock.monotonic()
    finally:
        clock.hand_on()


def figures(herd: Herd) -> list[Figure]:
    """Return what must hold."""
    name = f"{herd.count} waits begun together, {THROTTLE['limit']} requests a minute"
    return [
        Figure(f"{name}: refused", 100 * herd.refused, 5, "%"),
        Figure(f"{name}: late on average", herd.late, 20, "s"),
    ]


def show(herds: list[Herd]) -> str:
    """Return the herds as a table."""
    head = ["waits", "requests for each", "refused", "late on average", "latest"]
    rows = [
        [str(each.count), number(each.requests), f"{each.refused:.1%}", f"{each.late:.0f} s", f"{each.worst:.0f} s"]
        for each in herds
    ]
    return table(head, rows)
