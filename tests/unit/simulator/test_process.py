# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line and the process in the background: started, reused, reloaded, stopped, and never left behind."""

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
from modelarts_simulator.process import Home
from modelarts_simulator.server import Server

PACKAGE = Path(modelarts_simulator.__file__).parent
COMMAND = [sys.executable, "-B", str(PACKAGE)]
ORDERS = json.dumps([{"pool": "a", "state": "succeeded"}])


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Iterator[Home]:
    home = Home(str(tmp_path / "sim"), "tests")
    yield home
    process.stop(home)


def run(home: Home, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command, *rest = arguments
    place = ["--name", home.name, "--directory", home.folder]
    given = [*COMMAND, command, *place, *rest]
    return subprocess.run(given, input=stdin, capture_output=True, text=True, timeout=30, check=False)


def said(home: Home, *arguments: str, stdin: str = "") -> dict[str, Any]:
    done = run(home, *arguments, stdin=stdin)
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


def left(home: Home) -> list[str]:
    return sorted(os.listdir(home.folder))


def admin(report: dict[str, Any], name: str, body: Any = None, token: str | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"X-Simulator-Token": report["token"] if token is None else token}
    request = urllib.request.Request(f"{report['endpoint']}/_sim/{name}", data, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer))


def test_start_is_idempotent_and_stop_leaves_nothing(home: Home) -> None:
    first = said(home, "start", "--orders", "-", stdin=ORDERS)
    assert admin(first, "health")["ok"] is True
    assert first["changed"] is True
    assert first["environment"]["HW_MODELARTS_ENDPOINT"] == first["endpoint"]
    again = said(home, "start", "--orders", "-", stdin=ORDERS)
    assert again == {**first, "changed": False}
    assert said(home, "status")["running"] is True
    assert said(home, "stop") == {"stopped": True}
    assert ends(first["pid"], 30)
    assert left(home) == []
    assert said(home, "status") == {"running": False}
    assert said(home, "stop") == {"stopped": False}


def test_simulators_of_two_names_know_nothing_of_each_other(home: Home) -> None:
    other = home._replace(name="other")
    first, second = said(home, "start", "--orders", "-", stdin=ORDERS), said(other, "start")
    assert (first["pid"] != second["pid"], first["token"] != second["token"]) == (True, True)
    assert [admin(report, "state")["total"] for report in (first, second)] == [1, 0]
    assert said(other, "stop") == {"stopped": True}
    assert said(home, "status")["pid"] == first["pid"]


def test_other_orders_are_loaded_into_the_running_one(home: Home) -> None:
    first = said(home, "start", "--orders", "-", stdin=ORDERS)
    config = json.dumps({"orders": [{"pool": "b"}], "spelling": "example", "faults": [{"status": 500}]})
    other = said(home, "start", "--orders", "-", stdin=config)
    assert (other["pid"], other["changed"]) == (first["pid"], True)
    state = admin(first, "state")
    assert [order["pool"] for order in state["orders"]] == ["b"]
    assert (state["settings"]["spelling"], len(state["faults"])) == ("example", 1)
    refused = run(home, "start", "--orders", "-", stdin='[{"pol": 1}]')
    assert refused.returncode == 2
    assert "unknown key 'pol'" in refused.stderr


def test_credentials_follow_what_is_loaded_and_set(home: Home) -> None:
    """What start prints lets a client in, also where other keys were loaded into the running one."""
    first = said(home, "start", "--orders", "-", stdin=ORDERS)
    keys = [{"access_key": "AKother", "secret_key": "SKother", "security_token": "STother"}]
    settings = {"keys": keys, "region": "eu-west-101", "projects": [{"id": "p1", "name": "eu-west-101"}]}
    config = json.dumps({"orders": json.loads(ORDERS), "settings": settings})
    other = said(home, "start", "--orders", "-", stdin=config)
    assert (other["pid"], other["changed"]) == (first["pid"], True)
    assert {name: value for name, value in other["environment"].items() if value} == {
        "HW_REGION_NAME": "eu-west-101",
        "HUAWEICLOUD_SDK_PROJECT_ID": "p1",
        "HW_PROJECT_ID": "p1",
        "HUAWEICLOUD_SDK_AK": "AKother",
        "HW_ACCESS_KEY": "AKother",
        "HUAWEICLOUD_SDK_SK": "SKother",
        "HW_SECRET_KEY": "SKother",
        "HUAWEICLOUD_SDK_SECURITY_TOKEN": "STother",
        "HW_SECURITY_TOKEN": "STother",
        "HW_MODELARTS_ENDPOINT": first["endpoint"],
        "HUAWEICLOUD_SDK_STS_ENDPOINT": first["endpoint"],
        "HUAWEICLOUD_SDK_IAM_ENDPOINT": f"{first['endpoint']}/v3",
        "HW_AUTH_URL": f"{first['endpoint']}/v3",
    }
    assert said(home, "start", "--orders", "-", stdin=config) == {**other, "changed": False}
    admin(first, "settings", {"region": "eu-west-102"})
    for command in ("status", "start"):
        assert said(home, command)["environment"]["HW_REGION_NAME"] == "eu-west-102"


def test_a_check_starts_and_loads_nothing(home: Home) -> None:
    foreseen = said(home, "start", "--check", "--port", "8123", "--orders", "-", stdin=ORDERS)
    assert (foreseen["endpoint"], foreseen["changed"]) == ("http://127.0.0.1:8123", True)
    assert not os.path.exists(home.folder)
    first = said(home, "start", "--orders", "-", stdin=ORDERS)
    for config, changed in ((ORDERS, False), ("[]", True)):
        checked = said(home, "start", "--check", "--orders", "-", stdin=config)
        assert (checked["endpoint"], checked["changed"]) == (first["endpoint"], changed)
    assert admin(first, "state")["total"] == 1


def test_another_port_is_another_server(home: Home) -> None:
    first = said(home, "start")
    with Server() as held:
        port = held.port
    second = said(home, "start", "--port", str(port))
    assert second["endpoint"].endswith(f":{port}")
    assert ends(first["pid"], 30)


def test_starts_at_the_same_time_make_one_server(home: Home) -> None:
    command = [*COMMAND, "start", "--name", home.name, "--directory", home.folder]
    with home.locked():
        starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for dummy in range(3)]
        time.sleep(1)
        assert [one.poll() for one in starts] == [None] * 3, "they wait for each other"
    pids = {json.loads(one.communicate(timeout=30)[0])["pid"] for one in starts}
    assert len(pids) == 1
    number = os.open(home.folder, os.O_RDONLY)
    fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the server that was started holds no lock
    os.close(number)


def test_it_holds_nothing_that_its_starter_had_open(home: Home) -> None:
    """A caller that reads until the end of a pipe must not wait for the simulator: this would hang."""
    reader, writer = os.pipe()
    command = [*COMMAND, "start", "--name", home.name, "--directory", home.folder]
    done = subprocess.run(command, pass_fds=(writer,), capture_output=True, timeout=30, check=True)
    os.close(writer)
    assert select.select([reader], [], [], 3)[0], "the simulator still holds the pipe"
    assert os.read(reader, 1) == b""
    os.close(reader)
    assert os.getsid(json.loads(done.stdout)["pid"]) != os.getsid(0)


def test_it_ends_with_its_parent(home: Home) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as parent:
        pid = said(home, "start", "--parent", str(parent.pid))["pid"]
        time.sleep(0.7)
        assert alive(pid)
        parent.kill()
        assert ends(pid, 30), "not even reaped, the parent is gone"
    assert left(home) == []
    assert ends(said(home, "start", "--parent", str(parent.pid))["pid"], 30), "it was gone from the first"


def test_it_ends_with_its_parent_where_the_kernel_has_no_handle_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as parent:
        gone = process._watch(parent.pid)
        assert not gone()
        parent.kill()
    assert gone()


def test_it_ends_after_its_lifetime_which_another_start_renews(home: Home) -> None:
    assert ends(said(home, "start", "--lifetime", "0.6")["pid"], 30)
    assert left(home) == []
    with Server() as server:  # in this process, so no second that passes counts; nothing may stop it by its file
        home.write({"port": server.port, "token": server.cloud.token})
        server.live(3)
        said(home, "start", "--lifetime", "3600")
        renewed = server.end
        assert renewed > time.monotonic() + 600
        for seconds, end in (("0.1", renewed), ("0", float("inf")), ("5", float("inf"))):
            said(home, "start", "--lifetime", seconds)
            assert server.end == end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serve_ends_cleanly_on_signals(home: Home, number: int) -> None:
    os.close(home.open())
    command = [*COMMAND, "serve", "--name", home.name, "--directory", home.folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stderr is not None
        report = json.loads(server.stdout.readline())
        assert admin(report, "health")["ok"] is True
        server.send_signal(number)
        assert server.wait(30) == 0
        assert (server.stdout.read(), server.stderr.read()) == ("", "")
    assert left(home) == []


def test_it_runs_as_a_module_too(home: Home) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-B", "-m", "modelarts_simulator", "status", "--directory", home.folder]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout) == {"running": False}


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("--orders", "/nowhere/orders.json"), "", "can't read /nowhere/orders.json: No such file"),
        (("--orders", "-"), "{", "- is not JSON"),
        (("--orders", "-"), "5", "expected a list of orders"),
        (("--orders", "-"), '{"order": []}', "unknown key 'order'"),
        (("--orders", "-"), '[{"pool": "a", "created": "soon"}]', "created: 'soon' is not a duration"),
        (("--orders", "-"), "[" * 100_000, "- is not JSON"),
        (("--orders", "-"), '{"settings": [1]}', "settings: expected a dictionary, got list"),
        (("--orders", "-"), '{"faults": {}}', "faults: expected a list"),
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
        (("--parent", "-1"), "", "--parent: -1 is not the ID of a process"),
        (("--parent", "9999999999999999999999"), "", "is not the ID of a process"),
        (("--name", "../x"), "", "name '../x': use letters"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "start"])
def test_what_can_not_be_used_is_one_line(
    home: Home, command: str, arguments: tuple[str, ...], stdin: str, words: str
) -> None:
    done = run(home, command, *arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_one_that_runs_is_left_alone_where_the_new_one_could_not_start(home: Home) -> None:
    first = said(home, "start")
    for arguments in (("--port", "70000"), ("--port", "1", "--lifetime", "-1"), ("--port", "1", "--orders", "-")):
        assert run(home, "start", *arguments, stdin='[{"pol": 1}]').returncode == 2
        assert alive(first["pid"])


@pytest.mark.parametrize("command", ["serve", "start"])
def test_a_port_that_is_taken_is_one_line(home: Home, command: str) -> None:
    with Server() as server:
        done = run(home._replace(name="second"), command, "--port", str(server.port))
    assert done.returncode == 2
    assert done.stderr == f"modelarts_simulator: Address already in use ({server.port})\n"
    assert not os.path.exists(home.folder) or left(home) == []


@pytest.mark.parametrize("state", ['{"port": 1, "token": "x"}', "{", "[]", '{"port": "x"}', '{"token": 5}'])
def test_a_stale_state_file_hurts_nobody(home: Home, state: str) -> None:
    os.close(home.open())
    Path(home.state).write_text(state, encoding="utf-8")
    assert said(home, "stop") == {"stopped": False}
    assert left(home) == []


def test_what_answers_at_the_port_of_a_stale_state_file_is_left_alone(home: Home) -> None:
    os.close(home.open())
    with Server() as server:
        home.write({"port": server.port, "token": "of one that has ended"})
        assert said(home, "stop") == {"stopped": False}
        assert not server.stopped.is_set()
        home.write({"port": server.port, "token": "of one that has ended"})
        assert said(home, "start")["endpoint"] != server.url


def test_the_admin_paths_need_the_token(home: Home) -> None:
    report = said(home, "start")
    for token in ("", "0" * 32):
        with pytest.raises(urllib.error.HTTPError) as caught:
            admin(report, "state", token=token)
        assert caught.value.code == 403
        caught.value.close()


@pytest.mark.parametrize("umask", [0, 0o022, 0o777])
def test_files_are_for_this_user_alone_under_any_umask(home: Home, umask: int) -> None:
    before = os.umask(umask)
    try:
        said(home, "start")
    finally:
        os.umask(before)
    modes = {name: os.stat(os.path.join(home.folder, name)).st_mode & 0o777 for name in (*left(home), "")}
    assert modes == {"tests.json": 0o600, "tests.log": 0o600, "": 0o700}


def test_no_link_is_followed(home: Home, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept", encoding="utf-8")
    os.close(home.open())
    for path in (home.state, home.log):
        os.symlink(victim, path)
    said(home, "start")
    assert victim.read_text(encoding="utf-8") == "kept"
    assert not os.path.islink(home.state) and not os.path.islink(home.log)
    (tmp_path / "link").symlink_to(home.folder)
    done = run(home._replace(folder=str(tmp_path / "link")), "start")
    assert done.returncode == 2
    assert "is a link or belongs to another user" in done.stderr
