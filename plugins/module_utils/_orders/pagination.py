# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Every order of [since, until], though one request shows 500 and offsets reach about 1,000.

A page that is not full proves that its time window was shown whole. From a full page there are three ways on:

* keyset, where rows are sorted: the window beyond the page's last creation time follows. That the page held all before
  it is believed only if the service's total bears it out in the end; else those windows are asked as well;
* split, where rows are in no order: the page is a sample, whose quantiles split the window into parts of a page each;
* overlapping offsets, for a full millisecond or a service that ignores bounds: each page has to begin with rows of the
  ones before.

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
# The part of a page that a split aims at, into how many parts at most, and into how many where nothing is counted.
FILL, MOST_PARTS, BLIND_PARTS = 0.8, 13, 4
# A service that rounds bounds to seconds still keeps to them.
SECOND = 1000
# No service, however it lies, is asked more than this.
MOST_REQUESTS = 4000
# No service's pages are smaller: what stands behind fewer orders has just arrived.
LEAST_CAP = 20
NEWEST_FIRST, UNSORTED, OLDEST_FIRST = -1, 0, 1

Bounds = tuple[int, t.Optional[int]]
# since, until, limit, offset
Request = tuple[int, t.Optional[int], int, int]


@dataclasses.dataclass(frozen=True)
class Page:
    """One answer: its orders in the service's order, and its total for the window asked (None: none usable)."""

    orders: list[Order]
    count: int | None = None


@dataclasses.dataclass
class Found:
    """Each order once, in no order; the service's last total; whether orders may be missing; and the cost."""

    orders: list[Order]
    count: int | None
    truncated: bool
    requests: int


# One request. Its errors propagate.
Fetch = t.Callable[[int, t.Optional[int], int, int], Page]
# A window being read: it yields requests, is sent their pages, and has ended when only parts of it are left to read.
Reading = t.Generator[Request, Page, None]


@dataclasses.dataclass(frozen=True)
class Window:
    """A time window to read, both ends included; ``hi`` None: open to the future. It may hold ``expect`` orders."""

    lo: int
    hi: int | None
    pad: int = 1
    expect: float = 0
    retried: bool = False

    def holds(self, stamp: int) -> bool:
        """Whether a creation time lies in it."""
        return stamp >= self.lo and (self.hi is None or stamp <= self.hi)

    def split(self, cuts: t.Iterable[int], pad: int, expect: float = 0) -> list[Window]:
        """Return the parts that begin at its start and at each of these times, as far as they lie within."""
        inner = sorted({cut for cut in cuts if cut > self.lo and self.holds(cut)})
        ends = [*(cut - 1 for cut in inner), self.hi]
        return [Window(lo, hi, pad, expect) for lo, hi in zip([self.lo, *inner], ends)]


def paginate(
    fetch: Fetch, since_ms: int, until_ms: int | None = None, now_ms: int | None = None, workers: int = 4
) -> Found:
    """Return all orders that the service can show between two times, with at most ``workers`` requests side by side.

    Up to 499 orders cost one request. ``now_ms`` is about when it is asked, by any clock: it only guides where work is
    divided. Orders outside the bounds are returned where the service sends them. Raises what ``fetch`` raises.
    """
    return _Reader(fetch, Window(since_ms, until_ms), since_ms if now_ms is None else now_ms, workers).run()


class _Reader:
    """One listing: windows to read (``todo``), and windows that are shown if a page's order can be trusted."""

    def __init__(self, fetch: Fetch, whole: Window, now: int, workers: int) -> None:
        self._service = _Service(fetch, (whole.lo, whole.hi), workers)
        self._whole, self._now, self._workers = whole, now, workers
        self._todo: list[Window] = [whole]
        self._trusted: list[Window] = []
        self._keyset_holds, self._halvings = True, 0
        # Whether orders may be missing: anyhow, or if totals can be too low.
        self._unsure = self._rests_on_total = False

    def run(self) -> Found:
        """Read the whole window, and what pages vouched for as well where the service's totals do not bear it out."""
        self._read_all()
        if not self._is_borne_out():
            self._keyset_holds, self._todo = False, self._trusted
            self._read_all()
        service = self._service
        count = service.totals[-1] if service.totals else None
        unsure = self._unsure or (count or 0) > len(service.orders) or (self._rests_on_total and service.low_total)
        return Found(list(service.orders.values()), count, unsure, service.requests)

    def _is_borne_out(self) -> bool:
        """Whether the totals agree with what was found; where they do not, what arrived meanwhile is asked for."""
        orders, totals = self._service.orders, self._service.totals
        agrees = {len(orders)} == set(totals)  # what arrives may only make up for what pages skipped
        if totals and len(orders) != totals[-1]:
            newest = max((order["creation_timestamp"] for order in orders.values()), default=0)
            for since in (max(newest, self._whole.lo), self._whole.lo):
                self._service.ask([(since, self._whole.hi, PAGE, 0)])
        return not self._trusted or (agrees and not self._rests_on_total)

    def _read_all(self) -> None:
        """Read windows and all parts that they leave, a few side by side, unless that takes too many requests."""
        pending: dict[Reading, Request] = {}
        while self._todo or pending:
            pages = math.ceil(len(self._service.orders) / self._service.cap)
            if self._service.requests >= min(MOST_REQUESTS, 16 + 4 * pages):
                self._unsure = True
                self._todo.clear()
                return
            self._halve(self._workers - len(pending))
            while self._todo and len(pending) < self._workers:
                reading = self._read(self._todo.pop())
                pending[reading] = next(reading)
            for reading, page in zip(tuple(pending), self._service.ask(tuple(pending.values()))):
                try:
                    pending[reading] = reading.send(page)
                except StopIteration:
                    del pending[reading]

    def _halve(self, idle: int) -> None:
        """Halve the largest windows of sorted rows until no worker is idle: each may cost a page more."""
        while 0 < len(self._todo) < idle and self._halvings < 3 + self._service.requests // 5:
            window = max(self._todo, key=lambda each: each.expect)
            end = max(window.lo, self._now) if window.hi is None else window.hi
            halves = window.split([(window.lo + end + 1) // 2], window.pad, window.expect / 2)
            if window.expect < 2 * self._service.cap or len(halves) < 2:
                return
            self._todo.remove(window)
            self._todo += halves
            self._halvings += 1

    def _read(self, window: Window) -> Reading:
        """Read a window by its first page, and by what that shows to be needed."""
        asked = self._service.bounds(window)
        page = yield (*asked, PAGE, 0)
        sent = len(page.orders)
        if sent >= self._service.cap:
            self._service.cap = sent
            parts = self._divide(window, asked, page) if self._service.bounds_hold else []
            self._todo += parts
            if not parts:
                yield from self._overlapping_offsets(window, asked, page)
        elif not sent and (window.retried or (page.count and self._service.counts_fit)):
            self._retry(window, asked)
        elif self._service.may_hide(sent, page.count):
            yield from self._overlapping_offsets(window, asked, page)

    def _retry(self, window: Window, asked: Bounds) -> None:
        """Read a window anew where its bounds can be drawn closer, or once as it is; else orders may be missing."""
        closer = self._service.bounds(window) != asked
        if closer or not window.retried:
            self._todo.append(dataclasses.replace(window, retried=window.retried or not closer))
        else:
            self._unsure = True

    def _divide(self, window: Window, asked: Bounds, page: Page) -> list[Window]:
        """Return the windows that are to be read after a full page; none where only offsets lead on."""
        stamps = [order["creation_timestamp"] for order in page.orders if order["creation_timestamp"]]
        inside = [stamp for stamp in stamps if window.holds(stamp)]
        if _are_ignored(asked, stamps, _order_of(inside)):
            self._service.bounds_hold = False
            self._todo.clear()
            return [self._whole]
        narrower = dataclasses.replace(window, pad=1)
        if 2 * len(inside) < len(stamps) and self._service.bounds(narrower) != asked:
            return [narrower]  # crowded by the neighbours' orders
        if not inside:
            return []
        return self._keyset_window(window, inside, page.count) or _split(window, inside, page.count, self._service.cap)

    def _keyset_window(self, window: Window, inside: list[int], count: int | None) -> list[Window]:
        """Return the window beyond a sorted page's last orders; the page vouches for the rest of its own."""
        order = _order_of(inside)
        last = inside[-min(SHARED_SORTED, max(1, len(inside) // 10))]
        if order == UNSORTED or not self._keyset_holds or last == inside[0]:
            return []
        parts = window.split([last if order == OLDEST_FIRST else last + 1], _pad(inside))
        shown, rest = parts[::order]
        self._trusted.append(shown)
        return [dataclasses.replace(rest, expect=max(0, (count or 0) - sum(map(shown.holds, inside))))]

    def _overlapping_offsets(self, window: Window, asked: Bounds, first: Page) -> Reading:
        """Read a window on by overlapping offsets, until a page proves to be its last."""
        short = len(first.orders) < self._service.cap
        place: dict[str, int] = {}
        _number(place, map(key_of, first.orders))
        offset = 0
        while offset < REACH:
            offset = min(REACH, len(place) - max(1, min(SHARED, len(place) // 10)))
            page = yield (*asked, PAGE, offset)
            keys, sent = [key_of(order) for order in page.orders], len(page.orders)
            new = not place.keys() >= set(keys)
            if offset and not new and first.count == len(first.orders) == page.count == offset + sent:
                # The first page was all by its total, and that total is not just the page's own: in whatever order.
                return
            if not _joins(keys, place, offset):
                break
            _number(place, keys)
            if short and new and sent == len(first.orders) >= max(LEAST_CAP, self._service.largest):
                # Behind a page that was not full comes another of its size: the service's pages are smaller than asked.
                self._service.cap = sent
                self._todo.append(window)
                return
            if short and not new and (page.count or 0) > len(place) and self._service.counts_fit:
                # Short of its own total: once more from the start, then the total is wrong.
                if not window.retried:
                    break
                self._service.counts_fit = False
            if sent < self._service.cap and not (short and new):
                return
            if page.count == offset + sent == len(place) == REACH + PAGE:
                # All that offsets reach. No total is believed of a service whose pages are smaller than asked.
                self._rests_on_total = True
                return
            if not new:
                break
        self._retry(window, asked)


class _Service:
    """What is asked, and what is known of it: each order as far along as it was seen, and its ways."""

    def __init__(self, fetch: Fetch, whole: Bounds, workers: int) -> None:
        self._fetch, self._whole, self._workers = fetch, whole, workers
        self.requests = 0
        self.orders: dict[str, Order] = {}
        # Its totals of the whole window, whether any page went beyond its total, and whether totals can be reached.
        self.totals: list[int] = []
        self.low_total, self.counts_fit = False, True
        # The size of a full page and the largest so far; whether the bounds are kept to, and whether each is inclusive.
        self.cap, self.largest = PAGE, 0
        self.bounds_hold, self._inclusive = True, [False, False]

    def ask(self, requests: t.Sequence[Request]) -> list[Page]:
        """Return the page of each request, asked side by side, when what they show is kept."""
        pages = side_by_side(lambda request: self._fetch(*request), requests, self._workers)
        for request, page in zip(requests, pages):
            self._keep(request, page)
        return pages

    def _keep(self, request: Request, page: Page) -> None:
        bounds, sent = request[:2], len(page.orders)
        for key, order in {key_of(order): order for order in sorted(page.orders, key=weight_of)}.items():
            if key not in self.orders or progress_of(order) >= progress_of(self.orders[key]):
                self.orders[key] = order
        if page.count is not None:
            self.totals += [page.count] if bounds == self._whole else []
            self.low_total |= sent > 0 and request[3] + sent > page.count
        for side, bound in enumerate(bounds):
            self._inclusive[side] |= any(order["creation_timestamp"] == bound for order in page.orders)
        self.largest = max(self.largest, sent)
        self.requests += 1

    def bounds(self, window: Window) -> Bounds:
        """Return the bounds to ask: the outer ones as they were given, inner ones padded."""
        below, above = (0 if inclusive and window.pad == 1 else window.pad for inclusive in self._inclusive)
        ends = (None if window.hi is None else window.hi + above, self._whole[1])
        return max(self._whole[0], window.lo - below), min((end for end in ends if end is not None), default=None)

    def may_hide(self, sent: int, count: int | None) -> bool:
        """Whether a page that is not full may hold less than its window: by its total, or as pages may be capped."""
        if count is not None and count > sent and self.counts_fit:
            return True
        # Without a good total any size may be the cap; with one that is the page's own, a hundred: the API's default.
        return 0 < sent >= self.largest and (count != sent or sent % 100 == 0)


def _order_of(stamps: list[int]) -> int:
    """Return how a page is sorted by creation, without exception."""
    if len(stamps) > 1 and stamps == sorted(stamps, reverse=True):
        return NEWEST_FIRST
    return OLDEST_FIRST if stamps == sorted(stamps) else UNSORTED


def _are_ignored(asked: Bounds, stamps: list[int], order: int) -> bool:
    """Whether a full page shows that the bound by which its order of rows would be read on is ignored."""
    since, until = asked
    below = sum(stamp < since - SECOND for stamp in stamps) * 10 > len(stamps)
    above = until is not None and sum(stamp > until + SECOND for stamp in stamps) * 10 > len(stamps)
    return (below and order != NEWEST_FIRST) or (above and order != OLDEST_FIRST)


def _number(place: dict[str, int], keys: t.Iterable[str]) -> None:
    """Give each key that has no place the next one."""
    for key in keys:
        place.setdefault(key, len(place))


def _joins(keys: list[str], place: dict[str, int], offset: int) -> bool:
    """Whether a page begins with rows of those before, in their order: then none between them has shifted."""
    shared = [place[key] for key in keys if key in place]
    # The very first row again shows that offsets are ignored.
    return bool(shared) and shared == sorted(shared) and (shared[0] > 0 or not offset)


def _split(window: Window, inside: list[int], count: int | None, cap: int) -> list[Window]:
    """Split a window at quantiles of the creation times that a full page of it shows; [] where it is a millisecond."""
    ranked = sorted(inside)
    size, half = len(ranked), len(ranked) // 2
    high = sum(stamp > ranked[half] for stamp in inside[:half])
    if not 0.2 * half < high < 0.8 * half:
        # Nearly sorted, as by when they began: the page shows one end of the window.
        cuts = [ranked[size // 5 if high > half / 2 else size * 4 // 5]]
    else:
        parts = BLIND_PARTS if count is None or count < size else max(2, math.ceil(count / (FILL * cap)))
        if parts > MOST_PARTS:  # more than one sample can tell apart: split twice
            parts = min(MOST_PARTS, math.ceil(parts**0.5))
        cuts = [ranked[size * part // parts] for part in range(1, parts)]
    # A millisecond that fills several parts becomes one of its own.
    ends = [cut + 1 for cut, before in zip(cuts, [ranked[0], *cuts]) if cut == before]
    pieces = window.split([*cuts, *ends], _pad(inside))
    return pieces if len(pieces) > 1 else []


def _pad(stamps: list[int]) -> int:
    """Return by how many ms neighbours overlap: a second where that costs a few orders only."""
    return SECOND if max(stamps) - min(stamps) > SECOND // 4 * len(stamps) else 1


def side_by_side(function: t.Callable[[T], R], values: t.Sequence[T], workers: int) -> list[R]:
    """Return what a function makes of each value, in at most so many threads; the first error propagates."""
    if len(values) < 2:
        return [function(value) for value in values]
    # Not imported above: nearly all listings are one page, and what a lookup loads is loaded anew by each worker.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(workers, "modelarts") as pool:
        return list(pool.map(function, values))
