# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server on real sockets: what arrives at a client, and the admin paths."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.simulator.scenario import ORDERS, TOKEN
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.errors import ScenarioError
from modelarts_simulator.server import Server

SETTINGS = {"tokens": [{"token": TOKEN}]}
ONE = [{"pool": "a", "state": "succeeded"}]


@pytest.fixture(name="server")
def _server() -> Iterator[Server]:
    with Server(Cloud(settings=SETTINGS, orders=ONE)) as server:
        yield server


def get(server: Server, path: str = ORDERS, patience: float = 10) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=patience)
    connection.request("GET", path, headers={"X-Auth-Token": TOKEN})
    return connection.getresponse()


def sim(server: Server, method: str, name: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    headers = {"X-Simulator-Token": server.cloud.token, **headers}
    connection.request(method, f"/_sim/{name}", body if isinstance(body, str) else json.dumps(body), headers)
    answer = connection.getresponse()
    value = json.loads(answer.read())
    connection.close()
    return answer.status, value


def test_a_connection_serves_many_requests_at_once_without_delay(server: Server) -> None:
    server.cloud.add_faults(
        [{"kind": "chunked", "chunk": 200, "times": 0}]
    )  # many small pieces: Nagle's algorithm hates them
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    took = []
    for dummy in range(50):
        begin = time.perf_counter()
        connection.request("GET", ORDERS, headers={"X-Auth-Token": TOKEN})
        assert connection.getresponse().read().startswith(b'{"count": 1')
        took.append(time.perf_counter() - begin)
    assert statistics.median(took) < 0.03, "40 ms each is Nagle's algorithm at work"
    assert {row["connection"] for row in server.cloud.log} == {1}
    connection.close()


def test_connection_refused_after_stop_and_no_thread_is_left() -> None:
    before = threading.active_count()
    with Server(Cloud(settings=SETTINGS, orders=ONE)) as server:
        kept = http.client.HTTPConnection(server.host, server.port, timeout=10)
        kept.request("GET", ORDERS, headers={"X-Auth-Token": TOKEN})
        kept.getresponse().read()
    with pytest.raises(ConnectionRefusedError):
        get(server)
    end = time.monotonic() + 30
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.01)
    assert threading.active_count() <= before, "one of an earlier test may have ended meanwhile"
    kept.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "example.com", "10.0.0.1", "127.0.0.1.nip.io"])
def test_only_loopback(host: str) -> None:
    with pytest.raises(ScenarioError, match="is not loopback"):
        Server(Cloud(), host=host)


def test_loopback_by_every_name() -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        try:
            server = Server(Cloud(settings=SETTINGS, orders=ONE), host=host)
        except OSError:
            assert host == "::1", "only IPv6 may be missing on a machine"
            continue
        with server:
            assert get(server).status == 200
            assert server.url == f"http://{'[::1]' if host == '::1' else host}:{server.port}"


def test_reset_before_the_answer(server: Server) -> None:
    server.cloud.add_faults([{"kind": "reset"}])
    with pytest.raises(ConnectionResetError):
        get(server)
    assert server.cloud.log[0]["status"] is None
    assert get(server).status == 200


def test_reset_amid_the_answer(server: Server) -> None:
    server.cloud.add_faults([{"kind": "reset", "when": "amid"}])
    answer = get(server)
    with pytest.raises(ConnectionResetError):
        answer.read()


def test_close_without_an_answer(server: Server) -> None:
    server.cloud.add_faults([{"kind": "close"}])
    with pytest.raises(http.client.RemoteDisconnected):
        get(server)


def test_truncated_body(server: Server) -> None:
    server.cloud.add_faults([{"kind": "truncate"}])
    with pytest.raises(http.client.IncompleteRead):
        get(server).read()


def test_an_idle_connection_that_the_server_closes(server: Server) -> None:
    server.cloud.add_faults([{"kind": "close_idle"}])
    connection = socket.create_connection((server.host, server.port), timeout=10)
    connection.sendall(f"GET {ORDERS} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {TOKEN}\r\n\r\n".encode())
    data = b""
    while piece := connection.recv(65536):
        data += piece
    assert b"200 OK" in data
    assert data.endswith(b"}]}")
    assert b"Connection: close" not in data
    connection.close()


def test_slow_answers_take_their_time_and_end_with_the_client(server: Server) -> None:
    server.cloud.add_faults([{"kind": "slow", "seconds": 0.3}, {"kind": "hang"}, {"kind": "drip", "interval": 0.01}])
    begin = time.monotonic()
    assert get(server).read()
    assert time.monotonic() - begin >= 0.3
    with pytest.raises(socket.timeout):
        get(server, patience=0.3)
    dripped = get(server)
    begin = time.monotonic()
    assert dripped.read().endswith(b"}]}")
    assert time.monotonic() - begin > 1


def test_an_endless_body_goes_on_until_the_client_leaves(server: Server) -> None:
    server.cloud.add_faults([{"kind": "endless"}])
    answer = get(server)
    assert len(answer.read(1 << 20)) == 1 << 20
    answer.close()


def test_something_that_is_not_http(server: Server) -> None:
    server.cloud.add_faults([{"kind": "garbage", "body": "SSH-2.0-OpenSSH\r\n"}])
    with pytest.raises(http.client.BadStatusLine):
        get(server)


def test_admin_paths(server: Server) -> None:
    assert sim(server, "GET", "health")[1]["ok"] is True
    assert sim(server, "POST", "load", [{"pool": "b", "timeline": [{"state": "pending", "seconds": 60}, "failed"]}])[
        1
    ] == {"loaded": 1}
    assert sim(server, "POST", "advance", {"seconds": 61})[0] == 200
    state = sim(server, "GET", "state")[1]
    assert {order["pool"]: order["state"] for order in state["orders"]} == {"a": "succeeded", "b": "failed"}
    assert sim(server, "POST", "faults", [{"status": 502}])[1] == {"faults": 1}
    assert get(server).status == 502
    assert sim(server, "POST", "settings", {"latency_ms": 1})[1]["settings"]["latency_ms"] == 1
    log = sim(server, "GET", "log?api=list")[1]
    assert [row["status"] for row in log["requests"]] == [502]
    assert sim(server, "GET", "log?after=1")[1]["requests"] == []
    assert sim(server, "POST", "expire", {})[1] == {"expired": 1}
    assert get(server).status == 401
    assert sim(server, "POST", "reset", {})[0] == 200
    assert get(server).status == 200
    assert sim(server, "POST", "load", {"orders": [], "replace": True})[1] == {"loaded": 0}
    assert sim(server, "GET", "state")[1]["total"] == 0


def test_admin_paths_say_what_is_wrong(server: Server) -> None:
    for name, body, words in (
        ("load", [{"pol": 1}], "unknown key 'pol'"),
        ("load", "{", "the body can't be used"),
        ("load", {}, "the body can't be used"),
        ("advance", {"seconds": -1}, "time does not go back"),
        ("faults", [{"kind": "x"}], "kind 'x' is not one of"),
        ("settings", {"x": 1}, "there is no 'x'"),
        ("settings", "[1]", "expected a dictionary"),
    ):
        status, value = sim(server, "POST", name, body)
        assert status == 400
        assert words in value["error"]
    assert sim(server, "GET", "nothing")[0] == 404
    assert get(server).status == 200


def test_admin_paths_need_their_token(server: Server) -> None:
    for name in ("state", "health", "log", "nothing"):
        assert sim(server, "GET", name, **{"X-Simulator-Token": "another"})[0] == 403
    assert sim(server, "POST", "stop", {}, **{"X-Simulator-Token": ""})[0] == 403
    assert get(server).status == 200


def test_a_load_renews_the_lifetime(server: Server) -> None:
    for lifetime, status in ((60, 200), (-1, 400), ("x", 400), (0, 200)):
        assert sim(server, "POST", "load", {"config": None, "lifetime": lifetime})[0] == status
    assert server.end == float("inf")
    assert sim(server, "GET", "state")[1]["total"] == 1


def test_admin_stop(server: Server) -> None:
    assert sim(server, "POST", "stop", {})[1] == {"stopping": True}
    assert server.stopped.wait(5)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            get(server).close()
        except OSError:
            return
        time.sleep(0.02)
    pytest.fail("the port still answers")


def test_many_clients_at_once(server: Server) -> None:
    wrong: list[object] = []

    def client() -> None:
        for dummy in range(20):
            answer = get(server)
            if answer.status != 200 or not answer.read().endswith(b"}]}"):
                wrong.append(answer.status)

    threads = [threading.Thread(target=client) for dummy in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert server.cloud.requests == 400
