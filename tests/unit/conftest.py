# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many examples hypothesis makes in the unit tests, and which: the same for every folder that a run names."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.configuration
import pytest
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

# Nothing is left in the checkout: no database of examples, no tables of characters.
hypothesis.configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "modelarts-hypothesis")
# Hypothesis would mix in constants of the modules under test, and which it finds depends on the checkout's path (none
# below a folder `tests`) and on what other tests have loaded: examples would differ from one checkout to the next.
providers._get_local_constants = Constants
COMMON: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
# The short run's examples change with the code only: what passed here passes in CI. The long run looks for new ones.
hypothesis.settings.register_profile("short", max_examples=60, derandomize=True, **COMMON)
hypothesis.settings.register_profile("long", max_examples=1500, **COMMON)
# A target's Python differs in what it can read, not in arithmetic.
hypothesis.settings.register_profile("few", max_examples=15, derandomize=True, **COMMON)
ORDINARY = "short" if sys.version_info >= (3, 10) else "few"
hypothesis.settings.load_profile("long" if os.environ.get("MODELARTS_LONG") == "1" else ORDINARY)


#: Tests of what is not the core, or runs it in other processes: coverage would only slow them down.
BESIDE_THE_CORE = {"awx", "docs", "simulator", "site"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage of the core where the core is tested."""
    for item in items:
        if item.path.parent.name in BESIDE_THE_CORE:
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True)
def _the_same_luck_in_every_run() -> None:
    """A pause with jitter is nothing once in a million: so let chance be the same in each run of a test."""
    random.seed(20260102)


FOREIGN = ("HW_", "HUAWEICLOUD_", "ANSIBLE_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take credentials and proxies of this machine's user away."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
