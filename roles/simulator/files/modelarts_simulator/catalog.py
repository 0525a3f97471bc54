# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The orders of one project, kept so that any page of tens of thousands is found in well under a millisecond or two.

Orders lie sorted by creation. What time alone will change (a state, an order that becomes visible or vanishes) waits in
a heap, so that a request touches only what is due. The matches of the last queries are kept until something changes:
the pages of one listing cost one selection.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import operator
import typing as t

from . import nodes
from .orders import Order
from .query import ListQuery

DAY_MS = 86_400_000
_KEPT_SELECTIONS = 64


class _Sorted:
    """Orders in the order of their creation, and by pool."""

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._created: list[int] = []
        self._by_pool: dict[str, list[Order]] = {}

    def __iter__(self) -> t.Iterator[Order]:
        return iter(self._orders)

    def _insert(self, order: Order) -> None:
        place = bisect.bisect_right(self._created, order.created)
        self._created.insert(place, order.created)
        self._orders.insert(place, order)
        self._link(order)

    def _insert_many(self, orders: list[Order]) -> None:
        self._orders = sorted(itertools.chain(self._orders, orders), key=operator.attrgetter("created"))
        self._created = [order.created for order in self._orders]
        for order in orders:
            self._link(order)

    def _link(self, order: Order) -> None:
        for pool in dict.fromkeys((order.pool, order.pool_id)):
            self._by_pool.setdefault(pool, []).append(order)

    def _remove(self, order: Order) -> None:
        place = self._orders.index(order, bisect.bisect_left(self._created, order.created))
        del self._orders[place], self._created[place]
        for pool in dict.fromkeys((order.pool, order.pool_id)):
            self._by_pool[pool].remove(order)

    def orders_of(self, pool_id: str) -> list[Order]:
        """The visible orders of a pool, oldest first."""
        mine = [order for order in self._by_pool.get(pool_id, ()) if order.pool_id == pool_id]
        return sorted(mine, key=operator.attrgetter("created"))

    def gone_pools(self, now: int) -> set[str]:
        """The names and IDs of pools that were deleted."""
        newest = {order.pool_id: order for order in self._orders}.values()
        gone = [order for order in newest if order.operation == "delete" and nodes.is_gone(order, now)]
        return {name for order in gone for name in (order.pool, order.pool_id)}

    def _window(self, query: ListQuery, settings: t.Mapping[str, t.Any], now: int) -> tuple[int, int]:
        """Which stretch of the sorted orders lies between since (or a month ago) and until."""
        low = 0
        if settings["history_days"]:
            low = bisect.bisect_left(self._created, now - round(settings["history_days"] * DAY_MS))
        if query.since is not None:
            cut = bisect.bisect_left if settings["since_inclusive"] else bisect.bisect_right
            low = max(low, cut(self._created, query.since))
        high = len(self._created)
        if query.until is not None:
            cut = bisect.bisect_right if settings["until_inclusive"] else bisect.bisect_left
            high = cut(self._created, query.until)
        return low, max(low, high)

    def _of_pool(self, name: str, window: list[Order]) -> list[Order]:
        if not window:
            return []
        first, last = window[0].created, window[-1].created
        mine = [order for order in self._by_pool.get(name, ()) if first <= order.created <= last]
        return sorted(mine, key=operator.attrgetter("created"))


class Catalog(_Sorted):
    """Orders of one project. All times are epoch milliseconds and never go back."""

    def __init__(self) -> None:
        super().__init__()
        self._by_name: dict[str, Order] = {}
        self._named: dict[str, list[Order]] = {}
        self._workspaces: set[str] = set()
        self._events: list[tuple[int, int, str, Order]] = []
        self._serial = itertools.count()
        self._selections: dict[t.Hashable, list[Order]] = {}
        self.pools: set[str] = set()

    def clashes(self, order: Order) -> bool:
        """Whether another order of that name will be there at the same time."""
        return any(order.meets(other) for other in self._named.get(order.name, ()))

    def add(self, orders: t.Iterable[Order], now: int) -> None:
        """Take in orders; those not visible yet wait for their time."""
        shown = []
        for order in orders:
            self.pools.update((order.pool, order.pool_id))
            self._named.setdefault(order.name, []).append(order)
            if order.visible > now:
                self._plan(order.visible, "show", order)
            else:
                shown.append(order)
        if len(shown) > 100:
            self._insert_many(shown)
        else:
            for order in shown:
                self._insert(order)
        for order in shown:
            self._register(order, now)

    def _show(self, order: Order, now: int) -> None:
        self._insert(order)
        self._register(order, now)

    def _register(self, order: Order, now: int) -> None:
        self._by_name[order.name] = order
        self._workspaces.add(order.details.workspace_id)
        self._selections.clear()
        order.settle(now)
        self._plan(order.next_change(), "move", order)
        self._plan(order.gone, "hide", order)

    def _hide(self, order: Order) -> None:
        self._remove(order)
        self._named[order.name].remove(order)
        if self._by_name.get(order.name) is order:
            del self._by_name[order.name]
        self._selections.clear()

    def _plan(self, when: int | None, what: str, order: Order) -> None:
        if when is not None:
            heapq.heappush(self._events, (when, next(self._serial), what, order))

    def tick(self, now: int) -> None:
        """Let everything happen that is due."""
        while self._events and self._events[0][0] <= now:
            dummy, dummy, what, order = heapq.heappop(self._events)
            if what == "show":
                self._show(order, now)
            elif what == "hide":
                self._hide(order)
            elif order.settle(now):
                self._selections.clear()
                self._plan(order.next_change(), "move", order)

    def find(self, name: str) -> Order | None:
        """The visible order of that name."""
        return self._by_name.get(name)

    def page(self, query: ListQuery, settings: t.Mapping[str, t.Any], now: int) -> tuple[list[Order], int]:
        """The rows of one page in the service's order, and how many match in all."""
        matches = self._matches(query, settings, now)
        if settings["deleted_pools"] != "listed":
            gone = self.gone_pools(now)
            matches = [order for order in matches if order.pool_id not in gone]
        return matches[query.offset : query.offset + query.limit], len(matches)

    def polled(self, orders: t.Iterable[Order], now: int) -> None:
        """Count one listing of each; those that advance by polls move on."""
        for order in orders:
            if order.polled(now):
                self._selections.clear()
                self._plan(order.next_change(), "move", order)

    def _matches(self, query: ListQuery, settings: t.Mapping[str, t.Any], now: int) -> list[Order]:
        low, high = self._window(query, settings, now)
        key = (low, high, query.involved, query.workspace, query.states, settings["order"])
        found = self._selections.get(key)
        if found is None:
            if len(self._selections) >= _KEPT_SELECTIONS:
                self._selections.clear()
            found = self._selections[key] = self._select(low, high, query, settings["order"])
        return found

    def _select(self, low: int, high: int, query: ListQuery, sequence: str) -> list[Order]:
        rows = self._orders[low:high]
        if query.involved:
            rows = self._of_pool(query.involved, rows)
        if query.workspace is not None and self._workspaces != {query.workspace}:
            rows = [order for order in rows if order.details.workspace_id == query.workspace]
        if query.states is not None:
            rows = [order for order in rows if order.state in query.states]
        if sequence == "shuffled":
            rows.sort(key=lambda order: order.rank)
        elif sequence == "newest":
            rows.reverse()
        return rows
