# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from the service stays text: it never reaches templating, through whichever entry point it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    LOOKUP,
    ROOT,
    Ansible,
    Run,
    ask,
    look_up,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim

SUM = "{{ 70001*70001 }}"
#: What it comes to: longer than a port, a time or an age that a message may hold.
EVALUATED = str(70001 * 70001)
FOREVER = {"times": 0}


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that would exist if the service's text had been evaluated."""
    return tmp_path_factory.mktemp("proof") / "evaluated"


@pytest.fixture(scope="module")
def evil(proof: Path) -> str:
    """Return text that does something when it is evaluated."""
    return f"{{{{ lookup('pipe', 'touch {proof}') }}}}"


@pytest.fixture(scope="module")
def sims(clouds: Clouds, evil: str) -> dict[str, Sim]:
    """Return a cloud whose order is full of templates, and one whose errors are."""
    order = {
        "pool": f"pool {SUM}",
        "pool_id": "pool-evil",
        "order_name": "order.evil",
        "state": "failed",
        "reason": evil,
        "created": "1h",
        "resources": [{"message": evil}],
        "raw": {"newKey": evil, "operation": "apply"},
    }
    fault = {"kind": "status", "status": 400, "code": SUM, "message": evil, **FOREVER}
    return {"order": clouds.new([order]), "error": clouds.new(faults=[fault])}


def through(name: str, source: str) -> list[dict[str, Any]]:
    """Return tasks that pass an order on by set_fact, a play variable and a message, as playbooks do."""
    return [
        {"name": f"{name}: fact", "ansible.builtin.set_fact": {"order": source, "cacheable": False}},
        {
            "name": f"{name}: message",
            "ansible.builtin.debug": {"msg": "{{ again.fail_reason }} | {{ again.resource_display_name }}"},
            "vars": {"again": "{{ order }}"},
        },
        {
            "name": f"{name}: assertion",
            "ansible.builtin.assert": {"that": ["order.fail_reason == ''"], "fail_msg": "{{ order.fail_reason }}"},
            "ignore_errors": True,
        },
        {
            "name": f"{name}: template",
            "ansible.builtin.copy": {
                "content": "{{ order.fail_reason }}",
                "dest": f"{{{{ playbook_dir }}}}/{name}.txt",
            },
        },
        {"name": f"{name}: loop", "ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": "{{ [order.fail_reason] }}"},
    ]


def rescued(name: str, task: dict[str, Any]) -> dict[str, Any]:
    """Return a task that fails, whose message is passed on by a rescue and as a variable."""
    text = "{{ ansible_failed_result.msg }}"
    return {
        "block": [task],
        "rescue": [
            {"name": f"{name}: fact", "ansible.builtin.set_fact": {"why": text}},
            {"name": f"{name}: message", "ansible.builtin.debug": {"msg": "{{ why }}"}},
        ],
    }


@pytest.fixture(scope="module")
def run(ansible: Ansible, sims: dict[str, Sim], way: dict[str, bool]) -> Run:
    """Pass the text through everything that a playbook might do with it."""
    order, error = sims["order"].options, {**sims["error"].options, "pool": "any"}
    query = f"{{{{ query({LOOKUP!r}, 'pool-evil', **options) | first }}}}"
    tasks = [
        ask("ask", {**order, "details": True}, register="asked"),
        *through("module", "{{ asked.orders[0] }}"),
        *through("lookup", query),
        rescued("module error", ask("ask in vain", error)),
        rescued("lookup error", look_up("look up in vain", error)),
        look_up("warned", {**order, "on_missing": "warn"}, "{% raw %}" + SUM + "{% endraw %}"),
    ]
    return ansible.tasks(tasks, vars={**way, "options": order})


def test_it_is_returned_verbatim(run: Run, evil: str) -> None:
    """By the module, in every place."""
    order = run.succeeded().result("ask")["orders"][0]
    assert order["fail_reason"] == order["new_key"] == order["resources"][0]["message"] == evil
    assert order["resource_display_name"] == f"pool {SUM}"


@pytest.mark.parametrize("entry", ["module", "lookup"])
def test_it_stays_text_wherever_it_goes(run: Run, evil: str, entry: str) -> None:
    """Facts, messages, files, conditions and loops."""
    assert run.result(f"{entry}: fact")["ansible_facts"]["order"]["fail_reason"] == evil
    assert run.result(f"{entry}: message")["msg"] == f"{evil} | pool {SUM}"
    assert run.failure(f"{entry}: assertion")["msg"] == evil
    assert (run.cwd / f"{entry}.txt").read_text(encoding="utf-8") == evil
    assert [event.result["msg"] for event in run.of(f"{entry}: loop") if event.event == "item ok"] == [evil]


@pytest.mark.parametrize("entry", ["module", "lookup"])
def test_an_error_stays_text_in_a_rescue(run: Run, evil: str, entry: str) -> None:
    """The service's code and message, in the failure and in what a rescue makes of it."""
    task = {"module": "ask in vain", "lookup": "look up in vain"}[entry]
    for msg in (run.failure(task)["msg"], run.result(f"{entry} error: message")["msg"]):
        assert evil in msg
        assert SUM in msg
        assert EVALUATED not in msg


def test_nothing_was_evaluated(run: Run, proof: Path) -> None:
    """The command never ran."""
    assert run.events
    assert not proof.exists()


def test_nothing_of_it_is_trusted(run: Run, evil: str) -> None:
    """ansible-core 2.19 and later mark what may be evaluated: no text with templates in it is."""
    for event in run.events:
        for path in event.trusted:
            assert evil not in str(dict(leaves(event.result))[path])


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every text of a result by its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{number}]")
    else:
        yield path, value


@pytest.mark.parametrize("node", ["still_on_its_way", "stop_polling"])
def test_facts_for_the_next_node_are_harmless(ansible: Ansible, clouds: Clouds, tmp_path: Path, node: str) -> None:
    """They become extra variables there, in which Ansible evaluates templates."""
    touched = tmp_path / "evaluated"
    reason = f"{{{{ lookup('pipe', 'touch {touched}') }}}} {{% set x = 1 %}}{{# gone #}}{{{{{{%{{ {SUM} 100% {{a}}"
    order = {"pool": SUM, "pool_id": "pool-evil", "order_name": "order.evil", "state": "failed", "reason": reason}
    sim = clouds.new([{**order, "created": "1h"}])
    given = {
        "wait_for_orders_pools": ["pool-evil", "no-such-pool"],
        "wait_for_orders_wait_timeout": 0,
        "wait_for_orders_settle": 0,
    }
    options = json.dumps({**given, "wait_for_orders_fail_fast": False})
    run = ansible.run(["ansible-playbook", f"{COLLECTION}.wait_for_orders", "-e", options], env=sim.environment)
    facts = run.result("Tell the next node what became of the orders")["ansible_stats"]["data"]
    (failed,) = facts["modelarts_failed_orders"]
    assert failed["order_name"] == "order.evil"
    assert failed["fail_reason"].replace("{ ", "{") == reason.replace("{ ", "{")
    assert len(facts["modelarts_missing"]) == 1
    assert not any(marker in json.dumps(facts) for marker in ("{{", "{%", "{#"))
    (tmp_path / "facts.json").write_text(json.dumps({**facts, "modelarts_fail_afterwards": True}))
    playbook = (ROOT / f"extensions/awx/project/{node}.yml").read_text(encoding="utf-8")
    if node == "stop_polling":  # the module that turns the schedule off comes from awx.awx
        (tmp_path / "tasks").mkdir()
        (tmp_path / "tasks/stop_polling.yml").write_text("- ansible.builtin.meta: noop\n")
    (tmp_path / "node.yml").write_text(playbook, encoding="utf-8")
    judged = ansible.run(["ansible-playbook", "node.yml", "-e", "@facts.json"], cwd=tmp_path)
    assert judged.rc == 2
    assert "order.evil" in judged.output
    assert "touch" in judged.output
    assert not touched.exists()


def headed(inner: str) -> list[str]:
    """Return texts whose first line would make the marks of a template of ``inner``."""
    marks = "variable_start_string:'[%', variable_end_string:'%]'"
    return [
        f"#jinja2: {marks}\n[% {inner} %]",
        f"#jinja2:{marks}\r\n[% {inner} %]",
        f"#jinja2: {marks} [% {inner} %]",
        f"#jinja2: line_statement_prefix:'!'\n! set x = {inner}",
        f"#jinja2: block_start_string:'<<', block_end_string:'>>'\n<< if {inner} >>x<< endif >>",
        f"#jinja2:\n{{{{ {inner} }}}}",
        f"##jinja2: {marks}\n[% {inner} %]",
    ]


def test_no_header_makes_a_template_of_a_fact(ansible: Ansible, clouds: Clouds, tmp_path: Path) -> None:
    """The line that changes the marks of a template stands in no text that is handed on, nor any second line."""
    touched = tmp_path / "evaluated"
    texts = headed(f"lookup('pipe', 'touch {touched}')")
    rows = [
        {
            "pool": text,
            "pool_id": f"pool-{number}",
            "order_name": f"#jinja2:{number}",
            "state": "failed",
            "reason": text,
        }
        for number, text in enumerate(texts)
    ]
    sim = clouds.new([{**row, "created": "1h"} for row in rows])
    given = {
        "wait_for_orders_pools": ",".join([*(str(row["pool_id"]) for row in rows), "#jinja2: no-such-pool"]),
        "wait_for_orders_wait_timeout": 0,
        "wait_for_orders_settle": 0,
        "wait_for_orders_fail_fast": False,
    }
    command = ["ansible-playbook", f"{COLLECTION}.wait_for_orders", "-e", json.dumps(given)]
    run = ansible.run(command, env=sim.environment)
    facts = run.result("Tell the next node what became of the orders")["ansible_stats"]["data"]
    assert facts["modelarts_reason"]
    assert len(facts["modelarts_failed_orders"]) == len(texts) and len(facts["modelarts_missing"]) == 1
    texts_of_facts = [text for dummy, text in leaves(facts) if isinstance(text, str)]
    assert [text for text in texts_of_facts if "#jinja2" in text or not text.isprintable()] == []
    (tmp_path / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    show = {
        "name": "show",
        "ansible.builtin.debug": {
            "msg": "{{ modelarts_failed_orders }} {{ modelarts_missing }} {{ modelarts_reason }} {{ reason }}"
        },
        "vars": {"reason": "{{ modelarts_failed_orders[0].fail_reason }}"},
    }
    ansible.tasks([show], "-e", f"@{tmp_path}/facts.json").succeeded()
    assert not touched.exists()
