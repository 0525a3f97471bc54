# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What tests and filters are given: orders in any of the forms in which a playbook holds them.

An order may come from the module or the lookup (perhaps trimmed by ``fields``) or raw from the API; alone, in a list
or in a result.
"""

from __future__ import annotations

import dataclasses
import functools
import html
import inspect
import typing as t
import unicodedata
from collections.abc import Iterable, Mapping

import jinja2
from ansible.errors import AnsibleError, AnsibleFilterError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import (
    LATEST_MS,
    duration,
    iso_ms,
    parse_time,
    safe,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model

Item = t.Mapping[str, t.Any]
Result = t.TypeVar("Result")
Options = t.ParamSpec("Options")

# Keys that only a raw row has: ListOrders, then ShowOrder in its newer and its older spelling.
_RAW_KEYS = frozenset(
    (
        *("orderName", "orderId", "failReason", "resourceDisplayName", "workspaceId", "billingMode", "specCount"),
        *("creationTimestamp", "beginTimestamp", "endTimestamp", "resourceName", "updateTimestamp"),
        *("resourcename", "begintimestamp", "updatetimestamp"),
    )
)
_WORDS = ("phase", "result", "status")
_TWO_DAYS = 172_800
EXPECTED = "expected an order, a list of orders or a result that holds orders"


class GivenError(Exception):
    """What was given cannot be used; the message says in one line what it is, or what to give instead."""


def entry_point(function: t.Callable[Options, Result]) -> t.Callable[Options, Result]:
    """Make a function a filter or a test: whatever happens inside, it ends in one line that begins with its name."""
    name = function.__name__
    parameters = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Options.args, **options: Options.kwargs) -> Result:
        try:
            parameters.bind(*args, **options)
        except TypeError as error:
            known = ", ".join(list(parameters.parameters)[1:]) or "no options"
            raise AnsibleFilterError(f"{name}: {safe(error)}: it takes {known}") from None
        try:
            return function(*args, **options)
        except GivenError as error:
            raise AnsibleFilterError(f"{name}: {error}") from None
        except (AnsibleError, jinja2.UndefinedError):  # an undefined variable: ansible says which
            raise
        except Exception as error:
            kind = type(error).__name__
            raise AnsibleFilterError(f"{name}: {kind}: {clean(error)}. This is a defect: please report it") from None

    return call


@dataclasses.dataclass(frozen=True)
class Given:
    """The orders that were given, as they came, and what the result around them says, if there was one.

    ``unfinished`` and ``unsucceeded`` say that the result denies that all has ended, or succeeded, whatever its orders
    did: it names something that no order met, or a wait did not know every order that counts.
    """

    orders: list[Item]
    unfinished: bool = False
    unsucceeded: bool = False
    truncated: bool = False
    failure: str | None = None
    summary: Item | None = None
    all_finished: bool = False


def read(value: t.Any) -> Given:
    """Return the orders in ``value``. Raises GivenError where it is no order, list of orders or result."""
    if isinstance(value, Mapping):
        return _read_mapping(value)
    if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, Iterable):
        raise GivenError(f"{EXPECTED}; got {_kind(value)}{_hint(value)}")
    return Given([_item(item, number) for number, item in enumerate(value)])


def _read_mapping(value: Item) -> Given:
    rows = value.get("orders", value.get("items"))
    if rows is None and "items" in value:
        # The service's own way to list nothing.
        rows = ()
    if isinstance(rows, (list, tuple)):
        orders = [_item(item, number) for number, item in enumerate(rows)]
        return Given(orders, **_facts(value))
    # A task that broke down, was skipped or never reached its host has no orders: an ``until`` lives through it.
    if any(value.get(key) is True for key in ("failed", "unreachable", "skipped")):
        return Given([], **_facts(value))
    state_of(value)
    return Given([value])


def _facts(result: Item) -> dict[str, t.Any]:
    summary, msg = result.get("summary"), result.get("msg")
    broken = any(result.get(key) is True for key in ("failed", "unreachable"))
    return {
        "unfinished": bool(result.get("missing")) or result.get("all_finished") is False,
        "unsucceeded": bool(result.get("missing")) or result.get("all_succeeded") is False,
        "truncated": result.get("truncated") is True,
        "failure": clean(msg or "no reason given") if broken else None,
        "summary": summary if isinstance(summary, Mapping) else None,
        "all_finished": result.get("all_finished") is True,
    }


def _item(item: t.Any, number: int) -> Item:
    if not isinstance(item, Mapping):
        raise GivenError(f"{EXPECTED}; got a list whose item {number} is {_kind(item)}{_hint(item)}")
    if isinstance(item.get("orders"), (list, tuple)):
        raise GivenError(f"{EXPECTED}; got a list of results: use results | map(attribute='orders') | flatten")
    return item


def _kind(value: t.Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        keys = ", ".join(safe(key, 30) for key in list(value)[:6])
        return f"a dictionary without state, phase or orders (its keys: {keys or 'none'})"
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", tuple: "a list"}
    for kind, name in names.items():
        if isinstance(value, kind):
            return name
    str(value)  # raises what users know where this is an undefined variable
    return f"a {type(value).__name__}"


def _hint(value: t.Any) -> str:
    if isinstance(value, (str, bytes)):
        return ": give the variable itself, not its text, and use query() rather than lookup()"
    if isinstance(value, (list, tuple)):
        return ": flatten it first"
    return ""


def state_of(item: Item) -> str:
    """Return an order's state: as the module told it, else read from the raw words. Raises GivenError."""
    if not _is_raw(item):
        state = item.get("state")
        if isinstance(state, str) and state in model.STATES:
            return state
        if not any(isinstance(item.get(word), str) for word in _WORDS):
            raise GivenError(f"{EXPECTED}; got {_no_state(item)}")
    return model.state_of({"failReason": item.get("fail_reason"), "endTimestamp": item.get("end_timestamp"), **item})


def _no_state(item: Item) -> str:
    if "ansible_job_id" in item:
        return "a job that is still running: wait for it with async_status first"
    if "results" in item:
        return "the result of a loop: use results | map(attribute='orders') | flatten"
    if any(key in item for key in model.ORDER_KEYS if key not in ("state", *_WORDS)):
        return "an order without its state: keep state among the fields that are asked for"
    return _kind(item)


def finished(item: Item) -> bool:
    """Return whether nothing more will happen. An unknown state counts as finished only with an end time to show."""
    if not _is_raw(item) and isinstance(item.get("finished"), bool):
        return bool(item["finished"])
    return model.is_finished(state_of(item), _time(item, "end_timestamp", "ended_at", "endTimestamp"))


def _is_raw(item: Item) -> bool:
    return not _RAW_KEYS.isdisjoint(item)


class Verdict(t.NamedTuple):
    """What tests ask of the orders: the state of each and whether it is finished, and what the result denies."""

    orders: list[tuple[str, bool]]
    unfinished: bool
    unsucceeded: bool


def verdict(value: t.Any) -> Verdict:
    """Return the verdict on what was given; a result trimmed of states has its summary. Raises GivenError."""
    given = read(value)
    try:
        orders = [(state_of(item), finished(item)) for item in given.orders]
    except GivenError:
        if given.summary is None:
            raise
        counts = {state: given.summary.get(state, 0) for state in model.STATES}
        ended = given.all_finished
        orders = [(state, ended or model.is_finished(state, 0)) for state, count in counts.items() if count]
    return Verdict(orders, given.unfinished, given.unsucceeded)


@dataclasses.dataclass(frozen=True)
class Row:
    """One order as reports show it: texts are clean single lines, times epoch milliseconds, 0 where not known."""

    name: str
    order_id: str
    pool: str
    operation: str
    state: str
    finished: bool
    created: int
    began: int
    ended: int
    queue_seconds: float | None
    run_seconds: float | None
    reason: str
    asked: int | None = None
    got: int | None = None
    failed_nodes: tuple[str, ...] = ()
    flavors: str = ""
    resources: tuple[Item, ...] = ()

    @property
    def label(self) -> str:
        """What the order is called: by its name, else by its number."""
        return self.name or self.order_id

    @property
    def nodes(self) -> str:
        """How many nodes the order asked for, got and lost: ``4``, ``4 of 4`` or ``3 of 4, 1 failed``."""
        told = [str(number) for number in (self.got, self.asked) if number is not None]
        lost = [f"{len(self.failed_nodes)} failed"] if self.failed_nodes else []
        return ", ".join([*([" of ".join(told)] if told else []), *lost])


def rows(given: Given) -> list[Row]:
    """Return the orders in the order in which they were given. Raises GivenError where one has no state."""
    return [_row(item) for item in given.orders]


def _row(item: Item) -> Row:
    created = _time(item, "creation_timestamp", "created_at", "creationTimestamp")
    began = _time(item, "begin_timestamp", "began_at", "beginTimestamp")
    ended = _time(item, "end_timestamp", "ended_at", "endTimestamp")
    spec = item.get("spec_count") or item.get("specCount")
    return Row(
        name=_text(item, "order_name", "orderName"),
        order_id=_text(item, "order_id", "orderId"),
        pool=_text(item, "resource_display_name", "resourceDisplayName", "resource_name", "resourceName"),
        operation=_text(item, "operation"),
        state=state_of(item),
        finished=finished(item),
        created=created,
        began=began,
        ended=ended,
        queue_seconds=_seconds(item.get("queue_seconds"), created, began),
        run_seconds=_seconds(item.get("run_seconds"), began, ended),
        reason=_text(item, "fail_reason", "failReason", limit=2000),
        asked=_total(spec),
        got=_total(item.get("result_count") or item.get("resultCount")),
        failed_nodes=tuple(clean(name, 100) for name in _list(item.get("failed_nodes"))),
        flavors=", ".join(clean(_flavor(entry), 80) for entry in _mappings(spec)[:20]),
        resources=tuple(_mappings(item.get("resources"))),
    )


def _list(value: t.Any) -> t.Sequence[t.Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _mappings(value: t.Any) -> list[Item]:
    return [one for one in _list(value) if isinstance(one, Mapping)]


def _total(flavors: t.Any) -> int | None:
    """Return how many nodes of all flavors there are, None where no flavor says so."""
    found = [entry.get("count") for entry in _mappings(flavors)]
    numbers = [count for count in found if isinstance(count, int) and not isinstance(count, bool) and count < 1e9]
    return sum(numbers) if numbers else None


def _flavor(entry: Item) -> str:
    count, flavor = entry.get("count"), entry.get("flavor") or "an unknown flavor"
    return str(flavor) if count is None else f"{count} x {flavor}"


def _text(item: Item, *keys: str, limit: int = 200) -> str:
    return next((clean(item[key], limit) for key in keys if item.get(key) not in (None, "")), "")


def _time(item: Item, number: str, text: str, raw: str) -> int:
    found = model.timestamp(item.get(number)) or model.timestamp(item.get(raw))
    if found or not isinstance(item.get(text), str):
        return found
    try:
        return parse_time(text, item[text], 0)
    except InputError:
        return 0


def _seconds(told: t.Any, start: int, end: int) -> float | None:
    if isinstance(told, (int, float)) and not isinstance(told, bool) and 0 <= told <= LATEST_MS:
        return float(told)
    return max(0, end - start) / 1000 if start and end else None


def clean(text: t.Any, limit: int = 300) -> str:
    """Return one line without controls, bidi marks and other invisible characters, fit for terminals and for XML."""
    return "".join(filter(_is_visible, safe(text, limit)))


def _is_visible(char: str) -> bool:
    # Format characters, variation selectors, and the two that XML forbids although they are no controls.
    return unicodedata.category(char) != "Cf" and not "\ufe00" <= char <= "\ufe0f" and char not in "\ufffe\uffff"


def escape(text: t.Any) -> str:
    """Return text that HTML, SVG and attributes show as it is; braces go too, so that no template begins in it."""
    return html.escape(str(text), quote=True).replace("{", "&#123;").replace("}", "&#125;")


def read_now(value: t.Any) -> int:
    """Return the epoch milliseconds of an option ``now``, 0 where it is not given. Raises GivenError."""
    if value is None or value == "":
        return 0
    text = str(value)
    try:
        now = parse_time("now", text, 0)
    except InputError:
        now = 0
    if now <= 0 or isinstance(value, (bool, float)):
        raise GivenError(
            f"now: {safe(text, 60)!r} is no time: give epoch milliseconds or ISO 8601 (2026-11-01T08:00:00Z)"
        )
    return now


def moment(ms: int) -> str:
    """Return a time as ``2026-11-23 08:15:00`` in UTC, or nothing for 0."""
    return (iso_ms(ms) or "")[:19].replace("T", " ")


def span(seconds: float | None) -> str:
    """Return a duration in seconds as ``45s``, ``4m30s``, ``2h05m`` or ``3d04h``, or nothing where it is not known."""
    if seconds is None:
        return ""
    hours = int(seconds) // 3600
    return f"{hours // 24}d{hours % 24:02d}h" if seconds >= _TWO_DAYS else duration(seconds)


def counts(found: t.Sequence[Row]) -> str:
    """Return ``3 orders: 2 succeeded, 1 failed``."""
    numbers = [(state, sum(row.state == state for row in found)) for state in model.STATES]
    told = ", ".join(f"{number} {state}" for state, number in numbers if number)
    return f"{len(found)} {'order' if len(found) == 1 else 'orders'}: {told}" if found else "No orders"
