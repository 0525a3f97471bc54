# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The troubleshooting guide quotes messages that exist, and leaves out none that the code can say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CORE = ROOT / "plugins" / "module_utils"
GUIDE = (ROOT / "docs/docsite/rst/troubleshooting_guide.rst").read_text(encoding="utf-8")
#: Words in capitals in the guide's quotes that stand for what differs from case to case.
_PLACEHOLDER = re.compile(
    r"\b(?:ADDRESS|API|CODE|COUNT|CREDENTIAL|DOMAIN|DURATION|HOST|ID|KIND|NAMES?|NUMBER|OPTIONS?|PART|PATH|PYTHON|REASON"
    r"|REGION|TEXT|VALUE|WHAT|WORDS)\b|TARGET"
)
#: A shorter piece of a message could stand anywhere.
_TELLING = 6
#: Errors that no user meets: they guard against mistakes of the code itself.
_INTERNAL = ("_wait/schedule.py",)


def squeezed(text: str) -> str:
    """Return text with single blanks."""
    return " ".join(text.split())


def constants(tree: ast.AST) -> Iterator[str]:
    """Yield every piece of text in a program, those of f-strings as well; what stands alone is a docstring."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def pieces(node: ast.expr) -> list[str]:
    """Return the fixed pieces of a message, and for an option's name at its front nothing."""
    return [part for part in constants(node) if len(part.strip()) >= _TELLING]


FILES = [*sorted(CORE.rglob("*.py")), ROOT / "plugins" / "plugin_utils" / "_lookup_options.py"]
PROGRAMS = {"/".join(path.parts[-2:]): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
SAID = " \n ".join(squeezed(text) for program in PROGRAMS.values() for text in constants(program))
QUOTES = [
    squeezed(quote) for line in GUIDE.splitlines() if line.startswith("``") for quote in re.findall(r"``(.+?)``", line)
]


def raised() -> Iterator[tuple[str, str]]:
    """Yield file and telling pieces of each message that a typed error is made with."""
    for name, program in PROGRAMS.items():
        for node in ast.walk(program):
            if name in _INTERNAL or not isinstance(node, ast.Call) or not node.args:
                continue
            if (
                isinstance(node.func, ast.Name)
                and node.func.id.endswith("Error")
                and node.func.id not in ("AssertionError", "ValueError")
            ):
                yield from ((name, max(found, key=len)) for found in [pieces(node.args[0])] if found)


def said(part: str) -> bool:
    """Whether the code can say this: in one piece, or put together of three at most, none of them tiny."""
    for dummy in range(3):
        ends = [*(match.start() for match in re.finditer(r"\W", part)), len(part)]
        size = next((end for end in reversed(ends) if re.search(rf"(?<!\w){re.escape(part[:end])}(?!\w)", SAID)), 0)
        if size < min(_TELLING, len(part)):
            return False
        part = part[size:].strip(" :,()")
        if not part:
            return True
    return False


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quoted_message_exists(quote: str) -> None:
    """Each of its fixed pieces stands in the code, letter for letter."""
    parts = [squeezed(part).strip(" :,()") for part in _PLACEHOLDER.split(quote)]
    telling = [part for part in parts if len(part) >= _TELLING]
    assert telling, quote
    assert [part for part in telling if not said(part)] == []


@pytest.mark.parametrize("quote", ["HOST answers with a web page", "the token has expird: get a new one"])
def test_a_message_that_does_not_exist(quote: str) -> None:
    """One wrong word is enough."""
    assert not all(said(squeezed(part).strip(" :,()")) for part in _PLACEHOLDER.split(quote))


def test_no_message_is_left_out() -> None:
    """The longest piece of each message of the core is in the guide."""
    messages = list(raised())
    assert len(messages) > 45
    guide = squeezed(_PLACEHOLDER.sub(" ", GUIDE))
    missing = [
        (name, piece) for name, piece in messages if squeezed(_PLACEHOLDER.sub(" ", piece)).strip(" :,()") not in guide
    ]
    assert missing == []


def test_no_advice_is_left_out() -> None:
    """What the service's error codes and statuses mean is in the guide, too."""
    program = PROGRAMS["_client/response.py"]
    tables = [
        node.value
        for node in ast.walk(program)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict)
    ]
    values = [value for table in tables if isinstance(table, ast.Dict) for value in table.values]
    advice = {piece for value in values for piece in pieces(value)}
    assert len(advice) >= 9
    assert [piece for piece in sorted(advice) if squeezed(piece) not in squeezed(GUIDE)] == []
