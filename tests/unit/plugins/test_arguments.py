# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments as they were meant: lists that came as one text, and names that can't be any."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import WAIT
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.query import Query
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._arguments import as_users_wrote


@pytest.mark.parametrize(
    "given",
    [
        *("a,b", " a , b ,", "a\nb\n", "a\r\nb", ",a,,b", '["a", "b"]', ' [\n"a",\n"b"]\n', ["a", "b"], ("a", "b")),
    ],
)
@pytest.mark.parametrize("name", ["involved_names", "pools"])
def test_a_list_as_one_text(name: str, given: Any) -> None:
    """Under every name of the option."""
    assert as_users_wrote({name: given}, WAIT) == {name: ["a", "b"]}


@pytest.mark.parametrize("given", ["", None, [], "[]", " , ", "\n"])
def test_a_list_of_nothing(given: Any) -> None:
    """Is an empty list, which counts as not given."""
    assert as_users_wrote({"order_ids": given}, WAIT) == {"order_ids": []}


@pytest.mark.parametrize("given", ["[a, b", "[" * 100_000, '["a"]x'])
def test_what_is_no_list_stays_as_it_is(given: str) -> None:
    """So that the line which refuses it can show it."""
    assert as_users_wrote({"order_ids": given}, WAIT) == {"order_ids": [given]}


def test_other_values_stay_as_they_are() -> None:
    """A time becomes the text that the options take; what is no text and no list is left to the argument spec."""
    moment = datetime.datetime(2026, 11, 1, 8, tzinfo=datetime.timezone.utc)
    given = {"since": moment, "retries": 4, "fail_fast": "no", "region": None, "workspace_id": 7, "unknown": [1]}
    assert as_users_wrote(given, WAIT) == {**given, "since": "2026-11-01T08:00:00+00:00"}


@pytest.mark.parametrize(
    "given", ['["a"', "[a]", '"a"', "'a'", "{'a': 1}", ["a"], {"a": 1}, "{{ pool }}", "a\tb", "a\nb", "x" * 257, True]
)
@pytest.mark.parametrize("name", ["order_names", "order_ids"])
def test_what_cannot_be_a_name(name: str, given: Any) -> None:
    """It is refused before anything is asked, where it would never be listed."""
    with pytest.raises(InputError, match=f"^{name}: .* can't be a name: give a list of names, or one text"):
        Query.from_options({name: [given]}, 0)
