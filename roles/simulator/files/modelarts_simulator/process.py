# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running as a process of its own: in the foreground, as a daemon, found again through a state file."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import signal
import stat
import sys
import tempfile
import threading
import time
import types
import typing as t

from .errors import ScenarioError
from .server import Server

_POLL = 0.5  # seconds between looks at the lifetime and the parent


class Plan(t.NamedTuple):
    """How long a process may live and where it says that it does. Seconds; parent is a process ID or None."""

    state_file: str
    lifetime: float
    parent: int | None


def default_state_file() -> str:
    """A file in a directory that belongs to this user alone."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return os.path.join(base, f"modelarts-simulator-{os.getuid()}", "state.json")


def make_directory(path: str) -> None:
    """Make the directory of a state file, private; refuse one that somebody else could have laid there."""
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    about = os.lstat(folder)
    if stat.S_ISLNK(about.st_mode) or about.st_uid != os.getuid():
        raise ScenarioError(f"{folder} is a link or belongs to another user; name another place with --state-file")


@contextlib.contextmanager
def locked(state_file: str) -> t.Iterator[None]:
    """One start or stop at a time for a state file."""
    make_directory(state_file)
    with open(state_file + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)  # closing alone would not do: a daemon forked meanwhile has the file too


def report(server: Server, pid: int) -> dict[str, t.Any]:
    """What start, serve and status print."""
    return {"endpoint": server.url, "port": server.port, "pid": pid, "environment": server.environment()}


# The state file


def write_state(state_file: str, state: t.Mapping[str, t.Any]) -> None:
    """Write the state file in one move."""
    make_directory(state_file)
    draft = f"{state_file}.{os.getpid()}"
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(draft, state_file)


def remove_state(state_file: str, pid: int) -> None:
    """Remove the state file where it is still that process's."""
    state = read_state(state_file)
    if state is not None and state.get("pid") == pid:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(state_file)


def read_state(state_file: str) -> dict[str, t.Any] | None:
    """What the state file says, or None."""
    try:
        with open(state_file, encoding="utf-8") as file:
            state = json.load(file)
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) and isinstance(state.get("port"), int) else None


def running(state_file: str) -> dict[str, t.Any] | None:
    """The state of the simulator that answers under this state file, with its ``digest``; None where none does.

    The ``environment`` is the simulator's own word: its keys and its region may have changed since it was started.
    """
    state = read_state(state_file)
    if state is None:
        return None
    try:
        health = ask(state, "GET", "/_sim/health")
    except (OSError, http.client.HTTPException, ValueError):
        return None
    if health.get("pid") != state.get("pid"):
        return None
    told: dict[str, t.Any] = {key: health[key] for key in ("environment", "digest") if key in health}
    return {"digest": "", **state, **told}


def ask(state: t.Mapping[str, t.Any], method: str, path: str, body: object = None) -> dict[str, t.Any]:
    """One admin request to a running simulator; ScenarioError with its own words where it refuses."""
    connection = http.client.HTTPConnection(state.get("host", "127.0.0.1"), state["port"], timeout=30)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        value = json.loads(answer.read())
    finally:
        connection.close()
    if answer.status != 200:
        raise ScenarioError(str(value.get("error", answer.status)))
    return t.cast("dict[str, t.Any]", value)


# Serving


def serve(server: Server, plan: Plan, ready: t.Callable[[], None]) -> None:
    """Serve until a signal, an admin stop, the end of the lifetime or of the parent. Leaves no state file behind."""
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, _stop_on(server.stopped))
    watch = _Parent(plan.parent)
    server.live(plan.lifetime)
    try:
        server.start()
        if plan.state_file:
            write_state(plan.state_file, {**report(server, os.getpid()), "host": server.host})
        ready()
        while not server.stopped.wait(min(_POLL, max(0.01, server.end - time.monotonic()))):
            if time.monotonic() >= server.end or watch.gone():
                break
    finally:
        if plan.state_file:
            remove_state(plan.state_file, os.getpid())
        server.stop()


def runs(pid: int) -> bool:
    """Whether a process of that ID runs, with which a server could end."""
    return not _Parent(pid).gone()


def _stop_on(event: threading.Event) -> t.Callable[[int, types.FrameType | None], None]:
    def handler(number: int, frame: types.FrameType | None) -> None:
        # Not event.set() here: the main thread may hold the event's lock in wait(), and a handler runs in that thread.
        threading.Thread(target=event.set, daemon=True).start()

    return handler


class _Parent:
    """The process whose end is ours. Its start time is kept, so that a recycled process ID is not taken for it."""

    def __init__(self, pid: int | None) -> None:
        self._pid = pid
        self._born = _born(pid) if pid else None

    def gone(self) -> bool:
        """True once it has ended."""
        if not self._pid:
            return False
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        born = _born(self._pid)
        return born == "" or born != self._born


def _born(pid: int) -> str | None:
    """When a process began, as Linux counts it; empty for one that has ended and waits for its parent."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return "" if fields[0] in "ZX" else fields[19]


def start(server: Server, plan: Plan, log_file: str) -> dict[str, t.Any]:
    """Serve in a daemon of its own session; return its report once it serves."""
    make_directory(log_file)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _daemon(server, plan, log_file, writer)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        pid = pipe.read()
    server.close_inherited()
    if not pid:
        raise ScenarioError(f"the simulator did not start; see {log_file}")
    return report(server, int(pid))


def _daemon(server: Server, plan: Plan, log_file: str, writer: int) -> t.NoReturn:
    """The child: a new session, a grandchild without a terminal, its output in the log file. Never returns."""
    status = 1
    try:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            _close_all_but(writer, server.fileno())
            _redirect(log_file)
            serve(server, plan, lambda: _say(writer, str(os.getpid())))
        status = 0
    except BaseException as error:  # pylint: disable=broad-exception-caught
        print(f"modelarts_simulator: {error!r}", file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)


def _say(writer: int, text: str) -> None:
    os.write(writer, text.encode())
    os.close(writer)


def _close_all_but(*kept: int) -> None:
    """Let go of what the starting program had open: whoever reads its pipes must see them end."""
    start = 3
    for number in sorted(kept):
        os.closerange(start, number)
        start = number + 1
    os.closerange(start, 4096)


def _redirect(log_file: str) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    null = os.open(os.devnull, os.O_RDONLY)
    log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    for source in {null, log} - {0, 1, 2}:
        os.close(source)


def stop(state_file: str, patience: float = 5.0) -> bool:
    """End the simulator of a state file; False where none ran. Only a process that proves to be ours is signalled."""
    state = running(state_file)
    if state is None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(state_file)
        return False
    pid = int(state["pid"])
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        ask(state, "POST", "/_sim/stop")
    for number in (signal.SIGTERM, signal.SIGKILL):
        if _wait_gone(pid, patience):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
    _wait_gone(pid, patience)
    remove_state(state_file, pid)
    return True


def _wait_gone(pid: int, patience: float) -> bool:
    end = time.monotonic() + patience
    watch = _Parent(pid)
    while not watch.gone():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
