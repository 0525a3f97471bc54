# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the fault matrix is: a fault, what each entry point makes of it, and the words that a person reads."""

from __future__ import annotations

import dataclasses
import enum
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

LATE = ("did not answer in full within", "s, the limit")
ORDER_NAME = "order.pool-5ed5-w4l2n"
ORDER = {"pool": "pool-5ed5", "order_name": ORDER_NAME, "state": "succeeded", "created": "1h"}


class Meaning(enum.Enum):
    """What a fault means to the entry points; the value is (info and lookup, wait) in the words of the guide."""

    TRANSIENT = ("Retried, then the task fails", "Survived; polls on until ``wait_timeout``")
    FINAL = ("Fails at once", "Fails at once")
    WRONG_ADDRESS = ("Fails at once", "Fails at once at the first poll; survived once a poll has succeeded")
    HARMLESS = ("Succeeds", "Succeeds")
    EMPTY = ("Succeeds, without orders", "Polls on until ``visible_timeout``")
    NO_SUCH_POOL = (
        "The module fails at once; the lookup does as ``on_missing`` says",
        "Polls on until ``visible_timeout``",
    )


class Endpoint(Protocol):
    """The other end where no simulator can stand; ``connections`` is None where they cannot be counted."""

    @property
    def url(self) -> str:
        """The address for the option ``endpoint``."""

    @property
    def connections(self) -> int | None:
        """How many connections there were."""

    def close(self) -> None:
        """Free the port."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """One row.

    ``reads`` are fragments of the message in the order in which they stand in it. ``cloud`` are the arguments of a
    simulator, or ``server`` makes the other end. ``requests`` are those of the info module with ``retries: 1``, where
    they differ from what the meaning implies; None where they cannot be counted. ``alone`` gives a simulator a port
    of its own, which signatures need. A ``sample`` of its kind is met by modules, too, and on every ansible-core.
    """

    name: str
    meaning: Meaning
    reads: tuple[str, ...] = ()
    cloud: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    server: Callable[[], Endpoint] | None = None
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    requests: int | None = -1
    status: int | None = None
    error_code: str | None = None
    alone: bool = False
    sample: bool = False
    check: Callable[[Mapping[str, Any]], object] | None = None

    @property
    def host(self) -> str:
        """The name of the inventory's host that stands for it."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.name.lower())

    @property
    def can_heal(self) -> bool:
        """Whether it can strike once and be gone, so that a retry is worth something."""
        rules = self.cloud.get("faults", ())
        if not rules or self.requests == 1:
            return False
        on_lists = all(rule["match"] == {"api": "list"} for rule in rules)
        return self.meaning is Meaning.TRANSIENT or (on_lists and self.meaning is Meaning.WRONG_ADDRESS)

    @property
    def polls_on(self) -> bool:
        """Whether a wait that meets it from the first poll on goes on until its deadline."""
        return self.meaning in (Meaning.TRANSIENT, Meaning.EMPTY, Meaning.NO_SUCH_POOL)

    def expected_requests(self) -> int | None:
        """How many requests the info module sends with one retry."""
        if self.requests != -1:
            return self.requests
        return 2 if self.meaning is Meaning.TRANSIENT else 1


def row(**values: Any) -> dict[str, Any]:
    """Return a succeeded order of an hour ago as ListOrders shows it, with these keys put over it."""
    now = int(time.time() * 1000)
    return {
        "orderName": ORDER_NAME,
        "orderId": "CS2304191748WNW2R",
        "resourceName": "pool-5ed5-0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "resourceDisplayName": "pool-5ed5",
        "workspaceId": "0",
        "operation": "apply",
        "phase": "successed",
        "creationTimestamp": now - 3_600_000,
        "beginTimestamp": now - 3_590_000,
        "endTimestamp": now - 3_000_000,
        "specCount": [{"flavor": "modelarts.vm.cpu.2u.d", "count": 1}],
        **values,
    }


def strike(kind: str, **rule: Any) -> dict[str, Any]:
    """Return a simulator's arguments: one order, and one fault on every listing."""
    return {"orders": [ORDER], "faults": [{"kind": kind, "times": 0, "match": {"api": "list"}, **rule}]}


def body(value: Any) -> dict[str, Any]:
    """Return a simulator's arguments whose listing is this text, these bytes, or this JSON."""
    text = value if isinstance(value, str) else json.dumps(value)
    return strike("body", body=text)


def listing(*rows: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a simulator's arguments whose listing is these rows."""
    return body({"count": len(rows), "items": list(rows), **more})


def refusal(status: int, code: str = "", **rule: Any) -> dict[str, Any]:
    """Return a simulator's arguments that answer every listing with this status and error code."""
    return strike("status", status=status, **({"code": code} if code else {}), **rule)


Faults = Sequence[Fault]
