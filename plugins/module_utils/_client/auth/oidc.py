# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""A key for the token of an OIDC provider: what CI systems and controllers hand out to their jobs."""

from __future__ import annotations

import base64
import dataclasses
import json
import os

from ..errors import CredentialsError, InputError, RequestError
from ..request import Request, encode_path
from ..retry import Transport
from ..text import duration, safe
from .base import NoAuth
from .temporary import TemporaryKey, read_key

_SESSION = "oidc-sts-session"
_SIZES = range(4, 20001)


@dataclasses.dataclass
class OidcSource:
    """Keys that STS gives for an OIDC token; a file with it is read anew each time, for its owner renews it."""

    transport: Transport
    sts: str
    provider_urn: str
    agency_urn: str
    token: str | None
    token_file: str | None
    seconds: int
    kind: str = "the temporary key that OIDC gave"

    def fetch(self) -> TemporaryKey:
        """Return a new key from STS."""
        transport, token = self.transport, self._read()
        transport.redactor.add(token)
        body = {
            "provider_urn": self.provider_urn,
            "agency_urn": self.agency_urn,
            "agency_session_name": _SESSION,
            "id_token": token,
            "duration_seconds": self.seconds,
        }
        path = encode_path(("v5", "agencies", "assume-with-oidc"))
        request = Request("POST", self.sts, path, body=json.dumps(body).encode())
        try:
            response = transport.ask_once(request, NoAuth("the OIDC token"))
        except (CredentialsError, RequestError) as error:
            error.msg = f"{error.msg} ({self._advice(token)})"
            raise
        return read_key(response, transport.clock.time(), transport.redactor, self.seconds)

    def _read(self) -> str:
        if self.token:
            return _checked("oidc_token", self.token)
        path = os.path.expanduser(self.token_file or "")
        try:
            with open(path, encoding="utf-8") as file:
                return _checked("oidc_token_file", file.read(_SIZES.stop * 2))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a text"
            raise InputError(f"oidc_token_file: {safe(path, 120)}: {safe(reason, 80)}") from None

    def _advice(self, token: str) -> str:
        late = self.transport.clock.time() - _end_of(token)
        if late > 0:
            return f"the OIDC token has expired, {duration(late)} ago: get a new one"
        return "check oidc_provider_urn and oidc_agency_urn, and that the agency trusts this provider and token"


def _checked(option: str, text: str) -> str:
    token = text.strip()
    if len(token) not in _SIZES or not token.isascii() or not token.isprintable() or " " in token:
        raise InputError(
            f"{option} holds no token: give the text of one, {_SIZES.start} to {_SIZES.stop - 1} characters"
        )
    return token


def _end_of(token: str) -> float:
    """Return when a token says that it ends, in seconds since the epoch. Nobody has checked that: for messages only."""
    try:
        claims = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"])
    except (IndexError, KeyError, ValueError, TypeError, RecursionError, OverflowError):
        return float("inf")
