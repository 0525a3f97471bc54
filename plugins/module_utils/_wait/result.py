# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What a wait returns: one shape on every kind of end."""

from __future__ import annotations

import typing as t

from .._client.clock import Clock
from .._client.errors import ModelArtsError, as_typed
from .._info import failure
from .._options import Values
from .._orders import model
from .._orders.api import Listing
from .._orders.model import Order
from .._orders.pools import nodes_of
from .._orders.query import named_in
from .messages import Sanitize, reason_of
from .readiness import Readiness
from .source import Source
from .standing import FailedOrder
from .tracker import Tracker

# Extra requests after the end may last so many seconds in all.
DETAILS_TIME = 5.0


def result_of(tracker: Tracker, listing: Listing, readiness: Readiness | None) -> dict[str, t.Any]:
    """Return where a wait stands, in the documented shape, but for ``elapsed``, ``requests`` and ``timed_out``."""
    standing = tracker.standing
    missing = [target.value for target in standing.missing]
    # Until every order that counts is known, not all can have succeeded or ended.
    unknown = missing if tracker.knows_all else [None]
    result = {
        "changed": False,
        "orders": list(standing.orders),
        "count": listing.count,
        "truncated": listing.truncated,
        **model.summarise(standing.orders, unknown),
        "missing": missing,
        "failed_orders": [_failed_order(failed) for failed in standing.failed],
        "polls": tracker.polls,
    }
    if tracker.policy.ready:
        for order in standing.orders:
            order.setdefault("failed_nodes", [])
            order.setdefault("succeeded_nodes", [])
        result["pools"] = [target.pool for target in readiness.targets] if readiness else []
    return result


def _failed_order(failed: FailedOrder) -> dict[str, t.Any]:
    order = failed.order
    return {
        "order_name": order["order_name"],
        "order_id": order["order_id"],
        "resource_display_name": order["resource_display_name"],
        "fail_reason": order["fail_reason"] or reason_of(failed),
    }


def no_wait(error: ModelArtsError, options: Values) -> dict[str, t.Any]:
    """Return the failed result of a wait that could not even begin."""
    pools = options.get("involved_names")
    missing = [*named_in(options), *([pools] if isinstance(pools, str) else pools or ())]
    return {
        **failure(error),
        "missing": [str(name) for name in missing],
        "failed_orders": [],
        "elapsed": 0.0,
        "polls": 0,
        "requests": 0,
        "timed_out": False,
        **({"pools": []} if options.get("ready") else {}),
    }


def add_details(orders: t.Iterable[Order], source: Source, clock: Clock, sanitize: Sanitize) -> list[str]:
    """Attach ShowOrder's rows to failed orders, for a few seconds in all; return at most one warning.

    They are an extra: nothing about them may hide the failure.
    """
    orders = list(orders)
    for order in orders:
        order["resources"], order["failed_nodes"], order["succeeded_nodes"] = [], [], []
    ends = clock.monotonic() + DETAILS_TIME
    source.end_by(ends)
    for order in orders:
        if not order["order_name"]:
            continue
        if clock.monotonic() >= ends:
            return ["details: there was no time for the ShowOrder rows of all failed orders"]
        try:
            order["resources"] = source.show(order)
            order["failed_nodes"], order["succeeded_nodes"] = nodes_of(order["resource_name"], order["resources"])
        except Exception as error:
            reason = sanitize(as_typed(error, sanitize).msg, 200)
            return [f"details: no ShowOrder rows for the failed orders: {reason}"]
    return []
