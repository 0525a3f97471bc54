# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The core as entry points see it: whole answers from the simulator, and an interpreter that lacks something."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import ansible_collections.huaweicloud.modelarts as collection
import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import (
    CredentialsError,
    ModelArtsError,
    ThrottledError,
    TransientError,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import OrdersApi, normalised
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._session import Session
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import RawServer, answer, listed, reset
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    DAY_MS,
    EXAMPLE,
    KEY,
    NOW_MS,
    PROJECT,
    TOKEN,
    VirtualClock,
    asked,
    simulation,
)

SUCCESS_KEYS = {"changed", "orders", "count", "truncated", "summary", "all_succeeded", "all_finished", "any_failed"}
POOL = {"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "created": "1h"}


def test_the_example_of_the_reference_page_end_to_end() -> None:
    with RawServer(listed(EXAMPLE)) as server:
        result = asked(server.url, since="2023-04-01", involved_name="pool-5ed5").result
    (order,) = result["orders"]
    assert set(result) == SUCCESS_KEYS
    assert (order["state"], order["finished"], order["created_at"]) == ("succeeded", True, "2023-04-21T02:24:43.000Z")
    assert order["spec_count"] == [{"flavor": "modelarts.vm.cpu.2u.d", "count": 1, "max_count": None, "azs": []}]
    assert (order["billing_mode"], order["init_count"], order["result_count"]) == ("1", [], [])
    assert order["fail_reason"] is None
    assert (result["all_succeeded"], result["all_finished"], result["any_failed"]) == (True, True, False)
    assert (result["count"], result["truncated"], result["changed"]) == (1, False, False)


@pytest.mark.parametrize("spelling", ["table", "example"])
@pytest.mark.parametrize("show_keys", ["camel", "lower"])
@pytest.mark.parametrize("state", ["pending", "processing", "succeeded", "partial", "failed"])
def test_every_state_in_every_spelling_of_the_service(state: str, spelling: str, show_keys: str) -> None:
    order = {**POOL, "state": state, "reason": "Insufficient resources." if state == "failed" else ""}
    with simulation(orders=[order], settings={"spelling": spelling, "show_keys": show_keys}) as cloud:
        result = cloud.query(details=True).result
    (found,) = result["orders"]
    assert found["state"] == state
    assert found["finished"] is (state in ("succeeded", "partial", "failed"))
    assert result["summary"] == {"total": 1, **dict.fromkeys(model.STATES, 0), state: 1}
    shown = {"pending": "processing", "partial": "failed"}.get(state, state)
    assert found["resources"][0]["state"] == shown
    assert found["resources"][0]["begin_timestamp"] > 0
    assert (found["fail_reason"] == "Insufficient resources.") is (state == "failed")


def test_details_where_the_service_does_not_offer_them() -> None:
    orders = [{**POOL, "order_name": f"o{number}"} for number in range(6)]
    with simulation(orders=orders, settings={"unpublished": ["show"]}) as cloud:
        outcome = cloud.query(details=True)
        assert 1 <= len(cloud.requests("")) - len(cloud.requests("list")) <= 4, "not once for each order"
    assert outcome.warnings == ["details: ShowOrder is not offered here, so resources stay empty"]
    assert [order["resources"] for order in outcome.result["orders"]] == [[]] * 6


@pytest.mark.parametrize("name", ["..", None, ""])
def test_details_of_an_order_whose_name_no_address_can_hold(name: str | None) -> None:
    row = {**EXAMPLE, "creationTimestamp": NOW_MS, "orderName": name}
    with RawServer(listed(row, {**row, "orderName": "ok"})) as server:
        outcome = asked(server.url, details=True)
    assert not outcome.failed, outcome.result["msg"]
    assert any("name" in warning for warning in outcome.warnings)
    assert all(warning.isprintable() for warning in outcome.warnings)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (answer({"error_code": "ModelArts.50015001"}, 404), "has no ShowOrder rows"),
        (answer("gone", 404), "has no ShowOrder rows"),
        (answer({"items": ["node"]}), "ShowOrder answered with items that are no orders"),
        (answer([]), "ShowOrder answered with JSON"),
        (answer({"error_code": "ModelArts.0108"}, 403), "refuses the token"),
        (answer({}, 400), "does not serve this request"),
        (answer({}, 500), "cannot answer just now"),
        (answer("<html>"), "web page"),
        (answer({}, 302, {"Location": "https://elsewhere.example"}), "redirects"),
        (reset, ""),
    ],
)
@pytest.mark.parametrize("others", [0, 7])
def test_whatever_show_order_answers_the_listing_stands(step: Any, words: str, others: int) -> None:
    rows = [{**EXAMPLE, "creationTimestamp": NOW_MS, "orderName": f"o{number}"} for number in range(1 + others)]
    with RawServer(listed(*rows), step) as server:
        outcome = asked(server.url, details=True, retries=0)
        assert len(server.seen) <= (2 if not others else 9 if "rows" in words else 5)
    assert not outcome.failed
    assert outcome.result["all_succeeded"] is True
    assert [order["resources"] for order in outcome.result["orders"]] == [[]] * (1 + others)
    (warning,) = outcome.warnings
    assert warning.startswith("details: ")
    assert words in warning
    assert ("7 more orders" in warning) is (others > 0 and "rows" in words)


def test_warnings() -> None:
    with simulation(orders=[POOL], settings={"unknown_pool": "empty"}) as cloud:
        assert cloud.query().warnings == []
        assert "more than a month back" in cloud.query(since="60d").warnings[0]
        assert "No order of pool nope [31m matches" in cloud.query(involved_name="nope\x1b[31m").warnings[0]
        assert cloud.query(involved_name="nope", limit=5).warnings == []


def test_a_listing_that_cannot_be_shown_to_be_complete_says_so() -> None:
    with simulation(orders=[POOL], settings={"count_error": 5}) as cloud:
        outcome = cloud.query()
    assert outcome.result["truncated"] is True
    assert "may be incomplete" in outcome.warnings[0]


def test_the_machine_s_own_clock_and_environment_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    with simulation(real_time=True, orders=[POOL]) as cloud:
        for name, value in cloud.cloud.environment(cloud.url).items():
            monkeypatch.setenv(name, value)
        outcome = query_orders({"endpoint": cloud.url, "project_id": PROJECT})
    assert not outcome.failed, outcome.result["msg"]
    assert len(outcome.result["orders"]) == 1
    clock = Clock()
    before = clock.monotonic()
    clock.sleep(0.01)
    clock.sleep(-1)
    assert 0.01 <= clock.monotonic() - before < 60
    assert abs(clock.time_ms() - clock.time() * 1000) < 1000


def test_an_empty_option_does_not_hide_the_environment() -> None:
    """Above all it sends nobody's credentials to the public cloud in place of a private one."""
    with simulation(orders=[POOL]) as cloud:
        place = {"HW_MODELARTS_ENDPOINT": cloud.url, "HW_PROJECT_ID": PROJECT}
        empty = dict.fromkeys(("region", "endpoint", "iam_endpoint", "project_id", "cloud", "ca_path"), " ")
        outcome = query_orders({**empty, **KEY, "auth_token": ""}, place, cloud.clock)
        assert len(outcome.result["orders"]) == 1
        assert len(cloud.requests("list")) == 1


def test_errors_carry_their_facts() -> None:
    error = ThrottledError("busy", status=429, error_code="APIGW.0308", request_id="r", retry_after=7)
    assert error.facts() == {"msg": "busy", "error_code": "APIGW.0308", "request_id": "r", "status": 429}
    assert (str(error), error.retry_after, error.transient) == ("busy", 7, True)
    assert not CredentialsError("no").transient
    assert not ModelArtsError("no").transient
    assert TransientError("later").transient


ORDERS_OF_A_MONTH = [{"pool": f"p{number % 7}", "created": f"{number % 29}d"} for number in range(120)]


def test_rows_come_sorted_whatever_the_service_does() -> None:
    with simulation(orders=ORDERS_OF_A_MONTH, settings={"order": "shuffled"}) as cloud:
        result = cloud.query().result
    created = [order["creation_timestamp"] for order in result["orders"]]
    assert created == sorted(created, reverse=True)
    assert len(created) == 120
    assert min(created) >= NOW_MS - 30 * DAY_MS


@pytest.mark.parametrize("was_on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(was_on: bool) -> None:
    """It rests while the rows of a listing become orders, whether that succeeds or not."""
    row = {"orderName": "a"}
    for broken in (False, True):
        (gc.enable if was_on else gc.disable)()
        try:
            with contextlib.suppress(ModelArtsError):
                normalised([row, None] if broken else [row])  # type: ignore[list-item]
            assert gc.isenabled() is was_on
        finally:
            gc.enable()


# Another interpreter

CORE = sorted(path.stem for path in (Path(collection.__path__[0]) / "plugins" / "module_utils").glob("_*.py"))
SCRIPT = """
import importlib, json, sys, time

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
base = "ansible_collections.huaweicloud.modelarts.plugins.module_utils."
for name in {core!r}:
    importlib.import_module(base + name)
outcome = importlib.import_module(base + "_info").query_orders({options!r}, {{}})
print(json.dumps(outcome.result))
"""


def elsewhere(blocked: list[str], options: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Query in an interpreter of its own that cannot import some packages."""
    script = SCRIPT.format(blocked=blocked, core=[name for name in CORE if name != "__init__"], options=options)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    result = json.loads(done.stdout)
    assert isinstance(result, dict)
    return result


def test_the_core_works_without_ansible(tmp_path: Path) -> None:
    with simulation(real_time=True, orders=[POOL]) as cloud:
        options = {**KEY, "endpoint": cloud.url, "project_id": PROJECT, "details": True}
        result = elsewhere(["ansible"], options, tmp_path)
    assert "msg" not in result, result
    assert result["orders"][0]["order_name"] == POOL["order_name"]


def test_a_missing_library_is_named_with_the_interpreter(tmp_path: Path) -> None:
    options = {"auth_token": TOKEN, "region": "cn-north-4", "project_id": PROJECT}
    result = elsewhere(["requests", "urllib3"], options, tmp_path)
    assert result["msg"].startswith(f"The Python library requests is missing for {sys.executable} on ")
    assert f"{sys.executable} -m pip install requests" in result["msg"]
    assert result["failed"] is True
    assert set(result) == SUCCESS_KEYS | {"failed", "msg", "error_code", "request_id", "status"}


def test_bad_options_cost_no_request_and_keep_the_full_shape() -> None:
    outcome = query_orders({"auth_token": TOKEN, "project_id": PROJECT}, {}, VirtualClock())
    assert outcome.result["msg"].startswith("region is missing: set region (or HW_REGION_NAME)")
    assert set(outcome.result) == SUCCESS_KEYS | {"failed", "msg", "error_code", "request_id", "status"}


# What is missing


NAMED = [
    {"pool": "a", "order_name": "a1", "order_id": "CS1", "created": "3h", "state": "succeeded"},
    {"pool": "a", "order_name": "a2", "order_id": "CS2", "created": "2h", "state": "succeeded", "operation": "delete"},
    {"pool": "b", "order_name": "b1", "order_id": "CS3", "created": "1h", "state": "processing"},
]


@pytest.mark.parametrize(
    ("options", "missing", "found"),
    [
        ({"order_names": ["a1", "a2"]}, [], "a2 a1"),
        ({"order_names": ["zz", "a1", "yy"], "order_ids": ["CS9", "CS3"]}, ["zz", "yy", "CS9"], "b1 a1"),
        ({"order_ids": ["CS1"]}, [], "a1"),
        ({"order_names": []}, [], ""),
        # met, and then left out by a filter that does not say whether an order is there
        ({"order_names": ["a1", "b1"], "phase": "successed"}, [], "a1"),
        ({"order_names": ["a1", "b1"], "phase": "failed"}, [], ""),
        ({"order_names": ["a1", "a2"], "operation": ["apply"]}, [], "a1"),
        ({"order_names": ["a1", "a2"], "latest": True}, [], "a2"),
        ({"order_names": ["a1", "b1"], "limit": 1}, [], "b1"),
        ({"order_names": ["a1", "zz"], "limit": 1, "offset": 1, "phase": "running"}, ["zz"], ""),
        ({"order_ids": ["CS1"], "fields": ["state"]}, [], None),
        # not met in this time window or pool
        ({"order_names": ["a1", "b1"], "since": "90m"}, ["a1"], "b1"),
        ({"order_names": ["a1", "b1"], "until": "90m"}, ["b1"], "a1"),
        ({"order_names": ["a1", "b1"], "involved_name": "b"}, ["a1"], "b1"),
    ],
)
def test_what_no_order_met_is_missing(options: dict[str, Any], missing: list[str], found: str | None) -> None:
    with simulation(orders=NAMED, settings={"order": "newest"}) as cloud:
        result = cloud.query(**options).result
    assert result["missing"] == missing
    if found is not None:
        assert [order["order_name"] for order in result["orders"]] == found.split()
    if missing:
        assert (result["all_succeeded"], result["all_finished"]) == (False, False)


def test_a_success_beside_something_missing_is_none() -> None:
    with simulation(orders=NAMED) as cloud:
        whole = cloud.query(order_names=["a1"]).result
        part = cloud.query(order_names=["a1", "zz"]).result
        assert "missing" not in cloud.query().result
    assert (whole["all_succeeded"], whole["all_finished"]) == (True, True)
    assert (part["all_succeeded"], part["all_finished"], part["any_failed"]) == (False, False, False)


@pytest.mark.parametrize("step", [answer({}, 503), answer({"error_code": "ModelArts.50015001"}, 404), b""])
def test_in_a_failure_all_that_was_named_is_missing(step: bytes) -> None:
    with RawServer(step) as server:
        result = asked(server.url, order_names=[" a1", "b1"], order_ids="CS1", retries=0, timeout=2).result
    assert result["failed"] is True
    assert result["missing"] == ["a1", "b1", "CS1"]
    assert (result["all_succeeded"], result["all_finished"]) == (False, False)
    refused = query_orders({"order_names": ["a1"], "limit": "many", "region": "r", "auth_token": TOKEN}, {}).result
    assert refused["missing"] == ["a1"]


@pytest.mark.parametrize("word", ["successed", "succeeded"])
def test_the_reference_page_s_own_row_is_found_by_its_phase(word: str) -> None:
    """By a service that compares the word it stores, which is completed."""
    with RawServer(listed()) as server:
        asked(server.url, phase=word)
        assert b"phase=" not in server.seen[0]
    with RawServer(listed(EXAMPLE, {**EXAMPLE, "orderName": "b", "result": "failed"})) as server:
        outcome = asked(server.url, since="2023-04-01", phase=word)
    assert [order["order_name"] for order in outcome.result["orders"]] == [EXAMPLE["orderName"]]


# Clocks that differ


@pytest.mark.parametrize("ahead", [-840, -60, 60, 600, 840])
def test_an_age_counts_by_the_service_s_clock(ahead: int) -> None:
    """Ten minutes before now, on a controller whose clock is off by so many seconds."""
    orders = [{"pool": "p", "order_name": f"o{minutes}", "created": f"{minutes}m"} for minutes in (2, 8, 12, 29)]
    with simulation(orders=orders) as cloud:
        own = VirtualClock(cloud.clock.time() + ahead)
        outcome = asked(cloud.url, own, **KEY, since="10m")
        assert [order["order_name"] for order in outcome.result["orders"]] == ["o2", "o8"]
        assert len(cloud.requests("list")) == 2
        assert len(asked(cloud.url, own, **KEY, since="10m", until="5m").result["orders"]) == 1
        before = len(cloud.requests("list"))
        assert len(asked(cloud.url, own, **KEY).result["orders"]) == 4
        assert len(asked(cloud.url, own, **KEY, since="2025-12-30").result["orders"]) == 4
        assert len(cloud.requests("list")) == before + 2, "no age, no second request"


def test_a_month_may_have_31_days() -> None:
    with simulation(orders=[POOL]) as cloud:
        assert cloud.query(since="31d").warnings == []
        assert "more than a month back" in cloud.query(since="32d").warnings[0]


def test_orders_of_something_else_are_counted() -> None:
    with simulation(orders=NAMED, settings={"ignore": ["involvedName"]}) as cloud:
        (warning,) = cloud.query(involved_name="b").warnings
    assert warning.startswith("The service listed 2 orders of something else than pool b")


# Whatever happens inside


@pytest.mark.parametrize("kind", [ZeroDivisionError, RecursionError, MemoryError, RuntimeError, KeyError, OSError])
@pytest.mark.parametrize("place", ["login", "listing", "orders", "start"])
def test_no_exception_leaves(kind: type[Exception], place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one that nobody thought of: the result has its documented shape, and no secret."""

    def burst(*dummy: Any, **dummies: Any) -> Any:
        raise kind(f"inside, with {TOKEN}")

    targets: dict[str, tuple[Any, str]] = {
        "login": (Session, "orders"),
        "listing": (OrdersApi, "list"),
        "orders": (model, "normalise"),
        "start": (Session, "open"),
    }
    monkeypatch.setattr(*targets[place], burst)
    with RawServer(listed(EXAMPLE)) as server:
        result = asked(server.url, order_names=["a"], retries=0).result
    assert set(result) == SUCCESS_KEYS | {"failed", "msg", "error_code", "request_id", "status", "missing"}
    assert result["failed"] is True
    assert kind.__name__ in result["msg"]
    assert TOKEN not in result["msg"]
    assert ("report" in result["msg"]) is (kind is not MemoryError)
    assert "\n" not in result["msg"]
