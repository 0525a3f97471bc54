# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CONTRIBUTING.md leads a newcomer to files and functions that are there."""

from __future__ import annotations

import ast
import re
import sys
import threading
from types import FrameType

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import ROOT
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import RawServer, listed
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import EXAMPLE, KEY, NOW_MS, asked

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(plugins/[\w./]+\.py)` \| `(\w+)` \|", re.MULTILINE)
ROWS = ROW.findall(PAGE)
WAY = ROW.findall(PAGE.partition("### The way of a request")[2].partition("And where to find")[0])
#: The most calls of ours above ``requests``, and the most from one file of ours into another, for one order.
DEEPEST, CROSSINGS = 16, 50


@pytest.mark.parametrize(("path", "function"), ROWS)
def test_a_function_is_where_the_page_says(path: str, function: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_way_of_a_request_takes_five_files_and_each_knows_the_next() -> None:
    rows = [path for path, dummy in WAY]
    assert len(rows) == 5
    for path, following in zip(rows, rows[1:]):
        assert following.rpartition("/")[2].removesuffix(".py") in (ROOT / path).read_text(encoding="utf-8")


def place(frame: FrameType | None) -> tuple[str, str] | None:
    """Return the file and the function of a frame of the core."""
    dummy, core, path = frame.f_code.co_filename.rpartition("plugins/module_utils/") if frame else ("", "", "")
    return (core + path, frame.f_code.co_name) if frame and core else None


def stack_of(frame: FrameType | None) -> list[tuple[str, str]]:
    """Return the core's part of a stack, outermost first."""
    stack = []
    while frame:
        stack.append(place(frame))
        frame = frame.f_back
    # A comprehension is a call of its own before Python 3.12.
    return [each for each in reversed(stack) if each and not each[1].endswith("comp>")]


def test_the_way_of_a_request_is_walked_and_short() -> None:
    stacks: list[list[tuple[str, str]]] = []
    crossings: list[tuple[str, str]] = []
    asking = threading.get_ident()

    def note(frame: FrameType, event: str, dummy: object) -> None:
        caller, called = place(frame.f_back), place(frame)
        if event != "call":
            return
        if caller and called and caller[0] != called[0]:
            crossings.append((caller[0], called[0]))
        if caller and frame.f_code.co_filename.endswith("adapters.py") and frame.f_code.co_name == "send":
            # The asking thread waits for the one that sends.
            stacks.append(stack_of(sys._current_frames()[asking]) + stack_of(frame))

    with RawServer(listed({**EXAMPLE, "creationTimestamp": NOW_MS - 60_000})) as server:
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            result = asked(server.url, **KEY).result
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    assert (result["summary"]["total"], len(stacks)) == (1, 1)
    assert [step for step in stacks[0] if step in WAY] == WAY[1:], "the steps below the action, in their order"
    assert len(stacks[0]) <= DEEPEST
    assert len(crossings) <= CROSSINGS


def test_files_and_folders_that_it_names_exist() -> None:
    named = set(re.findall(r"`((?:plugins|tests|roles|tools|requirements|changelogs)/[\w./-]*)`", PAGE))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    picture = PAGE.partition("```text\nplugins/modules")[2].partition("```")[0]
    inside = re.findall(r"^    (_\w+(?:\.py|/))", picture, re.MULTILINE)
    assert len(inside) > 8
    assert [name for name in inside if not list((ROOT / "plugins").glob(f"*/{name}"))] == []
