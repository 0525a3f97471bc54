# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's artifact in build/ from what git would commit, look into it, and import it as Galaxy does.

Run by the main virtual environment: `.venv/bin/python tools/artifact.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import tree
import venvs

BIN = Path(sys.executable).parent
#: What may lie at the top of an artifact; anything else was forgotten in galaxy.yml's build_ignore.
TOP_LEVEL = {
    *("CHANGELOG.md", "CHANGELOG.rst", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "COPYING", "FILES.json", "LICENSES"),
    *("MANIFEST.json", "README.md", "REUSE.toml", "SECURITY.md", "changelogs", "docs", "extensions", "meta"),
    *("playbooks", "plugins", "requirements.txt", "roles"),
}
IMPORTER_SETTINGS = {"CHECK_CHANGELOG": "true", "CHECK_REQUIRED_TAGS": "true", "RUN_ANSIBLE_LINT": "true"}


def build() -> Path:
    """Return the new artifact."""
    with venvs.locked("artifact"):
        copy = tree.copy_to(venvs.CACHE / "artifact")
        target = venvs.ROOT / "build"
        target.mkdir(exist_ok=True)
        for old in target.glob("huaweicloud-modelarts-*.tar.gz"):
            old.unlink()
        command = [str(BIN / "ansible-galaxy"), "collection", "build", "--force", "--output-path", str(target)]
        subprocess.run(command, cwd=copy, check=True)
        (artifact,) = target.glob("huaweicloud-modelarts-*.tar.gz")
        return artifact


def strangers(artifact: Path) -> list[str]:
    """Return the names in the artifact that do not belong there."""
    with tarfile.open(artifact) as archive:
        names = archive.getnames()
    return [name for name in names if name.split("/")[0] not in TOP_LEVEL or "__pycache__" in name]


def imported(artifact: Path) -> bool:
    """Import it as Galaxy would, without a word of complaint."""
    env = dict(os.environ) | {f"GALAXY_IMPORTER_{key}": value for key, value in IMPORTER_SETTINGS.items()}
    place = venvs.CACHE / "importer"
    place.mkdir(exist_ok=True)  # it leaves its result in the current folder
    command = [sys.executable, "-m", "galaxy_importer.main", str(artifact)]
    done = subprocess.run(
        command, cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout)
    return done.returncode == 0 and not any(line.startswith(("WARNING", "ERROR")) for line in done.stdout.splitlines())


def main() -> int:
    """Build, look, import."""
    artifact = build()
    size = artifact.stat().st_size // 1024  # the release check may build it anew while this one is imported
    found = strangers(artifact)
    for name in found:
        print(f"ERROR: does not belong into the artifact: {name}")
    good = imported(artifact) and not found
    print(f"artifact: {artifact.relative_to(venvs.ROOT)}, {size} KiB")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
