# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud under a clock that the test moves, asked directly, without sockets."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ansible_collections.huaweicloud.modelarts.tests.support.manual_clock import ManualClock
from modelarts_simulator import signing
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.messages import Request, Response, Send
from modelarts_simulator.switches import DEFAULT_ACCESS_KEY, DEFAULT_PROJECT, DEFAULT_SECRET_KEY

NOW = 1_767_323_045.0  # 2026-01-02T03:04:05Z
NOW_MS = 1_767_323_045_000
DAY_MS = 86_400_000
TOKEN = "TOKENofTheUnitTestsFake-9Qm2Tz6Ld0Ru"
PROJECT = DEFAULT_PROJECT
ORDERS = f"/v1/{PROJECT}/orders"
HOST = "127.0.0.1:8080"


class Scenario:
    """A cloud, its clock, and short ways to ask."""

    def __init__(self, orders: Sequence[Mapping[str, Any]] = (), faults: Any = (), **settings: Any) -> None:
        self.clock = ManualClock(NOW)
        tokens = [{"token": TOKEN, "expires": 10**9}]
        self.cloud = Cloud(self.clock, {"order": "newest", "tokens": tokens, **settings}, orders, faults)

    def get(self, path: str, headers: Mapping[str, str] | None = None, **parameters: Any) -> Response:
        """GET with the test's token, or with other headers."""
        given = {"x-auth-token": TOKEN} if headers is None else headers
        return self.cloud.handle(Request("GET", path, urlencode(parameters), given))

    def listed(self, **parameters: Any) -> dict[str, Any]:
        """A listing that must succeed, as JSON."""
        answer = self.get(ORDERS, **parameters)
        assert answer.status == 200, answer.body
        return dict(json.loads(answer.body))

    def rows(self, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a listing."""
        return list(self.listed(**parameters)["items"])

    def pools(self, **parameters: Any) -> list[str]:
        """The display names in a listing, in its order."""
        return [row["resourceDisplayName"] for row in self.rows(**parameters)]

    def error(self, path: str = ORDERS, headers: Mapping[str, str] | None = None, **parameters: Any) -> tuple[int, str]:
        """Status and code of an answer that must be an error."""
        answer = self.get(path, headers, **parameters)
        assert answer.status >= 400, answer.body
        return answer.status, json.loads(answer.body).get("error_code", "")


def signed(
    method: str = "GET",
    path: str = ORDERS,
    query: str = "",
    when: float = NOW,
    secret: str = DEFAULT_SECRET_KEY,
    key: str = DEFAULT_ACCESS_KEY,
    body: bytes = b"",
    **extra: str,
) -> Request:
    """A request with a signature; keyword arguments become further signed headers (underscores are hyphens)."""
    stamp = datetime.datetime.fromtimestamp(when, datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": HOST, "x-sdk-date": stamp, **{name.replace("_", "-"): value for name, value in extra.items()}}
    names = sorted(headers)
    request = Request(method, path, query, headers, body)
    value = signing.expected(request, names, secret)
    headers["authorization"] = f"SDK-HMAC-SHA256 Access={key}, SignedHeaders={';'.join(names)}, Signature={value}"
    return request


def login(**changes: Any) -> bytes:
    """The body of a login; ``project`` is a name or None, ``user`` replaces parts of the user."""
    user = {
        "name": "simulator-user",
        "password": "PWsimulatorFake-e4Jx8Qm2Tz6Ld0Ru",
        "domain": {"name": "simulator-domain"},
    }
    user.update(changes.get("user", {}))
    scope = {"project": {"name": changes["project"]}} if "project" in changes else {"project": {"id": PROJECT}}
    return json.dumps(
        {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    ).encode()


def wire(response: Response) -> bytes:
    """All bytes that a finite answer puts on the wire."""
    return b"".join(step.data for step in response.steps() if isinstance(step, Send))


TIMELINE: list[dict[str, Any]] = [
    {"state": "pending", "seconds": 60},
    {"state": "processing", "seconds": 600},
    {"state": "succeeded"},
]
