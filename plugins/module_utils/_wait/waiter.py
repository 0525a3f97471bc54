# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The wait itself: looks, pauses and progress lines around the pure engine, until a verdict ends it.

Both doors of the wait run this: the action in the controller, which can show progress and may look from another host,
and the module under ``async``, which cannot.
"""

from __future__ import annotations

import typing as t

from .._client.clock import Clock
from .._client.errors import ModelArtsError
from .._client.text import safe
from .._info import Outcome, over_connection
from .._options import Values
from .._orders import model as _order
from .._orders.api import Listing
from .._session import Connection
from . import tracker as _watch
from .messages import Line, final_message, progress_line, reason_of
from .source import DirectSource, Source
from .targets import Rules, Wanted

# A final look begins at the deadline; its answer may take this much longer, in seconds.
LAST_ANSWER = 0.9
# An extra request after the end may last so many seconds.
_DETAILS_TIME = 5.0
# Seconds that no pause is measured closer than: clocks are floating point numbers.
_TICK = 0.001


class Waiter:
    """One wait, from its first look to its result."""

    def __init__(
        self,
        options: Values,
        wanted: Wanted,
        source: Source,
        clock: Clock,
        report: t.Callable[[str], None] | None = None,
        one_look: bool = False,
        line: Line = safe,
    ) -> None:
        """``report`` prints a progress line; ``one_look`` is check mode: no waiting, no failure. Raises InputError.

        ``line`` makes one safe line of text from the service; a redactor's hides secrets before it cuts.
        """
        self._clock = clock
        self._started = clock.monotonic()
        self._report = report
        self._one_look = one_look
        self._line = line
        self._source = source
        self._details = options.get("details") is not False
        self.rules = Rules.from_options(options)
        self.watch = _watch.Watch(wanted, self.rules, self._started)
        self._listing = Listing([], None, True)
        self._reported = self._started

    def run(self) -> Outcome:
        """Return the result in the documented shape; a failure is in it, never raised."""
        verdict = self._look()
        while verdict.kind == _watch.WAIT and not self._one_look:
            self._pause(verdict.delay)
            verdict = self._look()
        result = self._result(verdict)
        return Outcome(result, [self._line(warning, 400) for warning in dict.fromkeys(self.watch.warnings)])

    # One look

    def _look(self) -> _watch.Verdict:
        watch = self.watch
        last_error = watch.last_error
        try:
            # A check with wait_timeout 0 has its whole request timeout: its only look is the one that counts.
            self._source.end_by(watch.deadline + LAST_ANSWER if self.rules.wait_timeout else None)
            verdict = self._feed(self._source.look(watch.since()))
            tell = watch.changed or last_error is not None
        except ModelArtsError as error:
            verdict = watch.feed_error(error, self._clock.monotonic())
            # The same fault again is no news until the next heartbeat.
            tell = last_error is None or last_error.msg != error.msg
        if tell or self._is_due():
            self._say()
        return verdict

    def _feed(self, listing: Listing) -> _watch.Verdict:
        watch = self.watch
        now_ms = self._clock.time_ms() if listing.server_ms is None else listing.server_ms
        if self._source.sees_all and not watch.has_learnt:
            # The first look is wide, so the history comes free.
            watch.learn(listing.orders)
        verdict = watch.feed(listing.orders, self._clock.monotonic(), now_ms, not listing.truncated)
        self._listing = listing
        if verdict.kind == _watch.WAIT and not self._one_look and not watch.has_learnt and watch.open_orders():
            watch.learn(self._past())
        return verdict

    def _past(self) -> list[_order.Order]:
        """Return orders to learn from; without them there is just no expected end."""
        try:
            return self._source.past()
        except ModelArtsError:
            return []

    # Between looks

    def _pause(self, seconds: float) -> None:
        """Let time pass until the next look, with a line on every heartbeat that falls into it."""
        until = self._clock.monotonic() + seconds
        while until - self._clock.monotonic() > _TICK:
            beat = self._reported + self.rules.heartbeat if self.rules.heartbeat else until
            self._clock.sleep(min(beat, until) - self._clock.monotonic())
            if self._is_due() and until - self._clock.monotonic() > _TICK:
                self._say()

    def _is_due(self) -> bool:
        return 0 < self.rules.heartbeat <= self._clock.monotonic() - self._reported + _TICK

    def _say(self) -> None:
        self._reported = self._clock.monotonic()
        if self._report is not None:
            self._report(progress_line(self.watch, self._reported, self._clock.time(), self._line))

    # The end

    def _result(self, verdict: _watch.Verdict) -> dict[str, t.Any]:
        watch, now = self.watch, self._clock.monotonic()
        failed = verdict.kind == _watch.FAILED and not (self._one_look and verdict.error is None)
        if failed and self._details:
            self._add_details()
        result = {
            "changed": False,
            "orders": watch.orders,
            "count": self._listing.count,
            "truncated": self._listing.truncated,
            **_order.summarise(watch.orders),
            "missing": [item.value for item in watch.missing],
            "failed_orders": [_failed_order(bad) for bad in watch.bad],
            "elapsed": round(now - self._started, 3),
            "polls": watch.looks,
            "requests": self._source.requests,
            "timed_out": verdict.timed_out and not self._one_look,
        }
        if failed:
            result.update((verdict.error or watch.last_error or ModelArtsError("")).facts())
            result.update(failed=True, msg=final_message(watch, verdict, now, self._line))
        elif self._one_look and watch.last_error:
            result.update(watch.last_error.facts(), retry_after=watch.last_error.retry_after)
        return result

    def _add_details(self) -> None:
        """Attach ShowOrder's rows to the failed orders. They are an extra: nothing about them may hide the failure."""
        for bad in self.watch.bad:
            bad.order["resources"] = []
            if not bad.order["order_name"]:
                continue
            try:
                self._source.end_by(self._clock.monotonic() + _DETAILS_TIME)
                bad.order["resources"] = self._source.show(bad.order)
            except ModelArtsError as error:
                reason = self._line(error.msg, 200)
                self.watch.warnings.append(f"details: no ShowOrder rows for the failed orders: {reason}")
                return


def _failed_order(bad: _watch.Bad) -> dict[str, t.Any]:
    order = bad.order
    return {
        "order_name": order["order_name"],
        "order_id": order["order_id"],
        "resource_display_name": order["resource_display_name"],
        "fail_reason": order["fail_reason"] or reason_of(bad),
    }


def wait_for_orders(
    options: Values,
    environ: t.Mapping[str, str] | None = None,
    clock: Clock | None = None,
    report: t.Callable[[str], None] | None = None,
    one_look: bool = False,
) -> Outcome:
    """Return what ``modelarts_order_wait`` returns for these options, looking from this very process."""
    clock = clock or Clock()

    def wait(connection: Connection) -> Outcome:
        wanted = Wanted.from_options(options, clock.time_ms())
        source = DirectSource(connection, wanted)
        return Waiter(options, wanted, source, clock, report, one_look, connection.redactor.line).run()

    # The engine repeats a failed look itself, with the deadline and the display in view.
    return over_connection({**options, "retries": 0}, environ, clock, wait, no_wait)


def no_wait(error: ModelArtsError) -> dict[str, t.Any]:
    """Return the failed result of a wait that could not even begin."""
    return {
        "changed": False,
        "failed": True,
        "orders": [],
        "count": None,
        "truncated": True,
        **_order.summarise([]),
        "missing": [],
        "failed_orders": [],
        "elapsed": 0.0,
        "polls": 0,
        "requests": 0,
        "timed_out": False,
        **error.facts(),
    }
