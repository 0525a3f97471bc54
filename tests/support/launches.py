# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of a controller's API as ansible-rulebook needs to start job templates; every job succeeds at once."""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

from ansible_collections.huaweicloud.modelarts.tests.support.json_server import JsonHandler, JsonServer

_LAUNCH = re.compile(r"/api/v2/job_templates/(\d+)/launch/$")


class Launches(JsonServer):
    """A controller on loopback that has these job templates. ``started`` are the jobs: template and request."""

    def __init__(self, *templates: str) -> None:
        self.templates = templates
        self.started: list[tuple[str, dict[str, Any]]] = []
        super().__init__(_Handler)

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


class _Handler(JsonHandler):
    service: Launches

    def get(self) -> None:
        """Return the job templates, or the jobs that are asked for."""
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(parts.query)
        rows: list[dict[str, Any]] = []
        if parts.path == "/api/v2/unified_job_templates/":
            rows = [row for row in self.service.rows() if row["name"] in query["name"]]
        elif parts.path == "/api/v2/jobs/":
            done = {"status": "successful", "created": "2026-11-01T08:00:00Z", "artifacts": {}}
            rows = [{"id": int(number), **done} for number in query["id__in"][0].split(",")]
        self.answer(200, {"version": "24.6.1", "count": len(rows), "results": rows, "next": None})

    def post(self) -> None:
        """Start a job."""
        found = _LAUNCH.match(self.path)
        assert found, self.path
        self.service.started.append((self.service.templates[int(found[1])], self.body()))
        self.answer(201, {"url": f"/api/v2/jobs/{len(self.service.started)}/"})
