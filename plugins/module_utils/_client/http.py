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
import queue
import socket
import sys
import threading
import time
import typing as t
import urllib.parse

from .adapter import Line, new_adapter
from .errors import InputError, RequestError, TransientError
from .http_errors import explain
from .request import Request, is_loopback
from .tls import HttpOptions

try:
    import requests
    import requests.adapters
    import requests.utils

    HAS_REQUESTS = True
except ImportError:
    HAS_REQUESTS = False

# 500 orders are some 400 kB; nothing honest comes near this.
MAX_BODY = 16 * 1024 * 1024
# A chunk of gzip may hold a thousand times as much, all at once where urllib3 is old.
_CHUNK = 16 * 1024
USER_AGENT = "ansible-huaweicloud.modelarts/1.0.0"


@dataclasses.dataclass(frozen=True)
class Exchange:
    """What came back: status, headers (names as sent, looked up without regard to case) and the decoded body."""

    status: int
    headers: t.Mapping[str, str]
    body: bytes


class Http:
    """Kept-alive connections; safe to use from several threads."""

    def __init__(self, options: HttpOptions) -> None:
        """Raise InputError where ``requests`` is missing."""
        if not HAS_REQUESTS:
            raise InputError(
                f"The Python library requests is missing for {sys.executable} on {socket.gethostname()}: "
                f"install it there, for instance with {sys.executable} -m pip install requests"
            )
        self._options = options
        self._lock = threading.Lock()
        self._adapters: dict[str, requests.adapters.HTTPAdapter] = {}

    def exchange(self, request: Request, headers: t.Mapping[str, str], seconds: float) -> Exchange:
        """Send one request and return its answer, whatever its status, within so many seconds.

        Raises TransientError for faults of the network, RequestError for those that time does not heal, and
        InputError where the CA file cannot be read.
        """
        return _Call(self._adapter(request), self._options, request, headers, seconds).result()

    def _adapter(self, request: Request) -> requests.adapters.HTTPAdapter:
        scheme = request.base.partition(":")[0]
        with self._lock:
            if scheme not in self._adapters:
                # Not before it is needed: reading all CAs costs more than a request on loopback.
                self._adapters[scheme] = new_adapter(scheme, self._options)
            return self._adapters[scheme]

    def close(self) -> None:
        """Close the kept connections."""
        for adapter in self._adapters.values():
            adapter.close()


class _Call:
    """One exchange in a thread of its own.

    Sockets know timeouts for single operations only, and name resolution knows none: a body that dribbles would
    hold a task for ever. So the caller waits for the thread, and only until the deadline.
    """

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
        self._seconds = max(seconds, 0.001)
        self._ends = time.monotonic() + self._seconds
        self._done: queue.SimpleQueue[Exchange | BaseException] = queue.SimpleQueue()
        self._line = Line()

    def result(self) -> Exchange:
        threading.Thread(target=self._run, name="modelarts-request", daemon=True).start()
        try:
            outcome = self._done.get(timeout=self._seconds)
        except queue.Empty:
            self._give_up()
            raise self._late() from None
        except BaseException:  # Ctrl-C or the task's timeout: the thread must not go on reading
            self._give_up()
            raise
        if isinstance(outcome, BaseException):
            raise explain(outcome, self._request.host, self._late()) from None
        return outcome

    def _give_up(self) -> None:
        if self._done.empty():  # else the connection may carry another request already
            self._line.cut()

    def _run(self) -> None:
        self._line.belongs_to_this_thread()
        try:
            self._done.put(self._exchange())
        except BaseException as error:
            self._done.put(error)

    def _exchange(self) -> Exchange:
        request = self._request
        prepared = requests.Request(request.method, request.url, self._headers, data=request.body or None).prepare()
        # The signature covers these very bytes: requests must not re-encode them.
        prepared.url = request.url
        with self._adapter.send(
            prepared,
            stream=True,
            timeout=self._seconds,
            verify=self._options.validate_certs,
            proxies=self._proxies(),
        ) as response:
            return Exchange(response.status_code, response.headers, self._read(response))

    def _proxies(self) -> dict[str, str]:
        # A proxy could not reach this machine's own loopback, and would be shown the credentials of plain http.
        if not self._options.use_proxy or is_loopback(urllib.parse.urlsplit(self._request.base).hostname or ""):
            return {}
        return requests.utils.get_environ_proxies(self._request.url)

    def _read(self, response: requests.Response) -> bytes:
        chunks, size = [], 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > MAX_BODY:
                response.raw.close()
                raise RequestError(
                    f"The answer of {self._request.host} is larger than {MAX_BODY >> 20} MiB, more than any page of "
                    "orders: check the endpoint",
                    status=response.status_code,
                )
            if time.monotonic() > self._ends:
                raise self._late()
            chunks.append(chunk)
        return b"".join(chunks)

    def _late(self) -> TransientError:
        limit = f"{round(self._seconds, 2):g} s"
        return TransientError(
            f"{self._request.host} did not answer in full within {limit}, the limit that timeout sets"
        )
