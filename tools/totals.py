# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add up a run of nox: `python3 tools/totals.py REPORT.json`; what was skipped and why, what failed, totals last.

A session that runs pytest counts its tests (from build/logs), any other counts as one check.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

LOGS = Path(__file__).resolve().parent.parent / "build" / "logs"


def outcomes(session: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield passed, failed or skipped, and why, for each thing that a session checked."""
    suite = LOGS / f"{session['name']}.xml"
    if session["result"] == "skipped":
        yield "skipped", f"{session['name']}: {session['reason']}"
        return
    kinds = list(cases(suite)) if suite.exists() else []
    yield from kinds
    if session["result"] != "success" and not any(kind == "failed" for kind, dummy in kinds):
        yield "failed", f"{session['name']}: {session['reason'] or 'see its output'}"
    elif not kinds:
        yield "passed", ""


def cases(suite: Path) -> Iterator[tuple[str, str]]:
    """Yield the outcome of each test of a JUnit file."""
    for case in ElementTree.parse(suite).getroot().iter("testcase"):
        name = f"{suite.stem}: {case.get('classname')}::{case.get('name')}"
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            yield "failed", name
        elif skip is not None:
            reason = skip.get("message") or ""
            yield "skipped", f"{name}: {(skip.text or '').strip() if reason == 'collection skipped' else reason}"
        else:
            yield "passed", name


def main() -> int:
    """Print it all."""
    path = Path(sys.argv[1])
    if not path.exists():
        print("FAILED   nox ended without a report\n0 passed, 1 failed, 0 skipped")
        return 1
    report = json.loads(path.read_text(encoding="utf-8"))
    sessions = [session for session in report["sessions"] if not session["name"].startswith("venv-")]
    found = [outcome for session in sessions for outcome in outcomes(session)]
    for kind, what in sorted(found, reverse=True):
        if kind != "passed":
            print(f"{kind.upper():<8} {what}")
    counts = Counter(kind for kind, dummy in found)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return int(counts["failed"] > 0 or not counts["passed"])


if __name__ == "__main__":
    sys.exit(main())
