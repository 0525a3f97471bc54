# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three ways to say who asks, through both entry points, and which credentials win."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import Ansible, Run, ask, look_up
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import (
    DEFAULT_PROJECT,
    KEYS,
    LOGIN,
    REGION,
    SECURITY_TOKEN,
    TOKEN,
    Clouds,
    Sim,
)

OTHER_PROJECT = "1b2c3d4e5f60718293a4b5c6d7e8f90a"
PROJECTS = [{"id": DEFAULT_PROJECT, "name": REGION}, {"id": OTHER_PROJECT, "name": "cn-north-4_lab"}]
TEMPORARY = {
    "access_key": "AKTEMPORARY0000FAKE",
    "secret_key": "SKtemporaryFake-0Kp4Js6Lm9vB2nRw8Yc",
    "security_token": SECURITY_TOKEN,
}
POOL = [{"pool": "pool-5ed5", "order_name": "mine", "state": "succeeded", "created": "1h"}]
#: An order of the same pool in another project: whoever sees it asked for the wrong one.
LAB = [{"pool": "pool-5ed5", "order_name": "lab", "state": "succeeded", "created": "1h", "project": OTHER_PROJECT}]
ENTRY_POINTS = {"module": ask, "lookup": look_up}

#: What is given, without project_id where it says so; the order that comes back; the requests, by kind.
WAYS_IN: dict[str, tuple[dict[str, Any], str, dict[str, int]]] = {
    "token": ({"auth_token": TOKEN}, "mine", {"list": 1}),
    "token, project by region": ({"auth_token": TOKEN, "project_id": None}, "mine", {"projects": 1, "list": 1}),
    "key": (KEYS, "mine", {"list": 1}),
    "key, project by region": ({**KEYS, "project_id": None}, "mine", {"projects": 1, "list": 1}),
    "key, project by name": (
        {**KEYS, "project_id": None, "project_name": "cn-north-4_lab"},
        "lab",
        {"projects": 1, "list": 1},
    ),
    "temporary key": (TEMPORARY, "mine", {"list": 1}),
    "temporary key, project by region": ({**TEMPORARY, "project_id": None}, "mine", {"projects": 1, "list": 1}),
    "password": (LOGIN, "mine", {"tokens": 1, "list": 1}),
    "password, project by region": ({**LOGIN, "project_id": None}, "mine", {"tokens": 1, "list": 1}),
    "password, project by name": (
        {**LOGIN, "project_id": None, "project_name": "cn-north-4_lab"},
        "lab",
        {"tokens": 1, "list": 1},
    ),
    "token before key": ({"auth_token": TOKEN, **KEYS}, "mine", {"list": 1}),
    "key before password": ({**KEYS, **LOGIN}, "mine", {"list": 1}),
}
KINDS = {"token": "token", "temporary": "aksk", "key": "aksk", "password": "token"}
SECRETS = (TOKEN, KEYS["secret_key"], TEMPORARY["secret_key"], SECURITY_TOKEN, LOGIN["password"])

Sims = dict[tuple[str, str], Sim]


def cloud(clouds: Clouds) -> Sim:
    """Start a cloud with two projects, and with every kind of credentials."""
    return clouds.new([*POOL, *LAB], projects=PROJECTS, keys=[KEYS, TEMPORARY])


@pytest.fixture(scope="module")
def sims(clouds: Clouds) -> Sims:
    """Return a cloud for each way in at each entry point."""
    return {(entry, name): cloud(clouds) for name in WAYS_IN for entry in ENTRY_POINTS}


@pytest.fixture(scope="module")
def run(ansible: Ansible, sims: Sims) -> Run:
    """Go in by every way, as loudly as ansible can be made to talk."""
    cwd = ansible.folder()
    given = {f"{entry}: {name}": {**sims[entry, name].place, **WAYS_IN[name][0]} for entry, name in sims}
    (cwd / "vars.json").write_text(json.dumps({"given": given}), encoding="utf-8")
    tasks = []
    for title, options in given.items():
        references = {option: f"{{{{ given[{title!r}][{option!r}] }}}}" for option, value in options.items() if value}
        tasks.append(ENTRY_POINTS[title.partition(":")[0]](title, references))
    return ansible.tasks(tasks, "-e", "@vars.json", "-vvvv", cwd=cwd)


@pytest.mark.parametrize("entry", ENTRY_POINTS)
@pytest.mark.parametrize("name", WAYS_IN)
def test_a_way_in(run: Run, sims: Sims, entry: str, name: str) -> None:
    """It shows the orders of the right project, for the fewest requests, by the right method."""
    result = run.result(f"{entry}: {name}")
    orders = result["orders"] if entry == "module" else result["msg"]
    assert [order["order_name"] for order in orders] == [WAYS_IN[name][1]]
    rows = sims[entry, name].requests()
    assert {api: sum(row["api"] == api for row in rows) for api in {row["api"] for row in rows}} == WAYS_IN[name][2]
    assert rows[-1]["auth"] == next(kind for start, kind in KINDS.items() if name.startswith(start))


def test_no_secret_is_shown(run: Run, sims: Sims) -> None:
    """Not the ones given, nor the tokens that passwords bought, at the highest verbosity."""
    bought = [token for sim in sims.values() for token in sim.cloud.identity.tokens if token != TOKEN]
    assert len(bought) == 3 * len(ENTRY_POINTS)
    text = run.succeeded().output + json.dumps([event.result for event in run.events])
    assert [secret for secret in (*SECRETS, *bought) if secret in text] == []


@pytest.fixture(scope="module")
def mixed(ansible: Ansible, clouds: Clouds) -> tuple[Run, Sims]:
    """Have a bad token and a good key in the environment, and other credentials in the task."""
    given: dict[str, dict[str, str]] = {
        "key": KEYS,
        "password": LOGIN,
        "half": {"access_key": KEYS["access_key"]},
        "none": {},
    }
    sims = {(entry, name): cloud(clouds) for name in given for entry in ENTRY_POINTS}
    tasks = [
        ENTRY_POINTS[entry](f"{entry}: {name}", {**sim.place, **given[name]}, ignore_errors=True)
        for (entry, name), sim in sims.items()
    ]
    variables = {f"modelarts_{name}": value for name, value in LOGIN.items()}
    sims["lookup", "variables"] = sim = cloud(clouds)
    tasks.append(look_up("lookup: variables", sim.place, vars=variables))
    env = {
        "HW_AUTH_TOKEN": "BADtokenOfTheEnvironment",
        "HW_ACCESS_KEY": KEYS["access_key"],
        "HW_SECRET_KEY": KEYS["secret_key"],
    }
    return ansible.tasks(tasks, env=env), sims


@pytest.mark.parametrize(
    ("entry", "name", "auths"),
    [
        ("module", "key", ["aksk"]),
        ("lookup", "key", ["aksk"]),
        ("module", "password", ["password", "token"]),
        ("lookup", "password", ["password", "token"]),
        ("lookup", "variables", ["password", "token"]),
    ],
)
def test_credentials_in_the_task_beat_the_environment(
    mixed: tuple[Run, Sims], entry: str, name: str, auths: list[str]
) -> None:
    """As a whole: a token in the environment never overrides a key in the task."""
    run, sims = mixed
    assert run.result(f"{entry}: {name}")
    assert [row["auth"] for row in sims[entry, name].requests()] == auths


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_half_a_key_is_not_completed_by_the_environment(mixed: tuple[Run, Sims], entry: str) -> None:
    """The secret key there may belong to another access key."""
    run, sims = mixed
    assert "secret_key missing" in run.failure(f"{entry}: half")["msg"]
    assert sims[entry, "half"].count() == 0


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_the_environment_counts_where_the_task_gives_nothing(mixed: tuple[Run, Sims], entry: str) -> None:
    """Its token wins over its key, as in the task, even where it is refused; once is enough."""
    run, sims = mixed
    assert "refuses the token" in run.failure(f"{entry}: none")["msg"]
    assert [row["auth"] for row in sims[entry, "none"].requests()] == ["token"]
