# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults between us and the service: the network, TLS, time, and bytes that are not what their headers say."""

from __future__ import annotations

import base64
import functools
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trustme
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import (
    LATE,
    Fault,
    Meaning,
    body,
    listing,
    row,
    strike,
)
from ansible_collections.huaweicloud.modelarts.tests.support.raw_server import (
    ClosedPort,
    FullPort,
    NoHost,
    RawServer,
    listed,
    reset_at_hello,
    say_nothing,
    say_plainly,
    server_side,
)


@functools.cache
def authority(name: str) -> trustme.CA:
    """Return a certificate authority; always the same one for a name."""
    return trustme.CA(organization_name=name)


def write_authorities(folder: Path) -> dict[str, str]:
    """Write the authorities' certificates into a folder; their paths by name."""
    paths = {name: folder / f"{name}.pem" for name in ("ours", "another")}
    for name, path in paths.items():
        authority(name).cert_pem.write_to_path(str(path))
    return {name: str(path) for name, path in paths.items()}


def lists(*before: bytes, **server: Any) -> Callable[[], RawServer]:
    """Return what makes a server that lists an order, after these bytes."""
    return lambda: RawServer(b"".join(before) + listed(row()), **server)


def tls(
    *names: str, change: Callable[[ssl.SSLContext], object] = lambda context: None, scheme: str = "", **valid: int
) -> Callable[[], RawServer]:
    """Return what makes an https server with a certificate for these names, which lists an order."""

    def make() -> RawServer:
        context = server_side(authority("ours"), *(names or ("127.0.0.1",)), **valid)
        change(context)
        return lists(tls=context, scheme=scheme)()

    return make


def wants_client_certificate(context: ssl.SSLContext) -> None:
    """Have a server take clients with a certificate only; with TLS 1.3 its refusal can get lost on the way."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED


def speaks_old_tls_only(context: ssl.SSLContext) -> None:
    """Have a server offer TLS 1.1, which nobody should speak any more."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.maximum_version = ssl.TLSVersion.TLSv1_1


TRANSIENT, FINAL, HARMLESS, WRONG_ADDRESS = Meaning.TRANSIENT, Meaning.FINAL, Meaning.HARMLESS, Meaning.WRONG_ADDRESS
CUT = ("closed the connection before its answer was complete",)
NOT_JSON = ("answered with something that is not JSON, or with half of it",)
UNTRUSTED = ("The TLS certificate of", "is not trusted")
NO_TLS = ("No TLS connection to", "does this port speak https")
OUR_CA = {"ca_path": "ours"}

NETWORK = (
    Fault(
        "connection refused",
        TRANSIENT,
        ("Nothing accepts connections at", "connection refused"),
        server=ClosedPort,
        requests=None,
        sample=True,
    ),
    Fault("no room for another connection", TRANSIENT, LATE, server=FullPort, requests=None),
    Fault(
        "no such host",
        WRONG_ADDRESS,
        ("No host is named", "check region"),
        server=NoHost,
        requests=None,
        sample=True,
    ),
    Fault("closed before the answer", TRANSIENT, CUT, strike("close")),
    Fault("closed amid the answer", TRANSIENT, CUT, strike("close", when="amid")),
    Fault("reset before the answer", TRANSIENT, CUT, strike("reset")),
    Fault("reset amid the answer", TRANSIENT, CUT, strike("reset", when="amid")),
    Fault("closed after every answer, unannounced", HARMLESS, (), strike("close_idle")),
    Fault("first byte never comes", TRANSIENT, LATE, strike("hang"), sample=True),
    Fault("first byte comes late", TRANSIENT, LATE, strike("slow", seconds=30)),
    Fault("slow, but in time", HARMLESS, (), strike("slow", seconds=0.2)),
    Fault("headers dribble", TRANSIENT, LATE, strike("header_drip", interval=0.1)),
    Fault("body dribbles, a byte a second", TRANSIENT, LATE, strike("drip")),
    Fault("endless body", TRANSIENT, LATE, strike("endless", chunk=1000)),
    Fault(
        "not HTTP at all",
        TRANSIENT,
        ("answered with something that is not HTTP", "check the endpoint"),
        strike("garbage", body="SSH-2.0-OpenSSH_9.6\r\n"),
    ),
)

TLS = (
    Fault("TLS: right certificate", HARMLESS, (), server=tls(), options=OUR_CA),
    Fault("TLS: unknown authority", FINAL, (*UNTRUSTED, "set ca_path"), server=tls(), sample=True),
    Fault("TLS: another authority in ca_path", FINAL, UNTRUSTED, server=tls(), options={"ca_path": "another"}),
    Fault("TLS: another host", FINAL, (*UNTRUSTED, "mismatch"), server=tls("other.example"), options=OUR_CA),
    Fault("TLS: expired", FINAL, (*UNTRUSTED, "expired"), server=tls(ends=2020), options=OUR_CA),
    Fault("TLS: not valid yet", FINAL, (*UNTRUSTED, "not yet valid"), server=tls(begins=2098), options=OUR_CA),
    Fault(
        "TLS: wants a client's certificate",
        FINAL,
        NO_TLS,
        server=tls(change=wants_client_certificate),
        options=OUR_CA,
    ),
    Fault(
        "TLS: an old version only",
        FINAL,
        NO_TLS,
        server=tls(change=speaks_old_tls_only),
        options=OUR_CA,
    ),
    Fault(
        "TLS: https to a plain http port",
        FINAL,
        NO_TLS,
        server=lists(greeting=say_plainly, scheme="https"),
        options=OUR_CA,
    ),
    Fault("TLS: http to an https port", TRANSIENT, CUT, server=tls(scheme="http")),
    Fault(
        "TLS: no hello from the server",
        TRANSIENT,
        LATE,
        server=lists(greeting=say_nothing, scheme="https"),
        options=OUR_CA,
    ),
    Fault(
        "TLS: reset at the hello", TRANSIENT, CUT, server=lists(greeting=reset_at_hello, scheme="https"), options=OUR_CA
    ),
)

_UTF16 = base64.b64encode('{"count": 0, "items": []}'.encode("utf-16")).decode()
_LATIN = base64.b64encode(b'{"count": 0, "items": [], "note": "gr\xfc\xdfe"}').decode()

BYTES = (
    Fault("Content-Length too large", TRANSIENT, LATE, strike("wrong_length", difference=10)),
    Fault("Content-Length too small", TRANSIENT, NOT_JSON, strike("wrong_length", difference=-10)),
    Fault("Content-Length is no number", TRANSIENT, LATE, strike("wrong_length", length="many")),
    Fault("closed before Content-Length is reached", TRANSIENT, CUT, strike("truncate")),
    Fault("chunks", HARMLESS, (), strike("chunked", chunk=7)),
    Fault("closed amid a chunk", TRANSIENT, CUT, strike("chunked", chunk=40, when="amid")),
    Fault("gzip that is none", TRANSIENT, ("could not be decompressed",), strike("bad_gzip")),
    Fault("gzip cut short", TRANSIENT, ("could not be decompressed",), strike("bad_gzip", how="truncated")),
    Fault("gzip with a wrong checksum", TRANSIENT, ("could not be decompressed",), strike("bad_gzip", how="checksum")),
    Fault("gzip bomb of 100 MB", FINAL, ("is larger than 16 MiB",), strike("gzip_bomb")),
    Fault("empty body", TRANSIENT, ("answered with an empty body",), strike("empty"), status=200),
    Fault("204 without a body", TRANSIENT, ("answered with an empty body",), strike("empty", status=204), status=204),
    Fault("truncated JSON", TRANSIENT, NOT_JSON, body('{"count": 1, "items": [{"orderName": "order.po'), status=200),
    Fault("plain text", TRANSIENT, NOT_JSON, body("pong"), status=200),
    Fault("JSON in UTF-16", TRANSIENT, NOT_JSON, strike("body", body_base64=_UTF16), status=200),
    Fault("JSON that is not UTF-8", TRANSIENT, NOT_JSON, strike("body", body_base64=_LATIN), status=200),
    Fault("byte order mark", HARMLESS, (), strike("body", body="\ufeff" + str(listing(row())["faults"][0]["body"]))),
    Fault(
        "web page with status 200",
        WRONG_ADDRESS,
        ("answered with a web page", "check the endpoint"),
        strike("html"),
        status=200,
        sample=True,
    ),
    Fault("interim answer 100", HARMLESS, (), server=lists(b"HTTP/1.1 100 Interim\r\n\r\n")),
)
