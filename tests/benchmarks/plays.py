# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one more task of a play costs, and one more try of ``until``, over https: every kind in turn and each alone.

The cost of a task is the time from the result before it to its own, as a callback sees them; that of a try is the time
between two tries. A round holds each kind once, so whatever else the machine does meets all kinds alike; the median
of all rounds of all plays counts. Kinds in one play help each other (what one has loaded, the next one finds); so each
has plays of its own, too.
"""

from __future__ import annotations

import dataclasses
import itertools
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import requests
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._figures import Figure, number, table
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._service import TOKEN, service
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import INFO, LOOKUP, Ansible, Run, Task

LIBRARY = Path(__file__).parent / "library"
KEYS = {"access_key": "AKofTheBenchmarksFake", "secret_key": "SKofTheBenchmarksFake-7Zt3LmX9vB2nRw8Yc"}
ORDER = {"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "state": "succeeded", "created": "1h"}
DEBUG, URI, LOOK_UP, SDK = "debug", "ansible.builtin.uri", "the lookup", "a module with the official SDK"
URL = "lookup ansible.builtin.url"
HERE, THERE, UNTIL_LOOKUP = "the info task", "the info task, as a module", "a lookup within until"
OWN_BUNDLE = "the info task, with a ca_path of its own"
BARE = "a request of a bare requests loop"
NEVER = "1 > 2"


@dataclasses.dataclass(frozen=True)
class Costs:
    """Milliseconds for one more task among others, for one more in a play of its kind alone, and for one more try."""

    tasks: dict[str, float]
    alone: dict[str, float]
    tries: dict[str, float]

    def figures(self) -> list[Figure]:
        """Return what must hold."""
        tasks, alone, tries = self.tasks, self.alone, self.tries
        return [
            Figure("one more info task, of one more `uri` task", tasks[HERE] / tasks[URI], 0.08),
            Figure("one more info task, above one more `debug`", tasks[HERE] - tasks[DEBUG], 15, "ms"),
            Figure("info tasks alone in a play, of `uri` tasks alone", alone[HERE] / alone[URI], 0.08),
            Figure("one more `until` try of it, of one of `uri`", tries[HERE] / tries[URI], 0.02),
            Figure("lookups alone in a play, of `ansible.builtin.url` lookups alone", alone[LOOK_UP] / alone[URL], 1.1),
            Figure("one more lookup after an info task, of one more `uri` task", tasks[LOOK_UP] / tasks[URI], 0.10),
        ]

    def table(self) -> str:
        """Return all of it, as parts of what ``uri`` costs."""
        parts = {"task": self.tasks, "task alone": self.alone, "try": self.tries}
        rows = [
            [f"{what}: {name}", *_parts(cost, costs)] for what, costs in parts.items() for name, cost in costs.items()
        ]
        return table(["one more", "of `uri`", "context: ms here"], rows)


def _parts(cost: float, costs: Mapping[str, float]) -> list[str]:
    return [number(cost / costs[URI]), f"{cost:.1f}"]


def measure(plays: int, rounds: int, tries: int) -> Costs:
    """Run plays of ``rounds`` rounds of tasks, each with one of ``tries`` tries of every kind at its end."""
    with service([ORDER], https=True, keys=[KEYS]) as place, tempfile.TemporaryDirectory() as top:
        kinds, tried = _tasks(place), _tries(place)
        tasks = [{**task, "name": f"{name} {turn}"} for turn in range(rounds + 1) for name, task in kinds.items()]
        tasks += [_until(f"try {name}", task, count * tries) for name, (task, count) in tried.items()]
        ansible = Ansible(Path(sys.executable).parent, Path(top))
        # As for most users, who trust what the machine trusts: what tasks share is read once.
        library = {"ANSIBLE_LIBRARY": str(LIBRARY), CONNECTION["ca_path"].env[0]: place["ca_path"]}
        runs = [ansible.tasks(tasks, env=library).succeeded() for dummy in range(plays)]
        alone: dict[str, float] = {}
        for name, task in kinds.items():
            same = [{**task, "name": f"{name} {turn}"} for turn in range(2 * rounds + 1)]
            alone |= _task_costs([ansible.tasks(same, env=library).succeeded() for dummy in range(plays)], [name])
        bare = _bare_loop(place)
    costs = Costs(_task_costs(runs, list(kinds)), alone, _try_costs(runs, list(tried)))
    costs.tries[BARE] = bare
    return costs


def _place(place: Mapping[str, str]) -> dict[str, str]:
    return {**{key: value for key, value in place.items() if key not in ("auth_token", "ca_path")}, **KEYS}


def _tasks(place: Mapping[str, str]) -> dict[str, Task]:
    options = _place(place)
    asked = {key: value for key, value in options.items() if key != "iam_endpoint"}
    terms = {"msg": f"{{{{ query({LOOKUP!r}, **options) }}}}"}
    page = {"headers": {"X-Auth-Token": TOKEN}, "ca_path": place["ca_path"], "split_lines": False}
    url = {"msg": "{{ query('ansible.builtin.url', url, **page) | first | from_json }}"}
    return {
        DEBUG: {"ansible.builtin.debug": {"msg": "hello"}},
        URI: {"ansible.builtin.uri": _uri(place)},
        HERE: {INFO: options},
        OWN_BUNDLE: {INFO: {**options, "ca_path": place["ca_path"]}},
        THERE: {INFO: options, "vars": {"modelarts_in_process": False}},
        LOOK_UP: {"ansible.builtin.debug": terms, "vars": {"options": options}},
        URL: {"ansible.builtin.debug": url, "vars": {"url": _uri(place)["url"], "page": page}},
        SDK: {"sdk_order": {**asked, "ca_path": place["ca_path"], "order_name": ORDER["order_name"]}},
    }


def _tries(place: Mapping[str, str]) -> dict[str, tuple[Task, int]]:
    """Return tasks, and how many times as many tries of each: cheap ones need more for a steady median."""
    tasks = _tasks(place)
    looked = f"query({LOOKUP!r}, **options) is not defined"
    lookup: Task = {"ansible.builtin.debug": {"msg": "hello"}, "vars": {"options": _place(place)}, "until": looked}
    return {URI: (tasks[URI], 1), HERE: (tasks[HERE], 4), THERE: (tasks[THERE], 1), UNTIL_LOOKUP: (lookup, 4)}


def _uri(place: Mapping[str, str]) -> dict[str, Any]:
    url = f"{place['endpoint']}/v1/{place['project_id']}/orders?limit=500&offset=0"
    return {"url": url, "headers": {"X-Auth-Token": TOKEN}, "ca_path": place["ca_path"], "return_content": True}


def _until(name: str, task: Task, retries: int) -> Task:
    return {"until": NEVER, **task, "name": name, "retries": retries, "delay": 0, "ignore_errors": True}


def _task_costs(runs: Sequence[Run], kinds: Sequence[str]) -> dict[str, float]:
    """Return the median milliseconds of each kind; a play's first round, which loads plugins, does not count."""
    costs: dict[str, list[float]] = {name: [] for name in kinds}
    for run in runs:
        ended = [event for event in run.events if not event.task.startswith("try ")]
        for before, event in itertools.pairwise(ended[len(kinds) - 1 :]):
            if event.event != "ok":
                raise SystemExit(f"{event.task}: {event.result.get('msg')}")
            costs[event.task.rpartition(" ")[0]].append(event.time - before.time)
    return {name: 1000 * median(seconds) for name, seconds in costs.items()}


def _try_costs(runs: Sequence[Run], kinds: Sequence[str]) -> dict[str, float]:
    return {name: 1000 * median(second for run in runs for second in _tries_of(run, f"try {name}")) for name in kinds}


def _tries_of(run: Run, name: str) -> list[float]:
    """Return the seconds between the tries of a task."""
    tried = [event for event in run.events if event.event == "retry" and event.task == name]
    if any(event.result.get("failed") for event in tried):
        raise SystemExit(f"{name}: {tried[0].result.get('msg')}")
    return [event.time - before.time for before, event in itertools.pairwise(tried)]


def _bare_loop(place: Mapping[str, str]) -> float:
    """Return the median milliseconds of a request over a kept connection, its JSON read."""
    asked = _uri(place)
    seconds = []
    with requests.Session() as session:
        for dummy in range(100):
            begin = time.perf_counter()
            session.get(asked["url"], headers=asked["headers"], verify=asked["ca_path"], timeout=30).json()
            seconds.append(time.perf_counter() - begin)
    return 1000 * median(seconds)
