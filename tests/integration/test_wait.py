# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait through real ansible: every entry point, every keyword. What it decides is tested in tests/unit/wait."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    ROOT,
    Ansible,
    Run,
    Task,
    write_playbook,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim
from ansible_collections.huaweicloud.modelarts.tests.support.shapes import differences

WAIT = f"{COLLECTION}.modelarts_order_wait"
AS_MODULE = {"modelarts_in_process": False}
REASON = "No nodes of this flavor are left."
# Seconds that a throttling service asks to be left alone: longer than any delay of the wait's own at these intervals.
PAUSE = 2


def timeline(*steps: tuple[str, int] | str, reason: str | None = None) -> list[dict[str, Any]]:
    """Return steps of (state, polls), the last one a state alone."""
    found: list[dict[str, Any]] = [
        {"state": step[0], "polls": step[1]} if isinstance(step, tuple) else {"state": step} for step in steps
    ]
    return [*found[:-1], {**found[-1], **({"reason": reason} if reason else {})}]


COMES_THROUGH = timeline(("pending", 1), ("processing", 2), "succeeded")
RUNS_AGROUND = timeline(("processing", 1), "failed", reason=REASON)
ENDINGS = {"done": timeline("succeeded"), "slow": timeline("processing"), "slow-b": timeline("processing")}


class Stories(dict[str, Sim]):
    """A cloud for each order: an order advances with every poll, so no other task may ask for it."""

    def __init__(self, clouds: Clouds) -> None:
        super().__init__()
        self._clouds = clouds

    def __missing__(self, name: str) -> Sim:
        faults = [{"status": 429, "retry_after": PAUSE, "times": 1}] if name.startswith("throttled") else []
        steps = ENDINGS.get(name) or (RUNS_AGROUND if name.startswith("aground") else COMES_THROUGH)
        order = {"pool": name, "order_name": f"order.{name}", "created": "5m", "timeline": steps}
        self[name] = self._clouds.new([order], faults)
        return self[name]


def wait(name: str, sim: Sim, *orders: str, **keywords: Any) -> Task:
    """Return a task that waits with short intervals; ``with_options`` adds to its options."""
    options = {"order_names": [f"order.{order}" for order in orders], "interval": 0.2, "pending_interval": 0.2}
    return {"name": name, WAIT: {**sim.options, **options, **keywords.pop("with_options", {})}, **keywords}


@pytest.fixture(scope="module")
def sims(clouds: Clouds) -> Stories:
    """Return a cloud for each story."""
    return Stories(clouds)


@pytest.fixture(scope="module")
def run(ansible: Ansible, sims: Stories) -> Run:
    """Run every story in one playbook."""
    failing = {"ignore_errors": True}
    tasks = [
        wait("process", sims["process"], "process"),
        wait("module", sims["module"], "module", vars=AS_MODULE),
        wait("async", sims["async"], "async", **{"async": 60, "poll": 1}),
        wait("looped", sims["looped"], "{{ item }}", loop=["looped", "looped"]),
        wait("environment", sims["environment"], "environment", environment={"HW_CLOUD": "example.com"}),
        wait("delegated", sims["delegated"], "delegated", delegate_to="bastion", run_once=True),
        wait("secret", sims["secret"], "secret", no_log=True),
        wait("timed", sims["slow"], "slow", timeout=2, **failing),
        wait("again", sims["done"], "done", until="again.all_succeeded", retries=2, delay=0, register="again"),
        wait("deadline", sims["slow"], "slow", with_options={"wait_timeout": 4}, **failing),
        wait("aground", sims["aground"], "aground", **failing),
        wait("aground as module", sims["aground-b"], "aground-b", vars=AS_MODULE, **failing),
        wait("aground async", sims["aground-c"], "aground-c", **{"async": 60, "poll": 1}, **failing),
        wait("checked", sims["checked"], "checked", check_mode=True),
        wait("throttled", sims["throttled"], "throttled"),
        wait("throttled as module", sims["throttled-b"], "throttled-b", vars=AS_MODULE),
        wait("throttled check", sims["throttled-c"], "throttled-c", check_mode=True),
        wait("throttled check as module", sims["throttled-d"], "throttled-d", check_mode=True, vars=AS_MODULE),
        wait("refused", sims["done"], "done", with_options={"secret_key": "SKwrongWrongWrong0"}, **failing),
        wait(
            "refused as module",
            sims["done"],
            "done",
            with_options={"secret_key": "SKwrongWrongWrong0"},
            vars=AS_MODULE,
            **failing,
        ),
        wait("nothing", sims["done"], **failing),
        wait("nothing as module", sims["done"], vars=AS_MODULE, **failing),
        wait("bad interval", sims["done"], "done", with_options={"interval": -1}, **failing),
        {
            "name": "role",
            "ansible.builtin.import_role": {"name": f"{COLLECTION}.wait_for_orders"},
            "vars": role_variables(sims["role"]),
        },
        {"name": "role result", "ansible.builtin.debug": {"msg": "{{ wait_for_orders_result.all_succeeded }}"}},
    ]
    folder = ansible.folder()
    write_playbook(folder / "play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    command = ["ansible-playbook", "play.yml", "-i", str(ansible.inventory), "-i", bastion(ansible)]
    return ansible.run(command, cwd=folder, merge=True)


def bastion(ansible: Ansible) -> str:
    """Return an inventory with a second host, which is local as well but not the controller's localhost."""
    path = ansible.top / "bastion.ini"
    path.write_text("bastion ansible_connection=local ansible_python_interpreter='{{ ansible_playbook_python }}'\n")
    return str(path)


def role_variables(sim: Sim) -> dict[str, Any]:
    """Return the role's variables: some of them empty, as surveys send what nobody answered."""
    options = {
        **sim.options,
        "order_names": "order.role",
        "interval": 0.2,
        "pending_interval": 0.2,
        "pools": "",
        "since": "",
    }
    return {f"wait_for_orders_{name}": value for name, value in options.items()}


def lines(run: Run, task: str) -> list[str]:
    """Return the progress lines between a task's banner and the next one's."""
    after = run.stdout.split(f"TASK [{task}]", 1)[1].split("\nTASK [", 1)[0]
    return [line for line in after.splitlines() if line.startswith("modelarts: ")]


@pytest.mark.parametrize("task", ["process", "module", "environment", "delegated", "again"])
def test_it_waits_from_everywhere(run: Run, task: str) -> None:
    result = run.result(task)
    assert result["all_succeeded"] and not result["timed_out"]
    # An order advances with each listing that shows it: where polls are module runs, the history is one of them.
    assert result["polls"] == {"again": 1, "module": 3, "environment": 3}.get(task, 4)


def test_it_waits_under_async_without_lines(run: Run) -> None:
    result = run.result("async")
    assert result["all_succeeded"] and result["polls"] == 4
    assert lines(run, "async") == []


@pytest.mark.parametrize("task", ["process", "module", "delegated"])
def test_progress_is_shown_on_every_change(run: Run, task: str) -> None:
    shown = lines(run, task)
    assert shown[0].startswith("modelarts: 0/1 succeeded, 1 pending, ")
    assert "1 processing" in shown[1] and shown[-1].startswith("modelarts: 1/1 succeeded")


def test_no_line_under_no_log(run: Run) -> None:
    assert run.event("secret").event == "ok" and lines(run, "secret") == []


def test_each_item_of_a_loop_is_waited_for(run: Run) -> None:
    ended = [event.result for event in run.of("looped") if event.event.startswith("item")]
    assert [result["all_succeeded"] for result in ended] == [True, True]


def test_the_timeout_keyword_ends_it(run: Run) -> None:
    said = str(run.failure("timed")["msg"]).lower()
    assert "timed out" in said or "timeout" in said or "expected time frame" in said


def test_the_deadline_ends_it_on_time(run: Run) -> None:
    result = run.failure("deadline")
    assert result["timed_out"] and 4 <= result["elapsed"] <= 60
    assert result["orders"][0]["order_name"] == "order.slow"
    assert re.match(r"Timed out after \d+s \(wait_timeout\): order\.slow ", result["msg"])


@pytest.mark.parametrize("task", ["aground", "aground as module", "aground async"])
def test_a_failure_names_order_pool_and_reason(run: Run, task: str) -> None:
    result = run.failure(task)
    name = result["orders"][0]["resource_display_name"]
    assert name.startswith("aground") and result["msg"].startswith(
        f"Order order.{name} (pool {name}) failed: {REASON.rstrip('.')}; failed nodes: os-node-"
    )
    assert [order["fail_reason"] for order in result["failed_orders"]] == [REASON]


def test_check_mode_polls_once_and_does_not_fail(run: Run) -> None:
    result = run.result("checked")
    assert result["polls"] == 1 and result["summary"]["pending"] == 1 and not result["all_finished"]


@pytest.mark.parametrize(("task", "story"), [("throttled", "throttled"), ("throttled as module", "throttled-b")])
def test_retry_after_is_honoured_from_everywhere(run: Run, sims: Stories, task: str, story: str) -> None:
    assert run.result(task)["all_succeeded"]
    first, second, *dummy = [row["time"] for row in sims[story].requests("list")]
    assert second - first >= PAUSE


@pytest.mark.parametrize("way", ["", " as module"])
def test_check_mode_tells_why_a_poll_failed(run: Run, way: str, documentation: dict[str, Any]) -> None:
    result = run.result("throttled check" + way)
    assert (result["status"], result["retry_after"], result["polls"]) == (429, PAUSE, 1)
    moments = ("failure", "in check mode, where the poll met a transient fault")
    assert without_orders(differences(documentation["module"][WAIT]["return"], result, *moments)) == []


@pytest.mark.parametrize("way", ["", " as module"])
def test_bad_credentials_and_bad_options_end_it_at_once(run: Run, way: str) -> None:
    refused = run.failure("refused" + way)
    assert (refused["status"], refused["polls"], refused["requests"]) == (
        401,
        1,
        1,
    ) and "refuses the access key" in refused["msg"]
    assert run.failure("nothing" + way)["msg"].startswith("Nothing to wait for: give order_names")
    assert run.failure("bad interval")["msg"].startswith("interval: -1 is not a number of seconds")


def test_the_role_waits_and_keeps_the_result(run: Run) -> None:
    assert run.result("role result")["msg"] in (True, "True")


def test_every_result_is_as_documented(run: Run, documentation: dict[str, Any]) -> None:
    returns = documentation["module"][WAIT]["return"]
    for task in ("process", "module", "async", "environment", "delegated"):
        assert without_orders(differences(returns, run.result(task))) == [], task
    for task in (
        "deadline",
        "aground",
        "aground as module",
        "aground async",
        "refused",
        "refused as module",
        "nothing",
    ):
        assert without_orders(differences(returns, run.failure(task), "failure")) == [], task


def without_orders(found: list[str]) -> list[str]:
    """Drop what is said of the keys of an order: they are documented at the info module."""
    return [line for line in found if not line.startswith("orders.") and not line.startswith("orders[")]


def test_runner_shows_progress_live_and_none_under_no_log(ansible: Ansible, clouds: Clouds, tmp_path: Path) -> None:
    ansible_runner = pytest.importorskip(
        "ansible_runner", reason="ansible-runner is not installed beside this ansible-core"
    )
    order = {
        "pool": "p",
        "order_name": "order.p",
        "created": "5m",
        "timeline": timeline(("processing", 12), "succeeded"),
    }
    sim = clouds.new([order])
    (tmp_path / "project").mkdir()
    options = {"heartbeat": 0.5}
    plays = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                wait("told", sim, "p", with_options=options),
                wait("untold", sim, "p", with_options=options, no_log=True),
            ],
        }
    ]
    write_playbook(tmp_path / "project" / "play.yml", plays)
    times: list[tuple[float, str]] = []

    def handle(event: dict[str, Any]) -> bool:
        times.append((time.monotonic(), str(event.get("stdout", ""))))
        return True

    environment = ansible.environment()
    result = ansible_runner.run(
        private_data_dir=str(tmp_path),
        playbook="play.yml",
        inventory=str(ansible.inventory),
        event_handler=handle,
        envvars=environment,
        quiet=True,
    )
    assert result.rc == 0
    told = [(when, text) for when, text in times if text.startswith("modelarts: ")]
    assert len(told) >= 4, "at least one line for each heartbeat"
    assert told[-1][0] - told[0][0] >= 1, "lines arrive while the task runs, not after it"
    after = "\n".join(text for dummy, text in times).split("TASK [untold]", 1)[1]
    assert "modelarts: " not in after
    assert sim.cloud.settings["keys"][0]["secret_key"] not in json.dumps(list(result.events))


def started(ansible: Ansible, tasks: list[Task]) -> subprocess.Popen[str]:
    """Start a playbook of these tasks and return it once a wait has told something."""
    folder = ansible.folder()
    write_playbook(folder / "play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    process = subprocess.Popen(
        [str(ansible.bin / "ansible-playbook"), "play.yml"],
        cwd=folder,
        env=ansible.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    next(line for line in process.stdout if line.startswith("modelarts: "))
    return process


def test_an_interrupt_ends_it_at_once(ansible: Ansible, sims: Stories) -> None:
    process = started(ansible, [wait("endless", sims["slow"], "slow")])
    # ansible-core itself hangs where it ends a worker that is just handing over a line: give it time to have done so.
    time.sleep(1)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest, dummy = process.communicate(timeout=30)
    assert process.returncode != 0 and time.monotonic() - asked < 25
    assert "Traceback" not in rest


def test_a_worker_whose_playbook_was_killed_polls_no_more(ansible: Ansible, sims: Stories) -> None:
    process = started(ansible, [wait("orphaned", sims["slow-b"], "slow-b")])
    process.kill()
    process.wait()
    time.sleep(2)
    polled = len(sims["slow-b"].requests("list"))
    time.sleep(2)
    assert len(sims["slow-b"].requests("list")) == polled


def test_an_interpreter_that_hangs_does_not_outlast_the_deadline(ansible: Ansible, sims: Stories) -> None:
    hangs = ansible.top / "hangs"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    variables = {**AS_MODULE, "ansible_python_interpreter": str(hangs)}
    task = wait("hung", sims["done"], "done", with_options={"wait_timeout": 3}, vars=variables, ignore_errors=True)
    folder = ansible.folder()
    write_playbook(folder / "play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}])
    run = ansible.run(["ansible-playbook", "play.yml"], cwd=folder)
    result = run.failure("hung")
    assert result["timed_out"] and result["elapsed"] < 20
    assert "did not answer within" in result["msg"]


@pytest.mark.newest
def test_the_playbook_tells_the_next_node_on_every_end(ansible: Ansible, sims: Stories) -> None:
    for order, good in (("done", True), ("aground-d", False)):
        extra = {
            **{f"wait_for_orders_{name}": value for name, value in sims[order].options.items()},
            "wait_for_orders_order_names": f"order.{order}",
        }
        run = ansible.run(
            ["ansible-playbook", f"{COLLECTION}.wait_for_orders", "-e", json.dumps(extra)],
            {"ANSIBLE_SHOW_CUSTOM_STATS": "1"},
        )
        assert (run.rc == 0) is good, run.output
        assert f'"modelarts_all_succeeded": {json.dumps(good)}' in run.stdout
        if not good:
            assert run.events[-1].failed and run.events[-1].result["msg"].startswith(
                f"Order order.{order} (pool {order}) failed: {REASON.rstrip('.')}; failed nodes:"
            )


def test_the_pool_of_a_partial_order_is_awaited_by_modules_as_well(ansible: Ansible, clouds: Clouds) -> None:
    """A module run that asks for pools is not to stop at the orders, which the wait has taken for successes."""
    story = {"state": "partial", "count": 4, "flavor": "modelarts.vm.gpu.t4u8"}
    drivers = [{"drivers": "Updating", "polls": 2}, {}]
    names = ("process", "module")
    sim = clouds.new(
        [{"pool": name, "order_name": f"order.{name}", **story, "pool_timeline": drivers} for name in names]
    )
    given = {"accept_partial": True, "ready": True, "wait_timeout": 120}
    tasks = [wait("process", sim, "process", with_options=given)]
    tasks.append(wait("module", sim, "module", with_options=given, vars=AS_MODULE))
    run = ansible.tasks(tasks).succeeded()
    assert [run.result(name)["pools"][0]["nodes"] for name in names] == [{"total": 2, "ready": 2, "abnormal": []}] * 2
    assert sim.count("pool") == 6


@pytest.mark.newest
def test_the_demo_shows_a_success_and_an_expected_failure(ansible: Ansible) -> None:
    (play,) = yaml.safe_load((ROOT / "playbooks/demo.yml").read_text(encoding="utf-8"))
    orders = play["vars"]["simulator_orders"]
    # By polls instead of seconds: what is seen must not depend on how fast this machine is.
    by_polls = {"pool-train": (3, 2), "pool-eval": (1, 1), "pool-big": (1, 8)}
    for order in orders:
        order.pop("visible_after", None)
        for step, polls in zip(order["timeline"], by_polls.get(order["pool"], ()), strict=False):
            del step["seconds"]
            step["polls"] = polls
    extra = json.dumps({"simulator_orders": orders})
    run = ansible.run(["ansible-playbook", f"{COLLECTION}.demo", "-e", extra]).succeeded()
    assert "training starts" in run.stdout and "(pool pool-big) failed: Insufficient resources" in run.stdout
    assert "expected end about" in run.output and [event for event in run.events if event.failed] == []
    assert max(map(len, run.output.splitlines())) < 400, "for people"
