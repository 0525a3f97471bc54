# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Calls that block, each in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import typing as t

T = t.TypeVar("T")


async def in_thread(function: t.Callable[..., T], *args: t.Any) -> T:
    """Return what a function returns in a thread of its own: asyncio's few may all hang in other sources."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(t.cast(T, result))
        else:
            done.set_exception(error)

    def work() -> None:
        result, error = None, None
        try:
            result = function(*args)
        except Exception as raised:
            # A future takes no StopIteration.
            error = RuntimeError(str(raised)) if isinstance(raised, StopIteration) else raised
        except BaseException as raised:
            error = RuntimeError(type(raised).__name__)
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            pass  # Nobody waits any more: the loop is closed.

    threading.Thread(target=work, name="modelarts-events", daemon=True).start()
    return await done
