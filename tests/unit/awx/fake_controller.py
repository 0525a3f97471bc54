# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of a controller's API as the modules of awx.awx need: lists by name, creation, changes and associations.

Its rules, with where each comes from in the source of AWX:

* A name is unique within its organization only (``unique_together`` in awx/main/models/inventory.py, projects.py and
  credential.py): a list by name holds those of all organizations. A schedule's is unique within its template.
* A project is synchronized when it is made (awx/main/models/projects.py, ``save``), and else only where somebody asks.
  A job template whose playbook the last good synchronization did not find is refused (awx/api/serializers.py).
* A job reaches the controller with a credential only: what it lacks, the modules replace by https://127.0.0.1
  (awx_collection/plugins/module_utils/controller_api.py).
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Any

from ansible_collections.huaweicloud.modelarts.tests.support.json_server import JsonHandler, JsonServer

Thing = dict[str, Any]
_TEMPLATES = ("job_templates", "workflow_job_templates")
_CREDENTIAL_TYPES = ("Red Hat Ansible Automation Platform", "Source Control")
#: Within what a name is unique.
_UNIQUE = {
    **dict.fromkeys(("inventories", "projects", *_TEMPLATES), ("name", "organization")),
    "schedules": ("name", "unified_job_template"),
    "credentials": ("name", "organization", "credential_type"),
}
_PATH = re.compile(r"/api/v2/(?P<kind>\w+)/(?:(?P<id>\d+)/)?(?:(?P<related>\w+)/)?$")


class Controller(JsonServer):
    """A controller on loopback. ``things`` are what it holds by kind, ``writes`` the requests that changed it."""

    def __init__(self, *syncs: str) -> None:
        """Begin with two organizations; ``syncs`` is how the first synchronizations of projects end, if not well."""
        self.things: dict[str, list[Thing]] = {"organizations": [], "credentials": []}
        self.writes: list[str] = []
        self.syncs = list(syncs)
        for name in ("Default", "Other"):
            self.add("organizations", {"name": name})
        for kind in _CREDENTIAL_TYPES:
            self.add("credential_types", {"name": kind, "kind": "cloud"})
        super().__init__(_Handler)

    def credential(self, name: str, kind: str, organization: str = "Default") -> int:
        """Make a credential of a type, and return its ID."""
        place = {"organization": self.by_name("organizations")[organization]["id"]}
        kinds = {"credential_type": self.by_name("credential_types")[kind]["id"]}
        return int(self.add("credentials", {"name": name, **place, **kinds})["id"])

    def add(self, kind: str, thing: Thing) -> Thing:
        """Keep a thing under a new number, which is unique over all kinds as a template's is."""
        number = 1 + sum(map(len, self.things.values()))
        related = {name: f"/api/v2/{kind}/{number}/{name}/" for name in ("survey_spec", "credentials", "update")}
        made = {"type": kind.rstrip("s"), "url": f"/api/v2/{kind}/{number}/", **thing, "id": number, "related": related}
        self.things.setdefault(kind, []).append(made)
        if kind == "projects":
            made |= {"status": "pending", "scm_revision": "4b825dc", "summary_fields": {}}
            update = self.sync(made)
            made = {**made, "summary_fields": {"current_update": {"id": update["id"]}}}
        return made

    def sync(self, project: Thing) -> Thing:
        """Synchronize a project; return the update, which has ended."""
        project["status"] = self.syncs.pop(0) if self.syncs else "successful"
        ended = {
            "status": project["status"],
            "failed": project["status"] != "successful",
            "finished": "2026-11-01T08:00:00Z",
        }
        ended["scm_revision"] = "4b825dc"
        return self.add("project_updates", ended)

    def refused(self, kind: str, thing: Thing) -> dict[str, Any] | None:
        """Return what is wrong with a thing that is to be made, if anything."""
        same = [row for row in self.of(kind) if all(row.get(key) == thing.get(key) for key in _UNIQUE.get(kind, ()))]
        if kind in _UNIQUE and same:
            return {"__all__": ["already exists"]}
        if kind == "job_templates" and self.numbered("projects", thing["project"])["status"] != "successful":
            return {"playbook": ["Playbook not found for project."]}
        return None

    def numbered(self, kind: str, number: int) -> Thing:
        """Return a thing by its number."""
        return next(thing for thing in self.of(kind) if thing["id"] == number)

    def of(self, kind: str) -> list[Thing]:
        """Return all things of a kind."""
        kinds = _TEMPLATES if kind == "unified_job_templates" else (kind,)
        return [thing for name in kinds for thing in self.things.get(name, [])]

    def by_name(self, kind: str) -> dict[str, Thing]:
        """Return all things of a kind by name."""
        return {thing["name"]: thing for thing in self.of(kind)}


class _Handler(JsonHandler):
    HEADERS = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}  # noqa: RUF012
    service: Controller

    def _asked(self) -> tuple[str, int | None, str | None, dict[str, str]]:
        parts = urllib.parse.urlsplit(self.path)
        found = _PATH.match(parts.path)
        assert found, self.path
        query = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query).items()}
        return found["kind"], int(found["id"]) if found["id"] else None, found["related"], query

    def get(self) -> None:
        """Return a thing, what is associated with it, or those of a kind that match the query."""
        kind, number, related, query = self._asked()
        if number is not None:
            thing = self.service.numbered(kind, number)
            if related == "survey_spec":
                self.answer(200, thing.get(related, {}))
            else:
                self._list(thing.get(f"_{related}", [])) if related else self.answer(200, thing)
            return
        either = {name[4:]: query.pop(name) for name in list(query) if name.startswith("or__")}
        every = {name.replace("__iexact", ""): value for name, value in query.items() if not name.startswith("page")}
        self._list(
            [
                row
                for row in self.service.of(kind)
                if all(str(row.get(key)) == value for key, value in every.items())
                and (not either or any(str(row.get(key)) == value for key, value in either.items()))
            ]
        )

    def _list(self, rows: list[Thing]) -> None:
        self.answer(200, {"count": len(rows), "results": rows, "next": None})

    def post(self) -> None:
        """Create a thing, or associate one with another."""
        kind, number, related, dummy = self._asked()
        body = self.body()
        self.service.writes.append(f"POST {self.path}")
        if number is None:
            refused = self.service.refused(kind, body)
            self.answer(400, refused) if refused else self.answer(201, self.service.add(kind, body))
            return
        thing = self.service.numbered(kind, number)
        if related == "survey_spec":
            thing[related] = body
            self.answer(200, {})
        elif related == "update":
            self.answer(202, self.service.sync(thing))
        else:
            thing.setdefault(f"_{related}", []).append({"id": body["id"]})
            self.answer(204, None)

    def patch(self) -> None:
        """Change a thing."""
        kind, number = self._asked()[:2]
        assert number is not None
        self.service.writes.append(f"PATCH {self.path}")
        thing = self.service.numbered(kind, number)
        thing.update(self.body())
        self.answer(200, thing)
