# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator in a process of its own, so that its work is not taken for the client's, over http or https."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import certifi
import trustme
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO, complete

TOKEN = "TOKENofTheBenchmarksFake-3Kx8Qm"
PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

#: The header that opens the admin paths of a service, by its URL.
ADMIN: dict[str, dict[str, str]] = {}


@contextlib.contextmanager
def service(orders: Sequence[Mapping[str, Any]], *, https: bool = False, **settings: Any) -> Iterator[dict[str, str]]:
    """Serve these orders; yields the options that a client needs.

    With https its certificate's authority stands in a bundle behind all those that browsers trust.
    """
    config = {"orders": list(orders), "settings": {"tokens": [{"token": TOKEN}], "order": "newest", **settings}}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "config.json").write_text(json.dumps(config), encoding="utf-8")
        tls = _certificate(place) if https else ()
        command = [sys.executable, str(Path(__file__).with_name("_server.py")), str(place / "config.json"), *tls]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            url = ready["endpoint"]
            ADMIN[url] = {"X-Simulator-Token": ready["token"]}
            trust = {"ca_path": str(place / "bundle.pem")} if https else {}
            yield {"endpoint": url, "iam_endpoint": url, "project_id": PROJECT, "auth_token": TOKEN, **trust}


def _certificate(place: Path) -> tuple[str, str]:
    """Write a bundle of authorities, and return the files of a certificate by the last of them and of its key."""
    authority = trustme.CA()
    bundle = Path(certifi.where()).read_bytes() + authority.cert_pem.bytes()
    (place / "bundle.pem").write_bytes(bundle)
    made = authority.issue_cert("127.0.0.1")
    made.cert_chain_pems[0].write_to_path(str(place / "certificate.pem"))
    made.private_key_pem.write_to_path(str(place / "key.pem"))
    return str(place / "certificate.pem"), str(place / "key.pem")


def options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a task with their defaults, untouched by this machine's environment."""
    return complete(INFO, given, {})
