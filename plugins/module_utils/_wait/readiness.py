# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What comes after success where ``ready`` is asked for: until the pools can be used, or are gone.

No clock, no network.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._client.errors import ModelArtsError, NotPublishedError, TransientError
from .._client.text import duration, safe
from .._orders.model import SUCCEEDED as FULLY
from .._orders.model import Order, key_of, newest_of_each_pool, pool_ids
from .._orders.pools import Pool, awaited, unknown_pool
from .standing import FAILED, SUCCEEDED, WAIT, Decision
from .timers import TICK, CountedTime

# A pool costs up to two requests a poll, and an account must not send more than one a second on average.
SECONDS_PER_POOL = 2
_NO_ID = "its order names no pool ID, by which alone the service can be asked for it: look in the console"


def pools_at_once(interval: float) -> int:
    """Return for how many pools a poll may ask, where polls are ``interval`` seconds apart."""
    return max(1, int(interval / SECONDS_PER_POOL))


class PoolReport(t.NamedTuple):
    """What one poll told of a pool; ``broken`` is why it will not become usable, None where it may.

    ``gone`` says that the service knows no such pool.
    """

    pool: Pool
    broken: str | None = None
    gone: bool = False


@dataclasses.dataclass
class PoolTarget:
    """A pool that must become usable, or (``deleting``) be gone.

    ``nodes`` are the names of the nodes that count, None for all, once ShowOrder has told (``knows_nodes``);
    ``drivers_run`` says that no driver of them was awaited when they were listed last.
    """

    pool_id: str
    orders: list[Order]
    deleting: bool
    pool: Pool
    nodes: set[str] | None = None
    knows_nodes: bool = False
    drivers_run: bool = False
    broken: str | None = None
    absent_since: float | None = None
    absent_for: float = 0.0
    asked_at: float = -1.0

    @property
    def ordered_nodes(self) -> int:
        """How many nodes the pool has at least, by its newest order's flavors."""
        return min((_nodes_after(order) for order in newest_of_each_pool(self.orders)), default=0)

    @property
    def name(self) -> str:
        """The pool's name for messages."""
        return safe(self.pool["display_name"] or self.pool_id, 80)


class Readiness:
    """Follows the pools of orders that have succeeded, from poll to poll."""

    def __init__(self, orders: t.Sequence[Order], interval: float, visible_timeout: float, now: float) -> None:
        """``interval`` and ``visible_timeout`` are the wait's, in seconds."""
        self.targets = _targets_of(orders)
        self._at_once = pools_at_once(interval)
        self._visible_timeout = visible_timeout
        # For how long each pool's own questions have been answered.
        self._times = {target.pool_id: CountedTime(now) for target in self.targets}
        self._has_answers = False

    def awaited(self) -> list[PoolTarget]:
        """Return all pools that are not ready."""
        return [target for target in self.targets if not target.pool["ready"]]

    def due(self) -> list[PoolTarget]:
        """Return the pools to ask for now: as many as the pace allows, those first that were not asked for longest."""
        askable = [target for target in self.awaited() if not target.broken]
        return sorted(askable, key=lambda target: target.asked_at)[: self._at_once]

    def take(self, target: PoolTarget, report: PoolReport, began: float, now: float) -> None:
        """Take what was told of a pool."""
        self._has_answers = True
        time = self._times[target.pool_id]
        time.tick(began, now, True)
        pool = report.pool
        target.asked_at, target.broken = now, report.broken
        target.pool = {**pool, "display_name": pool["display_name"] or target.pool["display_name"]}
        if not report.gone or target.deleting:
            target.absent_since = None
        else:
            target.absent_since = time.value if target.absent_since is None else target.absent_since
            target.absent_for = time.value - target.absent_since

    def miss(self, target: PoolTarget, began: float, now: float) -> None:
        """Take that nothing was told of a pool that was asked for."""
        self._times[target.pool_id].tick(began, now, False)

    def take_error(self, error: ModelArtsError) -> tuple[ModelArtsError, bool]:
        """Take a poll that failed; return the error that it counts as, and whether it ends the wait.

        What says that this service never shows a pool ends it at the first question, and is survived later.
        """
        unpublished, forbidden = isinstance(error, NotPublishedError), error.status == 403
        if self._has_answers:
            return (TransientError(error.msg, status=error.status) if forbidden else error), False
        if error.msg.startswith("ready: "):
            pass  # The host that polls has said so already.
        elif unpublished:
            error.msg = (
                f"ready: this service does not offer ShowPool, set ready: false to wait for orders alone ({error.msg})"
            )
        elif forbidden:
            error.msg = (
                "ready: the credentials may not see pools, grant them the IAM action modelarts:pool:get or set ready: "
                f"false ({error.msg})"
            )
        # A refusal that may be a gateway's counts when it comes twice, as any other.
        return error, unpublished or (forbidden and getattr(error, "definite", True))

    def decide(self, now: float, deadline: float) -> Decision:
        """Return what the polls so far mean."""
        if any(target.broken for target in self.targets) or self.not_found():
            return Decision(FAILED)
        if not self.awaited():
            return Decision(SUCCEEDED)
        return Decision(FAILED, timed_out=True) if now >= deadline - TICK else Decision(WAIT)

    def not_found(self) -> list[PoolTarget]:
        """Return the pools that the service has not known for ``visible_timeout``."""
        limit = self._visible_timeout - TICK
        return [each for each in self.targets if each.absent_since is not None and each.absent_for >= limit]

    def waits_for(self) -> list[str]:
        """Return one text for each pool that is awaited, on what it still needs."""
        return [f"{target.name}: {', '.join(_needs(target))}" for target in self.awaited()]

    def failures(self) -> list[str]:
        """Return one sentence for each pool that will not become usable."""
        waited = duration(self._visible_timeout)
        return [
            *(f"Pool {target.name} cannot be used: {target.broken}" for target in self.targets if target.broken),
            *(f"For {waited} (visible_timeout) the service has known no pool {each.name}" for each in self.not_found()),
        ]


def _needs(target: PoolTarget) -> list[str]:
    if target.asked_at < 0:
        return ["not asked yet"]
    if target.deleting:
        return ["to be gone"]
    return awaited(target.pool) if target.absent_since is None else ["not there yet"]


def _nodes_after(order: Order) -> int:
    """Return how many nodes a pool has after an order, at least; a part of one that succeeded in part."""
    counted = sum(count["count"] or 0 for count in order["result_count"] or order["spec_count"])
    return counted if order["result_count"] or order["state"] == FULLY else min(counted, 1)


def _targets_of(orders: t.Sequence[Order]) -> list[PoolTarget]:
    """Return the pools of these orders; one whose newest order deletes it must be gone."""
    known = pool_ids(orders)
    pools: dict[str, list[Order]] = {}
    nameless: list[PoolTarget] = []
    for order in orders:
        shown = order["resource_display_name"] or ""
        ids = [order["resource_name"]] if order["resource_name"] else sorted(known.get(shown, ()))
        for pool_id in ids:
            pools.setdefault(pool_id, []).append(order)
        if not ids:
            pool = unknown_pool(shown or key_of(order), shown or None)
            nameless.append(PoolTarget(pool["name"], [order], False, pool, broken=_NO_ID))
    return [*(_target_of(pool_id, placed) for pool_id, placed in pools.items()), *nameless]


def _target_of(pool_id: str, placed: list[Order]) -> PoolTarget:
    deleting = any(order["operation"] == "delete" for order in newest_of_each_pool(placed))
    shown = next((order["resource_display_name"] for order in placed if order["resource_display_name"]), None)
    return PoolTarget(pool_id, placed, deleting, unknown_pool(pool_id, shown))
