# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles offer every option of the one table, under the same name and type, and hand each of them on."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT

ROLES = {
    "wait_for_orders": ("modelarts_order_wait", _options.WAIT),
    "order_report": ("modelarts_order_info", _options.INFO),
}
NAMES = sorted(ROLES)


def read(role: str, path: str) -> Any:
    """Return a YAML file of a role."""
    return yaml.safe_load((ROOT / "roles" / role / path).read_text(encoding="utf-8"))


def specified(role: str) -> dict[str, dict[str, Any]]:
    """Return the role's documented variables, without its prefix."""
    options = read(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return {name.removeprefix(f"{role}_"): option for name, option in options.items()}


@pytest.mark.parametrize("role", NAMES)
def test_every_option_is_a_documented_variable_of_the_same_type(role: str) -> None:
    variables, (dummy, table) = specified(role), ROLES[role]
    for name, option in table.items():
        documented = variables[name]
        assert (documented["type"], documented.get("elements")) == (option.type, option.elements), name
        assert sorted(documented.get("choices") or ()) == sorted(option.choices or ()), name
        assert "default" not in documented, f"{name}: the module has the default"
        assert documented["description"], name
    aliases = {alias for option in table.values() for alias in option.aliases}
    own = {"order_report": {"dest", "title", "mode", "now"}}.get(role, set())
    assert variables.keys() <= {*table, *aliases, *own}


@pytest.mark.parametrize("role", NAMES)
def test_every_variable_reaches_the_module(role: str) -> None:
    module, table = ROLES[role]
    task = next(task for task in read(role, "tasks/main.yml") if f"{COLLECTION}.{module}" in task)
    arguments = task[f"{COLLECTION}.{module}"]
    assert arguments.keys() == table.keys()
    for name, value in arguments.items():
        assert f"{role}_{name} " in value and "default(omit" in value, name


@pytest.mark.parametrize("role", NAMES)
def test_secrets_are_marked(role: str) -> None:
    marked = {name for name, option in specified(role).items() if option.get("no_log")}
    assert marked == set(_options.SECRETS)
