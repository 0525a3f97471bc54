# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What an event source watches: from its arguments to the orders of one look."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .._client.clock import Clock
from .._client.errors import InputError
from .._options import complete, environment_credentials, gather_credentials
from .._orders.api import Listing
from .._orders.query import HORIZON_MS, PHASES, Query
from .._session import Connection
from .._wait.source import DirectSource
from .._wait.targets import POOL, Item, Wanted
from .changes import key_of
from .options import OPTIONS, given_options


class Watched:
    """The checked arguments: what is watched, how often, and over which connection."""

    def __init__(self, args: t.Mapping[str, t.Any], environ: t.Mapping[str, str], clock: Clock) -> None:
        """Check the arguments and what the environment adds to them. Raises InputError; sends nothing."""
        given = given_options(args)
        options = complete(OPTIONS, given, environ)
        self.interval = float(options["interval"])
        if not 0.1 <= self.interval <= 86400:
            raise InputError(f"interval: {self.interval:g} is not a number of seconds from 0.1 to 86400")
        self.state_file: str | None = options["state_file"] or None
        for name in ("involved_names", "order_names", "order_ids", "operation"):
            if options[name] == []:
                raise InputError(f"{name} is empty: leave it out to watch all there are")
        self._items = tuple(Item(POOL, name) for name in options["involved_names"] or ())
        query = Query.from_options({**options, "involved_name": None}, clock.time_ms())
        self.state = PHASES[query.phase][1] if query.phase else None
        # A phase is never asked of the service: an order that left such a list could not be told from a lost one.
        self._query = dataclasses.replace(query, phase=None)
        self.report_since = query.since if options["since"] else None
        credentials = gather_credentials(options, environment_credentials(environ))
        self.connection = Connection(options, credentials, clock)
        self.scope = self._digest(options)

    def _digest(self, options: t.Mapping[str, t.Any]) -> str:
        """Return what tells one set of watched orders from another."""
        names = ("project_id", "project_name", "workspace_id", "order_names", "order_ids", "operation")
        parts = [self.connection.endpoint, options["involved_names"], [options[name] for name in names]]
        return json.dumps(parts)

    def floor(self, now_ms: int) -> int:
        """Return the earliest creation time that is of interest and that the service may still list, in epoch ms."""
        return max(self._query.since, now_ms - HORIZON_MS)

    def look(self, spans: t.Iterable[tuple[int, int | None]]) -> Listing:
        """Return the watched orders created in these spans, each once: the way it was listed last."""
        listings = [self._list(dataclasses.replace(self._query, since=since, until=until)) for since, until in spans]
        found = [order for listing in listings for order in listing.orders]
        if self._items:
            found = [order for order in found if any(item.meets(order) for item in self._items)]
        orders = list({key_of(order): order for order in found}.values())
        truncated = any(listing.truncated for listing in listings)
        return Listing(orders, None, truncated, listings[0].server_ms)

    def _list(self, query: Query) -> Listing:
        if not self._items:
            return self.connection.orders().list(query)
        wanted = Wanted(self._items, query, True)
        return DirectSource(self.connection, wanted).look(query.since)
