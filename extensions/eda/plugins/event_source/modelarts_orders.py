# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""An event source for ansible-rulebook: one event for each change of an order's state, for as long as it runs."""

from __future__ import annotations

import asyncio
import importlib
import importlib.machinery
import importlib.util
import logging
import math
import os
import pathlib
import random
import sys
import threading
import typing as t

DOCUMENTATION = r"""
---
short_description: Events for the orders of ModelArts dedicated resource pools
description:
  - Puts one event for each change of an order's state, as V({order, previous_state, id}). RV(order) has the keys that
    M(huaweicloud.modelarts.modelarts_order_info) documents. RV(previous_state) is null for an order not seen before.
    RV(id) is a UUID that is always the same for the same order leaving the same state for the same other state.
  - Watches any number of orders by one listing for each look, and never ends. Errors become events,
    V({error, id}) with V({kind, msg, status, error_code, request_id}), once for each change of what is wrong, and
    V({recovered, id}) with V({kind, seconds}) when it is over.
options:
  involved_names:
    description: Only orders of these pools, by display name or ID. The orders of all pools by default.
    type: list
    elements: str
    aliases: [pools, involved_name, pool, pool_name]
  workspace_id:
    description:
      - ID of the workspace that the orders belong to. All workspaces by default, as far as the service lists them.
    type: str
  phase:
    description:
      - Report only changes into this phase. Changes into any phase by default.
      - V(processing) is another word for V(running), V(succeeded) for V(successed), which is the API's own spelling.
    type: str
    choices: [pending, running, processing, successed, succeeded, failed]
  resource:
    description: Kind of resource that was ordered. The API knows resource pools only.
    type: str
    choices: [pools]
    default: pools
  order_names:
    description:
      - Only orders with these names. With O(order_ids) too, an order may match either. All orders by default.
    type: list
    elements: str
  order_ids:
    description: Only orders with these IDs (billing numbers such as V(CS2304191748WNW2R)). All orders by default.
    type: list
    elements: str
  operation:
    description: Only orders of these operations. All operations by default.
    type: list
    elements: str
    choices: [apply, modify, delete]
  since:
    description:
      - Only orders created at this time or later. The first look then reports each of them, in whatever state it is.
        By default, the first look learns the orders of the last 30 days and reports none of them.
      - Epoch milliseconds, ISO 8601 such as V(2026-11-01T08:00:00Z) (without an offset UTC is meant), or an age before
        the start such as V(90s), V(45m), V(12h), V(7d) or V(2w).
      - The service lists the orders of the last month only.
    type: str
  interval:
    description: Seconds between two looks, from 0.1 to 86400, with a little jitter. Fractions are allowed.
    type: float
    default: 30.0
  state_file:
    description:
      - File that remembers what was reported, so that a restart neither loses nor repeats a change. Its folder must
        exist and be writable, and no other source may use the file. By default nothing is remembered.
    type: path
  feedback:
    description:
      - Ask ansible-rulebook, which must then run with C(--persistence-id), to confirm each event once its rules have
        it. By default an event counts as reported once the rules have taken it from the queue.
    type: bool
    default: false
  region:
    description: ID of the region, for instance V(cn-north-4); E(HW_REGION_NAME) stands in for it. None by default.
    type: str
  project_id:
    description:
      - ID of the project. By default it is learnt from the password's token, or from IAM by O(project_name).
      - E(HUAWEICLOUD_SDK_PROJECT_ID) and E(HW_PROJECT_ID) stand in for it, in this order.
    type: str
  project_name:
    description: Name of the project, O(region) by default; E(HW_PROJECT_NAME) stands in for it.
    type: str
  auth_token:
    description:
      - IAM token of the project; E(HW_AUTH_TOKEN) stands in for it. It ends after a day, so it is for trials only.
      - Credentials in the arguments are used alone. Only where they hold none at all, those of the environment are.
    type: str
  access_key:
    description: Access key ID (AK); E(HUAWEICLOUD_SDK_AK) and E(HW_ACCESS_KEY) stand in for it, in this order.
    type: str
  secret_key:
    description: Secret access key (SK); E(HUAWEICLOUD_SDK_SK) and E(HW_SECRET_KEY) stand in for it, in this order.
    type: str
  security_token:
    description:
      - Security token of a temporary O(access_key). None by default.
      - E(HUAWEICLOUD_SDK_SECURITY_TOKEN) and E(HW_SECURITY_TOKEN) stand in for it, in this order.
    type: str
  username:
    description: Name of an IAM user, who gets a new token whenever one ends; E(HW_USER_NAME) stands in for it.
    type: str
  domain_name:
    description: Name of the account that O(username) belongs to; E(HW_DOMAIN_NAME) stands in for it.
    type: str
  password:
    description: Password of O(username); E(HW_USER_PASSWORD) stands in for it.
    type: str
  cloud:
    description: Domain of the cloud, from which addresses are derived; E(HW_CLOUD) stands in for it.
    type: str
    default: myhuaweicloud.com
  endpoint:
    description: Base URL of ModelArts, by default derived; E(HW_MODELARTS_ENDPOINT) stands in for it.
    type: str
  iam_endpoint:
    description:
      - Base URL of IAM, by default derived; a trailing V(/v3) is accepted.
      - E(HUAWEICLOUD_SDK_IAM_ENDPOINT) and E(HW_AUTH_URL) stand in for it, in this order.
    type: str
  validate_certs:
    description: Whether TLS certificates are verified.
    type: bool
    default: true
  ca_path:
    description:
      - File or folder of CA certificates (PEM) to trust in place of the system's, the default.
      - E(REQUESTS_CA_BUNDLE) and E(CURL_CA_BUNDLE) stand in for it, in this order.
    type: path
  use_proxy:
    description: Whether the proxy variables of the environment count, such as E(HTTPS_PROXY) and E(NO_PROXY).
    type: bool
    default: true
  timeout:
    description: Seconds that one whole request may take, from connecting to the last byte of its answer.
    type: float
    default: 30.0
  retries:
    description: Number of further tries of a request after a passing fault; E(HW_MAX_RETRIES) stands in for it.
    type: int
    default: 4
"""

EXAMPLES = r"""
- huaweicloud.modelarts.modelarts_orders:
    region: cn-north-4
    involved_names: [pool-5ed5, pool-7a01]
    state_file: /var/lib/eda/modelarts-orders.json

- huaweicloud.modelarts.modelarts_orders:
    region: "{{ region }}"
    phase: failed
    since: 12h
"""


def _core(name: str) -> t.Any:
    """Return a module of the core beside this file: ansible-rulebook runs it by path and knows no collections."""
    package = "huaweicloud_modelarts_core"
    if package not in sys.modules:
        spec = importlib.machinery.ModuleSpec(package, None, is_package=True)
        spec.submodule_search_locations = [str(pathlib.Path(__file__).resolve().parents[4] / "plugins/module_utils")]
        sys.modules[package] = importlib.util.module_from_spec(spec)
    return importlib.import_module(f"{package}.{name}")


if t.TYPE_CHECKING:
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import clock as _clock
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import errors as _errors
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import changes as _transitions
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import options as _event_options
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import poller as _watched
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import state_file as _journal
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import api as _orders_api
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait import schedule as _pace
else:
    _clock, _errors = map(_core, ("_client.clock", "_client.errors"))
    _event_options, _journal = map(_core, ("_events.options", "_events.state_file"))
    _transitions, _watched = map(_core, ("_events.changes", "_events.poller"))
    _orders_api, _pace = map(_core, ("_orders.api", "_wait.schedule"))

logger = logging.getLogger("huaweicloud.modelarts.modelarts_orders")

_CONFIRM_TIME = 300.0  # seconds after which an event that was not confirmed is put again
_SAVE_MS = 3_600_000  # the longest that a state file may be out of date: it bounds what a restart has to list


class StoppableClock(_clock.Clock):
    """The machine's clock; ``stop`` ends the sleep of a thread that nobody waits for any more."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, or less."""
        if seconds > 0:
            self._stopped.wait(seconds)

    def stop(self) -> None:
        """End every sleep."""
        self._stopped.set()


class Source:
    """One run of the event source."""

    def __init__(
        self,
        queue: t.Any,
        args: t.Mapping[str, t.Any],
        *,
        environ: t.Mapping[str, str] | None = None,
        clock: _clock.Clock | None = None,
        sleep: t.Callable[[float], t.Awaitable[None]] = asyncio.sleep,
        rng: t.Callable[[], float] = random.random,
    ) -> None:
        """``queue`` is ansible-rulebook's. Tests hand in a time of their own by ``clock`` and ``sleep``."""
        self._queue = queue
        self._args = args
        self._environ = os.environ if environ is None else environ
        self._clock = clock or StoppableClock()
        self._sleep = sleep
        self._rng = rng
        self._feedback: asyncio.Queue[t.Any] | None = args.get(_event_options.FEEDBACK)
        self._awaited = ""
        self._confirmation: asyncio.Future[None]
        self._state = _transitions.Transitions()
        self._troubles = _transitions.Troubles()
        self._file: _journal.StateFile | None = None
        self._errors = 0
        self._saved_ms = 0

    async def run(self) -> None:
        """Watch until cancelled. Arguments that can't be used are an event too, after which nothing more happens."""
        try:
            watched = _watched.Watched(self._args, self._environ, self._clock)
        except _errors.ModelArtsError as error:
            await self._begin_trouble("options", error)
            await asyncio.Event().wait()
            return
        reader = asyncio.ensure_future(self._read_feedback())
        try:
            await self._restore(watched)
            while True:
                await self._sleep(await self._look(watched))
        finally:
            reader.cancel()
            # A look under way ends with its current request, at most.
            watched.connection.transport.end_by(self._clock.monotonic())
            getattr(self._clock, "stop", bool)()
            watched.connection.close()
            if self._file is not None:
                self._file.close()

    # Looks

    async def _look(self, watched: _watched.Watched) -> float:
        """Look once, report what changed, and return the seconds to the next look."""
        floor = watched.floor(self._clock.time_ms())
        try:
            listing = await asyncio.to_thread(watched.look, self._state.windows(floor))
        except _errors.ModelArtsError as error:
            return await self._failed(watched, error)
        except Exception as error:
            logger.exception("A look failed unexpectedly")
            return await self._failed(
                watched, _errors.ResponseError(f"A look failed unexpectedly ({type(error).__name__})")
            )
        self._errors = 0
        await self._end_trouble("service")
        await self._judge(listing)
        # The earlier of two clocks: one that is ahead would hide what is ordered before its time comes.
        now_ms = self._clock.time_ms()
        now_ms = now_ms if listing.server_ms is None else min(now_ms, listing.server_ms)
        self._state.feed(listing.orders, now_ms, floor, watched.report_since, watched.state)
        await self._save(now_ms)
        await self._deliver()
        return self._delay(watched)

    async def _failed(self, watched: _watched.Watched, error: _errors.ModelArtsError) -> float:
        self._errors += 1
        await self._begin_trouble("service", error)
        return max(self._delay(watched), _transitions.least_delay(error, self._errors) * (1 + 0.1 * self._rng()))

    def _delay(self, watched: _watched.Watched) -> float:
        same = watched.interval
        return _pace.next_delay((), math.inf, self._rng, interval=same, pending_interval=same, errors=self._errors)

    async def _judge(self, listing: _orders_api.Listing) -> None:
        if listing.truncated:
            msg = "The listing may be incomplete: narrow it by involved_names, or by since"
            await self._begin_trouble("listing", _errors.ResponseError(msg))
        else:
            await self._end_trouble("listing")

    # Events

    async def _deliver(self) -> None:
        """Hand over what is owed, one event at a time: at any moment at most one of them is in doubt."""
        for event in list(self._state.owed.values()):
            await self._put(event)
            # Nothing may come between these: a cancelled task must not forget what it has just handed over.
            del self._state.owed[event["id"]]
            if self._file is not None:
                try:
                    self._file.took(event["id"])
                except _journal.StateFileError as error:
                    self._state.changed = True
                    await self._begin_trouble("state_file", error)

    async def _put(self, event: _transitions.Event) -> None:
        """Return once the rules have the event."""
        while True:
            self._awaited, self._confirmation = event["id"], asyncio.get_running_loop().create_future()
            # The UUID lets an engine with persistence recognise an event that it had before a crash.
            await self._queue.put({**event, "meta": {"uuid": event["id"]}})
            if self._feedback is None:
                await self._taken()
                return
            # Not wait_for: before Python 3.12 it forgets that it was cancelled where the confirmation comes just then.
            if (await asyncio.wait({self._confirmation}, timeout=_CONFIRM_TIME))[0]:
                return
            logger.warning("The rules did not confirm event %s: it is put again", event["id"])

    async def _taken(self) -> None:
        """Return once the queue is empty: what lies in it is lost when the process ends."""
        empty = getattr(getattr(self._queue, "queue", self._queue), "empty", None)
        tries = 0
        await asyncio.sleep(0)
        while empty is not None and not empty():
            # An engine that holds back events, for its actions are all busy, may do so for minutes.
            await asyncio.sleep(min(0.1, max(0, tries - 50) / 1000))
            tries += 1

    async def _read_feedback(self) -> None:
        """Take confirmations as they come, late ones too: a queue that is full of them would hold up the engine."""
        while self._feedback is not None:
            confirmed = (await self._feedback.get()).get("id")
            if confirmed == self._awaited and not self._confirmation.done():
                self._confirmation.set_result(None)

    async def _begin_trouble(self, kind: str, error: _errors.ModelArtsError) -> None:
        event = self._troubles.begin(kind, error, self._clock.time_ms())
        if event:
            logger.error("%s", error.msg)
            await self._put(event)

    async def _end_trouble(self, kind: str) -> None:
        event = self._troubles.end(kind, self._clock.time_ms())
        if event:
            logger.info("Recovered: %s", kind)
            await self._put(event)

    # What is remembered

    async def _restore(self, watched: _watched.Watched) -> None:
        """Take up what an earlier run remembered, and first hand over what it still owed."""
        if watched.state_file is not None:
            self._file = _journal.StateFile(watched.state_file)
            try:
                remembered = await asyncio.to_thread(self._file.load)
                self._state = remembered or self._state
            except _journal.StateFileError as error:
                self._state.changed = True
                await self._begin_trouble("state_file", error)
        self._state.watch(watched.scope)
        if self._state.owed:
            await self._save(self._clock.time_ms())
            await self._deliver()

    async def _save(self, now_ms: int) -> None:
        """Remember what changed before any of it is reported."""
        if self._file is None or not (self._state.changed or now_ms - self._saved_ms > _SAVE_MS):
            return
        try:
            await asyncio.to_thread(self._file.save, self._state.dump())
        except _journal.StateFileError as error:
            self._state.changed = True
            await self._begin_trouble("state_file", error)
        else:
            self._state.changed, self._saved_ms = False, now_ms
            await self._end_trouble("state_file")


async def main(queue: asyncio.Queue[t.Any], args: dict[str, t.Any]) -> None:
    """Run the event source for ansible-rulebook; it ends only when it is cancelled."""
    await Source(queue, args).run()
