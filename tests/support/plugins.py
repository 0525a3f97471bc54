# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which plugins this checkout holds, found by walking it, so that no test can forget a new one."""

from __future__ import annotations

from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT

#: Folders of plugins/ that hold no plugins a user can name; an action answers for the module of its name.
_NO_PLUGINS = ("action", "doc_fragments", "module_utils", "plugin_utils")


def walk() -> set[tuple[str, str]]:
    """Return type and full name of every public plugin; of filters and tests there may be several in one file."""
    found = set()
    for folder in (ROOT / "plugins").iterdir():
        if folder.is_dir() and folder.name not in _NO_PLUGINS:
            kind = "module" if folder.name == "modules" else folder.name
            pattern = "*.yml" if kind in ("filter", "test") else "*.py"
            found |= {(kind, f"{COLLECTION}.{path.stem}") for path in folder.glob(pattern) if path.stem[0] != "_"}
    return found


def actions() -> set[str]:
    """Return the full names of the actions."""
    return {f"{COLLECTION}.{path.stem}" for path in (ROOT / "plugins" / "action").glob("*.py") if path.stem[0] != "_"}
