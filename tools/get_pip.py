# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the script that ansible-test would download: installs pip with the pip that Python bundles."""

from __future__ import annotations

import ensurepip
import runpy
import sys
from pathlib import Path

sys.path.insert(0, str(next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))))
sys.argv[1:] = ["install", "--upgrade", *(word for word in sys.argv[1:] if not word.startswith("--no-"))]
runpy.run_module("pip", run_name="__main__")
