# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated cloud holds, and what tests and the admin paths do to it. The clock comes from outside."""

from __future__ import annotations

import collections
import hashlib
import json
import random
import secrets
import threading
import typing as t

from . import switches
from .catalog import Catalog
from .clock import Clock, SystemClock
from .errors import ScenarioError
from .faults import Faults
from .identity import Identity
from .orders import Order
from .scenario import Loader

_LAST_SECOND = 220_000_000_000  # in the year 8941: far enough from the last date for what is added to the time
_OTHER_VARIABLES = (
    "HW_PROJECT_NAME", "HW_CLOUD", "HW_AUTH_TOKEN", "HW_USER_NAME", "HW_DOMAIN_NAME", "HW_USER_PASSWORD",
    "HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN", "HUAWEICLOUD_OIDC_ID_TOKEN",
    "HUAWEICLOUD_OIDC_TOKEN_FILE", "HUAWEICLOUD_OIDC_DURATION_SECONDS", "HW_ECS_AGENCY", "HW_ASSUME_ROLE_AGENCY_NAME",
    "HW_ASSUME_ROLE_DOMAIN_NAME", "HW_ASSUME_ROLE_DOMAIN_ID", "HW_ASSUME_ROLE_DURATION",
)  # fmt: skip


def digest_of(config: t.Mapping[str, t.Any]) -> str:
    """A fingerprint of {orders, faults, settings}."""
    return hashlib.sha256(json.dumps(config, sort_keys=True, default=str).encode()).hexdigest()


class State:
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
        self.active = 0
        self.endpoint = ""
        self.token = secrets.token_hex(16)
        self.on_stop: t.Callable[[], None] = lambda: None
        self.on_live: t.Callable[[float], None] = lambda seconds: None
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
        self._loader = Loader(self._projects(), self.settings["seed"])
        self._throttled: collections.deque[float] = collections.deque()
        self.log: collections.deque[dict[str, t.Any]] = collections.deque(maxlen=int(self.settings["log_limit"]))
        self.requests = 0
        self.load(orders)

    @property
    def digest(self) -> str:
        """A fingerprint of what was loaded: equal where loading it again would change nothing."""
        return digest_of(self._initial)

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
            loader = Loader(self._projects(), self.settings["seed"]) if replace else self._loader
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
        Loader(self._projects(), self.settings["seed"]).load(orders, self.now_ms())

    def _projects(self) -> list[t.Mapping[str, str]]:
        """Those that orders can be in: this account's, and those of accounts that delegate to it."""
        more = [project for agency in self.settings["agencies"] for project in agency["projects"]]
        return [*self.settings["projects"], *more]

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
            self._loader.projects = self._projects()
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
        """End all tokens and temporary keys now; how many there were."""
        with self.lock:
            return self.identity.expire(self.now())

    def reset(self, config: t.Mapping[str, t.Any] | None = None) -> None:
        """Start again as at the beginning, or with another {orders, faults, settings}. The advance is undone."""
        with self.lock:
            new = {**({"orders": [], "faults": [], "settings": {}} if config is not None else self._initial)}
            new.update(config or {})
            State(self.clock, **new)  # a mistake is found before anything is thrown away
            self.offset = 0.0
            self._start(new["orders"], new["faults"], new["settings"])

    def environment(self, endpoint: str = "") -> dict[str, str]:
        """The environment variables for a client of the first access key, as the settings are now.

        All that a client may read are named, so that nothing else around wins or is sent here.
        """
        endpoint = endpoint or self.endpoint
        key, project = self.settings["keys"][0], self.settings["projects"][0]
        token = key.get("security_token") or ""
        return {
            **dict.fromkeys(_OTHER_VARIABLES, ""),
            "HW_REGION_NAME": self.settings["region"],
            **dict.fromkeys(("HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID"), project["id"]),
            **dict.fromkeys(("HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"), key["access_key"]),
            **dict.fromkeys(("HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY"), key["secret_key"]),
            **dict.fromkeys(("HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN"), token),
            **dict.fromkeys(("HW_MODELARTS_ENDPOINT", "HUAWEICLOUD_SDK_STS_ENDPOINT"), endpoint),
            **dict.fromkeys(("HUAWEICLOUD_SDK_IAM_ENDPOINT", "HW_AUTH_URL"), f"{endpoint}/v3"),
        }
