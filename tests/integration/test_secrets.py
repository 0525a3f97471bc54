# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets stay secret: canaries in every secret option and variable, and a service that repeats them everywhere."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION, SECRETS
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    NEWEST,
    WAYS,
    Ansible,
    Run,
    ask,
    look_up,
    write_playbook,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds, Sim
from modelarts_simulator.switches import DEFAULT_PROJECT

WAIT = f"{COLLECTION}.modelarts_order_wait"
#: Letters of a canary that count as a leak when they stand together: a cut must not leave half of a secret.
WINDOW = 12


def canary(joint: str = "") -> str:
    """Return a secret that cannot occur by chance; ``joint`` is put into it, to be quoted in JSON and URLs."""
    return f"{secrets.token_hex(24)}{joint}{secrets.token_hex(24)}"


CANARIES = {
    "auth_token": canary("=="),
    "secret_key": canary("/+"),
    "security_token": canary("=+"),
    "password": canary(' "ä/%\\&'),
    "oidc_token": canary("."),
}
METHODS: dict[str, dict[str, str]] = {
    "token": {"auth_token": CANARIES["auth_token"]},
    "key": {"access_key": "AKofTheSecretTests", **{name: CANARIES[name] for name in ("secret_key", "security_token")}},
    "password": {
        "username": "user-of-the-secret-tests",
        "domain_name": "domain-of-the-secret-tests",
        "password": CANARIES["password"],
    },
    "oidc": {
        "oidc_provider_urn": "iam::account:identityProvider:ci",
        "oidc_agency_urn": "iam::account:agency:ci",
        "oidc_token": CANARIES["oidc_token"],
    },
}
ORDER = {"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "state": "succeeded", "created": "1h"}


def echo_of(method: str) -> str:
    """Return every secret that a client knows, in the words of the simulator's echo."""
    known = [METHODS[method][name] for name in SECRETS if name in METHODS[method]]
    return " ".join(["<<x-auth-token>> <<x-security-token>> <<authorization>>", *known])


def hostile_row(echo: str) -> dict[str, Any]:
    """Return a failed order whose every word repeats secrets, at places where a cut would halve them."""
    stamp = int(time.time() * 1000) - 3_600_000
    return {
        "orderName": f"{'o' * 40}{echo}",
        "orderId": f"CS {echo}",
        "resourceName": "pool-5ed5",
        "resourceDisplayName": "pool-5ed5",
        "phase": "failed",
        "operation": echo,
        "failReason": f"{'because ' * 20}{echo}",
        "creationTimestamp": stamp,
        "specCount": [{"flavor": echo, "count": 1, "azs": [{"az": echo}]}],
        "somethingNew": {"deep": [echo]},
    }


def faults(echo: str) -> dict[str, list[dict[str, Any]]]:
    """Return what services do, by a name for it."""
    on_lists = {"times": 0, "echo": True, "match": {"api": "list"}}
    rows = {"count": 1, "items": [hostile_row(echo)]}
    return {
        "good": [],
        "repeats": [
            {"kind": "json", "json": rows, **on_lists},
            {"kind": "status", "status": 404, "message": echo, **on_lists, "match": {"api": "show"}},
        ],
        "refuses": [
            {
                "status": 400,
                "code": echo,
                "message": f"{'because ' * 32}{echo}",
                "headers": {"X-Request-Id": f"{'r' * 40}{echo}"},
                **on_lists,
            }
        ],
        "redirects": [
            {"kind": "redirect", "headers": {"Location": f"https://{'h' * 40}<<x-auth-token>>/"}, **on_lists}
        ],
        "talks": [{"kind": "body", "status": 403, "body": f"Denied: {echo}", "content_type": "text/plain", **on_lists}],
        "fails logins": [
            {"status": 500, "message": "<<body>>", "times": 0, "echo": True, "match": {"api": api}}
            for api in ("tokens", "oidc")
        ],
    }


STORIES = [
    (method, story)
    for method in METHODS
    for story in faults("")
    if story != "fails logins" or method in ("password", "oidc")
]
Sims = dict[tuple[str, str], Sim]


@pytest.fixture(scope="module")
def sims(clouds: Clouds) -> Sims:
    """Return a cloud for each method and story."""
    key = METHODS["key"]
    settings: dict[str, Any] = {
        "tokens": [{"token": CANARIES["auth_token"]}],
        "oidc": [
            {
                "provider_urn": METHODS["oidc"]["oidc_provider_urn"],
                "agency_urn": METHODS["oidc"]["oidc_agency_urn"],
                "id_token": CANARIES["oidc_token"],
            }
        ],
        "keys": [{name: key[name] for name in ("access_key", "secret_key", "security_token")}],
        "users": [
            {
                "name": METHODS["password"]["username"],
                "domain": METHODS["password"]["domain_name"],
                "password": CANARIES["password"],
            }
        ],
    }
    return {
        (method, story): clouds.new([ORDER], faults(echo_of(method))[story], **settings) for method, story in STORIES
    }


def wait_for(name: str, options: Mapping[str, Any], **keywords: Any) -> dict[str, Any]:
    """Return a task that waits: every story but one ends with the first poll, however slow this machine is."""
    patience = {"involved_names": ["pool-5ed5"], "wait_timeout": 60, "interval": 0.5, "settle": 0}
    return {"name": name, WAIT: {**patience, **options}, **keywords}


ENTRY_POINTS: dict[str, Callable[..., dict[str, Any]]] = {"info": ask, "lookup": look_up, "wait": wait_for}


#: What a wait meets where its polls are modules: each story and each method once, for a module takes a second.
POLLED_BY_MODULES = {"key": "repeats", "token": "refuses", "password": "fails logins", "oidc": "good"}


def entry_points(way: Mapping[str, bool], method: str, story: str) -> list[str]:
    """Return the entry points that differ from way to way: a lookup has only one."""
    if way["modelarts_in_process"]:
        return list(ENTRY_POINTS)
    return ["info", "wait"] if POLLED_BY_MODULES[method] == story else ["info"]


def tasks(sims: Sims, stories: list[tuple[str, str]], way: Mapping[str, bool], *, given: bool) -> list[dict[str, Any]]:
    """Return a task for each story at each entry point; credentials come from variables, or from the environment."""
    made = []
    for method, story in stories:
        names = METHODS[method] if given else {}
        credentials = {name: f"{{{{ given[{method!r}].{name} }}}}" for name in names}
        sim = sims[method, story]
        options = {**sim.place, "sts_endpoint": sim.url, **credentials, "retries": 0, "timeout": 60}
        for entry_point in entry_points(way, method, story):
            more: dict[str, Any] = {"details": True} if entry_point != "wait" else {}
            if (entry_point, story) == ("wait", "fails logins"):
                more = {"wait_timeout": 2}
            made.append(
                ENTRY_POINTS[entry_point](f"{entry_point}, {method}, {story}", {**options, **more}, ignore_errors=True)
            )
    return made


class Everything:
    """All that a run leaves for somebody to read, by where it was found."""

    def __init__(self, run: Run, found: Mapping[str, str]) -> None:
        self.run = run
        self.found = {
            "terminal": run.output,
            "results": json.dumps([event.result for event in run.events], ensure_ascii=False),
            **found,
        }


class ProcessList:
    """Samples what other users of the machine may see of one run's processes: command lines, and environments too.

    A run's processes are those whose environment holds its mark. Another run on this machine, of the same tests on
    another ansible-core for instance, has the same secrets where they belong.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self.commands: set[str] = set()
        self.environments: set[str] = set()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        seen = set()
        while not self._end.wait(0.05):
            for process in filter(str.isdigit, os.listdir("/proc")):
                try:
                    command = Path("/proc", process, "cmdline").read_bytes().decode("utf-8", "replace")
                    if (process, command) in seen:
                        continue
                    environment = Path("/proc", process, "environ").read_bytes().decode("utf-8", "replace")
                except OSError:
                    continue  # it ended meanwhile, or is somebody else's
                seen.add((process, command))
                if self._mark in environment:
                    self.environments.add(environment)
                    self.commands.add(command)

    def __enter__(self) -> ProcessList:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()


#: Stands in for the standard library's: modules log to a file, which can be read again.
SYSLOG = """
import os
LOG_USER, LOG_INFO, LOG_NOTICE, LOG_PID = 8, 6, 5, 1
def openlog(*arguments): pass
def syslog(*arguments):
    with open(os.environ["MODELARTS_TEST_SYSLOG"], "a", encoding="utf-8") as file:
        file.write(repr(arguments) + "\\n")
"""


def run_and_collect(
    ansible: Ansible, made: list[dict[str, Any]], way: Mapping[str, bool], env: Mapping[str, str]
) -> Everything:
    """Run tasks as loudly as ansible can be made to talk, and collect everything."""
    cwd = ansible.folder()
    (cwd / "vars.json").write_text(json.dumps({"given": METHODS}), encoding="utf-8")
    (cwd / "shim").mkdir()
    (cwd / "shim" / "syslog.py").write_text(SYSLOG, encoding="utf-8")
    logs = {
        "ANSIBLE_LOG_PATH": str(cwd / "log"),
        "MODELARTS_TEST_SYSLOG": str(cwd / "syslog"),
        "PYTHONPATH": str(cwd / "shim"),
    }
    temporary = ansible.top / "home" / ".ansible" / "tmp"
    before = set(temporary.iterdir()) if temporary.exists() else set()
    with ProcessList(mark=logs["MODELARTS_TEST_SYSLOG"]) as processes:
        run = ansible.tasks(made, "-e", "@vars.json", "-vvvvv", env={**env, **logs}, cwd=cwd, vars=way)
    _let_background_tasks_clean_up(temporary, before)
    left = {path: path.read_text("utf-8", "replace") for path in (ansible.top / "home").rglob("*") if path.is_file()}
    return Everything(
        run.succeeded(),
        {
            "log file": (cwd / "log").read_text("utf-8"),
            "syslog": (cwd / "syslog").read_text("utf-8") if (cwd / "syslog").exists() else "",
            "command lines": "\n".join(processes.commands),
            "environments": "" if env else "\n".join(processes.environments),
            "files left behind": "\n".join(f"{path}: {text}" for path, text in left.items()),
        },
    )


def _let_background_tasks_clean_up(folder: Path, before: set[Path]) -> None:
    """Give a task that ran with async a moment: it removes its own files after its end has been told."""
    end = time.monotonic() + 60
    while set(folder.iterdir()) - before and time.monotonic() < end:
        time.sleep(0.1)


def bought(sims: Sims) -> list[str]:
    """Return the tokens that passwords have bought, and the secrets of temporary keys."""
    identities = [sim.cloud.identity for sim in sims.values()]
    keys = [key for identity in identities for key in identity.keys.values()]
    found = {token for identity in identities for token in identity.tokens}
    found |= {secret for key in keys for secret in (key.secret_key, key.security_token) if secret}
    return sorted(found - set(CANARIES.values()))


def leaks(text: str, known: list[str]) -> list[str]:
    """Return the pieces of secrets that stand in a text."""
    windows = (secret[start : start + WINDOW] for secret in known for start in range(0, len(secret) - WINDOW + 1, 4))
    return [window for window in windows if window in text]


def stories_of(way: Mapping[str, bool]) -> list[tuple[str, str]]:
    """Return the stories for a way: as a module, which is slow, those that differ beyond the core that both share."""
    if way["modelarts_in_process"]:
        return STORIES
    if not NEWEST:
        return [*POLLED_BY_MODULES.items(), ("password", "good")]
    return [(method, story) for method, story in STORIES if story in ("good", "repeats", "refuses", "fails logins")]


@pytest.fixture(scope="module")
def runs() -> dict[bool, Everything]:
    """Return the runs that gave the credentials in the tasks, by whether they were in process: one for all tests."""
    return {}


@pytest.fixture
def from_task(ansible: Ansible, sims: Sims, way: dict[str, bool], runs: dict[bool, Everything]) -> Everything:
    """Give the credentials in the tasks."""
    key = way["modelarts_in_process"]
    if key not in runs:
        runs[key] = run_with_credentials(ansible, sims, way)
    return runs[key]


def run_with_credentials(ansible: Ansible, sims: Sims, way: dict[str, bool]) -> Everything:
    """Run each story at each entry point, and one in the background."""
    made = tasks(sims, stories_of(way), way, given=True)
    sim = sims["key", "repeats"]
    credentials = {name: f"{{{{ given.key.{name} }}}}" for name in METHODS["key"]}
    made.append(
        wait_for("in the background", {**sim.place, **credentials}, **{"async": 60, "poll": 1, "ignore_errors": True})
    )
    return run_and_collect(ansible, made, way, {})


PLACES = ("terminal", "results", "log file", "syslog", "command lines", "environments", "files left behind")


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_of_a_task_is_shown(from_task: Everything, sims: Sims, place: str) -> None:
    """Given in a task or bought from IAM, whole or in part, whatever the service repeats."""
    assert leaks(from_task.found[place], [*CANARIES.values(), *bought(sims)]) == []


def test_the_places_were_really_looked_at(from_task: Everything, sims: Sims, way: dict[str, bool]) -> None:
    """Each of them holds what it must hold, and the services did repeat the secrets."""
    found = from_task.found
    assert len(bought(sims)) >= 5
    assert "TASK [info, token" in found["log file"] and "TASK [" in found["terminal"]
    assert "ansible-playbook" in found["command lines"] and "ANSIBLE_HOME" in found["environments"]
    assert "AnsiballZ" in found["command lines"] and "Invoked with" in found["syslog"]
    for method, story in stories_of(way):
        sim = sims[method, story]
        apis = {row["api"] for row in sim.requests() if row["fault"]}
        assert apis or story == "good", story


TOLD = [(name, *pair) for name in WAYS for pair in stories_of({"modelarts_in_process": name != "module"})]


@pytest.mark.parametrize(("way", "method", "story"), TOLD, indirect=["way"])
def test_the_rest_of_the_story_is_told(from_task: Everything, way: dict[str, bool], method: str, story: str) -> None:
    """Masks stand for secrets only: names, IDs and the words around them are all there."""
    run, tried = from_task.run, entry_points(way, method, story)
    if story == "good":
        for entry_point in set(tried) - {"lookup"}:
            result = {**run.result(f"{entry_point}, {method}, {story}"), "invocation": None}
            assert result["orders"][0]["order_name"] == ORDER["order_name"]
            assert "***" not in json.dumps(result) and "SPECIFIED_IN" not in json.dumps(result)
        if "lookup" in tried:
            assert run.result(f"lookup, {method}, {story}")["msg"][0]["order_name"] == ORDER["order_name"]
    elif story == "repeats":
        found = [run.result(f"info, {method}, {story}")["orders"]]
        found += [run.result(f"lookup, {method}, {story}")["msg"]] if "lookup" in tried else []
        for orders in found:
            assert orders[0]["fail_reason"].startswith("because because ")
            assert "********" in orders[0]["fail_reason"] and "********" in orders[0]["something_new"]["deep"][0]
        if "wait" in tried:
            assert "because because" in run.failure(f"wait, {method}, {story}")["msg"]
    else:
        words = {
            "refuses": "HTTP 400",
            "redirects": "it redirects to hhhh",
            "talks": "Denied: ",
            "fails logins": "HTTP 500",
        }
        for entry_point in tried:
            msg = run.failure(f"{entry_point}, {method}, {story}")["msg"]
            assert words[story] in msg or ((entry_point, story) == ("wait", "fails logins") and "Timed out" in msg)


ENVIRONMENTS = {
    method: {CONNECTION[name].env[-1]: value for name, value in given.items()} for method, given in METHODS.items()
}


@pytest.mark.parametrize(
    ("way", "method"),
    [("module", "key"), *(("in-process", method) for method in (METHODS if NEWEST else ["key"]))],
    indirect=["way"],
)
def test_no_secret_of_the_environment_is_shown(ansible: Ansible, sims: Sims, way: dict[str, bool], method: str) -> None:
    """Nobody told ansible that these are secret: only the collection knows."""
    stories = [pair for pair in STORIES if pair[0] == method and pair[1] in ("repeats", "refuses", "fails logins")]
    everything = run_and_collect(ansible, tasks(sims, stories, way, given=False), way, ENVIRONMENTS[method])
    known = [*CANARIES.values(), *bought(sims)]
    assert {place: leaks(text, known) for place, text in everything.found.items()} == {place: [] for place in PLACES}
    assert "because because" in everything.run.failure(f"wait, {method}, repeats")["msg"]


def test_every_secret_option_and_variable_has_a_canary() -> None:
    """A new one would else go untested."""
    assert set(CANARIES) == set(SECRETS)
    assert {name for given in METHODS.values() for name in given} >= set(SECRETS)


@pytest.fixture
def runner() -> str:
    """Return the executable of ansible-runner."""
    found = shutil.which("ansible-runner", path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip("ansible-runner is a requirement of the main test environment only")
    return found


@pytest.mark.newest
def test_no_secret_in_artifacts_of_ansible_runner(ansible: Ansible, sims: Sims, runner: str) -> None:
    """What AWX and AAP store of a job: every event, the output, and the command."""
    private = ansible.folder()
    for folder in ("project", "env", "inventory"):
        (private / folder).mkdir()
    (private / "env" / "extravars").write_text(json.dumps({"given": METHODS}), encoding="utf-8")
    shutil.copy(ansible.inventory, private / "inventory" / "hosts.yml")
    stories = [(method, story) for method in METHODS for story in ("repeats", "refuses")]
    # As modules, which are slow, each method and each story.
    told = {True: stories, False: [stories[number] for number in (1, 2, 5, 6)]}
    plays = [
        {"hosts": "localhost", "gather_facts": False, "vars": way, "tasks": tasks(sims, told[here], way, given=True)}
        for here in told
        for way in [{"modelarts_in_process": here}]
    ]
    write_playbook(private / "project" / "play.yml", plays)
    command = [runner, "run", str(private), "-p", "play.yml", "-vvvvv"]
    environment = ansible.environment()
    del environment["ANSIBLE_INVENTORY"]
    done = subprocess.run(
        command, env=environment, cwd=private, capture_output=True, text=True, timeout=240, check=False
    )
    artifacts = [
        path.read_text("utf-8", "replace") for path in sorted((private / "artifacts").rglob("*")) if path.is_file()
    ]
    events = [text for text in artifacts if '"task"' in text]
    assert done.returncode == 0, done.stdout[-3000:]
    assert any("because because" in text for text in events)
    assert leaks("\n".join([*artifacts, done.stdout, done.stderr]), [*CANARIES.values(), *bought(sims)]) == []


@pytest.fixture(autouse=True)
def nothing_stored() -> Iterator[None]:
    """A project's ID that looked like a secret would make these tests prove nothing."""
    yield
    assert leaks(DEFAULT_PROJECT, list(CANARIES.values())) == []
