# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity --venv` without containers: `python3 tools/sanity.py newest|LINE [ARGUMENT...]`.

ansible-test refuses links and any root outside `ansible_collections`, so it works on a copy, which is kept with the
virtual environments it makes: the next run takes seconds. It would fetch pip's bootstrap script from the internet;
a stand-in that uses the pip bundled with Python lies in its cache instead. All of that has a HOME of its own, so
nothing is written to the user's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pythons
import tree
import venvs

STAND_IN = '''\
"""Stand-in for get-pip: installs pip with the pip that Python bundles."""
import pathlib, runpy, sys, ensurepip

wheel = next((pathlib.Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
sys.path.insert(0, str(wheel))
wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.argv[1:] = ["install", "--upgrade", *wanted]
runpy.run_module("pip", run_name="__main__")
'''


def _write_stand_ins(venv: venvs.Venv, home: Path) -> None:
    """Put the stand-in where this ansible-test looks for each pip version it may want."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    (source,) = venv.path.glob("lib/python3.*/site-packages/ansible_test/_internal/python_requirements.py")
    for version in set(re.findall(r"pip=['\"]([\d.]+)['\"]", source.read_text(encoding="utf-8"))):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(STAND_IN, encoding="utf-8")


def _write_pip_settings(venv: venvs.Venv, home: Path) -> None:
    """Carry pip's settings over to the other HOME (ansible-test hands no PIP_ variables on)."""
    listing = subprocess.run([venv.bin / "pip", "config", "list"], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"^(?:global|install|:env:)\.([\w-]+)='(.*)'$", listing, flags=re.MULTILINE)
    settings = {name: re.sub(r"(\\n|\s)+", " ", value) for name, value in found if name != "config-file"}
    path = home / ".config" / "pip" / "pip.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["[global]", *(f"{key} = {value}" for key, value in settings.items()), ""]), "utf-8")
    path.chmod(0o600)


def main() -> int:
    """Run the sanity tests in the environment named on the command line."""
    name, *arguments = sys.argv[1:]
    venv = venvs.ensure(name, [])
    top = venvs.CACHE / f"sanity-{venv.path.name.lstrip('.')}"
    home = top / "home"
    with venvs.locked(top.name):
        copy = tree.copy_to(top, keep="tests/output")
        _write_stand_ins(venv, home)
        _write_pip_settings(venv, home)
        env = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "GIT_", "PYTHON"))}
        env |= {"HOME": str(home), "PATH": os.pathsep.join([str(venv.bin), pythons.search_path()]), "NO_COLOR": "1"}
        env.pop("XDG_CONFIG_HOME", None)
        # Below another repository's ignored folder ansible-test sees no files, unless the copy is one of its own.
        subprocess.run(["git", "init", "--quiet", "."], cwd=copy, env=env, check=True)
        command = [str(venv.bin / "ansible-test"), "sanity", "--venv", "--color", "no", *arguments]
        # It downloads into some twenty environments: what broke off there is mended by another run, a fault is not.
        for pause in (15, 45):
            code = subprocess.run(command, cwd=copy, env=env, check=False).returncode
            if code == 0:
                return 0
            print(f"note: it failed ({code}); once more in {pause} s, in case a download broke off", flush=True)
            time.sleep(pause)
        return subprocess.run(command, cwd=copy, env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
