# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What a failed exchange means: from whatever ``requests`` raised to one typed error in plain words."""

from __future__ import annotations

import http.client
import socket
import ssl
import typing as t

from .errors import ModelArtsError, RequestError, TransientError, UnknownHostError
from .text import safe

try:
    import requests.exceptions as failures
except ImportError:
    pass  # _http says so, with the interpreter's name


def explain(error: BaseException, host: str, late: TransientError) -> ModelArtsError:
    """Return the typed error for what an exchange with ``host`` raised; ``late`` is the one for a lost deadline.

    Texts of the libraries below are not passed on: some of them hold a header or a proxy's password.
    """
    if isinstance(error, ModelArtsError):
        return error
    causes = list(_causes(error))
    for explanation in (_tls, _proxy, _name, _timeout, _body, _connection):
        found = explanation(causes, host, late)
        if found:
            return found
    return RequestError(
        f"The request to {host} could not be made ({type(error).__name__}): check the connection options"
    )


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """Yield an exception and all that it wraps: urllib3 hides the reason in arguments as well as in causes."""
    seen: set[int] = set()
    left: list[t.Any] = [error]
    while left:
        cause = left.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            left += [*cause.args, cause.__cause__, cause.__context__, getattr(cause, "reason", None)]


def _first(causes: list[BaseException], *types: type[BaseException]) -> t.Any:
    return next((cause for cause in causes if isinstance(cause, types)), None)


def _tls(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    untrusted = _first(causes, ssl.SSLCertVerificationError)
    if untrusted:
        reason = safe(untrusted.verify_message or "certificate verify failed", 120)
        return RequestError(
            f"The TLS certificate of {host} is not trusted ({reason}): set ca_path to the CA that signed it, "
            "or check the endpoint's host name"
        )
    broken = _first(causes, ssl.SSLError)
    if broken is None or isinstance(broken, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return None
    if "timed out" in str(broken):
        return late
    reason = safe(getattr(broken, "reason", None) or "handshake failed", 80)
    return RequestError(
        f"No TLS connection to {host} ({reason}): does this port speak https, with a common TLS version?"
    )


def _proxy(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    if not _first(causes, failures.ProxyError, failures.InvalidProxyURL):
        return None
    if any("Tunnel connection failed: 407" in str(cause) for cause in causes):
        return RequestError(f"The proxy on the way to {host} wants a login (407): put it into the proxy variable's URL")
    return TransientError(
        f"The proxy on the way to {host} could not be used: check HTTPS_PROXY, or set use_proxy: false"
    )


def _name(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    unknown = _first(causes, socket.gaierror)
    if unknown is None:
        return None
    if unknown.errno == socket.EAI_AGAIN:
        return TransientError(f"The name {host} could not be looked up just now")
    return UnknownHostError(
        f"No host is named {host}: check region, cloud and endpoint, or this machine's name service"
    )


def _timeout(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    return late if _first(causes, failures.Timeout, socket.timeout, TimeoutError) else None


def _connection(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    if _first(causes, ConnectionRefusedError):
        return TransientError(f"Nothing accepts connections at {host} (connection refused)")
    if _first(causes, ConnectionError, ssl.SSLError, failures.ChunkedEncodingError):
        return TransientError(f"{host} closed the connection before its answer was complete")
    if _first(causes, http.client.HTTPException):
        return TransientError(f"{host} answered with something that is not HTTP: check the endpoint")
    if _first(causes, failures.ConnectionError):
        return TransientError(f"No connection to {host}: check the network, the region and the endpoint")
    return None


def _body(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    if _first(causes, failures.ContentDecodingError):
        return TransientError(f"The answer of {host} could not be decompressed")
    return None
