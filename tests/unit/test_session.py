# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the service is, who asks, and for which project."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.request import Request, check_url
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import (
    CONNECTION,
    CREDENTIALS,
    SECRETS,
    complete,
    environment_credentials,
    gather_credentials,
    secrets_in,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._session import Session
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import RawServer, answer, listed
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    KEY,
    PASSWORD,
    PROJECT,
    SECRET_KEY,
    TOKEN,
    USER,
    VirtualClock,
    asked,
    simulation,
)

METHODS = {
    "token": ["auth_token"],
    "key": ["access_key", "secret_key"],
    "password": ["username", "domain_name", "password"],
}
VALUES = {name: f"value-of-{name}" for name in CREDENTIALS}


def connect(credentials: dict[str, str] | None = None, **options: Any) -> Session:
    """Return a session that has sent nothing yet."""
    given = {"region": "cn-north-4", "project_id": PROJECT, **options}
    return Session(given, {"auth_token": TOKEN} if credentials is None else credentials, (), VirtualClock()).open()


def refusal(credentials: dict[str, str] | None = None, **options: Any) -> str:
    """Return the one line with which a connection is refused."""
    with pytest.raises(InputError) as caught:
        connect(credentials, **options)
    assert "\n" not in caught.value.msg
    return caught.value.msg


# Who asks


def test_places_are_never_mixed_and_the_first_one_wins() -> None:
    task = {"access_key": "AK", "secret_key": None, "auth_token": ""}
    environment = {"auth_token": "T", "secret_key": "SK"}
    assert gather_credentials(task, environment) == {"access_key": "AK"}
    assert gather_credentials({"auth_token": "", "password": None}, environment) == environment
    assert gather_credentials({}, {}) == {}
    assert gather_credentials({}, {"password": "p"}, {"auth_token": "T"}) == {"password": "p"}


@pytest.mark.parametrize("name", list(CREDENTIALS))
def test_environment_names_in_order_and_empty_counts_as_unset(name: str) -> None:
    variables = CONNECTION[name].env
    for place, variable in enumerate(variables):
        environ = {other: f"from {other}" for other in variables[place:]}
        assert environment_credentials(environ) == {name: f"from {variable}"}
        assert environment_credentials({variable: ""}) == {}
        later = dict.fromkeys(variables[place + 1 :], "later")
        assert environment_credentials({variable: "", **later}) == ({name: "later"} if later else {})


def test_the_environment_variables_of_the_contract() -> None:
    assert {name: option.env for name, option in CONNECTION.items() if option.env} == {
        "region": ("HW_REGION_NAME",),
        "project_id": ("HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID"),
        "project_name": ("HW_PROJECT_NAME",),
        "auth_token": ("HW_AUTH_TOKEN",),
        "access_key": ("HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"),
        "secret_key": ("HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY"),
        "security_token": ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN"),
        "username": ("HW_USER_NAME",),
        "domain_name": ("HW_DOMAIN_NAME",),
        "password": ("HW_USER_PASSWORD",),
        "oidc_provider_urn": ("HUAWEICLOUD_OIDC_PROVIDER_URN",),
        "oidc_agency_urn": ("HUAWEICLOUD_OIDC_AGENCY_URN",),
        "oidc_token": ("HUAWEICLOUD_OIDC_ID_TOKEN",),
        "oidc_token_file": ("HUAWEICLOUD_OIDC_TOKEN_FILE",),
        "ecs_agency": ("HW_ECS_AGENCY",),
        "assume_role_agency_name": ("HW_ASSUME_ROLE_AGENCY_NAME",),
        "assume_role_domain_name": ("HW_ASSUME_ROLE_DOMAIN_NAME",),
        "assume_role_domain_id": ("HW_ASSUME_ROLE_DOMAIN_ID",),
        "temporary_key_duration": ("HW_ASSUME_ROLE_DURATION", "HUAWEICLOUD_OIDC_DURATION_SECONDS"),
        "sts_endpoint": ("HUAWEICLOUD_SDK_STS_ENDPOINT",),
        "cloud": ("HW_CLOUD",),
        "endpoint": ("HW_MODELARTS_ENDPOINT",),
        "iam_endpoint": ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "HW_AUTH_URL"),
        "retries": ("HW_MAX_RETRIES",),
        "ca_path": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    }
    assert set(SECRETS) == {"auth_token", "secret_key", "security_token", "password", "oidc_token"}
    assert {name: option.aliases for name, option in CONNECTION.items() if option.aliases} == {
        "iam_endpoint": ("identity_endpoint", "auth_url"),
        "username": ("user",),
        "domain_name": ("domain",),
        "project_name": ("project",),
        "auth_token": ("token",),
    }


def test_options_completed_for_entry_points_that_ansible_does_not_do_it_for() -> None:
    environ = {"HW_REGION_NAME": "cn-north-4", "HW_MAX_RETRIES": "7", "HW_AUTH_TOKEN": TOKEN, "HW_CLOUD": ""}
    values = complete(CONNECTION, {"region": None, "timeout": 5, "extra": 1}, environ)
    assert (values["region"], values["retries"], values["timeout"], values["extra"]) == ("cn-north-4", "7", 5, 1)
    assert values["cloud"] == "myhuaweicloud.com"
    assert "auth_token" not in values, "credentials count as a whole"
    assert connect(**values).transport._retries == 7


def subsets() -> list[tuple[str, ...]]:
    """Return every combination of the credentials that are as old as the collection."""
    old = (*(name for needed in METHODS.values() for name in needed), "security_token")
    return [names for size in range(8) for names in itertools.combinations(old, size)]


@pytest.mark.parametrize("names", subsets(), ids="+".join)
def test_every_combination_of_credentials(names: tuple[str, ...]) -> None:
    given = {name: VALUES[name] for name in names}
    touched = [method for method, needed in METHODS.items() if set(needed) & set(names)]
    if "security_token" in names and "key" not in touched:
        touched = sorted([*touched, "key"], key=list(METHODS).index)
    if not touched:
        assert refusal(given).startswith("No credentials")
        return
    needed = METHODS[touched[0]]
    missing = [name for name in needed if name not in names]
    if missing:
        message = refusal(given)
        assert message.startswith(f"{' and '.join(missing)} missing: ")
        assert not any(value in message for value in VALUES.values())
    else:
        connect(given)


def test_a_key_in_the_task_beats_a_token_in_the_environment() -> None:
    with simulation() as cloud:
        options = {**KEY, "endpoint": cloud.url, "project_id": PROJECT}
        outcome = query_orders(options, {"HW_AUTH_TOKEN": "a token that does not work"}, cloud.clock)
        assert not outcome.failed, outcome.result["msg"]
        assert {row["auth"] for row in cloud.requests()} == {"aksk"}


def test_half_a_key_in_the_task_is_not_completed_from_the_environment() -> None:
    environ = {"HW_SECRET_KEY": SECRET_KEY, "HW_ACCESS_KEY": "other"}
    with simulation() as cloud:
        options = {"access_key": KEY["access_key"], "endpoint": cloud.url, "project_id": PROJECT}
        outcome = query_orders(options, environ, cloud.clock)
        assert outcome.result["msg"].startswith("secret_key missing: access_key was given alone")
        assert cloud.requests() == []


@pytest.mark.parametrize("name", ["auth_token", "access_key", "secret_key", "security_token"])
@pytest.mark.parametrize("bad", ["with blank", "line\nbreak", "nul\0", "ümlaut", "\udcff", "tab\t"])
def test_credentials_that_no_header_can_carry_are_refused(name: str, bad: str) -> None:
    given = {"auth_token": bad} if name == "auth_token" else {"access_key": "AK", "secret_key": "SK", name: bad}
    message = refusal(given)
    assert message.startswith(f"{name} holds a blank")
    assert bad not in message


@pytest.mark.parametrize("password", ["with blank", "pässwörd", 'quote"\\', "\udcff-not-utf8", "{{ jinja }}"])
def test_a_password_may_hold_anything(password: str) -> None:
    users = [{"name": "u", "password": password, "domain": "d"}]
    with simulation(settings={"users": users}) as cloud:
        outcome = cloud.query(username="u", domain_name="d", password=password)
        assert not outcome.failed, outcome.result["msg"]


# Where the service is


@pytest.mark.parametrize(
    ("options", "endpoint", "iam"),
    [
        ({}, "https://modelarts.cn-north-4.myhuaweicloud.com", "https://iam.cn-north-4.myhuaweicloud.com"),
        (
            {"region": "eu-west-101"},
            "https://modelarts.eu-west-101.myhuaweicloud.eu",
            "https://iam.eu-west-101.myhuaweicloud.eu",
        ),
        (
            {"region": "eu-west-0"},
            "https://modelarts.eu-west-0.myhuaweicloud.com",
            "https://iam.eu-west-0.myhuaweicloud.com",
        ),
        (
            {"region": "eu-de", "cloud": "otc.t-systems.com"},
            "https://modelarts.eu-de.otc.t-systems.com",
            "https://iam.eu-de.otc.t-systems.com",
        ),
        (
            {"region": "eu-west-101", "cloud": "private.example"},
            "https://modelarts.eu-west-101.private.example",
            "https://iam.eu-west-101.private.example",
        ),
        ({"region": None, "endpoint": "https://own.example/"}, "https://own.example", "https://iam.myhuaweicloud.com"),
        (
            {"region": "", "endpoint": "https://own.example/api/"},
            "https://own.example/api",
            "https://iam.myhuaweicloud.com",
        ),
        (
            {"iam_endpoint": "https://iam.own.example:5000/v3"},
            "https://modelarts.cn-north-4.myhuaweicloud.com",
            "https://iam.own.example:5000",
        ),
        (
            {"iam_endpoint": "https://iam.own.example/identity/v3//"},
            "https://modelarts.cn-north-4.myhuaweicloud.com",
            "https://iam.own.example/identity",
        ),
        (
            {"endpoint": "HTTPS://Own.Example:8443"},
            "https://Own.Example:8443",
            "https://iam.cn-north-4.myhuaweicloud.com",
        ),
    ],
)
def test_endpoints(options: dict[str, Any], endpoint: str, iam: str) -> None:
    session = connect(**options)
    assert session.place.endpoint == endpoint
    assert session.place.iam == iam


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"region": None}, "region is missing"),
        ({"region": "cn north 4"}, "not a region"),
        ({"region": "x/../evil.example#"}, "not a region"),
        ({"region": "a@evil.example"}, "not a region"),
        ({"region": "-x"}, "not a region"),
        ({"cloud": "evil.example/x"}, "not a domain"),
        ({"cloud": "u:p@evil"}, "not a domain"),
        ({"project_id": "../../v3"}, "not a project"),
        ({"project_id": "id with blank"}, "not a project"),
        ({"project_id": "x" * 129}, "not a project"),
        ({"timeout": 0}, "timeout: 0"),
        ({"timeout": -1}, "timeout: -1"),
        ({"timeout": 86401}, "timeout: 86401"),
        ({"timeout": float("nan")}, "timeout: nan"),
        ({"timeout": "soon"}, "timeout: soon"),
        ({"timeout": []}, "timeout: []"),
        ({"retries": -1}, "retries: -1"),
        ({"retries": 101}, "retries: 101"),
        ({"retries": "often"}, "retries: often"),
        ({"retries": 1.5}, "retries: 1.5"),
        ({"retries": 10**400}, "retries: 1000"),
    ],
)
def test_connection_options_that_are_refused(options: dict[str, Any], words: str) -> None:
    assert words in refusal(**options)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://user:hunter2@host", "user name or password"),
        ("https://user@host", "user name or password"),
        ("https://@host", "user name or password"),
        ("https://host?x=1", "query or a fragment"),
        ("https://host?", "query or a fragment"),
        ("https://host#x", "query or a fragment"),
        ("http://modelarts.example", "plain http"),
        ("http://10.0.0.1", "plain http"),
        ("http://127.0.0.1.evil.example", "plain http"),
        ("http://localhost.evil.example", "plain http"),
        ("http://[::2]", "plain http"),
        ("http://0.0.0.0", "plain http"),
        ("ftp://host", "not an http(s) URL"),
        ("file:///etc/passwd", "not an http(s) URL"),
        ("modelarts.example", "not an http(s) URL"),
        ("//host", "not an http(s) URL"),
        ("https://", "not an http(s) URL"),
        ("https:///path", "not an http(s) URL"),
        ("https://host name", "not an http(s) URL"),
        ("https://host\n.evil", "not an http(s) URL"),
        ("https://hö.st", "not an http(s) URL"),
        ("https://good.example\\@evil.example", "not an http(s) URL"),
        ("https://[::1", "not a URL"),
        ("https://host:99999", "not a URL"),
        ("https://host:port", "not a URL"),
        ("https://user:hunter2@host:port", "not a URL"),
        ("https://user:hunter2@h\nost", "not an http(s) URL"),
        ("https://user:hun/ter2@host", "is not a URL: give"),
        ("https://user:1234/ter2@host", "user name or password"),
        ("https://user:hun@ter2@host", "user name or password"),
        ("https://user:hun?ter2@host", "not a URL"),
        ("https://user:hun#ter2@host", "not a URL"),
        ("https://user:hun ter2@host", "not an http(s) URL"),
        ("user:hunter2@host", "not an http(s) URL"),
        ("htps://user:hun/ter2@host/x", "not a URL"),
        ("htps://host/x?token=hunter2", "not an http(s) URL"),
        ("\x1b[31mhttps://x", "not an http(s) URL"),
        ("", "not an http(s) URL"),
    ],
)
def test_urls_that_are_refused(url: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        check_url("endpoint", url, validate_certs=True)
    message = caught.value.msg
    assert message.startswith("endpoint")
    assert words in message
    assert not re.search("hun|ter2", message)
    assert message.isprintable()


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://user:pa/ss@host", "pa/ss"),
        ("https://user:pa@ss@host", "pa@ss"),
        ("https://user:pa:ss@host", "pa:ss"),
        ("https://token-alone@host", "token-alone"),
        ("user:pa?ss#@host", "pa?ss#"),
        ("https://user:pa\nss@host", "pa\nss"),
        ("https://host/path", None),
        ("", None),
    ],
)
def test_a_password_in_an_address_is_a_secret(url: str, secret: str | None) -> None:
    for name in ("endpoint", "iam_endpoint"):
        assert secrets_in({name: url}, {}, {}) == (frozenset({secret}) if secret else frozenset())


@pytest.mark.parametrize(
    ("url", "validate", "host"),
    [
        ("https://host", True, "host"),
        ("https://host:443", True, "host"),
        ("https://host:8443/prefix/", True, "host:8443"),
        ("http://127.0.0.1:80", True, "127.0.0.1"),
        ("http://127.9.9.9:8000", True, "127.9.9.9:8000"),
        ("http://localhost:8000", True, "localhost:8000"),
        ("http://[::1]:8000", True, "[::1]:8000"),
        ("HTTP://LOCALHOST", True, "localhost"),
        ("http://10.0.0.1", False, "10.0.0.1"),
    ],
)
def test_urls_that_are_taken(url: str, validate: bool, host: str) -> None:
    base = check_url("endpoint", url, validate)
    assert not base.endswith("/")
    request = Request.get(base, ("v1", "x"))
    assert request.host == host
    assert request.full_path == ("/prefix/v1/x" if "prefix" in url else "/v1/x")


def test_a_bad_iam_endpoint_is_refused_even_where_it_is_not_needed() -> None:
    for url in ("https://u:hunter2@iam.example", "https://iam.example?x=1", "https://iam.example#x"):
        assert "iam_endpoint holds" in refusal(KEY, iam_endpoint=url, project_id="p1")


def test_a_bad_iam_endpoint_is_named() -> None:
    assert "iam_endpoint is plain http" in refusal(USER, iam_endpoint="http://iam.example/v3")


def test_ipv6_loopback_end_to_end() -> None:
    try:
        from modelarts_simulator.server import Server

        server = Server(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with server:
        result = asked(server.url, access_key=KEY["access_key"], secret_key=SECRET_KEY, retries=0).result
    assert result["error_code"] == "APIGW.0301", "the simulator's own clock is years away from the virtual one"


# For which project


def test_a_password_token_names_its_project() -> None:
    with simulation() as cloud:
        outcome = cloud.query(**USER, project_id=None, region="cn-north-4")
        assert not outcome.failed, outcome.result["msg"]
        assert [row["api"] for row in cloud.requests()] == ["tokens", "list"]
        assert cloud.requests("list")[0]["path"] == f"/v1/{PROJECT}/orders"


@pytest.mark.parametrize("options", [{"project_name": "cn-north-4_team"}, {"region": "cn-north-4_team"}])
@pytest.mark.parametrize("method", ["key", "token"])
def test_a_project_is_found_by_its_name_or_its_region(options: dict[str, str], method: str) -> None:
    second = "f" * 32
    projects = [{"id": PROJECT, "name": "cn-north-4"}, {"id": second, "name": "cn-north-4_team"}]
    tokens = [{"token": TOKEN, "project_id": second}]
    options = dict(options)
    if "region" in options:
        projects[1]["name"] = options["region"] = "cn-north-5"
    with simulation(settings={"projects": projects, "tokens": tokens}) as cloud:
        credentials = KEY if method == "key" else {"auth_token": TOKEN}
        outcome = cloud.query(**credentials, project_id=None, **options)
        assert not outcome.failed, outcome.result["msg"]
        assert [row["api"] for row in cloud.requests()] == ["projects", "list"]
        assert cloud.requests("list")[0]["path"] == f"/v1/{second}/orders"


def test_a_name_beats_the_region() -> None:
    with simulation() as cloud:
        result = cloud.query(project_id=None, project_name="other", region="cn-north-4").result
    assert result["msg"] == "IAM lists no project named other: set project_id, or project_name to another name"


@pytest.mark.parametrize(
    ("projects", "words"),
    [
        ([], "lists no project named p"),
        ([{"id": "x", "name": "p-2"}], "lists no project named p"),
        ([{"id": "x", "name": "p"}, {"id": "y", "name": "p"}], "lists 2 projects named p"),
        ([{"id": None, "name": "p"}], "lists 1 projects named p"),
        (["p", None, 7], "lists no project named p"),
        ({"name": "p"}, "without a list of projects"),
        (None, "without a list of projects"),
    ],
)
def test_projects_that_are_ambiguous_absent_or_odd(projects: Any, words: str) -> None:
    with RawServer(answer({"projects": projects})) as server:
        result = asked(server.url, project_id=None, project_name="p").result
        assert len(server.seen) == 1
    assert words in result["msg"]


def test_an_answer_of_iam_that_is_a_list() -> None:
    with RawServer(answer(["projects"])) as server:
        assert "without a list of projects" in asked(server.url, project_id=None, project_name="p").result["msg"]


def test_without_any_way_to_learn_the_project() -> None:
    with RawServer(listed()) as server:
        for credentials in (KEY, USER):
            result = asked(server.url, project_id=None, **credentials).result
            assert result["msg"].startswith("project_id is missing")
        assert server.seen == []


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        ({"token": {}}, {}, "without a token"),
        ({"token": {"project": {"id": 7}}}, {"X-Subject-Token": "T-0123"}, "project"),
        ([], {"X-Subject-Token": "T-0123"}, "project"),
    ],
)
def test_odd_answers_to_a_login(body: Any, headers: dict[str, str], words: str) -> None:
    with RawServer(answer(body, 201, headers)) as server:
        result = asked(server.url, project_id=None, region="cn-north-4", **USER).result
    assert result["failed"]
    assert words in result["msg"]


@pytest.mark.parametrize("project_id", ["..", "", "a b\r\nX-Evil: 1"])
def test_an_odd_project_id_of_iam_does_no_harm(project_id: str) -> None:
    with RawServer(answer({"projects": [{"id": project_id, "name": "p"}]}), listed()) as server:
        result = asked(server.url, project_id=None, project_name="p", **KEY).result
        assert all(b"X-Evil" not in request for request in server.seen)
    assert result["failed"]
    assert result["msg"].isprintable()


def test_the_password_and_the_token_it_buys_are_known_as_secrets() -> None:
    with simulation() as cloud:
        outcome = cloud.query(**USER)
        (token,) = cloud.cloud.identity.tokens
    assert {PASSWORD, token} <= outcome.secrets
