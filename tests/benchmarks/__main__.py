# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every benchmark of speed: ``python -m ansible_collections.huaweicloud.modelarts.tests.benchmarks [--quick] [FILE]``.

Prints tables of ratios (and writes them to FILE), and exits with 1 where a figure misses its limit. A quick run
repeats less and lists fewer orders: to see whether something broke, not for figures to publish.
"""

from __future__ import annotations

import argparse
import platform
import sys
from pathlib import Path

from ansible.release import __version__
from ansible_collections.huaweicloud.modelarts.tests.benchmarks import core, herd, listing, plays, whole
from ansible_collections.huaweicloud.modelarts.tests.benchmarks._figures import Figure, exponent, figures

HEAD = f"""\
<!--
SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
SPDX-License-Identifier: GPL-3.0-or-later
-->
# Speed

Written by `make bench` with ansible-core {__version__} on Python {platform.python_version()}. What counts are ratios:
both sides of each were measured in the same run, in turn, and are medians; for whole tasks and listings the best of
some repetitions. Milliseconds and seconds depend on the machine; they stand here as context only. The service is the
collection's simulator, on loopback and in a process of its own; tasks reach it by https, with a bundle of all usual
authorities.
How often a wait should poll is another question: see [requests against lateness](benchmarks-pace.md).
"""
PARTS = {
    "What must hold": "",
    "Tasks and tries": (
        "The cost of one more task in a play, or of one more try of `until`, over https. All kinds run in turn within "
        "one play; kinds alone have a play each, in which nothing else loads what they need. Ours take the bundle of "
        "authorities from the environment, as most users do; one that a task names itself is read for each task. A "
        "play's first info task loads the lookup as well, once, for about as long as two `debug` tasks take. The "
        "module with the official SDK asks for one order (that client cannot list them); all others list them."
    ),
    "Whole tasks": (
        "Processor time of an info task that lists many orders over https, with all that Ansible does with the result "
        "(less that of a `debug` task), as a multiple of the time that reading the orders' JSON takes, and of what the "
        "same task cost in version 1.0.0."
    ),
    "Many waits on one account": (
        f"Begun together, each for an order of its own that takes 18 minutes in the median, on an account that may ask "
        f"{herd.THROTTLE['limit']} times a minute and is not told when to come again. In virtual time."
    ),
    "Listings": (
        "Nine tenths of the orders were placed within two days of thirty, and each answer comes "
        f"{listing.LATENCY_MS} ms late. Paging is measured at its best: full pages, one request after another over one "
        "connection, processed by the same code, as if offsets reached that far."
    ),
    "Processing": "What the client computes for an answer, as a multiple of the time that reading its JSON takes.",
}


def measure(*, quick: bool) -> tuple[list[Figure], dict[str, str]]:
    """Return all figures, and the tables by heading."""
    costs = plays.measure(1 if quick else 4, 3, 5)
    processed = core.processing(core.SIZES[:4] if quick else core.SIZES, 3 if quick else 5)
    wanted = (1_000, listing.PROMISED) if quick else listing.COUNTS
    listings = listing.measure(wanted, 1 if quick else 3)
    tasks = [whole.measure(count, 1 if quick else 3) for count in (whole.COUNTS[:1] if quick else whole.COUNTS)]
    herds = [herd.measure(count) for count in herd.SIZES[: 2 if quick else None]]
    growth = exponent({each.count: each.cpu for each in listings})
    rows = [
        *costs.figures(),
        *(figure for each in tasks if each.count == whole.PROMISED for figure in whole.figures(each)),
        *(figure for each in herds if each.count == herd.PROMISED for figure in herd.figures(each)),
        core.poll(1 if quick else 3),
        *(figure for each in listings if each.count >= listing.PROMISED for figure in each.figures()),
        Figure(f"growth of a listing's processor time up to {wanted[-1]:,} orders, exponent", growth, 1.1),
        *core.processing_figures(processed),
        core.memory(listing.PROMISED),
        core.result_size(),
    ]
    parts = [costs.table(), whole.show(tasks), herd.show(herds), listing.show(listings), core.show(processed)]
    tables = [figures(rows), *parts]
    return rows, dict(zip(PARTS, tables, strict=True))


def report(tables: dict[str, str]) -> str:
    """Return the page."""
    parts = ["\n\n".join(filter(None, (f"## {title}", PARTS[title], text))) for title, text in tables.items()]
    return "\n\n".join([HEAD.rstrip(), *parts]) + "\n"


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure what the collection costs.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and orders, and no file")
    parser.add_argument("file", nargs="?", type=Path, help="where to write the tables")
    given = parser.parse_args()
    rows, tables = measure(quick=given.quick)
    for title, text in tables.items():
        print(f"{title}\n\n{text}\n")
    if given.file and not given.quick:
        given.file.write_text(report(tables), encoding="utf-8")
    missed = [row.what for row in rows if not row.holds]
    if missed:
        print(f"error: beyond their limits: {'; '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
