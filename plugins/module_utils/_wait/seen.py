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


@dataclasses.dataclass
class SeenOrder:
    """One order as it was listed last.

    ``listed_ms`` is when that was, in epoch ms; ``listed`` whether the last poll showed it. ``pending_since`` is the
    reading of the tracker's answered time at which it became pending last, None while it is not.
    """

    order: Order
    targets: set[Target]
    listed_ms: int
    listed: bool = True
    pending_since: float | None = None


class SeenOrders:
    """All orders that met a target so far. ``warnings`` tells of what is odd about them."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._seen: dict[str, SeenOrder] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def of(self, order: Order) -> SeenOrder:
        """Return what is known of an order."""
        return self._seen[model.key_of(order)]

    def meeting(self, target: Target, latest: bool = False) -> list[Order]:
        """Return the orders that met a target; of a pool, with ``latest``, those that may be its newest."""
        met = [seen.order for seen in self._seen.values() if target in seen.targets]
        return model.newest_of_each_pool(met) if latest and target.kind == POOL else met

    def update(self, rows: t.Iterable[Order], targets: Targets, now_ms: int) -> list[SeenOrder]:
        """Take the rows of one listing and return what it shows for the first time; other orders do not matter."""
        new = []
        for seen in self._seen.values():
            seen.listed = False
        for row in rows:
            met = {target for target in targets.items if target.meets(row)}
            known = self._known(row)
            if known is not None:
                known.targets |= met
                self._renew(known, row, now_ms)
            elif met and targets.query.keeps(row):
                new.append(SeenOrder(row, met, now_ms))
                self._seen[model.key_of(row)] = new[-1]
        return new

    def _known(self, row: Order) -> SeenOrder | None:
        """Return the entry of a row's order, which may have been listed by its ID alone before."""
        key = model.key_of(row)
        if key not in self._seen and row["order_name"] and row["order_id"]:
            nameless = self._seen.pop(model.key_of({**row, "order_name": None}), None)
            if nameless is not None:
                self._seen[key] = nameless
        return self._seen.get(key)

    def _renew(self, seen: SeenOrder, row: Order, now_ms: int) -> None:
        before, repeated = seen.order, seen.listed
        seen.listed, seen.listed_ms = True, now_ms
        if before["state"] == model.FAILED != row["state"]:
            self._warn(f"{model.describe(row)} has failed and is now listed as {row['state']}: it counts as failed")
        elif repeated and row["finished"] and not before["finished"] and row["state"] != model.FAILED:
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

    def is_newest_of_its_pool(self, order: Order) -> bool:
        """Return whether no later order of the order's pool is known."""
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
