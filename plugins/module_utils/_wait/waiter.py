# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The wait itself: polls, pauses and progress lines around the pure engine, until a decision ends it.

Both entry points of the wait run this: the action in the controller, which can show progress and may poll from
another host, and the module under ``async``, which cannot.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._client.clock import Clock
from .._client.errors import ModelArtsError, as_typed, check_all
from .._client.text import safe
from .._info import Result
from .._options import Values
from .._orders import model
from .._orders.api import Listing
from .._orders.model import Order
from .._session import connect
from .forecast import Forecast
from .messages import Sanitize, final_message, progress_line
from .policy import WaitPolicy
from .progress import Progress
from .readiness import PoolReport, PoolTarget, Readiness, pools_at_once
from .result import add_details, no_wait, result_of
from .schedule import Schedule
from .source import DirectSource, Source
from .standing import FAILED, SUCCEEDED, WAIT, Decision
from .targets import Targets
from .tracker import Tracker

# A final poll begins at the deadline; its answer may take this much longer, in seconds.
LAST_ANSWER = 0.9
# Clocks that differ by less than this much, in ms, are taken for equal.
_CLOCKS_AGREE_MS = 60_000
_ORPHANED = "Nobody waits for this task any more: the process that ran it has ended"


class Waiter:
    """One wait, from its first poll to its result."""

    def __init__(
        self,
        options: Values,
        source: Source,
        clock: Clock,
        report: t.Callable[[str], None] | None = None,
        sanitize: Sanitize = safe,
        is_orphaned: t.Callable[[], bool] = lambda: False,
    ) -> None:
        """``report`` prints a progress line; ``is_orphaned`` says that nobody waits for the result any more.

        ``sanitize`` makes one safe line of text from the service; a redactor's hides secrets before it cuts.
        Raises InputError.
        """
        self._options = options
        self._source = source
        self._clock = clock
        self._report = report
        self._sanitize = sanitize
        self._policy = policy = WaitPolicy.from_options(options)
        targets = Targets.from_options(options, clock.time_ms())
        self._tracker = Tracker(targets, policy, clock.monotonic())
        self._readiness: Readiness | None = None
        self._forecast = Forecast()
        self._schedule = Schedule(policy.interval, policy.pending_interval)
        self._progress = Progress(clock, policy.heartbeat, self._print_line, is_orphaned)
        self._listing = Listing([], None, True)
        self._warnings: list[str] = []
        self._is_dated = False
        self._asked_at: dict[str, float] = {}

    def run(self) -> Result:
        """Wait, and return the result in the documented shape; a failure is in it, never raised."""
        decision = self._poll()
        while decision.kind == WAIT:
            is_awaited = self._progress.pause(self._delay())
            decision = self._poll() if is_awaited else Decision(FAILED, error=ModelArtsError(_ORPHANED))
        return self._failure(decision) if decision.kind == FAILED else self._outcome({"timed_out": False})

    def check(self) -> Result:
        """Poll once, as check mode does: only what would end a wait at its first poll fails."""
        decision, error = self._poll(), self._tracker.last_error
        facts: dict[str, t.Any] = {"timed_out": False}
        if error is not None:
            facts.update(error.facts(), retry_after=error.retry_after)
        elif self._readiness is not None and self._readiness.failures():
            facts["msg"] = self._sanitize("; ".join(self._readiness.failures()), 1000)
        return self._outcome({**facts, **({"failed": True} if decision.error is not None else {})})

    def _failure(self, decision: Decision) -> Result:
        if self._policy.details:
            failed = [failed.order for failed in self._tracker.standing.failed]
            self._warnings += add_details(failed, self._source, self._clock, self._sanitize)
        error = decision.error or self._tracker.last_error or ModelArtsError("")
        now = self._clock.monotonic()
        msg = final_message(self._tracker, self._readiness, decision, now, self._sanitize)
        return self._outcome({"timed_out": decision.timed_out, **error.facts(), "failed": True, "msg": msg})

    def _outcome(self, facts: dict[str, t.Any]) -> Result:
        result = result_of(self._tracker, self._listing, self._readiness)
        elapsed = round(self._clock.monotonic() - self._tracker.started, 3)
        result.update(elapsed=elapsed, requests=self._source.requests, **facts)
        warnings = dict.fromkeys([*self._warnings, *self._tracker.seen.warnings])
        return Result(result, [self._sanitize(warning, 400) for warning in warnings])

    # One poll

    def _poll(self) -> Decision:
        """Poll the orders; once all have succeeded, and ``ready`` is asked for, their pools."""
        # A check with wait_timeout 0 has its whole request timeout: its only poll is the one that counts.
        self._source.end_by(self._tracker.deadline + LAST_ANSWER if self._policy.wait_timeout else None)
        if self._readiness is not None:
            return self._poll_pools(self._readiness)
        decision = self._poll_orders()
        if decision.kind != SUCCEEDED or not self._policy.ready:
            return decision
        policy, orders = self._policy, self._tracker.standing.orders
        self._readiness = Readiness(orders, policy.interval, policy.visible_timeout, self._clock.monotonic())
        # It is one poll with the listing that made it possible.
        self._tracker.polls -= 1
        return self._poll_pools(self._readiness)

    def _poll_orders(self) -> Decision:
        tracker, began = self._tracker, self._clock.monotonic()
        try:
            self._take(self._source.poll(tracker.since()), began)
        except Exception as error:  # of any kind: what an answer sets off must not end a wait that works
            typed = as_typed(error, self._sanitize)
            return self._after_error(typed, tracker.feed_error(typed, began, self._clock.monotonic()))
        self._schedule.succeeded()
        decision, standing = tracker.decide(self._clock.monotonic()), tracker.standing
        if decision.kind == WAIT and not self._forecast.has_learnt and standing.open:
            self._forecast.learn(self._past())
        self._progress.tell((*((model.key_of(order), order["state"]) for order in standing.orders), standing.missing))
        return decision

    def _take(self, listing: Listing, began: float) -> None:
        tracker, now_ms = self._tracker, self._clock.time_ms()
        if not self._is_dated and listing.server_ms is not None:
            self._is_dated = True
            if abs(listing.server_ms - now_ms) > _CLOCKS_AGREE_MS:
                # Ages count back from the service's time at the begin, which is what its orders are stamped with.
                elapsed_ms = int((self._clock.monotonic() - tracker.started) * 1000)
                tracker.move_to(Targets.from_options(self._options, listing.server_ms - elapsed_ms))
        if self._source.sees_all and not self._forecast.has_learnt:
            # The first poll is wide, so the history comes free.
            self._forecast.learn(listing.orders)
        self._listing = listing
        tracker.feed(listing, began, self._clock.monotonic(), now_ms)
        if listing.truncated:
            self._warnings.append("A listing did not show everything (truncated): nothing was concluded from its gaps")
        with contextlib.suppress(Exception):  # it is asked again after the next poll
            self._confirm_deletions()

    def _confirm_deletions(self) -> None:
        """Ask for pools that may have been deleted: as many as the pace allows, those first that waited longest."""
        tracker, asked_at = self._tracker, self._asked_at
        orders = sorted(tracker.deletions(), key=lambda order: asked_at.get(model.key_of(order), -1.0))
        for order in orders[: pools_at_once(self._policy.interval)]:
            asked_at[model.key_of(order)] = self._clock.monotonic()
            if self._source.pool_is_gone(order):
                tracker.confirm_deletion(order)

    def _past(self) -> list[Order]:
        """Return orders to learn from; without them there is just no expected end."""
        try:
            return self._source.past()
        except Exception:
            return []

    def _poll_pools(self, readiness: Readiness) -> Decision:
        tracker, began, due = self._tracker, self._clock.monotonic(), readiness.due()
        found: list[tuple[PoolTarget, PoolReport | ModelArtsError]] = list(zip(due, self._source.poll_pools(due)))
        now = self._clock.monotonic()
        errors = [report for dummy, report in found if isinstance(report, ModelArtsError)]
        for target, report in found:
            if isinstance(report, PoolReport):
                readiness.take(target, report, began, now)
            else:
                readiness.miss(target, began, now)
        if errors:
            lasting = next((error for error in errors if not error.transient), errors[0])
            error, ends = readiness.take_error(lasting)
            decision = tracker.feed_error(error, began, now)
            if readiness.failures():  # of a pool that was answered for
                decision = Decision(FAILED)
            return self._after_error(error, Decision(FAILED, error=error) if ends else decision)
        tracker.polls, tracker.last_error = tracker.polls + 1, None
        self._schedule.succeeded()
        self._progress.tell(tuple(readiness.waits_for()))
        return readiness.decide(now, tracker.deadline)

    def _after_error(self, error: ModelArtsError, decision: Decision) -> Decision:
        self._schedule.failed(error)
        if decision.kind == WAIT:
            # The same fault again is told with the next heartbeat.
            self._progress.tell(error.msg)
        return decision

    # Between polls

    def _delay(self) -> float:
        now, tracker = self._clock.monotonic(), self._tracker
        left = tracker.deadline - now
        if self._readiness is not None:
            return self._schedule.delay((), left, None)
        unfinished = self._forecast.unfinished(tracker.standing, self._service_ms())
        return self._schedule.delay(unfinished, left, tracker.next_limit(now))

    def _service_ms(self) -> int:
        return self._listing.server_ms or self._clock.time_ms()

    def _print_line(self) -> None:
        if self._report is None:
            return
        with contextlib.suppress(Exception):  # a line that cannot be made, or written, ends no wait
            tracker, now, wall = self._tracker, self._clock.monotonic(), self._clock.time()
            end = self._forecast.expected_end(tracker.standing, self._service_ms()) if not self._readiness else None
            line = progress_line(tracker, self._readiness, end, now, wall, self._sanitize)
            self._report(line)


def wait_for_orders(
    options: Values,
    environ: t.Mapping[str, str] | None = None,
    clock: Clock | None = None,
    report: t.Callable[[str], None] | None = None,
    check_mode: bool = False,
    is_orphaned: t.Callable[[], bool] = lambda: False,
) -> Result:
    """Return what ``modelarts_order_wait`` returns for these options, polling from this very process."""
    clock = clock or Clock()
    # The wait repeats a failed poll itself, with the deadline and the display in view.
    session = connect({**options, "retries": 0}, environ, clock)
    try:
        dummy, dummy, targets = check_all(
            session.open,
            lambda: WaitPolicy.from_options(options),
            lambda: Targets.from_options(options, clock.time_ms()),
        )
        with session:
            source = DirectSource(session, targets)
            waiter = Waiter(options, source, clock, report, session.redactor.line, is_orphaned)
            outcome = waiter.check() if check_mode else waiter.run()
    except Exception as error:
        outcome = Result(no_wait(as_typed(error, session.redactor.line), options))
    outcome.secrets = session.redactor.secrets
    return outcome
