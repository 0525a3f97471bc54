# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait that lasts: days of virtual time over real sockets, thousands of polls, fifty waits at once."""

from __future__ import annotations

import concurrent.futures
import gc
import os
import threading
import tracemalloc
import typing as t
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import WAIT, complete
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scenario import Scenario, scenario
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server

HOUR = 3600
#: The whole of it takes minutes; without this the day has fewer polls and the ten thousand are one thousand.
LONG = bool(os.environ.get("MODELARTS_LONG"))
INTERVAL = 15 if LONG else 60
POLLS = 10_000 if LONG else 1_000
NAME = "order.pool-a-w4l2n"


def order(*timeline: dict[str, t.Any], name: str = NAME) -> dict[str, t.Any]:
    """Return an order of pool-a with this timeline."""
    return {"pool": "pool-a", "order_name": name, "timeline": list(timeline)}


def by_password(here: Scenario) -> dict[str, str]:
    """Return the environment of a client that has to log in."""
    user = here.cloud.settings["users"][0]
    kept = ("HW_REGION_NAME", "HW_MODELARTS_ENDPOINT", "HW_AUTH_URL")
    environ = {name: value for name, value in here.server.environment().items() if name in kept}
    return {
        **environ,
        "HW_USER_NAME": user["name"],
        "HW_USER_PASSWORD": user["password"],
        "HW_DOMAIN_NAME": user["domain"],
    }


# A day


@pytest.fixture(scope="module")
def day() -> t.Iterator[tuple[Scenario, Result]]:
    """A wait of 24 hours: tokens live for one, and of ten requests one fails, in one of many ways."""
    tenth = {"times": 0, "match": {"probability": 0.1 / 6}}
    faults = [
        {"kind": "reset", **tenth},
        {"kind": "reset", "when": "amid", **tenth},
        {"kind": "truncate", **tenth},
        {"kind": "html", "times": 0, "match": {"probability": 0.1 / 6, "api": "list"}, "after": 3},
        {"status": 503, **tenth},
        {"status": 429, "retry_after": 20, **tenth},
    ]
    settings = {"token_lifetime": HOUR, "log_limit": 100_000}
    running = order({"state": "processing", "seconds": 24 * HOUR}, {"state": "succeeded"})
    with scenario([running], faults=faults, settings=settings) as here:
        outcome = here.wait(order_names=[NAME], interval=INTERVAL, wait_timeout=25 * HOUR, environ=by_password(here))
        yield here, outcome


def test_a_day_with_hourly_tokens_and_many_faults_ends_in_success(day: tuple[Scenario, Result]) -> None:
    outcome = day[1]
    assert not outcome.failed, outcome.result["msg"]
    assert 24 * HOUR <= outcome.result["elapsed"] <= 24 * HOUR + 300


def test_of_ten_requests_one_did_fail(day: tuple[Scenario, Result]) -> None:
    faulty = [entry for entry in day[0].requests() if entry["fault"]]
    assert 0.07 < len(faulty) / len(day[0].requests()) < 0.13
    assert {entry["fault"] for entry in faulty} == {"reset", "truncate", "html", "status"}


def test_a_token_is_bought_once_an_hour(day: tuple[Scenario, Result]) -> None:
    bought = [entry for entry in day[0].requests("tokens") if entry["status"] == 201 and not entry["fault"]]
    # A refusal that a fault cut off tells the client nothing: it asks, and is refused, again.
    refused = [entry for entry in day[0].requests("list") if entry["status"] == 401 and not entry["fault"]]
    assert 24 <= len(bought) <= 26
    assert len(refused) <= 25, "an expired token is found out by one request"


def test_a_day_costs_what_its_interval_says(day: tuple[Scenario, Result]) -> None:
    assert len(day[0].requests("list")) <= 24 * HOUR / INTERVAL * 1.25
    assert max(when for when, dummy in day[0].lines) >= 24 * HOUR
    gaps = [later - earlier for (earlier, dummy), (later, dummy2) in zip(day[0].lines, day[0].lines[1:])]
    assert max(gaps) <= 60.5, "a line a minute, through every fault"


def test_a_day_with_keys_of_a_quarter_of_an_hour() -> None:
    """By OIDC, whose keys are renewed in time: often enough, one at a time, and before any is refused."""
    settings = {"key_lifetime": HOUR / 4, "log_limit": 100_000}
    running = order({"state": "processing", "seconds": 24 * HOUR}, {"state": "succeeded"})
    with scenario([running], settings=settings) as here:
        trust = here.cloud.settings["oidc"][0]
        environ = {
            **{name: value for name, value in by_password(here).items() if not name.startswith(("HW_USER", "HW_DOM"))},
            "HUAWEICLOUD_SDK_STS_ENDPOINT": here.server.url,
            "HUAWEICLOUD_OIDC_PROVIDER_URN": trust["provider_urn"],
            "HUAWEICLOUD_OIDC_AGENCY_URN": trust["agency_urn"],
            "HUAWEICLOUD_OIDC_ID_TOKEN": trust["id_token"],
        }
        outcome = here.wait(order_names=[NAME], interval=INTERVAL, wait_timeout=25 * HOUR, environ=environ)
        assert not outcome.failed, outcome.result["msg"]
        assert 24 * 4 <= len(here.requests("oidc")) <= 24 * 8
        assert {entry["status"] for entry in here.requests()} == {200}


# Thousands of polls


def open_files() -> int:
    """Return how many descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))


class Gauge:
    """Notes memory and descriptors at the heartbeats of a wait, past its warm-up."""

    def __init__(self) -> None:
        self.memory: list[int] = []
        self.files: list[int] = []
        self.threads: list[int] = []
        self._others = threading.active_count()
        self._lines = 0

    def note(self, line: str) -> None:
        """Take one progress line; one of so many is measured."""
        self._lines += 1
        if self._lines % (POLLS // 100) == 0:
            gc.collect()
            self.memory.append(tracemalloc.get_traced_memory()[0])
            self.files.append(open_files())
            self.threads.append(threading.active_count() - self._others)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts descriptors in /proc")
def test_thousands_of_looks_keep_memory_and_descriptors_flat() -> None:
    settings = {"log_limit": 10}
    running = order({"state": "processing", "polls": POLLS - 1}, {"state": "succeeded"})
    faults = [{"kind": "reset", "times": 0, "match": {"every": 50}}]
    with scenario([running], settings=settings, faults=faults) as here:
        gauge = Gauge()
        environ = here.server.environment()
        # An interval at which each poll has a line: so the gauge is read all along.
        options = complete(WAIT, {"order_names": [NAME], "wait_timeout": 30 * 24 * HOUR, "interval": 61}, environ)
        tracemalloc.start()
        try:
            outcome = wait_for_orders(options, environ, here.clock, gauge.note)
        finally:
            tracemalloc.stop()
    assert not outcome.failed, outcome.result["msg"]
    assert outcome.result["polls"] >= POLLS
    settled = len(gauge.memory) // 5
    early, late = gauge.memory[settled], gauge.memory[-1]
    assert late - early < 100_000, f"{early} bytes early on, {late} at the end"
    assert max(gauge.files[settled:]) - min(gauge.files[settled:]) <= 4
    assert max(gauge.threads) <= 4


# Fifty at once


def test_fifty_waits_at_once_share_a_service() -> None:
    """In real time: each sees its own order end, by few requests, and none disturbs another."""
    names = [f"order.pool-{number}-w4l2n" for number in range(50)]
    orders = [
        {
            "pool": f"pool-{n}",
            "order_name": name,
            "timeline": [{"state": "processing", "seconds": 2 + n % 5}, {"state": "succeeded"}],
        }
        for n, name in enumerate(names)
    ]
    with Server(Cloud(orders=orders, settings={"latency_ms": 20})) as server:
        environ = server.environment()

        def wait(name: str) -> dict[str, t.Any]:
            options = {"order_names": [name], "wait_timeout": 60, "interval": 1}
            return wait_for_orders(complete(WAIT, options, environ), environ).result

        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            results = list(pool.map(wait, names))
        log = list(server.cloud.log)
    assert [result["orders"][0]["order_name"] for result in results] == names
    assert all(result["all_succeeded"] for result in results)
    assert max(result["elapsed"] for result in results) <= 30
    assert len(log) == sum(result["requests"] for result in results)
    assert max(result["requests"] for result in results) <= 12
    assert len({entry["connection"] for entry in log}) == 50, "each keeps the one connection that it opened"
