# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait whose polls are module runs on another host."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import WAIT, complete
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import Waiter
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._remote_source import RemoteSource
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scripted import (
    NOT_FOUND,
    Answer,
    Question,
    Scripted,
    by_time,
    row,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.test_broken import CREATING, always, node, ready_service


class FakeAction:
    """An action whose modules run here, against a scripted service."""

    def __init__(self, service: Scripted) -> None:
        self._task = mock.Mock(args={}, check_mode=False)
        self._service = service

    def _execute_module(self, module_name: str, module_args: dict[str, t.Any], **dummy: t.Any) -> dict[str, t.Any]:
        if module_name.endswith("_wait"):
            return self._service.wait(check_mode=True, **module_args).result
        return self._service.info(**module_args).result

    def wait(self, **options: t.Any) -> dict[str, t.Any]:
        """Run a wait that polls through this action."""
        params = complete(WAIT, options, {})
        clock = self._service.clock
        return Waiter(params, RemoteSource(t.cast("t.Any", self), params, {}, clock), clock).run().result


def test_another_host_asks_for_as_many_pools_as_it_is_told_to() -> None:
    rows = [row(f"o{number}", "successed", pool=f"p{number}") for number in range(20)]
    service = always(*rows)
    for number in range(20):
        service.others[f"pools/p{number}-id"] = lambda at: CREATING
        service.others[f"pools/p{number}-id/nodes"] = lambda at: Answer(body={"items": []})
    names = [row["orderName"] for row in rows]
    result = FakeAction(service).wait(order_names=names, ready=True, interval=60, visible_timeout=60, wait_timeout=300)
    assert result["timed_out"], result["msg"]
    assert {pool["phase"] for pool in result["pools"]} == {"Creating"}, (result["msg"], result["requests"])


def test_another_host_accepts_what_the_wait_accepts() -> None:
    service = ready_service([node("n1")], {}, row("a", "partialSuccessed"))
    result = FakeAction(service).wait(order_names=["a"], ready=True, accept_partial=True, wait_timeout=100)
    assert "failed" not in result, result["msg"]


def test_another_host_knows_a_deleted_pool_whose_order_is_not_listed_any_more() -> None:
    listed = by_time(lambda at: [] if at > 20 else [row("a", "processing", operation="delete")])

    def script(question: Question) -> Answer:
        return NOT_FOUND if question.at > 20 and question.query.get("involvedName") else listed(question)

    service = Scripted(script)
    service.others["pools/pool-a-id"] = lambda at: NOT_FOUND
    result = FakeAction(service).wait(order_names=["a"], ready=True, wait_timeout=100)
    assert "failed" not in result, result["msg"]


def test_another_host_says_at_once_that_no_pool_is_ever_shown() -> None:
    result = FakeAction(always(row("a", "successed"))).wait(order_names=["a"], ready=True, wait_timeout=900)
    assert result["elapsed"] < 30
    assert result["msg"].count("ready: this service does not offer ShowPool") == 1


def test_another_host_tells_once_why_a_pool_cannot_be_used() -> None:
    service = ready_service([node("n1", driver="Abnormal")], {}, row("a", "successed"))
    result = FakeAction(service).wait(order_names=["a"], ready=True, wait_timeout=100)
    assert result["msg"] == "Pool pool-a cannot be used: the driver of n1 is Abnormal"


def test_an_order_that_is_left_out_does_not_come_back_from_another_host_by_telling_less() -> None:
    modify = row("a", "successed", operation="modify")
    service = Scripted(by_time(lambda at: [modify if at < 40 else {**modify, "operation": None}]))
    result = FakeAction(service).wait(order_names=["a"], operation=["apply"])
    assert result.get("failed") and result["missing"] == ["a"]


def test_text_of_another_host_is_one_safe_line() -> None:
    service = always()
    action = FakeAction(service)
    said = {"failed": True, "msg": "MODULE FAILURE\x1b[2J\nsee stderr", "module_stderr": "boom\x07"}
    with mock.patch.object(action, "_execute_module", return_value=said):
        assert action.wait(order_names=["a"])["msg"].isprintable()


@pytest.mark.parametrize("kind", [AnsibleConnectionFailure, AnsibleError])
def test_a_host_that_cannot_be_used_ends_a_wait_in_its_shape(kind: type[Exception]) -> None:
    action = FakeAction(always())
    with mock.patch.object(action, "_execute_module", side_effect=kind("Missing sudo password\x1b")):
        result = action.wait(order_names=["a"])
    assert result["failed"] and result["polls"] == 1 and result["missing"] == ["a"]
    assert result["msg"] == "The host that polls could not be used: Missing sudo password"
