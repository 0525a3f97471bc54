# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What once broke the wait's promises: each test is one kind of answer that made it conclude what was not so."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scripted import (
    NOT_FOUND,
    Answer,
    Question,
    Row,
    Scripted,
    by_time,
    listing,
    row,
)


def always(*rows: Row) -> Scripted:
    """Return a service that always lists these orders."""
    return Scripted(by_time(lambda at: rows))


# Pools that settle


def test_settling_ends_with_a_poll_that_began_after_it_not_with_a_slow_one() -> None:
    def rows(at: float) -> list[Row]:
        old, new = row("old", "successed", age=9000), row("new", "processing", age=1)
        return [old, new] if at >= 29 else [old]

    def script(question: Question) -> Answer:
        return listing(*rows(question.at), took=25.0 if 10 < question.at < 29 else 0.1)

    outcome = Scripted(script).wait(involved_names=["pool-a"], wait_timeout=300, interval=15)
    assert outcome.failed and outcome.result["timed_out"]


@pytest.mark.parametrize("names", [["pool-a"], ["pool-a", "pool-b"]])
def test_a_fast_clock_that_no_date_corrects_hides_no_new_order(names: list[str]) -> None:
    def rows(at: float) -> list[Row]:
        # The service's clock is three hours behind ours.
        old, new = row("old", "successed", age=90_000), row("new", "processing", age=3 * 3600 + 1)
        other = row("other", "successed", "pool-b", age=90_000)
        return [old, other, new] if at >= 8 else [old, other]

    outcome = Scripted(by_time(rows, date_off=-3 * 3600)).wait(involved_names=names, wait_timeout=300)
    assert outcome.failed and outcome.result["timed_out"]


# What single polls leave out


@pytest.mark.parametrize("interval", [5, 15, 60])
def test_an_old_order_that_two_polls_left_out_is_not_given_up(interval: int) -> None:
    """The first poll and the last one of visible_timeout leave it out; those between may show it."""

    def rows(at: float) -> list[Row]:
        return [row("old", "successed", age=3 * 86_400)] if 1 < at < 299 else []

    assert not Scripted(by_time(rows)).wait(order_names=["old"], interval=interval).failed


# Which orders are a pool's


def test_an_order_that_may_be_of_either_pool_hides_the_newest_of_neither() -> None:
    mixed = row("c", "successed", age=10)
    mixed["resourceName"] = None
    service = always(
        row("a", "successed", age=90, resourceName="id-1"), row("b", "processing", age=60, resourceName="id-2"), mixed
    )
    assert service.wait(involved_names=["pool-a"], settle=0, wait_timeout=60).failed


def test_an_order_without_a_pool_id_yet_is_of_the_pool_of_its_display_name() -> None:
    def rows(at: float) -> list[Row]:
        new = row("new", "pending", age=5, resourceName=...)
        return [row("old", "successed", age=9000, operation="delete"), new]

    service = Scripted(by_time(rows))
    outcome = service.wait(involved_names=["pool-a-id", "pool-b-id"], wait_timeout=60, visible_timeout=3000)
    assert "new" in [each["order_name"] for each in outcome.result["orders"]]


def test_one_order_under_changing_keys_is_one_order() -> None:
    def rows(at: float) -> list[Row]:
        named = row("a", "successed")
        return [named if at < 20 else {**named, "orderName": None}]

    assert Scripted(by_time(rows)).wait(involved_names=["pool-a"], expected_count=2, wait_timeout=90).failed


def test_a_failed_order_may_gain_a_name() -> None:
    def rows(at: float) -> list[Row]:
        first = row("a", "failed", failReason="no stock")
        second = row("b", "processing" if at < 60 else "successed", pool="pool-b")
        return [first if at else {**first, "orderName": None}, second]

    service = Scripted(by_time(rows))
    outcome = service.wait(order_ids=["CS-a", "CS-b"], fail_fast=False, wait_timeout=300)
    assert outcome.failed and not outcome.result["timed_out"], outcome.result["msg"]
    assert "no stock" in outcome.result["msg"]


@pytest.mark.parametrize(
    "phases", [("failed", "successed"), ("processing", "successed"), ("partialSuccessed", "successed")]
)
@pytest.mark.parametrize("turn", [1, -1])
def test_a_listing_that_contradicts_itself_is_read_with_caution(phases: tuple[str, str], turn: int) -> None:
    rows = [row("a", phase) for phase in phases[::turn]]
    rows[0]["endTimestamp"] += 5000 if rows[0]["endTimestamp"] else 0
    assert always(*rows).wait(order_names=["a"], wait_timeout=60).failed


# Deletions


def test_a_service_that_knows_pools_by_id_only_has_not_deleted_one_whose_display_name_it_does_not_know() -> None:
    listed = by_time(lambda at: [] if 10 < at < 40 else [row("a", "processing", operation="delete")])

    def script(question: Question) -> Answer:
        return listed(question) if question.query.get("involvedName") in (None, "pool-a-id") else NOT_FOUND

    outcome = Scripted(script).wait(order_names=["a"], wait_timeout=100)
    assert outcome.failed and outcome.result["timed_out"]


def test_many_pools_that_may_be_deleted_are_asked_for_at_the_pace_of_all_pools() -> None:
    rows = [row(f"o{number}", "processing", pool=f"p{number}", operation="delete") for number in range(50)]
    service = Scripted(by_time(lambda at: [] if at > 20 else rows))
    outcome = service.wait(order_names=[row["orderName"] for row in rows], wait_timeout=900)
    assert "is no longer" in outcome.result["msg"]
    assert len(service.asked) < outcome.result["elapsed"] * 1.5
    assert {f"p{number}" for number in range(50)} <= {asked.query.get("involvedName") for asked in service.asked}


# Pools that become ready


def node(name: str, driver: str | None = "Running", server: str | None = None) -> Row:
    """Return a row of a pool's nodes."""
    labels = {"os.modelarts.node/underlying.instance.id": server} if server else {}
    return {
        "metadata": {"name": name, "labels": labels},
        "status": {"phase": "Available", "driver": {"phase": driver} if driver else {}},
    }


RUNNING = Answer(body={"metadata": {"name": "pool-a-id"}, "status": {"phase": "Running", "scope": []}})
CREATING = Answer(body={"metadata": {"name": "x"}, "status": {"phase": "Creating"}})
OUTAGE = Answer(status=503, body={})


def ready_service(nodes: list[Row], shown: dict[str, list[Row]], *orders: Row) -> Scripted:
    """Return a service whose orders have succeeded, with a running pool of these nodes, and ShowOrder's rows."""
    service = always(*(orders or (row("a", "successed"),)))
    service.others["pools/pool-a-id"] = lambda at: RUNNING
    service.others["pools/pool-a-id/nodes"] = lambda at: Answer(body={"items": nodes})
    for name, rows in shown.items():
        service.others[f"orders/{name}"] = lambda at, rows=rows: Answer(body={"items": rows})  # type: ignore[misc]
    return service


def created(name: str, status: str = "succeed", action: str = "createNode") -> Row:
    """Return a row of ShowOrder."""
    return {"resourceName": name, "action": action, "status": status}


def test_a_node_that_is_listed_twice_is_not_two_nodes() -> None:
    service = ready_service([node("n1"), node("n1")], {"a": [created("n1"), created("n2")]})
    assert service.wait(order_names=["a"], ready=True, wait_timeout=60).failed


def test_a_node_known_by_name_and_by_server_is_one_node() -> None:
    service = ready_service([node("n1", server="s1")], {"a": [created("n1"), created("s1")]})
    outcome = service.wait(order_names=["a"], ready=True, wait_timeout=60)
    assert not outcome.failed, outcome.result["msg"]


def test_a_node_that_a_later_order_deleted_is_not_awaited() -> None:
    service = ready_service(
        [node("n1")],
        {"a": [created("n1"), created("n2")], "b": [created("n2", action="deleteNode")]},
        row("a", "successed", age=90),
        row("b", "successed", age=60, operation="modify"),
    )
    outcome = service.wait(order_names=["a", "b"], ready=True, wait_timeout=60)
    assert not outcome.failed, outcome.result["msg"]


def test_nodes_that_show_order_still_processes_are_awaited() -> None:
    service = ready_service([node("n1"), node("n2", "Updating")], {"a": [created("n1"), created("n2", "processing")]})
    assert service.wait(order_names=["a"], ready=True, wait_timeout=60).failed


def test_fewer_nodes_than_were_ordered_are_not_all_nodes() -> None:
    spec = [{"flavor": "f", "count": 2}]
    service = ready_service([node("n1")], {}, row("a", "successed", specCount=spec))
    assert service.wait(order_names=["a"], ready=True, wait_timeout=60).failed


@pytest.mark.parametrize("status", [400, 405, 501])
def test_a_show_order_that_is_never_served_is_not_offered(status: int) -> None:
    service = ready_service([node("n1")], {})
    service.others["orders/a"] = lambda at: Answer(status=status, body={"error_code": "X.1", "error_msg": "no"})
    outcome = service.wait(order_names=["a"], ready=True, wait_timeout=60)
    assert not outcome.failed, outcome.result["msg"]


def test_a_delete_order_without_a_pool_id_proves_nothing_by_a_404_for_its_display_name() -> None:
    service = always(row("a", "successed", operation="delete", resourceName=...))
    service.others["pools/pool-a"] = lambda at: NOT_FOUND
    assert service.wait(order_names=["a"], ready=True, wait_timeout=60).failed


def test_an_order_that_names_no_pool_leaves_nothing_ready() -> None:
    service = always({**row("a", "successed"), "resourceName": None, "resourceDisplayName": None})
    assert service.wait(order_names=["a"], ready=True, wait_timeout=60).failed


def test_a_broken_pool_ends_the_wait_though_another_cannot_be_asked() -> None:
    service = ready_service([node("n1")], {}, row("a", "successed"), row("b", "successed", pool="pool-b"))
    broken = Answer(body={"metadata": {"name": "pool-b-id"}, "status": {"phase": "Error", "message": "no power"}})
    service.others["pools/pool-b-id"] = lambda at: broken
    service.others["pools/pool-a-id"] = lambda at: OUTAGE
    outcome = service.wait(order_names=["a", "b"], ready=True, wait_timeout=600)
    assert "no power" in outcome.result["msg"]
    assert outcome.result["elapsed"] < 30


def test_a_gateway_refusing_the_first_question_for_a_pool_once_is_survived() -> None:
    service = ready_service([node("n1")], {})
    blocked = Answer(status=403, body="<html>blocked</html>")
    service.others["pools/pool-a-id"] = lambda at: RUNNING if len(service.asked) > 3 else blocked
    outcome = service.wait(order_names=["a"], ready=True, wait_timeout=600)
    assert not outcome.failed, outcome.result["msg"]


def test_a_pool_that_is_gone_is_noticed_while_another_cannot_be_asked() -> None:
    service = ready_service([node("n1")], {}, row("a", "successed"), row("b", "successed", pool="pool-b"))
    service.others["pools/pool-b-id"] = lambda at: NOT_FOUND
    service.others["pools/pool-a-id"] = lambda at: OUTAGE
    outcome = service.wait(order_names=["a", "b"], ready=True, wait_timeout=2000, visible_timeout=100)
    assert not outcome.result["timed_out"]


def test_a_pool_that_was_not_found_once_is_not_gone_for_the_time_in_which_it_could_not_be_asked() -> None:
    service = ready_service([node("n1")], {}, row("a", "successed"), row("b", "successed", pool="pool-b"))
    service.others["pools/pool-b-id"] = lambda at: CREATING
    service.others["pools/pool-b-id/nodes"] = lambda at: Answer(body={"items": []})
    answers = {(0, 60): NOT_FOUND, (60, 500): OUTAGE, (500, 520): NOT_FOUND, (520, 9999): RUNNING}
    service.others["pools/pool-a-id"] = lambda at: next(
        each for (since, until), each in answers.items() if since <= at < until
    )
    outcome = service.wait(order_names=["a", "b"], ready=True, wait_timeout=1000)
    assert outcome.result["timed_out"], outcome.result["msg"]


# How a wait ends


def test_details_of_many_failed_orders_cost_seconds_in_all_and_leave_one_shape() -> None:
    service = always(*(row(f"o{number}", "failed", pool=f"pool-{number}") for number in range(20)))

    for number in range(20):
        service.others[f"orders/o{number}"] = lambda at: Answer(body={"items": []}, took=4)
    outcome = service.wait(order_names=[f"o{number}" for number in range(20)], wait_timeout=60)
    assert outcome.result["elapsed"] < 15
    assert all({"resources", "failed_nodes", "succeeded_nodes"} <= set(each) for each in outcome.result["orders"])


def test_a_display_that_cannot_be_written_to_ends_no_wait() -> None:
    service = Scripted(by_time(lambda at: [row("a", "processing" if at < 60 else "successed")]))

    class Closed(list[tuple[float, str]]):
        def append(self, line: tuple[float, str]) -> None:
            raise BrokenPipeError(32, "Broken pipe")

    service.lines = Closed()
    outcome = service.wait(order_names=["a"], wait_timeout=300)
    assert not outcome.failed, outcome.result["msg"]


def test_all_orders_of_a_pool_count_that_the_last_poll_could_show() -> None:
    def rows(at: float) -> list[Row]:
        late = row("late", "processing", age=600)
        first = row("a", "processing" if at < 100 else "successed", age=60)
        return [first, late] if at > 10 else [first]

    service = Scripted(by_time(rows))
    outcome = service.wait(involved_names=["pool-a"], since="1h", latest=False, wait_timeout=300)
    assert outcome.failed


def test_an_age_counts_by_the_service_s_clock_although_its_first_answer_had_no_date() -> None:
    def rows(at: float) -> list[Row]:
        return [row("a", "processing" if at < 60 else "successed", age=700)]  # a minute before, by its clock

    def script(question: Question) -> Answer:
        answer = by_time(rows)(question) if question.at > 10 else NOT_FOUND
        return dataclasses.replace(answer, date_off=-600)

    outcome = Scripted(script).wait(involved_names=["pool-a"], since="5m", wait_timeout=900)
    assert not outcome.failed, outcome.result["msg"]


def test_a_node_of_which_nothing_is_told_is_not_one_without_a_driver() -> None:
    service = ready_service([{"metadata": {"name": "n1"}}], {"a": [created("n1")]})
    assert service.wait(order_names=["a"], ready=True, wait_timeout=60).failed


# What the result says beside a failure


@pytest.mark.parametrize(
    "options",
    [
        {"expected_count": 2, "settle": 0, "wait_timeout": 0},
        {"expected_count": 2, "settle": 0, "visible_timeout": 30},
        {"expected_count": 2, "settle": 0, "check_mode": True},
        {"wait_timeout": 0},
        {"wait_timeout": 20},
        {"check_mode": True},
    ],
)
def test_not_all_has_succeeded_while_an_order_that_counts_may_be_unknown(options: Row) -> None:
    result = always(row("old", "successed", age=9000)).wait(involved_names=["pool-a"], **options).result
    assert result["summary"]["succeeded"] == result["summary"]["total"] == 1 and not result["missing"]
    assert not result["all_succeeded"] and not result["all_finished"]


def test_not_all_of_a_pool_has_succeeded_where_the_listing_hides_some() -> None:
    service = Scripted(lambda question: Answer(body={"count": 3, "items": [row("old", "successed", age=9000)]}))
    result = service.wait(involved_names=["pool-a"], settle=0, wait_timeout=60).result
    assert result["truncated"] and not result["all_succeeded"] and not result["all_finished"]
    # Nothing that is hidden counts where the order itself was named.
    assert service.wait(order_names=["old"], wait_timeout=60).result["all_succeeded"]


# Rows that lack something


@pytest.mark.parametrize(("first", "both"), [("failed", False), ("failed", True), ("successed", True)])
def test_an_order_known_by_its_id_alone_stays_known_when_its_name_is_listed(first: str, both: bool) -> None:
    nameless = {**row("new", first), "orderName": None}
    other = "successed" if first == "failed" else "processing"

    def rows(at: float) -> list[Row]:
        named = [row("new", "processing" if at < 30 else other)]
        return [nameless, *(named if both else [])] if at < 10 else named

    outcome = Scripted(by_time(rows)).wait(order_ids=["CS-new"], fail_fast=False, wait_timeout=300)
    assert outcome.failed and "Unexpected" not in outcome.result["msg"]
    assert outcome.result["any_failed"] == (first == "failed")
    assert [found["order_name"] for found in outcome.result["orders"]] in (["new"], [None])


@pytest.mark.parametrize("operation", [None, ""])
def test_an_order_that_does_not_tell_its_operation_may_be_the_one(operation: str | None) -> None:
    def rows(at: float) -> list[Row]:
        return [row("old", "successed", age=9000), row("new", "processing", age=1, operation=operation)]

    outcome = Scripted(by_time(rows)).wait(involved_names=["pool-a"], operation=["apply"], wait_timeout=300)
    assert outcome.failed and outcome.result["timed_out"]


@pytest.mark.parametrize("pool", ["pool-a", "pool-a-id"])
@pytest.mark.parametrize("without", ["resourceName", "resourceDisplayName"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_order_that_tells_one_name_of_its_pool_counts_where_one_pool_is_asked_for(
    pool: str, without: str, value: str | None
) -> None:
    """The service, asked for the pool, lists it; by its other order the two names belong together."""
    new = {**row("new", "processing", age=1), without: value}
    everything = Answer(body={"count": 2, "items": [row("old", "successed", age=9000), new]})
    outcome = Scripted(lambda question: everything).wait(involved_names=[pool], wait_timeout=300)
    assert outcome.failed and outcome.result["timed_out"]
    info = Scripted(lambda question: everything).info(involved_name=pool).result
    assert len(info["orders"]) == 2 and not info["all_succeeded"]


# Several pools of one display name


def of_pool(pool_id: str, name: str, phase: str, age: float) -> Row:
    """Return an order of one of the pools that are all called pool-a."""
    return row(name, phase, age=age, resourceName=pool_id)


@pytest.mark.parametrize(("age", "listed"), [(9000, 0), (30, 3)])
def test_each_pool_of_one_display_name_settles(age: float, listed: float) -> None:
    """One pool's order is under way, the other shows an older success until its new order is listed."""

    def rows(at: float) -> list[Row]:
        first = of_pool("a-1", "first", "processing" if at < 6 else "successed", 5)
        second = [of_pool("a-2", "old", "successed", age)] if at >= listed else []
        return [first, *second, *([of_pool("a-2", "new", "processing", 1)] if at >= 25 else [])]

    outcome = Scripted(by_time(rows)).wait(involved_names=["pool-a"], interval=2, wait_timeout=200)
    assert outcome.failed and outcome.result["timed_out"]
    assert {found["order_name"] for found in outcome.result["orders"]} == {"first", "new"}


def test_a_failure_counts_at_once_while_another_pool_of_the_same_name_settles() -> None:
    def rows(at: float) -> list[Row]:
        old = of_pool("a-2", "old", "failed", 9000)
        return [of_pool("a-1", "first", "processing" if at < 5 else "failed", 5), old]

    outcome = Scripted(by_time(rows)).wait(involved_names=["pool-a"], interval=2, wait_timeout=200)
    assert outcome.failed and outcome.result["elapsed"] < 10
    assert [failed["order_name"] for failed in outcome.result["failed_orders"]] == ["first"]


@pytest.mark.parametrize(
    "without", ["resourceName", "resourceDisplayName", "creationTimestamp", "orderName", "orderId"]
)
@pytest.mark.parametrize("pools", [["pool-a"], ["a-1", "a-2"], ["pool-a", "a-2"]])
def test_what_an_order_told_once_is_known_where_a_later_row_leaves_it_out(pools: list[str], without: str) -> None:
    """Without its pool's ID the order under way would be one of the other pool, which has a newer one."""

    def rows(at: float) -> list[Row]:
        first = of_pool("a-1", "first", "processing" if at < 40 else "successed", 1)
        second = of_pool("a-2", "second", "processing", 5)
        return [first, {**second, without: None} if at > 30 else second]

    outcome = Scripted(by_time(rows)).wait(involved_names=pools, interval=5, wait_timeout=200)
    assert outcome.failed and outcome.result["timed_out"]
    assert {found["order_name"] for found in outcome.result["orders"]} == {"first", "second"}
