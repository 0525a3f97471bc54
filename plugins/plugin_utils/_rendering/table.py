# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Orders as a table: of plain text that fits a terminal, or of Markdown. Nothing here imports ansible."""

from __future__ import annotations

import dataclasses
import re
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
FORMATS = ("text", "markdown")
_GAP = "  "
_INDENT = "    "
_DOTS = "..."


@dataclasses.dataclass(frozen=True)
class Column:
    """A column: its heading, what it shows, and how few columns of the terminal it can do with.

    Where even ``least`` of all does not fit, columns with the highest ``spare`` are left out first. What room there is
    beyond it is shared by ``weight``. ``names`` are cut in the middle, because their ends tell them apart. ``ours`` are
    words that the service has no part in.
    """

    heading: str
    show: t.Callable[[Row], str]
    least: int
    spare: int = 0
    weight: float = 1.0
    right: bool = False
    names: bool = False
    ours: bool = False


COLUMNS = (
    Column("ORDER", lambda row: row.label, least=20, weight=1.2, names=True),
    Column("POOL", lambda row: row.pool, least=10, spare=1, weight=0.7, names=True),
    Column("OPERATION", lambda row: row.operation, least=9, spare=5),
    Column("STATE", lambda row: row.state, least=10, ours=True),
    Column("CREATED (UTC)", lambda row: moment(row.created)[:16], least=16, spare=6, ours=True),
    Column("QUEUED", lambda row: span(row.queue_seconds), least=7, spare=4, right=True, ours=True),
    Column("RAN", lambda row: span(row.run_seconds), least=7, spare=3, right=True, ours=True),
    Column("NODES", lambda row: row.nodes, least=16, spare=2, ours=True),
)
_REASON = Column("REASON", lambda row: row.reason, least=0)  # in Markdown, where cells wrap of themselves


def table(given: Given, width: int | str = 120, form: str = "text") -> str:
    """Return the table; as text no line is wider than ``width`` terminal columns. Raises GivenError for bad options."""
    if form not in FORMATS:
        raise GivenError(f"format must be one of {', '.join(FORMATS)}")
    if isinstance(width, str) and width.strip().isdecimal() and len(width) < 9:  # as extra variables come
        width = int(width)
    if isinstance(width, bool) or not isinstance(width, int) or not NARROWEST <= width <= WIDEST:
        raise GivenError(f"width must be a whole number from {NARROWEST} to {WIDEST}")
    found = rows(given)
    return "\n".join(_markdown(given, found) if form == "markdown" else _text(given, found, width))


def _text(given: Given, found: list[Row], width: int) -> t.Iterator[str]:
    """Make the lines of plain text: a line for each order, and below it the reason of what went wrong with it."""
    if not found:
        yield from wrap(f"No orders: {given.failure}" if given.failure else "No orders.", width)
        return
    columns = [column for column in COLUMNS if any(column.show(row) for row in found)]
    cells = [[column.show(row) for column in columns] for row in found]
    kept, widths = _layout(columns, cells, width)
    yield _line([columns[index].heading for index in kept], kept, columns, widths)
    yield _GAP.join("-" * each for each in widths)
    for row, texts in zip(found, cells):
        yield _line([texts[index] for index in kept], kept, columns, widths)
        yield from (f"{_INDENT}{line}" for line in wrap(row.reason, width - len(_INDENT)))
    yield ""
    for line in _footer(given, found):
        yield from wrap(line, width)


def _markdown(given: Given, found: list[Row]) -> t.Iterator[str]:
    """Make the lines of Markdown. Every text of the service is a span of code, in which nothing has a meaning."""
    if not found:
        yield f"No orders: {_code(given.failure)}" if given.failure else "No orders."
        return
    columns = [column for column in (*COLUMNS, _REASON) if any(column.show(row) for row in found)]
    yield f"| {' | '.join(column.heading.capitalize().replace('utc', 'UTC') for column in columns)} |"
    yield f"| {' | '.join('---:' if column.right else '---' for column in columns)} |"
    for row in found:
        yield f"| {' | '.join(_cell(column, row) for column in columns)} |"
    yield ""
    yield f"{counts(found)}."
    if given.failure:
        yield f"\nFailed: {_code(given.failure)}"
    if given.truncated:
        yield "\nOrders may be missing: the listing is truncated."


def _cell(column: Column, row: Row) -> str:
    told = column.show(row)
    return told or "-" if column.ours else _code(told)


def _code(text: str) -> str:
    """Return a span of code that holds exactly this text, also in a cell of a table."""
    if not text:
        return "-"
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    # A cell ends at a bar without a backslash, in code too; a backslash before it would undo ours.
    told = re.sub(r"\\(?=\|)", r"\\ ", text).replace("|", r"\|")
    return f"{fence}{blank}{told}{blank}{fence}"


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


def wrap(text: str, width: int) -> list[str]:
    """Return the lines into which a text falls that may be ``width`` terminal columns wide, cut at blanks if it can."""
    lines: list[str] = []
    for word in text.split():
        if lines and measure(lines[-1]) + 1 + measure(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines += _pieces(word, width)
    return lines


def _pieces(word: str, width: int) -> t.Iterator[str]:
    while word:
        piece = _head(word, width)
        yield piece
        word = word[len(piece) :]


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
