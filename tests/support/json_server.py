# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of JSON on loopback, for stand-ins of services that are not ours."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, ClassVar


class JsonHandler(http.server.BaseHTTPRequestHandler):
    """Answers in JSON and logs nothing. ``HEADERS`` go with every answer; ``service`` is the server's own object."""

    HEADERS: ClassVar[Mapping[str, str]] = {}
    service: Any

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Hand on to ``get``."""
        self.get()

    def do_POST(self) -> None:
        """Hand on to ``post``."""
        self.post()

    def do_PATCH(self) -> None:
        """Hand on to ``patch``."""
        self.patch()

    def get(self) -> None:
        """Answer a GET; a subclass says what it knows of each method."""
        self.answer(405, {"detail": "no such method"})

    post = patch = get

    def body(self) -> dict[str, Any]:
        """Return the request's body."""
        return dict(json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}"))

    def answer(self, status: int, body: Any) -> None:
        """Send an answer; 204 has no body."""
        data = json.dumps(body).encode() if status != 204 else b""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **self.HEADERS}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class JsonServer:
    """Serves for the length of a block; a subclass is the ``service`` of its handler."""

    def __init__(self, handler: type[JsonHandler]) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), {"service": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Any:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
