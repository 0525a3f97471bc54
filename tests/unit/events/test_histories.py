# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be concluded from the events: random histories, and a service that is stale, partial and contradicts itself.

A row is missing from a poll by chance, or as it was up to 45 seconds ago, or there twice, once stale; so are whole
polls; times are missing; clocks jump; and the source is killed between polls. All the same, what is reported of an
order is a part of what happened to it, in that order, each step once; and in the end its last state is known.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import random
import typing as t

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import journal
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.changes import ChangeTracker, Moment, Span
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import Order, normalise

START = 1_790_000_000_000
LAG = 45_000
HISTORIES = 20_000 if os.environ.get("MODELARTS_LONG") == "1" else 500
WORDS = {"pending": "pending", "processing": "running", "succeeded": "successed", "failed": "failed"}


@dataclasses.dataclass
class Story:
    """What really happens to one order: (epoch ms, state), sorted; ``times`` is what the service tells of it."""

    name: str
    steps: list[tuple[int, str]]
    times: str

    @property
    def created(self) -> int:
        return self.steps[0][0]

    def row(self, now: int) -> Order | None:
        """Return what a replica of this time lists."""
        past = sum(at <= now for at, dummy in self.steps)
        return self._rows[past - 1].copy() if past else None

    @functools.cached_property
    def _rows(self) -> list[Order]:
        return [self._row(self.steps[: past + 1]) for past in range(len(self.steps))]

    def _row(self, past: list[tuple[int, str]]) -> Order:
        at, state = past[-1]
        raw: dict[str, t.Any] = {"orderName": self.name, "phase": WORDS[state]}
        raw["creationTimestamp"] = self.created
        begin = [moment for moment, each in past if each == "processing"]
        if self.times != "none" and begin:
            raw["beginTimestamp"] = begin[-1 if self.times == "last" else 0]
        if self.times != "none" and state in ("succeeded", "failed"):
            raw["endTimestamp"] = at
        return normalise(raw)


def story(luck: random.Random, number: int, span: int) -> Story:
    """Return an order that may fail and be tried again, up to three times."""
    at = START + luck.randrange(-2 * 3_600_000, span)
    steps = [(at, "pending")]
    for dummy in range(luck.choice([1, 1, 1, 2, 3, 4])):
        if luck.random() < 0.8:
            at += luck.randrange(1_000, luck.choice([100_000, 2_000_000]))
            steps.append((at, "processing"))
        at += luck.randrange(1_000, luck.choice([100_000, 2_000_000]))
        steps.append((at, "failed"))
        # Nobody tries again at once: what is shorter than the lag of a replica cannot be told from it.
        at += luck.randrange(3 * LAG, luck.choice([4 * LAG, 5_000_000]))
    if luck.random() < 0.7:
        steps += [(at, "processing"), (at + luck.randrange(1_000, 600_000), "succeeded")]
    return Story(f"o{number}", steps, luck.choice(["first", "last", "none"]))


class Service:
    """Lists rows of the spans that are asked for, as well as it can."""

    def __init__(self, luck: random.Random, stories: list[Story]) -> None:
        self._luck = luck
        self._stories = stories
        self.missing, self.stale, self.double = (luck.choice([0.0, 0.02, 0.3]) for dummy in range(3))
        self.whole = luck.choice([0.0, 0.1])

    def listing(self, spans: list[Span], now: int, good: bool) -> list[Order]:
        luck = self._luck
        lag = luck.randrange(LAG) if luck.random() < self.whole and not good else 0
        rows = []
        for one in self._stories:
            if not any(start <= one.created and (end is None or one.created <= end) for start, end in spans):
                continue
            if not good and luck.random() < self.missing:
                continue
            stale = not good and luck.random() < self.stale
            rows.append(one.row(now - (luck.randrange(LAG) if stale else lag)))
            if not good and luck.random() < self.double:
                rows.insert(luck.randrange(len(rows)), one.row(now - luck.randrange(LAG)))
        return [row for row in rows if row is not None]


def watch(luck: random.Random, stories: list[Story], since: int | None) -> list[dict[str, t.Any]]:
    """Return the events of a source that polls until long after all is over."""
    service, tracker = Service(luck, stories), ChangeTracker()
    end = max(one.steps[-1][0] for one in stories)
    interval = luck.choice([12_000, 30_000, 60_000, 240_000])
    now, events = START, []
    while now < end + 2 * 3_600_000:
        good = now > end + 300_000
        jump = luck.choice([-1_500_000, 1_500_000]) if luck.random() < 0.02 else 0
        at = Moment(now + jump, not jump, (now - START) / 1000)
        spans = tracker.spans(START - 30 * 86_400_000, at.seconds)
        events += tracker.update(service.listing(spans, now, good), at, since=since)
        if luck.random() < 0.02:
            tracker.undelivered.clear()
            tracker = journal.load(journal.dump(tracker))
        now += interval if not good else 600_000
    for one in stories:
        assert tracker.known[one.name].state == one.steps[-1][1], one
    return events


def check(one: Story, events: list[dict[str, t.Any]], since: int | None) -> None:
    told = [event["order"]["state"] for event in events]
    before = [event["previous_state"] for event in events]
    assert before[1:] == told[:-1], "each change begins where the last one ended"
    if told and before[0] is not None:
        told = [before[0], *told]
    assert all(one != other for one, other in zip(told, told[1:])), "no change into the same state"
    truth = iter(state for dummy, state in one.steps)
    assert all(state in truth for state in told), f"{told} is no part of {one.steps}"
    assert len({event["id"] for event in events}) == len(events)
    if since is not None or one.created > START + 30_000 + LAG:
        assert events and told[-1] == one.steps[-1][1], f"{one} was not reported to its end"


@pytest.mark.no_cover
@pytest.mark.timeout(3000)
def test_what_is_reported_is_a_part_of_what_happened() -> None:
    for seed in range(HISTORIES):
        luck = random.Random(seed)
        stories = [story(luck, number, luck.choice([600_000, 7_200_000])) for number in range(luck.randrange(1, 5))]
        since = START - 3 * 3_600_000 if luck.random() < 0.5 else None
        events = watch(luck, stories, since)
        assert json.loads(json.dumps(events)) == events
        for one in stories:
            try:
                check(one, [event for event in events if event["order"]["order_name"] == one.name], since)
            except AssertionError as error:
                raise AssertionError(f"history {seed}: {error}") from None
