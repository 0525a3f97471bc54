# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook that sets AWX up, run with the real modules of awx.awx against a stand-in for the controller's API.

The collection awx.awx is found as every collection is, or in the folder that MODELARTS_TEST_COLLECTIONS names: the
wheel of the package `ansible` has it, in `ansible_collections/`. These tests take more than a minute of processor time.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.tests.unit.awx.controller_rules import VariableLoader, extra_vars_file
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

#: The options of the modules of awx.awx and ansible.controller that these files use, from their documentation.
_COMMON = {"name", "state", "description"}
_PROMPTS = {"ask_variables_on_launch", "survey_enabled", "survey_spec", "allow_simultaneous"}
OPTIONS = {
    "credential_type": _COMMON | {"kind", "inputs", "injectors"},
    "inventory": _COMMON | {"organization"},
    "host": _COMMON | {"inventory", "variables"},
    "credential": _COMMON | {"organization", "credential_type"},
    "project": _COMMON | {"organization", "scm_type", "scm_url", "scm_branch", "credential", "update_project", "wait"},
    "job_template": _COMMON
    | _PROMPTS
    | {"organization", "job_type", "inventory", "project", "playbook", "forks", "timeout", "extra_vars", "credentials"}
    | {"execution_environment"},
    "workflow_job_template": _COMMON | _PROMPTS | {"organization", "workflow_nodes"},
    "schedule": _COMMON | {"rrule", "unified_job_template", "organization", "enabled"},
}
TASKS = [
    task
    for path in (AWX / "tasks/setup.yml", AWX / "tasks/templates.yml", AWX / "project/tasks/stop_polling.yml")
    for task in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def test_tasks_use_documented_options() -> None:
    """No module of the controller's collections is given an option that it does not have."""
    used = {(name, option) for task in TASKS for name in task if name in OPTIONS for option in task[name]}
    assert {name for name, dummy in used} == set(OPTIONS)
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


def load(path: Path) -> Any:
    """Return what a file of variables holds, where `!unsafe` keeps braces for the controller."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=VariableLoader)


@needs_awx
def test_a_job_that_asks_the_controller_has_its_credential(tmp_path: Path) -> None:
    """Without one it would ask this machine, and fail: what needs it is not made where none was named.

    The settings come as a survey's answers do, most of them empty, and the one credential is of another type.
    """
    settings = re.findall(r"^    (awx_setup_\w+):", Path(PLAYBOOK).read_text(encoding="utf-8"), re.MULTILINE)
    unanswered = {name: "" for name in settings if name != "awx_setup_files"}
    answers = {
        **unanswered,
        "awx_setup_project_url": SETTINGS["awx_setup_project_url"],
        "awx_setup_credentials": "mine,",
    }
    (tmp_path / "vars.yml").write_text(extra_vars_file(answers), encoding="utf-8")
    with Controller() as controller:
        controller.credential("another", "Source Control")
        mine = controller.credential("mine", "Source Control")
        play(controller, tmp_path, PLAYBOOK, "-e", f"@{tmp_path}/vars.yml")
        assert all(row["_credentials"] == [{"id": mine}] for row in controller.of("job_templates"))
        asking = [row for row in controller.of("job_templates") if row["playbook"].startswith("stop_")]
        assert [row for row in asking if not row.get("_credentials")] == []


@needs_awx
def test_a_failed_synchronization_is_repeated(tmp_path: Path) -> None:
    """The first run fails and says so; the second one synchronizes again, whatever had gone wrong."""
    with Controller("failed") as controller:
        settings: dict[str, Any] = {"awx_setup_project_url": SETTINGS["awx_setup_project_url"]}
        assert "Project update failed" in play(controller, tmp_path, PLAYBOOK, ends=2, **settings)
        play(controller, tmp_path, PLAYBOOK, **settings)


def written(kind: str) -> dict[str, Any]:
    """Return what the files say of a kind, by name, before its templates are evaluated with empty settings."""
    rows = [row for path in (AWX / "controller").glob("*.yml") for row in load(path).get(f"controller_{kind}", ())]
    return {row["name"].replace("{{ awx_setup_prefix | default('', true) }}", ""): row for row in rows}


def within(controller: Controller, kind: str, organization: str = "Default") -> dict[str, Any]:
    """Return all things of a kind that an organization has, by name."""
    number = controller.by_name("organizations")[organization]["id"]
    return {row["name"]: row for row in controller.of(kind) if row["organization"] == number}


@needs_awx
def test_the_credential_type_arrives_as_it_is_written(controller: Controller) -> None:
    """The braces of its injectors are for the controller: Ansible has not replaced them."""
    made = controller.by_name("credential_types")[TYPE]
    for key in ("kind", "inputs", "injectors"):
        assert made[key] == written("credential_types")[TYPE][key]


@needs_awx
@pytest.mark.parametrize("organization", ["Default", "Other"])
def test_templates_and_surveys_arrive(controller: Controller, organization: str) -> None:
    """Each has its survey, and the project, inventory and credential of its own organization under the same name."""
    made = within(controller, "job_templates", organization)
    assert set(made) == set(written("templates"))
    mine = controller.by_name("organizations")[organization]["id"]
    things = {row["id"]: row for kind in list(controller.things) for row in controller.of(kind)}
    for name, template in written("templates").items():
        assert made[name].get("survey_spec", {}) == template.get("survey_spec", {})
        assert made[name]["playbook"] == template["playbook"]
        given = [things[row["id"]] for row in made[name]["_credentials"]]
        stops = template["playbook"] == "stop_polling.yml"
        assert [row["name"] for row in given] == (["my controller"] if stops else ["my cloud"])
        for used in (things[made[name]["project"]], things[made[name]["inventory"]], *given):
            assert used["organization"] == mine


@needs_awx
@pytest.mark.parametrize("organization", ["Default", "Other"])
def test_the_workflow_arrives(controller: Controller, organization: str) -> None:
    """Its nodes are joined as the file says and run the organization's templates, and the schedule is there but off."""
    (workflow,) = within(controller, "workflow_job_templates", organization).values()
    every = controller.of("workflow_job_template_nodes")
    nodes = {node["identifier"]: node for node in every if node["workflow_job_template"] == workflow["id"]}
    mine = {row["id"] for row in within(controller, "job_templates", organization).values()}
    assert {node["unified_job_template"] for node in nodes.values()} <= mine
    joined = {
        (name, kind, other["identifier"])
        for name, node in nodes.items()
        for kind in ("success", "failure")
        for row in node.get(f"_{kind}_nodes", [])
        for other in nodes.values()
        if other["id"] == row["id"]
    }
    assert joined == {
        ("poll", "success", "stop-after-success"),
        ("poll", "failure", "only-unfinished"),
        ("only-unfinished", "failure", "stop-after-failure"),
    }
    (schedule,) = (row for row in controller.of("schedules") if row["unified_job_template"] == workflow["id"])
    assert schedule["enabled"] is False and "MINUTELY" in schedule["rrule"]


@needs_awx
def test_localhost_finds_its_python(controller: Controller) -> None:
    """The host's variable is a template that each job evaluates for itself."""
    assert all("{{ ansible_playbook_python }}" in host["variables"] for host in controller.of("hosts"))
    assert len(controller.of("hosts")) == 2


@needs_awx
def test_twice_is_once(controller: Controller, tmp_path: Path) -> None:
    """A second run adds nothing but a synchronization, and leaves a schedule alone that was turned on."""
    for schedule in controller.of("schedules"):
        schedule["enabled"] = True
    controller.writes.clear()
    play(controller, tmp_path, PLAYBOOK, **SETTINGS)
    assert [write for write in controller.writes if not write.endswith(("/survey_spec/", "/update/"))] == []
    assert all(schedule["enabled"] for schedule in controller.of("schedules"))


@needs_awx
def test_the_last_node_turns_the_schedule_off(controller: Controller, tmp_path: Path) -> None:
    """The one that has started the workflow, by its ID: two organizations have one of the same name."""
    first, second = controller.of("schedules")
    first["enabled"] = second["enabled"] = True
    play(controller, tmp_path, str(AWX / "project/stop_polling.yml"), awx_parent_job_schedule_id=second["id"])
    assert (first["enabled"], second["enabled"]) == (True, False)
    play(controller, tmp_path, str(AWX / "project/stop_polling.yml"))
    assert first["enabled"] is True, "where a person has started the workflow, no schedule is turned off"


@needs_awx
@pytest.mark.parametrize("there", [False, True], ids=["nothing", "everything"])
def test_check_mode_changes_nothing(request: pytest.FixtureRequest, tmp_path: Path, there: bool) -> None:
    """Whatever of it is there already."""
    with Controller() as empty:
        controller = request.getfixturevalue("controller") if there else empty
        controller.writes.clear()
        play(controller, tmp_path, PLAYBOOK, "--check", **SETTINGS)
        assert controller.writes == []


@needs_awx
def test_a_prefix_and_what_an_administrator_has_changed(tmp_path: Path) -> None:
    """Every name but the type's begins with the prefix; with `exists` another run leaves alone what is there."""
    settings: dict[str, Any] = {"awx_setup_project_url": SETTINGS["awx_setup_project_url"], "awx_setup_prefix": "test "}
    with Controller() as controller:
        made_first = {id(row) for kind in list(controller.things) for row in controller.of(kind)}
        play(controller, tmp_path, PLAYBOOK, **settings)
        rows = [row for kind in list(controller.things) for row in controller.of(kind) if id(row) not in made_first]
        names = {row["name"] for row in rows if "name" in row} - {TYPE, "localhost"}
        assert len(names) > 6 and all(name.startswith("test ModelArts") for name in names)
        changed = next(iter(controller.of("job_templates")))
        changed["description"] = "by hand"
        controller.writes.clear()
        play(controller, tmp_path, PLAYBOOK, **settings, awx_setup_state="exists")
        assert controller.writes == [] and changed["description"] == "by hand"
