# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ListOrders lets through, in what order, and what it refuses."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import (
    DAY_MS,
    NOW_MS,
    ORDERS,
    PROJECT,
    TIMELINE,
    Scenario,
)

BAD = (400, "ModelArts.50004000")


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 501},
        {"limit": -1},
        {"limit": "ten"},
        {"offset": 501},
        {"phase": "processing"},
        {"phase": "succeeded"},
        {"resource": "nodes"},
        {"since": "2026-01-01"},
        {"until": "1.5"},
        {"result": "successed"},
        {"name": "a"},
    ],
)
def test_what_the_reference_page_does_not_allow_is_a_bad_request(parameters: dict[str, Any]) -> None:
    assert Scenario([{"pool": "a"}]).error(**parameters) == BAD


def test_lenient_service_ignores_unknown_parameters() -> None:
    assert Scenario([{"pool": "a"}], strict=False).pools(result="failed", name="x") == ["a"]


@pytest.mark.parametrize(
    "parameters",
    [{"limit": 500}, {"limit": 0}, {"limit": ""}, {"offset": 0}, {"phase": ""}, {"resource": "pools"}, {"since": 0}],
)
def test_what_it_allows(parameters: dict[str, Any]) -> None:
    assert Scenario([{"pool": "a"}]).pools(**parameters) == ["a"]


def test_limits_and_offsets() -> None:
    scenario = Scenario([{"pool": f"p{number:03d}", "created": number} for number in range(150)])
    assert len(scenario.rows()) == len(scenario.rows(limit=0)) == 100
    assert scenario.listed(limit=1)["count"] == 150
    assert scenario.pools(limit=20, offset=140) == [f"p{number:03d}" for number in range(140, 150)]
    assert scenario.pools(offset=500) == []


def test_phase_filter_uses_the_words_of_the_page() -> None:
    states = ("pending", "processing", "succeeded", "failed", "partial")
    scenario = Scenario([{"pool": state, "state": state} for state in states])
    found = {word: scenario.pools(phase=word) for word in ("pending", "running", "successed", "failed")}
    assert found == {
        "pending": ["pending"],
        "running": ["processing"],
        "successed": ["succeeded"],
        "failed": ["failed"],
    }


def test_a_phase_filter_follows_the_states() -> None:
    scenario = Scenario([{"pool": "a", "timeline": TIMELINE}])
    assert scenario.pools(phase="pending") == ["a"]
    scenario.clock.sleep(61)
    assert (scenario.pools(phase="pending"), scenario.pools(phase="running")) == ([], ["a"])


def test_a_phase_filter_follows_orders_that_advance_by_polls() -> None:
    scenario = Scenario([{"pool": "a", "timeline": [{"state": "pending", "polls": 1}, {"state": "failed"}]}])
    assert [scenario.pools(phase="pending"), scenario.pools(phase="pending"), scenario.pools(phase="failed")] == [
        ["a"],
        [],
        ["a"],
    ]


def test_a_pool_is_found_by_display_name_and_by_id() -> None:
    scenario = Scenario([{"pool": "a"}, {"pool": "a-b"}])
    assert scenario.pools(involvedName="a") == scenario.pools(involvedName=f"a-{PROJECT}") == ["a"]


def test_an_unknown_pool() -> None:
    assert Scenario([{"pool": "a"}]).error(involvedName="b") == (404, "ModelArts.50015001")
    assert Scenario([{"pool": "a"}], unknown_pool="empty").listed(involvedName="b") == {"count": 0, "items": []}
    assert Scenario(pools=["b"]).listed(involvedName="b") == {"count": 0, "items": []}


def test_the_default_workspace_is_0() -> None:
    scenario = Scenario([{"pool": "a"}, {"pool": "b", "workspace_id": "w1"}])
    assert (scenario.pools(), scenario.pools(workspaceId="w1")) == (["a"], ["b"])
    assert sorted(Scenario([{"pool": "a"}, {"pool": "b", "workspace_id": "w1"}], workspace_default=None).pools()) == [
        "a",
        "b",
    ]


@pytest.mark.parametrize("since", [True, False])
@pytest.mark.parametrize("until", [True, False])
def test_bounds_are_inclusive_or_not(since: bool, until: bool) -> None:
    orders = [{"pool": f"p{number}", "created": NOW_MS - 1000 + number} for number in range(5)]
    scenario = Scenario(orders, order="oldest", since_inclusive=since, until_inclusive=until)
    found = scenario.pools(since=NOW_MS - 999, until=NOW_MS - 997)
    assert found == (["p1"] if since else []) + ["p2"] + (["p3"] if until else [])


def test_only_the_last_month_is_listed() -> None:
    orders = [{"pool": "old", "created": NOW_MS - 30 * DAY_MS - 1}, {"pool": "edge", "created": NOW_MS - 30 * DAY_MS}]
    scenario = Scenario(orders)
    assert scenario.pools(since=0) == ["edge"]
    scenario.clock.sleep(0.001)
    assert scenario.pools(since=0) == []
    assert Scenario(orders, history_days=0).pools() == ["edge", "old"]


@pytest.mark.parametrize("name", ["since", "until", "phase", "involvedName", "workspaceId", "limit", "offset"])
def test_a_server_can_ignore_any_filter(name: str) -> None:
    values: dict[str, object] = {
        "since": NOW_MS + 1,
        "until": 1,
        "phase": "failed",
        "involvedName": "b",
        "workspaceId": "w9",
        "limit": 1,
        "offset": 2,
    }
    orders = [{"pool": "a", "created": number, "state": "succeeded"} for number in (1, 2)]
    assert len(Scenario([*orders, {"pool": "b", "arrives": 10**6}]).rows(**{name: values[name]})) < 2
    assert len(Scenario([*orders, {"pool": "b", "arrives": 10**6}], ignore=[name]).rows(**{name: values[name]})) == 2


def test_rows_come_unsorted_but_the_same_way_each_time() -> None:
    orders = [{"pool": f"p{number:02d}", "created": number} for number in range(30)]
    scenario = Scenario(orders, order="shuffled", seed=7)
    found = scenario.pools()
    assert found == scenario.pools() == Scenario(orders, order="shuffled", seed=7).pools()
    assert found != sorted(found)
    assert sorted(found) == sorted(Scenario(orders, order="shuffled", seed=8).pools())
    assert scenario.pools(limit=10) + scenario.pools(limit=10, offset=10) + scenario.pools(limit=10, offset=20) == found


@pytest.mark.parametrize(
    ("mode", "error", "expected"),
    [("exact", 0, 3), ("exact", -2, 1), ("page", 0, 2), ("missing", 0, None), ("null", 0, None), ("text", 0, "3")],
)
def test_the_count_can_lie(mode: str, error: int, expected: object) -> None:
    scenario = Scenario([{"pool": "a"}, {"pool": "b"}, {"pool": "c"}], count=mode, count_error=error)
    document = scenario.listed(limit=2)
    assert document.get("count") == expected
    assert ("count" in document) == (mode != "missing")


def test_an_order_becomes_visible_late_and_another_vanishes() -> None:
    scenario = Scenario(
        [{"pool": "late", "visible_after": 10}, {"pool": "gone", "gone_after": 20}, {"pool": "new", "arrives": 30}]
    )
    seen = []
    for dummy in range(4):
        seen.append(sorted(scenario.pools(since=0)))
        scenario.clock.sleep(10)
    assert seen == [["gone"], ["gone", "late"], ["late"], ["late", "new"]]
    assert scenario.rows(involvedName="late")[0]["creationTimestamp"] == NOW_MS
    assert scenario.rows(involvedName="new")[0]["creationTimestamp"] == NOW_MS + 30_000


def test_arrivals_shift_the_next_page_as_in_a_real_list() -> None:
    scenario = Scenario([{"pool": f"p{number}", "created": number + 1} for number in range(6)])
    first = scenario.pools(limit=3)
    scenario.cloud.load([{"pool": "new"}])
    assert first == ["p0", "p1", "p2"]
    assert scenario.pools(limit=3, offset=3) == ["p2", "p3", "p4"]


def test_finished_orders_leave_a_filtered_list_and_later_rows_move_up() -> None:
    quick = [{"state": "processing", "seconds": 5}, {"state": "succeeded"}]
    orders = [
        {"pool": f"p{number}", "created": number, "timeline": quick if number < 2 else [{"state": "processing"}]}
        for number in range(4)
    ]
    scenario = Scenario(orders)
    assert scenario.pools(phase="running", limit=2) == ["p0", "p1"]
    scenario.clock.sleep(5)
    assert scenario.pools(phase="running", limit=2, offset=2) == []


def test_random_changes_never_show_a_row_twice_or_lose_one() -> None:
    source = random.Random(3)
    scenario = Scenario(order="shuffled")
    alive: dict[str, float] = {}
    for step in range(200):
        life = source.choice([None, source.randint(1, 500)])
        scenario.cloud.load([{"pool": f"p{step}", "created": source.randint(0, 1000), "gone_after": life}])
        alive[f"p{step}"] = float("inf") if life is None else scenario.clock.time() + life
        scenario.clock.sleep(source.random() * 5)
        expected = sorted(name for name, end in alive.items() if end > int(scenario.clock.time() * 1000) / 1000)
        assert sorted(scenario.pools(limit=500)) == expected


def test_apis_can_be_missing_in_a_region() -> None:
    scenario = Scenario([{"pool": "a", "order_name": "o"}], unpublished=["show"])
    assert scenario.error(f"{ORDERS}/o") == (404, "APIGW.0101")
    assert scenario.pools() == ["a"]
    assert Scenario(unpublished=["list"]).error() == (404, "APIGW.0101")
    assert Scenario().error("/v1/elsewhere") == (404, "APIGW.0101")


def test_an_unknown_order() -> None:
    assert Scenario().error(f"{ORDERS}/nothing")[0] == 404


def test_projects_keep_their_orders_apart() -> None:
    projects = [{"id": "a" * 32, "name": "one"}, {"id": "b" * 32, "name": "two"}]
    tokens = [
        {"token": "T1-of-the-tests", "project_id": "a" * 32},
        {"token": "T2-of-the-tests", "project_id": "b" * 32},
    ]
    scenario = Scenario([{"pool": "x"}, {"pool": "y", "project": "two"}], projects=projects, tokens=tokens)
    for token, project, pool in (("T1-of-the-tests", "a", "x"), ("T2-of-the-tests", "b", "y")):
        answer = scenario.get(f"/v1/{project * 32}/orders", {"x-auth-token": token})
        assert [row["resourceDisplayName"] for row in json.loads(answer.body)["items"]] == [pool]


def test_twenty_thousand_orders_are_all_there_and_their_pages_are_cheap() -> None:
    scenario = Scenario([{"generate": {"count": 20_000, "recent_share": 0.9}}], order="shuffled")
    assert scenario.listed(limit=500)["count"] == 20_000
    took = []
    for dummy in range(50):
        begin = time.process_time()
        answer = scenario.get(ORDERS, limit=500, offset=500)
        took.append(time.process_time() - begin)
        assert len(json.loads(answer.body)["items"]) == 500
    assert min(took) < 0.003, "0.3 ms each; a selection of its own for each page takes 6 or more"
    names = [order.name for order in scenario.cloud.catalog(PROJECT)]
    assert len(set(names)) == 20_000
    recent = scenario.listed(since=NOW_MS - 2 * DAY_MS)["count"]
    assert 17_600 < recent < 18_800
