# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of this house that no common linter knows, over every file that git would commit."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CORE = ROOT / "plugins" / "module_utils"
#: The most lines of a file, of a function, and of a class that does something.
LONGEST = {"file": 450, "function": 40, "class": 190}

#: What must stand in no file: what it is, its pattern, and the ends of the names of the files looked at.
FORBIDDEN = (
    ("a path of somebody's machine", r"(?<![\w.~$}-])/(?:home|root|work|Users)/\w", ("",)),
    ("a package index's host name", r"(?i)pypi[.]org|pythonhosted[.]org|deb[.]debian[.]org|registry[.]npmjs", ("",)),
    (
        "an unfinished mark",
        r"\b(?:TOD[O]|FIXM[E]|XX[X])\b|NotImplemente[d]Error|pytest[.]mark[.]ski[p]\b",
        (".md", ".py", ".rst", ".sh", ".yml", ".yaml"),
    ),
    (
        "a Python 2 leftover",
        r"(?:import|from) (?:ansible.*\.)?si[x]\b|__metaclas[s]__|\bansible[.]module_utils[.]_tex[t]\b",
        (".py",),
    ),
    ("Windows line ends", r"\r$", ("",)),
)
#: Words that this house once had for things that have a name in the field.
PRIVATE_WORDS = re.compile(
    r"\b(?:doors?|owed|news|lanes?|carved?|tiles?|passing (?:error|fault)s?"
    r"|(?:an?|one|each|every|first|last|next|per|second|more|single|final) looks?(?! (?:like|for|at|up|into)\b))\b",
    re.IGNORECASE,
)
#: The folders and files of the core, from the ground up: each imports from its own and from those before it only.
FLOORS = ("_python", "_client", "_orders", "_options", "_session", "_info", "_wait", "_events", "_masking", "_module")


@functools.cache
def files() -> list[Path]:
    """Return the files that git would commit, relative to the root."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [Path(name) for name in sorted(set(names)) if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, list[str]]]:
    """Yield every file's lines, but for pictures."""
    for path in files():
        try:
            yield path, (ROOT / path).read_bytes().decode("utf-8").split("\n")
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize(("what", "pattern", "ends"), FORBIDDEN, ids=[rule[0] for rule in FORBIDDEN])
def test_text_that_belongs_in_no_commit(what: str, pattern: str, ends: tuple[str, ...]) -> None:
    """Such lines are named, so that they are quickly found."""
    found = re.compile(pattern)
    lines = ((path, number, line) for path, text in texts() for number, line in enumerate(text, 1))
    assert [f"{path}:{no}: {what}" for path, no, line in lines if path.name.endswith(ends) and found.search(line)] == []


def test_everything_can_be_seen_whole() -> None:
    """Files and functions of a length that a reader can hold in mind."""
    long = []
    for path, lines in texts():
        if path.suffix == ".py" and path.parts[0] in ("plugins", "extensions", "roles", "tools", "noxfile.py"):
            sizes = [("file", path.name, len(lines)), *parts_of(ast.parse("\n".join(lines)))]
            long += [f"{path}: {kind} {name}: {size} lines" for kind, name, size in sizes if size > LONGEST[kind]]
    assert long == []


def parts_of(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Yield functions and classes with their lengths; a class of documentation is none that does something."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name != "ModuleDocFragment":
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            yield kind, node.name, (node.end_lineno or 0) - node.lineno + 1


def test_words_are_those_of_the_field() -> None:
    """Poll, entry point, transient, target, and so on."""
    places = ("plugins", "roles", "extensions", "playbooks", "docs", "tests", "tools", "README.md", "CONTRIBUTING.md")
    # These words themselves, and the keys that a journal of the first release has.
    quoting = ("test_house.py", "test_changes.py")
    found = [
        f"{path}:{number}: {match[0]}"
        for path, text in texts()
        if path.parts[0] in places and path.suffix != ".svg" and path.name not in quoting
        for number, line in enumerate(text, 1)
        if (match := PRIVATE_WORDS.search(line))
    ]
    assert found == []


def test_scripts_can_be_run() -> None:
    """Modules never can: Ansible runs them."""
    scripts = {path for path, lines in texts() if lines[0].startswith("#!") and not path.match("plugins/modules/*")}
    assert scripts == {path for path in files() if (ROOT / path).stat().st_mode & 0o100}


def test_sanity_problems_are_mended_and_not_ignored() -> None:
    """Not one."""
    assert [path for path in files() if path.match("tests/sanity/ignore*")] == []


def _floor(path: Path) -> str:
    return path.relative_to(CORE).parts[0].removesuffix(".py")


def _imports(path: Path) -> Iterator[Path]:
    """Yield the files of the core that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            found = [folder.with_suffix(".py"), *(folder / f"{alias.name}.py" for alias in node.names)]
            yield from (one for one in found if one.is_file())


GRAPH = {path: set(_imports(path)) for path in CORE.rglob("*.py")}


def test_imports_of_the_core_point_down() -> None:
    """A floor stands on those below it and knows nothing of those above."""
    assert {_floor(path) for path in GRAPH} <= set(FLOORS)
    up = [
        f"{path.relative_to(CORE)} imports {other.relative_to(CORE)}"
        for path, others in GRAPH.items()
        for other in others
        if FLOORS.index(_floor(other)) > FLOORS.index(_floor(path))
    ]
    assert sorted(up) == []


def test_imports_of_the_core_go_round_in_no_circle() -> None:
    """Within a floor, too. Raises CycleError with the files of the circle."""
    assert len(list(TopologicalSorter(GRAPH).static_order())) == len(GRAPH)


def test_the_core_imports_nothing_from_the_collection_in_full() -> None:
    """Else the graph would not see it."""
    text = [line for path in GRAPH for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line for line in text if re.search(r"(from|import) ansible_collections", line)] == []
