# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service at the HTTP edge whose every answer a test words itself, in virtual time: stale, partial, contradictory.

It stands where ``requests`` would open a socket, so our own client is whole, and thousands of waits take seconds.
"""

from __future__ import annotations

import contextlib
import dataclasses
import email.utils
import io
import json
import typing as t
import urllib.parse
from unittest import mock

import requests.adapters
import urllib3
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import WAIT, complete
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import NOW, NOW_MS, PROJECT, VirtualClock

Row = dict[str, t.Any]
ENDPOINT = "https://modelarts.example.test"


@dataclasses.dataclass
class Answer:
    """One answer: ``rows`` of a listing, or a ``status`` and ``body``; ``date`` is the Date header's second."""

    rows: t.Sequence[Row] | None = None
    status: int = 200
    body: t.Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    date: float | None = None
    count: t.Any = "right"
    error: Exception | None = None


@dataclasses.dataclass
class Question:
    """One request: its path, its query and how many seconds after the wait's begin it came."""

    path: str
    query: dict[str, str]
    at: float

    @property
    def is_listing(self) -> bool:
        """Whether it is ListOrders."""
        return self.path.endswith("/orders")


Script = t.Callable[[Question], Answer]


class Scripted:
    """The service: ``script`` answers each question, bounds and limits are kept here. ``asked`` are the questions."""

    def __init__(self, script: Script, clock: VirtualClock) -> None:
        self._script = script
        self._clock = clock
        self._begin = clock.now
        self.asked: list[Question] = []
        self.lines: list[tuple[float, str]] = []

    def send(self, adapter: t.Any, request: t.Any, **dummy: t.Any) -> requests.Response:
        """Stand in for ``HTTPAdapter.send``."""
        parsed = urllib.parse.urlsplit(request.url)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(parsed.query).items()}
        question = Question(urllib.parse.unquote(parsed.path), query, self._clock.now - self._begin)
        self.asked.append(question)
        answer = self._script(question)
        if answer.error is not None:
            raise answer.error
        return _response(request, self._answered(answer, question))

    def _answered(self, answer: Answer, question: Question) -> Answer:
        date = self._clock.now if answer.date is None else answer.date
        headers = {"Date": email.utils.formatdate(date, usegmt=True), "Content-Type": "application/json"}
        body = answer.body
        if answer.rows is not None:
            body = _page(answer, question.query)
        return dataclasses.replace(answer, body=body, headers={**headers, **answer.headers})

    def wait(self, **options: t.Any) -> Result:
        """Run a wait against it and return the outcome."""
        given = {"endpoint": ENDPOINT, "project_id": PROJECT, "auth_token": "TOKEN-canary-0123456789", **options}
        call = {name: given.pop(name) for name in ("check_mode", "is_orphaned") if name in given}
        return wait_for_orders(complete(WAIT, given, {}), {}, self._clock, self._report, **call)

    def _report(self, line: str) -> None:
        self.lines.append((self._clock.now - self._begin, line))


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


def _response(request: t.Any, answer: Answer) -> requests.Response:
    body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    raw = urllib3.HTTPResponse(
        body=io.BytesIO(body),
        headers={**answer.headers, "Content-Length": str(len(body))},
        status=answer.status,
        preload_content=False,
    )
    return requests.adapters.HTTPAdapter().build_response(request, raw)


@contextlib.contextmanager
def scripted(script: Script, clock: VirtualClock | None = None) -> t.Iterator[Scripted]:
    """Offer a scripted service."""
    service = Scripted(script, clock or VirtualClock())

    def send(adapter: t.Any, request: t.Any, **keywords: t.Any) -> requests.Response:
        return service.send(adapter, request, **keywords)

    with mock.patch.object(requests.adapters.HTTPAdapter, "send", send):
        yield service


def polls(*answers: Answer) -> Script:
    """Return a script that gives these answers to listings one after another, the last one again and again."""
    left = list(answers)

    def script(question: Question) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def row(name: str | None, state: str = "processing", pool: str = "pool-a", age: float = 60.0, **extra: t.Any) -> Row:
    """Return a row created ``age`` seconds before the wait; states are the API's words, ``successed`` and others."""
    created = NOW_MS - int(age * 1000)
    found: Row = {
        "orderName": name,
        "orderId": f"CS-{name}",
        "operation": "apply",
        "phase": state,
        "resourceName": f"{pool}-{PROJECT}",
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


__all__ = ["NOW", "NOW_MS", "Answer", "Question", "Row", "Script", "Scripted", "listing", "polls", "row", "scripted"]
