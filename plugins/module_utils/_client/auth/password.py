# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""A user with a password, for which IAM sells tokens."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from ..errors import CredentialsError
from ..request import Request
from .base import JSON


@dataclasses.dataclass
class PasswordAuth:
    """A user with a password, who gets a token from IAM when one is needed and when the old one has expired."""

    login: t.Callable[[], str]
    kind: str = "user name and password"
    project_id: str | None = None
    _token: str | None = None
    _worked: bool = False
    _lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return X-Auth-Token; logs in first where there is no token yet."""
        return {**JSON, "X-Auth-Token": self.token()}

    def token(self) -> str:
        """Return the present token; logs in first where there is none."""
        with self._lock:  # pages fetched side by side must not log in side by side
            if self._token is None:
                self._token = self.login()
            return self._token

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Learn that the present token works."""
        self._worked = self._worked or headers["X-Auth-Token"] == self._token

    def renew(self, headers: t.Mapping[str, str], error: CredentialsError) -> bool:
        """Forget a token that has worked and is refused now: it expired. One that never worked is refused for good.

        Where another request has renewed it meanwhile, the present token deserves a try.
        """
        with self._lock:
            if headers["X-Auth-Token"] != self._token:
                return True
            renewed, self._worked, self._token = self._worked, False, None
            return renewed
