# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clouds to run ansible against: simulators in this process, on real sockets, one for each story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server
from modelarts_simulator.switches import DEFAULT_ACCESS_KEY, DEFAULT_PASSWORD, DEFAULT_PROJECT, DEFAULT_SECRET_KEY

REGION = "cn-north-4"
TOKEN = "TOKENofTheTestsFake-0Zt3LmX9vB2nRw8Yc5Hd0"
SECURITY_TOKEN = "STofTheTestsFake-7Kp4Js6Qm2Tz6Ld0Ru"
KEYS = {"access_key": DEFAULT_ACCESS_KEY, "secret_key": DEFAULT_SECRET_KEY}
LOGIN = {"username": "simulator-user", "domain_name": "simulator-domain", "password": DEFAULT_PASSWORD}

Rows = Sequence[Mapping[str, Any]]


class Sim:
    """One simulator that serves, with the options and variables that a client of it needs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cloud = server.cloud
        self.url = server.url
        self.project = str(self.cloud.settings["projects"][0]["id"])

    @property
    def place(self) -> dict[str, str]:
        """The options that say where it is, without credentials."""
        return {"region": REGION, "project_id": self.project, "endpoint": self.url, "iam_endpoint": self.url}

    @property
    def metadata(self) -> dict[str, str]:
        """The variable that names this cloud's metadata address to a client under test."""
        return {"MODELARTS_TEST_METADATA": self.server.metadata_url}

    @property
    def options(self) -> dict[str, str]:
        """The options that say where it is, and an access key."""
        return {**self.place, **KEYS}

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that say the same."""
        return self.server.environment()

    def requests(self, *apis: str) -> list[dict[str, Any]]:
        """Return the log: the requests so far, or those of some of list, show, tokens, projects."""
        with self.cloud.lock:
            return [row for row in self.cloud.log if not apis or row["api"] in apis]

    def count(self, *apis: str) -> int:
        """Return how many requests there were."""
        return len(self.requests(*apis))


class Clouds:
    """Makes simulators and ends them all."""

    def __init__(self) -> None:
        self._sims: list[Sim] = []

    def new(
        self,
        orders: Rows = (),
        faults: Rows = (),
        tls: tuple[str, str] | None = None,
        port: int = 0,
        **settings: Any,
    ) -> Sim:
        """Start a simulator with these orders, faults and settings."""
        given = {"tokens": [{"token": TOKEN}], **settings}
        sim = Sim(Server(Cloud(settings=given, orders=orders, faults=faults), port=port, tls=tls).start())
        self._sims.append(sim)
        return sim

    def __enter__(self) -> Clouds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sim in self._sims:
            sim.server.stop()


__all__ = ["DEFAULT_PROJECT", "KEYS", "LOGIN", "REGION", "SECURITY_TOKEN", "TOKEN", "Clouds", "Sim"]
