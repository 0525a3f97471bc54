# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What the rules are told: changes as they are, errors once for each change of what is wrong."""

from __future__ import annotations

import logging
import typing as t
import uuid

from .._client.clock import Clock
from .._client.errors import ModelArtsError
from .delivery import Delivery
from .error_state import ErrorState
from .event import Event

logger = logging.getLogger("huaweicloud.modelarts.modelarts_orders")


class Reporter:
    """Puts events, and notes the errors among them in the log."""

    def __init__(self, delivery: Delivery, clock: Clock) -> None:
        self.put: t.Callable[[Event], t.Awaitable[None]] = delivery.put
        self._clock = clock
        self._errors = ErrorState(str(uuid.uuid4()))

    async def begin_error(self, kind: str, error: ModelArtsError) -> None:
        """Tell of an error, unless it is known."""
        event = self._errors.begin(kind, error, self._clock.monotonic())
        if event:
            logger.error("%s: %s", kind, error.msg)
            await self.put(event)

    async def end_error(self, kind: str) -> None:
        """Tell that an error is over, if there was one."""
        event = self._errors.end(kind, self._clock.monotonic())
        if event:
            logger.info("%s: recovered", kind)
            await self.put(event)
