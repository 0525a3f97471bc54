# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: ansible-runner with its folders, the credential's environment and the survey's variables."""

from __future__ import annotations

import dataclasses
import datetime
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import ROOT, Ansible, write_playbook
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import KEYS, LOGIN, REGION, TOKEN, Clouds, Sim
from ansible_collections.huaweicloud.modelarts.tests.unit.awx.controller_rules import (
    VariableLoader,
    extra_vars,
    extra_vars_file,
    injected,
)

AWX = ROOT / "extensions" / "awx"


def variables_of(name: str) -> Any:
    """Return what a file of the controller's configuration holds."""
    return yaml.load((AWX / "controller" / f"{name}.yml").read_text(encoding="utf-8"), Loader=VariableLoader)


WAIT = "huaweicloud.modelarts.modelarts_order_wait"
(CREDENTIAL_TYPE,) = variables_of("credential_types")["controller_credential_types"]
TEMPLATES = {template["playbook"]: template for template in variables_of("templates")["controller_templates"]}
#: The two templates of one playbook.
TEMPLATES["poll_once.yml"] = next(
    template for template in variables_of("templates")["controller_templates"] if "extra_vars" in template
)
TEMPLATES["wait_for_orders.yml"] = variables_of("templates")["controller_templates"][0]
SECRETS = (KEYS["secret_key"], LOGIN["password"], TOKEN)
#: The progress of a wait as it is written in the middle of a job; in the default of a minute no test could wait for it.
HEARTBEAT = 1.0
#: In polls, not seconds: however long a job takes to start, its wait goes on for five seconds.
RUNNING = [{"state": "pending", "polls": 3}, {"state": "processing", "polls": 9}, {"state": "succeeded"}]
ORDERS: list[dict[str, Any]] = [
    {"pool": "pool-runs", "order_name": "runs", "timeline": RUNNING},
    {"pool": "pool-long", "order_name": "long", "timeline": [{"state": "processing"}]},
    {"pool": "pool-done", "order_name": "done", "state": "succeeded", "created": "1h"},
    {"pool": "pool-bad", "order_name": "bad", "state": "failed", "reason": "no stock", "created": "1h"},
]


@dataclasses.dataclass(frozen=True)
class Job:
    """What a job left: its status, its events in order, and its folder of artifacts."""

    status: int
    events: list[dict[str, Any]]
    folder: Path
    output: str

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind."""
        return [event for event in self.events if event["event"] == kind]

    @property
    def progress(self) -> list[dict[str, Any]]:
        """The events that carry a progress line."""
        return [event for event in self.of("verbose") if event["stdout"].startswith("modelarts: ")]

    @property
    def facts(self) -> dict[str, Any]:
        """What the next node of a workflow gets as extra variables."""
        return dict(self.of("playbook_on_stats")[-1]["event_data"].get("artifact_data", {}))

    @property
    def reasons(self) -> dict[str, str]:
        """The message of the task that failed last, for each host where one did."""
        failed = [event["event_data"] for event in self.of("runner_on_failed")]
        return {data["host"]: str(data["res"]["msg"]) for data in failed}

    @property
    def reason(self) -> str:
        """The message of the task that failed last."""
        return self.reasons["localhost"]


class Controller:
    """Stands in for AWX: lays a job's folders out and starts the runner on them."""

    def __init__(self, ansible: Ansible, sim: Sim) -> None:
        self._ansible = ansible
        self._sim = sim

    def credential(self, **method: str) -> dict[str, str]:
        """Return the environment that a credential of our type gives to a job."""
        place = {
            "region": REGION,
            "project_id": self._sim.project,
            "endpoint": self._sim.url,
            "iam_endpoint": self._sim.url,
        }
        return injected(CREDENTIAL_TYPE, {**place, **(method or KEYS)})

    def launch(self, template: str, answers: dict[str, Any], **method: str) -> Job:
        """Run a job of one of our templates."""
        document = TEMPLATES[f"{template}.yml"]
        return self.run(document["playbook"], extra_vars(document, answers), None, document, None, **method)

    def run(
        self,
        playbook: str,
        variables: dict[str, Any],
        plays: list[Any] | None = None,
        template: Mapping[str, Any] | None = None,
        hosts: Mapping[str, dict[str, Any]] | None = None,
        **method: str,
    ) -> Job:
        """Run a playbook of our project, or these plays in its place; extra variables of the template are trusted.

        What ``hosts`` says of a host is written as extra variables are.
        """
        folder = self._ansible.folder()
        shutil.copytree(AWX / "project", folder / "project")
        if plays:
            write_playbook(folder / "project" / playbook, plays)
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        files = {
            "env/envvars": {**self.credential(**method), "JOB_ID": "7", "AWX_HOST": "https://awx.example.com"},
            "env/extravars": extra_vars_file({**variables, "awx_job_id": 7}, (template or {}).get("extra_vars")),
            "env/settings": {"suppress_env_files": True, "job_timeout": 100, "idle_timeout": 60},
            "inventory/hosts.yml": {"all": {"hosts": dict.fromkeys(hosts or ["localhost"], local)}},
            **{f"inventory/host_vars/{name}.yml": extra_vars_file(given) for name, given in (hosts or {}).items()},
        }
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / name).write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", playbook, "--ident", "7"]
        environment = self._ansible.environment()
        del environment["ANSIBLE_INVENTORY"]  # the runner names the one in its folder
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)
        found = [json.loads(path.read_text()) for path in (folder / "artifacts" / "7" / "job_events").glob("*.json")]
        return Job(
            done.returncode,
            sorted(found, key=lambda event: int(event["counter"])),
            folder / "artifacts",
            done.stdout + done.stderr,
        )


@pytest.fixture(scope="module")
def controller(ansible: Ansible, clouds: Clouds) -> Controller:
    """Return a controller with a credential for a cloud of four pools."""
    return Controller(ansible, clouds.new(ORDERS))


@pytest.fixture(scope="module")
def waited(ansible: Ansible, clouds: Clouds) -> Job:
    """Wait in a job for an order that takes five seconds, with a heartbeat that fits that."""
    quick = {
        "wait_for_orders_heartbeat": HEARTBEAT,
        "wait_for_orders_interval": 0.5,
        "wait_for_orders_pending_interval": 0.5,
    }
    controller = Controller(ansible, clouds.new(ORDERS))
    return controller.launch(
        "wait_for_orders",
        {"wait_for_orders_involved_names": "pool-runs,pool-done", "wait_for_orders_settle": 0, **quick},
    )


def created(event: dict[str, Any]) -> float:
    """Return when an event was created, in seconds."""
    return datetime.datetime.fromisoformat(event["created"]).timestamp()


def test_a_job_that_waits_succeeds(waited: Job) -> None:
    """The survey's text names two pools; the facts for the next node say that both are there."""
    assert waited.status == 0, waited.output
    assert waited.facts["modelarts_all_succeeded"] is True
    assert waited.facts["modelarts_summary"]["succeeded"] == 2


def test_its_progress_arrives_while_it_waits(waited: Job) -> None:
    """Each line is an event of its own, one at each heartbeat at the latest, and none waits for the task's end."""
    times = [created(event) for event in waited.progress]
    (end,) = (created(event) for event in waited.of("runner_on_ok") if event["event_data"]["task_action"] == WAIT)
    assert len(times) >= 4
    assert max(later - earlier for earlier, later in zip(times, [*times[1:], end], strict=True)) < HEARTBEAT + 30
    assert end - times[0] > 3
    assert any("1/2 succeeded" in event["stdout"] for event in waited.progress)


@pytest.mark.parametrize(
    "method", [KEYS, {key: LOGIN[key] for key in LOGIN}, {"auth_token": TOKEN}], ids=["key", "password", "token"]
)
def test_no_artifact_holds_a_secret(controller: Controller, method: dict[str, str]) -> None:
    """Every method works out of the credential, and no event, output or fact that is kept tells its secret.

    The runner's file `command` holds the environment as it is; the controller masks its own copy and deletes the file.
    """
    job = controller.launch("poll_once", {"wait_for_orders_order_names": "done"}, **method)
    assert job.status == 0, job.output
    kept = [
        path.read_text(errors="replace") for path in job.folder.rglob("*") if path.is_file() and path.name != "command"
    ]
    assert len(kept) > 5
    assert [secret for secret in SECRETS if any(secret in text for text in [*kept, job.output])] == []


def test_nothing_is_said_under_no_log(controller: Controller) -> None:
    """A task that hides its result has no progress lines in the job's output either."""
    options = {"order_names": ["runs", "done"], "heartbeat": 0.5, "interval": 0.5, "pending_interval": 0.5, "settle": 0}
    job = controller.run(
        "hidden.yml", {}, [{"hosts": "localhost", "gather_facts": False, "tasks": [{WAIT: options, "no_log": True}]}]
    )
    assert job.status == 0, job.output
    assert job.progress == [] and "succeeded" not in job.output


#: Polls that find something, and a login for it where it is not the usual one.
POLLS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "unfinished": ({"wait_for_orders_involved_names": "pool-long"}, {}),
    "failed": ({"wait_for_orders_involved_names": "pool-long,pool-bad"}, {}),
    "both": ({"wait_for_orders_involved_names": "pool-long,pool-bad", "wait_for_orders_fail_fast": False}, {}),
    "mistyped": ({"wait_for_orders_involved_names": "pool-long,no-such-pool"}, {}),
    "refused": ({"wait_for_orders_order_names": "done"}, {"auth_token": "refused-by-everybody"}),
}
#: Until when a name that is not listed counts as unfinished, and what is said where that is over.
LATE = {
    "2099-01-01T08:00:00Z": "",
    "2099-01-01T08:00Z": "",
    "2026-01-01T08:00:00Z": "Not listed",
    "": "Not listed",
    "tomorrow": "modelarts_missing_until is no time in UTC such as 2026-11-01T08:00:00Z",
}


@pytest.fixture(scope="module")
def polled(controller: Controller) -> dict[str, Job]:
    """Poll once for each story."""
    return {name: controller.launch("poll_once", answers, **method) for name, (answers, method) in POLLS.items()}


@pytest.fixture(scope="module")
def judged(controller: Controller, polled: dict[str, Job]) -> dict[str, str]:
    """Judge, as the node behind a poll does, what polls told and might tell: all in one job, on a host for each.

    Returns why it fails, which is empty where nothing is wrong.
    """
    facts = {"modelarts_timed_out": True, "modelarts_failed_orders": [], "modelarts_missing": ["order.new"]}
    hosts = {name: job.facts for name, job in polled.items()}
    for number, until in enumerate(LATE):
        hosts[f"late-{number}"] = {**facts, "modelarts_missing_until": until}
        hosts[f"ended-{number}"] = {**hosts[f"late-{number}"], "modelarts_timed_out": False}
    (play,) = yaml.safe_load((AWX / "project" / "still_on_its_way.yml").read_text(encoding="utf-8"))
    job = controller.run("all.yml", {}, [{**play, "hosts": "all"}], hosts=hosts)
    assert {event["event_data"]["host"] for event in job.of("runner_on_start")} == set(hosts), job.output
    return {**dict.fromkeys(hosts, ""), **job.reasons}


@pytest.mark.newest
def test_a_poll_of_an_unfinished_order(controller: Controller, polled: dict[str, Job], judged: dict[str, str]) -> None:
    """It ends at once and fails, and the node behind it, which gets its facts, finds that nothing is wrong."""
    job = polled["unfinished"]
    assert job.status != 0
    assert job.facts["modelarts_timed_out"] is True and job.facts["modelarts_failed_orders"] == []
    assert controller.launch("still_on_its_way", job.facts).status == 0
    assert judged["unfinished"] == ""


@pytest.mark.newest
def test_a_poll_of_a_failed_order(controller: Controller, polled: dict[str, Job], judged: dict[str, str]) -> None:
    """The node behind it fails with the order's reason, which leads to the other end of the workflow."""
    assert polled["failed"].status != 0 and "no stock" in polled["failed"].reason
    job = controller.launch("still_on_its_way", polled["failed"].facts)
    assert job.status != 0
    assert job.reason == judged["failed"] and "no stock" in job.reason


@pytest.mark.newest
def test_a_poll_of_a_failed_and_an_unfinished_order(polled: dict[str, Job], judged: dict[str, str]) -> None:
    """Where the poll does not end at the first failure, its time is over as well: the failure still counts."""
    facts = polled["both"].facts
    assert facts["modelarts_timed_out"] is True and len(facts["modelarts_failed_orders"]) == 1
    assert "no stock" in judged["both"]


@pytest.mark.newest
def test_a_poll_of_a_mistyped_pool(polled: dict[str, Job], judged: dict[str, str]) -> None:
    """It would never be listed: the node behind it fails, and says what that can mean."""
    facts = polled["mistyped"].facts
    assert facts["modelarts_timed_out"] is True and facts["modelarts_missing"] == ["no-such-pool"]
    assert judged["mistyped"].startswith('Not listed: ["no-such-pool"]. The name may be mistyped')
    assert "\n" not in judged["mistyped"]


@pytest.mark.newest
def test_a_poll_that_could_not_poll(polled: dict[str, Job], judged: dict[str, str]) -> None:
    """Refused credentials are no reason to poll again."""
    assert polled["refused"].status != 0 and "refuses" in polled["refused"].reason
    assert "refuses" in judged["refused"]


@pytest.mark.newest
@pytest.mark.parametrize(("number", "said"), list(enumerate(LATE.values())))
def test_an_order_that_is_listed_late(judged: dict[str, str], number: int, said: str) -> None:
    """Up to a time that the survey may give, a name that is not listed counts as unfinished."""
    assert (said in judged[f"late-{number}"]) if said else judged[f"late-{number}"] == ""
    assert judged[f"ended-{number}"].startswith("The orders are not just unfinished.")


@pytest.mark.newest
def test_a_survey_without_answers(controller: Controller) -> None:
    """Empty texts count as not given, so one line says what is missing."""
    job = controller.launch("wait_for_orders", {})
    assert job.status != 0
    assert "order_names" in job.reason and "\n" not in job.reason


@pytest.mark.newest
def test_a_poll_of_pools_that_can_be_used(controller: Controller) -> None:
    """The survey's answer is a text, and asks for the pools themselves."""
    answers = {"wait_for_orders_involved_names": "pool-done", "wait_for_orders_ready": "true"}
    polled = controller.launch("poll_once", answers)
    assert polled.status == 0, polled.output
    (waited,) = (
        event["event_data"]["res"] for event in polled.of("runner_on_ok") if event["event_data"]["task_action"] == WAIT
    )
    assert [(pool["display_name"], pool["ready"]) for pool in waited["pools"]] == [("pool-done", True)]


@pytest.mark.newest
def test_a_report(controller: Controller, ansible: Ansible) -> None:
    """The survey's empty pool means all pools; a text for the age is enough."""
    page = ansible.folder() / "orders.html"
    job = controller.launch("order_report", {"order_report_dest": str(page)})
    assert job.status == 0, job.output
    text = page.read_text(encoding="utf-8")
    assert all(order["pool"] in text for order in ORDERS)
