# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The query of ListOrders, checked against the limits of the reference page."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .errors import bad_request
from .spelling import PHASE_FILTERS

NAMES = ("workspaceId", "involvedName", "limit", "offset", "since", "until", "phase", "resource")
DEFAULT_LIMIT = 100
MAX_LIMIT = 500
MAX_OFFSET = 500


@dataclasses.dataclass(frozen=True)
class ListQuery:
    """What is asked for; since and until in epoch milliseconds, ``states`` as the scenario words them."""

    involved: str = ""
    workspace: str | None = None
    since: int | None = None
    until: int | None = None
    states: tuple[str, ...] | None = None
    limit: int = DEFAULT_LIMIT
    offset: int = 0


def parse(parameters: t.Iterable[tuple[str, str]], settings: t.Mapping[str, t.Any]) -> ListQuery:
    """The query, less the filters that the settings say are ignored. ApiError 400 where the page forbids something."""
    given = _given(parameters, settings["strict"])
    phase = given.get("phase", "")
    if phase and phase not in PHASE_FILTERS:
        raise bad_request(f"phase {phase!r} must be one of {', '.join(PHASE_FILTERS)}.")
    if given.get("resource", "pools") not in ("", "pools"):
        raise bad_request("resource must be pools.")
    query = ListQuery(
        involved=given.get("involvedName", ""),
        workspace=given.get("workspaceId") or settings["workspace_default"],
        since=_whole(given, "since"),
        until=_whole(given, "until"),
        states=(PHASE_FILTERS[phase], phase) if phase else None,
        limit=_whole(given, "limit", MAX_LIMIT) or DEFAULT_LIMIT,
        offset=_whole(given, "offset", MAX_OFFSET) or 0,
    )
    return _without(query, settings["ignore"])


def _given(parameters: t.Iterable[tuple[str, str]], strict: bool) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in parameters:
        if strict and name not in NAMES:
            raise bad_request(f"Unknown query parameter {name!r}.")
        if strict and name in given:
            raise bad_request(f"Query parameter {name!r} is given twice.")
        given[name] = value
    return given


def _whole(given: t.Mapping[str, str], name: str, most: int | None = None) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,19}", text) or (most is not None and int(text) > most):
        allowed = f"a whole number from 0 to {most}" if most is not None else "a time in milliseconds"
        raise bad_request(f"{name} must be {allowed}.")
    return int(text)


def _without(query: ListQuery, ignored: t.Iterable[str]) -> ListQuery:
    blank: dict[str, dict[str, t.Any]] = {
        "since": {"since": None},
        "until": {"until": None},
        "phase": {"states": None},
        "involvedName": {"involved": ""},
        "workspaceId": {"workspace": None},
        "limit": {"limit": DEFAULT_LIMIT},
        "offset": {"offset": 0},
    }
    for name in ignored:
        query = dataclasses.replace(query, **blank[name])
    return query
