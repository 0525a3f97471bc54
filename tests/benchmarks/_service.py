# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator in a process of its own, so that its work is not taken for the client's."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO, complete

SIMULATOR = Path(__file__).resolve().parents[2] / "roles" / "simulator" / "files"
TOKEN = "TOKENofTheBenchmarksFake-3Kx8Qm"
PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

#: The header that opens the admin paths of a service, by its URL.
ADMIN: dict[str, dict[str, str]] = {}


@contextlib.contextmanager
def service(orders: Sequence[Mapping[str, Any]], **settings: Any) -> Iterator[dict[str, str]]:
    """Serve these orders; yields the options that a client needs."""
    config = {"orders": list(orders), "settings": {"tokens": [{"token": TOKEN}], "order": "newest", **settings}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        command = [sys.executable, "-m", "modelarts_simulator", "serve", "--orders", file.name]
        command += ["--parent", str(os.getpid())]
        environment = {**os.environ, "PYTHONPATH": str(SIMULATOR)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            try:
                assert process.stdout is not None
                ready = json.loads(process.stdout.readline())
                url = ready["endpoint"]
                ADMIN[url] = {"X-Simulator-Token": ready["token"]}
                yield {"endpoint": url, "iam_endpoint": url, "project_id": PROJECT, "auth_token": TOKEN}
            finally:
                process.terminate()


def options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task with their defaults, untouched by this machine's environment."""
    return complete(INFO, given, {})
