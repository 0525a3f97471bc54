# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole info tasks that list many orders over https, with all that Ansible does with their results.

Processor time of the whole ansible-playbook, less that of one whose task is a ``debug``; the yardsticks are what
``json.loads`` of the same orders takes, and the same task of version 1.0.0, in turn with ours.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from ansible_collections.huaweicloud.modelarts.tests.benchmarks._figures import Figure, number, table
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._service import service
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import INFO, ROOT, Ansible, Task

COUNTS, PROMISED = (1_000, 10_000, 20_000), 20_000
FIELDS = ["order_name", "state"]
#: The last commit of version 1.0.0.
BEFORE = "9925c942ca3d9bbef7e087be62e91d8b4679efc2"


@dataclasses.dataclass(frozen=True)
class Whole:
    """Processor seconds of a task with all fields, with two, and of reading the orders' JSON; and peak memory.

    ``before`` are those of the task with two fields in version 1.0.0.
    """

    count: int
    all_fields: float
    two_fields: float
    before: float
    loads: float
    megabytes: float


def measure(count: int, repetitions: int) -> Whole:
    """Measure tasks that list so many orders."""
    orders = [{"generate": {"count": count, "days": 29.5, "recent_share": 0.9, "recent_days": 2}}]
    with service(orders, https=True) as place, tempfile.TemporaryDirectory() as top:
        ansible = Ansible(Path(sys.executable).parent, Path(top))
        old = {"ANSIBLE_COLLECTIONS_PATH": str(_version_before(Path(top, "before")))}
        two = {"name": "two", INFO: {**place, "fields": FIELDS}}
        tasks: dict[str, tuple[Task, dict[str, str]]] = {
            "nothing": ({"name": "nothing", "ansible.builtin.debug": {"msg": "hello"}}, {}),
            "all": ({"name": "all", INFO: place}, {}),
            "two": (two, {}),
            "before": (two, old),
        }
        costs: dict[str, list[float]] = {name: [] for name in tasks}
        for dummy in range(repetitions):
            for name, (task, env) in tasks.items():
                spent = _spent()
                run = ansible.tasks([task], env=env).succeeded()
                costs[name].append(_spent() - spent)
                if name != "nothing" and len(run.result(task["name"])["orders"]) != count:
                    raise SystemExit(f"{name}: {len(run.result(task['name'])['orders'])} orders of {count}")
                if name == "all":
                    text = json.dumps(run.result(name)["orders"])
    # The best of some: what else a machine does only adds, and can double what takes so long.
    cost = {name: min(seconds) - min(costs["nothing"]) for name, seconds in costs.items()}
    loads = median(_loads(text) for dummy in range(5))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Whole(count, cost["all"], cost["two"], cost["before"], loads, peak)


def _version_before(top: Path) -> Path:
    """Lay version 1.0.0 under a folder, as the history of this checkout has it, and return the folder."""
    place = top / "ansible_collections" / "huaweicloud" / "modelarts"
    place.mkdir(parents=True)
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", BEFORE], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(place)], check=True, input=archive)
    return top


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _loads(text: str) -> float:
    begin = time.process_time()
    json.loads(text)
    return time.process_time() - begin


def figures(whole: Whole) -> list[Figure]:
    """Return what must hold."""
    what = f"{whole.count:,} orders, whole info task with two fields, of version 1.0.0's processor time"
    return [Figure(what, whole.two_fields / whole.before, 0.6)]


def show(measured: list[Whole]) -> str:
    """Return them as a table."""
    head = ["orders", "all fields, of `json.loads`", "two fields, of `json.loads`", "of version 1.0.0"]
    rows = [
        [
            f"{each.count:,}",
            number(each.all_fields / each.loads),
            number(each.two_fields / each.loads),
            number(each.two_fields / each.before),
            f"{each.all_fields:.2f}, {each.two_fields:.2f}",
            f"{each.megabytes:.0f} MB",
        ]
        for each in measured
    ]
    return table([*head, "context: s here", "peak memory"], rows)
