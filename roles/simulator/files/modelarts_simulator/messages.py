# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request and one answer, as plain data: what passes between the sockets and the state machine."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from urllib.parse import parse_qsl, unquote


@dataclasses.dataclass(frozen=True)
class Request:
    """A request as it came: ``path`` and ``query`` still percent-encoded, header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: bytes = b""
    connection: int = 0
    metadata: bool = False  # came to the metadata address

    @property
    def parts(self) -> list[str]:
        """The decoded parts of the path."""
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The decoded query, in the order sent, repeated names and empty values kept."""
        return parse_qsl(self.query, keep_blank_values=True)

    def header(self, name: str) -> str:
        """A header's value, or an empty string."""
        return self.headers.get(name.lower(), "")


@dataclasses.dataclass(frozen=True)
class Send:
    """Put these bytes on the wire."""

    data: bytes


@dataclasses.dataclass(frozen=True)
class Wait:
    """Let so many seconds pass."""

    seconds: float


@dataclasses.dataclass(frozen=True)
class Close:
    """End the connection; with ``reset`` by RST, so that the client sees a reset and not an end of file."""

    reset: bool = False


Step = t.Union[Send, Wait, Close]


@dataclasses.dataclass
class Response:
    """An answer. ``script`` is set where a fault decides how it goes over the wire."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    script: t.Callable[[Response], t.Iterator[Step]] | None = None
    delay: float = 0.0
    fault: str = ""

    def steps(self) -> t.Iterator[Step]:
        """What the server has to do, in order."""
        if self.delay:
            yield Wait(self.delay)
        if self.script is not None:
            yield from self.script(self)
        else:
            yield Send(self.head() + self.body)

    def head(self, length: object | None = None) -> bytes:
        """Status line and headers. ``length`` replaces the true Content-Length; False leaves the header out."""
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if length is not False and self.status not in (204, 304):
            lines.append(f"Content-Length: {len(self.body) if length is None else length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def json_bytes(value: object) -> bytes:
    """JSON in UTF-8. Half of a surrogate pair, for which UTF-8 has no bytes, goes as an escape, as JSON allows."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    413: "Payload Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
