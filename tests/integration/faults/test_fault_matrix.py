# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: every fault met by real tasks at every entry point, each by a host of its own, all in one play."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import LATE, Fault, Meaning
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.network_faults import write_authorities
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.page import FAULTS, PAGE, SECTIONS, page
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.scenario import (
    INTERVAL,
    WAIT_TIMEOUT,
    Scenario,
    entry_points,
)
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import (
    COLLECTION,
    INFO,
    LOOKUP,
    NEWEST,
    Ansible,
    Run,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import TOKEN
from ansible_collections.huaweicloud.modelarts.tests.support.shapes import differences

WAIT = f"{COLLECTION}.modelarts_order_wait"
#: After its deadline a wait's last poll may take so many seconds.
LAST_ANSWER = 0.9
#: Seconds that a busy machine may add, by whether the wait polls in the process: else each poll is a module's run.
SLACK = {True: 30.0, False: 90.0}
#: Seconds that a wait has to survive a fault that strikes once: a few polls, each a module's run on a busy machine.
SURVIVES = 200
#: A task that takes longer hangs, whatever it was waiting for; ansible ends it then. Seconds.
HANGS = 240
FORKS = 10
PARTS = 3

WAYS = ("module", "in-process") if NEWEST else ("in-process",)

Scenarios = dict[str, tuple[Run, Scenario]]


def tasks() -> list[dict[str, Any]]:
    """Return the tasks of the play: one for each entry point; a host passes those over that it has no options for."""
    made = []
    for entry_point in ("info", "lookup", "wait", "healed-info", "healed-wait"):
        given: dict[str, Any] = {
            name: f"{{{{ entry_points[{entry_point!r}].{name} | default(omit) }}}}" for name in CONNECTION
        }
        if entry_point == "lookup":
            action: dict[str, Any] = {
                "ansible.builtin.debug": {"msg": f"{{{{ query({LOOKUP!r}, **entry_points.lookup) }}}}"}
            }
        elif entry_point.endswith("info"):
            action = {INFO: given}
        else:
            named = {name: f"{{{{ targets.{name} | default(omit) }}}}" for name in ("order_names", "involved_names")}
            patience = {
                "wait_timeout": "{{ patience }}" if entry_point == "wait" else SURVIVES,
                "interval": INTERVAL,
                "settle": 0,
            }
            action = {WAIT: {**given, **named, **patience}}
        made.append(
            {
                "name": entry_point,
                "when": f"{entry_point!r} in entry_points",
                "ignore_errors": True,
                "timeout": HANGS,
                **action,
            }
        )
    return made


class Matrix:
    """All faults, met in one way after the other, when somebody first asks."""

    def __init__(self, ansible: Ansible, authorities: dict[str, str]) -> None:
        self._ansible = ansible
        self._authorities = authorities
        self._opened = contextlib.ExitStack()
        self._met: dict[str, Scenarios] = {}

    def scenarios(self, way: str) -> Scenarios:
        """Return the run and the scenario of each fault by its host."""
        if way not in self._met:
            self._met[way] = self._meet(in_process=way == "in-process")
        return self._met[way]

    def _meet(self, *, in_process: bool) -> Scenarios:
        played: Scenarios = {}
        for part in range(PARTS):
            scenario = self._opened.enter_context(
                Scenario(FAULTS[part::PARTS], self._authorities, in_process=in_process)
            )
            cwd = self._ansible.folder()
            (cwd / "faults.json").write_text(json.dumps(scenario.inventory()), encoding="utf-8")
            play = {"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": tasks()}
            play["vars"] = {"modelarts_in_process": in_process}
            run = self._ansible.play([play], "-i", "faults.json", f"--forks={FORKS}", "-vvv", cwd=cwd)
            played.update({fault.host: (run, scenario) for fault in scenario.faults})
        return played

    def close(self) -> None:
        """End all scenarios."""
        self._opened.close()


@pytest.fixture(scope="module")
def matrix(ansible: Ansible, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """Return the matrix of the ansible-core under test."""
    made = Matrix(ansible, write_authorities(tmp_path_factory.mktemp("authorities")))
    yield made
    made.close()


@pytest.fixture
def outcome(matrix: Matrix, how: str, fault: Fault) -> Outcome:
    """Return what came of one fault in one way."""
    return Outcome(fault, *matrix.scenarios(how)[fault.host])


class Outcome:
    """One fault with what every entry point made of it."""

    def __init__(self, fault: Fault, run: Run, scenario: Scenario) -> None:
        self.fault = fault
        self.entry_points = scenario.entry_points[fault.host]
        self._run = run
        self._scenario = scenario

    def result(self, entry_point: str) -> dict[str, Any]:
        """Return an entry point's result, failed or not."""
        return self._run.event(entry_point, self.fault.host).result

    def failed(self, entry_point: str) -> bool:
        """Return whether the task failed."""
        return self._run.event(entry_point, self.fault.host).failed

    def requests(self, entry_point: str) -> int | None:
        """Return how many requests reached the other end."""
        return self._scenario.others[self.fault.host, entry_point].requests()


def each_fault(entry_point: str) -> pytest.MarkDecorator:
    """Return what calls a test with every fault and way in which the entry point is tried."""
    cases = [
        pytest.param(way, fault, id=f"{way}-{fault.name}")
        for way in WAYS
        for fault in FAULTS
        if entry_point in entry_points(fault, way == "in-process")
    ]
    return pytest.mark.parametrize(("how", "fault"), cases)


SUCCEEDS = (Meaning.HARMLESS, Meaning.EMPTY)


def in_order(fragments: tuple[str, ...], text: str) -> bool:
    """Return whether the fragments stand in a text, one after the other."""
    place = 0
    for fragment in fragments:
        place = text.find(fragment, place)
        if place < 0:
            return False
        place += len(fragment)
    return True


def check_text(msg: str, words: tuple[str, ...]) -> None:
    """Fail unless a message has the words, and is one printable line of a sensible length."""
    assert in_order(words, msg), f"{words} not in {msg!r}"
    assert msg.isprintable() and len(msg) < 700, msg


def unexpected(found: list[str]) -> list[str]:
    """Return differences from the documentation, without the keys of an order that only a newer service can know."""
    return [one for one in found if not re.fullmatch(r"orders\[\d+\]\.\w+ is returned but not documented", one)]


@each_fault("info")
def test_info(outcome: Outcome, documentation: dict[str, Any]) -> None:
    """Succeeds or fails as it should, in the full shape, in words that say why."""
    result, fault = outcome.result("info"), outcome.fault
    assert outcome.failed("info") is (fault.meaning not in SUCCEEDS), result.get("msg")
    moments = ("failure",) if outcome.failed("info") else ()
    assert unexpected(differences(documentation["module"][INFO]["return"], result, *moments)) == []
    if not outcome.failed("info"):
        assert len(result["orders"]) >= (0 if fault.meaning is Meaning.EMPTY else 1)
        assert fault.check is None or fault.check(result)
        return
    check_text(result["msg"], fault.reads)
    assert (result["orders"], result["truncated"], result["all_finished"]) == ([], True, False)
    assert fault.status in (None, result["status"])
    assert fault.error_code in (None, result["error_code"])


@each_fault("info")
def test_how_often_info_asks(outcome: Outcome) -> None:
    """Once more after a transient fault, and never after another."""
    expected = outcome.fault.expected_requests()
    if expected is not None:
        assert outcome.requests("info") == expected


@each_fault("lookup")
def test_lookup(outcome: Outcome) -> None:
    """Fails with the same words, after as many requests."""
    assert outcome.failed("lookup") is (outcome.fault.meaning not in (*SUCCEEDS, Meaning.NO_SUCH_POOL))
    if outcome.failed("lookup"):
        msg = str(outcome.result("lookup")["msg"])
        assert in_order(outcome.fault.reads, msg), msg
        assert "Traceback" not in msg
    expected = outcome.fault.expected_requests()
    if expected is not None:
        assert outcome.requests("lookup") == expected


@each_fault("wait")
def test_wait(outcome: Outcome, documentation: dict[str, Any]) -> None:
    """Polls on where time may heal it, ends at once where it does not, and never outlasts its deadline."""
    result, fault = outcome.result("wait"), outcome.fault
    assert outcome.failed("wait") is (fault.meaning is not Meaning.HARMLESS), result.get("msg")
    moments = ("failure",) if outcome.failed("wait") else ()
    assert unexpected(differences(documentation["module"][WAIT]["return"], result, *moments)) == []
    assert result["elapsed"] <= WAIT_TIMEOUT + LAST_ANSWER + SLACK["lookup" in outcome.entry_points]
    if fault.meaning is Meaning.HARMLESS:
        return
    if not missed_its_last_poll(fault, result["msg"]):
        check_text(result["msg"], _words_of_wait(fault) if fault.polls_on else fault.reads)
    assert result["timed_out"] is fault.polls_on
    if not fault.polls_on:
        assert result["polls"] == 1


def missed_its_last_poll(fault: Fault, msg: str) -> bool:
    """Whether a busy machine took longer for a wait's last answer than LAST_ANSWER, which tests cannot change."""
    return fault.meaning is Meaning.TRANSIENT and in_order(("Timed out after", "the last poll failed: ", *LATE), msg)


@pytest.mark.parametrize("how", WAYS)
def test_hardly_any_wait_misses_its_last_poll(matrix: Matrix, how: str) -> None:
    """So nearly all of them tell what is wrong."""
    waits = [
        Outcome(fault, *matrix.scenarios(how)[fault.host])
        for fault in FAULTS
        if fault.meaning is Meaning.TRANSIENT
        and LATE[0] not in fault.reads
        and "wait" in entry_points(fault, how == "in-process")
    ]
    missed = [wait.fault.name for wait in waits if missed_its_last_poll(wait.fault, wait.result("wait")["msg"])]
    assert len(missed) <= len(waits) / 2, missed


def _words_of_wait(fault: Fault) -> tuple[str, ...]:
    """Return what a wait says that polled on in vain."""
    if fault.meaning is not Meaning.TRANSIENT:
        return "Timed out after", "is not listed"
    if fault.name.startswith("Retry-After"):  # which outlasts the few seconds of this wait, sooner or later
        return " after ", "the last poll failed: ", *fault.reads
    return "Timed out after", "the last poll failed: ", *fault.reads


@each_fault("wait")
def test_how_often_wait_asks(outcome: Outcome) -> None:
    """A poll is one request; what time does not heal costs one poll."""
    fault, requests = outcome.fault, outcome.requests("wait")
    if requests is None or fault.requests is None:
        return
    polls = outcome.result("wait")["polls"]
    if fault.meaning is Meaning.TRANSIENT and fault.expected_requests() != 1:
        assert 1 <= polls <= WAIT_TIMEOUT / INTERVAL * 3
    assert requests <= polls * (fault.expected_requests() or 1)


@each_fault("healed-info")
def test_it_heals(outcome: Outcome) -> None:
    """Where the fault strikes once, a retry brings the orders."""
    assert not outcome.failed("healed-info"), outcome.result("healed-info")["msg"]
    assert len(outcome.result("healed-info")["orders"]) == 1


@each_fault("healed-wait")
def test_a_wait_survives_it(outcome: Outcome) -> None:
    """In the midst of a wait, everything passes that is not a refusal."""
    result = outcome.result("healed-wait")
    assert not outcome.failed("healed-wait"), result["msg"]
    assert result["all_succeeded"] and result["polls"] >= 2


@pytest.mark.parametrize("how", WAYS)
def test_no_traceback_anywhere(matrix: Matrix, how: str) -> None:
    """Not at the terminal, and not in any result."""
    for run in {id(run): run for run, dummy in matrix.scenarios(how).values()}.values():
        text = run.succeeded().output + json.dumps([event.result for event in run.events])
        assert "Traceback" not in text
        assert TOKEN not in text


def test_the_matrix_is_large_enough() -> None:
    """At least forty faults, and no two of one name."""
    assert len({fault.host for fault in FAULTS}) == len(FAULTS) >= 40


def test_each_kind_has_a_sample() -> None:
    """Which is met by modules and on every ansible-core, as the guide says."""
    assert [title for title, faults in SECTIONS if not any(fault.sample for fault in faults)] == []


def test_the_guide_shows_this_very_matrix() -> None:
    """Write it anew with ``python tests/integration/faults/page.py`` after a change of the matrix."""
    assert PAGE.read_text(encoding="utf-8") == page()
