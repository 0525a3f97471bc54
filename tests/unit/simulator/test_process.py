# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line and the daemon: started, reused, reloaded, stopped, and never left behind."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import modelarts_simulator
import pytest
from modelarts_simulator import process
from modelarts_simulator.server import Server

PACKAGE = Path(modelarts_simulator.__file__).parent
COMMAND = [sys.executable, "-B", str(PACKAGE)]
ORDERS = json.dumps([{"pool": "a", "state": "succeeded"}])


@pytest.fixture(name="state_file")
def _state_file(tmp_path: Path) -> Iterator[str]:
    path = str(tmp_path / "sim" / "state.json")
    yield path
    run("stop", "--state-file", path)


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, text=True, timeout=30, check=False)


def said(*arguments: str, stdin: str = "") -> dict[str, Any]:
    done = run(*arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return dict(json.loads(done.stdout))


def alive(pid: int) -> bool:
    """True while a process runs; one that has ended and waits for its parent does not."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return False
    return fields[0] not in "ZX"


def ends(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_sim/health", timeout=30) as answer:
            return bool(json.load(answer)["ok"])
    except (urllib.error.URLError, OSError):
        return False


def test_start_is_idempotent_and_stop_leaves_nothing(state_file: str) -> None:
    first = said("start", "--state-file", state_file, "--orders", "-", stdin=ORDERS)
    assert answers(first["endpoint"])
    assert first["changed"] is True
    assert first["environment"]["HW_MODELARTS_ENDPOINT"] == first["endpoint"]
    assert sorted(first["environment"]) == sorted(
        ["HW_REGION_NAME", "HW_PROJECT_ID", "HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_MODELARTS_ENDPOINT", "HW_AUTH_URL"]
    )
    again = said("start", "--state-file", state_file, "--orders", "-", stdin=ORDERS)
    assert (again["pid"], again["changed"], again["reused"]) == (first["pid"], False, True)
    assert said("status", "--state-file", state_file)["running"] is True
    assert said("stop", "--state-file", state_file) == {"stopped": True}
    assert not alive(first["pid"])
    assert not Path(state_file).exists()
    assert said("status", "--state-file", state_file) == {"running": False}
    assert said("stop", "--state-file", state_file) == {"stopped": False}


def test_other_orders_are_loaded_into_the_running_one(state_file: str) -> None:
    first = said("start", "--state-file", state_file, "--orders", "-", stdin=ORDERS)
    config = json.dumps({"orders": [{"pool": "b"}], "spelling": "example", "faults": [{"status": 500}]})
    other = said("start", "--state-file", state_file, "--orders", "-", stdin=config)
    assert (other["pid"], other["changed"]) == (first["pid"], True)
    with urllib.request.urlopen(f"{first['endpoint']}/_sim/state", timeout=30) as answer:
        state = json.load(answer)
    assert [order["pool"] for order in state["orders"]] == ["b"]
    assert (state["settings"]["spelling"], len(state["faults"])) == ("example", 1)
    refused = run("start", "--state-file", state_file, "--orders", "-", stdin='[{"pol": 1}]')
    assert refused.returncode == 2
    assert "unknown key 'pol'" in refused.stderr


def test_credentials_follow_what_is_loaded(state_file: str) -> None:
    """What start prints lets a client in, also where other keys were loaded into the running one."""
    first = said("start", "--state-file", state_file, "--orders", "-", stdin=ORDERS)
    keys = [{"access_key": "AKother", "secret_key": "SKother", "security_token": "STother"}]
    settings = {"keys": keys, "region": "eu-west-101", "projects": [{"id": "p1", "name": "eu-west-101"}]}
    config = json.dumps({"orders": json.loads(ORDERS), "settings": settings})
    other = said("start", "--state-file", state_file, "--orders", "-", stdin=config)
    assert (other["pid"], other["changed"]) == (first["pid"], True)
    assert other["environment"] == {
        "HW_REGION_NAME": "eu-west-101",
        "HW_PROJECT_ID": "p1",
        "HW_ACCESS_KEY": "AKother",
        "HW_SECRET_KEY": "SKother",
        "HW_SECURITY_TOKEN": "STother",
        "HW_MODELARTS_ENDPOINT": first["endpoint"],
        "HW_AUTH_URL": f"{first['endpoint']}/v3",
    }
    assert json.loads(Path(state_file).read_text(encoding="utf-8"))["environment"] == other["environment"]
    again = said("start", "--state-file", state_file, "--orders", "-", stdin=config)
    assert (again["changed"], again["environment"]) == (False, other["environment"])


def test_credentials_follow_settings_changed_meanwhile(state_file: str) -> None:
    first = said("start", "--state-file", state_file)
    change = json.dumps({"region": "eu-west-101"}).encode()
    urllib.request.urlopen(f"{first['endpoint']}/_sim/settings", data=change, timeout=30).close()
    for command in ("status", "start"):
        assert said(command, "--state-file", state_file)["environment"]["HW_REGION_NAME"] == "eu-west-101"


def test_replace_starts_afresh(state_file: str) -> None:
    first = said("start", "--state-file", state_file)
    second = said("start", "--state-file", state_file, "--replace")
    assert first["pid"] != second["pid"]
    assert not alive(first["pid"])


def test_starts_at_the_same_time_make_one_server(state_file: str) -> None:
    command = [*COMMAND, "start", "--state-file", state_file]
    Path(state_file).parent.mkdir()
    with open(f"{state_file}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for dummy in range(3)]
        time.sleep(1)
        assert [process.poll() for process in starts] == [None] * 3, "they wait for each other"
    pids = {json.loads(process.communicate(timeout=30)[0])["pid"] for process in starts}
    assert len(pids) == 1


def test_the_daemon_holds_no_pipe_of_its_starter(state_file: str) -> None:
    """A caller that reads until the end of the pipe must not wait for the daemon: this would hang."""
    done = run("start", "--state-file", state_file)
    assert done.returncode == 0
    pid = json.loads(done.stdout)["pid"]
    targets = {os.readlink(f"/proc/{pid}/fd/{number}") for number in ("0", "1", "2")}
    assert targets == {os.devnull, f"{state_file}.log"}
    assert os.getsid(pid) != os.getsid(0)


def test_the_daemon_lets_go_of_what_its_starter_had_open(state_file: str) -> None:
    reader, writer = os.pipe()
    command = [*COMMAND, "start", "--state-file", state_file]
    subprocess.run(command, pass_fds=(writer,), stdout=subprocess.DEVNULL, timeout=30, check=True)
    os.close(writer)
    assert select.select([reader], [], [], 3)[0], "the daemon still holds the pipe"
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_it_ends_with_its_parent(state_file: str) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as parent:
        pid = said("start", "--state-file", state_file, "--parent", str(parent.pid))["pid"]
        time.sleep(0.7)
        assert alive(pid)
        parent.kill()
        assert ends(pid, 30), "not even reaped, the parent is gone"
    assert not Path(state_file).exists()


def test_it_ends_after_its_lifetime(state_file: str) -> None:
    pid = said("start", "--state-file", state_file, "--lifetime", "0.6")["pid"]
    assert ends(pid, 30)


def test_a_start_that_uses_it_renews_its_lifetime_and_never_shortens_it(tmp_path: Path) -> None:
    """The one that runs is in this process, so no second that passes counts. Nothing may stop it by its state file."""
    state_file = str(tmp_path / "sim" / "state.json")
    with Server() as server:
        process.write_state(state_file, process.report(server, os.getpid()))
        server.live(3)
        assert said("start", "--state-file", state_file, "--lifetime", "3600")["pid"] == os.getpid()
        renewed = server.end
        assert renewed > time.monotonic() + 600
        for seconds, end in (("0.1", renewed), ("0", float("inf")), ("5", float("inf"))):
            assert said("start", "--state-file", state_file, "--lifetime", seconds)["reused"] is True
            assert server.end == end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serve_ends_cleanly_on_signals(state_file: str, number: int) -> None:
    command = [*COMMAND, "serve", "--state-file", state_file]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        report = json.loads(process.stdout.readline())
        assert answers(report["endpoint"])
        assert Path(state_file).exists()
        process.send_signal(number)
        assert process.wait(30) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert not Path(state_file).exists()


def test_it_runs_as_a_module_too(state_file: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-B", "-m", "modelarts_simulator", "status", "--state-file", state_file]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout) == {"running": False}


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("--host", "0.0.0.0"), "", "is not loopback"),
        (("--orders", "/nowhere/orders.json"), "", "can't read /nowhere/orders.json: No such file"),
        (("--orders", "-"), "{", "- is not JSON"),
        (("--orders", "-"), "5", "expected a list of orders"),
        (("--orders", "-"), '{"order": []}', "unknown key 'order'"),
        (("--orders", "-"), '[{"pool": "a", "created": "soon"}]', "created: 'soon' is not a duration"),
        (("--orders", "-"), "[" * 100_000, "- is not JSON"),
        (("--orders", "-"), '{"settings": [1]}', "settings: expected a dictionary, got list"),
        (("--orders", "-"), '{"settings": {"keys": []}}', "settings.keys: at least one key is needed"),
        (("--orders", "-"), '{"settings": {"log_limit": Infinity}}', "settings.log_limit: inf is not a number"),
        (
            ("--orders", "-"),
            '{"spelling": "table", "settings": {"spelling": "example"}}',
            "contradicts settings.spelling",
        ),
        (("--port", "70000"), "", "port 70000 does not exist"),
        (("--port", "-1"), "", "port -1 does not exist"),
        (("--lifetime", "-1"), "", "--lifetime: -1.0 is not a number from 0"),
        (("--lifetime", "inf"), "", "--lifetime: inf is not a number from 0"),
        (("--parent", "0"), "", "--parent: no process 0 runs here"),
        (("--parent", "2147483647"), "", "--parent: no process 2147483647 runs here"),
        (("--parent", "9999999999999999999999"), "", "runs here; give the ID of one that does"),
        (("--settings", "-"), "[]", "--settings: expected a dictionary"),
        (("--faults", "-"), "{}", "faults: expected a list"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "start"])
def test_what_can_not_be_used_is_one_line(
    state_file: str, command: str, arguments: tuple[str, ...], stdin: str, words: str
) -> None:
    done = run(command, "--state-file", state_file, *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_one_that_runs_is_left_alone_where_the_new_one_could_not_start(state_file: str) -> None:
    first = said("start", "--state-file", state_file)
    for arguments in (("--port", "70000"), ("--replace", "--lifetime", "-1"), ("--replace", "--orders", "-")):
        assert run("start", "--state-file", state_file, *arguments, stdin='[{"pol": 1}]').returncode == 2
        assert alive(first["pid"])


def test_a_port_that_is_taken_is_one_line(state_file: str) -> None:
    port = said("start", "--state-file", state_file)["port"]
    done = run("serve", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"modelarts_simulator: Address already in use ({port})\n"


def test_a_stale_state_file_hurts_nobody(state_file: str) -> None:
    Path(state_file).parent.mkdir()
    Path(state_file).write_text(json.dumps({"pid": os.getpid(), "port": 1, "host": "127.0.0.1"}), encoding="utf-8")
    assert said("stop", "--state-file", state_file) == {"stopped": False}
    assert not Path(state_file).exists()


def test_a_state_directory_laid_by_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    done = run("start", "--state-file", str(tmp_path / "link" / "state.json"))
    assert done.returncode == 2
    assert "is a link or belongs to another user" in done.stderr
