# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary keys without a key: for the token of an OIDC provider, and from a server's own metadata."""

from __future__ import annotations

import base64
import json
import typing as t

from . import iam
from .errors import ApiError
from .identity import Identity
from .messages import Request, Response

_METADATA_TTL = 21600
_SERVER_KEY = 3600.0


def assume_with_oidc(identity: Identity, request: Request, now: float, wall: float) -> Response:
    """POST /v5/agencies/assume-with-oidc, unsigned: a key for an agency that trusts the provider of the ID token."""
    asked = iam.object_of(request.body)
    seconds = iam.duration(asked.get("duration_seconds", 3600), 43200)
    session = _text(asked, "agency_session_name", 2, 128)
    token = _text(asked, "id_token", 4, 20000)
    trust = [row for row in identity.settings["oidc"] if row["provider_urn"] == asked.get("provider_urn")]
    if not any(row["agency_urn"] == asked.get("agency_urn") for row in trust):
        raise ApiError(403, "STS.403", "The agency does not exist or does not trust this identity provider.")
    if not any(row["id_token"] == token for row in trust) or _expired(token, now):
        raise ApiError(401, "STS.401", "The ID token is invalid or has expired.")
    key = identity.new_key(now + (identity.settings["key_lifetime"] or seconds))
    credentials = {
        "access_key_id": key.access_key,
        "secret_access_key": key.secret_key,
        "security_token": key.security_token,
        "expiration": iam.stamp(key.expires),
    }
    assumed = {"urn": f"sts::assumed-agency:{session}", "id": session}
    return iam.as_json(200, {"credentials": credentials, "assumed_agency": assumed})


def _text(asked: t.Mapping[str, t.Any], name: str, least: int, most: int) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise ApiError(400, "STS.400", f"{name} must have {least} to {most} characters.")
    return value


def _expired(token: str, now: float) -> bool:
    """Whether a token that is a JWT says that it has ended."""
    try:
        claims = token.split(".")[1]
        return bool(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"] <= now)
    except (IndexError, ValueError, KeyError, TypeError):
        return False


def metadata_token(identity: Identity, request: Request, now: float, wall: float) -> Response:
    """PUT /meta-data/latest/api/token: the answer is the token."""
    ttl = request.header("X-Metadata-Token-Ttl-Seconds")
    if identity.settings["metadata_tokens"] == "unknown":
        raise ApiError(404, "404", "Not Found")
    if not ttl.isdecimal() or not 0 < int(ttl) <= _METADATA_TTL:
        raise ApiError(400, "400", "Bad Request")
    text = identity.noise(32)
    identity.metadata_tokens[text] = now + int(ttl)
    return Response(200, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


def security_key(identity: Identity, request: Request, now: float, wall: float) -> Response:
    """GET /openstack/latest/securitykey: a key of the agency that the server has been given."""
    token = request.header("X-Metadata-Token")
    needed = token or identity.settings["metadata_tokens"] == "required"
    if needed and identity.metadata_tokens.get(token, 0) <= now:
        raise ApiError(401, "401", "Unauthorized")
    if not identity.settings["server_agency"]:
        raise ApiError(401, "401", "Please configure Cloud Service Agency first.")
    key = identity.new_key(now + (identity.settings["key_lifetime"] or _SERVER_KEY))
    return iam.as_json(200, {"credential": iam.credential(key)})
