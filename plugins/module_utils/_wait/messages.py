# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What a wait says: its progress lines and the sentence it ends with. All text from the service is made safe here.

``sanitize`` is what makes it safe: a redactor's, where secrets are known, for no cut may leave half of one.
"""

from __future__ import annotations

import datetime
import typing as t

from .._client.text import duration, iso_ms, safe
from .._orders import model
from .._orders.model import Order
from .._orders.pools import some
from .policy import BROKEN, PARTIAL, STUCK
from .readiness import Readiness
from .schedule import ExpectedEnd
from .seen import SeenOrder
from .standing import Decision, FailedOrder
from .targets import ID, NAME, POOL, Target
from .tracker import Tracker

Sanitize = t.Callable[[t.Any, int], str]

_NAME_LENGTH = 80
_REASON_LENGTH = 200
# A progress line names so many orders; the result names all.
_NAMED = 2
_NO_REASON = "the service gave no reason"
_STATES = (model.PARTIAL, model.FAILED, model.PROCESSING, model.PENDING, model.UNKNOWN)


def progress_line(
    tracker: Tracker,
    readiness: Readiness | None,
    end: ExpectedEnd | None,
    now: float,
    wall: float,
    sanitize: Sanitize = safe,
) -> str:
    """Return one line on where the wait stands at ``now``; ``wall`` is the same moment in seconds since the epoch."""
    elapsed = f"{duration(now - tracker.started)} elapsed"
    error = tracker.last_error
    if error and not tracker.answered:
        return f"modelarts: no poll has worked yet, {elapsed}: {sanitize(error.msg, 200)}"
    parts = [_counts(tracker), elapsed, *([_expected(end, wall)] if end else [])]
    text = f"modelarts: {', '.join(parts)}"
    if error:
        return f"{text}; the last poll failed, the wait goes on: {sanitize(error.msg, 200)}"
    waiting = _waiting_for(tracker, sanitize) if readiness is None else _shown(readiness.waits_for())
    return f"{text}; waiting for {waiting}" if waiting else text


def _counts(tracker: Tracker) -> str:
    standing = tracker.standing
    counts = model.summarise(standing.orders)["summary"]
    total = len(standing.orders) + max(len(standing.missing), tracker.policy.expected_count - standing.matched)
    rest = [f"{counts[state]} {state}" for state in _STATES if counts[state]]
    if standing.missing:
        rest.append(f"{len(standing.missing)} not listed yet")
    return ", ".join([f"{counts[model.SUCCEEDED]}/{total} succeeded", *rest])


def _expected(end: ExpectedEnd, wall: float) -> str:
    now, at = (datetime.datetime.fromtimestamp(moment, datetime.timezone.utc) for moment in (wall, wall + end.middle))
    day = "" if at.date() == now.date() else f"{at:%Y-%m-%d} "
    took = _range(end.history.low, end.history.high)
    return f"expected end about {day}{at:%H:%M} UTC ({end.history.count} like it took {took})"


def _range(low: float, high: float) -> str:
    if high < 120:
        return f"{low:.0f} to {high:.0f} s"
    return f"{low / 60:.0f} to {high / 60:.0f} min"


def _waiting_for(tracker: Tracker, sanitize: Sanitize) -> str:
    standing = tracker.standing
    names = [f"{_name(order, sanitize)} ({_state(tracker, order, sanitize)})" for order in standing.open]
    names += [f"a newer order of {_target(target, sanitize)} that is not listed yet" for target in standing.settling]
    names += [f"{_target(target, sanitize)} (not listed yet)" for target in _awaited(tracker)]
    if standing.awaits_listing and not standing.missing:
        names.append(f"{tracker.policy.expected_count - standing.matched} more to be listed (expected_count)")
    if not names and not tracker.shows_all and not standing.hopeless:
        names.append("a listing that shows everything (truncated)")
    return _shown(names)


def _shown(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _awaited(tracker: Tracker) -> list[Target]:
    standing = tracker.standing
    return [target for target in standing.missing if target not in standing.not_found]


def _state(tracker: Tracker, order: Order, sanitize: Sanitize) -> str:
    state = f"unknown: {sanitize(order['phase'], 40)}" if order["state"] == model.UNKNOWN else order["state"]
    return state if tracker.seen.of(order).listed else f"{state}, not listed just now"


def _name(order: Order, sanitize: Sanitize) -> str:
    return sanitize(order["order_name"] or order["order_id"] or "an order without a name", _NAME_LENGTH)


def _full_name(order: Order, sanitize: Sanitize) -> str:
    return sanitize(model.describe(order), 2 * _NAME_LENGTH)


def _target(target: Target, sanitize: Sanitize) -> str:
    name = sanitize(target.value, _NAME_LENGTH)
    return name if target.kind == NAME else f"{target.kind} {name}"


def reason_of(failed: FailedOrder) -> str:
    """Return why an order counts as failed: the service's words where there are some, else ours. Not made safe."""
    order = failed.order
    if failed.why == STUCK:
        waited = duration(failed.pending_seconds)
        return f"pending for {waited}: it is probably unpaid or unapproved: see Billing Center > Orders in the console"
    if order["fail_reason"]:
        return str(order["fail_reason"])
    if failed.why == PARTIAL:
        return f"it succeeded in part only, and {_NO_REASON}"
    if failed.why == BROKEN:
        return _NO_REASON
    return f"it ended in a state that no documentation names (phase {order['phase']!r}, result {order['result']!r})"


def final_message(
    tracker: Tracker, readiness: Readiness | None, decision: Decision, now: float, sanitize: Sanitize = safe
) -> str:
    """Return the one line that a failed wait ends with: each failed order with its pool and reason, then all else."""
    standing = tracker.standing
    parts = [_failed_sentence(failed, sanitize) for failed in standing.failed]
    parts += [_lost_sentence(seen, tracker, sanitize) for seen in standing.lost]
    parts += [_not_found_sentence(target, tracker, sanitize) for target in standing.not_found]
    if readiness is not None:
        parts += [sanitize(text, 3 * _REASON_LENGTH) for text in readiness.failures()]
    if standing.too_few:
        parts.append(_too_few_sentence(tracker))
    if decision.error is not None:
        parts.append(_error_sentence(decision.error, tracker, now))
    if decision.timed_out:
        parts.append(_timed_out_sentence(tracker, readiness, now, sanitize))
    return "; ".join(parts)


def _failed_sentence(failed: FailedOrder, sanitize: Sanitize) -> str:
    words = {BROKEN: "failed", PARTIAL: "succeeded in part only", STUCK: "does not begin"}
    reason = reason_of(failed) if failed.order["fail_reason"] or failed.why != PARTIAL else _NO_REASON
    name = _full_name(failed.order, sanitize)
    text = f"Order {name} {words.get(failed.why, 'ended unclear')}: {sanitize(reason, _REASON_LENGTH)}"
    nodes = failed.order.get("failed_nodes")
    return f"{text.rstrip('.')}; failed nodes: {sanitize(some(nodes), 6 * _NAME_LENGTH)}" if nodes else text


def _lost_sentence(seen: SeenOrder, tracker: Tracker, sanitize: Sanitize) -> str:
    waited = duration(tracker.policy.visible_timeout)
    return (
        f"Order {_full_name(seen.order, sanitize)} was listed until {iso_ms(seen.listed_ms)} as {seen.order['state']}, "
        f"and is no longer, for {waited} (visible_timeout): it may have been cancelled, or its pool deleted"
    )


def _not_found_sentence(target: Target, tracker: Tracker, sanitize: Sanitize) -> str:
    waited = duration(tracker.policy.visible_timeout)
    what = {NAME: "order is named", ID: "order has the ID", POOL: "order belongs to the pool"}[target.kind]
    return (
        f"After {waited} (visible_timeout) no {what} {sanitize(target.value, _NAME_LENGTH)}: it may be misspelled, "
        "belong to another project, region or workspace, have been placed before since, or never have been placed"
    )


def _too_few_sentence(tracker: Tracker) -> str:
    return (
        f"After {duration(tracker.policy.visible_timeout)} (visible_timeout) only {tracker.standing.matched} of "
        f"{tracker.policy.expected_count} expected orders are listed: were all of them placed?"
    )


def _error_sentence(error: t.Any, tracker: Tracker, now: float) -> str:
    if tracker.answered or not error.transient:
        return str(error.msg)
    return f"No poll has worked within {duration(now - tracker.started)} (visible_timeout): {error.msg}"


def _timed_out_sentence(tracker: Tracker, readiness: Readiness | None, now: float, sanitize: Sanitize) -> str:
    standing = tracker.standing
    rest = [f"{_full_name(order, sanitize)} is {_state(tracker, order, sanitize)}" for order in standing.open]
    rest += [f"{_target(target, sanitize)} is not listed" for target in _awaited(tracker)]
    if standing.short and not rest:
        rest = [f"{standing.matched} of {tracker.policy.expected_count} expected orders are listed"]
    if standing.settling:
        pools = ", ".join(_target(target, sanitize) for target in standing.settling)
        rest.append(f"a newer order of {pools} may not be listed yet; set settle to 0 to judge at once")
    if not rest and tracker.answered and not tracker.shows_all and not standing.hopeless:
        rest.append("the last listing did not show everything (truncated), so nothing can be concluded from it")
    if readiness is not None:
        rest = ["the orders have succeeded, but not ready yet: " + "; ".join(readiness.waits_for()[:5])]
    sentence = f"Timed out after {duration(now - tracker.started)} (wait_timeout)"
    if rest:
        sentence += f": {'; '.join(rest)}"
    if standing.open and tracker.policy.wait_timeout:
        sentence += "; what is open goes on: wait for it again, or raise wait_timeout"
    if tracker.last_error:
        sentence += f"; the last poll failed: {tracker.last_error.msg}"
    return sentence
