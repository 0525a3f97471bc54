# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other end of a connection, byte by byte: a raw server that plays a script, and addresses with nobody behind them.

Nothing here stands in for our own client: it is fed with bytes from real sockets, plain and by TLS.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, ClassVar, Union

import trustme

Step = Union[bytes, Callable[[socket.socket], None]]


class RawServer:
    """A server on loopback. Each request gets the next step, the last one again and again.

    A step is bytes to send, or a function that is handed the socket, after which the connection is closed. ``greeting``
    is such a function that gets every connection before anything is read from it, TLS too, and leaves nothing to the
    steps. ``scheme`` is for an address that does not say what is spoken here. ``seen`` are the requests as they came;
    ``connections`` how many connections there were.
    """

    def __init__(
        self,
        *steps: Step,
        tls: ssl.SSLContext | None = None,
        greeting: Callable[[socket.socket], None] | None = None,
        scheme: str = "",
    ) -> None:
        self.seen: list[bytes] = []
        self.connections = 0
        self._steps = steps
        self._tls = tls
        self._greeting = greeting
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._sockets: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{scheme or ('https' if tls else 'http')}://127.0.0.1:{self.port}"
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
        with contextlib.suppress(OSError):
            if self._tls:
                client = self._tls.wrap_socket(client, server_side=True)
                self._sockets.append(client)
            with client:
                if self._greeting:
                    self._greeting(client)
                    return
                while self._one(client):
                    pass

    def _one(self, client: socket.socket) -> bool:
        request = _read_request(client)
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
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def __enter__(self) -> RawServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read_request(client: socket.socket) -> bytes:
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


# Answers and other steps


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


def listed(*rows: Any, count: Any = None) -> bytes:
    """Return a good ListOrders answer."""
    return answer({"count": len(rows) if count is None else count, "items": list(rows)})


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


# Greetings: what happens to a connection from which nobody reads a request


def say_plainly(client: socket.socket) -> None:
    """Take a TLS client's hello for a bad request, as a plain http server does."""
    client.recv(4096)
    client.sendall(answer("Client sent an HTTPS request to an HTTP server.", 400))


def say_nothing(client: socket.socket) -> None:
    """Never answer a hello."""
    while client.recv(4096):
        pass


def reset_at_hello(client: socket.socket) -> None:
    """Reset the connection at the client's first byte."""
    client.recv(1)
    reset(client)


def server_side(authority: trustme.CA, *names: str, begins: int = 2019, ends: int = 2099) -> ssl.SSLContext:
    """Return a server's side of TLS, with a certificate for these names, valid from one new year to another."""
    valid = [datetime.datetime(year, 1, 1) for year in (begins, ends)]
    certificate = authority.issue_cert(*names, not_before=valid[0], not_after=valid[1])
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


# Addresses with nobody behind them


class ClosedPort:
    """A port that refuses connections, and that nobody else can take, until it is closed."""

    connections = None
    #: An object that nobody keeps must keep its port: a socket without an owner is closed.
    _held: ClassVar[set[socket.socket]] = set()

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._held.add(self._socket)
        self._socket.bind(("127.0.0.1", 0))  # bound, but not listening
        self.number = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.number}"

    def close(self) -> None:
        """Leave the port to somebody else."""
        self._held.discard(self._socket)
        self._socket.close()


class FullPort:
    """A port that is so busy that it takes no further connection."""

    connections = None

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        address = self._listener.getsockname()
        self._clients = [socket.socket() for dummy in range(4)]
        for client in self._clients:
            client.setblocking(False)
            client.connect_ex(address)
        time.sleep(0.05)
        self.url = f"http://127.0.0.1:{address[1]}"

    def close(self) -> None:
        """Close the port and all who wait at it."""
        for one in (self._listener, *self._clients):
            one.close()


class NoHost:
    """A host name that cannot exist: too long for any, so that no name server is asked (nor can one be slow)."""

    connections = None
    url = f"https://{'modelarts.' * 25}invalid"

    def close(self) -> None:
        """Nothing to close."""
