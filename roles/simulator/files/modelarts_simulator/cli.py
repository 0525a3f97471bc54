# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: serve, start, stop, status."""

from __future__ import annotations

import argparse
import json
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
        options.run(options)
        return 0
    except ScenarioError as error:
        print(f"modelarts_simulator: {error}", file=sys.stderr)
    except OSError as error:
        place = error.filename or getattr(options, "port", "")
        print(f"modelarts_simulator: {error.strerror or error} ({place})", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="modelarts_simulator", description="A local stand-in for ModelArts and IAM.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run, text in (
        ("serve", _serve, "serve in the foreground; one line of JSON on stdout when ready"),
        ("start", _start, "serve in the background, or load into the one that runs; prints the same line"),
        ("stop", _stop, "end the one in the background"),
        ("status", _status, "say whether it runs"),
    ):
        command = commands.add_parser(name, help=text)
        command.set_defaults(run=run)
        add = command.add_argument
        add("--name", default="" if name == "serve" else "default", help="tells simulators of one user apart")
        add("--directory", default="", help="where their files lie; default: a folder of the user's own")
        if name in ("serve", "start"):
            add("--orders", metavar="FILE", help="JSON: orders, or {orders, faults, settings, spelling}; - is stdin")
            add("--port", type=int, default=0, help="0 (default): any free port")
            add("--lifetime", type=float, default=_FOUR_HOURS, help="seconds until it ends itself; 0: never")
            add("--parent", type=int, default=0, metavar="PID", help="end when that process has ended")
        if name == "start":
            add("--check", action="store_true", help="start and load nothing, print what it would print")
    return parser


def _print(value: t.Mapping[str, t.Any]) -> None:
    print(json.dumps(value), flush=True)


def _serve(options: argparse.Namespace) -> None:
    server = Server(Cloud(**(_config(options) or {})), port=options.port)
    place = process.home(options.directory, options.name) if options.name else None
    line = {**admin.report(server.cloud), "changed": True}
    process.serve(server, place, options.lifetime, options.parent, lambda: _print(line))


def _start(options: argparse.Namespace) -> None:
    config = _config(options)
    cloud = Cloud(**(config or {}))  # a mistake is found before anything is touched
    place = process.home(options.directory, options.name)
    if options.check:
        _print(_foreseen(cloud, process.running(place), options.port, config is not None))
        return
    with place.locked():
        found = process.running(place)
        if found and options.port not in (0, found[0]["port"]):
            process.stop(place)
            found = None
        if found:
            _print(process.ask(found[0], "POST", "load", {"config": config, "lifetime": options.lifetime}))
        else:
            arguments = [f"--{name}={getattr(options, name)}" for name in ("port", "lifetime", "parent")]
            _print(process.spawn(place, config or [], arguments))


def _foreseen(
    cloud: Cloud, found: tuple[process.Report, process.Report] | None, port: int, loads: bool
) -> process.Report:
    if found:
        return {**found[1], "changed": loads and found[1]["digest"] != cloud.digest}
    cloud.endpoint = f"http://127.0.0.1:{port}"
    return {**admin.report(cloud), "changed": True}


def _stop(options: argparse.Namespace) -> None:
    place = process.home(options.directory, options.name)
    with place.locked():
        _print({"stopped": process.stop(place)})


def _status(options: argparse.Namespace) -> None:
    found = process.running(process.home(options.directory, options.name))
    _print({"running": found is not None, **(found[1] if found else {})})


def _config(options: argparse.Namespace) -> dict[str, t.Any] | None:
    """What --orders says, as {orders, faults, settings}; None without it. The other values are checked on the way."""
    check_port(options.port)
    checks.number(options.lifetime, "--lifetime")
    if not 0 <= options.parent < _MOST_PROCESSES:
        raise ScenarioError(f"--parent: {options.parent} is not the ID of a process")
    if not options.orders:
        return None
    try:
        if options.orders == "-":
            return admin.normalised(json.load(sys.stdin))
        with open(options.orders, encoding="utf-8") as file:
            return admin.normalised(json.load(file))
    except OSError as error:
        raise ScenarioError(f"--orders: can't read {options.orders}: {error.strerror}") from error
    except ScenarioError:
        raise
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"--orders: {options.orders} is not JSON: {error}") from error
