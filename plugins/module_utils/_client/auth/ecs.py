# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""A key from a Huawei Cloud server's own metadata, where the server has an agency."""

from __future__ import annotations

import os

from ..errors import CredentialsError, ModelArtsError, RequestError
from ..request import Request
from ..response import RequestContext, Response, read
from ..retry import Transport
from .temporary import TemporaryKey, read_key

_ADDRESS = "http://169.254.169.254"
_TTL = 21600
# Answers of servers that know no such token yet.
_NO_TOKENS = (404, 405, 503)
# Seconds; elsewhere the address hangs.
_PATIENCE = 3.0


class EcsSource:
    """Keys of the agency of the server that this runs on. Only made where it was asked for."""

    kind = "the temporary key of this server's agency"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        # For tests: another place to find the metadata at.
        self._address = os.environ.get("MODELARTS_TEST_METADATA") or _ADDRESS
        self._token: str | None = None
        self._token_ends = 0.0

    def fetch(self) -> TemporaryKey:
        """Return the server's present key."""
        if self._transport.clock.monotonic() > self._token_ends:
            self._token = None
        fresh = self._token is None
        response = self._key()
        if response.status == 401 and b"configure Cloud Service Agency" not in response.body and not fresh:
            self._token = None
            response = self._key()
        transport, host = self._transport, self._request("GET", "").host
        if response.status == 401:
            self._token = None
            raise CredentialsError(_refusal(response), status=401)
        context = RequestContext(host, self.kind, transport.clock.time(), transport.redactor.line)
        return read_key(read(response, context), transport.clock.time(), transport.redactor)

    def _key(self) -> Response:
        if self._token is None:
            self._token_ends = self._transport.clock.monotonic() + _TTL * 0.9
            response = self._send("PUT", "/meta-data/latest/api/token", {"X-Metadata-Token-Ttl-Seconds": str(_TTL)})
            given = response.body.decode("ascii", "replace").strip() if response.status == 200 else ""
            if response.status != 200 and response.status not in _NO_TOKENS:
                raise RequestError(f"ecs_agency: the server's metadata refuses a token (HTTP {response.status})")
            self._token = given if given.isprintable() and given.isascii() else ""
            self._transport.redactor.add(self._token)
        return self._send(
            "GET", "/openstack/latest/securitykey", {"X-Metadata-Token": self._token} if self._token else {}
        )

    def _send(self, method: str, path: str, headers: dict[str, str]) -> Response:
        request = self._request(method, path)
        try:
            return self._transport.send(request, headers, _PATIENCE)
        except ModelArtsError:
            raise RequestError(
                f"ecs_agency: there is no metadata service at {request.host} within {_PATIENCE:g} s: only servers of "
                "Huawei Cloud have one"
            ) from None

    def _request(self, method: str, path: str) -> Request:
        return Request(method, self._address, path, by_proxy=False)


def _refusal(response: Response) -> str:
    if b"configure Cloud Service Agency" in response.body:
        return "ecs_agency: this server has no agency: give it one on its page in the console, or use another login"
    return "ecs_agency: the server's metadata gives no key (HTTP 401): check the server's agency"
