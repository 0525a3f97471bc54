# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Answering a task inside the controller, where that cannot be told from running its module."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import ModelArtsError, as_typed
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.http import HAS_REQUESTS, read_trust
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import Redactor
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._masking import register
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import (
    CONNECTION,
    SECRETS,
    Option,
    Values,
    argument_spec,
    first_set,
)

SWITCH = "modelarts_in_process"

# Ansible loads an action before it forks the workers that run it: they all share what is read here, the CAs and the
# lookup, whose documentation Ansible parses for its options.
read_trust(first_set(CONNECTION["ca_path"].env, os.environ))
lookup_loader.get("huaweicloud.modelarts.modelarts_orders", class_only=True)


def is_local(action: ActionBase, task_vars: Values) -> bool:
    """Return whether the task may be answered here: same machine, user, environment and no module asked for."""
    task = action._task
    return (
        HAS_REQUESTS
        and _is_on(action, task_vars)
        and action._connection.transport == "local"
        and not task.async_val
        and not action._play_context.become
        and not any(task.environment or ())
    )


def _is_on(action: ActionBase, task_vars: Values) -> bool:
    return bool(boolean(action._templar.template(task_vars.get(SWITCH, True)), strict=False))


def validated(action: ActionBase, options: t.Mapping[str, Option]) -> dict[str, t.Any] | None:
    """Return the task's arguments as its module would see them; None where it would refuse them, or differ in them."""
    args = action._task.args
    if any(sum(name in args for name in (one, *option.aliases)) > 1 for one, option in options.items()):
        # Ansible warns of an option that is given twice, and the module is where it does.
        return None
    result = ArgumentSpecValidator(argument_spec(options)).validate(args)
    if result.error_messages or result.unsupported_parameters:
        return None
    params = t.cast("dict[str, t.Any]", result.validated_parameters)
    # A module resolves a relative path in a folder of its own.
    return None if params.get("ca_path") and not os.path.isabs(params["ca_path"]) else params


def guarded(
    answer: t.Callable[[], Result], failed: t.Callable[[ModelArtsError], dict[str, t.Any]], redactor: Redactor
) -> Result:
    """Return what ``answer`` returns; whatever it raises becomes the result that ``failed`` shapes."""
    try:
        return answer()
    except Exception as error:
        return Result(failed(as_typed(error, redactor.line)))


def finish(action: ActionBase, outcome: Result, params: Values) -> dict[str, t.Any]:
    """Return a result as its module's would arrive: secrets masked, warnings told."""
    redactor = Redactor([*outcome.secrets, *(str(params[name]) for name in SECRETS if params.get(name))])
    register(redactor.secrets)
    result = t.cast("dict[str, t.Any]", redactor.mask(outcome.result))
    if outcome.warnings:
        result["warnings"] = redactor.mask(outcome.warnings)
    return result


def run_module(action: ActionBase, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the result of the task's own module, run where the task belongs."""
    task = action._task
    return t.cast(
        "dict[str, t.Any]",
        action._execute_module(
            module_name=f"huaweicloud.modelarts.{task.action.rsplit('.', 1)[-1]}",
            module_args=task.args,
            task_vars=task_vars,
            wrap_async=task.async_val,
        ),
    )
