# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Where a wait's looks come from: a connection of our own, which asks the service as rarely as it can."""

from __future__ import annotations

import dataclasses
import typing as t

from .._client.errors import PoolNotFoundError
from .._orders import model as _order
from .._orders.api import Listing, OrdersApi
from .._orders.query import Query
from .._session import Connection
from .targets import Wanted

# Enough past orders to learn from, in one request.
HISTORY_LIMIT = 500


class Source(t.Protocol):
    """What a wait asks. All of it raises the typed errors of the core."""

    @property
    def requests(self) -> int:
        """The number of requests sent so far."""

    @property
    def sees_all(self) -> bool:
        """Whether a look lists the whole project's orders, finished ones too, and not only those waited for."""

    def look(self, since: int) -> Listing:
        """Return at least the wanted orders created since so many epoch ms."""

    def past(self) -> list[_order.Order]:
        """Return succeeded orders of the project, by one request."""

    def show(self, order: _order.Order) -> list[dict[str, t.Any]]:
        """Return ShowOrder's rows of one order."""

    def end_by(self, deadline: float | None) -> None:
        """Let no request last beyond ``deadline``, in the clock's monotonic seconds."""


class DirectSource:
    """Looks over a connection of our own: one session, and one login until its token expires."""

    def __init__(self, connection: Connection, wanted: Wanted) -> None:
        self._connection = connection
        self._wanted = wanted
        self._known_api: OrdersApi | None = None

    @property
    def requests(self) -> int:
        """The number of requests sent so far."""
        return self._connection.transport.requests_sent

    @property
    def sees_all(self) -> bool:
        """Whether a look lists the whole project: not where one pool is asked for by its name."""
        return not self._asks_one_pool()

    @property
    def _api(self) -> OrdersApi:
        if self._known_api is None:
            self._known_api = self._connection.orders()
        return self._known_api

    def end_by(self, deadline: float | None) -> None:
        """Let no request last beyond the deadline."""
        self._connection.transport.end_by(deadline)

    def show(self, order: _order.Order) -> list[dict[str, t.Any]]:
        """Return ShowOrder's rows of one order."""
        return self._api.show(order["order_name"] or "")

    def past(self) -> list[_order.Order]:
        """Return succeeded orders of the project, by one request."""
        query = dataclasses.replace(self._wanted.query, operations=None, phase="succeeded", limit=HISTORY_LIMIT)
        return self._api.list(query).orders

    def look(self, since: int) -> Listing:
        """Return the orders of the one pool that is wanted, else all of the project: one listing for any number.

        Where the service cannot show that in full, each pool is asked for, if it is only pools that are wanted.
        The phase is never filtered on: an order that left such a list could not be told from a lost one.
        """
        query = dataclasses.replace(self._wanted.query, since=since)
        if self._asks_one_pool():
            return self._look_at(query, self._wanted.pools[0])
        listing = self._api.list(query)
        if listing.truncated and self._wanted.only_pools:
            return self._look_at_each(query)
        return listing

    def _asks_one_pool(self) -> bool:
        return self._wanted.only_pools and len(self._wanted.pools) == 1

    def _look_at(self, query: Query, pool: str) -> Listing:
        """Return a pool's orders; one that the service does not know yet has none."""
        try:
            return self._api.list(query.for_pool(pool))
        except PoolNotFoundError:
            return Listing([], None, False)

    def _look_at_each(self, query: Query) -> Listing:
        listings = [self._look_at(query, pool) for pool in self._wanted.pools]
        orders = [order for listing in listings for order in listing.orders]
        return Listing(orders, None, any(listing.truncated for listing in listings), listings[0].server_ms)
