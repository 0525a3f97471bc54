# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a scenario (plain lists and dictionaries, as a playbook holds them) to orders."""

from __future__ import annotations

import random
import string
import time
import typing as t

from . import checks
from .clock import seconds_of
from .errors import ScenarioError
from .generate import generated
from .orders import Details, Order, OrderStep, timeline_of
from .pools import pool_timeline_of
from .timeline import known

DEFAULT_FLAVOR = "modelarts.vm.cpu.2u.d"
DEFAULT_TIMELINE = (
    OrderStep(state="pending", seconds=5),
    OrderStep(state="processing", seconds=15),
    OrderStep(state="succeeded", ended=True),
)
OPERATIONS = ("apply", "modify", "delete")
SPELLINGS = ("table", "example")
_EPOCH_END = 253_402_300_799_999  # the last millisecond of the year 9999
_EPOCH_FLOOR = 100_000_000_000  # a number above this is epoch milliseconds, below it an age in seconds
KEYS = (
    "pool", "pool_id", "operation", "order_name", "order_id", "created", "arrives", "visible_after", "gone_after",
    "flavor", "count", "max_count", "azs", "flavors", "init_count", "workspace_id", "billing", "timeline", "state",
    "reason", "resources", "pool_timeline", "raw", "drop", "spelling", "project",
)  # fmt: skip


class Loader:
    """Makes orders out of scenarios, with names and ranks from one seeded source, so that a run can be repeated."""

    def __init__(self, projects: t.Sequence[t.Mapping[str, str]], seed: int) -> None:
        self.projects = projects
        self._random = random.Random(seed)
        self._taken: set[str] = set()

    def load(self, scenario: object, now: int) -> list[tuple[str, Order]]:
        """Pairs of project ID and order. Raises ScenarioError with the place of the first mistake."""
        if not isinstance(scenario, (list, tuple)):
            raise ScenarioError(f"orders: expected a list, got {type(scenario).__name__}")
        loaded: list[tuple[str, Order]] = []
        named: dict[tuple[str, str], list[Order]] = {}
        for number, entry in enumerate(scenario):
            where = f"orders[{number}]"
            if not isinstance(entry, dict):
                raise ScenarioError(f"{where}: expected a dictionary")
            for one in self._entries(entry, where):
                project, order = self._checked(one, now, where)
                others = named.setdefault((project, order.name), [])
                if any(order.meets(other) for other in others):
                    raise ScenarioError(f"{where}: order_name {order.name!r} is given twice; name each order once")
                others.append(order)
                loaded.append((project, order))
        return loaded

    def _checked(self, entry: dict[str, t.Any], now: int, where: str) -> tuple[str, Order]:
        try:
            return self._order(entry, now, where)
        except ScenarioError:
            raise
        except (TypeError, ValueError, OverflowError) as error:
            raise ScenarioError(f"{where}: {error}") from error

    def _entries(self, entry: dict[str, t.Any], where: str) -> t.Iterable[dict[str, t.Any]]:
        if "generate" not in entry:
            return [entry]
        rest = {key: value for key, value in entry.items() if key != "generate"}
        return generated(entry["generate"], rest, where)

    def _order(self, entry: dict[str, t.Any], now: int, where: str) -> tuple[str, Order]:
        known(entry, (*KEYS, "generate"), where)
        project = self._project(entry.get("project"), where)
        pool = entry.get("pool")
        if not isinstance(pool, str) or not pool:
            raise ScenarioError(f"{where}: 'pool' (the pool's display name) is needed")
        order = Order(
            name=_label(entry, "order_name", where) or self._name(pool),
            order_id=_label(entry, "order_id", where) or self._order_id(now),
            pool=checks.text(pool, f"{where}: pool"),
            pool_id=_label(entry, "pool_id", where) or f"{pool}-{project}",
            operation=_operation(entry, where),
            created=_created(entry, now, where),
        )
        order.details = _details(entry, where)
        order.visible = max(order.created, now + _ms(entry, "visible_after", where))
        if entry.get("gone_after") is not None:
            order.gone = now + _ms(entry, "gone_after", where)
        order.rank = self._random.random()
        order.start(_timeline(entry, where))
        return project, order

    def _project(self, named: object, where: str) -> str:
        for project in self.projects:
            if named is None or named in (project["id"], project["name"]):
                return project["id"]
        raise ScenarioError(f"{where}: project {named!r} is not in settings.projects")

    def _name(self, pool: str) -> str:
        """``order.<pool>-<5 characters>``, never the same twice: thousands of orders of one pool would else collide."""
        name = f"order.{pool}-{self._letters(string.ascii_lowercase)}"
        while name in self._taken:
            name = f"order.{pool}-{self._letters(string.ascii_lowercase)}"
        self._taken.add(name)
        return name

    def _letters(self, alphabet: str) -> str:
        return "".join(self._random.choices(alphabet + string.digits, k=5))

    def _order_id(self, now: int) -> str:
        return "CS" + time.strftime("%y%m%d%H%M", time.gmtime(now / 1000)) + self._letters(string.ascii_uppercase)


def _label(entry: t.Mapping[str, t.Any], key: str, where: str, default: str = "") -> str:
    """A name or an ID; null and what is left out are the default."""
    value = entry.get(key)
    return default if value is None else checks.label(value, f"{where}: {key}")


def _ms(entry: t.Mapping[str, t.Any], key: str, where: str) -> int:
    value = entry.get(key)
    return 0 if value is None else round(seconds_of(value, f"{where}: {key}") * 1000)


def _created(entry: t.Mapping[str, t.Any], now: int, where: str) -> int:
    value = entry.get("created")
    if entry.get("arrives") is not None:
        return now + _ms(entry, "arrives", where)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _EPOCH_FLOOR < value <= _EPOCH_END:
        return int(value)
    return now - _ms(entry, "created", where)


def _operation(entry: t.Mapping[str, t.Any], where: str) -> str:
    operation = entry.get("operation", "apply")
    if operation not in OPERATIONS:
        raise ScenarioError(f"{where}: operation {operation!r} is not one of {', '.join(OPERATIONS)}")
    return str(operation)


def _timeline(entry: t.Mapping[str, t.Any], where: str) -> t.Sequence[OrderStep]:
    if entry.get("timeline") is not None:
        if entry.get("state") is not None:
            raise ScenarioError(f"{where}: give 'timeline' or 'state', not both")
        return timeline_of(entry["timeline"], where)
    if entry.get("state") is not None:
        return timeline_of([{"state": entry["state"], "reason": entry.get("reason")}], where)
    return DEFAULT_TIMELINE


def _details(entry: t.Mapping[str, t.Any], where: str) -> Details:
    if entry.get("spelling") not in (None, *SPELLINGS):
        raise ScenarioError(f"{where}: spelling {entry['spelling']!r} is not one of {', '.join(SPELLINGS)}")
    return Details(
        flavors=_flavors(entry, where),
        init_count=int(entry.get("init_count") or 1),
        workspace_id=_label(entry, "workspace_id", where, "0"),
        billing=checks.dictionary(entry.get("billing"), f"{where}: billing"),
        spelling=entry.get("spelling") or "",
        resources=_resources(entry.get("resources"), where),
        pool_steps=pool_timeline_of(entry.get("pool_timeline"), where),
        raw=checks.dictionary(entry.get("raw"), f"{where}: raw"),
        drop=_drop(entry.get("drop"), where),
    )


def _drop(value: object, where: str) -> tuple[str, ...]:
    if value is not None and (not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value)):
        raise ScenarioError(f"{where}: drop must be a list of keys")
    return tuple(t.cast("t.Sequence[str]", value or ()))


def _flavors(entry: t.Mapping[str, t.Any], where: str) -> list[dict[str, t.Any]]:
    rows = entry.get("flavors") or [entry]
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, dict) for row in rows):
        raise ScenarioError(f"{where}: flavors must be a list of {{flavor, count, max_count, azs}}")
    return [_flavor(row, where) for row in rows]


def _flavor(row: t.Mapping[str, t.Any], where: str) -> dict[str, t.Any]:
    count = row.get("count", 1)
    most = row.get("max_count", count)
    for value in (count, most):
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ScenarioError(f"{where}: count and max_count must be whole numbers")
    return {
        "flavor": _label(row, "flavor", where) or DEFAULT_FLAVOR,
        "count": count,
        "maxCount": most,
        "azs": _azs(row.get("azs"), count, where),
    }


def _azs(value: object, count: int, where: str) -> list[dict[str, t.Any]]:
    """Zone names share the count evenly; dictionaries {az, count} are taken as they are."""
    if not value:
        return []
    if not isinstance(value, (list, tuple)):
        raise ScenarioError(f"{where}: azs must be a list of names or of {{az, count}}")
    share, more = divmod(count, len(value))
    return [
        dict(one) if isinstance(one, dict) else {"az": str(one), "count": share + (1 if number < more else 0)}
        for number, one in enumerate(value)
    ]


def _resources(value: object, where: str) -> list[dict[str, t.Any]]:
    if value is None:
        return []
    if not isinstance(value, (list, tuple)) or not all(isinstance(row, dict) for row in value):
        raise ScenarioError(f"{where}: resources must be a list of dictionaries (rows of ShowOrder)")
    return [dict(row) for row in value]
