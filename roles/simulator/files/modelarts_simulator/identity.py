# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking: tokens and access keys, permanent and temporary, and whose projects they open."""

from __future__ import annotations

import base64
import random
import string
import typing as t

from . import signing
from .errors import ApiError
from .messages import Request

DENIED = "The request you have made requires authentication."


class Token(t.NamedTuple):
    """A token's scope and its end (epoch seconds)."""

    project_id: str
    expires: float
    region: str = ""


class Key(t.NamedTuple):
    """An access key; one with a security token is temporary. ``agency`` names the agency whose projects it opens."""

    access_key: str
    secret_key: str
    security_token: str = ""
    expires: float = float("inf")
    agency: str = ""


class Identity:
    """Tokens issued, keys and their locks. ``now`` is the cloud's time, ``wall`` what signatures are held against."""

    def __init__(self, settings: t.Mapping[str, t.Any], now: float) -> None:
        self.settings = settings
        self.tokens: dict[str, Token] = {}
        self.keys: dict[str, Key] = {}
        self.metadata_tokens: dict[str, float] = {}
        self._random = random.Random(settings["seed"])
        self._bad_in_row: dict[str, int] = {}
        self._locked_until: dict[str, float] = {}
        self._loaded = now
        self.preset(settings, now)

    def preset(self, settings: t.Mapping[str, t.Any], now: float) -> None:
        """Take over (new) settings; tokens and temporary keys handed out stay valid."""
        self.settings = settings
        for row in settings["tokens"]:
            project = row.get("project_id") or settings["projects"][0]["id"]
            expires = now + float(row.get("expires", settings["token_lifetime"]))
            self.tokens[row["token"]] = Token(project, expires, str(row.get("region", "")))

    def expire(self, now: float) -> int:
        """End every token and every temporary key handed out, at once; how many there are."""
        self.tokens = {text: token._replace(expires=min(token.expires, now)) for text, token in self.tokens.items()}
        self.keys = {name: key._replace(expires=min(key.expires, now)) for name, key in self.keys.items()}
        self.metadata_tokens.clear()
        return len(self.tokens) + len(self.keys)

    def projects_of(self, agency: str = "") -> list[t.Mapping[str, str]]:
        """The projects of this account, or of the one that delegated to it by an agency."""
        rows = [row["projects"] for row in self.settings["agencies"] if row["name"] == agency] if agency else []
        return list(rows[0] if rows else self.settings["projects"])

    # What a request proves

    def check(self, request: Request, project_id: str, now: float, wall: float) -> None:
        """Let a request for a project through, or raise the service's 401 or 403."""
        if request.header("X-Auth-Token"):
            self.check_token(request.header("X-Auth-Token"), project_id, now)
        elif request.header("Authorization"):
            key = self.check_signature(request, now, wall)
            named = request.header("X-Project-Id")
            ids = {project["id"] for project in self.projects_of(key.agency)}
            if (named and named != project_id) or project_id not in ids:
                raise ApiError(403, "ModelArts.0210", "The project ID in the request differs from that of the key.")
        else:
            raise ApiError(401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found")

    def check_token(self, text: str, project_id: str | None, now: float) -> None:
        """Raise 401 or 403 for a token that does not open the project (None: any)."""
        token = self.tokens.get(text)
        if token is None:
            raise ApiError(401, "ModelArts.0203", "Invalid token.")
        if token.expires <= now:
            raise ApiError(401, "ModelArts.0202", "The token has expired.")
        if token.region and token.region != self.settings["region"]:
            raise ApiError(401, "ModelArts.0207", "The token does not belong to this region.")
        if project_id is not None and token.project_id != project_id:
            raise ApiError(403, "ModelArts.0210", "The project ID in the request differs from that of the token.")

    def check_signature(self, request: Request, now: float, wall: float) -> Key:
        """The key that has signed a request; 401 where none has."""
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
        if not signing.matches(request, signature, key.secret_key):
            self._count_bad(signature.access_key, now)
            raise _bad_key("verify aksk signature fail")
        self._bad_in_row.pop(signature.access_key, None)
        if request.header("X-Security-Token") != key.security_token:
            raise _bad_key("the security token does not belong to the access key")
        if key.expires <= now:
            raise _bad_key("the temporary access key has expired")
        return key

    def _key(self, access_key: str) -> Key | None:
        for row in self.settings["keys"]:
            if row["access_key"] == access_key:
                expires = self._loaded + float(row.get("expires", float("inf")))
                return Key(access_key, row["secret_key"], row.get("security_token", ""), expires)
        return self.keys.get(access_key)

    def _count_bad(self, access_key: str, now: float) -> None:
        self._bad_in_row[access_key] = self._bad_in_row.get(access_key, 0) + 1
        if self._bad_in_row[access_key] >= self.settings["lock_after"]:
            self._locked_until[access_key] = now + self.settings["lock_seconds"]
            del self._bad_in_row[access_key]

    # What is handed out

    def new_token(self, project_id: str, expires: float) -> str:
        """A token for a project."""
        text = "MIISIMULATOR" + self.noise(360)
        self.tokens[text] = Token(project_id, expires)
        return text

    def new_key(self, expires: float, agency: str = "") -> Key:
        """A temporary key."""
        names = "".join(self._random.choices(string.ascii_uppercase + string.digits, k=14))
        key = Key(f"HSTSIM{names}", self.noise(30), f"STSIMULATOR{self.noise(360)}", expires, agency)
        self.keys[key.access_key] = key
        return key

    def noise(self, size: int) -> str:
        """So many bytes of chance, as text without marks that end a word."""
        return base64.urlsafe_b64encode(bytes(self._random.getrandbits(8) for dummy in range(size))).decode()


def _bad_key(reason: str) -> ApiError:
    return ApiError(401, "APIGW.0301", f"Incorrect IAM authentication information: {reason}")
