# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What the modules can do, in the terms of Ansible's attributes."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of modules that only read."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return the same without changing anything.
  diff_mode:
    description: Returns what would change, or has changed, in diff mode.
  idempotent:
    description: Running it again changes nothing more.
  action_group:
    description:
      - Use C(group/huaweicloud.modelarts.modelarts) in C(module_defaults) to set options of all modules at once.
  async:
    description: Supports being used with the C(async) keyword.
  platform:
    description: Where the task can run.
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: It only reads, so check mode is no different.
  diff_mode:
    support: N/A
    details: It only reads.
  idempotent:
    support: full
    details: It only reads.
  action_group:
    support: full
    membership:
      - huaweicloud.modelarts.modelarts
  async:
    support: full
  platform:
    support: full
    platforms: posix
"""
