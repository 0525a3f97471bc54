# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud as a pure state machine: a request in, an answer out. No socket, no sleep."""

from __future__ import annotations

import gzip
import re
from email.utils import formatdate

from . import iam, modelarts, sts
from .errors import ApiError, ScenarioError, error_response, not_published
from .faults import Fault
from .messages import Request, Response
from .spoil import WITHOUT_STATUS, Context, spoil
from .state import State

_PATHS = tuple(
    (name, method, re.compile(f"{pattern}/?"))
    for name, method, pattern in (
        ("list", "GET", r"/v1/[^/]+/orders"),
        ("show", "GET", r"/v1/[^/]+/orders/[^/]+"),
        ("pool", "GET", r"/v2/[^/]+/pools/[^/]+"),
        ("nodes", "GET", r"/v2/[^/]+/pools/[^/]+/nodes"),
        ("tokens", "POST", r"/v3/auth/tokens"),
        ("projects", "GET", r"/v3/projects"),
        ("agency", "POST", r"/v3\.0/OS-CREDENTIAL/securitytokens"),
        ("oidc", "POST", r"/v5/agencies/assume-with-oidc"),
        ("metadata_token", "PUT", r"/meta-data/latest/api/token"),
        ("metadata_key", "GET", r"/openstack/latest/securitykey"),
    )
)
_ORDER_CALLS = {
    "list": modelarts.list_orders,
    "show": modelarts.show_order,
    "pool": modelarts.show_pool,
    "nodes": modelarts.list_nodes,
}
_IDENTITY_CALLS = {
    "tokens": iam.issue,
    "projects": iam.projects,
    "agency": iam.assume_role,
    "oidc": sts.assume_with_oidc,
    "metadata_token": sts.metadata_token,
    "metadata_key": sts.security_key,
}
_SHAPES = {
    **dict.fromkeys(("tokens", "projects", "agency"), "keystone"),
    "oidc": "error_code",
    **dict.fromkeys(("metadata_token", "metadata_key"), "text"),
}


class Cloud(State):
    """What clients ask of it. Safe to call from several threads."""

    def handle(self, request: Request) -> Response:
        """Answer one request of the two APIs (the admin paths are in admin.py)."""
        with self.lock:
            api, auth = api_of(request), auth_of(request)
            actions, fault = self.faults.strike(request, api, auth)
            for action in actions:
                self._act(action)
            now = self.now()
            request_id = f"{self._random.getrandbits(128):032x}"
            shape = _SHAPES.get(api, self.settings["error_shape"])
            context = Context(request, lambda: self._answer(request, api, shape, request_id), now, shape, request_id)
            response = spoil(fault, context) if fault else context.answer()
            self._finish(request, response, request_id, now)
            self._note(request, response, api, auth, now, request_id)
            return response

    def _act(self, fault: Fault) -> None:
        if fault.kind == "advance":
            self.advance(fault.options.get("seconds", 0))
        elif fault.kind == "expire_tokens":
            self.expire_tokens()
        else:
            self.load(fault.options.get("orders", []))

    def _answer(self, request: Request, api: str, shape: str, request_id: str) -> Response:
        try:
            return self._api(request, api)
        except ApiError as error:
            return error_response(error, shape, request_id)

    def _api(self, request: Request, api: str) -> Response:
        now = self.now()
        wall = self.clock.time() + self.settings["clock_skew"]
        if api in ("", *self.settings["unpublished"]):
            raise not_published()
        if api in _IDENTITY_CALLS:
            return _IDENTITY_CALLS[api](self.identity, request, now, wall)
        self._throttle(now)
        project_id = request.parts[1]
        self.identity.check(request, project_id, now, wall)
        catalog = self.catalog(project_id)
        catalog.tick(self.now_ms())
        return _ORDER_CALLS[api](catalog, request, self.settings, self.now_ms())

    def _throttle(self, now: float) -> None:
        rule = self.settings["throttle"]
        if not rule:
            return
        while self._throttled and self._throttled[0] <= now - rule["seconds"]:
            self._throttled.popleft()
        if len(self._throttled) >= rule["limit"]:
            period = "1 minute" if rule["seconds"] == 60 else f"{rule['seconds']:g} second"
            message = "The throttling threshold has been reached: policy user over ratelimit"
            wait = self._throttled[0] + rule["seconds"] - now if self._throttled else rule["seconds"]
            headers = {"Retry-After": str(int(-(-wait // 1)))} if rule["retry_after"] else {}
            raise ApiError(429, "APIGW.0308", f"{message},limit:{rule['limit']},time:{period}", headers)
        self._throttled.append(now)

    def _finish(self, request: Request, response: Response, request_id: str, now: float) -> None:
        given = response.headers
        stamp = formatdate(now + self.settings["clock_skew"], usegmt=True)
        response.headers = {"Date": stamp, "X-Request-Id": request_id, **given}
        response.headers = {name: value for name, value in response.headers.items() if value != ""}
        response.delay += self.settings["latency_ms"] / 1000
        if self._is_packable(response) and "gzip" in request.header("Accept-Encoding").lower():
            response.body = gzip.compress(response.body, 1)
            response.headers["Content-Encoding"] = "gzip"

    def _is_packable(self, response: Response) -> bool:
        plain = response.script is None and "Content-Encoding" not in response.headers
        return plain and self.settings["gzip"] and len(response.body) >= self.settings["gzip_min_bytes"]

    def _note(self, request: Request, response: Response, api: str, auth: str, now: float, request_id: str) -> None:
        self.requests += 1
        self.log.append(
            {
                "n": self.requests,
                "time": round(now, 6),
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "api": api,
                "auth": auth,
                "status": None if response.fault in WITHOUT_STATUS else response.status,
                "bytes": len(response.body),
                "connection": request.connection,
                "active": self.active,
                "fault": response.fault,
                "request_id": request_id,
            }
        )


def api_of(request: Request) -> str:
    """Which call it is, by its name in _PATHS; empty where none. The metadata address knows its own two only."""
    for name, method, pattern in _PATHS:
        if request.method == method and pattern.fullmatch(request.path):
            return name if request.metadata == name.startswith("metadata") else ""
    return ""


def auth_of(request: Request) -> str:
    """How a request says who it is: token, aksk, password, oidc or none."""
    if request.header("X-Auth-Token"):
        return "token"
    if request.header("Authorization"):
        return "aksk"
    return {"tokens": "password", "oidc": "oidc"}.get(api_of(request), "none")


__all__ = ["Cloud", "ScenarioError"]
