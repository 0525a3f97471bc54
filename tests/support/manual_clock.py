# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock for simulators of tests, which run weeks in a moment."""

from __future__ import annotations

import threading


class ManualClock:
    """A clock that moves only when it is told to; sleeping moves it at once. Safe to share between threads."""

    def __init__(self, start: float = 1_767_323_045.0) -> None:
        self._now = float(start)
        self._lock = threading.Lock()

    def time(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on without waiting."""
        with self._lock:
            self._now += max(0.0, seconds)
