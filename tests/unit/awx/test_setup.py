# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that sets AWX up, run with the real modules of awx.awx against a stand-in for the controller's API.

The collection awx.awx is found as every collection is, or in the folder that MODELARTS_TEST_COLLECTIONS names.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.tests.unit.awx.fake_controller import Controller

ROOT = Path(__file__).resolve().parents[3]
AWX = ROOT / "extensions" / "awx"
TYPE = "ModelArts (Huawei Cloud)"
BIN = Path(sys.executable).parent
FOLDER = os.environ.get("MODELARTS_TEST_COLLECTIONS", "")
THERE = (Path(FOLDER) / "ansible_collections/awx/awx").is_dir() or importlib.util.find_spec(
    "ansible_collections.awx"
) is not None
needs_awx = pytest.mark.skipif(
    not THERE, reason="awx.awx is not installed; MODELARTS_TEST_COLLECTIONS may name its folder"
)

#: The options of the modules of awx.awx that these files use, from their documentation.
_COMMON = {"name", "state", "description"}
OPTIONS = {
    "credential_type": _COMMON | {"kind", "inputs", "injectors"},
    "inventory": _COMMON | {"organization"},
    "host": _COMMON | {"inventory", "variables"},
    "project": _COMMON | {"organization", "scm_type", "scm_url", "scm_branch"},
    "job_template": _COMMON
    | {"organization", "job_type", "inventory", "project", "playbook", "forks", "timeout", "allow_simultaneous"}
    | {
        "ask_variables_on_launch",
        "extra_vars",
        "survey_enabled",
        "survey_spec",
        "credentials",
        "execution_environment",
    },
    "workflow_job_template": _COMMON
    | {
        "organization",
        "allow_simultaneous",
        "ask_variables_on_launch",
        "survey_enabled",
        "survey_spec",
        "workflow_nodes",
    },
    "schedule": _COMMON | {"rrule", "unified_job_template", "organization", "enabled"},
}
TASKS = [
    task
    for path in (AWX / "tasks/setup.yml", AWX / "tasks/templates.yml", AWX / "project/tasks/stop_looking.yml")
    for task in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def test_tasks_use_documented_options() -> None:
    """No module of awx.awx is given an option that it does not have."""
    used = {
        (name.rpartition(".")[2], option)
        for task in TASKS
        for name in task
        if name.startswith("awx.awx.")
        for option in task[name]
    }
    assert len(used) > 40
    assert [pair for pair in sorted(used) if pair[1] not in OPTIONS[pair[0]]] == []


def play(controller: Controller, home: Path, playbook: str, *arguments: str, ends: int = 0, **variables: Any) -> str:
    """Run a playbook with a controller's address in the environment; return what it printed."""
    inventory = home / "hosts"
    inventory.write_text(
        "localhost ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'\n"
    )
    env = {
        "HOME": str(home),
        "PATH": f"{BIN}{os.pathsep}{os.defpath}",
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": FOLDER or str(home),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY": str(inventory),
        "CONTROLLER_HOST": controller.url,
        "CONTROLLER_OAUTH_TOKEN": "a-token-of-the-tests",
    }
    extra = yaml.safe_dump(variables, default_flow_style=True, width=100_000).strip()
    command = [str(BIN / "ansible-playbook"), playbook, *arguments, "-e", extra]
    done = subprocess.run(command, env=env, cwd=home, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == ends, done.stdout + done.stderr
    return done.stdout + done.stderr


PLAYBOOK = str(ROOT / "playbooks/awx_setup.yml")
SETTINGS: dict[str, Any] = {
    "awx_setup_project_url": "https://git.example.com/jobs.git",
    "awx_setup_credentials": ["my cloud"],
    "awx_setup_controller_credential": "my controller",
}


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """Return a controller that was set up for one organization and then for another one, under the same names."""
    with Controller() as made:
        made.add("credential_types", {"name": TYPE, "kind": "cloud"})
        for organization in ("Other", "Default"):
            made.credential("my cloud", TYPE, organization)
            made.credential("my controller", "Red Hat Ansible Automation Platform", organization)
            place: dict[str, Any] = {"awx_setup_organization": organization}
            play(made, tmp_path_factory.mktemp("setup"), PLAYBOOK, **SETTINGS, **place)
        yield made


@needs_awx
def test_a_job_that_asks_the_controller_has_its_credential(tmp_path: Path) -> None:
    """Without one it would ask this machine, and fail: what needs it is not made where none was named."""
    with Controller() as controller:
        play(controller, tmp_path, PLAYBOOK, awx_setup_project_url=SETTINGS["awx_setup_project_url"])
        asking = [row for row in controller.of("job_templates") if row["playbook"].startswith("stop_")]
        assert [row for row in asking if not row.get("_credentials")] == []


@needs_awx
def test_a_failed_synchronization_is_repeated(tmp_path: Path) -> None:
    """The first run fails and says so; the second one synchronizes again, whatever had gone wrong."""
    with Controller("failed") as controller:
        settings: dict[str, Any] = {"awx_setup_project_url": SETTINGS["awx_setup_project_url"]}
        assert "Project update failed" in play(controller, tmp_path, PLAYBOOK, ends=2, **settings)
        play(controller, tmp_path, PLAYBOOK, **settings)


@needs_awx
def test_the_credential_type_arrives_as_it_is_written(controller: Controller) -> None:
    """The braces of its injectors are for the controller: Ansible has not replaced them."""
    written = yaml.safe_load((AWX / "credential_type.yml").read_text(encoding="utf-8"))
    made = controller.by_name("credential_types")[written["name"]]
    assert {key: made[key] for key in ("kind", "inputs", "injectors")} == {
        key: written[key] for key in ("kind", "inputs", "injectors")
    }


@needs_awx
def test_templates_and_surveys_arrive(controller: Controller) -> None:
    """Every file has become a template with its survey, project, inventory and the credential that it needs."""
    made = controller.by_name("job_templates")
    names = {row["id"]: row["name"] for kind in controller.things for row in controller.of(kind) if "name" in row}
    for path in (AWX / "job_templates").glob("*.yml"):
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        template = made[written["name"]]
        assert template.get("survey_spec", {}) == written.get("survey_spec", {})
        assert (template["playbook"], names[template["project"]], names[template["inventory"]]) == (
            written["playbook"],
            "ModelArts",
            "ModelArts",
        )
        given = [names[row["id"]] for row in template["_credentials"]]
        assert given == (["my controller"] if path.stem == "stop_looking" else ["my cloud"])


@needs_awx
def test_the_workflow_arrives(controller: Controller) -> None:
    """Its nodes are joined as the file says, and the schedule is there but off."""
    nodes = {node["identifier"]: node for node in controller.of("workflow_job_template_nodes")}
    joined = {
        (name, kind, other["identifier"])
        for name, node in nodes.items()
        for kind in ("success", "failure")
        for row in node.get(f"_{kind}_nodes", [])
        for other in nodes.values()
        if other["id"] == row["id"]
    }
    assert joined == {
        ("look", "success", "stop-after-success"),
        ("look", "failure", "only-unfinished"),
        ("only-unfinished", "failure", "stop-after-failure"),
    }
    (schedule,) = controller.of("schedules")
    assert schedule["enabled"] is False and "MINUTELY" in schedule["rrule"]


@needs_awx
def test_localhost_finds_its_python(controller: Controller) -> None:
    """The host's variable is a template that each job evaluates for itself."""
    (host,) = controller.of("hosts")
    assert "{{ ansible_playbook_python }}" in host["variables"]


@needs_awx
def test_twice_is_once(controller: Controller, tmp_path: Path) -> None:
    """A second run adds nothing, and leaves a schedule alone that was turned on."""
    (schedule,) = controller.of("schedules")
    schedule["enabled"] = True
    controller.writes.clear()
    play(controller, tmp_path, str(ROOT / "playbooks/awx_setup.yml"), **SETTINGS)
    assert [write for write in controller.writes if re_created(write)] == []
    assert schedule["enabled"] is True


def re_created(write: str) -> bool:
    """Whether a request made a thing anew, as against one that repeats a survey."""
    return write.startswith("POST") and not write.endswith("/survey_spec/")


@needs_awx
def test_the_last_node_turns_the_schedule_off(controller: Controller, tmp_path: Path) -> None:
    """The job stop_looking does it, by the name that its template gives it."""
    (schedule,) = controller.of("schedules")
    schedule["enabled"] = True
    play(controller, tmp_path, str(AWX / "project/stop_looking.yml"), modelarts_schedule=schedule["name"])
    assert schedule["enabled"] is False
