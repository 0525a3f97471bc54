# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long orders may take: the distributions the pace is measured on. Durations are in seconds, 1 to 90 minutes."""

from __future__ import annotations

import math
from random import Random
from typing import Callable

Draw = Callable[[Random], float]
MINUTE = 60.0


def clip(duration: float) -> float:
    """Keep a duration between 1 and 90 minutes."""
    return min(90 * MINUTE, max(MINUTE, duration))


def log_normal(sigma: float, median: float = 18 * MINUTE) -> Draw:
    """Most real durations look like this: a typical value, and a longer tail upwards."""
    return lambda random: clip(median * math.exp(sigma * random.gauss(0.0, 1.0)))


def two_peaks(random: Random) -> float:
    """Half of the orders find servers ready (10 min), half wait for servers to be installed (40 min)."""
    return clip((10 if random.random() < 0.5 else 40) * MINUTE * math.exp(0.12 * random.gauss(0.0, 1.0)))


def uniform(random: Random) -> float:
    """Anything from 1 to 90 minutes: no typical duration to learn."""
    return random.uniform(MINUTE, 90 * MINUTE)


SIGMAS = (0.15, 0.25, 0.5, 1.0)
DISTRIBUTIONS: dict[str, Draw] = {f"log-normal {sigma:g}": log_normal(sigma) for sigma in SIGMAS}
DISTRIBUTIONS.update({"uniform": uniform, "two peaks": two_peaks})

MISLEADING: dict[str, Draw] = {
    **DISTRIBUTIONS,
    "a third as long": log_normal(0.15, 6 * MINUTE),
    "three times as long": log_normal(0.15, 54 * MINUTE),
}
"""What a history may hold while the truth is another of DISTRIBUTIONS."""
