# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role simulator: what it loads, what it hands out, what it says of mistakes, and check mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    INFO,
    ROOT,
    Ansible,
    Run,
    Task,
    write_playbook,
)
from ansible_collections.huaweicloud.modelarts.tests.support.blocks import Block, blocks
from modelarts_simulator import process
from modelarts_simulator.cloud import Cloud

ORDERS: list[dict[str, Any]] = [{"pool": "pool-5ed5", "order_name": "order.a", "state": "succeeded"}]
OTHER: dict[str, Any] = {
    "keys": [{"access_key": "AKotherOfTheTests", "secret_key": "SKotherOfTheTests", "security_token": "STother"}],
    "region": "eu-west-101",
    "projects": [{"id": "projectofthetests", "name": "eu-west-101"}],
}
REHEARSALS = [block for block in blocks(ROOT) if block.kind == "playbook" and f"{COLLECTION}.simulator" in block.text]


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "simulator"
    yield str(folder)
    process.stop(str(folder / "state.json"))


def simulator(name: str, folder: str, **variables: Any) -> Task:
    """Return a task that runs the role; a failure of it ends the play."""
    given = {f"simulator_{key}": value for key, value in variables.items()}
    role = {"name": f"{COLLECTION}.simulator"}
    return {"name": name, "ansible.builtin.include_role": role, "vars": {**given, "simulator_directory": folder}}


def ask(name: str) -> Task:
    """Return a task that asks the simulator with what the role has set."""
    return {"name": name, INFO: {"retries": 0}, "environment": "{{ simulator_environment }}"}


def show(name: str) -> Task:
    return {"name": name, "ansible.builtin.debug": {"var": "simulator_environment"}}


def message(run: Run) -> str:
    """Return what the task that ended a play said."""
    assert run.rc != 0, run.output
    return str(run.events[-1].result["msg"])


def test_what_is_loaded_is_what_the_next_task_uses(ansible: Ansible, folder: str) -> None:
    run = ansible.tasks(
        [
            simulator("start", folder, orders=ORDERS),
            ask("first"),
            simulator("load", folder, orders=ORDERS, settings={**OTHER, "spelling": "example"}),
            ask("second"),
            {
                "name": "raw",
                "ansible.builtin.uri": {"url": "{{ simulator_endpoint }}/_sim/state", "return_content": True},
            },
            simulator("the same again", folder, orders=ORDERS, settings=OTHER, spelling="example"),
            ask("third"),
        ]
    ).succeeded()
    assert [run.result(name)["orders"][0]["order_name"] for name in ("first", "second", "third")] == ["order.a"] * 3
    assert run.result("raw")["json"]["settings"]["spelling"] == "example"
    changes = [
        event.result["changed"] for event in run.of(f"{COLLECTION}.simulator : Start | Start it, or load what is new")
    ]
    assert changes == [True, True, False]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"settings": {"spelling": "example"}, "spelling": "table"}, "'table' contradicts settings.spelling 'example'"),
        ({"settings": {"keys": []}}, "settings.keys: at least one key is needed"),
        ({"orders": [{"pool": "a", "created": "soon"}]}, "orders[0]: created: 'soon' is not a duration"),
        ({"port": 70000}, "port 70000 does not exist"),
        ({"python": "/nowhere/python3"}, "/nowhere/python3"),
    ],
)
def test_a_mistake_is_one_line(ansible: Ansible, folder: str, variables: dict[str, Any], words: str) -> None:
    told = message(ansible.tasks([simulator("start", folder, **variables)]))
    assert words in told
    assert len(told.splitlines()) == 1


# Check mode


@pytest.mark.parametrize("settings", [{}, OTHER, {"keys": OTHER["keys"]}])
def test_check_mode_foresees_the_whole_environment(ansible: Ansible, folder: str, settings: dict[str, Any]) -> None:
    start = simulator("start", folder, settings=settings, port=8123)
    run = ansible.tasks([start, show("show")], "--check").succeeded()
    assert run.result("show")["simulator_environment"] == Cloud(settings=settings).environment("http://127.0.0.1:8123")
    assert not Path(folder).exists()


def test_check_mode_hands_out_what_runs(ansible: Ansible, folder: str) -> None:
    started = ansible.tasks([simulator("start", folder, settings=OTHER), show("show")]).succeeded()
    checked = ansible.tasks([simulator("start", folder), show("show"), ask("ask")], "--check").succeeded()
    assert checked.result("show") == started.result("show")


def left(ansible: Ansible) -> list[Path]:
    return list(ansible.temporary.glob("modelarts-simulator-*/state.json"))


def test_the_demo_gets_through_check_mode(ansible: Ansible) -> None:
    run = ansible.run(["ansible-playbook", f"{COLLECTION}.demo", "--check"]).succeeded()
    assert [event for event in run.events if event.failed] == []
    assert left(ansible) == []


@pytest.mark.parametrize("block", REHEARSALS, ids=[f"{block.path}:{block.line}" for block in REHEARSALS])
def test_rehearsals_on_the_pages_get_through_check_mode(ansible: Ansible, block: Block) -> None:
    cwd = ansible.folder()
    write_playbook(cwd / "rehearsal.yml", block.value())
    run = ansible.run(["ansible-playbook", "rehearsal.yml", "--check"], cwd=cwd).succeeded()
    assert [event for event in run.events if event.failed] == []
    assert left(ansible) == []


def test_the_pages_are_all_there() -> None:
    pages = {block.path for block in REHEARSALS}
    assert pages >= {"roles/simulator/README.md", "docs/docsite/rst/simulator_guide.rst"}
