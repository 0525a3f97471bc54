# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what a task really returned against its RETURN documentation, key by key and down to the last level."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

#: Keys that ansible itself adds to results.
ANSIBLE_KEYS = frozenset(
    (
        *("ansible_job_id", "attempts", "changed", "deprecations", "exception", "failed", "finished", "invocation"),
        *("results_file", "retries", "started", "stderr", "stderr_lines", "stdout", "stdout_lines", "warnings"),
    )
)
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "list": (list,),
    "dict": (dict,),
    "raw": (object,),
}
_ALWAYS = ("", "always")

Doc = Mapping[str, Any]


def differences(documented: Mapping[str, Doc], result: Mapping[str, Any], *moments: str) -> list[str]:
    """Return one line for each key that is missing, undocumented, or of another type than RETURN says.

    ``moments`` are the values of ``returned`` that hold for this result besides ``always``. Null is accepted where
    the description of the key, or of one around it, speaks of it.
    """
    shown = {key: value for key, value in result.items() if key not in ANSIBLE_KEYS and not key.startswith("_ansible")}
    return list(_of_keys(documented, shown, "", moments, nullable=False))


def samples(documented: Mapping[str, Doc]) -> list[str]:
    """Return one line for each sample that is not of its documented type."""
    return list(_of_samples(documented, ""))


def _of_samples(documented: Mapping[str, Doc], path: str) -> Iterator[str]:
    for key, doc in documented.items():
        if "sample" in doc:
            yield from _of_value(doc, doc["sample"], f"{path}{key}.sample", (), nullable=False)
        yield from _of_samples(doc.get("contains") or {}, f"{path}{key}.")


def _of_keys(
    documented: Mapping[str, Doc], shown: Mapping[str, Any], path: str, moments: Collection[str], *, nullable: bool
) -> Iterator[str]:
    for key in shown.keys() - documented.keys():
        yield f"{path}{key} is returned but not documented"
    for key, doc in documented.items():
        due = str(doc.get("returned") or "") in (*_ALWAYS, *moments)
        if due != (key in shown):
            yield f"{path}{key} is {'missing' if due else 'returned'}, documented as returned: {doc.get('returned')}"
        elif due:
            yield from _of_value(doc, shown[key], f"{path}{key}", moments, nullable=nullable)


def _of_value(doc: Doc, value: Any, path: str, moments: Collection[str], *, nullable: bool) -> Iterator[str]:
    nullable = nullable or speaks_of_null(doc)
    if value is None:
        if not nullable:
            yield f"{path} is null, which its description does not mention"
        return
    kind = str(doc["type"])
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "bool"):
        yield f"{path} is {value!r}, documented as {kind}"
        return
    inner = doc.get("contains")
    if not inner:
        return
    for number, one in enumerate(value if isinstance(value, list) else [value]):
        place = f"{path}[{number}]." if isinstance(value, list) else f"{path}."
        yield from _of_keys(inner, one, place, moments, nullable=nullable)


def speaks_of_null(doc: Doc) -> bool:
    """Whether a description says that the value may be null."""
    description = doc.get("description") or ""
    text = description if isinstance(description, str) else " ".join(description)
    return re.search(r"\bnull\b", text, re.IGNORECASE) is not None
