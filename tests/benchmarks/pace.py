# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests against lateness of several ways to wait, simulated in virtual time.

    python -m ansible_collections.huaweicloud.modelarts.tests.benchmarks.pace [FILE]

prints the tables (and writes them to FILE), and exits with 1 when a promise is broken. A strategy makes polls until
one finds the order ended. Requests count every poll, the first and the noticing one as well; lateness is the time
from the end to that poll. The first poll comes up to 15 s after the order began, so that no strategy gains
from ends on a full minute. Averages are taken over all orders and histories first, the product after that.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.schedule import (
    History,
    Unfinished,
    next_delay,
)
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._distributions import DISTRIBUTIONS, MISLEADING, Draw

SEED = 20261
LAST_END = 5400.0
FIXED = "fixed 15 s"
DEPTHS = (0, 3, 12, 50)
Delays = Callable[[float, Random], Iterator[float]]
"""From the age at the first poll to the delays after it."""


class Size(NamedTuple):
    """How much is simulated: `runs` sequences of polls (each with a history of its own), `orders` ends for each."""

    runs: int = 80
    orders: int = 250


class Cost(NamedTuple):
    """Mean requests and mean lateness (seconds) of one wait."""

    requests: float
    late: float

    @property
    def product(self) -> float:
        """What fixed intervals of any length share; smaller is better."""
        return self.requests * self.late

    def over(self, other: Cost) -> Cost:
        """Both parts, and so the product, as shares of another's."""
        return Cost(self.requests / other.requests, self.late / other.late)


def fixed(interval: float, first: float = 0.0) -> Delays:
    """Polls every `interval` seconds, the first `first` seconds late."""

    def delays(age: float, random: Random) -> Iterator[float]:
        if first:
            yield first
        while True:
            yield interval

    return delays


def full_jitter(base: float = 2.0, cap: float = 60.0) -> Delays:
    """Exponential back-off with full jitter, made for contention and often used for waiting."""

    def delays(age: float, random: Random) -> Iterator[float]:
        longest = base
        while True:
            yield random.uniform(0.0, longest)
            longest = min(cap, longest * 2)

    return delays


def ours(history: History | None) -> Delays:
    """The collection's own pace, by its public function."""

    def delays(age: float, random: Random) -> Iterator[float]:
        while True:
            delay = next_delay([Unfinished(age, history=history)], math.inf, random.random)
            age += delay
            yield delay

    return delays


def always(delays: Delays) -> Callable[[Random], Delays]:
    """A strategy that is the same in every run."""
    return lambda random: delays


OTHERS: dict[str, Delays] = {
    FIXED: fixed(15),
    "fixed 5 s": fixed(5),
    "fixed 30 s": fixed(30),
    "Terraform 20 + 30 s": fixed(30, first=20),
    "back-off, full jitter": full_jitter(),
}


def polls(delays: Delays, random: Random) -> list[float]:
    """The ages of an order at the polls of one wait, up to the first poll after every possible end."""
    first = random.uniform(0.0, 15.0)
    ages = []
    for age in accumulate(delays(first, random), initial=first):
        ages.append(age)
        if age >= LAST_END:
            break
    return ages


def simulate(truth: Draw, strategy: Callable[[Random], Delays], size: Size) -> Cost:
    """Mean cost of waiting for orders of the distribution `truth`; the strategy is made anew for every run."""
    ends, random = Random(SEED), Random(SEED + 1)
    requests, late = 0, 0.0
    for dummy in range(size.runs):
        ages = polls(strategy(random), random)
        for end in [truth(ends) for dummy in range(size.orders)]:
            noticed = bisect_left(ages, end)
            requests += noticed + 1
            late += ages[noticed] - end
    count = size.runs * size.orders
    return Cost(requests / count, late / count)


def simulate_ours(truth: Draw, past: Draw, depth: int, size: Size) -> Cost:
    """The collection's pace, each run with another history of `depth` orders from the distribution `past`."""
    return simulate(truth, lambda random: ours(History.learn([past(random) for dummy in range(depth)])), size)


def measure(size: Size) -> dict[str, dict[str, Cost]]:
    """Distribution -> strategy -> cost; the collection's pace as `ours, N past`."""
    table = {}
    for name, truth in DISTRIBUTIONS.items():
        # Other strategies do not learn: more and shorter runs even out the phase of the first poll.
        plain = Size(size.runs * 5, size.orders // 5)
        costs = {other: simulate(truth, always(delays), plain) for other, delays in OTHERS.items()}
        for depth in DEPTHS:
            costs[f"ours, {depth} past"] = simulate_ours(truth, truth, depth, size if depth else plain)
        table[name] = costs
    return table


def measure_misled(size: Size, table: dict[str, dict[str, Cost]]) -> dict[tuple[str, str, int], Cost]:
    """(truth, history, past orders) -> cost relative to fixed 15 s where the history comes from elsewhere."""
    return {
        (true, told, depth): simulate_ours(truth, past, depth, size).over(table[true][FIXED])
        for true, truth in DISTRIBUTIONS.items()
        for told, past in MISLEADING.items()
        for depth in (12, 50)
        if true != told
    }


def broken_promises(table: dict[str, dict[str, Cost]], slack: float = 0.0) -> list[str]:
    """Each promise of the pace that these numbers break, as a line; `slack` allows for a small simulation's noise."""
    broken = []
    for name, costs in table.items():
        for strategy in (f"ours, {depth} past" for depth in DEPTHS):
            share = costs[strategy].over(costs[FIXED])
            sharp = name in ("log-normal 0.15", "log-normal 0.25") and strategy in ("ours, 12 past", "ours, 50 past")
            limit = 0.65 if sharp else 1.05
            if share.product > limit + slack:
                broken.append(f"{name}, {strategy}: product {share.product:.3f} of {FIXED}, promised {limit}")
            if share.requests > 1.01 + slack:
                broken.append(f"{name}, {strategy}: requests {share.requests:.3f} of {FIXED}, promised 1")
    return broken


HEAD = """<!--
SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->
# Requests against lateness of the wait

Written by `tests/benchmarks/pace.py`: virtual time, {total:,} orders in every line, {runs} histories, a fixed seed.
Late is the mean time from the end of an order to the poll that notices it. Requests count the first and the
noticing poll. Durations are cut to 1 to 90 minutes; the log-normal ones have a median of 18 minutes.

## Requests x lateness as a share of fixed 15 s (smaller is better)
"""
MISLED = """
## When the history misleads

Requests x lateness as a share of {fixed}, after 12 / after 50 past orders that came from another distribution
(columns) than the orders that are waited for (rows). {count:,} orders and {runs} histories in every cell. Half of the
cells are below {median:.2f}. The worst is {worst:.2f} ({true}, past: {told}), with {requests:.2f} of the requests;
no cell has more than {most:.2f} of the requests.
"""


def rows(head: list[str], body: list[list[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def numbers(cost: Cost, form: str) -> list[str]:
    """Requests, lateness and product as texts."""
    return form.format(cost.requests, cost.late, cost.product).split()


def report(table: dict[str, dict[str, Cost]], size: Size) -> str:
    """The summary and every number, in Markdown."""
    names, strategies = list(table), list(table["uniform"])
    body = [
        [way, *(f"{table[name][way].over(table[name][FIXED]).product:.2f}" for name in names)] for way in strategies
    ]
    text = HEAD.format(total=size.runs * size.orders, runs=size.runs) + rows(["strategy", *names], body)
    for name, costs in table.items():
        shares = {way: cost.over(costs[FIXED]) for way, cost in costs.items()}
        body = [
            [way, *numbers(cost, "{:.1f} {:.2f} {:.0f}"), *numbers(shares[way], "{:.2f} {:.2f} {:.2f}")]
            for way, cost in costs.items()
        ]
        head = ["strategy", "requests", "late, s", "product", "requests, share", "late, share", "product, share"]
        text += f"\n## {name.capitalize()}\n" + rows(head, body)
    return text


def report_misled(misled: dict[tuple[str, str, int], Cost], size: Size) -> str:
    """What a wrong history costs, in Markdown."""
    (true, told, dummy), worst = max(misled.items(), key=lambda item: item[1].product)
    median = sorted(cost.product for cost in misled.values())[len(misled) // 2]
    text = MISLED.format(
        fixed=FIXED, count=size.runs * size.orders, runs=size.runs, median=median, true=true, told=told,
        worst=worst.product, requests=worst.requests,
        most=max(cost.requests for cost in misled.values()),
    )  # fmt: skip
    body = [
        [name]
        + [
            " / ".join(f"{misled[name, past, n].product:.2f}" for n in (12, 50)) if past != name else ""
            for past in MISLEADING
        ]
        for name in DISTRIBUTIONS
    ]
    return text + rows(["durations", *MISLEADING], body)


def main(arguments: list[str]) -> int:
    """Print the report, write it where a file is given, say which promise is broken."""
    size = Size()
    table = measure(size)
    misled_size = Size(10, 500)
    text = report(table, size) + report_misled(measure_misled(misled_size, table), misled_size)
    sys.stdout.write(text)
    for path in arguments[:1]:
        Path(path).write_text(text, encoding="utf-8")
    broken = broken_promises(table)
    sys.stdout.write("\n" + ("\n".join(broken) or "All promises hold.") + "\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
