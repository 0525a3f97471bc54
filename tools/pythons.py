# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python interpreters this machine really has, and which ansible-core runs on which of them.

A name on PATH proves nothing (version managers leave dead shims there), so every candidate is started once.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ALL = ("3.14", "3.13", "3.12", "3.11", "3.10", "3.9")

#: Supported ansible-core line -> the Pythons its controller runs on, the one to test it with first.
#: The first choices are spread, so that `make matrix` meets every Python. (ansible-lint refuses 2.17.)
CORES: dict[str, tuple[str, ...]] = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.12", "3.11", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.13", "3.14", "3.12"),
}
OLDEST = next(iter(CORES))

_PROBE = "import ensurepip, ssl, sys, venv; print('%d.%d' % sys.version_info[:2])"


def _candidates(version: str) -> list[Path]:
    """Return every file that may be an interpreter of this version, most explicit first."""
    found = [Path(folder, f"python{version}") for folder in os.get_exec_path()]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found += sorted(pyenv.glob(f"versions/{version}.*/bin/python3"), reverse=True)
    found += [Path(sys.executable), *(Path(folder, "python3") for folder in os.get_exec_path())]
    return [path for path in dict.fromkeys(found) if os.access(path, os.X_OK)]


@cache
def version_of(path: Path) -> str | None:
    """Start the interpreter and return its version, or None where it does not run or cannot make a venv with pip."""
    try:
        probe = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return probe.stdout.strip() if probe.returncode == 0 else None


@cache
def find(version: str) -> Path | None:
    """Return an interpreter of this version that runs and can make virtual environments, or None."""
    return next((path for path in _candidates(version) if version_of(path) == version), None)


def for_core(line: str) -> Path | None:
    """Return the interpreter to run this ansible-core line with, or None where the machine has none."""
    return next(filter(None, map(find, CORES[line])), None)


def newest_core() -> str:
    """Return the newest ansible-core line that some Python of this machine can run."""
    line = next((line for line in reversed(CORES) if for_core(line)), None)
    if line is None:
        wanted = ", ".join(ALL[:-1])
        raise SystemExit(f"error: no Python that can make a virtual environment: install one of {wanted} with venv")
    return line


def search_path() -> str:
    """Return PATH with the folders of the interpreters that really run in front, the newest first."""
    folders = [str(path.parent) for path in map(find, ALL) if path]
    return os.pathsep.join([*dict.fromkeys(folders), os.environ.get("PATH", os.defpath)])
