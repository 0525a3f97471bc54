# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the real executables of one ansible-core, far from the user's settings, and read what every task returned."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "huaweicloud.modelarts"
INFO = f"{COLLECTION}.modelarts_order_info"
LOOKUP = f"{COLLECTION}.modelarts_orders"
GROUP = f"group/{COLLECTION}.modelarts"
#: Modules are answered in the controller where their task is local, and run as modules elsewhere. test_in_process.py
#: shows that both ways return the same; tests of what each does apart run in both.
WAYS = ("module", "in-process")

_OWN_BIN = Path(sys.executable).parent
_BIN = Path(os.environ.get("MODELARTS_TEST_BIN") or _OWN_BIN)
#: Whether the ansible-core under test is the one next to the running Python, which meets everything. Others meet
#: what may depend on them.
NEWEST = _BIN == _OWN_BIN
#: Seconds after which a run counts as hanging; the slowest takes some sixty.
PATIENCE = 280
_LINK = Path("ansible_collections", "huaweicloud", "modelarts")
_CALLBACKS = Path(__file__).parent / "callback_plugins"
#: What a child process gets of this one's environment; all else could change a result.
_KEPT = ("LANG", "LC_ALL", "TZ")

Task = dict[str, Any]
Play = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Event:
    """What a callback was told: ``event`` is ok, failed, skipped, unreachable, retry, item ok or item failed."""

    event: str
    time: float
    task: str
    host: str
    ignored: bool
    result: dict[str, Any]
    trusted: list[str]

    @property
    def failed(self) -> bool:
        """Whether the task failed, ignored or not."""
        return self.event in ("failed", "unreachable")


@dataclasses.dataclass(frozen=True)
class Run:
    """How one command ended, and the events of its tasks in order."""

    command: list[str]
    cwd: Path
    rc: int
    stdout: str
    stderr: str
    events: list[Event]

    @property
    def output(self) -> str:
        """Everything that a person at the terminal saw."""
        return self.stdout + self.stderr

    def of(self, task: str, host: str = "") -> list[Event]:
        """Return all events of a task."""
        return [event for event in self.events if event.task == task and host in ("", event.host)]

    def event(self, task: str, host: str = "") -> Event:
        """Return the event that ended a task. Fails the test with the output where the task never ran."""
        found = [event for event in self.of(task, host) if not event.event.startswith(("item", "retry"))]
        assert found, f"task {task!r} did not run:\n{self.output}"
        return found[-1]

    def result(self, task: str, host: str = "") -> dict[str, Any]:
        """Return what a task that succeeded returned."""
        event = self.event(task, host)
        assert event.event == "ok", f"task {task!r}: {event.event}: {event.result.get('msg')}\n{self.output[-3000:]}"
        return event.result

    def failure(self, task: str, host: str = "") -> dict[str, Any]:
        """Return what a task that failed returned."""
        event = self.event(task, host)
        assert event.failed, f"task {task!r} did not fail: {json.dumps(event.result)[:2000]}"
        return event.result

    def succeeded(self) -> Run:
        """Return itself, or fail the test with the output."""
        assert self.rc == 0, f"{' '.join(self.command)} ended with {self.rc}:\n{self.output}"
        return self


class Ansible:
    """The executables of one ansible-core. Every run gets a folder of its own under ``top``."""

    def __init__(self, bin_dir: Path, top: Path) -> None:
        self.bin = bin_dir
        self.top = top
        self.python = bin_dir / "python"
        self.temporary = top / "home" / "tmp"
        self._numbers = itertools.count(1)
        self.inventory = top / "inventory.yml"
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        hosts = {"hosts": {"localhost": local}, "children": {"others": {"hosts": {"bastion": local}}}}
        self.inventory.write_text(yaml.safe_dump({"all": hosts}), encoding="utf-8")
        self._collections = self._find_collection()
        self.version = self._read_version()

    @classmethod
    def of_environment(cls, top: Path) -> Ansible:
        """Return the ansible that MODELARTS_TEST_BIN names, by default the one next to the running Python."""
        return cls(_BIN, top)

    def _find_collection(self) -> Path:
        """Return a collections folder: empty where a link in site-packages is enough, else with one of its own."""
        folder = self.top / "collections"
        folder.mkdir()
        if not any((packages / _LINK).exists() for packages in self.bin.parent.glob("lib/python3*/site-packages")):
            (folder / _LINK).parent.mkdir(parents=True)
            (folder / _LINK).symlink_to(ROOT)
        return folder

    def _read_version(self) -> tuple[int, int]:
        program = "import ansible.release; print(ansible.release.__version__)"
        done = subprocess.run(
            [self.python, "-c", program], capture_output=True, text=True, check=True, env=self.environment()
        )
        major, minor = done.stdout.split(".")[:2]
        return int(major), int(minor)

    def environment(self, **extra: str) -> dict[str, str]:
        """Return a clean environment and what is added to it."""
        home = self.top / "home"
        self.temporary.mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return {
            "LC_ALL": "C.UTF-8",
            **kept,
            "HOME": str(home),
            "TMPDIR": str(self.temporary),
            "PATH": os.pathsep.join([str(self.bin), str(Path(sys.executable).parent), os.defpath]),
            "ANSIBLE_HOME": str(home / ".ansible"),
            "ANSIBLE_REMOTE_TMP": str(home / ".ansible" / "tmp"),  # by default found by the user's name, not by HOME
            "ANSIBLE_ASYNC_DIR": str(home / ".ansible_async"),
            "ANSIBLE_COLLECTIONS_PATH": str(self._collections),
            "ANSIBLE_INVENTORY": str(self.inventory),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_NOCOWS": "1",
            **extra,
        }

    def folder(self) -> Path:
        """Return a fresh folder for a run."""
        path = self.top / f"run-{next(self._numbers)}"
        path.mkdir()
        return path

    def run(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None, merge: bool = False
    ) -> Run:
        """Run one of the executables. The record of its tasks grows in ``cwd/record`` while it runs.

        With ``merge`` stderr comes into ``stdout``, in the order in which a pipeline's log would show both.
        """
        cwd = cwd or self.folder()
        record = cwd / "record"
        environment = self.environment(
            ANSIBLE_CALLBACK_PLUGINS=str(_CALLBACKS),
            ANSIBLE_CALLBACKS_ENABLED="modelarts_record",
            ANSIBLE_LOAD_CALLBACK_PLUGINS="1",  # for ad-hoc runs, too
            MODELARTS_TEST_RECORD=str(record),
        )
        record.unlink(missing_ok=True)
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            env={**environment, **(env or {})},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge else subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Run(list(command), cwd, done.returncode, done.stdout, done.stderr or "", events(record))

    def play(
        self, plays: Sequence[Play], *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> Run:
        """Run a playbook that holds these plays."""
        cwd = cwd or self.folder()
        write_playbook(cwd / "play.yml", plays)
        return self.run(["ansible-playbook", "play.yml", *arguments], env, cwd)

    def tasks(
        self,
        tasks: Sequence[Task],
        *arguments: str,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        **keywords: Any,
    ) -> Run:
        """Run one play of these tasks on localhost; ``keywords`` are the play's own."""
        play = {"hosts": "localhost", "gather_facts": False, **keywords, "tasks": list(tasks)}
        return self.play([play], *arguments, env=env, cwd=cwd)


def events(record: Path) -> list[Event]:
    """Return the events written so far; a line that is just being written is left for the next time."""
    if not record.exists():
        return []
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    return [Event(**json.loads(line)) for line in lines if line.endswith("\n")]


def write_playbook(path: Path, plays: Sequence[Play]) -> None:
    """Write plays as YAML."""
    path.write_text(yaml.safe_dump(list(plays), sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")


def ask(name: str, options: Mapping[str, Any], **keywords: Any) -> Task:
    """Return a task of the info module."""
    return {"name": name, INFO: dict(options), **keywords}


def look_up(name: str, options: Mapping[str, Any], *terms: Any, **keywords: Any) -> Task:
    """Return a task whose ``msg`` is what the lookup returns for these terms and options."""
    expression = f"{{{{ query({LOOKUP!r}, *terms, **options) }}}}"
    variables = {"terms": list(terms), "options": dict(options), **keywords.pop("vars", {})}
    return {"name": name, "ansible.builtin.debug": {"msg": expression}, "vars": variables, **keywords}
