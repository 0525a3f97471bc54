# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in what is answered: JSON of every wrong type, statuses and error codes, and words to wait by."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import (
    LATE,
    ORDER,
    Fault,
    Meaning,
    body,
    listing,
    refusal,
    row,
    strike,
)

TRANSIENT, FINAL, HARMLESS, WRONG_ADDRESS = Meaning.TRANSIENT, Meaning.FINAL, Meaning.HARMLESS, Meaning.WRONG_ADDRESS
NO_LIST = ("answered with JSON that is no list of orders", "check the endpoint")
NO_ORDERS = ("answered with items that are no orders", "check the endpoint")


def order_has(**expected: Any) -> Callable[[Mapping[str, Any]], object]:
    """Return a check that the one order has these values."""

    def check(result: Mapping[str, Any]) -> object:
        (order,) = result["orders"]
        assert {name: order[name] for name in expected} == expected
        return True

    return check


def _count(expected: int | None, truncated: bool = False) -> Callable[[Mapping[str, Any]], object]:
    def check(result: Mapping[str, Any]) -> object:
        assert (result["count"], result["truncated"], len(result["orders"])) == (expected, truncated, 1)
        return True

    return check


def _spelt(old: str, new: str) -> dict[str, Any]:
    """Return a listing of one order in which some JSON that Python could not write stands in for a value."""
    return body(json.dumps({"count": 1, "items": [row(**{old: "HERE"})]}).replace('"HERE"', new))


def _deep(levels: int) -> str:
    return '{"count": 1, "items": ' + "[" * levels + "]" * levels + "}"


JSON = (
    Fault("a list for an answer", WRONG_ADDRESS, NO_LIST, body([row()])),
    Fault("a string for an answer", WRONG_ADDRESS, NO_LIST, body('"ok"')),
    Fault("a number for an answer", WRONG_ADDRESS, NO_LIST, body("42")),
    Fault("null for an answer", WRONG_ADDRESS, NO_LIST, body("null")),
    Fault("an object without orders", WRONG_ADDRESS, NO_LIST, body({"status": "ok"}), sample=True),
    Fault("items null", Meaning.EMPTY, (), body({"count": 0, "items": None})),
    Fault("items missing", Meaning.EMPTY, (), body({"count": 0})),
    Fault("items a dictionary", WRONG_ADDRESS, NO_ORDERS, body({"count": 1, "items": {"0": row()}})),
    Fault("items a string", WRONG_ADDRESS, NO_ORDERS, body({"count": 1, "items": "order"})),
    Fault("an order that is a string", WRONG_ADDRESS, NO_ORDERS, body({"count": 1, "items": ["order.pool-5ed5"]})),
    Fault("an order that is null", WRONG_ADDRESS, NO_ORDERS, body({"count": 1, "items": [row(), None]})),
    Fault("an order that is a list", WRONG_ADDRESS, NO_ORDERS, body({"count": 1, "items": [[row()]]})),
    Fault("1,000 levels deep", WRONG_ADDRESS, ("more than 64 levels", "check the endpoint"), body(_deep(1000))),
    Fault("100,000 levels deep", WRONG_ADDRESS, ("more than 64 levels", "check the endpoint"), body(_deep(100_000))),
    Fault(
        "keys that come twice",
        HARMLESS,
        (),
        body('{"items": "first", "count": 7, ' + json.dumps({"count": 1, "items": [row()]})[1:]),
    ),
    Fault(
        "keys that nobody knows",
        HARMLESS,
        (),
        listing(row(brandNew={"a": [1]}, items=[1])),
        sample=True,
        check=order_has(brand_new={"a": [1]}, items_=[1]),
    ),
    Fault(
        "only the name and the phase",
        HARMLESS,
        (),
        listing({"orderName": ORDER["order_name"], "phase": "successed"}),
        check=order_has(created_at=None, order_id=None),
    ),
    Fault(
        "timestamps as strings",
        HARMLESS,
        (),
        listing(row(creationTimestamp=str(row()["creationTimestamp"]), endTimestamp=" 1767323045000 ")),
        check=order_has(end_timestamp=1767323045000),
    ),
    Fault(
        "timestamps as floats",
        HARMLESS,
        (),
        _spelt("endTimestamp", "1.767323045e12"),
        check=order_has(end_timestamp=1767323045000),
    ),
    Fault(
        "negative timestamps",
        HARMLESS,
        (),
        listing(row(creationTimestamp=-1, endTimestamp=-1767323045000)),
        check=order_has(created_at=None, ended_at=None),
    ),
    Fault("huge timestamps", HARMLESS, (), _spelt("endTimestamp", "1" * 400), check=order_has(ended_at=None)),
    Fault("a number too long to be one", TRANSIENT, ("not JSON",), _spelt("endTimestamp", "1" * 5000)),
    Fault("timestamps NaN", HARMLESS, (), _spelt("endTimestamp", "NaN"), check=order_has(ended_at=None)),
    Fault("timestamps Infinity", HARMLESS, (), _spelt("endTimestamp", "-Infinity"), check=order_has(ended_at=None)),
    Fault(
        "timestamps of another type",
        HARMLESS,
        (),
        listing(row(creationTimestamp=[1], beginTimestamp={}, endTimestamp=True)),
        check=order_has(began_at=None),
    ),
    Fault(
        "numbers for words",
        HARMLESS,
        (),
        listing(row(orderId=7, workspaceId=0, failReason=1.5)),
        check=order_has(order_id="7", workspace_id="0", fail_reason="1.5"),
    ),
    Fault(
        "dictionaries for words",
        HARMLESS,
        (),
        listing(row(failReason={"a": 1}, operation=["apply"])),
        check=order_has(fail_reason="{'a': 1}"),
    ),
    Fault(
        "flavor counts of the wrong type",
        HARMLESS,
        (),
        listing(row(specCount="one", initCount={"a": 1}, resultCount=[1, None])),
        check=order_has(spec_count=[], result_count=[]),
    ),
    Fault(
        "half a character",
        HARMLESS,
        (),
        _spelt("failReason", '"\\ud800 is half of one"'),
        sample=True,
        check=order_has(fail_reason="\ufffd is half of one"),
    ),
    Fault("count a string", HARMLESS, (), listing(row(), count="1"), check=_count(1)),
    # Where no total says that this is all, one more request does; where a wrong one does, a few more.
    Fault("count negative", HARMLESS, (), listing(row(), count=-1), check=_count(None), requests=2),
    Fault("count missing", HARMLESS, (), body({"items": [row()]}), check=_count(None), requests=2),
    Fault("count too large", HARMLESS, (), listing(row(), count=3), check=_count(3, truncated=True), requests=None),
    Fault("count too small", HARMLESS, (), listing(row(), count=0), check=_count(0), requests=4),
)

ELSEWHERE = {"location": "https://elsewhere.example/v1/orders"}
FOLLOWS_NOT = ("it redirects to elsewhere.example, which is never followed",)
NOT_SERVED = ("does not serve this request",)
NOT_NOW = ("cannot answer just now",)
REFUSED = ("refuses the token",)
TOO_OFTEN = ("is asked too often",)


def _redirect(status: int) -> Fault:
    return Fault(
        f"status {status}",
        FINAL,
        FOLLOWS_NOT,
        strike("redirect", status=status, **ELSEWHERE),
        status=status,
    )


def _status(status: int, meaning: Meaning, *words: str) -> Fault:
    told = (*words, f"HTTP {status}", "Answer of it")
    rule = refusal(status, "ModelArts.9999", message="Answer of it.")
    return Fault(
        f"status {status}",
        meaning,
        told,
        rule,
        status=status,
        error_code="ModelArts.9999",
        sample=status in (400, 503),
    )


def _code(status: int, code: str, meaning: Meaning, *words: str) -> Fault:
    rule, sample = refusal(status, code), code == "ModelArts.0108"
    return Fault(f"status {status}, {code}", meaning, words, rule, status=status, error_code=code, sample=sample)


STATUSES = (
    *(_redirect(status) for status in (301, 302, 303, 307, 308)),
    *(
        _status(status, FINAL, *NOT_SERVED)
        for status in (300, 305, 400, 402, 405, 406, 407, 409, 410, 413, 418, 422, 431, 451)
    ),
    _status(401, FINAL, *REFUSED),
    _status(403, FINAL, *REFUSED),
    _status(404, FINAL, *NOT_SERVED),
    *(_status(status, TRANSIENT, *NOT_NOW) for status in (408, 425, 500, 502, 503, 504, 507, 520, 599)),
    _status(429, TRANSIENT, *TOO_OFTEN),
    *(_status(status, FINAL, *NOT_SERVED) for status in (501, 505, 511)),
    Fault("status 103, and nothing after it", TRANSIENT, LATE, strike("empty", status=103)),
    Fault("status 304, as if we had a copy", FINAL, (*NOT_SERVED, "HTTP 304"), strike("empty", status=304), status=304),
)

CODES = (
    _code(400, "ModelArts.50004000", FINAL, *NOT_SERVED, "ModelArts.50004000"),
    _code(404, "ModelArts.50015001", Meaning.NO_SUCH_POOL, "The service knows no", "ModelArts.50015001"),
    _code(401, "ModelArts.0202", FINAL, *REFUSED, "has expired: get a new one"),
    _code(401, "ModelArts.0203", FINAL, *REFUSED, "is not valid: get a new one"),
    _code(401, "ModelArts.0207", FINAL, *REFUSED, "belongs to another region"),
    _code(401, "APIGW.0301", FINAL, *REFUSED, "check the credentials"),
    _code(401, "APIGW.0307", FINAL, *REFUSED, "must be renewed"),
    _code(403, "ModelArts.0108", FINAL, *REFUSED, "grant read access"),
    _code(403, "ModelArts.0112", FINAL, *REFUSED, "grant read access"),
    _code(403, "ModelArts.0206", FINAL, *REFUSED, "secret key is wrong"),
    _code(403, "ModelArts.0210", FINAL, *REFUSED, "check project_id"),
    _code(404, "APIGW.0101", FINAL, *NOT_SERVED, "not published here: check region and endpoint"),
    _code(404, "APIG.0101", FINAL, *NOT_SERVED, "not published here: check region and endpoint"),
    *(_code(429, f"ModelArts.{code}", TRANSIENT, *TOO_OFTEN) for code in (2799, 4206, 4395, 6101)),
    _code(429, "APIG.0308", TRANSIENT, *TOO_OFTEN),
    _code(502, "APIGW.0202", TRANSIENT, *NOT_NOW),
    _code(504, "APIGW.0203", TRANSIENT, *NOT_NOW),
    *(
        Fault(
            f"an error in the shape {shape}",
            FINAL,
            (*NOT_SERVED, "HTTP 400"),
            refusal(400, "A.1", message="No.", shape=shape),
            error_code=code,
        )
        for shape, code in (
            ("error_code", "A.1"),
            ("error", "A.1"),
            ("code", "A.1"),
            ("errorCode", "A.1"),
            ("text", None),
            ("html", None),
            ("keystone", None),
        )
    ),
    Fault(
        "an error whose fields have the wrong type",
        FINAL,
        NOT_SERVED,
        strike("body", status=400, body='{"error_code": {"a": 1}, "error_msg": [1], "error": [], "request_id": 7}'),
        status=400,
    ),
    Fault("an error without a body", FINAL, (*NOT_SERVED, "HTTP 400"), strike("empty", status=400), status=400),
    Fault(
        "an error of 10 MB",
        FINAL,
        NOT_SERVED,
        refusal(400, message="x" * 10_000_000),
        status=400,
    ),
)


def _asks_for(value: object) -> dict[str, Any]:
    return refusal(429, retry_after=value)


RETRY_AFTER = (
    Fault("Retry-After in seconds", TRANSIENT, TOO_OFTEN, _asks_for(1), sample=True),
    Fault("Retry-After as a date", TRANSIENT, TOO_OFTEN, _asks_for("date:1")),
    Fault("Retry-After in the past", TRANSIENT, TOO_OFTEN, _asks_for("date:-3600")),
    Fault("Retry-After negative", TRANSIENT, TOO_OFTEN, _asks_for("-5")),
    Fault("Retry-After of a day", TRANSIENT, TOO_OFTEN, _asks_for(86400), requests=1),
    Fault("Retry-After without end", TRANSIENT, TOO_OFTEN, _asks_for("1e400")),
    Fault("Retry-After that is no time", TRANSIENT, TOO_OFTEN, _asks_for("soon")),
)
