# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Makes the login by temporary keys that credentials mean: by OIDC, a server's agency, or an agency on top of a key."""

from __future__ import annotations

import typing as t

from ..errors import InputError
from ..retry import Transport
from ..text import parse_seconds, safe
from .agency import AgencySource
from .base import Auth
from .ecs import EcsSource
from .key import KeyAuth
from .methods import AGENCY, AGENCY_DOMAINS, ECS, KEY
from .oidc import OidcSource
from .temporary import KeySource, TemporaryKeyAuth

# How long temporary keys may live, in seconds: from STS, of an agency, and of one that a temporary key assumes.
_SHORTEST, _LONGEST_OIDC, _LONGEST_AGENCY, _LONGEST_CHAINED = 900, 43200, 86400, 3600


def temporary_auth(
    method: str, given: t.Mapping[str, str], lifetime: t.Any, transport: Transport, iam: str, sts: str
) -> TemporaryKeyAuth:
    """Return the login that checked credentials mean; keys shall live for ``lifetime``. Raises InputError."""
    if method == KEY:
        base: Auth = KeyAuth(given["access_key"], given["secret_key"], given.get("security_token"))
    else:
        base = TemporaryKeyAuth(_source(method, given, lifetime, transport, sts), transport.clock)
        if AGENCY not in given:
            return base
    domains = zip(("domain_name", "domain_id"), AGENCY_DOMAINS)
    domain = {key: given[name] for key, name in domains if name in given}
    permanent = method == KEY and "security_token" not in given
    seconds = _seconds(lifetime, _LONGEST_AGENCY if permanent else _LONGEST_CHAINED)
    return TemporaryKeyAuth(AgencySource(transport, base, iam, given[AGENCY], domain, seconds), transport.clock)


def _source(method: str, given: t.Mapping[str, str], lifetime: t.Any, transport: Transport, sts: str) -> KeySource:
    if method == ECS:
        return EcsSource(transport)
    urns = given["oidc_provider_urn"], given["oidc_agency_urn"]
    token, file = given.get("oidc_token"), given.get("oidc_token_file")
    return OidcSource(transport, sts, *urns, token, file, _seconds(lifetime, _LONGEST_OIDC))


def _seconds(lifetime: t.Any, longest: int) -> int:
    seconds = parse_seconds("temporary_key_duration", 3600 if lifetime is None else lifetime)
    if not _SHORTEST <= seconds <= longest:
        raise InputError(
            f"temporary_key_duration: {safe(lifetime, 20)} is out of range: such a key may live from {_SHORTEST} to "
            f"{longest} seconds"
        )
    return int(seconds)
