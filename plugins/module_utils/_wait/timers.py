# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The timers of a wait: for how long something has been absent, and which pools may still get a newer order.

Readings are seconds. No clock: callers hand in ``began`` and ``now``, the begin and the end of a poll.
"""

from __future__ import annotations

import typing as t

from .._orders import model
from .._orders.model import Order
from .seen import SeenOrder, SeenOrders
from .targets import POOL, Target, Targets

# A timer that ends within this many seconds has ended: clocks are floating point numbers.
TICK = 0.00001
# A single poll may leave out what is there. So many share the time to settle.
_SETTLING_POLLS = 5
# From the first of these parts of the time after which something is given up, polls ask for all of the targets' time.
_WIDE_POLLS = (0.7, 0.8, 0.9, 1.0)


class CountedTime:
    """Seconds that polls account for: it stands still from a poll that failed to the next one that worked.

    So an outage does not make an order look absent, or pending, for longer than it was seen to be.
    """

    def __init__(self, now: float) -> None:
        self.value = 0.0
        self._read_at = now
        self._runs = True

    def tick(self, began: float, now: float, counts: bool) -> None:
        """Take a poll; ``counts`` says whether it was answered as it has to be."""
        if self._runs:
            self.value += max(0.0, (now if counts else began) - self._read_at)
        self._read_at, self._runs = now, counts

    def until(self, value: float, now: float) -> float | None:
        """Return the seconds from now until it reads ``value``, None where that does not come by itself."""
        return value - self.value - (now - self._read_at) if self._runs else None


class Absence:
    """What should be listed and is not, and the window of the polls that would show it.

    A window begins where the targets need it, but nothing is given up before several polls, the last one among them,
    over all of their time (wide ones). Keys are targets that no order has met, None for too few orders, and keys of
    orders that are no longer listed.
    """

    def __init__(self, started: float, timeout: float) -> None:
        self.given_up: set[t.Any] = set()
        # Whether the last poll showed all that there is in its window.
        self.complete = False
        self._time = CountedTime(started)
        self._timeout = timeout
        self._since: dict[t.Any, float] = {}
        self._window: int | None = None
        self._asked = 0
        self._was_wide = self._is_wide_next = self._is_overdue = False

    def since(self, targets: Targets, is_last: bool) -> int:
        """Return where the next poll's window begins, in epoch ms; the last poll's is wide."""
        narrow = self._window is not None and not self._is_wide_next and not is_last
        self._asked = t.cast("int", self._window) if narrow else targets.query.since
        return self._asked

    def widen(self) -> None:
        """Let polls be wide until ``narrow`` begins a window anew: the time of the targets is another one."""
        self._window = None

    def take(self, targets: Targets, began: float, now: float, shows_all: bool) -> None:
        """Take an answered poll, asked for from ``since``."""
        self._was_wide = self._asked <= targets.query.since
        self.complete = shows_all and (self._was_wide or self._asked == self._window)
        self._time.tick(began, now, self.complete)

    def take_error(self, began: float, now: float) -> None:
        """Take a poll that was not answered."""
        self._time.tick(began, now, False)

    def note(self, absent: t.Collection[t.Any]) -> None:
        """Let the time of what is absent run: what a poll without an end does not show may be there."""
        self._since = {key: since for key, since in self._since.items() if key in absent}
        if self.complete:
            self._since.update((key, self._time.value) for key in absent if key not in self._since)
        absent_for = {key: self._time.value - since + TICK for key, since in self._since.items()}
        over = {key for key, seconds in absent_for.items() if seconds >= self._timeout}
        if self._was_wide and self.complete:
            self.given_up |= over
        self.given_up &= over
        self._is_overdue = bool(over - self.given_up)
        self._is_wide_next = any(seconds >= _WIDE_POLLS[0] * self._timeout for seconds in absent_for.values())

    def narrow(self, since: int) -> None:
        """Begin the window of further polls there: set once, and again where a wide poll found something older."""
        if self.complete and (self._window is None or self._was_wide):
            self._window = since

    def limits(self, now: float) -> t.Iterator[float]:
        """Yield the seconds until something is given up: a poll belongs there."""
        if self._is_overdue and not self._was_wide:
            yield 0.0
        for since in self._since.values():
            for part in _WIDE_POLLS:
                seconds = self._time.until(since + part * self._timeout, now)
                if seconds is not None and seconds > 0:
                    yield seconds


class Settling:
    """Pools that were first met by finished orders alone: one that was placed a moment ago may not be listed yet.

    A single poll may be stale, so several of them share the time. Each pool has its own, also of one display name.
    """

    def __init__(self, targets: Targets, seconds: float, answered: CountedTime) -> None:
        """``answered`` is the time in which polls were answered: an outage brings no newer order to light."""
        self._seconds = seconds if not targets.has_since else 0.0
        self._answered = answered
        self._until: dict[str, float] = {}
        self._met: set[str] = set()
        self._pools: dict[str, set[str]] = {}

    def note(self, seen: SeenOrders, began: float, now: float) -> None:
        """Begin with pools that were met just now; end where an order came that is not finished.

        The time is over with a poll that began after it: what a slow one shows is as old as its begin.
        """
        self._pools = seen.pools()
        finished: dict[str, bool] = {}
        for order in seen.newest_of_pools():
            for pool in self._pools[model.key_of(order)]:
                finished[pool] = finished.get(pool, True) and order["finished"]
        for pool, all_finished in finished.items():
            if not all_finished:
                self._until.pop(pool, None)
            elif pool not in self._met and self._seconds:
                self._until[pool] = self._answered.value + self._seconds
        self._met |= finished.keys()
        at_begin = self._answered.value - (now - began)
        self._until = {pool: until for pool, until in self._until.items() if at_begin < until - TICK}

    def concerns(self, target: Target, seen: SeenOrders) -> bool:
        """Return whether a target is a pool that is settling."""
        return target.kind == POOL and any(map(self._holds, seen.meeting(target)))

    def decides(self, seen: SeenOrder) -> bool:
        """Return whether an order counts for nothing but a pool that is settling."""
        return all(target.kind == POOL for target in seen.targets) and self._holds(seen.order)

    def _holds(self, order: Order) -> bool:
        """Return whether a pool that an order is, or may be, of is settling."""
        return not self._until.keys().isdisjoint(self._pools.get(model.key_of(order), ()))

    def limits(self, now: float) -> t.Iterator[float]:
        """Yield the seconds until the next poll that settling needs."""
        for until in self._until.values():
            left = self._answered.until(until, now)
            if left is not None:
                yield min(left, self._seconds / _SETTLING_POLLS)
