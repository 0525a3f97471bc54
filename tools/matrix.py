# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sanity, units and integration on every supported ansible-core: `python3 tools/matrix.py [LINE...]`, then a table."""

from __future__ import annotations

import sys
import time

import check
import pythons
from runner import Result, Step, run_all, summary

KINDS = ("units", "integration", "sanity")


def steps(lines: list[str]) -> list[Step]:
    """Return everything to run; the main virtual environment serves the newest line, and every integration run."""
    found = [check.prepare(check.NEWEST, {"pytest", "test"}), check.prepare(check.TARGET, set())]
    found += [check.prepare(line, {"pytest"}) for line in lines if venv_of(line) != check.NEWEST]
    found += check.target_units()
    for line in lines:
        for part in (check.units, check.integration, check.sanity):
            found += part(venv_of(line))
    return found


def venv_of(line: str) -> str:
    """Return the name of the virtual environment that has this ansible-core."""
    return check.NEWEST if line == pythons.newest_core() else line


def _cell(result: Result) -> str:
    if result.step.skip:
        return "skipped"
    counts = f"{result.passed} passed" if result.step.junit else "ok"
    return counts if result.ok else f"{result.failed} FAILED" if result.step.junit else "FAILED"


def table(lines: list[str], results: list[Result]) -> None:
    """Print a row for each ansible-core."""
    by_name = {result.step.name: result for result in results}
    print(f"\n{'ansible-core':<14}{'Python':<8}" + "".join(f"{kind:<16}" for kind in KINDS))
    for line in lines:
        core = check.core_of(venv_of(line))
        cells = [_cell(by_name[f"{kind}, {core}"]) for kind in KINDS]
        print(f"{line:<14}{python_of(line):<8}" + "".join(f"{cell:<16}" for cell in cells))


def python_of(line: str) -> str:
    """Return the version of the Python this line runs on here."""
    python = pythons.for_core(line)
    return "-" if python is None else pythons.version_of(python) or "-"


def main() -> int:
    """Run all lines, or those named on the command line."""
    lines = sys.argv[1:] or list(pythons.CORES)
    unknown = [line for line in lines if line not in pythons.CORES]
    if unknown:
        print(f"error: no line {', '.join(unknown)}: choose from {', '.join(pythons.CORES)}", file=sys.stderr)
        return 2
    start = time.monotonic()
    results = run_all(steps(lines))
    table(lines, results)
    return summary(results, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
