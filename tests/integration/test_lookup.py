# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the lookup has: terms, on_missing, one login a call, options from ini and from variables."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CREDENTIALS
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO as INFO_OPTIONS
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    INFO,
    LOOKUP,
    Ansible,
    Run,
    Task,
    look_up,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import DEFAULT_PROJECT, KEYS, LOGIN, Clouds, Sim
from ansible_collections.huaweicloud.modelarts.tests.support.shapes import differences

ORDERS: list[dict[str, Any]] = [
    {"pool": "beta", "order_name": "b2", "state": "succeeded", "created": "1h"},
    {"pool": "alpha", "order_name": "a1", "state": "succeeded", "created": "2h"},
    {"pool": "beta", "order_name": "b1", "state": "failed", "reason": "No nodes.", "created": "3h"},
    {"pool": "gamma", "order_name": "c1", "state": "pending", "created": "4h"},
]
MISSING = ("404", "empty")
POLICIES = ("skip", "warn", "error")
CALL = f"query({LOOKUP!r}, 'beta', **options)"


@pytest.fixture(scope="module")
def sims(clouds: Clouds) -> dict[str, Sim]:
    """Return two clouds, which answer for an unknown pool in the two ways that are known, and two for logins."""
    return {
        **{name: clouds.new(ORDERS, unknown_pool=name) for name in MISSING},
        "login": clouds.new(ORDERS),
        "login, renewed": clouds.new(ORDERS, [{"kind": "expire_tokens", "match": {"api": "list", "nth": 2}}]),
    }


@pytest.fixture(scope="module")
def run(ansible: Ansible, sims: dict[str, Sim]) -> Run:
    """Ask in every manner."""
    sim = sims["404"]
    login = {**sims["login"].place, **LOGIN, "project_id": ""}
    renewed = {**login, "endpoint": sims["login, renewed"].url, "iam_endpoint": sims["login, renewed"].url}
    pools = ("alpha", "beta", "gamma")
    inline = {"vars": {"options": sim.options}}
    expected = f"{CALL} | map(attribute='state') | list == ['succeeded', 'failed']"
    tasks = [
        look_up("many terms", sim.options, "alpha", "beta", f"alpha-{DEFAULT_PROJECT}", "alpha"),
        look_up("terms and involved_name", {**sim.options, "involved_name": "gamma"}, "alpha"),
        look_up("latest", {**sim.options, "latest": True}, "alpha", "beta"),
        look_up("one login", login, *pools),
        look_up("two logins", renewed, *pools),
        look_up("details", {**sim.options, "details": True}, "beta"),
        look_up("list as a term", sim.options, ["alpha", "gamma"]),
        look_up("empty term", sim.options, "", ignore_errors=True),
        look_up("dictionary as a term", sim.options, {"pool": "alpha"}, ignore_errors=True),
        {"name": "in until", "ansible.builtin.debug": {"msg": "once"}, "until": f"({CALL} | length) == 2", **inline},
        {"name": "in a condition", "ansible.builtin.assert": {"that": [expected]}, **inline},
        {"name": "as a variable", "ansible.builtin.set_fact": {"frozen": f"{{{{ {CALL} }}}}"}, **inline},
        *by_variables(sim),
        look_up("empty list", sim.options, []),
        look_up("null", sim.options, None, ignore_errors=True),
        look_up("unknown option", {**sim.options, "poools": "beta"}, ignore_errors=True),
        look_up("no boolean", {**sim.options, "validate_certs": "enabled"}, ignore_errors=True),
        look_up("empty texts", {**dict.fromkeys(("region", "since", "timeout", "validate_certs"), ""), **sim.options}),
    ]
    for name in MISSING:
        for policy in POLICIES:
            options = {**sims[name].options, "on_missing": policy}
            tasks.append(look_up(f"{name} {policy}", options, "alpha", "nope", ignore_errors=True))
    return ansible.tasks(tasks)


def by_variables(sim: Sim) -> list[Task]:
    """Return tasks that get their options from variables, some of them templates, and one that overrides them."""
    variables = {f"modelarts_{name}": value for name, value in sim.options.items()}
    key = {"modelarts_access_key": "{{ the_key }}", "the_key": KEYS["access_key"]}
    templated = {**variables, **key, "modelarts_region": "{{ the_region }}", "the_region": "cn-north-4"}
    strict = {**variables, "modelarts_on_missing": "error"}
    nobody = {**variables, "modelarts_endpoint": "http://modelarts.invalid", "modelarts_retries": "{{ 0 }}"}
    safe = {**nobody, "modelarts_validate_certs": "{{ verify_tls }}", "verify_tls": True}
    listed = {**variables, "modelarts_order_names": "{{ chosen }}", "chosen": ["b1", "a1"]}
    typed = {"modelarts_timeout": "{{ 5 }}", "modelarts_limit": "{{ 2 }}", "modelarts_latest": "{{ 1 == 1 }}"}
    words = {"modelarts_phase": "{{ 'failed' }}", "modelarts_on_missing": "{{ 'error' }}"}
    return [
        look_up("templated variables", {}, "alpha", vars=templated),
        look_up("templated boolean", {}, "alpha", vars=safe, ignore_errors=True),
        look_up("templated list", {}, vars=listed),
        look_up("templated types", {}, "beta", vars={**variables, **typed}),
        look_up("templated choices", {}, "alpha", vars={**variables, **words}, ignore_errors=True),
        look_up("empty variables", sim.options, "alpha", vars={f"modelarts_{name}": "" for name in INFO_OPTIONS}),
        look_up("call over variables", {"on_missing": "skip"}, "nope", vars=strict),
        look_up("variables", {}, "nope", vars=strict, ignore_errors=True),
    ]


def names(run: Run, task: str) -> list[str]:
    """Return the names of the orders that a task printed."""
    return [order["order_name"] for order in run.result(task)["msg"]]


def test_many_terms_give_each_order_once_newest_first(run: Run) -> None:
    """Also where a pool is named twice, or by its name and by its ID."""
    assert names(run, "many terms") == ["b2", "a1", "b1"]
    assert names(run, "terms and involved_name") == ["a1", "c1"]
    assert names(run, "latest") == ["b2", "a1"]
    assert names(run, "list as a term") == ["a1", "c1"]


def test_one_login_for_all_terms(run: Run, sims: dict[str, Sim]) -> None:
    """One POST to IAM, then one connection for all pages; the project is learnt from the token."""
    assert names(run, "one login") == ["b2", "a1", "b1", "c1"]
    rows = sims["login"].requests()
    assert [(row["method"], row["path"]) for row in rows[:1]] == [("POST", "/v3/auth/tokens")]
    assert [row["api"] for row in rows] == ["tokens", "list", "list", "list"]
    assert len({row["connection"] for row in rows}) == 1


def test_an_expired_token_is_bought_anew_once(run: Run, sims: dict[str, Sim]) -> None:
    """In the middle of a call, between two pools."""
    assert names(run, "two logins") == ["b2", "a1", "b1", "c1"]
    apis = [row["api"] for row in sims["login, renewed"].requests()]
    assert apis == ["tokens", "list", "list", "tokens", "list", "list"]


@pytest.mark.parametrize("kind", MISSING)
def test_on_missing(run: Run, kind: str) -> None:
    """Skip and warn leave the pool out, error ends the task; in both ways that services answer."""
    assert names(run, f"{kind} skip") == names(run, f"{kind} warn") == ["a1"]
    assert "nope" in run.failure(f"{kind} error")["msg"]


def test_only_warn_warns(run: Run) -> None:
    """Once for each pool, in the words of the error."""
    warnings = [part for part in run.stderr.split("[WARNING]: ")[1:] if "nope" in part]
    assert len(warnings) == len(MISSING)
    assert "knows no pool 'nope'" in warnings[0]
    assert "No order of pool nope matches" in warnings[1]


def test_precedence_of_call_and_variables(run: Run) -> None:
    """What the call says wins, and variables are templated, on every ansible-core."""
    assert names(run, "call over variables") == []
    assert "nope" in run.failure("variables")["msg"]
    assert names(run, "templated variables") == ["a1"]


def test_variables_are_evaluated_before_they_are_typed(run: Run) -> None:
    """An option of each type; above all, checking certificates is not switched off by a template that is true."""
    assert "use https" in run.failure("templated boolean")["msg"]
    assert names(run, "templated list") == ["a1", "b1"]
    assert names(run, "templated types") == ["b2"]
    assert "No order of pool alpha" in run.failure("templated choices")["msg"]


def test_empty_texts_count_as_not_given(run: Run) -> None:
    assert names(run, "empty texts") == ["b2", "a1", "b1", "c1"]
    assert names(run, "empty variables") == ["a1"]


def test_nothing_is_taken_for_something_else(run: Run, sims: dict[str, Sim]) -> None:
    """An empty list for every pool, an unknown option for none at all, any word for false."""
    assert names(run, "empty list") == []
    assert "name or ID" in run.failure("null")["msg"]
    assert "poools is no option of this lookup: known are region" in run.failure("unknown option")["msg"]
    assert "validate_certs: 'enabled' is neither true nor false" in run.failure("no boolean")["msg"]


def test_terms_that_are_no_names(run: Run) -> None:
    """One line each."""
    assert "empty" in run.failure("empty term")["msg"]
    assert "name or ID" in run.failure("dictionary as a term")["msg"]


def test_it_works_wherever_ansible_evaluates(run: Run) -> None:
    """In until, in a condition, and frozen by set_fact."""
    assert run.result("in until")["msg"] == "once"
    assert run.result("in a condition")
    assert [order["order_name"] for order in run.result("as a variable")["ansible_facts"]["frozen"]] == ["b2", "b1"]


def test_orders_have_the_documented_keys(run: Run, documentation: dict[str, Any]) -> None:
    """Those of the module."""
    documented = {"orders": documentation["module"][INFO]["return"]["orders"]}
    assert differences(documented, {"orders": run.result("many terms")["msg"]}) == []
    assert differences(documented, {"orders": run.result("details")["msg"]}, "with O(details=true)") == []


def test_nothing_is_deprecated(run: Run) -> None:
    """Not on this ansible-core, anyway."""
    assert "deprecat" not in run.succeeded().output.lower()


INI = """[defaults]
[modelarts]
region = cn-north-4
project_id = {project}
access_key = {access_key}
secret_key = {secret_key}
endpoint = {url}
iam_endpoint = {url}
validate_certs = true
ca_path = /nowhere/to/be/read/over/http.pem
use_proxy = false
timeout = 7.5
retries = 0
cloud = myhuaweicloud.com
workspace_id = 0
phase = failed
resource = pools
since = 7d
until = 1m
limit = 5
offset = 0
order_names = b1,b2
order_ids = CS1
operation = apply,modify
latest = true
details = true
fields = order_name,state
on_missing = error
"""
INI_LOGIN = """[modelarts]
endpoint = {url}
iam_endpoint = {url}/v3
username = {username}
domain_name = {domain_name}
password = {password}
project_name = cn-north-4
"""


def test_an_empty_variable_of_the_environment_does_not_hide_what_ini_says(ansible: Ansible, clouds: Clouds) -> None:
    """So AWX injects a field of a credential that nobody has filled in."""
    sim = clouds.new(ORDERS)
    cwd = ansible.folder()
    (cwd / "ansible.cfg").write_text(INI_LOGIN.format(url=sim.url, **LOGIN), encoding="utf-8")
    env = {**dict.fromkeys(sim.environment, ""), "HW_USER_NAME": "", "ANSIBLE_CONFIG": str(cwd / "ansible.cfg")}
    run = ansible.tasks([look_up("beta", {}, "beta")], env=env, cwd=cwd)
    assert names(run, "beta") == ["b2", "b1"]


@pytest.fixture(scope="module")
def from_ini(ansible: Ansible, clouds: Clouds) -> tuple[Run, Run, Sim, Sim]:
    """Take everything from ansible.cfg: once with a key, once with a password."""
    sims = clouds.new(ORDERS), clouds.new(ORDERS)
    runs = []
    for sim, text in zip(sims, (INI, INI_LOGIN), strict=True):
        cwd = ansible.folder()
        ini = text.format(url=sim.url, project=sim.project, **KEYS, **LOGIN)
        (cwd / "ansible.cfg").write_text(ini, encoding="utf-8")
        proxies = (
            {"HTTP_PROXY": "http://127.0.0.1:1", "ANSIBLE_CONFIG": str(cwd / "ansible.cfg")} if text is INI else {}
        )
        env = {"ANSIBLE_CONFIG": str(cwd / "ansible.cfg"), **proxies}
        tasks = [look_up("beta", {}, "beta"), look_up("nope", {}, "nope", ignore_errors=True)]
        runs.append(ansible.tasks(tasks, env=env, cwd=cwd))
    return runs[0], runs[1], *sims


def test_every_option_can_come_from_ini(from_ini: tuple[Run, Run, Sim, Sim], documentation: dict[str, Any]) -> None:
    """Each has its effect: on the request, on what is kept, or on how a missing pool is met."""
    run, sim = from_ini[0], from_ini[2]
    assert run.result("beta")["msg"] == [{"order_name": "b1", "state": "failed"}]
    assert "nope" in run.failure("nope")["msg"]
    query = sim.requests("list")[0]["query"]
    expected = (
        "involvedName=beta",
        "workspaceId=0",
        "phase=failed",
        "resource=pools",
        "limit=5",
        "offset=0",
        "since=",
        "until=",
    )
    assert [part for part in expected if part not in query] == []
    assert sim.requests("list")[0]["path"].split("/")[2] == DEFAULT_PROJECT
    assert sim.count("show") == 1
    options = documentation["lookup"][LOOKUP]["doc"]["options"]
    known = {line.split(" = ")[0] for line in (INI + INI_LOGIN).splitlines()}
    with_ini = {name for name, option in options.items() if option.get("ini")}
    # The others would win over these, or be another login beside them; unit tests see them.
    temporary = (name for name in CREDENTIALS if name.startswith(("oidc", "ecs", "assume")))
    others = {"auth_token", "security_token", *temporary}
    assert with_ini - known == {*others, "sts_endpoint", "temporary_key_duration"}


def test_a_login_can_come_from_ini(from_ini: tuple[Run, Run, Sim, Sim]) -> None:
    """User and password, the project by its name, and an IAM address that ends in /v3."""
    run, sim = from_ini[1], from_ini[3]
    assert names(run, "beta") == ["b2", "b1"]
    assert names(run, "nope") == []
    assert [row["api"] for row in sim.requests()] == ["tokens", "list", "tokens", "list"]
