# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The core as doors see it: whole answers from the simulator, and an interpreter that lacks something."""

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
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model as _order
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import chosen
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.query import Query
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    DAY_MS,
    EXAMPLE,
    KEY,
    NOW_MS,
    PROJECT,
    TOKEN,
    VirtualClock,
    answer,
    asked,
    listed,
    simulation,
    wire,
)

SUCCESS_KEYS = {"changed", "orders", "count", "truncated", "summary", "all_succeeded", "all_finished", "any_failed"}
POOL = {"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "created": "1h"}


def test_the_example_of_the_reference_page_end_to_end() -> None:
    with wire(listed(EXAMPLE)) as server:
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
    assert result["summary"] == {"total": 1, **dict.fromkeys(_order.STATES, 0), state: 1}
    shown = {"pending": "processing", "partial": "failed"}.get(state, state)
    assert found["resources"][0]["state"] == shown
    assert found["resources"][0]["begin_timestamp"] > 0
    assert (found["fail_reason"] == "Insufficient resources.") is (state == "failed")


def test_details_where_the_service_does_not_offer_them() -> None:
    orders = [{**POOL, "order_name": f"o{number}"} for number in range(6)]
    with simulation(orders=orders, settings={"unpublished": ["show"]}) as cloud:
        outcome = cloud.query(details=True)
        assert len(cloud.requests("show")) + len(cloud.requests("")) >= 6
    assert outcome.warnings == ["details: ShowOrder is not offered here, so resources stay empty"]
    assert [order["resources"] for order in outcome.result["orders"]] == [[]] * 6


@pytest.mark.parametrize("name", ["..", None, ""])
def test_details_of_an_order_whose_name_no_address_can_hold(name: str | None) -> None:
    row = {**EXAMPLE, "creationTimestamp": NOW_MS, "orderName": name}
    with wire(listed(row, {**row, "orderName": "ok"})) as server:
        outcome = asked(server.url, details=True)
    assert not outcome.failed, outcome.result["msg"]
    assert any("name" in warning for warning in outcome.warnings)
    assert all(warning.isprintable() for warning in outcome.warnings)


@pytest.mark.parametrize(
    ("step", "failed", "words"),
    [
        (answer({"error_code": "ModelArts.50015001"}, 404), False, "has no ShowOrder rows"),
        (answer("gone", 404), False, "has no ShowOrder rows"),
        (answer({"items": ["node"]}), True, "ShowOrder answered with items that are no orders"),
        (answer([]), True, "ShowOrder answered with JSON"),
        (answer({"error_code": "ModelArts.0108"}, 403), True, "refuses the token"),
        (answer({}, 400), True, "does not serve this request"),
    ],
)
def test_what_show_order_may_answer(step: bytes, failed: bool, words: str) -> None:
    with wire(listed({**EXAMPLE, "creationTimestamp": NOW_MS}), step) as server:
        outcome = asked(server.url, details=True, retries=0)
    assert outcome.failed is failed
    assert words in (outcome.result["msg"] if failed else " ".join(outcome.warnings))


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
                chosen([row, None] if broken else [row], Query(since=0))  # type: ignore[list-item]
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
    assert outcome.requests == 0
    assert set(outcome.result) == SUCCESS_KEYS | {"failed", "msg", "error_code", "request_id", "status"}
