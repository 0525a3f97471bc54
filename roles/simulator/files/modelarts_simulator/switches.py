# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every switch of the simulator, with its default and what it accepts, in one table."""

from __future__ import annotations

import copy
import sys
import typing as t

from . import checks
from .clock import seconds_of
from .errors import SHAPES, ScenarioError

FILTERS = ("since", "until", "phase", "involvedName", "workspaceId", "limit", "offset")
DEFAULT_PROJECT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
DEFAULT_ACCESS_KEY = "AKSIMULATOR0FAKE0KEY"
DEFAULT_SECRET_KEY = "SKsimulatorFakeq7Zt3LmX9vB2nRw8Yc5Hd0Kp4Js6"  # long, so that masking it hides nothing else
DEFAULT_PASSWORD = "PWsimulatorFake-e4Jx8Qm2Tz6Ld0Ru"
PARTNER_PROJECT = "b0c1d2e3f4a5968778695a4b3c2d1e0f"
PROVIDER = "iam::0d1e2f3a4b5c69788796a5b4c3d2e1f0:identityProvider:simulator-ci"
OIDC_AGENCY = "iam::0d1e2f3a4b5c69788796a5b4c3d2e1f0:agency:simulator-ci-agency"
DEFAULT_ID_TOKEN = "IDsimulatorFake-w6Rk2Vn9Yb4Hs7Mz1Xc8Pj"

DEFAULTS: dict[str, t.Any] = {
    "spelling": "table",
    "region": "cn-north-4",
    "projects": [{"id": DEFAULT_PROJECT, "name": "cn-north-4"}],
    "users": [{"name": "simulator-user", "password": DEFAULT_PASSWORD, "domain": "simulator-domain"}],
    "keys": [{"access_key": DEFAULT_ACCESS_KEY, "secret_key": DEFAULT_SECRET_KEY}],
    "tokens": [],
    "token_lifetime": 86400,
    "agencies": [
        {
            "name": "simulator-agency",
            "domain": "simulator-partner",
            "domain_id": "d1" * 16,
            "projects": [{"id": PARTNER_PROJECT, "name": "cn-north-4"}],
        }
    ],
    "oidc": [{"provider_urn": PROVIDER, "agency_urn": OIDC_AGENCY, "id_token": DEFAULT_ID_TOKEN}],
    "server_agency": True,
    "metadata_tokens": "required",
    "key_lifetime": 0,
    "lock_after": 6,
    "lock_seconds": 300,
    "signature_tolerance": 900,
    "strict": True,
    "unknown_pool": "404",
    "pools": [],
    "deleted_pools": "listed",
    "order": "shuffled",
    "seed": 1,
    "ignore": [],
    "since_inclusive": True,
    "until_inclusive": True,
    "count": "exact",
    "count_error": 0,
    "history_days": 30,
    "workspace_default": "0",
    "unpublished": [],
    "show_keys": "camel",
    "error_shape": "error_code",
    "gzip": True,
    "gzip_min_bytes": 1024,
    "latency_ms": 0,
    "clock_skew": 0,
    "throttle": None,
    "log_limit": 10000,
}

_CHOICES: dict[str, tuple[object, ...]] = {
    "spelling": ("table", "example"),
    "unknown_pool": ("404", "empty"),
    "deleted_pools": ("listed", "empty", "404"),
    "order": ("shuffled", "newest", "oldest"),
    "count": ("exact", "page", "missing", "null", "text"),
    "show_keys": ("camel", "lower"),
    "metadata_tokens": ("required", "optional", "unknown"),
    "error_shape": tuple(shape for shape in SHAPES if shape != "keystone"),
}
_SUBSETS: dict[str, tuple[str, ...]] = {"ignore": FILTERS, "unpublished": ("list", "show", "pool", "nodes")}
_ROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "projects": (("id", "name"), ()),
    "users": (("name", "password", "domain"), ()),
    "keys": (("access_key", "secret_key"), ("security_token", "expires")),
    "tokens": (("token",), ("project_id", "expires", "region")),
    "agencies": (("name", "domain", "domain_id", "projects"), ()),
    "oidc": (("provider_urn", "agency_urn", "id_token"), ()),
}
_BOOLEANS = tuple(name for name, value in DEFAULTS.items() if isinstance(value, bool))
_NUMBERS = tuple(name for name, value in DEFAULTS.items() if isinstance(value, (int, float)) and name not in _BOOLEANS)
_SIGNED = ("count_error", "clock_skew")
_THROTTLE = ("limit", "seconds", "retry_after")


def defaults() -> dict[str, t.Any]:
    """A fresh copy of the defaults."""
    return copy.deepcopy(DEFAULTS)


def merged(current: t.Mapping[str, t.Any], changes: object) -> dict[str, t.Any]:
    """The settings after ``changes``. Raises ScenarioError and changes nothing where a name or value is wrong."""
    if not isinstance(changes, dict):
        raise ScenarioError(f"settings: expected a dictionary, got {type(changes).__name__}")
    result = dict(current)
    for name, value in changes.items():
        if name not in DEFAULTS:
            raise ScenarioError(f"settings: there is no {name!r}; there are: {', '.join(sorted(DEFAULTS))}")
        result[name] = _checked(name, value)
    return result


def _checked(name: str, value: t.Any) -> t.Any:
    for names, check in (
        (_CHOICES, _choice),
        (_SUBSETS, _subset),
        (_ROWS, _rows),
        (("throttle",), _throttle_rule),
        (("pools",), _strings),
        (("workspace_default",), _text_or_null),
        (_BOOLEANS, _boolean),
        (_NUMBERS, _number),
    ):
        if name in names:
            return check(name, value)
    return checks.text(value, f"settings.{name}", needed=True)


def _text_or_null(name: str, value: object) -> str | None:
    return None if value is None else checks.label(value, f"settings.{name}")


def _choice(name: str, value: object) -> object:
    value = str(value) if name in ("unknown_pool", "deleted_pools") else value
    if value not in _CHOICES[name]:
        raise ScenarioError(f"settings.{name}: {value!r} is not one of {', '.join(map(str, _CHOICES[name]))}")
    return value


def _strings(name: str, value: object) -> list[str]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise ScenarioError(f"settings.{name}: expected a list of strings")
    return list(value)


def _subset(name: str, value: object) -> list[str]:
    for one in _strings(name, value):
        if one not in _SUBSETS[name]:
            raise ScenarioError(f"settings.{name}: {one!r} is not one of {', '.join(_SUBSETS[name])}")
    return _strings(name, value)


def _rows(name: str, value: object) -> list[dict[str, t.Any]]:
    needed, optional = _ROWS[name]
    if not isinstance(value, (list, tuple)):
        raise ScenarioError(f"settings.{name}: expected a list of dictionaries")
    for row in value:
        if not isinstance(row, dict) or set(needed) - set(row) or set(row) - set(needed) - set(optional):
            keys = ", ".join(needed) + (f" (optional: {', '.join(optional)})" if optional else "")
            raise ScenarioError(f"settings.{name}: each entry needs the keys {keys}")
    if name in ("projects", "keys") and not value:
        raise ScenarioError(f"settings.{name}: at least one {name[:-1]} is needed")
    return [_row(row, needed, f"settings.{name}[{number}]") for number, row in enumerate(value)]


def _row(row: t.Mapping[str, t.Any], needed: tuple[str, ...], where: str) -> dict[str, t.Any]:
    """A row with its values checked; null stands for an optional key that is left out."""
    given = {key: value for key, value in row.items() if value is not None or key in needed}
    return {key: _value(key, value, key in needed, f"{where}.{key}") for key, value in given.items()}


def _value(key: str, value: object, needed: bool, what: str) -> object:
    if key == "expires":
        return _expiry(value, what)
    if key == "projects":
        return _rows(key, value)
    return checks.text(value, what, needed, utf8=key != "password")  # a password out of an environment may be any bytes


def _expiry(value: object, what: str) -> float:
    """Seconds after loading; below 0 for what has expired long since."""
    if isinstance(value, str):
        return seconds_of(value, what)
    return checks.number(value, what, least=-checks.MOST_SECONDS)


def _throttle_rule(name: str, value: object) -> dict[str, t.Any] | None:
    if not value:
        return None
    if not isinstance(value, dict) or set(value) - set(_THROTTLE) or "limit" not in value:
        raise ScenarioError("settings.throttle: expected {limit: N, seconds: 60, retry_after: false} or null")
    return {
        "limit": _number("throttle.limit", value["limit"]),
        "seconds": _number("throttle.seconds", value.get("seconds", 60)),
        "retry_after": _boolean("throttle.retry_after", value.get("retry_after", False)),
    }


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ScenarioError(f"settings.{name}: {value!r} is not true or false")
    return value


def _number(name: str, value: object) -> float:
    most = sys.float_info.max if name == "seed" else checks.MOST_SECONDS
    return checks.number(value, f"settings.{name}", -most if name in _SIGNED else 0, most)
