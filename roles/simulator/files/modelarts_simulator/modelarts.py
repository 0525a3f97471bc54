# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of ModelArts: orders, pools and nodes of one project."""

from __future__ import annotations

import typing as t

from . import nodes, query, spelling
from .catalog import Catalog
from .errors import ApiError, bad_request
from .messages import Request, Response, json_bytes
from .orders import Order

Settings = t.Mapping[str, t.Any]


def list_orders(catalog: Catalog, request: Request, settings: Settings, now: int) -> Response:
    """GET /v1/{project}/orders: one page."""
    asked = query.parse(request.parameters, settings)
    if _is_unknown(asked.involved, catalog, settings, now):
        raise _not_found("Pool", asked.involved)
    orders, total = catalog.page(asked, settings, now)
    rows = b", ".join([spelling.list_row(order, settings["spelling"]) for order in orders])
    catalog.polled(orders, now)
    return _json(b"{" + _count(len(orders), total, settings) + b'"items": [' + rows + b"]}")


def _is_unknown(pool: str, catalog: Catalog, settings: Settings, now: int) -> bool:
    if settings["deleted_pools"] == "404" and pool in catalog.gone_pools(now):
        return True
    known = not pool or pool in catalog.pools or pool in settings["pools"]
    return not known and settings["unknown_pool"] == "404"


def _count(shown: int, total: int, settings: Settings) -> bytes:
    mode = settings["count"]
    if mode == "missing":
        return b""
    number = max(0, (shown if mode == "page" else total) + int(settings["count_error"]))
    value = {"null": "null", "text": f'"{number}"'}.get(mode, str(number))
    return f'"count": {value}, '.encode()


def show_order(catalog: Catalog, request: Request, settings: Settings, now: int) -> Response:
    """GET /v1/{project}/orders/{name}: a row for the pool and for each node."""
    if request.query and settings["strict"]:
        raise bad_request("ShowOrder takes no query parameters.")
    order = catalog.find(request.parts[3])
    if order is None:
        raise _not_found("Order", request.parts[3])
    before = nodes.nodes_of(catalog.orders_of(order.pool_id), now, until=order)
    rows = nodes.show_rows(order, before, settings["show_keys"])
    return _json(json_bytes({"count": len(rows), "items": rows}))


def show_pool(catalog: Catalog, request: Request, settings: Settings, now: int) -> Response:
    """GET /v2/{project}/pools/{ID}; each one counts for the timelines of the pool."""
    orders = _orders_of_pool(catalog, request, now, asked=True)
    return _json(json_bytes(nodes.show_pool(orders, now)))


def list_nodes(catalog: Catalog, request: Request, settings: Settings, now: int) -> Response:
    """GET /v2/{project}/pools/{ID}/nodes: all of them."""
    rows = nodes.node_rows(nodes.nodes_of(_orders_of_pool(catalog, request, now), now))
    return _json(json_bytes({"kind": "NodeList", "apiVersion": "v2", "items": rows}))


def _orders_of_pool(catalog: Catalog, request: Request, now: int, asked: bool = False) -> list[Order]:
    pool_id = request.parts[3]
    orders = catalog.orders_of(pool_id)
    for order in orders:
        order.pool_step(now, asked)
    if not orders or nodes.is_gone(orders[-1], now):
        raise _not_found("Pool", pool_id)
    return orders


def _not_found(kind: str, name: str) -> ApiError:
    return ApiError(404, "ModelArts.50015001", f"{kind} {name} not found.")


def _json(body: bytes) -> Response:
    return Response(200, body, {"Content-Type": "application/json"})
