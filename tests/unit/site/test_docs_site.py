# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site: every guide is listed, and what Sphinx complains of is not overlooked."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
RST = ROOT / "docs" / "docsite" / "rst"


@pytest.fixture(scope="module")
def site() -> Iterator[ModuleType]:
    """Return the tool; tools import each other by their plain names."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        yield importlib.import_module("docs_site")
    finally:
        sys.path.remove(str(ROOT / "tools"))


def test_every_guide_is_listed() -> None:
    """A page that no index leads to is found by nobody."""
    sections = yaml.safe_load((RST.parent / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    listed = [name for section in sections for name in section["toctree"]]
    assert sorted(listed) == sorted(path.stem for path in RST.glob("*.rst"))


def test_complaints(site: ModuleType, tmp_path: Path) -> None:
    """A broken link into our own pages counts, one into Ansible's cannot be followed without a network."""
    own = "a.rst:1: WARNING: undefined label: 'ansible_collections.huaweicloud.modelarts.x_module' [ref.ref]"
    foreign = "a.rst:2: WARNING: undefined label: 'ansible_collections.ansible.builtin.copy_module' [ref.ref]"
    log = tmp_path / "warnings"
    log.write_text(f"{own}\n{foreign}\n\n", encoding="utf-8")
    assert site.complaints(log) == [own]


def test_the_event_sources_page(site: ModuleType, tmp_path: Path) -> None:
    """It is made of the source's own documentation, whose code is not run."""
    source = tmp_path / "modelarts_orders.py"
    source.write_text(
        'DOCUMENTATION = r"""\nshort_description: Events\ndescription: [Watches B(all) of them.]\noptions:\n'
        '  interval: {type: float, default: 5, description: Seconds between polls at RV(orders).}\n"""\n'
        'EXAMPLES = r"""\n- name: Watch\n"""\nraise SystemExit\n',
        encoding="utf-8",
    )
    page = "\n".join(site.event_source_page(source))
    assert "``interval`` (float, default ``5``)\n   Seconds between polls at ``orders``." in page
    assert "Watches ``all`` of them." in page
    assert ".. code-block:: yaml+jinja\n\n   - name: Watch" in page


def test_pages(site: ModuleType) -> None:
    """The pages of docs/ and of the roles are all on the site, under names of their own."""
    found = site.pages(ROOT)
    assert {"role_simulator", "role_wait_for_orders", "role_order_report", "benchmarks-pace"} <= set(found.values())
    assert set((ROOT / "docs").rglob("*.md")) <= set(found), "a page in a subfolder is left out"
    assert len(set(found.values())) == len(found)


def test_the_guide_to_events_is_in_the_chapter_on_events(site: ModuleType, tmp_path: Path) -> None:
    """It stands beside the page of the event source, where the index looks for it."""
    site.add_pages(ROOT, tmp_path)
    assert (tmp_path / "event_driven.md").is_file()
    assert not (tmp_path / "pages" / "event_driven.md").exists()


@pytest.mark.parametrize("page", ["README.md", "docs/docsite/rst/awx_guide.rst"])
def test_pages_lead_to_the_guide_to_events(page: str) -> None:
    """Whoever reads of events there finds out how to use them."""
    assert "blob/main/docs/guides/event_driven.md" in (ROOT / page).read_text(encoding="utf-8")
