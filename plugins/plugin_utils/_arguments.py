# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What the arguments of a task mean: texts that YAML took for numbers or times, and lists that came as one text."""

from __future__ import annotations

import datetime
import json
import re
import typing as t

import yaml
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import Option, Values

try:
    from ansible._internal._datatag._tags import Origin
except ImportError:  # before ansible-core 2.19, where an unsafe text is never resolved again
    Origin = None  # type: ignore[assignment,misc]

_SCALAR = re.compile(r"""(?:!unsafe\s+)?(?:'(?P<single>(?:[^']|'')*)'|"(?P<double>[^"\\]*)"|(?P<plain>[^\s,\]}#]+))""")


def as_users_wrote(args: Values, options: t.Mapping[str, Option]) -> dict[str, t.Any]:
    """Return arguments with every text as it was written and every list as one.

    A controller writes a survey's answers as ``!unsafe '0755'``, which ansible-core 2.19 and later read as 493.
    """
    kinds = {name: option.type for one, option in options.items() for name in (one, *option.aliases)}
    return {name: _meant(value, kinds.get(name)) for name, value in args.items()}


def _meant(value: t.Any, kind: str | None) -> t.Any:
    if kind == "list":
        return [_as_written(item) for item in _as_list(_as_written(value))]
    return _as_written(value) if kind in ("str", "path") else value


def _as_list(value: t.Any) -> list[t.Any]:
    """Return the items of a list, of one in JSON, or of a text with commas or line breaks between them."""
    if not isinstance(value, str):
        return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]
    if value.lstrip().startswith("["):
        try:
            return list(json.loads(value))
        except (ValueError, RecursionError):
            return [value]  # which is refused as a name
    return [item for item in map(str.strip, re.split(r"[,\r\n]", value)) if item]


def _as_written(value: t.Any) -> t.Any:
    """Return the text that YAML has taken for a number or a time, where that can still be known."""
    if not isinstance(value, (int, float, datetime.date)) or isinstance(value, bool):
        return value
    text = _text_at(Origin.get_tag(value)) if Origin is not None else None
    if text is not None and _resolved(text) == value:
        return text
    return value.isoformat() if isinstance(value, datetime.date) else value


def _text_at(origin: t.Any) -> str | None:
    """Return the scalar that begins at an origin's place in its file."""
    try:
        with open(origin.path, encoding="utf-8") as file:
            line = file.read().splitlines()[origin.line_num - 1]
        found = _SCALAR.match(line, origin.col_num - 1)
    except (AttributeError, TypeError, IndexError, OSError, ValueError):
        return None
    if found is None:
        return None
    return found["single"].replace("''", "'") if found["single"] is not None else found["double"] or found["plain"]


def _resolved(text: str) -> t.Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None
