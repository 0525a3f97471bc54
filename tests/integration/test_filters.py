# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every filter, through the info module and through the lookup: which orders come back, newest first."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import GROUP, INFO, Ansible, Run, ask, look_up
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import DEFAULT_PROJECT, Clouds, Sim
from ansible_collections.huaweicloud.modelarts.tests.support.shapes import differences, samples

HOUR = 3_600_000
NOW = int(time.time() * 1000)
ORDERS: list[dict[str, Any]] = [
    {"pool": "beta", "order_name": "beta-wait", "operation": "delete", "state": "pending", "created": "30m"},
    {"pool": "alpha", "order_name": "alpha-new", "operation": "modify", "state": "succeeded", "created": NOW - HOUR},
    {"pool": "beta", "order_name": "beta-run", "order_id": "CS-RUN", "state": "processing", "created": "3h"},
    {"pool": "alpha", "order_name": "alpha-old", "state": "failed", "reason": "No nodes left.", "created": "2d"},
    {"pool": "gamma", "order_name": "gamma-part", "state": "partial", "created": "5d", "workspace_id": "w1"},
    {"pool": "delta", "order_name": "delta-ancient", "order_id": "CS-OLD", "state": "succeeded", "created": "20d"},
]
ALL = ["beta-wait", "alpha-new", "beta-run", "alpha-old", "delta-ancient"]


def iso(ms: int) -> str:
    """Return ISO 8601 without an offset, which means UTC."""
    return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


#: What is asked, and the names that come back.
CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, ALL),
    "involved_name": ({"involved_name": "alpha"}, ["alpha-new", "alpha-old"]),
    "pool": ({"pool": "alpha"}, ["alpha-new", "alpha-old"]),
    "pool_name": ({"pool_name": "beta"}, ["beta-wait", "beta-run"]),
    "pool by ID": ({"pool": f"beta-{DEFAULT_PROJECT}"}, ["beta-wait", "beta-run"]),
    "workspace_id": ({"workspace_id": "w1"}, ["gamma-part"]),
    "phase pending": ({"phase": "pending"}, ["beta-wait"]),
    "phase running": ({"phase": "running"}, ["beta-run"]),
    "phase processing": ({"phase": "processing"}, ["beta-run"]),
    "phase successed": ({"phase": "successed"}, ["alpha-new", "delta-ancient"]),
    "phase succeeded": ({"phase": "succeeded"}, ["alpha-new", "delta-ancient"]),
    "phase failed": ({"phase": "failed"}, ["alpha-old"]),
    "resource": ({"resource": "pools"}, ALL),
    "since an age": ({"since": "24h"}, ["beta-wait", "alpha-new", "beta-run"]),
    "since epoch ms": ({"since": NOW - HOUR}, ["beta-wait", "alpha-new"]),
    "since ISO 8601": ({"since": iso(NOW - 2 * HOUR)}, ["beta-wait", "alpha-new"]),
    "until an age": ({"until": "150m"}, ["beta-run", "alpha-old", "delta-ancient"]),
    "since and until": ({"since": "1w", "until": iso(NOW - 2 * HOUR) + "Z"}, ["beta-run", "alpha-old"]),
    "limit": ({"limit": 2}, ["beta-wait", "alpha-new"]),
    "limit 0": ({"limit": 0}, ALL),
    "limit and offset": ({"limit": 2, "offset": 2}, ["beta-run", "alpha-old"]),
    "offset": ({"offset": 4}, ["delta-ancient"]),
    "order_names": ({"order_names": ["alpha-old", "beta-run"]}, ["beta-run", "alpha-old"]),
    "order_ids": ({"order_ids": ["CS-OLD"]}, ["delta-ancient"]),
    "order_names or order_ids": (
        {"order_names": ["alpha-new"], "order_ids": ["CS-OLD"]},
        ["alpha-new", "delta-ancient"],
    ),
    "operation": ({"operation": ["modify", "delete"]}, ["beta-wait", "alpha-new"]),
    "latest": ({"latest": True}, ["beta-wait", "alpha-new", "delta-ancient"]),
    "latest that failed": ({"latest": True, "phase": "failed"}, ["alpha-old"]),
    "details": ({"pool": "alpha", "details": True}, ["alpha-new", "alpha-old"]),
    "fields": ({"fields": ["order_name", "state"], "since": "24h"}, ["beta-wait", "alpha-new", "beta-run"]),
}
#: What else must hold of the orders of a case.
CHECKS: dict[str, Callable[[list[dict[str, Any]]], bool]] = {
    "details": lambda orders: orders[1]["resources"][0]["message"] == "No nodes left." and orders[0]["resources"] != [],
    "fields": lambda orders: [sorted(order) for order in orders] == [["order_name", "state"]] * 3,
    "phase failed": lambda orders: "resources" not in orders[0] and orders[0]["fail_reason"] == "No nodes left.",
    "since epoch ms": lambda orders: orders[1]["creation_timestamp"] == NOW - HOUR,
}


@pytest.fixture(scope="module")
def sim(clouds: Clouds) -> Sim:
    """Return a cloud of a few orders, whose pages are sorted."""
    return clouds.new(ORDERS, order="newest")


@pytest.fixture(scope="module")
def run(ansible: Ansible, sim: Sim) -> Run:
    """Ask everything in one play: the module gets its connection from the action group, the lookup from variables."""
    asked = [ask(f"module: {name}", options) for name, (options, dummy) in CASES.items()]
    looked = [look_up(f"lookup: {name}", options) for name, (options, dummy) in CASES.items()]
    checked = ask("check mode", {"pool": "alpha"}, check_mode=True)
    background = ask("async", {"pool": "alpha"}, **{"async": 30, "poll": 1})
    secret = ask("no_log", {"pool": "alpha"}, no_log=True)
    variables = {f"modelarts_{name}": value for name, value in sim.options.items()}
    tasks = [*asked, *looked, checked, background, secret]
    return ansible.tasks(tasks, module_defaults={GROUP: sim.options}, vars=variables)


@pytest.mark.parametrize("entry", ["module", "lookup"])
@pytest.mark.parametrize("case", CASES)
def test_a_filter_keeps_what_it_says(run: Run, entry: str, case: str) -> None:
    """The orders and their sequence, and for some cases what is in them."""
    result = run.result(f"{entry}: {case}")
    orders = result["orders"] if entry == "module" else result["msg"]
    assert [order["order_name"] for order in orders] == CASES[case][1]
    assert CHECKS.get(case, lambda orders: True)(orders)


@pytest.mark.parametrize(
    ("case", "count", "truncated"),
    [
        ("nothing", 5, False),
        ("limit", 5, True),
        ("limit 0", 5, False),
        ("limit and offset", 5, True),
        ("phase failed", 5, False),
    ],
)
def test_count_and_truncated(run: Run, case: str, count: int, truncated: bool) -> None:
    """The service's total, and whether there may be more."""
    result = run.result(f"module: {case}")
    assert (result["count"], result["truncated"]) == (count, truncated)


def test_the_facts_to_decide_by(run: Run) -> None:
    """Summary and booleans, also where the orders are trimmed to a few fields."""
    facts = {name: run.result(f"module: {name}") for name in ("nothing", "phase succeeded", "phase failed", "fields")}
    counts = {"total": 5, "pending": 1, "processing": 1, "succeeded": 2, "partial": 0, "failed": 1, "unknown": 0}
    assert facts["nothing"]["summary"] == counts
    assert facts["fields"]["summary"]["total"] == 3
    decided = {
        name: (result["all_succeeded"], result["all_finished"], result["any_failed"]) for name, result in facts.items()
    }
    assert decided == {
        "nothing": (False, False, True),
        "phase succeeded": (True, True, False),
        "phase failed": (False, True, True),
        "fields": (False, False, False),
    }


@pytest.mark.parametrize("case", CASES)
def test_results_are_as_documented(run: Run, documentation: dict[str, Any], case: str) -> None:
    """Every key of RETURN, of its type, and no other."""
    moments = ["with O(details=true)"] if case == "details" else []
    moments += ["with O(order_names) or O(order_ids)"] if case.startswith("order_") else []
    documented = documentation["module"][INFO]["return"]
    result = run.result(f"module: {case}")
    if case == "fields":
        kept = {
            key: value for key, value in documented["orders"]["contains"].items() if key in CASES[case][0]["fields"]
        }
        documented = {**documented, "orders": {**documented["orders"], "contains": kept}}
    assert differences(documented, result, "success", *moments) == []


def test_samples_are_of_their_types(documentation: dict[str, Any]) -> None:
    """In RETURN."""
    assert samples(documentation["module"][INFO]["return"]) == []


def test_check_mode_and_async_return_the_same(run: Run) -> None:
    """They only read, so neither makes a difference."""
    plain = run.result("module: pool")["orders"]
    assert run.result("check mode")["orders"] == plain
    assert run.result("async")["orders"] == plain
    assert not any(event.result.get("changed") for event in run.events)


def test_no_log_hides_the_result(run: Run) -> None:
    """The result is nowhere to be seen."""
    assert "orders" not in run.result("no_log")


def test_the_service_is_always_asked_since_when_and_never_for_a_result(run: Run, sim: Sim) -> None:
    """As the facts of this API demand; every request was answered, so no parameter was malformed."""
    queries = [row["query"] for row in sim.requests("list")]
    assert len(queries) >= 2 * len(CASES)
    assert all("since=" in query and "result=" not in query for query in queries)
    assert {row["status"] for row in sim.requests()} == {200}


def test_nothing_is_deprecated(run: Run) -> None:
    """Neither ansible nor Python complains of how the collection is written."""
    assert run.succeeded()
    assert "deprecat" not in run.output.lower()
    assert "warning" not in run.output.lower()
