# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What a failed exchange means: from whatever ``requests`` raised to one typed error in plain words."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import ssl
import typing as t
import zlib

from .errors import ModelArtsError, RequestError, TransientError, UnknownHostError
from .text import safe

try:
    import requests.exceptions as failures
    import urllib3.exceptions
except Exception:  # http.py says so, with the interpreter's name
    failures = urllib3 = t.cast("t.Any", None)

# What this machine may lack for a moment: files, memory, ports.
SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS, errno.EADDRNOTAVAIL)
# OpenSSL's codes for certificates that break RFC 5280. Python 3.13 made it look for these.
_MALFORMED = range(79, 95)


def explain(error: BaseException, host: str, late: TransientError, ca_path: str | None = None) -> ModelArtsError:
    """Return the typed error for what an exchange with ``host`` raised; ``late`` is the one for a lost deadline.

    Texts of the libraries below are not passed on: some of them hold a header or a proxy's password.
    """
    if isinstance(error, ModelArtsError):
        return error
    causes = list(_causes(error))
    untrusted = _first(causes, ssl.SSLCertVerificationError)
    if untrusted:
        return RequestError(_untrusted(untrusted, host, ca_path))
    for explanation in (_shortage, _tls, _proxy, _name, _timeout, _body, _connection):
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


def _shortage(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    short = next((one for one in causes if isinstance(one, OSError) and one.errno in SHORTAGES), None)
    if short is None and not _first(causes, MemoryError):
        return None
    reason = os.strerror(short.errno) if short and short.errno else "out of memory"
    return TransientError(f"This machine cannot make the request to {host} just now ({reason})")


def _untrusted(error: ssl.SSLCertVerificationError, host: str, ca_path: str | None) -> str:
    reason = safe(error.verify_message or "certificate verify failed", 120)
    trusted = f"The TLS certificate of {host} is not trusted ({reason})"
    if error.verify_code in _MALFORMED:
        return (
            f"{trusted}: it, or the CA that signed it, is not as RFC 5280 wants it, which Python 3.13 and later insist "
            "on: have it issued anew with what is missing there, or use an older Python"
        )
    if ca_path is None:
        return f"{trusted}: set ca_path to the CA that signed it, or check the endpoint's host name"
    return f"{trusted}: ca_path ({safe(ca_path, 120)}) holds no CA that signed it for this name and day: check both"


def _tls(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
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
    if unknown.errno not in _NO_SUCH_NAME:
        return TransientError(
            f"The name {host} could not be looked up just now: try again, or check this machine's name service"
        )
    return UnknownHostError(
        f"No host is named {host}: check region, cloud and endpoint, or this machine's name service"
    )


# All else that a lookup may fail with is the name service's trouble, or this machine's.
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def _timeout(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    return late if _first(causes, failures.Timeout, socket.timeout, TimeoutError) else None


def _connection(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    if _first(causes, ConnectionRefusedError):
        return TransientError(
            f"Nothing accepts connections at {host} (connection refused): check the endpoint, and if the service runs"
        )
    if _first(causes, urllib3.exceptions.InvalidHeader):
        return TransientError(f"{host} answered with headers that contradict each other")
    cut = (urllib3.exceptions.ProtocolError, http.client.IncompleteRead)
    if _first(causes, http.client.BadStatusLine, http.client.LineTooLong) and not _first(causes, ConnectionError):
        return TransientError(f"{host} answered with something that is not HTTP: check the endpoint")
    if _first(causes, ConnectionError, ssl.SSLError, *cut):
        return TransientError(
            f"{host} closed the connection before its answer was complete: try again, or check what stands in between"
        )
    if _first(causes, http.client.HTTPException):
        return TransientError(f"{host} answered with something that is not HTTP: check the endpoint")
    if _first(causes, failures.ConnectionError):
        return TransientError(f"No connection to {host}: check the network, the region and the endpoint")
    return None


def _body(causes: list[BaseException], host: str, late: TransientError) -> ModelArtsError | None:
    if _first(causes, zlib.error):
        return TransientError(f"The answer of {host} could not be decompressed")
    return None
