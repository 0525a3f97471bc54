# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, access keys and what IAM says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import (
    NOW,
    ORDERS,
    PROJECT,
    TOKEN,
    Scenario,
    login,
    signed,
)
from modelarts_simulator import signing
from modelarts_simulator.messages import Request
from modelarts_simulator.switches import DEFAULT_ACCESS_KEY

KEY, SECRET = "AKEXAMPLE0000000000", "SKEXAMPLE/abcdefghijklmnopqrstuvwxyz0123"
BASE = {
    "host": "modelarts.cn-north-4.myhuaweicloud.com",
    "x-project-id": "0123456789abcdef0123456789abcdef",
    "x-sdk-date": "20260102T030405Z",
}
PREFIX = "/v1/0123456789abcdef0123456789abcdef"
PLAIN = {"content-type": "application/json"}
LONG_QUERY = "involvedName=pool-5ed5&limit=20&offset=0&phase=successed&since=1682043883000&workspaceId=0"

# path, query, further signed headers, signature made by the official SDK
VECTORS = [
    ("/orders", "", {}, "30589005c0bd5f7ce97e4fbfdbedfa71dc9a2df9a57fec4630be83543e23358a"),
    ("/orders", LONG_QUERY, PLAIN, "6292fe7ab8afd523317428cc919e321680508ef59c483ba0da5631765d0b35c0"),
    (
        "/orders",
        "involvedName=pool%20a%2Bb~%C3%BC%2F%E6%B5%8B",
        {**PLAIN, "x-security-token": "TOKENEXAMPLE=="},
        "83a8a6d5da656f83b832f2766b3f8df07774c0b015806dfedb3fe7fb87a38739",
    ),
    ("/orders/order.pool-5ed5-w4l2n", "", PLAIN, "f39f6143f08931c448e14a2b50b425a1461d5cd72f510964196fe169a86beb65"),
]


@pytest.mark.parametrize(("path", "query", "headers", "signature"), VECTORS)
def test_signatures_made_by_the_sdk(path: str, query: str, headers: dict[str, str], signature: str) -> None:
    request = Request("GET", PREFIX + path, query, {**BASE, **headers})
    names = sorted(request.headers)
    assert signing.expected(request, names, SECRET) == signature
    assert signing.matches(request, signing.Signature(KEY, tuple(names), signature), SECRET)
    assert not signing.matches(request, signing.Signature(KEY, tuple(names), signature[::-1]), SECRET)


def test_the_signature_of_a_body_made_by_the_sdk() -> None:
    role = '{"agency_name":"ci-orders","domain_name":"acme","duration_seconds":7200}'
    headers = {
        "host": "iam.cn-north-4.myhuaweicloud.com",
        "x-sdk-date": BASE["x-sdk-date"],
        "content-type": "application/json;charset=UTF-8",
    }
    body = f'{{"auth":{{"identity":{{"methods":["assume_role"],"assume_role":{role}}}}}}}'.encode()
    request = Request("POST", "/v3.0/OS-CREDENTIAL/securitytokens", "", headers, body)
    value = "f6a514aa7ae0602a7c2d2720125f2412dc563eedc918bc3068280561f639dd9d"
    assert signing.expected(request, sorted(headers), SECRET) == value


def test_the_published_signature() -> None:
    request = Request(
        "GET",
        "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
        "limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
        {"host": "service.region.example.com", "x-sdk-date": "20191115T033655Z", **PLAIN},
    )
    value = signing.expected(request, sorted(request.headers), "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc")
    assert value == "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"


@pytest.mark.parametrize(
    "request_",
    [
        signed(),
        signed(x_project_id=PROJECT),
        signed(query="limit=5&offset=0"),
        signed(query="offset=0&limit=5"),
        signed(when=NOW - 899),
        signed(when=NOW + 899),
    ],
)
def test_good_signatures_pass(request_: Request) -> None:
    assert Scenario().cloud.handle(request_).status == 200


def changed(request: Request, **parts: Any) -> Request:
    headers = {**request.headers, **parts.pop("headers", {})}
    fields = {"method": request.method, "path": request.path, "query": request.query, "body": request.body}
    return Request(**{**fields, **parts}, headers=headers)


@pytest.mark.parametrize(
    "request_",
    [
        signed(secret="SKofSomebodyElse"),
        signed(key="AKofSomebodyElse"),
        signed(when=NOW - 901),
        signed(when=NOW + 901),
        changed(signed(query="limit=5"), query="limit=6"),
        changed(signed(), path=ORDERS + "/x"),
        changed(signed(), headers={"host": "elsewhere"}),
        changed(signed(), headers={"x-security-token": "STofNobody"}),
        changed(signed(), headers={"authorization": "SDK-HMAC-SHA256 Access=x"}),
        changed(signed(), body=b"{}"),
    ],
)
def test_bad_signatures_do_not(request_: Request) -> None:
    answer = Scenario().cloud.handle(request_)
    assert answer.status == 401
    assert json.loads(answer.body)["error_code"] == "APIGW.0301"


def test_six_bad_signatures_in_a_row_lock_the_key_for_five_minutes() -> None:
    scenario = Scenario()
    bad = signed(secret="SKwrong")
    for dummy in range(2):
        for dummy in range(5):
            scenario.cloud.handle(bad)
        assert scenario.cloud.handle(signed()).status == 200, "five are not enough, and a good one ends the row"
    for dummy in range(6):
        scenario.cloud.handle(bad)
    locked = scenario.cloud.handle(signed())
    assert locked.status == 401
    assert b"limit" in locked.body
    scenario.clock.sleep(299)
    assert scenario.cloud.handle(signed(when=NOW + 299)).status == 401
    scenario.clock.sleep(1)
    assert scenario.cloud.handle(signed(when=NOW + 300)).status == 200


def test_temporary_keys_need_their_security_token_and_expire() -> None:
    key = {"access_key": "AKtemporary", "secret_key": "SKtemporary", "security_token": "STtemporary", "expires": 60}
    scenario = Scenario(keys=[key])
    good: dict[str, Any] = {"key": "AKtemporary", "secret": "SKtemporary"}
    assert scenario.cloud.handle(signed(**good, x_security_token="STtemporary")).status == 200
    assert scenario.cloud.handle(signed(**good)).status == 401
    assert scenario.cloud.handle(signed(**good, x_security_token="STother")).status == 401
    scenario.clock.sleep(60)
    assert scenario.cloud.handle(signed(**good, when=NOW + 60, x_security_token="STtemporary")).status == 401


def test_projects_must_agree() -> None:
    scenario = Scenario()
    for request in (signed(x_project_id="f" * 32), signed(path=f"/v1/{'f' * 32}/orders")):
        answer = scenario.cloud.handle(request)
        assert (answer.status, json.loads(answer.body)["error_code"]) == (403, "ModelArts.0210")
    assert scenario.error(f"/v1/{'f' * 32}/orders") == (403, "ModelArts.0210")


def test_tokens_expire_and_strangers_are_refused() -> None:
    tokens = [{"token": "T-short", "expires": 10}, {"token": "T-abroad", "region": "eu-west-101"}]
    scenario = Scenario(tokens=tokens)
    assert scenario.get(ORDERS, {"x-auth-token": "T-short"}).status == 200
    assert scenario.error(headers={"x-auth-token": "T-abroad"}) == (401, "ModelArts.0207")
    assert scenario.error(headers={"x-auth-token": "T-none"}) == (401, "ModelArts.0203")
    assert scenario.error(headers={}) == (401, "APIGW.0301")
    scenario.clock.sleep(10)
    assert scenario.error(headers={"x-auth-token": "T-short"}) == (401, "ModelArts.0202")


def test_a_login_gives_a_token_for_a_day() -> None:
    scenario = Scenario()
    answer = scenario.cloud.handle(Request("POST", "/v3/auth/tokens", body=login(project="cn-north-4")))
    token = answer.headers["X-Subject-Token"]
    body = json.loads(answer.body)["token"]
    assert answer.status == 201
    assert (body["project"]["id"], body["expires_at"]) == (PROJECT, "2026-01-03T03:04:05.000000Z")
    assert len(token) > 200
    assert scenario.get(ORDERS, {"x-auth-token": token}).status == 200
    scenario.cloud.advance(86_400)
    assert scenario.error(headers={"x-auth-token": token}) == (401, "ModelArts.0202")


def test_advancing_does_not_invalidate_signatures_but_a_skewed_clock_does() -> None:
    scenario = Scenario()
    scenario.cloud.advance(86_400)
    assert scenario.cloud.handle(signed()).status == 200
    scenario.cloud.configure({"clock_skew": 3600})
    answer = scenario.cloud.handle(signed())
    assert answer.status == 401
    assert answer.headers["Date"] == "Sat, 03 Jan 2026 04:04:05 GMT"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (login(user={"password": "wrong"}), 401),
        (login(user={"domain": {"name": "other"}}), 401),
        (login(user={"domain": "text"}), 401),
        (login(project="nowhere"), 401),
        (b"", 400),
        (b"[1]", 400),
        (b'{"auth": {"identity": {"methods": ["token"]}}}', 400),
    ],
)
def test_refused_logins_are_keystone_style(body: bytes, status: int) -> None:
    answer = Scenario().cloud.handle(Request("POST", "/v3/auth/tokens", body=body))
    error = json.loads(answer.body)["error"]
    assert (answer.status, error["code"]) == (status, status)
    assert set(error) == {"code", "message", "title"}


def test_projects_by_name() -> None:
    scenario = Scenario()
    names: dict[str, int] = {"cn-north-4": 1, "elsewhere": 0}
    for name, found in names.items():
        answer = scenario.get("/v3/projects", name=name)
        assert len(json.loads(answer.body)["projects"]) == found
    assert scenario.cloud.handle(signed(path="/v3/projects", query="name=cn-north-4")).status == 200
    assert scenario.get("/v3/projects", {"x-auth-token": "T-none"}).status == 401
    assert scenario.get("/v3/projects", {}).status == 401


def test_the_log_says_how_but_never_with_what() -> None:
    scenario = Scenario()
    scenario.get(ORDERS, limit=5)
    scenario.cloud.handle(signed())
    scenario.cloud.handle(Request("POST", "/v3/auth/tokens", body=login()))
    rows = list(scenario.cloud.log)
    assert [(row["api"], row["auth"], row["status"]) for row in rows] == [
        ("list", "token", 200),
        ("list", "aksk", 200),
        ("tokens", "password", 201),
    ]
    text = json.dumps(rows)
    assert not any(secret in text for secret in (TOKEN, DEFAULT_ACCESS_KEY, "PWsimulator", "Signature"))
