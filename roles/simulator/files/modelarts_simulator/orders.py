# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order and its way through a timeline of states."""

from __future__ import annotations

import dataclasses
import typing as t

from . import checks
from .errors import ScenarioError
from .pools import PoolStep, PoolTimeline
from .timeline import Step, Timeline, known, steps_of

FINAL_STATES = ("succeeded", "partial", "failed")


@dataclasses.dataclass(frozen=True)
class OrderStep(Step):
    """A state that an order is in for a while."""

    state: str = ""
    reason: str = ""
    ended: bool = False
    raw: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Details:
    """What does not change while an order runs: what was ordered, how it is spelt, what its pool does afterwards."""

    flavors: list[dict[str, t.Any]]
    init_count: int = 0
    workspace_id: str = "0"
    billing: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    spelling: str = ""
    resources: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    pool_steps: tuple[PoolStep, ...] = ()
    raw: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    drop: tuple[str, ...] = ()


class Order(Timeline[OrderStep]):
    """An order, where it stands in its timeline, and its rendered row. Times are epoch milliseconds."""

    __slots__ = (
        "began",
        "created",
        "details",
        "ended",
        "gone",
        "name",
        "operation",
        "order_id",
        "pool",
        "pool_id",
        "pool_timeline",
        "rank",
        "row",
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
        self.began = 0
        self.ended = 0
        self.row: bytes | None = None
        self.pool_timeline: PoolTimeline | None = None
        super().__init__((OrderStep(state="succeeded"),), created)

    def meets(self, other: Order) -> bool:
        """Whether both are listed at some time."""
        before = self.gone is not None and self.gone <= other.visible
        after = other.gone is not None and other.gone <= self.visible
        return not before and not after

    def start(self, steps: t.Sequence[OrderStep]) -> None:
        """Begin a timeline at the order's creation."""
        self.steps = steps
        self.began = 0
        self._enter(0, self.created)

    @property
    def state(self) -> str:
        """The state it is in, as the scenario words it."""
        return self.steps[self.position].state

    def pool_step(self, now: int, asked: bool = False) -> PoolStep | None:
        """What its pool does once the order has ended; None before, and where the scenario says nothing of it."""
        if not self.details.pool_steps or not self.step.lasting:
            return None
        if self.pool_timeline is None:
            self.pool_timeline = PoolTimeline(self.details.pool_steps, self.step_began)
        self.pool_timeline.settle(now)
        if asked:
            self.pool_timeline.asked(now)
        return self.pool_timeline.step

    def _enter(self, position: int, at: int) -> None:
        super()._enter(position, at)
        self.row = None
        step = self.step
        if step.state != "pending" and not self.began:
            self.began = at
        self.ended = at if step.ended else 0


def timeline_of(value: object, where: str) -> tuple[OrderStep, ...]:
    """The steps of an order's timeline."""
    return steps_of(value, f"{where}: timeline", _order_step)


def _order_step(value: dict[str, t.Any], where: str) -> OrderStep:
    state = value.get("state")
    if not isinstance(state, str):
        raise ScenarioError(f"{where}: expected a dictionary with a 'state'")
    known(value, ("state", "seconds", "polls", "reason", "ended", "raw"), where)
    return OrderStep(
        state=state,
        reason=str(value.get("reason") or ""),
        ended=bool(value.get("ended", state in FINAL_STATES)),
        raw=checks.dictionary(value.get("raw"), f"{where}: raw"),
    )
