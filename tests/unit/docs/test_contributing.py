# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CONTRIBUTING.md leads a newcomer to files and functions that are there."""

from __future__ import annotations

import ast
import re

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(plugins/[\w./]+\.py)` \| `(\w+)` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("path", "function"), ROWS)
def test_a_function_is_where_the_page_says(path: str, function: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_way_of_a_request_takes_five_files_and_each_knows_the_next() -> None:
    way = PAGE.partition("### The way of a request")[2].partition("And where to find")[0]
    rows = re.findall(r"^\| `(plugins/[\w./]+\.py)` \|", way, re.MULTILINE)
    assert len(rows) == 5
    for path, following in zip(rows, rows[1:]):
        assert following.rpartition("/")[2].removesuffix(".py") in (ROOT / path).read_text(encoding="utf-8")


def test_files_and_folders_that_it_names_exist() -> None:
    named = set(re.findall(r"`((?:plugins|tests|roles|tools|requirements|changelogs)/[\w./-]*)`", PAGE))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    picture = PAGE.partition("```text\nplugins/modules")[2].partition("```")[0]
    inside = re.findall(r"^    (_\w+(?:\.py|/))", picture, re.MULTILINE)
    assert len(inside) > 8
    assert [name for name in inside if not list((ROOT / "plugins").glob(f"*/{name}"))] == []
