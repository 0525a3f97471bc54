# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Keys of three parts that end: fetched when they are needed, and renewed before they end."""

from __future__ import annotations

import dataclasses
import re
import threading
import typing as t

from ..clock import Clock
from ..errors import CredentialsError, InputError, ModelArtsError, ResponseError
from ..request import Request
from ..response import Response
from ..text import Redactor, parse_time
from .key import KeyAuth

# How long before its end a key is renewed: in seconds, and as a share of its life.
_MARGIN, _SHARE = 600.0, 3
# After a renewal that failed while the old key is still good: the seconds until the next one.
_PAUSE = 60.0
# A key's life cannot be told where neither its end nor its length makes sense; the shortest that is handed out.
_SHORTEST_LIFE = 900.0
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
# What the services call the parts.
_NAMES = (
    ("access", "accessKeyId", "access_key_id"),
    ("secret", "secretAccessKey", "secret_access_key"),
    ("securitytoken", "securityToken", "security_token"),
)


@dataclasses.dataclass(frozen=True)
class TemporaryKey:
    """A key of three parts and the seconds that it lives from now."""

    access_key: str
    secret_key: str = dataclasses.field(repr=False)
    security_token: str = dataclasses.field(repr=False)
    lifetime: float


class KeySource(t.Protocol):
    """Where temporary keys come from. ``kind`` names them in messages."""

    kind: str

    def fetch(self) -> TemporaryKey:
        """Return a new key, by one try. Raises the typed errors of the core."""


class TemporaryKeyAuth:
    """Signs with the present key of a source. One thread at a time fetches a new one; the others wait for it."""

    def __init__(self, source: KeySource, clock: Clock, project_id: str | None = None) -> None:
        self.kind = source.kind
        self.project_id = project_id
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._key: TemporaryKey | None = None
        # On the clock that only grows: the wall clock may be set in between.
        self._ends = self._renew_after = 0.0

    def headers(self, request: Request, now: float) -> dict[str, str]:
        """Return the headers of a signed request; the key is fetched or renewed first where that is due."""
        with self._lock:
            key = self._current()
            signer = KeyAuth(key.access_key, key.secret_key, key.security_token, self.project_id)
        return signer.headers(request, now)

    def accepted(self, headers: t.Mapping[str, str]) -> None:
        """Nothing to learn."""

    def renew(self, headers: t.Mapping[str, str], error: CredentialsError) -> bool:
        """Fetch another key, unless somebody else has done so meanwhile: another try makes sense in any case."""
        with self._lock:
            if self._key is not None and headers["X-Security-Token"] == self._key.security_token:
                self._fetch()
        return True

    def _current(self) -> TemporaryKey:
        now = self._clock.monotonic()
        if self._key is None or now >= self._ends:
            return self._fetch()
        if now > self._renew_after:
            try:
                return self._fetch()
            except ModelArtsError:
                # The old key is good until it ends.
                self._renew_after = now + min(_PAUSE, (self._ends - now) / _SHARE)
        return self._key

    def _fetch(self) -> TemporaryKey:
        self._key = key = self._source.fetch()
        now = self._clock.monotonic()
        self._ends = now + key.lifetime
        self._renew_after = self._ends - min(_MARGIN, key.lifetime / _SHARE)
        return key


def read_key(response: Response, now: float, redactor: Redactor, longest: float | None = None) -> TemporaryKey:
    """Return the key in an answer, in any of the shapes in use; its secrets are kept out of every later text.

    Its life counts by the service's own clock, else by ``now`` (seconds since the epoch). It was asked for ``longest``
    seconds; None: that was not to be chosen. Raises ResponseError.
    """
    data = response.data if isinstance(response.data, dict) else {}
    found = data.get("credential") or data.get("credentials")
    values = found if isinstance(found, dict) else {}
    parts = [next((values[name] for name in names if values.get(name)), None) for names in _NAMES]
    if not all(isinstance(part, str) and _HEADER_SAFE.fullmatch(part) for part in parts):
        raise ResponseError("The answer holds no temporary key: check iam_endpoint, sts_endpoint and region")
    access_key, secret_key, security_token = t.cast("list[str]", parts)
    redactor.add(secret_key, security_token)
    started = now if response.server_ms is None else response.server_ms / 1000
    ends = _end(values.get("expires_at") or values.get("expiration"))
    lifetime = 0.0 if ends is None else ends - started
    if longest is not None:
        lifetime = min(lifetime, longest) if lifetime > 0 else longest
    return TemporaryKey(access_key, secret_key, security_token, lifetime if lifetime > 0 else _SHORTEST_LIFE)


def _end(text: t.Any) -> float | None:
    try:
        return parse_time("expires_at", str(text), 0) / 1000 if text else None
    except InputError:
        return None
