# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The ONE table of options. Modules, actions, the lookup and the event source all read it.

Tests prove that the documentation of each entry point agrees with it.
"""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ._orders import query as _query

Values = t.Mapping[str, t.Any]

# A password may hold any character, so all between the first colon and the last @ may be one; without a colon, a token.
_URL_LOGIN = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^:@]*:)?(.+)@", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Option:
    """One option as users see it; ``env`` are the variables that stand in for it, first found wins."""

    type: str = "str"
    default: t.Any = None
    env: tuple[str, ...] = ()
    secret: bool = False
    credential: bool = False
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] | None = None
    elements: str | None = None


def _secret(*env: str, aliases: tuple[str, ...] = ()) -> Option:
    return Option(env=env, secret=True, credential=True, aliases=aliases)


def _credential(*env: str, aliases: tuple[str, ...] = ()) -> Option:
    return Option(env=env, credential=True, aliases=aliases)


CONNECTION: dict[str, Option] = {
    "region": Option(env=("HW_REGION_NAME",)),
    "project_id": Option(env=("HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID")),
    "project_name": Option(env=("HW_PROJECT_NAME",), aliases=("project",)),
    "auth_token": _secret("HW_AUTH_TOKEN", aliases=("token",)),
    "access_key": _credential("HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"),
    "secret_key": _secret("HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY"),
    "security_token": _secret("HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN"),
    "username": _credential("HW_USER_NAME", aliases=("user",)),
    "domain_name": _credential("HW_DOMAIN_NAME", aliases=("domain",)),
    "password": _secret("HW_USER_PASSWORD"),
    "oidc_provider_urn": _credential("HUAWEICLOUD_OIDC_PROVIDER_URN"),
    "oidc_agency_urn": _credential("HUAWEICLOUD_OIDC_AGENCY_URN"),
    "oidc_token": _secret("HUAWEICLOUD_OIDC_ID_TOKEN"),
    "oidc_token_file": Option("path", env=("HUAWEICLOUD_OIDC_TOKEN_FILE",), credential=True),
    "ecs_agency": Option("bool", False, ("HW_ECS_AGENCY",), credential=True),
    "assume_role_agency_name": _credential("HW_ASSUME_ROLE_AGENCY_NAME"),
    "assume_role_domain_name": _credential("HW_ASSUME_ROLE_DOMAIN_NAME"),
    "assume_role_domain_id": _credential("HW_ASSUME_ROLE_DOMAIN_ID"),
    "temporary_key_duration": Option(
        default="1h", env=("HW_ASSUME_ROLE_DURATION", "HUAWEICLOUD_OIDC_DURATION_SECONDS")
    ),
    "cloud": Option(default="myhuaweicloud.com", env=("HW_CLOUD",)),
    "endpoint": Option(env=("HW_MODELARTS_ENDPOINT",)),
    "iam_endpoint": Option(
        env=("HUAWEICLOUD_SDK_IAM_ENDPOINT", "HW_AUTH_URL"), aliases=("identity_endpoint", "auth_url")
    ),
    "sts_endpoint": Option(env=("HUAWEICLOUD_SDK_STS_ENDPOINT",)),
    "validate_certs": Option("bool", True),
    "ca_path": Option("path", env=("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")),
    "use_proxy": Option("bool", True),
    "timeout": Option("float", 30.0),
    "retries": Option("int", 4, env=("HW_MAX_RETRIES",)),
}

FILTERS: dict[str, Option] = {
    "involved_name": Option(aliases=("pool", "pool_name", "pools", "pool_names", "involved_names")),
    "workspace_id": Option(),
    "phase": Option(choices=tuple(_query.PHASES)),
    "resource": Option(default="pools", choices=("pools",)),
    "since": Option(),
    "until": Option(),
    "limit": Option("int"),
    "offset": Option("int"),
    "order_names": Option("list", elements="str"),
    "order_ids": Option("list", elements="str"),
    "operation": Option("list", elements="str", choices=_query.OPERATIONS),
    "latest": Option("bool", False),
    "details": Option("bool", False),
    "fields": Option("list", elements="str"),
}

WAIT_FILTERS: dict[str, Option] = {
    "order_names": FILTERS["order_names"],
    "order_ids": FILTERS["order_ids"],
    "involved_names": Option(
        "list", elements="str", aliases=("pools", "involved_name", "pool", "pool_name", "pool_names")
    ),
    "workspace_id": FILTERS["workspace_id"],
    "operation": FILTERS["operation"],
    "since": FILTERS["since"],
}

# Times are in seconds, or texts with a unit; ``latest`` has none, because it depends on the other options.
PATIENCE: dict[str, Option] = {
    "wait_timeout": Option("raw", 5400.0),
    "interval": Option("raw", 15.0),
    "pending_interval": Option("raw", 60.0),
    "visible_timeout": Option("raw", 300.0),
    "pending_timeout": Option("raw"),
    "expected_count": Option("int", 1),
    "settle": Option("raw", 30.0),
    "latest": Option("bool"),
    "accept_partial": Option("bool", False),
    "fail_fast": Option("bool", True),
    "heartbeat": Option("raw", 60.0),
    "details": Option("bool", True),
    "ready": Option("bool", False),
}

INFO: dict[str, Option] = {**CONNECTION, **FILTERS}
WAIT: dict[str, Option] = {**CONNECTION, **WAIT_FILTERS, **PATIENCE}
CREDENTIALS = tuple(name for name, option in CONNECTION.items() if option.credential)
SECRETS = tuple(name for name, option in CONNECTION.items() if option.secret)

# The words that ansible takes for booleans.
_TRUE, _FALSE = ("true", "yes", "on", "1", "1.0", "y", "t"), ("false", "no", "off", "0", "0.0", "n", "f")


def is_given(value: t.Any) -> bool:
    """Return whether somebody has set this value."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def first_set(names: t.Iterable[str], environ: t.Mapping[str, str]) -> str | None:
    """Return the first of these environment variables that is set and not empty."""
    return next((environ[name] for name in names if is_given(environ.get(name))), None)


def from_environment(*names: str) -> str:
    """Return the first of these environment variables that is set and not empty (a fallback for argument specs)."""
    # Not imported above: the core works without ansible, and only argument specs come here.
    from ansible.module_utils.basic import AnsibleFallbackNotFound  # noqa: PLC0415

    value = first_set(names, os.environ)
    if value is None:
        raise AnsibleFallbackNotFound
    return value


def argument_spec(options: t.Mapping[str, Option]) -> dict[str, dict[str, t.Any]]:
    """Return the argument spec of these options.

    Credentials have no fallback here: the environment's count as a whole, and only where the task gives none
    (see ``gather_credentials``).
    """
    return {name: _argument(option) for name, option in options.items()}


def _argument(option: Option) -> dict[str, t.Any]:
    argument: dict[str, t.Any] = {"type": option.type, "no_log": option.secret}
    if option.default is not None:
        argument["default"] = option.default
    if option.aliases:
        argument["aliases"] = list(option.aliases)
    if option.choices:
        argument["choices"] = list(option.choices)
    if option.elements:
        argument["elements"] = option.elements
    if option.env and not option.credential:
        argument["fallback"] = (from_environment, list(option.env))
    return argument


def gather_credentials(*places: Values) -> dict[str, str]:
    """Return the credentials of the first place that gives any: places are never mixed.

    So a token in the environment cannot override an access key in the task, nor can half a key pair be completed
    with the half of another one.
    """
    for place in places:
        texts = {name: _credential_of(CONNECTION[name], place.get(name)) for name in CREDENTIALS}
        given = {name: text for name, text in texts.items() if text is not None}
        if given:
            return given
    return {}


def _credential_of(option: Option, value: t.Any) -> str | None:
    """Return a credential as text, None where it is not given; a switch that is off is not given either."""
    if option.type == "bool":
        word = str(value).strip().lower()
        return None if word in _FALSE or not is_given(value) else "true" if word in _TRUE else str(value)
    return str(value) if is_given(value) else None


def secrets_in(options: Values, credentials: t.Mapping[str, str], environ: t.Mapping[str, str]) -> frozenset[str]:
    """Return every value that must be masked: secret options, and passwords that were put into addresses.

    A proxy's too: it may repeat its own login, as a service may repeat a token.
    """
    addresses = [str(options.get(name) or "") for name in ("endpoint", "iam_endpoint", "sts_endpoint")]
    addresses += [value for name, value in environ.items() if name.lower().endswith("_proxy")]
    passwords = [match[1] for address in addresses if (match := _URL_LOGIN.match(address))]
    return frozenset((*(credentials[name] for name in SECRETS if name in credentials), *passwords))


def environment_credentials(environ: t.Mapping[str, str]) -> dict[str, str]:
    """Return the credentials that the environment offers, by option name."""
    return gather_credentials({name: first_set(CONNECTION[name].env, environ) for name in CREDENTIALS})


def complete(options: t.Mapping[str, Option], given: Values, environ: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return given options completed from the environment and by defaults.

    An empty text counts as not given: it is what a survey or a variable holds that nobody has filled in. An argument
    spec does not see it that way. Credentials are left as they were given.
    """
    values = dict(given)
    for name, option in options.items():
        if is_given(values.get(name)) or option.credential:
            continue
        found = first_set(option.env, environ)
        values[name] = option.default if found is None else found
    return values
