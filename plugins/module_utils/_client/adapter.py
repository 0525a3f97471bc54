# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The connections: with our own trust, and with a way to wake a thread that waits on one of them."""

from __future__ import annotations

import functools
import socket
import threading
import typing as t

from .tls import HttpOptions, tls_context

try:
    import requests.adapters
    import urllib3.connection
    import urllib3.connectionpool
except ImportError:
    pass  # _http says so, with the interpreter's name

_KEPT = 8
_of_thread = threading.local()


class Line:
    """The connection that an exchange uses. Any thread may cut it: whoever waits for its bytes wakes with an error."""

    def __init__(self) -> None:
        self._connection: t.Any = None
        self._socket: t.Any = None
        self._is_cut = False

    def belongs_to_this_thread(self) -> None:
        """Follow the connections that the present thread uses from now on."""
        _of_thread.line = self

    def follow(self, connection: t.Any) -> None:
        """Remember a connection, and its socket as soon as it has one: an answer outlives its connection object."""
        self._connection = connection
        self._socket = connection.sock or self._socket
        if self._is_cut:
            self.cut()

    def cut(self) -> None:
        """End it, or the one that is still being made, below TLS: whose own shutdown would wait for the other side."""
        self._is_cut = True
        sockets: tuple[t.Any, ...] = (self._socket, getattr(self._connection, "sock", None))
        for one in sockets:
            try:
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except (OSError, TypeError):
                pass


class _Followed:
    """What a connection class gains: it shows itself to the line of the thread that uses it."""

    def connect(self) -> None:
        _show(self)
        super().connect()  # type: ignore[misc]
        _show(self)

    def putrequest(self, *args: t.Any, **kwargs: t.Any) -> None:
        _show(self)
        super().putrequest(*args, **kwargs)  # type: ignore[misc]


def _show(connection: t.Any) -> None:
    line = getattr(_of_thread, "line", None)
    if line is not None:
        line.follow(connection)


@functools.cache
def _pools() -> dict[str, t.Any]:
    """Return pool classes by scheme whose connections can be followed (``ConnectionCls`` is urllib3's hook for it)."""

    class HttpConnection(_Followed, urllib3.connection.HTTPConnection):
        pass

    class HttpsConnection(_Followed, urllib3.connection.HTTPSConnection):
        pass

    class HttpPool(urllib3.connectionpool.HTTPConnectionPool):
        ConnectionCls = HttpConnection

    class HttpsPool(urllib3.connectionpool.HTTPSConnectionPool):
        ConnectionCls = HttpsConnection

    return {"http": HttpPool, "https": HttpsPool}


def new_adapter(scheme: str, options: HttpOptions) -> requests.adapters.HTTPAdapter:
    """Return an adapter for a scheme. Raises InputError where the CA file cannot be read.

    With our own trust for https: requests alone would trust the CAs it bundles, not the system's.
    """
    trust: dict[str, t.Any] = {"ssl_context": tls_context(options)} if scheme == "https" else {}

    class Adapter(requests.adapters.HTTPAdapter):
        """Hands our trust and our connections to direct and proxied requests."""

        def init_poolmanager(self, *args: t.Any, **kwargs: t.Any) -> None:
            super().init_poolmanager(*args, **{**kwargs, **trust})
            self.poolmanager.pool_classes_by_scheme = _pools()

        def proxy_manager_for(self, proxy: str, **kwargs: t.Any) -> t.Any:
            manager = super().proxy_manager_for(proxy, **{**kwargs, **trust})
            manager.pool_classes_by_scheme = _pools()
            return manager

        def cert_verify(self, conn: t.Any, url: str, verify: t.Any, cert: t.Any) -> None:
            """Leave everything to the context."""

    return Adapter(pool_maxsize=_KEPT)
