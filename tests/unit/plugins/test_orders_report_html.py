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
        "3 orders: 1 succeeded, 1 partial, 1 failed. As of 2023-11-14 22:30:44 UTC.",
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


def test_the_time_of_the_report_comes_from_the_data_or_from_now() -> None:
    page = orders_report_html([timed(0, "processing", 60, 0)])
    assert page == orders_report_html([timed(0, "processing", 60, 0)])
    assert 'datetime="2023-11-14T22:14:20Z"' in page
    assert 'datetime="2026-11-23T08:00:00Z"' in orders_report_html([order()], now="2026-11-23T08:00:00Z")


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
    one["resources"] = [{"resource_name": text, "action": text, "message": text, "state": "failed"}]
    return orders_report_html(result(one, failed=True, msg=text), title=text)


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
