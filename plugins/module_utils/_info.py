# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What the info module answers, whichever door asks: the same keys in success and in failure."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ._client.clock import Clock
from ._client.errors import ModelArtsError
from ._client.text import safe
from ._options import CONNECTION, Values, complete, environment_credentials, gather_credentials, secrets_in
from ._orders import model as _order
from ._orders.api import Listing, OrdersApi
from ._orders.query import HORIZON_MS, Query
from ._session import Connection

_NO_ORDERS: tuple[_order.Order, ...] = ()


@dataclasses.dataclass
class Outcome:
    """A result in the documented shape, what to warn of, and the secrets that must be masked in all of it."""

    result: dict[str, t.Any]
    warnings: list[str] = dataclasses.field(default_factory=list)
    secrets: frozenset[str] = frozenset()
    requests: int = 0

    @property
    def failed(self) -> bool:
        """Whether the result is a failure's."""
        return bool(self.result.get("failed"))


def query_orders(options: Values, environ: t.Mapping[str, str] | None = None, clock: Clock | None = None) -> Outcome:
    """Return what ``modelarts_order_info`` returns for these options. Never raises a typed error."""
    clock = clock or Clock()

    def ask(connection: Connection) -> Outcome:
        query = Query.from_options(options, clock.time_ms())
        return _answered(connection.orders(), query, clock)

    return over_connection(options, environ, clock, ask, failure)


def over_connection(
    options: Values,
    environ: t.Mapping[str, str] | None,
    clock: Clock,
    ask: t.Callable[[Connection], Outcome],
    failed: t.Callable[[ModelArtsError], dict[str, t.Any]],
) -> Outcome:
    """Return what ``ask`` makes of the connection that options describe; ``failed`` shapes a typed error's result."""
    environ = os.environ if environ is None else environ
    credentials = gather_credentials(options, environment_credentials(environ))
    options = complete(CONNECTION, options, environ)
    connection: Connection | None = None
    try:
        connection = Connection(options, credentials, clock)
        outcome = ask(connection)
    except ModelArtsError as error:
        outcome = Outcome(failed(error))
    outcome.secrets = secrets_in(options, credentials)
    if connection is not None:
        outcome.secrets |= connection.redactor.secrets
        outcome.requests = connection.transport.requests_sent
        connection.close()
    return outcome


def _answered(orders: OrdersApi, query: Query, clock: Clock) -> Outcome:
    listing = orders.list(query)
    warnings = _warnings(listing, query, clock)
    if query.details:
        warnings += orders.add_details(listing.orders)
    return Outcome(success(listing, query), warnings)


def _warnings(listing: Listing, query: Query, clock: Clock) -> list[str]:
    warnings = []
    if query.since < clock.time_ms() - HORIZON_MS:
        warnings.append("since lies more than a month back: the service lists the orders of the last month only")
    if listing.truncated and not query.one_page:
        warnings.append(
            "The listing may be incomplete (truncated is true): narrow it by involved_name, or by since and until"
        )
    if query.involved_name and not listing.orders and not query.one_page:
        name = safe(query.involved_name, 80)
        warnings.append(f"No order of pool {name} matches: check the pool's name, the other filters and since")
    return warnings


def success(listing: Listing, query: Query) -> dict[str, t.Any]:
    """Return the result of a listing. The facts are about all orders found, even where ``fields`` trims their keys."""
    return {
        "changed": False,
        "orders": query.project(listing.orders),
        "count": listing.count,
        "truncated": listing.truncated,
        **_order.summarise(listing.orders),
    }


def failure(error: ModelArtsError) -> dict[str, t.Any]:
    """Return a failed result: every key of a success, so that ``until: r.all_finished`` outlives an outage."""
    return {
        "changed": False,
        "failed": True,
        "orders": list(_NO_ORDERS),
        "count": None,
        "truncated": True,
        **_order.summarise(_NO_ORDERS),
        **error.facts(),
    }
