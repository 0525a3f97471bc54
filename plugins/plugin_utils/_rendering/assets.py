# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What the report's page brings along: its style sheet and its script. Nothing here imports ansible.

The page is whole without the script: all orders are there, newest first, and every group can be opened.
"""

from __future__ import annotations

from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import COLOURS

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
.facts{{display:flex;flex-wrap:wrap;gap:4px 28px;margin:10px 0 0}}
.facts div{{overflow-wrap:anywhere}}
.facts dt,.facts dd{{display:inline;margin:0}}
.facts dt{{color:var(--soft);margin-right:7px}}
details{{overflow-wrap:anywhere}}
summary{{cursor:pointer}}
.reason{{border-left:4px solid var(--mark);padding:2px 0 2px 14px;margin:0 0 14px}}
.reason ul{{margin:2px 0 2px 18px;padding-left:20px}}
.reason .state{{margin-left:6px}}
.tools{{display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px;margin:0 0 10px}}
.tools input,.tools button{{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--soft)}}
.tools input,.tools button{{border-radius:6px;padding:4px 10px}}
.tools input{{flex:0 1 320px;min-width:120px}}
.tools button{{cursor:pointer}}
.tools button:disabled{{cursor:default;color:var(--soft);border-color:var(--line)}}
.tools button[hidden]{{display:none}}
.tools :focus-visible,summary:focus-visible{{outline:2px solid var(--link);outline-offset:2px}}
figure{{margin:0}}
figure,.scroll{{overflow:auto;max-height:90vh;border:1px solid var(--line);border-radius:6px}}
figure svg{{display:block;width:100%;min-width:860px;height:auto}}
figcaption,caption{{font-size:13px;padding:8px 16px;text-align:left}}
table{{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}}
th,td{{padding:6px 9px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}}
thead th{{background:var(--raised);white-space:nowrap}}
tbody th{{font-weight:600}}
tbody th{{min-width:160px}}
.wrap{{min-width:84px}}
.nodes{{min-width:140px}}
.long{{min-width:170px}}
tbody .soft{{font-weight:400;font-size:.9em}}
tbody th,.wrap,.long{{overflow-wrap:anywhere}}
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
thead th button::after{{content:''}}
tr,.totals,.facts,figure svg,.reason li{{break-inside:avoid}}
h2,summary{{break-after:avoid}}
details::details-content{{content-visibility:visible;block-size:auto}}
figure svg{{min-width:0}}
figcaption,footer{{break-before:avoid}}
table{{font-size:9px}}
caption,figcaption,footer{{font-size:10px;padding:6px 0}}
.hint,.tools{{display:none}}
th,td{{padding:3px 5px}}
tbody th{{min-width:150px}}
.wrap{{min-width:70px}}
.nodes{{min-width:130px}}
th button{{display:contents}}
}}
"""
# Headings become buttons that sort, more orders than a page holds are paged, and a field searches in all of them.
# Printed is everything that was found, on paper as well as with groups that are folded on the screen.
SCRIPT = """
const PAGE = 100, SEARCHED = 10;
const table = document.getElementById("orders");
const heads = table ? Array.from(table.tHead.rows[0].cells) : [];
const all = table ? Array.from(table.tBodies[0].rows) : [];
const words = all.map((row) => row.textContent.toLowerCase());
const order = all.map((row, number) => number);
const collator = new Intl.Collator("en", {numeric: true});
let found = order, first = 0;

function make(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), {textContent: text}, more);
}
function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.key ? Number(cell.dataset.key) : cell.dataset.key ?? cell.textContent;
}
function compare(a, b, up) {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  const less = typeof a === "number" ? a - b : collator.compare(a, b);
  return up ? less : -less;
}
function show() {
  const rows = found.slice(first, first + PAGE);
  table.tBodies[0].replaceChildren(...rows.map((number) => all[number]));
  if (!search) return;
  const last = first + rows.length;
  told.textContent = `${rows.length ? first + 1 : 0} to ${last} of ${found.length} orders`;
  back.disabled = first === 0;
  next.disabled = last >= found.length;
  back.hidden = next.hidden = found.length <= PAGE;
}
function find() {
  const parts = search ? search.value.toLowerCase().split(/\\s+/) : [];
  found = order.filter((number) => parts.every((part) => words[number].includes(part)));
  first = 0;
  show();
}
function sort(column) {
  const up = heads[column].getAttribute("aria-sort") !== "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
  const keys = all.map((row) => key(row, column));
  order.sort((a, b) => compare(keys[a], keys[b], up));
  find();
}
function turn(by) {
  first += by;
  show();
  table.parentElement.scrollTop = 0;
}

heads.forEach((head, column) => {
  const button = make("button", head.textContent, {type: "button"});
  button.addEventListener("click", () => sort(column));
  head.replaceChildren(button);
});
table?.caption.append(make("span", " Select a heading to sort.", {className: "hint"}));
const search = all.length > SEARCHED ? make("input", "", {type: "search", id: "search", autocomplete: "off"}) : null;
const told = make("span", "");
told.setAttribute("role", "status");
const back = make("button", "Previous page", {type: "button"});
const next = make("button", "Next page", {type: "button"});
if (search) {
  const tools = make("div", "", {className: "tools"});
  tools.append(make("label", "Search ", {htmlFor: "search"}), search, told, back, next);
  table.parentElement.before(tools);
  search.addEventListener("input", find);
  back.addEventListener("click", () => turn(-PAGE));
  next.addEventListener("click", () => turn(PAGE));
  show();
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = Array.from(document.querySelectorAll("details:not([open])"));
  folded.forEach((one) => { one.open = true; });
  table?.tBodies[0].replaceChildren(...found.map((number) => all[number]));
});
addEventListener("afterprint", () => {
  folded.forEach((one) => { one.open = false; });
  if (table) show();
});
"""
