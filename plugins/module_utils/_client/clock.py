# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The clock of the core. Everything that waits or asks the time is handed one, so that tests own the time."""

from __future__ import annotations

import time


class Clock:
    """The machine's own clock; a subclass may make time virtual."""

    def time(self) -> float:
        """Return the wall clock in seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that only ever grow: for deadlines."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        if seconds > 0:
            time.sleep(seconds)

    def time_ms(self) -> int:
        """Return the wall clock in whole milliseconds, the API's unit."""
        return int(self.time() * 1000)
