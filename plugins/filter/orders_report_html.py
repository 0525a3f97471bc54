# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The filter behind the role order_report: orders as a page of HTML."""

from __future__ import annotations

import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import entry_point, read, read_now
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.html import page


@entry_point
def orders_report_html(value: t.Any, title: str = "ModelArts orders", now: t.Any = None, query: t.Any = None) -> str:
    """Return a report as a page of HTML."""
    return page(read(value), title, read_now(now), query)


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        """Return the filter by name."""
        return {"orders_report_html": orders_report_html}
