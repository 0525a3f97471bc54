# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what the collection costs, into docs/benchmarks.md: `python3 tools/bench.py`; `--quick` writes no page."""

from __future__ import annotations

import subprocess
import sys

import check
import venvs

PACKAGE = "ansible_collections.huaweicloud.modelarts.tests.benchmarks"


def main() -> int:
    """Run the benchmarks in the main virtual environment, far from the user's settings."""
    venv = venvs.ensure("newest", ["pytest"])  # which holds the official SDK to compare with
    page = venvs.ROOT / "docs" / "benchmarks.md"
    command = [str(venv.bin / "python"), "-m", PACKAGE, str(page), *sys.argv[1:]]
    return subprocess.run(command, env=check.environment(venv), cwd=venvs.CACHE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
