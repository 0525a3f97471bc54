# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles offer every option of the one table, under the same name and type, and hand each of them on."""

from __future__ import annotations

import re
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
#: Ansible checks the variables before the role's first task, and would refuse an empty text as one of these. So they
#: are of any type there, their description names the right one, and the module checks the value.
EMPTY = "an empty text counts as not given."
#: A text may be one that Ansible Vault encrypts inline, which ansible-core before 2.19 refuses to take for a text.
ENCRYPTED = "A text, encrypted by Ansible Vault or not."
IN_WORDS = {"int": f"A whole number; {EMPTY}", "float": f"A number; {EMPTY}", "bool": f"V(true) or V(false); {EMPTY}"}
IN_WORDS["raw"] = f"Seconds, or a text such as V(90s), V(45m) or V(2h); {EMPTY}"


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
        if option.type in IN_WORDS:
            assert documented["type"] == "raw", f"{name}: an empty text would be refused"
            assert documented["description"][-1] == IN_WORDS[option.type], name
        elif name in _options.CONNECTION and option.type == "str":
            assert documented["type"] == "raw", f"{name}: an encrypted text would be refused"
            assert documented["description"][-1] == ENCRYPTED, name
        else:
            assert (documented["type"], documented.get("elements")) == (option.type, option.elements), name
        assert "choices" not in documented, f"{name}: null, which ansible-core makes of an empty text, would be refused"
        assert all(f"V({choice})" in str(documented["description"]) for choice in option.choices or ()), name
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
        variable = f"{role}_{name}"
        if table[name].type in IN_WORDS:
            expression = f"omit if {variable} | default('') in ['', none] else {variable}"
            assert value == f"{{{{ {expression} }}}}", name
        else:
            assert variable in value.split() and "default(omit, true)" in value, name


def test_a_report_tells_every_filter_that_leaves_orders_out_by_each_of_its_names() -> None:
    """Else a report of one pool would be taken for one of all of them."""
    tasks = read("order_report", "tasks/main.yml")
    asked = next(
        task["vars"]["__order_report_query"] for task in tasks if "__order_report_query" in task.get("vars", {})
    )
    for name in _options.FILTERS.keys() - {"resource", "details", "fields"}:
        for each in (name, *_options.FILTERS[name].aliases):
            assert re.search(rf"\border_report_{each}\b", asked[name]), each


@pytest.mark.parametrize("role", NAMES)
def test_no_secret_is_marked(role: str) -> None:
    """Before ansible-core 2.19 the mark refuses what Ansible Vault encrypts; no message tells a raw value."""
    assert {name for name, option in specified(role).items() if option.get("no_log")} == set()
    assert {specified(role)[name]["type"] for name in _options.SECRETS} == {"raw"}
