# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the integration tests share: one ansible-core for the session, simulators for each file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, WAYS, Ansible
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds
from modelarts_simulator import process


@pytest.fixture(scope="session")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ansible]:
    """Return the ansible-core under test, with a home of its own; a simulator that a playbook left behind is ended."""
    made = Ansible.of_environment(tmp_path_factory.mktemp("ansible"))
    yield made
    for state in made.temporary.glob("modelarts-simulator-*/*.json"):
        process.stop(process.Home(str(state.parent), state.stem))


@pytest.fixture(scope="module")
def clouds() -> Iterator[Clouds]:
    """Make simulators that live as long as the tests of a file."""
    with Clouds() as made:
        yield made


@pytest.fixture(scope="module", params=WAYS)
def way(request: pytest.FixtureRequest) -> dict[str, bool]:
    """Return the play variables that make the info module run in one of its ways."""
    return {"modelarts_in_process": request.param != "module"}


@pytest.fixture(scope="session")
def documentation(ansible: Ansible) -> dict[str, Any]:
    """Return what ansible-doc knows of every plugin: type, then name, then {doc, examples, return}."""
    run = ansible.run(["ansible-doc", "--metadata-dump", COLLECTION]).succeeded()
    return dict(json.loads(run.stdout)["all"])
