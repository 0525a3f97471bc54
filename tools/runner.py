# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run checks side by side with readable output: a status line each, the log's end where one fails, totals last."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from venvs import ROOT

LOGS = ROOT / "build" / "logs"
TAIL = 60
#: Longest time for one step in seconds: far above what any needs, so that a hanging one ends.
STEP_TIMEOUT = 2700
#: How long interrupted steps may take to tidy up (tests stop the simulators they started), in seconds.
GRACE = 10

_running: dict[str, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Step:
    """One command to run from the checkout's root, after the steps named in `after` have passed.

    `junit` says that it runs pytest, whose tests are counted one by one; `show` is a pattern of the lines to
    repeat from its log, `errors` of those that tell why it failed (else the log's end does); `skip` is the reason
    why it can't run on this machine; `counts` is false for a preparation.
    """

    name: str
    command: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    junit: bool = False
    show: str = ""
    errors: str = ""
    skip: str = ""
    counts: bool = True

    @property
    def file(self) -> Path:
        """The log; next to it lies the JUnit file of a pytest run."""
        return LOGS / f"{re.sub('[^a-z0-9.]+', '-', self.name.lower())}.log"

    @property
    def junit_file(self) -> Path:
        """Where pytest is told to count its tests."""
        return self.file.with_suffix(".xml")


@dataclass
class Result:
    """What became of a step: its counts, and each skip with its reason."""

    step: Step
    seconds: float = 0.0
    ok: bool = True
    passed: int = 0
    failed: int = 0
    skips: list[str] = field(default_factory=list)


def run_all(steps: Iterable[Step]) -> list[Result]:
    """Run every step, JOBS at a time and in the given order as far as `after` lets them; report as they end."""
    jobs = int(os.environ.get("JOBS") or min(2, os.cpu_count() or 1))
    waiting, results = list(steps), dict[str, Result]()
    running: dict[Future[Result], Step] = {}
    LOGS.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    with ThreadPoolExecutor(jobs) as pool:
        while waiting or running:
            for step in [step for step in waiting if set(step.after) <= results.keys()]:
                if len(running) == jobs:
                    break
                waiting.remove(step)
                running[pool.submit(_run, step, _blocker(step, results))] = step
            if not running:
                raise SystemExit(f"error: steps wait for what never runs: {[step.name for step in waiting]}")
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                results[running.pop(future).name] = result = future.result()
                _report(result)
    return list(results.values())


def _blocker(step: Step, results: dict[str, Result]) -> str:
    return next((name for name in step.after if not results[name].ok), "")


def _run(step: Step, blocker: str) -> Result:
    """Run one step to its end."""
    if step.skip:
        return Result(step, skips=[step.skip])
    if blocker:
        step.file.write_text(f"not run, because '{blocker}' failed\n", encoding="utf-8")
        return Result(step, ok=False, failed=int(step.counts))
    start = time.monotonic()
    step.junit_file.unlink(missing_ok=True)
    with step.file.open("w", encoding="utf-8") as log:
        status = _execute(step, log.fileno())
    result = Result(step, time.monotonic() - start, ok=status == 0)
    _count(result)
    return result


def _execute(step: Step, log: int) -> int:
    """Run the command in a process group of its own; whatever it leaves running there ends with it."""
    process = _running[step.name] = subprocess.Popen(
        step.command,
        cwd=ROOT,
        env=step.env or None,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        return process.wait(timeout=STEP_TIMEOUT)
    except subprocess.TimeoutExpired:
        os.write(log, f"\nended after {STEP_TIMEOUT} s\n".encode())
        return 1
    finally:
        _signal(process, signal.SIGKILL)
        process.wait()
        del _running[step.name]


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to all that is left of a step."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def _interrupted(number: int, dummy_frame: object) -> None:
    """End the running steps, first so that they can tidy up, and then this program."""
    processes = list(_running.values())
    print(f"\ninterrupted: ending {', '.join(_running) or 'nothing'}", flush=True)
    for process in processes:
        _signal(process, signal.SIGINT)
    deadline = time.monotonic() + GRACE
    while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
        time.sleep(0.1)
    for process in processes:
        _signal(process, signal.SIGKILL)
    os._exit(128 + number)


def _count(result: Result) -> None:
    """Fill in the counts: a pytest run counts its tests, anything else is one check."""
    step = result.step
    if not step.counts:
        return
    if step.junit and step.junit_file.exists():
        suites = list(ElementTree.parse(step.junit_file).getroot().iter("testsuite"))
        total, bad, skipped = (
            sum(int(suite.get(name, 0)) for suite in suites for name in names)
            for names in (("tests",), ("failures", "errors"), ("skipped",))
        )
        result.passed, result.failed = max(total - bad - skipped, 0), bad
        result.skips = [skip for suite in suites for skip in _skips(suite)]
    elif result.ok:
        result.passed = 1
    if not result.ok and not result.failed:
        result.failed = 1


def _skips(suite: ElementTree.Element) -> Iterable[str]:
    """Return a line for each skipped test; for a skipped file the reason stands in the text, not in the message."""
    for case in suite.iter("testcase"):
        for skip in case.iter("skipped"):
            name = "::".join(part for part in (case.get("classname"), case.get("name")) if part)
            reason = skip.get("message", "")
            if reason in ("", "collection skipped"):
                reason = (skip.text or "").strip().rpartition("Skipped: ")[2].rstrip("\"'()")
            yield f"{name}: {reason}"


def _report(result: Result) -> None:
    """Print the status line, and what of the log is worth seeing."""
    step = result.step
    skipped = bool(step.skip)
    word = "SKIP" if skipped else "ok" if result.ok else "FAIL"
    counts = f"  ({result.passed} passed, {result.failed} failed, {len(result.skips)} skipped)" if step.junit else ""
    note = f"  ({step.skip})" if skipped else counts
    print(f"{word:<5}{result.seconds:7.1f} s  {step.name}{note}", flush=True)
    if skipped:
        return
    lines = step.file.read_text(encoding="utf-8", errors="replace").splitlines()
    if not result.ok:
        errors = [line for line in lines if step.errors and re.search(step.errors, line)]
        print(*(f"      | {line[:400]}" for line in (errors or lines)[-TAIL:]), sep="\n")
        print(f"      the whole log: {step.file.relative_to(ROOT)}", flush=True)
    elif step.show:
        print(*(f"      {line}" for line in lines if re.search(step.show, line)), sep="\n", flush=True)


def summary(results: list[Result], seconds: float) -> int:
    """Print the skipped parts, the time and, as the last line, the totals; return the exit status."""
    skips = [f"{result.step.name}: {skip}" for result in results for skip in result.skips]
    failed = [result for result in results if not result.ok]
    print()
    for skip in skips:
        print(f"SKIPPED  {skip}")
    for result in failed:
        print(f"FAILED   {result.step.name}")
    print(f"{seconds:.0f} s in all")
    totals = sum(result.passed for result in results), sum(result.failed for result in results) or len(failed)
    print(f"{totals[0]} passed, {totals[1]} failed, {len(skips)} skipped", flush=True)
    return 1 if failed else 0
