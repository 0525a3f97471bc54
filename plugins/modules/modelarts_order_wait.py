#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The wait where no controller watches: under ``async``, and one poll of it on a remote host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: modelarts_order_wait
short_description: Wait until orders of ModelArts dedicated resource pools have succeeded
version_added: 1.0.0
author:
  - The huaweicloud.modelarts contributors (@huaweicloud)
description:
  - Waits for any number of orders with one request per poll, and shows on the controller's display how far they are.
  - Ends at once when an order fails, and names the order, its pool and the reason. After the first good poll everything
    but a refused credential is survived until the deadline.
  - Never succeeds too early. An order that was listed once stays known in its last state while listings leave it out, a
    failure is never forgotten, and where creation times do not tell which order of a pool is the newest, each one that
    may be it has to succeed.
  - A C(delete) order whose pool the service no longer knows has succeeded; a warning says how that is known.
  - Every name, ID and pool that is given must be met by an order. An order that is not listed yet is waited for.
  - Never creates, pays for or changes an order.
extends_documentation_fragment:
  - huaweicloud.modelarts._connection
  - huaweicloud.modelarts._attributes
  - huaweicloud.modelarts._attributes.info
attributes:
  check_mode:
    support: full
    details: Polls once, does not wait, and does not fail over what it sees.
  async:
    support: full
    details: Then the module waits on the target, and no progress lines are shown.
options:
  order_names:
    description:
      - Names of orders to wait for, as in the response to creating or resizing a pool, at
        C(metadata.labels["os.modelarts/order.name"]).
      - At least one of O(order_names), O(order_ids) and O(involved_names) is needed. None by default.
    type: list
    elements: str
  order_ids:
    description:
      - IDs of orders to wait for (billing numbers such as V(CS2304191748WNW2R)). None by default.
    type: list
    elements: str
  involved_names:
    description:
      - Display names or IDs of resource pools whose orders to wait for. None by default.
    type: list
    elements: str
    aliases: [pools, involved_name, pool, pool_name, pool_names]
  workspace_id:
    description:
      - ID of the workspace that the orders belong to. None is sent by default, which means workspace 0.
    type: str
  operation:
    description:
      - Only orders of these operations count. All operations by default.
    type: list
    elements: str
    choices: [apply, modify, delete]
  since:
    description:
      - Only orders created at this time or later count. 30 days ago by default. It does not move while waiting.
      - Epoch milliseconds, ISO 8601 such as V(2026-11-01T08:00:00Z) (without an offset UTC is meant), or an age before
        now such as V(90s), V(45m), V(12h), V(7d) or V(2w).
    type: str
  wait_timeout:
    description:
      - Seconds to wait in all. The last poll is at the deadline, never after it.
      - This and all times here may also be texts with a unit, such as V(90s), V(45m) or V(2h).
      - V(0) makes it a check, which polls once and fails where not everything has succeeded. For O(involved_names)
        without O(since) it needs O(settle=0), or an old success is not trusted.
    type: raw
    default: 5400.0
  interval:
    description:
      - Seconds between polls. They vary a little, and where past orders of the same operation and flavors tell when an
        end is likely, polls are rarer before that (never more than 60 seconds apart) and denser then.
    type: raw
    default: 15.0
  pending_interval:
    description:
      - Seconds between polls while every unfinished order is only pending, that is, waits for people.
    type: raw
    default: 60.0
  visible_timeout:
    description:
      - Seconds that an expected order may be absent from the listing before the wait fails. Time in which no poll was
        answered does not count, unless not one was ever answered.
    type: raw
    default: 300.0
  pending_timeout:
    description:
      - Seconds that an order may be pending, that is, unpaid or unapproved, before the wait fails, since it became so
        last. Time in which no poll was answered does not count. No limit by default.
    type: raw
  expected_count:
    description:
      - Number of orders that must match at least, in all.
    type: int
    default: 1
  settle:
    description:
      - Seconds to poll on when the newest order of a pool was finished already when the pool was first listed, so that
        an order that was placed a moment ago and is not listed yet is never mistaken for an old success. V(0) judges
        at once.
      - Only for O(involved_names) without O(since).
    type: raw
    default: 30.0
  latest:
    description:
      - Judge only the newest order of each pool. By default V(true) for O(involved_names) without O(since), else
        V(false).
      - Orders given by name or ID are all judged, unless it is set to V(true).
    type: bool
  accept_partial:
    description:
      - Count orders that succeeded in part as succeeded.
    type: bool
    default: false
  fail_fast:
    description:
      - End at the first failed order. With V(false), wait for the others first, then fail.
    type: bool
    default: true
  heartbeat:
    description:
      - Seconds after which a progress line is shown at the latest, even where nothing has changed. V(0) shows changes
        only.
    type: raw
    default: 60.0
  details:
    description:
      - On failure attach to the failed orders what ShowOrder tells of their pools and nodes, as C(resources), and the
        names of the nodes that failed and that succeeded, as C(failed_nodes) and C(succeeded_nodes).
    type: bool
    default: true
  ready:
    description:
      - After success go on, inside O(wait_timeout), until the pools can be used. An order that has succeeded is not a
        pool that can be used. Drivers of its nodes may still be upgraded, or a use of it (training, inference,
        notebooks) still be enabled.
      - A pool is ready when its phase is C(Running), no scope of it is C(Enabling) or C(Disabling), and each node that
        the order made runs its driver or has none. After a C(delete) order it is ready when it is gone.
      - A pool that is C(Abnormal), C(Error) or failed, and a driver that is C(Abnormal), end the wait at once.
      - Needs the IAM action C(modelarts:pool:get), and a service that offers ShowPool.
    type: bool
    default: false
notes:
  - O(retries) does not matter here. A failed poll is repeated, with growing delays, until the deadline.
  - On the controller it polls from within the ansible process. For other hosts, with C(become) or C(environment), and
    where the variable C(modelarts_in_process) is V(false), every poll is a short module run there, so no connection is
    held open. Each counts as a poll.
seealso:
  - module: huaweicloud.modelarts.modelarts_order_info
"""

EXAMPLES = r"""
- name: Wait for the order that creating a pool has placed
  huaweicloud.modelarts.modelarts_order_wait:
    region: cn-north-4
    order_names:
      - "{{ pool.json.metadata.labels['os.modelarts/order.name'] }}"

- name: Wait for the newest orders of two pools, at most an hour
  huaweicloud.modelarts.modelarts_order_wait:
    pools: [pool-5ed5, pool-7a01]
    wait_timeout: 3600
  register: waited

- name: Wait for all orders of this pipeline, and fail after the last of them
  huaweicloud.modelarts.modelarts_order_wait:
    order_names: "{{ order_names }}"
    fail_fast: false
    pending_timeout: 900
  register: waited

- name: Wait until the pool can be used
  huaweicloud.modelarts.modelarts_order_wait:
    pools: [pool-5ed5]
    ready: true

- name: Poll once, as a scheduled job does
  huaweicloud.modelarts.modelarts_order_wait:
    pools: [pool-5ed5]
    wait_timeout: 0
    settle: 0
"""

RETURN = r"""
orders:
  description:
    - The orders that were waited for, newest first, with the keys that
      M(huaweicloud.modelarts.modelarts_order_info) returns. As last seen, on every kind of end.
    - With O(ready), and in failed orders with O(details), each has C(failed_nodes) and C(succeeded_nodes) as well.
  returned: always
  type: list
  elements: dict
count:
  description: The service's own total for the last listing. Null where it sent none.
  returned: always
  type: int
  sample: 3
truncated:
  description: Whether orders may be missing from the last listing. True where there was none.
  returned: always
  type: bool
  sample: false
summary:
  description: How many of the orders are in each state.
  returned: always
  type: dict
  contains:
    total:
      description: All orders.
      type: int
      sample: 2
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
      sample: 2
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
  description:
    - Whether there is at least one order and all of them succeeded in full.
    - V(false) until every order that counts is known, in a failed wait and in check mode too. That is while something
      is RV(missing), fewer than O(expected_count) orders match, a pool settles (O(settle)), or a listing of pools did
      not show everything (RV(truncated)).
  returned: always
  type: bool
  sample: true
all_finished:
  description:
    - Whether there is at least one order and nothing more will happen to any of them.
    - V(false) until every order that counts is known, as RV(all_succeeded) is.
  returned: always
  type: bool
  sample: true
any_failed:
  description: Whether an order failed.
  returned: always
  type: bool
  sample: false
missing:
  description: The names, IDs and pools that no order has met.
  returned: always
  type: list
  elements: str
  sample: []
failed_orders:
  description: The orders that made the wait fail.
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
    resource_display_name:
      description: Name of its pool.
      type: str
      sample: pool-5ed5
    fail_reason:
      description: Why it failed, in the service's words, or in ours where it has none.
      type: str
      sample: Insufficient resources in the availability zone.
elapsed:
  description: Seconds that the wait took.
  returned: always
  type: float
  sample: 1083.204
polls:
  description: Number of polls.
  returned: always
  type: int
  sample: 52
requests:
  description: Number of requests to the service, logins included.
  returned: always
  type: int
  sample: 54
timed_out:
  description: Whether the deadline ended the wait.
  returned: always
  type: bool
  sample: false
pools:
  description: The pools of the orders, as last seen. Empty before all orders have succeeded.
  returned: where O(ready) is true
  type: list
  elements: dict
  contains:
    name:
      description: ID of the pool.
      type: str
      sample: pool-5ed5-04f258c84780d5a52f3bc00dc15aa5e7
    display_name:
      description: Displayed name of the pool.
      type: str
      sample: pool-5ed5
    phase:
      description: The service's word for the pool's phase. Null where it knows no such pool, or was not asked yet.
      type: str
      sample: Running
    message:
      description: The service's message about the pool. Null where it has none.
      type: str
      sample: null
    scopes:
      description: What the pool can be used for.
      type: list
      elements: dict
      contains:
        type:
          description: Train, Infer or Notebook.
          type: str
          sample: Notebook
        state:
          description: Enabling, Enabled, Disabling or Disabled.
          type: str
          sample: Enabled
    nodes:
      description: The nodes that count, which are those of the order where ShowOrder tells them.
      type: dict
      contains:
        total:
          description: How many there are.
          type: int
          sample: 16
        ready:
          description: How many run their driver or have none.
          type: int
          sample: 13
        abnormal:
          description: Names of nodes that, or whose drivers, are abnormal.
          type: list
          elements: str
          sample: []
    ready:
      description: Whether the pool can be used, or, after a C(delete) order, is gone.
      type: bool
      sample: true
msg:
  description:
    - Why the wait failed, in one line that names each failed order, its pool and the reason.
    - In check mode, why the poll failed.
  returned: failure
  type: str
  sample: "Order order.pool-5ed5-w4l2n (pool pool-5ed5) failed: Insufficient resources in the availability zone."
error_code:
  description: The service's error code, where an answer of it ended the wait. Null otherwise.
  returned: failure
  type: str
  sample: APIGW.0301
request_id:
  description: The ID under which the service's support finds that request. Null otherwise.
  returned: failure
  type: str
  sample: 0ab6ba2ec31f9a0fd9d4f0a4a4a5a1b8
status:
  description: The HTTP status of that answer. Null otherwise.
  returned: failure
  type: int
  sample: 401
retry_after:
  description: For how many seconds the service asked not to be asked again. Null where it did not.
  returned: in check mode, where the poll met a transient fault
  type: float
  sample: 7.0
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import (  # noqa: F401 # pylint: disable=unused-import
    _python,
)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._module import answer
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import WAIT, argument_spec
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders


def main() -> None:
    """Wait, or poll once in check mode."""
    module = AnsibleModule(argument_spec=argument_spec(WAIT), supports_check_mode=True)
    answer(module, wait_for_orders(module.params, check_mode=module.check_mode))


if __name__ == "__main__":
    main()
