#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The info module: the core's answer to one query, on whichever host the task runs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: modelarts_order_info
short_description: Query orders of ModelArts dedicated resource pools
version_added: 1.0.0
author:
  - The huaweicloud.modelarts contributors (@huaweicloud)
description:
  - Lists the orders that creating, resizing and deleting ModelArts resource pools leads to, with facts to wait on and
    to decide by.
  - Never creates, pays for or changes an order.
  - All orders of the query are returned, newest first, however many pages the service needs for them.
  - A failed task returns every key that a successful one does, so that C(until) conditions live through an outage.
extends_documentation_fragment:
  - huaweicloud.modelarts._connection
  - huaweicloud.modelarts._filters
  - huaweicloud.modelarts._attributes
  - huaweicloud.modelarts._attributes.info
options:
  involved_name:
    description:
      - Display name or ID of the resource pool whose orders are meant. All pools by default.
      - The service may answer that it knows no such pool, which fails the task, or with no orders, which leads to a
        warning.
    type: str
    aliases: [pool, pool_name, pools, pool_names, involved_names]
notes:
  - The task runs where its host is. Credentials in the environment must be there, so most plays run it on C(localhost).
  - A task that is local to the controller is answered within the ansible process, in a small part of a module's time.
    With C(become), C(environment), C(async) or another connection, and where the variable C(modelarts_in_process) is
    V(false), it runs as a module. Both ways return the same.
seealso:
  - plugin: huaweicloud.modelarts.modelarts_orders
    plugin_type: lookup
  - plugin: huaweicloud.modelarts.order_succeeded
    plugin_type: test
"""

EXAMPLES = r"""
- name: See what became of a pool's orders
  huaweicloud.modelarts.modelarts_order_info:
    region: cn-north-4
    involved_name: pool-5ed5
  register: pool_orders

- name: Go on only where the newest order succeeded
  huaweicloud.modelarts.modelarts_order_info:
    region: cn-north-4
    involved_name: pool-5ed5
    latest: true
  register: newest
  failed_when: newest.failed or not newest.all_succeeded

- name: Wait for an order, and stop at once where it fails
  huaweicloud.modelarts.modelarts_order_info:
    order_names: ["{{ order_name }}"]
    since: 7d
  register: waited
  until: waited.all_finished or waited.any_failed
  retries: 360
  delay: 15
  failed_when: waited.failed or not waited.all_succeeded

- name: List this week's failed orders with what became of their nodes
  huaweicloud.modelarts.modelarts_order_info:
    phase: failed
    since: 7d
    details: true
  register: failures

- name: Say why they failed
  ansible.builtin.debug:
    msg: "{{ item.order_name }}: {{ item.fail_reason }}"
  loop: "{{ failures.orders }}"
  loop_control:
    label: "{{ item.order_name }}"

- name: Keep a large listing small
  huaweicloud.modelarts.modelarts_order_info:
    since: 30d
    fields: [order_name, state]
  register: overview
"""

RETURN = r"""
orders:
  description:
    - The orders, newest first. Empty in failure.
    - All keys are always there. What the service did not send is null.
    - Keys that the service adds to its answers come through in snake_case.
    - Texts come as the service sent them, but without control characters other than line breaks and tabs.
  returned: always
  type: list
  elements: dict
  contains:
    order_name:
      description: Name of the order.
      type: str
      sample: order.pool-5ed5-w4l2n
    order_id:
      description: Billing number of the order.
      type: str
      sample: CS2304191748WNW2R
    operation:
      description: What was ordered, V(apply), V(modify) or V(delete).
      type: str
      sample: apply
    phase:
      description: The service's own word, verbatim. It spells phases in several ways, so decide by RV(orders[].state).
      type: str
      sample: completed
    result:
      description: The service's own word, verbatim, where it sends one.
      type: str
      sample: successed
    state:
      description:
        - What the service's words mean, V(pending), V(processing), V(succeeded), V(partial), V(failed) or V(unknown).
        - V(pending) orders are unpaid or unapproved. V(partial) orders got only a part of what was ordered.
        - V(unknown) stands for words that no documentation names, also where one of them, such as C(cancelled), stands
          beside a word for success. It never counts as success.
      type: str
      sample: succeeded
    finished:
      description: Whether nothing more will happen to the order.
      type: bool
      sample: true
    fail_reason:
      description: Why the order failed, in the service's words.
      type: str
      sample: Insufficient resources in the availability zone.
    resource_name:
      description: ID of the pool.
      type: str
      sample: pool-5ed5-04f258c84780d5a52f3bc00dc15aa5e7
    resource_display_name:
      description: Name of the pool.
      type: str
      sample: pool-5ed5
    workspace_id:
      description: ID of the workspace.
      type: str
      sample: "0"
    created_at:
      description: When the order was placed, ISO 8601 in UTC.
      type: str
      sample: "2023-04-21T02:24:43.000Z"
    began_at:
      description: When the service began to process the order. Null before that.
      type: str
      sample: "2023-04-21T02:24:53.000Z"
    ended_at:
      description: When the order ended. Null before that.
      type: str
      sample: "2023-04-21T02:41:07.000Z"
    creation_timestamp:
      description: When the order was placed, in epoch milliseconds.
      type: int
      sample: 1682043883000
    begin_timestamp:
      description: When the service began to process the order, in epoch milliseconds. V(0) before that.
      type: int
      sample: 1682043893000
    end_timestamp:
      description: When the order ended, in epoch milliseconds. V(0) before that.
      type: int
      sample: 1682044867000
    queue_seconds:
      description: Seconds from placing the order to the begin of its processing. Null until known.
      type: float
      sample: 10.0
    run_seconds:
      description: Seconds that processing took. Null until known.
      type: float
      sample: 974.0
    init_count:
      description: The pool's nodes before the order. Empty for a new pool.
      type: list
      elements: dict
      contains: &flavor_count
        flavor:
          description: Flavor of the nodes.
          type: str
          sample: modelarts.vm.cpu.2u.d
        count:
          description: Number of nodes that are always there.
          type: int
          sample: 1
        max_count:
          description: Number of nodes that the pool may grow to.
          type: int
          sample: 1
        azs:
          description: The nodes of each availability zone.
          type: list
          elements: dict
          contains:
            az:
              description: Name of the availability zone.
              type: str
              sample: cn-north-4a
            count:
              description: Number of nodes there.
              type: int
              sample: 1
    spec_count:
      description: The nodes that were ordered.
      type: list
      elements: dict
      contains: *flavor_count
    result_count:
      description: The nodes that the pool has after the order.
      type: list
      elements: dict
      contains: *flavor_count
    billing_mode:
      description: V(0) for pay per use, V(1) for yearly or monthly.
      type: str
      sample: "1"
    period_type:
      description: V(2) for months, V(3) for years.
      type: str
      sample: "2"
    period_num:
      description: Number of months or years.
      type: str
      sample: "1"
    resources:
      description: What ShowOrder tells of the pool and its nodes.
      type: list
      elements: dict
      returned: with O(details=true)
      contains:
        resource_name:
          description: Name of the pool or node.
          type: str
          sample: os-node-created-5ztmv
        action:
          description: What was done, for instance V(createPool) or V(createNode).
          type: str
          sample: createNode
        status:
          description: The service's own word, verbatim.
          type: str
          sample: succeed
        state:
          description: What it means, in the words of RV(orders[].state).
          type: str
          sample: succeeded
        began_at:
          description: When it began, ISO 8601 in UTC.
          type: str
          sample: "2023-04-21T02:24:53.000Z"
        updated_at:
          description: When it last changed, ISO 8601 in UTC.
          type: str
          sample: "2023-04-21T02:41:07.000Z"
        begin_timestamp:
          description: When it began, in epoch milliseconds.
          type: int
          sample: 1682043893000
        update_timestamp:
          description: When it last changed, in epoch milliseconds.
          type: int
          sample: 1682044867000
        message:
          description: What the service says of it.
          type: str
          sample: node is ready
count:
  description:
    - The service's own total for what it was asked, which knows nothing of the filters that are applied here. Null
      where it sent none, and in failure.
  returned: always
  type: int
  sample: 1
truncated:
  description:
    - Whether orders may be missing from the listing, because the service cannot show more, contradicts itself, or
      because a single page was asked for. True in failure, where nothing could be shown.
  returned: always
  type: bool
  sample: false
missing:
  description:
    - Those of O(order_names) and O(order_ids) that no order of the time window, the pool and the workspace has,
      whatever its phase and operation, and on whichever page it is. In failure all of them.
    - While it holds anything, RV(all_succeeded) and RV(all_finished) are V(false).
  returned: with O(order_names) or O(order_ids)
  type: list
  elements: str
  sample: []
summary:
  description: How many orders there are in each state.
  returned: always
  type: dict
  contains:
    total:
      description: All orders.
      type: int
      sample: 1
    pending:
      description: Orders that are unpaid, unapproved or not begun.
      type: int
      sample: 0
    processing:
      description: Orders that are being processed.
      type: int
      sample: 0
    succeeded:
      description: Orders that succeeded in full.
      type: int
      sample: 1
    partial:
      description: Orders that succeeded in part.
      type: int
      sample: 0
    failed:
      description: Orders that failed.
      type: int
      sample: 0
    unknown:
      description: Orders in a state that no documentation names.
      type: int
      sample: 0
all_succeeded:
  description: Whether there is at least one order, all of them succeeded in full and none is missing.
  returned: always
  type: bool
  sample: true
all_finished:
  description: Whether there is at least one order, nothing more will happen to any of them and none is missing.
  returned: always
  type: bool
  sample: true
any_failed:
  description: Whether an order failed.
  returned: always
  type: bool
  sample: false
msg:
  description: What went wrong and what to do about it, in one line.
  returned: failure
  type: str
  sample: "region is missing: set region (or HW_REGION_NAME), for instance cn-north-4, or set endpoint"
error_code:
  description: The service's error code. Null where it sent none.
  returned: failure
  type: str
  sample: ModelArts.50015001
request_id:
  description: The ID under which the service's support finds the request. Null where it sent none.
  returned: failure
  type: str
  sample: 0ab6ba2ec31f9a0fd9d4f0a4a4a5a1b8
status:
  description: The HTTP status of the answer. Null where there was none.
  returned: failure
  type: int
  sample: 404
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import (  # noqa: F401 # pylint: disable=unused-import
    _python,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._module import answer
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import INFO, argument_spec


def main() -> None:
    """Answer one task."""
    module = AnsibleModule(argument_spec=argument_spec(INFO), supports_check_mode=True)
    answer(module, query_orders(module.params))


if __name__ == "__main__":
    main()
