# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Where a wait's polls come from: a connection of our own, which asks the service as rarely as it can."""

from __future__ import annotations

import dataclasses
import typing as t

from .._client.errors import CredentialsError, ModelArtsError, PoolNotFoundError, as_typed
from .._orders.api import WORKERS, Listing, OrdersApi
from .._orders.model import Order
from .._orders.pagination import side_by_side
from .._orders.pools import PoolsApi, awaited, broken_phase, change_of, count_nodes, nodes_of, unknown_pool
from .._orders.query import Query
from .._session import Session
from .readiness import PoolReport, PoolTarget
from .targets import Targets

# Enough past orders to learn from, in one request.
HISTORY_LIMIT = 500


class Source(t.Protocol):
    """What a wait asks. All of it raises the typed errors of the core."""

    @property
    def requests(self) -> int:
        """The number of requests sent so far."""

    @property
    def sees_all(self) -> bool:
        """Whether a poll lists the whole project's orders, finished ones too, and not only those waited for."""

    def poll(self, since: int) -> Listing:
        """Return at least the target orders created since so many epoch ms."""

    def pool_is_gone(self, order: Order) -> bool:
        """Return whether the service, asked for the very pool of an order, knows no such pool."""

    def poll_pools(self, targets: t.Sequence[PoolTarget]) -> list[PoolReport | ModelArtsError]:
        """Return for each pool what it is like, or the error that its question met."""

    def past(self) -> list[Order]:
        """Return finished orders of the project, by one request."""

    def show(self, order: Order) -> list[dict[str, t.Any]]:
        """Return ShowOrder's rows of one order."""

    def end_by(self, deadline: float | None) -> None:
        """Let no request last beyond ``deadline``, in the clock's monotonic seconds."""


def names_of_pool(order: Order) -> list[str]:
    """Return the names by which a service may know an order's pool."""
    return [name for name in dict.fromkeys((order["resource_display_name"], order["resource_name"])) if name]


def _says_gone(error: ModelArtsError) -> bool:
    """Whether it is the service itself that knows no such pool, and not a gateway that knows no such address."""
    return error.status == 404 and (error.error_code or "").startswith("ModelArts.")


class DirectSource:
    """Polls over a connection of our own: one session, and one login until its token expires."""

    def __init__(self, session: Session, targets: Targets) -> None:
        self._session = session
        self._targets = targets
        self._known_api: OrdersApi | None = None

    @property
    def requests(self) -> int:
        """The number of requests sent so far."""
        return self._session.requests_sent

    @property
    def sees_all(self) -> bool:
        """Whether a poll lists the whole project: not where one pool is asked for by its name."""
        return not self._asks_one_pool()

    @property
    def _api(self) -> OrdersApi:
        if self._known_api is None:
            self._known_api = self._session.orders()
        return self._known_api

    def end_by(self, deadline: float | None) -> None:
        """Let no request last beyond the deadline."""
        self._session.transport.end_by(deadline)

    def show(self, order: Order) -> list[dict[str, t.Any]]:
        """Return ShowOrder's rows of one order."""
        return self._api.show(order["order_name"] or "")

    def past(self) -> list[Order]:
        """Return orders of the project in any state, by one request."""
        return self._api.list(dataclasses.replace(self._targets.query, operation=None, limit=HISTORY_LIMIT)).orders

    def poll(self, since: int) -> Listing:
        """Return the orders of the one pool that is waited for, else all of the project: one listing for any number.

        Where the service cannot show that in full, each pool is asked for, if it is only pools that are waited for.
        The phase is never filtered on: an order that left such a list could not be told from a lost one.
        """
        # Not narrowed by operation: an order that does not tell its own may be one that counts.
        query = dataclasses.replace(self._targets.query, since=since, operation=None)
        if self._asks_one_pool():
            return self._poll_pool(query, self._targets.pools[0])
        listing = self._api.list(query)
        if listing.truncated and self._targets.only_pools:
            return self._poll_each_pool(query)
        return listing

    def pool_is_gone(self, order: Order) -> bool:
        """Return whether the service answers that there is no such pool as an order's.

        It is asked by the name that has worked, else by both that the order tells: which of them it takes, the display
        name or the ID, is not settled, and one that it never knew proves nothing.
        """
        names = [self._targets.pools[0]] if self._asks_one_pool() else names_of_pool(order)
        return bool(names) and not any(self._knows_pool(name) for name in names)

    def _knows_pool(self, name: str) -> bool:
        try:
            self._api.list(self._targets.query.for_pool(name))
        except PoolNotFoundError:
            return False
        return True

    def poll_pools(self, targets: t.Sequence[PoolTarget]) -> list[PoolReport | ModelArtsError]:
        """Return for each pool what it is like, or the error that its question met; a few are asked side by side."""
        api = PoolsApi(self._api)

        def ask(target: PoolTarget) -> PoolReport | ModelArtsError:
            try:
                return self._poll_pool_of(target, api)
            except Exception as error:
                return as_typed(error, self._session.redactor.line)

        return side_by_side(ask, targets, WORKERS)

    def _poll_pool_of(self, target: PoolTarget, api: PoolsApi) -> PoolReport:
        if not target.knows_nodes:
            self._learn_nodes(target)
        try:
            pool = api.show(target.pool_id)
        except ModelArtsError as error:
            if not _says_gone(error):
                raise
            gone = unknown_pool(target.pool_id, None)
            gone["ready"] = target.deleting
            target.drivers_run = False
            return PoolReport(gone, gone=True)
        if target.deleting:
            return PoolReport(pool)
        broken = broken_phase(pool)
        if target.drivers_run:
            pool["nodes"] = target.pool["nodes"]
        # Not asked for again while something else is awaited; but the poll that finds a pool ready has seen its nodes.
        if broken is None and not (target.drivers_run and awaited(pool)):
            broken = count_nodes(pool, api.nodes(target.pool_id), target.nodes)
            if target.nodes is None:
                # Orders are for nodes: a listing of fewer is not all there is.
                pool["nodes"]["total"] = max(pool["nodes"]["total"], target.ordered_nodes)
            target.drivers_run = target.knows_nodes and pool["nodes"]["ready"] >= pool["nodes"]["total"]
        pool["ready"] = broken is None and not awaited(pool)
        return PoolReport(pool, broken)

    def _learn_nodes(self, target: PoolTarget) -> None:
        """Let the nodes that count be those that ShowOrder lists with success; all, where it is not offered.

        While it still processes some of them, it is asked again.
        """
        names: set[str] = set()
        final, offered = True, True
        for order in sorted(target.orders, key=lambda order: order["creation_timestamp"]):
            rows = self._rows_of(order)
            offered = offered and rows is not None
            order["failed_nodes"], order["succeeded_nodes"] = nodes_of(order["resource_name"], rows or ())
            change = change_of(order["resource_name"], rows or ())
            names = (names - change.deleted) | change.added
            final = final and change.final
        target.nodes, target.knows_nodes = (names or None) if offered else None, final

    def _rows_of(self, order: Order) -> list[dict[str, t.Any]] | None:
        """Return ShowOrder's rows of an order, None where the service will never show them."""
        try:
            return self._api.show(order["order_name"] or "")
        except ModelArtsError as error:
            if error.transient or (isinstance(error, CredentialsError) and error.status != 403):
                raise
            return None

    def _asks_one_pool(self) -> bool:
        return self._targets.only_pools and len(self._targets.pools) == 1

    def _poll_pool(self, query: Query, pool: str) -> Listing:
        """Return a pool's orders; one that the service does not know yet, or any more, has none."""
        try:
            return self._api.list(query.for_pool(pool))
        except PoolNotFoundError:
            return Listing([], None, False)

    def _poll_each_pool(self, query: Query) -> Listing:
        listings = [self._poll_pool(query, pool) for pool in self._targets.pools]
        orders = [order for listing in listings for order in listing.orders]
        return Listing(orders, None, any(listing.truncated for listing in listings), listings[0].server_ms)
