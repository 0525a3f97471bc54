# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Requests in, JSON out: retries, the identity that each request carries, and secrets kept out of every error."""

from __future__ import annotations

import random
import threading
import typing as t

from .auth import Identity
from .clock import Clock
from .errors import CredentialsError, ModelArtsError, ThrottledError, TransientError, UnknownHostError
from .http import Http
from .request import Request
from .response import Answer, Asked, read_answer
from .text import Redactor

# A service that wants longer than this to recover is better asked by a later task.
LONGEST_RETRY_AFTER = 60.0
# What Huawei Cloud advises after throttling, in seconds; other faults start sooner.
_THROTTLED_DELAY = (2.0, 5.0)
_FIRST_DELAY = 1.0
_LONGEST_DELAY = 30.0

T = t.TypeVar("T")


class Transport:
    """One session's worth of requests. Counts what it sends in ``requests_sent``."""

    def __init__(
        self,
        http: Http,
        *,
        timeout: float,
        retries: int,
        redactor: Redactor,
        clock: Clock,
        rng: t.Callable[[], float] = random.random,
    ) -> None:
        """``timeout`` is in seconds for one whole request; ``retries`` counts further tries after a transient fault."""
        self.clock = clock
        self.redactor = redactor
        self.requests_sent = 0
        self._http = http
        self._timeout = timeout
        self._retries = retries
        self._rng = rng
        self._lock = threading.Lock()
        self._login_lock = threading.Lock()
        self._not_before = 0.0
        self._deadline: float | None = None

    def end_by(self, deadline: float | None) -> None:
        """Let no request last, and no retry begin, beyond ``deadline`` (the clock's monotonic seconds; None: never)."""
        self._deadline = deadline

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    def ask(self, request: Request, identity: Identity | None = None) -> Answer:
        """Return the answer to a request that may be repeated safely. Raises a typed error whose text is safe."""
        return self.persist(lambda: self._ask_as(request, identity))

    def persist(self, attempt: t.Callable[[], T]) -> T:
        """Return what ``attempt`` returns, repeating it after transient faults as often as ``retries`` allows."""
        tries = 0
        while True:
            try:
                return attempt()
            except TransientError as error:
                delay = self._delay(tries, error)
                if delay is None:
                    raise
                self._hold(delay if isinstance(error, ThrottledError) else 0.0)
                self.clock.sleep(delay)
            tries += 1

    def _ask_as(self, request: Request, identity: Identity | None) -> Answer:
        """Ask once, and once more where the identity could be renewed: its old token had simply expired."""
        if identity is None:
            return self.ask_once(request, {"Content-Type": "application/json"}, "the request")
        for renewable in (True, False):
            headers = self._headers(request, identity)
            try:
                answer = self.ask_once(request, headers, identity.kind)
            except CredentialsError as error:
                if renewable and error.status == 401 and self._renewed(identity, headers):
                    continue
                # What was bought a moment ago may not be known everywhere yet.
                error.definite = error.definite and (renewable or error.status != 401)
                raise
            else:
                identity.accepted(headers)
                return answer
        raise AssertionError("the second refusal was raised above")

    def _renewed(self, identity: Identity, headers: t.Mapping[str, str]) -> bool:
        with self._login_lock:
            return identity.renew(headers)

    def ask_once(self, request: Request, headers: t.Mapping[str, str], who: str) -> Answer:
        """Return the answer to one try; ``who`` names the credential for messages.

        For a login in the middle of another request's try, which is the one that is repeated.
        """
        self._wait_for_calm()
        seconds = self._timeout if self._deadline is None else self._deadline - self.clock.monotonic()
        with self._lock:
            self.requests_sent += 1
        try:
            exchange = self._http.exchange(request, headers, min(self._timeout, max(seconds, 0.05)))
            signed = "Authorization" in headers
            return read_answer(exchange, Asked(request.host, who, self.clock.time(), self.redactor.line, signed))
        except ModelArtsError as error:
            error.msg = self.redactor.hide(error.msg)
            error.args = (error.msg,)
            raise

    def _headers(self, request: Request, identity: Identity) -> dict[str, str]:
        with self._login_lock:  # pages fetched side by side must not log in side by side
            return identity.headers(request, self.clock.time())

    def _delay(self, attempt: int, error: TransientError) -> float | None:
        """Return the seconds before the next try, None where there is none: full jitter, doubling, capped."""
        if attempt >= self._retries or isinstance(error, UnknownHostError):
            return None
        longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2**attempt)
        delay: float = self._rng() * longest
        if error.retry_after is not None:
            if error.retry_after > LONGEST_RETRY_AFTER:
                return None
            delay = error.retry_after + self._rng() * 0.5
        elif isinstance(error, ThrottledError):
            low, high = _THROTTLED_DELAY
            delay = min(LONGEST_RETRY_AFTER, (low + self._rng() * (high - low)) * 2**attempt)
        if self._deadline is not None and self.clock.monotonic() + delay >= self._deadline:
            return None
        return delay

    def _hold(self, seconds: float) -> None:
        """Make requests of other threads wait as well: they share the limit that was hit."""
        with self._lock:
            self._not_before = max(self._not_before, self.clock.monotonic() + seconds)

    def _wait_for_calm(self) -> None:
        self.clock.sleep(self._not_before - self.clock.monotonic())
