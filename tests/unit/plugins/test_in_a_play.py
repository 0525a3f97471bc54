# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests and filters as real plays use them: by their full names, in loops and conditions, on text of any kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import Ansible
from ansible_collections.huaweicloud.modelarts.tests.unit.plugins.orders import order, result, timed

PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    answer: "{{ lookup('ansible.builtin.file', playbook_dir ~ '/result.json') | from_json }}"
    reason: "{{ '{' ~ '{ 70001 * 70001 }' ~ '}' }}"
    # Numbers of a playbook are of a class of ansible-core's own.
    rows:
      count: 2
      items:
        - {orderName: a, phase: completed, creationTimestamp: 1682043883000, endTimestamp: 1682043993000}
        - {orderName: b, phase: weird, endTimestamp: 1682043993000, specCount: [{flavor: f, count: 3}]}
  tasks:
    - ansible.builtin.assert:
        that:
          - answer is huaweicloud.modelarts.order_failed
          - answer is not huaweicloud.modelarts.order_finished
          - answer.orders | select('huaweicloud.modelarts.order_pending') | list | length == 1
          - answer.orders | selectattr('state', 'eq', 'failed') is huaweicloud.modelarts.order_finished
          - answer.orders[0] is huaweicloud.modelarts.order_succeeded
          - (answer.orders | reject('huaweicloud.modelarts.order_succeeded'))[0].order_name is search('00002')
    - ansible.builtin.assert:
        that:
          - rows['items'][0] is huaweicloud.modelarts.order_succeeded
          - rows is huaweicloud.modelarts.order_finished
          - "'2023-04-21' in rows | huaweicloud.modelarts.orders_table"
          - "'3 x f' in rows | huaweicloud.modelarts.orders_report_html"
    - ansible.builtin.set_fact:
        as_table: "{{ answer | huaweicloud.modelarts.orders_table(width=100) }}"
        as_picture: "{{ answer.orders | huaweicloud.modelarts.orders_timeline(now='2023-11-15') }}"
        as_page: "{{ answer | huaweicloud.modelarts.orders_report_html(title='All') }}"
    - ansible.builtin.assert:
        that:
          - reason in as_table
          - as_table.splitlines() | map('length') | max <= 100
          - as_picture.startswith('<svg') and as_picture.endswith('</svg>')
          - as_page.startswith('<!DOCTYPE html>') and '<h1>All</h1>' in as_page
          - (70001 * 70001) | string not in as_table
          - "'70001 * 70001 &#125;&#125;' in as_page"
"""
#: A condition, and what a user must be told of it.
MISTAKES = (
    ("missing is huaweicloud.modelarts.order_failed", "'missing' is undefined"),
    ("[missing] is huaweicloud.modelarts.order_failed", "'missing' is undefined"),
    ("inventory_hostname is huaweicloud.modelarts.order_failed", "order_failed: expected an order, a list of"),
    ("(42 | huaweicloud.modelarts.orders_table) == ''", "orders_table: expected an order, a list of orders"),
    ("([missing] | huaweicloud.modelarts.orders_timeline) == ''", "'missing' is undefined"),
)


@pytest.fixture(scope="module")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    return Ansible.of_environment(tmp_path_factory.mktemp("ansible"))


def test_in_conditions_and_expressions(ansible: Ansible, tmp_path: Path) -> None:
    failed = timed(2, "failed", 70, 3, failReason="{{ 70001 * 70001 }} {% raw %}")
    answer = result(timed(1, "succeeded", 10, 974), failed, order("pending"))
    (tmp_path / "result.json").write_text(json.dumps(answer), encoding="utf-8")
    (tmp_path / "play.yml").write_text(PLAY, encoding="utf-8")
    ansible.run(["ansible-playbook", "play.yml"], cwd=tmp_path).succeeded()


def test_a_mistake_is_told_in_words_that_users_know(ansible: Ansible) -> None:
    tasks = [
        {"name": condition, "ansible.builtin.debug": {"msg": "never"}, "when": condition, "ignore_errors": True}
        for condition, dummy in MISTAKES
    ]
    run = ansible.tasks(tasks).succeeded()
    for condition, told in MISTAKES:
        assert told in str(run.failure(condition)["msg"])
    assert "Traceback" not in run.output
