# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""One request before it carries an identity: a checked address, and path and query encoded once and for all."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import re
import typing as t
import urllib.parse

from .errors import InputError
from .text import safe

_PLAIN_URL = re.compile(r"[\x21-\x7e]+")


@dataclasses.dataclass(frozen=True)
class Request:
    """What goes out, byte for byte: the signature is made over exactly this path and query.

    ``base`` is scheme, host and an optional path prefix without a trailing slash; ``path`` starts with a slash.
    ``by_proxy`` says whether a proxy may stand in between.
    """

    method: str
    base: str
    path: str
    query: str = ""
    body: bytes = b""
    by_proxy: bool = True

    @classmethod
    def get(cls, base: str, parts: t.Iterable[str], params: t.Mapping[str, str] | None = None) -> Request:
        """Return a GET of ``parts`` below ``base``. Raises InputError where a part cannot stand in a path."""
        return cls("GET", base, encode_path(parts), encode_query(params or {}))

    @functools.cached_property
    def url(self) -> str:
        """The whole address."""
        return f"{self.base}{self.path}" + (f"?{self.query}" if self.query else "")

    @functools.cached_property
    def host(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        parsed = urllib.parse.urlsplit(self.base)
        port = parsed.port
        host = f"[{parsed.hostname}]" if ":" in (parsed.hostname or "") else parsed.hostname or ""
        return host if port in (None, 443 if parsed.scheme == "https" else 80) else f"{host}:{port}"

    @functools.cached_property
    def full_path(self) -> str:
        """The path that the server sees: the base's prefix and the path."""
        return urllib.parse.urlsplit(self.base).path + self.path


def encode_path(parts: t.Iterable[str]) -> str:
    """Return path parts percent-encoded and joined: only A-Z a-z 0-9 - . _ ~ stay as they are."""
    encoded = []
    for part in parts:
        if part in ("", ".", ".."):
            raise InputError(f"{part!r} cannot stand in an address: check project_id and the order's name")
        encoded.append(_quoted(part))
    return "/" + "/".join(encoded)


def encode_query(params: t.Mapping[str, str]) -> str:
    """Return parameters as the signature wants them: encoded like a path, a space as %20, sorted by name.

    Raises InputError where a value is not Unicode text.
    """
    pairs = sorted((_quoted(key), _quoted(value)) for key, value in params.items())
    return "&".join(f"{key}={value}" for key, value in pairs)


def _quoted(text: str) -> str:
    try:
        return urllib.parse.quote(text, safe="")
    except UnicodeEncodeError:  # lone surrogates: what Python makes of arguments that are not UTF-8
        raise InputError(f"{safe(text, 60)!r} is not Unicode text: no address can hold it") from None


def check_url(option: str, url: str, validate_certs: bool) -> str:
    """Return a base URL without its trailing slash. Raises InputError for what could leak or mislead.

    Plain http would show a token to everybody on the way: it is taken for loopback addresses only, unless
    ``validate_certs`` is false, which gives that protection up anyway.
    """
    advice = "give https://host[:port]"
    try:
        parsed = urllib.parse.urlsplit(url)
        host, dummy = parsed.hostname, parsed.port
    except ValueError:
        raise InputError(f"{option}: {safe(_without_user(url), 120)!r} is not a URL: {advice}") from None
    if not _PLAIN_URL.fullmatch(url) or "\\" in url or parsed.scheme not in ("http", "https") or not host:
        raise InputError(f"{option}: {safe(_without_user(url), 120)!r} is not an http(s) URL: {advice}")
    if "@" in url:  # also in the path: a password may hold a slash
        raise InputError(f"{option} holds a user name or password: take it out, credentials have options of their own")
    if "?" in url or "#" in url:
        raise InputError(f"{option} holds a query or a fragment: {advice}")
    if parsed.scheme == "http" and validate_certs and not is_loopback(host):
        raise InputError(f"{option} is plain http, which would show the credentials on the way: use https")
    # Schemes are matched in lower case from here on.
    return parsed.scheme + url[len(parsed.scheme) :].rstrip("/")


def _without_user(url: str) -> str:
    """Return a URL, malformed perhaps, without what may be a password or a token in it.

    A password may hold any character, so all before the last @ may belong to it.
    """
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url)
    shown = (scheme[0] if scheme else "") + url.rpartition("@")[2] if "@" in url else url
    return re.split(r"[?#]", shown)[0]


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
