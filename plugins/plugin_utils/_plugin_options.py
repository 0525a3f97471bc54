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
    Values,
    gather_credentials,
)


class Plugin(t.Protocol):
    """A plugin of any kind, after ``set_options``."""

    def get_option(self, option: str, hostvars: t.Any = None) -> t.Any:
        """Return an option's value."""


class PluginOptions:
    """A plugin's options, with the places where they were set.

    ansible-core before 2.19 does not tell that place for options given in the call or in variables (its
    ``get_option_and_origin`` forgets both), so it is found out here, by ansible's own precedence: the call, then
    variables, then the environment, then ini. Those versions do not template variables for a lookup either.
    """

    def __init__(self, plugin: Plugin, direct: Values, variables: Values, template: t.Callable[[t.Any], t.Any]) -> None:
        """``direct`` is what the call gave, ``template`` evaluates a variable's value."""
        self._plugin = plugin
        self._direct = direct
        self._variables = variables
        self._template = template

    def read(self, options: t.Mapping[str, Option]) -> dict[str, t.Any]:
        """Return the values of all options but the credentials."""
        return {name: self._value(name, option) for name, option in options.items() if name not in CREDENTIALS}

    def credentials(self) -> dict[str, str]:
        """Return the credentials of the nearest place that gives any: the call, then variables, environment, ini."""
        places: dict[str, dict[str, t.Any]] = {"call": {}, "variables": {}, "environment": {}, "ini": {}}
        for name in CREDENTIALS:
            places[self._place(name, CONNECTION[name])][name] = self._value(name, CONNECTION[name])
        return gather_credentials(*places.values())

    def _value(self, name: str, option: Option) -> t.Any:
        place = self._place(name, option)
        if place == "environment":
            # Of several variables ansible takes the last one that is set; the rule here is: first found wins.
            value = next(os.environ[env] for env in option.env if os.environ.get(env))
            return int(value) if option.type == "int" else value
        value = self._plugin.get_option(name)
        return self._template(value) if place == "variables" else value

    def _place(self, name: str, option: Option) -> str:
        if any(self._direct.get(key) is not None for key in (name, *option.aliases)):
            return "call"
        if self._variables.get(f"modelarts_{name}") is not None:
            return "variables"
        return "environment" if any(os.environ.get(env) for env in option.env) else "ini"
