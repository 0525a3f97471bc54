# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of this house that no common linter knows, over every file that git would commit."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import tree
import yaml
from venvs import ROOT

MAX_LINES = 450
MAX_FUNCTION_LINES = 50

#: What must stand in no file: (what it is, pattern, name patterns of the files looked at).
FORBIDDEN = (
    ("a path of somebody's machine", r"(?<![\w.~$}-])/(?:home|root|work|Users)/\w", ("*",)),
    ("a package index's host name", r"(?i)pypi[.]org|pythonhosted[.]org|deb[.]debian[.]org|registry[.]npmjs", ("*",)),
    (
        "an unfinished mark",
        r"\b(?:TOD[O]|FIXM[E]|XX[X])\b|NotImplemente[d]Error|pytest[.]mark[.]ski[p]\b",
        ("*.md", "*.py", "*.rst", "*.sh", "*.yml", "*.yaml"),
    ),
    (
        "a Python 2 leftover",
        r"(?:import|from) (?:ansible.*\.)?si[x]\b|__metaclas[s]__|\bansible[.]module_utils[.]_tex[t]\b",
        ("*.py",),
    ),
    ("Windows line ends", r"\r$", ("*",)),
    ("a space at a line's end", r"[ \t]$", ("*.py", "*.yml", "*.yaml", "*.md", "*.toml")),
)
_CODE = ("plugins", "extensions", "roles", "tools")


def forbidden_text(path: Path, lines: list[str]) -> Iterator[str]:
    """Text that belongs in no commit."""
    for what, pattern, names in FORBIDDEN:
        if any(path.match(name) for name in names):
            found = re.compile(pattern)
            yield from (f"{path}:{number}: {what}" for number, line in enumerate(lines, 1) if found.search(line))


def size(path: Path, lines: list[str]) -> Iterator[str]:
    """Files and functions that can't be seen whole."""
    if path.suffix != ".py" or path.parts[0] not in _CODE:
        return
    if len(lines) > MAX_LINES:
        yield f"{path}: has {len(lines)} lines, the limit is {MAX_LINES}: split it"
    for node in ast.walk(ast.parse("\n".join(lines), filename=str(path))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines, at most {MAX_FUNCTION_LINES} are allowed"


def executables(path: Path, lines: list[str]) -> Iterator[str]:
    """A script without its executable bit, or the other way round (modules never have it: Ansible runs them)."""
    if path.match("plugins/modules/*"):
        return
    runs = bool(lines) and lines[0].startswith("#!")
    if runs != bool((ROOT / path).stat().st_mode & 0o100):
        yield f"{path}: {'has a #! line but is not executable' if runs else 'is executable but has no #! line'}"


def collection(paths: list[Path]) -> Iterator[str]:
    """Rules on the collection as a whole."""
    group = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["modelarts"]
    for path in paths:
        if path.match("plugins/modules/[!_]*.py") and path.stem not in group:
            yield f"meta/runtime.yml: the action group modelarts lacks {path.stem}"
        if path.match("tests/sanity/ignore*"):
            yield f"{path}: sanity problems are mended here, not ignored"
    for name, text in ((".ci/run", "make test"), ("README.md", "make test"), ("README.md", "make demo")):
        if Path(name) not in paths or text not in (ROOT / name).read_text(encoding="utf-8"):
            yield f"{name}: must exist and name `{text}`"


def problems() -> Iterator[str]:
    """Every breach, as one line that starts with the file."""
    paths = tree.files()
    for path in paths:
        try:
            lines = (ROOT / path).read_bytes().decode("utf-8").split("\n")
        except UnicodeDecodeError:
            continue  # a picture
        for rule in (forbidden_text, size, executables):
            yield from rule(path, lines)
    yield from collection(paths)


def main() -> int:
    """Print every breach."""
    found = sorted(set(problems()))
    print(*found, sep="\n")
    print(f"{len(found)} problems" if found else "no problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
