# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""The deep listing: every order of [since, until], though one request shows 500 and one window only about 1,000.

A page that is not full ends its window. A full one is read on by time, never by offset alone, because rows that leave
a list while it is paged shift others out of sight:

* sorted rows: the page's last timestamp bounds the next request, so each brings a full page of new rows, and idle workers
  take over the far part of the largest window left;
* rows in no order: the page is a sample of its window, whose quantiles cut it into pieces that fit a page each;
* offsets serve where time cannot: a window that fits two pages, one full millisecond, a service that ignores the bounds.

``count`` guides the cuts and is compared with what was found, but nothing ends because of it: it may be wrong.
Times are ms since the epoch. Inner bounds are widened by 1 ms, as the service may take them as exclusive.
"""

from __future__ import annotations

import bisect
import dataclasses
import hashlib
import json
import math
import typing as t

from ._windows import BLIND_PARTS, OLDEST_FIRST, UNSORTED, Window, beyond, carve, order_of, parts_for, tiles

PAGE = 500
REACH = 500
# Pages read by offset share so many rows, to notice that rows between them have shifted.
SHARED = 50
# How far beyond the service's clock a listing without ``until`` looks: its nodes' clocks differ, and Date has seconds only.
CLOCK_SLACK_MS = 60_000
# A service that rounds bounds to seconds still keeps to them.
ROUNDING_MS = 1000
FINISHED_PHASES = ("successed", "succeeded", "failed", "completed", "partialsuccessed", "partialsucceeded")

Row = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Page:
    """One answer: its rows as sent, the service's ``count`` (None: none usable) and clock (ms, None: unknown).

    ``size`` is the number of rows that the service sent, where the caller dropped some that were no objects.
    """

    rows: list[Row]
    count: t.Optional[int] = None
    server_ms: t.Optional[int] = None
    size: t.Optional[int] = None

    @property
    def sent(self) -> int:
        """The number of rows in the service's answer."""
        return len(self.rows) if self.size is None else self.size


@dataclasses.dataclass(frozen=True)
class Scan:
    """What was found: unique rows in no order, the service's last ``count`` for the whole query, and the cost.

    ``truncated`` is True where the service could not show more, or contradicts itself, so that rows may be missing.
    """

    rows: list[Row]
    count: t.Optional[int]
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
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="modelarts-scan")
        self._flying[self._pool.submit(self._fetch, *request)] = ticket

    def take(self) -> tuple[int, Page]:
        """Wait for any request under way and return (ticket, answer), or raise its error."""
        from concurrent.futures import FIRST_COMPLETED, wait

        future = next(iter(wait(self._flying, return_when=FIRST_COMPLETED).done))
        return self._flying.pop(future), future.result()

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way: no thread may outlive the caller's session."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def scan(
    fetch: Fetch,
    since_ms: int,
    until_ms: t.Optional[int] = None,
    workers: int = 4,
    lanes: t.Callable[[Fetch, int], t.Any] = Lanes,
) -> Scan:
    """Return all orders that the service can show between two times, with at most ``workers`` requests side by side.

    Up to 499 orders cost one request. The first error that ``fetch`` raises ends the scan and propagates. Rows outside
    the bounds are returned where the service sends them. ``lanes`` is how requests run (tests: in virtual time).
    """
    return _Scanner(since_ms, until_ms, workers, lanes(fetch, workers)).run()


def stamp_of(row: Row) -> t.Optional[int]:
    """Return a row's creation time, None if it has none that is usable."""
    try:
        stamp = int(row.get("creationTimestamp") or 0)
    except (TypeError, ValueError, OverflowError):
        return None
    return stamp if stamp > 0 else None


def key_of(row: Row) -> tuple[str, str]:
    """Return what identifies an order: its name, else its number, else a digest of the row."""
    for field in ("orderName", "orderId"):
        value = row.get(field)
        if value and isinstance(value, (str, int)):
            return field, str(value)
    text = json.dumps(row, sort_keys=True, default=str)
    return "", hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def progress_of(row: Row) -> tuple[int, float, float]:
    """Return how far along an order is, for comparing two rows of it."""
    phase = str(row.get("phase") or "").lower()
    rank = 2 if phase in FINISHED_PHASES else 0 if phase == "pending" else 1
    return rank, _number(row.get("endTimestamp")), _number(row.get("beginTimestamp"))


def _number(value: t.Any) -> float:
    try:
        number = float(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if math.isfinite(number) else 0


class _Found:
    """The unique rows, and the timestamps of those that have one."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self._stamps: t.Optional[list[int]] = None

    def add(self, rows: list[Row]) -> tuple[list[tuple[str, str]], list[int]]:
        """Keep what is new or further along; return the page's keys and timestamps in its order."""
        keys = [key_of(row) for row in rows]
        for key, row in zip(keys, rows):
            known = self.rows.get(key)
            if known is None:
                self._stamps = None
            if known is None or progress_of(row) >= progress_of(known):
                self.rows[key] = row
        return keys, [stamp for stamp in map(stamp_of, rows) if stamp is not None]

    def between(self, since: int, until: t.Optional[int]) -> list[int]:
        """Return the sorted timestamps in [since, until]."""
        if self._stamps is None:
            self._stamps = sorted(stamp for stamp in map(stamp_of, self.rows.values()) if stamp is not None)
        last = len(self._stamps) if until is None else bisect.bisect_right(self._stamps, until)
        return self._stamps[bisect.bisect_left(self._stamps, since) : last]


class _Scanner:
    """One scan: windows to ask (``todo``), windows under way (``flying``), and what the answers taught."""

    def __init__(self, since: int, until: t.Optional[int], workers: int, lanes: t.Any) -> None:
        self._since, self._until = since, until
        self._workers, self._lanes = max(1, workers), lanes
        self._found = _Found()
        self._todo: list[Window] = []
        self._flying: dict[int, Window] = {}
        self._requests = self._carved = 0
        self._total: t.Optional[int] = None
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
        while self._requests and len(self._todo) + len(self._flying) < self._workers and self._carved < self._carve_bound():
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

    def _carve_bound(self) -> int:
        return 4 + self._requests // 4

    def _request(self, window: Window) -> Request:
        """Return the window's next request. The outer bounds go out as they were given."""
        window.asked = self._bounds(window)
        self._requests += 1
        return (*window.asked, PAGE, window.offset)

    def _bounds(self, window: Window) -> tuple[int, t.Optional[int]]:
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
            window.hi = max([page.server_ms + CLOCK_SLACK_MS, *stamps])
        if page.count is not None and not window.offset:
            window.expect = page.count
        self._inclusive[0] |= since in stamps
        self._inclusive[1] |= until in stamps
        if self._share(stamps, self._since, self._until):
            self._counts_fit = False

    @staticmethod
    def _share(stamps: list[int], since: int, until: t.Optional[int]) -> bool:
        """Whether so many rows lie outside the bounds that the service must have ignored one of them."""
        strays = sum(
            stamp < since - ROUNDING_MS or (until is not None and stamp > until + ROUNDING_MS) for stamp in stamps
        )
        return strays * 10 > len(stamps)

    def _learn_full_page(self, window: Window, page: Page, keys: list[t.Any], stamps: list[int]) -> None:
        if self._could_be_narrower(window) and 2 * sum(map(window.holds, stamps)) < len(stamps):
            # Crowded by the neighbours' orders, for want of knowing that bounds are inclusive.
            return self._todo.append(window)
        order, edge = order_of(stamps) if self._sorted else (UNSORTED, 0)
        if self._leads_nowhere(window, order, stamps):
            return self._ignore_bounds()
        if window.divisible and order != UNSORTED:
            rest = beyond(window, order, edge, stamps)
            if rest is not None:
                return self._go_on(window, rest, page)
        elif len(set(stamps)) > 1:
            self._sorted = False
        window.seen, window.stamps = set(keys), stamps
        if (self._offsets_hold and page.sent <= (page.count or 0) <= page.sent + self._step(page)) or not window.divisible:
            window.offset = self._step(page)
            return self._todo.append(window)
        self._divide(window, page.count)

    def _could_be_narrower(self, window: Window) -> bool:
        return not window.whole and self._bounds(window) != window.asked

    def _leads_nowhere(self, window: Window, order: int, stamps: list[int]) -> bool:
        """Whether the service ignores the bound by which its order of rows would have to be read on."""
        if window.whole:
            return False
        since, until = window.asked
        above = order != OLDEST_FIRST and self._share(stamps, 0, until)
        below = order in (UNSORTED, OLDEST_FIRST) and self._share(stamps, since, None)
        return above or below

    def _ignore_bounds(self) -> None:
        """Give up windows: read what offsets can reach."""
        self._ignores_bounds = True
        self._todo[:] = [Window(self._since, self._until, whole=True)]

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

    def _divide(self, window: Window, count: t.Optional[int]) -> None:
        pieces = tiles(window, window.stamps, parts_for(count, self._page))
        if pieces:
            self._todo.extend(pieces)
        else:
            self._todo.append(dataclasses.replace(Window(window.lo, window.hi), whole=True))

    def _step(self, page: Page) -> int:
        return max(1, page.sent - min(SHARED, page.sent // 10))

    def _learn_further_page(self, window: Window, page: Page, keys: list[t.Any], stamps: list[int]) -> None:
        """Go on reading by offset, or judge whether the pages together hold the whole window."""
        shared = any(key in window.seen for key in keys) or not keys
        news = any(key not in window.seen for key in keys)
        window.seen.update(keys)
        window.stamps = window.stamps + stamps
        ended = page.sent < self._page
        told = window.offset + page.sent if page.count is None else page.count
        if (news and page.count == len(window.seen)) or (ended and shared and told <= len(window.seen)):
            return
        if shared and news and not ended and window.offset < REACH:
            window.offset = min(REACH, window.offset + self._step(page))
            return self._todo.append(window)
        if window.divisible:
            self._offsets_hold = False
            return self._divide(window, page.count)
        narrower = self._could_be_narrower(window)
        if narrower or not (window.repeated or (shared and not ended)):
            window.repeated = window.repeated or not narrower
            window.restart()
            return self._todo.append(window)
        self._truncated = True

    def _doubt_short_page(self, window: Window, page: Page, keys: list[t.Any]) -> None:
        """A page that is not full though its count says more: ask again, then behind its end."""
        if window.repeated:
            window.probing, window.offset, window.seen = True, min(REACH, self._step(page)), set(keys)
        window.repeated = True
        self._todo.append(window)

    def _learn_probe(self, window: Window, keys: list[t.Any]) -> None:
        """Behind a short page's end are more rows where the service's pages are smaller than asked; else its count is wrong."""
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
