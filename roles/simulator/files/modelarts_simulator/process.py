# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process of its own, which is found again by its name."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import typing as t

from .errors import ScenarioError
from .server import Server

_POLL = 0.2
_PATIENCE = 10  # seconds that a simulator may take to end
Report = dict[str, t.Any]


class Home(t.NamedTuple):
    """The files of one simulator: where it answers, with the token of its admin paths; what went wrong with it."""

    folder: str
    name: str

    @property
    def state(self) -> str:
        """The file that says where it answers."""
        return os.path.join(self.folder, f"{self.name}.json")

    @property
    def log(self) -> str:
        """The file that its errors go to."""
        return os.path.join(self.folder, f"{self.name}.log")

    def open(self) -> int:
        """Make the folder, private to this user; a file descriptor of it. Refuse one that another user has laid."""
        with contextlib.suppress(FileExistsError):
            os.makedirs(os.path.dirname(self.folder), exist_ok=True)
            os.mkdir(self.folder)
            os.chmod(self.folder, 0o700)
        with contextlib.suppress(OSError):
            number = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            if os.fstat(number).st_uid == os.getuid():
                return number
            os.close(number)
        raise ScenarioError(f"{self.folder} is a link or belongs to another user; name another directory")

    @contextlib.contextmanager
    def locked(self) -> t.Iterator[None]:
        """One start or stop at a time."""
        number = self.open()
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)

    def write(self, state: Report) -> None:
        """Write the state in one move."""
        draft = f"{self.state}.{os.getpid()}"
        with open(_private(draft), "w", encoding="utf-8") as file:
            json.dump(state, file)
        os.replace(draft, self.state)

    def read(self) -> Report | None:
        """The state, where there is one."""
        try:
            with open(os.open(self.state, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as file:
                mine = os.fstat(file.fileno()).st_uid == os.getuid()
                state = json.load(file)
            return {"port": int(state["port"]), "token": str(state["token"])} if mine else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def clear(self) -> None:
        """Leave nothing behind, unless something went wrong."""
        with contextlib.suppress(OSError):
            os.unlink(self.state)
            if not os.path.getsize(self.log):
                os.unlink(self.log)


def home(folder: str, name: str) -> Home:
    """The home of that name, below the user's own folder where none is given."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", name):
        raise ScenarioError(f"name {name!r}: use letters, digits, dots, hyphens and underscores, 200 at most")
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    base = own if os.access(own, os.W_OK) else tempfile.gettempdir()
    return Home(
        os.path.abspath(os.path.expanduser(folder) or os.path.join(base, f"modelarts-simulator-{os.getuid()}")), name
    )


def _private(path: str) -> int:
    """A new file that nobody else can read, whatever the umask; what lies in its place is thrown away, not followed."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.fchmod(number, 0o600)
    return number


def ask(state: Report, method: str, name: str, body: object = None) -> Report:
    """One admin request; ScenarioError with the simulator's own words where it refuses, OSError where none answers."""
    connection = http.client.HTTPConnection("127.0.0.1", state["port"], timeout=30)
    try:
        connection.request(method, f"/_sim/{name}", json.dumps(body), {"X-Simulator-Token": state["token"]})
        answer = connection.getresponse()
        value = json.loads(answer.read())
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"something else answers at port {state['port']}: {error!r}") from error
    finally:
        connection.close()
    if answer.status == 403:
        raise OSError(f"another simulator answers at port {state['port']}")
    if answer.status != 200:
        raise ScenarioError(str(value.get("error", answer.status)))
    return t.cast("Report", value)


def running(place: Home) -> tuple[Report, Report] | None:
    """State and health of the simulator of that home; None where none runs."""
    state = place.read()
    try:
        return (state, ask(state, "GET", "health")) if state else None
    except (OSError, ScenarioError):
        return None


def spawn(place: Home, config: object, arguments: t.Sequence[str]) -> Report:
    """Start ``serve`` in a session of its own; its report once it serves."""
    program = [sys.executable, "-B", os.path.dirname(os.path.abspath(__file__)), "serve"]
    where = ["--orders", "-", "--name", place.name, "--directory", place.folder]
    pipe = subprocess.PIPE
    with open(_private(place.log), "wb") as log, tempfile.TemporaryFile() as given:
        given.write(json.dumps(config).encode())
        given.seek(0)
        child = subprocess.Popen(
            [*program, *where, *arguments], stdin=given, stdout=pipe, stderr=log, cwd="/", start_new_session=True
        )
    with t.cast("t.IO[bytes]", child.stdout) as said:
        line = said.readline()
    if line:
        return t.cast("Report", json.loads(line))
    with open(place.log, encoding="utf-8") as errors:
        words = errors.read().strip() or "it did not start"
    os.unlink(place.log)
    raise ScenarioError(words.splitlines()[-1].replace("modelarts_simulator: ", "", 1))


def stop(place: Home) -> bool:
    """End the simulator of that home, and wait until its port is free; False where none ran."""
    found = running(place)
    if found is None:
        place.clear()
        return False
    end = time.monotonic() + _PATIENCE
    with contextlib.suppress(OSError):
        ask(found[0], "POST", "stop")
        while ask(found[0], "GET", "health") and time.monotonic() < end:
            time.sleep(0.02)
        raise ScenarioError(f"the simulator at port {found[0]['port']} does not end")
    return True


def serve(server: Server, place: Home | None, lifetime: float, parent: int, ready: t.Callable[[], None]) -> None:
    """Serve until a signal, an admin stop, the end of the lifetime or of the parent. Leaves no file behind."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda dummy, frame: sys.exit(0))
    gone = _watch(parent)
    server.live(lifetime)
    try:
        server.start()
        if place:
            place.write({"port": server.port, "token": server.cloud.token})
        ready()
        while not gone() and time.monotonic() < server.end:
            if server.stopped.wait(min(_POLL, max(0.01, server.end - time.monotonic()))):
                break
    finally:
        if place:
            place.clear()
        server.stop()


def _watch(pid: int) -> t.Callable[[], bool]:
    """A function that says whether a process has ended; one without an ID never does."""
    if not pid:
        return lambda: False
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return lambda: True
    except (AttributeError, OSError):  # neither of this platform nor of this kernel
        return lambda: not _runs(pid)
    return lambda: bool(select.select([handle], [], [], 0)[0])


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
