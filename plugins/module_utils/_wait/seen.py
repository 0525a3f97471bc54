# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The memory of a wait: every order that met a target once, in its last state.

A listing may be stale or partial, so an order stays known, with the targets that it met, until a listing shows it
again; and a failure stays one whatever later listings say.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._orders import model
from .._orders.model import Order
from .targets import POOL, Target, Targets

# What identifies an order and its pool, and which of a pool's orders is the newest: it never changes.
_LASTING = (
    *("order_name", "order_id", "operation", "resource_name", "resource_display_name", "workspace_id"),
    *("creation_timestamp", "created_at"),
)


@dataclasses.dataclass
class SeenOrder:
    """One order as it was listed last.

    ``listed_ms`` is when that was, in epoch ms; ``listed`` whether the last poll showed it. ``pending_since`` is the
    reading of the tracker's answered time at which it became pending last, None while it is not. ``failure`` is the row
    that made it count as failed, and why.
    """

    order: Order
    targets: set[Target]
    listed_ms: int
    listed: bool = True
    pending_since: float | None = None
    failure: tuple[Order, str] | None = None


class SeenOrders:
    """All orders that met a target so far. ``warnings`` tells of what is odd about them."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._seen: dict[str, SeenOrder] = {}
        # Those that the filters leave out: a row that does not tell why must not bring them back.
        self._left_out: dict[str, Order] = {}

    def matched(self) -> int:
        """Return how many orders are known; what has neither name nor ID may be listed anew as another one."""
        orders = ((seen, seen.order) for seen in self._seen.values())
        return sum(bool(order["order_name"] or order["order_id"] or seen.listed) for seen, order in orders)

    def failures(self) -> list[tuple[Order, str]]:
        """Return every order that failed once, as it was then, and why."""
        return [seen.failure for seen in self._seen.values() if seen.failure]

    def of(self, order: Order) -> SeenOrder:
        """Return what is known of an order."""
        return self._seen[model.key_of(order)]

    def meeting(self, target: Target) -> list[Order]:
        """Return the orders that met a target."""
        return [seen.order for seen in self._seen.values() if target in seen.targets]

    def pools(self) -> dict[str, set[str]]:
        """Return of each order that met a pool, by its key, the pools that it is, or may be, of."""
        met = self._of_pools()
        return {model.key_of(order): pools for order, pools in zip(met, model.pools_of(met))}

    def newest_of_pools(self) -> list[Order]:
        """Return of each pool that was met the orders that may be its newest."""
        return model.newest_of_each_pool(self._of_pools())

    def _of_pools(self) -> list[Order]:
        return [seen.order for seen in self._seen.values() if any(target.kind == POOL for target in seen.targets)]

    def update(self, rows: t.Iterable[Order], targets: Targets, now_ms: int) -> list[SeenOrder]:
        """Take the rows of one listing and return what it shows for the first time; other orders do not matter."""
        new, rows = [], list(rows)
        for seen in self._seen.values():
            seen.listed = False
        ids = model.pool_ids([*(seen.order for seen in self._seen.values()), *rows])
        for row in rows:
            met = {target for target in targets.items if target.meets(row, ids)}
            known = self._known(row)
            if known is not None:
                known.targets |= met
                self._renew(known, _completed(row, known.order), now_ms)
            elif met:
                key = model.key_of(row)
                whole = _completed(row, self._left_out.pop(key, row))
                if targets.keeps(whole):
                    self._seen[key] = SeenOrder(whole, met, now_ms)
                    new.append(self._seen[key])
                else:
                    self._left_out[key] = whole
        return new

    def _known(self, row: Order) -> SeenOrder | None:
        """Return the entry of a row's order; one of the two rows may tell its ID alone."""
        key = model.key_of(row)
        if key in self._seen or not row["order_id"]:
            return self._seen.get(key)
        if not row["order_name"]:
            same = [seen for seen in self._seen.values() if seen.order["order_id"] == row["order_id"]]
            return same[0] if len(same) == 1 else None
        nameless = self._seen.pop(row["order_id"], None)
        if nameless is not None:
            # What is known of it is found by its name from now on.
            self._seen[key] = nameless
            nameless.order = {**nameless.order, "order_name": row["order_name"]}
            if nameless.failure:
                failed, why = nameless.failure
                nameless.failure = {**failed, "order_name": row["order_name"]}, why
        return nameless

    def _renew(self, seen: SeenOrder, row: Order, now_ms: int) -> None:
        before, repeated = seen.order, seen.listed
        seen.listed, seen.listed_ms = True, now_ms
        if before["state"] == model.FAILED != row["state"]:
            self._warn(f"{model.describe(row)} has failed and is now listed as {row['state']}: it counts as failed")
        elif repeated and model.weight_of(row) < model.weight_of(before):
            return  # One listing shows it twice: the more cautious row counts.
        else:
            if before["state"] in model.ENDED and not row["finished"]:
                went = f"went back from {before['state']} to {row['state']}"
                self._warn(f"{model.describe(row)} {went}: waiting goes on")
            seen.order = row

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def note_pending(self, new: t.Iterable[SeenOrder], answered: float, slow_ms: int) -> None:
        """Let the time of each pending order begin: when it became pending last, which may have been its creation.

        ``answered`` is the reading of the answered time. No order is older than the slower clock, ``slow_ms``, says.
        """
        for seen in self._seen.values():
            if seen.order["state"] != model.PENDING:
                seen.pending_since = None
            elif seen.pending_since is None:
                seen.pending_since = answered
        for seen in new:
            created = seen.order["creation_timestamp"]
            if seen.pending_since is not None and created:
                seen.pending_since -= max(0, slow_ms - created) / 1000

    def is_unlisted_deletion(self, order: Order) -> bool:
        """Return whether a delete order that goes on is not listed, and no later order of its pool is known."""
        if order["operation"] != "delete" or order["finished"] or self.of(order).listed:
            return False
        newest = model.newest_of_each_pool(seen.order for seen in self._seen.values())
        return any(model.key_of(each) == model.key_of(order) for each in newest)

    def confirm_deletion(self, order: Order) -> None:
        """Let a delete order count as succeeded: the service, asked for its pool, no longer knows it."""
        seen = self.of(order)
        seen.order = t.cast("Order", {**order, "state": model.SUCCEEDED, "finished": True})
        self._warn(
            f"{model.describe(order)} is no longer listed, and the service knows no such pool (ModelArts.50015001): "
            "the deletion has succeeded"
        )


def _completed(row: Order, known: Order) -> Order:
    """Return a row with what an earlier one of its order told and this one leaves out, of what never changes."""
    told = {key: value for key, value in known.items() if key in _LASTING and not row.get(key)}
    return t.cast("Order", {**row, **told})
