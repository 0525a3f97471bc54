# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source in the real ansible-rulebook, with the rulebook and the playbooks of the collection."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import ROOT
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import KEYS, Clouds
from ansible_collections.huaweicloud.modelarts.tests.support.launches import Launches
from ansible_collections.huaweicloud.modelarts.tests.unit.awx.controller_rules import VariableLoader, injected

PATIENCE = 150.0
INJECTION = "{{ lookup('pipe', 'touch %s') }}"
HEADER = "#jinja2: variable_start_string:'[%%', variable_end_string:'%%]'\n[%% lookup('pipe', 'touch %s') %%]"
HOLD = {"state": "processing", "seconds": 3600}


def find_rulebook() -> Path | None:
    """Return ansible-rulebook: in MODELARTS_TEST_RULEBOOK_BIN, .venvs/eda/bin, next to this Python, or on PATH."""
    name = "ansible-rulebook"
    places = [
        os.environ.get("MODELARTS_TEST_RULEBOOK_BIN"),
        str(ROOT / ".venvs/eda/bin"),
        str(Path(sys.executable).parent),
    ]
    found = next((hit for place in places if place and (hit := shutil.which(name, path=place))), None) or shutil.which(
        name
    )
    return Path(found) if found else None


RULEBOOK = find_rulebook()
pytestmark = [
    pytest.mark.newest,
    pytest.mark.skipif(RULEBOOK is None, reason="ansible-rulebook is missing: pip install -r requirements/eda.txt"),
    pytest.mark.skipif(shutil.which("java") is None, reason="java (17 or later) is missing: ansible-rulebook needs it"),
    pytest.mark.timeout(400),
]


class Engine:
    """Runs of one rulebook over one folder; ``output`` is what all of them have printed."""

    rulebook = "orders"
    arguments: tuple[str, ...] = ()

    def __init__(self, folder: Path, environ: dict[str, str], **variables: Any) -> None:
        self.folder = folder
        self.state_file = folder / "state.json"
        self._log = folder / "log"
        home = folder / "collections/ansible_collections/huaweicloud"
        home.mkdir(parents=True)
        (home / "modelarts").symlink_to(ROOT)
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        self._write("inventory.yml", {"all": {"hosts": {"localhost": local}}})
        self._write("vars.yml", {"interval": 0.3, "state_file": str(self.state_file), **variables})
        self._environ = {**self._base(), **environ}
        self._process: subprocess.Popen[bytes] | None = None

    def _write(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(yaml.safe_dump(value), encoding="utf-8")

    def _base(self) -> dict[str, str]:
        assert RULEBOOK is not None
        java = shutil.which("java")
        assert java is not None
        return {
            "PATH": f"{RULEBOOK.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder),
            "JAVA_HOME": os.environ.get("JAVA_HOME") or str(Path(java).resolve().parent.parent),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "ANSIBLE_NOCOLOR": "1",
            "PYTHONUNBUFFERED": "1",
            "LANG": "C.UTF-8",
        }

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def start(self) -> None:
        assert RULEBOOK is not None
        name = self.rulebook if "." in self.rulebook else f"huaweicloud.modelarts.{self.rulebook}"
        command = [str(RULEBOOK), "--rulebook", name, "--inventory", "inventory.yml", *self.arguments]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--vars", "vars.yml"],
                cwd=self.folder,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it as a crash does, with the playbooks that it runs."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self._process is not None
            assert self._process.poll() is None, f"ansible-rulebook ended:\n{self.output}"
            assert time.monotonic() < deadline, f"{what} took too long:\n{self.output}"
            time.sleep(0.1)

    def wait_for_line(self, text: str) -> None:
        self.wait_for(lambda: text in self.output, text)

    def remembered(self) -> dict[str, str]:
        """Return the state of each order that the state file knows."""
        if not self.state_file.exists():
            return {}
        known = json.loads(self.state_file.read_text(encoding="utf-8").splitlines()[0])["known"]
        return {name: row[0] for name, row in known.items()}


@contextlib.contextmanager
def engine(folder: Path, environ: dict[str, str], kind: type[Engine] = Engine, **variables: Any) -> Iterator[Engine]:
    """Start ansible-rulebook, and be sure that it ends."""
    running = kind(folder, environ, **variables)
    running.start()
    try:
        yield running
    finally:
        running.kill()


def test_success_and_failure_run_different_playbooks_and_a_crash_loses_and_repeats_nothing(
    clouds: Clouds, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    reason = INJECTION % trap
    sim = clouds.new(
        [
            {"pool": "good", "order_name": "order.good-1", "timeline": [HOLD, {"state": "succeeded"}]},
            {"pool": "bad", "order_name": "order.bad-1", "timeline": [HOLD, {"state": "failed", "reason": reason}]},
            {
                "pool": "late",
                "order_name": "order.late-1",
                "timeline": [{**HOLD, "seconds": 7200}, {"state": "succeeded"}],
            },
        ]
    )
    with engine(tmp_path, sim.environment) as running:
        running.wait_for(lambda: len(running.remembered()) == 3, "the first poll")
        sim.cloud.advance(3605)
        running.wait_for_line("good has succeeded (order.good-1)")
        running.wait_for_line("bad: order.bad-1 is failed: {{ lookup(")
        assert "late has succeeded" not in running.output
        running.kill()
        sim.cloud.advance(3605)  # the third order ends while nobody polls
        running.start()
        running.wait_for_line("late has succeeded (order.late-1)")
        assert running.output.count("good has succeeded") == 1
        assert running.output.count("bad: order.bad-1 is failed") == 1
        assert not trap.exists()


def test_refused_keys_are_an_event_that_a_rule_can_meet(clouds: Clouds, tmp_path: Path) -> None:
    sim = clouds.new([{"pool": "good", "state": "succeeded"}])
    wrong = "SKofTheTestsButWrong-7Kp4Js6Qm2Tz6Ld0Ru"
    keys = {"HUAWEICLOUD_SDK_SK": wrong, "HW_SECRET_KEY": wrong}
    with engine(tmp_path, {**sim.environment, **keys}) as running:
        running.wait_for_line("\nservice: ")
        time.sleep(2)
        assert "refuses the access key (HTTP 401" in running.output
        assert wrong not in running.output
        assert sim.count() == 1


def test_bad_arguments_are_an_event_and_the_rulebook_goes_on(clouds: Clouds, tmp_path: Path) -> None:
    sim = clouds.new()
    with engine(tmp_path, sim.environment, interval="often") as running:
        running.wait_for_line("\noptions: interval: 'often' is not of type float")
        time.sleep(1)
        assert sim.count() == 0
        running.wait_for(lambda: True, "it still runs")


def test_variables_of_a_credential_connect_and_job_templates_are_started(clouds: Clouds, tmp_path: Path) -> None:
    """As in a controller: nothing in the environment, and no text of the cloud in a job's variables."""
    trap = tmp_path / "trap"
    failed = {"state": "failed", "reason": INJECTION % trap}
    sim = clouds.new(
        [
            {"pool": "good", "order_name": "order.good-1", "timeline": [HOLD, {"state": "succeeded"}]},
            {"pool": "bad", "order_name": "order.bad-1", "timeline": [HOLD, failed]},
        ]
    )
    types = (ROOT / "extensions/awx/eda/credential_types.yml").read_text(encoding="utf-8")
    (credential,) = yaml.load(types, Loader=VariableLoader)["eda_credential_types"]
    variables = injected(credential, {**sim.place, **KEYS}, "extra_vars")
    assert variables["modelarts_password"] == ""  # what is left empty arrives, too
    with Launches("ModelArts: order succeeded", "Recover") as controller:

        class Starter(Engine):
            rulebook = "job_templates"
            arguments = ("--controller-url", f"{controller.url}/", "--controller-token", "a-token-of-the-tests")

        with engine(tmp_path, {}, Starter, **variables, job_template_failed="Recover") as running:
            running.wait_for(lambda: len(running.remembered()) == 2, "the first poll")
            sim.cloud.advance(3605)
            running.wait_for(lambda: len(controller.started) == 2, "starting the jobs")
            assert KEYS["secret_key"] not in running.output
        started = {name: body["extra_vars"] for name, body in controller.started}
    assert started == {
        "ModelArts: order succeeded": {"on_order_name": "order.good-1"},
        "Recover": {"on_order_name": "order.bad-1"},
    }
    assert not trap.exists()


@pytest.mark.parametrize("attack", [INJECTION, HEADER], ids=["braces", "header"])
def test_a_playbook_that_prints_the_event_runs_nothing(clouds: Clouds, tmp_path: Path, attack: str) -> None:
    """ansible-rulebook hands every event to every playbook as extra variables, in which templates are evaluated."""
    trap = tmp_path / "trap"
    failed = {"state": "failed", "reason": attack % trap}
    sim = clouds.new([{"pool": "bad", "order_name": "order.bad-1", "timeline": [HOLD, failed]}])
    printing = [{"ansible.builtin.debug": {"msg": "REASON {{ ansible_eda.event.order.fail_reason }}"}}]
    printing += [{"ansible.builtin.debug": {"var": "ansible_eda"}}]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": printing}
    action = {"run_playbook": {"name": "print.yml", "copy_files": False}}
    rules = [{"name": "print", "condition": 'event.order.state == "failed"', "action": action}]
    arguments = {"interval": 0.3, "state_file": str(tmp_path / "state.json")}
    sources = [{"huaweicloud.modelarts.modelarts_orders": arguments}]
    rulebook = [{"name": "own", "hosts": "localhost", "sources": sources, "rules": rules}]
    (tmp_path / "print.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    (tmp_path / "own.yml").write_text(yaml.safe_dump(rulebook), encoding="utf-8")

    class Own(Engine):
        rulebook = "own.yml"

    with engine(tmp_path, sim.environment, Own) as running:
        running.wait_for(lambda: len(running.remembered()) == 1, "the first poll")
        sim.cloud.advance(3605)
        running.wait_for_line("PLAY RECAP")
        assert "REASON" in running.output
        assert str(trap) in running.output
    assert not trap.exists()
