# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What an event source watches: from its arguments to the orders of one poll."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._client.clock import Clock
from .._client.errors import InputError, PoolNotFoundError, check_all
from .._options import FILTERS, complete
from .._orders import model
from .._orders.api import Listing, OrdersApi
from .._orders.query import HORIZON_MS, PHASES, Query, is_of_pool
from .._session import connect
from .changes import Span
from .options import OPTIONS, given_options

# Clocks differ by so much, in ms, without one of them being wrong.
_CLOCK_SLACK_MS = 900_000


class Poller:
    """The checked arguments: what is watched, how often, and over which session."""

    def __init__(self, args: t.Mapping[str, t.Any], environ: t.Mapping[str, str], clock: Clock) -> None:
        """Check the arguments and what the environment adds to them. Raises InputError; sends nothing."""
        self._options = complete(OPTIONS, given_options(args), environ)
        self._clock = clock
        self._began_ms = clock.time_ms()
        self._offset_ms: int | None = None
        self.session = connect(self._options, environ, clock)
        self._query: Query
        dummy, self._query, dummy = check_all(
            lambda: _check_own(self._options), lambda: self._query_at(self._began_ms), self.session.open
        )
        self.interval = float(self._options["interval"])
        self.state_file: str | None = self._options["state_file"] or None
        self._pools: list[str] = self._options["involved_names"] or []
        phase = self._options["phase"]
        self.state = PHASES[phase][1] if phase else None
        self.scope = self._digest()

    def _query_at(self, now_ms: int) -> Query:
        # A phase is never asked of the service: an order that left such a list could not be told from a lost one.
        query = Query.from_options({**self._options, "involved_name": None}, now_ms)
        return dataclasses.replace(query, phase=None)

    def _digest(self) -> str:
        """Return what tells one set of watched orders from another."""
        # A phase and a time choose among the watched orders only, and resource has one value.
        filters = (name for name in OPTIONS if name in FILTERS and name not in ("phase", "resource", "since"))
        names = ("project_id", "project_name", *filters)
        options, endpoint = self._options, self.session.place.endpoint
        return json.dumps([endpoint, options["involved_names"], [options[name] for name in names]])

    @property
    def report_since(self) -> int | None:
        """From which creation time on the very first poll reports orders; None: it reports none."""
        return self._query.since if self._options["since"] else None

    def floor(self, now_ms: int) -> int:
        """Return the earliest creation time that is of interest and that the service may still list, in epoch ms."""
        since = self._query.since - (_CLOCK_SLACK_MS if self._offset_ms is None else 0)
        return max(since, now_ms - HORIZON_MS)

    def poll(self, spans: t.Iterable[Span]) -> Listing:
        """Return the watched orders created in these spans."""
        listings = [self._list(dataclasses.replace(self._query, since=since, until=until)) for since, until in spans]
        server_ms = listings[-1].server_ms
        if self._offset_ms is None:
            # An age counts back from the begin as the service's clock tells it: this machine's may be off.
            self._offset_ms = 0 if server_ms is None else server_ms - self._clock.time_ms()
            self._query = self._query_at(self._began_ms + self._offset_ms)
        orders = [order for listing in listings for order in listing.orders]
        ids = model.pool_ids(orders)
        found = [order for order in orders if self._is_watched(order, ids)]
        truncated = any(listing.truncated for listing in listings)
        return Listing(self._masked(found), None, truncated, server_ms)

    def _masked(self, orders: list[model.Order]) -> list[model.Order]:
        """Return orders without secrets, which a service may echo; what a state is called is no secret."""
        masked: list[model.Order] = self.session.redactor.mask(orders)
        if masked is orders:
            return orders
        return [{**order, "state": was["state"]} for order, was in zip(masked, orders)]

    def _is_watched(self, order: model.Order, ids: model.PoolIds) -> bool:
        of_pools = not self._pools or any(is_of_pool(order, pool, ids) for pool in self._pools)
        return of_pools and self._query.keeps(order)

    def _list(self, query: Query) -> Listing:
        """Return at least the watched orders of a query, by one listing wherever that shows all of them."""
        api = self.session.orders()
        if len(self._pools) == 1:
            try:
                return api.list(query.for_pool(self._pools[0]))
            except PoolNotFoundError:
                pass  # It is not there yet, or no longer, while its orders may be listed.
        listing = api.list(query)
        return self._list_each(api, query) if listing.truncated and self._pools else listing

    def _list_each(self, api: OrdersApi, query: Query) -> Listing:
        orders, truncated = [], False
        for pool in self._pools:
            try:
                listing = api.list(query.for_pool(pool))
            except PoolNotFoundError:
                continue
            orders += listing.orders
            truncated = truncated or listing.truncated
        return Listing(orders, None, truncated)


def _check_own(options: t.Mapping[str, t.Any]) -> None:
    if not 0.1 <= options["interval"] <= 86400:
        raise InputError(f"interval: {options['interval']:g} is not a number of seconds from 0.1 to 86400")
    for name in ("involved_names", "order_names", "order_ids", "operation"):
        if options[name] == []:
            raise InputError(f"{name} is empty: leave it out to watch all there are")
