# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk orders: a month of history, a crowd of open orders, a thousand in one millisecond."""

from __future__ import annotations

import random
import sys
import typing as t

from . import checks
from .clock import seconds_of
from .errors import ScenarioError

DEFAULTS: dict[str, t.Any] = {
    "count": 1000,
    "days": 30,
    "recent_share": 0,
    "recent_days": 2,
    "seed": 1,
    "pools": 20,
    "pool_prefix": "pool-",
    "at": None,
    "queue_seconds": 60,
    "run_seconds": 900,
    "failed_share": 0.05,
    "partial_share": 0.02,
    "spread": 0,
}
FLAVORS = (
    "modelarts.vm.cpu.2u.d",
    "modelarts.vm.cpu.16u64g.d",
    "modelarts.vm.gpu.t4u8",
    "modelarts.bm.gpu.v100NV32",
    "modelarts.vm.ai1.snt3",
    "modelarts.bm.snt9.xlarge.8",
    "modelarts.bm.npu.arm.8snt9b3.i6l.d.c004-default",
)
_MOST = {"count": 1_000_000, "days": 100_000, "recent_days": 100_000, "seed": sys.float_info.max}
_OPERATIONS = ("apply", "apply", "modify", "delete")
_REASONS = ("Insufficient resources in az-7c.", "Quota exceeded.", "The node failed to start:\nnetwork unreachable")


def generated(value: object, rest: dict[str, t.Any], where: str) -> t.Iterator[dict[str, t.Any]]:
    """Order entries as a scenario has them. ``rest`` (keys beside ``generate``) goes into every one of them."""
    options = _options(value, where)
    source = random.Random(options["seed"])
    prefix, pools = options["pool_prefix"], max(1, int(options["pools"]))
    for number in range(int(options["count"])):
        entry: dict[str, t.Any] = {
            "pool": f"{prefix}{number % pools:04d}",
            "operation": source.choice(_OPERATIONS),
            "flavor": source.choice(FLAVORS),
            "count": source.randint(1, 8),
            "created": _age(options, source),
            **rest,
        }
        if "timeline" not in rest and "state" not in rest:
            entry["timeline"] = _timeline(options, source)
        elif options["spread"] and "timeline" in rest:
            entry["timeline"] = _spread(rest["timeline"], options["spread"], source)
        yield entry


def _options(value: object, where: str) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise ScenarioError(f"{where}: generate must be a dictionary")
    unknown = sorted(set(value) - set(DEFAULTS))
    if unknown:
        raise ScenarioError(f"{where}: generate has no {unknown[0]!r}; known: {', '.join(sorted(DEFAULTS))}")
    options = {**DEFAULTS, **value}
    for name, one in options.items():
        if name not in ("pool_prefix", "at"):
            checks.number(one, f"{where}: generate.{name}", most=_MOST.get(name, 1_000_000_000))
    checks.text(options["pool_prefix"], f"{where}: generate.pool_prefix")
    return options


def _age(options: t.Mapping[str, t.Any], source: random.Random) -> float:
    """Seconds before now: ``at``, or spread over the days with a share of them in the recent ones."""
    if options["at"] is not None:
        return seconds_of(options["at"], "generate.at")
    days = options["recent_days"] if source.random() < options["recent_share"] else options["days"]
    return source.uniform(0, days * 86400)


def _timeline(options: t.Mapping[str, t.Any], source: random.Random) -> list[dict[str, t.Any]]:
    lot = source.random()
    last: dict[str, t.Any] = {"state": "succeeded"}
    if lot < options["failed_share"]:
        last = {"state": "failed", "reason": source.choice(_REASONS)}
    elif lot < options["failed_share"] + options["partial_share"]:
        last = {"state": "partial"}
    return [
        {"state": "pending", "seconds": round(source.uniform(0.2, 1.8) * options["queue_seconds"], 3)},
        {"state": "processing", "seconds": round(source.lognormvariate(0, 0.25) * options["run_seconds"], 3)},
        last,
    ]


def _spread(timeline: t.Any, most: float, source: random.Random) -> t.Any:
    """Stagger a crowd: each order stays up to ``most`` seconds longer in its first state."""
    if not isinstance(timeline, list) or len(timeline) < 2 or not isinstance(timeline[0], dict):
        return timeline
    first = dict(timeline[0])
    if first.get("seconds") is not None:
        first["seconds"] = seconds_of(first["seconds"], "timeline[0].seconds") + round(source.uniform(0, most), 3)
    return [first, *timeline[1:]]
