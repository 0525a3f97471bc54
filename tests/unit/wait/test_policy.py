# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How patient a wait is: times as numbers and as texts, and all that is wrong with them in one line."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import PATIENCE
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.policy import WaitPolicy
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.waiter import wait_for_orders

TIMES = ("wait_timeout", "interval", "pending_interval", "visible_timeout", "pending_timeout", "settle", "heartbeat")


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (90, 90),
        (1.5, 1.5),
        ("90", 90),
        (" 7.5 ", 7.5),
        ("90s", 90),
        ("45m", 2700),
        ("2h", 7200),
        ("1.5h", 5400),
        ("1d", 86400),
    ],
)
def test_a_time_is_a_number_of_seconds_or_a_text_with_a_unit(name: str, given: Any, seconds: float) -> None:
    assert getattr(WaitPolicy.from_options({name: given}), name) == seconds


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("given", ["soon", "1h30m", "-5m", -1, True, "nan", float("inf"), "40d", [], {}, 10**400])
def test_what_is_no_time_is_refused_by_name(name: str, given: Any) -> None:
    with pytest.raises(InputError) as caught:
        WaitPolicy.from_options({name: given})
    assert caught.value.msg.startswith(f"{name}: ")


def test_what_is_not_given_is_the_default() -> None:
    assert WaitPolicy.from_options({"wait_timeout": "", "settle": None}) == WaitPolicy()
    assert all(getattr(WaitPolicy(), name) == PATIENCE[name].default for name in TIMES)


def test_all_that_is_wrong_is_said_at_once() -> None:
    options = {"interval": "soon", "heartbeat": -1, "expected_count": -2, "since": "x", "order_names": ["a"]}
    msg = wait_for_orders({**options, "auth_token": "canary-0123"}, {}).result["msg"]
    for word in ("region is missing", "interval: 'soon'", "heartbeat: -1", "expected_count: -2", "since: 'x'"):
        assert word in msg
