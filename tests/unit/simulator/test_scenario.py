# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading scenarios and settings, and what is said of bad ones."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import DAY_MS, NOW_MS, PROJECT, Scenario
from modelarts_simulator.clock import seconds_of
from modelarts_simulator.errors import ScenarioError


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (5, 5),
        (0.5, 0.5),
        ("90", 90),
        ("90s", 90),
        ("45m", 2700),
        ("12h", 43200),
        ("1d12h", 129600),
        ("2w", 1209600),
        ("250ms", 0.25),
    ],
)
def test_durations(given: object, seconds: float) -> None:
    assert seconds_of(given, "x") == seconds


@pytest.mark.parametrize("given", [-1, True, None, "soon", "5 minutes", "", "-3s", []])
def test_what_is_no_duration(given: object) -> None:
    with pytest.raises(ScenarioError, match=r"x: .* is not a duration"):
        seconds_of(given, "x")


def test_defaults_of_an_order_follow_the_documented_shapes() -> None:
    row = Scenario([{"pool": "pool-5ed5"}]).rows()[0]
    assert re.fullmatch(r"order\.pool-5ed5-[a-z0-9]{5}", row["orderName"])
    assert re.fullmatch(r"CS2601020304[A-Z0-9]{5}", row["orderId"])
    assert row["resourceName"] == f"pool-5ed5-{PROJECT}"
    assert (row["operation"], row["phase"], row["creationTimestamp"]) == ("apply", "pending", NOW_MS)


def test_names_are_never_made_twice() -> None:
    scenario = Scenario([{"generate": {"count": 20_000, "pools": 1}}], history_days=0)
    names = [order.name for order in scenario.cloud.catalog(PROJECT)]
    assert len(names) == len(set(names)) == 20_000


@pytest.mark.parametrize(
    ("created", "expected"),
    [("10m", NOW_MS - 600_000), (30, NOW_MS - 30_000), (1_682_043_883_000, 1_682_043_883_000), (0, NOW_MS)],
)
def test_creation(created: object, expected: int) -> None:
    assert Scenario([{"pool": "a", "created": created}], history_days=0).rows()[0]["creationTimestamp"] == expected


def test_a_crowd_of_open_orders_is_staggered() -> None:
    timeline = [{"state": "processing", "seconds": 10}, {"state": "succeeded"}]
    crowd = {"generate": {"count": 100, "days": 0, "spread": 100}, "timeline": timeline, "operation": "apply"}
    scenario = Scenario([crowd])
    counts = []
    for dummy in range(4):
        counts.append(scenario.listed(phase="running")["count"])
        scenario.clock.sleep(40)
    assert counts[0] == 100
    assert counts[-1] == 0
    assert counts[0] > counts[1] > counts[2]


def test_a_thousand_orders_in_one_millisecond() -> None:
    scenario = Scenario([{"generate": {"count": 1200, "at": "1h"}}])
    at = NOW_MS - 3_600_000
    assert scenario.listed(since=at, until=at)["count"] == 1200


def test_generated_history_is_finished_and_spread() -> None:
    scenario = Scenario([{"generate": {"count": 2000, "recent_share": 0.9}}])
    states = {row["phase"] for row in scenario.rows(limit=500)}
    assert states >= {"successed", "failed"}
    assert 1750 < scenario.listed(since=NOW_MS - 2 * DAY_MS)["count"] < 1900


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ({}, "orders: expected a list, got dict"),
        (["a"], "orders[0]: expected a dictionary"),
        ([{}], "orders[0]: 'pool' (the pool's display name) is needed"),
        ([{"pool": "a"}, {"pool": "b", "pols": 1}], "orders[1]: unknown key 'pols'"),
        ([{"pool": "a", "timeline": []}], "timeline must be a list of at least one state"),
        ([{"pool": "a", "timeline": [{"state": "pending"}, {"state": "failed"}]}], "needs 'seconds' or 'polls'"),
        ([{"pool": "a", "timeline": [{"state": "pending", "seconds": 5}]}], "lasts for good; give no duration"),
        ([{"pool": "a", "timeline": [{"stat": "pending"}]}], "expected a dictionary with a 'state'"),
        ([{"pool": "a", "timeline": [{"state": "x", "polls": 1, "seconds": 1}, "y"]}], "not both"),
        ([{"pool": "a", "timeline": [{"state": "x", "polls": 0}, "y"]}], "polls must be a whole number"),
        ([{"pool": "a", "operation": "create"}], "operation 'create' is not one of apply, modify, delete"),
        ([{"pool": "a", "created": "yesterday"}], "created: 'yesterday' is not a duration"),
        ([{"pool": "a", "count": "two"}], "count and max_count must be whole numbers"),
        ([{"pool": "a", "spelling": "odd"}], "spelling 'odd' is not one of"),
        ([{"pool": "a", "project": "x"}], "project 'x' is not in settings.projects"),
        ([{"pool": "a", "state": "failed", "timeline": ["failed"]}], "'timeline' or 'state', not both"),
        ([{"pool": "a", "init_count": "x"}], "orders[0]: invalid literal"),
        ([{"pool": "a", "raw": 5}], "orders[0]: "),
        ([{"generate": {"cuont": 5}}], "generate has no 'cuont'"),
        ([{"generate": {"count": "5"}}], "generate.count: '5' is not a number"),
    ],
)
def test_a_bad_scenario_is_one_clear_line_and_changes_nothing(orders: Any, words: str) -> None:
    scenario = Scenario([{"pool": "kept"}])
    with pytest.raises(ScenarioError) as caught:
        scenario.cloud.load(orders, replace=True)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert scenario.pools() == ["kept"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"speling": "table"}, "there is no 'speling'"),
        ({"spelling": "odd"}, "'odd' is not one of table, example"),
        ({"ignore": ["sinse"]}, "'sinse' is not one of"),
        ({"ignore": "since"}, "expected a list of strings"),
        ({"strict": "yes"}, "'yes' is not true or false"),
        ({"latency_ms": -1}, "is not a number from 0 up"),
        ({"throttle": {"limits": 5}}, "expected {limit: N"),
        ({"keys": [{"access_key": "x"}]}, "each entry needs the keys access_key, secret_key"),
        ({"projects": []}, "at least one project"),
        ([], "expected a dictionary"),
    ],
)
def test_a_bad_setting_is_one_clear_line_and_changes_nothing(settings: Any, words: str) -> None:
    scenario = Scenario([{"pool": "kept"}])
    before = dict(scenario.cloud.settings)
    with pytest.raises(ScenarioError) as caught:
        scenario.cloud.configure(settings)
    assert words in str(caught.value)
    assert scenario.cloud.settings == before


def test_reset_begins_again() -> None:
    scenario = Scenario([{"pool": "a"}], [{"status": 500, "times": 0, "after": 1}])
    scenario.get("/nowhere")
    scenario.cloud.load([{"pool": "b"}])
    scenario.cloud.configure({"latency_ms": 5})
    scenario.cloud.advance(1000)
    scenario.cloud.reset()
    assert (scenario.cloud.offset, scenario.cloud.requests, scenario.cloud.settings["latency_ms"]) == (0, 0, 0)
    assert [row["phase"] for row in scenario.rows()] == ["pending"]
    scenario.cloud.reset({})
    assert scenario.cloud.faults.rules == []
