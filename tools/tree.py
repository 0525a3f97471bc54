# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the collection as git sees them: tracked, and new ones that are not ignored.

Run as a program it prints their names, with a NUL character between them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from venvs import COLLECTION, ROOT


def files() -> list[Path]:
    """Return the files of the checkout, relative to its root."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [Path(name) for name in sorted(set(listing.split("\0"))) if name and (ROOT / name).is_file()]


def copy_to(top: Path, keep: str = "") -> Path:
    """Lay a copy of the collection under `top`/ansible_collections and return its root.

    What an earlier copy left goes, except the subfolder `keep` (for tools that cache there).
    """
    target = top / COLLECTION
    wanted = {target / path for path in files()}
    for folder, folders, names in os.walk(target):
        folders[:] = [name for name in folders if Path(folder, name) != target / keep and name != ".git"]
        for path in (Path(folder, name) for name in names):
            if path not in wanted:
                path.unlink()
    for path in wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path.relative_to(target), path)
    return target


if __name__ == "__main__":
    print(*files(), sep="\0", end="")
