# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked: what the server is told, what is checked again, and what is refused before anything is sent."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result, query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import normalise
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.query import FIELDS, PHASES, Query
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import RawServer, answer, listed
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    DAY_MS,
    EXAMPLE,
    NOW_MS,
    PROJECT,
    Simulation,
    asked,
    simulation,
)
from hypothesis import given
from hypothesis import strategies as st

HOUR_MS = 3_600_000


def query(**options: Any) -> Query:
    """Return a query as an entry point makes it."""
    return Query.from_options(options, NOW_MS)


# What is refused


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"since": "yesterday"}, ["since", "yesterday", "7d"]),
        ({"until": "later"}, ["until", "later"]),
        ({"since": "1d", "until": "2d"}, ["since lies after until"]),
        ({"until": "31d"}, ["until lies before since", "30 days"]),
        ({"limit": 501}, ["limit", "501", "500"]),
        ({"limit": -1}, ["limit", "-1"]),
        ({"limit": "many"}, ["limit", "many"]),
        ({"limit": True}, ["limit", "True"]),
        ({"limit": 1.5}, ["limit", "1.5"]),
        ({"offset": 501}, ["offset", "501", "500"]),
        ({"offset": [1]}, ["offset"]),
        ({"phase": "done"}, ["phase", "done", "succeeded"]),
        ({"resource": "nodes"}, ["resource", "nodes", "pools"]),
        ({"operation": ["apply", "scale"]}, ["operation", "scale", "modify"]),
        ({"fields": ["state", "colour", "size"]}, ["fields", "colour, size", "order_name", "resources"]),
        ({"involved_name": " "}, ["involved_name is empty"]),
        ({"workspace_id": ""}, ["workspace_id is empty"]),
    ],
)
def test_bad_filters_are_refused_in_one_line(options: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        query(**options)
    assert "\n" not in caught.value.msg
    for word in words:
        assert word in caught.value.msg


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        query(since="yesterday", limit=501, phase="done", fields=["colour"], involved_name=["a"])
    for word in (
        "since: 'yesterday'",
        "limit: 501",
        "phase: 'done'",
        "fields: colour",
        "involved_name: ['a'] is a list",
    ):
        assert word in caught.value.msg
    result = query_orders({"limit": 501, "auth_token": "canary-0123"}, {}).result
    assert result["msg"].startswith("region is missing")
    assert "; limit: 501 is not a whole number" in result["msg"]


def test_bad_filters_cost_no_request() -> None:
    with simulation() as cloud:
        outcome = cloud.query(limit=501)
        assert outcome.failed
        assert cloud.requests() == []


def test_text_in_a_refusal_is_made_safe() -> None:
    with pytest.raises(InputError) as caught:
        query(phase="\x1b[31m" + "x" * 500)
    assert "\x1b" not in caught.value.msg
    assert len(caught.value.msg) < 200


# What is sent


def sent(**options: Any) -> dict[str, str]:
    """Return the parameters of the first request that these filters make."""
    with RawServer(listed()) as server:
        asked(server.url, **options)
        target = server.seen[0].split()[1].decode()
    parts = urllib.parse.urlsplit(target)
    assert parts.path == f"/v1/{PROJECT}/orders"
    pairs = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_since_is_always_sent_and_result_never() -> None:
    first = sent()
    assert first["since"] == str(NOW_MS - 30 * DAY_MS)
    assert first["resource"] == "pools"
    assert set(first) <= {"since", "until", "limit", "offset", "resource"}
    for options in ({"phase": "succeeded"}, {"limit": 20}, {"order_names": ["a"]}, {"latest": True}):
        parameters = sent(**options)
        assert "result" not in parameters
        assert int(parameters["since"]) > 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"since": "1d"}, {"since": str(NOW_MS - DAY_MS)}),
        ({"since": "2025-12-30T00:00:00Z"}, {"since": "1767052800000"}),
        ({"since": "2d", "until": "1d"}, {"since": str(NOW_MS - 2 * DAY_MS), "until": str(NOW_MS - DAY_MS)}),
        ({"involved_name": "pool ü/+"}, {"involvedName": "pool ü/+"}),
        ({"involved_name": " pool-5ed5 "}, {"involvedName": "pool-5ed5"}),
        ({"workspace_id": "w1"}, {"workspaceId": "w1"}),
        ({"phase": "pending", "limit": 5}, {"phase": "pending"}),
        ({"phase": "processing", "limit": 0}, {"phase": "running"}),
        ({"phase": "running", "offset": 0}, {"phase": "running"}),
        ({"phase": "succeeded", "offset": 1}, {"phase": "successed"}),
        ({"phase": "successed", "limit": 5, "offset": 1}, {"phase": "successed"}),
        ({"phase": "failed", "limit": 500}, {"phase": "failed"}),
        ({"limit": 20, "offset": 40}, {"limit": "20", "offset": "40"}),
        ({"limit": 0}, {"limit": "0", "offset": "0"}),
        ({"offset": 500}, {"offset": "500"}),
        ({"limit": "7"}, {"limit": "7"}),
    ],
)
def test_what_the_service_is_told(options: dict[str, Any], expected: dict[str, str]) -> None:
    parameters = sent(**options)
    assert {name: parameters[name] for name in expected} == expected


def test_filters_that_the_service_does_not_know_stay_here() -> None:
    known = {"since", "until", "limit", "offset", "resource"}
    parameters = sent(
        order_names=["a"], order_ids=["b"], operation=["apply"], latest=True, fields=["state"], phase="successed"
    )
    assert set(parameters) <= known


# What is checked again


ORDERS = [
    {"pool": "a", "order_name": "a1", "created": "1h", "state": "succeeded"},
    {"pool": "a", "order_name": "a2", "created": "2h", "state": "failed", "operation": "modify"},
    {"pool": "b", "order_name": "b1", "created": "3h", "state": "pending", "workspace_id": "w1"},
    {"pool": "b", "order_name": "b2", "created": "4h", "state": "processing", "operation": "delete", "order_id": "CS9"},
    {"pool": "c", "order_name": "c1", "created": "5h", "state": "partial"},
    {"pool": "c", "order_name": "c2", "created": "40d", "state": "succeeded"},
]
IGNORED = ["since", "until", "phase", "involvedName", "workspaceId", "limit", "offset"]


@pytest.fixture(scope="module", params=["obedient", "deaf"])
def cloud(request: pytest.FixtureRequest) -> Iterator[Simulation]:
    """A service with a few orders, which either keeps to the filters or ignores every one of them."""
    settings = {"ignore": IGNORED if request.param == "deaf" else [], "history_days": 365, "workspace_default": None}
    with simulation(orders=ORDERS, settings=settings) as running:
        yield running


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "a1 a2 b1 b2 c1"),
        ({"since": "60d"}, "a1 a2 b1 b2 c1 c2"),
        ({"since": "150m"}, "a1 a2"),
        ({"until": "150m"}, "b1 b2 c1"),
        ({"since": "270m", "until": "90m"}, "a2 b1 b2"),
        ({"involved_name": "a"}, "a1 a2"),
        ({"involved_name": f"b-{PROJECT}"}, "b1 b2"),
        ({"workspace_id": "w1"}, "b1"),
        ({"workspace_id": "0"}, "a1 a2 b2 c1"),
        ({"phase": "succeeded"}, "a1"),
        ({"phase": "failed"}, "a2"),
        ({"phase": "pending"}, "b1"),
        ({"phase": "running"}, "b2"),
        ({"operation": ["modify", "delete"]}, "a2 b2"),
        ({"operation": "modify"}, "a2"),
        ({"order_names": ["a1", "c1", "gone"]}, "a1 c1"),
        ({"order_names": "a1"}, "a1"),
        ({"order_ids": ["CS9"]}, "b2"),
        ({"order_names": ["a1"], "order_ids": ["CS9"]}, "a1 b2"),
        ({"order_names": ["a1", "b2"], "operation": ["delete"]}, "b2"),
        ({"order_names": []}, ""),
        ({"involved_name": "a", "phase": "failed"}, "a2"),
        ({"latest": True}, "a1 b1 c1"),
        ({"latest": True, "operation": ["modify", "delete"]}, "a2 b2"),
        ({"latest": True, "until": "150m"}, "b1 c1"),
    ],
)
def test_filters_hold_whatever_the_service_does(cloud: Simulation, options: dict[str, Any], expected: str) -> None:
    outcome = cloud.query(**options)
    assert not outcome.failed, outcome.result["msg"]
    assert [order["order_name"] for order in outcome.result["orders"]] == expected.split()


def names(outcome: Result) -> list[str]:
    """Return the names of the orders in a result."""
    return [order["order_name"] for order in outcome.result["orders"]]


def test_a_page_is_exactly_what_was_asked_for() -> None:
    orders = [{"pool": "p", "order_name": f"o{number}", "created": f"{number}h"} for number in range(1, 8)]
    with simulation(orders=orders, settings={"order": "newest"}) as cloud:
        page = cloud.query(limit=3, offset=2)
        assert names(page) == ["o3", "o4", "o5"]
        assert (page.result["count"], page.result["truncated"]) == (7, True)
        assert len(cloud.requests("list")) == 1
        assert names(cloud.query(offset=5)) == ["o6", "o7"]
        whole = cloud.query(limit=7)
        assert (names(whole)[0], len(names(whole)), whole.result["truncated"]) == ("o1", 7, False)
        assert cloud.query(limit=6).result["truncated"] is True
        assert cloud.query(limit=0).result["truncated"] is False


@pytest.mark.parametrize(
    ("count", "rows", "limit", "truncated"),
    [
        (None, 2, 5, False),
        (None, 5, 5, True),
        ("many", 2, 5, False),
        (True, 2, 5, False),
        (-1, 2, 5, False),
        (9, 2, 5, True),
    ],
)
def test_a_page_with_a_useless_count(count: Any, rows: int, limit: int, truncated: bool) -> None:
    items = [{**EXAMPLE, "creationTimestamp": NOW_MS - number} for number in range(rows)]
    with RawServer(answer({"count": count, "items": items})) as server:
        result = asked(server.url, limit=limit).result
    assert result["truncated"] is truncated
    assert result["count"] == (9 if count == 9 else None)


def test_fields_trim_the_orders_and_nothing_else() -> None:
    with simulation(orders=ORDERS) as cloud:
        result = cloud.query(fields=["state", "order_name", "state"]).result
        assert result["orders"][0] == {"state": "succeeded", "order_name": "a1"}
        assert list(result["orders"][0]) == ["state", "order_name"]
        assert result["summary"]["total"] == 4
        assert result["any_failed"] is True
        assert set(cloud.query(fields=[]).result["orders"][0]) >= set(model.ORDER_KEYS)
        assert cloud.query(fields=["resources"], order_names=["a1"]).result["orders"] == [{}]
        detailed = cloud.query(fields=["resources"], order_names=["a1"], details=True).result["orders"]
        assert detailed[0]["resources"][0]["state"] == "succeeded"


def test_blanks_around_the_commas_of_a_list_do_not_matter() -> None:
    with simulation(orders=ORDERS) as cloud:
        result = cloud.query(order_names=["a1", " a2 "], fields=[" state", "order_name ", ""]).result
        assert {order["order_name"] for order in result["orders"]} == {"a1", "a2"}
        assert set(cloud.query(fields=[""]).result["orders"][0]) >= set(model.ORDER_KEYS)
        for option in ("order_names", "order_ids", "operation"):
            assert f"{option} holds an empty text" in cloud.query(**{option: [""]}).result["msg"]


def test_a_row_without_a_time_or_a_workspace_is_trusted_to_the_service() -> None:
    order = normalise({"orderName": "o"})
    assert query(since="1h", until="0s", workspace_id="w1").keeps(order)


def test_a_query_for_one_pool() -> None:
    assert query(phase="failed").for_pool("p").server_filters()["involvedName"] == "p"
    with pytest.raises(InputError, match="pool is empty"):
        query().for_pool("  ")


# Against a naive model

pools = st.sampled_from(["a", "b", "c"])
orders = st.lists(
    st.fixed_dictionaries(
        {
            "orderName": st.sampled_from(["n1", "n2", "n3", None]),
            "orderId": st.sampled_from(["i1", "i2", None]),
            "creationTimestamp": st.integers(-1, 6).map(
                lambda hours: max(0, NOW_MS - hours * HOUR_MS) if hours >= 0 else 0
            ),
            "resourceName": pools | st.none(),
            "resourceDisplayName": pools | st.none(),
            "workspaceId": st.sampled_from(["w1", "w2", None]),
            "phase": st.sampled_from(["pending", "running", "successed", "failed", "partialSuccessed", "odd"]),
            "operation": st.sampled_from(["apply", "modify", "delete", "odd", None]),
        }
    ).map(normalise),
    max_size=12,
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "since": st.sampled_from(["3h", "5h"]),
        "until": st.sampled_from(["1h", "2h"]),
        "involved_name": pools,
        "workspace_id": st.sampled_from(["w1", "w2"]),
        "phase": st.sampled_from(list(PHASES)),
        "order_names": st.lists(st.sampled_from(["n1", "n2"]), max_size=2),
        "order_ids": st.lists(st.sampled_from(["i1", "i2"]), max_size=2),
        "operation": st.lists(st.sampled_from(["apply", "modify"]), max_size=2),
        "latest": st.booleans(),
        "fields": st.lists(st.sampled_from(FIELDS), max_size=4),
    },
)


def homes(order: model.Order, rows: list[model.Order]) -> set[str]:
    """Return the pools that an order may belong to."""
    pool, shown = order["resource_name"], order["resource_display_name"]
    if pool or not shown:
        return {pool} if pool else set()
    named = {
        o["resource_name"]
        for o in rows
        if o["resource_name"] and shown in (o["resource_display_name"], o["resource_name"])
    }
    return {pool for pool in named if pool} or {shown}


def may_be_newest(order: model.Order, rows: list[model.Order]) -> bool:
    """Whether no order is certainly newer in one of the pools that it may belong to."""
    mine = homes(order, rows)
    if not mine or not order["creation_timestamp"]:
        return True
    newer = [o for o in rows if o["creation_timestamp"] > order["creation_timestamp"]]
    return any(all(home not in homes(o, rows) for o in newer) for home in mine)


def expected_orders(rows: list[model.Order], asked_for: dict[str, Any]) -> list[model.Order]:
    """What the documentation of the filters says, written down one after the other."""
    oldest = int(asked_for.get("since", "720h")[:-1])
    newest = int(asked_for["until"][:-1]) if "until" in asked_for else None
    rows = [o for o in rows if not o["creation_timestamp"] or o["creation_timestamp"] >= NOW_MS - oldest * HOUR_MS]
    if newest is not None:
        rows = [o for o in rows if not o["creation_timestamp"] or o["creation_timestamp"] <= NOW_MS - newest * HOUR_MS]
    if "involved_name" in asked_for:
        pool = asked_for["involved_name"]
        rows = [o for o in rows if o["resource_name"] == pool or o["resource_display_name"] == pool]
    if "workspace_id" in asked_for:
        rows = [o for o in rows if o["workspace_id"] is None or o["workspace_id"] == asked_for["workspace_id"]]
    if "phase" in asked_for:
        words = {"running": "processing", "successed": "succeeded"}
        rows = [o for o in rows if o["state"] == words.get(asked_for["phase"], asked_for["phase"])]
    if "operation" in asked_for:
        rows = [o for o in rows if o["operation"] in asked_for["operation"]]
    named = asked_for.get("order_names"), asked_for.get("order_ids")
    if named != (None, None):
        rows = [o for o in rows if o["order_name"] in (named[0] or []) or o["order_id"] in (named[1] or [])]
    rows = sorted(rows, key=lambda o: o["order_name"] or "")
    rows.sort(key=lambda o: o["creation_timestamp"], reverse=True)
    if asked_for.get("latest"):
        rows = [o for o in rows if may_be_newest(o, rows)]
    return rows


@given(orders, filters)
def test_select_does_what_the_documentation_says(rows: list[model.Order], asked_for: dict[str, Any]) -> None:
    question = query(**asked_for)
    selected = question.select(rows)
    assert selected == expected_orders(rows, asked_for)
    keys = dict.fromkeys(asked_for.get("fields") or FIELDS)
    expected = [{key: dict(order)[key] for key in keys if key in order} for order in selected]
    assert question.project(selected) == expected
    assert "result" not in question.server_filters()
