# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks. Everything in the simulator asks one object for the time, so tests can run weeks in a moment."""

from __future__ import annotations

import re
import time
import typing as t

from .checks import MOST_SECONDS
from .errors import ScenarioError

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")


class Clock(t.Protocol):
    """What the simulator needs of a clock."""

    def time(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""


class SystemClock:
    """The machine's own clock."""

    def time(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Really wait."""
        time.sleep(seconds)


def seconds_of(value: object, what: str) -> float:
    """A duration as a number of seconds or as text such as ``90s``, ``45m``, ``12h``, ``7d``, ``1d12h``.

    Raises ScenarioError with one line that names ``what``.
    """
    seconds = -1.0
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str):
        text = value.strip().lower()
        if re.fullmatch(r"\d+(?:\.\d+)?", text):
            seconds = float(text)
        elif _DURATION.fullmatch(text):
            seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if 0 <= seconds <= MOST_SECONDS:
        return float(seconds)
    raise ScenarioError(f"{what}: {value!r} is not a duration; use seconds or text like 90s, 45m, 12h, 7d")
