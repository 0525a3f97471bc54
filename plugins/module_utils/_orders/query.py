# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What was asked: the filters, what of them the server is told, and the check of what it sent back.

How to add a filter stands in CONTRIBUTING.md.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._client.errors import InputError, check_all
from .._client.text import parse_time, safe
from . import model

DAY_MS = 86_400_000
# The service lists the last month only; without ``since`` it has been seen to crowd out the newest rows.
DEFAULT_SINCE_MS = 30 * DAY_MS
# A month has at most 31 days: what is asked beyond them cannot be there.
HORIZON_MS = 31 * DAY_MS

# As users may write it: as the API's filter spells it, and the state that its rows then have.
PHASES = {
    "pending": ("pending", model.PENDING),
    "running": ("running", model.PROCESSING),
    "processing": ("running", model.PROCESSING),
    "successed": ("successed", model.SUCCEEDED),
    "succeeded": ("successed", model.SUCCEEDED),
    "failed": ("failed", model.FAILED),
}
OPERATIONS = ("apply", "modify", "delete")
PAGE_BOUND = 500
# A set that keeps the order in which its texts were given.
Texts = dict[str, None]
_LONGEST_NAME = 256
# What Ansible makes of an unquoted yes, no or null where a text is expected.
_NO_NAMES = ("True", "False", "None")
FIELDS = (*model.ORDER_KEYS, "resources")


@dataclasses.dataclass(frozen=True)
class Query:
    """Filters that passed every check. Times are epoch milliseconds; None means: not asked for."""

    since: int
    until: int | None = None
    involved_name: str | None = None
    workspace_id: str | None = None
    phase: str | None = None
    resource: str = "pools"
    limit: int | None = None
    offset: int | None = None
    order_names: Texts | None = None
    order_ids: Texts | None = None
    operation: Texts | None = None
    latest: bool = False
    details: bool = False
    fields: tuple[str, ...] | None = None
    # When it was asked: where ages count back from.
    now_ms: int = 0

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], now_ms: int) -> Query:
        """Check the filter options, as an entry point read them, and return the query.

        Raises InputError, with all that is wrong in one line.
        """
        given = {name: options[name] for name in _CHECKS if options.get(name) is not None}
        (since, until), *values = check_all(
            functools.partial(_window, options.get("since"), options.get("until"), now_ms),
            *(functools.partial(_CHECKS[name], name, value) for name, value in given.items()),
        )
        latest, details = bool(options.get("latest")), bool(options.get("details"))
        return cls(since, until, latest=latest, details=details, now_ms=now_ms, **dict(zip(given, values)))

    @property
    def one_page(self) -> bool:
        """Whether exactly one page was asked for, as the API means limit and offset."""
        return self.limit is not None or self.offset is not None

    def for_pool(self, name: str) -> Query:
        """Return the same query for one pool. Raises InputError where the name is empty."""
        return dataclasses.replace(self, involved_name=_not_empty("pool", name, "name a pool"))

    @property
    def names_orders(self) -> bool:
        """Whether single orders are named, so that something can be missing."""
        return self.order_names is not None or self.order_ids is not None

    def of_everything(self) -> Query:
        """Return the same query without what narrows it to a page, a phase or an operation."""
        return dataclasses.replace(self, limit=None, offset=None, phase=None, operation=None)

    def server_filters(self) -> dict[str, str]:
        """Return the parameters that every page of this query sends, besides its window and place.

        ``phase`` is sent only where the API's own page is asked for: a service that compares the word that it stores
        would hide orders. ``result`` is never sent: the page's example uses it, its table does not know it.
        """
        asked = {
            "involvedName": self.involved_name,
            "workspaceId": self.workspace_id,
            "phase": PHASES[self.phase][0] if self.phase and self.one_page else None,
            "resource": self.resource,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def keeps(self, order: model.Order) -> bool:
        """Return whether an order is one that was asked for, as far as it tells; of which pool, its listing tells.

        A server that ignores a filter must not leak rows.
        """
        return self.in_scope(order) and self._keeps_selected(order)

    def in_scope(self, order: model.Order) -> bool:
        """Return whether an order lies in the time window and the workspace that were asked for."""
        return self._keeps_time(order) and (
            self.workspace_id is None or order["workspace_id"] in (self.workspace_id, None)
        )

    def of_pool(self, orders: t.Sequence[model.Order]) -> t.Sequence[model.Order]:
        """Return those of a listing's orders that are of the pool that was asked for, by its name or ID."""
        if self.involved_name is None:
            return orders
        ids = model.pool_ids(orders)
        return [order for order in orders if is_of_pool(order, self.involved_name, ids)]

    def _keeps_time(self, order: model.Order) -> bool:
        created = order["creation_timestamp"]
        # A row without a creation time can only be trusted to the server.
        return not created or (self.since <= created and (self.until is None or created <= self.until))

    def _keeps_selected(self, order: model.Order) -> bool:
        return (
            self._keeps_named(order)
            and (self.phase is None or order["state"] == PHASES[self.phase][1])
            and (self.operation is None or order["operation"] in self.operation)
        )

    def missing(self, orders: t.Sequence[model.Order]) -> tuple[str, ...]:
        """Return the names and IDs that no order in scope has, in the order in which they were given."""
        scope = [order for order in self.of_pool(orders) if self.in_scope(order)] if self.names_orders else []
        names = {order["order_name"] for order in scope}
        ids = {order["order_id"] for order in scope}
        return (
            *(name for name in self.order_names or () if name not in names),
            *(number for number in self.order_ids or () if number not in ids),
        )

    def _keeps_named(self, order: model.Order) -> bool:
        if self.order_names is None and self.order_ids is None:
            return True
        return order["order_name"] in (self.order_names or ()) or order["order_id"] in (self.order_ids or ())

    def select(self, orders: t.Sequence[model.Order]) -> list[model.Order]:
        """Return the orders that were asked for, newest first."""
        kept = [order for order in self.of_pool(orders) if self.keeps(order)]
        return model.newest_of_each_pool(kept) if self.latest else model.newest_first(kept)

    def project(self, orders: t.Iterable[model.Order]) -> list[dict[str, t.Any]]:
        """Return the orders with the keys of ``fields`` only, or as they are where none were named."""
        plain = t.cast("t.Iterable[dict[str, t.Any]]", orders)
        fields = self.fields
        if fields is None:
            return list(plain)
        return [{key: order[key] for key in fields if key in order} for order in plain]


def is_of_pool(order: model.Order, pool: str, ids: model.PoolIds) -> bool:
    """Return whether an order is of a pool, by its name or ID.

    One that lacks its pool's ID or display name may be of each pool that ``ids`` knows by the other.
    """
    names = order["resource_name"], order["resource_display_name"]
    return pool in names or (None in names and not model.pools_of_one(order, ids).isdisjoint(ids.get(pool, ())))


def _window(since: t.Any, until: t.Any, now_ms: int) -> tuple[int, int | None]:
    start = now_ms - DEFAULT_SINCE_MS if since is None else parse_time("since", since, now_ms)
    end = None if until is None else parse_time("until", until, now_ms)
    if end is not None and end < start:
        if since is None:
            raise InputError("until lies before since, which defaults to 30 days ago: set since to an earlier time")
        raise InputError("since lies after until: exchange them")
    return start, end


def _not_empty(option: str, value: t.Any, advice: str) -> str:
    text = str(value).strip()
    if not text:
        raise InputError(f"{option} is empty: {advice}")
    return text


def _one_pool(option: str, value: t.Any) -> str:
    name = _not_empty(option, value, "leave it out to see every pool")
    if name.startswith("["):
        raise InputError(f"{option}: {safe(name, 60)} is a list: give one pool, or leave it out to see every pool")
    return name


def _one_of(option: str, value: t.Any, known: t.Collection[str]) -> str:
    if str(value) in known:
        return str(value)
    raise InputError(f"{option}: {safe(value, 60)!r} is none of {', '.join(known)}")


def _page_number(option: str, value: t.Any) -> int:
    number = _whole_number(value)
    if number is None or not 0 <= number <= PAGE_BOUND:
        raise InputError(
            f"{option}: {safe(value, 60)} is not a whole number from 0 to {PAGE_BOUND}, the most that the API takes; "
            "leave limit and offset out to get all orders"
        )
    return number


def _whole_number(value: t.Any) -> int | None:
    try:
        return None if isinstance(value, (bool, float)) else int(value)
    except (TypeError, ValueError):
        return None


def _texts(values: t.Any) -> list[str]:
    """Return the texts of a list, without the blanks that stand around the commas of a text made into one."""
    return [str(value).strip() for value in ([values] if isinstance(values, str) else values)]


def named_in(options: t.Mapping[str, t.Any]) -> list[str]:
    """Return the names and IDs of orders that unchecked options ask for: in a failure all of them are missing."""
    values = (options.get(name) for name in ("order_names", "order_ids"))
    lists = [value if isinstance(value, (list, tuple)) else [value] for value in values if value is not None]
    return list(dict.fromkeys(safe(text, 200) for texts in lists for text in _texts(texts) if text))


def name_of(option: str, value: t.Any) -> str:
    """Return the name or ID of an order or pool. Raises InputError for what no listing could ever show."""
    text = str(value).strip()
    if len(text) > _LONGEST_NAME or not text.isprintable() or text[:1] in tuple("[{'\"") or text in _NO_NAMES:
        raise InputError(
            f"{option}: {safe(text, 60)} can't be a name: give a list of names, or one text with commas between them"
        )
    return text


def _set_of(option: str, values: t.Any) -> Texts:
    texts = _texts(values)
    if "" in texts:
        raise InputError(f"{option} holds an empty text: leave {option} out to see all orders")
    return dict.fromkeys(texts)


def _names(option: str, values: t.Any) -> Texts:
    return dict.fromkeys(name_of(option, text) for text in _set_of(option, values))


def _operations(option: str, values: t.Any) -> Texts:
    return dict.fromkeys(_one_of(option, text, OPERATIONS) for text in sorted(_set_of(option, values)))


def _known_fields(option: str, values: t.Any) -> tuple[str, ...] | None:
    names = [name for name in _texts(values) if name]
    unknown = [safe(name, 60) for name in names if name not in FIELDS]
    if unknown:
        raise InputError(f"{option}: {', '.join(unknown)} is no key of an order; known are: {', '.join(FIELDS)}")
    return tuple(names) or None


# What makes of an option that was given the field of a query. Each raises InputError.
_CHECKS: dict[str, t.Callable[[str, t.Any], t.Any]] = {
    "resource": functools.partial(_one_of, known=("pools",)),
    "involved_name": _one_pool,
    "workspace_id": functools.partial(_not_empty, advice="leave it out to see every workspace"),
    "phase": functools.partial(_one_of, known=PHASES),
    "limit": _page_number,
    "offset": _page_number,
    "order_names": _names,
    "order_ids": _names,
    "operation": _operations,
    "fields": _known_fields,
}
