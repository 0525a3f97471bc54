# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Orders as a timeline: one self-contained SVG of queued and running time. Nothing here imports ansible.

The same orders always give the same picture: it asks no clock, and lengths are rounded. Lengths are in pixels, times
in epoch milliseconds.
"""

from __future__ import annotations

import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import (
    Given,
    Row,
    counts,
    escape,
    moment,
    rows,
    span,
)
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.scale import (
    DAY,
    FOLD,
    LEFT,
    Bar,
    Panel,
    Scale,
    bar_of,
    newest_time,
    panels,
)
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.table import fit

WIDTH = 1000
# Bars stand between what tells an order and how long it took: a reader of a small screen sees names and states first.
_STATE_X, _CREATED_X, _QUEUED_X, _RAN_X = 206, 294, 914, 988
_LEGEND, _AXIS, _ROW, _BAR, _SPACE = 60, 44, 22, 12, 12
# Each state in light and in dark, told apart by people who see fewer colours too, and its pattern where it has one.
COLOURS = {
    model.PENDING: ("#8a6100", "#e0b23c"),
    model.PROCESSING: ("#0b65c2", "#62aef7"),
    model.SUCCEEDED: ("#137a5d", "#3fbf95"),
    model.PARTIAL: ("#8250c4", "#bd9bf0"),
    model.FAILED: ("#c2293a", "#ff7b7b"),
    model.UNKNOWN: ("#59636e", "#a4adb8"),
}
_PATTERNS = {
    model.FAILED: '<path d="M0 6L6 0M-1 1L1-1M5 7L7 5"/>',
    model.PARTIAL: '<path d="M3 0V3M0 3H6"/>',
    model.UNKNOWN: '<path d="M3 0V6"/>',
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
        f"{ours} .fold{{stroke:#59636e;stroke-dasharray:2 2;fill:none}}"
        f"{ours} pattern path{{stroke:#fff;stroke-width:1.4;fill:none}}{ours} .q{{stroke-width:1.5}}{light}"
        f"@media screen and (prefers-color-scheme:dark){{{ours} text{{fill:#e6edf3}}{ours} .soft{{fill:#9aa4af}}"
        f"{ours} .paper{{fill:#0d1117}}{ours} .line{{stroke:#30363d}}{ours} .fold{{stroke:#9aa4af}}"
        f"{ours} pattern path{{stroke:#0d1117}}{dark}}}"
    )


def timeline(given: Given, now: int = 0) -> str:
    """Return the SVG; ``now`` is where unfinished orders end, without it the newest time that any order mentions."""
    found = rows(given)
    drawn = list(_panels(found, now))
    if not drawn:
        told = f"No orders: {given.failure}" if given.failure else "No orders."
        return "\n".join(
            [*_head("Timeline of orders", "No orders", 120), _text(16, 104, fit(told, 140), "soft"), "</svg>"]
        )
    return _picture(drawn, "Timeline of orders", found)


def pictures(found: t.Sequence[Row], now: int) -> t.Iterator[str]:
    """Make a picture of each panel, for pages that break between them; only the first has style and legend."""
    drawn = list(_panels(found, now))
    for number, panel in enumerate(drawn, 1):
        part = f", part {number} of {len(drawn)}" if len(drawn) > 1 else ""
        yield _picture([panel], f"Timeline of orders{part}", found if number == 1 else ())


def _panels(found: t.Sequence[Row], now: int) -> t.Iterator[Panel]:
    now = now or newest_time(found)
    return panels(found, [bar_of(row, now) for row in found]) if found else iter(())


def _picture(drawn: t.Sequence[Panel], name: str, legend_of: t.Sequence[Row]) -> str:
    """Return an SVG of panels, one below the other; the legend explains what is in the rows that it is given."""
    top = _LEGEND if legend_of else 0
    height = top + sum(_AXIS + _ROW * len(panel.rows) + _SPACE for panel in drawn)
    parts = list(_head(name, counts([row for panel in drawn for row in panel.rows]), height, styled=bool(legend_of)))
    if legend_of:
        parts += _legend(legend_of, folded=any(panel.scale and panel.scale.folds() for panel in drawn))
    for number, panel in enumerate(drawn):
        parts += _panel(panel, top, number)
        top += _AXIS + _ROW * len(panel.rows) + _SPACE
    return "\n".join([*parts, "</svg>"])


def _head(name: str, told: str, height: int, *, styled: bool = True) -> t.Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="orders-timeline" role="img" aria-label="{name}. '
        f'{escape(told)}." viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">'
    )
    yield f"<title>{name}</title><desc>{escape(told)}. Times are in UTC.</desc>"
    if styled:
        patterns = (
            f'<pattern id="orders-{state}" width="6" height="6" patternUnits="userSpaceOnUse">{drawing}</pattern>'
            for state, drawing in _PATTERNS.items()
        )
        yield f"<style>{style()}</style><defs>{''.join(patterns)}</defs>"
    yield f'<rect class="paper" width="{WIDTH}" height="{height}"/>'


def _legend(found: t.Sequence[Row], *, folded: bool) -> t.Iterator[str]:
    yield _text(16, 26, f"{counts(found)}.", size=14, bold=True)
    x = 16.0
    for name, kind, state in (("queued", "q", "unknown"), ("ran", "r", "plain")):
        yield from _part(kind, state if kind == "q" else "soft", x, x + 26, 39)
        yield _text(x + 33, 49, name, "soft")
        x += 92
    for state in model.STATES:
        if any(row.state == state for row in found):
            yield from _part("q" if state == model.PENDING else "r", state, x, x + 26, 39)
            yield _text(x + 33, 49, state)
            x += 56 + 7 * len(state)
    if folded:
        yield from _fold(x, 38, 52)
        yield _text(x + 17, 49, "quiet time left out", "soft")
    yield _text(_RAN_X, 49, "times in UTC", "soft end")


def _panel(panel: Panel, top: int, number: int) -> t.Iterator[str]:
    """Draw rows below their axis; folds go over the bars, which they cut."""
    first = top + _AXIS
    bottom = first + _ROW * len(panel.rows)
    if number:
        yield f'<path class="line" d="M16 {top}H{WIDTH - 12}"/>'
    heads = ((16, "ORDER", ""), (_STATE_X, "STATE", ""), (_CREATED_X, "CREATED", ""))
    sums = ((_QUEUED_X, "QUEUED", " end"), (_RAN_X, "RAN", " end"))
    yield from (_text(at, first - 10, name, f"soft{side}", size=10) for at, name, side in (*heads, *sums))
    if panel.scale:
        yield from _axis(panel.scale, first, bottom)
    for line, (row, drawn) in enumerate(zip(panel.rows, panel.bars, strict=True)):
        yield from _row(row, drawn, panel.scale, first + line * _ROW)
    for x in panel.scale.folds() if panel.scale else ():
        yield from _fold(x, first - 4, bottom)


def _axis(scale: Scale, top: int, bottom: int) -> t.Iterator[str]:
    """Draw a line for each tick, and its label where there is room beside the one before."""
    folded = bool(scale.folds())
    step, day, end = scale.step(), "", float(LEFT - 20)
    for tick in scale.ticks():
        date, clock = moment(tick).split(" ") if moment(tick) else ("1970-01-01", "00:00:00")
        x = scale.x(tick)
        yield f'<path class="line" d="M{x:.1f} {top - 4}V{bottom}"/>'
        label = date[5:] if folded else date if step >= DAY else clock if step < 60 else clock[:5]
        half = 3.2 * len(label)
        if x - half < end + 4 or x + half > _QUEUED_X - 42 or (folded and date == day):
            continue
        yield _text(x, top - 10, label, "soft mid", size=11)
        if date != day and step < DAY and not folded:
            yield _text(x, top - 23, date, "soft mid", size=10)
        day, end = date, x + half


def _fold(x: float, top: int, bottom: int) -> t.Iterator[str]:
    yield f'<rect class="paper" x="{x + 2:.1f}" y="{top}" width="{FOLD - 4}" height="{bottom - top}"/>'
    yield f'<path class="fold" d="M{x + 2:.1f} {top}V{bottom}M{x + FOLD - 2:.1f} {top}V{bottom}"/>'


def _row(row: Row, drawn: Bar, scale: Scale | None, y: int) -> t.Iterator[str]:
    queued, ran = (
        _told(row.queue_seconds, drawn.queued, drawn.open and not drawn.ran),
        _told(row.run_seconds, drawn.ran, drawn.open),
    )
    yield f"<g><title>{escape(_tooltip(row, queued, ran))}</title>"
    yield _text(16, y + 15, fit(row.label or row.pool or "(no name)", 27, middle=True))
    yield _text(_STATE_X, y + 15, row.state, row.state, bold=True)
    yield _text(_CREATED_X, y + 15, moment(row.created)[5:16] or "-", "soft")
    for kind, part in (("q", drawn.queued), ("r", drawn.ran)):
        if part and scale and (kind == "r" or part[1] > part[0] or not drawn.ran):
            yield from _part(
                kind, row.state, scale.x(part[0]), scale.x(part[1]), y + 5, going_on=drawn.open and part[1] > part[0]
            )
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
        ("", row.label),
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
