# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of clocks, keys, tokens and IAM, and lists that change while they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import ORDER, Fault, Meaning
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import KEYS, LOGIN, TOKEN

TRANSIENT, FINAL, HARMLESS = Meaning.TRANSIENT, Meaning.FINAL, Meaning.HARMLESS
WRONG_KEY = {**KEYS, "secret_key": "WRONGsecretOfTheMatrix-q7Zt3LmX9vB2nRw8Yc5Hd0Kp"}
REFUSES_KEY = ("refuses the access key",)
REFUSES_LOGIN = ("refuses user name, domain name and password",)
#: Three pages of orders, and the one that is waited for.
MANY = [{"generate": {"count": 1200}, "pool": "pool-many", "state": "succeeded"}, ORDER]


def _iam(api: str, kind: str, **rule: Any) -> dict[str, Any]:
    """Return a simulator's arguments with a fault on one of IAM's calls."""
    return {"orders": [ORDER], "faults": [{"kind": kind, "times": 0, "match": {"api": api}, **rule}]}


def _pages(kind: str, **rule: Any) -> dict[str, Any]:
    return {"orders": MANY, "faults": [{"kind": kind, "after": 1, "match": {"api": "list"}, **rule}]}


def _has_all(result: Mapping[str, Any]) -> object:
    assert len(result["orders"]) >= 1201
    assert not result["truncated"]
    return True


IDENTITIES = (
    Fault("wrong secret key", FINAL, REFUSES_KEY, {"orders": [ORDER]}, options=WRONG_KEY, status=401, alone=True),
    Fault(
        "key that is locked",
        FINAL,
        REFUSES_KEY,
        {"orders": [ORDER], "settings": {"lock_after": 1}},
        options=WRONG_KEY,
        status=401,
        alone=True,
        sample=True,
    ),
    Fault(
        "clock an hour behind the service's",
        FINAL,
        (*REFUSES_KEY, "clock is", "behind the service's: set it"),
        {"orders": [ORDER], "settings": {"clock_skew": 3600}},
        options=KEYS,
        status=401,
        alone=True,
    ),
    Fault(
        "clock an hour ahead of the service's",
        FINAL,
        (*REFUSES_KEY, "clock is", "ahead of the service's: set it"),
        {"orders": [ORDER], "settings": {"clock_skew": -3600}},
        options=KEYS,
        status=401,
        alone=True,
    ),
    Fault("clock off by an hour, with a token", HARMLESS, (), {"orders": [ORDER], "settings": {"clock_skew": 3600}}),
    Fault(
        "given token that expires between pages",
        FINAL,
        ("refuses the token", "expired"),
        _pages("expire_tokens"),
        status=401,
        requests=None,
    ),
    Fault(
        "own token that expires between pages",
        HARMLESS,
        (),
        _pages("expire_tokens"),
        options=LOGIN,
        check=_has_all,
        requests=None,
        sample=True,
    ),
    Fault(
        "orders that arrive between pages",
        HARMLESS,
        (),
        _pages("load", orders=[{"pool": "pool-new", "state": "pending"}] * 20),
        check=_has_all,
        requests=None,
    ),
    Fault(
        "wrong password",
        FINAL,
        REFUSES_LOGIN,
        {"orders": [ORDER]},
        options={**LOGIN, "password": "WRONGpasswordOfTheMatrix"},
        status=401,
    ),
    Fault(
        "IAM unavailable",
        TRANSIENT,
        ("cannot answer just now", "HTTP 503"),
        _iam("tokens", "status", status=503),
        options=LOGIN,
        status=503,
    ),
    Fault(
        "IAM throttles",
        TRANSIENT,
        ("is asked too often",),
        _iam("tokens", "status", status=429),
        options=LOGIN,
        status=429,
    ),
    Fault("IAM resets the login", TRANSIENT, ("closed the connection",), _iam("tokens", "reset"), options=LOGIN),
    Fault(
        "IAM answers without a token",
        Meaning.WRONG_ADDRESS,
        ("IAM answered without a token",),
        _iam("tokens", "json", json={"token": {}}),
        options=LOGIN,
    ),
    Fault(
        "IAM answers a login with a web page",
        Meaning.WRONG_ADDRESS,
        ("answered with a web page",),
        _iam("tokens", "html"),
        options=LOGIN,
    ),
    Fault(
        "IAM redirects a login",
        FINAL,
        ("which is never followed",),
        _iam("tokens", "redirect", status=307),
        options=LOGIN,
        status=307,
    ),
    Fault(
        "IAM's answer to a login is no document",
        HARMLESS,
        (),
        _iam("tokens", "body", status=201, body="[]", headers={"X-Subject-Token": TOKEN}),
        options=LOGIN,
        requests=2,
    ),
    Fault(
        "IAM knows no such project",
        FINAL,
        ("IAM lists no project named", "project_id"),
        {"orders": [ORDER]},
        options={"auth_token": TOKEN, "project_id": None, "project_name": "nowhere"},
    ),
    Fault(
        "IAM lists projects of the wrong type",
        FINAL,
        ("IAM lists no project named",),
        _iam("projects", "json", json={"projects": ["cn-north-4", None, 7]}),
        options={"auth_token": TOKEN, "project_id": None},
    ),
    Fault(
        "IAM lists no projects",
        Meaning.WRONG_ADDRESS,
        ("without a list of projects",),
        _iam("projects", "json", json={"error": None}),
        options={"auth_token": TOKEN, "project_id": None},
    ),
    Fault(
        "IAM lists the project twice",
        FINAL,
        ("IAM lists 2 projects named",),
        _iam(
            "projects",
            "json",
            json={"projects": [{"id": "a", "name": "cn-north-4"}, {"id": "b", "name": "cn-north-4"}]},
        ),
        options={"auth_token": TOKEN, "project_id": None},
    ),
)
