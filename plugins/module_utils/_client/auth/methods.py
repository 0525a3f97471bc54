# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Which way to log in a set of credentials means, and what of it is missing."""

from __future__ import annotations

import re
import typing as t

from ..errors import InputError
from ..text import safe

TOKEN, KEY, PASSWORD, OIDC, ECS = "auth_token", "access_key", "username", "oidc_provider_urn", "ecs_agency"
# By the option that names a way, in the order that they count: what is needed for it.
_NEEDED = {
    TOKEN: ("auth_token",),
    KEY: ("access_key", "secret_key"),
    PASSWORD: ("username", "domain_name", "password"),
    OIDC: ("oidc_provider_urn", "oidc_agency_urn"),
    ECS: ("ecs_agency",),
}
# What belongs to it as well, and shows that it is meant.
_MORE = {KEY: ("security_token",), OIDC: ("oidc_token", "oidc_token_file")}
AGENCY, AGENCY_DOMAINS = "assume_role_agency_name", ("assume_role_domain_name", "assume_role_domain_id")
_HOW = (
    "give auth_token, or access_key and secret_key, or username, domain_name and password, or the oidc options, or "
    "ecs_agency: true"
)
_TOGETHER = "give them together, all in the task or all in the environment (the two are never mixed)"
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_PRINTABLE = ("auth_token", "access_key", "secret_key", "security_token")


def chosen_method(credentials: t.Mapping[str, str]) -> str:
    """Return the option that names the way: token, key, user, OIDC, ECS. Raises InputError, for half of one too."""
    method = next((one for one in _NEEDED if any(name in credentials for name in _all_of(one))), None)
    if credentials.get(ECS, "true") != "true":
        raise InputError(f"{ECS}: {safe(credentials[ECS], 60)!r} is neither true nor false")
    if method is not None:
        _check_whole(method, credentials)
        _check_characters(credentials)
    _check_agency(method, credentials)
    if method is None:
        raise InputError(f"No credentials: {_HOW}, in the task or in the environment")
    return method


def _all_of(method: str) -> tuple[str, ...]:
    return (*_NEEDED[method], *_MORE.get(method, ()))


def _check_whole(method: str, credentials: t.Mapping[str, str]) -> None:
    missing = [name for name in _NEEDED[method] if name not in credentials]
    if method == OIDC and not any(name in credentials for name in _MORE[OIDC]):
        missing.append("oidc_token or oidc_token_file")
    if missing:
        given = ", ".join(name for name in _all_of(method) if name in credentials)
        raise InputError(f"{' and '.join(missing)} missing: {given} was given alone: {_TOGETHER}")


def _check_agency(method: str | None, credentials: t.Mapping[str, str]) -> None:
    domains = [name for name in AGENCY_DOMAINS if name in credentials]
    if AGENCY not in credentials and not domains:
        return
    if AGENCY not in credentials:
        raise InputError(f"{AGENCY} missing: {', '.join(domains)} was given alone: {_TOGETHER}")
    if len(domains) != 1:
        wrong = "was given alone" if not domains else "names one account only"
        raise InputError(f"{AGENCY} {wrong}: give one of {' and '.join(AGENCY_DOMAINS)} beside it")
    if method not in (KEY, OIDC, ECS):
        other = "" if method is None else f", which {method} is not"
        raise InputError(
            f"{AGENCY} needs a key that assumes it{other}: give access_key and secret_key, the oidc options, or "
            "ecs_agency: true"
        )


def _check_characters(credentials: t.Mapping[str, str]) -> None:
    for name in _PRINTABLE:
        value = credentials.get(name)
        if value and not _HEADER_SAFE.fullmatch(value):
            raise InputError(
                f"{name} holds a blank, a line break or another character that cannot belong to it: check it"
            )
