# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault makes of an answer. Pure: a spoilt answer is a list of steps that the server carries out."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import re
import struct
import typing as t
import zlib
from email.utils import formatdate

from .errors import ApiError, error_response
from .faults import Fault
from .messages import Close, Request, Response, Send, Step, Wait

_FOREVER = 86_400.0
_BLOCK = 1 << 20
_MESSAGES: dict[int, tuple[str, str]] = {
    400: ("ModelArts.50004000", "Bad request."),
    401: ("APIGW.0301", "Incorrect IAM authentication information"),
    403: ("ModelArts.0108", "The user is not authorised."),
    404: ("ModelArts.50015001", "Pool not found."),
    429: ("APIGW.0308", "The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 minute"),
    500: ("ModelArts.0010", "Internal error."),
    502: ("APIGW.0202", "Backend unavailable"),
    503: ("APIGW.0202", "Backend unavailable"),
    504: ("APIGW.0203", "Backend timeout"),
}


class Context(t.NamedTuple):
    """What a fault may need to know: the request, the answer it spoils (made when asked for), time and wording."""

    request: Request
    answer: t.Callable[[], Response]
    now: float
    shape: str
    request_id: str


def spoil(fault: Fault, context: Context) -> Response:
    """The answer that the fault leaves the client with."""
    maker = _MAKERS.get(fault.kind)
    response = maker(fault.options, context) if maker else _scripted(fault, context)
    response.fault = fault.kind
    _add_headers(response, fault.options, context)
    return response


def _add_headers(response: Response, options: t.Mapping[str, t.Any], context: Context) -> None:
    for name, value in (options.get("headers") or {}).items():
        response.headers[name] = _echo(str(value), options, context) if value is not None else ""
    if options.get("retry_after") is not None:
        response.headers["Retry-After"] = retry_after(options["retry_after"], context.now)


def retry_after(value: object, now: float) -> str:
    """``date:N`` becomes the HTTP date N seconds from now; everything else is sent as it stands."""
    match = re.fullmatch(r"date:(-?\d+)", str(value))
    return formatdate(now + int(match[1]), usegmt=True) if match else str(value)


def _echo(text: str, options: t.Mapping[str, t.Any], context: Context) -> str:
    """With ``echo``: ``<<header-name>>`` becomes the request's own header, ``<<body>>`` its body."""
    if not options.get("echo"):
        return text
    body = context.request.body.decode("utf-8", "replace")
    return re.sub(r"<<([A-Za-z0-9-]+)>>", lambda m: body if m[1] == "body" else context.request.header(m[1]), text)


# Answers of another content


def _given_body(options: t.Mapping[str, t.Any], context: Context) -> bytes | None:
    if "json" in options:
        return _echo(json.dumps(options["json"], ensure_ascii=False), options, context).encode("utf-8", "surrogatepass")
    if "body_base64" in options:
        return base64.b64decode(options["body_base64"])
    return _echo(options["body"], options, context).encode("utf-8", "surrogatepass") if "body" in options else None


def _base(options: t.Mapping[str, t.Any], context: Context) -> Response:
    """The given body, or the true answer; with the given status where there is one."""
    body = _given_body(options, context)
    if body is not None:
        response = Response(200, body, {"Content-Type": options.get("content_type", "application/json")})
    else:
        response = context.answer()
    response.status = options.get("status", response.status)
    return response


def _status(options: t.Mapping[str, t.Any], context: Context) -> Response:
    status = options.get("status", 503)
    body = _given_body(options, context)
    if body is not None:
        return Response(status, body, {"Content-Type": options.get("content_type", "application/json")})
    code, message = _MESSAGES.get(status, (f"ModelArts.{status}", f"Answer of status {status}."))
    error = ApiError(status, options.get("code", code), _echo(options.get("message", message), options, context))
    return error_response(error, options.get("shape", context.shape), context.request_id)


def _empty(options: t.Mapping[str, t.Any], context: Context) -> Response:
    return Response(options.get("status", 200), b"", {"Content-Type": "application/json"})


def _html(options: t.Mapping[str, t.Any], context: Context) -> Response:
    page = options.get("body", "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Portal</body></html>")
    body = _echo(page, options, context).encode("utf-8", "surrogatepass")
    return Response(options.get("status", 200), body, {"Content-Type": "text/html; charset=utf-8"})


def _redirect(options: t.Mapping[str, t.Any], context: Context) -> Response:
    location = options.get("location", "https://elsewhere.example.com/v1/orders")
    return Response(options.get("status", 302), b"", {"Location": location})


def _merge(options: t.Mapping[str, t.Any], context: Context) -> Response:
    response = context.answer()
    try:
        document = json.loads(response.body)
    except ValueError:
        return response  # an error as text or as a page has no keys
    if isinstance(document, dict):
        document.update(options.get("json") or {})
        response.body = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return response


def _slow(options: t.Mapping[str, t.Any], context: Context) -> Response:
    response = _base(options, context)
    response.delay += options.get("seconds", 5)
    return response


def _bad_gzip(options: t.Mapping[str, t.Any], context: Context) -> Response:
    response = _base(options, context)
    packed = gzip.compress(response.body, 6)
    how = options.get("how", "garbage")
    if how == "garbage":
        packed = b"this is not gzip at all: \x00\x01\x02" + response.body[:20]
    elif how == "truncated":
        packed = packed[: len(packed) // 2]
    else:
        packed = packed[:-8] + b"\xde\xad\xbe\xef" + packed[-4:]
    response.body = packed
    response.headers["Content-Encoding"] = "gzip"
    return response


def _gzip_bomb(options: t.Mapping[str, t.Any], context: Context) -> Response:
    body = bomb(max(1, int(options.get("megabytes", 100))))
    return Response(200, body, {"Content-Type": "application/json", "Content-Encoding": "gzip"})


def bomb(megabytes: int) -> bytes:
    """A gzip stream of so many megabytes of spaces in a JSON list, made without packing them all."""
    start = b'{"count": 1, "items": ['
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    spaces = b" " * _BLOCK
    block = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(b"]}") + packer.flush()
    checksum = zlib.crc32(start)
    for dummy in range(megabytes):
        checksum = zlib.crc32(spaces, checksum)
    size = len(start) + megabytes * _BLOCK + 2
    tail = struct.pack("<II", zlib.crc32(b"]}", checksum), size & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + first + block * megabytes + last + tail


# Answers that go over the wire in another way


def _scripted(fault: Fault, context: Context) -> Response:
    options = fault.options
    response = _base(options, context)
    script = _SCRIPTS[fault.kind]
    response.script = lambda whole: script(whole, options)
    return response


def _part(response: Response, options: t.Mapping[str, t.Any]) -> bytes:
    return response.body[: options.get("bytes", len(response.body) // 2)]


def _end(reset: bool) -> t.Callable[[Response, t.Mapping[str, t.Any]], t.Iterator[Step]]:
    def script(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
        yield Wait(options.get("seconds", 0))
        if options.get("when") == "amid":
            yield Send(response.head() + _part(response, options))
            yield Wait(0.05)  # let the part arrive: a reset throws away what is still under way
        yield Close(reset=reset)

    return script


def _close_idle(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Send(response.head() + response.body)
    yield Wait(options.get("seconds", 0))
    yield Close()


def _hang(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Wait(options.get("seconds", _FOREVER))
    yield Close()


def _drops(data: bytes, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    chunk = max(1, options.get("chunk", 1))
    for start in range(0, len(data), chunk):
        yield Send(data[start : start + chunk])
        yield Wait(options.get("interval", 1.0))


def _drip(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Send(response.head())
    yield from _drops(response.body, options)


def _header_drip(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield from _drops(response.head(), options)
    yield Send(response.body)


def _endless(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    response.headers["Connection"] = "close"
    yield Send(response.head(length=False) + b'{"count": 1, "items": [')
    piece = b" " * max(1, options.get("chunk", 65536))
    for dummy in itertools.repeat(None):
        yield Send(piece)
        yield Wait(options.get("interval", 0.01))


def _truncate(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Send(response.head() + _part(response, options))
    yield Close()


def _wrong_length(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    length = options.get("length", max(0, len(response.body) + options.get("difference", -1)))
    yield Send(response.head(length=length) + response.body)


def _chunked(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    response.headers["Transfer-Encoding"] = "chunked"
    size = max(1, options.get("chunk", 1024))
    pieces = [response.body[start : start + size] for start in range(0, len(response.body), size)]
    yield Send(response.head(length=False))
    if options.get("when") == "amid":
        first = pieces[0] if pieces else b""
        yield Send(b"%x\r\n%s" % (len(first) + 10, first))
        yield Close()
        return
    for piece in pieces:
        yield Send(b"%x\r\n%s\r\n" % (len(piece), piece))
    yield Send(b"0\r\n\r\n")


def _garbage(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Send(response.body)
    yield Close()


_MAKERS: dict[str, t.Callable[[t.Mapping[str, t.Any], Context], Response]] = {
    "status": _status,
    "body": _base,
    "json": _base,
    "headers": _base,
    "empty": _empty,
    "html": _html,
    "redirect": _redirect,
    "merge": _merge,
    "slow": _slow,
    "bad_gzip": _bad_gzip,
    "gzip_bomb": _gzip_bomb,
}
_SCRIPTS: dict[str, t.Callable[[Response, t.Mapping[str, t.Any]], t.Iterator[Step]]] = {
    "reset": _end(reset=True),
    "close": _end(reset=False),
    "close_idle": _close_idle,
    "hang": _hang,
    "drip": _drip,
    "header_drip": _header_drip,
    "endless": _endless,
    "truncate": _truncate,
    "wrong_length": _wrong_length,
    "chunked": _chunked,
    "garbage": _garbage,
}
WITHOUT_STATUS = ("reset", "close", "hang", "garbage")
