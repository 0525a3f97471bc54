# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""From a plugin's options, wherever they were set, to what the core takes."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import safe
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import (
    CREDENTIALS,
    Option,
    Values,
    environment_credentials,
    first_set,
    gather_credentials,
    is_given,
)

PREFIX = "modelarts_"


class Plugin(t.Protocol):
    """A plugin of any kind."""

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """Take options in."""

    def get_option(self, option: str, hostvars: t.Any = None) -> t.Any:
        """Return an option's value."""


class PluginOptions:
    """A plugin's options, by ansible's own precedence: the call, then variables, then the environment, then ini.

    Four things are done here that ansible leaves undone: variables are evaluated before they are converted to an
    option's type, empty texts count as not given wherever they stand, what is no boolean is refused rather than taken
    for false, and the place of each credential is known, so that places are never mixed.
    """

    def __init__(
        self,
        plugin: Plugin,
        options: t.Mapping[str, Option],
        direct: Values,
        variables: Values,
        template: t.Callable[[t.Any], t.Any],
    ) -> None:
        """``direct`` is what the call gave, ``template`` evaluates a variable's value. Raises InputError."""
        self._plugin = plugin
        self._options = options
        # An empty name of a pool is kept, for it to be refused: it must not stand for all pools.
        pool = ("involved_name", *options["involved_name"].aliases)
        given = {name: value for name, value in direct.items() if value is not None}
        self._call = {name: value for name, value in given.items() if is_given(value) or name in pool}
        names = [name for name in options if is_given(variables.get(PREFIX + name))]
        found = {name: template(variables[PREFIX + name]) for name in names}
        self._variables = {name: value for name, value in found.items() if is_given(value)}
        self._refuse_unknown()
        self._check_booleans()
        self._forget_empty_environment()
        plugin.set_options(
            var_options={PREFIX + name: value for name, value in self._variables.items()}, direct=self._call
        )

    def _refuse_unknown(self) -> None:
        known = {alias for name, option in self._options.items() for alias in (name, *option.aliases)}
        unknown = sorted(safe(name, 60) for name in self._call if name not in known)
        if unknown:
            raise InputError(f"{', '.join(unknown)} is no option of this lookup: known are {', '.join(self._options)}")

    def _check_booleans(self) -> None:
        for place in (self._call, self._variables):
            for name, value in place.items():
                if name in self._options and self._options[name].type == "bool":
                    try:
                        boolean(value, strict=True)
                    except TypeError:
                        raise InputError(f"{name}: {safe(value, 60)!r} is neither true nor false") from None

    def _forget_empty_environment(self) -> None:
        # To ansible an empty variable is a value, which would stand before one in ansible.cfg.
        for option in self._options.values():
            for env in option.env:
                if env in os.environ and not is_given(os.environ[env]):
                    del os.environ[env]

    def read(self, options: t.Mapping[str, Option]) -> dict[str, t.Any]:
        """Return the values of all options but the credentials."""
        return {name: self._value(name, option) for name, option in options.items() if name not in CREDENTIALS}

    def credentials(self) -> dict[str, str]:
        """Return the credentials of the nearest place that gives any: the call, then variables, environment, ini."""
        names = {alias: name for name in CREDENTIALS for alias in self._options[name].aliases}
        call = {names.get(name, name): value for name, value in self._call.items()}
        nearest = gather_credentials(call, self._variables, environment_credentials(os.environ))
        # Where none of those gives any, what ansible knows is from ini.
        return nearest or gather_credentials({name: self._plugin.get_option(name) for name in CREDENTIALS})

    def _value(self, name: str, option: Option) -> t.Any:
        nearer = any(key in self._call for key in (name, *option.aliases)) or name in self._variables
        # Of several variables ansible takes the last one that is set; the rule here is: first found wins.
        found = first_set(option.env, os.environ)
        return self._plugin.get_option(name) if nearer or found is None else found
