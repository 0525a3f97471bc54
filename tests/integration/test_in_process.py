# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task answered within the ansible process returns what its module returns, and where it could not, the module runs.

Whether a module ran is told by the interpreter that it runs with: a script that notes each start beside itself.
"""

from __future__ import annotations

import dataclasses
import shlex
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    INFO,
    NEWEST,
    Ansible,
    Run,
    Task,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import KEYS, LOGIN, TOKEN, Clouds
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import ClosedPort

WAIT = f"{COLLECTION}.modelarts_order_wait"
ORDERS = [
    {"pool": "pool-5ed5", "order_name": "order.done", "state": "succeeded", "created": "3h"},
    {"pool": "pool-5ed5", "order_name": "order.bad", "state": "failed", "reason": "Quota exceeded.", "created": "2h"},
    {"pool": "pool-77aa", "order_name": "order.ready", "state": "succeeded", "created": "5h"},
    {"pool": "pool-77aa", "order_name": "order.open", "state": "pending", "created": "1h"},
]
ECHO = "refused: <<x-auth-token>>"
#: ``invocation`` and ``exception`` are of the module's own process: its arguments as ansible logs them, and where it
#: stood. A request's ID, the time that a wait took and the requests that its polls cost differ from run to run.
_OF_THE_RUN = ("invocation", "exception", "request_id", "elapsed", "requests", "polls")


@dataclasses.dataclass(frozen=True)
class Case:
    """One task that is run both ways: options beside the place and the credentials, which ``cloud`` tells."""

    name: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    cloud: str = "good"
    keywords: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    module: str = INFO
    fails: bool = False
    #: How many warnings are due; the module itself answers where the argument spec refuses something.
    warnings: int = 0
    by_module: bool = False


CASES = [
    Case("all orders"),
    Case("one pool", {"pool": "pool-5ed5", "latest": True}),
    Case("no order", {"order_names": ["order.nowhere"]}),
    Case("details", {"details": True}),
    Case("details that are not offered", {"details": True}, "plain", warnings=1),
    Case("a pool without orders", {"pool": "pool-none"}, "plain", warnings=1),
    Case("fields", {"fields": ["order_name", "state"]}),
    Case("one page", {"limit": 2, "offset": 1}),
    Case("types are converted", {"limit": "2", "latest": "yes", "timeout": "20", "operation": "apply,modify"}),
    Case("two warnings", {"since": "60d", "pool": "pool-none"}, "plain", warnings=2),
    Case("check mode", keywords={"check_mode": True}),
    Case("a token", cloud="token"),
    Case("a login", cloud="login"),
    Case("a home in ca_path", {"ca_path": "~/none.pem"}),
    Case("an unreadable ca_path", {"endpoint": "https://127.0.0.1:1", "ca_path": "/nowhere/ca.pem"}, fails=True),
    Case("404", {"pool": "pool-none"}, fails=True),
    Case("401", {"secret_key": "WRONGsecretOfTheInProcessTests"}, "locked", fails=True),
    Case("an option and its alias", {"pool": "pool-5ed5", "involved_name": "pool-5ed5"}, warnings=1, by_module=True),
    Case("an unknown option", {"colour": "red"}, fails=True, by_module=True),
    Case("a value that is not among the choices", {"phase": "half"}, fails=True, by_module=True),
    Case("a date that is none", {"since": "yesterday"}, fails=True),
    Case("a field that is none", {"fields": ["nme"]}, fails=True),
    Case("half a key", {"secret_key": None}, fails=True),
    Case("connection refused", {"retries": 0}, "closed", fails=True),
    Case("throttled", {"retries": 0}, "throttled", fails=True),
    Case("a fault that is over", {"retries": 1}, "flaky"),
    Case("not JSON", {"retries": 0}, "garbled", fails=True),
    Case("an answer that repeats the token", cloud="echo"),
    Case("a refusal that repeats the token", {"pool": "pool-none"}, "refusing echo", fails=True),
    Case("a wait", {"order_names": ["order.done"]}, module=WAIT),
    Case("a wait for a failure", {"order_names": ["order.done", "order.bad"]}, module=WAIT, fails=True),
    Case("a poll", {"order_names": ["order.open"]}, module=WAIT, keywords={"check_mode": True}),
]
#: Of each kind of case the one that other ansible-cores than the newest run as well.
SAMPLE = (
    *("all orders", "no order", "details", "one page", "types are converted", "two warnings", "404", "401"),
    *("an option and its alias", "an unknown option", "connection refused", "throttled", "a wait", "a poll"),
    *("an answer that repeats the token", "a refusal that repeats the token"),
)
RUN = [case for case in CASES if NEWEST or case.name in SAMPLE]
Clouded = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def places(clouds: Clouds) -> Clouded:
    """Return the options that lead to each cloud."""
    echo = {"kind": "json", "times": 0, "echo": True, "json": {"count": 1, "items": [_echoing_row()]}}
    faults: dict[str, list[dict[str, Any]]] = {
        "throttled": [{"status": 429, "times": 0, "retry_after": 1}],
        # Each way meets it at its first try.
        "flaky": [{"status": 503, "match": {"nth": [1, 3]}, "retry_after": 0}],
        "garbled": [{"kind": "body", "body": "<<<", "times": 0}],
        "echo": [echo],
        "refusing echo": [{"status": 400, "code": "ModelArts.0001", "message": ECHO, "times": 0, "echo": True}],
    }
    settings: dict[str, dict[str, Any]] = {"plain": {"unpublished": ["show"], "unknown_pool": "empty"}}
    settings["locked"] = {"lock_after": 1000}
    sims = {name: clouds.new(ORDERS, faults.get(name, []), **settings.get(name, {})) for name in _names()}
    places = {name: sim.options for name, sim in sims.items()}
    port = ClosedPort()
    places["closed"] = {**places["good"], "endpoint": port.url}
    for name in ("token", "echo", "refusing echo"):
        places[name] = {**sims[name].place, "auth_token": TOKEN}
    places["login"] = {**sims["login"].place, **LOGIN}
    return places


def _names() -> set[str]:
    return {case.cloud for case in CASES} - {"closed"}


def _echoing_row() -> dict[str, Any]:
    stamp = int(time.time() * 1000) - 3_600_000
    return {"orderName": "order.echo", "phase": "failed", "failReason": ECHO, "creationTimestamp": stamp}


class Interpreters:
    """Makes interpreters that note their starts; the modules' Python is not led astray by PYTHONPATH."""

    def __init__(self, folder: Path, python: Path) -> None:
        self._folder = folder
        self._python = python

    def new(self, name: str) -> str:
        """Return the path of a new one."""
        path = self._folder / f"python-{name.replace(' ', '-')}"
        program = shlex.quote(str(self._python))
        path.write_text(f'#!/bin/sh\necho started >> "$0.starts"\nunset PYTHONPATH\nexec {program} "$@"\n', "utf-8")
        path.chmod(0o755)
        return str(path)

    def starts(self, name: str) -> int:
        """Return how often it was started."""
        path = self._folder / f"python-{name.replace(' ', '-')}.starts"
        return len(path.read_text("utf-8").splitlines()) if path.exists() else 0


@pytest.fixture(scope="module")
def interpreters(ansible: Ansible) -> Interpreters:
    """Return a maker of interpreters."""
    return Interpreters(ansible.folder(), ansible.python)


def task_of(name: str, case: Case, places: Clouded, interpreters: Interpreters, **variables: Any) -> Task:
    """Return a case as a task with an interpreter of its own."""
    options = {**places[case.cloud], **case.options}
    chosen = {key: value for key, value in options.items() if value is not None}
    variables = {"ansible_python_interpreter": interpreters.new(name), **variables}
    return {"name": name, case.module: chosen, "ignore_errors": True, "vars": variables, **case.keywords}


@pytest.fixture(scope="module")
def both(ansible: Ansible, places: Clouded, interpreters: Interpreters) -> Run:
    """Run every case within the process and by its module, with all that ansible can tell of it on the screen."""
    tasks = []
    for case in RUN:
        tasks.append(task_of(f"here {case.name}", case, places, interpreters))
        tasks.append(task_of(f"there {case.name}", case, places, interpreters, modelarts_in_process=False))
    return ansible.tasks(tasks, "-vvv").succeeded()


def shown(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the two ways must agree in."""
    return {key: value for key, value in result.items() if key not in _OF_THE_RUN and not key.startswith("_ansible")}


@pytest.mark.parametrize("case", RUN, ids=lambda case: case.name)
def test_both_ways_return_the_same(case: Case, both: Run, interpreters: Interpreters) -> None:
    """Key by key: successes, failures and warnings."""
    here, there = both.event(f"here {case.name}"), both.event(f"there {case.name}")
    assert shown(here.result) == shown(there.result)
    assert (here.event, here.failed) == (there.event, case.fails)
    assert here.trusted == there.trusted == []
    assert len(here.result.get("warnings", [])) == case.warnings, here.result
    assert "deprecations" not in here.result


@pytest.mark.parametrize("case", RUN, ids=lambda case: case.name)
def test_they_are_two_ways(case: Case, both: Run, interpreters: Interpreters) -> None:
    """The one starts no interpreter, the other does."""
    assert interpreters.starts(f"there {case.name}") > 0
    assert bool(interpreters.starts(f"here {case.name}")) == case.by_module


def test_the_cases_meet_what_they_are_named_for(both: Run) -> None:
    """So that the two ways do not agree in something else."""
    statuses = {name: both.failure(f"here {name}").get("status") for name in ("404", "401", "throttled")}
    assert statuses == {"404": 404, "401": 401, "throttled": 429}
    assert "refused" in both.failure("here connection refused")["msg"]
    assert [order["order_name"] for order in both.result("here all orders")["orders"]] == [
        *("order.open", "order.bad", "order.done", "order.ready")
    ]
    assert all(order["resources"] for order in both.result("here details")["orders"])
    assert len(both.result("here one page")["orders"]) == 2
    assert both.result("here no order")["orders"] == []
    assert "****" in both.result("here an answer that repeats the token")["orders"][0]["fail_reason"]
    assert "refused: " in both.failure("here a refusal that repeats the token")["msg"]


def test_no_secret_shows_on_either_way(both: Run) -> None:
    """Neither on the screen at -vvv nor in a result."""
    secrets = (KEYS["secret_key"], TOKEN, LOGIN["password"], "WRONGsecretOfTheInProcessTests")
    recorded = (both.cwd / "record").read_text("utf-8")
    assert [secret for secret in secrets if secret in both.output or secret in recorded] == []


# Handing over

STUB = '#!/bin/sh\nfor last; do :; done\nexec /bin/sh -c "$last"\n'
ASK = Case("ask")
HANDED_OVER: dict[str, dict[str, Any]] = {
    "switched off": {"vars": {"modelarts_in_process": False}},
    "switched off in words": {"vars": {"modelarts_in_process": "no"}},
    "switched off by a template": {"vars": {"modelarts_in_process": "{{ 1 > 2 }}"}},
    "another host": {"vars": {"ansible_connection": "ssh"}},
    "delegated to another host": {"delegate_to": "far"},
    "become": {"become": True},
    "become by a variable": {"vars": {"ansible_become": True}},
    "environment": {"environment": {"HW_REGION_NAME": "cn-north-4"}},
    "environment by a template": {"environment": "{{ surroundings }}"},
    "async": {"async": 60, "poll": 1},
    "a relative ca_path": {INFO: {"ca_path": "ca.pem"}},
}
KEPT: dict[str, dict[str, Any]] = {
    "nothing special": {},
    "switched on": {"vars": {"modelarts_in_process": True}},
    "delegated to a local host": {"delegate_to": "bastion"},
    "in a loop": {"loop": [1, 2]},
    "an empty environment": {"environment": {}},
    "no become": {"become": False},
    "a time limit": {"timeout": 60},
    "no log": {"no_log": True},
}


def special(name: str, extra: Mapping[str, Any], places: Clouded, interpreters: Interpreters) -> Task:
    """Return a task with keywords, variables and options beside the usual."""
    task = task_of(name, ASK, places, interpreters)
    for key, value in extra.items():
        task[key] = {**task[key], **value} if key in ("vars", INFO) else value
    return task


@pytest.fixture(scope="module")
def variables(ansible: Ansible) -> dict[str, Any]:
    """Return variables under which become and ssh are real plugins of ansible whose programs stay on this machine."""
    stub = ansible.folder() / "stub"
    stub.write_text(STUB, "utf-8")
    stub.chmod(0o755)
    return {
        "ansible_become_exe": str(stub),
        "ansible_ssh_executable": str(stub),
        "ansible_pipelining": True,
        "surroundings": {"HW_REGION_NAME": "cn-north-4"},
    }


@pytest.fixture(scope="module")
def handed_over(ansible: Ansible, places: Clouded, interpreters: Interpreters, variables: dict[str, Any]) -> Run:
    """Run the tasks that must not be answered in the process, and those that may."""
    cwd = ansible.folder()
    cases = {**HANDED_OVER, **KEPT}
    tasks = [special(name, extra, places, interpreters) for name, extra in cases.items()]
    far = {
        "name": "far",
        "ansible_connection": "ssh",
        "ansible_python_interpreter": interpreters.new("far"),
        **variables,
    }
    plays = [_play([{"name": "add", "ansible.builtin.add_host": far}, *tasks], vars=variables)]
    surroundings = {"environment": {"HW_REGION_NAME": "cn-north-4"}}
    plays.append(_play([special("environment of the play", {}, places, interpreters)], **surroundings))
    plays.append(_play([special("become of the play", {}, places, interpreters)], become=True, vars=variables))
    return ansible.play(plays, cwd=cwd).succeeded()


def _play(tasks: Sequence[Task], **keywords: Any) -> dict[str, Any]:
    return {"hosts": "localhost", "gather_facts": False, **keywords, "tasks": list(tasks)}


@pytest.mark.parametrize("name", [*HANDED_OVER, "environment of the play", "become of the play"])
def test_the_module_runs(name: str, handed_over: Run, interpreters: Interpreters) -> None:
    """And returns the orders."""
    assert len(handed_over.result(name)["orders"]) == len(ORDERS)
    assert interpreters.starts(name) > 0


@pytest.mark.parametrize("name", KEPT)
def test_the_process_answers(name: str, handed_over: Run, interpreters: Interpreters) -> None:
    """No interpreter is started."""
    assert handed_over.event(name).event == "ok"
    assert interpreters.starts(name) == 0


def test_the_module_runs_where_the_controller_lacks_requests(
    ansible: Ansible, places: Clouded, interpreters: Interpreters
) -> None:
    """The module's interpreter has them: it may be another one."""
    folder = ansible.folder()
    (folder / "requests.py").write_text('raise ImportError("there are none here")\n', "utf-8")
    tasks = [special("without requests", {}, places, interpreters)]
    run = ansible.tasks(tasks, env={"PYTHONPATH": str(folder)})
    assert len(run.succeeded().result("without requests")["orders"]) == len(ORDERS)
    assert interpreters.starts("without requests") > 0


def test_a_switch_that_is_neither_on_nor_off_counts_as_off(
    ansible: Ansible, places: Clouded, interpreters: Interpreters
) -> None:
    """Whoever sets it wants the module."""
    task = special("odd switch", {"vars": {"modelarts_in_process": "perhaps"}}, places, interpreters)
    assert len(ansible.tasks([task]).succeeded().result("odd switch")["orders"]) == len(ORDERS)
    assert interpreters.starts("odd switch") > 0
