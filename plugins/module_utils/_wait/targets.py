# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Which orders a wait is for, and by which rules: the checked options of a wait."""

from __future__ import annotations

import dataclasses
import typing as t

from .._client.errors import InputError
from .._client.text import safe
from .._orders import model as _order
from .._orders.query import DEFAULT_SINCE_MS, Query, name_of

NAME, ID, POOL = "order", "order ID", "pool"


class Item(t.NamedTuple):
    """One thing that must be met by an order: ``kind`` is NAME, ID or POOL."""

    kind: str
    value: str

    def meets(self, order: _order.Order) -> bool:
        """Return whether an order is the one, or of the pool, that is meant."""
        if self.kind == NAME:
            return bool(order["order_name"] == self.value)
        if self.kind == ID:
            return bool(order["order_id"] == self.value)
        return self.value in (order["resource_name"], order["resource_display_name"])


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The items that must be met, and the filters that narrow what can meet them."""

    items: tuple[Item, ...]
    query: Query
    has_since: bool

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], now_ms: int) -> Wanted:
        """Check the options that say which orders are meant. Raises InputError; ages count back from ``now_ms``."""
        kinds = ((NAME, "order_names"), (ID, "order_ids"), (POOL, "involved_names"))
        items = tuple(dict.fromkeys(Item(kind, value) for kind, name in kinds for value in _values(name, options)))
        if not items:
            raise InputError("Nothing to wait for: give order_names, order_ids or involved_names (pools)")
        filters = {name: options.get(name) for name in ("workspace_id", "operation", "since")}
        return cls(items, Query.from_options(filters, now_ms), options.get("since") is not None)

    @property
    def pools(self) -> tuple[str, ...]:
        """The pools that were named."""
        return tuple(item.value for item in self.items if item.kind == POOL)

    @property
    def only_pools(self) -> bool:
        """Whether nothing but pools was named, so that the service can be asked for each of them."""
        return all(item.kind == POOL for item in self.items)


def _values(name: str, options: t.Mapping[str, t.Any]) -> list[str]:
    values = options.get(name)
    given = [values] if isinstance(values, str) else list(values or ())
    for value in given:
        if value is None or not str(value).strip():
            raise InputError(f"{name} holds an empty name: was the order placed, and its name registered?")
    return [name_of(name, value) for value in given]


@dataclasses.dataclass(frozen=True)
class Rules:
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

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Rules:
        """Check the options that say how to wait. Raises InputError; None stands for the default."""
        rules = cls(
            **{
                field.name: options[field.name]
                for field in dataclasses.fields(cls)
                if options.get(field.name) is not None
            }
        )
        for name in ("wait_timeout", "visible_timeout", "settle", "heartbeat", "pending_timeout"):
            _check(name, getattr(rules, name), least=0)
        for name in ("interval", "pending_interval"):
            _check(name, getattr(rules, name), least=0.01)
        if rules.expected_count < 0:
            raise InputError(f"expected_count: {rules.expected_count} is not a number of orders: give 0 or more")
        return rules


# A wait of more than a month outlives what the service lists.
_LONGEST = DEFAULT_SINCE_MS / 1000


def _check(name: str, value: float | None, least: float) -> None:
    if value is not None and not least <= value <= _LONGEST:
        raise InputError(
            f"{name}: {safe(value, 30)} is not a number of seconds from {least:g} to {_LONGEST:.0f} (30 days)"
        )
