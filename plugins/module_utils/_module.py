# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""From the core's result to how a module answers."""

from __future__ import annotations

import typing as t

from ._client.text import Redactor
from ._info import Result
from ._masking import mask

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule


def answer(module: AnsibleModule, outcome: Result) -> t.NoReturn:
    """End the module with what is returned, its warnings, and its secrets masked."""
    mask(module, outcome.secrets)
    # ansible-core 2.22 masks what it shows, not what a module returns; and a text may be cut in between.
    redactor = Redactor(module.no_log_values)
    for warning in redactor.mask(outcome.warnings):
        module.warn(warning)
    result = redactor.mask(outcome.result)
    if outcome.failed:
        module.fail_json(**result)
    module.exit_json(**result)
