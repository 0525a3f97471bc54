# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""A key for an agency, which another key assumes."""

from __future__ import annotations

import json
import typing as t

from ..errors import CredentialsError, RequestError
from ..request import Request, encode_path
from ..retry import Transport
from .base import Auth
from .temporary import TemporaryKey, read_key

_ADVICE = "check assume_role_agency_name and the account that delegates, and that this key may assume it"


class AgencySource:
    """Keys of an agency: whoever may assume it acts in the account that delegates."""

    def __init__(
        self, transport: Transport, base: Auth, iam: str, agency: str, domain: t.Mapping[str, str], seconds: int
    ) -> None:
        """``domain`` is the delegating account, by its name or ID; a key shall live for so many ``seconds``."""
        self.kind = "the agency's temporary key"
        role = {"agency_name": agency, **domain, "duration_seconds": seconds}
        auth = {"auth": {"identity": {"methods": ["assume_role"], "assume_role": role}}}
        self._request = Request(
            "POST",
            iam,
            encode_path(("v3.0", "OS-CREDENTIAL", "securitytokens")),
            body=json.dumps(auth, separators=(",", ":")).encode(),
        )
        self._transport = transport
        self._base = base
        self._seconds = seconds

    def fetch(self) -> TemporaryKey:
        """Return a new key from IAM."""
        transport = self._transport
        try:
            response = transport.ask_once(self._request, self._base)
        except (CredentialsError, RequestError) as error:
            error.msg = f"{error.msg} ({_ADVICE})"
            raise
        return read_key(response, transport.clock.time(), transport.redactor, self._seconds)
