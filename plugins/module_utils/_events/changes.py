# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The event source without its loop: the orders of one poll in, events out. No clock, no sleep, no network, no disk.

Every order of the last month and a half stays known, so that no listing, however stale or partial, and no clock can
make a change come twice.
"""

from __future__ import annotations

import typing as t

from .._orders import model
from .event import Event, change_event

Span = tuple[int, t.Optional[int]]

# An order may be listed so much later than others that were created after it, in ms.
LATE_MS = 3_600_000
# An order that did not succeed is listed by every poll for so long after it ended: it may be tried again.
RETRIED_MS = 86_400_000
# What no service lists any more, which is a month; in ms.
FORGET_MS = 45 * 86_400_000
# Seconds between two polls that list everything, for what was listed very late, or tried again after a day.
WIDE_SECONDS = 3600.0
# A step back must be listed for so many seconds, by more than one poll: until then it may be a stale row.
CONFIRM_SECONDS = 60.0
# Bounds may be exclusive, or rounded to seconds.
_EDGE_MS = 1000
# So many known orders at most are asked for by one request: a full page of 500 would have to be followed by another.
_SPAN = 450


class Moment(t.NamedTuple):
    """When a poll was answered: epoch ms, whether service and machine agree on it, and seconds that only ever grow."""

    ms: int
    agreed: bool
    seconds: float


class Known(t.NamedTuple):
    """What is remembered of an order: ``latest`` is the last thing that happened to it, ``created`` the first (epoch
    ms), ``returns`` how often it went back to an earlier state."""

    state: str
    finished: bool
    created: int
    latest: int
    returns: int = 0

    def is_before(self, row: Known) -> bool:
        """Return whether a row can only be from later than this: it tells of a later time, or it is further on its way
        in an order that never went back."""
        further = _progress(row.state, row.finished) > _progress(self.state, self.finished)
        return row.latest > self.latest or (further and not self.returns)


class ChangeTracker:
    """Follows orders from poll to poll.

    ``scope`` names what is watched, ``report_since`` is the epoch ms from which on something must have happened to an
    order that was never listed before so that it is reported (None: nothing was polled yet), ``undelivered`` are the
    events, by ID, that the rules have not taken yet, and ``changed`` tells whether there is something to remember.
    """

    def __init__(self, scope: str = "") -> None:
        self.scope = scope
        self.known: dict[str, Known] = {}
        self.report_since: int | None = None
        self.polled = 0
        self.undelivered: dict[str, Event] = {}
        self.changed = False
        # Steps back that were listed, and the seconds at which they were first.
        self._doubtful: dict[str, tuple[str, bool, float]] = {}
        self._wide_at: float | None = None
        self._is_wide = False

    def watch(self, scope: str) -> None:
        """Watch this. Where it is not what is remembered, older orders that it newly brings into sight are not new."""
        if self.report_since is not None and scope != self.scope:
            self.report_since, self.changed = max(self.report_since, self.polled), True
        self.scope = scope

    # What the next poll must list

    def spans(self, floor: int, seconds: float) -> list[Span]:
        """Return the spans of creation time, each for one request, that the next poll must list.

        They hold every open order, what may be tried again, and all since an hour before the newest; a span without any
        of these is left out, so that one old order does not bring all that followed it into every poll.
        """
        self._is_wide = self._wide_at is None or seconds - self._wide_at >= WIDE_SECONDS
        if self._is_wide:
            return [(floor, None)]
        newest = self._newest()
        recent = newest - LATE_MS
        rows = sorted((row.created, self._is_asked(key, row, newest)) for key, row in self.known.items())
        return _spans(rows, recent, floor)

    def _is_asked(self, key: str, row: Known, newest: int) -> bool:
        retried = row.state != model.SUCCEEDED and row.latest >= min(newest, self.polled) - RETRIED_MS
        return not row.finished or retried or key in self._doubtful

    def _newest(self) -> int:
        """Return when the newest order was created, which no clock of this machine has a part in."""
        return min(max((row.created for row in self.known.values()), default=0), self.polled)

    # What a poll tells

    def update(
        self,
        orders: t.Iterable[model.Order],
        at: Moment,
        *,
        since: int | None = None,
        state: str | None = None,
    ) -> list[Event]:
        """Take the orders of the last ``spans`` and return an event for each change (into ``state`` only), in order.

        The very first poll reports what was created ``since`` then; where that is None it only learns.
        """
        learns = self.report_since is None and since is None
        if self.report_since is None:
            self.report_since, self.changed = at.ms if since is None else since, True
        elif at.agreed:
            # It was set by a clock that was ahead.
            self.report_since = min(self.report_since, at.ms)
        rows = _one_row_each(orders, at.ms)
        events = [self._note(key, row, order, at, learns) for key, (row, order) in rows.items()]
        told = [event for event in events if event and state in (None, event["order"]["state"])]
        self.undelivered.update((event["id"], event) for event in told)
        self.polled = at.ms
        if self._is_wide:
            self._wide_at = at.seconds
        self._forget(rows)
        return told

    def _note(self, key: str, row: Known, order: model.Order, at: Moment, learns: bool) -> Event | None:
        before = self.known.get(key)
        if before is None:
            self.known[key], self.changed = row, True
            return change_event(order, None) if not learns and self._is_new(row) else None
        if (before.state, before.finished) == (row.state, row.finished):
            self._doubtful.pop(key, None)
            self.known[key] = before._replace(created=row.created, latest=max(before.latest, row.latest))
            return None
        further = before.is_before(row)
        if not further and not self._is_confirmed(key, row, at.seconds):
            return None
        self._doubtful.pop(key, None)
        back = _progress(row.state, row.finished) <= _progress(before.state, before.finished)
        returns = before.returns + back
        self.known[key] = row._replace(latest=max(before.latest, row.latest, at.ms), returns=returns)
        self.changed = True
        return change_event(order, before.state, returns)

    def _is_new(self, row: Known) -> bool:
        """Return whether an order that was never listed is reported: its last change came after the begin, or it is
        still on its way and was created so shortly before that it may have been listed late."""
        since = self.report_since or 0
        return row.latest >= since or (not row.finished and row.created >= since - LATE_MS)

    def _is_confirmed(self, key: str, row: Known, seconds: float) -> bool:
        state, finished, first = self._doubtful.get(key, ("", False, 0.0))
        if (state, finished) != (row.state, row.finished):
            self._doubtful[key] = (row.state, row.finished, seconds)
            return False
        return seconds - first >= CONFIRM_SECONDS

    def _forget(self, listed: t.Container[str]) -> None:
        """Forget what is never listed again, and never take it for new where it is all the same."""
        bound = self._newest() - FORGET_MS
        gone = [key for key, row in self.known.items() if row.latest < bound and key not in listed]
        for key in gone:
            del self.known[key]
            self._doubtful.pop(key, None)
        if gone:
            self.report_since = max(self.report_since or 0, bound + LATE_MS)


def _progress(state: str, finished: bool) -> int:
    return 2 if finished else int(state != model.PENDING)


def _one_row_each(orders: t.Iterable[model.Order], now_ms: int) -> dict[str, tuple[Known, model.Order]]:
    """Return each order once, oldest first: of rows that contradict each other the one that is further on its way."""
    rows: dict[str, tuple[Known, model.Order]] = {}
    for order in reversed(model.newest_first(orders)):
        key = model.key_of(order)
        times = [order["creation_timestamp"], order["begin_timestamp"], order["end_timestamp"]]
        created = times[0] or max(times) or now_ms
        row = Known(order["state"], order["finished"], created, max(times) or now_ms)
        if key not in rows or rows[key][0].is_before(row):
            rows[key] = row, order
    return rows


def _spans(rows: t.Iterable[tuple[int, bool]], recent: int, floor: int) -> list[Span]:
    """Return spans for (creation time, whether it is asked for), sorted; the last one has no end."""
    spans: list[Span] = []
    start: int | None = None
    end = count = 0
    for created, is_asked in rows:
        # No gaps in the last hour: what is listed late could lie there.
        asked = created >= floor and (is_asked or created >= recent)
        if start is not None and count >= _SPAN:
            spans.append((max(floor, start - _EDGE_MS), end + _EDGE_MS))
            start = None
        if start is None and asked:
            start, count = created if created < recent else max(end, recent), 0
        end = created if asked else end
        count += 1
    return [*spans, (max(floor, (recent if start is None else start) - _EDGE_MS), None)]
