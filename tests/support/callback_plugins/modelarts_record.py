# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Writes what every callback is told, one JSON line each, as it happens: sturdier to test against than any display."""

from __future__ import annotations

import json
import os
import time
import typing as t

from ansible.plugins.callback import CallbackBase

try:
    from ansible.template import is_trusted_as_template
except ImportError:  # before ansible-core 2.19 text is marked unsafe instead

    def is_trusted_as_template(value: object) -> bool:
        """Say no: nothing that reaches a callback carries a mark that says otherwise."""
        return False


DOCUMENTATION = r"""
name: modelarts_record
type: aggregate
short_description: Write results to a file
description: Writes the result of every task and try to a file, one JSON object a line.
options:
  record_file:
    description: The file to append to.
    type: str
    required: true
    env:
      - name: MODELARTS_TEST_RECORD
"""


def trusted(value: t.Any, path: str = "") -> t.Iterator[str]:
    """Yield where a result holds text that ansible would evaluate as a template."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from trusted(inner, f"{path}.{key}")
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from trusted(inner, f"{path}[{number}]")
    elif isinstance(value, str) and is_trusted_as_template(value):
        yield path


class CallbackModule(CallbackBase):
    """Records results."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "modelarts_record"
    CALLBACK_NEEDS_ENABLED = True

    def _note(self, event: str, result: t.Any, ignored: bool = False) -> None:
        task = getattr(result, "task", None) or result._task
        host = getattr(result, "host", None) or result._host
        value = getattr(result, "result", None) or result._result
        row = {
            "event": event,
            "time": time.time(),
            "task": str(task.get_name()),
            "host": str(host.get_name()),
            "ignored": ignored,
            "result": value,
            "trusted": list(trusted(value)),
        }
        with open(os.environ["MODELARTS_TEST_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps(row, default=str) + "\n")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Note a success."""
        self._note("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Note a failure."""
        self._note("failed", result, bool(ignore_errors))

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """Note a task that was skipped."""
        self._note("skipped", result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Note a host that could not be reached."""
        self._note("unreachable", result)

    def v2_runner_retry(self, result: t.Any) -> None:
        """Note a try that `until` was not content with."""
        self._note("retry", result)

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        """Note a success within a loop."""
        self._note("item ok", result)

    def v2_runner_item_on_failed(self, result: t.Any) -> None:
        """Note a failure within a loop."""
        self._note("item failed", result)
