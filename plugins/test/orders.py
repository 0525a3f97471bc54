# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Jinja tests; each is documented in a file of its own name beside this one."""

from __future__ import annotations

import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import Verdict, entry_point, verdict


@entry_point
def order_succeeded(value: t.Any) -> bool:
    """Return whether an order succeeded: all of them, where there are many, and none is missing."""
    found = verdict(value)
    return not found.unsucceeded and _all_are(found, model.SUCCEEDED)


@entry_point
def order_pending(value: t.Any) -> bool:
    """Return whether an order is pending: all of them, where there are many."""
    return _all_are(verdict(value), model.PENDING)


@entry_point
def order_processing(value: t.Any) -> bool:
    """Return whether an order is being processed: all of them, where there are many."""
    return _all_are(verdict(value), model.PROCESSING)


@entry_point
def order_partial(value: t.Any) -> bool:
    """Return whether an order succeeded in part: all of them, where there are many."""
    return _all_are(verdict(value), model.PARTIAL)


@entry_point
def order_failed(value: t.Any) -> bool:
    """Return whether an order failed: any of them, where there are many."""
    return any(state == model.FAILED for state, dummy in verdict(value).orders)


@entry_point
def order_finished(value: t.Any) -> bool:
    """Return whether there is an order, none is missing, and nothing more will happen to any."""
    found = verdict(value)
    return not found.unfinished and bool(found.orders) and all(finished for dummy, finished in found.orders)


def _all_are(found: Verdict, state: str) -> bool:
    return bool(found.orders) and all(each == state for each, dummy in found.orders)


class TestModule:
    """Registers the tests."""

    def tests(self) -> dict[str, t.Callable[[t.Any], bool]]:
        """Return the tests by name."""
        every = (order_succeeded, order_failed, order_finished, order_pending, order_processing, order_partial)
        return {test.__name__: test for test in every}
