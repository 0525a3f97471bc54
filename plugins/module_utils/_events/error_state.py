# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Which errors the rules know of already, and how long to leave the service alone after one."""

from __future__ import annotations

import typing as t

from .._client.errors import (
    CredentialsError,
    InputError,
    ModelArtsError,
    NotPublishedError,
    PoolNotFoundError,
    RequestError,
)
from .event import Event, event_id, harmless

# Seconds between polls after credentials were refused: doubled each time. More than five bad signatures in a row lock a
# key for five minutes, and nothing that runs here can mend them.
REFUSED_DELAY = 600.0
# Seconds after which a poll is worth another try where the request itself, not a transient fault, was the reason.
WRONG_DELAY = 300.0
# A service that asks for more than an hour of silence is asked after an hour all the same.
LONGEST_DELAY = 3600.0


class ErrorState:
    """One event when an error begins, changes or ends, none for its repetitions.

    ``kind`` says what is wrong: options, service, listing or state_file. Times are seconds that only ever grow.
    """

    def __init__(self, session: str) -> None:
        """``session`` is what tells the events of this run from those of any other."""
        self._session = session
        self._current: dict[str, tuple[t.Any, ...]] = {}
        self._began: dict[str, float] = {}
        self._told = 0

    def begin(self, kind: str, error: ModelArtsError, seconds: float) -> Event | None:
        """Return the event of an error, or None where it is the one that is known."""
        what = (type(error).__name__, error.status, error.error_code)
        if self._current.get(kind) == what:
            return None
        self._current[kind] = what
        self._began.setdefault(kind, seconds)
        return self._event("error", {"kind": kind, **harmless(error.facts())})

    def end(self, kind: str, seconds: float) -> Event | None:
        """Return the event of an error that is over, or None where there was none."""
        if self._current.pop(kind, None) is None:
            return None
        lasted = round(max(0.0, seconds - self._began.pop(kind)), 3)
        return self._event("recovered", {"kind": kind, "seconds": lasted})

    def _event(self, name: str, content: Event) -> Event:
        self._told += 1
        return {name: content, "id": event_id(name, self._session, str(self._told))}


def least_delay(error: ModelArtsError, errors: int) -> float:
    """Return the seconds that must pass after the last of so many ``errors`` in a row, whatever the interval is."""
    if isinstance(error, CredentialsError):
        return min(LONGEST_DELAY, REFUSED_DELAY * 2.0 ** min(errors - 1, 10))
    if isinstance(error, (InputError, NotPublishedError, PoolNotFoundError, RequestError)):
        return WRONG_DELAY
    return min(LONGEST_DELAY, error.retry_after or 0.0)
