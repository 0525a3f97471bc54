# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the roles as surveys and extra vars give them: empty, as text, and false or 0 that must count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


def play(ansible: Ansible, sim: Sim, playbooks: Sequence[str], *arguments: str, **given: Any) -> Run:
    """Run playbooks of the collection one after another, with these extra variables."""
    command = ["ansible-playbook", *(f"{COLLECTION}.{name}" for name in playbooks), "-e", json.dumps(given)]
    return ansible.run([*command, *arguments], env=sim.environment)


WAIT = f"{COLLECTION}.wait_for_orders : Wait for the orders"


def waited(run: Run, host: str = "") -> dict[str, Any]:
    """Return what the wait returned, however it ended."""
    return run.event(WAIT, host).result


def inventory_of(ansible: Ansible, hosts: Mapping[str, Mapping[str, Any]], **variables: Any) -> str:
    """Return an inventory of local hosts with variables, of their own and of all."""
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    path = ansible.folder() / "hosts.yml"
    every = {"hosts": {name: {**local, **given} for name, given in hosts.items()}, "vars": variables}
    path.write_text(yaml.safe_dump({"all": every}), encoding="utf-8")
    return str(path)


def test_every_variable_may_be_empty(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """As unanswered questions of a survey are: then nothing but the one that says what is meant counts."""
    page = tmp_path / "orders.html"
    needed = {"wait_for_orders_order_names": "done", "order_report_dest": str(page)}
    empty = dict.fromkeys((name for role in ROLES for name in variables(role)), "")
    play(ansible, sim, ROLES, **{**empty, **needed}).succeeded()
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


#: A file is written with these, which takes seconds; of the others it is told what the role makes of them.
WRITTEN = (0o640, "640", "u=rw,g=r,o=", "")


@pytest.mark.newest
def test_permissions_are_what_was_written(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """YAML makes the number 416 of 0640, which Ansible would read as 0416; what may mean two things is refused."""
    role = ROOT / "roles" / "order_report"
    check = yaml.safe_load((role / "tasks/main.yml").read_text(encoding="utf-8"))[0]
    tasks = []
    for number, (mode, meant) in enumerate(MODES.items()):
        told = {"name": f"mode {number}", "ansible.builtin.debug": {"msg": "{{ __order_report_mode }}"}}
        write = {"ansible.builtin.include_role": {"name": f"{COLLECTION}.order_report"}}
        rescue = {"name": f"refused {number}", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}
        tasks.append(
            {
                "block": [write] if mode in WRITTEN or meant is None else [check, told],
                "vars": {"order_report_dest": str(tmp_path / str(number)), "order_report_mode": mode},
                "rescue": [rescue],
            }
        )
    run = ansible.tasks(tasks, env=sim.environment, vars_files=[str(role / "vars/main.yml")])
    for number, (given, mode) in enumerate(MODES.items()):
        if mode is None:
            said = f'order_report_mode: {given} is no usual permission: write one in quotes, for instance "0640"'
            assert run.result(f"refused {number}")["msg"] == said
            assert not (tmp_path / str(number)).exists()
        elif given in WRITTEN:
            assert (tmp_path / str(number)).stat().st_mode & 0o777 == mode, given
        else:
            assert int(str(run.result(f"mode {number}")["msg"]), 8) == mode, given


def test_every_secret_may_be_encrypted_inline(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """And whatever else belongs to a connection; by hand, an extra variable is no reason for a warning."""
    (tmp_path / "password").write_text("a password", encoding="utf-8")
    vault = ["--vault-password-file", str(tmp_path / "password")]
    given = {f"{role}_{name}": value for role in ROLES for name, value in sim.options.items()}
    names = [word for name in given for word in ("--name", name)]
    encrypted = ansible.run(["ansible-vault", "encrypt_string", *vault, *names, *given.values()]).succeeded().stdout
    assert encrypted.count("!vault") == len(given) > 6
    (tmp_path / "vars.yml").write_text(encrypted, encoding="utf-8")
    more = {"wait_for_orders_order_names": "done", "order_report_dest": str(tmp_path / "page.html")}
    run = play(ansible, sim, ROLES, *vault, "-e", f"@{tmp_path}/vars.yml", **more).succeeded()
    assert "extra variable" not in run.output and sim.options["secret_key"] not in run.output


@pytest.fixture
def becoming(ansible: Ansible, tmp_path: Path) -> str:
    """Return an inventory whose group variables ask for another user, whom nobody can become."""
    sudo = tmp_path / "sudo"
    sudo.write_text("#!/bin/sh\necho sudo: a password is required >&2\nexit 1\n", encoding="utf-8")
    sudo.chmod(0o755)
    become = {"ansible_become": True, "ansible_become_user": "nobody", "ansible_become_exe": str(sudo)}
    return inventory_of(ansible, {"localhost": {}}, **become)


@pytest.mark.newest
def test_playbooks_for_this_machine_become_nobody(ansible: Ansible, sim: Sim, tmp_path: Path, becoming: str) -> None:
    """Whatever the group variables of the inventory say."""
    given = {
        "wait_for_orders_order_names": "done",
        "order_report_dest": str(tmp_path / "page"),
        "on_order_name": "done",
    }
    playbooks = [*ROLES, "on_order_succeeded", "on_order_failed"]
    play(ansible, sim, playbooks, "-i", becoming, **given).succeeded()


def test_why_nobody_could_become_another_user(ansible: Ansible, sim: Sim, becoming: str) -> None:
    """The reason is what the program said, and not that a module has failed."""
    role = {"ansible.builtin.import_role": {"name": f"{COLLECTION}.wait_for_orders"}}
    command = ["-i", becoming, "-e", json.dumps({"wait_for_orders_pools": "pool-done"})]
    run = ansible.tasks([role], *command, env=sim.environment)
    assert run.rc != 0
    assert "sudo: a password is required" in waited(run)["msg"]


KINDS = ("nothing", "empty", "null", "values", "texts")


def of_kind(table: Mapping[str, _options.Option], kind: str) -> dict[str, Any]:
    """Return a value for every option of a table."""
    if kind in ("values", "texts"):
        return {name: small(option, kind == "texts") for name, option in table.items()}
    return {} if kind == "nothing" else dict.fromkeys(table, "" if kind == "empty" else None)


@pytest.fixture(scope="module")
def reached(ansible: Ansible) -> Run:
    """Show, on a host for each role and each kind of values, what the role hands on to its module."""
    hosts, plays = {}, []
    for role, table in TABLES.items():
        tasks = yaml.safe_load((ROOT / "roles" / role / "tasks/main.yml").read_text(encoding="utf-8"))
        (arguments,) = (task[key] for task in tasks for key in task if key.startswith(f"{COLLECTION}.modelarts_order_"))
        show = {"shown": True, **{f"got_{name}": template for name, template in arguments.items()}}
        given = {
            f"{role}-{kind}": {f"{role}_{name}": value for name, value in of_kind(table, kind).items()}
            for kind in KINDS
        }
        tasks = [{"name": "show", "ansible.builtin.set_fact": show}]
        plays.append({"hosts": list(given), "gather_facts": False, "tasks": tasks})
        hosts.update(given)
    return ansible.play(plays, "-i", inventory_of(ansible, hosts)).succeeded()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_reaches_the_module(reached: Run, role: str, kind: str) -> None:
    """Nothing where nothing was given, and every false and 0, typed or as text."""
    table = TABLES[role]
    expected = of_kind(table, kind) if kind in ("values", "texts") else {}
    facts = reached.result("show", f"{role}-{kind}")["ansible_facts"]
    got = {name: facts[f"got_{name}"] for name in table if f"got_{name}" in facts}
    assert {name: str(value).lower() for name, value in got.items()} == {
        name: str(value).lower() for name, value in expected.items()
    }


#: With fail_fast off a failed order does not end the wait, and a wait without patience is one poll.
SMALL = {"fail_fast": False, "details": False, "wait_timeout": 0, "settle": 0, "heartbeat": 0, "latest": False}
#: Lists as people fill surveys in, with commas or line breaks between their items, or as JSON.
LISTS = (" done , order.0755,\n", '["done", "order.0755"]')
#: What is refused, and what is said then. The role takes any value, so that an empty one is possible.
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "give wait_for_orders_order_names, wait_for_orders_order_ids or wait_for_orders_involved_names"),
    ({"pools": '["a'}, "wait_for_orders_involved_names: [\"a can't be a name: give a list of names"),
    ({"pools": "a", "expected_count": "some"}, "argument 'wait_for_orders_expected_count'"),
    ({"pools": "a", "wait_timeout": "soon"}, "wait_for_orders_wait_timeout: 'soon' is not a duration"),
    ({"pools": "a", "interval": "often"}, "wait_for_orders_interval: 'often' is not a duration"),
    ({"pools": "a", "access_key": "AK"}, "wait_for_orders_secret_key missing: wait_for_orders_access_key was given"),
]
WAITS: dict[str, dict[str, Any]] = {
    "typed": {"pools": "pool-bad,pool-long", **SMALL},
    "text": {"pools": "pool-bad,pool-long", **{name: str(value).lower() for name, value in SMALL.items()}},
    **{f"list-{number}": {"order_names": text} for number, text in enumerate(LISTS)},
    **{f"refused-{number}": given for number, (given, dummy) in enumerate(REFUSED)},
}


@pytest.fixture(scope="module")
def waits(ansible: Ansible, sim: Sim) -> Run:
    """Run the role that waits, with these variables on a host for each."""
    hosts = {host: {f"wait_for_orders_{name}": value for name, value in given.items()} for host, given in WAITS.items()}
    role = {"ansible.builtin.import_role": {"name": f"{COLLECTION}.wait_for_orders"}}
    return ansible.tasks([role], "-i", inventory_of(ansible, hosts), env=sim.environment, hosts="all")


@pytest.mark.parametrize("host", ["typed", "text"])
def test_false_and_zero_count(waits: Run, host: str) -> None:
    """Typed or as text."""
    result = waited(waits, host)
    assert result["timed_out"] is True
    assert result["polls"] == 1
    assert [order["order_name"] for order in result["failed_orders"]] == ["bad"]
    assert not any(order.get("resources") for order in result["orders"])


@pytest.mark.parametrize("number", range(len(LISTS)))
def test_a_list_may_come_as_one_text(waits: Run, number: int) -> None:
    """Its items are what was meant."""
    result = waited(waits, f"list-{number}")
    assert result["all_succeeded"]
    assert sorted(order["order_name"] for order in result["orders"]) == ["done", "order.0755"]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_errors_speak_of_the_roles_variables(waits: Run, number: int) -> None:
    """Whoever fills in a survey has never heard of the module's options."""
    result = waits.failure(WAIT, f"refused-{number}")
    assert REFUSED[number][1] in result["msg"]
    assert not result.get("requests")


@pytest.mark.newest
def test_an_unknown_variable_is_warned_of(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """By its name, and with the one that is probably meant; those that are known, and of other roles, are not."""
    given = {"wait_for_orders_pols": "a", "wait_for_orders_wait_timout": 1, "order_report_titel": "a"}
    known = {"order_report_dest": str(tmp_path / "page.html"), "wait_for_orders_order_names": "done"}
    said = " ".join(play(ansible, sim, ROLES, **given, **known).succeeded().stderr.split())
    assert "wait_for_orders_pols is not a variable of the role wait_for_orders: is wait_for_orders_pools meant?" in said
    assert "is wait_for_orders_wait_timeout meant?" in said
    assert "order_report_titel is not a variable of the role order_report: is order_report_title meant?" in said
    assert said.count("is not a variable") == 3


@pytest.mark.newest
def test_a_secret_that_a_controller_shows_is_warned_of(ansible: Ansible, sim: Sim) -> None:
    """Everybody who may see the job sees its extra variables; the warning names the variable and no value."""
    secret = sim.options["secret_key"]
    given = {"wait_for_orders_secret_key": secret, "wait_for_orders_access_key": sim.options["access_key"]}
    more = {"wait_for_orders_order_names": "done", "awx_job_id": 7}
    run = play(ansible, sim, ["wait_for_orders"], **given, **more).succeeded()
    said = (
        "wait_for_orders_secret_key is an extra variable, which the controller shows in plain: put it into a credential"
    )
    assert said in " ".join(run.stderr.split())
    assert secret not in run.output


def play_with_answers(ansible: Ansible, sim: Sim, playbooks: Sequence[str], answers: Mapping[str, Any]) -> Run:
    """Run playbooks with a controller's file of variables, and let no play fail."""
    path = ansible.folder() / "vars.yml"
    path.write_text(extra_vars_file(answers), encoding="utf-8")
    return play(ansible, sim, playbooks, "-e", f"@{path}").succeeded()


def test_a_controllers_file_of_variables(ansible: Ansible, sim: Sim, tmp_path: Path) -> None:
    """It holds unsafe texts, of which ansible-core 2.19 and later make None, times and numbers: 0755 becomes 493."""
    answers: dict[str, Any] = {}
    for role in ROLES:
        answers |= {
            **dict.fromkeys(variables(role), ""),
            f"{role}_order_names": [f"order.{name}" for name in ODD_NAMES],
            f"{role}_since": "2026-01-01T08:00:00Z",
            f"{role}_timeout": "30",
            f"{role}_project_id": sim.project,
        }
    answers |= {"wait_for_orders_involved_names": list(ODD_NAMES), "wait_for_orders_accept_partial": "false"}
    page = {"order_report_dest": str(tmp_path / "page"), "order_report_now": "2026-11-01T08:00:00Z"}
    answers |= {**page, "order_report_title": "2026", "order_report_mode": "0600"}
    run = play_with_answers(ansible, sim, ROLES, answers)
    assert waited(run)["summary"]["succeeded"] == len(ODD_NAMES)
    text = (tmp_path / "page").read_text(encoding="utf-8")
    assert all(f"order.{name}" in text for name in ODD_NAMES)
    assert "<h1>2026</h1>" in text
    assert (tmp_path / "page").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("end", "order", "pool"),
    [("succeeded", "0755", "0755"), pytest.param("failed", "0644", "0x1f", marks=pytest.mark.newest)],
)
def test_one_answer_that_reads_as_a_number(ansible: Ansible, sim: Sim, end: str, order: str, pool: str) -> None:
    """A rulebook's job gets the name of the order, and no tasks to go on with; a pool's name is what was written."""
    answers = {f"wait_for_orders_{name}": "" for name in ("order_names", "operation")}
    answers |= {"wait_for_orders_involved_names": pool, "wait_for_orders_settle": "0"}
    answers |= {"on_order_name": order, "on_order_tasks": ""}
    result = waited(play_with_answers(ansible, sim, [f"on_order_{end}", "wait_for_orders"], answers))
    assert [each["resource_display_name"] for each in result["orders"]] == [pool]
