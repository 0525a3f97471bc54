# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Where the service is, who asks, and for which project: from options to an API that is ready to be asked."""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ._client.auth import methods as _methods
from ._client.auth.base import Auth
from ._client.auth.key import KeyAuth
from ._client.auth.token import TokenAuth
from ._client.clock import Clock
from ._client.errors import InputError
from ._client.http import Http, HttpOptions
from ._client.request import check_url
from ._client.retry import Transport
from ._client.text import Redactor, safe
from ._options import (
    CONNECTION,
    Values,
    complete,
    environment_credentials,
    gather_credentials,
    secrets_in,
)
from ._orders.api import OrdersApi

_HOST_PART = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
# A region's ID, which is the name of its own project; further projects are named after it: cn-north-4_train.
_REGION_NAME = re.compile(r"[a-z]{2}-[a-z]+-\d+(_.*)?")
DEFAULT_CLOUD = "myhuaweicloud.com"
# Huawei Cloud's European site lives under a domain of its own.
_EUROPE = ("eu-west-1", "myhuaweicloud.eu")
# STS of any region serves all of them.
_STS_REGION = "cn-north-4"


@dataclasses.dataclass(frozen=True)
class Place:
    """The addresses and the project that options name. ``project_name`` is what the project is looked up by."""

    endpoint: str
    iam: str
    sts: str
    project_id: str | None
    project_name: str | None

    @classmethod
    def from_options(cls, options: Values) -> Place:
        """Check the options that say where the service is. Raises InputError."""
        region = _region(options)
        cloud = _cloud(options, region)
        validate = _is_true(options, "validate_certs")
        project_id = _project_id(options)
        sts = _text(options, "sts_endpoint")
        return cls(
            endpoint=_endpoint(options, region, cloud, validate),
            iam=_iam_endpoint(options, region, cloud, validate),
            sts=check_url("sts_endpoint", sts, validate) if sts else f"https://sts.{region or _STS_REGION}.{cloud}",
            project_id=project_id,
            project_name=_text(options, "project_name") or region,
        )

    def name_of_project(self) -> str:
        """Return the name by which the project can be found. Raises InputError where there is none."""
        if self.project_name is None:
            raise InputError("project_id is missing: set project_id, project_name or region, by which it can be found")
        return self.project_name


class Session:
    """One entry point's session, a context manager: at most one login at a time, however many requests follow."""

    transport: Transport
    place: Place

    def __init__(
        self, options: Values, credentials: t.Mapping[str, str], secrets: t.Iterable[str], clock: Clock
    ) -> None:
        """Take in connection options, the gathered credentials and all secrets given; nothing is checked yet."""
        self._options = options
        self._credentials = credentials
        self._clock = clock
        self._orders: OrdersApi | None = None
        self._opened = False
        self._learn_project: t.Callable[[], str] | None = None
        # Every secret given, and every one that is got on the way.
        self.redactor = Redactor(secrets)

    def open(self) -> Session:
        """Check the options and the credentials. Raises InputError; sends nothing."""
        options, credentials = self._options, self._credentials
        self.place = Place.from_options(options)
        self._project_id = self.place.project_id
        method = _methods.chosen_method(credentials)
        self._http = Http(
            HttpOptions(
                validate_certs=_is_true(options, "validate_certs"),
                ca_path=_text(options, "ca_path"),
                use_proxy=_is_true(options, "use_proxy"),
            )
        )
        self.transport = Transport(
            self._http,
            timeout=_positive(options, "timeout", 30.0),
            retries=_retries(options),
            redactor=self.redactor,
            clock=self._clock,
        )
        self._opened = True
        self._auth = self._new_auth(method)
        return self

    def close(self) -> None:
        """Close the kept connections."""
        if self._opened:
            self._http.close()

    def __enter__(self) -> Session:
        return self if self._opened else self.open()

    def __exit__(self, *dummy: object) -> None:
        self.close()

    @property
    def requests_sent(self) -> int:
        """How many requests were sent so far."""
        return self.transport.requests_sent if self._opened else 0

    def orders(self) -> OrdersApi:
        """Return the orders of the project, which is looked up first where only its name is known."""
        if self._orders is None:
            self._orders = OrdersApi(self.transport, self._auth, self.place.endpoint, self._find_project())
        return self._orders

    def _new_auth(self, method: str) -> Auth:
        """Return the login. What only some of them need is imported for them only: a lookup pays for each file."""
        given, place = self._credentials, self.place
        if method == _methods.TOKEN:
            return TokenAuth(given["auth_token"])
        if method == _methods.PASSWORD:
            return self._by_password()
        if method == _methods.KEY and _methods.AGENCY not in given:
            return KeyAuth(given["access_key"], given["secret_key"], given.get("security_token"))
        from ._client.auth.temporary_factory import temporary_auth  # noqa: PLC0415

        lifetime = self._options.get("temporary_key_duration")
        return temporary_auth(method, given, lifetime, self.transport, place.iam, place.sts)

    def _by_password(self) -> Auth:
        from ._client import iam as _iam  # noqa: PLC0415
        from ._client.auth.password import PasswordAuth  # noqa: PLC0415

        given, place = self._credentials, self.place
        names = given["username"], given["password"], given["domain_name"]
        login = _iam.Login(*names, place.project_id, None if place.project_id else place.name_of_project())

        def log_in() -> str:
            token = _iam.log_in(self.transport, place.iam, login)
            self._project_id = self._project_id or token.project_id
            return token.value

        auth = PasswordAuth(log_in)
        self._learn_project = auth.token
        return auth

    def _find_project(self) -> str:
        if self._project_id is None and self._learn_project is not None:
            # The token that the password buys names its project.
            self.transport.with_retries(self._learn_project)
        if self._project_id is None:
            from ._client.iam import find_project  # noqa: PLC0415

            whose = " in the account that delegates" if _methods.AGENCY in self._credentials else ""
            name = self.place.name_of_project()
            self._project_id = find_project(self.transport, self._auth, self.place.iam, name, whose)
        self._auth.project_id = self._project_id
        return self._project_id


def connect(
    options: Values,
    environ: t.Mapping[str, str] | None = None,
    clock: Clock | None = None,
    credentials: t.Mapping[str, str] | None = None,
) -> Session:
    """Return the session that options describe, completed from the environment, to be used as a context manager.

    ``credentials`` are those of the place that counts, where the caller knows better. Never raises, sends nothing.
    """
    environ = dict(os.environ) if environ is None else environ  # which encodes and decodes at every glance
    if credentials is None:
        credentials = gather_credentials(options, environment_credentials(environ))
    completed = complete(CONNECTION, options, environ)
    return Session(completed, credentials, secrets_in(completed, credentials, environ), clock or Clock())


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


def _endpoint(options: Values, region: str | None, cloud: str, validate: bool) -> str:
    given = _text(options, "endpoint")
    if given:
        return check_url("endpoint", given, validate)
    if not region:
        raise InputError("region is missing: set region (or HW_REGION_NAME), for instance cn-north-4, or set endpoint")
    return f"https://modelarts.{region}.{cloud}"


def _iam_endpoint(options: Values, region: str | None, cloud: str, validate: bool) -> str:
    given = _text(options, "iam_endpoint")
    if given:
        return check_url("iam_endpoint", re.sub(r"/v3/*$", "", given), validate)
    return f"https://iam.{region}.{cloud}" if region else f"https://iam.{cloud}"


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
