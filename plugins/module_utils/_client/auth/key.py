# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""An access key that signs every request."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import time
import typing as t

from ..errors import CredentialsError
from ..request import Request
from ..text import duration
from .base import JSON

_ALGORITHM = "SDK-HMAC-SHA256"


@dataclasses.dataclass
class KeyAuth:
    """An access key that signs every request. Six bad signatures lock it for five minutes, so it is never retried."""

    access_key: str
    secret_key: str
    security_token: str | None = None
    project_id: str | None = None
    kind: str = "the access key"
    _first: float = 0.0
    _sent: float = 0.0
    _worked_for: float | None = None

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return the headers of a request signed at ``now``."""
        self._sent, self._first = now, self._first or now
        headers = {**JSON, "Host": request.host, "X-Sdk-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))}
        if self.project_id:
            headers["X-Project-Id"] = self.project_id
        if self.security_token:
            headers["X-Security-Token"] = self.security_token
        headers["Authorization"] = authorization(request, headers, self.access_key, self.secret_key)
        return headers

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Remember until when it worked."""
        self._worked_for = self._sent - self._first

    def renew(self, headers: t.Mapping[str, str], error: CredentialsError) -> bool:
        """Return False: a refused signature is refused again, and brings the lock nearer."""
        if self.security_token:
            error.msg = f"{error.msg}. {self._ended()}"
        return False

    def _ended(self) -> str:
        if self._worked_for is None:
            return "A temporary key ends with its security token: it may have ended, get a new one"
        lived = duration(self._worked_for)
        return f"The temporary key (security_token) has ended: it worked for {lived} from its first use; get a new one"


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
