# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-doc knows of the collection, asked once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, Ansible


@pytest.fixture(scope="session")
def documentation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the documentation of every plugin with its fragments merged: type, then name."""
    ansible = Ansible.of_environment(tmp_path_factory.mktemp("ansible-doc"))
    return dict(json.loads(ansible.run(["ansible-doc", "--metadata-dump", COLLECTION]).succeeded().stdout)["all"])
