# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The filter that shows orders as a table of text or Markdown."""

from __future__ import annotations

import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import entry_point, read
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.table import table


@entry_point
def orders_table(value: t.Any, width: int = 120, format: str = "text") -> str:  # noqa: A002
    """Return orders as a table of text whose lines are at most ``width`` terminal columns wide, or of Markdown."""
    return table(read(value), width, format)


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        """Return the filter by name."""
        return {"orders_table": orders_table}
