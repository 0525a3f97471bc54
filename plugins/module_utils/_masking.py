# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Telling ansible which values to mask, beyond the options that it knows to be secret."""

from __future__ import annotations

import typing as t

from ._client.text import HIDDEN, Redactor
from ._options import SECRETS

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # before ansible-core 2.22
    register_secret = None

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule


def mask(module: AnsibleModule, secrets: t.Iterable[str]) -> None:
    """Mask secrets that came from the environment or from IAM in everything that a module returns.

    Ansible replaces even a secret of one letter, in every word: such are taken out of the arguments instead.
    """
    short = {value for value in module.no_log_values if len(value) < Redactor.SHORTEST}
    module.no_log_values.difference_update(short)
    module.params.update({name: HIDDEN for name in SECRETS if module.params.get(name) in short})
    module.no_log_values.update(value for value in secrets if len(value) >= Redactor.SHORTEST)
    register(secrets)


def register(secrets: t.Iterable[str]) -> None:
    """Tell the running ansible process as well, where its version can be told (ansible-core 2.22 and later)."""
    if register_secret is None:
        return
    for secret in secrets:
        if len(secret) >= Redactor.SHORTEST:
            register_secret(secret)
