# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point: ``python3 .../modelarts_simulator serve`` and ``python3 -m modelarts_simulator serve``."""

from __future__ import annotations

import os
import sys

if not __package__:
    # Run as a directory: put the parent on the path in place of the package itself, whose file names are common words.
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from modelarts_simulator.cli import main

if __name__ == "__main__":
    sys.exit(main())
