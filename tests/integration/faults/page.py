# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix as a page of the guide: written from the very table that the tests run. As a program: write the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ansible_collections.huaweicloud.modelarts.tests.integration.faults import answers, identities, network_faults
from ansible_collections.huaweicloud.modelarts.tests.integration.faults.model import Fault, Faults

PAGE = Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "faults_guide.rst"
SECTIONS: tuple[tuple[str, Faults], ...] = (
    ("Network and time", network_faults.NETWORK),
    ("TLS", network_faults.TLS),
    ("Bytes", network_faults.BYTES),
    ("JSON of the wrong type", answers.JSON),
    ("Statuses", answers.STATUSES),
    ("Error codes and the shapes of errors", answers.CODES),
    ("Retry-After", answers.RETRY_AFTER),
    ("Clocks, keys, tokens and IAM; lists that change", identities.IDENTITIES),
)
FAULTS = tuple(fault for dummy, faults in SECTIONS for fault in faults)

_HEAD = """..
  SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
  SPDX-License-Identifier: GPL-3.0-or-later

.. This page is written by tests/integration/faults/page.py from the table that the tests run. Do not edit it here.

.. _ansible_collections.huaweicloud.modelarts.docsite.faults_guide:

What each fault leads to
========================

A network, a gateway or a service can fail in many ways. These tables say what this collection makes of each:
whether it asks again, how a task ends, and what you read. Every row is met by real tasks in the collection's own
tests, on the newest ansible-core that is supported, and rows of each kind on the oldest.

.. contents::
   :local:
   :depth: 1

The rules behind the tables
---------------------------

* **What may pass is asked again.** Network faults, lost deadlines, cut or broken answers, 408, 425, 429 and most
  of 5xx. ``modelarts_order_info`` and the lookup try again as often as ``retries`` says, after a pause that grows
  and is never the same twice; ``modelarts_order_wait`` polls on until ``wait_timeout`` and then tells the last
  fault.
* **What time does not heal ends the task at once.** A refused key is never tried again: after a few bad signatures
  the service locks it for minutes. A given token is not tried again either; one that the run fetched by a password
  is renewed, once.
* **What looks like a wrong address**, such as a web page with status 200, fails at once, but does not end a wait
  that has already seen orders.
* ``Retry-After`` is honoured, in seconds and as a date. Where it asks for more than a minute, a task that does not
  wait ends and says so: it would only be refused again. A wait honours two minutes of it, and makes its last poll at
  the deadline all the same.
* **No request lasts longer than** ``timeout``, from connecting to the last byte, and no answer may be larger than
  16 MiB. A wait ends by its ``wait_timeout``; only the answer to its last poll may take a second longer.
* A failed task returns every key that a successful one returns, so that ``until: pool.all_finished`` works through
  an outage.
* Redirects are never followed: they would carry a token to another host.

In the tables ``[...]`` stands for words left out, such as the host's name. The lookup says the same as the module;
with terms it treats a pool that the service does not know as its option ``on_missing`` says.
"""


def page() -> str:
    """Return the page, whole."""
    return _HEAD + "".join(f"\n{title}\n{'-' * len(title)}\n\n{_table(faults)}" for title, faults in SECTIONS)


def _table(faults: Faults) -> str:
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 22 18 25 35", ""]
    for cells in (("Fault", "Info and lookup", "Wait", "What you read"), *(_cells(fault) for fault in faults)):
        lines += [f"   {'*' if not number else ' '} - {cell}" for number, cell in enumerate(cells)]
    return "\n".join(lines) + "\n"


def _cells(fault: Fault) -> tuple[str, str, str, str]:
    asks, waits = fault.meaning.value
    if fault.requests == 1:
        asks, waits = "Fails at once", "Gives up where it would outlast ``wait_timeout``"
    return fault.name[0].upper() + fault.name[1:], asks, waits, " [...] ".join(_quoted(fault)) or "No harm is done"


def _quoted(fault: Fault) -> Iterator[str]:
    """Yield the fragments; stars and backslashes would mean something to reStructuredText."""
    for fragment in fault.reads:
        yield fragment.strip().replace("\\", "\\\\").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
