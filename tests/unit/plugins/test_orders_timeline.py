# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""orders_timeline: where bars lie, that ticks can be read, and that it stays well-formed whatever the service sends."""

from __future__ import annotations

import itertools
import re
import typing as t
import xml.etree.ElementTree as ET

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_timeline import orders_timeline
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import read, rows
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.scale import (
    LEFT,
    READABLE,
    RIGHT,
    Bar,
    Scale,
    bar_of,
    newest_time,
    panels,
)
from ansible_collections.huaweicloud.modelarts.tests.unit.plugins.orders import (
    SPELLINGS,
    START,
    order,
    raw,
    result,
    timed,
)
from hypothesis import example, given
from hypothesis import strategies as st

SVG = "{http://www.w3.org/2000/svg}"
SECOND, MINUTE, DAY = 1000, 60_000, 86_400_000


def parsed(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    return root


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def drawn(row: dict[str, t.Any], now: int = START + DAY) -> Bar:
    return bar_of(rows(read([row]))[0], now)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (raw("succeeded", beginTimestamp=START + 5, endTimestamp=START + 9), ((0, 5), (5, 9), False)),
        (raw("pending"), ((0, DAY), None, True)),
        (raw("processing", beginTimestamp=START + 5), ((0, 5), (5, DAY), True)),
        (raw("failed", endTimestamp=START + 9), ((0, 9), None, False)),
        (raw("failed"), ((0, 0), None, False)),
        (raw("succeeded", beginTimestamp=START + 5), ((0, 5), (5, 5), False)),
        (raw("succeeded", creationTimestamp=0, beginTimestamp=START, endTimestamp=START + 9), (None, (0, 9), False)),
        (raw("succeeded", beginTimestamp=START - 5, endTimestamp=START - 9), ((0, 0), (0, 0), False)),
        (raw("succeeded", creationTimestamp=0), (None, None, False)),
        (raw("unknown", beginTimestamp=START + 5), ((0, 5), (5, DAY), True)),
    ],
)
def test_when_an_order_was_queued_and_when_it_ran(row: dict[str, t.Any], expected: tuple[t.Any, t.Any, bool]) -> None:
    def later(part: tuple[int, int] | None) -> tuple[int, int] | None:
        return (START + part[0], START + part[1]) if part else None

    assert drawn(row) == Bar(later(expected[0]), later(expected[1]), expected[2])


def test_what_is_not_finished_reaches_to_now_or_to_the_newest_time_of_all() -> None:
    orders = [timed(0, "processing", 60, 0), timed(1, "succeeded", 60, 1740)]
    assert newest_time(rows(read(orders))) == START + 31 * MINUTE
    assert "30m00s+" in texts(orders_timeline(orders))
    for now in (START + 61 * MINUTE, str(START + 61 * MINUTE), "2023-11-14T23:14:20Z", "2023-11-15 00:14:20+01:00"):
        assert "1h00m+" in texts(orders_timeline(orders, now=now))
    orders[0]["resources"] = [{"update_timestamp": START + 121 * MINUTE}]
    assert "2h00m+" in texts(orders_timeline(orders)), "an update of a node is a time as well"


@pytest.mark.parametrize("now", ["soon", "45m", True, 1.5, -1, [], {}])
def test_now_must_be_a_time(now: object) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^orders_timeline: now: .* is no time: give epoch"):
        orders_timeline([order()], now=now)


@given(st.integers(START, 2 * START), st.integers(1, 80 * 365 * DAY))
def test_ticks_are_few_even_and_inside(start: int, length: int) -> None:
    scale = Scale.over([Bar((start, start + length), None, False)])
    assert scale is not None
    ticks = scale.ticks()
    assert 1 <= len(ticks) <= 8
    [(first, last)] = scale.stretches
    assert all(first <= tick <= last and tick % (scale.step() * SECOND) == 0 for tick in ticks)
    assert {b - a for a, b in zip(ticks, ticks[1:])} <= {scale.step() * SECOND}
    assert LEFT < scale.x(start) < scale.x(start + length) < RIGHT, "the bars stay between times and durations"


MONTH = st.lists(st.tuples(st.integers(0, 30 * DAY), st.integers(-5 * MINUTE, 5 * MINUTE)), min_size=1, max_size=250)


@given(MONTH, st.lists(st.integers(0, 30 * DAY), max_size=5))
@example([(number * 30 * DAY // 250, 0) for number in range(250)], [DAY])
@example([(number * 7919 * MINUTE % (30 * DAY), 0) for number in range(60)], [])
def test_an_order_of_twenty_minutes_can_be_seen_in_a_month(orders: list[tuple[int, int]], going_on: list[int]) -> None:
    """However many there are, wherever they lie, and whatever else has been pending since when."""
    now = START + 30 * DAY
    ended = [
        raw(
            beginTimestamp=START + at + MINUTE,
            creationTimestamp=START + at,
            endTimestamp=START + at + 20 * MINUTE + more,
        )
        for at, more in orders
    ]
    pending = [raw("pending", creationTimestamp=START + at) for at in going_on]
    found = sorted(rows(read(ended + pending)), key=lambda row: -row.created)
    drawn = list(panels(found, [bar_of(row, now) for row in found]))
    assert [row for panel in drawn for row in panel.rows] == found
    for panel in drawn:
        assert panel.scale is not None
        assert len(panel.rows) <= 24, "an axis is never far"
        times = sorted(time for drawn_bar in panel.bars for time in drawn_bar.times)
        places = [panel.scale.x(time) for time in times]
        assert places == sorted(places)
        assert LEFT <= places[0] <= places[-1] <= RIGHT
        for drawn_bar in panel.bars:
            if drawn_bar.ran:
                assert panel.scale.x(drawn_bar.ran[1]) - panel.scale.x(min(drawn_bar.times)) >= READABLE / 2


def test_quiet_time_is_folded_and_the_fold_is_explained() -> None:
    busy = [timed(number, "succeeded", 60, 1200) for number in range(3)]
    assert "quiet time left out" not in texts(orders_timeline(busy))
    svg = orders_timeline([timed(20 * 24 * 60, "failed", 60, 1200), *busy])
    assert "quiet time left out" in texts(svg)
    assert "12-04" in texts(svg), "each stretch says when it begins"
    assert [element for element in parsed(svg).iter(f"{SVG}path") if element.get("class") == "fold"]


@given(st.lists(st.integers(0, 40 * DAY), min_size=1, max_size=40))
def test_no_label_of_the_axis_covers_another(starts: list[int]) -> None:
    orders = [timed(start // MINUTE, "succeeded", 60, 1200) for start in sorted(starts)]
    svg = orders_timeline(orders)
    labels = [one for one in parsed(svg).iter(f"{SVG}text") if one.get("font-size") == "11"]
    for one, other in itertools.pairwise(labels):
        if one.get("y") == other.get("y"):
            room = float(other.get("x", "0")) - float(one.get("x", "0"))
            assert room > 6 * (len(one.text or "") + len(other.text or "")) / 2


@pytest.mark.parametrize(
    ("seconds", "label"),
    [(5, "22:13:21"), (20 * 60, "22:15"), (6 * 3600, "23:00"), (3 * 86400, "2023-11-15"), (60 * 86400, "2023-11-23")],
)
def test_labels_suit_the_length(seconds: int, label: str) -> None:
    assert label in texts(orders_timeline([timed(0, "succeeded", 0, seconds)]))


def test_a_new_day_names_its_date() -> None:
    labels = texts(orders_timeline([timed(0, "succeeded", 0, 4 * 3600)]))
    assert "2023-11-14" in labels
    assert "2023-11-15" in labels


def test_nobody_has_to_tell_colours_apart() -> None:
    svg = orders_timeline([timed(number, state, 60, 6000) for number, state in enumerate(SPELLINGS)])
    for state in SPELLINGS:
        assert texts(svg).count(state) == 2, "in the legend and beside its bar"
    patterns = {match[1] for match in re.finditer(r'fill="url\(#orders-(\w+)\)"', svg)}
    assert patterns == {"failed", "partial", "unknown"}
    assert "@media screen and (prefers-color-scheme:dark)" in svg


def test_a_picture_says_in_words_what_it_shows() -> None:
    root = parsed(orders_timeline([order("failed", failReason="Quota <exceeded>")]))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Timeline of orders. 1 order: 1 failed."
    tooltips = [element.text for element in root.iter(f"{SVG}title")]
    assert tooltips[1] == (
        "order.pool-5ed5-w4l2n, pool pool-5ed5, apply, failed, created 2023-11-14 22:13:20, Quota <exceeded>"
    )


def test_nothing_and_orders_without_times() -> None:
    assert "No orders." in texts(orders_timeline([]))
    assert "No orders: no answer" in texts(orders_timeline(result(failed=True, msg="no answer")))
    lines = texts(orders_timeline([{"order_name": "a", "state": "failed"}]))
    assert "a" in lines
    assert not [line for line in lines if line.startswith("1970")]


def test_many_orders_over_a_month() -> None:
    orders = [timed(80 * number, "succeeded", 60, 900) for number in range(500)]
    svg = orders_timeline(orders)
    root = parsed(svg)
    assert len(root.findall(f"{SVG}g")) == 500
    assert len(svg) < 500_000
    widths = [float(element.get("width", "0")) for element in root.iter(f"{SVG}rect")]
    assert min(widths) >= 1, "an order of a quarter of an hour can be seen in a month"
    assert svg == orders_timeline(orders), "the same orders give the same picture"


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["]]>", "--><script>", '"/><image href="x"/>', "{{ 7 * 7 }}{% raw %}{# #}", "\ufffe\uffff\x00", "&#0;&x;"]
    ),
)
TIMES = st.integers(0, 2**43)


@given(
    st.lists(
        st.builds(
            lambda state, name, pool, reason, times: order(
                state,
                orderName=name,
                resourceDisplayName=pool,
                failReason=reason,
                **dict(zip(("creationTimestamp", "beginTimestamp", "endTimestamp"), times)),
            ),
            st.sampled_from(sorted(SPELLINGS)),
            HOSTILE,
            HOSTILE,
            HOSTILE,
            st.tuples(TIMES, TIMES, TIMES),
        ),
        max_size=5,
    )
)
def test_it_is_well_formed_and_only_of_our_making(orders: list[dict[str, t.Any]]) -> None:
    svg = orders_timeline(orders)
    tags = {element.tag.replace(SVG, "") for element in parsed(svg).iter()}
    assert tags <= {"svg", "title", "desc", "style", "defs", "pattern", "path", "rect", "text", "g"}
    assert not re.search(r"\{\{|\{%|\{#", svg), "nothing in it begins a template"
    attributes = {name for element in parsed(svg).iter() for name in element.attrib}
    assert not [name for name in attributes if "href" in name or "src" in name or name.startswith("on")]
