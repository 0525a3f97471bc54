# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""orders_table: what it shows, and that it fits whatever the service sends."""

from __future__ import annotations

import unicodedata

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_table import orders_table
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import clean
from ansible_collections.huaweicloud.modelarts.tests.unit.plugins.orders import SPELLINGS, order, raw, result, timed
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

REASON = "Insufficient resources in az-7c.\nAsk for another flavor, or wait until somebody gives some back"
TABLE = """\
ORDER                  POOL       OPERATION  STATE       CREATED (UTC)     QUEUED     RAN  NODES
---------------------  ---------  ---------  ----------  ----------------  ------  ------  ----------------
order.pool-5ed5-00001  pool-5ed5  apply      succeeded   2023-11-14 22:14     10s  16m14s  -
order.pool-5ed5-00002  pool-5ed5  modify     failed      2023-11-14 22:15   1m10s      3s  3 of 4, 1 failed
    Insufficient resources in az-7c. Ask for another flavor, or wait until somebody gives some back
order.pool-5ed5-00003  pool-5ed5  apply      processing  2023-11-14 22:16   1h06m       -  8
order.pool-5ed5-00004  pool-5ed5  apply      pending     2023-11-14 22:17       -       -  -

4 orders: 1 pending, 1 processing, 1 succeeded, 1 failed."""
MARKDOWN = """\
| Order | Pool | Operation | State | Created (UTC) | Queued | Ran | Nodes | Reason |
| --- | --- | --- | --- | --- | ---: | ---: | --- | --- |
| `order.pool-5ed5-00002` | `pool-5ed5` | `modify` | failed | 2023-11-14 22:15 | 1m10s | 3s | 3 of 4, 1 failed \
| `Insufficient resources in az-7c. Ask for another flavor, or wait until somebody gives some back` |
| `order.pool-5ed5-00004` | `pool-5ed5` | `apply` | pending | 2023-11-14 22:17 | - | - | - | - |

2 orders: 1 pending, 1 failed."""


def nodes(*counts: int) -> list[dict[str, object]]:
    return [{"flavor": f"modelarts.flavor-{number}", "count": count} for number, count in enumerate(counts)]


ORDERS = [
    timed(1, "succeeded", 10, 974),
    {
        **timed(2, "failed", 70, 3, failReason=REASON, operation="modify", specCount=nodes(4), resultCount=nodes(3)),
        "failed_nodes": ["os-node-created-5ztmv"],
    },
    timed(3, "processing", 4000, 0, specCount=nodes(2, 6)),
    timed(4, "pending", 0, 0),
]


def columns(text: str) -> int:
    """Return how wide a terminal shows the text: marks that combine take no column, wide characters two."""
    narrow = [char for char in text if unicodedata.category(char) not in ("Mn", "Me")]
    return len(narrow) + sum(unicodedata.east_asian_width(char) in ("W", "F") for char in narrow)


def test_the_table_of_four_orders() -> None:
    assert orders_table(ORDERS) == TABLE
    assert orders_table(result(*ORDERS)) == TABLE


def test_the_same_as_markdown() -> None:
    assert orders_table([ORDERS[1], ORDERS[3]], format="markdown") == MARKDOWN
    text = orders_table(result(ORDERS[3], truncated=True, failed=True, msg="timed | out"), format="markdown")
    told = "1 order: 1 pending.\n\nFailed: `timed \\| out`\n\nOrders may be missing: the listing is truncated."
    assert text.endswith(told)
    assert orders_table([], format="markdown") == "No orders."
    assert orders_table(result(failed=True, msg="<b>"), format="markdown") == "No orders: `<b>`"


@pytest.mark.parametrize("form", ["Markdown", "html", None, ""])
def test_a_format_that_there_is_not_is_an_error(form: object) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^orders_table: format must be one of text, markdown$"):
        orders_table(ORDERS, format=form)  # type: ignore[arg-type]


def test_a_reason_is_told_in_full_and_cannot_look_like_another_order() -> None:
    reason = " ".join(f"word{number}" for number in range(60)) + " " + "x" * 250
    lines = orders_table([order("failed", failReason=reason), order()]).splitlines()
    told = [line for line in lines if line.startswith("    ")]
    assert "".join(told).replace(" ", "") == reason.replace(" ", "")
    assert len(lines) == len(told) + 6


def test_raw_rows_and_a_single_order_are_understood() -> None:
    rows = [raw("failed", failReason="Quota exceeded."), raw("pending", orderName=None)]
    lines = orders_table({"count": 2, "items": rows}).splitlines()
    assert "order.pool-5ed5-w4l2n" in lines[2]
    assert lines[3] == "    Quota exceeded."
    assert "CS2304191748WNW2R" in lines[4], "without a name the order's number stands in"
    assert orders_table(order()).splitlines()[-1] == "1 order: 1 succeeded."


def test_nothing_says_so() -> None:
    assert orders_table([]) == "No orders."
    assert orders_table(result()) == "No orders."
    failed = orders_table(result(failed=True, msg="region is missing: set region\n\x1b[31m"))
    assert failed == "No orders: region is missing: set region [31m"


def test_what_the_result_says_stands_below() -> None:
    text = orders_table(result(*ORDERS, truncated=True, failed=True, msg="timed out"))
    assert text.endswith("\nFailed: timed out\nOrders may be missing: the listing is truncated.")


def test_names_are_cut_in_the_middle_since_their_ends_tell_them_apart() -> None:
    long = order(orderName=f"order.{'pool-' * 20}abcde-w4l2n", failReason="x" * 300)
    cell = orders_table([long]).splitlines()[2].split("  ")[0]
    assert cell.startswith("order.pool-")
    assert cell.endswith("-w4l2n")
    assert "..." in cell


def test_a_narrow_terminal_keeps_what_matters_most() -> None:
    lines = orders_table(ORDERS, width=60).splitlines()
    assert lines[0].split() == ["ORDER", "POOL", "STATE"]
    assert orders_table(ORDERS, 40).splitlines()[0].split() == ["ORDER", "STATE"]


def test_columns_that_no_order_fills_are_left_out() -> None:
    trimmed = [{"order_name": "a", "state": "pending"}, {"order_name": "b", "state": "failed", "created_at": None}]
    assert orders_table(trimmed).splitlines()[0].split() == ["ORDER", "STATE"]
    told = orders_table([{"state": "failed", "created_at": "2026-11-23T08:15:00.000Z", "run_seconds": 200000}])
    assert told.splitlines()[2].split() == ["failed", "2026-11-23", "08:15", "2d07h"]


def test_a_width_may_be_a_text_as_extra_variables_are() -> None:
    assert orders_table(ORDERS, "60") == orders_table(ORDERS, 60)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [39, 1001, "39", "wide", "9" * 99, None, True, 80.5])
def test_a_width_of_no_use_is_an_error(width: object) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^orders_table: width must be a whole number from 40 to 1000$"):
        orders_table(ORDERS, width)  # type: ignore[arg-type]


def test_what_holds_no_orders_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^orders_table: expected an order, a list of orders or a result"):
        orders_table("order.pool-5ed5-w4l2n")


# Letters of many scripts, wide and combining ones, and everything that moves a cursor or turns text around.
TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("资源池不足한국어ＡＢ\u0301\u0300\u20dd🚀👩\u200d🔬\ufe0f\u202e\u2066\x1b\x07\x9b\u2028\n\t"),
    ),
    max_size=80,
)
ROWS = st.lists(
    st.builds(
        lambda state, name, pool, operation, reason: order(
            state, orderName=name, resourceDisplayName=pool, operation=operation, failReason=reason
        ),
        st.sampled_from(["pending", "processing", "succeeded", "partial", "failed"]),
        *(TEXT for dummy in range(4)),
    ),
    min_size=1,
    max_size=6,
)


@given(ROWS, st.integers(40, 200))
def test_every_line_fits_and_holds_nothing_invisible(orders: list[dict[str, object]], width: int) -> None:
    lines = orders_table(result(*orders, failed=True, msg="timed out " * 25), width).split("\n")
    assert max(map(columns, lines)) <= width
    footer = lines.index("", 2)
    told = [line for line in lines[2:footer] if not line.startswith("    ")]
    assert len(orders) == len(told), "an order is one line, and its reason stands below, where nothing else begins"
    assert not [char for char in "".join(lines) if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs")]


@given(ROWS)
def test_columns_stand_below_their_headings(orders: list[dict[str, object]]) -> None:
    lines = orders_table(orders).split("\n")
    before = columns(lines[0][: lines[0].index("STATE")])
    told = [line for line in lines[2 : lines.index("", 2)] if not line.startswith("    ")]
    for one, line in zip(orders, told, strict=True):
        head = next(end for end in range(len(line)) if columns(line[:end]) == before)
        assert line[head:].lstrip("".join(chr(code) for code in range(0x300, 0x370))).startswith(str(one["state"]))


PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": False}).disable("linkify")
MARKS = st.one_of(
    TEXT,
    st.text(st.sampled_from("|\\`*_~<>[]()!#&;:@{}$-=+ ab"), max_size=40),
    st.sampled_from(
        [
            "a\\|b\\\\|",
            "[a](javascript:alert(1))",
            "![](x)",
            "<script>",
            "@all",
            "https://x.example",
            "a | b",
            "`` ` ``",
        ]
    ),
)


def cells_of(markdown: str) -> list[list[Token]]:
    """Return the cells below the headings, as what a reader of Markdown makes of each."""
    tokens = PARSER.parse(markdown)
    opened = [number for number, token in enumerate(tokens) if token.type == "td_open"]
    return [tokens[number + 1].children or [] for number in opened]


@given(MARKS, MARKS)
def test_no_text_means_anything_in_markdown(name: str, reason: str) -> None:
    orders = [order("failed", orderName=f"x{name}", failReason=f"x{reason}"), order(orderName="second")]
    markdown = orders_table(orders, format="markdown")
    kinds = {token.type for token in PARSER.parse(markdown) if token.level == 0}
    assert kinds <= {"table_open", "table_close", "paragraph_open", "inline", "paragraph_close"}
    assert r"\\|" not in markdown, "GitHub's parser takes this for a backslash and the end of a cell"
    cells = cells_of(markdown)
    assert len(cells) == 2 * 6, "the same columns in each row"
    for text, cell in ((name, cells[0]), (reason, cells[5])):
        assert [token.type for token in cell] == ["code_inline"], "one span of code and nothing else"
        assert cell[0].content.replace(" ", "") == clean(f"x{text}").replace(" ", "")


def test_wide_and_combining_characters_keep_columns_in_line() -> None:
    lines = orders_table([order(orderName=name) for name in ("plain", "资源", "e\u0301e\u0301e\u0301")]).splitlines()
    assert {columns(line[: line.index("succeeded")]) for line in lines[2:5]} == {lines[0].index("STATE")}


def test_every_state_is_named() -> None:
    text = orders_table([order(state) for state in SPELLINGS])
    assert all(f" {state} " in text for state in SPELLINGS)
