# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What was asked for, as the head of the report tells it. Nothing here imports ansible."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.text import parse_time
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._options import FILTERS
from ansible_collections.huaweicloud.modelarts.plugins.plugin_utils._orders_input import (
    GivenError,
    Row,
    clean,
    moment,
)

_MONTH_MS = 30 * 86_400_000  # what is asked for without ``since``
_PERIOD = ("since", "until")
_PLACE = {"project_name": "Project", "project_id": "Project ID", "region": "Region"}
#: The filters that leave orders out: each is told, lest a part of the orders be taken for all of them.
TOLD = tuple(name for name in FILTERS if name not in ("resource", "details", "fields"))
_NAMES = {
    "involved_name": "Pool",
    "workspace_id": "Workspace",
    "order_ids": "Order IDs",
    "latest": "Only the newest of each pool",
}
#: What the head calls them. The period, made of two of them, is told apart.
_LABELS = {
    **_PLACE,
    **{name: _NAMES.get(name, name.replace("_", " ").capitalize()) for name in TOLD if name not in _PERIOD},
}


@dataclasses.dataclass(frozen=True)
class Asked:
    """The options of a query as texts, without those that were not given, and when it was made (epoch ms, or 0)."""

    options: t.Mapping[str, str]
    now: int
    told: bool

    @classmethod
    def read(cls, query: t.Any, now: int) -> Asked:
        """Read the option ``query`` of the filter. Raises GivenError."""
        if query in (None, ""):
            return cls({}, now, told=False)
        if not isinstance(query, Mapping):
            raise GivenError("query must be a dictionary of the options that the orders were asked for with")
        known = (*_LABELS, *_PERIOD)
        unknown = [clean(key, 40) for key in query if key not in known]
        if unknown:
            raise GivenError(f"query: {', '.join(unknown)} is not an option to tell: give any of {', '.join(known)}")
        texts = {key: _text(value) for key, value in query.items()}
        return cls({key: text for key, text in texts.items() if text}, now, told=True)

    @property
    def project(self) -> str:
        """What the project is called, as far as it is known."""
        return self.options.get("project_name") or self.options.get("project_id") or self.options.get("region") or ""

    def facts(self, found: t.Sequence[Row]) -> list[tuple[str, str]]:
        """Return what the head of the report says, as labels and values."""
        facts = [(label, self.options[key]) for key, label in _LABELS.items() if key in self.options]
        if self.told:
            facts.append(("Period", self._period()))
        elif found:
            times = [row.created for row in found if row.created]
            facts += [("Created", _between(min(times), max(times)))] if times else []
        return [*facts, ("As of", f"{moment(self.now)} UTC")] if self.now else facts

    def _period(self) -> str:
        since, until = self.options.get("since"), self.options.get("until")
        start = self._time("since", since) if since else max(0, self.now - _MONTH_MS)
        end = self._time("until", until) if until else self.now
        if start and end:
            return _between(start, end)
        return f"since {since or '30 days before'}{f' until {until}' if until else ''}"

    def _time(self, option: str, text: str) -> int:
        """Return a time in epoch milliseconds, 0 where it cannot be told, as an age without knowing before when."""
        try:
            return parse_time(option, text, self.now)
        except InputError:
            return 0


def _between(start: int, end: int) -> str:
    return f"{moment(start)[:16]} to {moment(end)[:16]} UTC"


def _text(value: t.Any) -> str:
    """Return one line; nothing where the value is empty or false, as an option is that was not given."""
    if value is None or value is False or value in ("", []):
        return ""
    if value is True:
        return "yes"
    return clean(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value, 300)
