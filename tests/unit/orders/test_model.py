# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order: what its words mean in every spelling, and the keys that users see."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import ResponseError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import snake_case
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import normalise, normalise_resource
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import EXAMPLE
from hypothesis import given
from hypothesis import strategies as st

ENDED = 1682043893000

# phase, result, other keys, state, finished
SPELLINGS: list[tuple[Any, Any, dict[str, Any], str, bool]] = [
    # the reference page's table
    ("pending", None, {}, "pending", False),
    ("processing", None, {}, "processing", False),
    ("successed", None, {}, "succeeded", True),
    ("failed", None, {}, "failed", True),
    # the words of its request filter
    ("running", None, {}, "processing", False),
    # its example
    ("completed", "successed", {"endTimestamp": ENDED}, "succeeded", True),
    ("completed", "successed", {"endTimestamp": 0}, "succeeded", True),
    ("completed", "failed", {"endTimestamp": ENDED}, "failed", True),
    ("completed", "partialSuccessed", {"endTimestamp": ENDED}, "partial", True),
    # what only Terraform knows
    ("partialSuccessed", None, {"endTimestamp": ENDED}, "partial", True),
    # other words for success, in either field and any case
    ("succeed", None, {}, "succeeded", True),
    ("succeeded", None, {}, "succeeded", True),
    ("success", None, {}, "succeeded", True),
    ("SUCCESSED", None, {}, "succeeded", True),
    (" Successed ", None, {}, "succeeded", True),
    (None, "success", {}, "succeeded", True),
    ("", "successed", {}, "succeeded", True),
    ("PartialSuccessed", None, {}, "partial", True),
    ("FAILED", None, {}, "failed", True),
    # a failure mark beats a success mark, wherever it stands; a partial one beats success
    ("failed", "successed", {}, "failed", True),
    ("successed", "failed", {}, "failed", True),
    ("partialSuccessed", "failed", {}, "failed", True),
    ("partialSuccessed", "successed", {}, "partial", True),
    ("successed", "partialSuccessed", {}, "partial", True),
    # completed without a result proves nothing alone
    ("completed", None, {"endTimestamp": ENDED}, "succeeded", True),
    ("completed", "", {"endTimestamp": str(ENDED)}, "succeeded", True),
    ("completed", None, {}, "unknown", False),
    ("completed", None, {"endTimestamp": 0}, "unknown", False),
    ("completed", None, {"endTimestamp": ENDED, "failReason": "no stock"}, "failed", True),
    ("completed", None, {"failReason": "no stock"}, "failed", True),
    ("completed", None, {"endTimestamp": ENDED, "failReason": ""}, "succeeded", True),
    ("completed", "completed", {"endTimestamp": ENDED}, "succeeded", True),
    # whatever else is said beside success, in full or in part, may have undone it
    *(
        (first, second, {"endTimestamp": ended}, "unknown", ended > 0)
        for other in ("cancelled", "canceled", "Closed", "deleted", "expired", "refunded", "rolledback", "new-word", 0)
        for success in ("successed", "succeeded", "success", "partialSuccessed", "partialSucceeded")
        for first, second in ((success, other), (other, success))
        for ended in (0, ENDED)
    ),
    # success beside a word of going on: not before there is an end
    ("processing", "successed", {}, "processing", False),
    ("pending", "success", {"endTimestamp": 0}, "processing", False),
    ("successed", "running", {"endTimestamp": ENDED}, "succeeded", True),
    ("running", "partialSucceeded", {}, "processing", False),
    ("running", "partialSucceeded", {"endTimestamp": str(ENDED)}, "partial", True),
    # other words for a part
    ("partialSucceeded", None, {}, "partial", True),
    ("completed", "PARTIALSUCCESS", {}, "partial", True),
    ("partialsucceed", "succeeded", {}, "partial", True),
    # two words for going on
    ("running", "processing", {}, "processing", False),
    ("pending", "processing", {}, "processing", False),
    # words that nobody documents: verbatim, never success, finished once there is an end
    ("approving", None, {}, "unknown", False),
    ("approving", None, {"endTimestamp": ENDED}, "unknown", True),
    ("completed", "aborted", {"endTimestamp": ENDED}, "unknown", True),
    ("pending", "completed", {}, "unknown", False),
    ("unsuccessed", None, {}, "unknown", False),
    ("successed.", None, {}, "unknown", False),
    (None, None, {}, "unknown", False),
    (None, None, {"endTimestamp": ENDED}, "unknown", True),
    # words of the wrong type
    (1, None, {}, "unknown", False),
    (True, None, {"endTimestamp": ENDED}, "unknown", True),
    (["failed"], {"successed": 1}, {}, "unknown", False),
]


@pytest.mark.parametrize(("phase", "result", "more", "state", "finished"), SPELLINGS)
def test_every_spelling(phase: Any, result: Any, more: dict[str, Any], state: str, finished: bool) -> None:
    raw = {"phase": phase, "result": result, **more}
    order = normalise(raw)
    assert (order["state"], order["finished"]) == (state, finished)
    assert model.state_of(raw) == state
    for key, value in (("phase", phase), ("result", result)):
        assert dict(order)[key] == (value if value is None or isinstance(value, str) else str(value))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("processing", "processing"),
        ("succeed", "succeeded"),
        ("failed", "failed"),
        ("Failed", "failed"),
        ("stuck", "unknown"),
        (None, "unknown"),
        (7, "unknown"),
    ],
)
@pytest.mark.parametrize("spelled", [str, str.lower], ids=["camel", "lower"])
def test_show_order_in_both_spellings_of_its_keys(status: Any, state: str, spelled: Any) -> None:
    raw = {
        "resourceName": "pool-5ed5",
        "action": "createPool",
        "status": status,
        "beginTimestamp": "1682043883000",
        "updateTimestamp": "1682043893000",
        "message": "ready",
        "nodeName": "os-node-1",
    }
    row = normalise_resource({spelled(key): value for key, value in raw.items()})
    assert row.pop("node_name" if spelled is str else "nodename") == "os-node-1"
    assert row == {
        "resource_name": "pool-5ed5",
        "action": "createPool",
        "status": None if status is None else str(status),
        "state": state,
        "began_at": "2023-04-21T02:24:43.000Z",
        "updated_at": "2023-04-21T02:24:53.000Z",
        "begin_timestamp": 1682043883000,
        "update_timestamp": 1682043893000,
        "message": "ready",
    }


def test_a_status_decides_only_where_phase_and_result_say_nothing() -> None:
    assert model.state_of({"status": "succeed"}) == "succeeded"
    assert model.state_of({"phase": "", "status": "failed"}) == "failed"
    assert model.state_of({"phase": "processing", "status": "active"}) == "processing", "a key that is new to us"


def test_the_example_of_the_reference_page() -> None:
    assert normalise(EXAMPLE) == {
        "order_name": "order.pool-5ed5-w4l2n",
        "order_id": "CS2304191748WNW2R",
        "operation": "apply",
        "phase": "completed",
        "result": "successed",
        "state": "succeeded",
        "finished": True,
        "fail_reason": None,
        "resource_name": "pool-5ed5-04f258c84780d5a52f3bc00dc15aa5e7",
        "resource_display_name": "pool-5ed5",
        "workspace_id": None,
        "created_at": "2023-04-21T02:24:43.000Z",
        "began_at": "2023-04-21T02:24:53.000Z",
        "ended_at": "2023-04-21T02:24:53.000Z",
        "creation_timestamp": 1682043883000,
        "begin_timestamp": 1682043893000,
        "end_timestamp": 1682043893000,
        "queue_seconds": 10.0,
        "run_seconds": 0.0,
        "init_count": [],
        "spec_count": [{"flavor": "modelarts.vm.cpu.2u.d", "count": 1, "max_count": None, "azs": []}],
        "result_count": [],
        "billing_mode": "1",
        "period_type": "2",
        "period_num": "1",
    }


def test_every_key_of_an_empty_row() -> None:
    order = normalise({})
    assert tuple(order) == model.ORDER_KEYS
    lists: dict[str, Any] = {"init_count": [], "spec_count": [], "result_count": []}
    stamps = {"creation_timestamp": 0, "begin_timestamp": 0, "end_timestamp": 0}
    assert order == {**dict.fromkeys(model.ORDER_KEYS), **lists, **stamps, "state": "unknown", "finished": False}


@pytest.mark.parametrize("row", [None, [], "order", 7, True, 1.5])
def test_a_row_that_is_no_object_is_refused(row: Any) -> None:
    with pytest.raises(ResponseError, match="not a JSON object"):
        normalise(row)
    with pytest.raises(ResponseError, match="not a JSON object"):
        normalise_resource(row)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1682043883000, 1682043883000),
        ("1682043883000", 1682043883000),
        ("1682043883000.7", 1682043883000),
        (1682043883000.7, 1682043883000),
        ("1.682043883e12", 1682043883000),
        # seconds, which no time in milliseconds could be: before March 1973 there were no orders
        (1682043883, 1682043883000),
        ("1682043883", 1682043883000),
        (1682043883.7, 1682043883700),
        ("1682043883.25", 1682043883250),
        (99_999_999_999, 99_999_999_999_000),
        (100_000_000_000, 100_000_000_000),
        (0, 0),
        ("0", 0),
        ("", 0),
        (None, 0),
        (-5, 0),
        ("-5", 0),
        (-1.5, 0),
        (math.nan, 0),
        (math.inf, 0),
        (-math.inf, 0),
        ("nan", 0),
        ("inf", 0),
        ("yesterday", 0),
        ("2023-04-21T02:24:43Z", 0),
        (10**30, 0),
        (1e300, 0),
        ("9" * 5000, 0),
        (253402300799999, 253402300799999),
        (253402300800000, 0),
        (True, 0),
        ([1682043883000], 0),
        ({"ms": 1}, 0),
    ],
)
def test_timestamps_of_every_kind(value: Any, expected: int) -> None:
    order = normalise({"creationTimestamp": value, "phase": "successed"})
    assert order["creation_timestamp"] == expected
    assert order["creation_timestamp"].__class__ is int
    assert (order["created_at"] is None) == (expected == 0)


@pytest.mark.parametrize(
    ("created", "began", "ended", "queue", "run"),
    [
        (ENDED + 1000, ENDED + 3500, ENDED + 10_000, 2.5, 6.5),
        (ENDED + 1000, 0, 0, None, None),
        (ENDED + 1000, ENDED + 3500, 0, 2.5, None),
        (ENDED + 3000, ENDED + 1000, ENDED + 500, 0.0, 0.0),
        (0, ENDED + 3500, ENDED + 10_000, None, 6.5),
        (ENDED // 1000 - 10, ENDED, str(ENDED // 1000 + 5), 10.0, 5.0),
    ],
)
def test_durations(created: int, began: int, ended: Any, queue: float | None, run: float | None) -> None:
    order = normalise({"creationTimestamp": created, "beginTimestamp": began, "endTimestamp": ended})
    assert (order["queue_seconds"], order["run_seconds"]) == (queue, run)


def test_flavor_counts_with_zones_new_keys_and_wrong_types() -> None:
    raw = {
        "specCount": [
            {
                "flavor": "modelarts.bm.snt9.xlarge.8",
                "count": "2",
                "maxCount": 4.0,
                "nodePool": "np-1",
                "state": "ok",
                "azs": [{"az": "cn-north-4a", "count": 2, "rackId": "r1"}, "az-7c", {"az": 7}],
            },
            "flavor",
            None,
            {"count": True, "maxCount": "many", "azs": {"az": 1}},
        ],
        "initCount": {"flavor": "no list"},
        "resultCount": "no list",
    }
    order = normalise(raw)
    assert order["spec_count"] == [
        {
            "flavor": "modelarts.bm.snt9.xlarge.8",
            "count": 2,
            "max_count": 4,
            "azs": [{"az": "cn-north-4a", "count": 2, "rack_id": "r1"}, {"az": "7", "count": None}],
            "node_pool": "np-1",
            "state": "ok",
        },
        {"flavor": None, "count": None, "max_count": None, "azs": []},
    ]
    assert order["init_count"] == order["result_count"] == []


def test_new_keys_come_in_snake_case_and_hide_nothing() -> None:
    raw = {
        **EXAMPLE,
        "nodePool": {"maxCount": 1},
        "HTTPStatus": 1,
        "items": [1],
        "keys": 2,
        "state": "theirs",
        "finished": "theirs",
        "resources": "theirs",
        "order_name": "theirs",
        "$ref": 3,
    }
    order = normalise(raw)
    new = {key: value for key, value in order.items() if key not in model.ORDER_KEYS}
    assert new == {"node_pool": {"maxCount": 1}, "http_status": 1, "items_": [1], "keys_": 2, "ref": 3}
    assert order["state"] == "succeeded"
    assert order["order_name"] == EXAMPLE["orderName"]


@pytest.mark.parametrize(
    ("key", "raw"), [("order_id", "orderId"), ("billing_mode", "billingMode"), ("workspace_id", "workspaceId")]
)
@pytest.mark.parametrize(("value", "expected"), [(0, "0"), (12, "12"), ("", None), (None, None), ("a\nb", "a\nb")])
def test_text_keys(key: str, raw: str, value: Any, expected: str | None) -> None:
    assert dict(normalise({raw: value}))[key] == expected


def row(name: str | None, created: int, pool: str | None = None, **more: Any) -> model.Order:
    """Return an order."""
    return normalise({"orderName": name, "creationTimestamp": created, "resourceName": pool, **more})


def test_sorting_and_the_newest_of_each_pool() -> None:
    orders = [
        row("b", 5, "p1"),
        row("a", 5, "p1"),
        row("c", 9, "p2"),
        row("d", 1, None, resourceDisplayName="p3"),
        row(None, 3),
        row(None, 2),
    ]
    assert [order["order_name"] for order in model.newest_first(orders)] == ["c", "a", "b", None, None, "d"]
    newest = model.newest_of_each_pool(orders)
    assert [order["order_name"] for order in newest] == ["c", "a", "b", None, None, "d"], "none without a pool goes"


DAY = 1_700_000_000_000


@pytest.mark.parametrize(
    ("rows", "newest"),
    [
        ([("a", DAY, "p", "s"), ("b", DAY + 1, "p", "s")], "b"),
        ([("a", DAY, "p", "s"), ("b", DAY, "p", "s"), ("c", DAY - 1, "p", "s")], "a b"),
        ([("a", DAY, "p", "s"), ("b", 0, "p", "s"), ("c", None, "p", "s"), ("d", "soon", "p", "s")], "a b c d"),
        ([("a", DAY, "p", "s"), ("b", DAY // 1000 + 1, "p", "s")], "b"),
        ([("a", DAY, "p", "s"), ("b", str(DAY + 1), "p", None)], "b"),
        ([("a", DAY, "p", "s"), ("b", DAY + 1, None, "s")], "b"),
        ([("a", DAY + 1, "p", "s"), ("b", DAY, None, "s")], "a"),
        ([("a", DAY, "p", "s"), ("b", DAY, None, "s")], "a b"),
        ([("a", DAY, None, "s"), ("b", DAY + 1, None, "s")], "b"),
        ([("a", DAY, "p", "s"), ("b", DAY + 1, "q", "s")], "a b"),
        ([("a", DAY, "p", "s"), ("b", DAY + 2, "q", "s"), ("c", DAY + 1, None, "s")], "a b c"),
        ([("a", DAY, "p", None), ("b", DAY + 1, None, "p")], "b"),
        ([("a", DAY, None, None), ("b", DAY + 1, None, None)], "a b"),
    ],
)
def test_every_order_that_may_be_the_newest_of_its_pool(rows: list[Any], newest: str) -> None:
    orders = [row(name, created, pool, resourceDisplayName=shown) for name, created, pool, shown in rows]
    for listed in itertools.permutations(orders):
        found = model.newest_of_each_pool(listed)
        assert sorted(str(order["order_name"]) for order in found) == newest.split()


def test_an_order_is_known_by_name_then_number_then_what_never_changes() -> None:
    key = model.key_of
    assert key(row("a", DAY, orderId="b")) == key(row("a", DAY + 1, "p", orderId="c")) == "a"
    assert key(row(None, DAY, orderId="b")) == key(row("", DAY + 1, orderId="b")) == "b"
    begun = row(None, DAY, "p", phase="running", beginTimestamp=DAY + 5)
    ended = row(None, DAY, "p", phase="failed", beginTimestamp=DAY + 5, endTimestamp=DAY + 9, failReason="no stock")
    ended["resources"] = [{"state": "failed"}]
    assert key(begun) == key(ended)
    others = [row(None, DAY + 1, "p"), row(None, DAY, "q"), row(None, DAY, "p", operation="delete"), row(None, DAY)]
    assert len({key(begun), *map(key, others), key(row(None, DAY, "p", nodePool="n"))}) == 6


CONTROLS = "\x00\x07\x1b[31m\r\x7f\x85\x9b0m\u061c\u200e\u200f\u2028\u202a\u202e\u2066\u2069"


def test_what_the_service_says_is_returned_without_controls() -> None:
    said = f"one{CONTROLS}\n\ttwo"
    left = "one[31m0m\n\ttwo"
    texts = ("orderName", "failReason", "resourceName", "resourceDisplayName", "operation", "phase", "newKey")
    zone = {"az": said, "rackId": [said, {said: said}]}
    order = dict(normalise({**dict.fromkeys(texts, said), "specCount": [{"flavor": said, "azs": [zone]}]}))
    for name in texts:
        assert order[snake_case(name)] == left
    (count,) = normalise({"specCount": [{"flavor": said, "azs": [zone]}]})["spec_count"]
    assert (count["flavor"], count["azs"]) == (left, [{"az": left, "count": None, "rack_id": [left, {left: left}]}])
    assert (
        normalise_resource({"message": said, "resourceName": said, "newKey": said}).items()
        >= {
            "message": left,
            "resource_name": left,
            "new_key": left,
        }.items()
    )
    assert normalise({"orderName": CONTROLS[:2]})["order_name"] is None


@pytest.mark.parametrize(
    ("phases", "all_succeeded", "all_finished", "any_failed"),
    [
        ([], False, False, False),
        (["successed"], True, True, False),
        (["successed", "partialSuccessed"], False, True, False),
        (["successed", "failed"], False, True, True),
        (["successed", "running"], False, False, False),
        (["failed", "pending"], False, False, True),
        (["strange"], False, False, False),
    ],
)
def test_the_summary(phases: list[str], all_succeeded: bool, all_finished: bool, any_failed: bool) -> None:
    orders = [normalise({"phase": phase}) for phase in phases]
    facts = model.summarise(orders)
    assert facts["all_succeeded"] is all_succeeded
    assert facts["all_finished"] is all_finished
    assert facts["any_failed"] is any_failed
    none = {**facts, "all_succeeded": False, "all_finished": False}
    assert model.summarise(orders, missing=["an order"]) == none
    assert facts["summary"]["total"] == len(phases) == sum(facts["summary"][state] for state in model.STATES)


def test_an_order_is_described_by_what_it_has() -> None:
    assert model.describe(row("o", 1, "p")) == "o (pool p)"
    assert model.describe(row("o", 1, "p", resourceDisplayName="shown")) == "o (pool shown)"
    assert model.describe(row(None, 1, orderId="CS1")) == "CS1"
    assert model.describe(row(None, 1)) == "an order without a name"


TEXTS = [
    *("order_name", "order_id", "operation", "fail_reason", "resource_name", "resource_display_name", "workspace_id"),
    *("created_at", "began_at", "ended_at", "billing_mode", "period_type", "period_num"),
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
API_KEYS = [
    *("orderName", "orderId", "operation", "phase", "result", "failReason", "resourceName", "resourceDisplayName"),
    *("workspaceId", "creationTimestamp", "beginTimestamp", "endTimestamp", "initCount", "specCount", "resultCount"),
    *("billingMode", "periodType", "periodNum", "items", "state", "resources", "nodePool"),
]
words = st.sampled_from(["pending", "running", "completed", "successed", "failed", "partialSuccessed", "odd", ""])
flavors = st.lists(
    st.dictionaries(st.sampled_from(["flavor", "count", "maxCount", "azs", "new"]), json_values, max_size=5), max_size=3
)
raw_orders = st.dictionaries(
    st.sampled_from(API_KEYS) | st.text(max_size=8), json_values | words | flavors | st.integers(0, 2**45), max_size=22
)


@given(raw_orders)
def test_any_json_object_becomes_an_order_of_the_documented_types(raw: dict[str, Any]) -> None:
    order = dict[str, Any](normalise(raw))
    assert set(order) >= set(model.ORDER_KEYS)
    assert "items" not in order
    assert order["state"] in model.STATES
    assert order["finished"].__class__ is bool
    assert all(order[key] is None or (isinstance(order[key], str) and order[key]) for key in TEXTS)
    assert all(order[key] is None or isinstance(order[key], str) for key in ("phase", "result"))
    for key in ("creation_timestamp", "begin_timestamp", "end_timestamp"):
        assert order[key].__class__ is int
        assert order[key] >= 0
    for key in ("queue_seconds", "run_seconds"):
        assert order[key] is None or order[key] >= 0
    for count in (each for key in ("init_count", "spec_count", "result_count") for each in order[key]):
        assert {"flavor", "count", "max_count", "azs"} <= set(count)
        assert all(count[key] is None or count[key].__class__ is int for key in ("count", "max_count"))
        assert all(zone.keys() >= {"az", "count"} for zone in count["azs"])
    assert not hasattr(dict, next((key for key in order if hasattr(dict, key)), "no such method"))


@given(raw_orders)
def test_success_is_never_guessed(raw: dict[str, Any]) -> None:
    said = {str(raw.get(key)).strip().lower() for key in ("phase", "result", "status")}
    order = normalise(raw)
    if order["state"] == "succeeded":
        success = {"successed", "succeed", "succeeded", "success", "completed"}
        assert said & success
        assert said - success <= {"pending", "processing", "running", "none", ""}
        assert not said & {"pending", "processing", "running"} or order["end_timestamp"] > 0
    if "failed" in {str(raw.get(key)).strip().lower() for key in ("phase", "result")}:
        assert order["state"] == "failed"
    if order["finished"]:
        assert order["state"] in ("succeeded", "partial", "failed") or order["end_timestamp"] > 0


@given(st.dictionaries(st.text(max_size=8) | st.sampled_from(["status", "Status", "message"]), json_values, max_size=8))
def test_any_json_object_becomes_a_resource(raw: dict[str, Any]) -> None:
    row = normalise_resource(raw)
    assert row["state"] in model.STATES
    assert {"resource_name", "action", "status", "message", "began_at", "updated_at"} <= set(row)
