# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths for all tests: the collection comes through the virtual environment's link, the simulator from its role."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT / "roles" / "simulator" / "files"))

if importlib.util.find_spec("ansible_collections") is None:
    raise pytest.UsageError("this Python does not know the collection: run `make venv`, then use .venv/bin/python")

importlib.import_module("ansible_collections.huaweicloud.modelarts.tests.support.wire_faults")
