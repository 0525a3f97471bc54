# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drive a headless Chromium by its DevTools protocol, through two pipes: nothing but the standard library."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
#: Seconds that any answer of the browser may take; a cold start on a busy machine takes ten.
PATIENCE = 150
# Chromium reads commands from descriptor 3 and writes answers to 4; both numbers may be taken when we start.
_LAUNCH = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""

Message = dict[str, Any]


def find() -> str | None:
    """Return the path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    """One browser with one page. Its events gather in ``events``."""

    def __init__(self, program: str, profile: Path) -> None:
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        # Without a user namespace of its own, as for root and in most containers, its sandbox cannot start.
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        options += ["--disable-background-networking", "--disable-dev-shm-usage", "--remote-debugging-pipe"]
        launch = [sys.executable, "-c", _LAUNCH, str(commands), str(answers), program]
        self._process = subprocess.Popen(
            [*launch, *options, f"--user-data-dir={profile}"],
            pass_fds=(commands, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._number = 0
        self._buffer = b""
        self._session = ""
        self.events: list[Message] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._commands)  # it ends when its pipe does
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._answers)

    def send(self, method: str, **parameters: Any) -> Message:
        """Send a command and return its result. Fails the test where the browser refuses it."""
        self._number += 1
        message: Message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        number = self._number
        answer = self._until(lambda found: found.get("id") == number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return dict(answer["result"])

    def _until(self, expected: Any) -> Message:
        deadline = time.monotonic() + PATIENCE
        while True:
            while b"\0" in self._buffer:
                line, self._buffer = self._buffer.split(b"\0", 1)
                message: Message = json.loads(line)
                if "method" in message:
                    self.events.append(message)
                if expected(message):
                    return message
            ready = select.select([self._answers], [], [], max(0.0, deadline - time.monotonic()))[0]
            data = os.read(self._answers, 65536) if ready else b""
            assert data, "the browser said nothing more" if ready else f"no answer in {PATIENCE} s"
            self._buffer += data

    def open(self, url: str) -> None:
        """Load a page and wait until all of it is there; forgets the events of the one before."""
        self.events.clear()
        self.send("Page.navigate", url=url)
        if not self.of("Page.loadEventFired"):
            self._until(lambda found: found.get("method") == "Page.loadEventFired")

    def of(self, method: str) -> list[Message]:
        """Return the parameters of all events of one kind."""
        return [event["params"] for event in self.events if event["method"] == method]

    def complaints(self) -> list[Message]:
        """Return everything that the console shows."""
        return [*self.of("Runtime.consoleAPICalled"), *self.of("Runtime.exceptionThrown"), *self.of("Log.entryAdded")]

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def emulate(self, scheme: str = "light", width: int = 1280, height: int = 900, media: str = "") -> None:
        """Be a reader who prefers ``scheme``, with a window of this size."""
        self.send(
            "Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self) -> bytes:
        """Return a picture of the whole page (PNG)."""
        return base64.b64decode(self.send("Page.captureScreenshot", captureBeyondViewport=True)["data"])
