# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What an answer means: JSON that can be used, or one typed error that says what the service objects to."""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
import json
import math
import re
import typing as t

from .errors import (
    CredentialsError,
    ModelArtsError,
    NotPublishedError,
    PoolNotFoundError,
    RequestError,
    ResponseError,
    ThrottledError,
    TransientError,
)
from .text import duration, safe

_SEE_CREDENTIALS = "check the credentials and that they belong to this cloud and region"
# From error codes to what to do about them; the meanings are those of Huawei Cloud's error code tables.
_ADVICE: dict[str, tuple[type[ModelArtsError], str]] = {
    "ModelArts.0202": (CredentialsError, "the token has expired: get a new one"),
    "ModelArts.0203": (CredentialsError, "the token is not valid: get a new one"),
    "ModelArts.0207": (CredentialsError, "the token belongs to another region: check region"),
    "ModelArts.0108": (CredentialsError, "they may not list orders here: grant read access to ModelArts in IAM"),
    "ModelArts.0112": (CredentialsError, "they may not list orders here: grant read access to ModelArts in IAM"),
    "ModelArts.0206": (CredentialsError, "the access key or the secret key is wrong: check both"),
    "ModelArts.0210": (CredentialsError, "project_id is another project than the credentials': check project_id"),
    "ModelArts.50015001": (PoolNotFoundError, "check the pool's name, region and project_id"),
    "APIGW.0101": (NotPublishedError, "the API is not published here: check region and endpoint"),
    "APIGW.0307": (CredentialsError, "the token must be renewed: get a new one"),
}
_REFUSED = (401, 403)
# What a code may mean with these statuses only: it must not make a proof of a refusal, or of a gateway in trouble.
_STATUSES: dict[type[ModelArtsError], tuple[int, ...]] = {CredentialsError: _REFUSED, PoolNotFoundError: (404,)}
# Statuses that say "not now": timeouts and gateways in trouble. 501 and 505 will never change.
_TRANSIENT_STATUSES = (408, 425, 429)
_NEVER_SERVED = (501, 505, 511)
# A clock further off than this, in seconds, is refused by the signature check, and is not believed here.
_CLOCK_TOLERANCE = 15 * 60
_STATUS_ADVICE = {
    404: "check endpoint, region and project_id",
    407: "the proxy wants a login: put it into the proxy variable's URL",
}
# An order nests four levels deep.
_DEEPEST = 64
_BROKEN = object()
# What may stand before a document: white space and a byte order mark.
_BLANK = b" \t\r\n\xef\xbb\xbf"
# The gateway's codes were spelled APIG.0101 once and are APIGW.0101 now.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OLD_GATEWAY = re.compile(r"^APIG\.")
# Codes that only the service and its own gateway give. Without one, a 403 may come from anything on the way.
_SERVICE_CODE = re.compile(r"(ModelArts|APIGW?|IAM|PDP\d*|STS\d*)\.\d+", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Response:
    """What came back: status, headers (names as sent, looked up without regard to case) and the decoded body.

    A good one that was read holds its JSON, and the service's clock in epoch ms (None: none to believe).
    """

    status: int
    headers: t.Mapping[str, str]
    body: bytes
    data: t.Any = None
    server_ms: int | None = None


@dataclasses.dataclass(frozen=True)
class RequestContext:
    """What messages need to know: the host, the credential's name, our clock in seconds, and how text is made safe.

    ``signed`` says whether the request was: only a signature cares how far the clocks differ.
    """

    host: str
    who: str
    now: float
    sanitize: t.Callable[[t.Any, int], str] = safe
    signed: bool = False


def read(response: Response, context: RequestContext) -> Response:
    """Return a good response with its JSON. Raises the typed error that fits its status and error code."""
    if 200 <= response.status < 300:
        server_ms = _server_ms(response.headers, context.now)
        return dataclasses.replace(response, data=_json(response, context), server_ms=server_ms)
    raise _refusal(response, context)


def _json(response: Response, context: RequestContext) -> t.Any:
    body = response.body
    facts: dict[str, t.Any] = {"status": response.status, "request_id": _request_id(response, {}, context)}
    if not body.strip():
        raise TransientError(f"{context.host} answered with an empty body", **facts)
    try:
        data = _DECODER.decode(body.decode("utf-8-sig"))
    except RecursionError:
        raise _too_deep(context, facts) from None
    except ValueError:
        data = _BROKEN
    if data is not _BROKEN:
        return _whole_characters(_flat(data, context, facts), body)
    if body.lstrip(_BLANK)[:1] == b"<":
        raise ResponseError(
            f"{context.host} answered with a web page, not with JSON: check the endpoint, and whether a proxy or a "
            "login page stands in between",
            **facts,
        )
    raise TransientError(f"{context.host} answered with something that is not JSON, or with half of it", **facts)


def _flat(data: t.Any, context: RequestContext, facts: t.Mapping[str, t.Any]) -> t.Any:
    """Return JSON that nests no deeper than anything honest does: what comes after cannot print it otherwise."""
    level: list[t.Any] = [[data]]
    for dummy in range(_DEEPEST + 1):
        level = [
            child
            for value in level
            for child in (value.values() if value.__class__ is dict else value)
            if child.__class__ is dict or child.__class__ is list
        ]
        if not level:
            return data
    raise _too_deep(context, facts)


def _too_deep(context: RequestContext, facts: t.Mapping[str, t.Any]) -> ResponseError:
    return ResponseError(
        f"{context.host} answered with JSON of more than {_DEEPEST} levels: check the endpoint", **facts
    )


def _whole_characters(data: t.Any, body: bytes) -> t.Any:
    """Return JSON without halves of characters: ansible refuses a module's whole result for a lone surrogate."""
    if not _SURROGATE_ESCAPE.search(body):
        return data
    return json.loads(_SURROGATE.sub("\ufffd", json.dumps(data, ensure_ascii=False)))


def _finite(text: str) -> float | None:
    """Return a JSON number, None for one that JSON could not carry on: NaN, infinity and what overflows to it."""
    value = float(text)
    return value if math.isfinite(value) else None


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)


def _refusal(response: Response, context: RequestContext) -> ModelArtsError:
    code, text, body = _error_of(response, context)
    kind, advice = _meaning(code, response, context)
    words = ": ".join(part for part in (code, text) if part)
    detail = f"HTTP {response.status}, {words}" if words else f"HTTP {response.status}"
    error = kind(
        f"{_opening(kind, context)} ({detail}): {advice}",
        status=response.status,
        error_code=code,
        request_id=_request_id(response, body, context),
        retry_after=_retry_after(response.headers, context.now) if issubclass(kind, TransientError) else None,
    )
    if isinstance(error, CredentialsError):
        error.definite = response.status == 401 or bool(_SERVICE_CODE.fullmatch(code or ""))
    return error


def _opening(kind: type[ModelArtsError], context: RequestContext) -> str:
    if issubclass(kind, CredentialsError):
        return f"{context.host} refuses {context.who}"
    if issubclass(kind, PoolNotFoundError):
        return "The service knows no such pool"
    if issubclass(kind, ThrottledError):
        return f"{context.host} is asked too often"
    if issubclass(kind, TransientError):
        return f"{context.host} cannot answer just now"
    return f"{context.host} does not serve this request"


def _meaning(code: str | None, response: Response, context: RequestContext) -> tuple[type[ModelArtsError], str]:
    status = response.status
    known = _ADVICE.get(_OLD_GATEWAY.sub("APIGW.", code or ""))
    if known and status in _STATUSES.get(known[0], (status,)):
        return known
    if status == 429:
        return ThrottledError, "ask less often, for instance once for many orders, or at longer intervals"
    if status in _REFUSED:
        return CredentialsError, (context.signed and _clock_advice(response, context.now)) or _SEE_CREDENTIALS
    if status in _TRANSIENT_STATUSES or (status >= 500 and status not in _NEVER_SERVED):
        return TransientError, "try again later"
    if 300 <= status < 400:
        target = _target(response, context)
        return RequestError, f"it redirects{target}, which is never followed: set endpoint to the final address"
    return RequestError, _STATUS_ADVICE.get(status, "check the options against the service's words")


def _target(response: Response, context: RequestContext) -> str:
    host = re.match(r"https?://(?:[^/@?#]*@)?([^/?#]+)", response.headers.get("Location") or "")
    return f" to {context.sanitize(host[1], 80)}" if host else ""


def _clock_advice(response: Response, now: float) -> str | None:
    """Return advice where the clocks differ by more than the signature check forgives."""
    theirs = _date_ms(response.headers.get("Date"))
    if theirs is None or _is_near(theirs, now):
        return None
    behind = theirs / 1000 - now
    place = "behind" if behind > 0 else "ahead of"
    return f"this machine's clock is {duration(abs(behind))} {place} the service's: set it"


def _error_of(response: Response, context: RequestContext) -> tuple[str | None, str, dict[str, t.Any]]:
    """Return error code, safe text and the JSON body of any of the shapes in use (Keystone's nests them)."""
    try:
        body = json.loads(response.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None, _plain(response.body, context), {}
    if not isinstance(body, dict):
        return None, "", {}
    inner = body["error"] if isinstance(body.get("error"), dict) else body
    code = next((inner[key] for key in ("error_code", "errorCode", "code") if inner.get(key)), None)
    text = next((inner[key] for key in ("error_msg", "errorMsg", "message", "error") if inner.get(key)), "")
    # Keystone repeats the HTTP status where others have a code of their own.
    own_code = None if code is None or str(code) == str(response.status) else context.sanitize(code, 60)
    return own_code, context.sanitize(text, 300), body


def _plain(body: bytes, context: RequestContext) -> str:
    text = body[:20_000].decode("utf-8", "replace")
    # A web page's tags tell a person nothing.
    return "" if text.lstrip().startswith("<") else context.sanitize(text, 200)


def _request_id(response: Response, body: dict[str, t.Any], context: RequestContext) -> str | None:
    value = response.headers.get("X-Request-Id") or body.get("request_id")
    return context.sanitize(value, 80) if value else None


def _date_ms(value: str | None) -> int | None:
    if not value:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(value)
        # Without a zone, or with -0000, UTC is meant.
        return int((moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp() * 1000)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _is_near(ms: int, now: float) -> bool:
    return abs(ms / 1000 - now) <= _CLOCK_TOLERANCE


def _server_ms(headers: t.Mapping[str, str], now: float) -> int | None:
    """Return the service's Date where it is near our own clock: a date of 1995 is a mistake, not the time."""
    theirs = _date_ms(headers.get("Date"))
    return theirs if theirs is not None and _is_near(theirs, now) else None


def _retry_after(headers: t.Mapping[str, str], now: float) -> float | None:
    """Return Retry-After in seconds, from either of its forms; a date counts by the service's own clock."""
    value = (headers.get("Retry-After") or "").strip()
    try:
        seconds = float(value)
    except ValueError:
        moment, theirs = _date_ms(value), _date_ms(headers.get("Date"))
        if moment is None:
            return None
        seconds = (moment - (now * 1000 if theirs is None else theirs)) / 1000
    return max(0.0, seconds) if math.isfinite(seconds) else None
