# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The typed errors of the core. Only an entry point turns one into a failed task."""

from __future__ import annotations

import os
import typing as t


class ModelArtsError(Exception):
    """What went wrong, in one line that a person can act on.

    ``transient`` says whether the same question may well be answered a little later: such an error is retried.
    """

    transient = False

    def __init__(
        self,
        msg: str,
        *,
        status: int | None = None,
        error_code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """``retry_after`` is in seconds from the moment the answer came in."""
        super().__init__(msg)
        self.msg = msg
        self.status = status
        self.error_code = error_code
        self.request_id = request_id
        self.retry_after = retry_after

    def facts(self) -> dict[str, t.Any]:
        """Return the keys that every failed result carries."""
        return {
            "msg": self.msg,
            "error_code": self.error_code,
            "request_id": self.request_id,
            "status": self.status,
        }


class InputError(ModelArtsError):
    """An option is missing, malformed or contradicts another one; nothing was sent for it."""


def check_all(*checks: t.Callable[[], t.Any]) -> list[t.Any]:
    """Return what each check of options returns. Raises one InputError with all that is wrong.

    Whoever corrects one mistake after the other starts anew each time.
    """
    found, problems = [], []
    for check in checks:
        try:
            found.append(check())
        except InputError as error:
            problems.append(error.msg)
    if problems:
        raise InputError("; ".join(dict.fromkeys(problems)))
    return found


class CredentialsError(ModelArtsError):
    """The service refuses who we are or what we may do. Never retried: bad signatures lock a key.

    ``definite`` is False where the refusal may be a gateway's, or of the moment: a 403 without one of the service's own
    error codes, a 401 right after a renewal. A wait ends for such a one only when it comes twice.
    """

    definite = True


class PoolNotFoundError(ModelArtsError):
    """The service does not know the pool that was asked for."""


class NotPublishedError(ModelArtsError):
    """The API is not offered at this endpoint or in this region."""


class RequestError(ModelArtsError):
    """The service refuses the request itself (any other 3xx or 4xx)."""


class ResponseError(ModelArtsError):
    """The answer is not what the API promises: not JSON, or JSON of another shape."""


class TransientError(ModelArtsError):
    """A fault that time may heal: network, timeout, 429, 5xx, a cut answer."""

    transient = True


class ThrottledError(TransientError):
    """The service asks to be asked less often (429)."""


class UnknownHostError(TransientError):
    """The name service knows no such host: a typo at the first contact, a transient fault afterwards."""


def as_typed(error: Exception, line: t.Callable[[t.Any, int], str]) -> ModelArtsError:
    """Return the typed error for whatever was raised inside: nothing else may leave an entry point.

    ``line`` makes one safe line of a text. What lacks memory or threads is transient, all else a defect of ours.
    """
    if isinstance(error, ModelArtsError):
        return error
    said = f"{type(error).__name__}: {line(error, 200)}" if str(error) else type(error).__name__
    if isinstance(error, MemoryError) or "can't start new thread" in str(error):
        return TransientError(f"This machine is short of memory or threads ({said}): end what needs them, or try again")
    return ModelArtsError(
        f"Unexpected {said} (in {_place(error)}). This is a defect of the collection: please report it"
    )


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (
        "an unknown place"
        if trace is None
        else f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
    )
