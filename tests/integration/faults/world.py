# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole matrix as one world: hundreds of simulators behind one port, and the hosts of a play that each meet one."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import (
    ORDER,
    ORDER_NAME,
    Edge,
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
#: Seconds for a wait that its first look ends: they cost nothing.
AMPLE = 60.0
#: An order that succeeds at the third look: between the others a fault can strike.
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
    """The other end that one fault shows to one door."""

    def __init__(self, url: str, cloud: Cloud | None = None, edge: Edge | None = None) -> None:
        self.url = url
        self.cloud = cloud
        self.edge = edge

    def requests(self) -> int | None:
        """Return how many requests (or connections) there were; None where they cannot be counted."""
        if self.cloud:
            return len(self.cloud.log)
        return self.edge.connections if self.edge else None


class World:
    """All other ends of some faults, one for each door, so that each door's requests can be counted."""

    def __init__(self, faults: Iterable[Fault], authorities: Mapping[str, str], *, in_process: bool) -> None:
        self.faults = list(faults)
        self.doors = {fault.host: doors(fault, in_process) for fault in self.faults}
        self.others: dict[tuple[str, str], Other] = {}
        self._authorities = authorities
        self._in_process = in_process
        self._router = Router()
        self._servers = [Server(self._router).start()]
        for fault in self.faults:
            for door in self.doors[fault.host]:
                self.others[fault.host, door] = self._other(fault, door)

    def _other(self, fault: Fault, door: str) -> Other:
        if fault.edge:
            edge = fault.edge()
            return Other(edge.url, edge=edge)
        cloud = Cloud(**_config(fault, door, self._in_process))
        if fault.alone:
            server = Server(cloud).start()
            self._servers.append(server)
            return Other(server.url, cloud)
        name = f"{fault.host}.{door}"
        self._router.clouds[name] = cloud
        return Other(f"{self._servers[0].url}/{name}", cloud)

    def options(self, fault: Fault, door: str) -> dict[str, Any]:
        """Return the connection options for a door's meeting with a fault."""
        url = self.others[fault.host, door].url
        place = {"region": REGION, "project_id": DEFAULT_PROJECT, "endpoint": url, "iam_endpoint": url}
        own = dict(fault.options)
        if "ca_path" in own:
            own["ca_path"] = self._authorities[own["ca_path"]]
        if not {"access_key", "username"} & set(own):
            own["auth_token"] = TOKEN
        # Where the deadline is not what matters, a busy machine must not meet it.
        timeout = PATIENT
        if "did not answer in full within" in fault.reads:
            timeout = 3 * TIMEOUT if door.startswith("healed") else TIMEOUT
        options = {**place, "timeout": timeout, "retries": 1, **own}
        return {name: value for name, value in options.items() if value is not None}

    def inventory(self) -> dict[str, Any]:
        """Return an inventory with a host for each fault; ``doors`` are the connection options by door,
        ``wanted`` is what the wait waits for, and ``patience`` how long."""
        hosts = {}
        for fault in (fault for fault in self.faults if self.doors[fault.host]):
            given = {door: self.options(fault, door) for door in self.doors[fault.host]}
            patience = WAIT_TIMEOUT if fault.looks_on else AMPLE
            hosts[fault.host] = {"doors": given, "wanted": filters(fault), "patience": patience}
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        return {"all": {"hosts": hosts, "vars": local}}

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.stop()
        for other in self.others.values():
            if other.edge:
                other.edge.close()


def doors(fault: Fault, in_process: bool) -> tuple[str, ...]:
    """Return the doors at which a fault is met; a healed one strikes once and is gone.

    All are met in the process, on the newest ansible-core. A module's run costs half a second of a processor, and what
    it returns is the core's answer all the same: so samples are met that way, and by any other ansible-core.
    """
    long = bool(os.environ.get("MODELARTS_LONG"))
    if not (fault.sample or long or (in_process and NEWEST)):
        return ()
    wait = ("wait", *(("healed-wait",) if fault.can_heal else ()))
    healed = ("healed-info",) if fault.can_heal and fault.meaning is Meaning.PASSING and (in_process or long) else ()
    return ("info", *(("lookup",) if in_process else ()), *wait, *healed)


def _config(fault: Fault, door: str, in_process: bool) -> dict[str, Any]:
    config = {"orders": [ORDER], **fault.cloud}
    config["settings"] = {"tokens": [{"token": TOKEN}], "unknown_pool": "empty", **config.get("settings", {})}
    if door.startswith("healed"):
        config["faults"] = [{**rule, "times": 1} for rule in config["faults"]]
    if door == "healed-wait":
        config["orders"] = [RUNNING]
        if config["faults"][0]["match"]["api"] == "list":
            # A wait that looks by modules asks for past orders after its first look.
            config["faults"][0]["after"] = 1 if in_process else 2
    return config


def filters(fault: Fault) -> dict[str, Any]:
    """Return what the wait waits for; a pool only where it is pools that the service does not know."""
    if fault.meaning is Meaning.NO_SUCH_POOL:
        return {"involved_names": ["pool-5ed5"]}
    return {"order_names": [ORDER_NAME]}
