# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every environment variable, through the module and through the lookup, and the commands that live on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    INFO,
    Ansible,
    Run,
    ask,
    look_up,
    write_playbook,
)
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
from modelarts_simulator.switches import DEFAULT_ID_TOKEN, DEFAULTS, OIDC_AGENCY, PROVIDER

ORDERS = [{"pool": "pool-5ed5", "order_name": "mine", "state": "succeeded", "created": "1h"}]
TEMPORARY = {**KEYS, "security_token": SECURITY_TOKEN}
# The account that delegates to the simulator's agency, and what tells a client where a server's metadata are.
PARTNER, METADATA = DEFAULTS["agencies"][0], "MODELARTS_TEST_METADATA"
WRONG = "WRONG-value-that-must-not-be-used"
NO_HOST = "simulator.invalid"
CLOSED = ClosedPort()
ENTRY_POINTS = {"module": ask, "lookup": look_up}

#: What the environment holds ({url} is the cloud's address, {id} the project's), and the auth and API of each request.
#: Of several variables for one option the first one wins, so there the others are wrong on purpose.
STORIES: dict[str, tuple[dict[str, str], list[str]]] = {
    "the SDK's names": (
        {
            "HW_MODELARTS_ENDPOINT": "{url}",
            "HUAWEICLOUD_SDK_PROJECT_ID": "{id}",
            "HUAWEICLOUD_SDK_AK": KEYS["access_key"],
            "HUAWEICLOUD_SDK_SK": KEYS["secret_key"],
            "HUAWEICLOUD_SDK_SECURITY_TOKEN": SECURITY_TOKEN,
            "HW_PROJECT_ID": WRONG,
            "HW_ACCESS_KEY": WRONG,
            "HW_SECRET_KEY": WRONG,
            "HW_SECURITY_TOKEN": WRONG,
        },
        ["aksk list"],
    ),
    "Terraform's names": (
        {
            "HW_MODELARTS_ENDPOINT": "{url}",
            "HW_PROJECT_ID": "{id}",
            "HW_ACCESS_KEY": KEYS["access_key"],
            "HW_SECRET_KEY": KEYS["secret_key"],
            "HW_SECURITY_TOKEN": SECURITY_TOKEN,
        },
        ["aksk list"],
    ),
    "a password": (
        {
            "HW_MODELARTS_ENDPOINT": "{url}",
            "HW_AUTH_URL": "{url}/v3",
            "HW_USER_NAME": LOGIN["username"],
            "HW_DOMAIN_NAME": LOGIN["domain_name"],
            "HW_USER_PASSWORD": LOGIN["password"],
            "HW_PROJECT_NAME": "cn-north-4",
        },
        ["password tokens", "token list"],
    ),
    "a token": (
        {
            "HW_MODELARTS_ENDPOINT": "{url}",
            "HUAWEICLOUD_SDK_IAM_ENDPOINT": "{url}",
            "HW_AUTH_URL": CLOSED.url,
            "HW_AUTH_TOKEN": TOKEN,
            "HW_REGION_NAME": "cn-north-4",
        },
        ["token projects", "token list"],
    ),
    "OIDC": (
        {
            "HW_MODELARTS_ENDPOINT": "{url}",
            "HW_PROJECT_ID": "{id}",
            "HUAWEICLOUD_SDK_STS_ENDPOINT": "{url}",
            "HUAWEICLOUD_OIDC_PROVIDER_URN": PROVIDER,
            "HUAWEICLOUD_OIDC_AGENCY_URN": OIDC_AGENCY,
            "HUAWEICLOUD_OIDC_ID_TOKEN": DEFAULT_ID_TOKEN,
            "HUAWEICLOUD_OIDC_TOKEN_FILE": "/nowhere/to/be/read",
            "HUAWEICLOUD_OIDC_DURATION_SECONDS": "900",
        },
        ["oidc oidc", "aksk list"],
    ),
    "a server's agency": (
        {"HW_MODELARTS_ENDPOINT": "{url}", "HW_PROJECT_ID": "{id}", "HW_ECS_AGENCY": "yes", METADATA: "{metadata}"},
        ["none metadata_token", "none metadata_key", "aksk list"],
    ),
    "an agency": (
        {
            "HW_MODELARTS_ENDPOINT": "{url}",
            "HW_AUTH_URL": "{url}",
            "HW_PROJECT_ID": PARTNER["projects"][0]["id"],
            "HW_ACCESS_KEY": KEYS["access_key"],
            "HW_SECRET_KEY": KEYS["secret_key"],
            "HW_ASSUME_ROLE_AGENCY_NAME": PARTNER["name"],
            "HW_ASSUME_ROLE_DOMAIN_NAME": PARTNER["domain"],
            "HW_ASSUME_ROLE_DURATION": "2h",
        },
        ["aksk agency", "aksk list"],
    ),
    "an agency by its account's ID": (
        {
            "HW_MODELARTS_ENDPOINT": "{url}",
            "HW_AUTH_URL": "{url}",
            "HW_PROJECT_ID": PARTNER["projects"][0]["id"],
            "HW_ACCESS_KEY": KEYS["access_key"],
            "HW_SECRET_KEY": KEYS["secret_key"],
            "HW_ASSUME_ROLE_AGENCY_NAME": PARTNER["name"],
            "HW_ASSUME_ROLE_DOMAIN_ID": PARTNER["domain_id"],
        },
        ["aksk agency", "aksk list"],
    ),
    "a bundle of CAs": (
        {
            "HW_MODELARTS_ENDPOINT": "https://127.0.0.1:1",
            "HW_AUTH_TOKEN": TOKEN,
            "HW_PROJECT_ID": "{id}",
            "REQUESTS_CA_BUNDLE": "/first.pem",
            "CURL_CA_BUNDLE": "/second.pem",
        },
        [],
    ),
    "retries": (
        {"HW_MODELARTS_ENDPOINT": "{url}", "HW_AUTH_TOKEN": TOKEN, "HW_PROJECT_ID": "{id}", "HW_MAX_RETRIES": "1"},
        [],
    ),
    "an address": (
        {
            "HW_REGION_NAME": "moon-1",
            "HW_CLOUD": NO_HOST,
            "HW_AUTH_TOKEN": TOKEN,
            "HW_PROJECT_ID": "p1",
            "HW_MAX_RETRIES": "0",
        },
        [],
    ),
}
#: For the story of retries: a service that is in trouble for good, and in no mood for pauses.
TROUBLE = {"kind": "status", "status": 503, "retry_after": 0, "times": 0}


@pytest.fixture(scope="module")
def told(ansible: Ansible, clouds: Clouds) -> dict[str, tuple[Run, Sim]]:
    """Tell each story in a process whose environment it is: both entry points, with no connection option at all."""
    runs = {}
    for name, (environment, requests) in STORIES.items():
        keys = [TEMPORARY] if "SECURITY_TOKEN" in "".join(environment) else [KEYS]
        partners = {"project": PARTNER["projects"][0]["id"]} if name.startswith("an agency") else {}
        orders = [{**order, **partners} for order in ORDERS]
        sim = clouds.new(orders, [TROUBLE] if name == "retries" else [], keys=keys)
        places = {"url": sim.url, "id": sim.project, "metadata": sim.metadata[METADATA]}
        env = {key: value.format(**places) for key, value in environment.items()}
        tasks = [maker(entry, {}, ignore_errors=not requests) for entry, maker in ENTRY_POINTS.items()]
        runs[name] = ansible.tasks(tasks, env=env), sim
    return runs


def test_every_variable_is_told_of() -> None:
    """A new one needs its place in a story."""
    used = {name for environment, dummy in STORIES.values() for name in environment}
    assert {name for option in CONNECTION.values() for name in option.env} == used - {METADATA}


@pytest.mark.newest
@pytest.mark.parametrize("story", [name for name, (dummy, requests) in STORIES.items() if requests])
def test_the_environment_is_enough(told: dict[str, tuple[Run, Sim]], story: str) -> None:
    """Both entry points see the order, and each asked as it should."""
    run, sim = told[story]
    assert [order["order_name"] for order in run.result("module")["orders"]] == ["mine"]
    assert [order["order_name"] for order in run.result("lookup")["msg"]] == ["mine"]
    assert [f"{row['auth']} {row['api']}" for row in sim.requests()] == STORIES[story][1] * 2


@pytest.mark.newest
def test_retries_count(told: dict[str, tuple[Run, Sim]]) -> None:
    """One further try at each entry point."""
    run, sim = told["retries"]
    assert run.failure("module")["status"] == 503
    assert run.failure("lookup")
    assert sim.count() == 4


@pytest.mark.newest
@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_region_and_cloud_make_the_address(told: dict[str, tuple[Run, Sim]], entry: str) -> None:
    """A host of that name does not exist, which the message says."""
    assert f"modelarts.moon-1.{NO_HOST}" in told["an address"][0].failure(entry)["msg"]


@pytest.mark.newest
@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_the_first_bundle_of_cas_counts(told: dict[str, tuple[Run, Sim]], entry: str) -> None:
    """It stands in for ca_path, and so is looked for."""
    assert "ca_path: /first.pem: No such file" in told["a bundle of CAs"][0].failure(entry)["msg"]


def test_the_environment_of_a_task(ansible: Ansible, clouds: Clouds, way: dict[str, bool]) -> None:
    """The keyword serves the module as the process's environment does."""
    sim = clouds.new(ORDERS)
    run = ansible.tasks([ask("ask", {}, environment=sim.environment)], vars=way)
    assert run.result("ask")["summary"]["succeeded"] == 1


def test_ad_hoc(ansible: Ansible, clouds: Clouds) -> None:
    """One command, with credentials in the environment, and nothing set up."""
    sim = clouds.new(ORDERS)
    run = ansible.run(["ansible", "localhost", "-m", INFO, "-a", "pool=pool-5ed5"], env=sim.environment)
    assert run.succeeded().events[-1].result["orders"][0]["order_name"] == "mine"
    assert "localhost | SUCCESS" in run.stdout
    assert "WARNING" not in run.output
    assert "involvedName=pool-5ed5" in sim.requests()[0]["query"]


def test_ansible_runner(ansible: Ansible, clouds: Clouds) -> None:
    """As AWX runs it: the result arrives as an event."""
    cwd = ansible.folder()
    (cwd / "project").mkdir()
    write_playbook(
        cwd / "project" / "play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": [ask("ask", {})]}]
    )
    env = {**ansible.environment(**clouds.new(ORDERS).environment), "ANSIBLE_STDOUT_CALLBACK": "default"}
    runner = [sys.executable, "-m", "ansible_runner", "run", str(cwd), "-p", "play.yml", "--json", "--ident", "1"]
    done = subprocess.run(runner, env=env, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    results = [event["event_data"]["res"] for event in events if event["event"] == "runner_on_ok"]
    assert [result["orders"][0]["order_name"] for result in results] == ["mine"]


@pytest.fixture(scope="module")
def elsewhere(ansible: Ansible, clouds: Clouds) -> Run:
    """Run the module by other Pythons: one without requests, and the oldest that targets may have."""
    bare = ansible.top / "bare"
    subprocess.run([ansible.python, "-m", "venv", "--without-pip", bare], check=True, env=ansible.environment())
    hosts = {"bare": str(bare / "bin" / "python"), "oldest": os.environ.get("MODELARTS_TEST_TARGET_PYTHON", "")}
    lines = [
        f"{host} ansible_connection=local ansible_python_interpreter={path}" for host, path in hosts.items() if path
    ]
    cwd = ansible.folder()
    (cwd / "hosts").write_text("\n".join(lines) + "\n", encoding="utf-8")
    play: dict[str, Any] = {
        "hosts": "all",
        "gather_facts": False,
        "vars": {"modelarts_in_process": False},
        "ignore_errors": True,
        "tasks": [ask("ask", clouds.new(ORDERS).options), ask("err", {})],
    }
    return ansible.play([play], "-i", "hosts", cwd=cwd)


def test_a_python_without_requests(elsewhere: Run, ansible: Ansible, documentation: dict[str, Any]) -> None:
    """The message names the interpreter and the command that helps, and the result has its shape."""
    result = elsewhere.failure("ask", "bare")
    python = str(ansible.top / "bare" / "bin" / "python")
    assert "requests is missing" in result["msg"]
    assert f"{python} -m pip install requests" in result["msg"]
    assert differences(documentation["module"][INFO]["return"], result, "failure") == []


@pytest.mark.skipif(
    "MODELARTS_TEST_TARGET_PYTHON" not in os.environ, reason="MODELARTS_TEST_TARGET_PYTHON names no Python"
)
def test_the_oldest_python_of_a_target(elsewhere: Run) -> None:
    """It runs the module, and its failures as well."""
    assert elsewhere.result("ask", "oldest")["orders"][0]["order_name"] == "mine"
    assert "region is missing" in elsewhere.failure("err", "oldest")["msg"]


@pytest.fixture(scope="module")
def secured(ansible: Ansible, clouds: Clouds) -> Run:
    """Ask an https server with a CA of its own, and through a proxy that is not there."""
    certificate = self_signed(ansible.folder())
    tls = {**clouds.new(ORDERS, tls=certificate).options, "retries": 0}
    # A proxy is never asked for loopback addresses; whether one is asked for a host shows in who can't be reached.
    far = {**tls, "endpoint": f"http://{NO_HOST}", "validate_certs": False}
    asked: dict[str, dict[str, Any]] = {
        "untrusted": tls,
        "ca_path": {**tls, "ca_path": certificate[0]},
        "not verified": {**tls, "validate_certs": False},
        "proxy": far,
        "no proxy": {**far, "use_proxy": False},
    }
    env = {"HTTP_PROXY": CLOSED.url}
    tasks = [
        maker(f"{entry}: {name}", options, ignore_errors=True)
        for name, options in asked.items()
        for entry, maker in ENTRY_POINTS.items()
    ]
    return ansible.tasks(tasks, env=env)


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_certificates_and_proxies(secured: Run, entry: str) -> None:
    """validate_certs, ca_path and use_proxy, by what they let through."""
    run = secured
    assert "not trusted" in run.failure(f"{entry}: untrusted")["msg"]
    assert "ca_path" in run.failure(f"{entry}: untrusted")["msg"]
    assert run.result(f"{entry}: ca_path")
    assert run.result(f"{entry}: not verified")
    assert "use_proxy" in run.failure(f"{entry}: proxy")["msg"]
    assert NO_HOST in run.failure(f"{entry}: no proxy")["msg"]
    assert "proxy" not in run.failure(f"{entry}: no proxy")["msg"]


def self_signed(folder: Any) -> tuple[str, str]:
    """Make a certificate for 127.0.0.1 that signs itself; the paths of certificate and key."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "simulator")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(
        now + datetime.timedelta(hours=1)
    )
    builder = builder.add_extension(address, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return str(paths[0]), str(paths[1])
