# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Which orders a wait is for."""

from __future__ import annotations

import dataclasses
import typing as t

from .._client.errors import InputError
from .._orders.model import Order, PoolIds
from .._orders.query import Query, is_of_pool, name_of

NAME, ID, POOL = "order", "order ID", "pool"


class Target(t.NamedTuple):
    """One thing that must be met by an order: ``kind`` is NAME, ID or POOL."""

    kind: str
    value: str

    def meets(self, order: Order, ids: PoolIds) -> bool:
        """Return whether an order is the one, or of the pool, that is meant; ``ids`` are known pools."""
        if self.kind == NAME:
            return bool(order["order_name"] == self.value)
        if self.kind == ID:
            return bool(order["order_id"] == self.value)
        return is_of_pool(order, self.value, ids)


@dataclasses.dataclass(frozen=True)
class Targets:
    """What must be met, and the filters that narrow what can meet it."""

    items: tuple[Target, ...]
    query: Query
    has_since: bool

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], now_ms: int) -> Targets:
        """Check the options that say which orders are meant. Raises InputError; ages count back from ``now_ms``."""
        kinds = ((NAME, "order_names"), (ID, "order_ids"), (POOL, "involved_names"))
        items = tuple(dict.fromkeys(Target(kind, value) for kind, name in kinds for value in _values(name, options)))
        if not items:
            raise InputError("Nothing to wait for: give order_names, order_ids or involved_names (pools)")
        filters = {name: options.get(name) for name in ("workspace_id", "operation", "since")}
        return cls(items, Query.from_options(filters, now_ms), options.get("since") is not None)

    def keeps(self, order: Order) -> bool:
        """Return whether an order may count; one that does not tell its operation may be of each."""
        operations = self.query.operation
        return self.query.in_scope(order) and (not operations or order["operation"] in (*operations, None))

    @property
    def pools(self) -> tuple[str, ...]:
        """The pools that were named."""
        return tuple(target.value for target in self.items if target.kind == POOL)

    @property
    def only_pools(self) -> bool:
        """Whether nothing but pools was named, so that the service can be asked for each of them."""
        return all(target.kind == POOL for target in self.items)

    @property
    def only_names(self) -> bool:
        """Whether nothing but orders was named: each row that shows one proves something, whatever else is missing."""
        return all(target.kind == NAME for target in self.items)


def _values(name: str, options: t.Mapping[str, t.Any]) -> list[str]:
    values = options.get(name)
    given = [values] if isinstance(values, str) else list(values or ())
    for value in given:
        if value is None or not str(value).strip():
            raise InputError(f"{name} holds an empty name: was the order placed, and its name registered?")
    return [name_of(name, value) for value in given]
