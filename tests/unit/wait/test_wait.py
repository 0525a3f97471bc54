# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wait, whole: engine, loop, transport and identity against the simulator, in virtual time."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scenario import Scenario, scenario

MINUTE = 60


def order(pool: str, *timeline: tuple[str, float] | str, **extra: t.Any) -> dict[str, t.Any]:
    """Return a scenario order: (state, seconds) pairs, and the last state alone."""
    steps = [
        {"state": step[0], "seconds": step[1]} if isinstance(step, tuple) else {"state": step} for step in timeline
    ]
    if "reason" in extra:
        steps[-1]["reason"] = extra.pop("reason")
    return {"pool": pool, "order_name": f"order.{pool}-w4l2n", "timeline": steps, **extra}


def elapsed_by_log(here: Scenario) -> float:
    """Return the virtual seconds between the first and the last list request."""
    times = [entry["time"] for entry in here.requests("list")]
    return float(times[-1] - times[0])


# Success


def test_a_wait_ends_soon_after_the_order_succeeded() -> None:
    with scenario([order("pool-a", ("pending", 30), ("processing", 600), "succeeded")]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
    result = outcome.result
    assert not outcome.failed
    assert result["all_succeeded"] and result["all_finished"] and not result["any_failed"]
    assert [found["order_name"] for found in result["orders"]] == ["order.pool-a-w4l2n"]
    assert 630 <= result["elapsed"] <= 630 + 17
    assert result["missing"] == [] and result["failed_orders"] == [] and result["timed_out"] is False
    assert result["polls"] == result["requests"] == len(here.requests())


def test_a_finished_order_by_name_costs_one_request() -> None:
    with scenario([order("pool-a", "succeeded", created="10m")]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
    assert not outcome.failed
    assert (outcome.result["polls"], outcome.result["requests"], outcome.result["elapsed"]) == (1, 1, 0.0)


def test_fifty_orders_cost_one_request_per_poll() -> None:
    names = [f"pool-{number}" for number in range(50)]
    with scenario(
        [order(name, ("processing", 60 + 10 * place), "succeeded") for place, name in enumerate(names)]
    ) as here:
        outcome = here.wait(order_names=[f"order.{name}-w4l2n" for name in names])
    assert not outcome.failed
    assert outcome.result["summary"]["succeeded"] == 50
    assert outcome.result["polls"] == len(here.requests()) > 10


def test_order_ids_and_pool_ids_are_met_as_well() -> None:
    orders = [
        order("pool-a", ("processing", 60), "succeeded", order_id="CS1"),
        order("pool-b", "succeeded", created="1h"),
    ]
    with scenario(orders) as here:
        pool_id = f"pool-b-{here.cloud.settings['projects'][0]['id']}"
        outcome = here.wait(order_ids=["CS1"], involved_names=[pool_id], settle=0)
    assert not outcome.failed
    assert {found["resource_display_name"] for found in outcome.result["orders"]} == {"pool-a", "pool-b"}


# A hostile hour


def test_ninety_minutes_of_faults_end_in_success() -> None:
    faults = [
        {"kind": "expire_tokens", "after": 40},
        *({"kind": "reset", "after": after, "match": {"api": "list"}} for after in range(5, 55, 5)),
        {"status": 502, "after": 60, "match": {"api": "list"}},
        {"status": 503, "after": 62, "match": {"api": "list"}},
        {"status": 504, "after": 64, "match": {"api": "list"}},
        {"status": 429, "retry_after": 7, "after": 66, "match": {"api": "list"}},
    ]
    with scenario([order("pool-a", ("processing", 90 * MINUTE), "succeeded")], faults=faults) as here:
        environ = here.server.environment()
        user = here.cloud.settings["users"][0]
        environ = {name: environ[name] for name in ("HW_REGION_NAME", "HW_MODELARTS_ENDPOINT", "HW_AUTH_URL")}
        environ.update(HW_USER_NAME=user["name"], HW_USER_PASSWORD=user["password"], HW_DOMAIN_NAME=user["domain"])
        outcome = here.wait(order_names=["order.pool-a-w4l2n"], wait_timeout=100 * MINUTE, environ=environ)
    assert not outcome.failed
    assert 90 * MINUTE <= outcome.result["elapsed"] <= 91 * MINUTE
    assert len(here.requests("tokens")) == 2, "one login at the start, one new login for the expired token"
    log = here.requests()
    assert sum(entry["fault"] == "reset" for entry in log) == 10
    assert [entry["status"] for entry in log if entry["status"] in (502, 503, 504)] == [502, 503, 504]
    throttled = next(place for place, entry in enumerate(log) if entry["status"] == 429)
    assert log[throttled + 1]["time"] - log[throttled]["time"] >= 7


def test_a_refused_key_ends_the_wait_after_one_request() -> None:
    with scenario([order("pool-a", ("processing", 60), "succeeded")]) as here:
        environ = {**here.server.environment(), "HUAWEICLOUD_SDK_SK": "SKwrongwrongwrongwrong"}
        outcome = here.wait(order_names=["order.pool-a-w4l2n"], environ=environ)
    assert outcome.failed and len(here.requests()) == 1
    assert "refuses the access key" in outcome.result["msg"]
    assert outcome.result["status"] == 401 and outcome.result["timed_out"] is False
    assert "SKwrong" not in str(outcome.result)


@pytest.mark.parametrize("kind", ["html", "redirect"])
def test_a_wrong_address_ends_the_wait_at_the_first_poll(kind: str) -> None:
    fault = {"kind": kind, "times": 0} | ({"location": "https://other.example/v1"} if kind == "redirect" else {})
    with scenario(faults=[fault]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
    assert outcome.failed and len(here.requests()) == 1


def test_a_web_page_in_the_middle_of_a_wait_is_survived() -> None:
    with scenario([order("pool-a", ("processing", 120), "succeeded")], faults=[{"kind": "html", "after": 3}]) as here:
        assert not here.wait(order_names=["order.pool-a-w4l2n"]).failed


# Failure


def test_a_failed_order_among_twenty_ends_the_wait_at_the_next_poll() -> None:
    orders = [order(f"pool-{number}", ("processing", 1800), "succeeded") for number in range(19)]
    orders.append(order("pool-x", ("processing", 180), "failed", reason="Insufficient\n resources in cn-north-4a."))
    names = [str(placed["order_name"]) for placed in orders]
    with scenario(orders) as here:
        outcome = here.wait(order_names=names)
        assert outcome.failed and 180 <= outcome.result["elapsed"] <= 180 + 17
        assert outcome.result["msg"] == (
            "Order order.pool-x-w4l2n (pool pool-x) failed: Insufficient resources in cn-north-4a; "
            "failed nodes: os-node-created-w4l2n-0"
        )
        assert outcome.result["failed_orders"] == [
            {
                "order_name": "order.pool-x-w4l2n",
                "order_id": outcome.result["failed_orders"][0]["order_id"],
                "resource_display_name": "pool-x",
                "fail_reason": "Insufficient\n resources in cn-north-4a.",
            }
        ]
        assert len(outcome.result["orders"]) == 20 and outcome.result["any_failed"]
        patient = here.wait(order_names=names, fail_fast=False)
        assert patient.failed and 1600 <= patient.result["elapsed"] <= 1660
        assert patient.result["summary"]["succeeded"] == 19


def test_show_order_rows_are_attached_to_failed_orders() -> None:
    row = {"resourceName": "os-node-1", "action": "createNode", "status": "failed", "message": "no stock"}
    placed = order("pool-a", "failed", reason="no stock", created="1m", resources=[row])
    with scenario([placed]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
        assert outcome.result["orders"][0]["resources"][0]["message"] == "no stock"
        assert "resources" not in here.wait(order_names=["order.pool-a-w4l2n"], details=False).result["orders"][0]
    with scenario([placed], settings={"unpublished": ["show"]}) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
        assert outcome.result["orders"][0]["resources"] == [] and "no stock" in outcome.result["msg"]
        assert any("details" in warning for warning in outcome.warnings)


@pytest.mark.parametrize(
    ("accept", "failed"), [(False, True), (True, False)], ids=["partial fails", "partial is accepted"]
)
def test_partial_success(accept: bool, failed: bool) -> None:
    with scenario([order("pool-a", ("processing", 60), "partial")]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"], accept_partial=accept)
    assert outcome.failed is failed
    assert outcome.result["summary"]["partial"] == 1 and not outcome.result["all_succeeded"]
    if failed:
        assert "in part only" in outcome.result["msg"]


def test_an_unknown_state_is_waited_for() -> None:
    with scenario([order("pool-a", ("reviewing", 120), "succeeded"), order("pool-b", "reviewing")]) as here:
        assert not here.wait(order_names=["order.pool-a-w4l2n"]).failed
        endless = here.wait(order_names=["order.pool-b-w4l2n"], wait_timeout=300)
    assert endless.failed and endless.result["timed_out"] and "unknown: reviewing" in endless.result["msg"]


def test_an_unknown_state_with_an_end_time_fails() -> None:
    with scenario([order("pool-a", "dissolved", created="10m", raw={"endTimestamp": 1_767_323_000_000})]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
    assert outcome.failed and "dissolved" in outcome.result["msg"] and not outcome.result["timed_out"]


def test_a_terminal_state_that_goes_back_is_believed() -> None:
    timeline = (("succeeded", 20), ("processing", 60), "succeeded")
    other = order("pool-b", ("processing", 200), "succeeded")
    with scenario([order("pool-a", *timeline), other]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n", "order.pool-b-w4l2n"])
    assert not outcome.failed
    assert any("went back from succeeded to processing" in warning for warning in outcome.warnings)


def test_pending_timeout_names_the_likely_reason() -> None:
    with scenario([order("pool-a", "pending")]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"], pending_timeout=600)
    assert outcome.failed and 600 <= outcome.result["elapsed"] <= 601
    assert "unpaid or unapproved" in outcome.result["msg"] and "order.pool-a-w4l2n" in outcome.result["msg"]


# Which orders count


def test_last_weeks_orders_of_a_pool_do_not_count() -> None:
    old = {**order("pool-a", "failed", reason="old", created="7d"), "order_name": "order.pool-a-old00"}
    with scenario([old, order("pool-a", ("processing", 60), "succeeded")]) as here:
        outcome = here.wait(involved_names=["pool-a"])
        assert not outcome.failed and len(outcome.result["orders"]) == 1
        asked_for = here.wait(involved_names=["pool-a"], since="8d")
        assert asked_for.failed and "order.pool-a-old00" in asked_for.result["msg"]


def test_an_old_success_is_not_mistaken_for_an_order_placed_a_moment_ago() -> None:
    old = {**order("pool-a", "succeeded", created="7d"), "order_name": "order.pool-a-old00"}
    new = order("pool-a", ("processing", 120), "succeeded", visible_after=10)
    with scenario([old, new]) as here:
        outcome = here.wait(involved_names=["pool-a"])
    assert not outcome.failed
    assert [found["order_name"] for found in outcome.result["orders"]] == ["order.pool-a-w4l2n"]
    assert outcome.result["elapsed"] >= 120


def test_without_a_new_order_the_old_one_is_judged_after_settle() -> None:
    with scenario([order("pool-a", "succeeded", created="7d")]) as here:
        outcome = here.wait(involved_names=["pool-a"])
        assert not outcome.failed and 30 <= outcome.result["elapsed"] <= 31
        at_once = here.wait(involved_names=["pool-a"], settle=0)
        assert not at_once.failed and at_once.result["elapsed"] == 0


def test_an_order_that_is_invisible_for_two_minutes_is_waited_for() -> None:
    with scenario([order("pool-a", ("processing", 300), "succeeded", visible_after=120)]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
    assert not outcome.failed and outcome.result["elapsed"] >= 300


@pytest.mark.parametrize("option", ["order_names", "order_ids", "involved_names"])
def test_an_order_that_never_appears_fails_after_visible_timeout(option: str) -> None:
    with scenario([order("pool-a", "succeeded", created="1h")]) as here:
        outcome = here.wait(**t.cast("dict[str, t.Any]", {option: ["ghost"]}))
    assert outcome.failed and 300 <= outcome.result["elapsed"] <= 301
    assert outcome.result["missing"] == ["ghost"]
    for word in ("ghost", "misspelled", "another project", "visible_timeout"):
        assert word in outcome.result["msg"]


def test_expected_count_waits_for_further_orders() -> None:
    first = order("pool-a", ("processing", 30), "succeeded")
    second = {**order("pool-a", ("processing", 60), "succeeded", visible_after=90), "order_name": "order.pool-a-later"}
    with scenario([first, second]) as here:
        outcome = here.wait(involved_names=["pool-a"], since="1h", expected_count=2)
        assert not outcome.failed and len(outcome.result["orders"]) == 2 and outcome.result["elapsed"] >= 90
        too_few = here.wait(involved_names=["pool-a"], since="1h", expected_count=3)
        assert too_few.failed and "2 of 3" in too_few.result["msg"]


def test_expected_count_counts_what_matches_not_what_is_judged() -> None:
    """Three orders of one pool match; the newest alone is judged, and no later poll has to list the others again."""
    ages = {"old": "3d", "older": "5d", "new": "1m"}
    orders = [
        {**order("pool-a", *(("processing", 600), "succeeded")[name != "new" :], created=age), "order_name": name}
        for name, age in ages.items()
    ]
    with scenario(orders) as here:
        outcome = here.wait(involved_names=["pool-a"], expected_count=3, settle=0)
        assert not outcome.failed and [row["order_name"] for row in outcome.result["orders"]] == ["new"]
        too_few = here.wait(involved_names=["pool-a"], expected_count=4, settle=0)
    assert "only 3 of 4 expected orders are listed" in too_few.result["msg"]
    assert "0/1 succeeded" not in here.lines[0][1] and "waiting for 1 more to be listed" in here.lines[0][1]


def test_filters_narrow_what_counts() -> None:
    orders = [
        order("pool-a", "failed", created="1h", operation="delete"),
        {**order("pool-a", ("processing", 60), "succeeded"), "order_name": "order.pool-a-new00"},
    ]
    with scenario(orders) as here:
        outcome = here.wait(involved_names=["pool-a"], operation=["apply"], latest=False, since="2h")
    assert not outcome.failed and len(outcome.result["orders"]) == 1


# Deadlines


def test_a_short_timeout_ends_on_time_with_a_final_poll() -> None:
    with scenario([order("pool-a", ("processing", 600), "succeeded")]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"], wait_timeout=10)
    result = outcome.result
    assert outcome.failed and result["timed_out"] and 10 <= result["elapsed"] <= 11
    assert elapsed_by_log(here) == pytest.approx(10, abs=0.1)
    assert "Timed out after 10s" in result["msg"] and "order.pool-a-w4l2n" in result["msg"]
    assert result["summary"]["processing"] == 1 and result["orders"]


def test_wait_timeout_zero_is_a_check() -> None:
    with scenario([order("pool-a", ("processing", 600), "succeeded")]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"], wait_timeout=0)
    assert outcome.failed and outcome.result["timed_out"] and outcome.result["polls"] == 1


def test_a_check_that_cannot_trust_an_old_success_says_what_to_set() -> None:
    with scenario([order("pool-a", "succeeded", created="1h")]) as here:
        outcome = here.wait(involved_names=["pool-a"], wait_timeout=0)
        assert outcome.failed and "set settle to 0 to judge at once" in outcome.result["msg"]
        assert not here.wait(involved_names=["pool-a"], wait_timeout=0, settle=0).failed


def test_a_partial_success_without_a_reason_is_told_once() -> None:
    with scenario([order("pool-a", "partial")]) as here:
        msg = here.wait(order_names=["order.pool-a-w4l2n"]).result["msg"]
    assert "succeeded in part only: the service gave no reason; failed nodes: os-node-created-" in msg


def test_an_outage_up_to_the_deadline_says_so() -> None:
    with scenario([order("pool-a", "succeeded")], faults=[{"status": 503, "times": 0}]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"], wait_timeout=120)
    assert outcome.failed and outcome.result["timed_out"] and 120 <= outcome.result["elapsed"] <= 121
    assert "HTTP 503" in outcome.result["msg"] and outcome.result["status"] == 503


def test_check_mode_polls_once_and_never_fails() -> None:
    for timeline in [("processing", 600), "succeeded"], ["failed"], ["pending"]:
        with scenario([order("pool-a", *timeline)]) as here:
            outcome = here.wait(order_names=["order.pool-a-w4l2n"], check_mode=True)
        assert not outcome.failed and outcome.result["polls"] == 1 and not outcome.result["timed_out"]


# Intervals


def test_pending_orders_are_looked_at_rarely() -> None:
    with scenario([order("pool-a", ("pending", 3600), "succeeded")]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
    assert 55 <= outcome.result["polls"] <= 75


def test_the_window_is_fixed_and_narrow_after_the_first_poll() -> None:
    with scenario([order("pool-a", ("processing", 2 * 86400 + 600), "succeeded", created="2d")]) as here:
        here.wait(order_names=["order.pool-a-w4l2n"])
    since = [int(re.search(r"since=(\d+)", entry["query"])[1]) for entry in here.requests("list")]  # type: ignore[index]
    assert len(set(since[1:])) == 1 and since[1] > since[0]
    assert not any("phase=" in entry["query"] or "result=" in entry["query"] for entry in here.requests("list"))


# Progress


def test_a_line_at_the_first_poll_at_every_change_and_on_each_heartbeat() -> None:
    with scenario([order("pool-a", ("pending", 100), ("processing", 900), "succeeded")]) as here:
        here.wait(order_names=["order.pool-a-w4l2n"])
    times = [when for when, dummy in here.lines]
    assert times[0] == 0
    assert max(later - earlier for earlier, later in zip(times, times[1:])) <= 60.01
    texts = [text for dummy, text in here.lines]
    assert texts[0] == "modelarts: 0/1 succeeded, 1 pending, 0s elapsed; waiting for order.pool-a-w4l2n (pending)"
    assert any("1 processing" in text for text in texts)
    assert texts[-1].startswith("modelarts: 1/1 succeeded")
    assert len(texts) <= 25


def test_without_heartbeat_only_changes_are_told() -> None:
    with scenario([order("pool-a", ("pending", 100), ("processing", 900), "succeeded")]) as here:
        here.wait(order_names=["order.pool-a-w4l2n"], heartbeat=0)
    assert len(here.lines) == 3


def test_the_expected_end_is_learnt_from_like_orders() -> None:
    past = [
        {**order(f"old-{n}", ("pending", 5), ("processing", 1000 + 10 * n), "succeeded"), "created": "20h"}
        for n in range(12)
    ]
    with scenario([*past, order("pool-a", ("processing", 1080), "succeeded")]) as here:
        shared = here.wait(order_names=["order.pool-a-w4l2n"])
        lines = [text for dummy, text in here.lines]
        assert shared.result["requests"] == shared.result["polls"], "the shared listing holds the history"
    assert re.search(r"expected end about \d\d:\d\d UTC \(12 like it took 17 to 18 min\)", lines[0]), lines[0]
    assert shared.result["polls"] < 1080 / 15 * 0.8, "polls are rare before the earliest plausible end"
    with scenario([*past, order("pool-a", ("processing", 1080), "succeeded")]) as here:
        single = here.wait(involved_names=["pool-a"])
        assert single.result["requests"] == single.result["polls"] + 1, "one request at the start for the history"
        assert "expected end about" in here.lines[0][1]


def test_progress_carries_no_control_characters_and_no_long_text() -> None:
    nasty = "order.\x1b[31mred\u202eevil\r\n" + "x" * 500
    with scenario(
        [{**order("pool-a", ("processing", 60), "failed", reason="\x1b[2J" + "y" * 5000), "order_name": nasty}]
    ) as here:
        outcome = here.wait(involved_names=["pool-a"])
    for dummy, text in here.lines:
        assert len(text) < 400 and text.isprintable()
    assert outcome.result["msg"].isprintable() and len(outcome.result["msg"]) < 600
    shown = "order.[31mredevil\n" + "x" * 500
    assert outcome.result["orders"][0]["order_name"] == shown, "structured results keep all but what acts"


def test_an_outage_is_told_once_and_then_on_each_heartbeat() -> None:
    faults = [{"status": 503, "times": 25, "after": 2}]
    with scenario([order("pool-a", ("processing", 1200), "succeeded")], faults=faults) as here:
        assert not here.wait(order_names=["order.pool-a-w4l2n"]).failed
    told = [(when, text) for when, text in here.lines if "the last poll failed" in text]
    assert "HTTP 503" in told[0][1]
    gaps = [later - earlier for (earlier, dummy), (later, dummy) in zip(told, told[1:])]
    assert gaps and min(gaps) > 59


def test_the_window_is_fixed_although_an_order_is_not_listed_yet() -> None:
    past = [{**order(f"old-{n}", ("processing", 900 + n), "succeeded"), "created": "5d"} for n in range(5)]
    late = order("pool-a", ("processing", 900), "succeeded", visible_after=100)
    with scenario([*past, late]) as here:
        outcome = here.wait(order_names=["order.pool-a-w4l2n"])
        since = [int(re.search(r"since=(\d+)", entry["query"])[1]) for entry in here.requests("list")]  # type: ignore[index]
    assert not outcome.failed
    assert len(set(since[1:])) == 1 and since[1] > since[0], "no deep listing again for an order that must be new"
    assert any("expected end about" in text for dummy, text in here.lines), "the first poll's history is not forgotten"
