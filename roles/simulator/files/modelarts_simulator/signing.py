# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks SDK-HMAC-SHA256 signatures. Written from the description of the scheme, not from any client's code."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import typing as t
from urllib.parse import parse_qsl, quote, unquote

from .messages import Request

ALGORITHM = "SDK-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Access=(?P<key>[^,\s]+), ?SignedHeaders=(?P<headers>[^,\s]+), ?"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)


class Signature(t.NamedTuple):
    """The parts of an Authorization header."""

    access_key: str
    signed_headers: tuple[str, ...]
    value: str


def read(request: Request) -> Signature | None:
    """The request's signature, or None where the header is not of this scheme."""
    match = _AUTHORIZATION.fullmatch(request.header("Authorization").strip())
    if not match:
        return None
    return Signature(match["key"], tuple(match["headers"].split(";")), match["signature"])


def signing_time(request: Request) -> float | None:
    """X-Sdk-Date as seconds since the epoch, or None where it is missing or malformed."""
    try:
        stamp = datetime.datetime.strptime(request.header("X-Sdk-Date"), "%Y%m%dT%H%M%SZ")
    except ValueError:
        return None
    return stamp.replace(tzinfo=datetime.timezone.utc).timestamp()


def matches(request: Request, signature: Signature, secret_key: str) -> bool:
    """True where the signature is what the secret key makes of this request."""
    names = signature.signed_headers
    if "x-sdk-date" not in names or "host" not in names or list(names) != sorted(names):
        return False
    return hmac.compare_digest(expected(request, names, secret_key), signature.value)


def expected(request: Request, signed_headers: t.Sequence[str], secret_key: str) -> str:
    """The signature that the secret key makes of a request, as lower-case hex."""
    canonical = canonical_request(request, signed_headers)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{request.header('X-Sdk-Date')}\n{digest}"
    return hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def canonical_request(request: Request, signed_headers: t.Sequence[str]) -> str:
    """The text that is hashed: method, path, query, headers, their names, hash of the body."""
    headers = "".join(f"{name}:{request.header(name).strip()}\n" for name in signed_headers)
    return "\n".join(
        (
            request.method,
            _canonical_path(request.path),
            _canonical_query(request.query),
            headers,
            ";".join(signed_headers),
            hashlib.sha256(request.body).hexdigest(),
        )
    )


def _encode(text: str) -> str:
    return quote(text, safe="-._~")


def _canonical_path(path: str) -> str:
    encoded = "/".join(_encode(unquote(part)) for part in path.split("/"))
    return encoded if encoded.endswith("/") else encoded + "/"


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(sorted(f"{_encode(name)}={_encode(value)}" for name, value in pairs))
