# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of plain functions at the HTTP edge, in virtual time: it may say anything, at any speed."""

from __future__ import annotations

import email.utils
import json
import typing as t
import urllib.parse
from unittest import mock

import requests.adapters
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result, query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO, WAIT, complete
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import NOW, NOW_MS, VirtualClock

Row = dict[str, t.Any]
NOT_FOUND: tuple[int, t.Any] = (404, {"error_code": "ModelArts.50015001", "error_msg": "Pool not found."})
NOT_OFFERED: tuple[int, t.Any] = (404, {"error_code": "APIGW.0101", "error_msg": "The API does not exist."})
PROJECT = "0123456789abcdef0123456789abcdef"
_CONNECTION = {"endpoint": "https://modelarts.invalid", "project_id": PROJECT, "auth_token": "TOKEN-0123"}


class Asked(t.NamedTuple):
    """One request: its path below the project, its query, and when it came, in seconds of the wait."""

    path: str
    query: dict[str, str]
    at: float


class RawService:
    """What answers: ``rows(at)`` are the orders it lists, ``others`` maps paths to what answers them.

    ``took`` is for how long a listing is under way once it has been made up; ``date`` by how many seconds ``Date`` is
    off (None: no such header). Honest about windows and names unless a subclass is not.
    """

    def __init__(self, rows: t.Callable[[float], list[Row]]) -> None:
        self.rows = rows
        self.others: dict[str, t.Callable[[float], tuple[int, t.Any]]] = {}
        self.clock = VirtualClock()
        self.asked: list[Asked] = []
        self.lines: list[str] = []
        self.took: t.Callable[[float], float] = lambda at: 0.0
        self.date: float | None = 0.0

    def send(self, request: t.Any, **dummy: t.Any) -> requests.Response:
        """Stand in for ``HTTPAdapter.send``."""
        url = urllib.parse.urlsplit(request.url)
        path = urllib.parse.unquote(url.path).split(f"{PROJECT}/", 1)[1]
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        at = self.clock.now - NOW
        self.asked.append(Asked(path, query, at))
        if path == "orders":
            status, body = self.listing(at, query)
            self.clock.sleep(self.took(at))
        else:
            status, body = self.others.get(path, lambda dummy: NOT_OFFERED)(at)
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response.headers["Content-Type"] = "application/json"
        if self.date is not None:
            response.headers["Date"] = email.utils.formatdate(self.clock.now + self.date, usegmt=True)
        response.raw = _Body(json.dumps(body).encode())
        return response

    def listing(self, at: float, query: t.Mapping[str, str]) -> tuple[int, t.Any]:
        """Return the status and the body of a listing."""
        name, since = query.get("involvedName"), int(query["since"])
        rows = [
            row
            for row in self.rows(at)
            if name is None or name in (row.get("resourceName"), row.get("resourceDisplayName"))
            if row.get("creationTimestamp", since) >= since
        ]
        start, limit = int(query.get("offset", 0)), int(query.get("limit", 100)) or 100
        return 200, {"count": len(rows), "items": rows[start : start + limit]}

    def wait(self, check_mode: bool = False, **options: t.Any) -> Result:
        """Run a wait against it."""
        given = complete(WAIT, {**_CONNECTION, **options}, {})
        with mock.patch.object(requests.adapters.HTTPAdapter, "send", self.send):
            return wait_for_orders(given, {}, self.clock, self.lines.append, check_mode)

    def info(self, **options: t.Any) -> Result:
        """Ask it as the info module does."""
        with mock.patch.object(requests.adapters.HTTPAdapter, "send", self.send):
            return query_orders(complete(INFO, {**_CONNECTION, **options}, {}), {}, self.clock)


class _Body:
    """As much of urllib3's answer as is read."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self, *dummy: t.Any, **more: t.Any) -> t.Iterator[bytes]:
        yield self._data

    def close(self) -> None:
        """Nothing is open."""

    release_conn = close


def order(name: str, phase: str, at: float = -60.0, pool: str = "pool-a", **more: t.Any) -> Row:
    """Return a row of ListOrders; ``at`` is when it was created, in seconds of the wait."""
    return {
        "orderName": name,
        "orderId": f"CS-{name}",
        "resourceName": f"{pool}-id",
        "resourceDisplayName": pool,
        "operation": "apply",
        "phase": phase,
        "creationTimestamp": NOW_MS + int(at * 1000),
        "beginTimestamp": 0,
        "endTimestamp": NOW_MS + int(at * 1000) + 1000 if phase in ("successed", "failed", "partialSuccessed") else 0,
        **more,
    }
