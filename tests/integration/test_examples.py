# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in the documentation runs: EXAMPLES of each plugin, and the code on the pages."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    ROOT,
    Ansible,
    Play,
    Run,
    Task,
    write_playbook,
)
from ansible_collections.huaweicloud.modelarts.tests.support.blocks import Block, blocks
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import KEYS, Clouds, Sim
from ansible_collections.huaweicloud.modelarts.tests.support.plugins import walk

#: The cloud in which the examples live. A task that fails here is an error of the example.
ORDERS: list[dict[str, Any]] = [
    {"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "state": "succeeded", "created": "1h", "count": 3},
    {"pool": "pool-7a01", "order_name": "order.pool-7a01-k2x9s", "state": "succeeded", "created": "2h"},
    {
        "pool": "pool-b2c3",
        "order_name": "order.pool-b2c3-zz1p0",
        "state": "failed",
        "reason": "No nodes.",
        "created": "2d",
    },
    {"pool": "pool-d4e5", "order_name": "order.pool-d4e5-p9q8r", "state": "pending", "created": "3h"},
]
FIRST = ORDERS[0]["order_name"]
#: Nobody wants to wait in a test for what the defaults of a real wait are good for.
IMPATIENT = {f"{COLLECTION}.modelarts_order_wait": {"interval": 0.2, "pending_interval": 0.2, "settle": 0}}
#: A play that goes on after a failed task: each is looked at.
PATIENT_PLAY: Play = {"gather_facts": False, "ignore_errors": True, "module_defaults": IMPATIENT}


@dataclasses.dataclass(frozen=True)
class Example:
    """What the examples of one plugin need to run: ``variables`` that a playbook around them would have."""

    variables: dict[str, Any] = dataclasses.field(default_factory=dict)


CREATED = {"json": {"metadata": {"name": "pool-5ed5", "labels": {"os.modelarts/order.name": FIRST}}}}
#: An entry for every plugin: a new one must say what its examples need.
EXAMPLES: dict[str, Example] = {
    "filter orders_report_html": Example(),
    "filter orders_table": Example(),
    "filter orders_timeline": Example(),
    "lookup modelarts_orders": Example({"pool": "pool-5ed5"}),
    "module modelarts_order_info": Example({"order_name": FIRST}),
    "module modelarts_order_wait": Example({"pool": CREATED, "order_names": [FIRST, ORDERS[1]["order_name"]]}),
    "test order_failed": Example(),
    "test order_finished": Example(),
    "test order_partial": Example(),
    "test order_pending": Example(),
    "test order_processing": Example(),
    "test order_succeeded": Example(),
}

#: Variables that task lists on the pages use without setting them.
PAGE_VARIABLES: dict[str, Any] = {
    "access_key": KEYS["access_key"],
    "bastion": "bastion",
    "order_name": FIRST,
    "order_names": [FIRST],
    "pool": CREATED,
    "secret_key": KEYS["secret_key"],
}
#: The same impatience for the role, whose options a play's module_defaults do not reach.
IMPATIENT_ROLE = {"wait_for_orders_interval": 0.2, "wait_for_orders_settle": 0}
_OUTPUT = "what a terminal shows, no code"
#: Blocks on the pages that are not run, by page and how they start, and why.
NOT_RUN: dict[tuple[str, str], str] = {
    ("README.md", "python3 -m pip install "): "needs Galaxy; test_readme.py installs from an archive",
    ("README.md", "git clone "): "test_readme.py runs it",
    ("README.md", "localhost | SUCCESS"): "test_readme.py compares it with what a terminal shows",
    ("docs/docsite/rst/waiting_guide.rst", "modelarts: 0/1 succeeded"): _OUTPUT,
    ("docs/docsite/rst/waiting_guide.rst", "modelarts: 1/1 succeeded"): _OUTPUT,
    **dict.fromkeys(
        (
            ("docs/docsite/rst/authentication_guide.rst", "- name: Wait in a CI job, by its own token"),
            ("docs/docsite/rst/authentication_guide.rst", "- name: Ask for the orders of the account that delegates"),
        ),
        "needs a CI system or a server of Huawei Cloud; tests/unit/client/test_logins.py logs in like that",
    ),
    # Rulebooks, and events as JSON: no task of ansible.
    (
        "docs/guides/event_driven.md",
        "",
    ): "tests/unit/events/test_guide.py checks its blocks, test_event_source.py runs them",
    ("roles/simulator/README.md", "python3 roles/simulator/files/modelarts_simulator start "): "has tests of its own",
    ("roles/simulator/README.md", "simulator_orders:"): "no task; test_simulator_role.py loads it",
}


def title(kind: str, name: str) -> str:
    """Return what EXAMPLES calls a plugin."""
    return f"{kind} {name.removeprefix(COLLECTION + '.')}"


def test_every_plugin_is_documented_and_listed(documentation: dict[str, Any]) -> None:
    """What lies in plugins/ is what ansible-doc knows, with examples, and what is run below."""
    kinds = {kind for kind, dummy in walk()}
    known = {(kind, name) for kind in kinds for name in documentation.get(kind, {})}
    assert known == walk()
    assert [name for kind, name in known if not documentation[kind][name].get("examples")] == []
    assert {title(kind, name) for kind, name in known} == set(EXAMPLES)


def named(tasks: list[Task], prefix: str) -> list[Task]:
    """Return tasks whose names start with the prefix, blocks and all."""
    parts = ("block", "rescue", "always")
    return [
        {
            **task,
            "name": f"{prefix}: {task.get('name')}",
            **{part: named(task[part], prefix) for part in parts if part in task},
        }
        for task in tasks
    ]


@pytest.fixture(scope="module")
def sim(clouds: Clouds) -> Sim:
    """Return the cloud in which the examples live."""
    return clouds.new(ORDERS)


@pytest.fixture(scope="module")
def run(ansible: Ansible, sim: Sim, documentation: dict[str, Any]) -> Run:
    """Run the EXAMPLES of all plugins, one play for each, with credentials in the environment as they assume."""
    plays: list[Play] = []
    for kind, name in sorted(walk()):
        prefix = title(kind, name)
        tasks = yaml.safe_load(documentation[kind][name].get("examples") or "[]")
        entry = EXAMPLES.get(prefix, Example())
        plays.append({"hosts": "localhost", **PATIENT_PLAY, "vars": entry.variables, "tasks": named(tasks, prefix)})
    return ansible.play(plays, env=sim.environment)


@pytest.mark.parametrize("plugin", EXAMPLES)
def test_examples_run(run: Run, plugin: str) -> None:
    """Every task of them ran, and none failed."""
    mine = [event for event in run.events if event.task.startswith(f"{plugin}: ")]
    assert mine, run.output
    assert [(event.task, event.result.get("msg")) for event in mine if event.failed] == []
    assert "TASK [" + plugin in run.stdout


def test_examples_are_not_deprecated(run: Run) -> None:
    """Nor do they make ansible warn of anything."""
    assert "deprecat" not in run.succeeded().output.lower()
    assert "[WARNING]" not in run.output


BLOCKS = blocks(ROOT)
IDS = [f"{block.path}:{block.line}" for block in BLOCKS]


def reason(block: Block) -> str:
    """Return why a block is not run, or nothing."""
    return next(
        (why for (path, start), why in NOT_RUN.items() if block.path == path and block.text.startswith(start)), ""
    )


def test_exceptions_are_still_there() -> None:
    """A block that was changed or dropped leaves no excuse behind."""
    assert [
        key for key in NOT_RUN if not any(block.path == key[0] and block.text.startswith(key[1]) for block in BLOCKS)
    ] == []


def impatient(block: Block) -> list[Play]:
    """Return the plays of a playbook, which do not wait for minutes."""
    return [{**play, **({"module_defaults": IMPATIENT} if "hosts" in play else {})} for play in block.value()]


def commanded(block: Block) -> bool:
    """Whether a command on the same page runs this playbook."""
    shells = [other for other in BLOCKS if other.path == block.path and other.kind == "shell"]
    return any(block.file_name in command for other in shells for command in other.commands())


@pytest.fixture(scope="module")
def pages(ansible: Ansible) -> dict[str, Path]:
    """Return a folder for each page, with the files that its blocks are; playbooks among them wait impatiently."""
    folders = {}
    for path in {block.path for block in BLOCKS}:
        folders[path] = folder = ansible.folder()
        for block in BLOCKS:
            if block.path == path and block.file_name:
                (folder / block.file_name).parent.mkdir(parents=True, exist_ok=True)
                (folder / block.file_name).write_text(block.text, encoding="utf-8")
                if block.kind == "playbook":
                    write_playbook(folder / block.file_name, impatient(block))
    return folders


@pytest.fixture(scope="module")
def lists(ansible: Ansible, sim: Sim) -> Run:
    """Run all task lists of the pages in one go, one play for each."""
    plays: list[Play] = []
    for block in BLOCKS:
        if block.kind == "tasks" and not reason(block):
            tasks = named(block.value(), f"{block.path}:{block.line}")
            plays.append({"hosts": "localhost", **PATIENT_PLAY, "vars": PAGE_VARIABLES, "tasks": tasks})
    return ansible.play(plays, env=sim.environment)


@pytest.mark.newest
@pytest.mark.parametrize("block", BLOCKS, ids=IDS)
def test_code_on_the_pages_runs(
    ansible: Ansible, sim: Sim, pages: dict[str, Path], request: pytest.FixtureRequest, block: Block
) -> None:
    """A playbook or a command ends well, no task of a list fails; what can't be run is listed with its reason."""
    if reason(block):
        return
    if block.kind == "tasks":
        run: Run = request.getfixturevalue("lists")
        mine = [event for event in run.events if event.task.startswith(f"{block.path}:{block.line}: ")]
        assert mine, run.output
        assert [(event.task, event.result.get("msg")) for event in mine if event.failed] == []
    elif block.kind == "playbook":
        if commanded(block):
            return  # with the command
        cwd = pages[block.path]
        name = block.file_name or f"block-{block.line}.yml"
        write_playbook(cwd / name, impatient(block))
        ansible.run(
            ["ansible-playbook", name, "-e", json.dumps(IMPATIENT_ROLE)], env=sim.environment, cwd=cwd
        ).succeeded()
    elif block.kind == "shell":
        run_commands(ansible, sim, pages[block.path], block)
    else:
        pytest.fail(
            f"{block.path}:{block.line}: no test can tell whether this {block.language or 'text'} is right: NOT_RUN"
        )


def run_commands(ansible: Ansible, sim: Sim, cwd: Path, block: Block) -> None:
    """Run each command; of ``export`` only the names count: they must be variables that the options know."""
    known = {name for option in CONNECTION.values() for name in option.env}
    for command in block.commands():
        if command[0] == "export":
            assert {word.split("=")[0] for word in command[1:]} <= known
            continue
        environment = ansible.environment(**sim.environment)
        program = [str(ansible.bin / command[0]), *command[1:]]
        done = subprocess.run(
            program, env=environment, cwd=cwd, capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_ansible_doc_renders_everything(ansible: Ansible, documentation: dict[str, Any]) -> None:
    """As text for a terminal, too: markup that it can't read ends in an error."""
    for kind in sorted({kind for kind, dummy in walk()}):
        names = sorted(name for each, name in walk() if each == kind)
        run = ansible.run(["ansible-doc", "-t", kind, *names]).succeeded()
        assert [name for name in names if name.rsplit(".", 1)[1].lower() not in run.stdout.lower()] == []
        assert "error" not in run.stderr.lower()
