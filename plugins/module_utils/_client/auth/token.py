# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""A token that the user gave."""

from __future__ import annotations

import dataclasses
import typing as t

from ..errors import CredentialsError
from ..request import Request
from .base import JSON


@dataclasses.dataclass
class TokenAuth:
    """A token that the user gave: nothing can renew it."""

    token: str
    kind: str = "the token"
    project_id: str | None = None

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return X-Auth-Token."""
        return {**JSON, "X-Auth-Token": self.token}

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Nothing to learn."""

    def renew(self, headers: t.Mapping[str, str], error: CredentialsError) -> bool:
        """Return False: asking again with the same token changes nothing."""
        return False
