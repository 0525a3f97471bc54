# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifty playbooks at once against one service, each waiting for its own order. Long: MODELARTS_LONG=1 runs it."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, Ansible, write_playbook
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds

PLAYBOOKS = 50
#: Seconds. Fifty starts of ansible-playbook take a minute or two of two cores.
BOUND = 400


@pytest.mark.skipif(not os.environ.get("MODELARTS_LONG"), reason="takes minutes: set MODELARTS_LONG=1")
@pytest.mark.timeout(BOUND + 100)
def test_fifty_playbooks_at_once(ansible: Ansible, clouds: Clouds) -> None:
    """All succeed, each with its own order, in bounded time and with a bounded number of requests."""
    names = [f"order.pool-{number}-w4l2n" for number in range(PLAYBOOKS)]
    timeline = [{"state": "pending", "seconds": 20}, {"state": "processing", "seconds": 40}, {"state": "succeeded"}]
    sim = clouds.new([{"pool": f"pool-{n}", "order_name": name, "timeline": timeline} for n, name in enumerate(names)])
    cwd = ansible.folder()
    wait = {"order_names": ["{{ order }}"], "interval": 5, "pending_interval": 5, "wait_timeout": BOUND}
    check = {"that": ["waited.all_succeeded", "waited.orders | length == 1", "waited.orders[0].order_name == order"]}
    tasks = [{f"{COLLECTION}.modelarts_order_wait": wait, "register": "waited"}, {"ansible.builtin.assert": check}]
    write_playbook(cwd / "play.yml", [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    began = time.monotonic()
    running = []
    for name in names:
        command = [str(ansible.bin / "ansible-playbook"), "play.yml", "-e", f"order={name}"]
        environment = ansible.environment(**sim.environment)
        running.append(
            subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        )
    outputs = [process.communicate(timeout=BOUND)[0].decode() for process in running]
    took = time.monotonic() - began
    assert [output[-800:] for output, process in zip(outputs, running) if process.returncode] == []
    assert took <= BOUND
    # A poll every five seconds or so, and none of them in vain.
    assert sim.count() <= PLAYBOOKS * (took / 5 + 4)
    assert {row["status"] for row in sim.requests()} == {200}
    print(f"{PLAYBOOKS} playbooks: {took:.0f} s, {sim.count()} requests")
