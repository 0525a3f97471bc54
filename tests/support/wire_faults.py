# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of faults that nobody rehearses with: bombs, bodies without an end, bytes that are not what their headers say.

The tests' own addition to the simulator, in force once this is imported.

kind: what the client gets (options).

* ``close_idle``: the answer, then the kept connection is closed (``seconds``)
* ``header_drip``: headers a byte at a time (``interval``, ``chunk``)
* ``endless``: a body without an end (``interval`` 0.01, ``chunk`` 65536)
* ``wrong_length``: a wrong Content-Length (``difference`` -1, or ``length``: any text)
* ``chunked``: chunks, broken off with ``when: amid`` (``chunk``)
* ``bad_gzip``: broken gzip (``how``: garbage, truncated, checksum)
* ``gzip_bomb``: little that unpacks to much (``megabytes`` 100)
* ``garbage``: no HTTP at all (``body`` or ``body_base64``)
"""

from __future__ import annotations

import gzip
import itertools
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from modelarts_simulator import faults, spoil
from modelarts_simulator.messages import Close, Response, Send, Step, Wait
from modelarts_simulator.spoil import Context, base, drops

Options = Mapping[str, Any]
_BLOCK = 1 << 20


def _bad_gzip(options: Options, context: Context) -> Response:
    response = base(options, context)
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


def _gzip_bomb(options: Options, context: Context) -> Response:
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


def _close_idle(response: Response, options: Options) -> Iterator[Step]:
    yield Send(response.head() + response.body)
    yield Wait(options.get("seconds", 0))
    yield Close()


def _header_drip(response: Response, options: Options) -> Iterator[Step]:
    yield from drops(response.head(), options)
    yield Send(response.body)


def _endless(response: Response, options: Options) -> Iterator[Step]:
    response.headers["Connection"] = "close"
    yield Send(response.head(length=False) + b'{"count": 1, "items": [')
    piece = b" " * max(1, options.get("chunk", 65536))
    for dummy in itertools.repeat(None):
        yield Send(piece)
        yield Wait(options.get("interval", 0.01))


def _wrong_length(response: Response, options: Options) -> Iterator[Step]:
    length = options.get("length", max(0, len(response.body) + options.get("difference", -1)))
    yield Send(response.head(length=length) + response.body)


def _chunked(response: Response, options: Options) -> Iterator[Step]:
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


def _garbage(response: Response, options: Options) -> Iterator[Step]:
    yield Send(response.body)
    yield Close()


MAKERS = {"bad_gzip": _bad_gzip, "gzip_bomb": _gzip_bomb}
SCRIPTS = {
    "close_idle": _close_idle,
    "header_drip": _header_drip,
    "endless": _endless,
    "wrong_length": _wrong_length,
    "chunked": _chunked,
    "garbage": _garbage,
}
if "endless" not in faults.KINDS:
    faults.KINDS += [*MAKERS, *SCRIPTS]
    faults.OPTIONS.update({"how": (str,), "difference": (int,), "length": (int, str), "megabytes": (int,)})
    spoil.MAKERS.update(MAKERS)
    spoil.SCRIPTS.update(SCRIPTS)
    spoil.WITHOUT_STATUS.append("garbage")
