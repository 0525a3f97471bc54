# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The front: an HTTP/1.1 server on loopback that puts the cloud's answers on the wire, step by step."""

from __future__ import annotations

import contextlib
import http.server
import itertools
import select
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
import types
import typing as t

from . import admin
from .clock import SystemClock
from .cloud import Cloud
from .errors import ScenarioError
from .messages import Close, Request, Response, Send, Wait, json_bytes

LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
_MOST_BODY = 64 << 20
_SLICE = 0.2  # seconds after which a long wait checks whether the client or the server is gone
_NO_LINGER = struct.pack("ii", 1, 0)


class Server:
    """A simulator on a port of its own. Use it as a context manager, or call start and stop.

    ``host`` is 127.0.0.1, localhost or ::1, everything else raises ScenarioError; ``port`` 0 takes a free one;
    ``tls`` is (certificate file, key file) and turns the server into an https one.
    """

    def __init__(
        self,
        cloud: Cloud | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: tuple[str, str] | None = None,
    ) -> None:
        if host not in LOOPBACK:
            raise ScenarioError(f"host {host!r} is not loopback: the simulator binds 127.0.0.1, localhost or ::1 only")
        check_port(port)
        self.cloud = cloud or Cloud()
        self.host = "127.0.0.1" if host == "localhost" else host
        self.stopped = threading.Event()
        self._stopping = threading.Lock()
        self._http = _Listener(self, LOOPBACK[host], port)
        self._metadata: _Listener | None = None
        if tls:
            self._http.socket = _tls_context(tls).wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._http.server_address[1])
        self._name = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if tls else 'http'}://{self._name}:{self.port}"
        self._thread: threading.Thread | None = None
        self.cloud.endpoint = self.url
        self.cloud.on_stop = self._stop_soon
        self.end = 0.0
        self.cloud.on_live = self.live

    def environment(self) -> dict[str, str]:
        """The environment variables for a client of this server."""
        return self.cloud.environment()

    def start(self) -> Server:
        """Serve in a thread; returns at once, the port answers."""
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection. May be called twice, and from any thread."""
        self.stopped.set()
        with self._stopping:
            if self._thread is not None:
                self._http.shutdown()
                self._thread.join()
                self._thread = None
            if self._metadata is not None:
                self._metadata.shutdown()
        for listener in (self._http, self._metadata):
            if listener is not None:
                listener.server_close()
                listener.close_connections()

    @property
    def metadata_url(self) -> str:
        """Where servers of this cloud find their metadata, by plain http; opened when somebody asks for it."""
        if self._metadata is None:
            self._metadata = _Listener(self, self._http.address_family, 0, metadata=True)
            threading.Thread(target=self._metadata.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://{self._name}:{self._metadata.server_port}"

    def live(self, seconds: float) -> None:
        """Live so many seconds from now at least, 0 for ever: ``end`` (of time.monotonic) only ever moves on."""
        self.end = max(self.end, time.monotonic() + seconds if seconds else float("inf"))

    def _stop_soon(self) -> None:
        """From an admin request: stop once that request is answered."""
        threading.Timer(0.05, self.stop).start()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self.stop()

    def pause(self, seconds: float, connection: socket.socket) -> bool:
        """Let time pass; False where the client or the server went away meanwhile."""
        clock = self.cloud.clock
        if not isinstance(clock, SystemClock):
            clock.sleep(seconds)
            return not self.stopped.is_set()
        end = time.monotonic() + seconds
        while not self.stopped.wait(max(0.0, min(_SLICE, end - time.monotonic()))):
            if time.monotonic() >= end:
                return True
            if _gone(connection):
                return False
        return False


def check_port(port: int) -> None:
    """Raise ScenarioError where no port has that number."""
    if not 0 <= port <= 65535:
        raise ScenarioError(f"port {port} does not exist; give one from 1 to 65535, or 0 for any free one")


def _tls_context(files: tuple[str, str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def _gone(connection: socket.socket) -> bool:
    """True where the client has closed its side."""
    try:
        if not select.select([connection], [], [], 0)[0]:
            return False
        if isinstance(connection, ssl.SSLSocket):
            return False  # its bytes can't be peeked at; a send will tell
        return connection.recv(1, socket.MSG_PEEK) == b""
    except (OSError, ValueError):
        return True


class _Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Takes connections; one daemon thread for each."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, owner: Server, family: int, port: int, metadata: bool = False) -> None:
        self.owner = owner
        self.metadata = metadata
        self.address_family = family
        self.numbers = itertools.count(1)
        self.connections: set[socket.socket] = set()
        self.to_reset: set[socket.socket] = set()
        super().__init__((owner.host, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking for the host's name as the base class does, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.owner.host, int(self.server_address[1])

    def process_request(self, request: t.Any, client_address: t.Any) -> None:
        """Remember the connection, so that stop can end it."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: t.Any) -> None:
        """End a connection: in order, or by reset where a fault says so."""
        self.connections.discard(request)
        if request in self.to_reset:
            self.to_reset.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake and end the threads that wait for a next request."""
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that went away is nothing to report; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    """Reads requests of one connection and carries out the steps of the answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        """Number the connection."""
        self.number = next(self.server.numbers)
        self.silent = True
        super().setup()

    def serve(self) -> None:
        """One request, whatever its method."""
        cloud = self.server.owner.cloud
        request = self._request()
        if request is None:
            self.close_connection = True
            return
        with cloud.lock:
            cloud.active += 1
        self.silent = True
        try:
            is_admin = request.path.startswith(admin.PREFIX) and not request.metadata
            answer = admin.handle(cloud, request) if is_admin else cloud.handle(request)
            self._deliver(answer)
        except OSError:
            self.close_connection = True
        except Exception as error:  # pylint: disable=broad-exception-caught
            self._give_up(error)
        finally:
            with cloud.lock:
                cloud.active -= 1

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = serve

    def _request(self) -> Request | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _MOST_BODY or self.headers.get("Transfer-Encoding"):
            self.send_error(411)
            return None
        path, dummy, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        return Request(self.command, path, query, headers, body, self.number, self.server.metadata)

    def _deliver(self, response: Response) -> None:
        for step in response.steps():
            if isinstance(step, Send):
                self.silent = False
                self.connection.sendall(step.data)
            elif isinstance(step, Wait):
                if step.seconds > 0 and not self.server.owner.pause(step.seconds, self.connection):
                    self.close_connection = True
                    return
            elif isinstance(step, Close):
                self.close_connection = True
                if step.reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                    self.server.to_reset.add(self.connection)
                return
        if response.headers.get("Connection", "").lower() == "close":
            self.close_connection = True

    def _give_up(self, error: Exception) -> None:
        """The last net: a mistake that nobody foresaw is told to the client, where nothing was sent to it yet."""
        self.close_connection = True
        if self.silent:
            words = " ".join(f"the simulator can't answer: {type(error).__name__}: {error}".split())
            headers = {"Content-Type": "application/json", "Connection": "close"}
            answer = Response(500, json_bytes({"error_code": "Simulator.0500", "error_msg": words}), headers)
            with contextlib.suppress(OSError):
                self._deliver(answer)

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002  # pylint: disable=redefined-builtin
        """The cloud keeps its own log."""
