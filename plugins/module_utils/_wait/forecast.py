# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What past orders tell about those that are waited for: alike are orders of the same operation and flavors."""

from __future__ import annotations

import typing as t

from .._orders import model
from .._orders.model import Order
from .schedule import ExpectedEnd, History, Unfinished, expected_end
from .standing import Standing


class Forecast:
    """The durations of the project's finished orders. ``has_learnt``: once is enough, the past does not change."""

    def __init__(self) -> None:
        self.has_learnt = False
        self._durations: dict[t.Any, list[float]] = {}
        self._histories: dict[t.Any, History | None] = {}

    def learn(self, rows: t.Iterable[Order]) -> None:
        """Learn from finished orders how long orders of each kind take."""
        self.has_learnt = True
        self._histories.clear()
        for order in rows:
            seconds = _took(order)
            if seconds is not None:
                self._durations.setdefault(kind_of(order), []).append(seconds)

    def unfinished(self, standing: Standing, now_ms: int) -> list[Unfinished]:
        """Return what is still waited for; ``now_ms`` is the service's clock, or ours, in epoch ms."""
        unmet = len(standing.missing) - len(standing.not_found) + len(standing.settling)
        return [*(self._of(order, now_ms) for order in standing.open), *[Unfinished()] * unmet]

    def expected_end(self, standing: Standing, now_ms: int) -> ExpectedEnd | None:
        """Return in how many seconds the last order is likely to end, None where the past does not tell."""
        return None if standing.missing else expected_end(self.unfinished(standing, now_ms))

    def _of(self, order: Order, now_ms: int) -> Unfinished:
        began = order["begin_timestamp"] or order["creation_timestamp"]
        age = (now_ms - began) / 1000 if began else None
        return Unfinished(age, order["state"] == model.PENDING, self._history_of(kind_of(order)))

    def _history_of(self, kind: t.Any) -> History | None:
        if kind not in self._histories:
            self._histories[kind] = History.learn(self._durations.get(kind, ()))
        return self._histories[kind]


def kind_of(order: Order) -> tuple[str | None, tuple[str, ...]]:
    """Return what makes orders alike: their operation and flavors."""
    return order["operation"], tuple(sorted({str(count["flavor"]) for count in order["spec_count"]}))


def _took(order: Order) -> float | None:
    """Return the seconds that a succeeded order took; where begin and end are one, since its creation."""
    began, ended = order["begin_timestamp"], order["end_timestamp"]
    if order["state"] != model.SUCCEEDED or not ended:
        return None
    start = began if 0 < began < ended else order["creation_timestamp"]
    return (ended - start) / 1000 if 0 < start < ended else None
