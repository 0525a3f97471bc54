# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""Orders as a report: one self-contained page of HTML. Nothing here imports ansible.

Every text from outside goes through ``escape``. The page loads nothing, and its Content-Security-Policy names the
hashes of its two style sheets and its one script, so that nothing else could run even if a text slipped through.
"""

from __future__ import annotations

import base64
import hashlib
import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model as _order
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import (
    Given,
    Row,
    clean,
    counts,
    escape,
    moment,
    rows,
    span,
)
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import (
    COLOURS,
    newest_time,
    timeline,
)
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import style as timeline_style

_LIGHT = "--ink:#1f2328;--soft:#59636e;--line:#d8dee4;--paper:#fff;--raised:#f6f8fa;--link:#0b65c2;--warn:#fff3cd"
_DARK = "--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--paper:#0d1117;--raised:#161b22;--link:#62aef7;--warn:#3d3006"
_SHADES = [";".join(f"--{state}:{pair[shade]}" for state, pair in COLOURS.items()) for shade in (0, 1)]
_STATE_RULES = "".join(f".{state}{{--mark:var(--{state})}}\n" for state in COLOURS)
STYLE = f"""
:root{{color-scheme:light dark;{_LIGHT};{_SHADES[0]}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_DARK};{_SHADES[1]}}}}}
{_STATE_RULES}*{{box-sizing:border-box}}
body{{margin:0;background:var(--paper);color:var(--ink)}}
body{{font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}}
header,main,footer{{max-width:1440px;margin:auto;padding:0 24px}}
header{{padding-top:28px}}
h1{{font-size:26px;margin:0;overflow-wrap:anywhere}}
h2{{font-size:18px;margin:36px 0 12px}}
.soft,caption,figcaption,footer{{color:var(--soft)}}
.note{{background:var(--warn);border-radius:6px;padding:8px 14px;overflow-wrap:anywhere}}
.totals{{display:flex;flex-wrap:wrap;gap:12px;list-style:none;padding:0;margin:20px 0 0}}
.totals li{{flex:1 1 120px;background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:8px 14px}}
.totals li{{border-top:4px solid var(--mark,var(--ink))}}
.totals strong{{display:block;font-size:26px;line-height:1.25}}
.reasons{{padding:0;list-style:none}}
.reasons>li{{border-left:4px solid var(--mark);padding:2px 0 2px 14px;margin:0 0 14px;overflow-wrap:anywhere}}
.reasons p{{margin:2px 0}}
.reasons ul{{margin:2px 0;padding-left:20px}}
.reasons .state{{margin-left:6px}}
figure{{margin:0}}
figure,.scroll{{overflow:auto;max-height:90vh;border:1px solid var(--line);border-radius:6px}}
figure svg{{display:block;width:100%;min-width:760px;height:auto}}
figcaption,caption{{font-size:13px;padding:8px 16px;text-align:left}}
table{{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}}
th,td{{padding:6px 9px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}}
thead th{{background:var(--raised);white-space:nowrap}}
tbody th{{font-weight:600}}
tbody th{{min-width:190px}}
.wrap{{min-width:84px}}
.long{{min-width:150px}}
tbody th .soft{{font-weight:400;font-size:.9em}}
tbody th,.wrap{{overflow-wrap:anywhere}}
thead{{position:sticky;top:0}}
tbody tr:hover{{background:var(--raised)}}
.time,.number{{white-space:nowrap}}
.number{{text-align:right}}
.state{{color:var(--mark);font-weight:600;white-space:nowrap}}
.state::before{{content:'';display:inline-block;width:9px;height:9px;margin-right:7px}}
.state::before{{border:2px solid var(--mark);border-radius:50%}}
.failed .state::before,.state.failed::before{{border-radius:0;background:var(--mark)}}
.succeeded .state::before{{background:var(--mark)}}
th button{{all:unset;cursor:pointer}}
th button:focus-visible{{outline:2px solid var(--link);outline-offset:3px}}
th button::after{{content:' \\2195';color:var(--soft)}}
th[aria-sort=ascending] button::after{{content:' \\2191';color:var(--ink)}}
th[aria-sort=descending] button::after{{content:' \\2193';color:var(--ink)}}
footer{{padding-top:20px;padding-bottom:28px;font-size:13px}}
@media print{{
@page{{size:landscape;margin:12mm}}
body{{font-size:11px;print-color-adjust:exact;-webkit-print-color-adjust:exact}}
header,main,footer{{max-width:none;padding:0}}
figure,.scroll{{overflow:visible;max-height:none;border:0}}
thead{{position:static}}
th button::after{{content:''}}
tr,.totals,.reasons>li{{break-inside:avoid}}
h2{{break-after:avoid}}
table{{font-size:9px}}
caption,figcaption,footer{{font-size:10px;padding:6px 0}}
.hint{{display:none}}
th,td{{padding:3px 5px}}
tbody th,.wrap{{min-width:0}}
}}
"""
# Without it the table is all there, newest first; with it the headings become buttons that sort.
SCRIPT = """
const table = document.getElementById("orders");
const heads = table ? Array.from(table.tHead.rows[0].cells) : [];
function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.key ? Number(cell.dataset.key) : cell.dataset.key ?? cell.textContent;
}
function compare(a, b) {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? Infinity : -Infinity;
  return typeof a === "number" ? a - b : a.localeCompare(b, "en", {numeric: true});
}
function sort(column) {
  const up = heads[column].getAttribute("aria-sort") !== "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = Array.from(table.tBodies[0].rows, (row) => [key(row, column), row]);
  rows.sort(([a], [b]) => {
    const order = compare(a, b);
    return Number.isFinite(order) && !up ? -order : order;
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
}
const hint = document.createElement("span");
hint.className = "hint";
hint.textContent = " Select a heading to sort.";
table?.caption.append(hint);
heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.addEventListener("click", () => sort(column));
  head.replaceChildren(button);
});
"""


def page(given: Given, title: str, now: int = 0) -> str:
    """Return the page. ``now`` is epoch milliseconds; without it the report is as of the newest time in the data."""
    found = rows(given)
    name = escape(clean(title, 200))
    parts = [*_head(name), *_summary(given, found, name, now or newest_time(found)), "<main>"]
    if found:
        parts += [*_failures(found), *_picture(given, found, now), *_table(found)]
    parts += ["</main>", "<footer>Made by huaweicloud.modelarts.order_report. All times are in UTC.</footer>"]
    return "\n".join([*parts, f"<script>{SCRIPT}</script>", "</body>", "</html>", ""])


def _head(name: str) -> t.Iterator[str]:
    styles = f"{_hash(STYLE)} {_hash(timeline_style())}"
    policy = f"default-src 'none'; style-src {styles}; script-src {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _summary(given: Given, found: list[Row], name: str, now: int) -> t.Iterator[str]:
    yield f"<header>\n<h1>{name}</h1>"
    yield f'<p class="soft">{escape(counts(found))}.{_as_of(now)}</p>'
    if given.failure:
        yield f'<p class="note" role="alert"><strong>The query failed:</strong> {escape(given.failure)}</p>'
    if given.truncated and not given.failure:
        yield '<p class="note"><strong>Orders may be missing:</strong> the listing is truncated.</p>'
    totals = [f"<li><strong>{len(found)}</strong> in all</li>"]
    for state in _order.STATES:
        number = sum(row.state == state for row in found)
        if number or state in (_order.SUCCEEDED, _order.FAILED):
            totals.append(f'<li class="{state}"><strong>{number}</strong> {state}</li>')
    yield f'<ul class="totals" aria-label="Summary">{"".join(totals)}</ul>\n</header>'


def _as_of(now: int) -> str:
    return f' As of <time datetime="{moment(now).replace(" ", "T")}Z">{moment(now)}</time> UTC.' if now else ""


def _failures(found: list[Row]) -> t.Iterator[str]:
    """What went wrong, by reason: one cause often fails many orders."""
    reasons: dict[str, list[Row]] = {}
    for row in found:
        if row.state in (_order.FAILED, _order.PARTIAL) or row.reason:
            reasons.setdefault(row.reason or "The service gives no reason.", []).append(row)
    if not reasons:
        return
    yield '<section aria-labelledby="failures"><h2 id="failures">What went wrong</h2>\n<ul class="reasons">'
    for reason, hit in sorted(reasons.items(), key=lambda pair: _weight(pair[1])):
        yield f'<li class="{hit[0].state}"><p><strong>{escape(reason)}</strong></p><ul>'
        yield from (_failure(row) for row in hit)
        yield "</ul></li>"
    yield "</ul></section>"


def _weight(hit: list[Row]) -> tuple[bool, int]:
    return all(row.state != _order.FAILED for row in hit), -len(hit)


def _failure(row: Row) -> str:
    pool = f' <span class="soft">pool {escape(row.pool)}</span>' if row.pool else ""
    told = f'{escape(_name(row))}{pool} <span class="state {row.state}">{row.state}</span>'
    broken = "".join(_resource(one) for one in row.resources if one.get("state") == _order.FAILED)
    return f"<li>{told}{f'<ul>{broken}</ul>' if broken else ''}</li>"


def _resource(one: t.Mapping[str, t.Any]) -> str:
    name, action, message = (clean(one.get(key) or "") for key in ("resource_name", "action", "message"))
    told = f"{name or 'a resource without a name'}{f' ({action})' if action else ''}{f': {message}' if message else ''}"
    return f"<li>{escape(told)}</li>"


def _picture(given: Given, found: list[Row], now: int) -> t.Iterator[str]:
    yield '<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>'
    yield f'<figure tabindex="0" aria-label="Timeline of orders">{timeline(given, now)}'
    yield "<figcaption>An outline is the time an order was queued, a filled bar the time it ran. "
    yield "An arrow marks what still goes on.</figcaption></figure></section>"


class _Column(t.NamedTuple):
    """A column of the table: heading, class, what is shown, and the key to sort by where that is another."""

    heading: str
    kind: str
    show: t.Callable[[Row], str]
    key: t.Callable[[Row], t.Any] | None = None


_COLUMNS = (
    _Column("Pool", "wrap", lambda row: row.pool),
    _Column("Operation", "", lambda row: row.operation),
    _Column("State", "state", lambda row: row.state, lambda row: _order.STATES.index(row.state)),
    _Column("Created", "time", lambda row: moment(row.created)),
    _Column("Ended", "time", lambda row: moment(row.ended)),
    _Column("Queued", "number", lambda row: span(row.queue_seconds), lambda row: row.queue_seconds),
    _Column("Ran", "number", lambda row: span(row.run_seconds), lambda row: row.run_seconds),
    _Column("Nodes", "wrap long", lambda row: row.flavors),
)


def _table(found: list[Row]) -> t.Iterator[str]:
    columns = [column for column in _COLUMNS if any(column.show(row) for row in found)]
    heads = "".join(_heading(column) for column in columns)
    yield '<section aria-labelledby="list"><h2 id="list">Orders</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-labelledby="list"><table id="orders">'
    yield "<caption>All orders of the report, as they were listed.</caption>"
    yield f'<thead><tr><th scope="col">Order</th>{heads}</tr></thead>\n<tbody>'
    for row in found:
        number = f'<br><span class="soft">{escape(row.order_id)}</span>' if row.name and row.order_id else ""
        cells = "".join(_cell(column, row) for column in columns)
        yield f'<tr class="{row.state}"><th scope="row">{escape(_name(row))}{number}</th>{cells}</tr>'
    yield "</tbody></table></div></section>"


def _heading(column: _Column) -> str:
    kind = ' class="number"' if column.kind == "number" else ""
    return f'<th scope="col"{kind}>{column.heading}</th>'


def _cell(column: _Column, row: Row) -> str:
    key = ""
    if column.key is not None:
        value = column.key(row)
        key = f' data-key="{"" if value is None else value}"'
    kind = f' class="{column.kind}"' if column.kind else ""
    return f"<td{kind}{key}>{escape(column.show(row))}</td>"


def _name(row: Row) -> str:
    return row.name or row.order_id or "(no name)"
