# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of a controller's API as ansible-rulebook needs to start job templates; every job succeeds at once."""

from __future__ import annotations

import http.server
import json
import re
import threading
import urllib.parse
from types import TracebackType
from typing import Any

_LAUNCH = re.compile(r"/api/v2/job_templates/(\d+)/launch/$")


class Launches:
    """A controller on loopback that has these job templates. ``started`` are the jobs: template and request."""

    def __init__(self, *templates: str) -> None:
        self.templates = templates
        self.started: list[tuple[str, dict[str, Any]]] = []
        handler = type("Handler", (_Handler,), {"launches": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def rows(self) -> list[dict[str, Any]]:
        """Return the job templates as the controller lists them."""
        asks = {f"ask_{what}_on_launch": what == "variables" for what in ("limit", "labels", "inventory", "variables")}
        place = {"organization": {"name": "Default"}}
        return [
            {
                "id": number,
                "type": "job_template",
                "name": name,
                "summary_fields": place,
                "related": {"launch": f"/api/v2/job_templates/{number}/launch/"},
                **asks,
            }
            for number, name in enumerate(self.templates)
        ]

    def __enter__(self) -> Launches:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    launches: Launches

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        """Return the job templates, or the jobs that are asked for."""
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(parts.query)
        rows: list[dict[str, Any]] = []
        if parts.path == "/api/v2/unified_job_templates/":
            rows = [row for row in self.launches.rows() if row["name"] in query["name"]]
        elif parts.path == "/api/v2/jobs/":
            done = {"status": "successful", "created": "2026-11-01T08:00:00Z", "artifacts": {}}
            rows = [{"id": int(number), **done} for number in query["id__in"][0].split(",")]
        self._answer(200, {"version": "24.6.1", "count": len(rows), "results": rows, "next": None})

    def do_POST(self) -> None:
        """Start a job."""
        found = _LAUNCH.match(self.path)
        assert found, self.path
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.launches.started.append((self.launches.templates[int(found[1])], body))
        self._answer(201, {"url": f"/api/v2/jobs/{len(self.launches.started)}/"})
