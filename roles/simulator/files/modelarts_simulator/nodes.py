# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes that orders make and delete, and what ShowOrder, ShowPool and the listing of nodes say of them."""

from __future__ import annotations

import typing as t
import uuid

from .orders import Order
from .pools import SCOPES, Phases

_SHOW_STATUS = {"pending": "processing", "succeeded": "succeed", "partial": "failed"}
_SHOW_ACTIONS = {"apply": "createPool", "modify": "createNode", "delete": "deletePool"}
_PHASES = {  # of the pool, by operation and state of its newest order
    "apply": {"pending": "Waiting", "processing": "Creating", "failed": "CreationFailed"},
    "modify": {"failed": "ScalingFailed"},
    "delete": {"processing": "Deleting", "partial": "Error"},
}
_NODE_PHASES = {"Available": "available", "Creating": "creating", "Deleting": "deleting"}
_WORST_FIRST = ("Abnormal", "Updating", "Pending")
_MOST = 1000


class Change(t.NamedTuple):
    """What an order does to one node; ``action`` and ``status`` in ShowOrder's words."""

    node: str
    flavor: str
    action: str
    status: str


class Node(t.NamedTuple):
    """A node of a pool, and the phase of its driver (empty: it has none)."""

    name: str
    flavor: str
    phase: str
    driver: str


def changes(order: Order, before: t.Sequence[Node]) -> list[Change]:
    """What an order does to the nodes that its pool had before: rows of the scenario, else what its counts say."""
    flavors = _flavors(order)
    if order.details.resources:
        status = _SHOW_STATUS.get(order.state, order.state)
        return [
            Change(str(row["resourceName"]), flavors[0], str(row["action"]), str(row.get("status", status)))
            for row in order.details.resources
            if row.get("action") in ("createNode", "deleteNode")
            and row.get("resourceName") not in (None, order.pool_id)
        ]
    if order.state == "pending":
        return []
    kept = {"apply": 0, "modify": len(before), "delete": 0}[order.operation]
    made = [] if order.operation == "delete" else flavors[kept:]
    lost = before[len(flavors) :] if order.operation == "modify" else before if order.operation == "delete" else []
    rows = [(f"os-node-created-{order.name[-5:]}-{number}", one, "createNode") for number, one in enumerate(made)]
    rows += [(node.name, node.flavor, "deleteNode") for node in lost]
    good = len(rows) // 2 if order.state == "partial" else len(rows)
    words = ("succeed", "failed") if order.state == "partial" else (_SHOW_STATUS.get(order.state, order.state), "")
    return [Change(*row, words[number >= good]) for number, row in enumerate(rows)]


def _flavors(order: Order) -> list[str]:
    """The flavor of each node that is ordered."""
    return [one["flavor"] for one in order.details.flavors for dummy in range(min(one["count"], _MOST))][:_MOST]


def nodes_of(orders: t.Iterable[Order], now: int, until: Order | None = None) -> list[Node]:
    """The nodes of a pool after its orders, oldest first; those before ``until`` where that is given."""
    nodes: list[Node] = []
    for order in orders:
        if not nodes and order.operation != "apply":
            flavor = order.details.flavors[0]["flavor"]
            names = (f"os-node-initial-{number}" for number in range(min(order.details.init_count, _MOST)))
            nodes = [Node(name, flavor, "Available", _driver(flavor)) for name in names]
        if order is until:
            break
        nodes = _after(order, nodes, now)
    return nodes


def _after(order: Order, nodes: list[Node], now: int) -> list[Node]:
    made: list[Node] = []
    phases: dict[str, str] = {}
    for change in changes(order, nodes):
        done = change.status == "succeed"
        if change.action == "deleteNode":
            phases[change.node] = "" if done else "Available" if change.status == "failed" else "Deleting"
        elif change.status != "failed":
            driver = _driver(change.flavor)
            made.append(
                Node(
                    change.node, change.flavor, *(("Available", driver) if done else ("Creating", driver and "Pending"))
                )
            )
    rest = [node._replace(phase=phases.get(node.name, node.phase)) for node in nodes]
    return [node for node in rest if node.phase] + _as_told(order, made, now)


def _as_told(order: Order, nodes: list[Node], now: int) -> list[Node]:
    """The nodes of an order, with the phases that its pool's timeline gives them."""
    step = order.pool_step(now)
    if step is None:
        return nodes
    phases, drivers = _spread(step.nodes, len(nodes)), _spread(step.drivers, len(nodes))
    return [
        node._replace(phase=phase or node.phase, driver="" if driver == "none" else driver or node.driver)
        for node, phase, driver in zip(nodes, phases, drivers)
    ]


def _spread(phases: Phases, number: int) -> list[str]:
    """One phase for each node; empty for those that the scenario leaves as they are."""
    if isinstance(phases, str):
        return [phases] * number
    given = [phase for phase, many in phases.items() for dummy in range(min(many, number))]
    return (given + [""] * number)[:number]


def _kind(flavor: str) -> str:
    return "gpu" if ".gpu." in flavor else "npu" if ".npu." in flavor or "snt" in flavor else ""


def _driver(flavor: str) -> str:
    return "Running" if _kind(flavor) else ""


# As the service words it


def show_rows(order: Order, before: t.Sequence[Node], keys: str) -> list[dict[str, t.Any]]:
    """ShowOrder's rows: the pool's own and one for each node; or what the scenario says."""
    given = order.details.resources
    if not given:
        given = [{}, *(_change_row(order, change) for change in changes(order, before))]
    rows = [_show_row(order, row) for row in given]
    if keys == "lower":
        return [{key.lower(): value for key, value in row.items()} for row in rows]
    return rows


def _change_row(order: Order, change: Change) -> dict[str, t.Any]:
    message = order.step.reason if change.status == "failed" else ""
    return {"resourceName": change.node, "action": change.action, "status": change.status, "message": message}


def _show_row(order: Order, override: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "resourceName": order.pool_id,
        "action": _SHOW_ACTIONS.get(order.operation, order.operation),
        "status": _SHOW_STATUS.get(order.state, order.state),
        "beginTimestamp": str(order.began or order.created),
        "updateTimestamp": str(order.step_began),
        "message": order.step.reason,
        **override,
    }


def is_gone(order: Order, now: int) -> bool:
    """Whether the pool whose newest order this is does not exist (any more, or yet)."""
    step = order.pool_step(now)
    return step.gone if step else order.operation == "delete" and order.state == "succeeded"


def show_pool(orders: t.Sequence[Order], now: int) -> dict[str, t.Any]:
    """ShowPool's answer for a pool with these orders, oldest first."""
    order, nodes = orders[-1], nodes_of(orders, now)
    step = order.pool_step(now)
    phase = (step.phase if step else "") or _PHASES[order.operation].get(order.state, "Running")
    scopes: dict[str, str | None] = dict.fromkeys(
        SCOPES, "Enabled" if phase not in ("Waiting", "Creating") else "Enabling"
    )
    scopes.update(step.scopes if step else {})
    return {
        "kind": "Pool",
        "apiVersion": "v2",
        "metadata": {
            "name": order.pool_id,
            "labels": {"os.modelarts/name": order.pool, "os.modelarts/order.name": order.name},
        },
        "status": {
            "phase": phase,
            "message": step.message if step else order.step.reason if order.state == "failed" else "",
            "scope": [{"scopeType": name, "state": state} for name, state in scopes.items() if state is not None],
            "resources": _resources(nodes),
            "driver": _drivers(nodes),
        },
    }


def _resources(nodes: t.Iterable[Node]) -> dict[str, list[dict[str, t.Any]]]:
    found: dict[str, dict[str, int]] = {}
    for node in nodes:
        counts = found.setdefault(_NODE_PHASES.get(node.phase, "abnormal"), {})
        counts[node.flavor] = counts.get(node.flavor, 0) + 1
    return {
        name: [{"flavor": flavor, "count": count, "maxCount": count} for flavor, count in counts.items()]
        for name, counts in found.items()
    }


def _drivers(nodes: t.Iterable[Node]) -> dict[str, dict[str, str]]:
    """The state of each kind of driver: the worst of its nodes'."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        if node.driver:
            found.setdefault(_kind(node.flavor) or "npu", []).append(node.driver)
    return {
        kind: {"phase": next((one for one in _WORST_FIRST if one in phases), phases[0]), "version": "7.1.0-23.0.6"}
        for kind, phases in found.items()
    }


def node_rows(nodes: t.Iterable[Node]) -> list[dict[str, t.Any]]:
    """The rows of a listing of nodes."""
    rows = []
    for node in nodes:
        status: dict[str, t.Any] = {"phase": node.phase}
        if node.driver:
            status["driver"] = {"phase": node.driver, "version": "7.1.0-23.0.6"}
        server = str(uuid.uuid5(uuid.NAMESPACE_OID, node.name))
        labels = {"os.modelarts.node/underlying.instance.id": server}
        rows.append({"kind": "Node", "metadata": {"name": node.name, "labels": labels}, "status": status})
    return rows
