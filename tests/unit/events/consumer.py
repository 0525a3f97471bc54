# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A consumer in a process of its own, to be killed: it runs the source like ansible-rulebook and notes what it takes.

``python consumer.py PLUGIN LOG ARGUMENTS``: one line of JSON for each event goes to LOG.
"""

from __future__ import annotations

import asyncio
import json
import os
import runpy
import sys
from typing import Any


async def consume(plugin: str, log: str, arguments: str) -> None:
    """Take events for ever."""
    queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    source = asyncio.ensure_future(runpy.run_path(plugin)["main"](queue, json.loads(arguments)))
    while not source.done():
        event = await queue.get()
        if "order" in event:
            order = event["order"]
            line = {
                "name": order["order_name"],
                "from": event["previous_state"],
                "to": order["state"],
                "id": event["id"],
            }
            os.write(file, (json.dumps(line) + "\n").encode())
    source.result()


if __name__ == "__main__":
    asyncio.run(consume(*sys.argv[1:]))
