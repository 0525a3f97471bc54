# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Timelines: states that follow each other by time or by polls. Orders have one, and pools have one."""

from __future__ import annotations

import dataclasses
import typing as t

from . import checks
from .clock import seconds_of
from .errors import ScenarioError

DURATIONS = ("seconds", "polls", "looks")  # looks: an older word for polls


@dataclasses.dataclass(frozen=True)
class Step:
    """One stretch of a timeline: how long it lasts, by time or by polls; for good where neither is given."""

    seconds: float | None = None
    polls: int | None = None

    @property
    def lasting(self) -> bool:
        """True where nothing follows."""
        return self.seconds is None and self.polls is None


S = t.TypeVar("S", bound=Step)


class Timeline(t.Generic[S]):
    """Where something stands among its steps. Times are epoch milliseconds."""

    __slots__ = ("polls", "position", "step_began", "steps")

    def __init__(self, steps: t.Sequence[S], at: int) -> None:
        self.steps = steps
        self._enter(0, at)

    @property
    def step(self) -> S:
        """Where it stands now."""
        return self.steps[self.position]

    def next_change(self) -> int | None:
        """When time alone will move it on; None where only a poll can, or nothing will."""
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

    def polled(self, now: int) -> bool:
        """Count one poll. True where that moved it on."""
        if self.step.polls is None:
            return False
        self.polls += 1
        if self.polls < self.step.polls:
            return False
        self._enter(self.position + 1, max(now, self.step_began))
        self.settle(now)
        return True

    def _enter(self, position: int, at: int) -> None:
        self.position = position
        self.step_began = at
        self.polls = 0


def steps_of(value: object, where: str, make: t.Callable[[dict[str, t.Any], str], S]) -> tuple[S, ...]:
    """The steps of a timeline. Every one but the last needs ``seconds`` or ``polls``; ScenarioError otherwise."""
    if not isinstance(value, (list, tuple)) or not value:
        raise ScenarioError(f"{where} must be a list of at least one state")
    steps = [_step(one, f"{where}[{number}]", make) for number, one in enumerate(value)]
    for number, step in enumerate(steps[:-1]):
        if step.lasting:
            raise ScenarioError(f"{where}[{number}] needs 'seconds' or 'polls': another state follows")
    if not steps[-1].lasting:
        raise ScenarioError(f"{where}[{len(steps) - 1}] is the last state and lasts for good; give no duration")
    return tuple(steps)


def _step(value: object, where: str, make: t.Callable[[dict[str, t.Any], str], S]) -> S:
    if isinstance(value, str):
        value = {"state": value}
    if not isinstance(value, dict):
        raise ScenarioError(f"{where}: expected a dictionary")
    given = {key: one for key, one in value.items() if one is not None or key not in DURATIONS}
    if len(set(DURATIONS) & set(given)) > 1:
        raise ScenarioError(f"{where}: give 'seconds' or 'polls', not both")
    seconds, polls = given.pop("seconds", None), given.pop("polls", given.pop("looks", None))
    return dataclasses.replace(
        make(given, where),
        seconds=None if seconds is None else seconds_of(seconds, f"{where}: seconds"),
        polls=None if polls is None else checks.whole(polls, f"{where}: polls", 1),
    )


def known(value: t.Mapping[str, t.Any], keys: t.Iterable[str], where: str) -> None:
    """Raise ScenarioError where a key is none of those."""
    unknown = sorted(set(map(str, value)) - set(keys))
    if unknown:
        raise ScenarioError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(keys))}")
