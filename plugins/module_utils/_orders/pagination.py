# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The deep listing: every order of [since, until], though one request shows 500 and one window only about 1,000.

A page that is not full ends its window. A full one is read on by time, never by offset alone, because rows that leave
a list while it is paged shift others out of sight:

* sorted rows: the page's last timestamp bounds the next request, so each brings a full page of new rows, and idle
  workers take over the far part of the largest window left;
* rows in no order: the page is a sample of its window, whose quantiles cut it into pieces that fit a page each;
* offsets serve where time cannot: a window that fits two pages, a full millisecond, a service that ignores bounds.

``count`` guides the cuts and is compared with what was found, but nothing ends because of it: it may be wrong.
Times are ms since the epoch. Inner bounds are widened by 1 ms, as the service may take them as exclusive.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import math
import typing as t

from .windows import (
    BLIND_PARTS,
    OLDEST_FIRST,
    UNSORTED,
    Found,
    Page,
    Row,
    Window,
    beyond,
    carve,
    order_of,
    parts_for,
    tiles,
)

PAGE = 500
REACH = 500
# Pages read by offset share so many rows, to notice that rows between them have shifted.
SHARED = 50
# How far beyond the service's clock a listing without ``until`` looks: clocks differ, and Date has seconds only.
CLOCK_SLACK_MS = 60_000
DAY_MS = 86_400_000
# A service that rounds bounds to seconds still keeps to them.
ROUNDING_MS = 1000


@dataclasses.dataclass(frozen=True)
class Scan:
    """What was found: unique rows in no order, the service's last ``count`` for the whole query, and the cost.

    ``truncated`` is True where the service could not show more, or contradicts itself, so that rows may be missing.
    """

    rows: list[Row]
    count: int | None
    truncated: bool
    requests: int


# fetch(since, until, limit, offset): one request. Its errors propagate from scan().
Fetch = t.Callable[[int, t.Optional[int], int, int], Page]
Request = tuple[int, t.Optional[int], int, int]


class Lanes:
    """Runs requests side by side, in threads that exist only once they are needed."""

    def __init__(self, fetch: Fetch, workers: int) -> None:
        self._fetch = fetch
        self._workers = workers
        self._pool: t.Any = None
        self._flying: dict[t.Any, int] = {}

    def call(self, request: Request) -> Page:
        """Return the answer of a request that has no company."""
        return self._fetch(*request)

    def start(self, ticket: int, request: Request) -> None:
        """Begin a request; ``take`` returns its answer under the ticket."""
        if self._pool is None:
            self._pool = concurrent.futures.ThreadPoolExecutor(self._workers, thread_name_prefix="modelarts-scan")
        self._flying[self._pool.submit(self._fetch, *request)] = ticket

    def take(self) -> tuple[int, Page]:
        """Wait for any request under way and return (ticket, answer), or raise its error."""
        future = next(iter(concurrent.futures.wait(self._flying, return_when=concurrent.futures.FIRST_COMPLETED).done))
        return self._flying.pop(future), future.result()

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way: no thread may outlive the caller's session."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def scan(
    fetch: Fetch,
    since_ms: int,
    until_ms: int | None = None,
    workers: int = 4,
    lanes: t.Callable[[Fetch, int], t.Any] = Lanes,
) -> Scan:
    """Return all orders that the service can show between two times, with at most ``workers`` requests side by side.

    Up to 499 orders cost one request. The first error that ``fetch`` raises ends the scan and propagates. Rows outside
    the bounds are returned where the service sends them. ``lanes`` is how requests run (tests: in virtual time).
    """
    return _Scanner(since_ms, until_ms, workers, lanes(fetch, workers)).run()


class _Scanner:
    """One scan: windows to ask (``todo``), windows under way (``flying``), and what the answers taught."""

    def __init__(self, since: int, until: int | None, workers: int, lanes: t.Any) -> None:
        self._since, self._until = since, until
        self._workers, self._lanes = max(1, workers), lanes
        self._found = Found()
        self._todo: list[Window] = []
        self._flying: dict[int, Window] = {}
        self._requests = self._carved = 0
        self._total: int | None = None
        self._truncated = False
        # What is known of this service.
        self._page = PAGE
        self._sorted = True
        self._offsets_hold = True
        self._counts_fit = True
        self._ignores_bounds = False
        self._inclusive = [False, False]

    def run(self) -> Scan:
        try:
            self._todo.append(Window(self._since, self._until))
            self._drain(self._learn, self._request_bound)
            if not self._truncated and self._short_of_count():
                self._recheck()
        finally:
            self._lanes.close()
        return Scan(list(self._found.rows.values()), self._total, self._truncated, self._requests)

    # Running requests

    def _drain(self, learn: t.Callable[[Window, Page], None], bound: t.Callable[[], int]) -> None:
        """Ask all windows, and those that their answers bring, until none is left or the bound is met."""
        while self._todo or self._flying:
            if self._todo and self._requests >= bound():
                self._truncated = True
                self._todo.clear()
                continue
            self._spread()
            if not self._flying and (len(self._todo) == 1 or self._workers == 1):
                window = self._todo.pop()
                learn(window, self._lanes.call(self._request(window)))
                continue
            while self._todo and len(self._flying) < self._workers:
                window = self._todo.pop(max(range(len(self._todo)), key=lambda index: self._todo[index].expect))
                request = self._request(window)
                self._flying[self._requests] = window
                self._lanes.start(self._requests, request)
            ticket, page = self._lanes.take()
            learn(self._flying.pop(ticket), page)

    def _request_bound(self) -> int:
        """No service, however it lies, is asked more than this."""
        return 16 + 4 * math.ceil(len(self._found.rows) / self._page)

    def _spread(self) -> None:
        """Give idle workers the far parts of the largest sorted windows."""
        # Each cut may cost one page that is not full.
        while len(self._todo) + len(self._flying) < self._workers and self._carved < 4 + self._requests // 4:
            windows = [(window.expect, False, window) for window in self._todo]
            windows += [(window.expect - self._page, True, window) for window in self._flying.values()]
            if not windows:
                return
            dummy, under_way, window = max(windows, key=lambda each: each[0])
            far = carve(window, self._page, under_way)
            if far is None:
                return
            window.carved.append(far)
            self._todo.append(far)
            self._carved += 1

    def _request(self, window: Window) -> Request:
        """Return the window's next request. The outer bounds go out as they were given."""
        bounds = self._bounds(window)
        opened = window.asked[1] is None
        if window.offset and (bounds[0] != window.asked[0] or not (opened or bounds[1] == window.asked[1])):
            # The pages so far were of wider bounds: their neighbours' orders must not count as the window's own.
            window.restart()
        window.asked = bounds
        self._requests += 1
        return (*window.asked, PAGE, window.offset)

    def _bounds(self, window: Window) -> tuple[int, int | None]:
        since = max(self._since, window.lo - (not self._inclusive[0]))
        if window.hi is None:
            return since, self._until
        until = window.hi + (not self._inclusive[1])
        return since, until if self._until is None else min(until, self._until)

    # Learning from answers

    def _learn(self, window: Window, page: Page) -> None:
        """Take a page in, and put what it leaves of its window back on the list."""
        keys, stamps = self._found.add(page.rows)
        self._note(window, page, stamps)
        if self._ignores_bounds and not window.whole:
            return
        since, until = window.asked
        until = window.hi if until is None else until
        if not self._strays(stamps, since, until):
            # The odd time that cannot be true must not bound what is asked next.
            stamps = [stamp for stamp in stamps if not self._is_stray(stamp, since, until)]
        if window.probing:
            self._learn_probe(window, keys)
        elif window.offset:
            self._learn_further_page(window, page, keys, stamps)
        elif page.sent >= self._page:
            self._learn_full_page(window, page, keys, stamps)
        elif page.count is not None and page.count > page.sent and self._counts_fit:
            self._doubt_short_page(window, page, keys)

    def _note(self, window: Window, page: Page, stamps: list[int]) -> None:
        """Note what a page tells about the service itself."""
        since, until = window.asked
        if (since, until) == (self._since, self._until) and page.count is not None:
            self._total = page.count
        if window.hi is None and page.server_ms is not None:
            newest = max((stamp for stamp in stamps if stamp < page.server_ms + DAY_MS), default=0)
            window.hi = max(page.server_ms + CLOCK_SLACK_MS, newest)
        if page.count is not None and not window.offset:
            window.expect = page.count
        self._inclusive[0] |= since in stamps
        self._inclusive[1] |= until in stamps
        if self._strays(stamps, self._since, self._until):
            self._counts_fit = False

    def _strays(self, stamps: list[int], since: int, until: int | None) -> bool:
        """Whether so many rows lie outside the bounds that the service must have ignored one of them."""
        return 10 * sum(self._is_stray(stamp, since, until) for stamp in stamps) > len(stamps)

    @staticmethod
    def _is_stray(stamp: int, since: int, until: int | None) -> bool:
        return stamp < since - ROUNDING_MS or (until is not None and stamp > until + ROUNDING_MS)

    def _learn_full_page(self, window: Window, page: Page, keys: list[t.Any], stamps: list[int]) -> None:
        order, edge = order_of(stamps) if self._sorted else (UNSORTED, 0)
        if self._could_be_narrower(window) and 2 * sum(map(window.holds, stamps)) < len(stamps):
            # Crowded by the neighbours' orders, for want of knowing that bounds are inclusive.
            self._todo.append(window)
        elif self._leads_nowhere(window, order, stamps):
            self._ignores_bounds = True
            self._todo[:] = [Window(self._since, self._until, whole=True)]
        elif order == UNSORTED or not window.divisible:
            self._sorted = self._sorted and not (window.divisible and len(set(stamps)) > 1)
            self._cut_or_page(window, page, keys, stamps)
        else:
            rest = beyond(window, order, edge, stamps)
            if rest is None:
                self._cut_or_page(window, page, keys, stamps)
            else:
                self._go_on(window, rest, page)

    def _cut_or_page(self, window: Window, page: Page, keys: list[t.Any], stamps: list[int]) -> None:
        """Time does not lead on from this page: cut its window, or read on by offset."""
        window.seen, window.stamps = set(keys), stamps
        fits_two_pages = page.sent <= (page.count or 0) <= page.sent + self._step(page)
        if (fits_two_pages and self._offsets_hold) or not window.divisible:
            window.offset = self._step(page)
            self._todo.append(window)
        else:
            self._divide(window, page.count)

    def _could_be_narrower(self, window: Window) -> bool:
        return not window.whole and self._bounds(window) != window.asked

    def _leads_nowhere(self, window: Window, order: int, stamps: list[int]) -> bool:
        """Whether the service ignores the bound by which its order of rows would have to be read on."""
        if window.whole:
            return False
        since, until = window.asked
        above = order != OLDEST_FIRST and self._strays(stamps, 0, until)
        below = order in (UNSORTED, OLDEST_FIRST) and self._strays(stamps, since, None)
        return above or below

    def _go_on(self, window: Window, rest: Window, page: Page) -> None:
        """Read on where a sorted page ended."""
        if rest.hi is not None and rest.lo > rest.hi:
            return
        taken = sum(far.expect for far in window.carved)
        rest.expect = (page.count or 0) - page.sent - taken
        if rest.expect <= 0:
            # A count that cannot be true, or none: go by the density seen.
            rest.expect = self._page if rest.hi is None else min(1e9, rest.rate * (rest.hi - rest.lo))
        self._todo.append(rest)

    def _divide(self, window: Window, count: int | None) -> None:
        pieces = tiles(window, window.stamps, parts_for(count, self._page))
        if pieces:
            self._todo.extend(pieces)
        else:
            self._todo.append(Window(window.lo, window.hi, whole=True))

    def _step(self, page: Page) -> int:
        return max(1, page.sent - min(SHARED, page.sent // 10))

    def _learn_further_page(self, window: Window, page: Page, keys: list[t.Any], stamps: list[int]) -> None:
        """Go on reading by offset, or judge whether the pages together hold the whole window."""
        shared = any(key in window.seen for key in keys) or not keys
        news = any(key not in window.seen for key in keys)
        window.seen.update(keys)
        window.stamps = window.stamps + stamps
        ended = page.sent < self._page
        # The page's place tells of so many rows as well, whatever the count says.
        told = max(page.count or 0, window.offset + page.sent)
        if (news and page.count == len(window.seen)) or (ended and shared and told <= len(window.seen)):
            return
        more = shared and not ended
        if more and news and window.offset < REACH:
            window.offset = min(REACH, window.offset + self._step(page))
            self._todo.append(window)
        elif window.divisible:
            self._offsets_hold = False
            self._divide(window, page.count)
        elif self._could_be_narrower(window) or not (window.repeated or more):
            window.repeated = window.repeated or not self._could_be_narrower(window)
            window.restart()
            self._todo.append(window)
        else:
            self._truncated = True

    def _doubt_short_page(self, window: Window, page: Page, keys: list[t.Any]) -> None:
        """A page that is not full though its count says more: ask again, then behind its end."""
        if window.repeated:
            window.probing, window.offset, window.seen = True, min(REACH, self._step(page)), set(keys)
        window.repeated = True
        self._todo.append(window)

    def _learn_probe(self, window: Window, keys: list[t.Any]) -> None:
        """More rows behind a short page's end: the service's pages are smaller than asked. None: its count is wrong."""
        if any(key not in window.seen for key in keys) and len(window.seen) < self._page:
            self._page = len(window.seen)
            window.restart()
            window.repeated = False
            self._todo.append(window)
        else:
            self._counts_fit = False
            self._truncated = True

    # Comparing with the count at the end

    def _short_of_count(self) -> bool:
        found = len(self._found.rows)
        return self._counts_fit and self._total is not None and self._total > found

    def _recheck(self) -> None:
        """Ask the whole again; where it still counts more than was found, look for the part that does."""
        bound = self._requests + 8 + len(self._found.rows) // (4 * self._page)
        self._sorted = False
        self._todo.append(Window(self._since, self._until))
        self._drain(self._compare, lambda: bound)
        self._truncated = self._short_of_count()

    def _compare(self, window: Window, page: Page) -> None:
        dummy, stamps = self._found.add(page.rows)
        self._note(window, page, stamps)
        known = self._found.between(*window.asked)
        whole = window.asked == (self._since, self._until)
        if page.count is None or page.count <= (len(self._found.rows) if whole else len(known)):
            return
        if page.sent >= self._page:
            self._todo.extend(tiles(window, known, BLIND_PARTS))
