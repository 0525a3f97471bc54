# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environments of this checkout, or bring them up to date: `python3 tools/venvs.py NAME LAYER...`.

NAME is `newest` (in .venv, the newest ansible-core this machine can run), an ansible-core line such as `2.16`
(in .venvs/core-2.16), `target-3.9` (the oldest Python on targets, without Ansible) or `eda`. LAYERs are the files of
requirements/. A stamp remembers what is installed, so a second run changes nothing and takes no time.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pythons

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
COLLECTION = Path("ansible_collections", "huaweicloud", "modelarts")


class Missing(Exception):
    """This machine has no interpreter for the environment; the text says which."""


@dataclass(frozen=True)
class Venv:
    """One virtual environment: where it lies, what it is made with and what it always holds."""

    name: str
    path: Path
    python: Path
    base: tuple[str, ...]
    title: str

    @property
    def bin(self) -> Path:
        """The folder of its executables."""
        return self.path / "bin"

    @property
    def stamp(self) -> Path:
        """The file that remembers what was installed."""
        return self.path / "installed.json"


def describe(name: str) -> Venv:
    """Return what is to be made under this name. Raises Missing."""
    if name == "target-3.9":
        python = pythons.find("3.9")
        if python is None:
            raise Missing("no Python 3.9 on this machine")
        return Venv(name, ROOT / ".venvs" / name, python, (name,), "Python 3.9, the oldest on targets")
    if name == "eda":
        python = pythons.find("3.12") or pythons.find("3.13")
        if python is None:
            raise Missing("no Python 3.12 or 3.13 on this machine, which ansible-rulebook is pinned for")
        return Venv(name, ROOT / ".venvs" / name, python, (name,), "ansible-rulebook")
    line = pythons.newest_core() if name == "newest" else name
    python = pythons.for_core(line)
    if python is None:
        raise Missing(f"no Python for ansible-core {line} on this machine (one of {', '.join(pythons.CORES[line])})")
    path = ROOT / ".venv" if name == "newest" else ROOT / ".venvs" / f"core-{line}"
    return Venv(name, path, python, (f"core-{line}", "base"), f"ansible-core {line}")


def ensure(name: str, layers: list[str]) -> Venv:
    """Make the environment hold these layers (and keep those it has). Raises Missing, SystemExit."""
    venv = describe(name)
    with locked(venv.path.name):
        known = _read_stamp(venv)
        wanted = sorted({*venv.base, *layers, *known})
        hashes = {layer: _hash(layer) for layer in wanted}
        if known != hashes:
            _install(venv, wanted, fresh=not known)
            venv.stamp.write_text(json.dumps({"made": _made_with(venv), "layers": hashes}, indent=1), encoding="utf-8")
        _link_checkout(venv)
    return venv


def _made_with(venv: Venv) -> list[str]:
    """Return what a venv can't change after it was made: another value means a new venv."""
    return [str(ROOT), str(venv.python), *venv.base]


def _read_stamp(venv: Venv) -> dict[str, str]:
    """Return the installed layers with their hashes; empty where the venv has to be made anew."""
    try:
        stamp = json.loads(venv.stamp.read_text(encoding="utf-8"))
        usable = stamp["made"] == _made_with(venv) and os.access(venv.bin / "python", os.X_OK)
        return dict(stamp["layers"]) if usable else {}
    except (OSError, ValueError, KeyError):
        return {}


def _requirements(layer: str) -> Path:
    return ROOT / "requirements" / f"{layer}.txt"


def _hash(layer: str) -> str:
    path = _requirements(layer)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "gone"


def _install(venv: Venv, layers: list[str], *, fresh: bool) -> None:
    """Install all layers in one go, so that pip sees every pin; a failed run leaves no stamp behind."""
    start = time.monotonic()
    venv.stamp.unlink(missing_ok=True)
    files = [path for path in map(_requirements, layers) if path.exists()]
    if fresh:
        shutil.rmtree(venv.path, ignore_errors=True)
        _run([venv.python, "-m", "venv", venv.path])
    pip = [str(venv.bin / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _download([*pip, *(word for path in files for word in ("-r", str(path)))])
    names = ", ".join(layer for layer in layers if layer not in venv.base)
    where = venv.path.relative_to(ROOT)
    print(f"{where}: {venv.title}{names and ' + '}{names} ({time.monotonic() - start:.0f} s)", flush=True)


def _run(command: Sequence[str | Path]) -> None:
    """Run silently; where it fails, show what it said and end."""
    env = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        said = "\n".join(line[:400] for line in done.stdout.splitlines()[-20:])
        raise SystemExit(f"{said}\nerror: failed: {' '.join(map(str, command))}")


def _link_checkout(venv: Venv) -> None:
    """Let everything in the venv find this checkout as the collection, without any environment variable."""
    for packages in venv.path.glob("lib/python3.*/site-packages"):
        link = packages / COLLECTION
        if link.is_symlink() and link.readlink() == ROOT:
            continue
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(ROOT)


def _download(command: Sequence[str | Path], tries: int = 4) -> None:
    """Run what needs the network, again where that was in trouble for a moment: pip itself gives up on a torn file."""
    for number in range(1, tries):
        try:
            return _run(command)
        except SystemExit as failed:
            print(f"{failed}\nnote: try {number} of {tries}; once more in {15 * number} s", flush=True)
            time.sleep(15 * number)
    return _run(command)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process at a time work on the thing of this name."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name.lstrip('.')}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Make the environment named on the command line."""
    name, *layers = sys.argv[1:]
    try:
        ensure(name, layers)
    except Missing as missing:
        print(f"error: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
