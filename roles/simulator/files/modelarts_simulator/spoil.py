# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault makes of an answer. Pure: a spoilt answer is a list of steps that the server carries out."""

from __future__ import annotations

import base64
import json
import re
import typing as t
from email.utils import formatdate

from .errors import ApiError, error_response
from .faults import Fault
from .messages import Close, Request, Response, Send, Step, Wait

_FOREVER = 86_400.0
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
    maker = MAKERS.get(fault.kind)
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


def base(options: t.Mapping[str, t.Any], context: Context) -> Response:
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
    response = base(options, context)
    response.delay += options.get("seconds", 5)
    return response


# Answers that go over the wire in another way


def _scripted(fault: Fault, context: Context) -> Response:
    options = fault.options
    response = base(options, context)
    script = SCRIPTS[fault.kind]
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


def _hang(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Wait(options.get("seconds", _FOREVER))
    yield Close()


def drops(data: bytes, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    chunk = max(1, options.get("chunk", 1))
    for start in range(0, len(data), chunk):
        yield Send(data[start : start + chunk])
        yield Wait(options.get("interval", 1.0))


def _drip(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Send(response.head())
    yield from drops(response.body, options)


def _truncate(response: Response, options: t.Mapping[str, t.Any]) -> t.Iterator[Step]:
    yield Send(response.head() + _part(response, options))
    yield Close()


MAKERS: dict[str, t.Callable[[t.Mapping[str, t.Any], Context], Response]] = {
    "status": _status,
    "body": base,
    "json": base,
    "headers": base,
    "empty": _empty,
    "html": _html,
    "redirect": _redirect,
    "merge": _merge,
    "slow": _slow,
}
SCRIPTS: dict[str, t.Callable[[Response, t.Mapping[str, t.Any]], t.Iterator[Step]]] = {
    "reset": _end(reset=True),
    "close": _end(reset=False),
    "hang": _hang,
    "drip": _drip,
    "truncate": _truncate,
}
WITHOUT_STATUS = ["reset", "close", "hang"]
