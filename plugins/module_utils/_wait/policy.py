# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""By which rules a wait waits, and which orders fail it."""

from __future__ import annotations

import dataclasses
import typing as t

from .._client.errors import InputError
from .._client.text import safe
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
        names = [field.name for field in dataclasses.fields(cls)]
        policy = cls(**{name: options[name] for name in names if options.get(name) is not None})
        for name in ("wait_timeout", "visible_timeout", "settle", "heartbeat", "pending_timeout"):
            _check(name, getattr(policy, name), least=0)
        for name in ("interval", "pending_interval"):
            _check(name, getattr(policy, name), least=0.01)
        if policy.expected_count < 0:
            raise InputError(f"expected_count: {policy.expected_count} is not a number of orders: give 0 or more")
        return policy

    def failure_of(self, order: model.Order) -> str | None:
        """Return why an order's state is a failure, None where it is none."""
        if order["state"] == model.FAILED:
            return BROKEN
        if order["state"] == model.PARTIAL and not self.accept_partial:
            return PARTIAL
        return UNDOCUMENTED if order["state"] == model.UNKNOWN and order["finished"] else None


# A wait of more than a month outlives what the service lists.
_LONGEST = DEFAULT_SINCE_MS / 1000


def _check(name: str, value: float | None, least: float) -> None:
    if value is not None and not least <= value <= _LONGEST:
        raise InputError(
            f"{name}: {safe(value, 30)} is not a number of seconds from {least:g} to {_LONGEST:.0f} (30 days)"
        )
