# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults between us and the service: the network, TLS, time, and bytes that are not what their headers say."""

from __future__ import annotations

import base64

from ansible_collections.huaweicloud.modelarts.tests.integration.faults import edges
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import (
    Fault,
    Meaning,
    body,
    listing,
    row,
    strike,
)
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import ClosedPort

PASSING, FINAL, HARMLESS, WRONG_ADDRESS = Meaning.PASSING, Meaning.FINAL, Meaning.HARMLESS, Meaning.WRONG_ADDRESS
LATE = ("did not answer in full within", "s, the limit")
CUT = ("closed the connection before its answer was complete",)
NOT_JSON = ("answered with something that is not JSON, or with half of it",)
UNTRUSTED = ("The TLS certificate of", "is not trusted")
NO_TLS = ("No TLS connection to", "does this port speak https")
OUR_CA = {"ca_path": "ours"}

NETWORK = (
    Fault(
        "connection refused",
        PASSING,
        ("Nothing accepts connections at", "connection refused"),
        edge=ClosedPort,
        requests=None,
        sample=True,
    ),
    Fault("no room for another connection", PASSING, LATE, edge=edges.Full, requests=None),
    Fault(
        "no such host",
        WRONG_ADDRESS,
        ("No host is named", "check region"),
        edge=edges.Nowhere,
        requests=None,
        sample=True,
    ),
    Fault("closed before the answer", PASSING, CUT, strike("close")),
    Fault("closed amid the answer", PASSING, CUT, strike("close", when="amid")),
    Fault("reset before the answer", PASSING, CUT, strike("reset"), sample=True),
    Fault("reset amid the answer", PASSING, CUT, strike("reset", when="amid")),
    Fault("closed after every answer, unannounced", HARMLESS, (), strike("close_idle")),
    Fault("first byte never comes", PASSING, LATE, strike("hang"), sample=True),
    Fault("first byte comes late", PASSING, LATE, strike("slow", seconds=30)),
    Fault("slow, but in time", HARMLESS, (), strike("slow", seconds=0.2)),
    Fault("headers dribble", PASSING, LATE, strike("header_drip", interval=0.1)),
    Fault("body dribbles, a byte a second", PASSING, LATE, strike("drip")),
    Fault("endless body", PASSING, LATE, strike("endless", chunk=1000)),
    Fault(
        "not HTTP at all",
        PASSING,
        ("answered with something that is not HTTP", "check the endpoint"),
        strike("garbage", body="SSH-2.0-OpenSSH_9.6\r\n"),
    ),
)

TLS = (
    Fault("TLS: right certificate", HARMLESS, (), edge=edges.tls(), options=OUR_CA),
    Fault("TLS: unknown authority", FINAL, (*UNTRUSTED, "set ca_path"), edge=edges.tls(), sample=True),
    Fault("TLS: another authority in ca_path", FINAL, UNTRUSTED, edge=edges.tls(), options={"ca_path": "another"}),
    Fault("TLS: another host", FINAL, (*UNTRUSTED, "mismatch"), edge=edges.tls("other.example"), options=OUR_CA),
    Fault("TLS: expired", FINAL, (*UNTRUSTED, "expired"), edge=edges.tls(ends=2020), options=OUR_CA),
    Fault("TLS: not valid yet", FINAL, (*UNTRUSTED, "not yet valid"), edge=edges.tls(begins=2098), options=OUR_CA),
    Fault(
        "TLS: wants a client's certificate",
        FINAL,
        NO_TLS,
        edge=edges.tls(change=edges.wants_client_certificate),
        options=OUR_CA,
    ),
    Fault("TLS: an old version only", FINAL, NO_TLS, edge=edges.tls(change=edges.speaks_old_tls_only), options=OUR_CA),
    Fault("TLS: https to a plain http port", FINAL, NO_TLS, edge=edges.PlainOnHttpsPort, options=OUR_CA),
    Fault("TLS: http to an https port", PASSING, CUT, edge=edges.HttpToHttps),
    Fault("TLS: no hello from the server", PASSING, LATE, edge=edges.SilentHandshake, options=OUR_CA),
    Fault("TLS: reset at the hello", PASSING, CUT, edge=edges.ResetInHandshake, options=OUR_CA),
)

_UTF16 = base64.b64encode('{"count": 0, "items": []}'.encode("utf-16")).decode()
_LATIN = base64.b64encode(b'{"count": 0, "items": [], "note": "gr\xfc\xdfe"}').decode()

BYTES = (
    Fault("Content-Length too large", PASSING, LATE, strike("wrong_length", difference=10)),
    Fault("Content-Length too small", PASSING, NOT_JSON, strike("wrong_length", difference=-10)),
    Fault("Content-Length is no number", PASSING, LATE, strike("wrong_length", length="many")),
    Fault("closed before Content-Length is reached", PASSING, CUT, strike("truncate")),
    Fault("chunks", HARMLESS, (), strike("chunked", chunk=7)),
    Fault("closed amid a chunk", PASSING, CUT, strike("chunked", chunk=40, when="amid")),
    Fault("gzip that is none", PASSING, ("could not be decompressed",), strike("bad_gzip")),
    Fault("gzip cut short", PASSING, NOT_JSON, strike("bad_gzip", how="truncated")),
    Fault("gzip with a wrong checksum", PASSING, ("could not be decompressed",), strike("bad_gzip", how="checksum")),
    Fault("gzip bomb of 100 MB", FINAL, ("is larger than 16 MiB",), strike("gzip_bomb")),
    Fault("empty body", PASSING, ("answered with an empty body",), strike("empty"), status=200, sample=True),
    Fault("204 without a body", PASSING, ("answered with an empty body",), strike("empty", status=204), status=204),
    Fault("truncated JSON", PASSING, NOT_JSON, body('{"count": 1, "items": [{"orderName": "order.po'), status=200),
    Fault("plain text", PASSING, NOT_JSON, body("pong"), status=200),
    Fault("JSON in UTF-16", PASSING, NOT_JSON, strike("body", body_base64=_UTF16), status=200),
    Fault("JSON that is not UTF-8", PASSING, NOT_JSON, strike("body", body_base64=_LATIN), status=200),
    Fault("byte order mark", HARMLESS, (), strike("body", body="\ufeff" + str(listing(row())["faults"][0]["body"]))),
    Fault(
        "web page with status 200",
        WRONG_ADDRESS,
        ("answered with a web page", "check the endpoint"),
        strike("html"),
        status=200,
        sample=True,
    ),
    Fault("interim answer 100", HARMLESS, (), edge=edges.early(100)),
)
