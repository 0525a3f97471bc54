# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other ends of the wire that no simulator plays: silent ports, names that do not exist, TLS of every wrong kind."""

from __future__ import annotations

import datetime
import functools
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import trustme
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import RawServer, row
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import Wire, answer, listed


class Full:
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


class Nowhere:
    """A host name that cannot exist: too long for any, so that no name server is asked (nor can one be slow)."""

    connections = None
    url = f"https://{'modelarts.' * 25}invalid"

    def close(self) -> None:
        """Nothing to close."""


@functools.cache
def authority(name: str) -> trustme.CA:
    """Return a certificate authority; always the same one for a name."""
    return trustme.CA(organization_name=name)


def write_authorities(folder: Path) -> dict[str, str]:
    """Write the authorities' certificates into a folder; their paths by name."""
    paths = {name: folder / f"{name}.pem" for name in ("ours", "another")}
    for name, path in paths.items():
        authority(name).cert_pem.write_to_path(str(path))
    return {name: str(path) for name, path in paths.items()}


def _context(names: Iterable[str], begins: int, ends: int) -> ssl.SSLContext:
    valid = [datetime.datetime(year, 1, 1) for year in (begins, ends)]
    certificate = authority("ours").issue_cert(*names, not_before=valid[0], not_after=valid[1])
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


def tls(
    *names: str, begins: int = 2019, ends: int = 2099, change: Callable[[ssl.SSLContext], object] | None = None
) -> Callable[[], RawServer]:
    """Return what makes an https server with a certificate for these names, which lists an order."""

    def make() -> RawServer:
        context = _context(names or ("127.0.0.1",), begins, ends)
        if change:
            change(context)
        return Wire(listed(row()), tls=context)

    return make


def wants_client_certificate(context: ssl.SSLContext) -> None:
    """Have a server take clients with a certificate only; with TLS 1.3 its refusal can get lost on the way."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED


def speaks_old_tls_only(context: ssl.SSLContext) -> None:
    """Have a server offer TLS 1.1, which nobody should speak any more."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = ssl.TLSVersion.TLSv1_1


class PlainOnHttpsPort(Wire):
    """A plain http server behind an https address: it takes the client's hello for a bad request."""

    def __init__(self) -> None:
        super().__init__(listed())
        self.url = self.url.replace("http:", "https:")

    def _one(self, client: socket.socket) -> bool:
        client.recv(4096)
        client.sendall(answer("Client sent an HTTPS request to an HTTP server.", 400))
        return False


class SilentHandshake(Wire):
    """An https address whose server never says hello."""

    def __init__(self) -> None:
        super().__init__(listed())
        self.url = self.url.replace("http:", "https:")

    def _one(self, client: socket.socket) -> bool:
        while client.recv(4096):
            pass
        return False


class ResetInHandshake(Wire):
    """An https address whose server resets the connection at the client's hello."""

    def __init__(self) -> None:
        super().__init__(listed())
        self.url = self.url.replace("http:", "https:")

    def _one(self, client: socket.socket) -> bool:
        client.recv(1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        client.close()
        return False


class HttpToHttps(Wire):
    """A plain http address whose server speaks TLS."""

    def __init__(self) -> None:
        super().__init__(listed(), tls=_context(["127.0.0.1"], 2019, 2099))
        self.url = self.url.replace("https:", "http:")


def early(status: int) -> Callable[[], RawServer]:
    """Return what makes a server that sends an interim answer before the true one."""
    interim = f"HTTP/1.1 {status} Interim\r\n\r\n".encode()
    return lambda: Wire(interim + listed(row()))
