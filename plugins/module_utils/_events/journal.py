# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What a tracker remembers, as text that survives a crash.

The first line is a snapshot that already counts the events of a poll as reported and holds them in full; each further
line is the ID of one of them that the rules have taken. So whoever reads it after a crash knows which events are
undelivered, at whatever point it came.
"""

from __future__ import annotations

import json
import typing as t

from .changes import ChangeTracker, Known

_FORMAT = 2
# How every journal begins.
MARK = b'{"modelarts_orders":'


def dump(tracker: ChangeTracker) -> str:
    """Return the journal's first line."""
    data = {
        "modelarts_orders": _FORMAT,
        "scope": tracker.scope,
        "report_since": tracker.report_since,
        "polled": tracker.polled,
        "known": tracker.known,
        "undelivered": list(tracker.undelivered.values()),
    }
    return json.dumps(data, separators=(",", ":")) + "\n"


def load(text: str) -> ChangeTracker:
    """Return what a journal remembers. Raises ValueError where it is none; a torn last line is no fault."""
    head, *taken = text.split("\n")
    try:
        data = json.loads(head)
        return _tracker(_translated(data) if data["modelarts_orders"] == 1 else data, set(taken))
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError) as error:
        raise ValueError("no journal") from error


def _tracker(data: dict[str, t.Any], taken: set[str]) -> ChangeTracker:
    if data["modelarts_orders"] != _FORMAT:
        raise ValueError("another format")
    tracker = ChangeTracker(_checked(data["scope"], str))
    tracker.report_since = None if data["report_since"] is None else _checked(data["report_since"], int)
    tracker.polled = _checked(data["polled"], int)
    tracker.known = {key: _known(value) for key, value in _checked(data["known"], dict).items()}
    events = [_checked(event, dict) for event in _checked(data["undelivered"], list)]
    tracker.undelivered = {_checked(event["id"], str): event for event in events if event["id"] not in taken}
    return tracker


def _translated(data: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the first release's journal in today's words. It forgot finished orders: none of them is new."""
    dummy, scope, since, polled, known, undelivered = data.values()
    return {
        "modelarts_orders": _FORMAT,
        "scope": scope,
        "report_since": None if since is None else max(since, polled),
        "polled": polled,
        "known": {key: [*row, row[2]] for key, row in known.items()},
        "undelivered": undelivered,
    }


def _checked(value: t.Any, kind: type) -> t.Any:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} expected")
    return value


def _known(value: t.Any) -> Known:
    state, finished, *times = _checked(value, list)
    return Known(_checked(state, str), _checked(finished, bool), *(_checked(each, int) for each in times))
