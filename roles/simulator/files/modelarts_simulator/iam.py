# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of IAM that hands out tokens and temporary keys, and names projects. Errors are Keystone's."""

from __future__ import annotations

import datetime
import json
import typing as t

from .errors import ApiError
from .identity import DENIED, Identity, Key
from .messages import Request, Response

_ON_TEMPORARY_KEY = 3600


def projects(identity: Identity, request: Request, now: float, wall: float) -> Response:
    """GET /v3/projects?name=: those of the account that the credentials belong to, all of them without a name."""
    if request.header("X-Auth-Token"):
        identity.check_token(request.header("X-Auth-Token"), None, now)
        rows = identity.projects_of()
    else:
        rows = identity.projects_of(_signer(identity, request, now, wall).agency)
    name = dict(request.parameters).get("name")
    rows = [row for row in rows if name in (None, row["name"])]
    shown = [{**row, "enabled": True, "is_domain": False, "description": ""} for row in rows]
    return as_json(200, {"projects": shown, "links": {"self": "", "next": None, "previous": None}})


def _signer(identity: Identity, request: Request, now: float, wall: float) -> Key:
    if not request.header("Authorization"):
        raise ApiError(401, "401", DENIED)
    return identity.check_signature(request, now, wall)


def assume_role(identity: Identity, request: Request, now: float, wall: float) -> Response:
    """POST /v3.0/OS-CREDENTIAL/securitytokens: a temporary key of the account that has delegated by an agency."""
    signer = _signer(identity, request, now, wall)
    asked = _role(request.body)
    most = _ON_TEMPORARY_KEY if signer.security_token else 86400
    seconds = duration(asked.get("duration_seconds", 900), most)
    for agency in identity.settings["agencies"]:
        domains = {"domain_name": agency["domain"], "domain_id": agency["domain_id"]}
        given = {key: asked[key] for key in domains if key in asked}
        if given and agency["name"] == asked.get("agency_name") and given.items() <= domains.items():
            key = identity.new_key(now + (identity.settings["key_lifetime"] or seconds), agency["name"])
            return as_json(201, {"credential": credential(key)})
    raise ApiError(403, "403", "You have no right to assume this agency, or there is none of that name.")


def _role(body: bytes) -> t.Mapping[str, t.Any]:
    identity = object_of(body, "auth", "identity")
    role = identity.get("assume_role")
    if identity.get("methods") != ["assume_role"] or not isinstance(role, dict):
        raise ApiError(400, "400", "Request body is invalid: expected the method assume_role and its agency.")
    return role


def duration(value: object, most: int) -> int:
    """Seconds that a temporary key may live; ApiError 400 outside the bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or not 900 <= value <= most:
        raise ApiError(400, "400", f"The value of duration_seconds must be from 900 to {most}.")
    return value


def credential(key: Key) -> dict[str, str]:
    """A temporary key in IAM's words; so does a server's metadata put it."""
    return {
        "access": key.access_key,
        "secret": key.secret_key,
        "securitytoken": key.security_token,
        "expires_at": stamp(key.expires),
    }


def issue(identity: Identity, request: Request, now: float, wall: float) -> Response:
    """POST /v3/auth/tokens with the password method."""
    user, scope = _credentials(request.body)
    account = _account(identity.settings, user)
    project = _scope(identity.settings, scope)
    expires = now + identity.settings["token_lifetime"]
    answer = as_json(201, {"token": _token_body(account, project, now, expires)})
    answer.headers["X-Subject-Token"] = identity.new_token(project["id"] if project else "", expires)
    return answer


def _account(settings: t.Mapping[str, t.Any], user: t.Mapping[str, t.Any]) -> t.Mapping[str, str]:
    domain = user.get("domain")
    domain_name = domain.get("name") if isinstance(domain, dict) else None
    for account in settings["users"]:
        known = (account["name"], account["password"], account["domain"])
        if known == (user.get("name"), user.get("password"), domain_name):
            return t.cast("t.Mapping[str, str]", account)
    raise ApiError(401, "401", "The username or password is wrong.")


def _scope(settings: t.Mapping[str, t.Any], scope: t.Mapping[str, t.Any]) -> t.Mapping[str, str] | None:
    asked = scope.get("project")
    if not isinstance(asked, dict):
        return None
    for project in settings["projects"]:
        if asked.get("id") == project["id"] or ("id" not in asked and asked.get("name") == project["name"]):
            return t.cast("t.Mapping[str, str]", project)
    raise ApiError(401, "401", "The project in the scope does not exist or is not yours.")


def _token_body(
    account: t.Mapping[str, str], project: t.Mapping[str, str] | None, now: float, expires: float
) -> dict[str, t.Any]:
    domain = {"id": "d0" * 16, "name": account["domain"]}
    body: dict[str, t.Any] = {
        "expires_at": stamp(expires),
        "issued_at": stamp(now),
        "methods": ["password"],
        "catalog": [],
        "roles": [{"id": "0", "name": "te_admin"}],
        "user": {"id": "e0" * 16, "name": account["name"], "domain": domain},
    }
    if project:
        body["project"] = {"id": project["id"], "name": project["name"], "domain": domain}
    return body


def _credentials(body: bytes) -> tuple[t.Mapping[str, t.Any], t.Mapping[str, t.Any]]:
    """User and scope out of a request body."""
    auth = object_of(body, "auth")
    identity = object_of(body, "auth", "identity")
    if identity.get("methods") not in (None, ["password"]):
        raise ApiError(400, "400", "Only the method password is supported.")
    user, scope = object_of(body, "auth", "identity", "password", "user"), auth.get("scope") or {}
    if not isinstance(scope, dict):
        raise ApiError(400, "400", "Request body is invalid: expected auth.scope.")
    return user, scope


def object_of(body: bytes, *keys: str) -> dict[str, t.Any]:
    """The object under these keys of a body; ApiError 400 where there is none."""
    try:
        value = json.loads(body)
        for key in keys:
            value = value[key]
        if isinstance(value, dict):
            return value
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ApiError(400, "400", f"Request body is invalid: expected an object{' at ' if keys else ''}{'.'.join(keys)}.")


def as_json(status: int, body: object) -> Response:
    """An answer of IAM."""
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json;charset=utf8"})


def stamp(seconds: float) -> str:
    """A time in ISO 8601 with a fraction."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
