# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""A task inside one of the collection's roles: its options are the role's variables to whoever reads a message."""

from __future__ import annotations

import difflib
import re
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.vars import load_extra_vars
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import Option, Values

_COLLECTION = "huaweicloud.modelarts."
#: What the roles know besides the options of their module.
OWN = {"wait_for_orders": ("result",), "order_report": ("result", "dest", "title", "mode", "now")}


def role_of(action: ActionBase) -> str | None:
    """Return the name of our role that a task belongs to, if any."""
    role = action._task._role
    name = str(role.get_name()) if role else ""
    short = name[len(_COLLECTION) :]
    return short if name.startswith(_COLLECTION) and short in OWN else None


def in_role_words(
    result: dict[str, t.Any], action: ActionBase, options: t.Mapping[str, Option], task_vars: Values
) -> dict[str, t.Any]:
    """Return a task's result as its role tells it: in the names of its variables, with warnings of unknown ones."""
    role = role_of(action)
    if role is None:
        return result
    secrets = [name for name, option in options.items() if option.secret]
    warnings = [*_unknown(role, options, task_vars), *_shown(action, role, secrets, task_vars)]
    if warnings:
        result = {**result, "warnings": [*result.get("warnings", ()), *warnings]}
    if result.get("failed") and not result.get("requests") and not result.get("status"):
        result = {**result, "msg": _with_variables(str(result.get("msg", "")), role, options)}
    return result


def _unknown(role: str, options: t.Mapping[str, Option], task_vars: Values) -> list[str]:
    names = (*OWN[role], *(name for one, option in options.items() for name in (one, *option.aliases)))
    given = (name[len(role) + 1 :] for name in task_vars if name.startswith(f"{role}_"))
    unknown = sorted(name for name in given if name not in names)
    return [f"{role}_{name} is not a variable of the role {role}{_advice(role, name, names)}" for name in unknown]


def _advice(role: str, name: str, names: t.Sequence[str]) -> str:
    similar = difflib.get_close_matches(name, names, n=1)
    return f": is {role}_{similar[0]} meant?" if similar else ""


def _shown(action: ActionBase, role: str, secrets: t.Iterable[str], task_vars: Values) -> list[str]:
    """Warn of secrets in the extra variables of a controller's job, which shows them to whoever may see the job."""
    named = [f"{role}_{name}" for name in secrets if task_vars.get(f"{role}_{name}")]
    if not named or "awx_job_id" not in task_vars:
        return []
    extra = load_extra_vars(action._loader)
    return [
        f"{name} is an extra variable, which the controller shows in plain: put it into a credential"
        for name in named
        if name in extra
    ]


def _with_variables(msg: str, role: str, options: t.Mapping[str, Option]) -> str:
    """Return a message about options with the variables that stand for them; values, which are quoted, stay."""
    every = "|".join(sorted(options, key=len, reverse=True))
    speaking = "|".join(name for name in options if "_" in name)
    pattern = rf"^({every})\b|argument '({every})'|'[^']*'|value of ({every})\b|(?<![\w.])({speaking})\b"

    def variable(found: re.Match[str]) -> str:
        name = next((group for group in found.groups() if group), None)
        return found[0].replace(name, f"{role}_{name}") if name else found[0]

    return re.sub(pattern, variable, msg)
