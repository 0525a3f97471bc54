# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The raw edge to the network: one exchange of bytes by ``requests``, bounded in time and size.

Adapters are used without a ``requests`` session: so nothing follows a redirect (it would carry a token to another
host), reads ~/.netrc (it would replace a signature) or keeps a cookie. TLS is verified unless the user said otherwise.
"""

from __future__ import annotations

import dataclasses
import functools
import http.client
import os
import queue
import socket
import ssl
import sys
import threading
import time
import typing as t
import urllib.parse
import urllib.request
import warnings
import zlib

from .errors import InputError, ModelArtsError, RequestError, TransientError
from .http_errors import SHORTAGES, explain
from .request import Request, is_loopback
from .response import Response
from .text import safe

_broken: Exception | None = None
try:
    import requests
    import requests.adapters
    import requests.certs
    import requests.utils
    import urllib3.connection
    import urllib3.connectionpool
    import urllib3.exceptions
except Exception as import_error:  # a broken installation raises anything, which must not end the controller
    _broken = import_error

HAS_REQUESTS = _broken is None
# 500 orders are some 400 kB; nothing honest comes near this.
MAX_BODY = 16 * 1024 * 1024
_CHUNK = 16 * 1024
_MOST_ENCODINGS = 5
_KEPT = 8
USER_AGENT = "ansible-huaweicloud.modelarts/1.0.0"
_of_thread = threading.local()


@dataclasses.dataclass(frozen=True)
class HttpOptions:
    """How to reach the service: whom to trust, and whether the environment's proxies count."""

    validate_certs: bool = True
    ca_path: str | None = None
    use_proxy: bool = True


class Http:
    """Kept-alive connections; safe to use from several threads."""

    def __init__(self, options: HttpOptions) -> None:
        """Raise InputError where ``requests`` cannot be used."""
        if _broken is not None:
            raise InputError(_cannot_import(_broken))
        self._options = options
        self._lock = threading.Lock()
        # By scheme, with the trust that it was made with.
        self._adapters: dict[str, tuple[ssl.SSLContext | None, requests.adapters.HTTPAdapter]] = {}

    def send(self, request: Request, headers: t.Mapping[str, str], seconds: float) -> Response:
        """Send one request and return its response, whatever its status, within so many seconds.

        Sockets know timeouts for single operations only, and name resolution knows none: a body that dribbles would
        hold a task for ever. So a thread of its own makes the exchange, and is waited for only until the deadline.
        Raises TransientError for faults of the network, RequestError for those that time does not heal, and
        InputError where the CA file cannot be read.
        """
        call = _Call(self._adapter(request), self._options, request, headers, max(seconds, 0.001))
        try:
            threading.Thread(target=call.run, name="modelarts-request", daemon=True).start()
        except RuntimeError:
            raise TransientError(
                f"This machine has no room for another thread, which a request to {request.host} needs"
            ) from None
        try:
            outcome = call.done.get(timeout=call.seconds)
        except queue.Empty:
            call.give_up()
            raise call.late() from None
        except BaseException:  # Ctrl-C or the task's timeout: the thread must not go on reading
            call.give_up()
            raise
        if isinstance(outcome, BaseException):
            raise explain(outcome, request.host, call.late(), self._options.ca_path) from None
        return outcome

    def _adapter(self, request: Request) -> requests.adapters.HTTPAdapter:
        scheme = request.base.partition(":")[0]
        with self._lock:
            kept = self._adapters.get(scheme)
            try:
                # Not before it is needed: reading all CAs costs more than a request on loopback.
                trust = tls_context(self._options) if scheme == "https" else None
            except ModelArtsError:
                if kept is None:
                    raise
                return kept[1]  # the file is being replaced
            if kept is None or kept[0] is not trust:
                kept = self._adapters[scheme] = (trust, _new_adapter(trust))
            return kept[1]

    def close(self) -> None:
        """Close the kept connections."""
        for dummy, adapter in self._adapters.values():
            adapter.close()


def _cannot_import(error: Exception) -> str:
    where = f"{sys.executable} on {socket.gethostname()}"
    if isinstance(error, ModuleNotFoundError) and error.name == "requests":
        return (
            f"The Python library requests is missing for {where}: "
            f"install it there, for instance with {sys.executable} -m pip install requests"
        )
    return (
        f"The Python library requests cannot be imported by {where} ({type(error).__name__}: {safe(error, 200)}): "
        f"repair it there, for instance with {sys.executable} -m pip install --upgrade requests urllib3"
    )


class _Call:
    """One exchange, as the thread that makes it sees it: it puts a response, or whatever was raised, into ``done``."""

    def __init__(
        self,
        adapter: requests.adapters.HTTPAdapter,
        options: HttpOptions,
        request: Request,
        headers: t.Mapping[str, str],
        seconds: float,
    ) -> None:
        self._adapter = adapter
        self._options = options
        self._request = request
        self._headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": USER_AGENT, **headers}
        self.seconds = seconds
        self._ends = time.monotonic() + seconds
        self.done: queue.SimpleQueue[Response | BaseException] = queue.SimpleQueue()
        self._tracker = ConnectionTracker()

    def give_up(self) -> None:
        """End the exchange, unless it has ended: then its connection may carry another request already."""
        if self.done.empty():
            self._tracker.abort()

    def run(self) -> None:
        """Make the exchange."""
        self._tracker.belongs_to_this_thread()
        try:
            self.done.put(self._exchange())
        except BaseException as error:
            self.done.put(error)

    def _exchange(self) -> Response:
        request = self._request
        prepared = requests.Request(request.method, request.url, self._headers, data=request.body or None).prepare()
        # The signature covers these very bytes: requests must not re-encode them.
        prepared.url = request.url
        with self._adapter.send(
            prepared,
            stream=True,
            timeout=self.seconds,
            verify=self._options.validate_certs,
            proxies=_proxies(request) if self._options.use_proxy and request.by_proxy else {},
        ) as response:
            try:
                return Response(response.status_code, response.headers, self._read(response))
            except ValueError:  # such as the size of a chunk that is none
                raise TransientError(
                    f"{request.host} answered with something that is not HTTP: check the endpoint"
                ) from None

    def _read(self, response: requests.Response) -> bytes:
        chunks, size = [], 0
        for chunk in _decoded(response):
            size += len(chunk)
            if size > MAX_BODY:
                response.raw.close()
                raise RequestError(
                    f"The answer of {self._request.host} is larger than {MAX_BODY >> 20} MiB, more than any page of "
                    "orders: check the endpoint",
                    status=response.status_code,
                )
            if time.monotonic() > self._ends:
                raise self.late()
            chunks.append(chunk)
        return b"".join(chunks)

    def late(self) -> TransientError:
        """Return the error of a deadline that was missed."""
        host, limit = self._request.host, f"{round(self.seconds, 2):g} s"
        return TransientError(
            f"{host} did not answer in full within {limit}, the limit that timeout sets: raise it, or check the network"
        )


def _proxies(request: Request) -> dict[str, str]:
    """Return the environment's proxies for a request; the system's own settings are not asked, which hangs in a fork.

    None for loopback: a proxy could not reach it, and would be shown the credentials of plain http.
    """
    proxies = urllib.request.getproxies_environment()
    if not proxies or is_loopback(urllib.parse.urlsplit(request.base).hostname or ""):
        return {}
    return {} if requests.utils.should_bypass_proxies(request.url, no_proxy=None) else proxies


def _decoded(response: requests.Response) -> t.Iterator[bytes]:
    """Yield a body in pieces of at most ``_CHUNK`` bytes. urllib3, while it is old, would decompress without bound."""
    chunks: t.Iterator[bytes] = response.raw.stream(_CHUNK, decode_content=False)
    named = (response.headers.get("Content-Encoding") or "").lower().split(",")
    encodings = [name.strip() for name in named if name.strip() not in ("", "identity")]
    if len(encodings) > _MOST_ENCODINGS or not set(encodings) <= {"gzip", "x-gzip", "deflate"}:
        raise zlib.error("not the encoding that was asked for")
    for dummy in encodings:
        chunks = _inflated(chunks)
    return chunks


def _inflated(chunks: t.Iterator[bytes]) -> t.Iterator[bytes]:
    """Yield what gzip or zlib data expands to, a bounded piece at a time. Raises zlib.error, also for half of it."""
    inflater, fed = zlib.decompressobj(_ANY_WRAPPER), False
    for chunk in chunks:
        data = chunk
        while data:
            if inflater.eof:
                inflater = zlib.decompressobj(_ANY_WRAPPER)
            yield inflater.decompress(data, _CHUNK)
            fed = True
            # Further members may follow, and padding.
            data = inflater.unconsumed_tail or inflater.unused_data.lstrip(b"\0")
    yield inflater.flush()
    if fed and not inflater.eof:
        raise zlib.error("cut off")


# To zlib: gzip or zlib, the largest window.
_ANY_WRAPPER = 32 + zlib.MAX_WBITS


class ConnectionTracker:
    """Knows the connection that a request uses. Any thread may abort it: whoever waits for its bytes wakes up."""

    def __init__(self) -> None:
        self.connection: t.Any = None
        self._socket: t.Any = None
        self._aborted = False

    def belongs_to_this_thread(self) -> None:
        """Follow the connections that the present thread uses from now on."""
        _of_thread.tracker = self

    def follow(self, connection: t.Any) -> None:
        """Remember a connection, and its socket as soon as it has one: an answer outlives its connection object."""
        self.connection = connection
        self._socket = connection.sock or self._socket
        if self._aborted:
            self.abort()

    def abort(self) -> None:
        """End it, or the one that is still being made, below TLS: whose own shutdown would wait for the other side."""
        self._aborted = True
        sockets: tuple[t.Any, ...] = (self._socket, getattr(self.connection, "sock", None))
        for one in sockets:
            try:
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except (OSError, TypeError):
                pass


def _follow(connection: t.Any) -> None:
    tracker = getattr(_of_thread, "tracker", None)
    if tracker is not None:
        tracker.follow(connection)


class _FinalResponse(http.client.HTTPResponse):
    """An answer that passes over interim ones (102, 103), of which http.client knows 100 only."""

    def begin(self) -> None:
        super().begin()
        while 100 < self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]  # else it has begun already
            super().begin()


class _Followed:
    """What a connection class gains: it shows itself to the tracker of the thread that uses it."""

    response_class: t.Any = _FinalResponse

    def connect(self) -> None:
        _follow(self)
        super().connect()  # type: ignore[misc]
        _follow(self)

    def putrequest(self, *args: t.Any, **kwargs: t.Any) -> None:
        _follow(self)
        super().putrequest(*args, **kwargs)  # type: ignore[misc]


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


def _new_adapter(context: ssl.SSLContext | None) -> requests.adapters.HTTPAdapter:
    """Return an adapter with our own trust for https: requests alone would trust the CAs it bundles."""
    trust: dict[str, t.Any] = {} if context is None else {"ssl_context": context}
    if context is not None and context.verify_mode is ssl.CERT_NONE:
        # The user said so in the task: repeating it on stderr for every request helps nobody.
        warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)

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


class _NamingContext(ssl.SSLContext):
    """A context that always knows which host is meant: urllib3 1.26 names none where that is an IP address."""

    def wrap_socket(self, *args: t.Any, **kwargs: t.Any) -> ssl.SSLSocket:
        connection = getattr(getattr(_of_thread, "tracker", None), "connection", None)
        if kwargs.get("server_hostname") is None and connection is not None:
            kwargs["server_hostname"] = getattr(connection, "_tunnel_host", None) or connection.host
        return super().wrap_socket(*args, **kwargs)


# A process's trust, with what it was made of: reading all CAs takes longer than many a request.
_contexts: dict[tuple[bool, str | None], tuple[list[t.Any], ssl.SSLContext]] = {}


def tls_context(options: HttpOptions) -> ssl.SSLContext:
    """Return a context that trusts ``ca_path`` alone, else the system's CAs. Raises InputError for a bad file.

    It is made once for a process and what it forks, and anew where the files have changed.
    """
    setting, stamps = (options.validate_certs, options.ca_path), list(_stamps(options))
    made_of, context = _contexts.get(setting, (None, None))
    if context is None or made_of != stamps:
        context = _new_context(options)
        context.__class__ = _NamingContext
        _contexts[setting] = stamps, context
    return context


def read_trust(ca_path: str | None) -> None:
    """Read the CAs that most requests will need: before workers fork, who then all have them."""
    try:
        if HAS_REQUESTS:
            tls_context(HttpOptions(ca_path=ca_path))
    except (ModelArtsError, OSError):
        pass  # whoever makes a request says so


def _stamps(options: HttpOptions) -> t.Iterator[t.Any]:
    """Yield what changes with the files that a context is made of."""
    if options.validate_certs:
        default = ssl.get_default_verify_paths()
        given = options.ca_path and os.path.expanduser(options.ca_path)
        for path in (given,) if given else (default.cafile, default.capath):
            try:
                found = os.stat(path or "")
                yield path, found.st_mtime_ns, found.st_size, found.st_ino
            except (OSError, ValueError):
                yield path


def _new_context(options: HttpOptions) -> ssl.SSLContext:
    if not options.validate_certs:
        return _unverified()
    try:
        if options.ca_path is None:
            return ssl.create_default_context(cafile=None if _system_has_cas() else requests.certs.where())  # type: ignore[attr-defined]
        path = os.path.expanduser(options.ca_path)
        if os.path.isdir(path):
            return ssl.create_default_context(capath=path)
        return ssl.create_default_context(cafile=path)
    except ValueError:
        raise InputError(f"ca_path: {safe(options.ca_path, 120)}: no path: name a file or folder of CAs") from None
    except OSError as error:  # ssl.SSLError is one
        if error.errno in SHORTAGES:
            raise TransientError(f"The CAs cannot be read just now ({os.strerror(error.errno)})") from None
        reason = "no PEM certificates in it" if isinstance(error, ssl.SSLError) else safe(error.strerror or error)
        raise InputError(f"ca_path: {safe(options.ca_path, 120)}: {reason}: name a file or folder of CAs") from None


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _system_has_cas() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and os.listdir(paths.capath)))
