# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""By which rules a wait waits, and which orders fail it."""

from __future__ import annotations

import dataclasses
import functools
import math
import typing as t

from .._client.errors import InputError, check_all
from .._client.text import parse_seconds, safe
from .._orders import model
from .._orders.query import DEFAULT_SINCE_MS

# Why an order counts as failed.
BROKEN, PARTIAL, UNDOCUMENTED, STUCK = "failed", "partial", "undocumented", "pending"


@dataclasses.dataclass(frozen=True)
class WaitPolicy:
    """How patient a wait is. All times are seconds."""

    wait_timeout: float = 5400.0
    interval: float = 15.0
    pending_interval: float = 60.0
    visible_timeout: float = 300.0
    pending_timeout: float | None = None
    expected_count: int = 1
    settle: float = 30.0
    latest: bool | None = None
    accept_partial: bool = False
    fail_fast: bool = True
    heartbeat: float = 60.0
    details: bool = True
    ready: bool = False

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> WaitPolicy:
        """Check the options that say how to wait. Raises InputError; None stands for the default."""
        given = {field.name: options.get(field.name) for field in dataclasses.fields(cls)}
        values = {name: value for name, value in given.items() if value not in (None, "")}
        checks = {
            name: functools.partial(check, name, values[name]) for name, check in _CHECKS.items() if name in values
        }
        return cls(**{**values, **dict(zip(checks, check_all(*checks.values())))})

    def failure_of(self, order: model.Order) -> str | None:
        """Return why an order's state is a failure, None where it is none."""
        if order["state"] == model.FAILED:
            return BROKEN
        if order["state"] == model.PARTIAL and not self.accept_partial:
            return PARTIAL
        return UNDOCUMENTED if order["state"] == model.UNKNOWN and order["finished"] else None


# A wait of more than a month outlives what the service lists.
_LONGEST = DEFAULT_SINCE_MS / 1000


def _seconds(name: str, value: t.Any, least: float) -> float:
    """Return the seconds of a number or of a text with a unit. Raises InputError where they are none, or too many."""
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = parse_seconds(name, value)
    if not least <= seconds <= _LONGEST:
        raise InputError(
            f"{name}: {safe(value, 30)} is not a number of seconds from {least:g} to {_LONGEST:.0f} (30 days)"
        )
    return seconds


def _count(name: str, value: t.Any) -> int:
    if int(value) < 0:
        raise InputError(f"{name}: {value} is not a number of orders: give 0 or more")
    return int(value)


# What makes of an option that was given what counts. Each raises InputError.
_CHECKS: dict[str, t.Callable[[str, t.Any], t.Any]] = {
    **dict.fromkeys(
        ("wait_timeout", "visible_timeout", "settle", "heartbeat", "pending_timeout"),
        functools.partial(_seconds, least=0.0),
    ),
    **dict.fromkeys(("interval", "pending_interval"), functools.partial(_seconds, least=0.01)),
    "expected_count": _count,
}
