# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python without requests, or with one that is broken: the core imports, and says in one line what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.errors import InputError
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import failure

PROGRAM = """
import json
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._client.http import HAS_REQUESTS
from ansible_collections.huaweicloud.modelarts.plugins.module_utils._info import query_orders
outcome = query_orders({"auth_token": "t" * 20, "endpoint": "https://127.0.0.1:1", "project_id": "p"}, {})
print(json.dumps([HAS_REQUESTS, outcome.result["failed"], outcome.result["msg"]]))
"""


@pytest.mark.parametrize(
    ("package", "content", "words"),
    [
        ("requests", "raise ModuleNotFoundError(\"No module named 'requests'\", name='requests')", "is missing for"),
        ("requests", "import not_there_at_all", "(ModuleNotFoundError: No module named 'not_there_at_all')"),
        (
            "requests",
            "raise ImportError('cannot import name X\\n from Y')",
            "(ImportError: cannot import name X from Y)",
        ),
        ("requests", "raise AttributeError('module collections')", "(AttributeError: module collections)"),
        ("requests", "raise RuntimeError('no OpenSSL')", "(RuntimeError: no OpenSSL)"),
        ("requests", "def broken(:", "(SyntaxError: "),
        ("urllib3", "raise ValueError('odd version')", "(ValueError: odd version)"),
    ],
)
def test_a_broken_requests_is_said_in_one_line(package: str, content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(content)
    environ = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, failed, message = json.loads(done.stdout)
    assert (found, failed) == (False, True)
    assert words in message
    assert sys.executable in message
    assert message.isprintable()
    assert ("missing" in message) is (words == "is missing for")
    assert "pip install" in message


OLD = """
import sys
sys.version_info = (3, 8, 18)
from ansible_collections.huaweicloud.modelarts.plugins.module_utils import _python
"""


def test_a_python_that_is_too_old_is_told_in_the_shape_of_a_failure() -> None:
    done = subprocess.run([sys.executable, "-c", OLD], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    result = json.loads(done.stdout)
    assert set(result) == set(failure(InputError("x")))
    assert {**failure(InputError("x")), "msg": result["msg"]} == result
    assert f"needs Python 3.9 or later where its modules run, and {sys.executable} is 3.8.18" in result["msg"]
