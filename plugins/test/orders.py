# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The Jinja tests; each is documented in a file of its own name beside this one."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model as _order
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import GivenError, verdicts


def _verdicts(name: str, value: t.Any) -> list[tuple[str, bool]]:
    try:
        return verdicts(value)
    except GivenError as error:
        raise AnsibleFilterError(f"{name}: {error}") from None


def _all_in(name: str, state: str) -> t.Callable[[t.Any], bool]:
    def test(value: t.Any) -> bool:
        states = [found for found, dummy in _verdicts(name, value)]
        return bool(states) and all(found == state for found in states)

    return test


def order_failed(value: t.Any) -> bool:
    """Return whether an order failed: any of them, where there are many."""
    return any(state == _order.FAILED for state, dummy in _verdicts("order_failed", value))


def order_finished(value: t.Any) -> bool:
    """Return whether there is an order, and nothing more will happen to it or, where there are many, to any."""
    orders = _verdicts("order_finished", value)
    return bool(orders) and all(finished for dummy, finished in orders)


class TestModule:
    """Registers the tests."""

    def tests(self) -> dict[str, t.Callable[[t.Any], bool]]:
        """Return the tests by name."""
        alike = {"order_succeeded": _order.SUCCEEDED, "order_pending": _order.PENDING}
        alike |= {"order_processing": _order.PROCESSING, "order_partial": _order.PARTIAL}
        return {
            **{name: _all_in(name, state) for name, state in alike.items()},
            "order_failed": order_failed,
            "order_finished": order_finished,
        }
