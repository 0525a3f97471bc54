# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pool does once its order has ended: a timeline of its own, out of the scenario."""

from __future__ import annotations

import dataclasses
import typing as t

from . import checks
from .timeline import Step, Timeline, known, steps_of

SCOPES = ("Train", "Infer", "Notebook")
_KEYS = ("phase", "message", "scopes", "drivers", "nodes", "gone", "seconds", "polls")
Phases = t.Union[str, t.Mapping[str, int]]


@dataclasses.dataclass(frozen=True)
class PoolStep(Step):
    """A state of a pool and its nodes (one phase for all, or {phase: number}); what is empty is as the order says."""

    phase: str = ""
    message: str = ""
    scopes: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    drivers: Phases = ""
    nodes: Phases = ""
    gone: bool = False


class PoolTimeline(Timeline[PoolStep]):
    """Moved on by time and by ShowPool: what a node listing shows between two of them fits the first."""

    __slots__ = ()

    def asked(self, now: int) -> None:
        """Count one ShowPool before it is answered."""
        if self.step.polls is not None and self.polls >= self.step.polls:
            self._enter(self.position + 1, max(now, self.step_began))
            self.settle(now)
        self.polls += 1


def pool_timeline_of(value: object, where: str) -> tuple[PoolStep, ...]:
    """The steps of an order's ``pool_timeline``; none where it is not given."""
    return () if value is None else steps_of(value, f"{where}: pool_timeline", _pool_step)


def _pool_step(value: dict[str, t.Any], where: str) -> PoolStep:
    known(value, _KEYS, where)
    scopes = checks.dictionary(value.get("scopes"), f"{where}: scopes")
    return PoolStep(
        phase=checks.text(value.get("phase", ""), f"{where}: phase"),
        message=checks.text(value.get("message", ""), f"{where}: message"),
        scopes={name: None if one is None else checks.text(one, f"{where}: scopes") for name, one in scopes.items()},
        drivers=_phases(value.get("drivers", ""), f"{where}: drivers"),
        nodes=_phases(value.get("nodes", ""), f"{where}: nodes"),
        gone=bool(value.get("gone")),
    )


def _phases(value: object, where: str) -> Phases:
    if not isinstance(value, dict):
        return checks.text(value, where)
    return {checks.text(phase, where): checks.whole(number, where) for phase, number in value.items()}
