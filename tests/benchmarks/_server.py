# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator that serves until its standard input ends: ``python _server.py CONFIG.json [CERTIFICATE KEY]``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "roles" / "simulator" / "files"))

from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server


def main() -> None:
    """Serve."""
    config, *tls = sys.argv[1:]
    cloud = Cloud(**json.loads(Path(config).read_text(encoding="utf-8")))
    with Server(cloud, tls=(tls[0], tls[1]) if tls else None) as server:
        print(json.dumps({"endpoint": server.url, "token": server.cloud.token}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
