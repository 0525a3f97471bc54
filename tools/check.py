# SPDX-FileCopyrightText: 2026 The huaweicloud.modelarts contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of this repository: `python3 tools/check.py all`, or any of the groups in GROUPS.

Each check gets the virtual environment it needs, and an environment without the user's Ansible settings and cloud
credentials. JOBS (default 2, or 1 on a single core) says how many run at a time.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pythons
import venvs
from runner import LOGS, Step, run_all, summary

NEWEST, TARGET, EDA = "newest", "target-3.9", "eda"
#: The part of the unit tests that needs no Ansible, and so runs on the oldest Python of a target, too.
TARGET_TESTS = (
    *("tests/unit/client", "tests/unit/orders", "tests/unit/simulator", "tests/unit/wait"),
    *("tests/unit/test_info.py", "tests/unit/test_options.py", "tests/unit/test_session.py"),
)
ENDURANCE = "tests/unit/endurance"

#: Variables that start like this could change what a check finds, or carry real credentials into a test.
_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
_FOREIGN = (
    *(
        "ANSIBLE_",
        "COVERAGE_",
        "GIT_",
        "HUAWEICLOUD_",
        "HW_",
        "MODELARTS_TEST_",
        "MOLECULE_",
        "PYTEST_",
        "PYTHON",
        "XDG_",
    ),
    *("CURL_CA_BUNDLE", "NETRC", "REQUESTS_CA_BUNDLE", "VIRTUAL_ENV", *_PROXIES, *map(str.lower, _PROXIES)),
)


#: The lines of a pytest run that tell what failed.
_PYTEST_ERRORS = r"^(E  |FAILED|ERROR|\d+ (passed|failed)|no tests ran)"


def environment(venv: venvs.Venv, **extra: str) -> dict[str, str]:
    """Return the environment for a check: this venv in front, and nothing of the user's that could change a result."""
    home = venvs.CACHE / "home"
    (home / "collections").mkdir(parents=True, exist_ok=True)
    (home / "ansible.cfg").touch()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    return kept | {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(venv.bin), pythons.search_path()]),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
        "ANSIBLE_NOCOWS": "1",
        # Without the user's settings git may refuse a checkout that belongs to somebody else (as in a container).
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(home / "hypothesis"),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        **extra,
    }


def prepare(name: str, layers: set[str]) -> Step:
    """Return the step that makes a virtual environment."""
    command = (sys.executable, "tools/venvs.py", name, *sorted(layers))
    return Step(_set_up(name), command, dict(os.environ), skip=_missing(name), show=r"\(\d+ s\)$", counts=False)


def _set_up(name: str) -> str:
    return f"set up {name}"


def _missing(name: str) -> str:
    """Return why this machine can't have the virtual environment, or nothing."""
    try:
        venvs.describe(name)
    except venvs.Missing as missing:
        return str(missing)
    return ""


def in_venv(title: str, *command: str, venv: str = NEWEST, show: str = "", errors: str = "") -> Step:
    """Return a step that runs an executable of a virtual environment."""
    reason = _missing(venv)
    if reason:
        return Step(title, skip=reason)
    place = venvs.describe(venv)
    return Step(title, command, environment(place), after=(_set_up(venv),), show=show, errors=errors)


def pytest(title: str, *arguments: str, venv: str = NEWEST, show: str = "", **env: str) -> Step:
    """Return a step that runs pytest with the Python of a virtual environment."""
    reason = _missing(venv)
    if reason:
        return Step(title, skip=reason)
    place = venvs.describe(venv)
    step = Step(
        title, after=(_set_up(venv),), env=environment(place, **env), show=show, errors=_PYTEST_ERRORS, junit=True
    )
    options = ("-q", "-p", "no:cacheprovider", f"--junitxml={step.junit_file}")
    return replace(step, command=(str(place.bin / "python"), "-m", "pytest", *options, *arguments))


def lint() -> Iterator[Step]:
    """Style and house rules, the quickest first."""
    yield in_venv("ruff format", "ruff", "format", "--check", ".")
    yield in_venv("ruff check", "ruff", "check", ".")
    yield in_venv("house rules", "python", "tools/house_rules.py")
    yield in_venv("yamllint", "yamllint", "--strict", ".")
    # Over the files git would commit: a walk of its own would find the ignored files below a new folder, too.
    reuse = "python tools/tree.py | xargs -0 reuse lint-file --lines"
    yield in_venv("licences (reuse)", "bash", "-c", f"set -o pipefail; {reuse}")
    yield in_venv("ansible-lint, production profile", "ansible-lint", "--offline", "--profile", "production")


def types() -> Iterator[Step]:
    """Check the types of everything written in Python."""
    yield in_venv("mypy", "mypy", show="^Success")


def core_of(venv: str) -> str:
    """Return the ansible-core of a virtual environment, in words."""
    line = pythons.newest_core() if venv == NEWEST else venv
    return f"ansible-core {line}"


def units(venv: str) -> Iterator[Step]:
    """Unit tests in-process; with coverage of the core where the main virtual environment runs them."""
    title = f"units, {core_of(venv)}"
    if venv != NEWEST:
        yield pytest(title, "tests/unit", venv=venv)
        return
    coverage = ("--cov=plugins/module_utils", "--cov-branch", "--cov-report=term:skip-covered")
    env = {"COVERAGE_FILE": str(LOGS / "coverage.data")}
    show = r"^(plugins/|TOTAL|\d+ files? skipped)"
    yield pytest(title, "tests/unit", f"--ignore={ENDURANCE}", *coverage, show=show, **env)
    # What coverage itself remembers would look like a leak there.
    yield pytest(f"endurance, {core_of(venv)}", ENDURANCE)


def oldest_units() -> Iterator[Step]:
    """What needs Ansible, on the oldest ansible-core and its Python; the rest runs on the oldest Python of a target."""
    others = [f"--ignore={path}" for path in (*TARGET_TESTS, ENDURANCE)]
    yield pytest(f"units, {core_of(pythons.OLDEST)}", "tests/unit", *others, venv=pythons.OLDEST)


def target_units() -> Iterator[Step]:
    """Unit tests of what needs no Ansible on the oldest Python and the oldest requests that a target may have."""
    yield pytest("units of the core, Python 3.9", *TARGET_TESTS, venv=TARGET)


def integration(venv: str) -> Iterator[Step]:
    """Real ansible runs against the simulator; MODELARTS_TEST_BIN says whose executables they are."""
    title = f"integration, {core_of(venv)}"
    reason = _missing(venv)
    if reason:
        yield Step(title, skip=reason)
        return
    place = venvs.describe(venv)
    target = {} if _missing(TARGET) else {"MODELARTS_TEST_TARGET_PYTHON": str(venvs.describe(TARGET).bin / "python")}
    # ansible-rulebook brings an ansible-core of its own: one run of its test is enough.
    others = () if venv == NEWEST else ("--ignore=tests/integration/test_event_source.py",)
    step = pytest(title, "tests/integration", *others, MODELARTS_TEST_BIN=str(place.bin), **target)
    path = os.pathsep.join([str(place.bin), step.env["PATH"]])
    made = [name for name in (TARGET, *(() if others else (EDA,))) if not _missing(name)]
    needed = (_set_up(NEWEST), _set_up(venv), *map(_set_up, made))
    yield replace(step, env={**step.env, "PATH": path}, after=tuple(dict.fromkeys(needed)))


def sanity(venv: str) -> Iterator[Step]:
    """Run `ansible-test sanity` of one ansible-core."""
    title = f"sanity, {core_of(venv)}"
    command = (sys.executable, "tools/sanity.py", venv)
    reason = _missing(venv)
    yield Step(title, command, dict(os.environ), (_set_up(venv),), skip=reason, errors="^(ERROR|FATAL|error|Traceback)")


def docs() -> Iterator[Step]:
    """Check the documentation of plugins, the extra documents and the changelog fragments."""
    yield in_venv("changelog fragments", "antsibull-changelog", "lint")
    options = ("--plugin-docs", "--validate-collection-refs", "self", "--skip-rstcheck")
    yield in_venv("documentation", "antsibull-docs", "lint-collection-docs", *options, ".")


def package() -> Iterator[Step]:
    """Build the artifact and import it as Galaxy would."""
    yield in_venv("galaxy-importer", "python", "tools/artifact.py", show="^artifact:", errors="^(ERROR|WARNING)")


def molecule() -> Iterator[Step]:
    """Run every molecule scenario, on this machine and without containers."""
    scenarios = any((venvs.ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    reason = "" if scenarios else "no scenario in extensions/molecule"
    yield replace(in_venv("molecule", "bash", "-c", "cd extensions && molecule test --all"), skip=reason)


def site() -> Iterator[Step]:
    """Build the documentation site, without a network and without warnings."""
    yield in_venv("documentation site", "python", "tools/docs_site.py")


def release() -> Iterator[Step]:
    """Build the artifact, look what is in it, and run the demo from where it was installed."""
    yield in_venv("release check", "python", "tools/release_check.py", show="^release-check:")


def browser() -> Iterator[Step]:
    """Open the report in headless Chromium, where there is one."""
    yield pytest("report in a browser", "tests/browser")


#: What `make TARGET` runs: the steps in the order they start, and per virtual environment the layers they need.
Steps = Callable[[], Iterator[Step]]
GROUPS: dict[str, tuple[tuple[Steps, ...], dict[str, set[str]]]] = {
    "lint": ((lint,), {NEWEST: {"lint", "pytest"}}),
    "types": ((types,), {NEWEST: {"pytest", "test", "types"}}),
    "units": (
        (partial(units, NEWEST), oldest_units, target_units),
        {NEWEST: {"pytest", "test"}, pythons.OLDEST: {"pytest"}, TARGET: set()},
    ),
    "docs-check": ((docs,), {NEWEST: {"docs"}}),
    "integration": (
        (partial(integration, NEWEST), partial(integration, pythons.OLDEST)),
        {NEWEST: {"pytest", "test"}, pythons.OLDEST: {"pytest"}, TARGET: set(), EDA: set()},
    ),
    "sanity": (
        (partial(sanity, NEWEST), partial(sanity, pythons.OLDEST)),
        {NEWEST: set(), pythons.OLDEST: set()},
    ),
    "package": ((package,), {NEWEST: {"lint", "release"}}),
    "molecule": ((molecule,), {NEWEST: {"molecule"}}),
    "docs": ((site,), {NEWEST: {"docs", "site"}}),
    "release-check": ((release,), {NEWEST: set()}),
    "browser": ((browser,), {NEWEST: {"pytest", "test"}}),
}


def plan(groups: list[str]) -> list[Step]:
    """Return the steps of these groups, the ones that make their virtual environments first."""
    layers: dict[str, set[str]] = {}
    for group in groups:
        for name, wanted in GROUPS[group][1].items():
            layers.setdefault(name, set()).update(wanted)
    steps = [step for group in groups for part in GROUPS[group][0] for step in part()]
    return [*(prepare(name, wanted) for name, wanted in layers.items()), *steps]


def main() -> int:
    """Run the groups named on the command line."""
    groups = list(GROUPS) if sys.argv[1:] == ["all"] else sys.argv[1:]
    unknown = [group for group in groups if group not in GROUPS]
    if unknown or not groups:
        print(f"error: name one or more of: all, {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    start = time.monotonic()
    return summary(run_all(plan(groups)), time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
