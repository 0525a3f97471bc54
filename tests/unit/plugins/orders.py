# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders to test plugins with: raw rows in the spellings that the service uses, and what the module makes of them."""

from __future__ import annotations

import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model

START = 1_700_000_000_000  # 2023-11-14 22:13:20 UTC

SPELLINGS: dict[str, list[dict[str, t.Any]]] = {
    "pending": [{"phase": "pending"}],
    "processing": [{"phase": "processing"}, {"phase": "running"}],
    "succeeded": [
        {"phase": "successed"},
        {"phase": "completed", "result": "successed"},
        {"phase": "completed", "endTimestamp": START + 60_000},
    ],
    "partial": [{"phase": "partialSuccessed"}, {"phase": "completed", "result": "partialSuccessed"}],
    "failed": [{"phase": "failed"}, {"phase": "completed", "failReason": "Quota exceeded."}],
    "unknown": [{"phase": "suspended"}, {"phase": "completed"}],
}


def raw(state: str = "succeeded", spelling: int = 0, **keys: t.Any) -> dict[str, t.Any]:
    """Return a row of ListOrders."""
    row = {
        "orderName": "order.pool-5ed5-w4l2n",
        "orderId": "CS2304191748WNW2R",
        "resourceName": "pool-5ed5-04f258c84780d5a52f3bc00dc15aa5e7",
        "resourceDisplayName": "pool-5ed5",
        "operation": "apply",
        "creationTimestamp": START,
        "beginTimestamp": 0,
        "endTimestamp": 0,
    }
    return {**row, **SPELLINGS[state][spelling], **keys}


def order(state: str = "succeeded", **keys: t.Any) -> dict[str, t.Any]:
    """Return an order as the module does; ``keys`` are those of a raw row."""
    return t.cast("dict[str, t.Any]", model.normalise(raw(state, **keys)))


def result(*orders: dict[str, t.Any], fields: tuple[str, ...] = (), **keys: t.Any) -> dict[str, t.Any]:
    """Return what the info module returns for these orders, trimmed to ``fields``."""
    trimmed = [{key: one[key] for key in fields} if fields else one for one in orders]
    facts = model.summarise(t.cast("tuple[model.Order, ...]", orders))
    return {"changed": False, "orders": trimmed, "count": len(orders), "truncated": False, **facts, **keys}


def timed(number: int, state: str, queued: float, ran: float, **keys: t.Any) -> dict[str, t.Any]:
    """Return an order that was queued and ran for so many seconds; it began ``number`` minutes after START."""
    created = START + number * 60_000
    began = created + int(queued * 1000) if state != "pending" else 0
    ended = began + int(ran * 1000) if state not in ("pending", "processing") else 0
    times = {"creationTimestamp": created, "beginTimestamp": began, "endTimestamp": ended}
    return order(state, **{"orderName": f"order.pool-5ed5-{number:05d}", **times, **keys})
