# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What every way to log in offers: headers for a request, and what to do when they are refused."""

from __future__ import annotations

import dataclasses
import typing as t

from ..errors import CredentialsError
from ..request import Request

JSON = {"Content-Type": "application/json"}


class Auth(t.Protocol):
    """Who asks. ``kind`` names the credential in messages; it is never a secret. Safe to use from several threads.

    ``project_id`` is the project that a signature names, where one is made.
    """

    kind: str
    project_id: str | None

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return the headers to send with the request at ``now`` (seconds since the epoch); logs in where needed."""

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Learn that the service took these headers."""

    def renew(self, headers: t.Mapping[str, str], error: CredentialsError) -> bool:
        """Return whether one more try makes sense after these headers were refused with 401.

        May raise another error that says more than ``error`` does.
        """


@dataclasses.dataclass
class NoAuth:
    """Nobody yet: for a login, whose request holds its credential, which ``kind`` names, itself."""

    kind: str
    project_id: str | None = None

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return headers without an identity."""
        return dict(JSON)

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Nothing to learn."""

    def renew(self, headers: t.Mapping[str, str], error: CredentialsError) -> bool:
        """Return False: the same login is refused again."""
        return False
