# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an order is spelt: the reference page's table and its example."""

from __future__ import annotations

import typing as t

from .messages import json_bytes
from .orders import Order

_TABLE_PHASES = {"succeeded": "successed", "partial": "partialSuccessed"}
PHASE_FILTERS = {"pending": "pending", "running": "processing", "successed": "succeeded", "failed": "failed"}


def list_row(order: Order, spelling: str) -> bytes:
    """The order's row in ListOrders as JSON, kept on the order until it changes."""
    if order.row is None:
        order.row = json_bytes(_row(order, order.details.spelling or spelling))
    return order.row


def _row(order: Order, spelling: str) -> dict[str, t.Any]:
    row = _example_row(order) if spelling == "example" else _table_row(order)
    if order.step.reason:
        row["failReason"] = order.step.reason
    for key in order.details.drop:
        row.pop(key, None)
    row.update(order.details.raw)
    row.update(order.step.raw)
    return row


def _common(order: Order) -> dict[str, t.Any]:
    return {
        "creationTimestamp": order.created,
        "endTimestamp": order.ended,
        "beginTimestamp": order.began,
        "orderName": order.name,
        "orderId": order.order_id,
        "resourceName": order.pool_id,
        "resourceDisplayName": order.pool,
    }


def _table_row(order: Order) -> dict[str, t.Any]:
    details = order.details
    return {
        **_common(order),
        "workspaceId": details.workspace_id,
        "initCount": _counts(details.flavors, details.init_count) if order.operation != "apply" else [],
        "specCount": _counts(details.flavors, 0 if order.operation == "delete" else None),
        "resultCount": _result_counts(order),
        **details.billing,
        "operation": order.operation,
        "phase": _TABLE_PHASES.get(order.state, order.state),
    }


def _result_counts(order: Order) -> list[dict[str, t.Any]]:
    if order.state == "succeeded":
        return _counts(order.details.flavors, 0 if order.operation == "delete" else None)
    if order.state == "partial":
        return [{**one, "count": one["count"] // 2} for one in _counts(order.details.flavors, None)]
    return []


def _example_row(order: Order) -> dict[str, t.Any]:
    """As in the page's example: no workspace, no empty lists, billing as strings, ``completed`` with a ``result``."""
    row = _common(order)
    row["specCount"] = [{"flavor": one["flavor"], "count": one["count"]} for one in order.details.flavors]
    row.update({"billingMode": "1", "periodType": "2", "periodNum": "1", **order.details.billing})
    row["operation"] = order.operation
    if order.state in ("succeeded", "partial", "failed"):
        row["result"] = _TABLE_PHASES.get(order.state, order.state)
        row["phase"] = "completed"
    else:
        row["phase"] = order.state
    return row


def _counts(flavors: t.Iterable[t.Mapping[str, t.Any]], count: int | None) -> list[dict[str, t.Any]]:
    if count is None:
        return [dict(one) for one in flavors]
    return [{**one, "count": count, "maxCount": count, "azs": []} for one in flavors]
