# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The arguments of the event source: ansible-rulebook checks none of them."""

from __future__ import annotations

import functools
import json
import math
import os
import re
import typing as t

from .._client.errors import InputError, check_all
from .._client.text import parse_seconds, safe
from .._options import CONNECTION, FILTERS, WAIT_FILTERS, Option, is_given
from .._orders.query import name_of

OPTIONS: dict[str, Option] = {
    **CONNECTION,
    "involved_names": WAIT_FILTERS["involved_names"],
    **{
        name: FILTERS[name]
        for name in ("workspace_id", "phase", "resource", "order_names", "order_ids", "operation", "since")
    },
    "interval": Option("float", 30.0),
    "state_file": Option("path"),
    "feedback": Option("bool", False),
}
# What ansible-rulebook adds to the arguments.
FEEDBACK = "eda_feedback_queue"
_SEPARATORS = re.compile(r"\s*[,\r\n]\s*")
_ADVICE = {
    "list": ": give names with commas between them, or a list; no template, quotes or brackets",
    "float": ": give a number",
    "int": ": give a whole number",
    "bool": ": give true or false",
}
_BOOLS = {**dict.fromkeys(("true", "yes", "on", "1"), True), **dict.fromkeys(("false", "no", "off", "0"), False)}


def given_options(args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the arguments by option name and of the right types. Raises InputError with one line."""
    names = {alias: name for name, option in OPTIONS.items() for alias in (name, *option.aliases)}
    # An empty text is what a variable of an activation or a survey holds that nobody has set.
    given = [(names[key], value) for key, value in args.items() if key in names and is_given(value)]
    dummy, dummy, *values = check_all(
        lambda: _refuse_unknown(args, names),
        lambda: _refuse_twice([name for name, dummy in given]),
        *(functools.partial(_cast, name, OPTIONS[name], value) for name, value in given),
    )
    return {name: value for (name, dummy), value in zip(given, values)}


def _refuse_unknown(args: t.Iterable[str], names: t.Container[str]) -> None:
    unknown = sorted(safe(key, 60) for key in args if key not in names and key != FEEDBACK)
    if unknown:
        raise InputError(f"Unknown argument {', '.join(unknown)}: known are {', '.join(OPTIONS)}")


def _refuse_twice(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{', '.join(twice)} is given twice, once under another name: give it once")


def _cast(name: str, option: Option, value: t.Any) -> t.Any:
    try:
        if option.type == "list":
            return _texts(name, value)
        if isinstance(value, (dict, list)):
            raise ValueError
        if option.type == "bool":
            return _BOOLS[str(value).strip().lower()]
        if option.type in ("int", "float"):
            return _number(name, option.type, value)
        if "\0" in str(value) or ("{{" in str(value) and name not in CONNECTION):
            raise ValueError
    except (KeyError, OverflowError, RecursionError, TypeError, ValueError):
        shown = "this value" if option.credential else repr(safe(value, 60))
        advice = _ADVICE.get(option.type, "")
        raise InputError(f"{name}: {shown} is not of type {option.type}{advice}") from None
    return os.path.expanduser(os.path.expandvars(str(value))) if option.type == "path" else str(value)


def _number(name: str, kind: str, value: t.Any) -> float:
    number = parse_seconds(name, value) if kind == "float" and str(value)[-1:] in tuple("smhdw") else float(value)
    if isinstance(value, bool) or not math.isfinite(number) or (kind == "int" and not number.is_integer()):
        raise ValueError
    return int(number) if kind == "int" else number


def _texts(name: str, value: t.Any) -> list[str]:
    """Return a list of names; one text stands for a list with commas or line breaks, or for one of JSON."""
    if isinstance(value, str):
        value = json.loads(value) if value.lstrip().startswith("[") else _SEPARATORS.split(value.strip().rstrip(","))
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(each, (str, int)) and not isinstance(each, bool) and str(each).strip() for each in values):
        raise ValueError
    return [name_of(name, each) for each in values]
