# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README lists what the collection holds, and every kind of thing under its own word."""

from __future__ import annotations

import re

from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT
from ansible_collections.huaweicloud.modelarts.tests.support.plugins import walk

#: Where things lie that are no plugins of ansible-core.
_PLACES = {
    "playbook": "playbooks/*.yml",
    "role": "roles/*/",
    "event source": "extensions/eda/plugins/event_source/*.py",
}


def listed() -> set[tuple[str, str]]:
    """Return what "What is in it" names, each with its kind in the singular."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## What is in it\n")[1].split("\n## ")[0]
    found = set()
    for names, kinds in re.findall(r"^\| (`[^|]+) \| ([^|]+) \|", section, re.MULTILINE):
        for kind in kinds.split(" and "):
            found |= {(kind.removesuffix("s"), name) for name in re.findall(r"`(\w+)`", names)}
    return found


def there() -> set[tuple[str, str]]:
    """Return what lies in the tree; an action belongs to the module of its name."""
    found = {(kind, name.removeprefix(f"{COLLECTION}.")) for kind, name in walk()}
    for kind, pattern in _PLACES.items():
        found |= {(kind, path.stem) for path in ROOT.glob(pattern)}
    return found


def test_what_is_in_it_is_all_there_is() -> None:
    """Nothing is left out of the list, and nothing on it is missing."""
    named = {pair for pair in listed() if pair[0] != "action"}
    assert sorted(there() - named) == []
    assert sorted(named - there()) == []
