# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""One order: from a row of the API to the keys users see, its state, and the summary of many.

The reference page spells states in two ways, and clients in production know a third; the reading here is the
cautious one: nothing counts as success that might be something else.
"""

from __future__ import annotations

import hashlib
import json
import math
import typing as t

from .._client.errors import ResponseError
from .._client.text import EARLIEST_MS, LATEST_MS, free_text, iso_ms, snake_case

Raw = t.Mapping[str, t.Any]
# From a pool's ID or display name to the IDs of the pools that it stands for.
PoolIds = t.Mapping[str, set[str]]

PENDING, PROCESSING, SUCCEEDED, PARTIAL, FAILED, UNKNOWN = STATES = (
    "pending",
    "processing",
    "succeeded",
    "partial",
    "failed",
    "unknown",
)
ENDED = frozenset({SUCCEEDED, PARTIAL, FAILED})
# Of what one listing says about one order, what counts: later words beat earlier ones.
_WEIGHTS = (SUCCEEDED, PENDING, PROCESSING, PARTIAL, UNKNOWN, FAILED)
_STAGES = (PENDING, PROCESSING, SUCCEEDED, PARTIAL, UNKNOWN, FAILED)

_SUCCESS_WORDS = frozenset({"successed", "succeed", "succeeded", "success"})
_PARTIAL_WORDS = frozenset(f"partial{word}" for word in _SUCCESS_WORDS)
_GOING_ON_WORDS = frozenset({"pending", "processing", "running"})
_COMPLETED = frozenset({"completed"})


class _Listed(t.TypedDict):
    """What ListOrders tells of an order: every key is always there."""

    order_name: str | None
    order_id: str | None
    operation: str | None
    phase: str | None
    result: str | None
    state: str
    finished: bool
    fail_reason: str | None
    resource_name: str | None
    resource_display_name: str | None
    workspace_id: str | None
    created_at: str | None
    began_at: str | None
    ended_at: str | None
    creation_timestamp: int
    begin_timestamp: int
    end_timestamp: int
    queue_seconds: float | None
    run_seconds: float | None
    init_count: list[dict[str, t.Any]]
    spec_count: list[dict[str, t.Any]]
    result_count: list[dict[str, t.Any]]
    billing_mode: str | None
    period_type: str | None
    period_num: str | None


class Order(_Listed, total=False):
    """One order as users see it. Keys that the service adds to its answers stand beside these."""

    resources: list[dict[str, t.Any]]
    failed_nodes: list[str]
    succeeded_nodes: list[str]


# Every key that an order always has, in the order in which they are returned.
ORDER_KEYS = tuple(_Listed.__annotations__)
# What changes while an order is processed, so that it cannot belong to what identifies one.
_CHANGING = frozenset(
    (
        *("phase", "result", "state", "finished", "fail_reason", "result_count", "resources"),
        *("began_at", "ended_at", "begin_timestamp", "end_timestamp", "queue_seconds", "run_seconds"),
    )
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

    A failure mark in either beats everything. Success, full or partial, must stand alone or beside ``completed``:
    beside a word of going on it counts only with an end time, beside any other word the state is ``unknown``, because
    an order may be cancelled or closed after it succeeded. ``completed`` alone proves nothing without an end time.
    """
    words = _words(raw.get("phase"), raw.get("result")) or _words(raw.get("status"))
    if FAILED in words:
        return FAILED
    partial = words & _PARTIAL_WORDS
    if partial or words & _SUCCESS_WORDS:
        return _success_beside(
            words - _PARTIAL_WORDS - _SUCCESS_WORDS - _COMPLETED, PARTIAL if partial else SUCCEEDED, raw
        )
    if words == _COMPLETED:
        return _completed_state(raw)
    if words == {PENDING}:
        return PENDING
    return PROCESSING if words and words <= _GOING_ON_WORDS else UNKNOWN


def _words(*values: t.Any) -> set[str]:
    return {str(value).strip().lower() for value in values if value is not None and value != ""}


def _success_beside(others: set[str], success: str, raw: Raw) -> str:
    if not others <= _GOING_ON_WORDS:
        return UNKNOWN
    return PROCESSING if others and not timestamp(raw.get("endTimestamp")) else success


def _completed_state(raw: Raw) -> str:
    if string(raw.get("failReason")):
        return FAILED
    return SUCCEEDED if timestamp(raw.get("endTimestamp")) > 0 else UNKNOWN


def is_finished(state: str, end_timestamp: int) -> bool:
    """Return whether nothing more will happen: an unknown word counts as finished once the order has an end time."""
    return state in ENDED or (state == UNKNOWN and end_timestamp > 0)


def timestamp(value: t.Any) -> int:
    """Return epoch milliseconds from a number or a string of one; 0 for what is missing or is no time.

    A number that would lie before March 1973 is one of seconds.
    """
    if value.__class__ is not int:
        if isinstance(value, str) and len(value) <= 32:
            value = _number(value)
        if not _is_number(value):
            return 0
    if not 0 < value <= LATEST_MS:
        return 0
    return int(value if value >= EARLIEST_MS else value * 1000)


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
    if value.__class__ is str and value.isascii() and value.isprintable():
        return value or None  # nearly all there are, and there are ten in each order
    return _verbatim(value) or None


def _verbatim(value: t.Any) -> str | None:
    """Return the service's own word but for controls; text where something else came instead."""
    if value.__class__ is str and value.isascii() and value.isprintable():
        return value  # as in ``string``
    return None if value is None else free_text(value if isinstance(value, str) else str(value))


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

    Keys that the service adds follow in snake_case. Raises ResponseError where the row is no object.
    """
    if not isinstance(raw, dict):
        raise ResponseError("The service listed an order that is not a JSON object; is the endpoint really ModelArts?")
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
        _add_new_keys(t.cast("dict[str, t.Any]", order), raw, _API_KEYS, _RESERVED)
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
                target.setdefault(name, _free_of_controls(value))


def _free_of_controls(value: t.Any) -> t.Any:
    """Return JSON of any shape, its texts without controls."""
    if isinstance(value, str):
        return free_text(value)
    if isinstance(value, list):
        return [_free_of_controls(each) for each in value]
    if isinstance(value, dict):
        return {free_text(key): _free_of_controls(each) for key, each in value.items()}
    return value


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
        raise ResponseError("ShowOrder listed a resource that is not a JSON object; is the endpoint really ModelArts?")
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


def key_of(order: Order) -> str:
    """Return what identifies an order, from listing to listing: name, else ID, else what never changes in it."""
    return order["order_name"] or order["order_id"] or _digest(order)


def _digest(order: Order) -> str:
    lasting = {key: value for key, value in order.items() if key not in _CHANGING}
    text = json.dumps(lasting, sort_keys=True, default=str)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def weight_of(order: Order) -> tuple[int, int, int]:
    """Return how much a row counts where one listing shows its order several times: what promises least counts most.

    So a failure beats all else, and success stands only where no row contradicts it; else the row further along counts.
    """
    return _rank(order, _WEIGHTS)


def progress_of(order: Order) -> tuple[int, int, int]:
    """Return how far along an order is, for comparing rows of it that were read one after the other."""
    return _rank(order, _STAGES)


def _rank(order: Order, states: tuple[str, ...]) -> tuple[int, int, int]:
    goes_on = order["state"] == UNKNOWN and not order["finished"]
    return states.index(PROCESSING if goes_on else order["state"]), order["end_timestamp"], order["begin_timestamp"]


def newest_of_each_pool(orders: t.Iterable[Order]) -> list[Order]:
    """Return of each pool every order that may be its newest, newest first.

    That is the one created last, those of the same millisecond, and those without a creation time. An order that names
    no pool stands for itself.
    """
    listed = newest_first(orders)
    pools = pools_of(listed)
    last: dict[str, int] = {}
    for order, names in zip(listed, pools):
        if len(names) == 1:  # one that may be of several pools hides no other order of any
            (name,) = names
            last[name] = max(last.get(name, 0), order["creation_timestamp"])
    return [
        order
        for order, names in zip(listed, pools)
        if not (names and order["creation_timestamp"])
        or any(order["creation_timestamp"] >= last.get(name, 0) for name in names)
    ]


def pools_of(orders: t.Sequence[Order]) -> list[set[str]]:
    """Return the pools of each order: its ID; where an order has none, all of the same display name, else that name."""
    ids = pool_ids(orders)
    return [pools_of_one(order, ids) for order in orders]


def pool_ids(orders: t.Iterable[Order]) -> PoolIds:
    """Return which pools a name stands for: an ID for its own, a display name for all that bear it."""
    ids: dict[str, set[str]] = {}
    for order in orders:
        pool, shown = order["resource_name"], order["resource_display_name"]
        if pool:
            for name in (pool, shown or pool):
                ids.setdefault(name, set()).add(pool)
    return ids


def pools_of_one(order: Order, ids: PoolIds) -> set[str]:
    """Return the pools that an order is, or may be, of."""
    if order["resource_name"]:
        return {order["resource_name"]}
    shown = order["resource_display_name"]
    return ids.get(shown, {shown}) if shown else set()


def summarise(orders: t.Sequence[Order], missing: t.Collection[t.Any] = ()) -> dict[str, t.Any]:
    """Return what conditions are made of: ``summary``, ``all_succeeded``, ``all_finished``, ``any_failed``.

    ``missing`` is what was asked for by name and not met: while it holds anything, not all can have succeeded or ended.
    """
    counts = dict.fromkeys(STATES, 0)
    for order in orders:
        counts[order["state"]] += 1
    total = len(orders)
    return {
        "summary": {"total": total, **counts},
        "all_succeeded": not missing and 0 < total == counts[SUCCEEDED],
        "all_finished": not missing and total > 0 and all(order["finished"] for order in orders),
        "any_failed": counts[FAILED] > 0,
    }


def describe(order: Order) -> str:
    """Return raw text that names an order and its pool; whoever prints it makes it safe first."""
    pool = order["resource_display_name"] or order["resource_name"]
    name = order["order_name"] or order["order_id"] or "an order without a name"
    return f"{name} (pool {pool})" if pool else name
