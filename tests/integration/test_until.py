# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `until` recipe: it lives through an outage, and it ends at once where an order failed."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import Ansible, Run, Task, ask, events
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import ClosedPort

RUNS_THROUGH = [
    {"state": "pending", "polls": 1},
    {"state": "processing", "polls": 2},
    {"state": "succeeded"},
]
REASON = "No nodes of this flavor are left."
RUNS_AGROUND: list[dict[str, Any]] = [{"state": "processing", "polls": 1}, {"state": "failed", "reason": REASON}]
IN_TROUBLE: dict[str, Any] = {"kind": "status", "status": 503, "times": 3}


def recipe(name: str, options: dict[str, Any], **keywords: Any) -> Task:
    """Return the recipe of the documentation, which tries for long, and in a test without a pause."""
    return ask(
        name,
        options,
        register="pool",
        until="pool.all_finished or pool.any_failed",
        retries=60,
        delay=0,
        failed_when="pool.failed or not pool.all_succeeded",
        **keywords,
    )


def told(name: str) -> Task:
    """Return a task that says of each failed order in `pool` what a person needs to know."""
    text = "{{ item.order_name }} of pool {{ item.resource_display_name }} failed: {{ item.fail_reason }}"
    failed = "{{ pool.orders | selectattr('state', 'eq', 'failed') | list }}"
    return {"name": name, "ansible.builtin.debug": {"msg": text}, "loop": failed}


@pytest.fixture(scope="module")
def sims(clouds: Clouds) -> dict[str, Sim]:
    """Return a cloud for each story."""
    trouble: list[dict[str, Any]] = [IN_TROUBLE]
    faults = {"through": trouble, "module": trouble, "retrying": [{**IN_TROUBLE, "retry_after": 0}]}
    sims = {}
    for name in ("through", "module", "retrying", "aground", "refused"):
        timeline = RUNS_AGROUND if name == "aground" else RUNS_THROUGH
        order = {"pool": "pool-5ed5", "order_name": f"order.{name}", "timeline": timeline, "created": "1m"}
        sims[name] = clouds.new([order], faults.get(name, []))
    return sims


@pytest.fixture(scope="module")
def run(ansible: Ansible, sims: dict[str, Sim]) -> Run:
    """Wait for orders that come through and for one that does not."""
    options = {name: {**sim.options, "pool": "pool-5ed5"} for name, sim in sims.items()}
    wrong = {**options["refused"], "secret_key": "WRONGsecretOfTheTests"}
    tasks = [
        recipe("no retries of its own", {**options["through"], "retries": 0}),
        recipe("as a module", {**options["module"], "retries": 0}, vars={"modelarts_in_process": False}),
        recipe("retries of its own", {**options["retrying"], "retries": 3}, timeout=60),
        {
            "block": [recipe("runs aground", options["aground"])],
            "rescue": [told("say so"), {"name": "go on", "ansible.builtin.debug": {"msg": "on"}}],
        },
        {
            **recipe("refused for good", wrong, ignore_errors=True),
            "until": "pool.all_finished or pool.any_failed or (pool.status | default(0, true)) in [401, 403]",
        },
    ]
    return ansible.tasks(tasks)


@pytest.mark.parametrize(("task", "cloud"), [("no retries of its own", "through"), ("as a module", "module")])
def test_three_503_in_a_row_are_survived(run: Run, sims: dict[str, Sim], task: str, cloud: str) -> None:
    """With no retries of the module's own, each is one failed try, and the loop goes on."""
    result = run.succeeded().result(task)
    assert result["all_succeeded"]
    assert [row["status"] for row in sims[cloud].requests()] == [503, 503, 503, 200, 200, 200, 200]
    assert result["attempts"] == 7
    tries = [event.result for event in run.of(task) if event.event == "retry"]
    assert [one.get("status") for one in tries] == [503] * 3 + [None] * 3
    assert [one["summary"]["total"] for one in tries] == [0] * 3 + [1] * 3


def test_the_modules_own_retries_save_tries_of_the_loop(run: Run, sims: dict[str, Sim]) -> None:
    """All three 503 fall into the first try."""
    assert run.result("retries of its own")["attempts"] == 4
    assert sims["retrying"].count() == 7


def test_a_failed_order_ends_the_loop_at_once(run: Run, sims: dict[str, Sim]) -> None:
    """The poll that sees the failure is the last one."""
    failure = run.failure("runs aground")
    assert failure["any_failed"]
    assert failure["attempts"] == 2
    assert sims["aground"].count() == 2


def test_the_failure_names_order_pool_and_reason(run: Run) -> None:
    """In what the terminal shows of the failed task, and in the variables that a rescue can use."""
    shown = run.output.split("TASK [runs aground]")[1].split("TASK [say so]")[0]
    assert [word for word in ("order.aground", "pool-5ed5", REASON) if word not in shown] == []
    said = [event.result["msg"] for event in run.of("say so") if event.event == "item ok"]
    assert said == ["order.aground of pool pool-5ed5 failed: No nodes of this flavor are left."]


def test_a_recipe_can_end_at_once_where_credentials_are_refused(run: Run, sims: dict[str, Sim]) -> None:
    """Six bad signatures lock a key, so a loop that reads `status` costs one request."""
    assert run.failure("refused for good")["status"] == 401
    assert sims["refused"].count() == 1


def test_a_refused_connection_is_survived(ansible: Ansible, clouds: Clouds) -> None:
    """Nobody listens at first; the service comes up once the loop has met that."""
    port = ClosedPort()
    cwd = ansible.folder()
    opened = threading.Thread(target=open_after_a_try, args=(cwd / "record", port, clouds), daemon=True)
    opened.start()
    options = {
        **clouds.new().options,
        "endpoint": port.url,
        "iam_endpoint": port.url,
        "retries": 0,
        "pool": "pool-5ed5",
    }
    run = ansible.tasks([{**recipe("wait", options), "delay": 1}], cwd=cwd)
    opened.join()
    assert run.succeeded().result("wait")["all_succeeded"]
    first = next(event for event in run.of("wait") if event.event == "retry")
    assert "refused" in first.result["msg"]
    assert first.result["all_finished"] is False


def open_after_a_try(record: Path, port: ClosedPort, clouds: Clouds) -> None:
    """Let a simulator take over the port once a try has failed there (or after a minute, in vain)."""
    deadline = time.monotonic() + 60
    while not any(event.event == "retry" for event in events(record)) and time.monotonic() < deadline:
        time.sleep(0.05)
    port.close()
    clouds.new([{"pool": "pool-5ed5", "timeline": RUNS_THROUGH, "created": "1m"}], port=port.number)
