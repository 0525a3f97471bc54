# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Jinja tests: every form of input, and what is no input."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_report_html import orders_report_html
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_table import orders_table
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_timeline import orders_timeline
from ansible_collections.huaweicloud.modelarts.plugins.test.orders import TestModule as OrderTests
from ansible_collections.huaweicloud.modelarts.tests.unit.plugins.orders import SPELLINGS, START, order, raw, result
from jinja2 import StrictUndefined, UndefinedError

TESTS = OrderTests().tests()
STATES = tuple(SPELLINGS)
ALIKE = ("succeeded", "pending", "processing", "partial")
ENDED = ("succeeded", "partial", "failed")
EACH_SPELLING = [(state, number) for state in STATES for number in range(len(SPELLINGS[state]))]


def true_tests(value: t.Any) -> set[str]:
    """Return the names of the tests that hold, without their prefix. Each must answer with a real bool."""
    answers = {name: test(value) for name, test in TESTS.items()}
    assert all(isinstance(answer, bool) for answer in answers.values())
    return {name.replace("order_", "") for name, answer in answers.items() if answer}


def expected(state: str) -> set[str]:
    return ({state} if state != "unknown" else set()) | ({"finished"} if state in ENDED else set())


@pytest.mark.parametrize(("state", "spelling"), EACH_SPELLING)
def test_a_raw_row_and_the_order_made_of_it(state: str, spelling: int) -> None:
    for ended in ({}, {"endTimestamp": START + 60_000}) if state in ENDED else ({},):
        row = raw(state, spelling, **ended)
        assert true_tests(row) == expected(state)
        assert true_tests(order(state, **row)) == expected(state)
        assert true_tests({"count": 1, "items": [row]}) == expected(state)


@pytest.mark.parametrize("wrap", [lambda orders: orders, tuple, iter, lambda orders: result(*orders)])
def test_many_orders_must_all_match_but_one_failure_is_enough(wrap: t.Callable[[list[t.Any]], t.Any]) -> None:
    def names(*states: str) -> set[str]:
        return {
            name.replace("order_", "") for name, test in TESTS.items() if test(wrap([order(state) for state in states]))
        }

    assert names() == set()
    for state in ALIKE:
        assert names(state, state) == expected(state)
        assert names(state, "unknown") == set()
    assert names("succeeded", "failed") == {"failed", "finished"}
    assert names("pending", "failed") == {"failed"}
    assert names("succeeded", "partial") == {"finished"}


def test_a_result_without_orders_is_nothing_yet() -> None:
    values: list[t.Any] = [
        [],
        result(),
        result(failed=True, msg="the service answered 503", status=503),
        {"failed": True, "msg": "missing required arguments: x", "changed": False},
        {"unreachable": True, "msg": "no route to host", "changed": False},
        {"skipped": True, "skip_reason": "Conditional result was False", "changed": False},
    ]
    for value in values:
        assert true_tests(value) == set()


def test_a_failed_wait_still_tells_its_orders() -> None:
    assert true_tests(result(order("failed"), order("pending"), failed=True, msg="order failed")) == {"failed"}


@pytest.mark.parametrize("state", STATES)
def test_orders_trimmed_by_fields(state: str) -> None:
    one = order(state)
    for fields in (
        ("state",),
        ("order_name", "state", "finished"),
        ("phase", "result", "fail_reason", "end_timestamp"),
    ):
        assert true_tests({key: one[key] for key in fields}) == expected(state)
        assert true_tests(result(one, fields=fields)) == expected(state)
    assert true_tests(result(one, fields=("order_name",))) == expected(state), "the summary still tells"


def test_an_unknown_state_is_finished_once_it_has_an_end_time() -> None:
    ended = order("unknown", endTimestamp=START + 1)
    assert true_tests(ended) == {"finished"}
    assert true_tests({key: ended[key] for key in ("state", "end_timestamp")}) == {"finished"}
    assert true_tests({key: ended[key] for key in ("state", "ended_at")}) == {"finished"}
    assert true_tests({"state": "unknown"}) == set(), "without an end time to show nothing is finished"
    assert true_tests(result(ended, fields=("order_name",))) == {"finished"}


def test_rows_of_show_order() -> None:
    row = {"resourceName": "node-1", "action": "createNode", "status": "succeed", "beginTimestamp": "1700000000000"}
    assert true_tests(row) == {"succeeded", "finished"}
    assert true_tests({"resourcename": "node-1", "action": "createNode", "status": "failed"}) == {"failed", "finished"}
    assert true_tests({"count": 2, "items": [row, {**row, "status": "processing"}]}) == set()
    resource = {"resource_name": "node-1", "status": "failed", "state": "failed", "update_timestamp": START}
    assert true_tests([resource]) == {"failed", "finished"}
    assert true_tests({"count": 0, "items": None}) == set()


def test_a_service_that_sends_a_state_of_its_own_is_not_believed() -> None:
    assert true_tests({**raw("failed"), "state": "succeeded", "finished": False}) == {"failed", "finished"}


def test_a_result_that_names_something_missing_is_neither_succeeded_nor_finished() -> None:
    assert true_tests(result(order("succeeded"), missing=[])) == {"succeeded", "finished"}
    outcomes: list[dict[str, t.Any]] = [{}, {"failed": True, "msg": "timed out"}]
    for failed in outcomes:
        assert true_tests(result(order("succeeded"), missing=["pool-b"], **failed)) == set()
        assert true_tests(result(order("failed"), missing=["pool-b"], **failed)) == {"failed"}
    assert true_tests(result(order("succeeded"), fields=("order_name",), missing=["order.b"])) == set()


def test_a_result_that_denies_it_has_not_succeeded_or_ended() -> None:
    """As that of a wait which did not know every order that counts."""
    denied = result(order("succeeded"), all_succeeded=False, all_finished=False, missing=[])
    assert true_tests(denied) == true_tests({**denied, "failed": True}) == set()
    assert true_tests({**denied, "all_finished": True}) == {"finished"}


class Broken(dict[str, t.Any]):
    """An order that breaks down when it is read."""

    def __init__(self, error: type[Exception]) -> None:
        super().__init__(state="succeeded")
        self.error = error

    def get(self, key: str, default: t.Any = None) -> t.Any:
        raise self.error("\x1b[31mone\u202etwo\nthree")


POINTS: dict[str, t.Callable[..., object]] = {
    **TESTS,
    **{one.__name__: one for one in (orders_table, orders_timeline, orders_report_html)},
}


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("error", [ZeroDivisionError, RecursionError, MemoryError, RuntimeError, KeyError])
def test_no_exception_leaves_a_test_or_a_filter(name: str, error: type[Exception]) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        POINTS[name]([Broken(error)])
    told = str(caught.value)
    assert told.startswith(f"{name}: {error.__name__}: ")
    assert told.endswith(" This is a defect: please report it")
    assert told.isprintable()


@pytest.mark.parametrize(
    ("name", "positional", "named", "told"),
    [
        ("orders_table", (), {"witdh": 80}, "got an unexpected keyword argument 'witdh': it takes width"),
        ("orders_timeline", (1, 2), {}, "too many positional arguments: it takes now"),
        ("order_failed", (1,), {}, "too many positional arguments: it takes no options"),
    ],
)
def test_a_misspelt_option_is_told_with_those_that_there_are(
    name: str, positional: tuple[t.Any, ...], named: dict[str, t.Any], told: str
) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        POINTS[name]([], *positional, **named)
    assert str(caught.value).startswith(f"{name}: {told}")


@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("order.pool-5ed5-w4l2n", "got a string: give the variable itself, not its text, and use query()"),
        (None, "got none"),
        (True, "got a boolean"),
        (7, "got a number"),
        ({}, "got a dictionary without state, phase or orders (its keys: none)"),
        ({"changed": False, "rc": 0}, "(its keys: changed, rc)"),
        ({"path": "file", "state": "absent"}, "(its keys: path, state)"),
        ({"status": 200, "url": "x"}, "(its keys: status, url)"),
        ({"order_name": "x"}, "got an order without its state: keep state among the fields"),
        (
            {"results": [], "changed": False},
            "got the result of a loop: use results | map(attribute='orders') | flatten",
        ),
        ({"ansible_job_id": "j1.2", "started": 1}, "got a job that is still running: wait for it with async_status"),
        ([{"orders": []}], "got a list of results: use results | map(attribute='orders') | flatten"),
        ([order(), "text"], "got a list whose item 1 is a string"),
        ([[order()]], "got a list whose item 0 is a list: flatten it first"),
        (["\x1b[31m\n{{ 7 * 7 }}"], "got a list whose item 0 is a string"),
    ],
)
def test_anything_else_is_one_clear_line(name: str, value: t.Any, told: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        TESTS[name](value)
    message = str(caught.value)
    assert message.startswith(f"{name}: expected an order, a list of orders or a result that holds orders; ")
    assert told in message
    assert len(message.splitlines()) == 1


def test_what_is_undefined_is_called_so() -> None:
    undefined = StrictUndefined(name="waited")
    for value in (undefined, [undefined], [order(), undefined]):
        with pytest.raises(UndefinedError, match="'waited' is undefined"):
            TESTS["order_succeeded"](value)
