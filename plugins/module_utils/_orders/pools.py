# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The pool behind an order: ShowPool and its nodes, and whether the pool can be used.

The rules are those by which Huawei's Terraform provider waits: the driver of every node, then every scope.
"""

from __future__ import annotations

import typing as t

from .._client.errors import ResponseError
from .._client.text import safe
from .api import OrdersApi
from .model import FAILED, PENDING, PROCESSING, SUCCEEDED, string

_RUNNING = "running"
_ABNORMAL = "abnormal"
_UNSETTLED_SCOPES = ("enabling", "disabling")
_SERVER_ID = "os.modelarts.node/underlying.instance.id"
_DISPLAY_NAME = "os.modelarts/name"


class Nodes(t.TypedDict):
    """Of the nodes that count: how many there are, how many are ready, and the names of those that are abnormal."""

    total: int
    ready: int
    abnormal: list[str]


class Scope(t.TypedDict):
    """A use of a pool (Train, Infer, Notebook) and its state."""

    type: str | None
    state: str | None


class Pool(t.TypedDict):
    """One pool as users see it; ``phase`` is None where the service knows no such pool."""

    name: str
    display_name: str | None
    phase: str | None
    message: str | None
    scopes: list[Scope]
    nodes: Nodes
    ready: bool


class Node(t.NamedTuple):
    """One node: its name, its server's ID, its own phase, and its driver's (None: there is no driver)."""

    name: str
    server_id: str | None
    phase: str | None
    driver: str | None


class PoolsApi:
    """The pools of one project. Every method raises the typed errors of the core."""

    def __init__(self, orders: OrdersApi) -> None:
        self._orders = orders

    def show(self, pool_id: str) -> Pool:
        """Return a pool without its nodes. Raises PoolNotFoundError, NotPublishedError."""
        raw = self._get(pool_id)
        metadata, status = _object(raw.get("metadata")), _object(raw.get("status"))
        if not metadata and not status:
            raise ResponseError("ShowPool answered with JSON that is no pool: check the endpoint")
        scopes = status.get("scope")
        return {
            "name": pool_id,
            "display_name": string(_object(metadata.get("labels")).get(_DISPLAY_NAME)),
            "phase": string(status.get("phase")),
            "message": string(status.get("message")),
            "scopes": [
                {"type": string(scope.get("scopeType")), "state": string(scope.get("state"))}
                for scope in (scopes if isinstance(scopes, list) else [])
                if isinstance(scope, dict)
            ],
            "nodes": {"total": 0, "ready": 0, "abnormal": []},
            "ready": False,
        }

    def nodes(self, pool_id: str) -> list[Node]:
        """Return the nodes of a pool."""
        items = self._get(pool_id, "nodes").get("items") or []
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise ResponseError("The nodes of a pool came as JSON of another shape: check the endpoint")
        return [_node(item) for item in items]

    def _get(self, *path: str) -> dict[str, t.Any]:
        data = self._orders.get("v2", "pools", path)
        if not isinstance(data, dict):
            raise ResponseError("ShowPool answered with JSON that is no pool: check the endpoint")
        return data


def _object(value: t.Any) -> dict[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _node(raw: dict[str, t.Any]) -> Node:
    metadata, status = _object(raw.get("metadata")), _object(raw.get("status"))
    name = string(metadata.get("name")) or ""
    server_id = string(_object(metadata.get("labels")).get(_SERVER_ID))
    # A row without any status does not say that there is no driver.
    driver = string(_object(status.get("driver")).get("phase")) if status else "unknown"
    return Node(name or server_id or "a node without a name", server_id, string(status.get("phase")), driver)


def unknown_pool(pool_id: str, display_name: str | None) -> Pool:
    """Return a pool that the service does not know, or that was not asked for yet."""
    nodes: Nodes = {"total": 0, "ready": 0, "abnormal": []}
    return {
        "name": pool_id,
        "display_name": display_name,
        "phase": None,
        "message": None,
        "scopes": [],
        "nodes": nodes,
        "ready": False,
    }


def count_nodes(pool: Pool, nodes: t.Sequence[Node], names: t.Collection[str] | None) -> str | None:
    """Fill in a pool's ``nodes`` from those that count: the named ones, or (None) all.

    Returns why the pool is broken, None where it is not. Ready is a node whose driver runs, or that has none, in each
    row of it; one that is named and not listed is not. A node's own phase Abnormal is only told.
    """
    counted: dict[str, list[Node]] = {}
    for node in nodes:
        if names is None or node.name in names or node.server_id in names:
            counted.setdefault(node.name, []).append(node)
    rows = [node for same in counted.values() for node in same]
    known = {name for node in rows for name in (node.name, node.server_id)}
    broken = list(dict.fromkeys(node.name for node in rows if _is(node.driver, _ABNORMAL)))
    abnormal = [node.name for node in rows if _is(node.phase, _ABNORMAL) or node.name in broken]
    pool["nodes"] = {
        "total": len(counted) + len([name for name in names or () if name not in known]),
        "ready": sum(
            all(node.driver is None or _is(node.driver, _RUNNING) for node in same) for same in counted.values()
        ),
        "abnormal": list(dict.fromkeys(abnormal)),
    }
    return f"the driver of {some(broken)} is Abnormal" if broken else None


def broken_phase(pool: Pool) -> str | None:
    """Return why a pool's phase says that it will not become usable, None where it does not say so."""
    phase = (pool["phase"] or "").lower()
    if phase not in (_ABNORMAL, "error") and not phase.endswith("failed"):
        return None
    return f"its phase is {safe(pool['phase'], 40)}: {safe(pool['message'] or 'the service gave no reason', 200)}"


def awaited(pool: Pool) -> list[str]:
    """Return what a pool still needs before it can be used: nothing where it is ready."""
    nodes = pool["nodes"]
    left = nodes["total"] - nodes["ready"]
    unsettled = [scope["type"] for scope in pool["scopes"] if (scope["state"] or "").lower() in _UNSETTLED_SCOPES]
    return [
        *([] if _is(pool["phase"], _RUNNING) else [f"phase {safe(pool['phase'] or 'unknown', 40)}"]),
        *([f"driver of {left} of {nodes['total']} nodes"] if left > 0 else []),
        *(f"scope {safe(scope, 40)}" for scope in unsettled),
    ]


def _is(phase: str | None, word: str) -> bool:
    return phase is not None and phase.lower() == word


def nodes_of(pool_id: str | None, rows: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[list[str], list[str]]:
    """Return the names of the nodes that failed and that succeeded by ShowOrder's rows, without the pool's own row."""
    named = [(row["resource_name"], row["state"]) for row in _of_nodes(pool_id, rows)]
    return [name for name, state in named if state == FAILED], [name for name, state in named if state == SUCCEEDED]


class NodeChange(t.NamedTuple):
    """What an order did to a pool's nodes by ShowOrder's rows; ``final`` where none of them is still under way."""

    added: set[str]
    deleted: set[str]
    final: bool


def change_of(pool_id: str | None, rows: t.Iterable[t.Mapping[str, t.Any]]) -> NodeChange:
    """Return which nodes an order that has succeeded is for; those that ShowOrder still processes are among them."""
    nodes = list(_of_nodes(pool_id, rows))
    deleted = {row["resource_name"] for row in nodes if str(row["action"]).lower().startswith("delete")}
    states = {row["resource_name"]: row["state"] for row in nodes if row["resource_name"] not in deleted}
    under_way = {name for name, state in states.items() if state in (PENDING, PROCESSING)}
    return NodeChange({*under_way, *(name for name in states if states[name] == SUCCEEDED)}, deleted, not under_way)


def _of_nodes(pool_id: str | None, rows: t.Iterable[t.Mapping[str, t.Any]]) -> t.Iterator[t.Mapping[str, t.Any]]:
    for row in rows:
        if row["resource_name"] not in (None, pool_id) and not str(row["action"]).lower().endswith("pool"):
            yield row


def some(names: t.Sequence[str]) -> str:
    """Return the first five names of nodes, and how many more there are, as one safe text."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(safe(name, 80) for name in names[:5]) + more
