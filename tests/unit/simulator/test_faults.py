# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests a fault hits, and what it makes of the answer."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import zlib
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.wire_faults import bomb
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import (
    NOW,
    ORDERS,
    TOKEN,
    Scenario,
    login,
    wire,
)
from modelarts_simulator.errors import SHAPES, ScenarioError
from modelarts_simulator.messages import Close, Request, Send, Wait

ONE = [{"pool": "a", "state": "succeeded"}]


def statuses(scenario: Scenario, count: int, **parameters: Any) -> list[int]:
    return [scenario.get(ORDERS, **parameters).status for dummy in range(count)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, [503, 200, 200, 200, 200, 200]),
        ({"times": 2}, [503, 503, 200, 200, 200, 200]),
        ({"times": 0}, [503] * 6),
        ({"after": 3}, [200, 200, 200, 503, 200, 200]),
        ({"match": {"nth": 2}}, [200, 503, 200, 200, 200, 200]),
        ({"match": {"nth": [1, 4]}}, [503, 200, 200, 503, 200, 200]),
        ({"match": {"every": 3}}, [200, 200, 503, 200, 200, 503]),
        ({"match": {"every": 2}, "times": 1}, [200, 503, 200, 200, 200, 200]),
        ({"match": {"probability": 0}}, [200] * 6),
        ({"match": {"probability": 1}}, [503] * 6),
        ({"match": {"api": "show"}}, [200] * 6),
        ({"match": {"api": ["list", "show"]}}, [503, 200, 200, 200, 200, 200]),
        ({"match": {"method": "post"}}, [200] * 6),
        ({"match": {"auth": "aksk"}}, [200] * 6),
        ({"match": {"path": "orders$"}}, [503, 200, 200, 200, 200, 200]),
        ({"match": {"path": "tokens"}}, [200] * 6),
        ({"match": {"query": {"limit": "^5$"}}}, [503, 200, 200, 200, 200, 200]),
        ({"match": {"query": {"offset": "."}}}, [200] * 6),
        ({"match": {"query": "limit=5"}}, [503, 200, 200, 200, 200, 200]),
    ],
)
def test_which_requests_are_hit(rule: dict[str, Any], expected: list[int]) -> None:
    assert statuses(Scenario(ONE, [{"kind": "status", "status": 503, **rule}]), 6, limit=5) == expected


def test_two_rules_take_turns() -> None:
    scenario = Scenario(ONE, [{"status": 502}, {"status": 504, "times": 2}])
    assert statuses(scenario, 4) == [502, 504, 504, 200]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_error(shape: str) -> None:
    rule = {"status": 429, "code": "APIGW.0308", "message": "slow <down>", "shape": shape}
    body = Scenario(ONE, [rule]).get(ORDERS).body.decode()
    expected = {
        "error_code": {"error_code": "APIGW.0308", "error_msg": "slow <down>"},
        "error": {"error": {"code": "APIGW.0308", "message": "slow <down>"}},
        "code": {"code": "APIGW.0308", "message": "slow <down>"},
        "errorCode": {"errorCode": "APIGW.0308", "errorMsg": "slow <down>"},
        "keystone": {"error": {"code": 429, "message": "slow <down>", "title": "Error"}},
    }
    if shape in expected:
        found = json.loads(body)
        found.pop("request_id", None)
        assert found == expected[shape]
    else:
        assert ("<html>" in body, "slow &lt;down&gt;" in body) == ((shape == "html"),) * 2
        assert (body == "APIGW.0308: slow <down>") == (shape == "text")


def test_the_error_shape_is_a_setting_too_and_iam_keeps_its_own() -> None:
    scenario = Scenario(error_shape="error")
    assert "code" in json.loads(scenario.get(ORDERS, {}).body)["error"]
    scenario.cloud.add_faults([{"status": 503}])
    answer = scenario.cloud.handle(Request("POST", "/v3/auth/tokens", body=login()))
    assert json.loads(answer.body)["error"]["code"] == 503


@pytest.mark.parametrize(
    ("given", "sent"), [(7, "7"), ("date:90", "Fri, 02 Jan 2026 03:05:35 GMT"), ("soon", "soon"), (-1, "-1")]
)
def test_retry_after(given: object, sent: str) -> None:
    answer = Scenario(ONE, [{"status": 429, "retry_after": given}]).get(ORDERS)
    assert (answer.status, answer.headers["Retry-After"]) == (429, sent)


def test_every_answer_has_a_request_id_and_a_date() -> None:
    scenario = Scenario(ONE, [{"status": 500, "after": 2}])
    answers = [scenario.get(ORDERS), scenario.get("/nowhere"), scenario.get(ORDERS)]
    assert [answer.status for answer in answers] == [200, 404, 500]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 3
    assert {answer.headers["Date"] for answer in answers} == {"Fri, 02 Jan 2026 03:04:05 GMT"}


def test_headers_can_be_taken_away_and_added() -> None:
    answer = Scenario(ONE, [{"kind": "headers", "headers": {"X-Request-Id": None, "X-More": "1"}}]).get(ORDERS)
    assert "X-Request-Id" not in answer.headers
    assert (answer.status, answer.headers["X-More"]) == (200, "1")


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        ({"kind": "body", "body": "{"}, b"{"),
        ({"kind": "body", "body_base64": "//4="}, b"\xff\xfe"),
        ({"kind": "json", "json": {"items": None}}, b'{"items": null}'),
        ({"kind": "json", "json": [1, "x"]}, b'[1, "x"]'),
        ({"kind": "empty"}, b""),
    ],
)
def test_bodies(rule: dict[str, Any], body: bytes) -> None:
    answer = Scenario(ONE, [rule]).get(ORDERS)
    assert (answer.status, answer.body) == (200, body)


def test_merge_changes_the_true_answer() -> None:
    document = json.loads(Scenario(ONE, [{"kind": "merge", "json": {"count": "many"}}]).get(ORDERS).body)
    assert document["count"] == "many"
    assert len(document["items"]) == 1


def test_echo_returns_the_secrets_it_was_given() -> None:
    rule = {"status": 401, "message": "bad <<x-auth-token>> <<body>>", "echo": True}
    assert TOKEN in Scenario(ONE, [rule]).get(ORDERS).body.decode()
    assert "<<x-auth-token>>" in Scenario(ONE, [{**rule, "echo": False}]).get(ORDERS).body.decode()


def test_redirect() -> None:
    answer = Scenario(ONE, [{"kind": "redirect", "status": 307, "location": "http://x.example/"}]).get(ORDERS)
    assert (answer.status, answer.headers["Location"]) == (307, "http://x.example/")


@pytest.mark.parametrize("how", ["garbage", "truncated", "checksum"])
def test_gzip_that_is_broken(how: str) -> None:
    answer = Scenario(ONE, [{"kind": "bad_gzip", "how": how}]).get(ORDERS)
    assert answer.headers["Content-Encoding"] == "gzip"
    with pytest.raises((OSError, EOFError, zlib.error)):
        gzip.decompress(answer.body)


def test_a_gzip_bomb_is_small_on_the_wire_and_a_valid_stream() -> None:
    packed = bomb(20)
    assert len(packed) < 200_000
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
        plain = stream.read()
    assert len(plain) > 20 << 20
    assert json.loads(plain) == {"count": 1, "items": []}


def test_gzip_only_where_it_is_accepted_and_worth_it() -> None:
    orders = [{"pool": f"p{number}"} for number in range(20)]
    headers = {"x-auth-token": TOKEN, "accept-encoding": "gzip, deflate"}
    plain = Scenario(orders).get(ORDERS)
    packed = Scenario(orders).get(ORDERS, headers)
    assert gzip.decompress(packed.body) == plain.body
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in Scenario(ONE).get(ORDERS, headers).headers
    assert "Content-Encoding" not in Scenario(orders, gzip=False).get(ORDERS, headers).headers


def steps(rule: dict[str, Any]) -> list[Any]:
    return list(itertools.islice(Scenario(ONE, [rule]).get(ORDERS).steps(), 2000))


def test_steps_of_connections_that_end() -> None:
    assert steps({"kind": "reset"})[-1] == Close(reset=True)
    assert steps({"kind": "close"})[-1] == Close(reset=False)
    assert not any(isinstance(step, Send) for step in steps({"kind": "close"}))
    amid = steps({"kind": "reset", "when": "amid"})
    assert isinstance(amid[1], Send)
    assert amid[-1] == Close(reset=True)
    idle = steps({"kind": "close_idle", "seconds": 2})
    assert [type(step) for step in idle] == [Send, Wait, Close]
    assert idle[0].data.endswith(b"}]}")


def test_steps_of_slow_answers() -> None:
    assert steps({"kind": "slow", "seconds": 3})[0] == Wait(3)
    drip = steps({"kind": "drip", "interval": 0.5})
    assert drip[0].data.endswith(b"\r\n\r\n")
    assert drip[1:4] == [Send(b"{"), Wait(0.5), Send(b'"')]
    assert steps({"kind": "header_drip"})[:3] == [Send(b"H"), Wait(1.0), Send(b"T")]
    assert len(steps({"kind": "endless"})) == 2000
    assert steps({"kind": "hang", "seconds": 9}) == [Wait(9), Close()]


def test_lengths_that_are_wrong() -> None:
    true = len(Scenario(ONE).get(ORDERS).body)
    assert f"Content-Length: {true}".encode() in wire(Scenario(ONE, [{"kind": "truncate", "bytes": 10}]).get(ORDERS))
    assert len(wire(Scenario(ONE, [{"kind": "truncate", "bytes": 10}]).get(ORDERS)).partition(b"\r\n\r\n")[2]) == 10
    less = wire(Scenario(ONE, [{"kind": "wrong_length", "difference": -5}]).get(ORDERS))
    assert f"Content-Length: {true - 5}".encode() in less
    assert b"Content-Length: many" in wire(Scenario(ONE, [{"kind": "wrong_length", "length": "many"}]).get(ORDERS))


def test_chunked_answers() -> None:
    whole = wire(Scenario(ONE, [{"kind": "chunked", "chunk": 100}]).get(ORDERS))
    assert whole.endswith(b"0\r\n\r\n")
    assert b"Content-Length" not in whole
    assert not wire(Scenario(ONE, [{"kind": "chunked", "when": "amid"}]).get(ORDERS)).endswith(b"0\r\n\r\n")


def test_actions_happen_before_the_request_is_answered() -> None:
    rules = [
        {"kind": "load", "orders": [{"pool": "b"}], "match": {"nth": 2}},
        {"kind": "advance", "seconds": 60, "match": {"nth": 3}},
        {"kind": "expire_tokens", "match": {"nth": 4}},
    ]
    scenario = Scenario([{"pool": "a"}], rules)
    assert (scenario.pools(), sorted(scenario.pools())) == (["a"], ["a", "b"])
    assert scenario.rows(involvedName="a")[0]["phase"] == "successed"
    assert scenario.error() == (401, "ModelArts.0202")


def test_throttling_over_a_window_that_slides() -> None:
    scenario = Scenario(ONE, throttle={"limit": 2, "seconds": 60, "retry_after": True})
    assert statuses(scenario, 2) == [200, 200]
    scenario.clock.sleep(10.5)
    answer = scenario.get(ORDERS)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "50")
    assert json.loads(answer.body)["error_code"] == "APIGW.0308"
    assert json.loads(answer.body)["error_msg"].endswith("limit:2,time:1 minute")
    scenario.clock.sleep(49.5)
    assert statuses(scenario, 3) == [200, 200, 429]
    scenario.cloud.configure({"throttle": {"limit": 0, "seconds": 1}})
    answer = scenario.get(ORDERS)
    assert "Retry-After" not in answer.headers
    assert json.loads(answer.body)["error_msg"].endswith("limit:0,time:1 second")


def test_latency_is_a_step_not_a_sleep() -> None:
    scenario = Scenario(ONE, latency_ms=50)
    assert next(iter(scenario.get(ORDERS).steps())) == Wait(0.05)
    assert scenario.clock.time() == NOW


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"kind": "explode"}, "kind 'explode' is not one of"),
        ({"knd": "reset"}, "unknown key 'knd'"),
        ({"match": {"verb": "GET"}}, "match must be a dictionary of"),
        ({"match": {"path": "("}}, "bad regular expression"),
        ({"match": {"every": 0}}, "match.every must be a whole number from 1 up"),
        ({"times": -1}, "times must be a whole number"),
        ({"status": "503"}, "status has the wrong type"),
        ({"shape": "xml"}, "shape 'xml' is not one of"),
        ({"kind": "load", "orders": [{"poole": "x"}]}, "unknown key 'poole'"),
        ({"kind": "body", "body_base64": "?"}, "body_base64 is not base64"),
    ],
)
def test_a_bad_rule_is_one_clear_line_and_changes_nothing(rule: dict[str, Any], words: str) -> None:
    scenario = Scenario(ONE)
    with pytest.raises(ScenarioError) as caught:
        scenario.cloud.add_faults([{"status": 500}, rule])
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert statuses(scenario, 1) == [200]
