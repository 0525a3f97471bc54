# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""From a plugin's options, wherever they were set, to what the core takes."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import (
    CONNECTION,
    CREDENTIALS,
    Option,
    gather_credentials,
)


class HasOptions(t.Protocol):
    """A plugin of any kind, after ``set_options``."""

    def get_option_and_origin(self, option: str) -> tuple[t.Any, str]:
        """Return an option's value and where it was set."""


def read_options(plugin: HasOptions, options: t.Mapping[str, Option]) -> dict[str, t.Any]:
    """Return the values of all options but the credentials."""
    return {name: _read(plugin, name, option)[0] for name, option in options.items() if name not in CREDENTIALS}


def read_credentials(plugin: HasOptions) -> dict[str, str]:
    """Return the credentials of the nearest place that gives any: the call, then variables, environment, ini."""
    places: dict[str, dict[str, t.Any]] = {"call": {}, "variables": {}, "environment": {}, "ini": {}}
    for name in CREDENTIALS:
        value, origin = _read(plugin, name, CONNECTION[name])
        places[_place(origin)][name] = value
    return gather_credentials(*places.values())


def _read(plugin: HasOptions, name: str, option: Option) -> tuple[t.Any, str]:
    value, origin = plugin.get_option_and_origin(name)
    if _place(origin) == "environment":
        # Of several variables ansible takes the last one that is set; the rule here is: first found wins.
        value = next((os.environ[env] for env in option.env if os.environ.get(env)), None) or value
        value = int(value) if option.type == "int" else value
    return value, origin


def _place(origin: str) -> str:
    kind = str(origin).split(":", 1)[0].strip().lower()
    return {"direct": "call", "var": "variables", "env": "environment"}.get(kind, "ini")
