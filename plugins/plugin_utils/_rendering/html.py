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
import re
import typing as t

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._orders import model
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
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.asked import Asked
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.assets import SCRIPT, STYLE
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import pictures
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._rendering.timeline import style as timeline_style

DRAWN = 200  # orders in the timeline: the newest
_GROUPS, _LISTED, _OPEN = 20, 20, 5  # reasons before the fold, orders told of each, and how many of both are open

# What differs between two reasons of the same kind: IDs, numbers and names of nodes.
_VARYING = re.compile(
    r"\b(?:(?=[a-f-]*\d)[0-9a-f]{8}[0-9a-f-]*|\d+(?:\.\d+)*|[\w.-]*node[\w.]*-[\w.-]+)\b", re.IGNORECASE
)


def page(given: Given, title: str, now: int = 0, query: t.Any = None) -> str:
    """Return the page. ``now``, in epoch milliseconds, is when the orders were asked for, and ``query`` how.

    Raises GivenError for a query of no use.
    """
    found, asked = rows(given), Asked.read(query, now)
    name = escape(clean(title, 200))
    parts = [*_head(name, asked), *_summary(given, found, name, asked), "<main>"]
    if found:
        parts += [*_failures(found), *_picture(found, now), *_table(found)]
    parts += ["</main>", "<footer>Made by huaweicloud.modelarts.order_report. All times are in UTC.</footer>"]
    return "\n".join([*parts, f"<script>{SCRIPT}</script>", "</body>", "</html>", ""])


def _head(name: str, asked: Asked) -> t.Iterator[str]:
    styles = f"{_hash(STYLE)} {_hash(timeline_style())}"
    policy = f"default-src 'none'; style-src {styles}; script-src {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    project = f" - {escape(asked.project)}" if asked.project else ""
    yield f"<title>{name}{project}</title>\n<style>{STYLE}</style>\n</head>\n<body>"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _summary(given: Given, found: list[Row], name: str, asked: Asked) -> t.Iterator[str]:
    yield f"<header>\n<h1>{name}</h1>"
    facts = asked.facts(found)
    told = (f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in facts)
    yield f'<dl class="facts">{"".join(told)}</dl>' if facts else ""
    yield f'<p class="soft">{escape(counts(found))}.</p>'
    if given.failure:
        yield f'<p class="note" role="alert"><strong>The query failed:</strong> {escape(given.failure)}</p>'
    if given.truncated and not given.failure:
        yield '<p class="note"><strong>Orders may be missing:</strong> the listing is truncated.</p>'
    totals = [f"<li><strong>{len(found)}</strong> in all</li>"]
    for state in model.STATES:
        number = sum(row.state == state for row in found)
        if number or state in (model.SUCCEEDED, model.FAILED):
            totals.append(f'<li class="{state}"><strong>{number}</strong> {state}</li>')
    yield f'<ul class="totals" aria-label="Summary">{"".join(totals)}</ul>\n</header>'


def _failures(found: list[Row]) -> t.Iterator[str]:
    """What went wrong, by kind of reason: one cause often fails many orders, each in words of its own."""
    kinds: dict[str, list[Row]] = {}
    for row in found:
        if row.state in (model.FAILED, model.PARTIAL) or row.reason:
            kinds.setdefault(_kind(row), []).append(row)
    if not kinds:
        return
    groups = sorted(kinds.values(), key=_weight)
    few = len(groups) <= _OPEN
    yield '<section aria-labelledby="failures"><h2 id="failures">What went wrong</h2>'
    for hit in groups[:_GROUPS]:
        yield from _group(hit, unfolded=few and len(hit) <= _OPEN)
    if groups[_GROUPS:]:
        yield f"<details><summary>{len(groups) - _GROUPS} further reasons</summary>"
        for hit in groups[_GROUPS:]:
            yield from _group(hit, unfolded=False)
        yield "</details>"
    yield "</section>"


def _kind(row: Row) -> str:
    text = row.reason
    for name in filter(None, (row.name, row.order_id, row.pool)):
        text = text.replace(name, "#")
    return _VARYING.sub("#", text)


def _weight(hit: list[Row]) -> tuple[bool, int]:
    return all(row.state != model.FAILED for row in hit), -len(hit)


def _group(hit: list[Row], *, unfolded: bool) -> t.Iterator[str]:
    reason = hit[0].reason or "The service gives no reason."
    alike = len({row.reason for row in hit}) == 1
    many = f' <span class="soft">{"" if alike else "and the like, "}{counts(hit)}</span>' if len(hit) > 1 else ""
    yield f'<details class="reason {hit[0].state}"{" open" if unfolded else ""}>'
    yield f"<summary><strong>{escape(reason)}</strong>{many}</summary>\n<ul>"
    yield from (_failure(row, tell=not alike) for row in hit[:_LISTED])
    if hit[_LISTED:]:
        yield f"<li>and {len(hit) - _LISTED} more, which the table shows</li>"
    yield "</ul></details>"


def _failure(row: Row, *, tell: bool) -> str:
    pool = f' <span class="soft">pool {escape(row.pool)}</span>' if row.pool else ""
    told = f'{escape(_name(row))}{pool} <span class="state {row.state}">{row.state}</span>'
    reason = f"<br>{escape(row.reason)}" if tell else ""
    broken = [_resource(one) for one in row.resources if one.get("state") == model.FAILED]
    if not broken and row.failed_nodes:
        broken = [f"<li>{escape(name)}</li>" for name in row.failed_nodes[:_LISTED]]
    nodes = f"<ul>{''.join(broken)}</ul>" if broken else ""
    return f"<li>{told}{reason}{nodes}</li>"


def _resource(one: t.Mapping[str, t.Any]) -> str:
    name, action, message = (clean(one.get(key) or "") for key in ("resource_name", "action", "message"))
    told = f"{name or 'a resource without a name'}{f' ({action})' if action else ''}{f': {message}' if message else ''}"
    return f"<li>{escape(told)}</li>"


def _picture(found: list[Row], now: int) -> t.Iterator[str]:
    drawn = found if len(found) <= DRAWN else sorted(found, key=lambda row: -row.created)[:DRAWN]
    yield '<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>'
    yield '<figure tabindex="0" aria-label="Timeline of orders">'
    yield from pictures(drawn, now)
    yield "<figcaption>An outline is the time an order was queued, a filled bar the time it ran. "
    yield "An arrow marks what still goes on."
    if len(drawn) < len(found):
        yield f" <strong>Drawn are the newest {DRAWN} of {len(found)} orders;</strong> the table holds all."
    yield "</figcaption></figure></section>"


class _Column(t.NamedTuple):
    """A column of the table: heading, class, what is shown, what stands below it, and the key to sort by."""

    heading: str
    kind: str
    show: t.Callable[[Row], str]
    key: t.Callable[[Row], t.Any] | None = None
    note: t.Callable[[Row], str] | None = None


_COLUMNS = (
    _Column("State", "state", lambda row: row.state, lambda row: model.STATES.index(row.state)),
    _Column("Pool", "wrap", lambda row: row.pool),
    _Column("Operation", "", lambda row: row.operation),
    _Column("Created", "time", lambda row: moment(row.created)[:16], lambda row: row.created or None),
    _Column("Ended", "time", lambda row: moment(row.ended)[:16], lambda row: row.ended or None),
    _Column("Queued", "number", lambda row: span(row.queue_seconds), lambda row: row.queue_seconds),
    _Column("Ran", "number", lambda row: span(row.run_seconds), lambda row: row.run_seconds),
    _Column("Nodes", "wrap nodes", lambda row: row.nodes, lambda row: row.asked, lambda row: row.flavors),
    _Column("Reason", "long", lambda row: row.reason if len(row.reason) <= 160 else f"{row.reason[:157]}..."),
)


def _table(found: list[Row]) -> t.Iterator[str]:
    columns = [column for column in _COLUMNS if any(column.show(row) for row in found)]
    heads = "".join(_heading(column) for column in columns)
    yield '<section aria-labelledby="list"><h2 id="list">Orders</h2>'
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Table of orders"><table id="orders">'
    yield "<caption>All orders of the report, as they were listed.</caption>"
    yield f'<thead><tr><th scope="col">Order</th>{heads}</tr></thead>\n<tbody>'
    for row in found:
        number = _note(row.order_id) if row.name else ""
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
    return f"<td{kind}{key}>{escape(column.show(row))}{_note(column.note(row)) if column.note else ''}</td>"


def _note(text: str) -> str:
    return f'<br><span class="soft">{escape(text)}</span>' if text else ""


def _name(row: Row) -> str:
    return row.label or "(no name)"
