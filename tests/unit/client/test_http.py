# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One exchange of bytes: bounded in time and size, without redirects, netrc and cookies; broken in many ways."""

from __future__ import annotations

import errno
import gc
import gzip
import os
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import http as _http
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import RequestError, TransientError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.http import MAX_BODY, Http, HttpOptions
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.request import Request
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import (
    RawServer,
    Step,
    answer,
    drip,
    listed,
    reset,
    then_close,
)
from ansible_collections.huaweicloud.modelarts.tests.support.wire_faults import bomb
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import KEY, TOKEN, VirtualClock, asked, simulation

EMPTY = b'{"count": 0, "items": []}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


assert len(EMPTY) == 25


def zipped(data: bytes) -> bytes:
    """Return an answer that says it is compressed."""
    return answer(data, 200, {"Content-Encoding": "gzip"})


# Good answers in all forms


@pytest.mark.parametrize(
    "step",
    [
        zipped(gzip.compress(EMPTY)),
        zipped(gzip.compress(EMPTY[:9]) + gzip.compress(EMPTY[9:])),
        answer(zlib.compress(EMPTY), 200, {"Content-Encoding": "deflate"}),
        CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(EMPTY), EMPTY),
        then_close(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + EMPTY),
        then_close(b"HTTP/1.0 200 OK\r\n\r\n" + EMPTY),
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(EMPTY),
        b"HTTP/1.1 102 Processing\r\n\r\n" + answer(EMPTY),
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 2 + answer(EMPTY),
        answer(gzip.compress(gzip.compress(EMPTY)), 200, {"Content-Encoding": "gzip, x-GZIP"}),
        zipped(gzip.compress(EMPTY) + b"\0" * 40),
        answer(EMPTY, 200, {"Content-Encoding": "identity"}),
        then_close(b"HTTP/1.1 200 OK\r\n" + b"Content-Length: 25\r\n" * 2 + b"\r\n" + EMPTY),
    ],
    ids=[
        *("gzip", "gzip in two members", "deflate", "chunked", "until close", "http 1.0", "continue", "processing"),
        *("early hints", "gzip twice", "gzip with padding", "identity", "the same length twice"),
    ],
)
def test_good_answers_in_every_form(step: Step) -> None:
    with RawServer(step) as server:
        outcome = asked(server.url, retries=0)
    assert not outcome.failed, outcome.result["msg"]
    assert outcome.result["count"] == 0


def test_connections_are_kept_alive() -> None:
    with simulation(orders=[{"generate": {"count": 1200}}]) as cloud:
        outcome = cloud.query(details=False)
        assert len(outcome.result["orders"]) == 1200
        connections = {row["connection"] for row in cloud.requests()}
        assert len(connections) < len(cloud.requests())


def test_what_we_send() -> None:
    with RawServer(listed()) as server:
        asked(server.url)
        head = server.seen[0].decode().split("\r\n\r\n")[0].lower()
    lines = head.split("\r\n")
    assert "accept-encoding: gzip" in lines
    assert "accept: application/json" in lines
    assert f"x-auth-token: {TOKEN}".lower() in lines
    assert sum(line.startswith("host:") for line in lines) == 1
    assert any(line.startswith("user-agent: ansible-huaweicloud.modelarts/") for line in lines)
    assert not any(line.startswith(("cookie:", "authorization:", "content-length:")) for line in lines)


# Answers that are broken on the way


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (reset, "closed the connection before its answer was complete"),
        (then_close(b""), "closed the connection before its answer was complete"),
        (then_close(b"HTTP/1.1 20"), ""),
        (then_close(HEAD % 500 + b'{"count": 1, "items": ['), ""),
        (then_close(CHUNKED + b"1f\r\n{"), ""),
        (CHUNKED + b"zz\r\n{\r\n", ""),
        (zipped(b"this is no gzip at all"), "could not be decompressed"),
        (zipped(gzip.compress(EMPTY)[:-8] + b"\xde\xad\xbe\xef\0\0\0\0"), "could not be decompressed"),
        (zipped(gzip.compress(EMPTY * 50)[:40]), ""),
        (zipped(b""), "empty body"),
        (answer(EMPTY, 200, {"Content-Encoding": "br"}), "could not be decompressed"),
        (answer(EMPTY, 200, {"Content-Encoding": ", ".join(["gzip"] * 1000)}), "could not be decompressed"),
        (then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\nContent-Length: 7\r\n\r\n" + EMPTY), ""),
        (then_close(b"HTTP/1.1 103 Early Hints\r\n\r\n"), "closed the connection before its answer was complete"),
        (CHUNKED + b"-5\r\n{\r\n", ""),
        (CHUNKED + b"\r\n{\r\n", ""),
        (answer(EMPTY, length=len(EMPTY) - 5), "not JSON, or with half of it"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", ""),
        (b"\x00\x01\x02\x03\r\n\r\n", ""),
        (then_close(b"HTTP/1.1 999999 What\r\n\r\n"), ""),
        (then_close(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n"), ""),
        (then_close(b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 500 + b"\r\n"), ""),
    ],
)
def test_broken_answers_are_transient_faults_in_one_line(step: Step, words: str) -> None:
    with RawServer(step) as server:
        outcome = asked(server.url, retries=1, timeout=60)
        assert len(server.seen) == 2, "tried again"
    assert words in outcome.result["msg"]
    assert outcome.result["msg"].isprintable()


@pytest.mark.parametrize("length", ["abc", "-5", "1e3", "5, 6"])
def test_a_content_length_that_is_none(length: str) -> None:
    step = then_close(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode() + EMPTY)
    with RawServer(step) as server:
        outcome = asked(server.url, retries=0, timeout=2)
    assert not outcome.failed or outcome.result["msg"].isprintable()


@pytest.mark.parametrize("ends", ["at once", "by reset"])
def test_a_connection_that_was_closed_while_idle_is_replaced(ends: str) -> None:
    answered, ended = threading.Semaphore(0), threading.Semaphore(0)

    def answer_and_end(client: socket.socket) -> None:
        client.sendall(listed())
        if ends == "by reset":
            answered.acquire(timeout=60)
            reset(client)
        client.close()
        ended.release()

    http = Http(HttpOptions())
    with RawServer(answer_and_end) as server:
        question = Request.get(server.url, ("x",))
        for number in range(3):
            assert http.send(question, {}, 60).status == 200, number
            answered.release()
            assert ended.acquire(timeout=60)
            time.sleep(0.1)  # let the end arrive, too
        assert server.connections == 3
    http.close()


# Time


def slow_head(client: socket.socket) -> None:
    """Send a header that never ends, a byte at a time."""
    drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1200)(client)


def slow_body(client: socket.socket) -> None:
    """Send a body a byte at a time."""
    client.sendall(HEAD % 1200)
    drip(b" " * 1200)(client)


def slow_chunks(client: socket.socket) -> None:
    """Send chunks a byte at a time."""
    client.sendall(CHUNKED)
    drip(b"1\r\n \r\n" * 200)(client)


def endless(client: socket.socket) -> None:
    """Send a body that never ends."""
    client.sendall(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"items": [')
    end = time.monotonic() + 60
    while time.monotonic() < end:
        client.sendall(b" " * 1000)
        time.sleep(0.01)


@pytest.mark.parametrize(
    "step",
    [
        lambda client: client.recv(1),
        drip(HEAD[:-2] % len(EMPTY) + b"X-Slow: " + b"x" * 1200 + b"\r\n\r\n" + EMPTY),
        slow_head,
        slow_body,
        slow_chunks,
        endless,
    ],
    ids=["silence", "all dribbles", "headers dribble", "body dribbles", "chunks dribble", "endless"],
)
def test_one_total_deadline_whatever_dribbles(step: Step) -> None:
    with RawServer(step) as server:
        began = time.monotonic()
        outcome = asked(server.url, retries=0, timeout=0.3)
        took = time.monotonic() - began
    # Each of the steps lasts a minute, or until the client goes.
    assert 0.25 < took < 30
    assert "did not answer in full within 0.3 s" in outcome.result["msg"]
    assert "timeout" in outcome.result["msg"]


def test_a_port_that_takes_no_connection_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    released, stuck = threading.Event(), list[threading.Thread]()

    def blackhole(*arguments: Any, **more: Any) -> Any:
        stuck.append(threading.current_thread())
        released.wait(30)
        raise OSError("the caller went on long ago")

    monkeypatch.setattr(socket, "getaddrinfo", blackhole)
    began = time.monotonic()
    outcome = asked("https://modelarts.example", retries=0, timeout=0.2)
    assert time.monotonic() - began < 10
    released.set()
    assert "did not answer in full within 0.2 s" in outcome.result["msg"]
    for thread in stuck:
        thread.join(10)


def open_files() -> int:
    """Return how many descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts descriptors in /proc")
@pytest.mark.parametrize("step", [slow_head, endless, lambda client: time.sleep(1)], ids=["head", "endless", "silence"])
def test_given_up_requests_leave_no_threads_and_no_files_behind(step: Step) -> None:
    def ours() -> int:
        return sum(thread.name == "modelarts-request" for thread in threading.enumerate())

    http = Http(HttpOptions())
    with RawServer(step) as server:
        files = open_files()
        for dummy in range(8):
            with pytest.raises(TransientError):
                http.send(Request.get(server.url, ("x",)), {}, 0.1)
        http.close()
        end = time.monotonic() + 30
        while ours() and time.monotonic() < end:
            time.sleep(0.05)
        left = ours()
    assert left == 0
    gc.collect()
    end = time.monotonic() + 30
    while open_files() > files and time.monotonic() < end:
        time.sleep(0.05)
    assert open_files() <= files + 1


def test_a_request_given_up_before_it_had_a_connection_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = threading.Event()
    resolve = socket.getaddrinfo

    def slow(*args: Any, **kwargs: Any) -> Any:
        assert given_up.wait(60)
        return resolve(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    others = threading.enumerate()
    with RawServer(listed()) as server:
        with pytest.raises(TransientError, match="did not answer in full"):
            Http(HttpOptions()).send(Request.get(server.url, ("x",)), {}, 0.1)
        (sender,) = (one for one in threading.enumerate() if one.name == "modelarts-request" and one not in others)
        given_up.set()
        sender.join(60)
        assert not sender.is_alive()
    assert server.seen == []


def test_an_interrupt_ends_the_exchange_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def put(self, item: Any) -> None:
            """Take what the thread brings."""

        def empty(self) -> bool:
            """Whether it has brought nothing yet."""
            return True

        def get(self, timeout: float) -> Any:
            time.sleep(0.1)
            raise KeyboardInterrupt

    http = Http(HttpOptions())
    with RawServer(endless) as server:
        monkeypatch.setattr("queue.SimpleQueue", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            http.send(Request.get(server.url, ("x",)), {}, 60)


def test_an_interim_answer_never_shifts_the_answers_that_follow() -> None:
    http = Http(HttpOptions())
    steps = [b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer({"count": number}) for number in range(4)]
    with RawServer(*steps) as server:
        for number in range(4):
            body = http.send(Request.get(server.url, ("x",)), {}, 60).body
            assert body == b'{"count": %d}' % number
    http.close()


# What this machine lacks


def raiser(error: BaseException) -> Callable[..., Any]:
    """Return a function that raises this error."""

    def fail(*arguments: Any, **more: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("threading.Thread.start", RuntimeError("can't start new thread"), "no room for another thread"),
        ("socket.socket", OSError(errno.EMFILE, "Too many open files"), "just now (Too many open files)"),
        ("socket.socket", OSError(errno.ENFILE, "x"), "just now (Too many open files in system)"),
        ("socket.socket", OSError(errno.ENOBUFS, "x"), "just now (No buffer space available)"),
        ("socket.getaddrinfo", OSError(errno.EMFILE, "x"), "just now (Too many open files)"),
        ("socket.getaddrinfo", socket.gaierror(socket.EAI_SYSTEM, "x"), "could not be looked up just now"),
        ("socket.getaddrinfo", socket.gaierror(socket.EAI_FAIL, "x"), "could not be looked up just now"),
        ("socket.getaddrinfo", socket.gaierror(socket.EAI_AGAIN, "x"), "could not be looked up just now"),
        ("socket.getaddrinfo", MemoryError(), "just now (out of memory)"),
        ("ssl.create_default_context", OSError(errno.EMFILE, "x"), "CAs cannot be read just now"),
    ],
)
def test_what_this_machine_lacks_for_a_moment_is_tried_again(
    name: str, error: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_http, "_contexts", {})
    monkeypatch.setattr(name, raiser(error))
    clock = VirtualClock()
    outcome = asked("https://127.0.0.1:1" if name == "socket.socket" else "https://modelarts.example", clock, retries=2)
    monkeypatch.undo()
    assert words in outcome.result["msg"]
    assert outcome.result["msg"].isprintable()
    assert len(clock.naps) == 2, "tried again, twice"


# Size


@pytest.mark.parametrize("megabytes", [200, 2000])
def test_a_gzip_bomb_is_cut_off_with_bounded_memory(megabytes: int) -> None:
    step = zipped(bomb(megabytes))
    with RawServer(step) as server:
        http = Http(HttpOptions())
        tracemalloc.start()
        try:
            with pytest.raises(RequestError, match="more than any page of orders"):
                http.send(Request.get(server.url, ("x",)), {}, 60)
            dummy, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * MAX_BODY


@pytest.mark.parametrize("layers", [2, 3, 5])
def test_a_bomb_in_a_bomb_costs_no_memory(layers: int) -> None:
    data = bomb(2000)
    for dummy in range(layers - 1):
        data = gzip.compress(data)
    step = answer(data, 200, {"Content-Encoding": ", ".join(["gzip"] * layers)})
    with RawServer(step) as server:
        tracemalloc.start()
        try:
            with pytest.raises(RequestError, match="more than any page of orders"):
                Http(HttpOptions()).send(Request.get(server.url, ("x",)), {}, 60)
            dummy, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 4 * MAX_BODY


def test_an_endless_body_is_cut_off_by_size_where_it_comes_fast() -> None:
    def flood(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            client.sendall(b" " * 1_000_000)

    with RawServer(flood) as server:
        outcome = asked(server.url, timeout=60)
        assert len(server.seen) == 1, "not tried again"
    assert "larger than" in outcome.result["msg"]
    assert outcome.result["status"] == 200


# Where credentials must not go


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(status: int) -> None:
    with RawServer(listed()) as other:
        location = f"{other.url}/stolen?x=1"
        with RawServer(answer(b"", status, {"Location": location})) as server:
            outcome = asked(server.url)
            assert len(server.seen) == 1
        assert other.connections == 0
    assert f"it redirects to 127.0.0.1:{other.port}, which is never followed" in outcome.result["msg"]
    assert "stolen" not in outcome.result["msg"]


@pytest.mark.parametrize(
    "location",
    ["http://[broken", "", "//evil.example/x", "/elsewhere", "http://u:p@evil.example", "\x1b[31m", "ftp://x"],
)
def test_odd_redirects_are_explained_too(location: str) -> None:
    with RawServer(answer(b"", 302, {"Location": location})) as server:
        outcome = asked(server.url)
    assert "it redirects" in outcome.result["msg"]
    assert outcome.result["msg"].isprintable()
    assert "u:p" not in outcome.result["msg"]


def test_a_redirect_with_a_flood_in_it_costs_no_memory() -> None:
    with RawServer(
        then_close(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n" + b"x" * 200_000)
    ) as server:
        assert "it redirects" in asked(server.url, timeout=60).result["msg"]


def test_netrc_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login canary password canary\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with RawServer(listed()) as server:
        asked(server.url)
        asked(server.url, **KEY)
        for request in server.seen:
            assert b"Basic" not in request
        assert b"SDK-HMAC-SHA256 Access=" in server.seen[-1]


def test_cookies_are_not_kept() -> None:
    http = Http(HttpOptions())
    with RawServer(answer({"items": []}, 200, {"Set-Cookie": "session=canary; Path=/"})) as server:
        for dummy in range(3):
            http.send(Request.get(server.url, ("x",)), {}, 60)
        assert not any(b"cookie" in request.lower() for request in server.seen)


def test_the_path_and_query_go_out_byte_for_byte() -> None:
    with RawServer(listed()) as server:
        question = Request.get(f"{server.url}/%7Eprefix", ("v1", "a b+~ü/测%41", "...", "a..b"), {"n": "a b+~ü/测&=%"})
        Http(HttpOptions()).send(question, {}, 60)
        target = server.seen[0].split()[1].decode()
    assert target == ("/%7Eprefix/v1/a%20b%2B~%C3%BC%2F%E6%B5%8B%2541/.../a..b?n=a%20b%2B~%C3%BC%2F%E6%B5%8B%26%3D%25")
