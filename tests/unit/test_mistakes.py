# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users do wrong; mistakes.yml has the exact line that each is told: what is wrong, and what to do.

Everything runs in this process, against the simulator or a scripted server where the mistake shows only there; in the
lines HOST stands for their address. tests/integration/test_bad_input.py takes some of these through whole plays.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import runpy
import socket
import subprocess
import sys
import time
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
import yaml
from ansible.errors import AnsibleError
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_report_html import orders_report_html
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_table import orders_table
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_timeline import orders_timeline
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.options import given_options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
from ansible_collections.huaweicloud.modelarts.plugins.test.orders import order_failed, order_succeeded
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import (
    ClosedPort,
    RawServer,
    answer,
    server_side,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    ACCESS_KEY,
    KEY,
    PASSWORD,
    PROJECT,
    SECRET_KEY,
    USER,
    VirtualClock,
    simulation,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scenario import scenario

PLACE: dict[str, t.Any] = {"region": "cn-north-4", "project_id": PROJECT}
OLD = "TOKENofLastWeek"
ORDERS = [
    {"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "state": "succeeded", "created": "1h"},
    {"pool": "pool-7a01", "order_name": "order.pool-7a01-x7q3m", "state": "pending"},
]
Told = Callable[[], str]


def info(environ: dict[str, str] | None = None, **options: t.Any) -> Told:
    """What the info module says of options that nothing is sent for."""
    return lambda: str(query_orders(options, environ or {}, VirtualClock()).result["msg"])


def here(**options: t.Any) -> Told:
    """The same with region, project and a key that are right."""
    return info(**{**PLACE, **KEY, **options})


def cloud(config: dict[str, t.Any] | None = None, **options: t.Any) -> Told:
    """What it says where only the service can tell."""

    def ask() -> str:
        with simulation(orders=ORDERS, **(config or {})) as service:
            return str(service.query(**{"retries": 0, **options}).result["msg"])

    return ask


def fault(**rule: t.Any) -> dict[str, t.Any]:
    return {"faults": [{"times": 0, **rule}]}


def scripted(reply: bytes, **options: t.Any) -> Told:
    """What it says to such an answer of IAM, of which the simulator has no word."""

    def ask() -> str:
        with RawServer(reply) as server:
            place = {"endpoint": server.url, "iam_endpoint": server.url, "retries": 0}
            return str(query_orders({**place, **KEY, **options}, {}, VirtualClock()).result["msg"])

    return ask


def wait(**options: t.Any) -> Told:
    """What the wait says, in virtual time."""

    def ask() -> str:
        with scenario(ORDERS) as service:
            return str(service.wait(**options).result["msg"])

    return ask


def plugin(function: Callable[..., object], *args: t.Any, **options: t.Any) -> Told:
    """What a filter or a test says."""

    def ask() -> str:
        with pytest.raises(AnsibleError) as caught:
            function(*args, **options)
        return str(caught.value)

    return ask


def source(**arguments: t.Any) -> Told:
    """What the event source says."""

    def ask() -> str:
        with pytest.raises(InputError) as caught:
            given_options(arguments)
        return caught.value.msg

    return ask


def no_such_name() -> str:
    """What is said where the name service knows no such host."""

    def unknown(*args: object, **options: object) -> t.NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", unknown)
        return here(region="cn-nroth-4", retries=0)()


def nobody_there() -> str:
    port = ClosedPort()
    try:
        return here(endpoint=port.url, retries=0)()
    finally:
        port.close()


def slow() -> str:
    """What is said of an answer that does not come, by the clock of the machine."""
    with RawServer(lambda client: time.sleep(2)) as server:
        options = {**PLACE, **KEY, "endpoint": server.url, "retries": 0, "timeout": 0.3}
        return str(query_orders(options, {}).result["msg"])


def private_cloud(**options: t.Any) -> Told:
    """What is said to a certificate of a CA of the cloud's own."""

    def ask() -> str:
        with RawServer(b"", tls=server_side(trustme.CA(), "127.0.0.1")) as server:
            return here(endpoint=server.url, retries=0, **options)()

    return ask


def old_python() -> str:
    """What a module says whose Python is too old, before it imports anything else."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as out:
        patch.setattr(sys, "version_info", (3, 8, 10))
        with pytest.raises(SystemExit):
            runpy.run_path(str(ROOT / "plugins/module_utils/_python.py"))
    return str(json.loads(out.getvalue())["msg"])


def without_requests() -> str:
    """What is said where the library is not installed, in an interpreter of its own."""
    module = f"ansible_collections.{COLLECTION}.plugins.module_utils._info"
    program = f"import sys; sys.modules['requests'] = None; from {module} import query_orders as ask; "
    given = {**PLACE, **KEY}
    program += f"print(ask({given!r}, {{}}).result['msg'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


#: Each mistake.
MISTAKES: dict[str, Told] = {
    "nothing is set": info(),
    "the console's name of a region": here(region="CN North-Beijing4"),
    "an underscore in the region": here(region="cn_north_4"),
    "an address as the region": here(region="https://modelarts.cn-north-4.myhuaweicloud.com"),
    "the region of an empty survey field": info(region="", **KEY),
    "a region that there is not": no_such_name,
    "no credentials": info(**PLACE),
    "access key alone": info(**PLACE, access_key=ACCESS_KEY),
    "secret key alone": info(**PLACE, secret_key=SECRET_KEY),
    "half in the task, half in the environment": info({"HW_SECRET_KEY": SECRET_KEY}, **PLACE, access_key=ACCESS_KEY),
    "security token alone": info(**PLACE, security_token="STexample"),
    "user name alone": info(**PLACE, username="ci"),
    "password without the account": info(**PLACE, username="ci", password=PASSWORD),
    "half of an OIDC login": info(**PLACE, oidc_provider_urn="iam::example:identityProvider:ci"),
    "an agency on top of a token": info(
        **PLACE, auth_token="TOKENexample", assume_role_agency_name="ci", assume_role_domain_name="acme"
    ),
    "an agency without its account": here(assume_role_agency_name="ci-orders"),
    "a duration of two days": here(
        assume_role_agency_name="ci-orders", assume_role_domain_name="acme", temporary_key_duration="48h"
    ),
    "a secret key with a line break": here(secret_key=f"{SECRET_KEY}\n"),
    "a token with the word Bearer": info(**PLACE, auth_token="Bearer TOKENexample"),
    "a region as project_id": here(project_id="cn-north-4"),
    "a project's name as project_id": here(project_id="cn-north-4_train"),
    "a blank in project_id": here(project_id="my project"),
    "no way to find the project": info(endpoint="https://modelarts.example.com", **KEY),
    "an endpoint without https": here(endpoint="modelarts.cn-north-4.myhuaweicloud.com"),
    "an endpoint of plain http": here(endpoint="http://modelarts.cn-north-4.myhuaweicloud.com"),
    "an endpoint with a query": here(endpoint="https://modelarts.example.com/?project=1"),
    "an endpoint with a password": here(endpoint="https://me:secretive@modelarts.example.com"),
    "a port that there is not": here(endpoint="https://modelarts.example.com:99999"),
    "an address as the cloud": here(cloud="https://myhuaweicloud.com"),
    "no timeout": here(timeout=0),
    "a timeout in words": here(timeout="half a minute"),
    "negative retries": here(retries=-1),
    "a CA file that is not there": here(ca_path="/no-such-ca.pem"),
    "a wrong secret key": cloud(access_key=ACCESS_KEY, secret_key="WRONGsecretOfTheTests"),
    "a key in quotes": cloud(access_key=f"'{ACCESS_KEY}'", secret_key=SECRET_KEY),
    "another project": cloud(project_id="f" * 32),
    "a token that is none": cloud(auth_token="TOKENexample"),
    "a token of last week": cloud({"settings": {"tokens": [{"token": OLD, "expires": 0}]}}, auth_token=OLD),
    "a wrong password": cloud(**{**USER, "password": "WRONGpasswordOfTheTests"}),
    "a project that there is not": cloud(project_id=None, project_name="moon"),
    "no right to list projects": scripted(
        answer({"error": {"code": 403, "message": "Forbidden"}}, 403), project_name="train"
    ),
    "no right to list orders": cloud(fault(kind="status", status=403, code="ModelArts.0108")),
    "a region without this API": cloud({"settings": {"unpublished": ["list"]}}),
    "too many requests": cloud(fault(kind="status", status=429)),
    "a service in trouble": cloud(fault(kind="status", status=503)),
    "the console's address as endpoint": cloud(fault(kind="html")),
    "another service's address as endpoint": cloud(fault(kind="json", json={"servers": []})),
    "an endpoint that redirects": cloud(fault(kind="redirect")),
    "IAM's address is not IAM's": scripted(answer({"servers": []}), project_name="train"),
    "nobody listens": nobody_there,
    "a private cloud's CA": private_cloud(),
    "too little time": slow,
    "since when": here(since="yesterday"),
    "since in seconds": here(since="1767323045"),
    "since a month 13": here(since="2026-13-01"),
    "since after until": here(since="1h", until="2h"),
    "until before the last month": here(until="40d"),
    "a limit of thousands": here(limit=5000),
    "a field that there is not": here(fields=["order_name", "colour"]),
    "a phase that there is not": here(phase="done"),
    "an operation that there is not": here(operation=["create"]),
    "an empty pool": here(involved_name=" "),
    "an empty name": here(order_names=[""]),
    "three mistakes at once": info(region="cn_north_4", since="yesterday", limit=5000),
    "a template that nobody rendered": here(order_names=["{{ order }}"]),
    "a misspelt pool": cloud(involved_name="pool-5edf"),
    "nothing to wait for": wait(),
    "an empty name to wait for": wait(order_names=["order.pool-5ed5-w4l2n", ""]),
    "a timeout in minutes": wait(involved_names=["pool-5ed5"], wait_timeout="90 minutes"),
    "no time between polls": wait(involved_names=["pool-5ed5"], interval=0),
    "a negative timeout": wait(involved_names=["pool-5ed5"], wait_timeout=-1),
    "a misspelt order": wait(order_names=["order.pool-5ed5-w4l2m"]),
    "an order that nobody pays": wait(order_names=["order.pool-7a01-x7q3m"], pending_timeout=900),
    "a number of orders below none": wait(involved_names=["pool-5ed5"], expected_count=-1),
    "an order that takes longer": wait(order_names=["order.pool-7a01-x7q3m"], wait_timeout=600),
    "a text for a result": plugin(order_failed, "order.pool-5ed5-w4l2n"),
    "a result of a loop": plugin(order_succeeded, {"results": [], "changed": False}),
    "a list of results": plugin(orders_table, [{"orders": []}]),
    "orders without their state": plugin(orders_timeline, [{"order_name": "order.pool-5ed5-w4l2n"}]),
    "a width of a page": plugin(orders_table, [], width=5000),
    "a format that there is not": plugin(orders_table, [], format="html"),
    "a report as of soon": plugin(orders_report_html, [], now="soon"),
    "a pool under two names": source(pool="pool-5ed5", pools=["pool-5ed5"]),
    "an interval in words": source(interval="often"),
    "a list as it was printed": source(pools="['pool-5ed5']"),
    "an old Python": old_python,
    "no requests": without_requests,
}
#: The line for each of them.
LINES: dict[str, str] = yaml.safe_load(Path(__file__).with_name("mistakes.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_one_line_with_what_to_do(name: str) -> None:
    told = re.sub(r"127\.0\.0\.1:\d+", "HOST", MISTAKES[name]())
    assert told.replace(sys.executable, "PYTHON").replace(socket.gethostname(), "HERE") == LINES[name]
    assert told.isprintable()


def test_there_are_sixty_of_them_and_a_line_for_each() -> None:
    assert list(LINES) == list(MISTAKES)
    assert len(MISTAKES) >= 60
