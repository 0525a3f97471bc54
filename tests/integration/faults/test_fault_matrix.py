# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: every fault met by real tasks at every door, each by a host of its own, all in one play."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import CONNECTION
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.edges import write_authorities
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import Fault, Meaning
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.page import FAULTS, PAGE, page
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.world import INTERVAL, WAIT_TIMEOUT, World
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import COLLECTION, INFO, LOOKUP, Ansible, Run
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import TOKEN
from ansible_collections.huaweicloud.modelarts.tests.support.shapes import differences

WAIT = f"{COLLECTION}.modelarts_order_wait"
#: After its deadline a wait's last look may take so many seconds.
LAST_ANSWER = 0.9
#: Seconds that a busy machine may add, by whether the wait looks in the process: else each look is a module's run.
SLACK = {True: 2.0, False: 8.0}
#: A task that takes longer hangs, whatever it was waiting for; ansible ends it then. Seconds.
HANGS = 40
FORKS = 10
PARTS = 3

Worlds = dict[str, tuple[Run, World]]


def tasks() -> list[dict[str, Any]]:
    """Return the tasks of the play: one for each door; a host passes those over that it has no options for."""
    made = []
    for door in ("info", "lookup", "wait", "healed-info", "healed-wait"):
        given: dict[str, Any] = {name: f"{{{{ doors[{door!r}].{name} | default(omit) }}}}" for name in CONNECTION}
        if door == "lookup":
            action: dict[str, Any] = {"ansible.builtin.debug": {"msg": f"{{{{ query({LOOKUP!r}, **doors.lookup) }}}}"}}
        elif door.endswith("info"):
            action = {INFO: given}
        else:
            named = {name: f"{{{{ wanted.{name} | default(omit) }}}}" for name in ("order_names", "involved_names")}
            patience = {"wait_timeout": WAIT_TIMEOUT if door == "wait" else 20, "interval": INTERVAL, "settle": 0}
            action = {WAIT: {**given, **named, **patience}}
        made.append({"name": door, "when": f"{door!r} in doors", "ignore_errors": True, "timeout": HANGS, **action})
    return made


@pytest.fixture(scope="module")
def worlds(ansible: Ansible, way: dict[str, bool], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """Meet all faults, in a few plays; the run and the world of each fault by its host."""
    authorities = write_authorities(tmp_path_factory.mktemp("authorities"))
    met: Worlds = {}
    opened = []
    for part in range(PARTS):
        world = World(FAULTS[part::PARTS], authorities, in_process=way["modelarts_in_process"])
        opened.append(world)
        cwd = ansible.folder()
        (cwd / "faults.json").write_text(json.dumps(world.inventory()), encoding="utf-8")
        play = {"hosts": "all", "gather_facts": False, "strategy": "free", "vars": way, "tasks": tasks()}
        run = ansible.play([play], "-i", "faults.json", f"--forks={FORKS}", "-vvv", cwd=cwd)
        met.update({fault.host: (run, world) for fault in world.faults})
    yield met
    for world in opened:
        world.__exit__(None, None, None)


@pytest.fixture
def met(fault: Fault, worlds: Worlds) -> Meeting:
    """Return what came of one fault."""
    return Meeting(fault, *worlds[fault.host])


class Meeting:
    """One fault with what every door made of it."""

    def __init__(self, fault: Fault, run: Run, world: World) -> None:
        self.fault = fault
        self.doors = world.doors[fault.host]
        self._run = run
        self._world = world

    def result(self, door: str) -> dict[str, Any]:
        """Return a door's result, failed or not."""
        return self._run.event(door, self.fault.host).result

    def failed(self, door: str) -> bool:
        """Return whether the task failed."""
        return self._run.event(door, self.fault.host).failed

    def requests(self, door: str) -> int | None:
        """Return how many requests reached the other end."""
        return self._world.others[self.fault.host, door].requests()

    def skip_without(self, door: str) -> None:
        """Leave a test out where a door is not tried."""
        if door not in self.doors:
            pytest.skip(f"the door {door!r} is not tried with this fault in this way")


each_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
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


@each_fault
def test_info(met: Meeting, documentation: dict[str, Any]) -> None:
    """Succeeds or fails as it should, in the full shape, in words that say why."""
    met.skip_without("info")
    result, fault = met.result("info"), met.fault
    assert met.failed("info") is (fault.meaning not in SUCCEEDS), result.get("msg")
    moments = ("failure",) if met.failed("info") else ()
    assert unexpected(differences(documentation["module"][INFO]["return"], result, *moments)) == []
    if not met.failed("info"):
        assert len(result["orders"]) >= (0 if fault.meaning is Meaning.EMPTY else 1)
        assert fault.check is None or fault.check(result)
        return
    check_text(result["msg"], fault.reads)
    assert (result["orders"], result["truncated"], result["all_finished"]) == ([], True, False)
    assert fault.status in (None, result["status"])
    assert fault.error_code in (None, result["error_code"])


@each_fault
def test_how_often_info_asks(met: Meeting) -> None:
    """Once more after a passing fault, and never after another."""
    met.skip_without("info")
    wanted = met.fault.expected_requests()
    if wanted is not None:
        assert met.requests("info") == wanted


@each_fault
def test_lookup(met: Meeting) -> None:
    """Fails with the same words, after as many requests."""
    met.skip_without("lookup")
    assert met.failed("lookup") is (met.fault.meaning not in SUCCEEDS)
    if met.failed("lookup"):
        msg = str(met.result("lookup")["msg"])
        assert in_order(met.fault.reads, msg), msg
        assert "Traceback" not in msg
    wanted = met.fault.expected_requests()
    if wanted is not None:
        assert met.requests("lookup") == wanted


@each_fault
def test_wait(met: Meeting, documentation: dict[str, Any]) -> None:
    """Looks on where time may heal it, ends at once where it does not, and never outlasts its deadline."""
    met.skip_without("wait")
    result, fault = met.result("wait"), met.fault
    assert met.failed("wait") is (fault.meaning is not Meaning.HARMLESS), result.get("msg")
    moments = ("failure",) if met.failed("wait") else ()
    assert unexpected(differences(documentation["module"][WAIT]["return"], result, *moments)) == []
    assert result["elapsed"] <= WAIT_TIMEOUT + LAST_ANSWER + SLACK["lookup" in met.doors]
    if fault.meaning is Meaning.HARMLESS:
        return
    looks_on = fault.meaning in (Meaning.PASSING, Meaning.EMPTY, Meaning.NO_SUCH_POOL)
    check_text(result["msg"], _words_of_wait(fault) if looks_on else fault.reads)
    assert result["timed_out"] is looks_on
    if not looks_on:
        assert result["polls"] == 1


def _words_of_wait(fault: Fault) -> tuple[str, ...]:
    """Return what a wait says that looked on in vain."""
    if fault.meaning is not Meaning.PASSING:
        return "Timed out after", "is not listed"
    if fault.name.startswith("Retry-After"):  # which outlasts the few seconds of this wait, sooner or later
        return ("Gave up after" if fault.requests == 1 else " after ", "the last look failed: ", *fault.reads)
    return "Timed out after", "the last look failed: ", *fault.reads


@each_fault
def test_how_often_wait_asks(met: Meeting) -> None:
    """A look is one request; what time does not heal costs one look."""
    met.skip_without("wait")
    fault, requests = met.fault, met.requests("wait")
    if requests is None or fault.requests is None:
        return
    polls = met.result("wait")["polls"]
    if fault.meaning is Meaning.PASSING and fault.expected_requests() != 1:
        assert 1 <= polls <= WAIT_TIMEOUT / INTERVAL * 3
    assert requests <= polls * (fault.expected_requests() or 1)


@each_fault
def test_it_heals(met: Meeting) -> None:
    """Where the fault strikes once, a retry brings the orders."""
    met.skip_without("healed-info")
    assert not met.failed("healed-info"), met.result("healed-info")["msg"]
    assert len(met.result("healed-info")["orders"]) == 1


@each_fault
def test_a_wait_survives_it(met: Meeting) -> None:
    """In the midst of a wait, everything passes that is not a refusal."""
    met.skip_without("healed-wait")
    result = met.result("healed-wait")
    assert not met.failed("healed-wait"), result["msg"]
    assert result["all_succeeded"] and result["polls"] >= 2


def test_no_traceback_anywhere(worlds: Worlds) -> None:
    """Not at the terminal, and not in any result."""
    for run in {id(run): run for run, dummy in worlds.values()}.values():
        text = run.succeeded().output + json.dumps([event.result for event in run.events])
        assert "Traceback" not in text
        assert TOKEN not in text


def test_the_matrix_is_large_enough() -> None:
    """At least forty faults, and no two of one name."""
    assert len({fault.host for fault in FAULTS}) == len(FAULTS) >= 40


def test_the_guide_shows_this_very_matrix() -> None:
    """Write it anew with ``python tests/integration/faults/page.py`` after a change of the matrix."""
    assert PAGE.read_text(encoding="utf-8") == page()
