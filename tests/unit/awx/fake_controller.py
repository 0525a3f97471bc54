# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of a controller's API as the modules of awx.awx need: lists by name, creation, changes and associations."""

from __future__ import annotations

import http.server
import json
import re
import threading
import urllib.parse
from types import TracebackType
from typing import Any

Thing = dict[str, Any]
_TEMPLATES = ("job_templates", "workflow_job_templates")
_PATH = re.compile(r"/api/v2/(?P<kind>\w+)/(?:(?P<id>\d+)/)?(?:(?P<related>\w+)/)?$")


class Controller:
    """A controller on loopback. ``things`` are what it holds by kind, ``writes`` the requests that changed it."""

    def __init__(self) -> None:
        self.things: dict[str, list[Thing]] = {"organizations": [], "credentials": []}
        self.writes: list[str] = []
        self.add("organizations", {"name": "Default"})
        for name in ("my cloud", "my controller"):
            self.add("credentials", {"name": name})
        handler = type("Handler", (_Handler,), {"controller": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def add(self, kind: str, thing: Thing) -> Thing:
        """Keep a thing under a new number, which is unique over all kinds as a template's is."""
        number = 1 + sum(map(len, self.things.values()))
        related = {name: f"/api/v2/{kind}/{number}/{name}/" for name in ("survey_spec", "credentials")}
        made = {"type": kind.rstrip("s"), "url": f"/api/v2/{kind}/{number}/", **thing, "id": number, "related": related}
        if kind == "projects":
            made |= {"status": "successful", "scm_revision": "4b825dc", "summary_fields": {}}
        self.things.setdefault(kind, []).append(made)
        return made

    def of(self, kind: str) -> list[Thing]:
        """Return all things of a kind."""
        kinds = _TEMPLATES if kind == "unified_job_templates" else (kind,)
        return [thing for name in kinds for thing in self.things.get(name, [])]

    def by_name(self, kind: str) -> dict[str, Thing]:
        """Return all things of a kind by name."""
        return {thing["name"]: thing for thing in self.of(kind)}

    def __enter__(self) -> Controller:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    controller: Controller

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode() if status != 204 else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _asked(self) -> tuple[str, int | None, str | None, dict[str, str]]:
        parts = urllib.parse.urlsplit(self.path)
        found = _PATH.match(parts.path)
        assert found, self.path
        query = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query).items()}
        return found["kind"], int(found["id"]) if found["id"] else None, found["related"], query

    def _body(self) -> Thing:
        return dict(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))

    def _thing(self, kind: str, number: int) -> Thing:
        return next(thing for thing in self.controller.of(kind) if thing["id"] == number)

    def do_GET(self) -> None:
        """Return a thing, what is associated with it, or those of a kind that match the query."""
        kind, number, related, query = self._asked()
        if number is not None:
            thing = self._thing(kind, number)
            if related == "survey_spec":
                self._answer(200, thing.get(related, {}))
            else:
                self._list(thing.get(f"_{related}", [])) if related else self._answer(200, thing)
            return
        wanted = {
            name.replace("__iexact", ""): value
            for name, value in query.items()
            if not name.startswith(("or__", "page"))
        }
        if "or__name" in query:
            wanted["name"] = query["or__name"]
        self._list(
            [
                row
                for row in self.controller.of(kind)
                if all(str(row.get(key)) == value for key, value in wanted.items())
            ]
        )

    def _list(self, rows: list[Thing]) -> None:
        self._answer(200, {"count": len(rows), "results": rows, "next": None})

    def do_POST(self) -> None:
        """Create a thing, or associate one with another."""
        kind, number, related, dummy = self._asked()
        body = self._body()
        self.controller.writes.append(f"POST {self.path}")
        if number is None:
            self._answer(201, self.controller.add(kind, body))
            return
        thing = self._thing(kind, number)
        if related == "survey_spec":
            thing[related] = body
            self._answer(200, {})
        else:
            thing.setdefault(f"_{related}", []).append({"id": body["id"]})
            self._answer(204, None)

    def do_PATCH(self) -> None:
        """Change a thing."""
        kind, number = self._asked()[:2]
        assert number is not None
        self.controller.writes.append(f"PATCH {self.path}")
        thing = self._thing(kind, number)
        thing.update(self._body())
        self._answer(200, thing)
