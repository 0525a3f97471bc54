# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""IAM: the token that a password buys, and the ID of a project that only its name is known of."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from .auth.base import Auth, NoAuth
from .errors import CredentialsError, InputError, ResponseError
from .request import Request, encode_path
from .retry import Transport
from .text import safe


@dataclasses.dataclass(frozen=True)
class Login:
    """What a password login needs; the project is scoped by ID or, where that is unknown, by name."""

    username: str
    password: str
    domain_name: str
    project_id: str | None
    project_name: str | None

    def body(self) -> bytes:
        """Return the Keystone document of the password method."""
        user = {"name": self.username, "password": self.password, "domain": {"name": self.domain_name}}
        project = {"id": self.project_id} if self.project_id else {"name": self.project_name}
        identity = {"methods": ["password"], "password": {"user": user}}
        return json.dumps({"auth": {"identity": identity, "scope": {"project": project}}}).encode()


@dataclasses.dataclass(frozen=True)
class Token:
    """A token and the ID of the project that it is good for (None where IAM does not say)."""

    value: str
    project_id: str | None


def log_in(transport: Transport, iam: str, login: Login) -> Token:
    """Return a fresh token from ``POST /v3/auth/tokens``; its value is kept out of every later text."""
    request = Request("POST", iam, encode_path(("v3", "auth", "tokens")), body=login.body())
    response = transport.ask_once(request, NoAuth("user name, domain name and password"))
    value = response.headers.get("X-Subject-Token")
    if not value:
        raise ResponseError("IAM answered without a token (X-Subject-Token): check iam_endpoint")
    transport.redactor.add(value)
    return Token(value, _project_of(response.data))


def _project_of(data: t.Any) -> str | None:
    try:
        value = data["token"]["project"]["id"]
    except (TypeError, KeyError):
        return None
    return value if isinstance(value, str) else None


def find_project(transport: Transport, auth: Auth, iam: str, name: str, whose: str = "") -> str:
    """Return the ID of the project of that name. Raises InputError where there is not exactly one.

    ``whose`` says whose projects are looked through, where that is not the caller's own account.
    """
    try:
        response = transport.ask(Request.get(iam, ("v3", "projects"), {"name": name}), auth)
    except CredentialsError as error:
        if error.status == 403:  # who may list orders need not be allowed to list projects
            error.msg += ". To look for the project takes the right to list projects in IAM: set project_id instead"
        raise
    projects = response.data.get("projects") if isinstance(response.data, dict) else None
    if not isinstance(projects, list):
        raise ResponseError("IAM answered without a list of projects: check iam_endpoint, or set project_id")
    ids = [project.get("id") for project in projects if isinstance(project, dict) and project.get("name") == name]
    if len(ids) != 1 or not isinstance(ids[0], str):
        count = "no project" if not ids else f"{len(ids)} projects"
        named = f"named {safe(name, 80)}{whose}"
        raise InputError(f"IAM lists {count} {named}: set project_id, or project_name to another name")
    return ids[0]
