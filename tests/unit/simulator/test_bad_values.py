# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that nothing can be done with: refused in one line when they are loaded, and never a dropped connection."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import (
    NOW,
    ORDERS,
    PROJECT,
    TOKEN,
    Scenario,
    signed,
    wire,
)
from modelarts_simulator.clock import seconds_of
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.errors import ScenarioError
from modelarts_simulator.server import Server

INF, NAN = float("inf"), float("nan")
ONE: list[dict[str, Any]] = [{"pool": "a", "order_name": "order.a", "state": "succeeded"}]
PENDING = [{"pool": "a", "timeline": [{"state": "pending", "seconds": 5}, "succeeded"]}]

BAD_SETTINGS: list[tuple[Any, str]] = [
    ({"keys": []}, "settings.keys: at least one key is needed"),
    ({"keys": [{"access_key": 12345678, "secret_key": "s"}]}, "settings.keys[0].access_key: 12345678 is not text"),
    ({"keys": [{"access_key": "", "secret_key": "s"}]}, "settings.keys[0].access_key: the text is empty"),
    ({"keys": [{"access_key": "a", "secret_key": "s\ud800"}]}, "half of a surrogate pair"),
    ({"keys": [{"access_key": "a", "secret_key": "s", "expires": INF}]}, "keys[0].expires: inf is not a number"),
    ({"tokens": [{"token": ["t"]}]}, "settings.tokens[0].token: ['t'] is not text"),
    ({"tokens": [{"token": "t", "expires": "x"}]}, "settings.tokens[0].expires: 'x' is not a duration"),
    ({"tokens": [{"token": "t", "expires": True}]}, "settings.tokens[0].expires: True is not a number"),
    ({"users": [{"name": "u", "password": 1, "domain": "d"}]}, "settings.users[0].password: 1 is not text"),
    ({"projects": [{"id": 1, "name": "p"}]}, "settings.projects[0].id: 1 is not text"),
    ({"region": None}, "settings.region: None is not text"),
    ({"workspace_default": []}, "settings.workspace_default: [] is not text"),
    ({"log_limit": INF}, "settings.log_limit: inf is not a number from 0"),
    ({"log_limit": NAN}, "settings.log_limit: nan is not a number from 0"),
    ({"log_limit": 1e300}, "settings.log_limit: 1e+300 is not a number from 0"),
    ({"token_lifetime": 1e12}, "settings.token_lifetime: 1000000000000.0 is not a number from 0"),
    ({"clock_skew": -INF}, "settings.clock_skew: -inf is not a number from -10000000000"),
    ({"throttle": {"limit": NAN}}, "settings.throttle.limit: nan is not a number"),
]
BAD_ORDERS: list[tuple[dict[str, Any], str]] = [
    ({"timeline": [{"state": "pending", "seconds": INF}, "failed"]}, "timeline[0]: seconds: inf is not a duration"),
    ({"timeline": [{"state": "pending", "seconds": NAN}, "failed"]}, "timeline[0]: seconds: nan is not a duration"),
    ({"created": INF}, "orders[0]: created: inf is not a duration"),
    ({"created": NAN}, "orders[0]: created: nan is not a duration"),
    ({"created": "9" * 400}, "is not a duration"),
    ({"visible_after": INF}, "orders[0]: visible_after: inf is not a duration"),
    ({"init_count": INF}, "orders[0]: "),
    ({"generate": {"count": INF}}, "orders[0]: generate.count: inf is not a number from 0 up to 1000000"),
    ({"generate": {"count": NAN}}, "orders[0]: generate.count: nan is not a number"),
    ({"generate": {"count": -1}}, "orders[0]: generate.count: -1 is not a number"),
    ({"generate": {"run_seconds": INF}}, "orders[0]: generate.run_seconds: inf is not a number"),
    ({"generate": {"pool_prefix": 5}}, "orders[0]: generate.pool_prefix: 5 is not text"),
    ({"pool": "half \ud83d"}, "orders[0]: pool: 'half \\ud83d' holds half of a surrogate pair"),
    ({"order_name": ["x"]}, "orders[0]: order_name: ['x'] is not text"),
    ({"workspace_id": ["x"]}, "orders[0]: workspace_id: ['x'] is not text"),
    ({"raw": [["a", 1]]}, "orders[0]: raw: expected a dictionary, got list"),
    ({"drop": "phase"}, "orders[0]: drop must be a list of keys"),
]
BAD_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"match": {"api": "lst"}}, "faults[0]: match.api: 'lst' is not one of list, show, pool, nodes, tokens, projects"),
    ({"match": {"auth": "key"}}, "faults[0]: match.auth: 'key' is not one of token, aksk, password, oidc, none"),
    ({"match": {"method": 5}}, "faults[0]: match.method: 5 is not one of GET"),
    ({"match": {"method": "FETCH"}}, "faults[0]: match.method: 'FETCH' is not one of GET"),
    ({"match": {"nth": "2"}}, "faults[0]: match.nth must be a whole number from 1 up"),
    ({"match": {"nth": [1, 0]}}, "faults[0]: match.nth must be a whole number from 1 up"),
    ({"match": {"probability": "x"}}, "faults[0]: match.probability: 'x' is not a number from 0 up to 1"),
    ({"match": {"probability": NAN}}, "faults[0]: match.probability: nan is not a number from 0 up to 1"),
    ({"match": {"path": ["x"]}}, "faults[0]: match.path: ['x'] is not text"),
    ({"match": {"query": {"limit": None}}}, "faults[0]: match.query.limit: None is not text"),
    ({"match": []}, "faults[0]: match must be a dictionary"),
    ({"kind": "merge", "json": [1]}, "faults[0]: json of a merge: expected a dictionary, got list"),
    ({"kind": "slow", "seconds": INF}, "faults[0]: seconds: inf is not a number"),
    ({"kind": "advance", "seconds": -1}, "faults[0]: seconds: -1 is not a number from 0"),
    ({"status": 7}, "faults[0]: status: 7 is not a number from 100 up to 999"),
    ({"retry_after": NAN}, "faults[0]: retry_after: nan is not a number"),
    ({"retry_after": "date:99999999999999"}, "faults[0]: retry_after 'date:99999999999999' is no date"),
]


def refusal(**scenario: Any) -> str:
    with pytest.raises(ScenarioError) as caught:
        Cloud(**scenario)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("settings", "words"), BAD_SETTINGS)
def test_settings(settings: Any, words: str) -> None:
    assert words in refusal(settings=settings)


@pytest.mark.parametrize(("order", "words"), BAD_ORDERS)
def test_orders(order: dict[str, Any], words: str) -> None:
    assert words in refusal(orders=[order if "generate" in order else {"pool": "a", **order}])


@pytest.mark.parametrize(("rule", "words"), BAD_FAULTS)
def test_faults(rule: dict[str, Any], words: str) -> None:
    assert words in refusal(faults=[rule])


@pytest.mark.parametrize("given", [INF, NAN, 1e11, "99999999999", "9" * 400 + "s"])
def test_durations_without_an_end(given: object) -> None:
    with pytest.raises(ScenarioError, match=r"x: .* is not a duration"):
        seconds_of(given, "x")


# What is right stays so


def test_a_workspace_of_null_is_the_default_one() -> None:
    rows = Scenario(
        [{"pool": "a", "workspace_id": None}, {"pool": "b", "workspace_id": 7}], workspace_default=None
    ).rows()
    assert sorted(row["workspaceId"] for row in rows) == ["0", "7"]


def test_null_stands_for_an_optional_key_that_is_left_out() -> None:
    key = {"access_key": "AKnull", "secret_key": "SKnull", "security_token": None, "expires": None}
    scenario = Scenario(ONE, keys=[key], tokens=[{"token": "T", "expires": None, "project_id": None, "region": None}])
    assert scenario.cloud.handle(signed(key="AKnull", secret="SKnull")).status == 200
    assert scenario.get(ORDERS, {"x-auth-token": "T"}).status == 200


def test_what_text_can_not_hold_goes_as_an_escape() -> None:
    scenario = Scenario([{"pool": "a", "order_name": "order.a", "state": "failed", "reason": "half \ud83d"}])
    assert b'"half \\ud83d"' in scenario.get(ORDERS).body
    assert b'"half \\ud83d"' in scenario.get(f"{ORDERS}/order.a").body
    for shape in ("error_code", "text", "html"):
        scenario.cloud.add_faults([{"status": 500, "message": "half \ud83d", "shape": shape}])
        assert scenario.get(ORDERS).status == 500


# An order's name


def test_a_name_is_one_order_s() -> None:
    assert "orders[1]: order_name 'order.a' is given twice" in refusal(orders=[*ONE, {**ONE[0], "pool": "b"}])
    many = {"generate": {"count": 2}, "order_name": "order.a"}
    assert "orders[0]: order_name 'order.a' is given twice" in refusal(orders=[many])
    scenario = Scenario(ONE)
    with pytest.raises(ScenarioError, match=r"there is an order 'order\.a' already"):
        scenario.cloud.load([{"pool": "late"}, {**ONE[0], "pool": "b"}])
    assert scenario.pools() == ["a"]
    assert scenario.cloud.load([{**ONE[0], "pool": "b"}], replace=True) == 1
    assert scenario.pools() == ["b"]


def test_a_name_may_come_back_once_its_order_has_gone() -> None:
    back = {**ONE[0], "visible_after": 20}
    scenario = Scenario([{**ONE[0], "gone_after": 10}, {**back, "gone_after": 30}])
    found = []
    for dummy in range(4):
        found.append(scenario.get(f"{ORDERS}/order.a").status)
        scenario.clock.sleep(11)
    assert found == [200, 404, 200, 404]
    scenario.cloud.load(ONE)
    assert scenario.get(f"{ORDERS}/order.a").status == 200


def test_a_name_may_be_used_in_every_project() -> None:
    projects = [{"id": PROJECT, "name": "one"}, {"id": "p2", "name": "two"}]
    assert len(list(Scenario([*ONE, {**ONE[0], "project": "two"}], projects=projects).cloud.catalog("p2"))) == 1


def test_names_are_not_made_again_where_projects_change() -> None:
    scenario = Scenario([{"pool": "a"}])
    scenario.cloud.configure({"projects": [{"id": PROJECT, "name": "renamed"}]})
    scenario.cloud.load([{"pool": "a"}])
    assert len({row["orderName"] for row in scenario.rows()}) == 2


# While it runs


def test_a_merge_leaves_what_has_no_keys() -> None:
    merge = {"kind": "merge", "json": {"more": 1}, "times": 0}
    scenario = Scenario(ONE, [merge], error_shape="text")
    assert json.loads(scenario.get(ORDERS).body)["more"] == 1
    assert scenario.get(f"{ORDERS}/nothing").body.startswith(b"ModelArts.50015001: ")


def test_an_empty_body_in_chunks_breaks_off_too() -> None:
    scenario = Scenario(ONE, [{"kind": "chunked", "when": "amid", "body": ""}])
    assert wire(scenario.get(ORDERS)).endswith(b"\r\n\r\na\r\n")


@pytest.mark.parametrize("seconds", [1e12, 10**30, INF, NAN])
def test_time_stays_within_what_dates_can_say(seconds: float) -> None:
    scenario = Scenario(ONE)
    for dummy in range(20):
        scenario.cloud.advance(1e10)
    with pytest.raises(ScenarioError, match="advance: "):
        scenario.cloud.advance(seconds)
    assert scenario.cloud.handle(signed()).status == 200
    assert scenario.cloud.now() >= NOW


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    with Server(Cloud(settings={"tokens": [{"token": TOKEN}]}, orders=ONE)) as server:
        yield server


def ask(server: Server, method: str, path: str, body: str | None = None) -> tuple[int, str]:
    """Status and body, on a connection that must then serve another request."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    headers = {"X-Auth-Token": TOKEN, "X-Simulator-Token": server.cloud.token}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.request("GET", "/_sim/health", headers=headers)
    assert json.loads(connection.getresponse().read())["ok"] is True
    connection.close()
    return found


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("advance", '{"seconds": 1e999}', "advance: seconds: inf is not a number from 0"),
        ("advance", '{"seconds": NaN}', "advance: seconds: nan is not a number from 0"),
        ("advance", '{"seconds": 1e11}', "advance: seconds: 100000000000.0 is not a number"),
        ("settings", '{"log_limit": Infinity}', "settings.log_limit: inf is not a number"),
        ("settings", '{"keys": []}', "at least one key"),
        ("load", '[{"pool": "a", "created": Infinity}]', "created: inf is not a duration"),
        ("load", '{"config": {"settings": [1]}}', "settings: expected a dictionary, got list"),
        ("load", '{"config": {"settings": "abc"}}', "settings: expected a dictionary, got str"),
        ("load", '{"config": {"settings": {"spelling": "example"}, "spelling": "table"}}', "contradicts"),
        ("load", '{"config": {"orders": {}}}', "orders: expected a list"),
        ("faults", '[{"match": {"probability": "x"}}]', "match.probability: 'x' is not a number"),
        ("faults", '[{"status": 1e999}]', "status has the wrong type"),
        ("load", "[" * 100_000, "the body can't be used"),
        ("reset", "[]", "the body can't be used"),
    ],
)
def test_admin_paths_answer_400_with_one_line(server: Server, name: str, body: str, words: str) -> None:
    status, text = ask(server, "POST", f"/_sim/{name}", body)
    assert status == 400
    assert words in json.loads(text)["error"]
    assert "\n" not in json.loads(text)["error"]
    assert ask(server, "GET", ORDERS)[0] == 200


def test_a_spelling_said_twice_is_no_contradiction(server: Server) -> None:
    config = {"config": {"settings": {"spelling": "example"}, "spelling": "example"}}
    assert ask(server, "POST", "/_sim/load", json.dumps(config))[0] == 200
    assert server.cloud.settings["spelling"] == "example"


def test_what_nobody_foresaw_is_500_with_one_line(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.cloud, "catalogs", {PROJECT: None})
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    for path in (ORDERS, "/_sim/state"):
        headers = {"X-Auth-Token": TOKEN, "X-Simulator-Token": server.cloud.token}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        line = json.loads(answer.read())["error_msg"]
        assert answer.status == 500
        assert line.startswith("the simulator can't answer: AttributeError: ") and "\n" not in line
    monkeypatch.undo()
    assert ask(server, "GET", ORDERS)[0] == 200


def test_a_fault_that_can_not_strike_is_500_with_one_line(server: Server) -> None:
    server.cloud.add_faults([{"kind": "load", "orders": ONE}])
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    connection.request("GET", ORDERS, headers={"X-Auth-Token": TOKEN})
    answer = connection.getresponse()
    assert (answer.status, "there is an order 'order.a' already" in answer.read().decode()) == (500, True)


@pytest.mark.parametrize("port", [-1, 65536, 70000])
def test_a_port_that_does_not_exist(port: int) -> None:
    with pytest.raises(ScenarioError, match=f"port {port} does not exist"):
        Server(Cloud(), port=port)
