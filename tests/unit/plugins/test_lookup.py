# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup within a process: what it warns of, and that nothing but an error of ansible's leaves it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible_collections.huaweicloud.modelarts.plugins.lookup import modelarts_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import OrdersApi
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import KEY, PROJECT, TOKEN, simulation

LOOKUP = "huaweicloud.modelarts.modelarts_orders"
ORDERS = [{"pool": "a", "order_name": "a1"}, {"pool": "b", "order_name": "b1"}]


def ask(url: str, *terms: str, **options: Any) -> tuple[list[str], list[str]]:
    """Return names of orders and the warnings of a lookup."""
    definitions = {
        name: {"type": option.type, "default": option.default, "name": name}
        for name, option in modelarts_orders._OPTIONS.items()
    }
    constants.config.initialize_plugin_configuration_definitions("lookup", LOOKUP, definitions)
    plugin = modelarts_orders.LookupModule()
    plugin._load_name = LOOKUP  # as the loader does
    warnings: list[str] = []
    place = {"endpoint": url, "project_id": PROJECT, **KEY}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(modelarts_orders.display, "warning", warnings.append)
        found = plugin.run(list(terms), {}, **place, **options)
    return [order["order_name"] for order in found], warnings


@pytest.mark.parametrize("terms", [(), ("a",), ("a", "b")])
def test_a_listing_that_may_be_incomplete_is_told(terms: tuple[str, ...]) -> None:
    with simulation(real_time=True, orders=ORDERS, settings={"count_error": 5}) as cloud:
        for policy in ("skip", "warn"):
            names, warnings = ask(cloud.url, *terms, on_missing=policy)
            assert set(names) == {f"{term}1" for term in terms or ("a", "b")}
            assert [warning for warning in warnings if "may be incomplete" in warning]
        with pytest.raises(AnsibleLookupError, match="may be incomplete"):
            ask(cloud.url, *terms, on_missing="error")
        assert ask(cloud.url, *terms, limit=1)[1] == [], "of one page nobody expects all"


def test_a_whole_listing_is_no_matter() -> None:
    with simulation(real_time=True, orders=ORDERS) as cloud:
        assert ask(cloud.url, "a", on_missing="error") == (["a1"], [])


@pytest.mark.parametrize("name", ["pool", "pools", "pool_name", "pool_names", "involved_name", "involved_names"])
def test_a_pool_has_many_names(name: str) -> None:
    with simulation(real_time=True, orders=ORDERS) as cloud:
        assert ask(cloud.url, **{name: ["a"]})[0] == ["a1"]
        assert set(ask(cloud.url, **{name: ["a", "b"]})[0]) == {"a1", "b1"}
        assert ask(cloud.url, **{name: []})[0] == [], "nothing is not the wish to see everything"


@pytest.mark.parametrize("kind", [ZeroDivisionError, RecursionError, MemoryError, RuntimeError])
@pytest.mark.parametrize("api", ["list", "add_details"])
def test_no_exception_leaves(kind: type[Exception], api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*dummy: Any, **dummies: Any) -> Any:
        raise kind(f"inside, with {TOKEN}")

    monkeypatch.setattr(OrdersApi, api, burst)
    with simulation(real_time=True, orders=ORDERS) as cloud, pytest.raises(AnsibleLookupError) as caught:
        ask(cloud.url, "a", details=True, password=TOKEN)
    assert kind.__name__ in str(caught.value)
    assert TOKEN not in str(caught.value)


PARENT = f"""
from ansible import constants
from ansible.plugins.loader import action_loader, init_plugin_loader
init_plugin_loader()
action_loader.get("huaweicloud.modelarts.modelarts_order_info", class_only=True)
assert constants.config.has_configuration_definition("lookup", {modelarts_orders.__name__!r})
"""


def test_an_action_has_loaded_it_before_workers_are_forked() -> None:
    """Else each of them would read its documentation, for as long as a request takes and longer."""
    subprocess.run([sys.executable, "-c", PARENT], check=True)
