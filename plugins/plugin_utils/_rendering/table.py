# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Orders as a table of plain text that fits a terminal. Nothing here imports ansible."""

from __future__ import annotations

import dataclasses
import typing as t
import unicodedata

from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import (
    Given,
    GivenError,
    Row,
    counts,
    moment,
    rows,
    span,
)

NARROWEST, WIDEST = 40, 1000
_GAP = "  "
_DOTS = "..."


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: its heading, what it shows, and how few columns of the terminal it can do with.

    Where even ``least`` of all does not fit, columns with the highest ``spare`` are left out first. What room there is
    beyond it is shared by ``weight``. ``names`` are cut in the middle, because their ends tell them apart.
    """

    heading: str
    show: t.Callable[[Row], str]
    least: int
    spare: int = 0
    weight: float = 1.0
    right: bool = False
    names: bool = False


COLUMNS = (
    Column("ORDER", lambda row: row.name or row.order_id, least=20, weight=1.2, names=True),
    Column("POOL", lambda row: row.pool, least=10, spare=1, weight=0.7, names=True),
    Column("OPERATION", lambda row: row.operation, least=9, spare=5),
    Column("STATE", lambda row: row.state, least=10),
    Column("CREATED (UTC)", lambda row: moment(row.created)[:16], least=16, spare=6),
    Column("QUEUED", lambda row: span(row.queue_seconds), least=7, spare=4, right=True),
    Column("RAN", lambda row: span(row.run_seconds), least=7, spare=3, right=True),
    Column("REASON", lambda row: row.reason, least=12, spare=2, weight=1.4),
)


def table(given: Given, width: int | str = 120) -> str:
    """Return the table: no line is wider than ``width`` terminal columns. Raises GivenError for a width of no use."""
    if isinstance(width, str) and width.strip().isdecimal() and len(width) < 9:  # as extra variables come
        width = int(width)
    if isinstance(width, bool) or not isinstance(width, int) or not NARROWEST <= width <= WIDEST:
        raise GivenError(f"width must be a whole number from {NARROWEST} to {WIDEST}")
    found = rows(given)
    if not found:
        return fit(f"No orders: {given.failure}" if given.failure else "No orders.", width)
    columns = [column for column in COLUMNS if any(column.show(row) for row in found)]
    cells = [[column.show(row) for column in columns] for row in found]
    kept, widths = _layout(columns, cells, width)
    lines = [
        _line([columns[index].heading for index in kept], kept, columns, widths),
        _GAP.join("-" * each for each in widths),
        *(_line([row[index] for index in kept], kept, columns, widths) for row in cells),
        "",
        *(fit(line, width) for line in _footer(given, found)),
    ]
    return "\n".join(lines)


def _footer(given: Given, found: list[Row]) -> t.Iterator[str]:
    yield f"{counts(found)}."
    if given.failure:
        yield f"Failed: {given.failure}"
    if given.truncated:
        yield "Orders may be missing: the listing is truncated."


def _layout(columns: list[Column], cells: list[list[str]], width: int) -> tuple[list[int], list[int]]:
    """Return which columns fit and how wide each is: as wide as its widest cell if there is room."""
    natural = [
        max(measure(column.heading), *(measure(row[index]) for row in cells)) for index, column in enumerate(columns)
    ]
    least = [min(want, max(column.least, measure(column.heading))) for want, column in zip(natural, columns)]
    kept = list(range(len(columns)))
    while sum(least[index] for index in kept) + len(_GAP) * (len(kept) - 1) > width:
        kept.remove(max(kept, key=lambda index: columns[index].spare))
    room = width - len(_GAP) * (len(kept) - 1)
    widths = {index: min(natural[index], room) for index in kept}
    while sum(widths.values()) > room:
        giving = [index for index in kept if widths[index] > least[index]]
        widths[max(giving, key=lambda index: widths[index] / columns[index].weight)] -= 1
    return kept, list(widths.values())


def _line(texts: list[str], kept: list[int], columns: list[Column], widths: list[int]) -> str:
    parts = []
    for text, index, width in zip(texts, kept, widths):
        column = columns[index]
        cell = fit(text or "-", width, middle=column.names)
        padding = " " * (width - measure(cell))
        parts.append(padding + cell if column.right else cell + padding)
    return _GAP.join(parts).rstrip()


def fit(text: str, width: int, *, middle: bool = False) -> str:
    """Return text that is at most ``width`` terminal columns wide, with dots where something was cut."""
    if measure(text) <= width:
        return text
    room = width - len(_DOTS)
    tail = _head(text[::-1], room // 2)[::-1] if middle else ""
    # A mark that combined with a character on the other side of the cut must not combine with a dot.
    tail = tail.lstrip("".join(char for char in tail if not _columns(char)))
    return _head(text, room - measure(tail)) + _DOTS + tail


def _head(text: str, width: int) -> str:
    used = 0
    for end, char in enumerate(text):
        used += _columns(char)
        if used > width:
            return text[:end]
    return text


def measure(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
