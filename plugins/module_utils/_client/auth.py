# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""How one request is made to carry its identity: a token, an AK/SK signature, or a token that a password buys."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import time
import typing as t

from .request import Request

_ALGORITHM = "SDK-HMAC-SHA256"


class Identity(t.Protocol):
    """Who asks. ``kind`` names the credential in messages; it is never a secret."""

    kind: str

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return the headers to send with the request at ``now`` (seconds since the epoch)."""

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Learn that the service took these headers."""

    def renew(self, headers: t.Mapping[str, str]) -> bool:
        """Return whether one more try makes sense after these headers were refused with 401."""


@dataclasses.dataclass
class TokenIdentity:
    """A token that the user gave: nothing can renew it."""

    token: str
    kind: str = "the token"

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return X-Auth-Token."""
        return {"Content-Type": "application/json", "X-Auth-Token": self.token}

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Nothing to learn."""

    def renew(self, headers: t.Mapping[str, str]) -> bool:
        """Return False: asking again with the same token changes nothing."""
        return False


@dataclasses.dataclass
class KeyIdentity:
    """An access key that signs every request. Six bad signatures lock it for five minutes, so it is never retried."""

    access_key: str
    secret_key: str
    security_token: str | None = None
    project_id: str | None = None
    kind: str = "the access key"

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return the headers of a request signed at ``now``."""
        headers = {
            "Content-Type": "application/json",
            "Host": request.host,
            "X-Sdk-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)),
        }
        if self.project_id:
            headers["X-Project-Id"] = self.project_id
        if self.security_token:
            headers["X-Security-Token"] = self.security_token
        headers["Authorization"] = authorization(request, headers, self.access_key, self.secret_key)
        return headers

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Nothing to learn."""

    def renew(self, headers: t.Mapping[str, str]) -> bool:
        """Return False: a refused signature is refused again, and brings the lock nearer."""
        return False


@dataclasses.dataclass
class PasswordIdentity:
    """A user with a password, who gets a token from IAM when one is needed and when the old one has expired."""

    login: t.Callable[[], str]
    kind: str = "user name and password"
    _token: str | None = None
    _worked: bool = False

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return X-Auth-Token; logs in first where there is no token yet."""
        return {"Content-Type": "application/json", "X-Auth-Token": self.token()}

    def token(self) -> str:
        """Return the present token; logs in first where there is none."""
        if self._token is None:
            self._token = self.login()
        return self._token

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Learn that the present token works."""
        self._worked = self._worked or headers["X-Auth-Token"] == self._token

    def renew(self, headers: t.Mapping[str, str]) -> bool:
        """Forget a token that has worked and is refused now: it expired. One that never worked is refused for good.

        Where another request has renewed it meanwhile, the present token deserves a try.
        """
        if headers["X-Auth-Token"] != self._token:
            return True
        renewed, self._worked, self._token = self._worked, False, None
        return renewed


def authorization(request: Request, headers: t.Mapping[str, str], access_key: str, secret_key: str) -> str:
    """Return the Authorization header of a request that sends ``headers``, all of which are signed.

    The rules are those of Huawei Cloud's API signing guide; the trailing slash exists in the signature only.
    """
    signed = sorted((name.lower(), value.strip()) for name, value in headers.items())
    names = ";".join(name for name, dummy in signed)
    path = request.full_path if request.full_path.endswith("/") else request.full_path + "/"
    canonical = "\n".join(
        (
            request.method,
            path,
            request.query,
            "".join(f"{name}:{value}\n" for name, value in signed),
            names,
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{_ALGORITHM}\n{headers['X-Sdk-Date']}\n{digest}"
    signature = hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}"
