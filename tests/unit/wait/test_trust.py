# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait never says "succeeded" too early, and fails only where there is a reason: against answers of every quality."""

from __future__ import annotations

import errno
import re
import typing as t

import pytest
import requests
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import CredentialsError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders.api import Listing
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.policy import WaitPolicy
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.standing import FAILED, WAIT
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.targets import Targets
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._wait.tracker import Tracker
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import NOW, NOW_MS, VirtualClock
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scripted import (
    NOT_FOUND,
    Answer,
    Question,
    Row,
    Script,
    Scripted,
    listing,
    polls,
    row,
)

DAY = 86_400.0
OLD = row("order.old", "successed", age=1000)
NEW, DONE = row("order.new", age=60), row("order.new", "successed", age=60)
AGES_AGO = row("order.old", "successed", age=10 * DAY)


def timed(*steps: tuple[float, Answer]) -> Script:
    """Return a script by time: each answer holds until so many seconds after the wait's begin."""

    def script(question: Question) -> Answer:
        return next((answer for until, answer in steps if question.at < until), steps[-1][1])

    return script


# Stale and partial listings


@pytest.mark.parametrize(
    "options",
    [{"involved_names": ["pool-a"], "since": "1h"}, {"involved_names": ["pool-a"], "since": "1h", "expected_count": 2}],
)
def test_an_order_seen_once_stays_a_target_though_a_listing_leaves_it_out(options: dict[str, t.Any]) -> None:
    script = timed((10, listing(OLD, NEW)), (100, listing(OLD)), (500, listing(OLD, NEW)), (9e9, listing(OLD, DONE)))
    service = Scripted(script)
    outcome = service.wait(**options)
    assert not outcome.failed and outcome.result["elapsed"] >= 500


def test_an_old_success_does_not_stand_in_for_a_newer_order_that_leaves_the_list() -> None:
    other = row("order.b", "successed", pool="pool-b", age=60)
    script = timed(
        (10, listing(AGES_AGO, NEW, other)), (100, listing(AGES_AGO, other)), (9e9, listing(AGES_AGO, DONE, other))
    )
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a", "pool-b"])
    assert not outcome.failed and outcome.result["elapsed"] >= 100
    assert {found["order_name"] for found in outcome.result["orders"]} == {"order.new", "order.b"}


def test_a_row_that_loses_what_it_was_met_by_is_followed_by_its_name() -> None:
    bare = {**NEW, "resourceDisplayName": None, "resourceName": None, "operation": None}
    script = timed((10, listing(OLD, NEW)), (100, listing(OLD, bare)), (9e9, listing(OLD, DONE)))
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a"], since="1h", operation=["apply"])
    assert not outcome.failed and outcome.result["elapsed"] >= 100


def test_a_failure_once_seen_is_not_forgotten() -> None:
    bad, slow = row("order.bad", "failed"), row("order.slow", age=50)
    late = row("order.slow", "successed", age=50)
    for later in ([], [row("order.bad")], [row("order.bad", "successed")]):
        script = timed((10, listing(bad, slow)), (200, listing(*later, slow)), (9e9, listing(*later, late)))
        service = Scripted(script)
        outcome = service.wait(order_names=["order.bad", "order.slow"], fail_fast=False)
        assert outcome.failed and 200 <= outcome.result["elapsed"] <= 300, later
        assert outcome.result["msg"] == "Order order.bad (pool pool-a) failed: no stock"
        assert outcome.result["any_failed"] and not outcome.result["all_succeeded"]
        assert [order["order_name"] for order in outcome.result["failed_orders"]] == ["order.bad"]


def test_a_failure_is_not_forgotten_for_a_newer_order_either() -> None:
    bad, slow = row("order.bad", age=90), row("order.slow", pool="pool-b")
    failed, done = row("order.bad", "failed", age=90), row("order.slow", "successed", pool="pool-b")
    again = row("order.again", "successed", age=-60)
    script = timed((10, listing(bad, slow)), (100, listing(failed, slow)), (9e9, listing(failed, again, done)))
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a", "pool-b"], fail_fast=False)
    assert outcome.failed and "order.bad" in outcome.result["msg"]
    assert outcome.result["any_failed"] and not outcome.result["all_succeeded"]


def test_a_failure_that_a_stale_listing_takes_back_stays_one_while_the_pool_settles() -> None:
    bad = row("order.old", "failed", age=900)
    script = timed((5, listing(bad)), (12, listing(row("order.old", age=900))), (9e9, listing(bad)))
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a"], interval=5)
    assert outcome.failed and 30 <= outcome.result["elapsed"] <= 31, "settle is not over sooner"
    assert any("it counts as failed" in warning for warning in outcome.warnings)


def test_one_listing_that_shows_an_order_twice_counts_by_the_more_cautious_row() -> None:
    script = timed((10, listing(NEW)), (100, listing(DONE, NEW)), (9e9, listing(DONE)))
    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"])
    assert not outcome.failed


def test_an_order_that_was_listed_by_its_id_alone_is_the_one_that_has_a_name_later() -> None:
    script = timed((10, listing({**NEW, "orderName": None})), (9e9, listing(DONE)))
    service = Scripted(script)
    outcome = service.wait(order_ids=["CS-order.new"])
    assert not outcome.failed and len(outcome.result["orders"]) == 1


# Which order is the newest


def stamped(first: Row, second: Row, **extra: t.Any) -> list[Row]:
    """Return both rows, the second with these keys changed."""
    return [first, {**second, **extra}]


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(
    "extra",
    [
        {"creationTimestamp": OLD["creationTimestamp"]},
        {"creationTimestamp": 0},
        {"creationTimestamp": None},
        {"creationTimestamp": "0"},
        {"creationTimestamp": NOW_MS // 1000 - 60},
        {"resourceName": None},
        {"resourceName": None, "creationTimestamp": 0},
    ],
)
@pytest.mark.parametrize("bad", ["failed", "processing"])
def test_where_times_do_not_tell_every_candidate_counts(extra: dict[str, t.Any], bad: str, swap: bool) -> None:
    rows = stamped(OLD, row("order.new", bad), **extra)
    service = Scripted(polls(listing(*(rows[::-1] if swap else rows))))
    outcome = service.wait(involved_names=["pool-a"], wait_timeout=120)
    assert outcome.failed
    assert "order.new" in outcome.result["msg"]


# Settling


@pytest.mark.parametrize("first", [listing(), NOT_FOUND, Answer(status=503, body={})])
def test_a_pool_settles_from_when_it_is_first_met(first: Answer) -> None:
    script = timed((10, first), (40, listing(AGES_AGO)), (200, listing(AGES_AGO, NEW)), (9e9, listing(AGES_AGO, DONE)))
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a"])
    assert not outcome.failed and outcome.result["elapsed"] >= 200


def test_an_order_of_days_ago_that_the_first_poll_leaves_out_is_found_while_its_pool_settles() -> None:
    new, done = row("order.new", age=2 * DAY), row("order.new", "successed", age=2 * DAY)
    steps = [(1, listing(AGES_AGO)), (300, listing(AGES_AGO, new)), (9e9, listing(AGES_AGO, done))]
    service = Scripted(timed(*steps))
    outcome = service.wait(involved_names=["pool-a"])
    assert not outcome.failed and outcome.result["elapsed"] >= 300


def test_an_outage_does_not_end_the_settling() -> None:
    """The first poll after it may be the stale one."""
    throttled = Answer(status=429, body={}, headers={"Retry-After": "120"})
    steps = [(1, listing(AGES_AGO)), (20, throttled), (130, listing(AGES_AGO)), (300, listing(AGES_AGO, NEW))]
    service = Scripted(timed(*steps, (9e9, listing(AGES_AGO, DONE))))
    outcome = service.wait(involved_names=["pool-a"])
    assert not outcome.failed and outcome.result["elapsed"] >= 300


def test_a_still_older_order_does_not_end_the_settling() -> None:
    older = row("order.older", "successed", age=20 * DAY)
    script = timed(
        (5, listing(AGES_AGO)),
        (20, listing(older)),
        (200, listing(older, AGES_AGO, NEW)),
        (9e9, listing(AGES_AGO, DONE)),
    )
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a"], interval=5)
    assert not outcome.failed and outcome.result["elapsed"] >= 200


def test_a_newer_success_does_not_end_the_settling() -> None:
    newer = row("order.newer", "successed", age=5 * DAY)
    script = timed(
        (5, listing(AGES_AGO)), (25, listing(newer)), (200, listing(newer, NEW)), (9e9, listing(newer, DONE))
    )
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a"], interval=5)
    assert not outcome.failed and outcome.result["elapsed"] >= 200


# What cannot be shown in full


def full_millisecond(*rows: Row) -> list[Row]:
    """Return rows that share one millisecond and more than the service can show, the given ones behind them."""
    many = [row(f"order.{number}", "successed", pool="pool-x", age=500) for number in range(1200)]
    return [*many, *rows]


@pytest.mark.no_cover
@pytest.mark.parametrize("pools", [["pool-x"], ["pool-x", "pool-a"]])
def test_a_listing_that_does_not_show_everything_completes_no_wait_for_pools(pools: list[str]) -> None:
    hidden = row("order.hidden", "processing", pool="pool-x", age=500)
    rows = [row("order.a", "successed", age=500), *full_millisecond(hidden)]
    service = Scripted(polls(listing(*rows)))
    outcome = service.wait(involved_names=pools, settle=0, wait_timeout=60)
    assert outcome.failed and outcome.result["truncated"] and outcome.result["timed_out"]
    assert "did not show everything (truncated)" in outcome.result["msg"]
    assert any("truncated" in warning for warning in outcome.warnings)


def test_what_such_a_listing_shows_of_named_orders_counts() -> None:
    service = Scripted(polls(listing(row("order.a", "successed", age=500), *full_millisecond())))
    outcome = service.wait(order_names=["order.a"])
    assert not outcome.failed and outcome.result["truncated"]
    assert any("truncated" in warning for warning in outcome.warnings)


# Contradictory words


@pytest.mark.parametrize("word", ["cancelled", "canceled", "closed", "deleted", "rejected", "expired", "timeout"])
@pytest.mark.parametrize("place", ["phase", "result"])
def test_another_word_beside_a_success_word_is_no_success(word: str, place: str) -> None:
    other = "result" if place == "phase" else "phase"
    ended = {**DONE, place: word, other: "successed"}
    service = Scripted(polls(listing(ended)))
    outcome = service.wait(order_names=["order.new"])
    assert outcome.failed and not outcome.result["all_succeeded"]


# Missing


def test_nothing_has_succeeded_while_a_name_is_missing() -> None:
    for options in ({"check_mode": True}, {"wait_timeout": 0}, {"visible_timeout": 0}):
        service = Scripted(polls(listing(DONE)))
        result = service.wait(order_names=["order.new", "ghost"], **options).result
        assert result["missing"] == ["ghost"]
        assert not result["all_succeeded"] and not result["all_finished"]


# Gone is not misspelled


def test_an_order_that_leaves_the_list_for_good_was_listed_once() -> None:
    service = Scripted(timed((100, listing(row("order.new", "pending"))), (9e9, listing())))
    outcome = service.wait(order_names=["order.new"])
    wide = [int(question.query["since"]) for question in service.asked]
    assert outcome.failed and outcome.result["missing"] == [] and not outcome.result["timed_out"]
    assert re.search(
        r"order\.new \(pool pool-a\) was listed until .*Z as pending, and is no longer", outcome.result["msg"]
    )
    assert "misspelled" not in outcome.result["msg"]
    assert 400 <= outcome.result["elapsed"] <= 470
    assert wide[-1] <= wide[0], "before anything is given up, one poll over all of its time"


def test_progress_counts_one_pool_once() -> None:
    service = Scripted(timed((100, listing(NEW)), (9e9, NOT_FOUND)))
    service.wait(involved_names=["pool-a"])
    assert all("0/1 succeeded" in line for dummy, line in service.lines)
    assert not any("not listed yet" in line for dummy, line in service.lines)


DELETING = row("order.del", operation="delete")


@pytest.mark.parametrize("pools", [["pool-a"], ["pool-a", "pool-b"]])
def test_a_deletion_has_succeeded_when_the_service_knows_the_pool_no_more(pools: list[str]) -> None:
    other = row("order.b", "successed", pool="pool-b")

    def script(question: Question) -> Answer:
        gone = question.at > 100
        if gone and question.query.get("involvedName") in ("pool-a", DELETING["resourceName"]):
            return NOT_FOUND
        return listing(other) if gone else listing(other, DELETING)

    service = Scripted(script)
    outcome = service.wait(involved_names=pools)
    assert not outcome.failed, outcome.result["msg"]
    assert outcome.result["all_succeeded"] and 100 <= outcome.result["elapsed"] <= 140
    assert any("ModelArts.50015001" in warning for warning in outcome.warnings)


def test_a_deletion_whose_orders_are_only_not_listed_has_not_succeeded() -> None:
    service = Scripted(timed((100, listing(DELETING)), (9e9, listing())))
    outcome = service.wait(involved_names=["pool-a"])
    assert outcome.failed and "was listed until" in outcome.result["msg"]


def test_an_order_of_another_kind_does_not_succeed_by_losing_its_pool() -> None:
    service = Scripted(timed((100, listing(NEW)), (9e9, NOT_FOUND)))
    outcome = service.wait(involved_names=["pool-a"])
    assert outcome.failed and "was listed until" in outcome.result["msg"]


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_code_in_another_answer_than_404_is_no_proof_of_a_deletion(status: int) -> None:
    words = Answer(status=status, body=NOT_FOUND.body)

    def script(question: Question) -> Answer:
        gone = question.at > 100
        return words if gone and "involvedName" in question.query else listing() if gone else listing(DELETING)

    service = Scripted(script)
    outcome = service.wait(order_names=[DELETING["orderName"]], wait_timeout=900)
    assert outcome.failed


# Orders that do not tell their operation, or no longer


@pytest.mark.parametrize("known_before", [False, True])
def test_an_order_that_does_not_tell_its_operation_hides_none(known_before: bool) -> None:
    other = row("order.other", "successed", age=30, operation="modify" if known_before else ...)
    bare = {**other, "operation": None}
    script = timed((40, listing(NEW, other)), (300, listing(NEW, bare)), (9e9, listing(DONE, bare)))
    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a"], operation=["apply"])
    assert not outcome.failed and outcome.result["elapsed"] >= 300
    assert ("order.other" in {order["order_name"] for order in outcome.result["orders"]}) is not known_before


def test_an_order_that_the_filters_leave_out_does_not_come_back_by_telling_less() -> None:
    modify = row("order.new", "successed", age=60, operation="modify")
    service = Scripted(timed((40, listing(modify)), (9e9, listing({**modify, "operation": None}))))
    outcome = service.wait(order_names=["order.new"], operation=["apply"])
    assert outcome.failed and outcome.result["missing"] == ["order.new"]


# Windows


def test_an_old_order_that_only_the_first_poll_leaves_out_is_found() -> None:
    old = row("order.new", age=3 * DAY)
    script = timed((10, listing()), (900, listing(old)), (9e9, listing(row("order.new", "successed", age=3 * DAY))))
    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"])
    assert not outcome.failed and outcome.result["elapsed"] >= 900


def test_two_named_orders_of_one_pool_of_which_only_the_newest_is_judged() -> None:
    first, second = row("order.1", age=5 * DAY), row("order.2", age=60)
    script = timed((600, listing(first, second)), (9e9, listing(first, row("order.2", "successed", age=60))))
    service = Scripted(script)
    outcome = service.wait(order_names=["order.1", "order.2"], latest=True)
    assert not outcome.failed and [order["order_name"] for order in outcome.result["orders"]] == ["order.2"]


# Patience


def test_pending_counts_from_when_it_began_last() -> None:
    pending = row("order.new", "pending", age=0)
    script = timed(
        (590, listing(pending)), (700, listing(row("order.new", age=0))), (1200, listing(pending)), (9e9, listing(DONE))
    )
    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"], pending_timeout=600)
    assert not outcome.failed


def test_pending_timeout_is_on_time() -> None:
    for age in (0.0, 200.0):
        service = Scripted(polls(listing(row("order.new", "pending", age=age))))
        outcome = service.wait(order_names=["order.new"], pending_timeout=617)
        assert outcome.failed and abs(outcome.result["elapsed"] - (617 - age)) < 1.5


@pytest.mark.parametrize("option", ["pending_timeout", "visible_timeout"])
def test_an_outage_counts_for_no_timeout(option: str) -> None:
    shown = listing(row("order.new", "pending", age=0)) if option == "pending_timeout" else listing()
    outage = Answer(status=503, body={})
    script = timed((100, shown), (2000, outage), (2100, shown), (9e9, listing(DONE)))
    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"], **{option: 300})
    assert not outcome.failed, outcome.result["msg"]


@pytest.mark.parametrize("hours", [-2000, -3, -1, 1, 2, 3, 2000])
def test_a_date_that_cannot_be_true_is_not_believed(hours: float) -> None:
    def script(question: Question) -> Answer:
        odd = question.at < 10
        state = "pending" if question.at < 300 else "successed"
        found = [row("order.new", state, age=-20)] if question.at > 20 else []
        return listing(*found, date_off=hours * 3600 if odd else 0)

    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"], pending_timeout=600)
    assert not outcome.failed, outcome.result["msg"]


@pytest.mark.parametrize("ahead", [-600, 600])
def test_no_order_is_older_than_the_slower_clock_says(ahead: float) -> None:
    def script(question: Question) -> Answer:
        return listing(row("order.new", "pending", age=0), date_off=ahead)

    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"], pending_timeout=400)
    assert outcome.failed and 399 <= outcome.result["elapsed"] <= 401


@pytest.mark.parametrize("minutes", [-10, 10])
def test_an_age_counts_back_from_the_services_time(minutes: float) -> None:
    """This machine's clock is off; the service stamps its orders by its own."""
    placed = row("order.new", "successed", age=60 * minutes + 300)
    stale = row("order.stale", "failed", age=60 * minutes + 900)

    def script(question: Question) -> Answer:
        return listing(placed, stale, date_off=-60 * minutes)

    service = Scripted(script)
    outcome = service.wait(involved_names=["pool-a"], since="10m")
    assert not outcome.failed, outcome.result["msg"]
    assert [order["order_name"] for order in outcome.result["orders"]] == ["order.new"]


@pytest.mark.parametrize("behind", [0.0, 61.0, 800.0])
@pytest.mark.parametrize("options", [{"order_ids": ["CS-order.new"]}, {"involved_names": ["pool-a"], "settle": 0}])
def test_the_only_poll_counts_though_the_services_clock_is_behind(behind: float, options: dict[str, t.Any]) -> None:
    service = Scripted(lambda question: listing(DONE, date_off=-behind))
    outcome = service.wait(wait_timeout=0, **options)
    assert not outcome.failed, outcome.result["msg"]
    assert len(service.asked) == (2 if behind else 1), "its window is another one by the service's clock"


def test_the_last_poll_shows_all_of_the_time_that_counts() -> None:
    """An order of hours ago that only the first answer left out."""
    old = row("order.old", "successed", age=7200)
    service = Scripted(timed((10, listing()), (9e9, listing(old))))
    outcome = service.wait(order_names=["order.old"], wait_timeout=200)
    assert not outcome.failed, outcome.result["msg"]


@pytest.mark.parametrize("seconds", ["3000", "3600", "99999"])
def test_retry_after_blinds_no_wait(seconds: str) -> None:
    throttled = Answer(status=429, body={}, headers={"Retry-After": seconds})
    script = timed((2000, listing(NEW)), (2020, throttled), (9e9, listing(DONE)))
    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"])
    assert not outcome.failed and outcome.result["elapsed"] <= 2300
    service = Scripted(timed((50, listing(NEW)), (9e9, throttled)))
    outcome = service.wait(order_names=["order.new"], wait_timeout=600)
    assert outcome.failed and outcome.result["timed_out"]
    assert service.asked[-1].at == pytest.approx(600, abs=0.1), "the poll at the deadline is always made"


# Faults in the middle


def refusal(status: int, code: str = "") -> Answer:
    """Return an answer of this status, in the service's shape where it has a code."""
    return Answer(status=status, body={"error_code": code, "error_msg": "no"} if code else b"<html>no</html>")


SURVIVED = {
    **{f"HTTP {status}": refusal(status) for status in (301, 302, 400, 404, 405, 407, 409, 410, 421, 423, 499)},
    **{f"HTTP {status} ": refusal(status) for status in (500, 501, 502, 503, 504, 505, 507, 511, 429, 408, 425)},
    "APIGW.0101": refusal(404, "APIGW.0101"),
    "ModelArts.50004000": refusal(400, "ModelArts.50004000"),
    "not JSON": Answer(body=b"{"),
    "another shape": Answer(body=[1, 2]),
    "a web page": Answer(body=b"<html>log in</html>", headers={"Content-Type": "text/html"}),
    "too many open files": Answer(error=OSError(errno.EMFILE, "Too many open files")),
    "no memory for a thread": Answer(error=RuntimeError("can't start new thread")),
    "a defect": Answer(error=ZeroDivisionError()),
    "recursion": Answer(error=RecursionError()),
    "no memory": Answer(error=MemoryError()),
    "tls": Answer(error=requests.exceptions.SSLError("wrong version number")),
    "chunks": Answer(error=requests.exceptions.ChunkedEncodingError()),
    "header": Answer(error=requests.exceptions.InvalidHeader()),
    "nested": Answer(body=b"[" * 100_000),
}


@pytest.mark.parametrize("fault", SURVIVED)
def test_after_a_good_poll_it_is_survived(fault: str) -> None:
    script = timed((50, listing(NEW)), (400, SURVIVED[fault]), (9e9, listing(DONE)))
    service = Scripted(script)
    outcome = service.wait(order_names=["order.new"])
    assert not outcome.failed, outcome.result["msg"]
    service = Scripted(timed((50, listing(NEW)), (9e9, SURVIVED[fault])))
    outcome = service.wait(order_names=["order.new"], wait_timeout=700)
    assert outcome.failed and outcome.result["timed_out"] and 700 <= outcome.result["elapsed"] <= 702
    assert "goes on" not in service.lines[-1][1] or service.lines[-1][0] < 690


REFUSED = [(401, "APIGW.0301"), (401, "ModelArts.0203"), (403, "ModelArts.0206"), (403, "ModelArts.0112")]


@pytest.mark.parametrize(("status", "code"), REFUSED)
def test_a_refusal_ends_it(status: int, code: str) -> None:
    service = Scripted(timed((50, listing(NEW)), (9e9, refusal(status, code))))
    outcome = service.wait(order_names=["order.new"])
    assert outcome.failed and outcome.result["elapsed"] < 80 and not outcome.result["timed_out"]
    assert not any("goes on" in line for dummy, line in service.lines)


def test_a_refusal_that_may_be_a_gateways_ends_it_when_it_comes_twice() -> None:
    service = Scripted(timed((50, listing(NEW)), (65, refusal(403)), (9e9, listing(DONE))))
    outcome = service.wait(order_names=["order.new"])
    assert not outcome.failed
    service = Scripted(timed((50, listing(NEW)), (9e9, refusal(403))))
    outcome = service.wait(order_names=["order.new"])
    assert sum(question.at > 50 for question in service.asked) == 2
    assert outcome.failed and outcome.result["status"] == 403


def test_such_refusals_count_in_a_row_only_whatever_is_polled() -> None:
    """A token that was renewed is refused once, a pool is shown, and much later another one is refused once."""
    options = {"order_names": ["order.new"]}
    tracker = Tracker(Targets.from_options(options, NOW_MS), WaitPolicy.from_options(options), 0.0)
    tracker.since(0.0)
    tracker.feed(Listing([], 0, False), 0.0, 0.0, NOW_MS)
    refused = CredentialsError("refused", status=401)
    refused.definite = False
    assert tracker.feed_error(refused, 10.0, 10.0).kind == WAIT
    tracker.take_answer()
    assert tracker.feed_error(refused, 20.0, 20.0).kind == WAIT
    assert tracker.feed_error(refused, 30.0, 30.0).kind == FAILED


AT_ONCE = ["HTTP 404", "HTTP 302", "HTTP 400", "APIGW.0101", "another shape", "a web page"]


@pytest.mark.parametrize("fault", AT_ONCE)
def test_at_the_first_poll_it_looks_like_a_mistake(fault: str) -> None:
    service = Scripted(polls(SURVIVED[fault]))
    outcome = service.wait(order_names=["order.new"])
    assert outcome.failed and outcome.result["polls"] == 1


def test_where_no_poll_was_ever_answered_it_is_given_up() -> None:
    nothing = Answer(error=requests.exceptions.ConnectionError(ConnectionRefusedError()))
    service = Scripted(polls(nothing))
    outcome = service.wait(order_names=["order.new"], wait_timeout=7200)
    assert outcome.failed and not outcome.result["timed_out"] and 300 <= outcome.result["elapsed"] <= 301
    assert outcome.result["msg"].startswith("No poll has worked within 5m00s (visible_timeout): Nothing accepts")
    assert all(line.startswith("modelarts: no poll has worked yet") for dummy, line in service.lines)


def test_a_service_that_only_throttles_is_there() -> None:
    throttled = Answer(status=429, body={})
    service = Scripted(timed((900, throttled), (9e9, listing(DONE))))
    outcome = service.wait(order_names=["order.new"])
    assert not outcome.failed and len(service.asked) < 40


# Nobody is there any more


def test_a_wait_whose_process_has_ended_polls_no_more() -> None:
    clock = VirtualClock()
    service = Scripted(polls(listing(NEW)), clock)
    outcome = service.wait(order_names=["order.new"], is_orphaned=lambda: clock.now > NOW + 100)
    assert outcome.failed and service.asked[-1].at <= 100
