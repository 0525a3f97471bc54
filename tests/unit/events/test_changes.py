# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transitions: what is news, what is remembered, and that no crash at any point loses or repeats a change."""

from __future__ import annotations

import json
import typing as t
import uuid

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import errors as _errors
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.changes import (
    LATE_MS,
    Transitions,
    Troubles,
    change,
    least_delay,
)
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


def started(*orders: Order) -> Transitions:
    state = Transitions()
    assert state.feed(orders, NOW, FLOOR) == []
    return state


def test_the_first_look_learns() -> None:
    state = started(order("a", "pending"), order("b", "successed"))
    assert state.changed
    assert told(state.feed([order("a", "running"), order("b", "successed")], NOW + 1, FLOOR)) == [
        ("a", "pending", "processing")
    ]


def test_with_since_the_first_look_reports_what_was_created_since_then() -> None:
    state = Transitions()
    rows = [order("new", "pending", NOW - HOUR), order("old", "successed", NOW - 3 * HOUR)]
    assert told(state.feed(rows, NOW, FLOOR, report_since=NOW - 2 * HOUR)) == [("new", None, "pending")]


def test_an_order_created_after_the_start_is_news_in_whatever_state_it_is_first_seen() -> None:
    state = started()
    assert told(state.feed([order("fast", "failed", NOW + 5)], NOW + 9, FLOOR)) == [("fast", None, "failed")]


def test_an_order_that_was_listed_late_is_news_and_one_that_is_old_is_not() -> None:
    state = started()
    late, old = order("late", "pending", NOW - LATE_MS + 1), order("old", "successed", NOW - LATE_MS - 1)
    assert told(state.feed([late, old], NOW + 9, FLOOR)) == [("late", None, "pending")]
    assert told(state.feed([order("old", "failed", NOW - LATE_MS - 1)], NOW + 10, FLOOR)) == [
        ("old", "succeeded", "failed")
    ]


def test_the_oldest_change_comes_first() -> None:
    state = started()
    rows = [order("z", "pending", NOW + 3), order("b", "pending", NOW + 1), order("a", "pending", NOW + 2)]
    assert [name for name, *dummy in told(state.feed(rows, NOW + 9, FLOOR))] == ["b", "a", "z"]


def test_an_unknown_order_that_gets_an_end_time_has_changed() -> None:
    state = started(order("a", "odd"))
    events = state.feed([order("a", "odd", ended=NOW + 1)], NOW + 2, FLOOR)
    assert told(events) == [("a", "unknown", "unknown")]
    assert events[0]["order"]["finished"] is True


def test_a_state_filter_hides_other_changes_but_not_the_state_that_was_left() -> None:
    state = started(order("a", "pending"))
    assert state.feed([order("a", "running")], NOW + 1, FLOOR, state="failed") == []
    assert told(state.feed([order("a", "failed")], NOW + 2, FLOOR, state="failed")) == [("a", "processing", "failed")]
    assert next(iter(state.owed.values()))["previous_state"] == "processing"


def test_rows_without_a_name_are_known_by_their_id_or_left_alone() -> None:
    nameless = {"creationTimestamp": NOW, "phase": "pending"}
    state = started(normalise({**nameless, "orderId": "CS1"}), normalise(nameless))
    assert list(state.known) == ["CS1"]


def test_an_order_without_a_creation_time_is_followed_for_as_long_as_it_is_listed() -> None:
    state = started(order("a", "successed", created=0))
    later = NOW + 10 * HOUR
    assert state.feed([order("a", "successed", created=0)], later, FLOOR) == []
    state.feed([], later + 10 * HOUR, FLOOR)
    assert state.known == {}


def test_looks_reach_back_to_the_oldest_open_order_or_an_hour() -> None:
    state = started(order("open", "pending", NOW - 50 * HOUR), order("done", "successed", NOW - 60 * HOUR))
    assert NOW - 50 * HOUR - 2000 <= state.since(FLOOR) < NOW - 50 * HOUR
    state.feed([order("open", "failed", NOW - 50 * HOUR)], NOW, FLOOR)
    assert state.since(FLOOR) == NOW - LATE_MS - 1000
    assert Transitions().since(FLOOR) == FLOOR


def test_one_old_order_does_not_bring_all_that_followed_into_every_look() -> None:
    done = [order(f"d{number}", "successed", NOW - 40 * HOUR + number) for number in range(3000)]
    state = started(order("open", "pending", NOW - 50 * HOUR), *done, order("new", "pending", NOW - 5))
    old, recent = state.windows(FLOOR)
    assert old == (NOW - 50 * HOUR - 1000, NOW - 50 * HOUR + 1000)
    assert recent == (NOW - LATE_MS - 1000, None)
    assert Transitions().windows(FLOOR) == [(FLOOR, None)]


@given(
    st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=60),
    st.integers(1, 9),
)
def test_spans_hold_every_open_order_and_all_of_the_last_hour(rows: list[tuple[int, bool]], size: int) -> None:
    orders = [
        order(f"o{number}", "pending" if is_open else "failed", NOW - minutes * 60_000)
        for number, (minutes, is_open) in enumerate(rows)
    ]
    state = started(*orders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Transitions.windows.__globals__, "_WINDOW", size)
        spans = state.windows(FLOOR)
    assert [end is None for dummy, end in spans] == [False] * (len(spans) - 1) + [True]

    def held(moment: int) -> bool:
        return any(start <= moment and (end is None or moment <= end) for start, end in spans)

    assert all(held(row["creation_timestamp"]) for row in orders if not row["finished"])
    assert all(held(NOW - LATE_MS + minute * 60_000 + second) for minute in range(61) for second in (0, 30_000))


def test_what_no_look_can_list_again_is_forgotten() -> None:
    state = started(order("done", "successed", NOW - 60 * HOUR), order("open", "pending", NOW - 50 * HOUR))
    state.feed([order("open", "pending", NOW - 50 * HOUR)], NOW, FLOOR)
    assert list(state.known) == ["open"]
    state.feed([], NOW + 40 * 24 * HOUR, FLOOR + 40 * 24 * HOUR)
    assert state.known == {}


def test_a_wider_scope_brings_no_old_news_but_loses_none_of_the_time_between() -> None:
    state = Transitions("one pool")
    state.feed([order("a", "pending", NOW)], NOW, FLOOR)
    state.feed([order("a", "pending", NOW)], NOW + 5 * HOUR, FLOOR)
    state = Transitions.load(state.dump())
    state.watch("two pools")
    assert state.windows(FLOOR) == [(FLOOR, None)]
    rows = [order("a", "failed"), order("b", "failed", NOW + 2 * HOUR), order("c", "failed", NOW + 5 * HOUR)]
    assert told(state.feed(rows, NOW + 9 * HOUR, FLOOR)) == [("a", "pending", "failed"), ("c", None, "failed")]


def test_a_restart_does_not_report_since_again() -> None:
    state = Transitions()
    assert state.feed([order("a", "failed", NOW - HOUR)], NOW, FLOOR, report_since=FLOOR)
    state.owed.clear()
    state = Transitions.load(state.dump())
    assert state.feed([order("a", "failed", NOW - HOUR)], NOW, FLOOR, report_since=FLOOR) == []


def test_ids_are_stable_uuids_that_differ_where_the_change_does() -> None:
    one = change(order("a", "failed"), "pending")["id"]
    assert one == change(order("a", "failed", failReason="said later"), "pending")["id"] == str(uuid.UUID(one))
    others = [
        change(order("b", "failed"), "pending"),
        change(order("a", "failed"), None),
        change(order("a", "failed"), "processing"),
        change(order("a", "successed"), "pending"),
    ]
    assert len({one, *(event["id"] for event in others)}) == 5


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "null", "{}", '{"modelarts_orders":2}', '{"modelarts_orders":1,"scope":1}', "[" * 100_000],
)
def test_a_broken_journal_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        Transitions.load(text)


@given(st.data())
def test_any_damage_to_a_journal_is_a_value_error_or_harmless(data: st.DataObject) -> None:
    state = started(order("a", "pending"))
    state.feed([order("a", "failed", failReason="\ud800 \x1b[2J")], NOW, FLOOR)
    text = json.loads(state.dump())
    key = data.draw(st.sampled_from(sorted(text)))
    text[key] = data.draw(st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.just({"a": [1]}))
    try:
        Transitions.load(json.dumps(text) + "\n")
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

    def run(self, looks: t.Iterator[tuple[int, dict[str, str]]], last: list[tuple[int, dict[str, str]]]) -> None:
        """Go on from the journal until a crash or the end. A look that a crash interrupted is made again."""
        state = Transitions.load(self.text) if self.text else Transitions()
        # Written anew, as nothing may be appended to a torn line.
        self.text = state.dump()
        self.deliver(state)
        while True:
            if not last:
                last.append(next(looks))
            number, listed = last[0]
            self.step()
            rows = [order(name, phase, NOW + 1) for name, phase in listed.items()]
            state.feed(rows, NOW + 2 + number, FLOOR, report_since=NOW)
            self.step()
            self.text = state.dump()
            last.clear()
            self.deliver(state)

    def deliver(self, state: Transitions) -> None:
        for event in list(state.owed.values()):
            self.step()
            self.taken.append(event)
            self.step()
            del state.owed[event["id"]]
            self.text += event["id"] + "\n"
            if self.left == 0:  # a torn line
                self.text = self.text[:-9]


@given(HISTORIES, st.lists(st.integers(1, 15), max_size=12))
def test_no_crash_at_any_point_loses_or_repeats_a_change(history: list[dict[str, str]], crashes: list[int]) -> None:
    calm, shaken = Disk(), Disk()
    for disk, lives in ((calm, [10_000]), (shaken, [*crashes, 10_000])):
        looks, last = iter(enumerate(history)), list[tuple[int, dict[str, str]]]()
        for disk.left in lives:
            try:
                disk.run(looks, last)
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


def test_troubles_are_told_once_for_each_change() -> None:
    troubles = Troubles()
    busy, down = _errors.ThrottledError("busy", status=429), _errors.TransientError("down", status=503)
    first = troubles.begin("service", busy, 1000)
    assert first is not None
    assert first["error"] == {
        "kind": "service",
        "msg": "busy",
        "status": 429,
        "error_code": None,
        "request_id": None,
    }
    assert troubles.begin("service", _errors.ThrottledError("busy again", status=429), 2000) is None
    assert troubles.begin("service", down, 3000) is not None
    assert troubles.begin("state_file", down, 3000) is not None
    over = troubles.end("service", 9000)
    assert over is not None
    assert over["recovered"] == {"kind": "service", "seconds": 8.0}
    assert troubles.end("service", 9000) is None
    again = troubles.begin("service", busy, 10_000)
    assert again is not None
    assert again["id"] != first["id"]


def test_the_least_delay_never_locks_a_key_and_honours_the_service() -> None:
    refused = _errors.CredentialsError("no", status=401)
    assert [least_delay(refused, errors) for errors in (1, 2, 3, 4, 400)] == [600, 1200, 2400, 3600, 3600]
    assert least_delay(_errors.RequestError("what?", status=400), 1) == 300
    assert least_delay(_errors.TransientError("later", retry_after=90), 1) == 90
    assert least_delay(_errors.TransientError("much later", retry_after=1e9), 1) == 3600
    assert least_delay(_errors.TransientError("down"), 7) == 0
