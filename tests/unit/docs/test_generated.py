# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``make options`` writes is as the table of options and the modules' documentation say."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import ROOT


def generator() -> Any:
    """Return ``tools/options.py``, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("options_generator", ROOT / "tools" / "options.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_nothing_is_stale() -> None:
    said: list[str] = []
    assert generator().main(check=True, show=said.append) == 0, said


def test_a_changed_option_is_noticed_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the fragment, in both roles' variables and in the schema."""
    module = generator()
    option = module._options.Option("int", 7, aliases=("other_region",))
    for table in (module._options.INFO, module._options.WAIT, module.EVENTS):
        monkeypatch.setitem(table, "region", option)
    said: list[str] = []
    assert module.main(check=True, show=said.append) == 1
    names = {line.split(":")[0] for line in said}
    roles = {
        f"roles/{role}/{path}"
        for role in ("wait_for_orders", "order_report")
        for path in ("meta/argument_specs.yml", "tasks/main.yml")
    }
    schema = "extensions/eda/plugins/event_source/schemas/modelarts_orders.json"
    assert names == {"plugins/doc_fragments/_connection.py", schema, *roles}
