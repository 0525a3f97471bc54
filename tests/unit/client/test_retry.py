# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that fail and are tried again, or not: how often, after how long (in virtual time), and as whom."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.base import NoAuth
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.password import PasswordAuth
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import (
    CredentialsError,
    ThrottledError,
    TransientError,
    UnknownHostError,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.http import Http, HttpOptions
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.request import Request
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.retry import LONGEST_RETRY_AFTER, Transport
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import Redactor
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import (
    ClosedPort,
    RawServer,
    Step,
    answer,
    listed,
    reset,
    then_close,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    KEY,
    NOW,
    USER,
    VirtualClock,
    asked,
    simulation,
)
from hypothesis import given
from hypothesis import strategies as st

SICK = answer({"error_msg": "sick"}, 503)


def throttled(retry_after: Any = None) -> bytes:
    """Return a 429, with Retry-After where that is given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"error_code": "APIGW.0308", "error_msg": "over ratelimit,limit:60,time:1 minute"}
    return answer(body, 429, headers)


# How often, and after how long


@pytest.mark.parametrize("fault", [SICK, throttled(), reset, then_close(b""), answer(b"{", 200)])
@pytest.mark.parametrize("times", [1, 3, 4])
def test_a_transient_fault_is_survived(fault: Step, times: int) -> None:
    clock = VirtualClock()
    with RawServer(*[fault] * times, listed()) as server:
        outcome = asked(server.url, clock)
        assert len(server.seen) == times + 1
    assert not outcome.failed, outcome.result["msg"]
    assert len(clock.naps) == times


@pytest.mark.parametrize(("retries", "tries"), [(0, 1), (1, 2), (4, 5), (None, 5)])
def test_retries_are_as_many_as_asked_for(retries: int | None, tries: int) -> None:
    with RawServer(SICK) as server:
        outcome = asked(server.url, retries=retries)
        assert len(server.seen) == tries
    assert outcome.result["status"] == 503


def test_a_refused_connection_is_tried_again() -> None:
    clock, closed = VirtualClock(), ClosedPort()
    outcome = asked(closed.url, clock, retries=3)
    closed.close()
    assert "connection refused" in outcome.result["msg"]
    assert len(clock.naps) == 3


def test_delays_double_with_jitter_and_have_an_end() -> None:
    clock = VirtualClock()
    with RawServer(SICK) as server:
        asked(server.url, clock, retries=12)
    assert len(clock.naps) == 12
    for number, nap in enumerate(clock.naps):
        assert 0 <= nap <= min(30.0, 2.0**number)
    assert len({round(nap, 3) for nap in clock.naps}) > 8, "jitter"


def test_throttling_waits_longer_and_has_an_end_too() -> None:
    clock = VirtualClock()
    with RawServer(throttled()) as server:
        asked(server.url, clock, retries=20)
    assert 2 <= clock.naps[0] <= 5
    assert 4 <= clock.naps[1] <= 10
    assert all(nap <= LONGEST_RETRY_AFTER for nap in clock.naps)
    assert clock.naps[-1] == LONGEST_RETRY_AFTER


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7.5),
        ({"Retry-After": " 7 "}, 7, 7.5),
        ({"Retry-After": "7.5"}, 7.5, 8),
        ({"Retry-After": "0"}, 0, 0.5),
        ({"Retry-After": "-3"}, 0, 0.5),
        ({"Retry-After": "Fri, 02 Jan 2026 03:04:15 GMT"}, 10, 10.5),
        ({"Retry-After": "Fri, 02 Jan 2026 04:04:15 GMT", "Date": "Fri, 02 Jan 2026 04:04:05 GMT"}, 10, 10.5),
        ({"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}, 0, 0.5),
        ({"Retry-After": "soon"}, 2, 5),
        ({"Retry-After": "nan"}, 2, 5),
        ({"Retry-After": "inf"}, 2, 5),
        ({"Retry-After": ""}, 2, 5),
        ({}, 2, 5),
    ],
)
def test_retry_after_is_honoured_in_both_forms(headers: dict[str, str], least: float, most: float) -> None:
    clock = VirtualClock()
    with RawServer(answer({"error_code": "APIGW.0308"}, 429, headers), listed()) as server:
        outcome = asked(server.url, clock)
    assert not outcome.failed, outcome.result["msg"]
    (nap,) = clock.naps or [0.0]
    assert least <= nap <= most


def test_retry_after_counts_for_a_sick_service_as_well() -> None:
    clock = VirtualClock()
    with RawServer(answer({}, 503, {"Retry-After": "11"}), listed()) as server:
        assert not asked(server.url, clock).failed
    assert 11 <= clock.naps[0] <= 11.5


@pytest.mark.parametrize("absurd", ["61", "86400", "9" * 300, "Fri, 02 Jan 2099 03:04:05 GMT"])
def test_an_absurd_retry_after_ends_the_task_instead_of_blocking_it(absurd: str) -> None:
    clock = VirtualClock()
    with RawServer(throttled(absurd)) as server:
        outcome = asked(server.url, clock)
        assert len(server.seen) == 1
    assert outcome.result["status"] == 429
    assert clock.naps == []


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 501, 302])
def test_what_time_does_not_heal_is_asked_once(status: int) -> None:
    with RawServer(answer({"error_msg": "no"}, status, {"Location": "http://127.0.0.1:1/"})) as server:
        assert asked(server.url).failed
        assert len(server.seen) == 1


def test_a_host_that_does_not_exist_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*arguments: Any, **more: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    clock = VirtualClock()
    outcome = asked("https://modelarts.nowhere.example", clock)
    assert clock.naps == []
    assert "No host is named modelarts.nowhere.example: check region" in outcome.result["msg"]


def test_a_name_service_in_trouble_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def later(*arguments: Any, **more: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", later)
    clock = VirtualClock()
    outcome = asked("https://modelarts.nowhere.example", clock, retries=2)
    assert len(clock.naps) == 2
    assert "could not be looked up just now" in outcome.result["msg"]


# A deadline

NOBODY = NoAuth("the request")


def transport(clock: VirtualClock, retries: int = 4, rng: Callable[[], float] = lambda: 0.999) -> Transport:
    """Return a transport with its random numbers given."""
    http = Http(HttpOptions())
    return Transport(http, timeout=60, retries=retries, redactor=Redactor(), clock=clock, rng=rng)


def test_no_retry_begins_beyond_the_deadline() -> None:
    clock = VirtualClock()
    line = transport(clock, retries=50)
    with RawServer(SICK) as server:
        line.end_by(clock.monotonic() + 20)
        with pytest.raises(TransientError):
            line.ask(Request.get(server.url, ("x",)), NOBODY)
        tries = len(server.seen)
    assert 3 <= tries <= 6
    assert clock.now - NOW < 20


def test_a_request_is_cut_to_what_is_left() -> None:
    clock = VirtualClock()
    line = transport(clock, retries=0)
    hold = threading.Event()

    def silence(client: socket.socket) -> None:
        hold.wait(60)

    with RawServer(silence) as server:
        line.end_by(clock.monotonic() + 0.2)
        with pytest.raises(TransientError, match=r"did not answer in full within 0\.2 s"):
            line.ask(Request.get(server.url, ("x",)), NOBODY)
        line.end_by(None)
        hold.set()


def test_throttling_holds_all_requests_of_the_session_back() -> None:
    class Interleaved(VirtualClock):
        """As soon as the throttled request begins to wait, another one of the same session is made."""

        other: float | None = None

        def sleep(self, seconds: float) -> None:
            if seconds >= 7 and self.other is None:
                self.other = 0.0
                line.ask(Request.get(server.url, ("other",)), NOBODY)
                self.other = self.now - NOW
            super().sleep(seconds)

    clock = Interleaved()
    line = transport(clock, retries=1)
    with RawServer(throttled(7), listed()) as server:
        line.ask(Request.get(server.url, ("x",)), NOBODY)
        assert len(server.seen) == 3
    assert clock.other is not None
    assert clock.other >= 7, "the other request shares the limit that was hit"


@given(
    retries=st.integers(0, 100),
    numbers=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=5),
    errors=st.lists(
        st.sampled_from([TransientError("p"), ThrottledError("t"), UnknownHostError("u")])
        | st.floats(0, 1e6).map(lambda seconds: ThrottledError("t", retry_after=seconds)),
        min_size=1,
        max_size=101,
    ),
    left=st.none() | st.floats(0.1, 1e4),
)
def test_trying_again_always_ends_in_time(
    retries: int, numbers: list[float], errors: list[TransientError], left: float | None
) -> None:
    clock = VirtualClock()
    place = iter(range(10**6))
    line = transport(clock, retries, lambda: numbers[next(place) % len(numbers)])
    line.end_by(None if left is None else clock.monotonic() + left)
    tries: list[TransientError] = []

    def attempt() -> None:
        tries.append(errors[len(tries) % len(errors)])
        raise tries[-1]

    with pytest.raises(TransientError):
        line.with_retries(attempt)
    assert len(tries) <= retries + 1
    assert all(nap <= LONGEST_RETRY_AFTER + 0.5 for nap in clock.naps)
    if left is not None:
        assert clock.now - NOW <= left


# As whom


def test_a_refused_key_costs_exactly_one_request() -> None:
    with simulation() as cloud:
        outcome = cloud.query(access_key=KEY["access_key"], secret_key="wrong-secret-key")
        assert [(row["api"], row["status"]) for row in cloud.requests()] == [("list", 401)]
    assert "refuses the access key" in outcome.result["msg"]
    assert outcome.result["error_code"] == "APIGW.0301"


def test_a_refused_key_costs_one_request_when_the_project_is_looked_up() -> None:
    with simulation() as cloud:
        outcome = cloud.query(access_key=KEY["access_key"], secret_key="wrong", project_id=None, project_name="p")
        assert [(row["api"], row["status"]) for row in cloud.requests()] == [("projects", 401)]
    assert outcome.result["status"] == 401


def test_a_refused_token_costs_exactly_one_request() -> None:
    with simulation() as cloud:
        outcome = cloud.query(auth_token="not-a-token")
        assert [(row["api"], row["status"]) for row in cloud.requests()] == [("list", 401)]
    assert "the token is not valid: get a new one" in outcome.result["msg"]


def test_a_refused_password_costs_exactly_one_request() -> None:
    with simulation() as cloud:
        outcome = cloud.query(**{**USER, "password": "wrong-password"})
        assert [(row["api"], row["status"]) for row in cloud.requests()] == [("tokens", 401)]
    assert "refuses user name, domain name and password" in outcome.result["msg"]


def test_a_new_token_that_never_worked_is_not_renewed() -> None:
    with simulation(settings={"token_lifetime": 0}) as cloud:
        outcome = cloud.query(**USER)
        assert [(row["api"], row["status"]) for row in cloud.requests()] == [("tokens", 201), ("list", 401)]
    assert outcome.failed


MANY = [{"generate": {"count": 2500, "days": 20}}]


def test_a_token_that_expires_between_pages_is_renewed_once() -> None:
    expiry = {"kind": "expire_tokens", "match": {"api": "list", "nth": [3]}}
    with simulation(orders=MANY, settings={"order": "newest"}, faults=[expiry]) as cloud:
        outcome = cloud.query(**USER)
        assert not outcome.failed, outcome.result["msg"]
        assert len(outcome.result["orders"]) == 2500
        assert len(cloud.requests("tokens")) == 2
        refused = [row for row in cloud.requests("list") if row["status"] == 401]
        assert 1 <= len(refused) <= 4, "at most one for each of the requests side by side"


@pytest.mark.parametrize("worked", [True, False])
def test_four_pages_side_by_side_log_in_once(worked: bool) -> None:
    """All four are on their way with the same token before the first one is refused."""
    logins: list[str] = []
    barrier = threading.Barrier(4)
    lock = threading.Lock()
    refusals: list[bytes] = []

    def serve(client: socket.socket) -> None:
        with lock:
            stale = b"token-1" in server.seen[-1]
        if stale:
            refusals.append(b"")
            barrier.wait(60)
            client.sendall(answer({"error_code": "ModelArts.0202"}, 401, {"Connection": "close"}))
        else:
            client.sendall(answer({"items": []}, 200, {"Connection": "close"}))

    def login() -> str:
        logins.append(f"token-{len(logins) + 1}")
        return logins[-1]

    clock = VirtualClock()
    line = transport(clock)
    identity = PasswordAuth(login)
    outcomes: list[Any] = []

    def ask() -> None:
        try:
            outcomes.append(line.ask(Request.get(server.url, ("x",)), identity).data)
        except CredentialsError as error:
            outcomes.append(error.status)

    with RawServer(serve) as server:
        identity.token()
        identity._worked = worked
        threads = [threading.Thread(target=ask) for dummy in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    if worked:
        assert outcomes == [{"items": []}] * 4
        assert logins == ["token-1", "token-2"]
    else:
        assert logins[:1] == ["token-1"]
        assert len(logins) <= 2
        assert 401 in outcomes


def test_a_second_token_that_is_refused_ends_it() -> None:
    refused = answer({"error_code": "ModelArts.0202"}, 401)
    logins: list[str] = []

    def login() -> str:
        logins.append(f"token-{len(logins)}")
        return logins[-1]

    identity = PasswordAuth(login)
    line = transport(VirtualClock())
    with RawServer(listed(), refused) as server:
        question = Request.get(server.url, ("x",))
        line.ask(question, identity)
        with pytest.raises(CredentialsError):
            line.ask(question, identity)
        assert (len(server.seen), len(logins)) == (3, 2), "once more with a new token, and no further"
        with pytest.raises(CredentialsError):
            line.ask(question, identity)
        assert (len(server.seen), len(logins)) == (4, 2), "a token that never worked is not renewed"


def test_a_login_is_tried_again_after_a_transient_fault() -> None:
    faults = [{"kind": "status", "status": 503, "match": {"api": "tokens"}, "times": 2}]
    with simulation(faults=faults) as cloud:
        outcome = cloud.query(**USER)
        assert not outcome.failed, outcome.result["msg"]
        assert [row["status"] for row in cloud.requests("tokens")] == [503, 503, 201]


def test_the_simulator_s_throttle_is_lived_with() -> None:
    settings = {"throttle": {"limit": 2, "seconds": 60, "retry_after": True}, "order": "newest"}
    with simulation(orders=MANY, settings=settings) as cloud:
        outcome = cloud.query()
        assert not outcome.failed, outcome.result["msg"]
        assert len(outcome.result["orders"]) == 2500
