# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of the core begin with: virtual time, who asks, and a simulator that shares that time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result, query_orders
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server
from modelarts_simulator.switches import (
    DEFAULT_ACCESS_KEY,
    DEFAULT_PASSWORD,
    DEFAULT_PROJECT,
    DEFAULT_SECRET_KEY,
)

# 2026-01-02T03:04:05Z
NOW = 1_767_323_045.0
NOW_MS = 1_767_323_045_000
DAY_MS = 86_400_000
TOKEN = "TOKEN-canary-0123456789"
PROJECT = DEFAULT_PROJECT
ACCESS_KEY, SECRET_KEY, PASSWORD = DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY, DEFAULT_PASSWORD
USER: dict[str, Any] = {"username": "simulator-user", "domain_name": "simulator-domain", "password": PASSWORD}
KEY: dict[str, Any] = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}

EXAMPLE: dict[str, Any] = {
    "creationTimestamp": 1682043883000,
    "endTimestamp": 1682043893000,
    "beginTimestamp": 1682043893000,
    "orderName": "order.pool-5ed5-w4l2n",
    "orderId": "CS2304191748WNW2R",
    "resourceName": "pool-5ed5-04f258c84780d5a52f3bc00dc15aa5e7",
    "resourceDisplayName": "pool-5ed5",
    "specCount": [{"flavor": "modelarts.vm.cpu.2u.d", "count": 1}],
    "billingMode": "1",
    "periodType": "2",
    "periodNum": "1",
    "operation": "apply",
    "result": "successed",
    "phase": "completed",
}
"""The order of the reference page's example."""


class VirtualClock(Clock):
    """A clock that moves only when somebody sleeps on it; ``naps`` are the sleeps, in seconds."""

    def __init__(self, start: float = NOW) -> None:
        self.now = start
        self.naps: list[float] = []
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return the virtual wall clock."""
        return self.now

    def monotonic(self) -> float:
        """Return virtual seconds since an arbitrary moment."""
        return self.now - NOW + 1000

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        if seconds > 0:
            with self._lock:
                self.now += seconds
                if seconds > 1e-6:  # less is what rounding leaves of a wait
                    self.naps.append(seconds)


def asked(url: str, clock: Clock | None = None, environ: dict[str, str] | None = None, **options: Any) -> Result:
    """Ask the server at ``url`` as the info module does, by a token unless other credentials are given."""
    credentials = {"access_key", "username", "auth_token", "secret_key"} & set(options)
    given: dict[str, Any] = {"endpoint": url, "iam_endpoint": url, "project_id": PROJECT}
    if not credentials:
        given["auth_token"] = TOKEN
    given.update(options)
    return query_orders(given, environ or {}, clock or VirtualClock())


class Simulation:
    """A simulator that shares its virtual clock with the client."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.cloud = server.cloud
        self.url = server.url
        self.server = server
        self.clock = clock

    def query(self, **options: Any) -> Result:
        """Ask it as the info module does, by an access key unless other credentials are given."""
        given = options if {"username", "auth_token", "access_key"} & set(options) else {**KEY, **options}
        return asked(self.url, self.clock, **given)

    def requests(self, api: str = "") -> list[dict[str, Any]]:
        """Return its log, of one API where that is named."""
        return [row for row in self.cloud.log if api in ("", row["api"])]


@contextmanager
def simulation(clock: Clock | None = None, real_time: bool = False, **config: Any) -> Iterator[Simulation]:
    """A simulator for the length of a block; ``config`` is orders, faults, settings."""
    clock = clock or (Clock() if real_time else VirtualClock())
    with Server(Cloud(None if real_time else clock, **config)) as server:
        yield Simulation(server, clock)
