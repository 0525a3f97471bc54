# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools behind orders: ShowPool, their nodes, what ShowOrder says of these, and how pools go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import ORDERS, PROJECT, Scenario
from modelarts_simulator.errors import ScenarioError

GPU = {"flavor": "modelarts.vm.gpu.t4u8", "count": 3}
NPU = {"flavor": "modelarts.bm.snt9.xlarge.8", "count": 3}
TIMELINE = [{"state": "pending", "seconds": 10}, {"state": "processing", "seconds": 10}, {"state": "succeeded"}]


def path(pool: str = "a", below: str = "") -> str:
    return f"/v2/{PROJECT}/pools/{pool}-{PROJECT}{below}"


def pool(scenario: Scenario, name: str = "a") -> dict[str, Any]:
    answer = scenario.get(path(name))
    assert answer.status == 200, answer.body
    return dict(json.loads(answer.body))


def nodes(scenario: Scenario, name: str = "a") -> list[tuple[str, str, str]]:
    """Name, phase and driver of each node."""
    items = json.loads(scenario.get(path(name, "/nodes")).body)["items"]
    return [
        (row["metadata"]["name"], row["status"]["phase"], row["status"].get("driver", {}).get("phase", ""))
        for row in items
    ]


def drivers(scenario: Scenario) -> list[str]:
    return [driver for dummy, dummy, driver in nodes(scenario)]


def rows(scenario: Scenario, order: str) -> list[tuple[str, str, str]]:
    """Name, action and status of each row of ShowOrder."""
    items = json.loads(scenario.get(f"{ORDERS}/{order}").body)["items"]
    return [(row["resourceName"], row["action"], row["status"]) for row in items]


def test_a_pool_comes_into_being_with_its_order() -> None:
    scenario = Scenario([{"pool": "a", "order_name": "order.a", **GPU, "timeline": TIMELINE}])
    seen = []
    for dummy in range(3):
        document = pool(scenario)
        seen.append((document["status"]["phase"], document["status"]["scope"][0]["state"], len(nodes(scenario))))
        scenario.clock.sleep(10)
    assert seen == [("Waiting", "Enabling", 0), ("Creating", "Enabling", 3), ("Running", "Enabled", 3)]
    document = pool(scenario)
    assert document["metadata"] == {
        "name": f"a-{PROJECT}",
        "labels": {"os.modelarts/name": "a", "os.modelarts/order.name": "order.a"},
    }
    assert document["status"]["scope"] == [
        {"scopeType": name, "state": "Enabled"} for name in ("Train", "Infer", "Notebook")
    ]
    assert document["status"]["resources"] == {"available": [{**GPU, "maxCount": 3}]}
    assert document["status"]["driver"]["gpu"]["phase"] == "Running"


def test_show_order_names_the_pool_and_every_node_that_came_of_it() -> None:
    scenario = Scenario([{"pool": "a", "order_name": "order.a", **GPU, "state": "succeeded"}])
    made = [name for name, dummy, dummy in nodes(scenario)]
    assert rows(scenario, "order.a") == [
        (f"a-{PROJECT}", "createPool", "succeed"),
        *((name, "createNode", "succeed") for name in made),
    ]
    labels = json.loads(scenario.get(path(below="/nodes")).body)["items"][0]["metadata"]["labels"]
    assert len(labels["os.modelarts.node/underlying.instance.id"]) == 36


def test_of_a_partial_order_some_nodes_come_and_some_fail() -> None:
    order = {"pool": "a", "order_name": "order.a", **GPU, "timeline": [{"state": "partial", "reason": "no stock"}]}
    scenario = Scenario([order])
    items = json.loads(scenario.get(f"{ORDERS}/order.a").body)["items"][1:]
    assert [(row["status"], row["message"]) for row in items] == [
        ("succeed", ""),
        ("failed", "no stock"),
        ("failed", "no stock"),
    ]
    assert [name for name, dummy, dummy in nodes(scenario)] == [items[0]["resourceName"]]


def test_of_a_failed_order_every_node_fails_and_the_pool_says_why() -> None:
    scenario = Scenario([{"pool": "a", "order_name": "order.a", **GPU, "state": "failed", "reason": "no stock"}])
    assert [status for dummy, dummy, status in rows(scenario, "order.a")] == ["failed"] * 4
    assert (pool(scenario)["status"]["phase"], pool(scenario)["status"]["message"]) == ("CreationFailed", "no stock")
    assert nodes(scenario) == []


def test_a_driver_is_upgraded_after_the_order_has_succeeded() -> None:
    story = [
        {"drivers": "Updating", "seconds": 30},
        {"drivers": {"Updating": 1}, "scopes": {"Notebook": "Enabling", "Infer": None}, "seconds": 30},
        {},
    ]
    scenario = Scenario([{"pool": "a", **NPU, "timeline": TIMELINE, "pool_timeline": story}])
    scenario.clock.sleep(19.9)
    assert drivers(scenario) == ["Pending"] * 3
    scenario.clock.sleep(0.1)
    assert (drivers(scenario), pool(scenario)["status"]["driver"]["npu"]["phase"]) == (["Updating"] * 3, "Updating")
    scenario.clock.sleep(30)
    assert drivers(scenario) == ["Updating", "Running", "Running"]
    assert {row["scopeType"]: row["state"] for row in pool(scenario)["status"]["scope"]} == {
        "Train": "Enabled",
        "Notebook": "Enabling",
    }
    scenario.clock.sleep(30)
    assert (drivers(scenario), pool(scenario)["status"]["driver"]["npu"]["phase"]) == (["Running"] * 3, "Running")


def test_polls_are_showpools_and_a_listing_of_nodes_fits_the_one_before() -> None:
    story = [{"drivers": "Updating", "polls": 2}, {"drivers": "Abnormal", "nodes": {"Abnormal": 1}}]
    scenario = Scenario([{"pool": "a", **NPU, "state": "succeeded", "pool_timeline": story}])
    seen = []
    for dummy in range(3):
        pool(scenario)
        seen.append([drivers(scenario)[0], drivers(scenario)[0]])
    assert seen == [["Updating"] * 2, ["Updating"] * 2, ["Abnormal"] * 2]
    assert [phase for dummy, phase, dummy in nodes(scenario)] == ["Abnormal", "Available", "Available"]


def test_a_flavor_without_accelerator_has_no_driver_unless_the_scenario_says_so() -> None:
    scenario = Scenario(
        [{"pool": "a", "state": "succeeded"}, {"pool": "b", **GPU, "pool_timeline": [{"drivers": "none"}]}]
    )
    assert (drivers(scenario), pool(scenario)["status"]["driver"]) == ([""], {})
    scenario.clock.sleep(60)
    assert [driver for dummy, dummy, driver in nodes(scenario, "b")] == [""] * 3


def test_each_order_rules_the_nodes_that_it_made() -> None:
    first = {"pool": "a", "created": "2d", **NPU, "state": "succeeded", "pool_timeline": [{"drivers": "Abnormal"}]}
    more = {"pool": "a", "order_name": "order.m", "operation": "modify", **NPU, "count": 5, "state": "succeeded"}
    scenario = Scenario([first, {**more, "pool_timeline": [{"phase": "Running", "drivers": {"Updating": 1}}]}])
    assert drivers(scenario) == ["Abnormal"] * 3 + ["Updating", "Running"]
    assert [row[1:] for row in rows(scenario, "order.m")] == [("createNode", "succeed")] * 3, (
        "the pool's own and two more"
    )


def test_a_pool_that_shrinks() -> None:
    less = {"pool": "a", "order_name": "order.m", "operation": "modify", "init_count": 3, "count": 1}
    scenario = Scenario([{**less, "timeline": TIMELINE}])
    assert [phase for dummy, phase, dummy in nodes(scenario)] == ["Available"] * 3
    scenario.clock.sleep(10)
    assert [phase for dummy, phase, dummy in nodes(scenario)] == ["Available", "Deleting", "Deleting"]
    scenario.clock.sleep(10)
    assert [name for name, dummy, dummy in nodes(scenario)] == ["os-node-initial-0"]
    assert [row[1:] for row in rows(scenario, "order.m")[1:]] == [("deleteNode", "succeed")] * 2


def test_rows_of_the_scenario_name_the_nodes() -> None:
    given = [{}, {"resourceName": "n-1", "action": "createNode"}]
    given.append({"resourceName": "n-2", "action": "createNode", "status": "failed"})
    scenario = Scenario([{"pool": "a", "order_name": "order.a", "state": "partial", "resources": given}])
    assert [row[2] for row in rows(scenario, "order.a")] == ["failed", "failed", "failed"], "a partial order's own word"
    scenario = Scenario([{"pool": "a", "order_name": "order.a", "state": "succeeded", "resources": given}])
    assert [name for name, dummy, dummy in nodes(scenario)] == ["n-1"]


@pytest.mark.parametrize(("setting", "listed", "of_the_pool"), [("listed", 2, 200), ("empty", 1, 200), ("404", 1, 404)])
def test_a_deleted_pool_is_gone_and_its_orders_may_be(setting: str, listed: int, of_the_pool: int) -> None:
    scenario = Scenario(
        [{"pool": "a", "operation": "delete", "timeline": TIMELINE}, {"pool": "b"}], deleted_pools=setting
    )
    scenario.clock.sleep(10)
    assert (pool(scenario)["status"]["phase"], nodes(scenario)[0][1]) == ("Deleting", "Deleting")
    assert len(scenario.rows()) == 2
    scenario.clock.sleep(10)
    for below in ("", "/nodes"):
        assert scenario.error(path(below=below)) == (404, "ModelArts.50015001")
    assert len(scenario.rows()) == listed
    assert scenario.get(ORDERS, involvedName="a").status == of_the_pool


def test_a_pool_can_outlive_its_deletion_and_be_late_after_its_order() -> None:
    story = [{"phase": "Deleting", "seconds": 30}, {"gone": True}]
    late = [{"gone": True, "polls": 2}, {}]
    scenario = Scenario(
        [
            {"pool": "a", "operation": "delete", "state": "succeeded", "pool_timeline": story},
            {"pool": "b", "state": "succeeded", "pool_timeline": late},
        ]
    )
    assert pool(scenario)["status"]["phase"] == "Deleting"
    assert [scenario.get(path("b")).status for dummy in range(3)] == [404, 404, 200]
    scenario.clock.sleep(30)
    assert scenario.get(path()).status == 404


def test_pools_are_asked_by_id_with_credentials_in_their_project_where_they_are_published() -> None:
    scenario = Scenario([{"pool": "a", "pool_id": "id-a", "state": "succeeded"}])
    shown = f"/v2/{PROJECT}/pools/id-a"
    assert scenario.get(shown).status == 200
    assert scenario.error(f"/v2/{PROJECT}/pools/a") == (404, "ModelArts.50015001")
    assert scenario.error(shown, {}) == (401, "APIGW.0301")
    assert scenario.error(f"/v2/{'f' * 32}/pools/id-a") == (403, "ModelArts.0210")
    scenario.cloud.add_faults([{"status": 403, "match": {"api": ["pool", "nodes"]}, "times": 0}])
    assert scenario.error(shown) == scenario.error(f"{shown}/nodes") == (403, "ModelArts.0108")
    scenario.cloud.add_faults([], replace=True)
    scenario.cloud.configure({"unpublished": ["pool", "nodes"]})
    assert scenario.error(shown) == scenario.error(f"{shown}/nodes") == (404, "APIGW.0101")


@pytest.mark.parametrize(
    ("story", "words"),
    [
        ([], "orders[0]: pool_timeline must be a list of at least one state"),
        (["Running"], "pool_timeline[0]: unknown key 'state'"),
        ([{"driver": "x"}], "pool_timeline[0]: unknown key 'driver'"),
        ([{}, {}], "pool_timeline[0] needs 'seconds' or 'polls'"),
        ([{"drivers": 5}], "pool_timeline[0]: drivers: 5 is not text"),
        ([{"drivers": {"Updating": -1}}], "pool_timeline[0]: drivers must be a whole number from 0 up"),
        ([{"scopes": ["Train"]}], "pool_timeline[0]: scopes: expected a dictionary, got list"),
        ([{"phase": None}], "pool_timeline[0]: phase: None is not text"),
    ],
)
def test_a_bad_timeline_is_one_clear_line(story: Any, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        Scenario([{"pool": "a", "pool_timeline": story}])
    assert words in str(caught.value)
