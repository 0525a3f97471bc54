# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Polls of a wait whose task runs elsewhere: each is a short module run there, so that no connection is held open."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import (
    CredentialsError,
    ModelArtsError,
    NotPublishedError,
    PoolNotFoundError,
    RequestError,
    ResponseError,
    TransientError,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import safe
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION, WAIT_FILTERS, Values
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import Listing
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import Order
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.pools import (
    Pool,
    broken_phase,
    unknown_pool,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.readiness import (
    SECONDS_PER_POOL,
    PoolReport,
    PoolTarget,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.source import HISTORY_LIMIT, names_of_pool

_WAIT = "huaweicloud.modelarts.modelarts_order_wait"
_INFO = "huaweicloud.modelarts.modelarts_order_info"
# Seconds that a module run may take beyond its request: to reach the host and to start its interpreter.
_START = 10.0
_LAST_START = 5.0


class RemoteSource:
    """Runs the wait's own module in check mode, which polls once, wherever the task belongs."""

    sees_all = False

    def __init__(self, action: ActionBase, params: Values, task_vars: dict[str, t.Any], clock: Clock) -> None:
        """``params`` are the task's validated arguments."""
        self.requests = 0
        self._action = action
        self._task_vars = task_vars
        self._clock = clock
        self._deadline: float | None = None
        self._worked = False
        names = (known for name, option in CONNECTION.items() for known in (name, *option.aliases))
        self._connection = _given(names, action._task.args)
        # Not operation: an order that does not tell its own is judged here, where it is known what it told before.
        filters = [name for name in WAIT_FILTERS if name != "operation"]
        self._filters = {name: params[name] for name in filters if params.get(name) is not None}
        self._timeout = float(params["timeout"])

    def end_by(self, deadline: float | None) -> None:
        """Let no request last beyond the deadline."""
        self._deadline = deadline

    def poll(self, since: int) -> Listing:
        """Return the orders that match, as one module run sees them."""
        args = {**self._filters, "since": str(since), "latest": False, "wait_timeout": 0, "details": False}
        result = self._run(_WAIT, args)
        return Listing(result["orders"], result.get("count"), bool(result.get("truncated")))

    def pool_is_gone(self, order: Order) -> bool:
        """Return whether the service answers that there is no such pool as an order's, by any of its names."""
        names = names_of_pool(order)
        return bool(names) and not any(self._knows_pool(name) for name in names)

    def _knows_pool(self, name: str) -> bool:
        try:
            self._run(_INFO, {"involved_name": name})
        except PoolNotFoundError:
            return False
        return True

    def poll_pools(self, targets: t.Sequence[PoolTarget]) -> list[PoolReport | ModelArtsError]:
        """Return for each pool what one run of the wait's module in check mode tells of it."""
        names = [order["order_name"] for target in targets for order in target.orders if order["order_name"]]
        # The wait goes on to pools when it counts their orders as successes: a partial one is no obstacle there.
        # All of them are asked at once: how many a poll may ask, was decided here.
        args = {"order_names": names, "since": "30d", "wait_timeout": 0, "details": False, "ready": True}
        args.update(accept_partial=True, interval=SECONDS_PER_POOL * max(1, len(targets)))
        try:
            result = self._run(_WAIT, args)
            found = {pool["name"]: pool for pool in result["pools"]}
            unlisted = [each for each in targets if each.deleting and each.orders[0]["order_name"] in result["missing"]]
            gone = {target.pool_id for target in unlisted if self.pool_is_gone(target.orders[0])}
        except ModelArtsError as error:
            return [error] * len(targets)
        late = TransientError("The host that polls was not told of all pools")
        found.update((name, {**unknown_pool(name, None), "ready": True}) for name in gone)
        return [self._report_of(found.get(target.pool_id), result.get("msg")) or late for target in targets]

    @staticmethod
    def _report_of(pool: Pool | None, msg: str | None) -> PoolReport | None:
        if pool is None:
            return None
        # The message is about all pools, and an abnormal node alone is no reason.
        name = safe(pool["display_name"] or pool["name"], 80)
        dummy, told, why = (msg or "").partition(f"Pool {name} cannot be used: ")
        broken = why.partition("; Pool ")[0] if told else broken_phase(pool)
        return PoolReport(pool, None if pool["ready"] else broken, gone=pool["phase"] is None)

    def past(self) -> list[Order]:
        """Return orders of the project in any state, by one request."""
        return t.cast("list[Order]", self._run(_INFO, {"limit": HISTORY_LIMIT, "offset": 0})["orders"])

    def show(self, order: Order) -> list[dict[str, t.Any]]:
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
        seconds = min(self._timeout + _START, max(left, 0.0) + _LAST_START)
        try:
            with _check_mode(self._action), _bounded(seconds):
                result = self._action._execute_module(module_name=module, module_args=args, task_vars=self._task_vars)
        except _Late:
            raise TransientError(f"The host that polls did not answer within {seconds:.0f} s") from None
        except AnsibleError as error:  # a connection, or a privilege, that could not be had
            kind = TransientError if self._worked else RequestError
            raise kind(f"The host that polls could not be used: {safe(error, 200)}") from None
        self.requests += 0 if result.get("unreachable") else t.cast("int", result.get("requests", requests))
        # In check mode a transient fault does not fail a module, nor does a pool that cannot be used.
        if result.get("failed") or "error_code" in result or result.get("unreachable"):
            raise _error_of(result, self._worked)
        self._worked = True
        return t.cast("dict[str, t.Any]", result)


def _given(names: t.Iterable[str], args: Values) -> dict[str, t.Any]:
    return {name: args[name] for name in names if args.get(name) is not None}


@contextlib.contextmanager
def _check_mode(action: ActionBase) -> t.Iterator[None]:
    """Let modules run in check mode meanwhile: the wait's own polls once then, and transient faults do not fail it."""
    task = action._task
    before, task.check_mode = task.check_mode, True
    try:
        yield
    finally:
        task.check_mode = before


class _Late(BaseException):
    """A module run lasts too long. No exception of the usual kind: nothing on its way up may take it for its own."""


@contextlib.contextmanager
def _bounded(seconds: float) -> t.Iterator[None]:
    """Raise _Late where the block takes longer: an interpreter that hangs on another host obeys no timeout of ours.

    The alarm is shared with ansible's keyword ``timeout``, which comes first where it has less time left.
    """
    left = signal.getitimer(signal.ITIMER_REAL)[0]
    if threading.current_thread() is not threading.main_thread() or 0 < left <= seconds:
        yield
        return
    clock = Clock()
    began = clock.monotonic()
    theirs = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, theirs)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, left - (clock.monotonic() - began)))


def _ring(*dummy: t.Any) -> None:
    raise _Late


def _error_of(result: Values, worked: bool) -> ModelArtsError:
    """Return the typed error behind a module's result: in check mode transient faults do not fail it.

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
    elif status == 404 and facts["error_code"] == "ModelArts.50015001":
        kind = PoolNotFoundError
    elif facts["error_code"] in ("APIGW.0101", "APIG.0101"):
        kind = NotPublishedError
    elif status is not None and 200 <= status < 300:
        kind = ResponseError
    error = kind(_message_of(result), **t.cast("dict[str, t.Any]", facts))
    if isinstance(error, CredentialsError):
        # A 403 without one of the service's codes may be a gateway's.
        error.definite = status != 403 or bool(facts["error_code"])
    return error


def _message_of(result: Values) -> str:
    """Return a failed module's message; where it never ran, the last line of its stderr says why (sudo, say)."""
    msg = str(result.get("msg") or "the module failed without a word")
    last = str(result.get("module_stderr") or "").strip().splitlines()[-1:]
    return safe(": ".join((msg, *last)), 1000)
