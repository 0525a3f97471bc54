# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Orders as a timeline: one self-contained SVG of queued and running time. Nothing here imports ansible.

The same orders always give the same picture: it asks no clock, and lengths are rounded. Lengths are in pixels, times
in epoch milliseconds.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model as _order
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import (
    Given,
    Row,
    counts,
    escape,
    moment,
    rows,
    span,
)
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.table import fit

WIDTH = 1000
_LEFT, _RIGHT = 232, 748  # where bars may lie; names stand left of it, the state and durations right
_STATE_X, _QUEUED_X, _RAN_X = 764, 912, 988
_TOP, _ROW, _BAR = 100, 22, 12
_MOST_TICKS = 7
_DAY = 86_400
# Seconds between ticks that people can read; further ones are years, doubled as often as needed.
_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200),
    *(days * _DAY for days in (1, 2, 7, 14, 30, 91, 182, 365)),
)
# Each state in light and in dark, told apart by people who see fewer colours too, and its pattern where it has one.
COLOURS = {
    _order.PENDING: ("#8a6100", "#e0b23c"),
    _order.PROCESSING: ("#0b65c2", "#62aef7"),
    _order.SUCCEEDED: ("#137a5d", "#3fbf95"),
    _order.PARTIAL: ("#8250c4", "#bd9bf0"),
    _order.FAILED: ("#c2293a", "#ff7b7b"),
    _order.UNKNOWN: ("#59636e", "#a4adb8"),
}
_PATTERNS = {
    _order.FAILED: '<path d="M0 6L6 0M-1 1L1-1M5 7L7 5"/>',
    _order.PARTIAL: '<path d="M3 0V3M0 3H6"/>',
    _order.UNKNOWN: '<path d="M3 0V6"/>',
}


def style() -> str:
    """Return the picture's style sheet: also for pages that must name its hash."""
    ours = ".orders-timeline"
    light, dark = (
        "".join(
            f"{ours} .{state}{{fill:{pair[shade]}}}{ours} .q.{state}{{fill:none;stroke:{pair[shade]}}}"
            for state, pair in COLOURS.items()
        )
        for shade in (0, 1)
    )
    return (
        f"{ours}{{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}}"
        f"{ours} text{{fill:#1f2328}}{ours} .soft{{fill:#59636e}}{ours} .end{{text-anchor:end}}"
        f"{ours} .mid{{text-anchor:middle}}{ours} .paper{{fill:#fff}}{ours} .line{{stroke:#d8dee4}}"
        f"{ours} pattern path{{stroke:#fff;stroke-width:1.4;fill:none}}{ours} .q{{stroke-width:1.5}}{light}"
        f"@media screen and (prefers-color-scheme:dark){{{ours} text{{fill:#e6edf3}}{ours} .soft{{fill:#9aa4af}}"
        f"{ours} .paper{{fill:#0d1117}}{ours} .line{{stroke:#30363d}}{ours} pattern path{{stroke:#0d1117}}{dark}}}"
    )


@dataclasses.dataclass(frozen=True)
class Bar:
    """When an order was queued and when it ran, each as (from, to), or None; ``open`` is what still goes on."""

    queued: tuple[int, int] | None
    ran: tuple[int, int] | None
    open: bool


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
    updates = (_order.timestamp(one.get("update_timestamp")) for row in found for one in row.resources)
    return max((*(max(row.created, row.began, row.ended) for row in found), *updates), default=0)


@dataclasses.dataclass(frozen=True)
class Scale:
    """From times to places."""

    start: int
    end: int

    @classmethod
    def over(cls, bars: t.Sequence[Bar]) -> Scale | None:
        """Return the scale on which all bars fit, with a little room; None where no bar has a time."""
        times = [time for drawn in bars for part in (drawn.queued, drawn.ran) if part for time in part]
        if not times:
            return None
        room = max(500, (max(times) - min(times)) // 50)
        return cls(min(times) - room, max(times) + room)

    def x(self, time: int) -> float:
        """Return where a time lies."""
        return _LEFT + (time - self.start) * (_RIGHT - _LEFT) / (self.end - self.start)

    def step(self) -> int:
        """Return the seconds between ticks: as few as leave room for their labels."""
        seconds = (self.end - self.start) / 1000
        step = next((step for step in _STEPS if seconds / step <= _MOST_TICKS), _STEPS[-1])
        while seconds / step > _MOST_TICKS:
            step *= 2
        return step

    def ticks(self) -> list[int]:
        """Return the times of the ticks, on whole steps of UTC."""
        step = self.step() * 1000
        return list(range(-(-self.start // step) * step, self.end + 1, step))


def timeline(given: Given, now: int = 0) -> str:
    """Return the SVG; ``now`` is where unfinished orders end, without it the newest time that any order mentions."""
    found = rows(given)
    now = now or newest_time(found)
    bars = [bar_of(row, now) for row in found]
    scale = Scale.over(bars)
    height = _TOP + _ROW * max(1, len(found)) + (44 if scale else 16)
    parts = [*_head(found, height), *_legend(found)]
    if scale:
        parts += _axis(scale, height)
    for number, (row, drawn) in enumerate(zip(found, bars)):
        parts += _row(row, drawn, scale, _TOP + number * _ROW)
    if not found:
        told = f"No orders: {given.failure}" if given.failure else "No orders."
        parts.append(_text(16, _TOP + 4, fit(told, 140), "soft"))
    return "\n".join([*parts, "</svg>"])


def _head(found: list[Row], height: int) -> t.Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="orders-timeline" role="img" aria-label="Timeline of orders. '
        f'{escape(counts(found))}." viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">'
    )
    yield f"<title>Timeline of orders</title><desc>{escape(counts(found))}. Times are in UTC.</desc>"
    yield f"<style>{style()}</style>"
    patterns = (
        f'<pattern id="orders-{state}" width="6" height="6" patternUnits="userSpaceOnUse">{drawing}</pattern>'
        for state, drawing in _PATTERNS.items()
    )
    yield f"<defs>{''.join(patterns)}</defs>"
    yield f'<rect class="paper" width="{WIDTH}" height="{height}"/>'


def _legend(found: list[Row]) -> t.Iterator[str]:
    yield _text(16, 26, f"{counts(found)}.", size=14, bold=True)
    x = 16.0
    for name, kind, state in (("queued", "q", "unknown"), ("ran", "r", "plain")):
        yield from _part(kind, state if kind == "q" else "soft", x, x + 26, 39)
        yield _text(x + 33, 49, name, "soft")
        x += 92
    for state in _order.STATES:
        if any(row.state == state for row in found):
            yield from _part("q" if state == _order.PENDING else "r", state, x, x + 26, 39)
            yield _text(x + 33, 49, state)
            x += 56 + 7 * len(state)
    if found:
        yield _text(_RAN_X, 49, "times in UTC", "soft end")
        heads = ((16, "ORDER", ""), (_STATE_X, "STATE", ""), (_QUEUED_X, "QUEUED", " end"), (_RAN_X, "RAN", " end"))
        yield from (_text(at, _TOP - 16, name, f"soft{side}", size=10) for at, name, side in heads)


def _axis(scale: Scale, height: int) -> t.Iterator[str]:
    step, day, bottom = scale.step(), "", height - 36
    for tick in scale.ticks():
        date, clock = moment(tick).split(" ") if moment(tick) else ("1970-01-01", "00:00:00")
        x = scale.x(tick)
        yield f'<path class="line" d="M{x:.1f} {_TOP - 8}V{bottom}"/>'
        label = date if step >= _DAY else clock if step < 60 else clock[:5]
        half = 4 * len(label)
        for y in (_TOP - 16, bottom + 14) if x + half < _STATE_X else ():
            yield _text(x, y, label, "soft mid", size=11)
            if date != day and step < _DAY:
                yield _text(x, y + (14 if y > _TOP else -13), date, "soft mid", size=10)
        day = date


def _row(row: Row, drawn: Bar, scale: Scale | None, y: int) -> t.Iterator[str]:
    queued, ran = (
        _told(row.queue_seconds, drawn.queued, drawn.open and not drawn.ran),
        _told(row.run_seconds, drawn.ran, drawn.open),
    )
    yield f"<g><title>{escape(_tooltip(row, queued, ran))}</title>"
    yield _text(16, y + 15, fit(row.name or row.order_id or row.pool or "(no name)", 32, middle=True))
    for kind, part in (("q", drawn.queued), ("r", drawn.ran)):
        if part and scale and (kind == "r" or part[1] > part[0] or not drawn.ran):
            yield from _part(
                kind, row.state, scale.x(part[0]), scale.x(part[1]), y + 5, going_on=drawn.open and part[1] > part[0]
            )
    yield _text(_STATE_X, y + 15, row.state, row.state, bold=True)
    yield _text(_QUEUED_X, y + 15, queued, "end")
    yield _text(_RAN_X, y + 15, ran, "end") + "</g>"


def _told(known: float | None, part: tuple[int, int] | None, going_on: bool) -> str:
    if going_on and part:
        return f"{span((part[1] - part[0]) / 1000)}+"
    if known is None and part and part[1] > part[0]:
        return span((part[1] - part[0]) / 1000)
    return span(known) or "-"


def _tooltip(row: Row, queued: str, ran: str) -> str:
    facts = (
        ("", row.name or row.order_id),
        ("pool ", row.pool),
        ("", row.operation),
        ("", row.state),
        ("created ", moment(row.created)),
        ("began ", moment(row.began)),
        ("ended ", moment(row.ended)),
        ("queued ", queued),
        ("ran ", ran),
        ("", row.reason[:300]),
    )
    return ", ".join(f"{word}{fact}" for word, fact in facts if fact not in ("", "-"))


def _part(kind: str, state: str, start: float, end: float, y: int, *, going_on: bool = False) -> t.Iterator[str]:
    """Return one part of a bar: an outline where the order was queued, filled where it ran; never too thin to see."""
    inset = 0.75 if kind == "q" else 0.0
    width = max(2.5, end - start) - 2 * inset
    place = f'x="{start + inset:.1f}" y="{y + inset}" width="{width:.1f}" height="{_BAR - 2 * inset}"'
    yield f'<rect class="{kind} {state}" {place}/>'
    if kind == "r" and state in _PATTERNS and width >= 8:
        yield f'<rect fill="url(#orders-{state})" {place}/>'
    if going_on:
        yield f'<path class="{state}" d="M{start + width + 2:.1f} {y}l5 6l-5 6z"/>'


def _text(x: float, y: float, text: str, kind: str = "", *, size: int = 0, bold: bool = False) -> str:
    attributes = f' class="{kind}"' if kind else ""
    attributes += f' font-size="{size}"' if size else ""
    attributes += ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(text)}</text>'
