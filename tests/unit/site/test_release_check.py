# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release check notices what would make a bad release."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def check() -> Iterator[ModuleType]:
    """Return the tool; tools import each other by their plain names."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        yield importlib.import_module("release_check")
    finally:
        sys.path.remove(str(ROOT / "tools"))


def checkout(top: Path, version: str = "1.2.0", agent: str = "1.2.0", *releases: str) -> Path:
    """Lay out what the check of versions reads."""
    listed = "".join(f"  {name}: {{}}\n" for name in releases or ("1.1.9", "1.2.0"))
    files = {
        "galaxy.yml": f"version: {version}\n",
        "plugins/module_utils/_client/http.py": f'USER_AGENT = "ansible-huaweicloud.modelarts/{agent}"\n',
        "changelogs/changelog.yaml": f"releases:\n{listed}",
        "changelogs/fragments/.keep": "",
    }
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    return top


def test_versions_that_agree(check: ModuleType, tmp_path: Path) -> None:
    """Nothing to say."""
    assert list(check.version_faults(checkout(tmp_path))) == []


@pytest.mark.parametrize(
    ("version", "agent", "releases", "said"),
    [
        ("1.2.0", "1.1.9", ("1.2.0",), "user agent"),
        ("1.2.0", "1.2.0", ("1.1.9", "1.10.0"), "newest release is 1.10.0"),
        ("1.2.0b", "1.2.0b", ("1.2.0b",), "MAJOR.MINOR.PATCH"),
    ],
)
def test_versions_that_differ(
    check: ModuleType, tmp_path: Path, version: str, agent: str, releases: tuple[str, ...], said: str
) -> None:
    """Each is named with the place that is wrong."""
    (fault,) = check.version_faults(checkout(tmp_path, version, agent, *releases))
    assert said in fault


def test_a_changelog_that_is_not_written(check: ModuleType, tmp_path: Path) -> None:
    """Is a fault, while fragments that wait for the next release are none: every change brings one."""
    top = checkout(tmp_path)
    assert check.verdict(0, check.unreleased(top)) == "this artifact can be released"
    (top / "changelogs/fragments/7-lookup.yml").write_text("minor_changes: [x]\n", encoding="utf-8")
    assert list(check.version_faults(top)) == []
    assert "nothing is wrong; changelog fragments that wait for" in check.verdict(0, check.unreleased(top))
    assert check.verdict(2, check.unreleased(top)) == "2 things are wrong"
    (top / "changelogs/changelog.yaml").unlink()
    (fault,) = check.version_faults(top)
    assert "antsibull-changelog release" in fault


def test_the_contents(check: ModuleType) -> None:
    """What is needed and nothing else passes."""
    assert list(check.content_faults(dict.fromkeys(check.NEEDED, 10))) == []


@pytest.mark.parametrize(
    "name",
    [
        *("tests/unit/test_x.py", "tools/check.py", ".github/workflows/ci.yml", "plugins/modules/__pycache__/x.pyc"),
        *("docs/.DS_Store", "playbooks/demo.retry", "roles/simulator/tasks/main.yml~", "Makefile", "docs/page.md.orig"),
    ],
)
def test_a_stranger(check: ModuleType, name: str) -> None:
    """One file too many is one fault."""
    (fault,) = check.content_faults({**dict.fromkeys(check.NEEDED, 10), name: 10})
    assert name in fault and "does not belong" in fault


def test_a_gap_and_a_giant(check: ModuleType) -> None:
    """A file that is missing, and one too large to be text."""
    sizes = dict.fromkeys(check.NEEDED - {"README.md"}, 10)
    assert list(check.content_faults(sizes)) == ["README.md: is missing in the artifact"]
    (fault,) = check.content_faults({**dict.fromkeys(check.NEEDED, 10), "docs/film.svg": check.LARGEST + 1})
    assert "docs/film.svg" in fault


def test_this_checkouts_user_agent(check: ModuleType) -> None:
    """It is read from where the core really says it."""
    from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import http as _http

    assert check.user_agent(ROOT / "plugins/module_utils/_client/http.py") == _http.USER_AGENT
