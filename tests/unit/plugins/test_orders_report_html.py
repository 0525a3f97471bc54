# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""orders_report_html: what the page holds, and that no text can become markup. A browser opens it in tests/browser."""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from html.parser import HTMLParser

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_report_html import orders_report_html
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import FILTERS
from ansible_collections.huaweicloud.modelarts.tests.unit.plugins.orders import START, order, result, timed
from hypothesis import given
from hypothesis import strategies as st

VOID = {"meta", "br"}
RESOURCE = {
    "resource_name": "os-node-created-5ztmv",
    "action": "createNode",
    "state": "failed",
    "message": "node is not ready",
}


class Page(HTMLParser):
    """Takes a page apart, and insists that every element is closed where it must be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str]] = []
        self.blocks: dict[str, list[str]] = {}
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, dummy in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, dummy in attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.blocks.setdefault(self.open[-1] if self.open else "", []).append(data)
        if data.strip() and self.open[-1] not in ("script", "style"):
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 10**400, -5], ids=["inf", "nan", "huge", "negative"])
def test_durations_that_cannot_be_are_left_out(seconds: float) -> None:
    row = {**timed(1, "succeeded", 10, 974), "queue_seconds": seconds, "run_seconds": seconds}
    assert orders_report_html([row])


def test_a_flavor_without_a_number_stands_alone() -> None:
    page = orders_report_html([timed(1, "succeeded", 10, 974, specCount=[{"flavor": "f1"}, {"count": 2}])])
    assert "None x" not in page and "f1, 2 x an unknown flavor" in page


def test_the_page_tells_all_there_is() -> None:
    failed = timed(2, "failed", 70, 3, failReason="Quota exceeded.")
    failed["resources"] = [RESOURCE, {**RESOURCE, "resource_name": "healthy", "state": "succeeded"}]
    spec = [{"flavor": "modelarts.bm.snt9.xlarge.8", "count": 4}]
    orders = [timed(1, "succeeded", 10, 974, specCount=spec), failed, timed(3, "partial", 5, 6)]
    words = Page(orders_report_html(result(*orders, truncated=True), title="Pools & more")).words
    for told in (
        "Pools & more",
        "Created 2023-11-14 22:14 to 2023-11-14 22:16 UTC 3 orders: 1 succeeded, 1 partial, 1 failed.",
        "Orders may be missing: the listing is truncated.",
        "What went wrong Quota exceeded. order.pool-5ed5-00002 pool pool-5ed5 failed",
        "os-node-created-5ztmv (createNode): node is not ready",
        "The service gives no reason. order.pool-5ed5-00003",
        "4 x modelarts.bm.snt9.xlarge.8",
        "16m14s",
    ):
        assert told in words
    assert "healthy" not in words


def test_one_cause_of_many_failures_is_told_once_and_first() -> None:
    orders = [order("failed", failReason=reason) for reason in ("rare", "common", "common")]
    words = Page(orders_report_html(orders)).words.partition("Timeline")[0]
    assert words.count("common") == 1
    assert words.index("common") < words.index("rare")


def test_nothing_and_a_failed_query() -> None:
    words = Page(orders_report_html([])).words
    assert "No orders." in words
    assert "0 succeeded" in words
    assert "Timeline" not in words
    failed = Page(orders_report_html(result(failed=True, msg="HTTP <503>", truncated=True))).words
    assert "The query failed: HTTP <503>" in failed
    assert "truncated" not in failed


def head_of(page: str) -> dict[str, str]:
    """Return what the head says, by label."""
    told = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)
    return dict(told)


def test_as_of_is_when_it_was_asked_and_else_not_told() -> None:
    page = orders_report_html([timed(0, "processing", 60, 0)])
    assert page == orders_report_html([timed(0, "processing", 60, 0)])
    assert "As of" not in head_of(page), "the newest time of an order is not when it was asked for"
    assert head_of(orders_report_html([], now="2026-11-23T08:00:00Z"))["As of"] == "2026-11-23 08:00:00 UTC"


NOW = "2026-11-23T08:00:00Z"


@pytest.mark.parametrize(
    ("query", "period"),
    [
        ({"region": "cn-north-4"}, "2026-10-24 08:00 to 2026-11-23 08:00 UTC"),
        ({"since": "7d"}, "2026-11-16 08:00 to 2026-11-23 08:00 UTC"),
        ({"since": "2w", "until": "1w"}, "2026-11-09 08:00 to 2026-11-16 08:00 UTC"),
        ({"since": "2026-11-01", "until": ""}, "2026-11-01 00:00 to 2026-11-23 08:00 UTC"),
        ({"since": "<b>soon"}, "since &lt;b&gt;soon"),
    ],
)
def test_the_head_tells_the_period(query: dict[str, t.Any], period: str) -> None:
    assert head_of(orders_report_html([order()], now=NOW, query=query))["Period"] == period


def test_the_head_tells_project_and_filters() -> None:
    query = {
        "project_name": "cn-north-4_train",
        "project_id": None,
        "involved_name": "pool-5ed5",
        "operation": ["apply", "modify"],
        "order_names": [],
        "latest": True,
        "since": "7d",
    }
    page = orders_report_html([order()], query=query)
    assert head_of(page) == {
        "Project": "cn-north-4_train",
        "Pool": "pool-5ed5",
        "Operation": "apply, modify",
        "Only the newest of each pool": "yes",
        "Period": "since 7d",
    }
    assert "<title>ModelArts orders - cn-north-4_train</title>" in page


@pytest.mark.parametrize("name", sorted(FILTERS.keys() - {"resource", "details", "fields", "since", "until"}))
def test_every_filter_that_leaves_orders_out_is_told(name: str) -> None:
    assert "one-word" in head_of(orders_report_html([order()], query={name: "one-word"})).values()


def test_a_limit_of_zero_is_told_too() -> None:
    """It means a page of a hundred orders, not all of them."""
    assert head_of(orders_report_html([order()], query={"limit": 0, "offset": None}))["Limit"] == "0"


@pytest.mark.parametrize(
    ("query", "told"), [("7d", "query must be a dictionary"), ({"poool": 1}, "query: poool is not")]
)
def test_a_query_of_no_use_is_an_error(query: t.Any, told: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"^orders_report_html: {told}"):
        orders_report_html([], query=query)


def test_reasons_of_a_kind_are_told_once_whatever_differs_in_them() -> None:
    orders = [
        timed(
            number,
            "failed",
            1,
            1,
            failReason=f"Node os-node-{number}-abcde of order.pool-5ed5-{number:05d} lost at {number}.",
        )
        for number in range(50)
    ]
    page = Page(orders_report_html([*orders, order("failed", failReason="Quota exceeded.")]))
    summaries = [text for text in page.text if "and the like" in text]
    assert summaries == ["and the like, 50 orders: 50 failed"]
    assert "and 30 more, which the table shows" in page.words


def test_three_thousand_orders_are_folded_and_the_newest_are_drawn() -> None:
    causes = [f"cause {'abcdefghij'[number % 10] * (number % 40)}" for number in range(3000)]
    orders = [timed(-number, "failed", 60, 600, failReason=cause) for number, cause in enumerate(causes)]
    page = Page(orders_report_html(orders))
    assert page.elements.count(("details", ("class",))) == 40
    assert ("details", ("class", "open")) not in page.elements, "so many are folded"
    assert "20 further reasons" in page.words
    assert "Drawn are the newest 200 of 3000 orders" in page.words
    assert len([tag for tag, names in page.elements if tag == "g"]) == 200
    assert "order.pool-5ed5-00000" in page.words.partition("Timeline")[2]
    assert len([tag for tag, dummy in page.elements if tag == "tr"]) == 3001


def test_nodes_are_counted_and_those_that_failed_named() -> None:
    spec, got = ([{"flavor": "f", "count": count}] for count in (16, 13))
    one = timed(1, "partial", 5, 6, specCount=spec, resultCount=got)
    one["failed_nodes"] = ["node-a", "node-b", "node-c"]
    words = Page(orders_report_html([one])).words
    assert "13 of 16, 3 failed 16 x f" in words
    assert "node-a node-b node-c" in words.partition("Timeline")[0]


def test_the_policy_allows_exactly_what_is_in_the_page() -> None:
    page = Page(orders_report_html([order()]))
    policy = next(value for name, value in page.attributes if name == "content" and "default-src" in value)
    allowed = {rule.split()[0]: set(rule.split()[1:]) for rule in policy.split("; ")}
    assert allowed.pop("default-src") == {"'none'"}
    assert allowed.pop("base-uri") == allowed.pop("form-action") == {"'none'"}
    for kind in ("style", "script"):
        blocks = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in page.blocks[kind]]
        assert allowed.pop(f"{kind}-src") == {f"'sha256-{digest}'" for digest in blocks}
    assert allowed == {}
    assert not [name for name, dummy in page.attributes if name in ("src", "href", "style") or name.startswith("on")]


def test_what_readers_with_a_screen_reader_need() -> None:
    page = Page(orders_report_html([order()]))
    assert ("html", ("lang",)) in page.elements
    assert {"caption", "h1", "h2", "main", "header", "title"} <= {tag for tag, dummy in page.elements}
    scopes = [value for name, value in page.attributes if name == "scope"]
    assert scopes.count("row") == 1
    assert scopes.count("col") >= 5
    assert ("role", "img") in page.attributes


HOSTILE = st.one_of(
    st.text(min_size=1, max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "</script></style></title><img src=x onerror=alert(1)>",
            "\" onmouseover='alert(1)' x=\"",
            "{{ lookup('pipe', 'id') }}{% raw %}{#",
            "--><!--",
            "&lt;b&gt;&#x3c;b&#x3e;",
        ]
    ),
)


def filled(text: str) -> str:
    """Return a page that holds the text wherever a text can stand; its first letter keeps a blank one visible."""
    text = f"x{text}"
    one = order("failed", orderName=text, orderId=text, resourceDisplayName=text, operation=text, failReason=text)
    one["spec_count"] = [{"flavor": text, "count": text}]
    other = {**one, "failed_nodes": [text], "fail_reason": f"{text} again"}
    one["resources"] = [{"resource_name": text, "action": text, "message": text, "state": "failed"}]
    query = {"project_name": text, "involved_name": text, "order_names": [text], "since": text, "until": text}
    return orders_report_html(result(one, other, failed=True, msg=text), title=text, query=query)


SHAPE = Page(filled("harmless")).elements


@given(HOSTILE)
def test_no_text_can_become_markup(text: str) -> None:
    page = filled(text)
    assert Page(page).elements == SHAPE
    assert not re.search(r"\{\{|\{%|\{#", page), "nothing in it begins a template"


@pytest.mark.parametrize("value", ["text", None, [{"order_name": "x"}]])
def test_what_holds_no_orders_is_an_error(value: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"^orders_report_html: expected an order, a list of orders"):
        orders_report_html(value)


def test_a_time_of_no_use_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match=r"^orders_report_html: now: 'soon' is no time"):
        orders_report_html([timed(0, "failed", 1, 1, creationTimestamp=START)], now="soon")
