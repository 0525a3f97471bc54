# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one event source costs: requests, CPU and time of a poll, memory, and how late an event comes.

``python tests/benchmarks/event_source.py [orders ...]`` prints a Markdown table. The simulator runs in a process of its
own on loopback and answers after ``LATENCY`` seconds; the interval between polls is short so that the run is, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.source import Source

ROOT = Path(__file__).resolve().parents[2]
SIMULATOR = ROOT / "roles/simulator/files"
COUNTS = (100, 500, 2_000, 5_000)
LATENCY = 0.05
POLLS = 6
INTERVAL = 0.5


class Simulator:
    """A simulator process with so many open orders, of which none moves until it is told to."""

    def __init__(self, count: int) -> None:
        waiting = {"generate": {"count": count, "days": 2, "seed": 3}}
        orders = [{**waiting, "timeline": [{"state": "processing", "seconds": 200_000}, {"state": "succeeded"}]}]
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / "orders.json"
        settings = {"latency_ms": LATENCY * 1000, "signature_tolerance": 10_000_000}
        file.write_text(json.dumps({"orders": orders, "settings": settings}), encoding="utf-8")
        command = [sys.executable, "-m", "modelarts_simulator", "serve", "--orders", str(file)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SIMULATOR)}
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self.environment: dict[str, str] = ready["environment"]
        self._url: str = ready["endpoint"]
        self._token: str = ready["token"]

    def post(self, what: str, value: Any) -> dict[str, Any]:
        return self._ask(what, json.dumps(value).encode())

    def _ask(self, what: str, body: bytes | None = None) -> dict[str, Any]:
        request = urllib.request.Request(f"{self._url}/_sim/{what}", body, {"X-Simulator-Token": self._token})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return dict(json.load(answer))

    def requests(self) -> int:
        return sum(row["api"] == "list" for row in self._ask("log")["requests"])

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


async def measure(count: int, simulator: Simulator, folder: str) -> list[str]:
    """Return the cells of one row."""
    polls: list[tuple[float, float, int]] = []
    real_poll = Source._poll

    async def poll(self: Any, poller: Any, memory: Any) -> None:
        begin, cpu, sent = time.perf_counter(), time.process_time(), poller.session.requests_sent
        await real_poll(self, poller, memory)
        after = poller.session.requests_sent
        polls.append((time.perf_counter() - begin, time.process_time() - cpu, after - sent))

    Source._poll = poll  # type: ignore[method-assign]
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
    args = {"interval": INTERVAL, "state_file": f"{folder}/state.json", "timeout": 60}
    task = asyncio.ensure_future(Source(queue, args, environ=simulator.environment).run())
    while len(polls) < POLLS + 1:
        await asyncio.sleep(0.05)
    quiet = polls[1:]
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, simulator.post, "advance", {"seconds": 300_000})
    begin, cpu = time.perf_counter(), time.process_time()
    for dummy in range(count):
        event = await queue.get()
        assert event["order"]["state"] == "succeeded", event
    burst, burst_cpu = time.perf_counter() - begin, time.process_time() - cpu
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    wall, used, sent = (statistics.median(column) for column in zip(*quiet))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = Path(folder, "state.json").stat().st_size / 1024
    cells = [f"{count:,}", f"{sent:g}", f"{wall * 1000:.0f}", f"{used * 1000:.0f}", f"{memory:.0f}", f"{size:.0f}"]
    return [*cells, f"{burst:.2f}", f"{burst_cpu / count * 1000:.2f}"]


def main(counts: list[int]) -> None:
    """Print the table, each row from a process of its own: memory is measured by its peak."""
    if len(counts) == 1:
        simulator = Simulator(counts[0])
        try:
            with tempfile.TemporaryDirectory() as folder:
                print("| " + " | ".join(asyncio.run(measure(counts[0], simulator, folder))) + " |")
        finally:
            simulator.stop()
        return
    print(f"Median of {POLLS} polls; the service answers after {LATENCY * 1000:.0f} ms.\n")
    print(
        "| open orders | requests a poll | ms a poll | CPU ms a poll | peak MiB | state file KiB | "
        "s until all have changed and are reported | CPU ms an event |"
    )
    print("| ---: " * 8 + "|")
    for count in counts:
        subprocess.run([sys.executable, __file__, str(count)], check=True)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or list(COUNTS))
