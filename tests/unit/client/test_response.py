# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer means: errors in every shape, in one line that says what to do and holds no secret."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import CredentialsError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.response import (
    RequestContext,
    Response,
    read,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import RawServer, answer, listed
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    EXAMPLE,
    KEY,
    NOW,
    PASSWORD,
    PROJECT,
    SECRET_KEY,
    TOKEN,
    USER,
    asked,
)
from hypothesis import given
from hypothesis import strategies as st

RESULT_KEYS = {
    *("changed", "failed", "orders", "count", "truncated", "summary", "all_succeeded", "all_finished", "any_failed"),
    *("msg", "error_code", "request_id", "status"),
}


def check(outcome: Result) -> str:
    """Check the shape of a failure and return its message."""
    result = outcome.result
    assert set(result) == RESULT_KEYS
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["all_finished"] is False
    message = str(result["msg"])
    assert message
    assert message.isprintable(), "one line, no control and no bidi characters"
    assert len(message) < 700
    for secret in (TOKEN, SECRET_KEY, PASSWORD):
        assert secret not in json.dumps(result)
    return message


def failed(step: bytes, **options: Any) -> Result:
    """Ask a service that gives one answer only; the outcome is a failure in full shape."""
    with RawServer(step) as server:
        outcome = asked(server.url, **{"retries": 0, **options})
        assert len(server.seen) == 1
    check(outcome)
    return outcome


def shaped(shape: str, code: str, text: str) -> bytes | str:
    """Return an error's body in one of the shapes in use."""
    return {
        "error_code": json.dumps({"error_code": code, "error_msg": text, "request_id": "id-in-body"}),
        "error": json.dumps({"error": {"code": code, "message": text}}),
        "code": json.dumps({"code": code, "message": text}),
        "errorCode": json.dumps({"errorCode": code, "errorMsg": text}),
        "text": f"{code}: {text}",
        "html": f"<html><body><h1>{code}</h1>{text}</body></html>",
    }[shape]


@pytest.mark.parametrize("shape", ["error_code", "error", "code", "errorCode", "text", "html"])
def test_all_shapes_of_errors(shape: str) -> None:
    result = failed(answer(shaped(shape, "ModelArts.50004000", "since is bad"), 400)).result
    assert result["status"] == 400
    assert result["error_code"] == (None if shape in ("text", "html") else "ModelArts.50004000")
    assert ("since is bad" in result["msg"]) is (shape != "html")
    assert "HTTP 400" in result["msg"]
    assert "<" not in result["msg"]


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ({"X-Request-Id": "from-header"}, {"request_id": "from-body"}, "from-header"),
        ({"x-request-id": "from-header"}, {}, "from-header"),
        ({}, {"error_msg": "x", "request_id": "from-body"}, "from-body"),
        ({}, {"request_id": 7}, "7"),
        ({}, {}, None),
        ({"X-Request-Id": "x" * 500}, {}, "x" * 77 + "..."),
    ],
)
def test_the_request_id(headers: dict[str, str], body: dict[str, Any], expected: str | None) -> None:
    assert failed(answer(body, 400, headers)).result["request_id"] == expected


# status, code, what the message says, whether another try may help
MEANINGS = [
    (400, "ModelArts.50004000", "check the options against the service's words", False),
    (404, "ModelArts.50015001", "The service knows no such pool", False),
    (404, "", "check endpoint, region and project_id", False),
    (401, "ModelArts.0202", "the token has expired: get a new one", False),
    (401, "ModelArts.0203", "the token is not valid", False),
    (401, "ModelArts.0207", "belongs to another region", False),
    (403, "ModelArts.0108", "grant read access", False),
    (403, "ModelArts.0112", "grant read access", False),
    (403, "ModelArts.0206", "the secret key is wrong", False),
    (403, "ModelArts.0210", "project_id is another project", False),
    (429, "ModelArts.2799", "ask less often", True),
    (429, "ModelArts.4206", "ask less often", True),
    (404, "APIGW.0101", "not published here: check region", False),
    (404, "APIG.0101", "not published here: check region", False),
    (401, "APIGW.0301", "check the credentials", False),
    (401, "APIGW.0307", "must be renewed", False),
    (429, "APIGW.0308", "ask less often", True),
    (429, "APIG.0308", "is asked too often", True),
    (502, "APIGW.0202", "try again later", True),
    (504, "APIGW.0203", "cannot answer just now", True),
    (500, "", "try again later", True),
    (503, "", "try again later", True),
    (408, "", "try again later", True),
    (425, "", "try again later", True),
    (501, "", "does not serve this request", False),
    (505, "", "does not serve this request", False),
    (405, "", "check the options", False),
    (407, "", "the proxy wants a login", False),
    (418, "", "check the options", False),
    (599, "", "try again later", True),
    (301, "", "it redirects, which is never followed", False),
    (304, "", "it redirects", False),
]


@pytest.mark.parametrize(("status", "code", "words", "transient"), MEANINGS)
def test_every_status_and_code(status: int, code: str, words: str, transient: bool) -> None:
    body = {"error_code": code, "error_msg": "the service's words"} if code else {}
    step = answer(b"" if status == 304 else body, status)
    with RawServer(step) as server:
        outcome = asked(server.url, retries=1)
        tries = len(server.seen)
    message = check(outcome)
    assert words in message
    assert f"HTTP {status}" in message
    assert (tries == 2) is transient
    assert outcome.result["status"] == status
    assert outcome.result["error_code"] == (code or None)


def test_keystone_repeats_the_status_where_others_have_a_code() -> None:
    body = {"error": {"code": 401, "message": "The username or password is wrong.", "title": "Unauthorized"}}
    result = failed(answer(body, 401), **USER).result
    assert result["error_code"] is None
    assert "refuses user name, domain name and password" in result["msg"]
    assert "HTTP 401, The username or password is wrong." in result["msg"]


@pytest.mark.parametrize(
    "body",
    [
        [1, 2],
        "text",
        7,
        {"error": None},
        {"error": "plain"},
        {"error": {"message": {"deep": [1]}}},
        {"error_code": ["x"], "error_msg": None},
        {"code": 0, "message": ""},
        {"error_msg": "nul \x00 esc \x1b[2J bidi \u202e end"},
        {"error_msg": "multi\r\nline " * 500},
        {"error_code": "c" * 5000, "request_id": {"a": 1}},
    ],
)
def test_odd_errors_still_make_one_line(body: Any) -> None:
    failed(answer(json.dumps(body), 400))


def test_a_pool_is_named_in_the_message() -> None:
    body = {"error_code": "ModelArts.50015001", "error_msg": "Pool nope not found."}
    result = failed(answer(body, 404), involved_name="nope\u202e").result
    assert result["msg"].startswith("The service knows no pool 'nope' (HTTP 404, ModelArts.50015001")
    assert "check the pool's name" in result["msg"]


@pytest.mark.parametrize(("hours", "words"), [(1, "clock is 1h00m behind"), (-1, "clock is 1h00m ahead of"), (0.2, "")])
def test_a_clock_that_is_off_is_said_where_a_signature_was_refused(hours: float, words: str) -> None:
    date = email.utils.formatdate(NOW + hours * 3600, usegmt=True)
    step = answer({"error_code": "APIGW.0301", "error_msg": "verify aksk signature fail"}, 401, {"Date": date})
    message = failed(step, **KEY).result["msg"]
    assert ("clock" in message) is bool(words)
    assert words in message
    assert "clock" not in failed(step).result["msg"], "a token does not care for the time"


@pytest.fixture
def _far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine's local time be eight hours ahead."""
    monkeypatch.setenv("TZ", "UTC-8")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_far_from_utc")
@pytest.mark.parametrize("date", ["yesterday", "Mon, 99 Foo 2026 99:99:99 GMT", "", "Fri, 02 Jan 2026 03:04:05 -0000"])
def test_a_date_that_says_nothing_is_no_reason_to_blame_the_clock(date: str) -> None:
    step = answer({"error_code": "APIGW.0301"}, 401, {"Date": date})
    assert "clock" not in failed(step, **KEY).result["msg"]


# Secrets that a server echoes


@pytest.mark.parametrize("credentials", [KEY, USER, {"auth_token": TOKEN}], ids=["key", "password", "token"])
@pytest.mark.parametrize("shape", ["error_code", "error", "code", "errorCode", "text"])
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_secrets_that_a_server_echoes_are_hidden(credentials: dict[str, Any], shape: str, status: int) -> None:
    secrets = [TOKEN, SECRET_KEY, PASSWORD]
    text = " ".join(secret for secret in secrets if secret in credentials.values())
    padded = "x" * (300 - 15) + text
    for words in (text, padded):
        step = answer(shaped(shape, f"Code.{text}", words), status, {"X-Request-Id": f"id {text}"})
        result = failed(step, **credentials).result
        for secret in secrets:
            assert secret[:12] not in json.dumps(result), "not even the half of one at a cut"


def test_a_token_that_iam_gave_is_hidden_too() -> None:
    login = answer({"token": {"project": {"id": PROJECT}}}, 201, {"X-Subject-Token": "MII-fresh-canary-token"})
    refused = answer({"error_msg": "no: MII-fresh-canary-token"}, 400)
    with RawServer(login, refused) as server:
        message = check(asked(server.url, retries=0, **USER))
    assert "MII" not in message


# Good statuses with something else inside


@pytest.mark.parametrize(
    ("body", "words", "tries"),
    [
        (b"", "empty body", 2),
        (b"  \r\n", "empty body", 2),
        (b"<!DOCTYPE html><html>Sign in</html>", "a web page, not with JSON", 1),
        (b"\xef\xbb\xbf \n<html>", "a web page, not with JSON", 1),
        (b'{"count": 1, "items": [{"orderName"', "not JSON, or with half of it", 2),
        (b"plain text", "not JSON", 2),
        (b'{"count": 1, "items": []}\xff', "not JSON", 2),
        ('{"items": []}'.encode("utf-16"), "not JSON", 2),
        (b"9" * 10_000, "not JSON", 2),
        (b"[" * 100_000, "more than 64 levels", 1),
        (b"[" * 200 + b"]" * 200, "more than 64 levels", 1),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "more than 64 levels", 1),
        (b"[]", "no list of orders", 1),
        (b"{}", "no list of orders", 1),
        (b"null", "no list of orders", 1),
        (b"7", "no list of orders", 1),
        (b'"text"', "no list of orders", 1),
        (b'{"error_code": "x", "error_msg": "y"}', "no list of orders", 1),
        (b'{"items": {"a": 1}}', "items that are no orders", 1),
        (b'{"items": "x"}', "items that are no orders", 1),
        (b'{"items": ["order"]}', "items that are no orders", 1),
        (b'{"items": [null]}', "items that are no orders", 1),
        (b'{"items": [{}, 7]}', "items that are no orders", 1),
    ],
)
def test_answers_that_are_no_list_of_orders(body: bytes, words: str, tries: int) -> None:
    with RawServer(answer(body, 200, {"X-Request-Id": "r1"})) as server:
        outcome = asked(server.url, retries=1)
        assert len(server.seen) == tries
    assert words in check(outcome)
    if "no list" not in words and "no orders" not in words:
        assert (outcome.result["status"], outcome.result["request_id"]) == (200, "r1")


@pytest.mark.parametrize(
    ("body", "count", "names"),
    [
        (b'{"count": 0, "items": []}', 0, []),
        (b'{"count": 0, "items": null}', 0, []),
        (b'{"count": 0}', 0, []),
        (b'{"items": []}', None, []),
        (b'\xef\xbb\xbf{"items": []}', None, []),
        (b'{"items": [], "items": [{"orderName": "b"}], "count": 1}', 1, ["b"]),
        (b'{"items": [{"orderName": "a", "creationTimestamp": NaN, "orderName": "b"}], "count": 1}', 1, ["b"]),
        (b'{"items": [{}], "count": 1}', 1, [None]),
    ],
)
def test_odd_lists_that_can_be_read(body: bytes, count: int | None, names: list[str | None]) -> None:
    with RawServer(answer(body)) as server:
        result = asked(server.url, retries=0).result
    assert "msg" not in result
    assert result["count"] == count
    assert [order["order_name"] for order in result["orders"]] == names


def test_numbers_that_json_could_not_carry_on_become_null() -> None:
    body = b'{"count": 1, "items": [{"orderName": "o", "load": NaN, "most": 1e999, "least": -Infinity, "half": 0.5}]}'
    with RawServer(answer(body)) as server:
        (order,) = asked(server.url).result["orders"]
    assert (order["load"], order["most"], order["least"], order["half"]) == (None, None, None, 0.5)
    json.dumps(order, allow_nan=False)


def test_structured_results_keep_free_text_but_its_controls() -> None:
    reason = "line one\nline two \x1b[31m{{ lookup('pipe', 'id') }} \u202e"
    with RawServer(listed({**EXAMPLE, "creationTimestamp": int(NOW * 1000), "failReason": reason})) as server:
        (order,) = asked(server.url).result["orders"]
    assert order["fail_reason"] == "line one\nline two [31m{{ lookup('pipe', 'id') }} "


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
error_bodies = st.dictionaries(
    st.sampled_from(
        ["error", "error_code", "error_msg", "code", "message", "errorCode", "errorMsg", "request_id", "items"]
    ),
    json_values,
    max_size=5,
).map(lambda body: json.dumps(body).encode())


@given(
    status=st.integers(200, 599),
    body=error_bodies | st.binary(max_size=60),
    headers=st.dictionaries(
        st.sampled_from(["X-Request-Id", "Retry-After", "Date", "Location", "Content-Type", "Set-Cookie"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
        max_size=3,
    ),
)
def test_any_answer_ends_in_a_result_of_full_shape(status: int, body: bytes, headers: dict[str, str]) -> None:
    bare = status in (204, 304)
    with RawServer(answer(b"" if bare else body, status, {**headers, "Connection": "close"})) as server:
        outcome = asked(server.url, retries=0)
    if outcome.failed:
        check(outcome)
    else:
        assert RESULT_KEYS - set(outcome.result) == {"failed", "msg", "error_code", "request_id", "status"}


# Refusals that may be of the moment, and dates that are no time


@pytest.mark.parametrize(
    ("status", "code", "definite"),
    [
        (401, "", True),
        (401, "APIGW.0301", True),
        (403, "ModelArts.0108", True),
        (403, "APIG.0302", True),
        (403, "IAM.0003", True),
        (403, "PDP5.0001", True),
        (403, "", False),
        (403, "WAF", False),
        (403, "403", False),
        (403, "Forbidden.1", False),
    ],
)
def test_whether_a_refusal_is_the_services_own(status: int, code: str, definite: bool) -> None:
    with pytest.raises(CredentialsError) as caught:
        read(Response(status, {}, json.dumps({"error_code": code}).encode()), RequestContext("host", "the token", NOW))
    assert caught.value.definite is definite


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (email.utils.formatdate(NOW, usegmt=True), NOW * 1000),
        (email.utils.formatdate(NOW + 899, usegmt=True), (NOW + 899) * 1000),
        (email.utils.formatdate(NOW - 899, usegmt=True), (NOW - 899) * 1000),
        (email.utils.formatdate(NOW + 902, usegmt=True), None),
        (email.utils.formatdate(NOW - 7200, usegmt=True), None),
        ("Sun, 01 Jan 1995 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_the_services_date_is_believed_near_our_clock_only(date: str | None, expected: float | None) -> None:
    headers = {} if date is None else {"Date": date}
    assert read(Response(200, headers, b"{}"), RequestContext("host", "the token", NOW)).server_ms == expected
