# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What one poll means, as plain values: from them decisions are made and messages worded."""

from __future__ import annotations

import dataclasses
import math
import typing as t

from .._client.errors import ModelArtsError
from .._orders import model
from .._orders.model import Order
from .policy import STUCK, WaitPolicy
from .seen import SeenOrder, SeenOrders
from .targets import POOL, Target, Targets
from .timers import TICK

WAIT, SUCCEEDED, FAILED = "wait", "succeeded", "failed"


@dataclasses.dataclass(frozen=True)
class Decision:
    """WAIT, SUCCEEDED or FAILED.

    ``timed_out`` says that the deadline ended the wait, ``error`` is what did where it was no order.
    """

    kind: str
    timed_out: bool = False
    error: ModelArtsError | None = None


class FailedOrder(t.NamedTuple):
    """An order that counts as failed, why, and for how many seconds it had been pending (STUCK only)."""

    order: Order
    why: str
    pending_seconds: float = 0.0


@dataclasses.dataclass(frozen=True)
class Standing:
    """Where a wait stands after a poll.

    ``orders`` are those that are judged, newest first, ``open`` those of them that are still waited for. ``missing``
    are the targets that no order has met yet, ``not_found`` those of them that are given up; ``lost`` are orders
    that were listed, are no longer, and are given up. ``settling`` are pools whose newest order may be listed late.
    ``matched`` orders are fewer than expected where it is ``short``; ``too_few`` where that is given up.
    """

    orders: tuple[Order, ...] = ()
    failed: tuple[FailedOrder, ...] = ()
    open: tuple[Order, ...] = ()
    missing: tuple[Target, ...] = ()
    not_found: tuple[Target, ...] = ()
    lost: tuple[SeenOrder, ...] = ()
    settling: tuple[Target, ...] = ()
    matched: int = 0
    short: bool = False
    too_few: bool = False

    @property
    def hopeless(self) -> bool:
        """Whether the wait cannot succeed any more."""
        return bool(self.failed or self.lost or self.not_found or self.too_few)

    @property
    def awaits_listing(self) -> bool:
        """Whether something that no order has met yet may still be listed."""
        few = self.short and not self.too_few and not self.missing
        return few or len(self.missing) > len(self.not_found)

    @property
    def unsettled(self) -> bool:
        """Whether there is something left to wait for."""
        return bool(self.open or self.settling or self.awaits_listing)


def latest_of_pools(targets: Targets, policy: WaitPolicy) -> bool:
    """Return whether only the newest order of a pool that was named is judged."""
    return not targets.has_since if policy.latest is None else policy.latest


def judged(seen: SeenOrders, targets: Targets, policy: WaitPolicy) -> list[Order]:
    """Return the orders that count, newest first, each once."""
    latest = latest_of_pools(targets, policy)
    orders: dict[str, Order] = {}
    for target in targets.items:
        met = seen.meeting(target)
        orders.update(_by_key(_newest(met, targets) if latest and target.kind == POOL else met))
    if policy.latest and any(target.kind != POOL for target in targets.items):
        orders = _by_key(_newest(orders.values(), targets))
    # A failure once seen is never forgotten.
    orders.update((model.key_of(order), order) for order, dummy in seen.failures())
    return model.newest_first(orders.values())


def _newest(orders: t.Collection[Order], targets: Targets) -> list[Order]:
    """Return the orders that may be their pool's newest: one that may be of another operation hides no other."""
    told = [order for order in orders if order["operation"]] if targets.query.operation else []
    return [*model.newest_of_each_pool(orders), *model.newest_of_each_pool(told)]


def _by_key(orders: t.Iterable[Order]) -> dict[str, Order]:
    return {model.key_of(order): order for order in orders}


def failed_of(orders: t.Iterable[Order], seen: SeenOrders, policy: WaitPolicy, answered: float) -> list[FailedOrder]:
    """Return every order that failed once, and those of ``orders`` that are pending for too long.

    ``answered`` is the reading of the answered time, in seconds.
    """
    failed = [FailedOrder(order, why) for order, why in seen.failures()]
    limit = math.inf if policy.pending_timeout is None else policy.pending_timeout
    for order in orders:
        since = seen.of(order).pending_since
        if since is not None and answered - since >= limit - TICK:
            failed.append(FailedOrder(order, STUCK, answered - since))
    return failed
