# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When to poll next, and when the wait is likely to end. All times are in seconds.

Polling often costs requests, polling rarely costs lateness. Barlow, Hunter and Proschan ("Optimum checking procedures",
1963) balance the two: the best density of polls is proportional to the square root of the hazard, the chance that an
order still running ends in the next moment. With the base interval T and the mean duration m this module polls
next after the d that solves

    d * (H(age + d) - H(age)) = T * T / m        (H: cumulative hazard, -log of the share still running)

An order without memory (H = age / m) is polled every T seconds. One with a typical duration is polled rarely
before that and often around it, with fewer requests and less lateness than every T seconds.
No clock, no sleep, no network: tests/benchmarks/pace.py measures it in virtual time.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from .._client.errors import ModelArtsError, ThrottledError

MIN_SAMPLES = 3
"""Below this many past orders the past says nothing."""
LONGEST = 60.0
"""No poll is further away than this, unless the user's interval or Retry-After is longer."""
SHORTEST = 1.0
"""No two polls are closer than this, unless the user's interval is shorter."""
JITTER = 0.1
"""Delays vary by this share, so that many waits started together drift apart."""

LONGEST_RETRY_AFTER = 120.0
"""A Retry-After is honoured up to so many seconds: a wait must not be blind for longer."""

# How much slower a wait becomes that the service refuses for asking too often, and how that ends.
_SLOW, _SLOWDOWN, _SLOWEST, _RECOVERY = 4.0, 1.2, 16.0, 0.965
_SPREAD = 0.25
_FASTEST = 0.25  # of the interval: the most often a history may make us poll
_SURPRISE = 0.15  # at least this chance that an order is unlike all before, however long the history
_NARROWEST = 0.05  # least bandwidth on the logarithm: equal samples still mean "about 5 % either way"
_CENTRES = 24  # more samples than this are thinned to their quantiles: the cost of a poll stays bounded
_YEAR = 366 * 86400.0  # a longer duration is a wrong clock
_MERGE = 0.25  # a poll with less than this share of its delay left to the deadline is made at the deadline


class History:
    """What past orders of the same operation and flavors tell about the duration of one more.

    Their durations are smoothed with logistic kernels on the logarithm (Silverman's bandwidth). An order may be unlike
    all of them: with the chance of falling outside the range of n samples, 2 / (n + 1), it has no memory.
    `count`: number of samples; `low`, `high`: what 80 % of them lie between; `longest`: the longest.
    """

    def __init__(self, durations: Sequence[float]) -> None:
        self.count = len(durations)
        ordered = sorted(max(SHORTEST, duration) for duration in durations)
        self.low, self.high, self.longest = _quantile(ordered, 0.1), _quantile(ordered, 0.9), ordered[-1]
        self.mean = math.fsum(ordered) / self.count
        self.surprise = max(_SURPRISE, 2 / (self.count + 1))
        logs = [math.log(duration) for duration in ordered]
        # Twice the scale of a logistic distribution of that standard deviation: its tail is (1 - tanh(x / width)) / 2.
        self._width = 2 * _bandwidth(logs) * math.sqrt(3) / math.pi
        if self.count > _CENTRES:
            logs = [_quantile(logs, (index + 0.5) / _CENTRES) for index in range(_CENTRES)]
        self._centres = [value / self._width for value in logs]

    @classmethod
    def learn(cls, durations: Iterable[float | None]) -> History | None:
        """The history of these durations, or None where fewer than three are usable (from 0 to a year)."""
        usable = [value for value in durations if value is not None and 0 <= value <= _YEAR]
        return cls(usable) if len(usable) >= MIN_SAMPLES else None

    def running(self, age: float) -> float:
        """The share of orders like the past ones that still run at this age, 0 to 1."""
        if age <= 0:
            return 1.0
        place = math.log(age) / self._width
        return 0.5 - 0.5 * sum([math.tanh(place - centre) for centre in self._centres]) / len(self._centres)

    def remaining(self, age: float, chance: float) -> float:
        """Seconds within which an order of this age, if it is like the past ones, ends with the given chance."""
        goal = self.running(age) * (1 - min(chance, self.count / (self.count + 1)))
        early, late = 0.0, self.longest * math.exp(10 * self._width)
        while late - early > 0.001 * late:
            middle = (early + late) / 2
            early, late = (early, middle) if self.running(age + middle) < goal else (middle, late)
        return late

    def delay(self, age: float, interval: float) -> float:
        """Seconds to the best next poll of an order of this age, where `interval` would be right without a history."""
        early = max(interval * _FASTEST, min(SHORTEST, interval))
        # Older than all samples: nothing is known any more, so never slower than without a history.
        late = interval if age >= self.longest else max(interval, LONGEST)
        hazard_now, goal = self._hazard(age), interval * interval / self.mean
        while late - early > 0.02 * late:
            middle = (early + late) / 2
            enough = middle * (self._hazard(age + middle) - hazard_now) >= goal
            early, late = (early, middle) if enough else (middle, late)
        return late

    def _hazard(self, age: float) -> float:
        """The cumulative hazard at this age, with the chance of a surprise in it."""
        surprised = self.surprise * math.exp(-min(age / self.mean, 500.0))
        return -math.log((1 - self.surprise) * self.running(age) + surprised)


class Unfinished(NamedTuple):
    """One order that is waited for.

    `age`: seconds since it began, measured as the durations of `history` are; None when unknown.
    `pending`: not begun yet (its age then counts as 0). `history`: None when there is none.
    """

    age: float | None = None
    pending: bool = False
    history: History | None = None


class ExpectedEnd(NamedTuple):
    """Seconds until the end of the last order: 10 %, 50 % and 90 % likely; `history`: of the order that ends last."""

    low: float
    middle: float
    high: float
    history: History


def expected_end(orders: Iterable[Unfinished]) -> ExpectedEnd | None:
    """When the last of these orders is likely to end, seen from now.

    None where it can't be said: no orders, one without history or age, one older than all orders like it.
    The largest of k ends is below a time with chance p when each is with chance p ** (1 / k).
    """
    known = [(0.0 if order.pending else order.age, order.history) for order in orders]
    ends: list[ExpectedEnd] = []
    for age, history in set(known):
        if age is None or history is None or not age < history.longest:
            return None
        low, middle, high = (history.remaining(max(0.0, age), p ** (1 / len(known))) for p in (0.1, 0.5, 0.9))
        ends.append(ExpectedEnd(low, middle, high, history))
    if not ends:
        return None
    last = max(ends, key=lambda end: end.middle)
    return last._replace(low=max(end.low for end in ends), high=max(end.high for end in ends))


def next_delay(
    orders: Sequence[Unfinished],
    seconds_left: float,
    rng: Callable[[], float],
    *,
    interval: float = 15.0,
    pending_interval: float = 60.0,
    errors: int = 0,
    retry_after: float | None = None,
) -> float:
    """Seconds to the next poll.

    `orders`: the unfinished ones, each expected but not visible yet as `Unfinished()`; `seconds_left`: to the deadline
    (infinity: none); `rng`: returns floats in [0, 1); `errors`: polls that failed in a row; `retry_after`: what
    the last answer asked for. The result is finite, from 0 to `seconds_left`, and at least `retry_after` except where
    that lies past the deadline: then it is `seconds_left`.
    Raises ValueError for an interval that is not a positive, finite number.
    """
    if not (0 < interval < math.inf and 0 < pending_interval < math.inf):
        raise ValueError(f"intervals must be positive: interval {interval}, pending_interval {pending_interval}")
    shortest = min(SHORTEST, interval)
    longest = max(LONGEST, interval)
    if errors > 0:
        # Full jitter, where it belongs: clients that failed together must not come back together.
        delay = max(shortest, rng() * min(longest, interval * 2.0 ** min(errors, 10)))
    else:
        if orders and all(order.pending for order in orders):
            delay, longest = pending_interval, max(longest, pending_interval)
        else:
            delay = min((_best_delay(order, interval) for order in orders if not order.pending), default=interval)
        delay = min(longest, max(shortest, delay) * (1 + JITTER * (2 * rng() - 1)))
    if retry_after is not None and math.isfinite(retry_after):
        delay = max(delay, retry_after * (1 + JITTER * rng()))
    return _at_deadline(delay, max(0.0, seconds_left), longest)


def _best_delay(order: Unfinished, interval: float) -> float:
    """Of several orders the one that asks for the earliest poll decides: that notices an early failure as well."""
    if order.history is None or order.age is None:
        return interval
    return order.history.delay(max(0.0, order.age), interval)


def _at_deadline(delay: float, seconds_left: float, longest: float) -> float:
    """Shorten the delay to the deadline, or stretch it when what is left after it is not worth a poll of its own."""
    merged = seconds_left <= longest and seconds_left - delay < _MERGE * delay
    return seconds_left if merged else min(delay, seconds_left)


def _bandwidth(logs: Sequence[float]) -> float:
    """Silverman's rule, 0.9 * min(s, IQR / 1.34) * n ** -0.2; the quartiles keep an outlier from blurring it."""
    count = len(logs)
    mean = math.fsum(logs) / count
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in logs) / (count - 1))
    quartiles = (_quantile(logs, 0.75) - _quantile(logs, 0.25)) / 1.34
    return max(_NARROWEST, 0.9 * min(spread, quartiles) * math.pow(count, -0.2))


def _quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted values, linear between neighbours."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


class Schedule:
    """When to poll next: it remembers how many polls in a row have failed, and how busy the service is.

    All waits of an account share its limit, and none knows of the others. So one that is refused for it stays slower
    for a while: at least fourfold, a fifth more with each further refusal, and 3.5 % less with each poll that works.
    Their delays vary more meanwhile, so that those begun together drift apart: tests/benchmarks/herd.py measures it.
    """

    def __init__(self, interval: float, pending_interval: float, rng: Callable[[], float] = random.random) -> None:
        """``interval`` and ``pending_interval`` are seconds, ``rng`` returns floats in [0, 1)."""
        self._interval = interval
        self._pending_interval = pending_interval
        self._rng = rng
        self._slower = 1.0
        self._spread = 0.0
        self._errors = 0
        self._retry_after: float | None = None

    def succeeded(self) -> None:
        """Take a poll that was answered."""
        self._slower = max(1.0, self._slower * _RECOVERY)
        self._spread = _SPREAD if self._slower > 1 else 0.0
        self._errors, self._retry_after = 0, None

    def failed(self, error: ModelArtsError) -> None:
        """Take a poll that failed; what its ``retry_after`` asks for is honoured up to two minutes."""
        if isinstance(error, ThrottledError):
            self._slower = min(_SLOWEST, max(_SLOW, self._slower * _SLOWDOWN))
            self._spread = 2 * _SPREAD
        else:
            self._errors += 1
        self._retry_after = None if error.retry_after is None else min(error.retry_after, LONGEST_RETRY_AFTER)

    def delay(self, unfinished: Sequence[Unfinished], seconds_left: float, limit: float | None) -> float:
        """Return the seconds to the next poll: to ``limit`` at most, where there is one."""
        varied = self._slower * (1 + self._spread * (2 * self._rng() - 1))
        delay = next_delay(
            unfinished,
            seconds_left,
            self._rng,
            interval=self._interval * varied,
            pending_interval=self._pending_interval * varied,
            errors=self._errors,
            retry_after=self._retry_after,
        )
        return delay if limit is None else min(delay, limit)
