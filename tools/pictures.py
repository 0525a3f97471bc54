# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the pictures of the README, as SVG, with the Python of .venv.

`.venv/bin/python tools/pictures.py timeline` draws docs/images/timeline.svg from the sample orders below.
`.venv/bin/python tools/pictures.py terminal FILE` draws docs/images/wait.svg from what a program printed: FILE, or `-`
for standard input. Colours (ANSI escapes) are kept: capture with `ANSIBLE_FORCE_COLOR=1`.
The same input gives the same picture: a test tells whether the timeline is up to date.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.model import normalise
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import clean, escape, read
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.table import measure
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import timeline

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
_MORNING = 1_795_420_800_000  # 2026-11-23 08:00 UTC, in ms
#: Pool and name, phase, and in minutes: created, queued, ran.
_SAMPLE = (
    ("pool-train-large", "k8d2m", "processing", 47.0, 1.6, 0.0),
    ("pool-infer", "x0p7q", "pending", 44.0, 0.0, 0.0),
    ("pool-7a01", "c4v9t", "failed", 31.5, 2.2, 6.1),
    ("pool-notebooks", "h3z5r", "successed", 24.0, 0.6, 17.3),
    ("pool-infer", "b6n1w", "partialSuccessed", 17.5, 5.4, 21.0),
    ("pool-train-small", "j2f8s", "successed", 9.0, 1.1, 19.8),
    ("pool-5ed5", "w4l2n", "successed", 2.0, 1.6, 15.7),
)
_NOW = _MORNING + 60 * 60_000

_COLUMN, _LINE, _MARGIN, _WIDEST = 8.0, 19, 18, 110
_ESCAPE = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.?")
#: Foregrounds 30 to 37, each fit for a dark ground; 90 to 97 are the same.
_COLOURS = ("#8b949e", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#e6edf3")
_PLAIN = "#e6edf3"


def sample_timeline() -> str:
    """Return the timeline of the sample orders."""
    return timeline(read([_sample_order(*row) for row in _SAMPLE]), _NOW)


def _sample_order(pool: str, end: str, phase: str, created: float, queued: float, ran: float) -> dict[str, object]:
    start = _MORNING + int(created * 60_000)
    began = start + int(queued * 60_000) if queued else 0
    row = {"orderName": f"order.{pool}-{end}", "resourceDisplayName": pool, "operation": "apply", "phase": phase}
    times = {
        "creationTimestamp": start,
        "beginTimestamp": began,
        "endTimestamp": began + int(ran * 60_000) if ran else 0,
    }
    return dict(normalise({**row, **times}))


def terminal(text: str) -> str:
    """Return a picture of what a terminal shows after a program printed ``text``."""
    lines = [part for line in text.replace("\r\n", "\n").strip("\n").split("\n") for part in _wrapped(_runs(line))]
    columns = max([60, *(sum(measure(part) for part, dummy, bold in line) for line in lines)])
    width, height = int(columns * _COLUMN) + 2 * _MARGIN, len(lines) * _LINE + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Output of a terminal" viewBox="0 0 {width} '
        f'{height}" width="{width}" height="{height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'
        "'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace\" font-size=\"13\">",
        f"<title>Output of a terminal</title><desc>{escape(_words(lines))}</desc>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
    ]
    for number, line in enumerate(lines):
        parts += _line(line, _MARGIN + number * _LINE + 14)
    return "\n".join([*parts, "</svg>\n"])


Run = tuple[str, str, bool]


def _runs(line: str) -> Iterator[Run]:
    """Cut a line into text, colour and boldness, without any other escape."""
    colour, bold, place = _PLAIN, False, 0
    for match in [*_ESCAPE.finditer(line), None]:
        text = _printable(line[place : match.start() if match else len(line)])
        if text:
            yield text, colour, bold
        if match:
            place = match.end()
            if match[1] is not None:
                colour, bold = _style(match[1], colour, bold)


def _wrapped(runs: Iterator[Run]) -> Iterator[list[Run]]:
    """Yield the lines that a terminal makes of one: what is too long goes on below."""
    line, room = list[Run](), _WIDEST
    for text, colour, bold in runs:
        for char in text:
            if measure(char) > room:
                yield _joined(line)
                line, room = [], _WIDEST
            line.append((char, colour, bold))
            room -= measure(char)
    yield _joined(line)


def _joined(line: list[Run]) -> list[Run]:
    """Return runs of one kind each, out of single characters."""
    groups = itertools.groupby(line, key=lambda run: run[1:])
    return [("".join(run[0] for run in group), *kind) for kind, group in groups]


def _printable(text: str) -> str:
    # `clean` joins words by single spaces, and a terminal shows every one of them.
    return " ".join(clean(word, 2000) for word in text.expandtabs().split(" "))


def _style(codes: str, colour: str, bold: bool) -> tuple[str, bool]:
    for code in map(int, filter(None, (codes or "0").split(";"))):
        if code == 0:
            colour, bold = _PLAIN, False
        elif code == 1:
            bold = True
        elif code == 39:
            colour = _PLAIN
        elif code // 10 in (3, 9) and code % 10 < 8:
            colour = _COLOURS[code % 10]
    return colour, bold


def _line(line: list[Run], y: int) -> Iterator[str]:
    column = 0
    for text, colour, bold in line:
        width = measure(text)
        if text.strip():
            # A length keeps the columns in line whatever fixed font the reader has.
            place = f'x="{_MARGIN + column * _COLUMN:g}" y="{y}" textLength="{width * _COLUMN:g}" xml:space="preserve"'
            weight = ' font-weight="700"' if bold else ""
            yield f'<text {place} fill="{colour}"{weight}>{escape(text)}</text>'
        column += width


def _words(lines: list[list[Run]]) -> str:
    return " ".join(" ".join(part.strip() for part, dummy, bold in line) for line in lines)


def main() -> int:
    """Draw one picture."""
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("picture", choices=("timeline", "terminal"))
    parser.add_argument("file", nargs="?", default="-", help="what a program printed; - (default): standard input")
    parser.add_argument("--to", type=Path, help="the file to write instead of the one in docs/images")
    given = parser.parse_args()
    if given.picture == "timeline":
        svg, name = sample_timeline() + "\n", "timeline.svg"
    else:
        text = sys.stdin.read() if given.file == "-" else Path(given.file).read_text(encoding="utf-8")
        svg, name = terminal(text), "wait.svg"
    path = given.to or IMAGES / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
