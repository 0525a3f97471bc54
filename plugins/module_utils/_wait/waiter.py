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
from .._client.errors import ModelArtsError, as_typed
from .._client.text import safe
from .._info import Outcome
from .._options import Values
from .._orders import model
from .._orders.api import Listing
from .._orders.model import Order
from .._session import connect
from . import standing as outcome
from .forecast import Forecast
from .messages import Sanitize, final_message, progress_line, reason_of
from .policy import WaitPolicy
from .schedule import Schedule
from .source import DirectSource, Source
from .standing import Decision, FailedOrder
from .targets import Targets
from .timers import TICK
from .tracker import Tracker

# A final poll begins at the deadline; its answer may take this much longer, in seconds.
LAST_ANSWER = 0.9
# An extra request after the end may last so many seconds.
_DETAILS_TIME = 5.0
# Clocks that differ by less than this much, in ms, are taken for equal.
_CLOCKS_AGREE_MS = 60_000
# How often, in seconds, a pause looks whether anybody still waits for its result.
_PULSE = 5.0


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
        """
        self._options = options
        self._source = source
        self._clock = clock
        self._report = report
        self._sanitize = sanitize
        self._is_orphaned = is_orphaned
        self._policy = WaitPolicy.from_options(options)
        targets = Targets.from_options(options, clock.time_ms())
        self._tracker = Tracker(targets, self._policy, clock.monotonic())
        self._forecast = Forecast()
        self._schedule = Schedule(self._policy.interval, self._policy.pending_interval)
        self._listing = Listing([], None, True)
        self._told: t.Any = None
        self._told_at = self._tracker.started
        self._warnings: list[str] = []

    def run(self) -> Outcome:
        """Wait, and return the result in the documented shape; a failure is in it, never raised."""
        decision = self._poll()
        while decision.kind == outcome.WAIT:
            if not self._pause(self._delay()):
                gone = ModelArtsError("Nobody waits for this task any more: the process that ran it has ended")
                decision = Decision(outcome.FAILED, error=gone)
                break
            decision = self._poll()
        failed = decision.kind == outcome.FAILED
        if failed and self._options.get("details") is not False:
            self._add_details()
        result = {**self._result(), "timed_out": decision.timed_out}
        if failed:
            now = self._clock.monotonic()
            result.update((decision.error or self._tracker.last_error or ModelArtsError("")).facts())
            result.update(failed=True, msg=final_message(self._tracker, decision, now, self._sanitize))
        return self._outcome(result)

    def check(self) -> Outcome:
        """Poll once, as check mode does: only what would end a wait at its first poll fails."""
        decision, error = self._poll(), self._tracker.last_error
        result = {**self._result(), "timed_out": False}
        if error is not None:
            result.update(error.facts(), retry_after=error.retry_after)
        if decision.error is not None:
            result["failed"] = True
        return self._outcome(result)

    def _outcome(self, result: dict[str, t.Any]) -> Outcome:
        warnings = dict.fromkeys([*self._warnings, *self._tracker.seen.warnings])
        return Outcome(result, [self._sanitize(warning, 400) for warning in warnings])

    # One poll

    def _poll(self) -> Decision:
        tracker, began = self._tracker, self._clock.monotonic()
        try:
            # A check with wait_timeout 0 has its whole request timeout: its only poll is the one that counts.
            self._source.end_by(tracker.deadline + LAST_ANSWER if self._policy.wait_timeout else None)
            self._take(self._source.poll(tracker.since()), began)
        except Exception as error:  # of any kind: what an answer sets off must not end a wait that works
            return self._failed_poll(as_typed(error, self._sanitize), began)
        self._schedule.succeeded()
        decision = tracker.decide(self._clock.monotonic())
        if decision.kind == outcome.WAIT and not self._forecast.has_learnt and tracker.standing.open:
            self._forecast.learn(self._past())
        standing = tracker.standing
        self._tell((*((model.key_of(order), order["state"]) for order in standing.orders), standing.missing))
        return decision

    def _take(self, listing: Listing, began: float) -> None:
        tracker, now_ms = self._tracker, self._clock.time_ms()
        server_ms = listing.server_ms or now_ms
        if not tracker.answered and abs(server_ms - now_ms) > _CLOCKS_AGREE_MS:
            # Ages count back from the service's time, which is what its orders are stamped with.
            tracker.targets = Targets.from_options(self._options, server_ms)
        if self._source.sees_all and not self._forecast.has_learnt:
            # The first poll is wide, so the history comes free.
            self._forecast.learn(listing.orders)
        self._listing = listing
        tracker.feed(listing, began, self._clock.monotonic(), now_ms)
        if listing.truncated:
            self._warnings.append("A listing did not show everything (truncated): nothing was concluded from its gaps")
        for order in tracker.deletions():
            self._confirm_deletion(order)

    def _confirm_deletion(self, order: Order) -> None:
        with contextlib.suppress(Exception):  # it is asked again after the next poll
            if self._source.pool_is_gone(order):
                self._tracker.confirm_deletion(order)

    def _failed_poll(self, error: ModelArtsError, began: float) -> Decision:
        decision = self._tracker.feed_error(error, began, self._clock.monotonic())
        self._schedule.failed(error)
        if decision.kind == outcome.WAIT:
            # The same fault again is told with the next heartbeat.
            self._tell(error.msg)
        return decision

    def _past(self) -> list[Order]:
        """Return orders to learn from; without them there is just no expected end."""
        try:
            return self._source.past()
        except Exception:
            return []

    # Between polls

    def _delay(self) -> float:
        now, tracker = self._clock.monotonic(), self._tracker
        unfinished = self._forecast.unfinished(tracker.standing, self._service_ms())
        return self._schedule.delay(unfinished, tracker.deadline - now, tracker.next_limit(now))

    def _service_ms(self) -> int:
        return self._listing.server_ms or self._clock.time_ms()

    def _pause(self, seconds: float) -> bool:
        """Let time pass until the next poll, with a line on every heartbeat that falls into it.

        Returns False as soon as nobody waits for the result any more.
        """
        until = self._clock.monotonic() + seconds
        while not self._is_orphaned():
            left = until - self._clock.monotonic()
            if left <= TICK:
                return True
            beat = (
                self._policy.heartbeat - (self._clock.monotonic() - self._told_at) if self._policy.heartbeat else left
            )
            self._clock.sleep(min(left, max(beat, 0.0), _PULSE))
            if until - self._clock.monotonic() > TICK:
                self._tell(self._told)
        return False

    def _tell(self, what: t.Any) -> None:
        """Print a progress line where there is something new to tell, or the last one is a heartbeat ago."""
        now, beat = self._clock.monotonic(), self._policy.heartbeat
        if what == self._told and not 0 < beat <= now - self._told_at + TICK:
            return
        self._told, self._told_at = what, now
        if self._report is not None:
            end = self._forecast.expected_end(self._tracker.standing, self._service_ms())
            self._report(progress_line(self._tracker, end, now, self._clock.time(), self._sanitize))

    # The end

    def _result(self) -> dict[str, t.Any]:
        tracker, standing = self._tracker, self._tracker.standing
        missing = [target.value for target in standing.missing]
        return {
            "changed": False,
            "orders": list(standing.orders),
            "count": self._listing.count,
            "truncated": self._listing.truncated,
            **model.summarise(standing.orders, missing),
            "missing": missing,
            "failed_orders": [_failed_order(failed) for failed in standing.failed],
            "elapsed": round(self._clock.monotonic() - tracker.started, 3),
            "polls": tracker.polls,
            "requests": self._source.requests,
        }

    def _add_details(self) -> None:
        """Attach ShowOrder's rows to the failed orders. They are an extra: nothing about them may hide the failure."""
        for failed in self._tracker.standing.failed:
            order = t.cast("dict[str, t.Any]", failed.order)
            order["resources"] = []
            if not failed.order["order_name"]:
                continue
            try:
                self._source.end_by(self._clock.monotonic() + _DETAILS_TIME)
                order["resources"] = self._source.show(failed.order)
            except Exception as error:
                reason = self._sanitize(as_typed(error, self._sanitize).msg, 200)
                self._warnings.append(f"details: no ShowOrder rows for the failed orders: {reason}")
                return


def _failed_order(failed: FailedOrder) -> dict[str, t.Any]:
    order = failed.order
    return {
        "order_name": order["order_name"],
        "order_id": order["order_id"],
        "resource_display_name": order["resource_display_name"],
        "fail_reason": order["fail_reason"] or reason_of(failed),
    }


def wait_for_orders(
    options: Values,
    environ: t.Mapping[str, str] | None = None,
    clock: Clock | None = None,
    report: t.Callable[[str], None] | None = None,
    check_mode: bool = False,
    is_orphaned: t.Callable[[], bool] = lambda: False,
) -> Outcome:
    """Return what ``modelarts_order_wait`` returns for these options, polling from this very process."""
    clock = clock or Clock()
    # The wait repeats a failed poll itself, with the deadline and the display in view.
    session = connect({**options, "retries": 0}, environ, clock)
    try:
        with session:
            source = DirectSource(session, Targets.from_options(options, clock.time_ms()))
            waiter = Waiter(options, source, clock, report, session.redactor.line, is_orphaned)
            outcome = waiter.check() if check_mode else waiter.run()
    except Exception as error:
        outcome = Outcome(no_wait(as_typed(error, session.redactor.line)))
    outcome.secrets = session.redactor.secrets
    return outcome


def no_wait(error: ModelArtsError) -> dict[str, t.Any]:
    """Return the failed result of a wait that could not even begin."""
    return {
        "changed": False,
        "failed": True,
        "orders": [],
        "count": None,
        "truncated": True,
        **model.summarise([]),
        "missing": [],
        "failed_orders": [],
        "elapsed": 0.0,
        "polls": 0,
        "requests": 0,
        "timed_out": False,
        **error.facts(),
    }
