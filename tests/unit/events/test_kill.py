# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``kill -9`` of the real process at random moments: every change of 2,000 orders is reported exactly once."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import typing as t
from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.manual_clock import ManualClock
from ansible_collections.huaweicloud.modelarts.tests.unit.events.scenario import PLUGIN
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server

ORDERS = 2000
KILLS = 12
#: Every order is pending for 0 to 40 minutes, processing for 10, and then done.
CROWD = {
    "generate": {"count": ORDERS, "days": 0.04, "seed": 5, "spread": 2400},
    "timeline": [
        {"state": "pending", "seconds": 3600},
        {"state": "processing", "seconds": 600},
        {"state": "succeeded"},
    ],
}


class Consumer:
    """The process, and what it has noted over all its lives."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self._log = folder / "log"
        self._log.touch()
        args = {"state_file": str(folder / "state.json"), "interval": 0.1}
        self._command = [sys.executable, str(Path(__file__).with_name("consumer.py")), str(PLUGIN), str(self._log)]
        self._command.append(json.dumps(args))
        self._environ = {**os.environ, **environ}
        self._process: subprocess.Popen[bytes] | None = None
        self.state = folder / "state.json"

    def start(self) -> None:
        # A kill amid a write that crosses a page leaves half a line, of an event that was not taken.
        os.truncate(self._log, len(self._whole()))
        self._process = subprocess.Popen(self._command, env=self._environ)

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, "the source ended by itself"
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def lines(self) -> list[dict[str, t.Any]]:
        return [json.loads(line) for line in self._whole().splitlines()]

    def _whole(self) -> bytes:
        """Return the log up to its last whole line: one that crosses a page may be seen half written."""
        data = self._log.read_bytes()
        return data[: data.rfind(b"\n") + 1]

    def wait_for(self, condition: t.Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 240
        while not condition():
            assert time.monotonic() < deadline, f"{what} took too long"
            time.sleep(0.02)


@pytest.mark.timeout(900)
def test_every_change_is_reported_exactly_once_across_kills(tmp_path: Path) -> None:
    source = random.Random(7)
    clock = ManualClock(time.time())
    # The service's clock runs ahead of the process's.
    settings = {"signature_tolerance": 1_000_000}
    with Server(Cloud(clock=clock, orders=[CROWD], settings=settings)) as server, contextlib.ExitStack() as stack:
        began = states(server)
        consumer = Consumer(tmp_path, server.environment())
        consumer.start()
        stack.callback(consumer.kill)
        consumer.wait_for(consumer.state.exists, "the first poll")
        for number in range(KILLS):
            before = len(consumer.lines())
            clock.sleep(source.uniform(200, 500))
            if number % 2:  # amid the delivery of some hundred events
                consumer.wait_for(lambda: len(consumer.lines()) > before, "the delivery")  # noqa: B023
                time.sleep(source.uniform(0, 0.03))
            else:
                time.sleep(source.uniform(0, 0.8))
            consumer.kill()
            consumer.start()
        clock.sleep(7200)
        consumer.wait_for(lambda: finished(consumer.lines()) == ORDERS, "the end")
        time.sleep(0.5)
        lines = consumer.lines()
        assert states(server) == dict.fromkeys(began, "succeeded")
    check(lines, began)


def check(lines: list[dict[str, t.Any]], began: dict[str, str]) -> None:
    """Each order's changes must lead from the state at the first poll to the last one without a gap or a repetition."""
    counts = Counter(line["id"] for line in lines)
    # A kill between taking an event and noting that it was taken leaves this one in doubt: it comes again by its ID.
    # The next kill may leave the same one in doubt again.
    assert len(lines) - len(counts) <= KILLS
    once = {line["id"]: line for line in lines}.values()
    now = dict(began)
    for line in once:
        assert line["from"] == now[line["name"]], line
        assert line["to"] != line["from"]
        now[line["name"]] = line["to"]
    assert set(now.values()) == {"succeeded"}
    assert len(now) == ORDERS


def states(server: Server) -> dict[str, str]:
    """Return the state of every order as the simulator knows it."""
    with server.cloud.lock:
        found = {}
        for catalog in server.cloud.catalogs.values():
            catalog.tick(server.cloud.now_ms())
            found.update({order.name: order.state for order in catalog})
        return found


def finished(lines: list[dict[str, t.Any]]) -> int:
    return len({line["name"] for line in lines if line["to"] == "succeeded"})
