# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The filter that draws orders as a timeline."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import GivenError, read, read_now
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import timeline


def orders_timeline(value: t.Any, now: t.Any = None) -> str:
    """Return an SVG of when orders were queued and when they ran; what is not finished reaches to ``now``."""
    try:
        return timeline(read(value), read_now(now))
    except GivenError as error:
        raise AnsibleFilterError(f"orders_timeline: {error}") from None


class FilterModule:
    """Registers the filter."""

    def filters(self) -> dict[str, t.Callable[..., str]]:
        """Return the filter by name."""
        return {"orders_timeline": orders_timeline}
