# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the event source must bear: its neighbours, its own defects, clocks that jump, a second run on its file."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import (
    changes,
    delivery,
    journal,
    poller,
    state_file,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.source import Source
from ansible_collections.huaweicloud.modelarts.tests.unit.events.scenario import PLUGIN, Event, scenario, told
from ansible_collections.huaweicloud.modelarts.tests.unit.events.test_event_source import FAILS, ORDERS, STORY, errors


async def until(condition: t.Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


# Neighbours


@pytest.mark.parametrize("hanging", ["poll", "load", "save"])
def test_however_many_sources_hang_another_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hanging: str
) -> None:
    """In a poll, or at a file on a volume that does not answer: asyncio has a thread or two for each core."""
    hung, go_on = [0], threading.Event()
    places = {"poll": poller.Poller, "load": state_file.StateFile, "save": state_file.StateFile}
    real = getattr(places[hanging], hanging)

    def hang(self: t.Any, *args: t.Any) -> t.Any:
        if hung[0] < 40:
            hung[0] += 1
            go_on.wait(60)
        return real(self, *args)

    async def story(environ: dict[str, str], clock: t.Any) -> list[Event]:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        args = {"since": "2d", "interval": 0.1}
        tasks = []
        for number in range(41):
            file = str(tmp_path / f"{number}.json")
            own = queue if number == 40 else asyncio.Queue[Event](1)
            source = Source(own, {**args, "state_file": file}, environ=environ, clock=clock)
            tasks.append(asyncio.ensure_future(source.run()))
            await until(lambda number=number: hung[0] > min(number, 39))  # type: ignore[misc]
        events = [await asyncio.wait_for(queue.get(), 30) for dummy in range(3)]
        go_on.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return events

    with scenario(ORDERS) as w:
        monkeypatch.setattr(places[hanging], hanging, hang)
        assert {pool for pool, *dummy in told(asyncio.run(story(w.server.environment(), w.clock)))} == {
            "old",
            "slow",
            "fails",
        }


# Defects of our own

KINDS = [
    ZeroDivisionError,
    RecursionError,
    MemoryError,
    RuntimeError,
    StopIteration,
    AttributeError,
    OSError,
]
PLACES: list[tuple[t.Any, str]] = [
    (poller.Poller, "poll"),
    (poller.Poller, "floor"),
    (poller, "given_options"),
    (changes.ChangeTracker, "spans"),
    (changes.ChangeTracker, "update"),
    (journal, "dump"),
    (state_file.StateFile, "load"),
    (state_file.StateFile, "save"),
    (state_file.StateFile, "took"),
    (threading.Thread, "start"),
    (delivery.Delivery, "put"),
]


CASES = [*((place, name, ZeroDivisionError) for place, name in PLACES), *((*PLACES[0], kind) for kind in KINDS[1:])]


@pytest.mark.parametrize(("place", "name", "kind"), [*CASES, (*PLACES[0], SystemExit), (*PLACES[4], MemoryError)])
def test_whatever_is_raised_inside_is_an_event_and_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: t.Any, name: str, kind: type[BaseException]
) -> None:
    real, raised = getattr(place, name), [0]

    def broken(*args: t.Any, **kwargs: t.Any) -> t.Any:
        mine = name != "start" or getattr(args[0], "name", "") == "modelarts-events"
        if mine and raised[0] < 2:
            raised[0] += 1
            raise kind("with a s3cret in it")
        return real(*args, **kwargs)

    with scenario(ORDERS) as w, monkeypatch.context() as patch:
        patch.setattr(place, name, broken)
        events = w.run(5000, interval=100, state_file=str(tmp_path / "state.json"), since="2d")
    assert raised[0] == 2
    assert "s3cret" not in str(events)
    assert ("later", "processing", "succeeded") in told(events) or ("later", None, "succeeded") in told(events)
    if name != "put":
        assert any("error" in event for event in events)
        assert any("recovered" in event for event in events)


def test_confirmations_of_any_shape_are_borne(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(environ: dict[str, str], clock: t.Any) -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        feedback: asyncio.Queue[t.Any] = asyncio.Queue()
        odds: list[t.Any] = [None, 7, "text", [], {}, {"id": ["a"]}]
        for odd in odds:
            feedback.put_nowait(odd)
        args = {"since": "2d", "feedback": True, "eda_feedback_queue": feedback, "interval": 0.1}
        task = asyncio.ensure_future(Source(queue, args, environ=environ, clock=clock).run())
        for dummy in range(3):
            feedback.put_nowait(await asyncio.wait_for(queue.get(), 60))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with scenario(ORDERS) as w:
        asyncio.run(story(w.server.environment(), w.clock))


def test_an_event_that_the_rules_never_confirm_does_not_hold_up_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    async def story(environ: dict[str, str], clock: t.Any) -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        args = {"since": "2d", "feedback": True, "eda_feedback_queue": asyncio.Queue(1), "interval": 0.1}
        task = asyncio.ensure_future(Source(queue, args, environ=environ, clock=clock).run())
        while len(set(taken)) < 3:
            taken.append((await asyncio.wait_for(queue.get(), 60))["id"])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    monkeypatch.setattr(delivery, "CONFIRM_TIME", 0.05)
    with scenario(ORDERS) as w:
        asyncio.run(story(w.server.environment(), w.clock))
    assert [taken.count(one) for one in dict.fromkeys(taken)] == [3, 3, 1]


def test_a_core_that_cannot_be_loaded_is_an_event(tmp_path: Path) -> None:
    """The collection may be there in part: then there is nothing that could report it but the plugin file alone."""
    plugin = tmp_path / "extensions/eda/plugins/event_source" / PLUGIN.name
    plugin.parent.mkdir(parents=True)
    shutil.copy(PLUGIN, plugin)
    script = (
        "import asyncio, json, runpy, sys\n"
        "async def story():\n"
        "    queue = asyncio.Queue(1)\n"
        "    task = asyncio.ensure_future(runpy.run_path(sys.argv[1])['main'](queue, {}))\n"
        "    print(json.dumps(await queue.get()))\n"
        "    await asyncio.sleep(0.1)\n"
        "    assert not task.done()\n"
        "asyncio.run(story())\n"
    )
    command = [sys.executable, "-c", script, str(plugin)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    event = json.loads(run.stdout)
    assert event["error"]["kind"] == "options"
    assert "\n" not in event["error"]["msg"]
    assert "cannot load the event source (ModuleNotFoundError)" in event["error"]["msg"]


# Clocks


@pytest.mark.parametrize("jump", [-1200, -90_000, 1200, 90_000])
def test_a_wall_clock_that_jumps_repeats_and_hides_nothing(tmp_path: Path, jump: float) -> None:
    offset = [0.0]
    with scenario(ORDERS) as w, pytest.MonkeyPatch.context() as patch:
        real = w.clock.time
        patch.setattr(w.clock, "time", lambda: real() + offset[0])
        w.cloud.configure({"signature_tolerance": 1_000_000})
        file = str(tmp_path / "state.json")
        events = w.run(450, state_file=file)
        offset[0] = jump
        events += w.run(450, state_file=file)
        offset[0] = 0.0
        events += w.run(450, state_file=file)
    assert told(events) == STORY
    assert errors(events) == []


@pytest.mark.parametrize("off", [-600, 600])
def test_an_age_counts_back_from_the_services_time(off: float) -> None:
    """A controller ten minutes ahead, or behind, reports the orders of the last five minutes all the same."""
    orders: list[dict[str, t.Any]] = [
        {"pool": "new", "created": 240, "state": "succeeded"},
        {"pool": "old", "created": 400, "state": "succeeded"},
    ]
    with scenario(orders) as w, pytest.MonkeyPatch.context() as patch:
        real = w.clock.time
        patch.setattr(w.clock, "time", lambda: real() + off)
        assert [pool for pool, *dummy in told(w.run(100, since="5m"))] == ["new"]


def test_an_order_that_failed_late_and_is_tried_again_is_reported() -> None:
    """The narrow polls between must list it: nothing else is open, and newer orders have come."""
    retried = [
        {"state": "processing", "seconds": 7200},
        {"state": "failed", "seconds": 5400},
        {"state": "processing", "seconds": 600},
        {"state": "succeeded"},
    ]
    orders: list[dict[str, t.Any]] = [
        {"pool": "retried", "timeline": retried},
        {"pool": "newer", "arrives": 7000, "timeline": FAILS},
    ]
    with scenario(orders) as w:
        events = [row for row in told(w.run(16_000)) if row[0] == "retried"]
    assert events == [
        ("retried", "processing", "failed"),
        ("retried", "failed", "processing"),
        ("retried", "processing", "succeeded"),
    ]


# Two runs on one file


def test_a_second_run_on_a_state_file_reports_nothing_and_says_who_holds_it(tmp_path: Path) -> None:
    file = str(tmp_path / "state.json")
    first, second = asyncio.Queue[Event](), asyncio.Queue[Event]()

    async def story(environ: dict[str, str], clock: t.Any) -> list[Event]:
        args = {"since": "2d", "interval": 0.1, "state_file": file}
        holder = asyncio.ensure_future(Source(first, args, environ=environ, clock=clock).run())
        taken = [await asyncio.wait_for(first.get(), 30) for dummy in range(3)]
        waiting = asyncio.ensure_future(Source(second, args, environ=environ, clock=clock).run())
        event = await asyncio.wait_for(second.get(), 30)
        assert event["error"]["kind"] == "state_file"
        assert f"in use by another run (process {os.getpid()} on " in event["error"]["msg"]
        await asyncio.sleep(0.5)
        assert second.empty()
        # It takes over where the first one ends, with what that one remembers.
        holder.cancel()
        await asyncio.gather(holder, return_exceptions=True)
        assert "recovered" in await asyncio.wait_for(second.get(), 30)
        await until(lambda: Path(f"{file}.lock").exists())
        await asyncio.sleep(0.5)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return taken

    with scenario(ORDERS) as w:
        taken = asyncio.run(story(w.server.environment(), w.clock))
    assert {pool for pool, *dummy in told(taken)} == {"old", "slow", "fails"}
    assert second.empty()
    assert os.listdir(tmp_path) == ["state.json"]


def test_a_lock_that_a_killed_run_left_behind_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "state.json.lock").write_text("process 1 on elsewhere", encoding="utf-8")
    with scenario(ORDERS) as w:
        assert told(w.run(70, state_file=str(tmp_path / "state.json"))) == STORY[:1]
    assert os.listdir(tmp_path) == ["state.json"]


def test_a_save_that_comes_after_the_end_writes_nothing(tmp_path: Path) -> None:
    """It may hang in its thread until the next run has the file."""
    file = state_file.StateFile(str(tmp_path / "state.json"))
    file.load()
    file.close()
    file.save("late")
    assert os.listdir(tmp_path) == []
