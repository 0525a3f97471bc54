# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source against a service that is not the simulator and answers whatever a test says, over a real socket."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import json
import time
import typing as t
import urllib.parse
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.source import Source
from ansible_collections.huaweicloud.modelarts.tests.support.json_server import JsonHandler, JsonServer
from ansible_collections.huaweicloud.modelarts.tests.unit.events.scenario import Ended, Event, told

TOKEN = "a-token-of-the-tests-0123456789"
UNKNOWN_POOL = {"error_code": "ModelArts.50015001", "error_msg": "no such pool"}


class Handler(JsonHandler):
    """Asks the test for each answer."""

    def get(self) -> None:
        """Answer with rows, or with (status, body)."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        found = self.service.answer(query)
        if isinstance(found, list):
            found = 200, self.service.page(found, query)
        self.answer(*found)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the service's own idea of the time."""
        return email.utils.formatdate(self.service.date(), usegmt=True)


class Service(JsonServer):
    """A service whose rows, or (status, body), come from ``answer``: a function of the query. Time is virtual."""

    def __init__(self, answer: t.Callable[[dict[str, str]], t.Any], date: t.Callable[[], float] | None = None) -> None:
        super().__init__(Handler)
        self.now = 1_790_000_000.0
        self.answer = answer
        self.date = date or (lambda: self.now)
        self.polls = 0

    @property
    def ms(self) -> int:
        return int(self.now * 1000)

    def page(self, rows: list[dict[str, t.Any]], query: dict[str, str]) -> dict[str, t.Any]:
        """Return what a service makes of all rows: those of the window, a page of them, and the right count."""
        low, high = int(query["since"]), int(query.get("until", 10**14))
        held = [row for row in rows if low <= row.get("creationTimestamp", low) <= high]
        name = query.get("involvedName")
        held = [row for row in held if name in (None, row.get("resourceName"), row.get("resourceDisplayName"))]
        start = int(query["offset"])
        return {"count": len(held), "items": held[start : start + int(query["limit"])]}

    def watch(self, seconds: float, **args: t.Any) -> list[Event]:
        """Run a source for so many seconds and return its events."""
        return asyncio.run(self._watch(seconds, args))

    async def _watch(self, seconds: float, args: dict[str, t.Any]) -> list[Event]:
        events: list[Event] = []
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        end = self.now + seconds
        clock = Time(self)

        async def sleep(pause: float) -> None:
            self.polls += 1
            self.now += pause
            if self.now > end:
                raise Ended
            await asyncio.sleep(0)

        async def take() -> None:
            while True:
                events.append(await queue.get())

        args = {"endpoint": self.url, "auth_token": TOKEN, "project_id": "0" * 32, "retries": 0, **args}
        taker = asyncio.ensure_future(take())
        with contextlib.suppress(Ended):
            source = Source(queue, args, environ={}, clock=clock, sleep=sleep, rng=lambda: 0.5)
            await asyncio.wait_for(source.run(), 60)
        taker.cancel()
        return events


class Time(Clock):
    """The service's time, which is also this machine's."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def time(self) -> float:
        """Return the wall clock."""
        return self._service.now

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return self._service.now

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self._service.now += max(0.0, seconds)


def row(name: str, phase: str, created: int, ended: int = 0, **more: t.Any) -> dict[str, t.Any]:
    pool = {"resourceName": f"{name}-id", "resourceDisplayName": name}
    return {"orderName": name, "phase": phase, "creationTimestamp": created, "endTimestamp": ended, **pool, **more}


def kinds(events: list[Event]) -> list[str]:
    return [event["error"]["kind"] for event in events if "error" in event]


BEGIN = 1_790_000_000_000
ODD_LISTINGS: dict[str, t.Any] = {
    "an empty object": {},
    "null": None,
    "a list": [1],
    "rows that are no objects": {"count": 1, "items": ["a"]},
    "a count beyond all rows": {"count": 10**400, "items": []},
    "a count that is a text": {"count": "7", "items": []},
    "a negative count": {"count": -1, "items": []},
    "no rows": {"count": 0, "items": []},
    "no rows and null": {"count": None, "items": None},
    "a row of nothing": {"count": 1, "items": [{}]},
    "a row of nulls": {"count": 1, "items": [dict.fromkeys(row("x", "", 0))]},
    "a row of lists": {"count": 1, "items": [{key: [[]] for key in row("x", "", 0)}]},
    "a row of numbers": {"count": 1, "items": [dict.fromkeys(row("x", "", 0), -1.5e300)]},
    "an error in place of rows": {"error_code": "ModelArts.0001", "error_msg": "{{ 1 }}"},
}


@pytest.mark.parametrize("odd", ODD_LISTINGS)
def test_whatever_one_poll_answers_the_next_goes_on_as_if_it_had_not_been(odd: str) -> None:
    """No order is forgotten, none comes again, and nothing of one that was not there."""

    def answer(query: dict[str, str]) -> t.Any:
        if service.polls % 3 == 1:
            return 200, ODD_LISTINGS[odd]
        done = row("done", "successed", BEGIN - 7_200_000, BEGIN - 3_600_000)
        return [done, row("a", "running" if service.now < BEGIN / 1000 + 300 else "successed", BEGIN - 60_000)]

    with Service(answer) as service:
        events = service.watch(900)
    assert [each for each in told(events) if each[0] in ("a", "done")] == [("a", "processing", "succeeded")]
    assert set(kinds(events)) <= {"service", "listing"}
    assert all("{{" not in text for text in [json.dumps(events)])


STATUSES = [204, 301, 302, 400, 404, 405, 409, 410, 418, 423, 429, 499, 500, 501, 502, 503, 504, 505, 511, 599]


@pytest.mark.parametrize("status", STATUSES)
def test_no_status_ends_it_and_what_changed_meanwhile_is_reported(status: int) -> None:
    def answer(query: dict[str, str]) -> t.Any:
        if 60 < service.now - BEGIN / 1000 < 200:
            return status, {"error_code": "APIGW.0101", "error_msg": "\u202e#jinja2: {{ x }}"}
        return [row("a", "running" if service.now < BEGIN / 1000 + 100 else "failed", BEGIN - 60_000)]

    with Service(answer) as service:
        events = service.watch(2000)
    assert told(events) == [("a", "processing", "failed")]
    assert kinds(events) == ["service"]
    assert sum("recovered" in event for event in events) == 1


@pytest.mark.parametrize("each", [1, 2, 5])
@pytest.mark.parametrize("date", [0.0, 812_000_000.0, 4_102_444_800.0, 1_790_000_000 - 3600.0, 1_790_000_000 + 3600.0])
def test_no_date_of_the_service_hides_or_repeats_anything(date: float, each: int) -> None:
    """In every poll, in every second, now and then."""

    def answer(query: dict[str, str]) -> t.Any:
        rows = [row("old", "successed", BEGIN - 7_200_000, BEGIN - 3_600_000)]
        if service.now > BEGIN / 1000 + 200:
            rows.append(row("new", "pending" if service.now < BEGIN / 1000 + 400 else "failed", BEGIN + 200_000))
        return rows

    def tell() -> float:
        return date if service.polls % each == each - 1 else service.now

    with Service(answer, tell) as service:
        events = service.watch(900)
    assert told(events) == [("new", None, "pending"), ("new", "pending", "failed")]
    assert kinds(events) == []


def test_the_end_of_an_order_whose_pool_is_gone_is_reported() -> None:
    """Asked for that pool by its name the service answers 404; the project's listing still shows the order."""

    def answer(query: dict[str, str]) -> t.Any:
        gone = service.now > BEGIN / 1000 + 100
        if gone and "involvedName" in query:
            return 404, UNKNOWN_POOL
        return [row("a", "successed" if gone else "running", BEGIN - 60_000, operation="delete")]

    with Service(answer) as service:
        events = service.watch(300, pools="a")
    assert told(events) == [("a", "processing", "succeeded")]
    assert kinds(events) == []


@pytest.mark.parametrize("pools", ["a", ["a", "b"]])
def test_orders_of_other_pools_are_not_reported(pools: t.Any) -> None:
    def answer(query: dict[str, str]) -> t.Any:
        if "involvedName" in query and query["involvedName"] != "b":
            return 404, UNKNOWN_POOL
        query.pop("involvedName", None)
        return [row("other", "running" if service.now < BEGIN / 1000 + 100 else "failed", BEGIN - 60_000)]

    with Service(answer) as service:
        assert service.watch(300, pools=pools) == []


def test_a_secret_that_the_service_echoes_is_in_no_event_and_no_file(tmp_path: Path) -> None:
    def answer(query: dict[str, str]) -> t.Any:
        phase = "running" if service.now < BEGIN / 1000 + 100 else "failed"
        return [row("a", phase, BEGIN - 60_000, failReason=f"bad header {TOKEN}", extra={TOKEN: [TOKEN]})]

    with Service(answer) as service:
        events = service.watch(300, state_file=str(tmp_path / "state.json"))
    assert told(events) == [("a", "processing", "failed")]
    assert TOKEN not in json.dumps(events)
    assert TOKEN not in (tmp_path / "state.json").read_text(encoding="utf-8")


def test_a_secret_that_is_the_word_of_a_state_hides_no_change() -> None:
    def answer(query: dict[str, str]) -> t.Any:
        return [row("a", "running" if service.now < BEGIN / 1000 + 100 else "failed", BEGIN - 60_000)]

    with Service(answer) as service:
        assert told(service.watch(300, auth_token="processing")) == [("a", "processing", "failed")]


def test_rows_at_the_edges_of_pages_that_move_are_no_changes() -> None:
    """Two thousand open orders, of which one is added in every poll: pages overlap, and none is lost."""
    rows = [row(f"o{number}", "running", BEGIN - 86_400_000 + number * 1000) for number in range(1200)]

    def answer(query: dict[str, str]) -> t.Any:
        late = int(service.now - BEGIN / 1000)
        return [*rows, *(row(f"n{second}", "pending", BEGIN + second * 1000) for second in range(30, late, 30))]

    with Service(answer) as service:
        events = service.watch(300)
    assert len(events) >= 8
    assert [name for name, *dummy in told(events)] == [f"n{second}" for second in range(30, 300, 30)][: len(events)]


def test_equal_and_missing_times_are_followed_like_any_other() -> None:
    def answer(query: dict[str, str]) -> t.Any:
        phase = "running" if service.now < BEGIN / 1000 + 100 else "successed"
        times: list[t.Any] = [BEGIN, BEGIN, 0, None, "", BEGIN // 1000, str(BEGIN), BEGIN + 0.5, -1]
        return [{**row(f"o{number}", phase, BEGIN), "creationTimestamp": time} for number, time in enumerate(times)]

    def page(rows: list[dict[str, t.Any]], query: dict[str, str]) -> dict[str, t.Any]:
        return {"count": len(rows), "items": rows}

    with Service(answer) as service:
        service.page = page
        events = service.watch(4000)
    assert sorted(told(events)) == [(f"o{number}", "processing", "succeeded") for number in range(9)]


def test_the_clock_of_the_tests_is_virtual() -> None:
    """A test that slept would take an hour."""
    begin = time.monotonic()
    with Service(lambda query: []) as service:
        service.watch(3600)
    assert time.monotonic() - begin < 60
