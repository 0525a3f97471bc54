# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary keys: from OIDC, from an agency, from a server's metadata; renewed in time, once, and by one at a time."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.key import KeyAuth, authorization
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.temporary import (
    TemporaryKey,
    TemporaryKeyAuth,
    read_key,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import (
    CredentialsError,
    ResponseError,
    TransientError,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.request import Request
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.response import Response
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import Redactor
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import RawServer, answer, listed
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    KEY,
    NOW,
    PROJECT,
    TOKEN,
    USER,
    Simulation,
    VirtualClock,
    asked,
    simulation,
)
from hypothesis import given
from hypothesis import strategies as st
from modelarts_simulator.switches import DEFAULT_ID_TOKEN, OIDC_AGENCY, PROVIDER

OIDC: dict[str, Any] = {"oidc_provider_urn": PROVIDER, "oidc_agency_urn": OIDC_AGENCY, "oidc_token": DEFAULT_ID_TOKEN}
AGENCY: dict[str, Any] = {
    "assume_role_agency_name": "simulator-agency",
    "assume_role_domain_name": "simulator-partner",
}
METADATA = "MODELARTS_TEST_METADATA"


def ask(cloud: Simulation, **options: Any) -> Any:
    """Ask the simulator with these credentials alone."""
    given = {"endpoint": cloud.url, "iam_endpoint": cloud.url, "sts_endpoint": cloud.url, **options}
    return asked(cloud.url, cloud.clock, **{"access_key": None, **given})


def calls(cloud: Simulation) -> list[tuple[str, int]]:
    """Return API and status of all requests."""
    return [(row["api"], row["status"]) for row in cloud.requests()]


# Ways to a key


def test_oidc_by_a_token() -> None:
    with simulation() as cloud:
        outcome = ask(cloud, **OIDC)
        assert not outcome.failed, outcome.result["msg"]
        assert calls(cloud) == [("oidc", 200), ("list", 200)]


def test_oidc_by_a_file_that_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "token"
    options = {**OIDC, "oidc_token": None, "oidc_token_file": str(file)}
    with simulation() as cloud:
        assert f"oidc_token_file: {file}: No such file" in ask(cloud, **options).result["msg"]
        file.write_text(f"\n{DEFAULT_ID_TOKEN}\n")
        assert not ask(cloud, **options).failed
        file.write_text("another-token-canary")
        message = ask(cloud, **options).result["msg"]
        assert "refuses the OIDC token" in message
        assert "another-token-canary" not in message


def test_the_token_beats_the_file(tmp_path: Path) -> None:
    with simulation() as cloud:
        assert not ask(cloud, **OIDC, oidc_token_file=str(tmp_path / "none")).failed


@pytest.mark.parametrize("text", ["", "abc", "x" * 20001, "two words here", "ctl\x00\x01\x02", "ümlaut-token"])
def test_a_token_that_can_be_none(text: str, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    with simulation() as cloud:
        message = ask(cloud, **{**OIDC, "oidc_token": None, "oidc_token_file": str(file)}).result["msg"]
        assert message.startswith("oidc_token_file holds no token")
        assert not cloud.requests()


def jwt(expires: float) -> str:
    """Return an unsigned JWT that says when it ends."""
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


def test_an_expired_oidc_token_is_called_so() -> None:
    token = jwt(NOW - 3723)
    trust = [{"provider_urn": PROVIDER, "agency_urn": OIDC_AGENCY, "id_token": token}]
    with simulation(settings={"oidc": trust}) as cloud:
        message = ask(cloud, **{**OIDC, "oidc_token": token}).result["msg"]
        assert calls(cloud) == [("oidc", 401)]
    assert "the OIDC token has expired, 1h02m ago: get a new one" in message
    assert token not in message


@pytest.mark.parametrize("wrong", ["oidc_provider_urn", "oidc_agency_urn"])
def test_a_wrong_urn(wrong: str) -> None:
    with simulation() as cloud:
        message = ask(cloud, **{**OIDC, wrong: "iam::x:agency:none"}).result["msg"]
    assert "check oidc_provider_urn and oidc_agency_urn" in message


@pytest.mark.parametrize("domain", [{}, {"assume_role_domain_name": None, "assume_role_domain_id": "by-id"}])
@pytest.mark.parametrize("base", ["key", "oidc", "ecs"])
def test_an_agency_on_top_of_every_key(base: str, domain: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    credentials: dict[str, Any] = {"key": KEY, "oidc": OIDC, "ecs": {"ecs_agency": True}}[base]
    with simulation() as cloud:
        monkeypatch.setenv(METADATA, cloud.server.metadata_url)
        agency = cloud.cloud.settings["agencies"][0]
        project = agency["projects"][0]
        if domain:
            domain = {**domain, "assume_role_domain_id": agency["domain_id"]}
        outcome = ask(cloud, **credentials, **AGENCY | domain, project_id=None, project_name=project["name"])
        assert not outcome.failed, outcome.result["msg"]
        first = {"key": [], "oidc": ["oidc"], "ecs": ["metadata_token", "metadata_key"]}[base]
        assert [api for api, dummy in calls(cloud)] == [*first, "agency", "projects", "list"]
        assert cloud.requests("list")[0]["path"] == f"/v1/{project['id']}/orders"


def test_a_wrong_agency_and_a_project_that_it_does_not_have() -> None:
    with simulation() as cloud:
        message = ask(cloud, **KEY, **{**AGENCY, "assume_role_agency_name": "none"}).result["msg"]
        assert "check assume_role_agency_name and the account that delegates" in message
        message = ask(cloud, **KEY, **AGENCY, project_id=None, project_name="nowhere").result["msg"]
        assert message.startswith("IAM lists no project named nowhere in the account that delegates")


@pytest.mark.parametrize("tokens", ["required", "optional", "unknown"])
def test_the_agency_of_a_server(tokens: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with simulation(settings={"metadata_tokens": tokens}) as cloud:
        monkeypatch.setenv(METADATA, cloud.server.metadata_url)
        for name in ("http_proxy", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        outcome = ask(cloud, ecs_agency=True)
        assert not outcome.failed, outcome.result["msg"]
        assert [api for api, dummy in calls(cloud)] == ["metadata_token", "metadata_key", "list"]


def test_a_server_without_an_agency(monkeypatch: pytest.MonkeyPatch) -> None:
    with simulation(settings={"server_agency": False}) as cloud:
        monkeypatch.setenv(METADATA, cloud.server.metadata_url)
        message = ask(cloud, ecs_agency=True).result["msg"]
        assert calls(cloud) == [("metadata_token", 200), ("metadata_key", 401)]
    assert message.startswith("ecs_agency: this server has no agency")


@pytest.mark.parametrize("step", [lambda client: client.recv(1), answer("no", 500)], ids=["silence", "trouble"])
def test_metadata_that_does_not_answer_is_asked_once(step: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.auth.ecs._PATIENCE", 0.3
    )
    with RawServer(step) as metadata, RawServer(listed()) as server:
        monkeypatch.setenv(METADATA, metadata.url)
        outcome = asked(server.url, auth_token=None, ecs_agency=True)
        assert len(metadata.seen) == 1
        assert server.seen == []
    assert outcome.result["msg"].startswith("ecs_agency: ")


def test_metadata_is_never_asked_without_being_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(listed()) as metadata, RawServer(listed()) as server:
        monkeypatch.setenv(METADATA, metadata.url)
        for credentials in ({}, KEY, {"ecs_agency": False}, {**KEY, "ecs_agency": True}):
            asked(server.url, **credentials)
        assert "No credentials" in asked(server.url, auth_token=None, ecs_agency=False).result["msg"]
        assert metadata.connections == 0


# Half of a way, and two ways


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"oidc_provider_urn": "p"},
            "oidc_agency_urn and oidc_token or oidc_token_file missing: oidc_provider",
        ),
        ({"oidc_token": "t" * 9}, "oidc_provider_urn and oidc_agency_urn missing: oidc_token was given alone"),
        ({"oidc_token_file": "/t"}, "oidc_provider_urn and oidc_agency_urn missing"),
        ({**KEY, "assume_role_agency_name": "a"}, "give one of assume_role_domain_name and assume_role_domain_id"),
        ({**KEY, "assume_role_domain_id": "a"}, "assume_role_agency_name missing: assume_role_domain_id was given"),
        ({**KEY, **AGENCY, "assume_role_domain_id": "x"}, "names one account only: give one of"),
        ({"auth_token": TOKEN, **AGENCY}, "needs a key that assumes it, which auth_token is not"),
        ({**USER, **AGENCY}, "needs a key that assumes it, which username is not"),
        (AGENCY, "needs a key that assumes it: give access_key and secret_key"),
        ({"ecs_agency": "perhaps"}, "ecs_agency: 'perhaps' is neither true nor false"),
        ({**KEY, **AGENCY, "temporary_key_duration": "10m"}, "may live from 900 to 86400 seconds"),
        ({**KEY, **AGENCY, "temporary_key_duration": "25h"}, "may live from 900 to 86400 seconds"),
        ({**KEY, "security_token": "s" * 9, **AGENCY, "temporary_key_duration": 3601}, "from 900 to 3600 seconds"),
        ({**OIDC, **AGENCY, "temporary_key_duration": "2h"}, "from 900 to 3600 seconds"),
        ({**OIDC, "temporary_key_duration": "13h"}, "from 900 to 43200 seconds"),
        ({**OIDC, "temporary_key_duration": "soon"}, "temporary_key_duration: 'soon' is not a duration"),
        ({**OIDC, "sts_endpoint": "http://sts.example"}, "sts_endpoint is plain http"),
    ],
)
def test_what_is_refused_before_anything_is_sent(given: dict[str, Any], words: str) -> None:
    with RawServer(listed()) as server:
        outcome = asked(server.url, **{"auth_token": None, **given})
        assert words in outcome.result["msg"]
        assert server.seen == []


def test_the_order_of_the_ways_and_the_environment() -> None:
    environment = {
        "HUAWEICLOUD_OIDC_PROVIDER_URN": PROVIDER,
        "HUAWEICLOUD_OIDC_AGENCY_URN": OIDC_AGENCY,
        "HUAWEICLOUD_OIDC_ID_TOKEN": DEFAULT_ID_TOKEN,
        "HUAWEICLOUD_OIDC_DURATION_SECONDS": "900",
        "HW_ECS_AGENCY": "no",
    }
    with simulation() as cloud:
        place = {"endpoint": cloud.url, "iam_endpoint": cloud.url, "sts_endpoint": cloud.url, "auth_token": None}
        outcome = asked(cloud.url, cloud.clock, environment, **place)
        assert not outcome.failed, outcome.result["msg"]
        assert json.loads(json.dumps(calls(cloud))) == [["oidc", 200], ["list", 200]]
        # An agency in the environment is a credential of the environment's: a key in the task has none of it.
        agency = {"HW_ASSUME_ROLE_AGENCY_NAME": "simulator-agency", "HW_ASSUME_ROLE_DOMAIN_NAME": "simulator-partner"}
        assert not asked(cloud.url, cloud.clock, agency, **{**place, **KEY}).failed
        assert calls(cloud)[2:] == [("list", 200)]


# Renewal


def wait(cloud: Simulation, hours: float, every: float = 15, **options: Any) -> list[Any]:
    """Ask over one session for so many hours; return what failed."""
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.query import Query
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._session import connect

    place = {"endpoint": cloud.url, "iam_endpoint": cloud.url, "sts_endpoint": cloud.url, "project_id": PROJECT}
    failures: list[Any] = []
    with connect({**place, "retries": 0, **options}, {}, cloud.clock) as session:
        end = cloud.clock.monotonic() + hours * 3600
        while cloud.clock.monotonic() < end:
            try:
                session.orders().list(Query.from_options({}, cloud.clock.time_ms()))
            except Exception as error:
                failures.append(error)
            cloud.clock.sleep(every)
    return failures


@pytest.mark.no_cover
def test_a_day_with_keys_of_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"key_lifetime": 900, "log_limit": 100_000}
    for credentials, api in ((OIDC, "oidc"), ({"ecs_agency": True}, "metadata_key"), ({**KEY, **AGENCY}, "agency")):
        with simulation(settings=settings) as cloud:
            monkeypatch.setenv(METADATA, cloud.server.metadata_url)
            if api == "agency":
                project = cloud.cloud.settings["agencies"][0]["projects"][0]["id"]
                failures = wait(cloud, 24, 300, **credentials, project_id=project)
            else:
                failures = wait(cloud, 24, 300, **credentials)
            assert failures == []
            assert 24 * 4 <= len(cloud.requests(api)) <= 24 * 8
            assert {row["status"] for row in cloud.requests()} == {200, 201} or api != "agency"
            assert not [row for row in cloud.requests() if row["status"] == 401]


def test_a_renewal_that_fails_keeps_the_old_key_until_it_ends() -> None:
    trouble = {"kind": "status", "status": 503, "match": {"api": "oidc", "nth": list(range(2, 12))}, "times": 0}
    with simulation(settings={"key_lifetime": 900}, faults=[trouble]) as cloud:
        failures = wait(cloud, 0.6, 15, **OIDC)
        assert not [row for row in cloud.requests("list") if row["status"] == 401]
        first, *others = [row["status"] for row in cloud.requests("oidc")]
        assert first == 200
        assert others[:3] == [503] * 3
        assert others[-1] == 200
    assert all(isinstance(error, TransientError) for error in failures)
    assert len(failures) < 10, "the old key carried the wait through nearly all of it"


def test_a_key_that_is_refused_early_is_renewed_once() -> None:
    refusal = {"kind": "status", "status": 401, "match": {"api": "list", "nth": [3]}}
    with simulation(faults=[refusal]) as cloud:
        assert wait(cloud, 0.05, 15, **OIDC) == []
        assert len(cloud.requests("oidc")) == 2


def test_a_second_refusal_ends_it_and_is_not_definite() -> None:
    refusal = {"kind": "status", "status": 401, "match": {"api": "list"}, "times": 0}
    with simulation(faults=[refusal]) as cloud:
        (error,) = wait(cloud, 0.001, 15, **OIDC)
        assert calls(cloud) == [("oidc", 200), ("list", 401), ("oidc", 200), ("list", 401)]
    assert isinstance(error, CredentialsError)
    assert error.definite is False


def test_a_given_temporary_key_that_ends_says_so() -> None:
    refused = answer({"error_code": "APIGW.0301", "error_msg": "expired"}, 401)
    clock = VirtualClock()
    with RawServer(*[listed()] * 5, refused) as server:
        cloud = Simulation.__new__(Simulation)
        cloud.url, cloud.clock = server.url, clock
        (error,) = wait(cloud, 0.6, 360, **KEY, security_token="s" * 40)
    assert "The temporary key (security_token) has ended: it worked for 24m00s from its first use" in error.msg
    with RawServer(refused) as server:
        message = asked(server.url, **KEY, security_token="s" * 40).result["msg"]
        assert len(server.seen) == 1
    assert "it may have ended, get a new one" in message


class Slow:
    """A source of keys that counts how many fetch at once."""

    kind = "a key"

    def __init__(self) -> None:
        self.fetched = self.at_once = self.most = 0

    def fetch(self) -> TemporaryKey:
        """Return a new key after a while."""
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        threading.Event().wait(0.05)
        self.fetched += 1
        self.at_once -= 1
        return TemporaryKey(f"AK{self.fetched}", "sk", f"token-{self.fetched}", 900)


def test_threads_side_by_side_fetch_once_and_renew_once() -> None:
    source, clock = Slow(), VirtualClock()
    auth = TemporaryKeyAuth(source, clock)
    request = Request.get("https://host", ("v1",))
    old: list[dict[str, str]] = []

    def side_by_side(work: Any) -> None:
        threads = [threading.Thread(target=work) for dummy in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    side_by_side(lambda: old.append(auth.headers(request, NOW)))
    assert (source.fetched, len(old)) == (1, 8)
    side_by_side(lambda: auth.renew(old[0], CredentialsError("no", status=401)))
    assert source.fetched == 2, "all eight were refused with the same key"
    clock.now += 601
    side_by_side(lambda: auth.headers(request, NOW))
    assert (source.fetched, source.most) == (3, 1)


def test_the_wall_clock_does_not_matter() -> None:
    class Jumping(VirtualClock):
        jump = 0.0

        def time(self) -> float:
            return self.now + self.jump

    source, clock = Slow(), Jumping()
    auth = TemporaryKeyAuth(source, clock)
    request = Request.get("https://host", ("v1",))
    for jump in (0, 86400, -86400):
        clock.jump = jump
        auth.headers(request, clock.time())
    assert source.fetched == 1


# Answers


PARTS = {"access": "AK", "secret": "SK-canary", "securitytoken": "ST-canary"}


def good(credential: Any, date: float | None = None, name: str = "credential") -> Response:
    """Return an answer with a key, read at NOW."""
    server_ms = None if date is None else int(date * 1000)
    return Response(200, {}, b"", {name: credential}, server_ms)


@pytest.mark.parametrize(
    "parts",
    [
        {"access": "AK", "secret": "SK", "securitytoken": "ST", "expires_at": "2026-01-02T04:04:05.000000Z"},
        {"accessKeyId": "AK", "secretAccessKey": "SK", "securityToken": "ST", "expiration": "2026-01-02T04:04:05Z"},
        {
            "access_key_id": "AK",
            "secret_access_key": "SK",
            "security_token": "ST",
            "expiration": "2026-01-02T04:04:05Z",
        },
    ],
)
@pytest.mark.parametrize("name", ["credential", "credentials"])
def test_one_parser_fits_all(parts: dict[str, str], name: str) -> None:
    redactor = Redactor()
    key = read_key(good(parts, NOW, name), NOW, redactor)
    assert (key.access_key, key.secret_key, key.security_token, key.lifetime) == ("AK", "SK", "ST", 3600)
    assert "SK" not in repr(key)


@pytest.mark.parametrize(
    ("date", "ends", "longest", "lifetime"),
    [
        (NOW + 300, "2026-01-02T03:34:05Z", None, 1500),
        (None, "2026-01-02T03:34:05Z", None, 1800),
        (None, "2026-01-02T03:34:05Z", 900, 900),
        (None, "2026-01-02T01:00:00Z", 3600, 3600),
        (None, "2026-01-02T01:00:00Z", None, 900),
        (NOW, None, 7200, 7200),
        (NOW, "soon", None, 900),
    ],
)
def test_how_long_a_key_lives(date: float | None, ends: str | None, longest: float | None, lifetime: float) -> None:
    key = read_key(good({**PARTS, "expires_at": ends}, date), NOW, Redactor(), longest)
    assert key.lifetime == lifetime


@given(
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.dictionaries(st.sampled_from(list(PARTS)), st.none() | st.just(""))
)
def test_answers_without_a_key(found: Any) -> None:
    for name in ("credential", "credentials", "other"):
        with pytest.raises(ResponseError, match="holds no temporary key"):
            read_key(good(found, name=name), NOW, Redactor())


def test_secrets_of_temporary_keys_are_known_to_the_redactor() -> None:
    redactor = Redactor()
    read_key(good(PARTS), NOW, redactor)
    assert redactor.secrets == {"SK-canary", "ST-canary"}


def test_the_vector_of_an_agency() -> None:
    body = {"agency_name": "ci-orders", "domain_name": "acme", "duration_seconds": 7200}
    document = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": body}}}
    text = json.dumps(document, separators=(",", ":")).encode()
    request = Request(
        "POST", "https://iam.cn-north-4.myhuaweicloud.com", "/v3.0/OS-CREDENTIAL/securitytokens", body=text
    )
    headers = {"Content-Type": "application/json;charset=UTF-8", "Host": request.host, "X-Sdk-Date": "20260102T030405Z"}
    signed = authorization(request, headers, "AKEXAMPLE0000000000", "SKEXAMPLE/abcdefghijklmnopqrstuvwxyz0123")
    assert signed.endswith("Signature=f6a514aa7ae0602a7c2d2720125f2412dc563eedc918bc3068280561f639dd9d")


def test_the_body_that_assumes_an_agency_is_the_vectors() -> None:
    with RawServer(answer({"credential": PARTS}, 201), listed()) as server:
        outcome = asked(server.url, **KEY, assume_role_agency_name="ci-orders", assume_role_domain_name="acme")
        assert not outcome.failed, outcome.result["msg"]
        head, dummy, body = server.seen[0].partition(b"\r\n\r\n")
    assert body == (
        b'{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":"ci-orders","domain_name":"acme",'
        b'"duration_seconds":3600}}}}'
    )
    assert head.startswith(b"POST /v3.0/OS-CREDENTIAL/securitytokens ")
    assert b"X-Project-Id" not in head
    assert b"X-Security-Token: ST-canary" in server.seen[1]
    assert b"X-Project-Id" in server.seen[1]


def test_a_permanent_key_is_never_renewed() -> None:
    assert KeyAuth("AK", "SK").renew({}, CredentialsError("no", status=401)) is False
