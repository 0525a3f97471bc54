# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""ListOrders and ShowOrder: from a query to all its orders, and to what happened to single resources."""

from __future__ import annotations

import dataclasses
import functools
import gc
import typing as t

from .._client.auth.base import Auth
from .._client.errors import (
    InputError,
    ModelArtsError,
    NotPublishedError,
    PoolNotFoundError,
    ResponseError,
    as_typed,
)
from .._client.request import Request
from .._client.response import Response
from .._client.retry import Transport
from .._client.text import safe
from . import model
from .pagination import Page, paginate, side_by_side
from .query import Query

# What the API takes for a limit of 0 or none.
DEFAULT_LIMIT = 100
# Few enough for the strictest neighbouring API (5 calls a minute and user), once back-off spreads them.
WORKERS = 4
# No project has more orders: such a count is no count.
_MOST_ORDERS = 10**9

# Named here, because inside OrdersApi ``list`` is a method.
Rows = list[dict[str, t.Any]]
Orders = list[model.Order]


@dataclasses.dataclass(frozen=True)
class Listing:
    """The orders of a query, newest first; ``count`` is what the service said (None where it said nothing).

    ``server_ms`` is the service's clock when it answered, in epoch ms (None where it does not tell). ``missing`` are
    the names and IDs asked for that no order in the query's scope has, ``foreign`` counts listed orders of other pools.
    """

    orders: list[model.Order]
    count: int | None
    truncated: bool
    server_ms: int | None = None
    missing: tuple[str, ...] = ()
    foreign: int = 0


class OrdersApi:
    """The orders of one project. Every method raises the typed errors of the core."""

    def __init__(self, transport: Transport, auth: Auth, endpoint: str, project_id: str) -> None:
        self._transport = transport
        self._auth = auth
        self._endpoint = endpoint
        self._project_id = project_id
        self._path = ("v1", project_id, "orders")
        self._line = transport.redactor.line
        self._server_ms: int | None = None

    def list(self, query: Query) -> Listing:
        """Return every order of the query, or the one page that it names."""
        try:
            if query.one_page:
                orders, count, truncated = self._one_page(query)
            else:
                fetch = functools.partial(self._page, query)
                found = paginate(fetch, query.since, query.until, query.now_ms, WORKERS)
                orders, count, truncated = found.orders, found.count, found.truncated
        except PoolNotFoundError as error:
            raise _name_pool(error, query) from None
        foreign = len(orders) - len(query.of_pool(orders))
        return Listing(query.select(orders), count, truncated, self._server_ms, query.missing(orders), foreign)

    def _one_page(self, query: Query) -> tuple[Orders, int | None, bool]:
        limit, offset = query.limit or 0, query.offset or 0
        page = self._page(query, query.since, query.until, limit, offset)
        sent = len(page.orders)
        complete = sent < (limit or DEFAULT_LIMIT) and (page.count or 0) <= sent
        if page.count is None and sent and sent % DEFAULT_LIMIT == 0:
            complete = False  # as many as a service may cap its pages at
        exact = page.count == sent
        return page.orders, page.count, offset > 0 or not (complete or exact)

    def _page(self, query: Query, since: int, until: int | None, limit: int, offset: int) -> Page:
        params = {**query.server_filters(), "since": str(since), "limit": str(limit), "offset": str(offset)}
        if until is not None:
            params["until"] = str(until)
        answer = self._transport.ask(Request.get(self._endpoint, self._path, params), self._auth)
        rows, count = _items(answer, "ListOrders")
        self._server_ms = answer.server_ms
        return Page(normalised(rows), count)

    def get(self, version: str, kind: str, path: t.Iterable[str]) -> t.Any:
        """Return the JSON of another resource of the same project."""
        request = Request.get(self._endpoint, (version, self._project_id, kind, *path))
        return self._transport.ask(request, self._auth).data

    def show(self, order_name: str) -> Rows:
        """Return ShowOrder's rows, one for each pool or node. Raises NotPublishedError where it is not offered."""
        answer = self._transport.ask(Request.get(self._endpoint, (*self._path, order_name)), self._auth)
        rows, dummy = _items(answer, "ShowOrder")
        return [model.normalise_resource(row) for row in rows]

    def add_details(self, orders: t.Sequence[model.Order]) -> t.Sequence[str]:
        """Give each order its ``resources``, a few requests side by side; return at most one warning.

        They are an extra: whatever ShowOrder answers, the orders stand. A fault that is not of one order alone ends the
        asking, because it would be the same for all, and refused signatures lock a key.
        """
        lasting: list[str] = []

        def resources_of(order: model.Order) -> tuple[Rows, str]:
            return ([], lasting[0]) if lasting else self._resources_of(order, lasting)

        found = side_by_side(resources_of, orders, WORKERS)
        for order, (resources, dummy) in zip(orders, found):
            order["resources"] = resources
        reasons = [reason for dummy, reason in found if reason]
        others = f", and so for {len(reasons) - 1} more orders" if len(reasons) > 1 else ""
        return [f"details: {(lasting or reasons)[0]}{'' if lasting else others}"] if reasons else []

    def _resources_of(self, order: model.Order, lasting: t.MutableSequence[str]) -> tuple[Rows, str]:
        """Return an order's resources, or none and why; ``lasting`` takes the reason if it is one for all orders."""
        name = order["order_name"]
        if not name:
            return [], "an order without a name has no ShowOrder rows"
        try:
            return self.show(name), ""
        except InputError:
            return [], f"no address can hold the order's name {self._line(name, 80)!r}"
        except NotPublishedError:
            reason = "ShowOrder is not offered here, so resources stay empty"
        except Exception as error:
            failure = as_typed(error, self._line)
            reason = f"resources stay empty: {self._line(failure.msg, 300)}"
            if failure.status == 404:
                return [], f"the service has no ShowOrder rows for {self._line(name, 80)} (HTTP 404)"
        lasting.append(reason)
        return [], reason


def normalised(rows: Rows) -> list[model.Order]:
    """Return the orders that raw rows describe.

    The garbage collector rests meanwhile: orders hold no cycles, and while they become more it would go through all of
    them again and again, which costs more than the orders of a long listing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return [model.normalise(row) for row in rows]
    finally:
        if was_on:
            gc.enable()


def _items(answer: Response, api: str) -> tuple[Rows, int | None]:
    """Return the rows and the count of an answer; null stands for no rows. Raises ResponseError for another shape."""
    data = answer.data
    if not isinstance(data, dict) or not ("items" in data or "count" in data):
        raise ResponseError(f"{api} answered with JSON that is no list of orders: check the endpoint")
    rows = data.get("items")
    if rows is None:
        rows = []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ResponseError(f"{api} answered with items that are no orders: check the endpoint")
    return rows, _count(data.get("count"))


def _count(value: t.Any) -> int | None:
    """Return a total that can be true: a whole number, also as a text of one."""
    if isinstance(value, str) and len(value) <= 12 and value.isascii() and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_ORDERS else None


def _name_pool(error: PoolNotFoundError, query: Query) -> ModelArtsError:
    if query.involved_name:
        text = f"The service knows no pool {safe(query.involved_name, 80)!r}"
        error.msg = error.msg.replace("The service knows no such pool", text, 1)
    return error
