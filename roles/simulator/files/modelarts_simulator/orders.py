# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order and its way through a timeline of states."""

from __future__ import annotations

import dataclasses
import typing as t

from . import checks
from .clock import seconds_of
from .errors import ScenarioError

STATES = ("pending", "processing", "succeeded", "partial", "failed")
FINAL_STATES = ("succeeded", "partial", "failed")
_STEP_KEYS = {"state", "seconds", "looks", "reason", "ended", "raw"}


@dataclasses.dataclass(frozen=True)
class Step:
    """One stretch of a timeline: a state, and how long it lasts (by time, by looks, or for good)."""

    state: str
    seconds: float | None = None
    looks: int | None = None
    reason: str = ""
    ended: bool = False
    raw: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def lasting(self) -> bool:
        """True where the order stays in this state for good."""
        return self.seconds is None and self.looks is None


@dataclasses.dataclass
class Details:
    """What does not change while an order runs: what was ordered, how it is billed and spelt."""

    flavors: list[dict[str, t.Any]]
    init_count: int = 0
    workspace_id: str = "0"
    billing: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    spelling: str = ""
    resources: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    raw: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    drop: tuple[str, ...] = ()


class Order:
    """An order, where it stands in its timeline, and its rendered row. Times are epoch milliseconds."""

    __slots__ = (
        "began",
        "created",
        "details",
        "ended",
        "gone",
        "looks",
        "name",
        "operation",
        "order_id",
        "pool",
        "pool_id",
        "position",
        "rank",
        "row",
        "step_began",
        "steps",
        "visible",
    )  # fmt: skip

    def __init__(self, name: str, order_id: str, pool: str, pool_id: str, operation: str, created: int) -> None:
        self.name = name
        self.order_id = order_id
        self.pool = pool
        self.pool_id = pool_id
        self.operation = operation
        self.created = created
        self.details = Details([])
        self.visible = created
        self.gone: int | None = None
        self.rank = 0.0
        self.steps: t.Sequence[Step] = (Step("succeeded"),)
        self.position = 0
        self.step_began = created
        self.looks = 0
        self.began = 0
        self.ended = 0
        self.row: bytes | None = None

    def meets(self, other: Order) -> bool:
        """Whether both are listed at some time."""
        before = self.gone is not None and self.gone <= other.visible
        after = other.gone is not None and other.gone <= self.visible
        return not before and not after

    def start(self, steps: t.Sequence[Step]) -> None:
        """Begin a timeline at the order's creation."""
        self.steps = steps
        self._enter(0, self.created)

    @property
    def step(self) -> Step:
        """Where the order stands now."""
        return self.steps[self.position]

    @property
    def state(self) -> str:
        """The state it is in, as the scenario words it."""
        return self.steps[self.position].state

    def next_change(self) -> int | None:
        """When time alone will move it on; None where only a look can, or nothing will."""
        seconds = self.step.seconds
        return None if seconds is None else self.step_began + round(seconds * 1000)

    def settle(self, now: int) -> bool:
        """Let time move it on, over several steps where they have passed. True where something changed."""
        changed = False
        due = self.next_change()
        while due is not None and due <= now:
            self._enter(self.position + 1, due)
            changed = True
            due = self.next_change()
        return changed

    def looked(self, now: int) -> bool:
        """Count one listing of the order. True where that moved it on."""
        if self.step.looks is None:
            return False
        self.looks += 1
        if self.looks < self.step.looks:
            return False
        self._enter(self.position + 1, max(now, self.created))
        self.settle(now)
        return True

    def _enter(self, position: int, at: int) -> None:
        self.position = position
        self.step_began = at
        self.looks = 0
        self.row = None
        step = self.step
        if step.state != "pending" and not self.began:
            self.began = at
        self.ended = at if step.ended else 0


def timeline_of(value: object, where: str) -> tuple[Step, ...]:
    """The steps of a timeline. Every one but the last needs ``seconds`` or ``looks``; ScenarioError otherwise."""
    if not isinstance(value, (list, tuple)) or not value:
        raise ScenarioError(f"{where}: timeline must be a list of at least one state")
    steps = [_step(one, f"{where}: timeline[{number}]") for number, one in enumerate(value)]
    for number, step in enumerate(steps[:-1]):
        if step.lasting:
            raise ScenarioError(f"{where}: timeline[{number}] ({step.state}) needs 'seconds' or 'looks'")
    if not steps[-1].lasting:
        raise ScenarioError(
            f"{where}: the last state of a timeline ({steps[-1].state}) lasts for good; give no duration"
        )
    return tuple(steps)


def _step(value: object, where: str) -> Step:
    if isinstance(value, str):
        value = {"state": value}
    if not isinstance(value, dict) or not isinstance(value.get("state"), str):
        raise ScenarioError(f"{where}: expected a dictionary with a 'state'")
    unknown = set(value) - _STEP_KEYS
    if unknown:
        raise ScenarioError(f"{where}: unknown key {sorted(unknown)[0]!r}; known: {', '.join(sorted(_STEP_KEYS))}")
    if value.get("seconds") is not None and value.get("looks") is not None:
        raise ScenarioError(f"{where}: give 'seconds' or 'looks', not both")
    state = value["state"]
    return Step(
        state=state,
        seconds=None if value.get("seconds") is None else seconds_of(value["seconds"], f"{where}: seconds"),
        looks=_looks(value.get("looks"), where),
        reason=str(value.get("reason") or ""),
        ended=bool(value.get("ended", state in FINAL_STATES)),
        raw=checks.dictionary(value.get("raw"), f"{where}: raw"),
    )


def _looks(value: object, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ScenarioError(f"{where}: looks must be a whole number from 1 up")
    return value
