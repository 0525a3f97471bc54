# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code blocks of Markdown and reStructuredText pages: what each is, and whether a test can run it.

A block whose first line is a comment with a file's name (``# wait.yml``) is that file, for later blocks of the page.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+)(?P<info>[^`\n]*)$")
_DIRECTIVE = re.compile(r"^(?P<indent> *)\.\. (?:code-block|code)::\s*(?P<language>\S*)\s*$")
_NAME = re.compile(r"#\s*([\w./-]+\.(?:ya?ml|cfg|ini|json|j2))\s*$", re.MULTILINE)
_YAML = ("yaml", "yml", "yaml+jinja")
_SHELL = ("bash", "console", "sh", "shell")
#: Commands that a test may run; ``export`` only names what the test's environment has already.
RUNNABLE = ("ansible", "ansible-doc", "ansible-playbook", "export")


@dataclasses.dataclass(frozen=True)
class Block:
    """One block: ``path`` of its page, ``line`` where it begins, ``language`` in lower case, ``text`` within."""

    path: str
    line: int
    language: str
    text: str

    @property
    def file_name(self) -> str:
        """The name of the file that the block is, or nothing."""
        match = _NAME.match(self.text.lstrip())
        return match[1] if match else ""

    @property
    def kind(self) -> str:
        """``playbook``, ``tasks``, ``shell`` (whose commands can all be run) or ``other``."""
        if self.language in _SHELL:
            names = [command[0] for command in self.commands()]
            return "shell" if names and all(name in RUNNABLE for name in names) else "other"
        value = self.value() if self.language in _YAML else None
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            return "other"
        if any("hosts" in one or any("import_playbook" in key for key in one) for one in value):
            return "playbook"
        return "tasks" if all("block" in one or any("." in key for key in one) for one in value) else "other"

    def value(self) -> Any:
        """Return the YAML that it holds, None where it holds none (tags such as ``!vault`` are not understood)."""
        try:
            return yaml.safe_load(self.text)
        except yaml.YAMLError:
            return None

    def commands(self) -> list[list[str]]:
        """Return its commands, split into words; prompts, comments and continued lines are understood."""
        lines = [re.sub(r"^\$ ", "", line) for line in re.sub(r"\\\n\s*", " ", self.text).splitlines()]
        return [shlex.split(line, comments=True) for line in lines if shlex.split(line, comments=True)]


def blocks(root: Path) -> list[Block]:
    """Return every code block of README.md, of docs/ and of the roles' pages."""
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md")), *sorted((root / "roles").glob("*/README.md"))]
    found = [
        block
        for page in pages
        if page.exists()
        for block in parse(page.read_text("utf-8"), str(page.relative_to(root)))
    ]
    for page in sorted((root / "docs").rglob("*.rst")):
        found += parse_rst(page.read_text("utf-8"), str(page.relative_to(root)))
    return found


def parse_rst(text: str, path: str) -> Iterator[Block]:
    """Yield what a reStructuredText page's code-block directives hold."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = _DIRECTIVE.match(line)
        if match:
            lines_after = lines[number + 1 :]
            inside = itertools.takewhile(functools.partial(_is_inside, len(match["indent"])), lines_after)
            body = textwrap.dedent("\n".join(inside)).strip("\n")
            yield Block(path, number + 1, match["language"].lower(), re.sub(r"\A(:[\w-]+:.*\n)+\n", "", body) + "\n")


def _is_inside(indent: int, line: str) -> bool:
    return not line.strip() or len(line) - len(line.lstrip()) > indent


def parse(text: str, path: str) -> Iterator[Block]:
    """Yield the blocks of a page. Raises ValueError where a fence is never closed."""
    opened: re.Match[str] | None = None
    start, lines = 0, list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        match = _FENCE.match(line)
        if opened is None:
            if match:
                opened, start, lines = match, number, []
        elif match and match["fence"].startswith(opened["fence"]) and not match["info"].strip():
            yield Block(path, start, opened["info"].strip().split(" ")[0].lower(), "\n".join(lines) + "\n")
            opened = None
        else:
            lines.append(line.removeprefix(opened["indent"]))
    if opened is not None:
        raise ValueError(f"{path}:{start}: this fence is never closed")
