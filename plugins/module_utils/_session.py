# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Where the service is, who asks, and for which project: from options to an orders API that is ready to be asked."""

from __future__ import annotations

import re
import typing as t

from ._client import iam as _iam
from ._client.auth import Identity, KeyIdentity, PasswordIdentity, TokenIdentity
from ._client.clock import Clock
from ._client.errors import InputError
from ._client.http import Http, HttpOptions
from ._client.request import check_url
from ._client.retry import Transport
from ._client.text import Redactor, safe
from ._options import SECRETS, Values
from ._orders.api import OrdersApi

_HOST_PART = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
# A region's ID, which is the name of its own project; further projects are named after it: cn-north-4_train.
_REGION_NAME = re.compile(r"[a-z]{2}-[a-z]+-\d+(_.*)?")
_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")
_PRINTABLE = ("auth_token", "access_key", "secret_key", "security_token")
DEFAULT_CLOUD = "myhuaweicloud.com"
# Huawei Cloud's European site lives under a domain of its own.
_EUROPE = ("eu-west-1", "myhuaweicloud.eu")

_METHODS = {
    "auth_token": ("auth_token",),
    "access_key": ("access_key", "secret_key"),
    "username": ("username", "domain_name", "password"),
}
_HOW = "give auth_token, or access_key and secret_key, or username, domain_name and password"


class Connection:
    """One door's connection: at most one login and one session, however many requests follow."""

    def __init__(self, options: Values, credentials: t.Mapping[str, str], clock: Clock) -> None:
        """Check the connection options and the gathered credentials. Raises InputError; sends nothing."""
        self._region = _region(options)
        self._cloud = _cloud(options, self._region)
        self._validate = _is_true(options, "validate_certs")
        self._project_id = _project_id(options)
        self._project_name = _text(options, "project_name") or self._region
        self.iam_endpoint = self._find_iam(options)
        self.endpoint = self._find_endpoint(options)
        self._method = _method(credentials)
        self.redactor = Redactor(credentials.get(name) for name in SECRETS)
        self.transport = _transport(options, self._validate, self.redactor, clock)
        self._identity = self._new_identity(credentials)

    def _find_endpoint(self, options: Values) -> str:
        given = _text(options, "endpoint")
        if given:
            return check_url("endpoint", given, self._validate)
        if not self._region:
            raise InputError(
                "region is missing: set region (or HW_REGION_NAME), for instance cn-north-4, or set endpoint"
            )
        return f"https://modelarts.{self._region}.{self._cloud}"

    def _find_iam(self, options: Values) -> str:
        given = _text(options, "iam_endpoint")
        if given:
            return check_url("iam_endpoint", re.sub(r"/v3/*$", "", given), self._validate)
        return f"https://iam.{self._region}.{self._cloud}" if self._region else f"https://iam.{self._cloud}"

    def _new_identity(self, credentials: t.Mapping[str, str]) -> Identity:
        if self._method == "auth_token":
            return TokenIdentity(credentials["auth_token"])
        if self._method == "access_key":
            return KeyIdentity(
                credentials["access_key"],
                credentials["secret_key"],
                credentials.get("security_token"),
                self._project_id,
            )
        login = _iam.Login(
            credentials["username"],
            credentials["password"],
            credentials["domain_name"],
            self._project_id,
            self._need_project_name(),
        )
        return PasswordIdentity(lambda: self._log_in(self.iam_endpoint, login))

    def _log_in(self, iam: str, login: _iam.Login) -> str:
        token = _iam.log_in(self.transport, iam, login)
        self._project_id = self._project_id or token.project_id
        return token.value

    def _need_project_name(self) -> str | None:
        if self._project_id or self._project_name:
            return self._project_name
        raise InputError("project_id is missing: set project_id, project_name or region, by which it can be found")

    def orders(self) -> OrdersApi:
        """Return the orders of the project, which is looked up first where only its name is known."""
        return OrdersApi(self.transport, self._identity, self.endpoint, self._find_project())

    def _find_project(self) -> str:
        if self._project_id is None and isinstance(self._identity, PasswordIdentity):
            # The token that the password buys names its project.
            self.transport.persist(self._identity.token)
        if self._project_id is None:
            name = self._need_project_name()
            self._project_id = _iam.find_project(self.transport, self._identity, self.iam_endpoint, name or "")
        if isinstance(self._identity, KeyIdentity):
            self._identity.project_id = self._project_id
        return self._project_id

    def close(self) -> None:
        """Close the session."""
        self.transport.close()


def _method(credentials: t.Mapping[str, str]) -> str:
    """Return the option that names the method: token, else AK/SK, else user and password. Half of one is an error."""
    for method, needed in _METHODS.items():
        if any(name in credentials for name in needed) or (method == "access_key" and "security_token" in credentials):
            missing = [name for name in needed if name not in credentials]
            if missing:
                given = ", ".join(name for name in (*needed, "security_token") if name in credentials)
                raise InputError(
                    f"{' and '.join(missing)} missing: {given} was given alone: give them together, all in the task "
                    "or all in the environment (the two are never mixed)"
                )
            _check_characters(credentials, (*needed, "security_token"))
            return method
    raise InputError(f"No credentials: {_HOW}, in the task or in the environment")


def _check_characters(credentials: t.Mapping[str, str], names: t.Iterable[str]) -> None:
    for name in names:
        value = credentials.get(name)
        if value and name in _PRINTABLE and not _HEADER_SAFE.fullmatch(value):
            raise InputError(
                f"{name} holds a blank, a line break or another character that cannot belong to it: check it"
            )


def _transport(options: Values, validate: bool, redactor: Redactor, clock: Clock) -> Transport:
    timeout = _positive(options, "timeout", 30.0)
    http = HttpOptions(
        validate_certs=validate,
        ca_path=_text(options, "ca_path"),
        use_proxy=_is_true(options, "use_proxy"),
    )
    return Transport(Http(http), timeout=timeout, retries=_retries(options), redactor=redactor, clock=clock)


def _retries(options: Values) -> int:
    value = options.get("retries")
    number = 4.0 if value is None else _number(value)
    if not (0 <= number <= 100 and number.is_integer()):
        raise InputError(f"retries: {safe(value, 20)} is not a whole number from 0 to 100")
    return int(number)


def _positive(options: Values, name: str, default: float) -> float:
    value = options.get(name)
    number = default if value is None else _number(value)
    if not 0 < number <= 86400:
        raise InputError(f"{name}: {safe(value, 20)} is not a number of seconds above 0 and up to a day")
    return number


def _number(value: t.Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return float("nan")  # which no range holds


def _text(options: Values, name: str) -> str | None:
    value = options.get(name)
    return str(value).strip() or None if value is not None else None


def _is_true(options: Values, name: str) -> bool:
    return options.get(name) is not False


def _region(options: Values) -> str | None:
    region = _text(options, "region")
    if region and not _HOST_PART.fullmatch(region):
        raise InputError(f"region: {safe(region, 60)!r} is not a region's ID: give for instance cn-north-4")
    return region


def _cloud(options: Values, region: str | None) -> str:
    cloud = _text(options, "cloud") or DEFAULT_CLOUD
    if not _HOST_PART.fullmatch(cloud):
        raise InputError(f"cloud: {safe(cloud, 60)!r} is not a domain: give for instance {DEFAULT_CLOUD}")
    if cloud == DEFAULT_CLOUD and region and region.startswith(_EUROPE[0]):
        return _EUROPE[1]
    return cloud


def _project_id(options: Values) -> str | None:
    project_id = _text(options, "project_id")
    if project_id and _REGION_NAME.fullmatch(project_id):
        raise InputError(
            f"project_id: {safe(project_id, 60)!r} is the name of a region or a project, not an ID: give it as "
            "project_name, or give the project's 32 hexadecimal digits"
        )
    if project_id and not _ID.fullmatch(project_id):
        raise InputError(f"project_id: {safe(project_id, 60)!r} is not a project's ID: give its 32 hexadecimal digits")
    return project_id
