# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service at the HTTP edge whose every answer a test words itself, in virtual time: stale, partial, slow, false.

It stands where ``requests`` would open a socket, so our own client is whole, and thousands of waits take seconds.
"""

from __future__ import annotations

import dataclasses
import email.utils
import io
import json
import typing as t
import urllib.parse
from unittest import mock

import requests.adapters
import urllib3
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result, query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO, WAIT, complete
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import NOW_MS, PROJECT, TOKEN, VirtualClock

Row = dict[str, t.Any]
_CONNECTION = {"endpoint": "https://modelarts.example.test", "project_id": PROJECT, "auth_token": TOKEN}


@dataclasses.dataclass
class Answer:
    """One answer: ``rows`` of a listing, or a ``status`` and ``body``, or the ``error`` of a connection.

    It is made up at once and under way for ``took`` seconds; ``Date`` is ``date_off`` seconds off; None: none.
    """

    rows: t.Sequence[Row] | None = None
    status: int = 200
    body: t.Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    count: t.Any = "right"
    error: Exception | None = None
    took: float = 0.0
    date_off: float | None = 0.0


NOT_FOUND = Answer(status=404, body={"error_code": "ModelArts.50015001", "error_msg": "Pool pool-a not found."})
NOT_OFFERED = Answer(status=404, body={"error_code": "APIGW.0101", "error_msg": "The API does not exist."})


@dataclasses.dataclass
class Question:
    """One request: its path below the project, its query and how many seconds after the wait's begin it came."""

    path: str
    query: dict[str, str]
    at: float

    @property
    def is_listing(self) -> bool:
        """Whether it is ListOrders."""
        return self.path == "orders"


Script = t.Callable[[Question], Answer]


class Scripted:
    """The service: ``script`` answers each question, unless its path is among ``others``, whose answers go by time.

    A listing's windows, names, limits and offsets are kept here. ``asked`` are the questions, ``lines`` the progress
    lines as (seconds since the begin, text).
    """

    def __init__(self, script: Script, clock: VirtualClock | None = None) -> None:
        self._script = script
        self.clock = clock or VirtualClock()
        self._begin = self.clock.now
        self.others: dict[str, t.Callable[[float], Answer]] = {}
        self.asked: list[Question] = []
        self.lines: list[tuple[float, str]] = []

    def send(self, request: t.Any, **dummy: t.Any) -> requests.Response:
        """Stand in for ``HTTPAdapter.send``."""
        url = urllib.parse.urlsplit(request.url)
        path = urllib.parse.unquote(url.path).split(f"{PROJECT}/", 1)[1]
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        question = Question(path, query, self.clock.now - self._begin)
        self.asked.append(question)
        answer = self.others[path](question.at) if path in self.others else self._script(question)
        if answer.error is not None:
            raise answer.error
        self.clock.sleep(answer.took)
        return self._response(request, answer, answer.body if answer.rows is None else _page(answer, query))

    def _response(self, request: t.Any, answer: Answer, body: t.Any) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data)), **answer.headers}
        if answer.date_off is not None:
            headers["Date"] = email.utils.formatdate(self.clock.now + answer.date_off, usegmt=True)
        raw = urllib3.HTTPResponse(body=io.BytesIO(data), headers=headers, status=answer.status, preload_content=False)
        return requests.adapters.HTTPAdapter().build_response(request, raw)

    def wait(self, **options: t.Any) -> Result:
        """Run a wait against it and return the outcome."""
        call = {name: options.pop(name) for name in ("check_mode", "is_orphaned") if name in options}
        given = complete(WAIT, {**_CONNECTION, **options}, {})
        with mock.patch.object(requests.adapters.HTTPAdapter, "send", self.send):
            return wait_for_orders(given, {}, self.clock, self._report, **call)

    def info(self, **options: t.Any) -> Result:
        """Ask it as the info module does."""
        with mock.patch.object(requests.adapters.HTTPAdapter, "send", self.send):
            return query_orders(complete(INFO, {**_CONNECTION, **options}, {}), {}, self.clock)

    def _report(self, line: str) -> None:
        self.lines.append((self.clock.now - self._begin, line))


def _page(answer: Answer, query: dict[str, str]) -> dict[str, t.Any]:
    """Return the page of a listing that honest bounds, limit and offset make of the rows."""
    since, until = int(query.get("since", 0)), int(query.get("until", 2**62))
    name = query.get("involvedName")
    rows = [
        row
        for row in answer.rows or ()
        if _is_within(row, since, until)
        if name is None or name in (row.get("resourceName"), row.get("resourceDisplayName"))
    ]
    start, limit = int(query.get("offset", 0)), int(query.get("limit", 0)) or 100
    page: dict[str, t.Any] = {"items": rows[start : start + limit]}
    if answer.count is not None:
        page["count"] = len(rows) if answer.count == "right" else answer.count
    return page


def _is_within(row: Row, since: int, until: int) -> bool:
    created = int(row.get("creationTimestamp") or 0)
    # The service knows when an order was created even where its row does not say so, or says it in seconds.
    return created < 10**11 or since <= created <= until


def polls(*answers: Answer) -> Script:
    """Return a script that gives these answers to listings one after another, the last one again and again."""
    left = list(answers)

    def script(question: Question) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def by_time(rows: t.Callable[[float], t.Sequence[Row]], **more: t.Any) -> Script:
    """Return a script that lists the orders that there are at a time, and offers nothing but listings."""

    def script(question: Question) -> Answer:
        return listing(*rows(question.at), **more) if question.is_listing else NOT_OFFERED

    return script


def row(name: str | None, state: str = "processing", pool: str = "pool-a", age: float = 60.0, **extra: t.Any) -> Row:
    """Return a row created ``age`` seconds before the wait; states are the API's words, ``successed`` and others."""
    created = NOW_MS - int(age * 1000)
    found: Row = {
        "orderName": name,
        "orderId": f"CS-{name}",
        "operation": "apply",
        "phase": state,
        "resourceName": f"{pool}-id",
        "resourceDisplayName": pool,
        "creationTimestamp": created,
        "beginTimestamp": 0 if state == "pending" else created + 1000,
        "endTimestamp": created + 2000 if state in ("successed", "failed", "partialSuccessed") else 0,
    }
    if state == "failed":
        found["failReason"] = "no stock"
    return {key: value for key, value in {**found, **extra}.items() if value is not ...}


def listing(*rows: Row, **more: t.Any) -> Answer:
    """Return a listing's answer."""
    return Answer(rows=rows, **more)
