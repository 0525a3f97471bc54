# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the core's tests: how many examples hypothesis makes, and an environment that changes nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.configuration
import pytest

# Nothing is left in the checkout: no database of examples, no tables of characters.
hypothesis.configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "modelarts-hypothesis")
COMMON: dict[str, Any] = {
    "database": None,
    "deadline": None,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
# The short run's examples change with the code only: what passed here passes in CI. The long run looks for new ones.
hypothesis.settings.register_profile("short", max_examples=60, derandomize=True, **COMMON)
hypothesis.settings.register_profile("long", max_examples=1500, **COMMON)
hypothesis.settings.load_profile("long" if os.environ.get("MODELARTS_LONG") == "1" else "short")

FOREIGN = ("HW_", "HUAWEICLOUD_", "ANSIBLE_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take credentials and proxies of this machine's user away."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.lower() in PROXIES:
            monkeypatch.delenv(name)
