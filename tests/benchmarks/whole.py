# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole info tasks that list many orders over https, with all that Ansible does with their results.

Processor time of the whole ansible-playbook, less that of one whose task is a ``debug``; the yardstick is what
``json.loads`` of the same orders takes.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from ansible_collections.huaweicloud.modelarts.tests.benchmarks._figures import Figure, number, table
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._service import service
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import INFO, Ansible, Task

COUNTS, PROMISED = (1_000, 10_000, 20_000), 20_000
FIELDS = ["order_name", "state"]
#: The ratio of the task with two fields for 20,000 orders in version 1.0.0, measured in the same way.
BEFORE: float | None = 6.7


@dataclasses.dataclass(frozen=True)
class Whole:
    """Processor seconds of a task with all fields, with two, and of reading the JSON of its orders; and peak memory."""

    count: int
    all_fields: float
    two_fields: float
    loads: float
    megabytes: float

    @property
    def ratio(self) -> float:
        """The task with two fields, of reading the JSON."""
        return self.two_fields / self.loads


def measure(count: int, repetitions: int) -> Whole:
    """Measure tasks that list so many orders."""
    orders = [{"generate": {"count": count, "days": 29.5, "recent_share": 0.9, "recent_days": 2}}]
    with service(orders, https=True) as place, tempfile.TemporaryDirectory() as top:
        ansible = Ansible(Path(sys.executable).parent, Path(top))
        tasks: dict[str, Task] = {
            "nothing": {"name": "nothing", "ansible.builtin.debug": {"msg": "hello"}},
            "all": {"name": "all", INFO: place},
            "two": {"name": "two", INFO: {**place, "fields": FIELDS}},
        }
        costs: dict[str, list[float]] = {name: [] for name in tasks}
        for dummy in range(repetitions):
            for name, task in tasks.items():
                before = _spent()
                run = ansible.tasks([task]).succeeded()
                costs[name].append(_spent() - before)
                if name != "nothing" and len(run.result(name)["orders"]) != count:
                    raise SystemExit(f"{name}: {len(run.result(name)['orders'])} orders of {count}")
                if name == "all":
                    text = json.dumps(run.result(name)["orders"])
    best = {name: median(seconds) for name, seconds in costs.items()}
    loads = median(_loads(text) for dummy in range(5))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Whole(count, best["all"] - best["nothing"], best["two"] - best["nothing"], loads, peak)


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _loads(text: str) -> float:
    begin = time.process_time()
    json.loads(text)
    return time.process_time() - begin


def figures(whole: Whole) -> list[Figure]:
    """Return what must hold."""
    if BEFORE is None:
        return []
    what = f"{whole.count:,} orders, whole info task with two fields, of version 1.0.0's processor time"
    return [Figure(what, whole.ratio / BEFORE, 0.6)]


def show(measured: list[Whole]) -> str:
    """Return them as a table."""
    head = ["orders", "all fields, of `json.loads`", "two fields, of `json.loads`", "context: s here", "peak memory"]
    rows = [
        [
            f"{each.count:,}",
            number(each.all_fields / each.loads),
            number(each.ratio),
            f"{each.all_fields:.2f}, {each.two_fields:.2f}",
            f"{each.megabytes:.0f} MB",
        ]
        for each in measured
    ]
    return table(head, rows)
