# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from the service cannot act on a terminal, whatever field it comes from and wherever it is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import row, strike
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, Ansible, Run, ask, look_up
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim

WAIT = f"{COLLECTION}.modelarts_order_wait"
#: Clears the screen, writes the title, turns reading round, goes back to the line's start, ends the line, hides itself.
EVIL = "\x1b[2J\x1b]0;owned\x07\u202eevil\r\n\u2066x\u2069\u200b\x9b31m\x00\x7f"
CONTROLS = [letter for letter in sorted(set(EVIL)) if not letter.isprintable() and letter != "\n"]
LONG = "long " * 2000
FOREVER = {"times": 0}


def evil_row(**values: Any) -> dict[str, Any]:
    """Return an order each of whose words is hostile."""
    words = ("orderName", "orderId", "resourceDisplayName", "operation", "workspaceId", "failReason", "billingMode")
    hostile = {word: f"{word} {EVIL}" for word in words}
    # A wait whose orders have all ended looks for those of the last hour.
    recent = {"creationTimestamp": row()["creationTimestamp"] + 1_800_000}
    return row(
        **{**hostile, "resourceName": "pool-evil", "specCount": [{"flavor": EVIL, "count": 1}], **recent, **values}
    )


def lists(*rows: dict[str, Any], **rule: Any) -> dict[str, Any]:
    """Return a simulator's arguments that answer with these rows."""
    return strike("json", json={"count": len(rows), "items": list(rows)}, **rule)


@pytest.fixture(scope="module")
def sims(clouds: Clouds) -> dict[str, Sim]:
    """Return clouds that put hostile text everywhere."""
    running = evil_row(phase=f"reviewing {EVIL}", endTimestamp=0)
    failed = evil_row(phase="failed", failReason=f"{EVIL}{LONG}")
    # One row for each of the three entry points, then another for the past that a wait learns from and for its second
    # poll: so it sees its order go back. Then it succeeds.
    going = evil_row(phase="processing", endTimestamp=0)
    steps = [lists(evil_row(phase="successed"), times=3), lists(going, times=2), lists(evil_row(phase="successed"))]
    back: dict[str, Any] = {"faults": [rule for step in steps for rule in step["faults"]]}
    error = {
        "status": 400,
        "code": f"A{EVIL}",
        "message": f"{EVIL}{LONG}",
        "headers": {"X-Request-Id": "r\x1b[31m\x9b"},
    }
    place = {"Location": "https://elsewhere\x1b[31m.example/x"}
    show = [{"kind": "status", "status": 404, "message": EVIL, "match": {"api": "show"}, **FOREVER}]
    return {
        "running": clouds.new(**lists(running)),
        "failed": clouds.new(orders=[], faults=[*lists(failed)["faults"], *show]),
        "back": clouds.new(**back),
        "error": clouds.new(**strike("status", **error)),
        "redirect": clouds.new(**strike("redirect", headers=place)),
        "text": clouds.new(**strike("body", status=500, body=f"{EVIL}{LONG}", content_type="text/plain")),
    }


@pytest.fixture(scope="module")
def run(ansible: Ansible, sims: dict[str, Sim]) -> Run:
    """Show all of it to a person."""
    tasks = []
    for name, sim in sims.items():
        options = {**sim.options, "retries": 0}
        ends = name not in ("running", "text")
        wait_timeout = 120 if ends else 2
        patience = {"involved_names": ["pool-evil"], "wait_timeout": wait_timeout, "interval": 0.5, "settle": 1.0}
        tasks += [
            ask(f"info: {name}", {**options, "details": name == "failed"}, ignore_errors=True, register="asked"),
            look_up(f"lookup: {name}", options, ignore_errors=True, no_log=name not in ("error", "redirect", "text")),
            {"name": f"wait: {name}", WAIT: {**options, **patience}, "ignore_errors": True},
        ]
        if name == "failed":
            table = f"{{{{ asked.orders | {COLLECTION}.orders_table }}}}"
            tasks.append({"name": "table", "ansible.builtin.debug": {"msg": table}})
    return ansible.tasks(tasks)


def test_nothing_reaches_the_terminal_raw(run: Run) -> None:
    """Progress, warnings, messages and tables; results are shown by ansible itself."""
    shown = run.succeeded().output.splitlines()
    lines = [line for line in shown if not line.lstrip().startswith('"') and "=> {" not in line]
    assert any(line.startswith("modelarts: ") for line in lines)
    assert {letter for letter in CONTROLS if any(letter in line for line in lines)} == set()


@pytest.mark.parametrize("name", ["error", "redirect", "text", "running", "failed"])
@pytest.mark.parametrize("entry_point", ["info", "lookup", "wait"])
def test_messages_are_one_printable_line(run: Run, entry_point: str, name: str) -> None:
    """Of a sensible length, however long the text was."""
    event = run.event(f"{entry_point}: {name}")
    if not event.failed or "msg" not in event.result:
        assert name in ("running", "failed") and entry_point != "wait"
        return
    msg = str(event.result["msg"])
    assert msg.isprintable() and len(msg) < 1500
    # The last poll may take 0.9 s at most, which a busy machine can miss.
    assert "evil" in msg or name == "redirect" or "did not answer in full within" in msg


def test_other_keys_of_a_failure_are_safe_too(run: Run) -> None:
    """The error code and the request's ID are shown like messages."""
    for entry_point in ("info", "wait"):
        result = run.failure(f"{entry_point}: error")
        assert str(result["error_code"]).isprintable() and str(result["request_id"]).isprintable()


def test_warnings_are_printable(run: Run) -> None:
    """An order that goes back is named in one, and one without details in another."""
    warnings = [warning for event in run.events for warning in event.result.get("warnings", ())]
    texts = [warning if isinstance(warning, str) else json.dumps(warning, ensure_ascii=False) for warning in warnings]
    assert any("went back from" in text for text in texts) and any("ShowOrder" in text for text in texts)
    assert [text for text in texts if not text.isprintable()] == []


def test_tables_are_printable(run: Run) -> None:
    """But for their own line ends."""
    table = run.result("table")["msg"]
    text = "\n".join(table) if isinstance(table, list) else table
    assert "evil" in text and text.replace("\n", "").isprintable()


def test_structured_results_keep_all_but_what_acts_on_a_terminal(run: Run) -> None:
    """Programs need the text whole, and people see a failed task's result as it is."""
    order = run.result("info: failed")["orders"][0]
    left = "[2J]0;ownedevil\nx31m"
    assert order["order_name"] == f"orderName {left}"
    assert order["fail_reason"] == f"{left}{LONG}"
    assert run.failure("wait: failed")["failed_orders"][0]["fail_reason"] == f"{left}{LONG}"
