# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

# This code is PRIVATE to the collection: it may change in any release.

"""What an event is, and that nothing in one can do harm where rules and playbooks get it."""

from __future__ import annotations

import json
import math
import re
import typing as t
import uuid

from .._orders import model

Event = dict[str, t.Any]

_NAMESPACE = uuid.UUID("7d0f3c2e-5c0b-5a53-9d5e-0a8f8d1f6c11")
# What begins a template in ansible, also where two texts are put together, and the header that makes anything one.
_TEMPLATE = re.compile(r"\{(?=[{%#]|\Z)|^#(?=jinja2:)")
_LARGEST = 2**63


def change_event(order: model.Order, previous: str | None, returns: int = 0) -> Event:
    """Return the event of a change.

    Its ID depends on nothing but the order, the state it left and the one it is in, and how often it went back before:
    an order that fails, is tried again and fails again has two changes with two IDs.
    """
    parts = [model.key_of(order), previous or "", order["state"], "finished" if order["finished"] else "open"]
    if returns:
        parts.append(str(returns))
    return {"order": harmless(order), "previous_state": previous, "id": event_id(*parts)}


def event_id(*parts: str) -> str:
    """Return a UUID that is the same for the same parts."""
    # A lone surrogate in a name has no UTF-8.
    return str(uuid.uuid5(_NAMESPACE, json.dumps(parts)))


def harmless(value: t.Any) -> t.Any:
    """Return data of the service that can be handed on: no text in it is a template, and every JSON parser reads it.

    ansible-rulebook hands every event to the playbooks that it runs as extra variables, in which ansible evaluates
    templates: one blank keeps their signs apart.
    """
    if isinstance(value, str):
        text = _TEMPLATE.sub(r"\g<0> ", value)
        return text if text.isascii() else text.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {harmless(str(key)): harmless(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [harmless(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else str(value)
    return value
