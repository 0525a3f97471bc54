# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The info task on the controller: answered within the ansible process where that makes no difference but time."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._arguments import as_users_wrote
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._in_process import (
    finish,
    is_local,
    run_module,
    validated,
)
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._roles import in_role_words


class ActionModule(ActionBase):
    """Asks the core here, or runs the module."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the task's result."""
        task_vars = task_vars or {}
        result = super().run(tmp, task_vars)
        self._task.args = as_users_wrote(self._task.args, INFO)
        return in_role_words({**result, **self._ask(task_vars)}, self, INFO, task_vars)

    def _ask(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        params = validated(self, INFO) if is_local(self, task_vars) else None
        if params is None:
            return run_module(self, task_vars)
        return finish(self, query_orders(params), params)
