# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait against the simulator over a real socket, in a time that both share and that nobody sleeps through."""

from __future__ import annotations

import contextlib
import typing as t
from unittest import mock

from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _options
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client import clock as _clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import Result
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait import result as _result
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait import waiter as _wait
from ansible_collections.huaweicloud.modelarts.tests.support.manual_clock import ManualClock
from modelarts_simulator.cloud import Cloud
from modelarts_simulator.server import Server

# What remains to a request at the deadline counts in the machine's time too, in which it may stand still for seconds.
_REAL_SECONDS = {"LAST_ANSWER": 30.0}
_DETAILS_SECONDS = {"DETAILS_TIME": 30.0}


class SharedClock(_clock.Clock):
    """The core's clock on top of the simulator's: one time for both."""

    def __init__(self, manual: ManualClock) -> None:
        self._manual = manual
        self._start = manual.time()

    def time(self) -> float:
        """Return the wall clock."""
        return self._manual.time()

    def monotonic(self) -> float:
        """Return seconds since the beginning of the scenario."""
        return self._manual.time() - self._start

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self._manual.sleep(seconds)


class Scenario:
    """One simulator and one clock. ``lines`` are the progress lines as (seconds since the begin, text)."""

    def __init__(self, server: Server, manual: ManualClock) -> None:
        self.server = server
        self.cloud = server.cloud
        self.clock = SharedClock(manual)
        self.lines: list[tuple[float, str]] = []

    def wait(self, *, check_mode: bool = False, environ: dict[str, str] | None = None, **options: t.Any) -> Result:
        """Run a wait with the simulator's own environment and return its outcome."""
        self.lines.clear()
        begin = self.clock.monotonic()
        environ = self.server.environment() if environ is None else environ
        return _wait.wait_for_orders(
            _options.complete(_options.WAIT, options, environ),
            environ,
            self.clock,
            lambda line: self.lines.append((self.clock.monotonic() - begin, line)),
            check_mode,
        )

    def requests(self, api: str | None = None) -> list[dict[str, t.Any]]:
        """Return the request log, of one API (list, show, tokens, projects) or of all."""
        return [entry for entry in self.cloud.log if api is None or entry.get("api") == api]


@contextlib.contextmanager
def scenario(orders: t.Sequence[t.Mapping[str, t.Any]] = (), **config: t.Any) -> t.Iterator[Scenario]:
    """Offer a scenario with these orders, ``settings`` and ``faults``."""
    manual = ManualClock()
    with (
        Server(Cloud(clock=manual, orders=orders, **config)) as server,
        mock.patch.dict(vars(_wait), _REAL_SECONDS),
        mock.patch.dict(vars(_result), _DETAILS_SECONDS),
    ):
        yield Scenario(server, manual)
