# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong ends in one line that says what is wrong and what to do, in the shape of every other result."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import INFO, Ansible, Run, ask, look_up
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import (
    KEYS,
    LOGIN,
    SECURITY_TOKEN,
    TOKEN,
    Clouds,
    Sim,
)
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import ClosedPort
from ansible_collections.huaweicloud.modelarts.tests.support.shapes import differences

FOREVER = {"times": 0}
CLOSED = ClosedPort()
WRONG_SECRET = "WRONGsecretOfTheTests-q7Zt3LmX9vB2nRw8Yc5Hd0Kp"


@dataclasses.dataclass(frozen=True)
class Case:
    """One mistake: the cloud it meets, the options (beside the place), and the words that the message must have.

    ``requests`` is the number of requests that it may cost. Where ``refused_by_ansible`` the arguments never reach
    the collection, so the result has no shape of ours.
    """

    words: tuple[str, ...]
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    credentials: dict[str, str] = dataclasses.field(default_factory=lambda: dict(KEYS))
    cloud: dict[str, Any] = dataclasses.field(default_factory=dict)
    without: tuple[str, ...] = ()
    requests: int = 0
    status: int | None = None
    error_code: str | None = None
    refused_by_ansible: bool = False

    def task_options(self, sim: Sim, name: str) -> dict[str, Any]:
        """Return all options of the task; credentials come from variables, for ansible shows the play's own lines."""
        credentials = {option: f"{{{{ credentials[{name!r}][{option!r}] }}}}" for option in self.credentials}
        options = {**sim.place, "retries": 0, **credentials, **self.options}
        return {name: value for name, value in options.items() if name not in self.without}


CASES: dict[str, Case] = {
    "region missing": Case(("region is missing", "HW_REGION_NAME", "endpoint"), without=("region", "endpoint")),
    "no credentials": Case(("No credentials", "auth_token", "access_key", "username", "environment"), credentials={}),
    "access key alone": Case(("secret_key", "missing"), credentials={"access_key": KEYS["access_key"]}),
    "secret key alone": Case(("access_key", "missing"), credentials={"secret_key": KEYS["secret_key"]}),
    "security token alone": Case(
        ("access_key and secret_key", "missing"), credentials={"security_token": SECURITY_TOKEN}
    ),
    "user name alone": Case(("domain_name and password", "missing"), credentials={"username": LOGIN["username"]}),
    "since yesterday": Case(("since", "'yesterday'", "ISO 8601", "7d"), {"since": "yesterday"}),
    "until in seconds": Case(("until", "seconds", "milliseconds"), {"until": "1767323045"}),
    "since after until": Case(("since", "after until"), {"since": "1h", "until": "2h"}),
    "limit 501": Case(("limit", "501", "500", "leave limit and offset out"), {"limit": 501}),
    "offset -1": Case(("offset", "-1", "500"), {"offset": -1}),
    "unknown field": Case(("fields", "colour", "order_name"), {"fields": ["order_name", "colour"]}),
    "empty pool": Case(("empty",), {"pool": " "}),
    "phase done": Case(("phase", "done", "pending"), {"phase": "done"}, refused_by_ansible=True),
    "operation buy": Case(("operation", "buy", "apply"), {"operation": ["buy"]}, refused_by_ansible=True),
    "plain http": Case(("endpoint", "https"), {"endpoint": "http://modelarts.example.com"}),
    "user in the URL": Case(("endpoint", "user"), {"endpoint": "https://me:secretive-word@modelarts.example.com"}),
    "101 retries": Case(("retries", "101", "100"), {"retries": 101}),
    "no CA file": Case(
        ("ca_path", "no-such-ca.pem"), {"endpoint": "https://127.0.0.1:1", "ca_path": "/no-such-ca.pem"}
    ),
    "unknown pool": Case(
        ("no pool 'nope'", "name", "project_id"),
        {"pool": "nope"},
        requests=1,
        status=404,
        error_code="ModelArts.50015001",
    ),
    "another project": Case(
        ("project_id",), {"project_id": "f" * 32}, requests=1, status=403, error_code="ModelArts.0210"
    ),
    "another project's token": Case(
        ("project_id", "token"),
        {"project_id": "f" * 32},
        {"auth_token": TOKEN},
        requests=1,
        status=403,
        error_code="ModelArts.0210",
    ),
    "API not published": Case(
        ("not published", "region", "endpoint"),
        cloud={"unpublished": ["list"]},
        requests=1,
        status=404,
        error_code="APIGW.0101",
    ),
    "a web page": Case(
        ("web page", "not with JSON", "endpoint"),
        cloud={"faults": [{"kind": "html", **FOREVER}]},
        requests=1,
        status=200,
    ),
    "another JSON": Case(
        ("no list of orders", "endpoint"), cloud={"faults": [{"kind": "json", "json": {"a": 1}, **FOREVER}]}, requests=1
    ),
    "a redirect": Case(
        ("elsewhere.example.com", "never followed", "endpoint"),
        cloud={"faults": [{"kind": "redirect", **FOREVER}]},
        requests=1,
        status=302,
    ),
    "a wrong secret key": Case(
        ("refuses the access key", "check"),
        {"retries": 4},
        {"access_key": KEYS["access_key"], "secret_key": WRONG_SECRET},
        requests=1,
        status=401,
        error_code="APIGW.0301",
    ),
    "a wrong token": Case(
        ("refuses the token", "new one"),
        {"retries": 4},
        {"auth_token": "WRONGtokenOfTheTests"},
        requests=1,
        status=401,
        error_code="ModelArts.0203",
    ),
    "an old token": Case(
        ("token", "expired", "new one"),
        {"retries": 4},
        {"auth_token": "OLDtokenOfTheTests"},
        cloud={"tokens": [{"token": "OLDtokenOfTheTests", "expires": 0}]},
        requests=1,
        status=401,
        error_code="ModelArts.0202",
    ),
    "a wrong password": Case(
        ("refuses user name, domain name and password", "check"),
        {"retries": 4},
        {**LOGIN, "password": "WRONGpasswordOfTheTests"},
        requests=1,
        status=401,
    ),
    "no such project": Case(
        ("no project named", "moon", "project_id"), {"project_name": "moon"}, without=("project_id",), requests=1
    ),
    "nobody listens": Case((f"127.0.0.1:{CLOSED.number}", "refused"), {"endpoint": CLOSED.url}),
    "a service in trouble": Case(
        ("later", "503"),
        cloud={"faults": [{"kind": "status", "status": 503, **FOREVER}]},
        requests=1,
        status=503,
        error_code="APIGW.0202",
    ),
    "throttled": Case(
        ("too often", "429"),
        cloud={"faults": [{"kind": "status", "status": 429, **FOREVER}]},
        requests=1,
        status=429,
        error_code="APIGW.0308",
    ),
    "no answer in time": Case(
        ("0.3 s", "timeout"), {"timeout": 0.3}, cloud={"faults": [{"kind": "hang", **FOREVER}]}, requests=1
    ),
}
SECRETS = (
    KEYS["secret_key"],
    WRONG_SECRET,
    TOKEN,
    "WRONGtokenOfTheTests",
    "OLDtokenOfTheTests",
    "WRONGpasswordOfTheTests",
)
Sims = dict[tuple[str, str], Sim]
ENTRY_POINTS = ("module", "lookup")


@pytest.fixture(scope="module")
def sims(clouds: Clouds) -> Sims:
    """Return a cloud of its own for each mistake at each entry point, so that requests can be counted."""
    orders = [{"pool": "pool-5ed5", "state": "succeeded", "created": "1h"}]
    return {(entry, name): clouds.new(orders, **case.cloud) for name, case in CASES.items() for entry in ENTRY_POINTS}


@pytest.fixture(scope="module")
def run(ansible: Ansible, sims: Sims) -> Run:
    """Make every mistake in one play."""
    makers: dict[str, Callable[..., dict[str, Any]]] = {"module": ask, "lookup": look_up}
    tasks = []
    for (entry, name), sim in sims.items():
        options = {**CASES[name].task_options(sim, name), **({"on_missing": "error"} if entry == "lookup" else {})}
        tasks.append(makers[entry](f"{entry}: {name}", options, ignore_errors=True))
    cwd = ansible.folder()
    credentials = {name: case.credentials for name, case in CASES.items()}
    (cwd / "vars.json").write_text(json.dumps({"credentials": credentials}), encoding="utf-8")
    return ansible.tasks(tasks, "-e", "@vars.json", cwd=cwd)


@pytest.mark.parametrize("entry", ENTRY_POINTS)
@pytest.mark.parametrize("name", CASES)
def test_one_line_says_what_is_wrong_and_what_to_do(run: Run, entry: str, name: str) -> None:
    """All the words are there, on one line of a sensible length."""
    msg = str(run.failure(f"{entry}: {name}")["msg"])
    case = CASES[name]
    # ansible-core 2.19 and later do not name the choices of a lookup's option any more.
    words = case.words[:2] if entry == "lookup" and case.refused_by_ansible else case.words
    assert [word for word in words if word not in msg] == [], msg
    assert "\n" not in msg.strip()
    assert len(msg) < 600


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.refused_by_ansible])
def test_a_failure_has_the_full_shape(run: Run, documentation: dict[str, Any], name: str) -> None:
    """Every key that RETURN promises, with the values of an empty answer, and what the service said."""
    result = run.failure(f"module: {name}")
    assert differences(documentation["module"][INFO]["return"], result, "failure") == []
    assert (result["orders"], result["count"], result["truncated"], result["summary"]["total"]) == ([], None, True, 0)
    assert not (result["all_finished"] or result["all_succeeded"] or result["any_failed"] or result["changed"])
    case = CASES[name]
    assert result["error_code"] == case.error_code
    assert case.status in (None, result["status"])
    assert case.status is None or result["request_id"]


@pytest.mark.parametrize("entry", ENTRY_POINTS)
@pytest.mark.parametrize("name", CASES)
def test_it_costs_no_more_requests_than_needed(run: Run, sims: Sims, entry: str, name: str) -> None:
    """Above all a refused key is never tried again: six bad signatures lock it."""
    assert run.of(f"{entry}: {name}")
    count = sims[entry, name].count()
    # Of 0.3 s a busy machine may leave nothing to send the request in.
    assert count == CASES[name].requests or (name == "no answer in time" and count == 0)


def test_no_traceback_and_no_secret(run: Run) -> None:
    """Whatever went wrong, the terminal shows neither."""
    assert run.succeeded()
    text = run.output + json.dumps([event.result for event in run.events])
    assert "Traceback" not in text
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_a_message_does_not_repeat_the_password_of_a_url(run: Run, entry: str) -> None:
    """The message goes into tickets and chats."""
    assert "secretive-word" not in run.failure(f"{entry}: user in the URL")["msg"]
