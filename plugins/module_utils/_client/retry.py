# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Requests in, JSON out: retries, the login that each request carries, and secrets kept out of every error."""

from __future__ import annotations

import random
import threading
import typing as t

from .auth.base import Auth
from .clock import Clock
from .errors import CredentialsError, ModelArtsError, ThrottledError, TransientError, UnknownHostError
from .http import Http
from .request import Request
from .response import RequestContext, Response, read
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
        self._not_before = 0.0
        self._deadline: float | None = None

    def end_by(self, deadline: float | None) -> None:
        """Let no request last, and no retry begin, beyond ``deadline`` (the clock's monotonic seconds; None: never)."""
        self._deadline = deadline

    def ask(self, request: Request, auth: Auth) -> Response:
        """Return the answer to a request that may be repeated safely. Raises a typed error whose text is safe."""
        return self.with_retries(self.ask_once, request, auth)

    def with_retries(self, attempt: t.Callable[..., T], *arguments: t.Any) -> T:
        """Return what ``attempt`` returns, repeating it after transient faults as often as ``retries`` allows."""
        tries = 0
        while True:
            try:
                return attempt(*arguments)
            except TransientError as error:
                delay = self._delay(tries, error)
                if delay is None:
                    raise
                if isinstance(error, ThrottledError):
                    self._throttle(delay)
                self.clock.sleep(delay)
            tries += 1

    def ask_once(self, request: Request, auth: Auth) -> Response:
        """Return the answer to one try, read; to a second one where the login could be renewed: it had expired.

        For a login in the middle of another request's try, which is the one that is repeated.
        """
        for renewable in (True, False):
            headers = auth.headers(request, self.clock.time())
            try:
                response = self._http.send(request, headers, self._admit(self._timeout))
                signed, now = "Authorization" in headers, self.clock.time()
                response = read(response, RequestContext(request.host, auth.kind, now, self.redactor.line, signed))
            except ModelArtsError as error:
                error.msg = self.redactor.hide(error.msg)
                error.args = (error.msg,)
                if isinstance(error, CredentialsError) and error.status == 401:
                    if renewable and auth.renew(headers, error):
                        continue
                    # What was bought a moment ago may not be known everywhere yet.
                    error.definite = error.definite and renewable
                raise
            auth.accepted(headers)
            return response
        raise AssertionError("the second refusal was raised above")

    def send(self, request: Request, headers: t.Mapping[str, str], longest: float) -> Response:
        """Return the response to one try, as it came, after at most ``longest`` seconds and before the deadline."""
        return self._http.send(request, headers, self._admit(longest))

    def _admit(self, longest: float) -> float:
        """Let a request begin when nothing holds it back; return the seconds that it may last."""
        if self._not_before:
            self.clock.sleep(self._not_before - self.clock.monotonic())
        seconds = longest if self._deadline is None else self._deadline - self.clock.monotonic()
        with self._lock:
            self.requests_sent += 1
        return min(longest, max(seconds, 0.05))

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

    def _throttle(self, seconds: float) -> None:
        """Make requests of other threads wait as well: they share the limit that was hit."""
        with self._lock:
            self._not_before = max(self._not_before, self.clock.monotonic() + seconds)
