# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other end of the wire for tests of the core: virtual time, a scripted raw server, and the simulator.

Nothing here stands in for our own client: it is fed with bytes from real sockets.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Union

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result, query_orders
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server
from modelarts_simulator.switches import (
    DEFAULT_ACCESS_KEY,
    DEFAULT_PASSWORD,
    DEFAULT_PROJECT,
    DEFAULT_SECRET_KEY,
)

# 2026-01-02T03:04:05Z
NOW = 1_767_323_045.0
NOW_MS = 1_767_323_045_000
DAY_MS = 86_400_000
TOKEN = "TOKEN-canary-0123456789"
PROJECT = DEFAULT_PROJECT
ACCESS_KEY, SECRET_KEY, PASSWORD = DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY, DEFAULT_PASSWORD
USER: dict[str, Any] = {"username": "simulator-user", "domain_name": "simulator-domain", "password": PASSWORD}
KEY: dict[str, Any] = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}

EXAMPLE: dict[str, Any] = {
    "creationTimestamp": 1682043883000,
    "endTimestamp": 1682043893000,
    "beginTimestamp": 1682043893000,
    "orderName": "order.pool-5ed5-w4l2n",
    "orderId": "CS2304191748WNW2R",
    "resourceName": "pool-5ed5-04f258c84780d5a52f3bc00dc15aa5e7",
    "resourceDisplayName": "pool-5ed5",
    "specCount": [{"flavor": "modelarts.vm.cpu.2u.d", "count": 1}],
    "billingMode": "1",
    "periodType": "2",
    "periodNum": "1",
    "operation": "apply",
    "result": "successed",
    "phase": "completed",
}
"""The order of the reference page's example."""


def listed(*rows: Any, count: Any = None) -> bytes:
    """Return a good ListOrders answer."""
    return answer({"count": len(rows) if count is None else count, "items": list(rows)})


class VirtualClock(Clock):
    """A clock that moves only when somebody sleeps on it; ``naps`` are the sleeps, in seconds."""

    def __init__(self, start: float = NOW) -> None:
        self.now = start
        self.naps: list[float] = []
        self._lock = threading.Lock()

    def time(self) -> float:
        """Return the virtual wall clock."""
        return self.now

    def monotonic(self) -> float:
        """Return virtual seconds since an arbitrary moment."""
        return self.now - NOW + 1000

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        if seconds > 0:
            with self._lock:
                self.now += seconds
                if seconds > 1e-6:  # less is what rounding leaves of a wait
                    self.naps.append(seconds)


def answer(
    body: Any = b"", status: int = 200, headers: dict[str, str] | None = None, length: int | None = None
) -> bytes:
    """Return an HTTP answer as bytes: ``body`` is bytes, text, or anything else for JSON."""
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(data) if length is None else length}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + data


Step = Union[bytes, Callable[[socket.socket], None]]


class Wire:
    """A raw server on loopback. Each request gets the next step, the last one again and again.

    A step is bytes to send, or a function that is handed the socket, after which the connection is closed.
    ``seen`` are the requests as they came; ``connections`` how many connections there were.
    """

    def __init__(self, *steps: Step, tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[bytes] = []
        self.connections = 0
        self._steps = steps
        self._tls = tls
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._sockets: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, dummy = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            if self._tls:
                client = self._tls.wrap_socket(client, server_side=True)
                self._sockets.append(client)
            with client:
                while self._one(client):
                    pass
        except OSError:
            pass

    def _one(self, client: socket.socket) -> bool:
        request = read_request(client)
        if not request:
            return False
        with self._lock:
            step = self._steps[min(len(self.seen), len(self._steps) - 1)]
            self.seen.append(request)
        if callable(step):
            step(client)
            return False
        client.sendall(step)
        return b"Connection: close" not in step

    def close(self) -> None:
        """Close the port and all connections."""
        with contextlib.suppress(OSError):
            # Closing alone does not wake the thread that accepts.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()


def read_request(client: socket.socket) -> bytes:
    """Return one request, head and body; nothing where the client has closed its side."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head, dummy, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-le")), 0
    )
    while len(body) < length:
        chunk = client.recv(65536)
        if not chunk:
            return b""
        body += chunk
    return head + b"\r\n\r\n" + body


@contextmanager
def wire(*steps: Step, tls: ssl.SSLContext | None = None) -> Iterator[Wire]:
    """A raw server for the length of a block."""
    server = Wire(*steps, tls=tls)
    try:
        yield server
    finally:
        server.close()


def drip(data: bytes, pause: float = 0.05) -> Callable[[socket.socket], None]:
    """A step that sends a byte at a time, for at most a minute."""

    def send(client: socket.socket) -> None:
        end = time.monotonic() + 60
        for number in range(len(data)):
            client.sendall(data[number : number + 1])
            time.sleep(pause)
            if time.monotonic() > end:
                return

    return send


def then_close(data: bytes) -> Callable[[socket.socket], None]:
    """A step that sends and closes."""
    return lambda client: client.sendall(data)


def reset(client: socket.socket) -> None:
    """A step that ends the connection by a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    client.close()


def asked(url: str, clock: Clock | None = None, environ: dict[str, str] | None = None, **options: Any) -> Result:
    """Ask the server at ``url`` as the info module does, by a token unless other credentials are given."""
    credentials = {"access_key", "username", "auth_token", "secret_key"} & set(options)
    given: dict[str, Any] = {"endpoint": url, "iam_endpoint": url, "project_id": PROJECT}
    if not credentials:
        given["auth_token"] = TOKEN
    given.update(options)
    return query_orders(given, environ or {}, clock or VirtualClock())


class Simulation:
    """A simulator that shares its virtual clock with the client."""

    def __init__(self, server: Server, clock: Clock) -> None:
        self.cloud = server.cloud
        self.url = server.url
        self.server = server
        self.clock = clock

    def query(self, **options: Any) -> Result:
        """Ask it as the info module does, by an access key unless other credentials are given."""
        given = options if {"username", "auth_token", "access_key"} & set(options) else {**KEY, **options}
        return asked(self.url, self.clock, **given)

    def requests(self, api: str = "") -> list[dict[str, Any]]:
        """Return its log, of one API where that is named."""
        return [row for row in self.cloud.log if api in ("", row["api"])]


@contextmanager
def simulation(clock: Clock | None = None, real_time: bool = False, **config: Any) -> Iterator[Simulation]:
    """A simulator for the length of a block; ``config`` is orders, faults, settings."""
    clock = clock or (Clock() if real_time else VirtualClock())
    with Server(Cloud(None if real_time else clock, **config)) as server:
        yield Simulation(server, clock)
