# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: which requests they hit, how often, and what they do."""

from __future__ import annotations

import base64
import random
import re
import sys
import typing as t

from . import checks
from .errors import SHAPES, ScenarioError
from .messages import Request

ACTIONS = ("advance", "expire_tokens", "load")
KINDS = [
    "status", "body", "json", "empty", "html", "redirect", "headers", "merge", "reset", "close", "slow", "hang", "drip",
    "truncate", *ACTIONS,
]  # fmt: skip
MATCH_KEYS = ("method", "path", "query", "api", "auth", "nth", "every", "probability")
OPTIONS: dict[str, tuple[type, ...]] = {
    "status": (int,),
    "code": (str,),
    "message": (str,),
    "shape": (str,),
    "headers": (dict,),
    "retry_after": (int, float, str),
    "seconds": (int, float),
    "interval": (int, float),
    "chunk": (int,),
    "bytes": (int,),
    "body": (str,),
    "body_base64": (str,),
    "json": (object,),
    "content_type": (str,),
    "location": (str,),
    "when": (str,),
    "orders": (list,),
    "echo": (bool,),
}
_CALLS = (
    "list", "show", "pool", "nodes", "tokens", "projects", "agency", "oidc", "metadata_token", "metadata_key",
)  # fmt: skip
_AUTHS = ("token", "aksk", "password", "oidc", "none")
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
#: The least and the most of numbers; those of other options need only be finite.
_RANGES: dict[str, tuple[float, float]] = {
    "status": (100, 999),
    "seconds": (0, checks.MOST_SECONDS),
    "interval": (0, checks.MOST_SECONDS),
    "chunk": (1, 1 << 26),
}
_CHOICES = {"shape": SHAPES, "when": ("before", "amid")}


class Fault:
    """One rule, with how often it was met and how often it struck. ``options`` holds what its kind needs."""

    def __init__(self, rule: t.Mapping[str, t.Any], where: str = "fault") -> None:
        known = ("kind", "match", "times", "after", *OPTIONS)
        unknown = sorted(set(map(str, rule)) - set(known))
        if unknown:
            raise ScenarioError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(known))}")
        self.kind: str = rule.get("kind", "status")
        if self.kind not in KINDS:
            raise ScenarioError(f"{where}: kind {self.kind!r} is not one of {', '.join(KINDS)}")
        self.match = _match({} if rule.get("match") is None else rule["match"], where)
        self.options = _options(rule, where)
        if self.kind == "merge":
            checks.dictionary(self.options.get("json"), f"{where}: json of a merge")
        chosen = {"nth", "every", "probability"} & set(self.match)
        self.times = checks.whole(rule.get("times", 0 if chosen else 1), f"{where}: times")
        self.after = checks.whole(rule.get("after", 0), f"{where}: after")
        self.seen = 0
        self.fired = 0

    def strikes(self, request: Request, api: str, auth: str, source: random.Random) -> bool:
        """Count the request where it matches, and say whether the fault hits it."""
        if not self._fits(request, api, auth):
            return False
        self.seen += 1
        turn = self.seen - self.after
        if turn < 1 or (self.times and self.fired >= self.times) or not self._chosen(turn, source):
            return False
        self.fired += 1
        return True

    def _fits(self, request: Request, api: str, auth: str) -> bool:
        match = self.match
        return (
            match.get("method", request.method) == request.method
            and api in match.get("api", (api,))
            and match.get("auth", auth) == auth
            and ("path" not in match or match["path"].search(request.path) is not None)
            and ("query" not in match or _query_fits(match["query"], request))
        )

    def _chosen(self, turn: int, source: random.Random) -> bool:
        match = self.match
        return (
            ("nth" not in match or turn in match["nth"])
            and ("every" not in match or turn % match["every"] == 0)
            and ("probability" not in match or source.random() < match["probability"])
        )

    def describe(self) -> dict[str, t.Any]:
        """For the state report."""
        return {"kind": self.kind, "times": self.times, "after": self.after, "seen": self.seen, "fired": self.fired}


class Faults:
    """The rules in force, in order."""

    def __init__(self, seed: int, check_orders: t.Callable[[t.Any], object]) -> None:
        self.rules: list[Fault] = []
        self._check_orders = check_orders
        self._random = random.Random(seed)

    def add(self, rules: object, replace: bool = False) -> None:
        """Add rules to (or put them in place of) those in force; all or none: ScenarioError on the first mistake."""
        if not isinstance(rules, (list, tuple)) or not all(isinstance(rule, dict) for rule in rules):
            raise ScenarioError("faults: expected a list of dictionaries")
        made = [Fault(rule, f"faults[{number}]") for number, rule in enumerate(rules)]
        for fault in made:
            self._check_orders(fault.options.get("orders", []))
        self.rules = made if replace else self.rules + made

    def strike(self, request: Request, api: str, auth: str) -> tuple[list[Fault], Fault | None]:
        """What hits this request: actions on the cloud, and the first rule that spoils the answer."""
        hits = [rule for rule in self.rules if rule.strikes(request, api, auth, self._random)]
        spoilers = [rule for rule in hits if rule.kind not in ACTIONS]
        for rule in spoilers[1:]:
            rule.fired -= 1  # only the first one is used; the others wait for the next request
        return [rule for rule in hits if rule.kind in ACTIONS], spoilers[0] if spoilers else None


def _match(match: object, where: str) -> dict[str, t.Any]:
    if not isinstance(match, dict) or set(match) - set(MATCH_KEYS):
        raise ScenarioError(f"{where}: match must be a dictionary of {', '.join(MATCH_KEYS)}")
    return {name: _MATCHERS[name](value, f"{where}: match.{name}") for name, value in match.items()}


def _pattern(value: object, where: str) -> re.Pattern[str]:
    try:
        return re.compile(checks.label(value, where))
    except (re.error, OverflowError, RecursionError) as error:
        raise ScenarioError(f"{where} holds a bad regular expression: {error}") from error


def _query(value: object, where: str) -> t.Any:
    if isinstance(value, dict):
        return {name: _pattern(one, f"{where}.{name}") for name, one in value.items()}
    return _pattern(value, where)


def _one_of(choices: tuple[str, ...]) -> t.Callable[[object, str], str]:
    def check(value: object, where: str) -> str:
        if value not in choices:
            raise ScenarioError(f"{where}: {value!r} is not one of {', '.join(choices)}")
        return str(value)

    return check


def _several(check: t.Callable[[object, str], t.Any]) -> t.Callable[[object, str], tuple[t.Any, ...]]:
    def check_all(value: object, where: str) -> tuple[t.Any, ...]:
        return tuple(check(one, where) for one in (value if isinstance(value, (list, tuple)) else [value]))

    return check_all


_MATCHERS: dict[str, t.Callable[[object, str], t.Any]] = {
    "method": lambda value, where: _one_of(_METHODS)(value.upper() if isinstance(value, str) else value, where),
    "path": _pattern,
    "query": _query,
    "api": _several(_one_of(_CALLS)),
    "auth": _one_of(_AUTHS),
    "nth": _several(lambda value, where: checks.whole(value, where, 1)),
    "every": lambda value, where: checks.whole(value, where, 1),
    "probability": lambda value, where: checks.number(value, where, 0, 1),
}


def _query_fits(patterns: t.Any, request: Request) -> bool:
    if not isinstance(patterns, dict):
        return patterns.search(request.query) is not None
    given = dict(request.parameters)
    return all(name in given and pattern.search(given[name]) for name, pattern in patterns.items())


def _check_base64(value: t.Any, where: str) -> None:
    try:
        base64.b64decode(value, validate=True)
    except ValueError as error:
        raise ScenarioError(f"{where}: body_base64 is not base64: {error}") from error


def _check_number(name: str, value: float, where: str) -> None:
    least, most = _RANGES.get(name, (-sys.float_info.max, sys.float_info.max))
    checks.number(value, f"{where}: {name}", least, most)


def _check_text(name: str, value: str, where: str) -> None:
    date = re.fullmatch(r"date:(-?\d+)", value) if name == "retry_after" else None
    if date and (len(date[1]) > 20 or abs(int(date[1])) > checks.MOST_SECONDS):
        raise ScenarioError(f"{where}: {name} {value!r} is no date; give at most {checks.MOST_SECONDS} seconds")
    if name == "body_base64":
        _check_base64(value, where)
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ScenarioError(f"{where}: {name} {value!r} is not one of {', '.join(_CHOICES[name])}")


def _options(rule: t.Mapping[str, t.Any], where: str) -> dict[str, t.Any]:
    options = {name: rule[name] for name in OPTIONS if name in rule}
    for name, value in options.items():
        kinds = OPTIONS[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds not in ((bool,), (object,))):
            raise ScenarioError(f"{where}: {name} has the wrong type ({type(value).__name__})")
        if isinstance(value, str) and name != "json":
            _check_text(name, value, where)
        elif int in kinds:
            _check_number(name, t.cast("float", value), where)
    return options
