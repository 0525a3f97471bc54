# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report, written by the real playbook and opened in a real browser: `python -m pytest tests/browser`.

It needs chromium and pdftotext (poppler-utils). MODELARTS_TEST_PICTURES names a folder where pictures of what the
browser shows are kept for people to judge.
"""

from __future__ import annotations

import base64
import importlib.resources
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.filter.orders_report_html import orders_report_html
from ansible_collections.huaweicloud.modelarts.tests.browser import chromium
from ansible_collections.huaweicloud.modelarts.tests.browser.chromium import Chromium
from ansible_collections.huaweicloud.modelarts.tests.support.ansible_run import Ansible
from ansible_collections.huaweicloud.modelarts.tests.support.clouds import Clouds
from ansible_collections.huaweicloud.modelarts.tests.unit.plugins.orders import START, timed

HOSTILE = (
    "Insufficient <img src=x onerror=document.title='broken'> {{ 7 * 7 }} <script>document.title='broken'</script>"
)
PENDING, PROCESSING = {"state": "pending", "seconds": 95}, {"state": "processing", "seconds": 940}
NODE = {"resourceName": "os-node-created-5ztmv", "action": "createNode", "status": "failed", "message": "not ready"}
ORDERS: list[dict[str, Any]] = [
    {"pool": "pool-5ed5", "created": 9000, "timeline": [PENDING, PROCESSING, {"state": "succeeded"}]},
    {
        "pool": "训练资源池",
        "created": 8000,
        "timeline": [PENDING, {**PROCESSING, "seconds": 90}, {"state": "failed", "reason": HOSTILE}],
        "resources": [NODE],
        "flavor": "modelarts.bm.npu.arm.8snt9b3.i6l.d.c004-default",
    },
    {
        "pool": "pool-7a01",
        "created": 7000,
        "timeline": [PENDING, {**PROCESSING, "seconds": 1800}, {"state": "partial"}],
    },
    {"pool": "pool-b2", "created": 3600, "timeline": [PENDING, {"state": "processing"}]},
    {"pool": "pool-c3", "created": 1200, "operation": "modify", "state": "pending"},
]
#: Everything whose colours must be told from what is behind it, as the reader sees them.
TEXTS = "h1, h2, dt, dd, summary, .soft, .note, .totals li, .reason li, .state, .tools *, td, tbody th, th button, "
TEXTS += "figcaption, caption, footer"
CONTRAST = """
(() => {
  const light = (rgb) => rgb.map((c) => c / 255).map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const colour = numbers(getComputedStyle(one).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour.slice(0, 3);
    }
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const words = Array.from(document.querySelectorAll(TEXTS), (one) =>
    [one.className || one.tagName, ratio(numbers(getComputedStyle(one).color).slice(0, 3), behind(one))]);
  const paper = numbers(getComputedStyle(document.querySelector("svg .paper")).fill);
  const drawn = Array.from(document.querySelectorAll("svg text"), (one) =>
    ["svg " + one.textContent, ratio(numbers(getComputedStyle(one).fill), paper)]);
  return [...words, ...drawn];
})()
""".replace("TEXTS", repr(TEXTS))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report that the playbook writes about a simulated cloud."""
    path = tmp_path_factory.mktemp("report") / "orders.html"
    variables = f"order_report_dest={path} order_report_details=true"
    with Clouds() as clouds:
        environment = clouds.new(orders=ORDERS).environment
        ansible = Ansible.of_environment(tmp_path_factory.mktemp("ansible"))
        command = ["ansible-playbook", "huaweicloud.modelarts.order_report", "-e", variables]
        ansible.run(command, env=environment).succeeded()
    return path


MANY = 3000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report of three thousand orders of a month, as the filter makes it."""
    orders = []
    for number in range(MANY):
        state = "failed" if number % 2 else "succeeded"
        name = f"order.pool-{number % 10}-{number:05d}"
        reason = f"Quota exceeded by {name}." if number % 2 else None
        more = {"orderName": name, "resourceDisplayName": f"pool-{number % 10}", "failReason": reason}
        orders.append(timed(-14 * number, state, 95, 940, **more))
    path = tmp_path_factory.mktemp("many") / "orders.html"
    query = {"project_name": "cn-north-4_train", "since": "30d"}
    path.write_text(orders_report_html(orders, now=START, query=query), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    program = chromium.find()
    if program is None:
        pytest.skip(f"no browser on this machine (looked for {', '.join(chromium.NAMES)}): install chromium")
    with Chromium(program, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture
def page(browser: Chromium, report: Path) -> Chromium:
    browser.emulate()
    browser.open(report.as_uri())
    return browser


def keep(browser: Chromium, name: str) -> None:
    folder = os.environ.get("MODELARTS_TEST_PICTURES")
    if folder:
        Path(folder, f"{name}.png").write_bytes(browser.picture())


def column(page: Chromium, number: int) -> list[str]:
    return list(
        page.evaluate(f"[...document.querySelectorAll('#orders tbody tr')].map((r) => r.cells[{number}].textContent)")
    )


def press(page: Chromium, heading: str) -> str:
    """Press a heading and return how its column says it is sorted."""
    head = f"[...document.querySelectorAll('#orders thead th')].find((one) => one.textContent === '{heading}')"
    page.evaluate(f"{head}.querySelector('button').click()")
    return str(page.evaluate(f"{head}.getAttribute('aria-sort')"))


def test_it_asks_for_nothing_and_complains_of_nothing(page: Chromium, report: Path) -> None:
    assert [request["request"]["url"] for request in page.of("Network.requestWillBeSent")] == [report.as_uri()]
    assert page.complaints() == []
    assert page.evaluate("document.compatMode") == "CSS1Compat"


def test_text_of_the_service_is_shown_and_never_run(page: Chromium) -> None:
    assert HOSTILE in page.evaluate("document.querySelector('.reason').textContent")
    assert page.evaluate("document.title").startswith("ModelArts orders - ")
    assert page.evaluate("document.querySelectorAll('img, iframe, a, [onerror]').length") == 0
    assert page.evaluate("document.scripts.length") == 1
    assert "os-node-created-5ztmv (createNode): not ready" in page.evaluate("document.body.textContent")


def test_a_script_that_slipped_in_would_not_run(page: Chromium) -> None:
    page.evaluate("const one = document.createElement('script'); one.textContent = 'document.title = 1'")
    page.evaluate("document.body.append(one)")
    assert page.evaluate("document.title").startswith("ModelArts orders - ")
    assert "Content Security Policy" in str(page.complaints())


def test_headings_sort(page: Chromium) -> None:
    listed = column(page, 0)
    assert len(listed) == len(ORDERS)
    assert press(page, "Ran") == "ascending"
    assert column(page, 7) == ["1m30s", "15m40s", "30m00s", "", ""], "by length, not by letters; what is not known last"
    assert press(page, "Ran") == "descending"
    assert column(page, 7) == ["30m00s", "15m40s", "1m30s", "", ""]
    assert press(page, "State") == "ascending"
    assert column(page, 1) == ["pending", "processing", "succeeded", "partial", "failed"]
    assert page.evaluate("document.querySelectorAll('[aria-sort]').length") == 1
    press(page, "Created")
    assert press(page, "Created") == "descending"
    assert column(page, 0) == listed, "newest first, as they were listed"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page: Chromium, scheme: str) -> None:
    page.emulate(scheme)
    paper = "getComputedStyle(document.body).backgroundColor"
    assert (page.evaluate(paper) == "rgb(255, 255, 255)") is (scheme == "light")
    ratios = page.evaluate(CONTRAST)
    assert len(ratios) > 80
    assert [one for one in ratios if one[1] < 4.5] == [], "WCAG 2 asks for 4.5"
    keep(page, scheme)


def test_it_fits_common_screens(page: Chromium) -> None:
    for width in (1280, 390):
        page.emulate(width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keep(page, f"width-{width}")
    page.emulate(width=1280)
    assert page.evaluate(
        "(() => { const one = document.querySelector('.scroll'); return one.scrollWidth <= one.clientWidth })()"
    )


def test_a_phone_shows_every_state_without_scrolling(page: Chromium, many: Path) -> None:
    page.emulate(width=390, height=844)
    for place in (None, many):
        if place:
            page.open(place.as_uri())
        rights = page.evaluate(
            "[...document.querySelectorAll('#orders td.state, svg text.' + ['pending', 'processing', 'succeeded', "
            "'partial', 'failed'].join(', svg text.'))].map((one) => one.getBoundingClientRect().right)"
        )
        assert len(rights) >= 2 * len(ORDERS)
        assert max(rights) <= 390


def test_it_prints_in_light_and_in_full(page: Chromium) -> None:
    page.emulate(media="print", scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    keep(page, "print")
    assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"


def pages_of(browser: Chromium, folder: Path) -> list[str]:
    """Return the text of each page of paper."""
    (folder / "report.pdf").write_bytes(
        base64.b64decode(browser.send("Page.printToPDF", preferCSSPageSize=True)["data"])
    )
    command = ["pdftotext", "-layout", str(folder / "report.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")[:-1]


def test_no_page_of_paper_is_empty_and_each_has_the_heads_of_the_table(
    browser: Chromium, many: Path, tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine: install poppler-utils")
    browser.emulate()
    browser.open(many.as_uri())
    pages = pages_of(browser, tmp_path)
    names = re.compile(r"order\.pool-\d-\d{5}")
    drawn, listed = "\n".join(pages).split("Orders\n")
    assert len(set(names.findall(listed))) == MANY, "all orders, not only those of the page on the screen"
    assert all(len(page.split()) > 20 for page in pages)
    first = next(number for number, page in enumerate(pages) if "All orders of the report" in page)
    assert all(re.search(r"Order +State +Pool", page) for page in pages[first:])
    assert all(re.search(r"ORDER +STATE +CREATED", page) for page in pages[1 : first - 1] if "2023" in page)
    assert "Quota exceeded by order.pool-1-00001" in drawn, "what is folded on the screen is open on paper"
    assert page_count(browser) == 100, "and the screen is as it was"


def page_count(browser: Chromium) -> int:
    return int(browser.evaluate("document.querySelectorAll('#orders tbody tr').length"))


def type_in(browser: Chromium, text: str) -> None:
    """Type into the field that searches."""
    browser.evaluate(f"search.value = {text!r}; search.dispatchEvent(new Event('input'))")


def told(browser: Chromium) -> str:
    return str(browser.evaluate("document.querySelector('[role=status]').textContent"))


def test_three_thousand_orders_are_paged_searched_and_sorted_at_once(browser: Chromium, many: Path) -> None:
    browser.emulate()
    browser.open(many.as_uri())
    assert told(browser) == f"1 to 100 of {MANY} orders"
    button = "[...document.querySelectorAll('.tools button')]"
    browser.evaluate(f"{button}[1].click()")
    assert told(browser) == f"101 to 200 of {MANY} orders"
    assert column(browser, 0)[0].startswith("order.pool-0-00100")
    type_in(browser, "failed POOL-3")
    assert told(browser) == "1 to 100 of 300 orders"
    assert set(column(browser, 1)) == {"failed"}
    type_in(browser, "no such order")
    assert (told(browser), page_count(browser)) == ("0 to 0 of 0 orders", 0)
    type_in(browser, "")
    for heading in range(int(browser.evaluate("heads.length"))):
        spent = browser.evaluate(
            f"(() => {{ const start = performance.now(); sort({heading}); return performance.now() - start }})()"
        )
        assert spent < 300, f"column {heading}"
    assert told(browser) == f"1 to 100 of {MANY} orders"
    assert "Drawn are the newest 200 of 3000 orders" in browser.evaluate("document.querySelector('figure').textContent")
    assert browser.evaluate("document.querySelectorAll('details[open]').length") == 0
    keep(browser, "many")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(browser: Chromium, report: Path, many: Path, scheme: str, width: int) -> None:
    program = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    for path in (report, many):
        browser.emulate(scheme, width=width)
        browser.open(path.as_uri())
        browser.evaluate(program)
        found = browser.evaluate(
            "axe.run().then((found) => found.violations.map((one) => [one.id, one.nodes.map((node) => node.html)]))"
        )
        assert found == []


def test_it_works_without_its_script(page: Chromium, report: Path) -> None:
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(report.as_uri())
        assert page.evaluate("document.querySelectorAll('#orders tbody tr').length") == len(ORDERS)
        assert page.evaluate("document.querySelectorAll('button').length") == 0
    finally:
        page.send("Emulation.setScriptExecutionDisabled", value=False)
