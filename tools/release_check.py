# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is this a release? Look into the artifact in build/, install it into an empty place and run the demo out of it.

Run by .venv's Python, after `make package`. It needs no network, and ends with a line for each thing that is wrong.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import yaml

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
COLLECTION = "huaweicloud.modelarts"
#: What may lie at the top of an artifact; anything else was forgotten in galaxy.yml's build_ignore.
TOP_LEVEL = {
    *("CHANGELOG.md", "CHANGELOG.rst", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "COPYING", "FILES.json", "LICENSES"),
    *("MANIFEST.json", "README.md", "REUSE.toml", "SECURITY.md", "changelogs", "docs", "extensions", "meta"),
    *("playbooks", "plugins", "requirements.txt", "roles"),
}
#: What users and Galaxy look for.
NEEDED = {
    *("CHANGELOG.md", "CHANGELOG.rst", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "COPYING", "README.md"),
    *("LICENSES/GPL-3.0-or-later.txt", "changelogs/changelog.yaml"),
    *("meta/execution-environment.yml", "meta/runtime.yml", "requirements.txt"),
    *("playbooks/demo.yml", "playbooks/order_report.yml", "playbooks/wait_for_orders.yml"),
    *("plugins/lookup/modelarts_orders.py", "plugins/modules/modelarts_order_info.py"),
    *("plugins/modules/modelarts_order_wait.py", "extensions/eda/plugins/event_source/modelarts_orders.py"),
    *("extensions/awx/controller/credential_types.yml", "extensions/execution_environment/execution-environment.yml"),
}
_LEFT_OVER = re.compile(r"(^|/)(__pycache__|\.[^/]+)(/|$)|\.(pyc|retry|orig|rej|swp|log|tar\.gz)$|~$")
#: Bytes that one file may have; everything here is text that people read.
LARGEST = 400_000
#: Seconds that the demo may take; it needs about thirty.
DEMO_SECONDS = 900


def version_faults(root: Path) -> Iterator[str]:
    """Yield every place that names another version than galaxy.yml does."""
    wanted = str(yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"])
    if not re.fullmatch(r"\d+\.\d+\.\d+", wanted):
        yield f"galaxy.yml: version {wanted} is not MAJOR.MINOR.PATCH"
    agent = user_agent(root / "plugins" / "module_utils" / "_client" / "http.py")
    if agent != f"ansible-{COLLECTION}/{wanted}":
        yield f"plugins/module_utils/_client/http.py: the user agent is {agent}, galaxy.yml has version {wanted}"
    log = root / "changelogs" / "changelog.yaml"
    if not log.exists():
        yield "changelogs/changelog.yaml is missing: run antsibull-changelog release"
        return
    releases = yaml.safe_load(log.read_text(encoding="utf-8"))["releases"]
    newest = max(releases, key=numbers, default="none")
    if newest != wanted:
        yield f"changelogs/changelog.yaml: the newest release is {newest}, galaxy.yml has version {wanted}"


def unreleased(root: Path) -> list[str]:
    """Return the changelog fragments that are in no release: between two of them that is as it should be."""
    return sorted(path.name for path in (root / "changelogs" / "fragments").glob("*.y*ml"))


def verdict(faults: int, fragments: list[str]) -> str:
    """Return the line that the check ends with."""
    if faults:
        return f"{faults} things are wrong"
    if fragments:
        return f"nothing is wrong; changelog fragments that wait for antsibull-changelog release: {len(fragments)}"
    return "this artifact can be released"


def numbers(version: str) -> list[int]:
    """Return a version's numbers, to compare by."""
    return [int(number) for number in re.findall(r"\d+", version)]


def user_agent(path: Path) -> str:
    """Return what the module says the collection is called on the wire."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "USER_AGENT":
            return str(ast.literal_eval(node.value))
    return "missing"


def content_faults(sizes: dict[str, int]) -> Iterator[str]:
    """Yield what is in an artifact and does not belong there, or belongs there and is not; sizes are in bytes."""
    for name, size in sizes.items():
        if PurePosixPath(name).parts[0] not in TOP_LEVEL or _LEFT_OVER.search(name):
            yield f"{name}: does not belong into the artifact"
        if size > LARGEST:
            yield f"{name}: has {size} bytes, at most {LARGEST} are expected"
    yield from (f"{name}: is missing in the artifact" for name in sorted(NEEDED - set(sizes)))


def contents(archive: Path) -> dict[str, int]:
    """Return the files in an artifact with their sizes in bytes. Raises SystemExit where it holds a link."""
    with tarfile.open(archive) as tar:
        members = [member for member in tar.getmembers() if not member.isdir()]
    strange = [member.name for member in members if not member.isfile()]
    if strange:
        raise SystemExit(f"error: not a plain file: {', '.join(strange)}")
    return {member.name: member.size for member in members}


def show(archive: Path, sizes: dict[str, int]) -> None:
    """Print what is in the artifact, by folder."""
    folders: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for name, size in sizes.items():
        folder = "/".join(PurePosixPath(name).parts[:2][: len(PurePosixPath(name).parts) - 1]) or "."
        folders[folder] += size
        counts[folder] += 1
    print(f"{archive.relative_to(ROOT)}: {archive.stat().st_size // 1024} KiB, {len(sizes)} files")
    for folder, size in sorted(folders.items()):
        print(f"  {counts[folder]:4} files {size / 1024:8.1f} KiB  {folder}")


def environment(place: Path) -> dict[str, str]:
    """Return a clean environment in which collections are found in ``place`` only: not in this checkout's link."""
    (place / "ansible.cfg").touch()
    return {
        "HOME": str(place),
        "TMPDIR": str(place),  # where the demo's simulator has its files
        "PATH": f"{BIN}{os.pathsep}{os.defpath}",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ANSIBLE_CONFIG": str(place / "ansible.cfg"),
        "ANSIBLE_HOME": str(place / ".ansible"),
        "ANSIBLE_REMOTE_TMP": str(place / ".ansible" / "tmp"),
        "ANSIBLE_COLLECTIONS_PATH": str(place / "collections"),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOWS": "1",
    }


def ansible(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of Ansible's programs in the empty place."""
    return subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=place,
        env=environment(place),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEMO_SECONDS,
        check=False,
    )


def use_faults(archive: Path) -> Iterator[str]:
    """Install the artifact where nothing is, and run the demo from there; yield what went wrong."""
    with tempfile.TemporaryDirectory(prefix="modelarts-release-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        demo = ("ansible-playbook", f"{COLLECTION}.demo")
        if ansible(place, *demo).returncode == 0:
            yield "the demo ran before anything was installed: this check sees the checkout, not the artifact"
            return
        for command in (
            ("ansible-galaxy", "collection", "install", "--offline", str(archive), "-p", str(place / "collections")),
            ("ansible-galaxy", "collection", "verify", "--offline", COLLECTION),
            demo,
        ):
            done = ansible(place, *command)
            print(f"{'ok   ' if done.returncode == 0 else 'FAIL '} {' '.join(command[:3])}")
            complaints = [line for line in done.stdout.splitlines() if "WARNING" in line or "DEPRECAT" in line]
            yield from (f"{' '.join(command[:2])}: {line}" for line in complaints)
            if done.returncode:
                print(done.stdout)
                yield f"{' '.join(command[:3])} failed"
                return


def main() -> int:
    """Check all, and say what is wrong."""
    (archive,) = (ROOT / "build").glob("huaweicloud-modelarts-*.tar.gz")
    sizes = contents(archive)
    show(archive, sizes)
    faults = [*version_faults(ROOT), *content_faults(sizes), *use_faults(archive)]
    for fault in faults:
        print(f"ERROR: {fault}")
    print(f"release-check: {verdict(len(faults), unreleased(ROOT))}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
