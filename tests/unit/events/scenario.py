# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event source against the simulator over a real socket, in a time that both share without sleeping."""

from __future__ import annotations

import asyncio
import contextlib
import runpy
import typing as t
from pathlib import Path

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.source import Source
from ansible_collections.huaweicloud.modelarts.tests.support.manual_clock import ManualClock
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scenario import SharedClock
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = ROOT / "extensions/eda/plugins/event_source/modelarts_orders.py"
#: The source as ansible-rulebook gets it: by its path, not as a module of a package.
SOURCE = runpy.run_path(str(PLUGIN))

Event = dict[str, t.Any]


class Ended(Exception):
    """The time that a test gave the source is over."""


class Scenario:
    """One simulator and one clock. ``pauses`` are the seconds between polls, as the source asked for them."""

    def __init__(self, server: Server, manual: ManualClock) -> None:
        self.server = server
        self.cloud = server.cloud
        self.clock = SharedClock(manual)
        self.pauses: list[float] = []

    def run(
        self,
        seconds: float,
        environ: dict[str, str] | None = None,
        queue: asyncio.Queue[Event] | None = None,
        **args: t.Any,
    ) -> list[Event]:
        """Run a source for so many seconds of the shared time and return its events, each with ``at``: when it came."""
        return asyncio.run(self._run(seconds, environ, queue or asyncio.Queue(1), args))

    async def _run(
        self, seconds: float, environ: dict[str, str] | None, queue: asyncio.Queue[Event], args: dict[str, t.Any]
    ) -> list[Event]:
        events: list[Event] = []
        begin = self.clock.monotonic()

        async def sleep(pause: float) -> None:
            self.pauses.append(pause)
            if self.clock.monotonic() - begin + pause > seconds:
                raise Ended
            self.clock.sleep(pause)
            await asyncio.sleep(0)

        async def take() -> None:
            while True:
                event = await queue.get()
                events.append({**event, "at": self.clock.monotonic() - begin})

        environ = self.server.environment() if environ is None else environ
        source = Source(queue, args, environ=environ, clock=self.clock, sleep=sleep, rng=lambda: 0.5)
        consumer = asyncio.ensure_future(take())
        try:
            with contextlib.suppress(Ended, asyncio.TimeoutError):
                # A source whose arguments are refused never sleeps: it ends with the patience of the test.
                await asyncio.wait_for(source.run(), 300 if seconds else 0.3)
        finally:
            consumer.cancel()
        return events

    def requests(self, api: str = "list") -> list[dict[str, t.Any]]:
        """Return the request log of one API (list, show, tokens, projects)."""
        return [entry for entry in self.cloud.log if entry.get("api") == api]


@contextlib.contextmanager
def scenario(orders: t.Sequence[t.Mapping[str, t.Any]] = (), **config: t.Any) -> t.Iterator[Scenario]:
    """Offer a scenario with these orders, ``settings`` and ``faults``."""
    manual = ManualClock()
    with Server(Cloud(clock=manual, orders=orders, **config)) as server:
        yield Scenario(server, manual)


def told(events: list[Event]) -> list[tuple[str, str | None, str]]:
    """Return (pool, previous state, state) of each change."""
    return [
        (event["order"]["resource_display_name"], event["previous_state"], event["order"]["state"])
        for event in events
        if "order" in event
    ]
