# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of a controller's API as the modules of awx.awx need: lists by name, creation, changes and associations."""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

from ansible_collections.huaweicloud.modelarts.tests.support.json_server import JsonHandler, JsonServer

Thing = dict[str, Any]
_TEMPLATES = ("job_templates", "workflow_job_templates")
_PATH = re.compile(r"/api/v2/(?P<kind>\w+)/(?:(?P<id>\d+)/)?(?:(?P<related>\w+)/)?$")


class Controller(JsonServer):
    """A controller on loopback. ``things`` are what it holds by kind, ``writes`` the requests that changed it."""

    def __init__(self) -> None:
        self.things: dict[str, list[Thing]] = {"organizations": [], "credentials": []}
        self.writes: list[str] = []
        self.add("organizations", {"name": "Default"})
        for name in ("my cloud", "my controller"):
            self.add("credentials", {"name": name})
        super().__init__(_Handler)

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


class _Handler(JsonHandler):
    HEADERS = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}  # noqa: RUF012
    world: Controller

    def _asked(self) -> tuple[str, int | None, str | None, dict[str, str]]:
        parts = urllib.parse.urlsplit(self.path)
        found = _PATH.match(parts.path)
        assert found, self.path
        query = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query).items()}
        return found["kind"], int(found["id"]) if found["id"] else None, found["related"], query

    def _thing(self, kind: str, number: int) -> Thing:
        return next(thing for thing in self.world.of(kind) if thing["id"] == number)

    def get(self) -> None:
        """Return a thing, what is associated with it, or those of a kind that match the query."""
        kind, number, related, query = self._asked()
        if number is not None:
            thing = self._thing(kind, number)
            if related == "survey_spec":
                self.answer(200, thing.get(related, {}))
            else:
                self._list(thing.get(f"_{related}", [])) if related else self.answer(200, thing)
            return
        wanted = {
            name.replace("__iexact", ""): value
            for name, value in query.items()
            if not name.startswith(("or__", "page"))
        }
        if "or__name" in query:
            wanted["name"] = query["or__name"]
        self._list(
            [row for row in self.world.of(kind) if all(str(row.get(key)) == value for key, value in wanted.items())]
        )

    def _list(self, rows: list[Thing]) -> None:
        self.answer(200, {"count": len(rows), "results": rows, "next": None})

    def post(self) -> None:
        """Create a thing, or associate one with another."""
        kind, number, related, dummy = self._asked()
        body = self.body()
        self.world.writes.append(f"POST {self.path}")
        if number is None:
            self.answer(201, self.world.add(kind, body))
            return
        thing = self._thing(kind, number)
        if related == "survey_spec":
            thing[related] = body
            self.answer(200, {})
        else:
            thing.setdefault(f"_{related}", []).append({"id": body["id"]})
            self.answer(204, None)

    def patch(self) -> None:
        """Change a thing."""
        kind, number = self._asked()[:2]
        assert number is not None
        self.world.writes.append(f"PATCH {self.path}")
        thing = self._thing(kind, number)
        thing.update(self.body())
        self.answer(200, thing)
