# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Where times lie in a timeline: bars, the axis on which they are readable, and rows that share one.

A month has room for few orders of twenty minutes. So quiet time, in which nothing began or ended, is folded where a
usual order would be too short to see, and where that is not enough fewer rows share an axis. Lengths are in pixels,
times in epoch milliseconds. Nothing here imports ansible.
"""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import Row

LEFT, RIGHT = 384, 838  # where bars may lie
FOLD = 10  # how wide a fold is
READABLE = 16  # how long a usual order must at least be
_MOST_FOLDS = 12
_MOST_ROWS, _FEW_ROWS = 24, 6  # that share an axis: at most, and without being split further
_MOST_TICKS = 7
DAY = 86_400
# Seconds between ticks that people can read; further ones are years, doubled as often as needed.
_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200),
    *(days * DAY for days in (1, 2, 7, 14, 30, 91, 182, 365)),
)

Stretch = tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Bar:
    """When an order was queued and when it ran, each as (from, to), or None; ``open`` is what still goes on."""

    queued: Stretch | None
    ran: Stretch | None
    open: bool

    @property
    def times(self) -> list[int]:
        """All times at which something began or ended."""
        return [time for part in (self.queued, self.ran) if part for time in part]

    @property
    def length(self) -> int:
        """From the first of these times to the last."""
        return max(self.times) - min(self.times) if self.times else 0


def bar_of(row: Row, now: int) -> Bar:
    """Return an order's bar. What is not finished reaches to ``now``; times in the wrong order give length 0."""
    start = row.created or row.began or row.ended
    if not start:
        return Bar(None, None, False)
    last = row.ended or (max(row.created, row.began) if row.finished else now)
    if not row.began:
        return Bar((start, max(start, last)), None, not row.finished)
    began = max(start, row.began)
    queued = (start, began) if row.created else None
    return Bar(queued, (began, max(began, last)), not row.finished)


def newest_time(found: t.Sequence[Row]) -> int:
    """Return the newest time that the orders and their resources mention, 0 where there is none."""
    updates = (model.timestamp(one.get("update_timestamp")) for row in found for one in row.resources)
    return max((*(max(row.created, row.began, row.ended) for row in found), *updates), default=0)


def usual(bars: t.Sequence[Bar]) -> float:
    """Return how long an order usually is: the median of those that have ended, else of all; 0 where none has."""
    lengths = [each.length for each in bars if each.length]
    ended = [each.length for each in bars if each.length and not each.open]
    return statistics.median(ended or lengths or [0])


@dataclasses.dataclass(frozen=True)
class Scale:
    """From times to places: stretches of time, each of them straight; the quiet time between two is folded."""

    stretches: tuple[Stretch, ...]

    @classmethod
    def over(cls, bars: t.Sequence[Bar]) -> Scale | None:
        """Return the scale on which all bars fit, with a little room; None where no bar has a time."""
        times = sorted({time for drawn in bars for time in drawn.times})
        if not times:
            return None
        length = usual(bars)
        folded = _quiet(times, length)
        room = int(length // 4) if folded else max(500, (times[-1] - times[0]) // 50)
        ends = [times[0] - room, *itertools.chain(*folded), times[-1] + room]
        return cls(tuple(zip(ends[::2], ends[1::2], strict=True)))

    @property
    def factor(self) -> float:
        """How many pixels a millisecond has."""
        return _room(len(self.stretches) - 1) / sum(end - start for start, end in self.stretches)

    def x(self, time: int) -> float:
        """Return where a time lies; all of a fold lies where the stretch before it ends."""
        passed = sum(min(time, end) - start for start, end in self.stretches if start <= time)
        folds = sum(start <= time for start, dummy in self.stretches[1:])
        return LEFT + passed * self.factor + folds * FOLD

    def folds(self) -> list[float]:
        """Return where folds begin."""
        return [self.x(end) for dummy, end in self.stretches[:-1]]

    def step(self) -> int:
        """Return the seconds between ticks: as few as leave room for their labels."""
        seconds = sum(end - start for start, end in self.stretches) / 1000
        step = next((step for step in _STEPS if seconds / step <= _MOST_TICKS), _STEPS[-1])
        while seconds / step > _MOST_TICKS:
            step *= 2
        return step

    def ticks(self) -> list[int]:
        """Return the times of the ticks: on whole steps of UTC, or where stretches begin if there are many."""
        if len(self.stretches) > 1:
            return [start for start, dummy in self.stretches]
        step = self.step() * 1000
        [(start, end)] = self.stretches
        return list(range(-(-start // step) * step, end + 1, step))


def _quiet(times: list[int], length: float) -> list[Stretch]:
    """Return the stretches to fold, in sequence: the longest quiet ones, until a usual order is long enough."""
    margin = int(length // 4)
    gaps = [(before + margin, after - margin) for before, after in itertools.pairwise(times)]
    gaps = sorted((gap for gap in gaps if length and gap[1] - gap[0] > 2 * length), key=lambda gap: gap[0] - gap[1])
    total = times[-1] - times[0] + 2 * margin
    folded: list[Stretch] = []
    for gap in gaps[:_MOST_FOLDS]:
        if length * _room(len(folded)) / total >= 2 * READABLE:
            break
        folded.append(gap)
        total -= gap[1] - gap[0]
    return sorted(folded)


def _room(folds: int) -> int:
    return RIGHT - LEFT - folds * FOLD


class Panel(t.NamedTuple):
    """Rows of a timeline that share an axis; ``scale`` is None where none of them has a time."""

    rows: t.Sequence[Row]
    bars: t.Sequence[Bar]
    scale: Scale | None


def panels(found: t.Sequence[Row], bars: t.Sequence[Bar]) -> t.Iterator[Panel]:
    """Split rows into panels, in sequence, as large as can be read."""
    scale = Scale.over(bars)
    short = len(found) <= _MOST_ROWS and (scale is None or usual(bars) * scale.factor >= READABLE)
    if short or len(found) <= _FEW_ROWS:
        yield Panel(found, bars, scale)
        return
    half = (len(found) + 1) // 2
    yield from panels(found[:half], bars[:half])
    yield from panels(found[half:], bars[half:])
