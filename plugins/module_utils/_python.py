# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Ends a module at once where its Python is too old to read the core. Imported first; any Python 3 can read it."""

from __future__ import annotations

import json
import sys

if sys.version_info < (3, 9):  # noqa: UP036
    version = ".".join(map(str, sys.version_info[:3]))
    needs = "huaweicloud.modelarts needs Python 3.9 or later where its modules run"
    states = ("total", "pending", "processing", "succeeded", "partial", "failed", "unknown")
    result = {
        "msg": f"{needs}, and {sys.executable} is {version}: set ansible_python_interpreter to a newer one",
        "failed": True,
        "changed": False,
        "orders": [],
        "count": None,
        "truncated": True,
        "summary": dict.fromkeys(states, 0),
        "all_succeeded": False,
        "all_finished": False,
        "any_failed": False,
        "error_code": None,
        "request_id": None,
        "status": None,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    raise SystemExit(1)
