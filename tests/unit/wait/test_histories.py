# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random histories of orders, told by services of every quality: no wait succeeds too early or fails without a reason.

What happened is one thing, what each poll is told another: rows are left out by chance, whole polls are stale, ``Date``
is off, times are equal or missing, and faults come in between. ``MODELARTS_TEST_LONG`` makes 20,000 histories.
"""

from __future__ import annotations

import dataclasses
import os
import random
import typing as t

import pytest
import requests
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import NOW_MS, PROJECT
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scripted import Answer, Question, Row, Scripted

PARTS = 10
HISTORIES = 20_000 if os.environ.get("MODELARTS_TEST_LONG") else 500
DAY = 86_400.0
SUCCESS_WORDS = [("successed", None), ("completed", "successed"), ("Succeeded", None), ("completed", None)]
FAULTS = [
    Answer(status=503, body={}),
    Answer(status=404, body=b"<html></html>"),
    Answer(status=400, body={"error_code": "ModelArts.50004000", "error_msg": "Bad request."}),
    Answer(status=429, body={}, headers={"Retry-After": "700"}),
    Answer(body=b'{"count": 1, "items": [{'),
    Answer(error=requests.exceptions.ConnectionError("reset")),
]


@dataclasses.dataclass
class Order:
    """What is true of one order. Times are seconds after the wait's begin; ``end`` is infinite where it never ends."""

    name: str
    pool: str
    created: float
    begins: float
    end: float
    last: str
    visible: float
    operation: str = "apply"

    def row(self, at: float, rng: random.Random, lack: t.Collection[str]) -> Row:
        """Return its row as it is at a time, without the keys in ``lack``."""
        ended = at >= self.end
        phase, result = ("processing", None) if at >= self.begins else ("pending", None)
        if ended:
            phase, result = rng.choice(SUCCESS_WORDS) if self.last == "successed" else (self.last, None)
        row: Row = {
            "orderName": self.name,
            "orderId": f"CS-{self.name}",
            "operation": self.operation,
            "phase": phase,
            "result": result,
            "resourceName": f"{self.pool}-{PROJECT}",
            "resourceDisplayName": self.pool,
            "creationTimestamp": _ms(self.created),
            "beginTimestamp": _ms(self.begins) if at >= self.begins else 0,
            "endTimestamp": _ms(self.end) if ended else 0,
            "failReason": "no stock" if ended and self.last == "failed" else None,
        }
        return {key: value for key, value in row.items() if key not in lack}


def _ms(seconds: float) -> int:
    return NOW_MS + int(seconds * 1000)


class History:
    """One history and the service that tells it."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        self.absent = rng.choice([0.0, 0.02, 0.1])
        self.stale = rng.choice([0.0, 0.05, 0.2])
        self.faulty = rng.choice([0.0, 0.05, 0.2])
        self.date_off = rng.choice([0.0, 0.1])
        self.lack = [key for key in ("resourceName", "creationTimestamp") if rng.random() < 0.1]
        self.pools = [f"pool-{number}" for number in range(rng.randint(1, 3))]
        self.targets = [self._target(pool) for pool in self.pools]
        past = [order for pool in self.pools for order in self._past(pool)]
        self.orders = [*past, *self.targets]
        rng.shuffle(self.orders)
        #: When each order, and any order of each pool, was shown first.
        self.shown: dict[str, float] = {}

    def _target(self, pool: str) -> Order:
        rng = self.rng
        created = -rng.choice([0.0, 5.0, 60.0, 900.0, 5000.0, 2 * DAY])
        begins = max(created, rng.choice([created, 0.0, 40.0, 400.0]))
        end = max(begins, 0.0) + rng.choice([0.0, 1.0, 20.0, 300.0, 900.0])
        if rng.random() < 0.1:
            end = begins  # finished before anybody asked
        last = rng.choice(["successed"] * 6 + ["failed", "partialSuccessed"])
        visible = created + rng.choice([0.0, 0.0, 10.0, 25.0]) if created > -60 else created
        return Order(f"order.{pool}-new", pool, created, begins, end, last, visible)

    def _past(self, pool: str) -> t.Iterator[Order]:
        for number in range(self.rng.randint(0, 3)):
            created = -10 * DAY - 1000 * number
            # Beside an order without a time each other one may be the newest, and a failure of it counts.
            last = self.rng.choice(["successed"] * 2 + ["successed" if "creationTimestamp" in self.lack else "failed"])
            yield Order(f"order.{pool}-old{number}", pool, created, created, created + 500, last, created)

    def script(self, question: Question) -> Answer:
        """Answer one request."""
        rng = self.rng
        if rng.random() < self.faulty and question.at > 0:
            return rng.choice(FAULTS)
        at = question.at - (rng.choice([5.0, 30.0, 200.0]) if rng.random() < self.stale else 0.0)
        rows = []
        for order in self.orders:
            if at >= order.visible and rng.random() >= self.absent:
                rows.append(order.row(at, rng, self.lack if order in self.targets else ()))
        for row in rows if question.is_listing and question.query["offset"] == "0" else ():
            self.shown.setdefault(row["orderName"], question.at)
            self.shown.setdefault(row.get("resourceDisplayName", ""), question.at)
        off = rng.choice([-7200, -60, 60, 7200, 10**7]) if rng.random() < self.date_off else 0
        return Answer(rows=rows, count=rng.choice(["right", "right", None]), date_off=off)


def options_of(history: History) -> dict[str, t.Any]:
    """Return how the wait is asked for."""
    rng = history.rng
    named = [order.name for order in history.targets]
    which: dict[str, t.Any] = rng.choice(
        [
            {"order_names": named},
            {"involved_names": history.pools},
            {"order_ids": [f"CS-{name}" for name in named]},
            {"order_names": named[:1], "involved_names": history.pools[1:] or None},
        ]
    )
    return {
        **which,
        "fail_fast": rng.random() < 0.7,
        "accept_partial": rng.random() < 0.3,
        "wait_timeout": rng.choice([100, 2500, 2500, 2500]),
        "interval": rng.choice([5, 15, 60]),
    }


def is_excused(history: History, options: dict[str, t.Any]) -> bool:
    """Whether no listing showed an order that only its pool stands for, for all of ``settle``: nobody could know."""
    pools, never = options.get("involved_names") or (), float("inf")
    targets = [order for order in history.targets if order.pool in pools]
    return any(history.shown.get(each.name, never) > history.shown.get(each.pool, 0.0) + 30 for each in targets)


def check(history: History, options: dict[str, t.Any], service: Scripted, result: dict[str, t.Any]) -> None:
    """Hold what a wait concluded against what is true."""
    good = {"successed", "partialSuccessed"} if options["accept_partial"] else {"successed"}
    bad = [order for order in history.targets if order.last not in good]
    last_end = max(order.end for order in history.targets)
    if not result.get("failed"):
        assert not bad and result["elapsed"] >= last_end, "succeeded too early"
        assert result["all_finished"] and not result["any_failed"] and not result["missing"]
    elif not result["timed_out"]:
        assert bad, f"failed without a reason: {result['msg']}"
        assert result["elapsed"] >= min(order.end for order in bad)
    else:
        late = result["elapsed"] - options["wait_timeout"]
        assert -0.01 <= late <= 1, "not at the deadline"
    assert all(question.at <= options["wait_timeout"] + 0.1 for question in service.asked)
    polls = result["elapsed"] / min(options["interval"], 1.0 + options["interval"] / 4) + 10
    assert result["requests"] == len(service.asked) <= 4 * polls
    for line in (text for dummy, text in service.lines):
        assert line.startswith("modelarts: ") and line.isprintable()


@pytest.mark.no_cover
@pytest.mark.parametrize("part", range(PARTS))
def test_no_history_is_misjudged(part: int) -> None:
    ends, excused = {"succeeded": 0, "failed": 0, "timed out": 0}, 0
    for seed in range(part * HISTORIES // PARTS, (part + 1) * HISTORIES // PARTS):
        history = History(seed)
        options = options_of(history)
        service = Scripted(history.script)
        result = service.wait(**options).result
        if is_excused(history, options):
            excused += 1
            continue
        try:
            check(history, options, service, result)
        except AssertionError as error:
            raise AssertionError(f"history {seed}: {error}\n{options}\n{history.targets}\n{result}") from error
        ends["timed out" if result["timed_out"] else "failed" if result.get("failed") else "succeeded"] += 1
    assert excused <= max(2, HISTORIES // PARTS // 33), "settle must leave room for more than two polls"
    assert min(ends.values()) >= HISTORIES // PARTS // 20, f"histories that prove little: {ends}"
