# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Every order of [since, until], though one request shows 500 and offsets reach about 1,000.

A page that is not full proves that its time window was shown whole. A full one is read on by time:

* sorted rows: the window beyond the page's last creation time follows (keyset). That the page held all before it is
  believed only if the service's total bears it out in the end; else those windows are asked as well;
* rows in no order: the page is a sample, whose quantiles split the window into parts that fit a page each;
* a full millisecond, or a service that ignores bounds: offsets, each page sharing rows with the one before.

So neither an order that a page skipped, nor one that shifted while the list changed, is lost without ``truncated``.
Times are epoch ms. Inner bounds are padded, as the service may take them as exclusive, or round them to seconds.
"""

from __future__ import annotations

import dataclasses
import math
import typing as t

from .model import Order, key_of, progress_of, weight_of

T = t.TypeVar("T")
R = t.TypeVar("R")

PAGE = REACH = 500
# Pages read by offset share so many orders, to notice that orders between them have shifted. The windows of sorted
# pages share fewer: just so many that what a page vouches for fits one page again, neighbours of its bounds included.
SHARED, SHARED_SORTED = 50, 16
# The part of a page that a split aims at, into how many parts at once, and into how many where nothing is counted.
FILL, MOST_PARTS, BLIND_PARTS = 0.8, 13, 4
# A service that rounds bounds to seconds still keeps to them.
SECOND = 1000
# No service, however it lies, is asked more than this.
MOST_REQUESTS = 4000
# No service's pages are smaller: what stands behind fewer orders has just arrived.
LEAST_CAP = 20
NEWEST_FIRST, UNSORTED, OLDEST_FIRST = -1, 0, 1


@dataclasses.dataclass(frozen=True)
class Page:
    """One answer: its orders in the service's order, and its total for the window asked (None: none usable)."""

    orders: list[Order]
    count: int | None = None


# fetch(since, until, limit, offset): one request. Its errors propagate.
Fetch = t.Callable[[int, t.Optional[int], int, int], Page]
Request = tuple[int, t.Optional[int], int, int]


@dataclasses.dataclass
class Found:
    """Each order once, in no order; the service's last total; whether orders may be missing; and the cost."""

    orders: list[Order]
    count: int | None
    truncated: bool
    requests: int


@dataclasses.dataclass
class Window:
    """A time window whose orders are still to be found, both ends included; ``hi`` None: open to the future.

    ``expect`` is how many orders it is likely to hold, ``order`` how the page before it was sorted. ``keys`` are those
    of the pages read by offset so far, all within the bounds ``asked``.
    """

    lo: int
    hi: int | None
    pad: int = 1
    expect: float = 0
    order: int = UNSORTED
    asked: tuple[int, int | None] = (0, None)
    keys: list[str] = dataclasses.field(default_factory=list)
    repeats: int = 0

    def holds(self, stamp: int) -> bool:
        """Whether a creation time lies in it."""
        return stamp >= self.lo and (self.hi is None or stamp <= self.hi)

    def split(self, cuts: t.Iterable[int], **changes: t.Any) -> list[Window]:
        """Return the parts that begin at its start and at each of these times, as far as they lie within."""
        inner = sorted({cut for cut in cuts if cut > self.lo and self.holds(cut)})
        ends: list[int | None] = [cut - 1 for cut in inner]
        bounds = zip([self.lo, *inner], [*ends, self.hi])
        return [Window(lo, hi, **{"order": self.order, "pad": self.pad, **changes}) for lo, hi in bounds]


def paginate(
    fetch: Fetch, since_ms: int, until_ms: int | None = None, now_ms: int | None = None, workers: int = 4
) -> Found:
    """Return all orders that the service can show between two times, with at most ``workers`` requests side by side.

    Up to 499 orders cost one request. ``now_ms`` is about when it is asked, by any clock: it only guides where work is
    divided. Orders outside the bounds are returned where the service sends them. Raises what ``fetch`` raises.
    """
    return _Reader(fetch, since_ms, until_ms, since_ms if now_ms is None else now_ms, workers).run()


def side_by_side(function: t.Callable[[T], R], values: t.Sequence[T], workers: int) -> list[R]:
    """Return what a function makes of each value, in at most so many threads; the first error propagates."""
    if len(values) < 2:
        return [function(value) for value in values]
    # Not imported above: nearly all listings are one page, and what a lookup loads is loaded anew by each worker.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(workers, "modelarts") as pool:
        return list(pool.map(function, values))


class _Reader:
    """One listing: windows to ask (``todo``), windows that sorted pages vouch for (``trusted``), what was learnt."""

    def __init__(self, fetch: Fetch, since: int, until: int | None, now: int, workers: int) -> None:
        self._fetch, self._since, self._until, self._now, self._workers = fetch, since, until, now, workers
        self._found: dict[str, Order] = {}
        self._totals: list[int] = []
        self._todo = [Window(since, until)]
        self._trusted: list[Window] = []
        self._requests = self._shares = 0
        self._unsure = False
        # What is known of this service: the size of its pages, its bounds, and what cannot be relied on.
        self._cap, self._largest = PAGE, 0
        self._inclusive = [False, False]
        self._keyset = self._counts_fit = self._bounds_hold = True

    def run(self) -> Found:
        self._drain()
        if not self._is_borne_out():
            self._keyset = False
            self._todo, self._trusted = self._trusted, []
            self._drain()
        orders = list(self._found.values())
        count = self._totals[-1] if self._totals else None
        return Found(orders, count, self._unsure or (count or 0) > len(orders), self._requests)

    def _is_borne_out(self) -> bool:
        """Whether the totals agree with what was found; where they do not, it may be for what arrived meanwhile."""
        if self._totals and len(self._found) != self._totals[-1]:
            newest = max((order["creation_timestamp"] for order in self._found.values()), default=self._since)
            self._ask([Window(max(newest, self._since), self._until)])
            self._ask([Window(self._since, self._until)])
        return not self._trusted or {len(self._found)} == set(self._totals)

    # Asking

    def _drain(self) -> None:
        """Ask all windows, and those that their pages leave, until none is left or the bound is met."""
        while self._todo:
            pages = math.ceil(len(self._found) / self._cap)
            if self._requests >= min(MOST_REQUESTS, 16 + 4 * pages):
                self._unsure = True
                self._todo.clear()
                return
            self._share_out()
            batch, self._todo = self._todo[-self._workers :], self._todo[: -self._workers]
            for window, page, keys in self._ask(batch):
                if self._bounds_hold or window.keys or window.asked == (self._since, self._until):
                    self._learn(window, page, keys)

    def _ask(self, windows: list[Window]) -> list[tuple[Window, Page, list[str]]]:
        """Ask for a page of each window, side by side, and keep what they show."""
        requests = [self._request(window) for window in windows]
        self._requests += len(requests)
        pages = side_by_side(lambda request: self._fetch(*request), requests, self._workers)
        return [(window, page, self._keep(window, page)) for window, page in zip(windows, pages)]

    def _request(self, window: Window) -> Request:
        if not window.keys:  # pages of other bounds must not count as the window's own
            window.asked = self._bounds(window)
        return (*window.asked, PAGE, _offset(window))

    def _bounds(self, window: Window) -> tuple[int, int | None]:
        """Return the bounds to ask: the outer ones as they were given, inner ones padded."""
        below, above = (0 if inclusive and window.pad == 1 else window.pad for inclusive in self._inclusive)
        since = max(self._since, window.lo - below)
        if window.hi is None:
            return since, self._until
        until = window.hi + above
        return since, until if self._until is None else min(until, self._until)

    def _share_out(self) -> None:
        """Halve the largest windows of sorted rows until every worker has one: each may cost a page more."""
        while len(self._todo) < self._workers and self._shares < 3 + self._requests // 5:
            window = max(self._todo, key=lambda each: each.expect)
            end = max(window.lo, self._now) if window.hi is None else window.hi
            parts = window.split([(window.lo + end + 1) // 2], expect=window.expect / 2)
            if window.expect < 2 * self._cap or window.order == UNSORTED or len(parts) < 2:
                return
            self._todo.remove(window)
            self._todo += parts
            self._shares += 1

    # Learning

    def _keep(self, window: Window, page: Page) -> list[str]:
        """Keep each order as far along as it was seen, note what a page tells of the service, and return its keys."""
        keys = [key_of(order) for order in page.orders]
        rows: dict[str, Order] = {}
        for key, order in zip(keys, page.orders):
            if key not in rows or weight_of(order) >= weight_of(rows[key]):
                rows[key] = order
        for key, order in rows.items():
            known = self._found.get(key)
            if known is None or progress_of(order) >= progress_of(known):
                self._found[key] = order
        if page.count is not None and window.asked == (self._since, self._until):
            self._totals.append(page.count)
        for side, bound in enumerate(window.asked):
            self._inclusive[side] |= any(order["creation_timestamp"] == bound for order in page.orders)
        return keys

    def _learn(self, window: Window, page: Page, keys: list[str]) -> None:
        """Take in the page of a window, and put what it leaves of it on the list."""
        sent = len(keys)
        if window.keys:
            self._learn_by_offset(window, page, keys)
        elif sent >= self._cap:
            self._cap = sent
            self._divide(window, page, keys)
        elif not sent and window.repeats:
            self._unsure = True
        elif self._is_doubtful(sent, page.count):
            self._todo.append(dataclasses.replace(window, keys=keys, repeats=window.repeats + (not sent)))
        self._largest = max(self._largest, sent)

    def _is_doubtful(self, sent: int, count: int | None) -> bool:
        """Whether a page that is not full may hold less than its window: by its total, or as pages may be capped."""
        if count is not None and count > sent and self._counts_fit:
            return True
        # Without a good total any size may be the cap; with one that is the page's own, a hundred: the API's default.
        return 0 < sent >= self._largest and (count != sent or sent % 100 == 0)

    def _divide(self, window: Window, page: Page, keys: list[str]) -> None:
        """Go on from a full page: beyond its last order, in parts of its window, or by offset."""
        stamps = [order["creation_timestamp"] for order in page.orders if order["creation_timestamp"]]
        inside = [stamp for stamp in stamps if window.holds(stamp)]
        order = _order_of(inside)
        if self._ignores_bounds(window, stamps, order):
            self._bounds_hold = False
            self._todo[:] = [Window(self._since, self._until)]
            return
        narrower = dataclasses.replace(window, pad=1)
        if 2 * len(inside) < len(stamps) and self._bounds(narrower) != window.asked:
            # Crowded by the neighbours' orders.
            self._todo.append(narrower)
            return
        edge = _edge(inside, order) if inside and self._keyset else None
        cuts = _cuts(inside, order, edge, page.count, self._cap)
        parts = window.split(cuts, order=order, pad=_pad(inside)) if inside and self._bounds_hold else [window]
        if len(parts) == 1:
            window.keys = keys
            self._todo.append(window)
        elif order != UNSORTED and cuts == [edge]:
            near, rest = parts if order == OLDEST_FIRST else parts[::-1]
            self._trusted.append(near)
            rest.expect = max(0, (page.count or 0) - sum(map(near.holds, inside)))
            self._todo.append(rest)
        else:
            self._todo += parts

    def _ignores_bounds(self, window: Window, stamps: list[int], order: int) -> bool:
        """Whether a full page shows that the bound by which its order of rows would be read on is ignored."""
        since, until = window.asked
        below = sum(stamp < since - SECOND for stamp in stamps) * 10 > len(stamps)
        above = until is not None and sum(stamp > until + SECOND for stamp in stamps) * 10 > len(stamps)
        return self._bounds_hold and ((below and order != NEWEST_FIRST) or (above and order != OLDEST_FIRST))

    def _learn_by_offset(self, window: Window, page: Page, keys: list[str]) -> None:
        """Take in a further page of a window: whether it joins the ones before, brings more, and ends the window."""
        place = {key: number for number, key in enumerate(window.keys)}
        shared = [place[key] for key in keys if key in place]
        new = [key for key in keys if key not in place]
        # The very first order again shows that offsets are ignored.
        joins = bool(shared) and shared == sorted(shared) and (shared[0] > 0 or not _offset(window))
        was_short = len(window.keys) < self._cap
        at_the_end = len(window.keys) - SHARED >= REACH
        if joins and was_short and len(keys) == len(window.keys) >= LEAST_CAP and new:
            # Behind a page that was not full comes another of its size: the service's pages are smaller than asked.
            self._cap = len(keys)
            self._todo.append(dataclasses.replace(window, keys=[]))
            return
        window.keys += new
        if joins and was_short and not new and (page.count or 0) > len(window.keys) and self._counts_fit:
            # Short of its own total: once more from the start, then the total is wrong.
            self._counts_fit = not window.repeats
            self._todo.append(dataclasses.replace(window, keys=[], repeats=1))
        elif joins and len(keys) < self._cap and not (was_short and new):
            return
        elif joins and new and not at_the_end:
            self._todo.append(window)
        elif joins and new and page.count == len(window.keys):
            return
        elif self._bounds(window) != window.asked or not window.repeats:
            narrowed = self._bounds(window) != window.asked
            self._todo.append(dataclasses.replace(window, keys=[], repeats=window.repeats + (not narrowed)))
        else:
            self._unsure = True


def _offset(window: Window) -> int:
    """Return where a window is read on by offset: a little before its pages so far end."""
    shared = max(1, min(SHARED, len(window.keys) // 10))
    return max(0, min(REACH, len(window.keys) - shared))


def _order_of(stamps: list[int]) -> int:
    """Return how a page is sorted by creation, without exception."""
    if len(stamps) > 1 and all(later <= earlier for earlier, later in zip(stamps, stamps[1:])):
        return NEWEST_FIRST
    return OLDEST_FIRST if all(later >= earlier for earlier, later in zip(stamps, stamps[1:])) else UNSORTED


def _edge(stamps: list[int], order: int) -> int:
    """Return where a sorted page's window is cut: what is beyond is asked next, the page vouches for the rest."""
    last = stamps[-min(SHARED_SORTED, max(1, len(stamps) // 10))]
    return last if order == OLDEST_FIRST else last + 1


def _cuts(inside: list[int], order: int, edge: int | None, count: int | None, cap: int) -> list[int]:
    """Return where to split a window, judged by the creation times of a full page of it; ``edge`` is where it ends."""
    if not inside:
        return []
    ranked = sorted(inside)
    middle = ranked[len(ranked) // 2]
    if ranked[0] == ranked[-1]:
        return [middle, middle + 1]
    cuts = [middle if edge is None else edge] if order != UNSORTED else _quantiles(inside, ranked, count, cap)
    return [cut for cut in cuts if ranked[0] < cut <= ranked[-1]] or [ranked[0] + 1]


def _quantiles(inside: list[int], ranked: list[int], count: int | None, cap: int) -> list[int]:
    """Return where to split a window of which a page of unsorted rows shows a sample."""
    middle = ranked[len(ranked) // 2]
    half = len(inside) // 2
    high = sum(stamp > middle for stamp in inside[:half])
    if not 0.2 * half < high < 0.8 * half:
        # Nearly sorted, as by when they began: the page shows one end of the window.
        return [ranked[len(ranked) // 5 if high > half / 2 else len(ranked) * 4 // 5]]
    parts = BLIND_PARTS
    if count is not None and count >= len(inside):
        parts = max(2, math.ceil(count / (FILL * cap)))
        # More than one sample can tell apart are cut twice.
        parts = parts if parts <= MOST_PARTS else min(MOST_PARTS, math.ceil(parts**0.5))
    chosen = [ranked[len(ranked) * part // parts] for part in range(1, parts)]
    # A millisecond that fills several parts becomes one of its own.
    return [*chosen, *(cut + 1 for cut, following in zip(chosen, chosen[1:]) if cut == following)]


def _pad(stamps: list[int]) -> int:
    """Return by how many ms neighbours overlap: a second where that costs a few orders only."""
    return SECOND if max(stamps) - min(stamps) > SECOND // 4 * len(stamps) else 1
