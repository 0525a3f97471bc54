# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: serve, start, stop, status."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import sys
import typing as t

from . import __version__, admin, checks, process
from .cloud import Cloud
from .errors import ScenarioError
from .server import Server, check_port

_FOUR_HOURS = 4 * 3600.0
_MOST_PROCESSES = 1 << 31


def main(arguments: t.Sequence[str] | None = None) -> int:
    """Run one command; 0, or 2 with one line on stderr where something given can't be used."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except ScenarioError as error:
        print(f"modelarts_simulator: {error}", file=sys.stderr)
        return 2
    except http.client.HTTPException as error:
        print(
            f"modelarts_simulator: the one that runs gave no answer: {error!r}; start with --replace", file=sys.stderr
        )
        return 2
    except OSError as error:
        print(f"modelarts_simulator: {error.strerror or error} ({error.filename or options.port})", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="modelarts_simulator", description="A local ModelArts and IAM stand-in.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, text in (
        ("serve", _serve, "serve in the foreground; one JSON line on stdout when ready"),
        ("start", _start, "start a daemon, or use the one that runs; prints the same JSON line"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        _add_serving(command, name)
    for name, run, text in (("stop", _stop, "end the daemon"), ("status", _status, "say whether it runs")):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run, port=0)
        command.add_argument("--state-file", default=process.default_state_file(), metavar="FILE")
    return parser


def _add_serving(command: argparse.ArgumentParser, name: str) -> None:
    is_start = name == "start"
    add = command.add_argument
    add("--host", default="127.0.0.1", help="127.0.0.1 (default), localhost or ::1")
    add("--port", type=int, default=0, help="0 (default): any free port")
    add("--orders", metavar="FILE", help="JSON: a list of orders, or {orders, faults, settings, spelling}; - is stdin")
    add("--faults", metavar="FILE", help="JSON: a list of fault rules")
    add("--settings", metavar="FILE", help="JSON: a dictionary of settings")
    add("--spelling", choices=("table", "example"), help="how orders are spelt")
    default = process.default_state_file() if is_start else ""
    add("--state-file", default=default, metavar="FILE", help=f"default: {default or 'none'}")
    lifetime = _FOUR_HOURS if is_start else 0.0
    add(
        "--lifetime",
        type=float,
        default=lifetime,
        help=f"seconds until it ends itself; default {lifetime:.0f}, 0: never",
    )
    add("--parent", type=int, metavar="PID", help="end when that process has ended")
    if is_start:
        add("--log-file", metavar="FILE", help="default: beside the state file")
        add("--replace", action="store_true", help="stop one that runs and start afresh")


def _serve(options: argparse.Namespace) -> int:
    plan = _plan(options)
    server = _server(options, _config(options) or {})
    process.serve(server, plan, lambda: _print(process.report(server, os.getpid())))
    return 0


def _start(options: argparse.Namespace) -> int:
    plan, config = _plan(options), _config(options)
    with process.locked(options.state_file):
        state = process.running(options.state_file)
        if state is not None and (options.replace or options.port not in (0, state["port"])):
            Cloud(**(config or {}))  # a mistake is found before the one that runs is stopped
            process.stop(options.state_file)
            state = None
        if state is not None:
            reused = _reuse(options.state_file, state, config)
            with contextlib.suppress(ScenarioError):  # one of an earlier version keeps the lifetime it has
                process.ask(state, "POST", "/_sim/live", {"seconds": plan.lifetime})
            _print({**reused, "reused": True})
            return 0
        server = _server(options, config or {})
        log_file = options.log_file or f"{options.state_file}.log"
        started = process.start(server, plan, log_file)
    _print({**started, "changed": True, "reused": False})
    return 0


def _reuse(state_file: str, state: dict[str, t.Any], config: dict[str, t.Any] | None) -> dict[str, t.Any]:
    """Load a configuration into the running one where it is another than the last; without one leave it alone."""
    changed = config is not None and admin.digest(config) != state["digest"]
    if changed:
        Cloud(**t.cast("dict[str, t.Any]", config))
        loaded = process.ask(state, "POST", "/_sim/load", {"config": config})
        state = {**state, **{key: loaded[key] for key in ("environment", "digest") if key in loaded}}
        process.write_state(state_file, state)
    return {**{key: state[key] for key in ("endpoint", "port", "pid", "environment")}, "changed": changed}


def _stop(options: argparse.Namespace) -> int:
    with process.locked(options.state_file):
        _print({"stopped": process.stop(options.state_file)})
    return 0


def _status(options: argparse.Namespace) -> int:
    state = process.running(options.state_file)
    keys = ("endpoint", "port", "pid", "environment", "digest")
    _print({"running": state is not None, **({key: state[key] for key in keys} if state else {})})
    return 0


def _server(options: argparse.Namespace, config: dict[str, t.Any]) -> Server:
    cloud = Cloud(**config)
    cloud.digest = admin.digest(config)
    return Server(cloud, options.host, options.port)


def _plan(options: argparse.Namespace) -> process.Plan:
    """How long it is to live, checked before a server that runs is touched."""
    check_port(options.port)
    checks.number(options.lifetime, "--lifetime")
    if options.parent is not None and (not 0 < options.parent < _MOST_PROCESSES or not process.runs(options.parent)):
        raise ScenarioError(f"--parent: no process {options.parent} runs here; give the ID of one that does")
    return process.Plan(options.state_file, options.lifetime, options.parent)


def _config(options: argparse.Namespace) -> dict[str, t.Any] | None:
    """What the files and --spelling say, as {orders, faults, settings}; None where nothing is given."""
    if not any((options.orders, options.faults, options.settings, options.spelling)):
        return None
    config = admin.normalised(_read(options.orders, "--orders") if options.orders else [])
    if options.faults:
        config["faults"] = _read(options.faults, "--faults")
    if options.settings:
        config["settings"] = {**config["settings"], **_dictionary(_read(options.settings, "--settings"))}
    if options.spelling:
        config["settings"] = {**config["settings"], "spelling": options.spelling}
    return config


def _dictionary(value: t.Any) -> dict[str, t.Any]:
    if not isinstance(value, dict):
        raise ScenarioError("--settings: expected a dictionary")
    return value


def _read(path: str, option: str) -> t.Any:
    try:
        if path == "-":
            return json.load(sys.stdin)
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise ScenarioError(f"{option}: can't read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{option}: {path} is not JSON: {error}") from error


def _print(value: t.Mapping[str, t.Any]) -> None:
    print(json.dumps(value), flush=True)
