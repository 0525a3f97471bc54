# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths under ``/_sim/``: load, reset, advance, faults, settings, expire, stop; log, state, health."""

from __future__ import annotations

import hmac
import json
import os
import typing as t

from . import __version__, checks
from .cloud import Cloud
from .errors import ScenarioError
from .messages import Request, Response
from .state import digest_of

PREFIX = "/_sim/"
_MOST_LISTED = 1000


def report(cloud: Cloud) -> dict[str, t.Any]:
    """What a program needs to know of a simulator that serves."""
    with cloud.lock:
        return {
            "endpoint": cloud.endpoint,
            "pid": os.getpid(),
            "token": cloud.token,
            "digest": cloud.digest,
            "environment": cloud.environment(),
        }


def normalised(config: object) -> dict[str, t.Any]:
    """A configuration as {orders, faults, settings}: a bare list is the orders; ``spelling`` is one of the settings."""
    if isinstance(config, list):
        return {"orders": config, "faults": [], "settings": {}}
    if not isinstance(config, dict):
        raise ScenarioError("expected a list of orders, or a dictionary of orders, faults, settings, spelling")
    unknown = sorted(set(map(str, config)) - {"orders", "faults", "settings", "spelling"})
    if unknown:
        raise ScenarioError(f"unknown key {unknown[0]!r}; known: orders, faults, settings, spelling")
    settings = checks.dictionary(config.get("settings"), "settings")
    spelling = config.get("spelling")
    if spelling and settings.setdefault("spelling", spelling) != spelling:
        raise ScenarioError(f"spelling {spelling!r} contradicts settings.spelling {settings['spelling']!r}; give one")
    lists = {name: [] if config.get(name) is None else config[name] for name in ("orders", "faults")}
    return {**lists, "settings": settings}


def handle(cloud: Cloud, request: Request) -> Response:
    """Answer one admin request; mistakes come back as 400 with one line in ``error``."""
    name = request.path[len(PREFIX) :].strip("/")
    if not hmac.compare_digest(request.header("X-Simulator-Token").encode(), cloud.token.encode()):
        return _json(403, {"error": "the admin paths need the header X-Simulator-Token"})
    if request.method == "POST" and name in _POSTS:
        return _post(cloud, name, request.body)
    if request.method == "GET" and name in _GETS:
        return _json(200, _GETS[name](cloud, dict(request.parameters)))
    known = [f"POST {PREFIX}{one}" for one in _POSTS] + [f"GET {PREFIX}{one}" for one in _GETS]
    return _json(404, {"error": f"no such path; there are: {', '.join(known)}"})


def _post(cloud: Cloud, name: str, body: bytes) -> Response:
    try:
        value = json.loads(body) if body.strip() else {}
        return _json(200, _POSTS[name](cloud, value))
    except ScenarioError as error:
        return _json(400, {"error": str(error)})
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError) as error:
        return _json(400, {"error": f"{name}: the body can't be used: {error}"})


def _json(status: int, value: object) -> Response:
    body = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")
    return Response(status, body, {"Content-Type": "application/json"})


def _load(cloud: Cloud, value: t.Any) -> dict[str, t.Any]:
    """A list adds orders; {orders, replace: true} puts them in place of all; {config: {...}} begins anew with it."""
    if isinstance(value, dict) and "config" in value:
        return _begin(cloud, value["config"], value.get("lifetime"))
    orders, replace = (value, False) if isinstance(value, list) else (value["orders"], bool(value.get("replace")))
    return {"loaded": cloud.load(orders, replace)}


def _begin(cloud: Cloud, config: object, lifetime: object) -> dict[str, t.Any]:
    """Begin anew where a configuration is another than the last; with a lifetime in seconds (0: for ever), renew it."""
    before = cloud.digest
    if lifetime is not None:
        cloud.on_live(checks.number(lifetime, "lifetime"))
    if config is not None and digest_of(normalised(config)) != before:
        cloud.reset(normalised(config))
    return {**report(cloud), "changed": cloud.digest != before}


def _reset(cloud: Cloud, value: t.Any) -> dict[str, t.Any]:
    cloud.reset({} if value.get("empty") else None)
    return {"reset": True}


def _advance(cloud: Cloud, value: t.Any) -> dict[str, t.Any]:
    if isinstance(value["seconds"], (int, float)) and value["seconds"] < 0:
        raise ScenarioError("advance: seconds must be a number from 0 up; time does not go back")
    return {"now": cloud.advance(checks.number(value["seconds"], "advance: seconds"))}


def _faults(cloud: Cloud, value: t.Any) -> dict[str, t.Any]:
    faults, replace = (value, False) if isinstance(value, list) else (value["faults"], bool(value.get("replace")))
    cloud.add_faults(faults, replace)
    return {"faults": len(cloud.faults.rules)}


def _settings(cloud: Cloud, value: t.Any) -> dict[str, t.Any]:
    cloud.configure(value)
    return {"settings": cloud.settings}


def _expire(cloud: Cloud, value: t.Any) -> dict[str, t.Any]:
    return {"expired": cloud.expire_tokens()}


def _stop(cloud: Cloud, value: t.Any) -> dict[str, t.Any]:
    cloud.on_stop()
    return {"stopping": True}


def _log(cloud: Cloud, parameters: t.Mapping[str, str]) -> dict[str, t.Any]:
    after = int(parameters.get("after", "0")) if parameters.get("after", "0").isdecimal() else 0
    with cloud.lock:
        rows = [row for row in cloud.log if row["n"] > after and parameters.get("api", row["api"]) == row["api"]]
        return {"total": cloud.requests, "dropped": cloud.requests - len(cloud.log), "requests": rows}


def _state(cloud: Cloud, parameters: t.Mapping[str, str]) -> dict[str, t.Any]:
    with cloud.lock:
        now = cloud.now_ms()
        orders = []
        for project_id, catalog in cloud.catalogs.items():
            catalog.tick(now)
            orders += [_order_row(project_id, order) for order in catalog]
        return {
            "now": cloud.now(),
            "offset": cloud.offset,
            "total": len(orders),
            "orders": orders[-_MOST_LISTED:],
            "faults": [fault.describe() for fault in cloud.faults.rules],
            "settings": cloud.settings,
            "tokens": {text: token._asdict() for text, token in cloud.identity.tokens.items()},
            "requests": cloud.requests,
        }


def _order_row(project_id: str, order: t.Any) -> dict[str, t.Any]:
    names = ("name", "order_id", "pool", "pool_id", "operation", "state", "created", "began", "ended", "polls")
    return {**{name: getattr(order, name) for name in names}, "project": project_id}


def _health(cloud: Cloud, parameters: t.Mapping[str, str]) -> dict[str, t.Any]:
    return {"ok": True, "version": __version__, "now": cloud.now(), **report(cloud)}


_POSTS: dict[str, t.Callable[[Cloud, t.Any], dict[str, t.Any]]] = {
    "load": _load,
    "reset": _reset,
    "advance": _advance,
    "faults": _faults,
    "settings": _settings,
    "expire": _expire,
    "stop": _stop,
}
_GETS: dict[str, t.Callable[[Cloud, t.Mapping[str, str]], dict[str, t.Any]]] = {
    "log": _log,
    "state": _state,
    "health": _health,
}
