# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The event source without its loop: rows of one look in, events out. No clock, no sleep, no network, no disk.

What is remembered survives in a journal: its first line is a snapshot that already counts the events of a look as
reported and holds them in full; each further line is the ID of one of them that the consumer has taken. So whoever
reads the journal after a crash knows which events are still owed, at whatever point it came.
"""

from __future__ import annotations

import json
import typing as t
import uuid

from .._client.errors import (
    CredentialsError,
    InputError,
    ModelArtsError,
    NotPublishedError,
    PoolNotFoundError,
    RequestError,
)
from .._orders import model as _order
from .._orders.query import HORIZON_MS

Event = dict[str, t.Any]

# An order may be listed so much later than it was created: looks go back this far, in ms.
LATE_MS = 3_600_000
# Clocks differ by so much, in ms, without one of them being wrong.
CLOCK_SLACK_MS = 900_000
# Bounds may be exclusive, or rounded to seconds.
_EDGE_MS = 1000
# So many known orders at most are asked for by one request: a full page of 500 would have to be followed by another.
_WINDOW = 450
# Seconds between looks after credentials were refused: doubled each time. More than five bad signatures in a row lock a
# key for five minutes, and nothing that runs here can mend them.
REFUSED_DELAY = 600.0
# Seconds after which a look is worth another try where the request itself, not a passing fault, was the reason.
WRONG_DELAY = 300.0
# A service that asks for more than an hour of silence is asked after an hour all the same.
LONGEST_DELAY = 3600.0

_NAMESPACE = uuid.UUID("7d0f3c2e-5c0b-5a53-9d5e-0a8f8d1f6c11")
_FORMAT = 1
# How every journal begins.
MARK = b'{"modelarts_orders":'


class Known(t.NamedTuple):
    """What is remembered of an order; ``created`` is epoch ms."""

    state: str
    finished: bool
    created: int


class Transitions:
    """Follows orders from look to look. All times are epoch ms of the service's clock.

    ``scope`` names what is watched, ``news`` is the creation time from which on an order not seen before is news
    (None: nothing was seen yet), ``owed`` are the events, by ID, that the consumer has not taken yet, and
    ``changed`` tells whether there is something to remember since it was last set to False.
    """

    def __init__(self, scope: str = "") -> None:
        self.scope = scope
        self.known: dict[str, Known] = {}
        self.news: int | None = None
        self.looked = 0
        self.owed: dict[str, Event] = {}
        self.changed = False
        self._whole = False

    def watch(self, scope: str) -> None:
        """Watch this. Where it is not what is remembered, older orders that it newly brings into sight are no news."""
        if self.news is not None and scope != self.scope:
            self.news, self._whole, self.changed = max(self.news, self.looked - LATE_MS), True, True
        self.scope = scope

    def since(self, floor: int) -> int:
        """Return from which creation time on the next look must list; ``floor`` is the earliest that is of interest."""
        if self.news is None or self._whole:
            return floor
        oldest = min((order.created for order in self.known.values() if not order.finished), default=self.looked)
        return max(floor, min(oldest, self.looked - LATE_MS) - _EDGE_MS)

    def windows(self, floor: int) -> list[tuple[int, int | None]]:
        """Return the spans of creation time, each for one request, that the next look must list.

        They hold every open order and all of the last hour; a span without an open order is left out, so that one
        old order does not bring all that followed it into every look.
        """
        since, recent = self.since(floor), self.looked - LATE_MS
        if self.news is None or self._whole:
            return [(since, None)]
        spans: list[tuple[int, int | None]] = []
        start: int | None = None
        end = count = 0
        for created, finished in sorted((row.created, row.finished) for row in self.known.values()):
            wanted = created >= since and (not finished or created >= recent)
            if start is not None and count >= _WINDOW:
                spans.append((max(floor, start - _EDGE_MS), end + _EDGE_MS))
                start = None
            if start is None and wanted:
                # No gaps in the last hour: what is listed late could lie there.
                start, count = created if created < recent else max(end, recent), 0
            end = created if wanted else end
            count += 1
        return [*spans, (max(floor, (recent if start is None else start) - _EDGE_MS), None)]

    def feed(
        self,
        orders: t.Iterable[_order.Order],
        now_ms: int,
        floor: int,
        report_since: int | None = None,
        state: str | None = None,
    ) -> list[Event]:
        """Take one look's orders and return an event for each change (into ``state`` only), oldest order first.

        The very first look reports what was created at ``report_since`` or later; where that is None it only learns.
        """
        first = self.news is None
        if self.news is None:
            self.news = now_ms - LATE_MS if report_since is None else report_since
            self.changed = True
        new_from = now_ms + HORIZON_MS if first and report_since is None else self.news
        # A clock that was ahead has kept what was ordered meanwhile out of sight: the next look lists everything.
        self._whole = self.looked > now_ms + CLOCK_SLACK_MS
        self.looked = now_ms if self._whole else max(self.looked, now_ms)
        events = []
        listed = set()
        for order in reversed(_order.newest_first(orders)):
            key = key_of(order)
            if key:
                listed.add(key)
                event = self._note(key, order, new_from, now_ms)
                if event and state in (None, order["state"]):
                    events.append(event)
        self._forget(self.since(floor), floor, listed)
        self.owed.update((event["id"], event) for event in events)
        return events

    def _note(self, key: str, order: _order.Order, new_from: int, now_ms: int) -> Event | None:
        before = self.known.get(key)
        now = Known(order["state"], order["finished"], order["creation_timestamp"] or now_ms)
        if before == now:
            return None
        self.known[key] = now
        if before is not None and (before.state, before.finished) == (now.state, now.finished):
            return None
        self.changed = True
        if before is None and now.created < new_from:
            return None
        return change(order, before.state if before else None)

    def _forget(self, since: int, floor: int, listed: set[str]) -> None:
        """Forget orders that no look can list again."""
        gone = [
            key
            for key, order in self.known.items()
            if key not in listed and order.created < (since if order.finished else floor)
        ]
        for key in gone:
            del self.known[key]

    # The journal

    def dump(self) -> str:
        """Return the journal's first line."""
        data = {
            "modelarts_orders": _FORMAT,
            "scope": self.scope,
            "news": self.news,
            "looked": self.looked,
            "known": {key: list(order) for key, order in self.known.items()},
            "owed": list(self.owed.values()),
        }
        return json.dumps(data, separators=(",", ":")) + "\n"

    @classmethod
    def load(cls, text: str) -> Transitions:
        """Return what a journal remembers. Raises ValueError where it is none; a torn last line is no fault."""
        head, *taken = text.split("\n")
        try:
            return cls._from(json.loads(head), set(taken))
        except (TypeError, KeyError, RecursionError) as error:
            raise ValueError("no journal") from error

    @classmethod
    def _from(cls, data: dict[str, t.Any], taken: set[str]) -> Transitions:
        if data["modelarts_orders"] != _FORMAT:
            raise ValueError("another format")
        self = cls(_checked(data["scope"], str))
        self.news = None if data["news"] is None else _checked(data["news"], int)
        self.looked = _checked(data["looked"], int)
        self.known = {key: _known(value) for key, value in _checked(data["known"], dict).items()}
        self.owed = {event["id"]: _checked(event, dict) for event in data["owed"] if event["id"] not in taken}
        return self


def _checked(value: t.Any, kind: type) -> t.Any:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected")
    return value


def _known(value: t.Any) -> Known:
    state, finished, created = _checked(value, list)
    return Known(_checked(state, str), _checked(finished, bool), _checked(created, int))


def key_of(order: _order.Order) -> str:
    """Return what identifies an order from look to look; empty where it has neither name nor ID."""
    return order["order_name"] or order["order_id"] or ""


def change(order: _order.Order, previous: str | None) -> Event:
    """Return the event of a change. Its ID depends on nothing but the order, the state it left and the one it is in."""
    parts = (key_of(order), previous or "", order["state"], "finished" if order["finished"] else "open")
    return {"order": order, "previous_state": previous, "id": _uuid(*parts)}


def _uuid(*parts: str) -> str:
    # A lone surrogate in a name has no UTF-8.
    return str(uuid.uuid5(_NAMESPACE, json.dumps(parts)))


class Troubles:
    """Which errors are known already: one event when an error state begins, changes or ends, none for its repetitions.

    ``kind`` says what is in trouble: options, service, listing or state_file.
    """

    def __init__(self) -> None:
        self._current: dict[str, tuple[t.Any, ...]] = {}
        self._since: dict[str, int] = {}

    def begin(self, kind: str, error: ModelArtsError, now_ms: int) -> Event | None:
        """Return the event of an error, or None where it is the one that is known."""
        what = (type(error).__name__, error.status, error.error_code)
        if self._current.get(kind) == what:
            return None
        self._current[kind] = what
        self._since.setdefault(kind, now_ms)
        return {"error": {"kind": kind, **error.facts()}, "id": _uuid("error", kind, str(what), str(now_ms))}

    def end(self, kind: str, now_ms: int) -> Event | None:
        """Return the event of an error that is over, or None where there was none."""
        if self._current.pop(kind, None) is None:
            return None
        seconds = max(0, now_ms - self._since.pop(kind)) / 1000
        return {"recovered": {"kind": kind, "seconds": seconds}, "id": _uuid("recovered", kind, str(now_ms))}


def least_delay(error: ModelArtsError, errors: int) -> float:
    """Return the seconds that must pass after the last of so many ``errors`` in a row, whatever the interval is."""
    if isinstance(error, CredentialsError):
        return min(LONGEST_DELAY, REFUSED_DELAY * 2.0 ** min(errors - 1, 10))
    if isinstance(error, (InputError, NotPublishedError, PoolNotFoundError, RequestError)):
        return WRONG_DELAY
    return min(LONGEST_DELAY, error.retry_after or 0.0)
