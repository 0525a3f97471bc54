# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an order goes through its timeline, and how it is spelt."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import (
    NOW,
    NOW_MS,
    ORDERS,
    TIMELINE,
    Scenario,
)

# The answer in the reference page's example.
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


def test_the_example_of_the_reference_page_comes_out_as_printed() -> None:
    order = {
        "pool": "pool-5ed5",
        "pool_id": EXAMPLE["resourceName"],
        "order_name": EXAMPLE["orderName"],
        "order_id": EXAMPLE["orderId"],
        "created": EXAMPLE["creationTimestamp"],
        "timeline": [{"state": "pending", "seconds": 10}, {"state": "succeeded"}],
    }
    scenario = Scenario([order], spelling="example", history_days=0)
    assert scenario.listed() == {"count": 1, "items": [EXAMPLE]}


def test_time_moves_an_order_on_and_stamps_its_beginning_and_end() -> None:
    scenario = Scenario([{"pool": "a", "timeline": TIMELINE}])
    seen = []
    for seconds in (0, 59.999, 0.001, 599.999, 0.001, 10**6):
        scenario.clock.sleep(seconds)
        row = scenario.rows(since=0)[0]
        seen.append((row["phase"], row["beginTimestamp"], row["endTimestamp"]))
    assert seen == [
        ("pending", 0, 0),
        ("pending", 0, 0),
        ("processing", NOW_MS + 60_000, 0),
        ("processing", NOW_MS + 60_000, 0),
        ("successed", NOW_MS + 60_000, NOW_MS + 660_000),
        ("successed", NOW_MS + 60_000, NOW_MS + 660_000),
    ]


def test_looks_move_an_order_on() -> None:
    timeline = [
        {"state": "pending", "polls": 2},
        {"state": "processing", "polls": 1},
        {"state": "failed", "reason": "no quota"},
    ]
    scenario = Scenario([{"pool": "a", "timeline": timeline}])
    assert [scenario.rows()[0]["phase"] for dummy in range(5)] == [
        "pending",
        "pending",
        "processing",
        "failed",
        "failed",
    ]
    assert scenario.rows()[0]["failReason"] == "no quota"


def test_only_being_listed_counts_as_a_poll() -> None:
    scenario = Scenario(
        [{"pool": "a", "timeline": [{"state": "pending", "polls": 1}, {"state": "succeeded"}]}, {"pool": "b"}]
    )
    for dummy in range(3):
        assert scenario.pools(involvedName="b") == ["b"]
        scenario.get(
            f"{ORDERS}/{next(iter(scenario.cloud.catalog(scenario.cloud.settings['projects'][0]['id']))).name}"
        )
    assert scenario.rows(involvedName="a")[0]["phase"] == "pending"
    assert scenario.rows(involvedName="a")[0]["phase"] == "successed"


@pytest.mark.parametrize(
    ("state", "table", "example"),
    [
        ("pending", ("pending", None), ("pending", None)),
        ("processing", ("processing", None), ("processing", None)),
        ("succeeded", ("successed", None), ("completed", "successed")),
        ("partial", ("partialSuccessed", None), ("completed", "partialSuccessed")),
        ("failed", ("failed", None), ("completed", "failed")),
        ("frozen", ("frozen", None), ("frozen", None)),
    ],
)
def test_both_spellings(state: str, table: tuple[str, Any], example: tuple[str, Any]) -> None:
    for spelling, words in (("table", table), ("example", example)):
        row = Scenario([{"pool": "a", "state": state}], spelling=spelling).rows()[0]
        assert (row["phase"], row.get("result")) == words, spelling


def test_the_spelling_can_change_while_orders_are_listed() -> None:
    scenario = Scenario([{"pool": "a", "state": "succeeded"}, {"pool": "b", "state": "succeeded", "spelling": "table"}])
    scenario.rows()
    scenario.cloud.configure({"spelling": "example"})
    assert {row["resourceDisplayName"]: row["phase"] for row in scenario.rows()} == {"a": "completed", "b": "successed"}


def test_counts_by_operation() -> None:
    base = {"flavor": "modelarts.vm.gpu.t4u8", "count": 3, "azs": ["az-1", "az-2"], "state": "succeeded"}
    rows = {
        row["operation"]: row
        for row in Scenario([{"pool": one, "operation": one, **base} for one in ("apply", "modify", "delete")]).rows()
    }
    assert rows["apply"]["initCount"] == []
    assert rows["apply"]["specCount"] == rows["apply"]["resultCount"]
    assert rows["apply"]["specCount"][0]["azs"] == [{"az": "az-1", "count": 2}, {"az": "az-2", "count": 1}]
    assert rows["modify"]["initCount"][0]["count"] == 1
    assert rows["delete"]["resultCount"][0]["count"] == 0


def test_raw_and_drop_have_the_last_word() -> None:
    order = {
        "pool": "a",
        "state": "succeeded",
        "raw": {"creationTimestamp": "text", "nodePool": 1},
        "drop": ["orderId"],
    }
    row = Scenario([order]).rows()[0]
    assert row["creationTimestamp"] == "text"
    assert row["nodePool"] == 1
    assert "orderId" not in row


def test_a_final_state_can_go_back_and_a_strange_one_can_have_an_end() -> None:
    timeline = [
        {"state": "succeeded", "polls": 1},
        {"state": "processing", "polls": 1},
        {"state": "odd", "ended": True},
    ]
    scenario = Scenario([{"pool": "a", "timeline": timeline}])
    ends = [(row["phase"], row["endTimestamp"]) for row in (scenario.rows()[0] for dummy in range(3))]
    assert ends == [("successed", NOW_MS), ("processing", 0), ("odd", NOW_MS)]


def test_show_order_names_the_nodes_that_failed_in_its_own_words() -> None:
    scenario = Scenario([{"pool": "a", "order_name": "o-1", "count": 2, "state": "failed", "reason": "no stock"}])
    document = json.loads(scenario.get(f"{ORDERS}/o-1").body)
    assert document["count"] == len(document["items"]) == 3
    assert {row["action"] for row in document["items"]} == {"createPool", "createNode"}
    assert document["items"][1] == {
        "resourceName": "os-node-created-o-1-0",
        "action": "createNode",
        "status": "failed",
        "beginTimestamp": str(NOW_MS),
        "updateTimestamp": str(NOW_MS),
        "message": "no stock",
    }


def test_show_order_with_lower_case_keys_and_given_rows() -> None:
    order = {
        "pool": "a",
        "order_name": "o-1",
        "state": "succeeded",
        "resources": [{"resourceName": "n-1", "action": "renew"}],
    }
    row = json.loads(Scenario([order], show_keys="lower").get(f"{ORDERS}/o-1").body)["items"][0]
    assert (row["resourcename"], row["action"], row["status"]) == ("n-1", "renew", "succeed")


def test_advancing_the_cloud_does_not_need_the_clock() -> None:
    scenario = Scenario([{"pool": "a", "timeline": TIMELINE}])
    scenario.cloud.advance(700)
    assert scenario.clock.time() == NOW
    assert scenario.rows()[0]["phase"] == "successed"
