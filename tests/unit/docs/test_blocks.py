# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of code blocks: what the integration tests run of the pages stands and falls with it."""

from __future__ import annotations

import pytest
from ansible_collections.huaweicloud.modelarts.tests.support.blocks import Block, parse, parse_rst

PAGE = """Text with `code`.

```yaml
# wait.yml
- hosts: localhost
  tasks: []
```

1. A list

   ~~~yaml
   - name: Ask
     huaweicloud.modelarts.modelarts_order_info:
   ~~~

```shell
export HW_REGION_NAME=cn-north-4  # yours
$ ansible-playbook wait.yml \\
    -e pool=pool-5ed5
```

````text
```
not a fence
```
````

```bash
git clone somewhere
```

```yaml
a: 1
```

```
```
"""


def test_kinds() -> None:
    """Playbooks, task lists and commands are told apart; everything else is other."""
    found = list(parse(PAGE, "p.md"))
    kinds = [(block.line, block.language, block.kind) for block in found]
    assert kinds == [
        (3, "yaml", "playbook"),
        (11, "yaml", "tasks"),
        (16, "shell", "shell"),
        (22, "text", "other"),
        (28, "bash", "other"),
        (32, "yaml", "other"),
        (36, "", "other"),
    ]
    assert found[0].file_name == "wait.yml"
    assert found[1].text.startswith("- name")
    assert found[1].file_name == ""
    assert found[3].text == "```\nnot a fence\n```\n"


RST = """Text

.. code-block:: yaml+jinja
   :emphasize-lines: 1

   - name: Ask
     a.b.c:

   - name: Again
     a.b.c:

Text
"""


def test_rst() -> None:
    """A directive's options are no part of the block, and what follows it ends it."""
    (block,) = parse_rst(RST, "p.rst")
    assert (block.line, block.language, block.kind) == (3, "yaml+jinja", "tasks")
    assert block.text == "- name: Ask\n  a.b.c:\n\n- name: Again\n  a.b.c:\n"


def test_commands() -> None:
    """Comments, prompts and continued lines."""
    block = next(block for block in parse(PAGE, "p.md") if block.kind == "shell")
    expected = [["export", "HW_REGION_NAME=cn-north-4"], ["ansible-playbook", "wait.yml", "-e", "pool=pool-5ed5"]]
    assert block.commands() == expected


@pytest.mark.parametrize("text", ["- !vault x\n", "[\n", "- a\n", "- name: x\n  unknown: y\n", "null\n"])
def test_yaml_that_is_neither_playbook_nor_tasks(text: str) -> None:
    """It is left to the list of exceptions."""
    assert Block("p.md", 1, "yaml", text).kind == "other"


def test_an_open_fence() -> None:
    """A page whose end would be swallowed is an error."""
    with pytest.raises(ValueError, match=r"p\.md:1"):
        list(parse("```yaml\na: 1\n", "p.md"))
