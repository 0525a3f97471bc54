# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Pages and windows: the rows of an answer, what they tell about the rest of a stretch of time, and where to cut it.

Pure functions for ``_scan``. All times are ms since the epoch, and both ends of a window belong to it.
"""

from __future__ import annotations

import bisect
import dataclasses
import hashlib
import json
import math
import typing as t

from . import model as _order

# No order is from the year 5000: such numbers are no times.
FAR_FUTURE_MS = 95_000_000_000_000

Row = dict[str, t.Any]

NEWEST_FIRST = -1
UNSORTED = 0
OLDEST_FIRST = 1

# Neighbours share up to so many ms, where that costs a few rows only: a service may round bounds to seconds.
MAX_SHARED_MS = 1000
SHARED_ROWS = 4

# Pieces cut by a sample of unsorted rows are aimed this much smaller than a page, so that few outgrow it ...
FILL = 0.8
# ... and a sample of one page is good for so many pages' worth of rows; more are cut into coarse pieces first.
PAGES_PER_SAMPLE = 10
COARSE_PAGES = 8
BLIND_PARTS = 4


@dataclasses.dataclass(frozen=True)
class Page:
    """One answer: its rows as sent, the service's ``count`` (None: none usable) and clock (ms, None: unknown).

    ``size`` is the number of rows that the service sent, where the caller dropped some that were no objects.
    """

    rows: list[Row]
    count: int | None = None
    server_ms: int | None = None
    size: int | None = None

    @property
    def sent(self) -> int:
        """The number of rows in the service's answer."""
        return len(self.rows) if self.size is None else self.size


def stamp_of(row: Row) -> int | None:
    """Return a row's creation time, None if it has none that is usable."""
    stamp = _order.timestamp(row.get("creationTimestamp"))
    return stamp if 0 < stamp < FAR_FUTURE_MS else None


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
    state = _order.state_of(row)
    rank = 2 if state in _order.ENDED else 0 if state == _order.PENDING else 1
    return rank, _order.timestamp(row.get("endTimestamp")), _order.timestamp(row.get("beginTimestamp"))


class Found:
    """The unique rows, and the timestamps of those that have one."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}
        self._stamps: list[int] | None = None

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

    def between(self, since: int, until: int | None) -> list[int]:
        """Return the sorted timestamps in [since, until]."""
        if self._stamps is None:
            self._stamps = sorted(stamp for stamp in map(stamp_of, self.rows.values()) if stamp is not None)
        last = len(self._stamps) if until is None else bisect.bisect_right(self._stamps, until)
        return self._stamps[bisect.bisect_left(self._stamps, since) : last]


@dataclasses.dataclass
class Window:
    """A stretch of time whose orders are still to be found; ``hi`` None: open to the future.

    ``expect`` estimates the orders in it, ``rate`` the orders per ms at the end where reading goes on (0: unknown).
    """

    lo: int
    hi: int | None
    expect: float = 0
    rate: float = 0
    order: int = UNSORTED
    # Read by offset, whatever the timestamps say: no part of it can be asked for.
    whole: bool = False
    # The bounds of the request under way or answered last.
    asked: tuple[int, int | None] = (0, None)
    carved: list[Window] = dataclasses.field(default_factory=list)
    # Reading on by offset: where, and what the pages so far held.
    offset: int = 0
    seen: set[t.Any] = dataclasses.field(default_factory=set)
    stamps: list[int] = dataclasses.field(default_factory=list)
    repeated: bool = False
    probing: bool = False

    @property
    def divisible(self) -> bool:
        """Whether a part of it can be asked for."""
        return not self.whole and (self.hi is None or self.hi > self.lo)

    def restart(self) -> None:
        """Forget the pages read by offset: the next request is for the first one."""
        self.offset, self.seen, self.stamps, self.probing = 0, set(), [], False

    def holds(self, stamp: int) -> bool:
        """Whether a timestamp lies in it."""
        return stamp >= self.lo and (self.hi is None or stamp <= self.hi)


def order_of(stamps: list[int]) -> tuple[int, int]:
    """Return how a page is sorted, and the edge: all orders beyond it (seen from the page's start) are on the page.

    A page that is sorted but for small leaps still counts: the edge is then drawn back by twice the largest leap, as
    an order not seen yet may leap as far. In no order at all the edge would leave too little; then UNSORTED.
    """
    edge = _descending_edge(stamps)
    if edge is not None:
        return NEWEST_FIRST, edge
    edge = _descending_edge([-stamp for stamp in stamps])
    if edge is not None:
        return OLDEST_FIRST, -edge
    return UNSORTED, 0


def _descending_edge(stamps: list[int]) -> int | None:
    if not stamps:
        return None
    lowest, leap = stamps[0], 0
    for stamp in stamps:
        if stamp < lowest:
            lowest = stamp
        elif stamp - lowest > leap:
            leap = stamp - lowest
    edge = lowest + 2 * leap
    gained = sum(stamp > edge for stamp in stamps)
    needed = len(stamps) / 2 if leap else 1
    return edge if gained >= needed else None


def beyond(window: Window, order: int, edge: int, stamps: list[int]) -> Window | None:
    """Return what a sorted page leaves of its window (nothing: lo > hi), or None where it brought no progress."""
    rate = len(stamps) / max(1, max(stamps) - min(stamps))
    shared = min(MAX_SHARED_MS, int(SHARED_ROWS / rate))
    rest = Window(window.lo, window.hi, rate=rate, order=order)
    if order == OLDEST_FIRST:
        rest.lo = edge - shared if edge - shared > window.lo else edge
        return rest if rest.lo > window.lo else None
    rest.hi = edge + shared if window.hi is None or edge + shared < window.hi else edge
    return rest if window.hi is None or rest.hi < window.hi else None


def carve(window: Window, page: int, under_way: bool) -> Window | None:
    """Cut off and return the far part of a sorted window, for another worker; None where it is not worth a request.

    The cut halves what is left after the page under way, as far as that can be guessed: by the density where reading
    goes on if the rest would fit that way, else by time.
    """
    ahead = page if under_way else 0
    if window.order == UNSORTED or window.offset or window.repeated or window.expect - ahead < 0.95 * page:
        return None
    kept = ahead + (window.expect - ahead) / 2
    rate = window.rate
    if window.hi is not None:
        rate = max(rate, window.expect / max(1, window.hi - window.lo))
    if not rate:
        return None
    reach = math.ceil(kept / rate)
    if window.order == OLDEST_FIRST:
        cut = window.lo + reach
        if window.hi is not None and cut >= window.hi:
            return None
        far = Window(cut + 1, window.hi, order=window.order)
        window.hi = cut
    else:
        if window.hi is None or window.hi - reach <= window.lo:
            return None
        cut = window.hi - reach
        far = Window(window.lo, cut, order=window.order)
        window.lo = cut + 1
    far.expect = window.expect - kept
    window.expect = kept
    return far


def parts_for(count: int | None, page: int) -> int:
    """Return into how many pieces to cut a window of ``count`` unsorted orders (None: unknown, more than a page)."""
    if count is None or count <= page:
        return BLIND_PARTS
    if count <= PAGES_PER_SAMPLE * page:
        return max(2, math.ceil(count / (FILL * page)))
    return math.ceil(count / (COARSE_PAGES * page))


def tiles(window: Window, stamps: list[int], parts: int) -> list[Window]:
    """Cut a window into about ``parts`` pieces of like numbers of orders, judged by a sample of their timestamps.

    Returns an empty list where it can't be cut.
    """
    inside = sorted(stamp for stamp in stamps if window.holds(stamp))
    if inside:
        cuts = [inside[len(inside) * part // parts] for part in range(1, parts)]
        # A millisecond that fills several pieces becomes one of its own.
        cuts += [cut + 1 for cut, following in zip(cuts, cuts[1:]) if cut == following]
        if max(cuts) <= window.lo:
            cuts = [window.lo + 1]
    else:
        cuts = [] if window.hi is None else [(window.lo + window.hi + 1) // 2]
    inner = sorted({cut for cut in cuts if window.lo < cut and (window.hi is None or cut <= window.hi)})
    if not inner:
        return []
    starts = [window.lo, *inner]
    ends: list[int | None] = [cut - 1 for cut in inner]
    return [Window(lo, hi, window.expect / len(starts)) for lo, hi in zip(starts, [*ends, window.hi])]
