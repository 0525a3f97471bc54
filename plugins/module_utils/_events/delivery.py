# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""From the source to the rules: one event at a time, and how it is known that they have it."""

from __future__ import annotations

import asyncio
import logging
import typing as t

from .event import Event

logger = logging.getLogger("huaweicloud.modelarts.modelarts_orders")

# Seconds after which an event that was not confirmed is put again, and how often it is put at most: the rules may be
# unable to take it, and must not be kept from all that follow.
CONFIRM_TIME = 300.0
_PUTS = 3


class Delivery:
    """Puts events into ansible-rulebook's queue; with a feedback queue the rules confirm each of them."""

    def __init__(self, queue: t.Any, feedback: t.Any = None) -> None:
        self._queue = queue
        self._feedback = feedback
        self._awaited = ""
        self._confirmation: asyncio.Future[None]

    async def put(self, event: Event) -> None:
        """Return once the rules have the event."""
        for dummy in range(1 if self._feedback is None else _PUTS):
            self._awaited, self._confirmation = event["id"], asyncio.get_running_loop().create_future()
            # The UUID lets an engine with persistence recognise an event that it had before a crash.
            await self._queue.put({**event, "meta": {"uuid": event["id"]}})
            if self._feedback is None:
                await self._taken()
                return
            # Not wait_for: before Python 3.12 it forgets that it was cancelled where the confirmation comes just then.
            if (await asyncio.wait({self._confirmation}, timeout=CONFIRM_TIME))[0]:
                return
            logger.warning("The rules did not confirm event %s", event["id"])
        logger.error("The rules confirmed event %s not once in %s times: it counts as delivered", event["id"], _PUTS)

    async def _taken(self) -> None:
        """Return once the queue is empty: what lies in it is lost when the process ends."""
        empty = getattr(getattr(self._queue, "queue", self._queue), "empty", None)
        tries = 0
        await asyncio.sleep(0)
        while empty is not None and not empty():
            # An engine that holds back events, for its actions are all busy, may do so for minutes.
            await asyncio.sleep(min(0.1, max(0, tries - 50) / 1000))
            tries += 1

    async def read_confirmations(self) -> None:
        """Take confirmations as they come, late ones too: a queue that is full of them would hold up the engine."""
        while self._feedback is not None:
            confirmed = await self._feedback.get()
            is_awaited = isinstance(confirmed, dict) and confirmed.get("id") == self._awaited
            if is_awaited and not self._confirmation.done():
                self._confirmation.set_result(None)
