# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""One run of the event source: poll, remember, hand over, and again. Whatever happens, it goes on."""

from __future__ import annotations

import asyncio
import math
import os
import random
import threading
import traceback
import typing as t

from .._client.clock import Clock
from .._client.errors import ModelArtsError, ResponseError
from .._client.text import LATEST_MS
from .._wait.schedule import next_delay
from .changes import Moment
from .delivery import Delivery
from .error_state import WRONG_DELAY, least_delay
from .memory import Memory
from .options import FEEDBACK
from .poller import Poller
from .reporter import Reporter, logger
from .state_file import StateFileHeldError
from .threads import in_thread


class StoppableClock(Clock):
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
        clock: Clock | None = None,
        sleep: t.Callable[[float], t.Awaitable[None]] = asyncio.sleep,
        rng: t.Callable[[], float] = random.random,
    ) -> None:
        """``queue`` is ansible-rulebook's. Tests hand in a time of their own by ``clock`` and ``sleep``."""
        self._args = args
        self._environ = os.environ if environ is None else environ
        self._clock = clock or StoppableClock()
        self._sleep = sleep
        self._rng = rng
        self._delivery = Delivery(queue, args.get(FEEDBACK))
        self._reporter = Reporter(self._delivery, self._clock)
        self._poller: Poller | None = None
        self._memory: Memory | None = None
        self._errors = 0

    async def run(self) -> None:
        """Watch until cancelled. Arguments that can't be used are an event too, after which nothing more happens."""
        reader = asyncio.ensure_future(self._delivery.read_confirmations())
        try:
            while True:
                await self._sleep(await self._next_step())
        finally:
            reader.cancel()
            self._close()

    async def _next_step(self) -> float:
        """Start or poll, and return the seconds to the next step. No exception of any kind leaves it."""
        try:
            try:
                poller, memory = await self._started()
                await memory.restore()
                await self._poll(poller, memory)
            except StateFileHeldError as error:
                return await self._failed("state_file", error)
            except ModelArtsError as error:
                return await self._failed("service", error)
            except Exception as error:
                return await self._failed("service", _unexpected(error))
        except Exception as error:
            _unexpected(error)
            return WRONG_DELAY
        self._errors = 0
        return self._delay(poller.interval)

    async def _started(self) -> tuple[Poller, Memory]:
        if self._poller is None or self._memory is None:
            try:
                self._poller = Poller(self._args, self._environ, self._clock)
            except ModelArtsError as error:
                await self._reporter.begin_error("options", error)
                await asyncio.Event().wait()
                raise
            self._memory = Memory(self._poller.state_file, self._poller.scope, self._reporter, self._clock)
        return self._poller, self._memory

    async def _poll(self, poller: Poller, memory: Memory) -> None:
        """Poll once and report what changed."""
        seconds = self._clock.monotonic()
        spans = memory.tracker.spans(poller.floor(self._clock.time_ms()), seconds)
        listing = await in_thread(poller.poll, spans)
        await self._reporter.end_error("service")
        if listing.truncated:
            msg = "The listing may be incomplete: narrow it by involved_names, or by since"
            await self._reporter.begin_error("listing", ResponseError(msg))
        else:
            await self._reporter.end_error("listing")
        # The earlier of two clocks: one that is ahead would hide what is ordered before its time comes.
        now_ms = min(self._clock.time_ms(), listing.server_ms or LATEST_MS)
        at = Moment(now_ms, listing.server_ms is not None, seconds)
        memory.tracker.update(listing.orders, at, since=poller.report_since, state=poller.state)
        await memory.save()
        await memory.deliver()

    async def _failed(self, kind: str, error: ModelArtsError) -> float:
        self._errors += 1
        await self._reporter.begin_error(kind, error)
        interval = self._poller.interval if self._poller else WRONG_DELAY
        return max(self._delay(interval), least_delay(error, self._errors) * (1 + 0.1 * self._rng()))

    def _delay(self, interval: float) -> float:
        return next_delay((), math.inf, self._rng, interval=interval, pending_interval=interval, errors=self._errors)

    def _close(self) -> None:
        getattr(self._clock, "stop", bool)()
        if self._poller is not None:
            # A poll under way ends with its current request, at most.
            self._poller.session.transport.end_by(self._clock.monotonic())
            self._poller.session.close()
        if self._memory is not None:
            self._memory.close()


def _unexpected(error: Exception) -> ModelArtsError:
    """Return what is reported of a defect of our own. The log has the places only: a message may hold anything."""
    name = type(error).__name__
    logger.error("Unexpected %s:\n%s", name, "".join(traceback.format_tb(error.__traceback__)))
    return ResponseError(f"A poll failed unexpectedly ({name})")
