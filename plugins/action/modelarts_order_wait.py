# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The wait on the controller: progress on its display, polls from wherever the task belongs."""

from __future__ import annotations

import os
import sys
import typing as t

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import Redactor
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import SECRETS, WAIT, Values
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.result import no_wait
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import Waiter, wait_for_orders
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._arguments import as_users_wrote
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._in_process import (
    finish,
    guarded,
    is_local,
    run_module,
    validated,
)
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._remote_source import RemoteSource
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._roles import in_role_words

display = Display()

_STDOUT_IS_LIVE = sys.stdout.isatty()


class ActionModule(ActionBase):
    """Waits here; under ``async`` the module waits on the target."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the task's result."""
        task_vars = task_vars or {}
        result = super().run(tmp, task_vars)
        self._task.args = as_users_wrote(self._task.args, WAIT)
        return in_role_words({**result, **self._wait(task_vars)}, self, WAIT, task_vars)

    def _wait(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        params = None if self._task.async_val else validated(self, WAIT)
        if params is None:
            return run_module(self, task_vars)
        if is_local(self, task_vars):
            outcome = wait_for_orders(
                params, report=self._report(), check_mode=self._task.check_mode, is_orphaned=_orphaned()
            )
        else:
            redactor = Redactor(params[name] for name in SECRETS)
            outcome = guarded(
                lambda: self._wait_elsewhere(params, task_vars, redactor),
                lambda error: no_wait(error, params),
                redactor,
            )
        return finish(self, outcome, params)

    def _wait_elsewhere(self, params: Values, task_vars: dict[str, t.Any], redactor: Redactor) -> Result:
        clock = Clock()
        source = RemoteSource(self, params, task_vars, clock)
        waiter = Waiter(params, source, clock, self._report(), redactor.line, _orphaned())
        return waiter.check() if self._task.check_mode else waiter.run()

    def _report(self) -> t.Callable[[str], None] | None:
        """Return what shows a progress line: nothing where the task's output is not to be logged."""
        if self._task.no_log or constants.config.get_config_value("DEFAULT_NO_LOG"):
            return None
        return lambda line: display.display(line, stderr=not _STDOUT_IS_LIVE)


def _orphaned() -> t.Callable[[], bool]:
    """Return what tells whether ansible has ended since: a worker of it that was killed must not poll on for hours."""
    parent = os.getppid()
    return lambda: os.getppid() != parent
