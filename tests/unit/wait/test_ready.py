# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``ready``: after success the wait goes on until the pools can be used, against the simulator, in virtual time."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.pools import some
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scenario import Scenario, scenario
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scripted import (
    NOT_FOUND,
    Answer,
    Question,
    Scripted,
    listing,
    row,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.test_broken import created, node, ready_service

NAME = "order.pool-a"
NPU = "modelarts.bm.npu.arm.8snt9b3.i6l.d.c004-default"


def order(*steps: dict[str, t.Any], pool: str = "pool-a", **extra: t.Any) -> dict[str, t.Any]:
    """Return an order that succeeds after a minute, and what its pool does then."""
    states = [{"state": "processing", "seconds": 60}, {"state": "succeeded"}]
    placed = {"pool": pool, "order_name": f"order.{pool}", "timeline": states, "flavor": NPU, "count": 3}
    return {**placed, "pool_timeline": list(steps), **extra}


def kinds(here: Scenario) -> list[str]:
    """Return the calls other than listings, in order."""
    return [entry["api"] for entry in here.requests() if entry["api"] != "list"]


def test_a_pool_that_can_be_used_costs_one_question_and_one_listing_of_nodes() -> None:
    with scenario([order({"phase": "Running"})]) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert not outcome.failed, outcome.result["msg"]
    (pool,) = outcome.result["pools"]
    assert pool["ready"] and pool["phase"] == "Running" and pool["display_name"] == "pool-a"
    assert pool["nodes"] == {"total": 3, "ready": 3, "abnormal": []}
    assert kinds(here) == ["show", "pool", "nodes"]
    assert len(outcome.result["orders"][0]["succeeded_nodes"]) == 3 and not outcome.result["orders"][0]["failed_nodes"]


def test_without_ready_no_pool_is_asked() -> None:
    with scenario([order({"phase": "Creating"})]) as here:
        outcome = here.wait(order_names=[NAME])
    assert not outcome.failed and kinds(here) == [] and "pools" not in outcome.result


def test_drivers_and_scopes_are_awaited() -> None:
    steps: list[dict[str, t.Any]] = [
        {"seconds": 100, "drivers": {"Updating": 2, "Running": 1}},
        {"seconds": 100, "scopes": {"Notebook": "Enabling"}},
        {},
    ]
    with scenario([order(*steps)]) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert not outcome.failed and 260 <= outcome.result["elapsed"] <= 280
    told = [line for dummy, line in here.lines]
    assert any(line.endswith("waiting for pool-a: driver of 2 of 3 nodes") for line in told), told
    assert any(line.endswith("waiting for pool-a: scope Notebook") for line in told), told
    nodes = [entry["time"] for entry in here.requests("nodes")]
    shown = [entry["time"] for entry in here.requests("pool")]
    assert len(nodes) < len(shown), "no nodes are listed once all drivers run"


def test_a_pool_that_is_not_running_yet_is_awaited() -> None:
    with scenario([order({"seconds": 200, "phase": "Creating"}, {})]) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert not outcome.failed and outcome.result["elapsed"] >= 260


@pytest.mark.parametrize("phase", ["Abnormal", "Error", "CreationFailed", "ScalingFailed"])
def test_a_pool_that_broke_ends_it_at_once(phase: str) -> None:
    steps: list[dict[str, t.Any]] = [
        {"seconds": 30, "phase": "Creating"},
        {"phase": phase, "message": "the network is gone"},
    ]
    with scenario([order(*steps)]) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert outcome.failed and outcome.result["elapsed"] <= 120 and not outcome.result["timed_out"]
    assert outcome.result["msg"] == f"Pool pool-a cannot be used: its phase is {phase}: the network is gone"
    assert outcome.result["pools"][0]["message"] == "the network is gone"


def test_a_broken_driver_ends_it_with_the_nodes_names() -> None:
    with scenario([order({"drivers": {"Abnormal": 1, "Running": 2}})]) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    (name,) = outcome.result["pools"][0]["nodes"]["abnormal"]
    assert outcome.failed and outcome.result["msg"] == f"Pool pool-a cannot be used: the driver of {name} is Abnormal"


def test_an_abnormal_node_is_only_told() -> None:
    with scenario([order({"nodes": {"Abnormal": 1, "Available": 2}})]) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert not outcome.failed and len(outcome.result["pools"][0]["nodes"]["abnormal"]) == 1


def test_ready_has_the_waits_deadline() -> None:
    with scenario([order({"drivers": "Updating"})]) as here:
        outcome = here.wait(order_names=[NAME], ready=True, wait_timeout=300)
    assert outcome.failed and outcome.result["timed_out"] and 300 <= outcome.result["elapsed"] <= 301
    assert "the orders have succeeded, but not ready yet: pool-a: driver of 3 of 3 nodes" in outcome.result["msg"]


def test_a_failed_order_asks_no_pool_and_names_the_nodes() -> None:
    rows = [{"resourceName": f"os-node-{n}", "action": "createNode", "status": "failed"} for n in range(8)]
    timeline = [{"state": "processing", "seconds": 60}, {"state": "failed", "reason": "no stock"}]
    with scenario([order({}, timeline=timeline, resources=rows)]) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert outcome.result["pools"] == [] and kinds(here) == ["show"]
    assert outcome.result["msg"].endswith(
        "failed: no stock; failed nodes: os-node-0, os-node-1, os-node-2, os-node-3, os-node-4 and 3 more"
    )
    assert outcome.result["orders"][0]["failed_nodes"] == [f"os-node-{n}" for n in range(8)]


def test_names_of_nodes_are_cut_to_five() -> None:
    assert some(["a", "b"]) == "a, b"
    assert some([str(n) for n in range(7)]) == "0, 1, 2, 3, 4 and 2 more"


@pytest.mark.parametrize("ready", [True, False])
def test_a_deletion_is_done_when_the_pool_is_gone(ready: bool) -> None:
    made = order({}, created="1d", timeline=[{"state": "succeeded"}])
    gone = order(operation="delete", order_name="order.del", pool_timeline=[{"seconds": 100}, {"gone": True}])
    with scenario([made, gone]) as here:
        outcome = here.wait(order_names=["order.del"], ready=ready)
    assert not outcome.failed
    assert (outcome.result["elapsed"] >= 160) is ready
    assert not ready or outcome.result["pools"][0]["ready"]


@pytest.mark.parametrize(
    ("settings", "faults", "word"),
    [
        ({"unpublished": ["pool"]}, [], "does not offer ShowPool"),
        ({}, [{"status": 403, "times": 0, "match": {"api": "pool"}}], "modelarts:pool:get"),
    ],
)
def test_a_service_that_shows_no_pool_says_what_to_do(
    settings: dict[str, t.Any], faults: list[dict[str, t.Any]], word: str
) -> None:
    with scenario([order({})], settings=settings, faults=faults) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert outcome.failed and len(here.requests("pool")) == 1
    assert word in outcome.result["msg"] and "ready: false" in outcome.result["msg"]


def test_once_a_pool_was_shown_everything_is_survived() -> None:
    faults = [
        {"status": status, "times": 2, "after": 1 + 2 * place, "match": {"api": "pool"}}
        for place, status in enumerate([403, 404, 500, 302, 400])
    ]
    with scenario([order({"seconds": 300, "drivers": "Updating"}, {})], faults=faults) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert not outcome.failed, outcome.result["msg"]
    assert any("the last poll failed, the wait goes on" in line for dummy, line in here.lines)


def test_where_showorder_is_not_offered_all_nodes_count() -> None:
    with scenario([order({"seconds": 100, "drivers": "Updating"}, {})], settings={"unpublished": ["show"]}) as here:
        outcome = here.wait(order_names=[NAME], ready=True)
    assert not outcome.failed and outcome.result["elapsed"] >= 160
    assert outcome.result["orders"][0]["succeeded_nodes"] == []


def test_fifty_pools_are_paced_and_asked_once_a_poll() -> None:
    pools = [f"pool-{number}" for number in range(50)]
    orders = [order({"seconds": 200 + n, "drivers": "Updating"}, {}, pool=pool) for n, pool in enumerate(pools)]
    with scenario(orders) as here:
        outcome = here.wait(order_names=[f"order.{pool}" for pool in pools], ready=True)
        times = [entry["time"] for entry in here.requests() if entry["api"] in ("pool", "nodes")]
        asked: dict[float, list[str]] = {}
        for entry in here.requests("pool"):
            asked.setdefault(round(entry["time"]), []).append(entry["path"])
    assert not outcome.failed
    assert all(len(paths) == len(set(paths)) for paths in asked.values())
    assert max(sum(begin <= when < begin + 60 for when in times) for begin in times) <= 80


def test_check_mode_polls_pools_once_and_never_fails() -> None:
    kept: list[dict[str, t.Any]] = [{"drivers": "Updating"}, {"phase": "Error", "message": "broken"}, {}]
    for steps in [[step] for step in kept]:
        with scenario([order(*steps, timeline=[{"state": "succeeded"}], created="1h")]) as here:
            outcome = here.wait(order_names=[NAME], ready=True, check_mode=True)
        assert not outcome.failed and len(outcome.result["pools"]) == 1 and len(here.requests("pool")) == 1
    with scenario([order({})]) as here:
        assert here.wait(order_names=[NAME], ready=True, check_mode=True).result["pools"] == []


POOL = {"metadata": {"name": "pool-a"}, "status": {"phase": "Running"}}


@pytest.mark.parametrize(
    "nodes",
    [
        {"items": []},
        {"items": [{"metadata": {"name": "n1"}, "status": {}}]},
        {"items": None},
        {"items": [{"metadata": {"name": "other"}, "status": {"driver": {"phase": "Running"}}}]},
    ],
)
def test_nodes_that_are_not_listed_are_not_ready(nodes: dict[str, t.Any]) -> None:
    """The order is for two nodes; one that is missing from a listing proves nothing."""
    done = row(NAME, "successed", specCount=[{"flavor": "f", "count": 2}])
    shown = [{"resourceName": f"n{number}", "action": "createNode", "status": "succeed"} for number in (1, 2)]

    def script(question: Question) -> Answer:
        if question.is_listing:
            return listing(done)
        if question.path.startswith("orders/"):
            return Answer(body={"items": shown})
        return Answer(body=nodes if question.path.endswith("/nodes") else POOL)

    service = Scripted(script)
    outcome = service.wait(order_names=[NAME], ready=True, wait_timeout=100)
    assert outcome.failed and outcome.result["timed_out"]


def _two_nodes(pool: t.Callable[[float], Answer], driver: t.Callable[[float], str | None]) -> Scripted:
    """Return a service with an order of two nodes, and of the second its driver by time; None: no nodes are listed."""

    def nodes(at: float) -> Answer:
        phase = driver(at)
        return Answer(body={"items": [node("n1"), node("n2", phase)] if phase else []})

    service = ready_service([], {NAME: [created("n1"), created("n2")]}, row(NAME, "successed"))
    service.others.update({"pools/pool-a-id": pool, "pools/pool-a-id/nodes": nodes})
    return service


def _running(scope: str) -> Answer:
    return Answer(body={**POOL, "status": {"phase": "Running", "scope": [{"scopeType": "Notebook", "state": scope}]}})


@pytest.mark.parametrize("later", ["Abnormal", "Updating", None])
def test_drivers_that_ran_once_are_seen_again_before_a_pool_is_ready(later: str | None) -> None:
    service = _two_nodes(
        lambda at: _running("Enabling" if at < 100 else "Enabled"), lambda at: "Running" if at < 20 else later
    )
    outcome = service.wait(order_names=[NAME], ready=True, wait_timeout=300)
    assert outcome.failed and outcome.result["timed_out"] is (later != "Abnormal")
    nodes = [question.at for question in service.asked if question.path.endswith("/nodes")]
    assert len(nodes) > 1 and not any(20 < at < 100 for at in nodes)


def test_a_pool_that_was_gone_for_a_while_shows_its_nodes_again() -> None:
    def pool(at: float) -> Answer:
        return NOT_FOUND if 40 <= at < 100 else _running("Enabling" if at < 40 else "Enabled")

    outcome = _two_nodes(pool, lambda at: "Running" if at < 40 else None).wait(
        order_names=[NAME], ready=True, wait_timeout=300
    )
    assert outcome.failed and outcome.result["pools"][0]["nodes"]["total"] == 2


@pytest.mark.parametrize("pool", [{}, [], {"status": []}, {"metadata": 7}, {"status": {"phase": 5}}])
def test_odd_answers_are_no_readiness(pool: t.Any) -> None:
    def script(question: Question) -> Answer:
        if question.is_listing:
            return listing(row(NAME, "successed"))
        return Answer(body=pool)

    service = Scripted(script)
    outcome = service.wait(order_names=[NAME], ready=True, wait_timeout=100)
    assert outcome.failed
