# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of the roles as surveys and extra vars give them: empty, as text, and false or 0 that must count."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT, Ansible, Run
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim

TABLES: dict[str, Mapping[str, _options.Option]] = {"wait_for_orders": _options.WAIT, "order_report": _options.INFO}
ROLES = sorted(TABLES)
ORDERS: list[dict[str, Any]] = [
    {"pool": "pool-done", "order_name": "done", "state": "succeeded", "created": "1h"},
    {"pool": "pool-bad", "order_name": "bad", "state": "failed", "created": "1h", "resources": [{"message": "full"}]},
    {"pool": "pool-long", "order_name": "long", "timeline": [{"state": "processing"}]},
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
    """As unanswered questions of a survey are: then nothing but the one that says what is wanted counts."""
    page = tmp_path / "orders.html"
    wanted = {"wait_for_orders_order_names": "done"} if role == "wait_for_orders" else {"order_report_dest": str(page)}
    run = play(ansible, sim, role, **{**dict.fromkeys(variables(role), ""), **wanted})
    run.succeeded()
    if role == "order_report":
        text = page.read_text(encoding="utf-8")
        assert "<h1>ModelArts orders</h1>" in text
        assert all(order["pool"] in text for order in ORDERS)
        assert page.stat().st_mode & 0o777 == 0o644


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
    """With fail_fast off a failed order does not end the look, and a look at no patience is one look."""
    small_ones = {"fail_fast": False, "details": False, "wait_timeout": 0, "settle": 0, "heartbeat": 0, "latest": False}
    given = {f"wait_for_orders_{name}": str(value).lower() if as_text else value for name, value in small_ones.items()}
    result = waited(play(ansible, sim, "wait_for_orders", wait_for_orders_pools="pool-bad,pool-long", **given))
    assert result["timed_out"] is True
    assert result["polls"] == 1
    assert [order["order_name"] for order in result["failed_orders"]] == ["bad"]
    assert not any(order.get("resources") for order in result["orders"])


def test_a_wrong_number_is_refused_by_the_module(ansible: Ansible, sim: Sim) -> None:
    """The role takes any value, so that an empty one is possible; the module's message names the option."""
    run = play(ansible, sim, "wait_for_orders", wait_for_orders_pools="pool-done", wait_for_orders_interval="often")
    assert run.rc != 0
    assert "interval" in waited(run)["msg"] and "float" in waited(run)["msg"]
