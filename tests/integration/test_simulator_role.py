# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role simulator: what it loads, what it hands out, what it says of mistakes, and check mode."""

from __future__ import annotations

import concurrent.futures
import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    INFO,
    ROOT,
    Ansible,
    Run,
    Task,
    write_playbook,
)
from ansible_collections.huaweicloud.modelarts.tests.support.blocks import blocks
from modelarts_simulator.cloud import Cloud

pytestmark = pytest.mark.newest
ORDERS: list[dict[str, Any]] = [{"pool": "pool-5ed5", "order_name": "order.a", "state": "succeeded"}]
OTHER: dict[str, Any] = {
    "keys": [{"access_key": "AKotherOfTheTests", "secret_key": "SKotherOfTheTests", "security_token": "STother"}],
    "region": "eu-west-101",
    "projects": [{"id": "projectofthetests", "name": "eu-west-101"}],
}
REHEARSALS = [block for block in blocks(ROOT) if block.kind == "playbook" and f"{COLLECTION}.simulator" in block.text]


#: Where a user's own variables say who asks and whom; a rehearsal is to hear of none of them.
OTHERS = [name for option in CONNECTION.values() for name in option.env if name.startswith(("HW_", "HUAWEICLOUD_"))]
TUNING = ["HW_MAX_RETRIES"]


def simulator(title: str, /, **variables: Any) -> Task:
    """Return a task that runs the role; a failure of it ends the play."""
    given = {f"simulator_{key}": value for key, value in variables.items()}
    return {"name": title, "ansible.builtin.include_role": {"name": f"{COLLECTION}.simulator"}, "vars": given}


def ask(name: str) -> Task:
    """Return a task that asks the simulator with what the role has set."""
    return {"name": name, INFO: {"retries": 0}, "environment": "{{ simulator_environment }}"}


def show(name: str, variable: str = "simulator_environment") -> Task:
    return {"name": name, "ansible.builtin.debug": {"var": variable}}


def admin(name: str, path: str) -> Task:
    headers = {"X-Simulator-Token": "{{ simulator_token }}"}
    return {
        "name": name,
        "ansible.builtin.uri": {"url": f"{{{{ simulator_endpoint }}}}/_sim/{path}", "headers": headers},
    }


def pool_names(run: Run, task: str) -> list[str]:
    return [order["resource_display_name"] for order in run.result(task)["orders"]]


def left(ansible: Ansible) -> list[Path]:
    """Return the files of simulators; those of a run that has just ended have a moment."""
    end = time.monotonic() + 10
    while (found := list(ansible.temporary.glob("modelarts-simulator-*/*"))) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def each(ansible: Ansible, given: Sequence[dict[str, Any]], *arguments: str) -> Run:
    """Run the role with these variables, each on a host of its own, whose name is their number."""
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hosts = {
        f"host{number}": {**local, **{f"simulator_{key}": value for key, value in variables.items()}}
        for number, variables in enumerate(given)
    }
    cwd = ansible.folder()
    (cwd / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    return ansible.tasks([simulator("start"), show("show")], "-i", "hosts.json", *arguments, cwd=cwd, hosts="all")


def test_what_is_loaded_is_what_the_next_task_uses(ansible: Ansible) -> None:
    run = ansible.tasks(
        [
            simulator("start", orders=ORDERS),
            ask("first"),
            simulator("load", orders=ORDERS, settings={**OTHER, "spelling": "example"}),
            ask("second"),
            admin("raw", "state"),
            simulator("the same again", orders=ORDERS, settings=OTHER, spelling="example"),
            ask("third"),
        ]
    ).succeeded()
    assert [run.result(name)["orders"][0]["order_name"] for name in ("first", "second", "third")] == ["order.a"] * 3
    assert run.result("raw")["json"]["settings"]["spelling"] == "example"
    changes = [
        event.result["changed"] for event in run.of(f"{COLLECTION}.simulator : Start | Start it, or load what is new")
    ]
    assert changes == [True, True, False]


# One for each run


def test_the_plays_of_a_run_share_one_that_ends_with_it(ansible: Ansible) -> None:
    plays = [
        {
            "hosts": host,
            "gather_facts": False,
            "tasks": [simulator("start", orders=ORDERS), show(host, "simulator_token")],
        }
        for host in ("localhost", "bastion")
    ]
    run = ansible.play(plays).succeeded()
    assert run.result("localhost")["simulator_token"] == run.result("bastion")["simulator_token"]
    assert left(ansible) == []


def test_two_rehearsals_at_once_never_see_each_other(ansible: Ansible) -> None:
    rendezvous = ansible.folder()

    def rehearse(mine: str, other: str) -> Run:
        """Start, and ask only when the other one has started as well."""
        return ansible.tasks(
            [
                simulator("start", orders=[{"pool": mine, "state": "succeeded"}]),
                {
                    "name": "here",
                    "ansible.builtin.file": {"path": str(rendezvous / mine), "state": "touch", "mode": "0600"},
                },
                {
                    "name": "there",
                    "ansible.builtin.wait_for": {"path": str(rendezvous / other), "sleep": 1, "timeout": 60},
                },
                ask("ask"),
            ]
        ).succeeded()

    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = list(pool.map(rehearse, ("pool-a", "pool-b"), ("pool-b", "pool-a")))
    assert [pool_names(run, "ask") for run in runs] == [["pool-a"], ["pool-b"]]
    assert left(ansible) == []


def test_a_run_is_told_by_its_machine_and_the_parent_of_who_asks() -> None:
    variables = yaml.safe_load((ROOT / "roles/simulator/vars/main.yml").read_text(encoding="utf-8"))
    script = str(variables["__simulator_who"])
    for program in (script, script.replace("/proc/", "/nowhere/")):  # by Linux's own files, elsewhere by ps
        told = subprocess.run(["sh", "-c", program], stdout=subprocess.PIPE, text=True, check=True).stdout
        assert told == f"{os.uname().nodename}-{os.getppid()}\n"


def test_it_ends_where_the_run_is_killed(ansible: Ansible) -> None:
    cwd = ansible.folder()
    # A killed run's pause would wait for its prompt for good.
    tasks = [simulator("start"), {"name": "wait", "ansible.builtin.command": "sleep 20", "changed_when": False}]
    write_playbook(cwd / "play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    command = [str(ansible.bin / "ansible-playbook"), "play.yml"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=cwd, env=ansible.environment(), stdin=quiet, stdout=quiet, stderr=quiet) as run:
        end = time.monotonic() + 60
        while not list(ansible.temporary.glob("modelarts-simulator-*/*.json")) and time.monotonic() < end:
            time.sleep(0.1)
        run.kill()
    assert left(ansible) == []
    assert time.monotonic() < end, "it never started"


def test_one_with_a_name_is_found_and_stopped_by_later_runs(ansible: Ansible) -> None:
    start, stop = simulator("start", orders=ORDERS, name="kept"), simulator("stop", state="stopped", name="kept")
    first = ansible.tasks([start, show("show", "simulator_token")]).succeeded()
    second = ansible.tasks([start, show("show", "simulator_token"), ask("ask"), stop]).succeeded()
    assert first.result("show") == second.result("show")
    assert pool_names(second, "ask") == ["pool-5ed5"]
    assert left(ansible) == []


def test_no_credentials_around_reach_it_or_disturb_it(ansible: Ansible) -> None:
    around = {name: "canary.invalid" for name in OTHERS if name not in TUNING}
    module = {**ask("module"), "vars": {"modelarts_in_process": False}}
    run = ansible.tasks([simulator("start", orders=ORDERS), ask("here"), module, admin("log", "log")], env=around)
    log = run.succeeded().result("log")["json"]["requests"]
    assert [(row["auth"], row["status"]) for row in log] == [("aksk", 200)] * 2
    given = Cloud().environment("http://127.0.0.1:1")
    assert set(OTHERS) - set(given) == set(TUNING)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"settings": {"spelling": "example"}, "spelling": "table"}, "'table' contradicts settings.spelling 'example'"),
    ({"settings": {"keys": []}}, "settings.keys: at least one key is needed"),
    ({"orders": [{"pool": "a", "created": "soon"}]}, "orders[0]: created: 'soon' is not a duration"),
    ({"port": 70000}, "port 70000 does not exist"),
    ({"python": "/nowhere/python3"}, "/nowhere/python3"),
]


def test_a_mistake_is_one_line(ansible: Ansible) -> None:
    run = each(ansible, [variables for variables, dummy in MISTAKES])
    for number, (dummy, words) in enumerate(MISTAKES):
        last = [event for event in run.events if event.host == f"host{number}"][-1]
        assert last.failed and words in last.result["msg"]
        assert len(last.result["msg"].splitlines()) == 1


# Check mode


def test_check_mode_foresees_the_whole_environment(ansible: Ansible) -> None:
    settings: list[dict[str, Any]] = [{}, OTHER, {"keys": OTHER["keys"]}]
    run = each(ansible, [{"settings": given, "port": 8123} for given in settings], "--check").succeeded()
    for number, given in enumerate(settings):
        foreseen = run.result("show", f"host{number}")["simulator_environment"]
        assert foreseen == Cloud(settings=given).environment("http://127.0.0.1:8123")
    assert left(ansible) == []


def test_check_mode_hands_out_what_runs(ansible: Ansible) -> None:
    started = ansible.tasks([simulator("start", settings=OTHER, name="kept"), show("show")]).succeeded()
    checked = ansible.tasks([simulator("start", name="kept"), show("show"), ask("ask")], "--check").succeeded()
    assert checked.result("show") == started.result("show")
    ansible.tasks([simulator("stop", state="stopped", name="kept")]).succeeded()
    assert left(ansible) == []


def test_the_demo_gets_through_check_mode(ansible: Ansible) -> None:
    run = ansible.run(["ansible-playbook", f"{COLLECTION}.demo", "--check"]).succeeded()
    assert [event for event in run.events if event.failed] == []
    assert left(ansible) == []


def test_rehearsals_on_the_pages_get_through_check_mode(ansible: Ansible) -> None:
    cwd = ansible.folder()
    names = [f"{block.path}:{block.line}.yml".replace("/", "-") for block in REHEARSALS]
    for name, block in zip(names, REHEARSALS, strict=True):
        write_playbook(cwd / name, block.value())
    run = ansible.run(["ansible-playbook", *names, "--check"], cwd=cwd).succeeded()
    assert [event for event in run.events if event.failed] == []
    assert left(ansible) == []


def test_the_story_of_a_pool_on_the_page_can_be_loaded() -> None:
    (story,) = (block for block in blocks(ROOT) if block.text.startswith("simulator_orders:"))
    Cloud(orders=story.value()["simulator_orders"])


def test_the_pages_are_all_there() -> None:
    pages = {block.path for block in REHEARSALS}
    assert pages >= {"roles/simulator/README.md", "docs/docsite/rst/simulator_guide.rst"}
