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
from .._session import connect
from .messages import Sanitize, final_message, progress_line
from .policy import WaitPolicy
from .pollers import OrdersPoller, PoolsPoller
from .progress import Progress
from .readiness import Readiness
from .result import add_details, no_wait, result_of
from .schedule import Schedule
from .source import DirectSource, Source
from .standing import FAILED, SUCCEEDED, WAIT, Decision
from .targets import Targets
from .tracker import Tracker

# A final poll begins at the deadline; its answer may take this much longer, in seconds.
LAST_ANSWER = 0.9
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
        self._source = source
        self._clock = clock
        self._report = report
        self._sanitize = sanitize
        self._policy = policy = WaitPolicy.from_options(options)
        targets = Targets.from_options(options, clock.time_ms())
        self._tracker = Tracker(targets, policy, clock.monotonic())
        self._orders = OrdersPoller(options, source, clock, self._tracker, sanitize)
        self._pools: PoolsPoller | None = None
        self._schedule = Schedule(policy.interval, policy.pending_interval)
        self._progress = Progress(clock, policy.heartbeat, self._print_line, is_orphaned)

    def run(self) -> Result:
        """Wait, and return the result in the documented shape; a failure is in it, never raised."""
        decision = self._poll()
        while decision.kind == WAIT:
            is_awaited = self._progress.pause(self._delay())
            decision = self._poll() if is_awaited else Decision(FAILED, error=ModelArtsError(_ORPHANED))
        return self._failure(decision) if decision.kind == FAILED else self._outcome({"timed_out": False})

    def check(self) -> Result:
        """Poll once, as check mode does: only what would end a wait at its first poll fails."""
        decision, error, readiness = self._poll(), self._tracker.last_error, self._readiness
        facts: dict[str, t.Any] = {"timed_out": False}
        if error is not None:
            facts.update(error.facts(), retry_after=error.retry_after)
        elif readiness is not None and readiness.failures():
            facts["msg"] = self._sanitize("; ".join(readiness.failures()), 1000)
        return self._outcome({**facts, **({"failed": True} if decision.error is not None else {})})

    @property
    def _readiness(self) -> Readiness | None:
        return self._pools.readiness if self._pools else None

    def _failure(self, decision: Decision) -> Result:
        warnings: list[str] = []
        if self._policy.details:
            failed = [failed.order for failed in self._tracker.standing.failed]
            warnings = add_details(failed, self._source, self._clock, self._sanitize)
        error = decision.error or self._tracker.last_error or ModelArtsError("")
        now = self._clock.monotonic()
        msg = final_message(self._tracker, self._readiness, decision, now, self._sanitize)
        return self._outcome({"timed_out": decision.timed_out, **error.facts(), "failed": True, "msg": msg}, warnings)

    def _outcome(self, facts: dict[str, t.Any], warnings: t.Iterable[str] = ()) -> Result:
        result = result_of(self._tracker, self._orders.listing, self._readiness)
        elapsed = round(self._clock.monotonic() - self._tracker.started, 3)
        result.update(elapsed=elapsed, requests=self._source.requests, **facts)
        told = dict.fromkeys([*self._orders.warnings, *warnings, *self._tracker.seen.warnings])
        return Result(result, [self._sanitize(warning, 400) for warning in told])

    # One poll, and the pause after it

    def _poll(self) -> Decision:
        """Poll the orders; once all have succeeded, and ``ready`` is asked for, their pools."""
        # A check with wait_timeout 0 has its whole request timeout: its only poll is the one that counts.
        self._source.end_by(self._tracker.deadline + LAST_ANSWER if self._policy.wait_timeout else None)
        poller = self._pools or self._orders
        decision, error = poller.poll(), self._tracker.last_error
        if error is None:
            self._schedule.succeeded()
            self._progress.tell(poller.progress())
        else:
            self._schedule.failed(error)
            if decision.kind == WAIT:
                # The same fault again is told with the next heartbeat.
                self._progress.tell(error.msg)
        if decision.kind != SUCCEEDED or self._pools or not self._policy.ready:
            return decision
        self._pools = PoolsPoller(self._source, self._clock, self._tracker)
        # It is one poll with the listing that made it possible.
        self._tracker.polls -= 1
        return self._poll()

    def _delay(self) -> float:
        """Return the seconds to the next poll."""
        now, tracker = self._clock.monotonic(), self._tracker
        left = tracker.deadline - now
        if self._pools:
            return self._schedule.delay((), left, None)
        unfinished = self._orders.forecast.unfinished(tracker.standing, self._orders.service_ms())
        return self._schedule.delay(unfinished, left, tracker.next_limit(now))

    def _print_line(self) -> None:
        if self._report is None:
            return
        with contextlib.suppress(Exception):  # a line that cannot be made, or written, ends no wait
            tracker, orders, now, wall = self._tracker, self._orders, self._clock.monotonic(), self._clock.time()
            end = None if self._pools else orders.forecast.expected_end(tracker.standing, orders.service_ms())
            self._report(progress_line(tracker, self._readiness, end, now, wall, self._sanitize))


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
