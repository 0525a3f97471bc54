# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The lookup: the core's listing of one or more pools' orders, inside the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
name: modelarts_orders
short_description: Read orders of ModelArts dedicated resource pools
version_added: 1.0.0
author:
  - The huaweicloud.modelarts contributors (@huaweicloud)
description:
  - Returns the orders of the pools that the terms name, or all orders of the project, newest first.
  - Never waits, and never creates, pays for or changes an order.
  - However many terms there are, one call uses one session and logs in once at most.
extends_documentation_fragment:
  - huaweicloud.modelarts._connection
  - huaweicloud.modelarts._connection.plugin
  - huaweicloud.modelarts._filters
  - huaweicloud.modelarts._filters.plugin
options:
  _terms:
    description:
      - Display names or IDs of resource pools. Without any, the orders of all pools are returned. An empty list as the
        only term returns none.
    type: list
    elements: str
  involved_name:
    description:
      - Display name or ID of one more resource pool, as in M(huaweicloud.modelarts.modelarts_order_info). None by
        default.
    type: str
    aliases: [pool, pool_name, pools, pool_names, involved_names]
  on_missing:
    description:
      - What to do about a pool that the service does not know, or of which no order matches. By default, V(skip), it
        just adds nothing to the list.
      - Where the listing may be incomplete, V(error) fails as well. Otherwise there is a warning.
    type: str
    choices: [error, warn, skip]
    default: skip
    ini:
      - section: modelarts
        key: on_missing
    vars:
      - name: modelarts_on_missing
notes:
  - A lookup runs on the controller, in the environment of the C(ansible-playbook) process. Use
    M(huaweicloud.modelarts.modelarts_order_info) to ask from another host, and to wait with C(until).
  - A variable that is defined by a lookup asks the service anew each time it is used. Freeze it with
    M(ansible.builtin.set_fact) where one answer is meant.
  - C(query) always returns a list, as does C(lookup) with C(wantlist=true). Plain C(lookup) turns it into something
    else where ansible decides so, for instance a single order into a dictionary.
seealso:
  - module: huaweicloud.modelarts.modelarts_order_info
"""

EXAMPLES = r"""
- name: Show the orders of two pools
  ansible.builtin.debug:
    msg: "{{ item.order_name }} is {{ item.state }}"
  loop: "{{ query('huaweicloud.modelarts.modelarts_orders', 'pool-5ed5', 'pool-7a01', region='cn-north-4') }}"
  loop_control:
    label: "{{ item.order_name }}"

- name: Stop where the newest order of a pool did not succeed
  ansible.builtin.assert:
    that:
      - query('huaweicloud.modelarts.modelarts_orders', pool, latest=true) is huaweicloud.modelarts.order_succeeded
    fail_msg: The newest order of {{ pool }} has not succeeded.

- name: Insist that the pool has orders
  ansible.builtin.set_fact:
    pool_orders: "{{ query('huaweicloud.modelarts.modelarts_orders', pool, since='7d', on_missing='error') }}"

- name: Count the failed orders of the last week
  ansible.builtin.debug:
    msg: "{{ query('huaweicloud.modelarts.modelarts_orders', phase='failed', since='7d') | length }} orders failed"
"""

RETURN = r"""
_raw:
  description:
    - The orders, newest first, with the keys that M(huaweicloud.modelarts.modelarts_order_info) documents as
      C(orders).
  type: list
  elements: dict
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.clock import Clock
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import (
    InputError,
    ModelArtsError,
    PoolNotFoundError,
    as_typed,
    check_all,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import safe
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import INCOMPLETE, list_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._masking import register
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO, Option, Values
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import Listing, OrdersApi
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.query import Query
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._session import connect
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._lookup_options import PluginOptions

display = Display()

# A list of pools is as good as terms.
_POOLS = ("involved_name", *INFO["involved_name"].aliases)
_OPTIONS = {**INFO, "on_missing": Option(default="skip", choices=("error", "warn", "skip"))}


class LookupModule(LookupBase):
    """Reads orders; never waits."""

    def run(
        self, terms: list[t.Any], variables: t.Mapping[str, t.Any] | None = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        """Return the orders of the pools in ``terms``, newest first."""
        kwargs.pop("wantlist", None)  # from with_modelarts_orders
        terms = [*terms, *(kwargs.pop(name) for name in _POOLS if isinstance(kwargs.get(name), (list, tuple)))]
        try:
            options = PluginOptions(self, _OPTIONS, kwargs, variables or {}, self._evaluate)
            pools = self._pools(terms)
            # A list of pools that turned out empty is not the wish to see everything.
            return [] if terms and not pools else self._read(pools, options)
        except ModelArtsError as error:
            raise AnsibleLookupError(error.msg) from None

    def _evaluate(self, value: t.Any) -> t.Any:
        return value if self._templar is None else self._templar.template(value)

    def _pools(self, terms: list[t.Any]) -> list[str]:
        pools = self._flatten(terms)
        one_more = self.get_option("involved_name")
        return list(dict.fromkeys(_name(pool) for pool in (pools if one_more is None else [*pools, one_more])))

    def _read(self, pools: list[str], given: PluginOptions) -> list[dict[str, t.Any]]:
        options = given.read(INFO)
        clock = Clock()
        session = connect(options, clock=clock, credentials=given.credentials())
        try:
            check_all(session.open, lambda: Query.from_options({**options, "involved_name": None}, clock.time_ms()))
            with session:
                orders = self._orders_of(session.orders(), pools, options, clock)
        except Exception as error:
            raise as_typed(error, session.redactor.line) from None
        finally:
            register(session.redactor.secrets)
        # A service that echoes a secret must not carry it into whatever a playbook makes of the orders.
        return t.cast("list[dict[str, t.Any]]", session.redactor.mask(orders))

    def _orders_of(self, api: OrdersApi, pools: list[str], options: Values, clock: Clock) -> list[dict[str, t.Any]]:
        """Return the orders of each pool, each once even where a pool was named by its name and by its ID."""
        names: list[str | None] = [*pools] or [None]
        listed = [self._of_pool(api, {**options, "involved_name": pool}, clock) for pool in names]
        query = listed[0][0]
        listings = [listing for dummy, listing in listed]
        orders = {model.key_of(order): order for listing in listings for order in listing.orders}
        if any(listing.truncated for listing in listings) and not query.one_page:
            self._tell(INCOMPLETE)
        found = model.newest_first(orders.values())
        if query.details:
            for warning in api.add_details(found):
                display.warning(warning)
        return query.project(found)

    def _of_pool(self, api: OrdersApi, options: Values, clock: Clock) -> tuple[Query, Listing]:
        pool = options["involved_name"]
        query = Query.from_options(options, clock.time_ms())
        try:
            query, listing = list_orders(api, query, options, clock)
        except PoolNotFoundError as error:
            self._miss(error.msg)
            return query, Listing([], None, False)
        if pool is not None and not listing.orders:
            self._miss(f"No order of pool {safe(pool, 80)} matches: check its name, the other filters and since")
        return query, listing

    def _miss(self, msg: str) -> None:
        """Do about something that is missing what the call says."""
        if self.get_option("on_missing") != "skip":
            self._tell(msg)

    def _tell(self, msg: str) -> None:
        if self.get_option("on_missing") == "error":
            raise InputError(msg)
        display.warning(msg)


def _name(term: t.Any) -> str:
    if isinstance(term, (str, int)) and not isinstance(term, bool):
        return str(term)
    raise InputError(f"{safe(term, 60)!r} is not a pool's name or ID: give the terms as strings")
