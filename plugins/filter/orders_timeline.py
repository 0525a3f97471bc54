# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The filter that draws orders as a timeline."""

from __future__ import annotations

import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import entry_point, read, read_now
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import timeline


@entry_point
def orders_timeline(value: t.Any, now: t.Any = None) -> str:
    """Return an SVG of when orders were queued and when they ran; what is not finished reaches to ``now``."""
    return timeline(read(value), read_now(now))


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        """Return the filter by name."""
        return {"orders_timeline": orders_timeline}
