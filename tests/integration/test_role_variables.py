# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the roles as surveys and extra vars give them: empty, as text, and false or 0 that must count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT, Ansible, Run
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim
from ansible_collections.huaweicloud.modelarts.tests.unit.awx.controller_rules import extra_vars_file

TABLES: dict[str, Mapping[str, _options.Option]] = {"wait_for_orders": _options.WAIT, "order_report": _options.INFO}
ROLES = sorted(TABLES)
#: Names that YAML would read as a number or a time.
ODD_NAMES = ("0755", "12345", "1_000", "1.10", "0x1f", "2026-11-01", "1e3", "0")
ORDERS: list[dict[str, Any]] = [
    {"pool": "pool-done", "order_name": "done", "state": "succeeded", "created": "1h"},
    {"pool": "pool-bad", "order_name": "bad", "state": "failed", "created": "1h", "resources": [{"message": "full"}]},
    {"pool": "pool-long", "order_name": "long", "timeline": [{"state": "processing"}]},
    {"pool": "pool-odd", "order_name": "0755", "state": "succeeded", "created": "2h"},
    {"pool": "pool-odd", "order_name": "0644", "state": "failed", "created": "2h"},
    *({"pool": name, "order_name": f"order.{name}", "state": "succeeded", "created": "1h"} for name in ODD_NAMES),
]


def variables(role: str) -> list[str]:
    """Return all variables that a role documents."""
    text = (ROOT / "roles" / role / "meta/argument_specs.yml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["argument_specs"]["main"]["options"])


def small(option: _options.Option, as_text: bool) -> Any:
    """Return a value of an option that is as good as none in a condition, but is one."""
    value = {"bool": False, "int": 0, "float": 0}.get(option.type, "x")
    return str(value).lower() if as_text else value


@pytest.fixture(scope="module")
def sim(clouds: Clouds) -> Sim:
    """Return a cloud with an order of each kind."""
    return clouds.new(ORDERS)


def play(ansible: Ansible, sim: Sim, role: str, **given: Any) -> Run:
    """Run the playbook of a role with these extra variables."""
    command = ["ansible-playbook", f"{COLLECTION}.{role}", "-e", json.dumps(given)]
    return ansible.run(command, env=sim.environment)


def waited(run: Run) -> dict[str, Any]:
    """Return what the wait returned, however it ended."""
    return run.event("huaweicloud.modelarts.wait_for_orders : Wait for the orders").result


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_may_be_empty(ansible: Ansible, sim: Sim, tmp_path: Any, role: str) -> None:
    """As unanswered questions of a survey are: then nothing but the one that says what is meant counts."""
    page = tmp_path / "orders.html"
    needed = {"wait_for_orders_order_names": "done"} if role == "wait_for_orders" else {"order_report_dest": str(page)}
    run = play(ansible, sim, role, **{**dict.fromkeys(variables(role), ""), **needed})
    run.succeeded()
    if role == "order_report":
        text = page.read_text(encoding="utf-8")
        assert "<h1>ModelArts orders</h1>" in text
        assert all(order["pool"] in text for order in ORDERS)
        assert page.stat().st_mode & 0o777 == 0o644


MODES: dict[Any, int | None] = {
    0o640: 0o640,
    "0640": 0o640,
    640: 0o640,
    "640": 0o640,
    0o600: 0o600,
    755: 0o755,
    "0755": 0o755,
    0o444: 0o444,
    "u=rw,g=r,o=": 0o640,
    "": 0o644,
    None: 0o644,
    **dict.fromkeys((400, 444, "416", 0, 7, 99999)),
}


def test_permissions_are_what_was_written(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """YAML makes the number 416 of 0640, which Ansible would read as 0416; what may mean two things is refused."""
    tasks = [
        {
            "block": [
                {
                    "ansible.builtin.include_role": {"name": f"{COLLECTION}.order_report"},
                    "vars": {"order_report_dest": str(tmp_path / str(number)), "order_report_mode": mode},
                }
            ],
            "rescue": [
                {"name": f"refused {number}", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
            ],
        }
        for number, mode in enumerate(MODES)
    ]
    run = ansible.tasks(tasks, env=sim.environment)
    for number, (given, mode) in enumerate(MODES.items()):
        if mode is None:
            said = f'order_report_mode: {given} is no usual permission: write one in quotes, for instance "0640"'
            assert run.result(f"refused {number}")["msg"] == said
            assert not (tmp_path / str(number)).exists()
        else:
            assert (tmp_path / str(number)).stat().st_mode & 0o777 == mode, given


@pytest.mark.parametrize("role", ROLES)
def test_every_secret_may_be_encrypted_inline(ansible: Ansible, sim: Sim, tmp_path: Path, role: str) -> None:
    """And whatever else belongs to a connection."""
    (tmp_path / "password").write_text("a password", encoding="utf-8")
    vault = ["--vault-password-file", str(tmp_path / "password")]
    lines = []
    for name, value in {"workspace_id": "", **sim.options}.items():
        if isinstance(value, str) and value:
            encrypt = ["ansible-vault", "encrypt_string", *vault, "--name", f"{role}_{name}", value]
            lines.append(ansible.run(encrypt).succeeded().stdout)
    (tmp_path / "vars.yml").write_text("\n".join(lines), encoding="utf-8")
    given = {"wait_for_orders_order_names": "done", "order_report_dest": str(tmp_path / "page.html")}
    command = ["ansible-playbook", f"{COLLECTION}.{role}", *vault, "-e", f"@{tmp_path}/vars.yml"]
    assert len(lines) > 3
    ansible.run([*command, "-e", json.dumps({k: v for k, v in given.items() if k.startswith(role)})]).succeeded()


@pytest.fixture
def becoming(ansible: Ansible, tmp_path: Path) -> str:
    """Return an inventory whose group variables ask for another user, whom nobody can become."""
    sudo = tmp_path / "sudo"
    sudo.write_text("#!/bin/sh\necho sudo: a password is required >&2\nexit 1\n", encoding="utf-8")
    sudo.chmod(0o755)
    inventory = yaml.safe_load(ansible.inventory.read_text(encoding="utf-8"))
    inventory["all"]["vars"] = {
        "ansible_become": True,
        "ansible_become_user": "nobody",
        "ansible_become_exe": str(sudo),
    }
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return str(tmp_path / "hosts.yml")


@pytest.mark.parametrize("playbook", ["wait_for_orders", "order_report", "on_order_succeeded", "on_order_failed"])
def test_playbooks_for_this_machine_become_nobody(
    ansible: Ansible, sim: Sim, tmp_path: Path, becoming: str, playbook: str
) -> None:
    """Whatever the group variables of the inventory say."""
    given = {
        "wait_for_orders": {"wait_for_orders_order_names": "done"},
        "order_report": {"order_report_dest": str(tmp_path / "page.html")},
        "on_order_succeeded": {"on_order_name": "done"},
        "on_order_failed": {"on_order_name": "bad"},
    }[playbook]
    command = ["ansible-playbook", "-i", becoming, f"{COLLECTION}.{playbook}", "-e", json.dumps(given)]
    ansible.run(command, env=sim.environment).succeeded()


def test_why_nobody_could_become_another_user(ansible: Ansible, sim: Sim, becoming: str) -> None:
    """The reason is what the program said, and not that a module has failed."""
    role = {"ansible.builtin.import_role": {"name": f"{COLLECTION}.wait_for_orders"}}
    command = ["-i", becoming, "-e", json.dumps({"wait_for_orders_pools": "pool-done"})]
    run = ansible.tasks([role], *command, env=sim.environment)
    assert run.rc != 0
    assert "sudo: a password is required" in waited(run)["msg"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("given", ["nothing", "empty", "null", "values", "texts"])
def test_what_reaches_the_module(ansible: Ansible, role: str, given: str) -> None:
    """Nothing where nothing was given, and every false and 0, typed or as text."""
    tasks = yaml.safe_load((ROOT / "roles" / role / "tasks/main.yml").read_text(encoding="utf-8"))
    (arguments,) = (task[key] for task in tasks for key in task if key.startswith(f"{COLLECTION}.modelarts_order_"))
    table = TABLES[role]
    values = {name: small(option, given == "texts") for name, option in table.items()}
    if given not in ("values", "texts"):
        values = {} if given == "nothing" else dict.fromkeys(table, "" if given == "empty" else None)
    extra = {f"{role}_{name}": value for name, value in values.items()}
    show = {
        "ansible.builtin.set_fact": {"shown": True, **{f"got_{name}": template for name, template in arguments.items()}}
    }
    run = ansible.tasks([{"name": "show", **show}], "-e", json.dumps(extra)).succeeded()
    expected = values if given in ("values", "texts") else {}
    facts = run.result("show")["ansible_facts"]
    got = {name: facts[f"got_{name}"] for name in table if f"got_{name}" in facts}
    assert {name: str(value).lower() for name, value in got.items()} == {
        name: str(value).lower() for name, value in expected.items()
    }


@pytest.mark.parametrize("as_text", [False, True], ids=["typed", "text"])
def test_false_and_zero_count(ansible: Ansible, sim: Sim, as_text: bool) -> None:
    """With fail_fast off a failed order does not end the wait, and a wait without patience is one poll."""
    small_ones = {"fail_fast": False, "details": False, "wait_timeout": 0, "settle": 0, "heartbeat": 0, "latest": False}
    given = {f"wait_for_orders_{name}": str(value).lower() if as_text else value for name, value in small_ones.items()}
    result = waited(play(ansible, sim, "wait_for_orders", wait_for_orders_pools="pool-bad,pool-long", **given))
    assert result["timed_out"] is True
    assert result["polls"] == 1
    assert [order["order_name"] for order in result["failed_orders"]] == ["bad"]
    assert not any(order.get("resources") for order in result["orders"])


def test_a_wrong_number_is_refused_by_the_module(ansible: Ansible, sim: Sim) -> None:
    """The role takes any value, so that an empty one is possible; the message names the variable."""
    run = play(ansible, sim, "wait_for_orders", wait_for_orders_pools="pool-done", wait_for_orders_interval="often")
    assert run.rc != 0
    assert waited(run)["msg"].startswith("wait_for_orders_interval: 'often' is not a duration")


@pytest.mark.parametrize("given", [" done , order.0755,\n", '["done", "order.0755"]'])
def test_a_list_may_come_as_one_text(ansible: Ansible, sim: Sim, given: Any) -> None:
    """With commas or line breaks between its items, as people fill surveys in, or as JSON."""
    run = play(ansible, sim, "wait_for_orders", wait_for_orders_order_names=given).succeeded()
    assert sorted(order["order_name"] for order in waited(run)["orders"]) == ["done", "order.0755"]


def test_an_unknown_variable_is_warned_of(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """By its name, and with the one that is probably meant; those that are known, and of other roles, are not."""
    given = {"wait_for_orders_pols": "a", "wait_for_orders_wait_timout": 1, "order_report_titel": "a"}
    known = {"order_report_dest": str(tmp_path / "page.html"), "wait_for_orders_order_names": "done"}
    said = ""
    for role in ROLES:
        said += " ".join(play(ansible, sim, role, **given, **known).succeeded().stderr.split())
    assert "wait_for_orders_pols is not a variable of the role wait_for_orders: is wait_for_orders_pools meant?" in said
    assert "is wait_for_orders_wait_timeout meant?" in said
    assert "order_report_titel is not a variable of the role order_report: is order_report_title meant?" in said
    assert said.count("is not a variable") == 3


@pytest.mark.parametrize("job", [{}, {"awx_job_id": 7}], ids=["by hand", "a controller's job"])
def test_a_secret_that_a_controller_shows_is_warned_of(ansible: Ansible, sim: Sim, job: dict[str, int]) -> None:
    """Everybody who may see the job sees its extra variables; the warning names the variable and no value."""
    secret = sim.options["secret_key"]
    given = {"wait_for_orders_secret_key": secret, "wait_for_orders_access_key": sim.options["access_key"]}
    run = play(ansible, sim, "wait_for_orders", wait_for_orders_order_names="done", **given, **job).succeeded()
    said = (
        "wait_for_orders_secret_key is an extra variable, which the controller shows in plain: put it into a credential"
    )
    assert (said in " ".join(run.stderr.split())) is bool(job)
    assert secret not in run.output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give wait_for_orders_order_names, wait_for_orders_order_ids or wait_for_orders_involved_names"),
        ({"pools": '["a'}, "wait_for_orders_involved_names: [\"a can't be a name: give a list of names"),
        ({"pools": "a", "expected_count": "some"}, "argument 'wait_for_orders_expected_count'"),
        ({"pools": "a", "wait_timeout": "soon"}, "wait_for_orders_wait_timeout: 'soon' is not a duration"),
        (
            {"pools": "a", "access_key": "AK"},
            "wait_for_orders_secret_key missing: wait_for_orders_access_key was given",
        ),
    ],
)
def test_errors_speak_of_the_roles_variables(ansible: Ansible, sim: Sim, given: dict[str, Any], said: str) -> None:
    """Whoever fills in a survey has never heard of the module's options."""
    result = waited(play(ansible, sim, "wait_for_orders", **{f"wait_for_orders_{k}": v for k, v in given.items()}))
    assert said in result["msg"]
    assert not result.get("requests")


@pytest.mark.parametrize("role", ROLES)
def test_a_controllers_file_of_variables(ansible: Ansible, sim: Sim, tmp_path: Path, role: str) -> None:
    """It holds unsafe texts, of which ansible-core 2.19 and later make None, times and numbers: 0755 becomes 493."""
    answers = {
        **dict.fromkeys(variables(role), ""),
        f"{role}_order_names": [f"order.{name}" for name in ODD_NAMES],
        f"{role}_since": "2026-01-01T08:00:00Z",
        f"{role}_timeout": "30",
        f"{role}_project_id": sim.project,
    }
    if role == "wait_for_orders":
        answers |= {"wait_for_orders_involved_names": list(ODD_NAMES), "wait_for_orders_accept_partial": "false"}
    else:
        page = {"order_report_dest": str(tmp_path / "page"), "order_report_now": "2026-11-01T08:00:00Z"}
        answers |= {**page, "order_report_title": "2026", "order_report_mode": "0600"}
    (tmp_path / "vars.yml").write_text(extra_vars_file(answers), encoding="utf-8")
    command = ["ansible-playbook", f"{COLLECTION}.{role}", "-e", f"@{tmp_path}/vars.yml"]
    run = ansible.run(command, env=sim.environment).succeeded()
    if role == "wait_for_orders":
        assert waited(run)["summary"]["succeeded"] == len(ODD_NAMES)
    else:
        assert all(f"order.{name}" in (tmp_path / "page").read_text(encoding="utf-8") for name in ODD_NAMES)
        assert "<h1>2026</h1>" in (tmp_path / "page").read_text(encoding="utf-8")
        assert (tmp_path / "page").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("end", ["succeeded", "failed"])
def test_what_a_rulebooks_job_gets(ansible: Ansible, sim: Sim, tmp_path: Path, end: str) -> None:
    """The name of the order, which may read as a number, and no tasks to go on with."""
    answers = {"on_order_name": {"succeeded": "0755", "failed": "0644"}[end], "on_order_tasks": ""}
    (tmp_path / "vars.yml").write_text(extra_vars_file(answers), encoding="utf-8")
    command = ["ansible-playbook", f"{COLLECTION}.on_order_{end}", "-e", f"@{tmp_path}/vars.yml"]
    ansible.run(command, env=sim.environment).succeeded()


@pytest.mark.parametrize("pool", ["0755", "0x1f"])
def test_one_answer_that_reads_as_a_number(ansible: Ansible, sim: Sim, tmp_path: Path, pool: str) -> None:
    """The pool's name is what was written."""
    answers = {f"wait_for_orders_{name}": "" for name in ("order_names", "operation")}
    answers |= {"wait_for_orders_involved_names": pool, "wait_for_orders_settle": "0"}
    (tmp_path / "vars.yml").write_text(extra_vars_file(answers), encoding="utf-8")
    command = ["ansible-playbook", f"{COLLECTION}.wait_for_orders", "-e", f"@{tmp_path}/vars.yml"]
    result = waited(ansible.run(command, env=sim.environment).succeeded())
    assert [order["resource_display_name"] for order in result["orders"]] == [pool]
