# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""When a wait tells how far it is: at every change, and on each heartbeat of a pause."""

from __future__ import annotations

import typing as t

from .._client.clock import Clock
from .timers import TICK

# How often, in seconds, a pause looks whether anybody still waits for its result.
_PULSE = 5.0


class Progress:
    """Prints a line where there is something new to tell, or the last one is a heartbeat ago."""

    def __init__(
        self,
        clock: Clock,
        heartbeat: float,
        print_line: t.Callable[[], None],
        is_orphaned: t.Callable[[], bool],
    ) -> None:
        """``heartbeat`` is in seconds (0: none); ``print_line`` prints where the wait stands.

        ``is_orphaned`` says that nobody waits for the result any more.
        """
        self._clock = clock
        self._heartbeat = heartbeat
        self._print_line = print_line
        self._is_orphaned = is_orphaned
        self._told: t.Any = None
        self._told_at = clock.monotonic()

    def tell(self, what: t.Any) -> None:
        """Print a line where ``what`` is not what was told last, or a heartbeat is due."""
        now = self._clock.monotonic()
        if what != self._told or 0 < self._heartbeat <= now - self._told_at + TICK:
            self._told, self._told_at = what, now
            self._print_line()

    def pause(self, seconds: float) -> bool:
        """Let time pass, with a line on every heartbeat that falls into it.

        Returns False as soon as nobody waits for the result any more.
        """
        until = self._clock.monotonic() + seconds
        while not self._is_orphaned():
            now = self._clock.monotonic()
            if until - now <= TICK:
                self._clock.sleep(until - now)
                return True
            beat = self._told_at + self._heartbeat if self._heartbeat else until
            self._clock.sleep(min(until, max(beat, now), now + _PULSE) - now)
            if until - self._clock.monotonic() > TICK:
                self.tell(self._told)
        return False
