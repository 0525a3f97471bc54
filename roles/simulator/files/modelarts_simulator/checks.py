# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of single values out of scenarios, faults and settings. Each raises ScenarioError with one line."""

from __future__ import annotations

import re
import typing as t

from .errors import ScenarioError

MOST_SECONDS = 10_000_000_000  # some 317 years: dates can still be made of what is added up
_SURROGATE = re.compile("[\ud800-\udfff]")


def number(value: object, what: str, least: float = 0, most: float = MOST_SECONDS) -> float:
    """A finite number from ``least`` to ``most``; true and false are none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise ScenarioError(f"{what}: {value!r} is not a number from {least:.15g} up to {most:.15g}")


def whole(value: object, what: str, least: int = 0) -> int:
    """A whole number from ``least`` up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ScenarioError(f"{what} must be a whole number from {least} up")
    return value


def text(value: object, what: str, needed: bool = False, utf8: bool = True) -> str:
    """Text: with ``needed`` not an empty one, with ``utf8`` one that UTF-8 can hold. A number must be quoted."""
    if not isinstance(value, str):
        raise ScenarioError(f"{what}: {value!r} is not text; put it in quotes")
    if needed and not value:
        raise ScenarioError(f"{what}: the text is empty; give one")
    if utf8 and _SURROGATE.search(value):
        raise ScenarioError(f"{what}: {value!r} holds half of a surrogate pair; give whole characters")
    return value


def label(value: object, what: str) -> str:
    """A name or an ID: text, or a whole number as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, what)


def dictionary(value: object, what: str) -> dict[str, t.Any]:
    """A copy of a dictionary; null is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ScenarioError(f"{what}: expected a dictionary, got {type(value).__name__}")
    return dict(value)
