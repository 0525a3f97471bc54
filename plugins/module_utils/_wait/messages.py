# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What a wait says: its progress lines and the sentence it ends with. All text from the service is made safe here.

``line`` is what makes it safe: a redactor's, where secrets are known, for no cut may leave half of one.
"""

from __future__ import annotations

import datetime
import typing as t

from .._client.text import duration, safe
from .._orders import model as _order
from .targets import ID, NAME, Item
from .tracker import BROKEN, PARTIAL, STUCK, Bad, Verdict, Watch

Line = t.Callable[[t.Any, int], str]

_NAME_LENGTH = 80
_REASON_LENGTH = 200
# A progress line names so many orders; the result names all.
_NAMED = 2
_NO_REASON = "the service gave no reason"
_STATES = (
    _order.SUCCEEDED,
    _order.PARTIAL,
    _order.FAILED,
    _order.PROCESSING,
    _order.PENDING,
    _order.UNKNOWN,
)


def progress_line(watch: Watch, now: float, wall: float, line: Line = safe) -> str:
    """Return one line on where the wait stands at ``now``; ``wall`` is the same moment in seconds since the epoch."""
    parts = [_counts(watch), f"{duration(now - watch.started)} elapsed"]
    end = _expected(watch, now, wall)
    if end:
        parts.append(end)
    text = f"modelarts: {', '.join(part for part in parts if part)}"
    if watch.last_error:
        return f"{text}; the last look failed, the wait goes on: {line(watch.last_error.msg, 200)}"
    waiting = _waiting_for(watch, line)
    return f"{text}; waiting for {waiting}" if waiting else text


def _counts(watch: Watch) -> str:
    counts = _order.summarise(watch.orders)["summary"]
    total = len(watch.orders) + max(len(watch.missing), watch.rules.expected_count - watch.matched)
    rest = [f"{counts[state]} {state}" for state in _STATES[1:] if counts[state]]
    if watch.missing:
        rest.append(f"{len(watch.missing)} not listed yet")
    return ", ".join([f"{counts[_order.SUCCEEDED]}/{total} succeeded", *rest])


def _expected(watch: Watch, now: float, wall: float) -> str:
    end = watch.expected_end(now)
    if end is None:
        return ""
    at = datetime.datetime.fromtimestamp(wall + end.middle, datetime.timezone.utc)
    took = _range(end.history.low, end.history.high)
    return f"expected end about {at:%H:%M} UTC ({end.history.count} like it took {took})"


def _range(low: float, high: float) -> str:
    if high < 120:
        return f"{low:.0f} to {high:.0f} s"
    return f"{low / 60:.0f} to {high / 60:.0f} min"


def _waiting_for(watch: Watch, line: Line) -> str:
    names = [f"{_name(order, line)} ({_state(order, line)})" for order in watch.open_orders()]
    names += [f"{_item(item, line)} (not listed yet)" for item in watch.missing if item not in watch.gone]
    if watch.short and not watch.missing:
        names.append(f"{watch.rules.expected_count - watch.matched} more to be listed (expected_count)")
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _state(order: _order.Order, line: Line) -> str:
    if order["state"] == _order.UNKNOWN:
        return f"unknown: {line(order['phase'], 40)}"
    return f"{order['state']}, looking on for a newer one" if order["finished"] else str(order["state"])


def _name(order: _order.Order, line: Line) -> str:
    return line(order["order_name"] or order["order_id"] or "an order without a name", _NAME_LENGTH)


def _full_name(order: _order.Order, line: Line) -> str:
    return line(_order.describe(order), 2 * _NAME_LENGTH)


def _item(item: Item, line: Line) -> str:
    name = line(item.value, _NAME_LENGTH)
    return name if item.kind == NAME else f"{item.kind} {name}"


def reason_of(bad: Bad) -> str:
    """Return why an order counts as failed: the service's words where there are some, else ours. Not made safe."""
    order = bad.order
    if bad.why == STUCK:
        return f"pending for {duration(bad.pending_seconds)}: it is probably unpaid or unapproved"
    if order["fail_reason"]:
        return str(order["fail_reason"])
    if bad.why == PARTIAL:
        return f"it succeeded in part only, and {_NO_REASON}"
    if bad.why == BROKEN:
        return _NO_REASON
    return f"it ended in a state that no documentation names (phase {order['phase']!r}, result {order['result']!r})"


def final_message(watch: Watch, verdict: Verdict, now: float, line: Line = safe) -> str:
    """Return the one line that a failed wait ends with: each failed order with its pool and reason, then all else."""
    parts = [_failed_sentence(bad, line) for bad in watch.bad]
    parts += [_gone_sentence(item, watch, line) for item in watch.gone]
    if verdict.error is not None:
        parts.append(verdict.error.msg)
    if verdict.timed_out:
        parts.append(_timed_out_sentence(watch, now, line))
    if not parts:
        parts.append(_too_few_sentence(watch))
    return "; ".join(parts)


def _failed_sentence(bad: Bad, line: Line) -> str:
    words = {BROKEN: "failed", PARTIAL: "succeeded in part only", STUCK: "does not begin"}.get(bad.why, "ended unclear")
    reason = reason_of(bad) if bad.order["fail_reason"] or bad.why != PARTIAL else _NO_REASON
    return f"Order {_full_name(bad.order, line)} {words}: {line(reason, _REASON_LENGTH)}"


def _gone_sentence(item: Item, watch: Watch, line: Line) -> str:
    waited = duration(watch.rules.visible_timeout)
    what = {NAME: "order is named", ID: "order has the ID"}.get(item.kind, "order belongs to the pool")
    return (
        f"After {waited} (visible_timeout) no {what} {line(item.value, _NAME_LENGTH)}: it may be misspelled, belong to "
        "another project, region or workspace, have been placed before since, or never have been placed"
    )


def _too_few_sentence(watch: Watch) -> str:
    return (
        f"After {duration(watch.rules.visible_timeout)} (visible_timeout) only {watch.matched} of "
        f"{watch.rules.expected_count} expected orders are listed: were all of them placed?"
    )


def _timed_out_sentence(watch: Watch, now: float, line: Line) -> str:
    open_ones = [f"{_full_name(order, line)} is {_state(order, line)}" for order in watch.open_orders()]
    open_ones += [f"{_item(item, line)} is not listed" for item in watch.missing if item not in watch.gone]
    if not open_ones and watch.short:
        open_ones = [f"{watch.matched} of {watch.rules.expected_count} expected orders are listed"]
    sentence = f"Timed out after {duration(now - watch.started)} (wait_timeout)"
    if now < watch.deadline and watch.last_error and watch.last_error.retry_after is not None:
        pause = duration(watch.last_error.retry_after)
        sentence = (
            f"Gave up after {duration(now - watch.started)}: the service wants no further request for {pause} "
            "(Retry-After), which outlasts wait_timeout"
        )
    if any(order["finished"] for order in watch.open_orders()):
        open_ones[-1] += "; set settle to 0 to judge at once"
    if open_ones:
        sentence += f": {'; '.join(open_ones)}"
    if watch.last_error:
        sentence += f"; the last look failed: {watch.last_error.msg}"
    return sentence
