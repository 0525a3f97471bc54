# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client and simulator through any history: orders come, move on and age, faults strike, and every listing is right."""

from __future__ import annotations

from typing import Any

import hypothesis
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import (
    DAY_MS,
    KEY,
    PROJECT,
    TOKEN,
    USER,
    VirtualClock,
    simulation,
)
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

STATES = ("pending", "processing", "succeeded", "partial", "failed")
SERVER_WORDS = {"running": "processing", "successed": "succeeded"}
PASSING = [
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429, "retry_after": 3},
    {"kind": "status", "status": 429, "retry_after": "date:5"},
    {"kind": "reset"},
    {"kind": "close"},
    {"kind": "truncate"},
    {"kind": "empty"},
    {"kind": "bad_gzip"},
]
LASTING = [
    {"kind": "status", "status": 400},
    {"kind": "status", "status": 403},
    {"kind": "html"},
    {"kind": "redirect"},
    {"kind": "json", "json": {"items": ["order"]}},
]
METHODS: dict[str, dict[str, Any]] = {"key": KEY, "password": USER, "token": {"auth_token": TOKEN}}
filters = st.fixed_dictionaries(
    {},
    optional={
        "phase": st.sampled_from(["pending", "running", "successed", "failed"]),
        "pool": st.sampled_from(["a", "b"]),
        "since": st.sampled_from(["1h", "1d", "29d"]),
        "operation": st.lists(st.sampled_from(["apply", "delete"]), min_size=1, max_size=2),
    },
)


class ClientAgainstService(RuleBasedStateMachine):
    """The model is what the simulator knows of its own orders."""

    @initialize(
        spelling=st.sampled_from(["table", "example"]),
        order=st.sampled_from(["shuffled", "newest", "oldest"]),
        ignore=st.lists(st.sampled_from(["phase", "involvedName", "since"]), unique=True),
        count=st.sampled_from(["exact", "missing", "text"]),
        gzip=st.booleans(),
    )
    def begin(self, spelling: str, order: str, ignore: list[str], count: str, gzip: bool) -> None:
        """Start a service of any habits."""
        tokens = [{"token": TOKEN, "expires": 10**9}]
        settings = {"spelling": spelling, "order": order, "ignore": ignore, "count": count, "gzip": gzip}
        self.clock = VirtualClock()
        self.context = simulation(
            self.clock, settings={**settings, "tokens": tokens, "unknown_pool": "empty", "gzip_min_bytes": 1}
        )
        self.service = self.context.__enter__()
        self.number = 0

    @rule(
        pool=st.sampled_from(["a", "b", "ü +/"]),
        state=st.sampled_from(STATES),
        hours=st.integers(0, 28 * 24),
        operation=st.sampled_from(["apply", "delete"]),
    )
    def an_order_is_placed(self, pool: str, state: str, hours: int, operation: str) -> None:
        """One more order, somewhere in the last four weeks."""
        self.number += 1
        order = {"pool": pool, "created": f"{hours}h", "operation": operation, "order_name": f"order-{self.number}"}
        self.service.cloud.load([{**order, "state": state}])

    @rule(pool=st.sampled_from(["a", "b"]))
    def an_order_moves_on(self, pool: str) -> None:
        """One more order that will be pending, processing and succeeded by and by."""
        self.number += 1
        self.service.cloud.load([{"pool": pool, "order_name": f"order-{self.number}"}])

    @rule(seconds=st.sampled_from([1, 7, 60, 3600, 90_000]))
    def time_passes(self, seconds: int) -> None:
        """For everybody."""
        self.clock.sleep(seconds)

    @rule()
    def all_tokens_expire(self) -> None:
        """But the given one is renewed by its owner."""
        self.service.cloud.expire_tokens()
        self.service.cloud.configure({"tokens": [{"token": TOKEN, "expires": 10**9}]})

    @rule(
        method=st.sampled_from(sorted(METHODS)),
        asked_for=filters,
        faults=st.lists(st.sampled_from(PASSING), max_size=4),
    )
    def the_listing_is_right_whatever_passes(self, method: str, asked_for: dict[str, Any], faults: list[Any]) -> None:
        """Up to four transient faults in a row change nothing but the time it takes."""
        self.service.cloud.add_faults(faults, replace=True)
        expected_since = self.clock.time_ms()
        outcome = self.service.query(**METHODS[method], **self.options(asked_for))
        self.service.cloud.add_faults([], replace=True)
        assert not outcome.failed, outcome.result["msg"]
        found = {order["order_name"]: order["state"] for order in outcome.result["orders"]}
        assert len(found) == len(outcome.result["orders"]), "no duplicates"
        assert found == self.model(asked_for, expected_since)
        created = [order["creation_timestamp"] for order in outcome.result["orders"]]
        assert created == sorted(created, reverse=True)

    @rule(method=st.sampled_from(sorted(METHODS)), fault=st.sampled_from(LASTING))
    def a_lasting_fault_fails_in_full_shape(self, method: str, fault: dict[str, Any]) -> None:
        """With one line, and without a second request for it."""
        self.service.cloud.add_faults([{**fault, "match": {"api": "list"}, "times": 0}], replace=True)
        before = len(self.service.cloud.log)
        outcome = self.service.query(**METHODS[method])
        self.service.cloud.add_faults([], replace=True)
        assert outcome.failed
        assert outcome.result["msg"].isprintable()
        assert outcome.result["orders"] == []
        assert len(self.service.cloud.log) - before == (2 if method == "password" else 1)

    @invariant()
    def nobody_sends_result(self) -> None:
        """And everybody sends since."""
        rows = self.service.requests("list") if hasattr(self, "service") else []
        for row in rows:
            assert "result=" not in row["query"]
            assert "since=" in row["query"]

    @staticmethod
    def options(asked_for: dict[str, Any]) -> dict[str, Any]:
        """Return the filters under the names of the core."""
        options = dict(asked_for)
        if "pool" in options:
            options["involved_name"] = options.pop("pool")
        return options

    def model(self, asked_for: dict[str, Any], now_ms: int) -> dict[str, str]:
        """Return names and states of the orders that should be found."""
        days = {"1h": DAY_MS // 24, "1d": DAY_MS, "29d": 29 * DAY_MS}.get(asked_for.get("since", ""), 30 * DAY_MS)
        # The oldest that the service shows is a matter of its own clock, which has gone on since.
        oldest = max(now_ms - days, self.clock.time_ms() - 30 * DAY_MS if "since" not in asked_for else 0)
        found = {}
        for order in self.service.cloud.catalog(PROJECT):
            state = order.state
            if order.created < oldest or order.created > self.clock.time_ms():
                continue
            if asked_for.get("pool", order.pool) != order.pool:
                continue
            if order.operation not in asked_for.get("operation", ["apply", "delete"]):
                continue
            phase = asked_for.get("phase")
            if phase and SERVER_WORDS.get(phase, phase) != state:
                continue
            found[order.name] = state
        return found

    def teardown(self) -> None:
        """Stop the service."""
        if hasattr(self, "context"):
            self.context.__exit__(None, None, None)


ClientAgainstService.TestCase.settings = hypothesis.settings(
    max_examples=max(20, hypothesis.settings().max_examples // 15), stateful_step_count=20
)
TestClientAgainstService = ClientAgainstService.TestCase
