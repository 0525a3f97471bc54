# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What a source remembers: the tracker, its state file, and what is undelivered yet."""

from __future__ import annotations

import math

from .._client.clock import Clock
from . import journal
from .changes import ChangeTracker
from .reporter import Reporter
from .state_file import StateFile, StateFileError, StateFileHeldError
from .threads import in_thread

# Seconds, the longest that a state file may be out of date.
_SAVE_SECONDS = 3600.0


class Memory:
    """A tracker that survives in a file, where one was named. An error of the file is told; watching goes on."""

    def __init__(self, path: str | None, scope: str, reporter: Reporter, clock: Clock) -> None:
        self.tracker = ChangeTracker(scope)
        self._scope = scope
        self._reporter = reporter
        self._clock = clock
        self._file = StateFile(path) if path else None
        self._is_restored = False
        self._saved = -math.inf

    async def restore(self) -> None:
        """Take up once what an earlier run remembered, and first hand over what it had not delivered.

        Raises StateFileHeldError for as long as another run uses the file.
        """
        if self._is_restored:
            return
        if self._file is not None:
            try:
                remembered = await in_thread(self._file.load)
                self.tracker = remembered or self.tracker
            except StateFileHeldError:
                raise
            except StateFileError as error:
                await self._failed(error)
            else:
                await self._reporter.end_error("state_file")
        self._is_restored = True
        self.tracker.watch(self._scope)
        if self.tracker.undelivered:
            await self.save()
            await self.deliver()

    async def save(self) -> None:
        """Remember what changed, before any of it is reported. Raises StateFileHeldError."""
        is_old = self._clock.monotonic() - self._saved > _SAVE_SECONDS
        if self._file is None or not (self.tracker.changed or is_old):
            return
        try:
            await in_thread(self._file.save, journal.dump(self.tracker))
        except StateFileHeldError:
            raise
        except StateFileError as error:
            await self._failed(error)
        else:
            self.tracker.changed, self._saved = False, self._clock.monotonic()
            await self._reporter.end_error("state_file")

    async def deliver(self) -> None:
        """Hand over what is undelivered, one event at a time: at any moment at most one of them is in doubt."""
        for event in list(self.tracker.undelivered.values()):
            await self._reporter.put(event)
            # Nothing may come between these: a cancelled task must not forget what it has just handed over.
            del self.tracker.undelivered[event["id"]]
            if self._file is not None:
                try:
                    self._file.took(event["id"])
                except StateFileError as error:
                    await self._failed(error)

    async def _failed(self, error: StateFileError) -> None:
        self.tracker.changed = True
        await self._reporter.begin_error("state_file", error)

    def close(self) -> None:
        """Leave the file to the next run."""
        if self._file is not None:
            self._file.close()
