# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking: tokens, access keys, and the part of IAM that hands out tokens and names projects."""

from __future__ import annotations

import base64
import datetime
import json
import random
import typing as t

from . import signing
from .errors import ApiError
from .messages import Request, Response

_DENIED = "The request you have made requires authentication."


class Token(t.NamedTuple):
    """A token's scope and its end (epoch seconds)."""

    project_id: str
    expires: float
    region: str = ""


class Identity:
    """Tokens issued, keys and their locks. ``now`` is the cloud's time, ``wall`` what signatures are held against."""

    def __init__(self, settings: t.Mapping[str, t.Any], now: float) -> None:
        self.settings = settings
        self.tokens: dict[str, Token] = {}
        self._random = random.Random(settings["seed"])
        self._bad_in_row: dict[str, int] = {}
        self._locked_until: dict[str, float] = {}
        self._loaded = now
        self.preset(settings, now)

    def preset(self, settings: t.Mapping[str, t.Any], now: float) -> None:
        """Take over (new) settings; tokens handed out stay valid."""
        self.settings = settings
        for row in settings["tokens"]:
            project = row.get("project_id") or settings["projects"][0]["id"]
            expires = now + float(row.get("expires", settings["token_lifetime"]))
            self.tokens[row["token"]] = Token(project, expires, str(row.get("region", "")))

    def expire_tokens(self, now: float) -> int:
        """End every token at once, as after 24 hours."""
        for name, token in self.tokens.items():
            self.tokens[name] = token._replace(expires=min(token.expires, now))
        return len(self.tokens)

    def check(self, request: Request, project_id: str, now: float, wall: float) -> None:
        """Let a request for a project through, or raise the service's 401 or 403."""
        if request.header("X-Auth-Token"):
            self._check_token(request.header("X-Auth-Token"), project_id, now)
        elif request.header("Authorization"):
            self._check_signature(request, now, wall)
            named = request.header("X-Project-Id")
            if (named and named != project_id) or project_id not in self._project_ids():
                raise ApiError(403, "ModelArts.0210", "The project ID in the request differs from that of the key.")
        else:
            raise ApiError(401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found")

    def _project_ids(self) -> set[str]:
        return {project["id"] for project in self.settings["projects"]}

    def _check_token(self, text: str, project_id: str | None, now: float) -> None:
        token = self.tokens.get(text)
        if token is None:
            raise ApiError(401, "ModelArts.0203", "Invalid token.")
        if token.expires <= now:
            raise ApiError(401, "ModelArts.0202", "The token has expired.")
        if token.region and token.region != self.settings["region"]:
            raise ApiError(401, "ModelArts.0207", "The token does not belong to this region.")
        if project_id is not None and token.project_id != project_id:
            raise ApiError(403, "ModelArts.0210", "The project ID in the request differs from that of the token.")

    def _check_signature(self, request: Request, now: float, wall: float) -> None:
        signature = signing.read(request)
        if signature is None:
            raise _bad_key("authorization header is malformed")
        if self._locked_until.get(signature.access_key, 0) > now:
            raise _bad_key("AK access failed to reach the limit,forbidden")
        when = signing.signing_time(request)
        if when is None or abs(when - wall) > self.settings["signature_tolerance"]:
            raise _bad_key("the request time differs too much from the server time")
        key = self._key(signature.access_key)
        if key is None:
            raise _bad_key("verify aksk signature fail: the access key does not exist")
        if not signing.matches(request, signature, key["secret_key"]):
            self._count_bad(signature.access_key, now)
            raise _bad_key("verify aksk signature fail")
        self._bad_in_row.pop(signature.access_key, None)
        self._check_temporary(request, key, now)

    def _check_temporary(self, request: Request, key: t.Mapping[str, t.Any], now: float) -> None:
        if request.header("X-Security-Token") != str(key.get("security_token") or ""):
            raise _bad_key("the security token does not belong to the access key")
        if key.get("expires") is not None and self._loaded + float(key["expires"]) <= now:
            raise _bad_key("the temporary access key has expired")

    def _key(self, access_key: str) -> t.Mapping[str, t.Any] | None:
        return next((key for key in self.settings["keys"] if key["access_key"] == access_key), None)

    def _count_bad(self, access_key: str, now: float) -> None:
        self._bad_in_row[access_key] = self._bad_in_row.get(access_key, 0) + 1
        if self._bad_in_row[access_key] >= self.settings["lock_after"]:
            self._locked_until[access_key] = now + self.settings["lock_seconds"]
            del self._bad_in_row[access_key]

    # IAM

    def projects(self, request: Request, now: float, wall: float) -> Response:
        """GET /v3/projects?name=: those of the account, all of them without a name."""
        if request.header("X-Auth-Token"):
            self._check_token(request.header("X-Auth-Token"), None, now)
        elif request.header("Authorization"):
            self._check_signature(request, now, wall)
        else:
            raise ApiError(401, "401", _DENIED)
        name = dict(request.parameters).get("name")
        rows = [_project_row(row) for row in self.settings["projects"] if name in (None, row["name"])]
        return _json(200, {"projects": rows, "links": {"self": "", "next": None, "previous": None}})

    def issue(self, request: Request, now: float) -> Response:
        """POST /v3/auth/tokens with the password method."""
        user, scope = _credentials(request.body)
        account = self._account(user)
        project = self._scope(scope)
        expires = now + self.settings["token_lifetime"]
        text = self._make_token()
        self.tokens[text] = Token(project["id"] if project else "", expires)
        body = {"token": _token_body(account, project, now, expires)}
        answer = _json(201, body)
        answer.headers["X-Subject-Token"] = text
        return answer

    def _account(self, user: t.Mapping[str, t.Any]) -> t.Mapping[str, str]:
        domain = user.get("domain")
        domain_name = domain.get("name") if isinstance(domain, dict) else None
        for account in self.settings["users"]:
            wanted = (account["name"], account["password"], account["domain"])
            if wanted == (user.get("name"), user.get("password"), domain_name):
                return t.cast("t.Mapping[str, str]", account)
        raise ApiError(401, "401", "The username or password is wrong.")

    def _scope(self, scope: t.Mapping[str, t.Any]) -> t.Mapping[str, str] | None:
        wanted = scope.get("project")
        if not isinstance(wanted, dict):
            return None
        for project in self.settings["projects"]:
            if wanted.get("id") == project["id"] or ("id" not in wanted and wanted.get("name") == project["name"]):
                return t.cast("t.Mapping[str, str]", project)
        raise ApiError(401, "401", "The project in the scope does not exist or is not yours.")

    def _make_token(self) -> str:
        noise = bytes(self._random.getrandbits(8) for dummy in range(360))
        return "MIISIMULATOR" + base64.urlsafe_b64encode(noise).decode()


def _bad_key(reason: str) -> ApiError:
    return ApiError(401, "APIGW.0301", f"Incorrect IAM authentication information: {reason}")


def _json(status: int, body: object) -> Response:
    return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json;charset=utf8"})


def _stamp(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _project_row(row: t.Mapping[str, str]) -> dict[str, t.Any]:
    return {"id": row["id"], "name": row["name"], "enabled": True, "is_domain": False, "description": ""}


def _token_body(
    account: t.Mapping[str, str], project: t.Mapping[str, str] | None, now: float, expires: float
) -> dict[str, t.Any]:
    domain = {"id": "d0" * 16, "name": account["domain"]}
    body: dict[str, t.Any] = {
        "expires_at": _stamp(expires),
        "issued_at": _stamp(now),
        "methods": ["password"],
        "catalog": [],
        "roles": [{"id": "0", "name": "te_admin"}],
        "user": {"id": "e0" * 16, "name": account["name"], "domain": domain},
    }
    if project:
        body["project"] = {"id": project["id"], "name": project["name"], "domain": domain}
    return body


def _credentials(body: bytes) -> tuple[t.Mapping[str, t.Any], t.Mapping[str, t.Any]]:
    """User and scope out of a request body; 400 as Keystone words it where the body is not what it should be."""
    try:
        auth = json.loads(body)["auth"]
        identity = auth["identity"]
        if identity["methods"] != ["password"]:
            raise ApiError(400, "400", "Only the method password is supported.")
        user, scope = identity["password"]["user"], auth.get("scope") or {}
        if isinstance(user, dict) and isinstance(scope, dict):
            return user, scope
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ApiError(400, "400", "Request body is invalid: expected auth.identity.password.user and auth.scope.")
