# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud as a pure state machine: a request in, an answer out. No socket, no sleep, the clock comes from outside."""

from __future__ import annotations

import collections
import gzip
import random
import re
import threading
import typing as t
from email.utils import formatdate

from . import modelarts, switches
from .catalog import Catalog
from .clock import Clock, SystemClock
from .errors import ApiError, ScenarioError, error_response, not_published
from .faults import Fault, Faults
from .identity import Identity
from .messages import Request, Response
from .orders import Order
from .scenario import Loader
from .spoil import WITHOUT_STATUS, Context, spoil

_PATHS = (
    ("list", "GET", re.compile(r"/v1/[^/]+/orders/?")),
    ("show", "GET", re.compile(r"/v1/[^/]+/orders/[^/]+/?")),
    ("pool", "GET", re.compile(r"/v2/[^/]+/pools/[^/]+/?")),
    ("nodes", "GET", re.compile(r"/v2/[^/]+/pools/[^/]+/nodes/?")),
    ("tokens", "POST", re.compile(r"/v3/auth/tokens/?")),
    ("projects", "GET", re.compile(r"/v3/projects/?")),
)
_CALLS = {
    "list": modelarts.list_orders,
    "show": modelarts.show_order,
    "pool": modelarts.show_pool,
    "nodes": modelarts.list_nodes,
}
_IAM = ("tokens", "projects")
_LAST_SECOND = 220_000_000_000  # in the year 8941: far enough from the last date for what is added to the time


class Cloud:
    """Orders, identities, faults and a log. Safe to call from several threads.

    ``orders`` and ``faults`` are lists as in a scenario, ``settings`` a dictionary of those in switches.py that differ
    from their defaults. Raises ScenarioError on the first mistake in any of them.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        settings: t.Mapping[str, t.Any] | None = None,
        orders: t.Sequence[t.Mapping[str, t.Any]] = (),
        faults: t.Sequence[t.Mapping[str, t.Any]] = (),
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.lock = threading.RLock()
        self.offset = 0.0
        self.digest = ""
        self.active = 0
        self.endpoint = ""
        self.on_stop: t.Callable[[], None] | None = None
        self.on_live: t.Callable[[float], None] | None = None
        self._start(orders, faults, settings or {})

    def _start(self, orders: t.Any, faults: t.Any, changes: t.Any) -> None:
        self._initial = {"orders": orders, "faults": faults, "settings": changes}
        self.settings = switches.merged(switches.defaults(), changes)
        now = self.now()
        self.identity = Identity(self.settings, now)
        self.faults = Faults(self.settings["seed"], self._check_orders)
        self.faults.add(faults)
        self.catalogs: dict[str, Catalog] = {}
        self._random = random.Random(self.settings["seed"])
        self._loader = Loader(self.settings["projects"], self.settings["seed"])
        self._throttled: collections.deque[float] = collections.deque()
        self.log: collections.deque[dict[str, t.Any]] = collections.deque(maxlen=int(self.settings["log_limit"]))
        self.requests = 0
        self.load(orders)

    # What tests and the admin paths do to it

    def now(self) -> float:
        """The cloud's time in seconds since the epoch: the clock's, plus what it was advanced by."""
        return self.clock.time() + self.offset

    def now_ms(self) -> int:
        """The same in whole milliseconds."""
        return int(self.now() * 1000)

    def load(self, orders: t.Sequence[t.Mapping[str, t.Any]], replace: bool = False) -> int:
        """Add orders (or put them in place of all there are); how many. Nothing changes where one of them is wrong."""
        with self.lock:
            now = self.now_ms()
            loader = Loader(self.settings["projects"], self.settings["seed"]) if replace else self._loader
            loaded = loader.load(orders, now)
            if replace:
                self.catalogs, self._loader = {}, loader
            self._check_names(loaded, now)
            for project in {project for project, dummy in loaded}:
                self.catalog(project).add([order for mine, order in loaded if mine == project], now)
            return len(loaded)

    def _check_names(self, loaded: t.Iterable[tuple[str, Order]], now: int) -> None:
        for project, order in loaded:
            self.catalog(project).tick(now)
            if self.catalog(project).clashes(order):
                raise ScenarioError(f"orders: there is an order {order.name!r} already; name each order once")

    def _check_orders(self, orders: t.Any) -> None:
        Loader(self.settings["projects"], self.settings["seed"]).load(orders, self.now_ms())

    def catalog(self, project_id: str) -> Catalog:
        """The orders of a project."""
        return self.catalogs.setdefault(project_id, Catalog())

    def add_faults(self, faults: t.Sequence[t.Mapping[str, t.Any]], replace: bool = False) -> None:
        """Add fault rules, or put them in place of those in force."""
        with self.lock:
            self.faults.add(faults, replace)

    def configure(self, changes: t.Mapping[str, t.Any]) -> None:
        """Change settings while running."""
        with self.lock:
            before, self.settings = self.settings, switches.merged(self.settings, changes)
            self.identity.preset(self.settings if "tokens" in changes else {**self.settings, "tokens": []}, self.now())
            self.identity.settings = self.settings
            if "projects" in changes:
                self._loader.projects = self.settings["projects"]
            if "log_limit" in changes:
                self.log = collections.deque(self.log, maxlen=int(self.settings["log_limit"]))
            if before["spelling"] != self.settings["spelling"]:
                for order in (order for catalog in self.catalogs.values() for order in catalog):
                    order.row = None

    def advance(self, seconds: float) -> float:
        """Let time pass for orders, tokens and locks; the new time. Signatures are held against the clock itself.

        Raises ScenarioError for a time so late that no date can be made of it.
        """
        with self.lock:
            if not seconds <= _LAST_SECOND - self.now():
                raise ScenarioError(f"advance: {seconds!r} seconds are too many for one cloud; reset takes it back")
            self.offset += max(0.0, seconds)
            return self.now()

    def expire_tokens(self) -> int:
        """End all tokens now; how many there were."""
        with self.lock:
            return self.identity.expire_tokens(self.now())

    def reset(self, config: t.Mapping[str, t.Any] | None = None) -> None:
        """Start again as at the beginning, or with another {orders, faults, settings}. The advance is undone."""
        with self.lock:
            new = {**({"orders": [], "faults": [], "settings": {}} if config is not None else self._initial)}
            new.update(config or {})
            Cloud(self.clock, **new)  # a mistake is found before anything is thrown away
            self.offset = 0.0
            self._start(new["orders"], new["faults"], new["settings"])

    def environment(self, endpoint: str = "") -> dict[str, str]:
        """The environment variables that a client needs for the first access key, as the settings are now."""
        endpoint = endpoint or self.endpoint
        key, project = self.settings["keys"][0], self.settings["projects"][0]
        environment = {
            "HW_REGION_NAME": self.settings["region"],
            "HW_PROJECT_ID": project["id"],
            "HW_ACCESS_KEY": key["access_key"],
            "HW_SECRET_KEY": key["secret_key"],
            "HW_MODELARTS_ENDPOINT": endpoint,
            "HW_AUTH_URL": f"{endpoint}/v3",
        }
        if key.get("security_token"):
            environment["HW_SECURITY_TOKEN"] = key["security_token"]
        return environment

    # What clients ask of it

    def handle(self, request: Request) -> Response:
        """Answer one request of the two APIs (the admin paths are in admin.py)."""
        with self.lock:
            api, auth = api_of(request), auth_of(request)
            actions, fault = self.faults.strike(request, api, auth)
            for action in actions:
                self._act(action)
            now = self.now()
            request_id = f"{self._random.getrandbits(128):032x}"
            shape = "keystone" if api in _IAM else self.settings["error_shape"]
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
        if api == "tokens":
            return self.identity.issue(request, now)
        if api == "projects":
            return self.identity.projects(request, now, wall)
        if api in ("", *self.settings["unpublished"]):
            raise not_published()
        self._throttle(now)
        project_id = request.parts[1]
        self.identity.check(request, project_id, now, wall)
        catalog = self.catalog(project_id)
        catalog.tick(self.now_ms())
        return _CALLS[api](catalog, request, self.settings, self.now_ms())

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
    """Which call it is, by its name in _PATHS; empty where none."""
    for name, method, pattern in _PATHS:
        if request.method == method and pattern.fullmatch(request.path):
            return name
    return ""


def auth_of(request: Request) -> str:
    """How a request says who it is: token, aksk, password or none."""
    if request.header("X-Auth-Token"):
        return "token"
    if request.header("Authorization"):
        return "aksk"
    return "password" if request.path.rstrip("/") == "/v3/auth/tokens" else "none"


__all__ = ["Cloud", "ScenarioError"]
