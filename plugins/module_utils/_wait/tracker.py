# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The wait as a pure step function: rows of one look in, a verdict out. No clock, no sleep, no network."""

from __future__ import annotations

import dataclasses
import random
import typing as t

from .._client.errors import ModelArtsError, ResponseError, TransientError, UnknownHostError
from .._orders import model as _order
from .schedule import ExpectedEnd, History, Unfinished, expected_end, next_delay
from .targets import POOL, Item, Rules, Wanted

WAIT, DONE, FAILED = "wait", "done", "failed"

# Why an order counts as failed.
BROKEN, PARTIAL, UNDOCUMENTED, STUCK = "failed", "partial", "undocumented", "pending"


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What one look means: WAIT and the seconds to the next look, DONE, or FAILED.

    ``timed_out`` says that the deadline ended the wait, ``error`` is what did where it was no order.
    """

    kind: str
    delay: float = 0.0
    timed_out: bool = False
    error: ModelArtsError | None = None


class Bad(t.NamedTuple):
    """An order that counts as failed, why, and for how many seconds it had been pending (STUCK only)."""

    order: _order.Order
    why: str
    pending_seconds: float = 0.0


class Watch:
    """Follows wanted orders from look to look.

    Times that callers hand in: ``now`` in seconds of a clock that only grows, ``now_ms`` the service's wall clock in
    epoch ms, or ours where that is unknown.
    """

    def __init__(
        self, wanted: Wanted, rules: Rules, started: float, rng: t.Callable[[], float] = random.random
    ) -> None:
        self.wanted = wanted
        self.rules = rules
        self.started = started
        self.deadline = started + rules.wait_timeout
        self.looks = 0
        self.good_looks = 0
        self.orders: list[_order.Order] = []
        # Every order that ever matched, whether it is judged or not.
        self._matched: set[str] = set()
        self.bad: list[Bad] = []
        self.missing: list[Item] = []
        self.gone: list[Item] = []
        self.short = False
        self.changed = False
        self.last_error: ModelArtsError | None = None
        self.warnings: list[str] = []
        self._rng = rng
        self._errors = 0
        self._met: dict[Item, list[_order.Order]] = {}
        self._absent_since: dict[Item | None, float] = {}
        self._pending_since: dict[str, float] = {}
        self._settling: dict[Item, tuple[float, str]] = {}
        self._states: dict[str, str] = {}
        self.has_learnt = False
        self._durations: dict[t.Any, list[float]] = {}
        self._history: dict[t.Any, History | None] = {}
        self._now_ms = 0
        self._too_few = False
        self._since: int | None = None

    def feed(self, rows: t.Iterable[_order.Order], now: float, now_ms: int, complete: bool = True) -> Verdict:
        """Take the orders of one good look; rows that nobody waits for do not matter.

        ``complete`` says whether the look showed everything in its window.
        """
        self.looks += 1
        self._errors, self.last_error, self._now_ms = 0, None, now_ms
        self._match([order for order in rows if self.wanted.query.keeps(order)], now)
        if not self.good_looks:
            self._begin_settling(now)
        self.good_looks += 1
        self._settle(now)
        self._note_changes(now)
        self._judge(now)
        if self._since is None and complete:
            self._fix_since()
        return self._verdict(now)

    def feed_error(self, error: ModelArtsError, now: float) -> Verdict:
        """Take a look that failed: a passing fault is survived until the deadline, all else ends the wait."""
        self.looks += 1
        self.last_error = error
        if not self._survives(error):
            return Verdict(FAILED, error=error)
        self._errors += 1
        if now >= self.deadline:
            return Verdict(FAILED, timed_out=True)
        delay = self._next_delay(now, error.retry_after)
        if error.retry_after is not None and error.retry_after > self.deadline - now:
            # The service wants no request before the deadline, so there will be no further look.
            return Verdict(FAILED, timed_out=True)
        return Verdict(WAIT, delay)

    def _survives(self, error: ModelArtsError) -> bool:
        if isinstance(error, (UnknownHostError, ResponseError)):
            # Before the first good look this is a wrong address, not a fault that will pass.
            return self.good_looks > 0
        return isinstance(error, TransientError)

    # Which orders meet what is wanted

    def _match(self, rows: list[_order.Order], now: float) -> None:
        for item in self.wanted.items:
            met = [order for order in rows if item.meets(order)]
            if met:
                self._met[item] = met
            if met or self._is_over(item):
                self._absent_since.pop(item, None)
            else:
                self._absent_since.setdefault(item, now)
        self._matched.update(_key(order) for met in self._met.values() for order in met)
        self.orders = self._judged()
        self.short = self.matched < self.rules.expected_count
        if self.short:
            self._absent_since.setdefault(None, now)
        else:
            self._absent_since.pop(None, None)

    @property
    def matched(self) -> int:
        """The number of orders that matched so far, those that are not judged included."""
        return len(self._matched)

    def _is_over(self, item: Item) -> bool:
        """Whether an item's orders were all finished when last seen: they may age out of the listing."""
        return item in self._met and all(order["finished"] for order in self._met[item])

    def _judged(self) -> list[_order.Order]:
        """Return the orders that count, each once: of a pool the newest one, where ``latest`` is in force."""
        latest = self.rules.latest
        named = [order for item, met in self._met.items() if item.kind != POOL for order in met]
        of_pools = [self._of_pool(item) for item in self._met if item.kind == POOL]
        orders = {_key(order): order for order in (*named, *(order for met in of_pools for order in met))}
        if latest and named:
            return _order.newest_of_each_pool(orders.values())
        return _order.newest_first(orders.values())

    def _of_pool(self, item: Item) -> list[_order.Order]:
        latest = not self.wanted.has_since if self.rules.latest is None else self.rules.latest
        return _order.newest_of_each_pool(self._met[item]) if latest else self._met[item]

    # An order placed a moment ago may not be listed yet

    def _begin_settling(self, now: float) -> None:
        if self.wanted.has_since or not self.rules.settle:
            return
        for item, met in self._met.items():
            if item.kind == POOL:
                newest = _order.newest_first(met)[0]
                if newest["finished"]:
                    self._settling[item] = (now + self.rules.settle, _key(newest))

    def _settle(self, now: float) -> None:
        for item, (until, first_newest) in list(self._settling.items()):
            if now >= until or _key(_order.newest_first(self._met[item])[0]) != first_newest:
                del self._settling[item]

    def _is_settling(self, order: _order.Order) -> bool:
        return any(item.meets(order) for item in self._settling) and not any(
            item.kind != POOL and item.meets(order) for item in self.wanted.items
        )

    # Changes and verdicts

    def _note_changes(self, now: float) -> None:
        states = {_key(order): order["state"] for order in self.orders}
        states.update((f"no {item.value}", item.kind) for item in self._absent_since if item)
        for order in self.orders:
            key = _key(order)
            before = self._states.get(key)
            if order["state"] != _order.PENDING:
                self._pending_since.pop(key, None)
            else:
                self._pending_since.setdefault(key, now)
            if before in _order.ENDED and not order["finished"]:
                self.warnings.append(
                    f"{_order.describe(order)} went back from {before} to {order['state']}: waiting goes on"
                )
        self.changed = self.good_looks == 1 or states != self._states
        self._states = states

    def _judge(self, now: float) -> None:
        self.bad = [bad for bad in (self._bad(order, now) for order in self.orders) if bad]
        waited = self.rules.visible_timeout
        absent = {item: now - since for item, since in self._absent_since.items()}
        self.missing = [item for item in self.wanted.items if item in absent]
        self.gone = [item for item in self.missing if absent[item] >= waited]
        self._too_few = self.short and not self.missing and absent.get(None, 0.0) >= waited

    def _bad(self, order: _order.Order, now: float) -> Bad | None:
        state = order["state"]
        if self._is_settling(order):
            return None
        if state == _order.FAILED:
            return Bad(order, BROKEN)
        if state == _order.PARTIAL and not self.rules.accept_partial:
            return Bad(order, PARTIAL)
        if state == _order.UNKNOWN and order["finished"]:
            return Bad(order, UNDOCUMENTED)
        pending = self._pending_seconds(order, now)
        limit = self.rules.pending_timeout
        return Bad(order, STUCK, pending) if limit is not None and pending is not None and pending >= limit else None

    def _pending_seconds(self, order: _order.Order, now: float) -> float | None:
        since = self._pending_since.get(_key(order))
        if since is None:
            return None
        created = order["creation_timestamp"]
        return max(now - since, (self._now_ms - created) / 1000 if created else 0.0)

    def open_orders(self) -> list[_order.Order]:
        """Return the orders that are still waited for, newest first."""
        given_up = {_key(bad.order) for bad in self.bad}
        return [
            order
            for order in self.orders
            if (not order["finished"] or self._is_settling(order)) and _key(order) not in given_up
        ]

    def _verdict(self, now: float) -> Verdict:
        hopeless = bool(self.bad or self.gone or self._too_few)
        waiting = len(self.missing) > len(self.gone) or (self.short and not self.missing and not self._too_few)
        open_ones = bool(waiting or self.open_orders())
        if hopeless and (self.rules.fail_fast or not open_ones):
            return Verdict(FAILED)
        if not open_ones:
            return Verdict(DONE)
        if now >= self.deadline:
            return Verdict(FAILED, timed_out=True)
        return Verdict(WAIT, self._next_delay(now))

    # When to look next, and when it is likely to end

    def _next_delay(self, now: float, retry_after: float | None = None) -> float:
        delay = next_delay(
            self._unfinished(now),
            self.deadline - now,
            self._rng,
            interval=self.rules.interval,
            pending_interval=self.rules.pending_interval,
            errors=self._errors,
            retry_after=retry_after,
        )
        limits = [limit - now for limit in self._limits() if limit > now] if not self._errors else []
        return min([delay, *limits])

    def _limits(self) -> t.Iterator[float]:
        """Yield the moments at which a verdict may change although no order does: a look belongs there."""
        yield from (since + self.rules.visible_timeout for since in self._absent_since.values())
        yield from (until for until, dummy in self._settling.values())
        if self.rules.pending_timeout is not None:
            for order in self.orders:
                since = self._pending_since.get(_key(order))
                if since is not None:
                    yield since + self.rules.pending_timeout

    def _unfinished(self, now: float) -> list[Unfinished]:
        return [
            *(self._forecast(order) for order in self.open_orders()),
            *(Unfinished() for dummy in range(len(self.missing) - len(self.gone))),
        ]

    def _forecast(self, order: _order.Order) -> Unfinished:
        if order["finished"]:  # settling: what may still come is not known yet
            return Unfinished()
        began = order["begin_timestamp"] or order["creation_timestamp"]
        age = (self._now_ms - began) / 1000 if began else None
        return Unfinished(age, order["state"] == _order.PENDING, self._history_of(order))

    def expected_end(self, now: float) -> ExpectedEnd | None:
        """Return in how many seconds the last order is likely to end, None where the past does not tell."""
        return None if self.missing or not self.good_looks else expected_end(self._unfinished(now))

    def learn(self, rows: t.Iterable[_order.Order]) -> None:
        """Learn from finished orders how long orders of each kind take. Once: the past does not change."""
        self.has_learnt = True
        self._history.clear()
        for order in rows:
            seconds = _took(order)
            if seconds is not None:
                self._durations.setdefault(kind_of(order), []).append(seconds)

    def _history_of(self, order: _order.Order) -> History | None:
        kind = kind_of(order)
        if kind not in self._history:
            self._history[kind] = History.learn(self._durations.get(kind, ()))
        return self._history[kind]

    def since(self) -> int:
        """Return where the next look's window begins, in epoch ms.

        It is set once, after the first look that saw everything, to what the wanted orders need, so that a look stays
        small; then it never moves. An order that this look did not show was placed a moment before it, or after it.
        """
        return self.wanted.query.since if self._since is None else self._since

    def _fix_since(self) -> None:
        needed = [order["creation_timestamp"] - _MARGIN_MS for order in self.orders]
        if self.missing or self.short:
            needed.append(self._now_ms - _LATE_MS)
        self._since = max(self.wanted.query.since, min(needed)) if needed else self.wanted.query.since


# Two clocks of one service may disagree by a little.
_MARGIN_MS = 60_000
# Orders have been seen to be listed seconds to minutes after they were placed.
_LATE_MS = 3_600_000


def _key(order: _order.Order) -> str:
    return _order.key_of(order)


def kind_of(order: _order.Order) -> tuple[str | None, tuple[str, ...]]:
    """Return what makes orders alike: their operation and flavors."""
    return order["operation"], tuple(sorted({str(count["flavor"]) for count in order["spec_count"]}))


def _took(order: _order.Order) -> float | None:
    """Return the seconds that a succeeded order took; where begin and end are one, since its creation."""
    began, ended = order["begin_timestamp"], order["end_timestamp"]
    if order["state"] != _order.SUCCEEDED or not ended:
        return None
    start = began if 0 < began < ended else order["creation_timestamp"]
    return (ended - start) / 1000 if 0 < start < ended else None
