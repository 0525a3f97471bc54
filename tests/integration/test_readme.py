# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reader who copies the README's snippets into one shell, in the order in which they are printed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, ROOT, Ansible
from ansible_collections.huaweicloud.modelarts.tests.support.blocks import parse
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds

pytestmark = pytest.mark.newest
README = (ROOT / "README.md").read_text(encoding="utf-8")
ORIGIN = "https://github.com/huaweicloud/ansible-collection-modelarts.git"
#: What needs a network: the other way to install is tried in its place.
OUTSIDE = ("python3 -m pip install ", "ansible-galaxy collection install huaweicloud.modelarts")
ORDERS = [{"pool": "pool-5ed5", "order_name": "order.pool-5ed5-w4l2n", "state": "succeeded", "created": "1h"}]


def script(environment: dict[str, str]) -> Iterator[str]:
    """Yield the lines of the shell; what it exports of its own is replaced by what the simulator takes."""
    yield "set -eu"
    for block in parse(README, "README.md"):
        if block.kind == "playbook":
            yield f"cat > {block.file_name} <<'PLAYBOOK'\n{block.text}PLAYBOOK"
        elif block.language == "shell":
            for line in block.text.splitlines():
                yield "" if line.startswith(OUTSIDE) else line
                if line.startswith("export HW_SECRET_KEY"):
                    yield from (f"export {name}='{value}'" for name, value in environment.items())


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_its_snippets_work_in_the_order_printed(ansible: Ansible, clouds: Clouds, tmp_path: Path) -> None:
    checkout = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--git-dir"], capture_output=True, check=False)
    if checkout.returncode:
        pytest.fail("the README's snippets clone the repository: run this test in a checkout")
    sim = clouds.new(ORDERS)
    git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.file://{ROOT}.insteadOf", "GIT_CONFIG_VALUE_0": ORIGIN}
    places = {"PATH": f"{ansible.bin}{os.pathsep}{os.environ['PATH']}", "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script(sim.environment))],
        env=ansible.environment(**git, **places),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "ansible_collections" / COLLECTION.replace(".", "/") / "MANIFEST.json").is_file()
    answer = next(block.text for block in parse(README, "README.md") if block.text.startswith("localhost | SUCCESS"))
    assert answer in done.stdout, "the answer that the page shows"
    assert "pool-5ed5 can be used after" in done.stdout
    assert "Order order.pool-big-x7q3m (pool pool-big) failed: " in done.stdout
