# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""One poll of a wait: of the orders, and, once all have succeeded and ``ready`` is asked for, of their pools.

A poll asks the source, hands the answer or the error to the pure engines and returns what they decide. A failed one
leaves its error in ``tracker.last_error``.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._client.clock import Clock
from .._client.errors import ModelArtsError, as_typed
from .._options import Values
from .._orders import model
from .._orders.api import Listing
from .._orders.model import Order
from .forecast import Forecast
from .messages import Sanitize
from .readiness import PoolReport, PoolTarget, Readiness, pools_at_once
from .source import Source
from .standing import FAILED, WAIT, Decision
from .targets import Targets
from .tracker import Tracker

# Clocks that differ by less than this much, in ms, are taken for equal.
_CLOCKS_AGREE_MS = 60_000


class OrdersPoller:
    """Polls orders. ``listing`` is the last one that was answered, ``warnings`` tells of what is odd about any."""

    def __init__(self, options: Values, source: Source, clock: Clock, tracker: Tracker, sanitize: Sanitize) -> None:
        self.forecast = Forecast()
        self.listing = Listing([], None, True)
        self.warnings: list[str] = []
        self._options = options
        self._source = source
        self._clock = clock
        self._tracker = tracker
        self._sanitize = sanitize
        self._is_dated = False
        self._asked_at: dict[str, float] = {}

    def poll(self) -> Decision:
        """Poll once; an error is survived or not, and never raised."""
        tracker, began = self._tracker, self._clock.monotonic()
        try:
            self._take(self._list(began), began)
        except Exception as error:  # of any kind: what an answer sets off must not end a wait that works
            return tracker.feed_error(as_typed(error, self._sanitize), began, self._clock.monotonic())
        decision = tracker.decide(self._clock.monotonic())
        if decision.kind == WAIT and not self.forecast.has_learnt and tracker.standing.open:
            self.forecast.learn(self._past())
        return decision

    def progress(self) -> tuple[t.Any, ...]:
        """Return what a progress line is due for when it changes."""
        standing = self._tracker.standing
        return (*((model.key_of(order), order["state"]) for order in standing.orders), standing.missing)

    def service_ms(self) -> int:
        """Return the service's time at its last answer, else this machine's, in epoch ms."""
        return self.listing.server_ms or self._clock.time_ms()

    def _list(self, began: float) -> Listing:
        """Return a listing of the targets' time, asked for again where by the service's clock it begins earlier.

        Ages count back from the service's time at the begin, which is what its orders are stamped with.
        """
        tracker, asked = self._tracker, self._tracker.since(began)
        listing = self._source.poll(asked)
        if self._is_dated or listing.server_ms is None:
            return listing
        self._is_dated = True
        if abs(listing.server_ms - self._clock.time_ms()) > _CLOCKS_AGREE_MS:
            elapsed_ms = int((self._clock.monotonic() - tracker.started) * 1000)
            tracker.move_to(Targets.from_options(self._options, listing.server_ms - elapsed_ms))
        return self._source.poll(tracker.since(began)) if tracker.targets.query.since < asked else listing

    def _take(self, listing: Listing, began: float) -> None:
        tracker, now_ms = self._tracker, self._clock.time_ms()
        if self._source.sees_all and not self.forecast.has_learnt:
            # The first poll is wide, so the history comes free.
            self.forecast.learn(listing.orders)
        self.listing = listing
        tracker.feed(listing, began, self._clock.monotonic(), now_ms)
        if listing.truncated:
            self.warnings.append("A listing did not show everything (truncated): nothing was concluded from its gaps")
        with contextlib.suppress(Exception):  # it is asked again after the next poll
            self._confirm_deletions()

    def _confirm_deletions(self) -> None:
        """Ask for pools that may have been deleted: as many as the pace allows, those first that waited longest."""
        tracker, asked_at = self._tracker, self._asked_at
        unlisted = filter(tracker.seen.is_unlisted_deletion, tracker.standing.open)
        orders = sorted(unlisted, key=lambda order: asked_at.get(model.key_of(order), -1.0))
        for order in orders[: pools_at_once(tracker.policy.interval)]:
            asked_at[model.key_of(order)] = self._clock.monotonic()
            if self._source.pool_is_gone(order):
                tracker.confirm_deletion(order)

    def _past(self) -> list[Order]:
        """Return orders to learn from; without them there is just no expected end."""
        try:
            return self._source.past()
        except Exception:
            return []


class PoolsPoller:
    """Polls the pools of orders that have succeeded."""

    def __init__(self, source: Source, clock: Clock, tracker: Tracker) -> None:
        policy = tracker.policy
        self.readiness = Readiness(tracker.standing.orders, policy.interval, policy.visible_timeout, clock.monotonic())
        self._source = source
        self._clock = clock
        self._tracker = tracker

    def poll(self) -> Decision:
        """Poll once the pools that are due; an error is survived or not, and never raised."""
        tracker, readiness = self._tracker, self.readiness
        began, due = self._clock.monotonic(), readiness.due()
        found: list[tuple[PoolTarget, PoolReport | ModelArtsError]] = list(zip(due, self._source.poll_pools(due)))
        now = self._clock.monotonic()
        for target, report in found:
            if isinstance(report, PoolReport):
                readiness.take(target, report, began, now)
            else:
                readiness.miss(target, began, now)
        errors = [report for dummy, report in found if isinstance(report, ModelArtsError)]
        if errors:
            return self._after(next((error for error in errors if not error.transient), errors[0]), began, now)
        tracker.take_answer()
        return readiness.decide(now, tracker.deadline)

    def _after(self, lasting: ModelArtsError, began: float, now: float) -> Decision:
        error, ends = self.readiness.take_error(lasting)
        decision = self._tracker.feed_error(error, began, now)
        if ends:
            return Decision(FAILED, error=error)
        return Decision(FAILED) if self.readiness.failures() else decision  # of a pool that was answered for

    def progress(self) -> tuple[t.Any, ...]:
        """Return what a progress line is due for when it changes."""
        return tuple(self.readiness.waits_for())
