# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""One order: from a row of the API to the keys users see, its state, and the summary of many.

The reference page spells states in two ways, and clients in production know a third; the reading here is the
cautious one: nothing counts as success that might be something else.
"""

from __future__ import annotations

import math
import typing as t

from .._client.errors import AnswerError
from .._client.text import LATEST_MS, iso_ms, snake_case

Raw = t.Mapping[str, t.Any]
Order = dict[str, t.Any]

PENDING, PROCESSING, SUCCEEDED, PARTIAL, FAILED, UNKNOWN = STATES = (
    "pending",
    "processing",
    "succeeded",
    "partial",
    "failed",
    "unknown",
)
ENDED = frozenset({SUCCEEDED, PARTIAL, FAILED})

_SUCCESS_WORDS = frozenset({"successed", "succeed", "succeeded", "success"})
_PROCESSING_WORDS = frozenset({"processing", "running"})
_COMPLETED = frozenset({"completed"})

# Every key that an order always has, in the order in which they are returned.
ORDER_KEYS = (
    "order_name",
    "order_id",
    "operation",
    "phase",
    "result",
    "state",
    "finished",
    "fail_reason",
    "resource_name",
    "resource_display_name",
    "workspace_id",
    "created_at",
    "began_at",
    "ended_at",
    "creation_timestamp",
    "begin_timestamp",
    "end_timestamp",
    "queue_seconds",
    "run_seconds",
    "init_count",
    "spec_count",
    "result_count",
    "billing_mode",
    "period_type",
    "period_num",
)
_API_KEYS = frozenset(
    (
        "orderName",
        "orderId",
        "operation",
        "phase",
        "result",
        "failReason",
        "resourceName",
        "resourceDisplayName",
        "workspaceId",
        "creationTimestamp",
        "beginTimestamp",
        "endTimestamp",
        "initCount",
        "specCount",
        "resultCount",
        "billingMode",
        "periodType",
        "periodNum",
    )
)
_FLAVOR_KEYS = frozenset(("flavor", "count", "maxCount", "azs"))
_AZ_KEYS = frozenset(("az", "count"))
# Ours alone, whatever the service may one day call a key of its own.
_RESERVED = frozenset(("resources",))


def state_of(raw: Raw) -> str:
    """Return the state that a raw row's ``phase`` and ``result`` tell together; ShowOrder's rows have ``status``.

    A failure mark in either beats everything; a partial one beats success; ``completed`` alone proves nothing
    without an end time; any other word is ``unknown``.
    """
    words = _words(raw.get("phase"), raw.get("result")) or _words(raw.get("status"))
    if "failed" in words:
        return FAILED
    if "partialsuccessed" in words:
        return PARTIAL
    if words & _SUCCESS_WORDS:
        return SUCCEEDED
    if words == _COMPLETED:
        return _completed_state(raw)
    if words == {PENDING}:
        return PENDING
    if words and words <= {PENDING, *_PROCESSING_WORDS}:
        return PROCESSING
    return UNKNOWN


def _words(*values: t.Any) -> set[str]:
    return {str(value).strip().lower() for value in values if value is not None and value != ""}


def _completed_state(raw: Raw) -> str:
    if string(raw.get("failReason")):
        return FAILED
    return SUCCEEDED if timestamp(raw.get("endTimestamp")) > 0 else UNKNOWN


def is_finished(state: str, end_timestamp: int) -> bool:
    """Return whether nothing more will happen: an unknown word counts as finished once the order has an end time."""
    return state in ENDED or (state == UNKNOWN and end_timestamp > 0)


def timestamp(value: t.Any) -> int:
    """Return epoch milliseconds from a number or a string of one; 0 for what is missing or is no time."""
    if value.__class__ is int:
        return value if 0 < value <= LATEST_MS else 0
    if isinstance(value, str) and len(value) <= 32:
        value = _number(value)
    if not _is_number(value) or not 0 < value <= LATEST_MS:
        return 0
    return int(value)


def _is_number(value: t.Any) -> bool:
    # Numbers that come from a playbook are of a class of ansible-core's own, beneath int.
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def string(value: t.Any) -> str | None:
    """Return a text key's value: None where it is missing or empty, text where a number came instead."""
    if isinstance(value, str):
        return value or None
    return None if value is None else str(value)


def _verbatim(value: t.Any) -> str | None:
    """Return the service's own word untouched; text where something else came instead."""
    return value if value is None or isinstance(value, str) else str(value)


def _whole(value: t.Any) -> int | None:
    """Return a number of nodes: an int, also from a string of one or a float without a fraction; else None."""
    if value.__class__ is int:
        return value
    if isinstance(value, str) and len(value) <= 32:
        value = _number(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return int(value) if _is_number(value) else None


def normalise(raw: t.Any) -> Order:
    """Return the order that a raw row of ListOrders describes; every key of ORDER_KEYS is there.

    Keys that the service adds follow in snake_case. Raises AnswerError where the row is no object.
    """
    if not isinstance(raw, dict):
        raise AnswerError("The service listed an order that is not a JSON object; is the endpoint really ModelArts?")
    get = raw.get
    created, began, ended = (timestamp(get(key)) for key in ("creationTimestamp", "beginTimestamp", "endTimestamp"))
    state = state_of(raw)
    order: Order = {
        "order_name": string(get("orderName")),
        "order_id": string(get("orderId")),
        "operation": string(get("operation")),
        "phase": _verbatim(get("phase")),
        "result": _verbatim(get("result")),
        "state": state,
        "finished": is_finished(state, ended),
        "fail_reason": string(get("failReason")),
        "resource_name": string(get("resourceName")),
        "resource_display_name": string(get("resourceDisplayName")),
        "workspace_id": string(get("workspaceId")),
        "created_at": iso_ms(created),
        "began_at": iso_ms(began),
        "ended_at": iso_ms(ended),
        "creation_timestamp": created,
        "begin_timestamp": began,
        "end_timestamp": ended,
        "queue_seconds": _seconds_between(created, began),
        "run_seconds": _seconds_between(began, ended),
        "init_count": _flavor_counts(get("initCount")),
        "spec_count": _flavor_counts(get("specCount")),
        "result_count": _flavor_counts(get("resultCount")),
        "billing_mode": string(get("billingMode")),
        "period_type": string(get("periodType")),
        "period_num": string(get("periodNum")),
    }
    if not raw.keys() <= _API_KEYS:
        _add_new_keys(order, raw, _API_KEYS, _RESERVED)
    return order


def _seconds_between(start: int, end: int) -> float | None:
    """Return seconds, None until both times are known; clocks of a service may disagree by a little."""
    return max(0, end - start) / 1000 if start and end else None


def _add_new_keys(
    target: dict[str, t.Any],
    raw: Raw,
    known: t.AbstractSet[str],
    reserved: t.AbstractSet[str] = frozenset(),
) -> None:
    for key, value in raw.items():
        if key not in known:
            name = snake_case(key)
            if name not in reserved:
                target.setdefault(name, value)


def _flavor_counts(value: t.Any) -> list[dict[str, t.Any]]:
    if not value or not isinstance(value, list):
        return []
    return [_flavor_count(entry) for entry in value if isinstance(entry, dict)]


def _flavor_count(raw: Raw) -> dict[str, t.Any]:
    count = {
        "flavor": string(raw.get("flavor")),
        "count": _whole(raw.get("count")),
        "max_count": _whole(raw.get("maxCount")),
        "azs": _az_counts(raw.get("azs")),
    }
    if not raw.keys() <= _FLAVOR_KEYS:
        _add_new_keys(count, raw, _FLAVOR_KEYS)
    return count


def _az_counts(value: t.Any) -> list[dict[str, t.Any]]:
    if not value or not isinstance(value, list):
        return []
    zones = []
    for raw in value:
        if isinstance(raw, dict):
            zone = {"az": string(raw.get("az")), "count": _whole(raw.get("count"))}
            _add_new_keys(zone, raw, _AZ_KEYS)
            zones.append(zone)
    return zones


def normalise_resource(raw: t.Any) -> dict[str, t.Any]:
    """Return one row of ShowOrder: what happened to a pool or a node. Older services spell its keys in lower case."""
    if not isinstance(raw, dict):
        raise AnswerError("ShowOrder listed a resource that is not a JSON object; is the endpoint really ModelArts?")
    lower = {key.lower(): value for key, value in raw.items()}
    began, updated = timestamp(lower.get("begintimestamp")), timestamp(lower.get("updatetimestamp"))
    row = {
        "resource_name": string(lower.get("resourcename")),
        "action": string(lower.get("action")),
        "status": string(lower.get("status")),
        "state": state_of({"status": lower.get("status")}),
        "began_at": iso_ms(began),
        "updated_at": iso_ms(updated),
        "begin_timestamp": began,
        "update_timestamp": updated,
        "message": string(lower.get("message")),
    }
    _add_new_keys(row, {key: value for key, value in raw.items() if key.lower() not in _RESOURCE_KEYS}, frozenset())
    return row


_RESOURCE_KEYS = frozenset(("resourcename", "action", "status", "begintimestamp", "updatetimestamp", "message"))


def newest_first(orders: t.Iterable[Order]) -> list[Order]:
    """Return the orders sorted by creation, newest first; names decide between equals so that the result is stable."""
    return sorted(orders, key=lambda order: (-order["creation_timestamp"], order["order_name"] or ""))


def pool_of(order: Order) -> str:
    """Return what identifies an order's pool: its ID, else its display name."""
    return order["resource_name"] or order["resource_display_name"] or ""


def newest_of_each_pool(orders: t.Iterable[Order]) -> list[Order]:
    """Return the newest order of each pool, newest first; an order that names no pool stands for itself."""
    seen: set[str] = set()
    kept = []
    for order in newest_first(orders):
        pool = pool_of(order)
        if not pool or pool not in seen:
            seen.add(pool)
            kept.append(order)
    return kept


def summarise(orders: t.Sequence[Order]) -> dict[str, t.Any]:
    """Return what conditions are made of: ``summary``, ``all_succeeded``, ``all_finished``, ``any_failed``."""
    counts = dict.fromkeys(STATES, 0)
    for order in orders:
        counts[order["state"]] += 1
    total = len(orders)
    return {
        "summary": {"total": total, **counts},
        "all_succeeded": 0 < total == counts[SUCCEEDED],
        "all_finished": total > 0 and all(order["finished"] for order in orders),
        "any_failed": counts[FAILED] > 0,
    }


def describe(order: Order) -> str:
    """Return raw text that names an order and its pool; a door makes it safe before it prints it."""
    pool = order["resource_display_name"] or order["resource_name"]
    name = order["order_name"] or order["order_id"] or "an order without a name"
    return f"{name} (pool {pool})" if pool else name
