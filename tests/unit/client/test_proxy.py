# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies: taken from the usual variables, switched off on request, and their credentials never printed."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import (
    ClosedPort,
    RawServer,
    answer,
    listed,
    server_side,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import TOKEN, asked

SERVICE = "http://modelarts.example.test"
LOGIN = "proxyuser:canary-proxy-password"
CLOSED = ClosedPort()


def through(port: int, login: str = LOGIN) -> str:
    """Return a proxy variable's value."""
    return f"http://{login}@127.0.0.1:{port}"


def test_a_proxy_is_used_with_its_login(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(listed()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", "http://ignored.example:1")
        monkeypatch.setenv("http_proxy", through(proxy.port))
        outcome = asked(SERVICE, validate_certs=False)
        request = proxy.seen[0].decode()
    assert not outcome.failed, outcome.result["msg"]
    assert request.startswith(f"GET {SERVICE}/v1/")
    assert f"Proxy-Authorization: Basic {base64.b64encode(LOGIN.encode()).decode()}" in request


def unknown_host(*arguments: object, **more: object) -> None:
    """Stand in for a name service that knows nothing."""
    raise socket.gaierror(-2, "x")


@pytest.mark.parametrize("variable", ["no_proxy", "use_proxy"])
def test_a_proxy_is_not_used(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", unknown_host)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{CLOSED.number}")
    if variable == "no_proxy":
        monkeypatch.setenv("no_proxy", "example.test")
    outcome = asked(SERVICE, validate_certs=False, use_proxy=variable != "use_proxy", retries=0)
    assert "No host is named modelarts.example.test" in outcome.result["msg"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_never_asked_through_a_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(listed()) as proxy, RawServer(listed()) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, through(proxy.port))
        outcome = asked(server.url.replace("127.0.0.1", host))
        assert not outcome.failed, outcome.result["msg"]
        assert proxy.connections == 0
        assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        (f"http://{LOGIN}@127.0.0.1:{CLOSED.number}", "could not be used: check HTTPS_PROXY"),
        (f"http://{LOGIN}@127.0.0.1:port", ""),
        (f"http://{LOGIN}@[broken", ""),
        (f"socks5://{LOGIN}@127.0.0.1:9", ""),
        (f"gopher://{LOGIN}@127.0.0.1:9", ""),
        (f"http://{LOGIN}@", ""),
        (f"//{LOGIN}@host\nname", ""),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_that_cannot_be_used(proxy: str, words: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    outcome = asked(SERVICE.replace("http", scheme), validate_certs=False, retries=0, timeout=60)
    message = outcome.result["msg"]
    assert words in message
    assert message.isprintable()
    assert "canary" not in message
    assert "modelarts.example.test" in message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_login(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(answer("login first", 407, {"Proxy-Authenticate": "Basic"})) as proxy:
        monkeypatch.setenv(f"{scheme}_proxy", through(proxy.port))
        outcome = asked(SERVICE.replace("http", scheme), validate_certs=False)
        assert len(proxy.seen) == 1, "not tried again"
        assert TOKEN.encode() not in b"".join(proxy.seen) or scheme == "http"
    message = outcome.result["msg"]
    assert "407" in message
    assert "put it into the proxy variable's URL" in message
    assert "canary" not in message


def test_a_proxy_that_refuses_a_tunnel_is_a_transient_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(answer("no", 502)) as proxy:
        monkeypatch.setenv("https_proxy", through(proxy.port))
        outcome = asked(SERVICE.replace("http", "https"), retries=2)
        assert len(proxy.seen) == 3
    assert "could not be used" in outcome.result["msg"]


def test_a_port_that_looks_like_a_status_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:  # bound, but not listening: nobody else can take it
        for port in range(40700, 40800):
            with contextlib.suppress(OSError):
                held.bind(("127.0.0.1", port))
                break
        monkeypatch.setenv("https_proxy", through(int(held.getsockname()[1])))
        outcome = asked(SERVICE.replace("http", "https"), retries=0)
    assert ":407" in f":{port}"
    assert "could not be used" in outcome.result["msg"]


def test_a_tunnel_is_verified_by_our_own_trust(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import trustme

    authority = trustme.CA()
    inner = server_side(authority, "modelarts.example.test")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    def tunnel(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", server.port)) as onward:
            back = threading.Thread(target=pump, args=(onward, client), daemon=True)
            back.start()
            pump(client, onward)
            back.join(2)

    with RawServer(listed(), tls=inner) as server, RawServer(tunnel) as proxy:
        monkeypatch.setenv("https_proxy", through(proxy.port))
        good = asked("https://modelarts.example.test", ca_path=str(tmp_path / "ca.pem"), retries=0)
        bad = asked("https://modelarts.example.test", retries=0)
        assert proxy.seen[0].startswith(b"CONNECT modelarts.example.test:443 ")
        assert TOKEN.encode() not in b"".join(proxy.seen)
    assert not good.failed, good.result["msg"]
    assert "is not trusted" in bad.result["msg"]


def pump(source: socket.socket, target: socket.socket) -> None:
    """Carry bytes one way until an end."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_a_login_that_a_proxy_repeats_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    login = base64.b64encode(LOGIN.encode()).decode()
    with RawServer(answer({"error_msg": f"no {LOGIN.split(':')[1]}, not by Basic {login}"}, 400)) as proxy:
        monkeypatch.setenv("http_proxy", through(proxy.port))
        environ = {"http_proxy": through(proxy.port)}
        message = asked(SERVICE, environ=environ, validate_certs=False).result["msg"]
    assert "canary" not in message
    assert login not in message and login[-20:] not in message
    assert "********" in message


@pytest.mark.parametrize("variable", ["", "http_proxy"])
def test_the_systems_own_proxy_settings_are_never_asked(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked_system(*arguments: object, **more: object) -> None:
        raise AssertionError("on macOS this hangs or crashes in a forked worker")

    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr("urllib.request.getproxies", asked_system)
    monkeypatch.setattr("requests.utils.getproxies", asked_system)
    if not variable:
        monkeypatch.setattr("requests.utils.proxy_bypass", asked_system)
    monkeypatch.setattr(socket, "getaddrinfo", unknown_host)
    if variable:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{CLOSED.number}")
    message = asked(SERVICE, validate_certs=False, retries=0).result["msg"]
    assert ("No host is named" if not variable else "The proxy on the way") in message
