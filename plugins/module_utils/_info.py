# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What the info module answers, whichever entry point asks: the same keys in success and in failure."""

from __future__ import annotations

import dataclasses
import typing as t

from ._client.clock import Clock
from ._client.errors import ModelArtsError, as_typed, check_all
from ._client.text import is_age, safe
from ._options import Values
from ._orders import model
from ._orders.api import Listing, OrdersApi
from ._orders.query import HORIZON_MS, Query, named_in
from ._session import connect

INCOMPLETE = "The listing may be incomplete (truncated is true): narrow it by involved_name, or by since and until"
# Clocks that differ by less are as good as the same: Date has whole seconds, and an answer takes a while.
_CLOCKS_DIFFER_MS = 5000


@dataclasses.dataclass
class Result:
    """What a task returns in the documented shape, what to warn of, and the secrets to be masked in all of it."""

    result: dict[str, t.Any]
    warnings: list[str] = dataclasses.field(default_factory=list)
    secrets: frozenset[str] = frozenset()

    @property
    def failed(self) -> bool:
        """Whether the result is a failure's."""
        return bool(self.result.get("failed"))


def query_orders(options: Values, environ: t.Mapping[str, str] | None = None, clock: Clock | None = None) -> Result:
    """Return what ``modelarts_order_info`` returns for these options. Never raises."""
    clock = clock or Clock()
    session = connect(options, environ, clock)
    try:
        dummy, query = check_all(session.open, lambda: Query.from_options(options, clock.time_ms()))
        with session:
            orders = session.orders()
            query, listing = list_orders(orders, query, options, clock)
            if listing.missing and query.one_page:
                # Another page, or another phase, may hold them.
                listing = dataclasses.replace(listing, missing=orders.list(query.of_everything()).missing)
            warnings = warnings_of(listing, query)
            if query.details:
                warnings += orders.add_details(listing.orders)
        result = Result(success(listing, query), warnings)
    except Exception as error:
        result = Result(failure(as_typed(error, session.redactor.line), named_in(options)))
    result.secrets = session.redactor.secrets
    return result


def list_orders(orders: OrdersApi, query: Query, options: Values, clock: Clock) -> tuple[Query, Listing]:
    """Return the query that options describe, as it was asked in the end, and its listing. Raises the core's errors.

    Ages count by the service's clock where that differs: then the query is asked again, if its window was another one.
    """
    listing = orders.list(query)
    ahead = 0 if listing.server_ms is None else clock.time_ms() - listing.server_ms
    if abs(ahead) > _CLOCKS_DIFFER_MS and any(is_age(options.get(name)) for name in ("since", "until")):
        query = Query.from_options(options, query.now_ms - ahead)
        listing = orders.list(query)
    return query, listing


def warnings_of(listing: Listing, query: Query) -> list[str]:
    """Return what a user must know about a listing that was answered."""
    warnings = []
    if query.since < query.now_ms - HORIZON_MS:
        warnings.append("since lies more than a month back: the service lists the orders of the last month only")
    if listing.truncated and not query.one_page:
        warnings.append(INCOMPLETE)
    if query.involved_name and not listing.orders and not query.one_page:
        name = safe(query.involved_name, 80)
        warnings.append(f"No order of pool {name} matches: check the pool's name, the other filters and since")
    if listing.foreign:
        warnings.append(
            f"The service listed {listing.foreign} orders of something else than pool {safe(query.involved_name, 80)}: "
            "they are left out"
        )
    return warnings


def success(listing: Listing, query: Query) -> dict[str, t.Any]:
    """Return the result of a listing. The facts are about all orders found, even where ``fields`` trims their keys."""
    return {
        "changed": False,
        "orders": query.project(listing.orders),
        "count": listing.count,
        "truncated": listing.truncated,
        **model.summarise(listing.orders, listing.missing),
        **({"missing": list(listing.missing)} if query.names_orders else {}),
    }


def failure(error: ModelArtsError, named: t.Sequence[str] = ()) -> dict[str, t.Any]:
    """Return a failed result: every key of a success, so that ``until: r.all_finished`` outlives an outage."""
    return {
        "changed": False,
        "failed": True,
        "orders": [],
        "count": None,
        "truncated": True,
        **model.summarise(()),
        **({"missing": list(named)} if named else {}),
        **error.facts(),
    }
