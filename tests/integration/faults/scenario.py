# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole matrix as one scenario: hundreds of simulators behind one port, each met by a host of one play."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import (
    ORDER,
    ORDER_NAME,
    Endpoint,
    Fault,
    Meaning,
)
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import NEWEST
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import DEFAULT_PROJECT, REGION, TOKEN
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.messages import Request, Response
from modelarts_simulator.server import Server

#: Seconds; all small, so that hundreds of faults can be met in a minute.
TIMEOUT, PATIENT, WAIT_TIMEOUT, INTERVAL = 1.0, 30.0, 2.0, 0.5
#: Seconds for a wait that its first poll ends: they cost nothing.
AMPLE = 60.0
#: An order that succeeds at the third poll: between the others a fault can strike.
RUNNING = {**ORDER, "state": None, "timeline": [{"state": "processing", "polls": 3}, {"state": "succeeded"}]}


class Router(Cloud):
    """Many clouds behind one port: the first part of a request's path names the one that is meant."""

    def __init__(self) -> None:
        super().__init__()
        self.clouds: dict[str, Cloud] = {}

    def handle(self, request: Request) -> Response:
        """Hand a request on."""
        name, dummy, path = request.path.lstrip("/").partition("/")
        return self.clouds[name].handle(dataclasses.replace(request, path=f"/{path}"))


class Other:
    """The other end that one fault shows to one entry point."""

    def __init__(self, url: str, cloud: Cloud | None = None, server: Endpoint | None = None) -> None:
        self.url = url
        self.cloud = cloud
        self.server = server

    def requests(self) -> int | None:
        """Return how many requests (or connections) there were; None where they cannot be counted."""
        if self.cloud:
            return len(self.cloud.log)
        return self.server.connections if self.server else None


class Scenario:
    """All other ends of some faults, one for each entry point, so that each entry point's requests can be counted."""

    def __init__(self, faults: Iterable[Fault], authorities: Mapping[str, str], *, in_process: bool) -> None:
        self.faults = list(faults)
        self.entry_points = {fault.host: entry_points(fault, in_process) for fault in self.faults}
        self.others: dict[tuple[str, str], Other] = {}
        self._authorities = authorities
        self._in_process = in_process
        self._router = Router()
        self._servers = [Server(self._router).start()]
        for fault in self.faults:
            for entry_point in self.entry_points[fault.host]:
                self.others[fault.host, entry_point] = self._other(fault, entry_point)

    def _other(self, fault: Fault, entry_point: str) -> Other:
        if fault.server:
            server = fault.server()
            return Other(server.url, server=server)
        cloud = Cloud(**_config(fault, entry_point, self._in_process))
        if fault.alone:
            alone = Server(cloud).start()
            self._servers.append(alone)
            return Other(alone.url, cloud)
        name = f"{fault.host}.{entry_point}"
        self._router.clouds[name] = cloud
        return Other(f"{self._servers[0].url}/{name}", cloud)

    def options(self, fault: Fault, entry_point: str) -> dict[str, Any]:
        """Return the connection options for an entry point that meets a fault."""
        url = self.others[fault.host, entry_point].url
        place = {"region": REGION, "project_id": DEFAULT_PROJECT, "endpoint": url, "iam_endpoint": url}
        own = dict(fault.options)
        if "ca_path" in own:
            own["ca_path"] = self._authorities[own["ca_path"]]
        if not {"access_key", "username"} & set(own):
            own["auth_token"] = TOKEN
        # Where the deadline is not what matters, a busy machine must not meet it.
        timeout = PATIENT
        if "did not answer in full within" in fault.reads:
            timeout = 3 * TIMEOUT if entry_point.startswith("healed") else TIMEOUT
        options = {**place, "timeout": timeout, "retries": 1, **own}
        return {name: value for name, value in options.items() if value is not None}

    def inventory(self) -> dict[str, Any]:
        """Return an inventory with a host for each fault; ``entry_points`` are the connection options by entry point,
        ``targets`` is what the wait waits for, and ``patience`` how long."""
        hosts = {}
        for fault in (fault for fault in self.faults if self.entry_points[fault.host]):
            given = {entry_point: self.options(fault, entry_point) for entry_point in self.entry_points[fault.host]}
            patience = WAIT_TIMEOUT if fault.polls_on else AMPLE
            hosts[fault.host] = {"entry_points": given, "targets": filters(fault), "patience": patience}
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        return {"all": {"hosts": hosts, "vars": local}}

    def __enter__(self) -> Scenario:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.stop()
        for other in self.others.values():
            if other.server:
                other.server.close()


def entry_points(fault: Fault, in_process: bool) -> tuple[str, ...]:
    """Return the entry points at which a fault is met; a healed one strikes once and is gone.

    All are met in the process, on the newest ansible-core. A module's run costs half a second of a processor, and what
    it returns is the core's answer all the same: so samples are met that way, and by any other ansible-core.
    """
    long = bool(os.environ.get("MODELARTS_LONG"))
    if not (fault.sample or long or (in_process and NEWEST)):
        return ()
    wait = ("wait", *(("healed-wait",) if fault.can_heal else ()))
    healed = ("healed-info",) if fault.can_heal and fault.meaning is Meaning.TRANSIENT and (in_process or long) else ()
    return ("info", *(("lookup",) if in_process else ()), *wait, *healed)


def _config(fault: Fault, entry_point: str, in_process: bool) -> dict[str, Any]:
    config = {"orders": [ORDER], **fault.cloud}
    config["settings"] = {"tokens": [{"token": TOKEN}], "unknown_pool": "empty", **config.get("settings", {})}
    if entry_point.startswith("healed"):
        config["faults"] = [{**rule, "times": 1} for rule in config["faults"]]
    if entry_point == "healed-wait":
        config["orders"] = [RUNNING]
        if config["faults"][0]["match"]["api"] == "list":
            # A wait that polls by modules asks for past orders after its first poll.
            config["faults"][0]["after"] = 1 if in_process else 2
    return config


def filters(fault: Fault) -> dict[str, Any]:
    """Return what the wait waits for; a pool only where it is pools that the service does not know."""
    if fault.meaning is Meaning.NO_SUCH_POOL:
        return {"involved_names": ["pool-5ed5"]}
    return {"order_names": [ORDER_NAME]}
