# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The pure engine of a wait: polls in, decisions out. No clock, no sleep, no network.

It never says "succeeded" too early: what it knows it keeps (``seen``), from what a listing does not show it concludes
nothing, and where times do not tell which order of a pool is the newest, every candidate counts.
"""

from __future__ import annotations

from .._client.errors import CredentialsError, ModelArtsError, ThrottledError, TransientError, UnknownHostError
from .._orders import model
from .._orders.api import Listing
from .._orders.model import Order
from .policy import WaitPolicy
from .seen import SeenOrders
from .standing import FAILED, SUCCEEDED, WAIT, Decision, Standing, failed_of, judged, latest_of_pools
from .targets import Targets
from .timers import TICK, Absence, CountedTime, Settling

# Two clocks of one service may disagree by a little.
_MARGIN_MS = 60_000
# Orders have been seen to be listed seconds to minutes after they were placed.
_LATE_MS = 3_600_000


class Tracker:
    """Follows target orders from poll to poll.

    Times that callers hand in: ``began`` and ``now`` (the begin and the end of a poll) in seconds of a clock that only
    grows, ``now_ms`` this machine's wall clock in epoch ms.
    """

    def __init__(self, targets: Targets, policy: WaitPolicy, started: float) -> None:
        self.targets = targets
        self.policy = policy
        self.started = started
        self.polls = self.answered = 0
        self.seen = SeenOrders()
        self.standing = Standing(missing=targets.items)
        self.last_error: ModelArtsError | None = None
        self._answered_time = CountedTime(started)
        self._absence = Absence(started, policy.visible_timeout)
        self._settling = Settling(targets, policy.settle, self._answered_time)
        self._refusals = 0

    @property
    def deadline(self) -> float:
        """When the wait ends at the latest."""
        return self.started + self.policy.wait_timeout

    def move_to(self, targets: Targets) -> None:
        """Take the same targets with a time window by another clock."""
        self.targets = targets
        self._absence.widen()

    # Polls

    def since(self, now: float) -> int:
        """Return where the window of a poll that begins now does, in epoch ms; the last poll's is as wide as it can."""
        return self._absence.since(self.targets, now >= self.deadline - TICK)

    def take_answer(self) -> None:
        """Take that a poll was answered, of orders or of pools."""
        self.polls, self._refusals, self.last_error = self.polls + 1, 0, None

    def feed(self, listing: Listing, began: float, now: float, now_ms: int) -> None:
        """Take the listing of a poll that was answered, asked for from ``since()``."""
        slow_ms = now_ms if listing.server_ms is None else min(now_ms, listing.server_ms)
        self.take_answer()
        self.answered += 1
        self._answered_time.tick(began, now, True)
        self._absence.take(self.targets, began, now, not listing.truncated)
        new = self.seen.update(listing.orders, self.targets, now_ms if listing.server_ms is None else listing.server_ms)
        self.seen.note_pending(new, self._answered_time.value, slow_ms)
        self._settling.note(self.seen, began, now)
        self._stand()
        if not self.standing.settling:  # a newer order than those known may have been left out, however old it is
            known_ms = None if listing.server_ms is None else slow_ms
            self._absence.narrow(_needed_since(self.targets, self.policy, self.standing, known_ms))

    def feed_error(self, error: ModelArtsError, began: float, now: float) -> Decision:
        """Take a poll that failed: after a good one all but a refusal is survived until the deadline."""
        self.polls += 1
        self.last_error = error
        self._answered_time.tick(began, now, False)
        self._absence.take_error(began, now)
        if self._ends_wait(error):
            return Decision(FAILED, error=error)
        if now >= self.deadline - TICK:
            return Decision(FAILED, timed_out=True)
        # A service that only asks to be asked less often is there.
        absent = not self.answered and not isinstance(error, ThrottledError)
        never = absent and now - self.started >= self.policy.visible_timeout - TICK
        return Decision(FAILED, error=error) if never else Decision(WAIT)

    def _ends_wait(self, error: ModelArtsError) -> bool:
        if not self.answered:
            # Before the first good poll this looks like a wrong address, project or credential.
            return not isinstance(error, TransientError) or isinstance(error, UnknownHostError)
        if not isinstance(error, CredentialsError):
            return False
        self._refusals += 1
        return error.definite or self._refusals > 1

    def decide(self, now: float) -> Decision:
        """Return what the last answered poll means."""
        standing = self.standing
        if standing.hopeless and (self.policy.fail_fast or not standing.unsettled):
            return Decision(FAILED)
        if self.knows_all and not standing.open and not standing.hopeless:
            return Decision(SUCCEEDED)
        return Decision(FAILED, timed_out=True) if now >= self.deadline - TICK else Decision(WAIT)

    @property
    def shows_all(self) -> bool:
        """Whether the last answered poll showed everything in its window."""
        return self._absence.complete

    @property
    def knows_all(self) -> bool:
        """Whether every order that counts is known: a listing that does not show everything may hide one."""
        standing = self.standing
        shown = self.shows_all or self.targets.only_names
        return shown and not (standing.missing or standing.short or standing.settling)

    def confirm_deletion(self, order: Order) -> None:
        """Take that the service, asked for the pool of a delete order, knows no such pool."""
        self.seen.confirm_deletion(order)
        self._stand()

    def _stand(self) -> None:
        """Derive the standing from what is known."""
        orders = judged(self.seen, self.targets, self.policy)
        for order in orders:
            why = self.policy.failure_of(order)
            if why and not self._settling.decides(self.seen.of(order)):
                self.seen.of(order).failure = order, why
        failed = failed_of(orders, self.seen, self.policy, self._answered_time.value)
        given_up = {model.key_of(each.order) for each in failed}
        unfinished = [order for order in orders if not order["finished"] and model.key_of(order) not in given_up]
        missing = [target for target in self.targets.items if not self.seen.meeting(target)]
        matched = self.seen.matched()
        short = matched < self.policy.expected_count
        absent = {model.key_of(order) for order in unfinished if not self.seen.of(order).listed}
        self._absence.note({*absent, *missing, *([None] if short else [])})
        lost = self._absence.given_up & absent
        self.standing = Standing(
            orders=tuple(orders),
            failed=tuple(failed),
            open=tuple(order for order in unfinished if model.key_of(order) not in lost),
            missing=tuple(missing),
            not_found=tuple(target for target in missing if target in self._absence.given_up),
            lost=tuple(self.seen.of(order) for order in unfinished if model.key_of(order) in lost),
            settling=tuple(each for each in self.targets.items if self._settling.concerns(each, self.seen)),
            matched=matched,
            short=short,
            too_few=None in self._absence.given_up and not missing,
        )

    # When to poll again at the latest

    def next_limit(self, now: float) -> float | None:
        """Return the seconds until a decision may change although no order does: a poll belongs there."""
        if not self.answered:
            left = self.started + self.policy.visible_timeout - now
            return left if left > 0 else None
        if self.last_error is not None:
            return None  # No timer runs in an outage.
        limits: list[float | None] = [*self._absence.limits(now), *self._settling.limits(now)]
        if self.policy.pending_timeout is not None:
            for order in self.standing.open:
                since = self.seen.of(order).pending_since
                if since is not None:
                    limits.append(self._answered_time.until(since + self.policy.pending_timeout, now))
        return min((limit for limit in limits if limit is not None and limit >= 0), default=None)


def _needed_since(targets: Targets, policy: WaitPolicy, standing: Standing, slow_ms: int | None) -> int:
    """Return from which creation time on polls must list to show all that is still waited for, in epoch ms.

    ``slow_ms`` is the slower clock's time, None where the service does not tell its own: then nobody knows when an
    order will have been created that is not listed yet.
    """
    earliest = targets.query.since
    if targets.pools and not latest_of_pools(targets, policy):
        return earliest  # Each order of that time counts, however late it is listed.
    created = [order["creation_timestamp"] for order in standing.open]
    needed = [stamp - _MARGIN_MS for stamp in created]
    if standing.awaits_listing:
        needed.append(earliest if slow_ms is None else slow_ms - _LATE_MS)
    return earliest if 0 in created or not needed else max(earliest, min(needed))
