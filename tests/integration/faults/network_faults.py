# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults between us and the service: the network, TLS, time, and bytes that are not what their headers say."""

from __future__ import annotations

import base64

from ansible_collections.huaweicloud.modelarts.tests.integration.faults import raw_servers
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import (
    LATE,
    Fault,
    Meaning,
    body,
    listing,
    row,
    strike,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import ClosedPort

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
    Fault("no room for another connection", TRANSIENT, LATE, server=raw_servers.Full, requests=None),
    Fault(
        "no such host",
        WRONG_ADDRESS,
        ("No host is named", "check region"),
        server=raw_servers.Nowhere,
        requests=None,
        sample=True,
    ),
    Fault("closed before the answer", TRANSIENT, CUT, strike("close")),
    Fault("closed amid the answer", TRANSIENT, CUT, strike("close", when="amid")),
    Fault("reset before the answer", TRANSIENT, CUT, strike("reset"), sample=True),
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
    Fault("TLS: right certificate", HARMLESS, (), server=raw_servers.tls(), options=OUR_CA),
    Fault("TLS: unknown authority", FINAL, (*UNTRUSTED, "set ca_path"), server=raw_servers.tls(), sample=True),
    Fault(
        "TLS: another authority in ca_path", FINAL, UNTRUSTED, server=raw_servers.tls(), options={"ca_path": "another"}
    ),
    Fault(
        "TLS: another host", FINAL, (*UNTRUSTED, "mismatch"), server=raw_servers.tls("other.example"), options=OUR_CA
    ),
    Fault("TLS: expired", FINAL, (*UNTRUSTED, "expired"), server=raw_servers.tls(ends=2020), options=OUR_CA),
    Fault(
        "TLS: not valid yet", FINAL, (*UNTRUSTED, "not yet valid"), server=raw_servers.tls(begins=2098), options=OUR_CA
    ),
    Fault(
        "TLS: wants a client's certificate",
        FINAL,
        NO_TLS,
        server=raw_servers.tls(change=raw_servers.wants_client_certificate),
        options=OUR_CA,
    ),
    Fault(
        "TLS: an old version only",
        FINAL,
        NO_TLS,
        server=raw_servers.tls(change=raw_servers.speaks_old_tls_only),
        options=OUR_CA,
    ),
    Fault("TLS: https to a plain http port", FINAL, NO_TLS, server=raw_servers.PlainOnHttpsPort, options=OUR_CA),
    Fault("TLS: http to an https port", TRANSIENT, CUT, server=raw_servers.HttpToHttps),
    Fault("TLS: no hello from the server", TRANSIENT, LATE, server=raw_servers.SilentHandshake, options=OUR_CA),
    Fault("TLS: reset at the hello", TRANSIENT, CUT, server=raw_servers.ResetInHandshake, options=OUR_CA),
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
    Fault("empty body", TRANSIENT, ("answered with an empty body",), strike("empty"), status=200, sample=True),
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
    Fault("interim answer 100", HARMLESS, (), server=raw_servers.early(100)),
)
