# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Which orders are meant: shared by the info module and the lookup."""

from __future__ import annotations


class ModuleDocFragment:
    """The filters. ``PLUGIN`` adds what only plugins have: ini and variables."""

    DOCUMENTATION = r"""
options:
  workspace_id:
    description:
      - ID of the workspace that the orders belong to. None is sent by default, which means workspace 0.
    type: str
  phase:
    description:
      - Only orders in this phase. All phases by default.
      - V(processing) is another word for V(running), V(succeeded) for V(successed), which is the API's own spelling.
      - It is the state of each order that counts. The service is told only where O(limit) or O(offset) asks for a page
        of its own.
    type: str
    choices: [pending, running, processing, successed, succeeded, failed]
  resource:
    description:
      - Kind of resource that was ordered. The API knows resource pools only.
    type: str
    default: pools
    choices: [pools]
  since:
    description:
      - Only orders created at this time or later. 30 days ago by default.
      - Epoch milliseconds, ISO 8601 such as V(2026-11-01T08:00:00Z) (without an offset UTC is meant), or an age before
        now such as V(90s), V(45m), V(12h), V(7d) or V(2w).
      - An age counts by the clock of the service where that differs from this machine's by up to 15 minutes.
      - The service lists the orders of the last month only.
    type: str
  until:
    description:
      - Only orders created at this time or earlier, in the same forms as O(since). No bound by default.
    type: str
  limit:
    description:
      - Return exactly one page of so many orders, V(0) to V(500); V(0) means 100, as in the API.
      - Without O(limit) and O(offset), the default, all orders are returned, however many there are.
    type: int
  offset:
    description:
      - Return exactly one page that starts after so many orders, V(0) to V(500). With O(limit) alone it is V(0).
    type: int
  order_names:
    description:
      - Only orders with these names. With O(order_ids) too, an order may match either. All orders by default.
    type: list
    elements: str
  order_ids:
    description:
      - Only orders with these IDs (billing numbers such as V(CS2304191748WNW2R)). All orders by default.
    type: list
    elements: str
  operation:
    description:
      - Only orders of these operations. All operations by default.
    type: list
    elements: str
    choices: [apply, modify, delete]
  latest:
    description:
      - Keep only the newest order of each pool, out of those that match all other filters.
      - Where creation times are equal or missing, every order that may be the newest one is kept.
    type: bool
    default: false
  details:
    description:
      - Add to each order what ShowOrder tells of its pool and nodes, as C(resources). This costs one request an order.
      - Where the service does not offer ShowOrder, or refuses it, the lists stay empty and a warning says why.
    type: bool
    default: false
  fields:
    description:
      - Return only these keys of each order, so that a large listing stays a small result. All keys by default.
      - The summary and the booleans are about the whole orders all the same.
    type: list
    elements: str
"""

    PLUGIN = r"""
options:
  workspace_id:
    ini:
      - section: modelarts
        key: workspace_id
    vars:
      - name: modelarts_workspace_id
  phase:
    ini:
      - section: modelarts
        key: phase
    vars:
      - name: modelarts_phase
  resource:
    ini:
      - section: modelarts
        key: resource
    vars:
      - name: modelarts_resource
  since:
    ini:
      - section: modelarts
        key: since
    vars:
      - name: modelarts_since
  until:
    ini:
      - section: modelarts
        key: until
    vars:
      - name: modelarts_until
  limit:
    ini:
      - section: modelarts
        key: limit
    vars:
      - name: modelarts_limit
  offset:
    ini:
      - section: modelarts
        key: offset
    vars:
      - name: modelarts_offset
  order_names:
    ini:
      - section: modelarts
        key: order_names
    vars:
      - name: modelarts_order_names
  order_ids:
    ini:
      - section: modelarts
        key: order_ids
    vars:
      - name: modelarts_order_ids
  operation:
    ini:
      - section: modelarts
        key: operation
    vars:
      - name: modelarts_operation
  latest:
    ini:
      - section: modelarts
        key: latest
    vars:
      - name: modelarts_latest
  details:
    ini:
      - section: modelarts
        key: details
    vars:
      - name: modelarts_details
  fields:
    ini:
      - section: modelarts
        key: fields
    vars:
      - name: modelarts_fields
"""
