# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a benchmark says: figures, some of them with a limit that must hold, and tables of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measurement; ``limit`` is the most that it may be, None for one that is only told."""

    what: str
    value: float
    limit: float | None = None
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether it keeps its limit."""
        return self.limit is None or self.value <= self.limit

    def cells(self) -> list[str]:
        """Return it as a row of a table."""
        if self.limit is None:
            return [self.what, number(self.value, self.unit), "", ""]
        verdict = "yes" if self.holds else "**no**"
        return [self.what, number(self.value, self.unit), f"at most {number(self.limit, self.unit)}", verdict]


def number(value: float, unit: str = "") -> str:
    """Return a number with as many digits as mean something."""
    if value >= 1000 or value == int(value):
        text = f"{value:,.0f}"
    else:
        text = f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"
    return f"{text} {unit}".rstrip()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose first column is text, the others numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def figures(rows: Sequence[Figure]) -> str:
    """Return figures as a table."""
    return table(["figure", "measured", "must be", "holds"], [row.cells() for row in rows])


def exponent(costs: Mapping[int, float]) -> float:
    """Return how cost grows with size, as the power of it: the slope of the line through both logarithms."""
    points = [(math.log(size), math.log(cost)) for size, cost in costs.items()]
    middle_x, middle_y = (sum(column) / len(points) for column in zip(*points, strict=True))
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points) / sum((x - middle_x) ** 2.0 for x, dummy in points)
    return float(slope)
