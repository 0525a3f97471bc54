# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Looks of a wait whose task runs elsewhere: each is a short module run there, so that no connection is held open."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import (
    CredentialsError,
    ModelArtsError,
    RequestError,
    ResponseError,
    TransientError,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION, WAIT_FILTERS, Values
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model as _order
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import Listing
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.source import HISTORY_LIMIT

_WAIT = "huaweicloud.modelarts.modelarts_order_wait"
_INFO = "huaweicloud.modelarts.modelarts_order_info"


class RemoteSource:
    """Runs the wait's own module in check mode, which looks once, wherever the task belongs."""

    sees_all = False

    def __init__(self, action: ActionBase, params: Values, task_vars: dict[str, t.Any], clock: Clock) -> None:
        """``params`` are the task's validated arguments."""
        self.requests = 0
        self._action = action
        self._task_vars = task_vars
        self._clock = clock
        self._deadline: float | None = None
        self._worked = False
        self._connection = _given(CONNECTION, action._task.args)
        self._filters = {name: params[name] for name in WAIT_FILTERS if params.get(name) is not None}
        self._timeout = float(params["timeout"])

    def end_by(self, deadline: float | None) -> None:
        """Let no request last beyond the deadline."""
        self._deadline = deadline

    def look(self, since: int) -> Listing:
        """Return the orders that match, as one module run sees them."""
        args = {**self._filters, "since": str(since), "latest": False, "wait_timeout": 0, "details": False}
        result = self._run(_WAIT, args)
        return Listing(result["orders"], result.get("count"), bool(result.get("truncated")))

    def past(self) -> list[_order.Order]:
        """Return succeeded orders of the project, by one request."""
        orders = self._run(_INFO, {"phase": "succeeded", "limit": HISTORY_LIMIT, "offset": 0})["orders"]
        return t.cast("list[_order.Order]", orders)

    def show(self, order: _order.Order) -> list[dict[str, t.Any]]:
        """Return ShowOrder's rows of one order."""
        args = {
            "order_names": [order["order_name"]],
            "details": True,
            "since": str(order["creation_timestamp"] or "30d"),
        }
        result = self._run(_INFO, args, requests=2)
        return [row for found in result["orders"] for row in found["resources"]]

    def _run(self, module: str, args: dict[str, t.Any], requests: int = 1) -> dict[str, t.Any]:
        """Return a module's result, or raise its error; ``requests`` it sends where it does not count them itself."""
        left = self._timeout if self._deadline is None else self._deadline - self._clock.monotonic()
        args = {**self._connection, **args, "retries": 0, "timeout": max(1.0, min(self._timeout, left))}
        try:
            with _check_mode(self._action):
                result = self._action._execute_module(module_name=module, module_args=args, task_vars=self._task_vars)
        except AnsibleConnectionFailure as error:
            if not self._worked:
                raise
            raise TransientError(f"The host that looks could not be reached: {error}") from None
        self.requests += 0 if result.get("unreachable") else t.cast("int", result.get("requests", requests))
        if result.get("failed") or result.get("msg"):
            raise _error_of(result, self._worked)
        self._worked = True
        return t.cast("dict[str, t.Any]", result)


def _given(names: t.Iterable[str], args: Values) -> dict[str, t.Any]:
    return {name: args[name] for name in names if args.get(name) is not None}


@contextlib.contextmanager
def _check_mode(action: ActionBase) -> t.Iterator[None]:
    """Let modules run in check mode meanwhile: the wait's own looks once then, and reports faults without failing."""
    task = action._task
    before, task.check_mode = task.check_mode, True
    try:
        yield
    finally:
        task.check_mode = before


def _error_of(result: Values, worked: bool) -> ModelArtsError:
    """Return the typed error behind a module's result: in check mode passing faults do not fail it.

    ``worked`` says that the same options have served before: what goes wrong without an answer's status then, such as
    a name that cannot be looked up or JSON of another shape, is no mistake in them.
    """
    facts = {name: result.get(name) for name in ("status", "error_code", "request_id", "retry_after")}
    status = facts["status"]
    kind: type[ModelArtsError] = RequestError
    if not result.get("failed") or result.get("unreachable") or (worked and status is None):
        kind = TransientError
    elif status in (401, 403):
        kind = CredentialsError
    elif status is not None and 200 <= status < 300:
        kind = ResponseError
    return kind(_message_of(result), **t.cast("dict[str, t.Any]", facts))


def _message_of(result: Values) -> str:
    """Return a failed module's message; where it never ran, the last line of its stderr says why (sudo, say)."""
    msg = str(result.get("msg") or "the module failed without a word")
    last = str(result.get("module_stderr") or "").strip().splitlines()[-1:]
    return ": ".join((msg, *last))
