# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported of one poll after the other, what is remembered, and that no crash loses or repeats a change."""

from __future__ import annotations

import json
import typing as t
import uuid

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import errors as _errors
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import changes, journal
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.changes import (
    CONFIRM_SECONDS,
    FORGET_MS,
    LATE_MS,
    RETRIED_MS,
    WIDE_SECONDS,
    ChangeTracker,
    Moment,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.error_state import ErrorState, least_delay
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.event import change_event, harmless
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import Order, normalise
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_790_000_000_000
HOUR = 3_600_000
FLOOR = NOW - 30 * 24 * HOUR


def order(name: str, phase: str, created: int = NOW, ended: int = 0, **more: t.Any) -> Order:
    return normalise({"orderName": name, "phase": phase, "creationTimestamp": created, "endTimestamp": ended, **more})


def told(events: t.Iterable[dict[str, t.Any]]) -> list[tuple[str, str | None, str]]:
    return [(event["order"]["order_name"], event["previous_state"], event["order"]["state"]) for event in events]


def at(after_ms: float = 0, *, agreed: bool = True) -> Moment:
    """Return the moment so long after NOW."""
    return Moment(int(NOW + after_ms), agreed, after_ms / 1000)


def started(*orders: Order) -> ChangeTracker:
    tracker = ChangeTracker()
    assert tracker.spans(FLOOR, 0) == [(FLOOR, None)]
    assert tracker.update(orders, at()) == []
    return tracker


def test_the_first_poll_learns() -> None:
    tracker = started(order("a", "pending"), order("b", "successed"))
    assert tracker.changed
    rows = [order("a", "running"), order("b", "successed")]
    assert told(tracker.update(rows, at(1))) == [("a", "pending", "processing")]


def test_with_since_the_first_poll_reports_what_was_created_since_then() -> None:
    tracker = ChangeTracker()
    rows = [order("new", "pending", NOW - HOUR), order("old", "successed", NOW - 3 * HOUR)]
    assert told(tracker.update(rows, at(), since=NOW - 2 * HOUR)) == [("new", None, "pending")]


def test_an_order_created_after_the_start_is_new_in_whatever_state_it_is_first_seen() -> None:
    tracker = started()
    assert told(tracker.update([order("fast", "failed", NOW + 5)], at(9))) == [("fast", None, "failed")]


def test_an_order_that_was_listed_late_is_new_and_one_that_is_old_is_not() -> None:
    tracker = started()
    late, old = order("late", "pending", NOW - LATE_MS + 1), order("old", "successed", NOW - LATE_MS - 1)
    assert told(tracker.update([late, old], at(9))) == [("late", None, "pending")]
    assert told(tracker.update([order("old", "failed", NOW - LATE_MS - 1, NOW + 9)], at(10))) == [
        ("old", "succeeded", "failed")
    ]


def test_what_the_first_poll_omitted_is_new_only_where_something_happened_to_it_since() -> None:
    tracker = started()
    rows = [
        order("done", "successed", NOW - 60_000, NOW - 5_000),
        order("ended meanwhile", "failed", NOW - 50 * HOUR, NOW + 5_000),
        order("long open", "running", NOW - 50 * HOUR),
    ]
    assert told(tracker.update(rows, at(30_000))) == [("ended meanwhile", None, "failed")]
    rows[2] = order("long open", "successed", NOW - 50 * HOUR, NOW + 40_000)
    assert told(tracker.update(rows, at(60_000))) == [("long open", "processing", "succeeded")]


def test_the_oldest_change_comes_first() -> None:
    tracker = started()
    rows = [order("z", "pending", NOW + 3), order("b", "pending", NOW + 1), order("a", "pending", NOW + 2)]
    assert [name for name, *dummy in told(tracker.update(rows, at(9)))] == ["b", "a", "z"]


def test_an_unknown_order_that_gets_an_end_time_has_changed() -> None:
    tracker = started(order("a", "odd"))
    events = tracker.update([order("a", "odd", ended=NOW + 1)], at(2))
    assert told(events) == [("a", "unknown", "unknown")]
    assert events[0]["order"]["finished"] is True


def test_a_state_filter_hides_other_changes_but_not_the_state_that_was_left() -> None:
    tracker = started(order("a", "pending"))
    assert tracker.update([order("a", "running")], at(1), state="failed") == []
    assert told(tracker.update([order("a", "failed")], at(2), state="failed")) == [("a", "processing", "failed")]
    assert next(iter(tracker.undelivered.values()))["previous_state"] == "processing"


def test_rows_without_a_name_are_known_by_their_id_or_by_what_lasts() -> None:
    nameless = {"creationTimestamp": NOW, "phase": "pending"}
    tracker = started(normalise({**nameless, "orderId": "CS1"}), normalise(nameless))
    assert len(tracker.known) == 2
    assert "CS1" in tracker.known
    events = tracker.update([normalise({**nameless, "phase": "failed"})], at(1))
    assert [(event["previous_state"], event["order"]["state"]) for event in events] == [("pending", "failed")]


def test_an_order_without_any_time_is_followed_for_as_long_as_it_is_listed() -> None:
    tracker = started(order("a", "successed", created=0), order("b", "successed"))
    later = FORGET_MS + HOUR
    newer = order("c", "successed", NOW + later)
    assert told(tracker.update([order("a", "successed", created=0), newer], at(later))) == [("c", None, "succeeded")]
    assert set(tracker.known) == {"a", "c"}
    tracker.update([order("d", "successed", NOW + 2 * later)], at(2 * later))
    assert set(tracker.known) == {"d"}


# What a poll lists


def test_polls_reach_back_to_the_oldest_open_order_or_an_hour() -> None:
    done, newest = order("done", "successed", NOW - 60 * HOUR), order("newest", "successed", NOW - 20 * HOUR)
    tracker = started(order("open", "pending", NOW - 50 * HOUR), done, newest)
    assert tracker.spans(FLOOR, 1) == [(NOW - 50 * HOUR - 1000, None)]
    tracker.update([order("open", "successed", NOW - 50 * HOUR)], at(1))
    assert tracker.spans(FLOOR, 1) == [(NOW - 21 * HOUR - 1000, None)], "an hour before the newest order"
    assert ChangeTracker().spans(FLOOR, 1) == [(FLOOR, None)]


def test_every_hour_a_poll_lists_everything() -> None:
    tracker = started(order("done", "successed"))
    for seconds in range(30, 9000, 30):
        is_wide = tracker.spans(FLOOR, seconds) == [(FLOOR, None)]
        assert is_wide == (seconds in (WIDE_SECONDS, 2 * WIDE_SECONDS))
        tracker.update([], at(seconds * 1000))


def test_one_old_order_does_not_bring_all_that_followed_into_every_poll() -> None:
    done = [order(f"d{number}", "successed", NOW - 40 * HOUR + number) for number in range(3000)]
    tracker = started(order("open", "pending", NOW - 50 * HOUR), *done, order("new", "pending", NOW - 5))
    old, recent = tracker.spans(FLOOR, 1)
    assert old == (NOW - 50 * HOUR - 1000, NOW - 50 * HOUR + 1000)
    assert recent == (NOW - 5 - LATE_MS - 1000, None)


def is_listed(spans: list[tuple[int, int | None]], moment: int) -> bool:
    return any(start <= moment and (end is None or moment <= end) for start, end in spans)


@given(
    st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=60),
    st.integers(1, 9),
)
def test_spans_hold_every_open_order_and_all_of_the_last_hour(rows: list[tuple[int, bool]], size: int) -> None:
    orders = [
        order(f"o{number}", "pending" if is_open else "successed", NOW - minutes * 60_000)
        for number, (minutes, is_open) in enumerate(rows)
    ]
    tracker = started(*orders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "_SPAN", size)
        spans = tracker.spans(FLOOR, 1)
    assert [end is None for dummy, end in spans] == [False] * (len(spans) - 1) + [True]
    assert all(is_listed(spans, row["creation_timestamp"]) for row in orders if not row["finished"])
    newest = max((row["creation_timestamp"] for row in orders), default=NOW)
    assert all(is_listed(spans, moment) for moment in range(newest - LATE_MS, NOW + 30_000, 30_000))


# Rows and listings that are stale, partial or contradictory


def test_a_stale_row_is_no_change_there_and_back() -> None:
    tracker = started(order("a", "pending"))
    end = NOW + 10_000
    assert told(tracker.update([order("a", "successed", ended=end)], at(20_000))) == [("a", "pending", "succeeded")]
    for stale, seconds in (("running", 50), ("pending", 80), ("running", 140)):
        assert tracker.update([order("a", stale)], at(seconds * 1000)) == []
        assert tracker.update([order("a", "successed", ended=end)], at(seconds * 1000 + 15_000)) == []


def test_rows_of_two_replicas_in_turn_are_no_changes() -> None:
    tracker = started(order("a", "running"))
    told_of = []
    for number in range(200):
        row = order("a", "running") if number % 3 else order("a", "failed", ended=NOW + 1)
        told_of += told(tracker.update([row], at(number * 30_000)))
    assert told_of == [("a", "processing", "failed")]


@pytest.mark.parametrize("absences", [1, 2, 500])
def test_an_order_that_was_missing_is_as_it_was_before(absences: int) -> None:
    ended = order("a", "failed", NOW - 5 * HOUR, NOW - 4 * HOUR)
    tracker = started(ended, order("b", "pending"))
    for number in range(absences):
        assert tracker.update([order("b", "pending")], at(number * 30_000)) == []
    assert tracker.update([ended, order("b", "pending")], at(absences * 30_000)) == []
    assert told(tracker.update([order("b", "running")], at(absences * 30_000 + 1))) == [("b", "pending", "processing")]


@pytest.mark.parametrize("hours", [2, 23])
def test_an_order_that_failed_long_after_its_creation_and_is_tried_again_is_reported(hours: int) -> None:
    tracker = started(order("a", "running", NOW - 5 * HOUR), order("b", "successed"))
    end = NOW + 60_000
    rows = [order("a", "failed", NOW - 5 * HOUR, end)]
    assert told(tracker.update(rows, at(60_000))) == [("a", "processing", "failed")]
    later = hours * HOUR
    assert is_listed(tracker.spans(FLOOR, 120), NOW - 5 * HOUR)
    again = order("a", "running", NOW - 5 * HOUR)
    assert tracker.update([again], at(later)) == []
    assert is_listed(tracker.spans(FLOOR, 120), NOW - 5 * HOUR)
    assert told(tracker.update([again], at(later + CONFIRM_SECONDS * 1000))) == [("a", "failed", "processing")]
    ended = order("a", "successed", NOW - 5 * HOUR, NOW + later + 2 * HOUR)
    assert told(tracker.update([ended], at(later + 2 * HOUR))) == [("a", "processing", "succeeded")]


def test_what_tells_of_a_later_time_needs_no_confirmation() -> None:
    tracker = started(order("a", "failed", NOW - 5 * HOUR, NOW - 4 * HOUR))
    again = order("a", "running", NOW - 5 * HOUR, beginTimestamp=NOW + 1000)
    assert told(tracker.update([again], at(2000))) == [("a", "failed", "processing")]
    assert told(tracker.update([order("a", "successed", NOW - 5 * HOUR, NOW + 9000)], at(9000))) == [
        ("a", "processing", "succeeded")
    ]


def test_a_failed_order_that_is_tried_again_after_a_day_is_found_within_an_hour() -> None:
    tracker = started(order("a", "failed", NOW - 50 * HOUR, NOW - 49 * HOUR), order("b", "successed"))
    assert not is_listed(tracker.spans(FLOOR, 1), NOW - 50 * HOUR)
    assert is_listed(tracker.spans(FLOOR, WIDE_SECONDS), NOW - 50 * HOUR)
    assert RETRIED_MS == 24 * HOUR


def test_a_step_back_that_only_the_hourly_poll_lists_is_listed_until_it_is_confirmed() -> None:
    """Whatever state it leaves: nobody knows what a service lets its users do."""
    tracker = started(order("a", "successed", NOW - 50 * HOUR), order("b", "successed"))
    back = order("a", "running", NOW - 50 * HOUR)
    tracker.spans(FLOOR, WIDE_SECONDS)
    assert tracker.update([back], at(WIDE_SECONDS * 1000)) == []
    assert is_listed(tracker.spans(FLOOR, WIDE_SECONDS + 30), NOW - 50 * HOUR)
    assert told(tracker.update([back], at(2 * WIDE_SECONDS * 1000))) == [("a", "succeeded", "processing")]


def test_the_same_step_a_second_time_is_another_event() -> None:
    tracker = started(order("a", "running"))
    ids = []
    for number, phase in enumerate(("failed", "running", "failed", "running", "failed")):
        time = NOW + number * HOUR
        row = order("a", phase, ended=time if phase == "failed" else 0, beginTimestamp=time)
        ids += [event["id"] for event in tracker.update([row], at(number * HOUR + 1000))]
    assert len(set(ids)) == len(ids) == 5
    assert len(tracker.undelivered) == 5


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_rows_of_one_order_the_later_counts(turned: bool) -> None:
    tracker = started(order("a", "pending"))
    rows = [order("a", "running"), order("a", "successed", ended=NOW + 1)]
    rows = rows[::-1] if turned else rows
    assert told(tracker.update(rows, at(2))) == [("a", "pending", "succeeded")]
    assert tracker.update(rows, at(3)) == []


# Clocks


@pytest.mark.parametrize("jump", [-1200_000, -50 * HOUR, -FORGET_MS * 2, FORGET_MS * 20])
def test_no_clock_that_jumps_repeats_or_hides_anything(jump: int) -> None:
    """For one poll, and for good; and everything that was ever listed is listed again."""
    rows = [order(f"o{number}", "successed", NOW + number * HOUR, NOW + number * HOUR + 9) for number in range(9)]
    tracker = started(rows[0])
    tracker.update(rows, at(9 * HOUR))
    tracker.undelivered.clear()
    seconds = 9 * 3600.0
    for moment in (NOW + 9 * HOUR + jump, NOW + 9 * HOUR, NOW + 9 * HOUR + jump):
        seconds += 30
        assert tracker.update(rows, Moment(moment, False, seconds)) == []
    new = order("new", "pending", NOW + 10 * HOUR)
    assert is_listed(tracker.spans(FLOOR, seconds + 30), NOW + 10 * HOUR)
    assert told(tracker.update([*rows, new], at(10 * HOUR))) == [("new", None, "pending")]


def test_a_start_with_a_clock_that_is_ahead_hides_nothing_once_it_is_right() -> None:
    tracker = ChangeTracker()
    tracker.update([], Moment(NOW + 50 * HOUR, False, 0))
    assert tracker.update([], at(1000)) == []
    assert told(tracker.update([order("a", "pending", NOW + 2000)], at(3000))) == [("a", None, "pending")]


def test_what_is_forgotten_is_never_new_again() -> None:
    tracker = started(order("a", "successed", NOW, NOW + 1), order("open", "pending", NOW))
    later = order("b", "successed", NOW + FORGET_MS + HOUR)
    tracker.update([later], at(FORGET_MS + HOUR))
    assert set(tracker.known) == {"b"}
    rows = [order("a", "successed", NOW, NOW + 1), order("open", "pending", NOW), later]
    assert told(tracker.update(rows, at(FORGET_MS + 2 * HOUR))) == []


# What is remembered


def test_a_wider_scope_reports_nothing_old_but_loses_none_of_the_time_between() -> None:
    tracker = ChangeTracker("one pool")
    tracker.update([order("a", "pending", NOW)], at())
    tracker.update([order("a", "pending", NOW)], at(5 * HOUR))
    tracker = journal.load(journal.dump(tracker))
    tracker.watch("two pools")
    assert tracker.spans(FLOOR, 0) == [(FLOOR, None)]
    rows = [order("a", "failed"), order("b", "failed", NOW + 2 * HOUR), order("c", "failed", NOW + 5 * HOUR)]
    assert told(tracker.update(rows, at(9 * HOUR))) == [("a", "pending", "failed"), ("c", None, "failed")]


def test_a_restart_does_not_report_since_again() -> None:
    tracker = ChangeTracker()
    assert tracker.update([order("a", "failed", NOW - HOUR)], at(), since=FLOOR)
    tracker.undelivered.clear()
    tracker = journal.load(journal.dump(tracker))
    assert tracker.update([order("a", "failed", NOW - HOUR)], at(), since=FLOOR) == []


def test_a_journal_of_the_first_release_is_read() -> None:
    """It had forgotten finished orders older than an hour: they must not come again, and nothing else be lost."""
    event = change_event(order("a", "failed"), "pending")
    head = {
        "modelarts_orders": 1,
        "scope": "s",
        "news": NOW - 99 * HOUR,
        "looked": NOW,
        "known": {"a": ["failed", True, NOW - HOUR], "b": ["pending", False, NOW - 50 * HOUR]},
        "owed": [event, {**event, "id": "taken"}],
    }
    tracker = journal.load(json.dumps(head) + "\ntaken\n")
    tracker.watch("s")
    assert list(tracker.undelivered) == [event["id"]]
    rows = [
        order("a", "failed", NOW - HOUR),
        order("b", "successed", NOW - 50 * HOUR),
        order("forgotten", "successed", NOW - 20 * HOUR, NOW - 2 * HOUR),
        order("c", "pending", NOW + 1),
    ]
    assert told(tracker.update(rows, at(1000))) == [("b", "pending", "succeeded"), ("c", None, "pending")]


def test_ids_are_stable_uuids_that_differ_where_the_change_does() -> None:
    one = change_event(order("a", "failed"), "pending")["id"]
    assert one == change_event(order("a", "failed", failReason="said later"), "pending")["id"] == str(uuid.UUID(one))
    others = [
        change_event(order("b", "failed"), "pending"),
        change_event(order("a", "failed"), None),
        change_event(order("a", "failed"), "processing"),
        change_event(order("a", "successed"), "pending"),
        change_event(order("a", "failed"), "pending", 1),
    ]
    assert len({one, *(event["id"] for event in others)}) == 6


# Text and numbers of the service


def all_texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from all_texts(key)
            yield from all_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from all_texts(each)


HEADER = "#jinja2: variable_start_string:'[%', variable_end_string:'%]'\n[% lookup('pipe', 'id') %]"


TEXTS = st.text("{}%#ab: ") | st.just(HEADER)


@given(st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
def test_no_text_of_an_event_is_a_template_under_any_header(value: t.Any) -> None:
    for text in all_texts(harmless(value)):
        assert not any(sign in text + "{" for sign in ("{{{", "{%", "{#"))
        assert not any(sign in text for sign in ("{{", "{%", "{#"))
        assert not text.endswith("{")
        assert not text.startswith("#jinja2:")


def test_what_is_no_template_stays_as_it_is() -> None:
    value: t.Any
    for value in (
        "a { b } c",
        "50 %}",
        "#1",
        "x }}",
        "\u4e2d\n\t\U0001f600",
        7,
        1.5,
        True,
        None,
        [],
        {"a": {"b": ["c"]}},
    ):
        assert harmless(value) == value


def test_what_no_parser_can_take_is_left_out() -> None:
    row = order("a", "pending", nan=float("nan"), big=10**400, text="\ud800")
    event = change_event(row, None)
    assert json.loads(json.dumps(event, allow_nan=False)) == event
    assert event["order"]["nan"] is None
    assert event["order"]["big"] == str(10**400)
    assert harmless("\ud800") == "?"


# The journal


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "null", "{}", '{"modelarts_orders":3}', '{"modelarts_orders":2,"scope":1}', "[" * 100_000],
)
def test_a_broken_journal_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        journal.load(text)


@given(st.data())
def test_any_damage_to_a_journal_is_a_value_error_or_harmless(data: st.DataObject) -> None:
    tracker = started(order("a", "pending"))
    tracker.update([order("a", "failed", failReason="\ud800 \x1b[2J")], at())
    text = json.loads(journal.dump(tracker))
    key = data.draw(st.sampled_from(sorted(text)))
    text[key] = data.draw(st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.just({"a": [1]}))
    try:
        journal.load(json.dumps(text) + "\n")
    except ValueError:
        pass


PHASES = ("pending", "running", "successed", "failed")
HISTORIES = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(PHASES), max_size=4), min_size=1, max_size=12
)


class Crash(Exception):
    """The process was killed."""


class Disk:
    """A journal as the source keeps it, and what the consumer took. ``left`` steps are done before a crash."""

    def __init__(self) -> None:
        self.text = ""
        self.taken: list[dict[str, t.Any]] = []
        self.left = 0

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Crash

    def run(self, polls: t.Iterator[tuple[int, dict[str, str]]], last: list[tuple[int, dict[str, str]]]) -> None:
        """Go on from the journal until a crash or the end. A poll that a crash interrupted is made again."""
        tracker = journal.load(self.text) if self.text else ChangeTracker()
        # Written anew, as nothing may be appended to a torn line.
        self.text = journal.dump(tracker)
        self.deliver(tracker)
        while True:
            if not last:
                last.append(next(polls))
            number, listed = last[0]
            self.step()
            rows = [order(name, phase, NOW + 1, NOW + number * HOUR + 2) for name, phase in listed.items()]
            tracker.update(rows, at(2 + number * HOUR), since=NOW)
            self.step()
            self.text = journal.dump(tracker)
            last.clear()
            self.deliver(tracker)

    def deliver(self, tracker: ChangeTracker) -> None:
        for event in list(tracker.undelivered.values()):
            self.step()
            self.taken.append(event)
            self.step()
            del tracker.undelivered[event["id"]]
            self.text += event["id"] + "\n"
            if self.left == 0:  # a torn line
                self.text = self.text[:-9]


@given(HISTORIES, st.lists(st.integers(1, 15), max_size=12))
def test_no_crash_at_any_point_loses_or_repeats_a_change(history: list[dict[str, str]], crashes: list[int]) -> None:
    calm, shaken = Disk(), Disk()
    for disk, lives in ((calm, [10_000]), (shaken, [*crashes, 10_000])):
        polls, last = iter(enumerate(history)), list[tuple[int, dict[str, str]]]()
        for disk.left in lives:
            try:
                disk.run(polls, last)
            except Crash:
                continue
            except StopIteration:
                break
    taken: list[dict[str, t.Any]] = []
    repeated = 0
    for event in shaken.taken:
        if taken and taken[-1]["id"] == event["id"]:
            repeated += 1  # the one that was in doubt: the same ID, at once
        else:
            taken.append(event)
    assert told(taken) == told(calm.taken)
    assert repeated <= len(crashes)


def test_errors_are_told_once_for_each_change() -> None:
    state = ErrorState("a run")
    busy, down = _errors.ThrottledError("busy", status=429), _errors.TransientError("down", status=503)
    first = state.begin("service", busy, 1)
    assert first is not None
    assert first["error"] == {
        "kind": "service",
        "msg": "busy",
        "status": 429,
        "error_code": None,
        "request_id": None,
    }
    assert state.begin("service", _errors.ThrottledError("busy again", status=429), 2) is None
    assert state.begin("service", down, 3) is not None
    assert state.begin("state_file", down, 3) is not None
    over = state.end("service", 9)
    assert over is not None
    assert over["recovered"] == {"kind": "service", "seconds": 8.0}
    assert state.end("service", 9) is None
    again = state.begin("service", busy, 10)
    assert again is not None
    assert again["id"] != first["id"]


def test_the_least_delay_never_locks_a_key_and_honours_the_service() -> None:
    refused = _errors.CredentialsError("no", status=401)
    assert [least_delay(refused, errors) for errors in (1, 2, 3, 4, 400)] == [600, 1200, 2400, 3600, 3600]
    assert least_delay(_errors.RequestError("what?", status=400), 1) == 300
    assert least_delay(_errors.TransientError("later", retry_after=90), 1) == 90
    assert least_delay(_errors.TransientError("much later", retry_after=1e9), 1) == 3600
    assert least_delay(_errors.TransientError("down"), 7) == 0
