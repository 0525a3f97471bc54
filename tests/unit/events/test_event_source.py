# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source's loop, against the simulator over a real socket and in virtual time."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import stat
import typing as t
from pathlib import Path
from unittest import mock

import pytest
import requests.adapters
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events import delivery, poller, state_file
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._events.source import Source
from ansible_collections.huaweicloud.modelarts.tests.unit.client.edge import PROJECT
from ansible_collections.huaweicloud.modelarts.tests.unit.events.scenario import SOURCE, Event, scenario, told
from ansible_collections.huaweicloud.modelarts.tests.unit.wait.scripted import Answer, Scripted, row

SLOW = [{"state": "pending", "seconds": 60}, {"state": "processing", "seconds": 300}, {"state": "succeeded"}]
FAILS = [{"state": "pending", "seconds": 100}, {"state": "failed", "reason": "Quota\nexceeded \x1b[2J{{ 7 * 7 }}"}]
ORDERS: list[dict[str, t.Any]] = [
    {"pool": "slow", "timeline": SLOW},
    {"pool": "fails", "timeline": FAILS},
    {"pool": "later", "arrives": 200, "timeline": SLOW},
    {"pool": "old", "created": 90_000, "state": "succeeded"},
]
STORY = [
    ("slow", "pending", "processing"),
    ("fails", "pending", "failed"),
    ("later", None, "pending"),
    ("later", "pending", "processing"),
    ("slow", "processing", "succeeded"),
    ("later", "processing", "succeeded"),
]


def errors(events: list[Event]) -> list[tuple[str, int | None]]:
    return [(event["error"]["kind"], event["error"]["status"]) for event in events if "error" in event]


def test_each_change_is_one_event_soon_after_it_happened() -> None:
    with scenario(ORDERS) as w:
        events = w.run(900)
        assert told(events) == STORY
        assert [round(event["at"], -1) for event in events] == [60, 120, 210, 270, 360, 570]
        assert len({event["id"] for event in events}) == len(events)
        assert all(event["meta"]["uuid"] == event["id"] for event in events)
        assert all({"order", "previous_state", "id"} < set(event) for event in events)


def test_text_of_the_service_comes_whole_but_for_controls_and_templates() -> None:
    with scenario(ORDERS) as w:
        event = next(event for event in w.run(200) if event["order"]["state"] == "failed")
        assert event["order"]["fail_reason"] == "Quota\nexceeded [2J{ { 7 * 7 }}"
        assert json.loads(json.dumps(event)) == event


def test_since_reports_what_is_there_at_the_first_poll() -> None:
    with scenario(ORDERS) as w:
        assert told(w.run(5, since="2d")) == [
            ("old", None, "succeeded"),
            ("slow", None, "pending"),
            ("fails", None, "pending"),
        ]
        assert told(w.run(5, since="1h"))[0] == ("slow", None, "pending")


@pytest.mark.parametrize(
    ("filters", "pools"),
    [
        ({"pools": "fails"}, {"fails"}),
        ({"involved_names": ["fails", "later"]}, {"fails", "later"}),
        ({"order_names": ["order.x-12345"]}, {"slow"}),
        ({"operation": "delete"}, {"later"}),
        ({"workspace_id": "w7"}, {"fails"}),
        ({"phase": "failed"}, {"fails"}),
        ({"pools": "nobody"}, set[str]()),
    ],
)
def test_filters(filters: dict[str, t.Any], pools: set[str]) -> None:
    orders = [dict(row) for row in ORDERS]
    orders[0]["order_name"] = "order.x-12345"
    if "workspace_id" in filters:  # without it the service lists the default workspace only
        orders[1]["workspace_id"] = "w7"
    orders[2]["operation"] = "delete"
    with scenario(orders) as w:
        events = w.run(900, **filters)
        assert {pool for pool, *dummy in told(events)} == pools
        assert errors(events) == []
        assert all("phase=" not in row["query"] for row in w.requests())
        if "phase" in filters:
            assert told(events) == [("fails", "pending", "failed")]


@pytest.mark.parametrize("pools", [["pool-a"], ["pool-a-id"], ["pool-a", "other"]])
@pytest.mark.parametrize("without", ["resourceName", "resourceDisplayName"])
def test_an_order_that_tells_one_name_of_its_pool_is_watched_by_the_other(pools: list[str], without: str) -> None:
    """By the pool's other order the two names belong together."""
    rows = [row("old", "successed", age=900), {**row("new", "failed"), without: None}, row("else", pool="pool-b")]
    service = Scripted(lambda question: Answer(body={"count": len(rows), "items": rows}))
    args = {"endpoint": "https://modelarts.invalid", "project_id": PROJECT, "auth_token": "canary", "pools": pools}
    with mock.patch.object(requests.adapters.HTTPAdapter, "send", service.send):
        watched = poller.Poller(args, {}, service.clock).poll([(0, None)]).orders
    assert {order["order_name"] for order in watched} == {"old", "new"}


def test_a_pool_is_found_by_its_id_and_a_server_that_ignores_filters_leaks_nothing() -> None:
    with scenario(ORDERS, settings={"ignore": ["involvedName", "since", "workspaceId"]}) as w:
        project = w.cloud.settings["projects"][0]["id"]
        assert {pool for pool, *dummy in told(w.run(900, pools=f"slow-{project}"))} == {"slow"}


def test_the_interval_is_near_constant_and_one_request_is_one_poll() -> None:
    with scenario(ORDERS) as w:
        w.run(600, interval=20)
        assert w.pauses == [20] * len(w.pauses)
        assert len(w.requests()) == len(w.pauses)


def test_polls_narrow_to_the_oldest_open_order() -> None:
    history = {"generate": {"count": 3000, "days": 20, "seed": 3}, "state": "succeeded"}
    with scenario([history, *ORDERS]) as w:
        w.run(300)
        times = {row["time"] for row in w.requests()}
        first = [row for row in w.requests() if row["time"] == min(times)]
        assert len(first) >= 6
        assert len(w.requests()) - len(first) == len(times) - 1


@pytest.mark.no_cover
def test_two_thousand_open_orders_cost_one_request_for_each_five_hundred() -> None:
    waiting = {"generate": {"count": 2000, "days": 3}, "state": "pending"}
    with scenario([waiting, {"pool": "slow", "timeline": SLOW}]) as w:
        assert told(w.run(400)) == [STORY[0], STORY[4]]
        times = [row["time"] for row in w.requests()]
        per_poll = [times.count(time) for time in sorted(set(times))]
        assert max(per_poll[1:]) <= 5


# Errors


def test_an_outage_is_one_event_and_its_end_another_and_nothing_is_lost() -> None:
    fault = {"kind": "status", "status": 503, "times": 60, "match": {"api": "list"}}
    with scenario(ORDERS) as w:
        w.run(5)
        w.cloud.add_faults([fault], False)
        events = w.run(1500, since="1h", retries=1)
        assert errors(events) == [("service", 503)]
        assert sum("recovered" in event for event in events) == 1
        changes = {(pool, state) for pool, dummy, state in told(events)}
        assert {("slow", "succeeded"), ("fails", "failed"), ("later", "succeeded")} <= changes


def test_refused_keys_are_tried_again_at_most_every_ten_minutes() -> None:
    with scenario(ORDERS) as w:
        events = w.run(7200, secret_key="SKofTheTestsButWrong0123456789", access_key="AKIDWrong000")
        assert errors(events)[0][0] == "service"
        assert len(errors(events)) == 1
        times = [row["time"] for row in w.cloud.log]
        assert len(times) <= 5
        assert all(later - earlier >= 600 for earlier, later in zip(times, times[1:]))
        assert "SKofTheTests" not in json.dumps(events)


def test_retry_after_is_honoured() -> None:
    fault = {"kind": "status", "status": 429, "retry_after": 400, "match": {"api": "list"}}
    with scenario(ORDERS, faults=[fault]) as w:
        events = w.run(900, retries=0)
        assert errors(events) == [("service", 429)]
        first, second = [row["time"] for row in w.requests()][:2]
        assert second - first >= 400


def test_an_unexpected_failure_is_an_event_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: t.Any, spans: t.Any) -> t.NoReturn:
        raise ZeroDivisionError("with a secret in it")

    with scenario(ORDERS) as w:
        # The edge that no test can reach from outside: a defect of our own.
        monkeypatch.setattr(poller.Poller, "poll", broken)
        events = w.run(300)
        assert [event["error"]["msg"] for event in events] == ["A poll failed unexpectedly (ZeroDivisionError)"]
        assert len(w.pauses) > 3


def test_an_expired_password_token_is_renewed_silently() -> None:
    login: dict[str, t.Any] = {"username": "simulator-user", "domain_name": "simulator-domain"}
    with scenario(ORDERS) as w:
        from modelarts_simulator.switches import DEFAULT_PASSWORD

        login["password"] = DEFAULT_PASSWORD
        w.cloud.configure({"token_lifetime": 120})
        events = w.run(900, **login)
        assert told(events) == STORY
        assert errors(events) == []
        assert len(w.requests("tokens")) > 3


@pytest.mark.no_cover
@pytest.mark.parametrize("way", ["oidc", "agency"])
def test_temporary_keys_are_renewed_silently_for_as_long_as_it_runs(way: str) -> None:
    """Two hours with keys of a quarter of one; the arguments are all there is, as in a controller."""
    from modelarts_simulator.switches import DEFAULT_ID_TOKEN, OIDC_AGENCY, PROVIDER

    with scenario(ORDERS, settings={"key_lifetime": 900}) as w:
        environ = w.server.environment()
        urls = {"iam_endpoint": environ["HW_AUTH_URL"], "sts_endpoint": environ["HUAWEICLOUD_SDK_STS_ENDPOINT"]}
        place: dict[str, t.Any] = {
            "region": environ["HW_REGION_NAME"],
            "endpoint": environ["HW_MODELARTS_ENDPOINT"],
            **urls,
        }
        oidc = {"oidc_provider_urn": PROVIDER, "oidc_agency_urn": OIDC_AGENCY, "oidc_token": DEFAULT_ID_TOKEN}
        agency = {"assume_role_agency_name": "simulator-agency", "assume_role_domain_name": "simulator-partner"}
        keys = {"access_key": environ["HW_ACCESS_KEY"], "secret_key": environ["HW_SECRET_KEY"], **agency}
        place.update(oidc if way == "oidc" else keys, temporary_key_duration="15m")
        events = w.run(2 * 3600, {}, **place)
        assert errors(events) == []
        # The agency leads to another account, which has no orders.
        assert told(events)[-1:] == (STORY[-1:] if way == "oidc" else [])
        logins = [row for row in w.cloud.log if row.get("api") != "list"]
        assert 8 <= len(logins) <= 18
        assert {row["status"] for row in w.cloud.log} <= {200, 201}


# The state file


def test_a_restart_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with scenario(ORDERS) as w:
        events: list[Event] = []
        for seconds in (70, 20, 45, 120, 33, 200, 600):
            events += w.run(seconds, state_file=str(file))
            w.clock.sleep(seconds)
        assert [story for story in told(events) if story[0] != "later"] == [s for s in STORY if s[0] != "later"]
        later = [story for story in told(events) if story[0] == "later"]
        assert [before for dummy, before, dummy2 in later] == [None, *(state for dummy, dummy2, state in later[:-1])]
        assert later[-1][2] == "succeeded"
        assert len({event["id"] for event in events}) == len(events)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert os.listdir(tmp_path) == ["state.json"]


def test_without_a_state_file_the_time_between_is_lost() -> None:
    with scenario(ORDERS) as w:
        w.run(70)
        w.clock.sleep(2000)
        assert told(w.run(100)) == []


WHOLE = b'{"modelarts_orders":2,"scope":"%s","report_since":1,"polled":1,"known":{},"undelivered":[]}\n'


@pytest.mark.parametrize("broken", [WHOLE[:40], WHOLE % b"\xff"], ids=["half", "a byte that is no text"])
def test_a_broken_state_file_is_told_kept_and_replaced(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(broken)
    with scenario(ORDERS) as w:
        events = w.run(70, state_file=str(file))
        assert errors(events) == [("state_file", None)]
        assert "is broken, or of another version" in events[0]["error"]["msg"]
        assert [event["recovered"]["kind"] for event in events if "recovered" in event] == ["state_file"]
        assert told(events) == STORY[:1]
        assert (tmp_path / "state.json.broken").read_bytes() == broken
        assert told(w.run(700, state_file=str(file))) == STORY[1:]


def test_an_empty_state_file_is_one_that_nothing_was_written_to_yet(tmp_path: Path) -> None:
    (tmp_path / "state.json").touch()
    with scenario(ORDERS) as w:
        assert errors(w.run(70, state_file=str(tmp_path / "state.json"))) == []
        assert os.listdir(tmp_path) == ["state.json"]


@pytest.mark.parametrize("kind", ["text", "binary", "pipe", "folder"])
def test_whatever_else_a_state_file_turns_out_to_be_is_left_alone(tmp_path: Path, kind: str) -> None:
    """A mistyped name may be that of anything: it is neither moved nor written to, and watching goes on."""
    path = tmp_path / "notes.txt"
    make = {
        "text": lambda: path.write_text("precious", encoding="utf-8"),
        "binary": lambda: path.write_bytes(b"\xff\x00precious"),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[kind]()
    before = path.lstat()
    with scenario(ORDERS) as w:
        events = w.run(900, state_file=str(path))
    assert errors(events) == [("state_file", None)]
    assert told(events) == STORY
    after = path.lstat()
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_what_stood_in_the_way_of_a_state_file_may_be_removed_while_it_watches(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("precious", encoding="utf-8")
    with scenario(ORDERS) as w, pytest.MonkeyPatch.context() as patch:
        sleep = w.clock.sleep

        def tidy(seconds: float) -> None:
            sleep(seconds)
            file.unlink(missing_ok=True) if "precious" in file.read_text(encoding="utf-8") else None

        patch.setattr(w.clock, "sleep", tidy)
        events = w.run(100, state_file=str(file))
    assert [event["recovered"]["kind"] for event in events if "recovered" in event] == ["state_file"]
    assert file.read_text(encoding="utf-8").startswith('{"modelarts_orders"')


# No open order keeps the window of the next polls open here.
LATER = [{"pool": "old", "created": 90_000, "state": "succeeded"}, {"pool": "after", "arrives": 100, "timeline": FAILS}]
AFTER = [("after", None, "pending"), ("after", "pending", "failed")]


def test_one_wrong_date_of_the_service_loses_nothing() -> None:
    """For one poll the service's Date is years ahead; nothing that is ordered afterwards is overlooked."""
    ahead = {"kind": "headers", "headers": {"Date": "Fri, 01 Jan 2100 00:00:00 GMT"}, "times": 1, "after": 1}
    with scenario(LATER, faults=[ahead]) as w:
        events = w.run(400)
    assert any(entry["fault"] for entry in w.cloud.log)
    assert told(events) == AFTER


def test_a_state_file_written_while_a_clock_was_ahead_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    with scenario(LATER) as w:
        w.run(50, state_file=str(file))
        head = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
        head["polled"] += 2 * 86_400_000
        file.write_text(json.dumps(head, separators=(",", ":")) + "\n", encoding="utf-8")
        w.clock.sleep(60)
        assert told(w.run(300, state_file=str(file))) == AFTER


def test_a_state_file_that_cannot_be_written_is_told_once_and_watching_goes_on(tmp_path: Path) -> None:
    with scenario(ORDERS) as w:
        events = w.run(900, state_file=str(tmp_path / "none" / "state.json"))
        assert errors(events) == [("state_file", None)]
        assert "cannot be written (No such file or directory)" in events[0]["error"]["msg"]
        assert told(events) == STORY


def test_a_state_file_that_cannot_be_written_for_a_while_is_caught_up(tmp_path: Path) -> None:
    folder = tmp_path / "late"
    with scenario(ORDERS) as w:
        w.run(30, state_file=str(folder / "state.json"))
        folder.mkdir()
        first = w.run(100, state_file=str(folder / "state.json"))
        assert errors(first) == []
        assert told(first + w.run(900, state_file=str(folder / "state.json"))) == STORY


def test_a_state_file_that_cannot_be_read_is_told_once_and_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state.json"
    file.write_text("precious", encoding="utf-8")

    def refuse(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied")

    with scenario(ORDERS) as w, monkeypatch.context() as patch:
        # Tests may run as root, whom no file mode keeps out.
        patch.setattr(state_file, "open_own", refuse)
        events = w.run(900, state_file=str(file))
        assert errors(events) == [("state_file", None)]
        assert "cannot be read (Permission denied)" in events[0]["error"]["msg"]
        assert told(events) == STORY
        assert file.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("name", ["state.json", "state.json.lock"])
def test_no_link_is_followed(tmp_path: Path, name: str) -> None:
    """Neither to a file of somebody else nor to one that is not there yet."""
    for target in (tmp_path / "precious", tmp_path / "none"):
        (tmp_path / "precious").write_text("precious", encoding="utf-8")
        link = tmp_path / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        with scenario(ORDERS) as w:
            events = w.run(900, state_file=str(tmp_path / "state.json"))
        assert told(events) == STORY
        assert errors(events) == [("state_file", None)]
        assert "it is a link, which is not followed" in events[0]["error"]["msg"]
        assert link.is_symlink()
        assert (tmp_path / "precious").read_text(encoding="utf-8") == "precious"
        assert not (tmp_path / "none").exists()


def test_a_link_in_place_of_the_draft_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious", encoding="utf-8")
    (tmp_path / "state.json.new").symlink_to(tmp_path / "precious")
    with scenario(ORDERS) as w:
        assert errors(w.run(5, state_file=str(tmp_path / "state.json"))) == []
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "precious"
    assert sorted(os.listdir(tmp_path)) == ["precious", "state.json"]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_only_its_user_can_read_it_whatever_was_there(tmp_path: Path, umask: int) -> None:
    file = tmp_path / "state.json"
    for name in ("state.json", "state.json.new"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o666)
    before = os.umask(umask)
    try:
        with scenario(ORDERS) as w:
            w.run(5, state_file=str(file))
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_of_another_user_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(WHOLE % b"")
    me = os.geteuid()
    with scenario(ORDERS) as w, monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: me + 1)
        events = w.run(900, state_file=str(file))
    assert errors(events) == [("state_file", None)]
    assert "it belongs to another user" in events[0]["error"]["msg"]
    assert told(events) == STORY
    assert file.read_bytes() == WHOLE % b""


@pytest.mark.no_cover
def test_memory_and_file_stay_bounded_over_months(tmp_path: Path) -> None:
    rows: list[dict[str, t.Any]] = [
        {"pool": f"p{number}", "arrives": number * 43_200, "timeline": SLOW} for number in range(150)
    ]
    with scenario(rows) as w:
        file = tmp_path / "state.json"
        events = w.run(75 * 86_400, interval=21_600, state_file=str(file))
        assert len({pool for pool, *dummy in told(events)}) == 150
        assert len(json.loads(file.read_text(encoding="utf-8").splitlines()[0])["known"]) < 100


# The consumer


def test_an_event_counts_as_reported_only_once_it_was_taken(tmp_path: Path) -> None:
    file = str(tmp_path / "state.json")
    with scenario([*ORDERS, {"pool": "twin", "timeline": FAILS}]) as w:
        w.run(90, state_file=file)
        w.clock.sleep(60)

        async def cut_off() -> Event:
            """Take one event, and let the next one lie in the queue until the end."""
            queue: asyncio.Queue[Event] = asyncio.Queue(1)
            source = Source(queue, {"state_file": file}, environ=w.server.environment(), clock=w.clock)
            task = asyncio.ensure_future(source.run())
            first = await asyncio.wait_for(queue.get(), 20)
            while queue.empty():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return first

        first = asyncio.run(cut_off())
        # What is undelivered needs no poll, which an outage might prevent.
        w.cloud.add_faults([{"kind": "status", "status": 503, "times": 0}], False)
        rest = w.run(5, state_file=file, retries=0)
        assert sorted(told([first, *rest])) == [("fails", "pending", "failed"), ("twin", "pending", "failed")]


def test_with_feedback_an_event_counts_only_once_it_was_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    # The one pause that is not the source's own: how long a confirmation may take. Short for the second event only.
    taken: list[Event] = []

    async def story(environ: dict[str, str], clock: t.Any) -> None:
        queue: asyncio.Queue[Event] = asyncio.Queue(1)
        feedback: asyncio.Queue[Event] = asyncio.Queue(1)
        args = {"since": "2d", "feedback": True, "eda_feedback_queue": feedback, "interval": 0.1}
        task = asyncio.ensure_future(Source(queue, args, environ=environ, clock=clock).run())
        while len(taken) < 4:
            taken.append(await asyncio.wait_for(queue.get(), 60))
            monkeypatch.setattr(delivery, "CONFIRM_TIME", 0.3 if len(taken) == 1 else 300.0)
            if len(taken) != 2:
                await feedback.put(taken[-1])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with scenario(ORDERS) as w:
        asyncio.run(story(w.server.environment(), w.clock))
    assert [event["id"] for event in taken[1:3]] == [taken[1]["id"]] * 2
    assert len({event["id"] for event in taken}) == 3


def test_the_loop_stays_free_during_a_poll_and_ends_at_once_when_cancelled() -> None:
    async def story() -> float:
        """Return the seconds that the loop could not do anything else, at most."""
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(SOURCE["main"](asyncio.Queue(1), {"retries": 3}))
        longest = 0.0
        for dummy in range(30):
            begin = loop.time()
            await asyncio.sleep(0.01)
            longest = max(longest, loop.time() - begin)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return max(longest, loop.time() - begin)

    fault = {"kind": "hang", "seconds": 5, "times": 0, "match": {"api": "list"}}
    with scenario(ORDERS, faults=[fault]) as w, pytest.MonkeyPatch.context() as patch:
        for name, value in w.server.environment().items():
            patch.setenv(name, value)
        # The best of three: a machine may stand still for seconds at any time.
        assert any(asyncio.run(story()) < 2 for dummy in range(3))


def test_sources_share_no_state() -> None:
    assert not dataclasses.is_dataclass(Source)
    with scenario(ORDERS) as w:
        assert told(w.run(70)) == STORY[:1]
        assert told(w.run(70)) == [("fails", "pending", "failed")]
